"""ZIP archives encrypted with AES-256 whose bytes can be made again: pyzipper, its salt not random.

A real archive has a random salt. Here nothing is secret (the password stands in the truth), and the same
leak has the same bytes: the salt follows from the password and the member's name.
"""

from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeAlias

from simbreach.core.errors import MissingExtraError

Moment: TypeAlias = tuple[int, int, int, int, int, int]

_KEY, _SALT, _CHECK, _ROUNDS = 32, 16, 2, 1000


def open_sealed(path: Path, password: str) -> Any:
    """A new ZIP archive at `path`: members begun by its `entry(name, moment, clear=False)` are encrypted."""
    return _sealed_type()(path, password)


@cache
def _sealed_type() -> Any:
    """A kind of pyzipper's archive; MissingExtraError without pyzipper."""
    try:
        from Cryptodome.Cipher import AES
        from Cryptodome.Hash import HMAC, SHA1
        from Cryptodome.Protocol.KDF import PBKDF2
        from Cryptodome.Util import Counter
        from pyzipper import WZ_AES, ZIP_DEFLATED, AESZipFile  # type: ignore[import-untyped]
        from pyzipper.zipfile_aes import AESZipEncrypter, AESZipInfo  # type: ignore[import-untyped]
    except ImportError:
        raise MissingExtraError(
            "an archive with a password needs an extra: pip install 'simbreach[shapes]'"
        ) from None

    class Encrypter(AESZipEncrypter):  # type: ignore[misc]
        """pyzipper's AES-256 with a given salt. Source: WinZip's AE-2 specification."""

        def __init__(self, password: bytes, salt: bytes) -> None:
            super().__init__(password, nbits=256)
            self.salt = salt
            made = PBKDF2(password, salt, 2 * _KEY + _CHECK, _ROUNDS)  # type: ignore[arg-type]
            self.encpwdverify = made[2 * _KEY :]
            counter = Counter.new(nbits=128, little_endian=True)
            self.encrypter = AES.new(made[:_KEY], AES.MODE_CTR, counter=counter)
            self.hmac = HMAC.new(made[_KEY : 2 * _KEY], digestmod=SHA1)

    class SealedZipFile(AESZipFile):  # type: ignore[misc]
        """A new archive: `entry` begins a member, which is to be opened for writing at once."""

        def __init__(self, path: Path, password: str) -> None:
            super().__init__(path, "w", ZIP_DEFLATED)
            self.setpassword(password.encode())
            self._name = ""

        def entry(self, name: str, moment: Moment, *, clear: bool = False) -> Any:
            self._name = name
            self.setencryption(None if clear else WZ_AES)
            return AESZipInfo(name, moment)

        def get_encrypter(self) -> Any:
            key = blake2b(self.pwd).digest()
            return Encrypter(self.pwd, blake2b(self._name.encode(), digest_size=_SALT, key=key).digest())

    return SealedZipFile

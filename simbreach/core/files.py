"""Files that are whole or absent: written under a working name and renamed, faults told in one line."""

import errno
import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from simbreach.core.errors import WorkError

WORKING = ".inprogress"

_FULL = {errno.ENOSPC, errno.EFBIG, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC, errno.EFBIG}
_SAYS_FULL = re.compile(
    r"no space left|disk full|disk quota|file too large|not enough space|there is not enough space|"
    r"could not write|failed to offload|max_temp_directory_size",
    re.IGNORECASE,
)
_LITTLE = 4 << 20


def working(path: Path) -> Path:
    """The name under which `path` is written until it is whole."""
    return path.with_name(path.name + WORKING)


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """The working name of `path`, renamed to it when the block ends well and removed when it does not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    under_way = working(path)
    try:
        yield under_way
        under_way.replace(path)
    except BaseException:
        with suppress(OSError):
            under_way.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """Write `text` as the UTF-8 file `path`, whole or not at all, with line feeds on every system."""
    with whole(path) as under_way:
        under_way.write_bytes(text.encode())


def sha256(path: Path) -> str:
    """The SHA-256 of a file, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def faults_told(folder: Path, *kinds: type[Exception]) -> Iterator[None]:
    """OSError and `kinds` (a library's own errors) inside the block become one WorkError about `folder`."""
    noticed: tuple[type[Exception], ...] = (OSError, *kinds)
    try:
        yield
    except noticed as error:
        raise WorkError(_one_line(folder, error)) from error


def _one_line(folder: Path, error: Exception) -> str:
    """What went wrong, whichever library noticed it: a full disk has as many wordings as libraries."""
    number = error.errno if isinstance(error, OSError) else None
    text = str(error)
    if number in _FULL or _SAYS_FULL.search(text) or _free_bytes(folder) < _LITTLE:
        return f"{folder}: no space left; make room and run the same command again: it goes on from there"
    if number in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{folder}: cannot be written ({text}); choose another folder or change its rights"
    return f"{folder}: {' '.join(text.split()) or type(error).__name__}"


def _free_bytes(folder: Path) -> int:
    """Free space where `folder` is; plenty where the system does not say."""
    for place in (folder, *folder.parents):
        with suppress(OSError):
            return shutil.disk_usage(place).free
    return 1 << 62

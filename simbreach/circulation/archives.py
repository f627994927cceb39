"""What lies in archives and packed files, one member after the other: nothing is written to the disk.

Links, paths that lead out of the archive and members behind a password are passed over and noted; an archive
whose end is missing is read as far as it goes.
"""

import bz2
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Final

import pyarrow as pa

from simbreach.circulation.found import DAMAGED, LOCKED, MEMBERS, UNPACKED_BYTES, Found, Stream

# What an xz file may ask for; `xz -9` asks for 65 MiB.
_MEMORY: Final = 128 << 20
# A list of members that is longer was made to be unpacked into memory.
_LIST_BYTES: Final = 16 << 20
_ENDS: Final = 66_000
_PACKS: Final = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bz2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x04\x22\x4d\x18": "lz4",
}


def packing(head: bytes) -> str | None:
    """How a single packed file that begins with `head` is packed, or None."""
    return next((name for magic, name in _PACKS.items() if head.startswith(magic)), None)


def is_tar(head: bytes) -> bool:
    """Whether a file that begins with `head` is a TAR archive."""
    return head[257:262] == b"ustar"


def unpacked(file: BinaryIO, how: str, found: Found) -> Iterator[bytes]:
    """What a packed file holds: itself, or the members of the TAR archive that was packed."""
    if how in ("zstd", "lz4"):
        stream: Stream = pa.CompressedInputStream(pa.PythonFile(file, "r"), how)
    else:
        stream = _Inflated(file, how)
    try:
        head = stream.read(512)
        while 0 < len(head) < 512 and (more := stream.read(512 - len(head))):
            head += more
    except Exception:  # see Found._piece
        found.note(DAMAGED)
        return
    whole = _Counted(head, stream, found)
    if is_tar(head):
        yield from tar_members(whole, found, packed=True)
    else:
        yield found.unpack(whole)


class _Inflated:
    """A packed stretch of a file, unpacked as far as it goes; several in a row are one."""

    def __init__(self, file: BinaryIO, how: str) -> None:
        self._file, self._how = file, how
        self._inflater = _inflater(how)
        self._input = b""
        self.taken = 0
        self.ended = False

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most `size`; EOFError where the end is missing."""
        while not self.ended:
            if not self._input and getattr(self._inflater, "needs_input", True):
                self._input = self._file.read(1 << 16)
                self.taken += len(self._input)
                if not self._input:
                    raise EOFError
            data: bytes = self._inflater.decompress(self._input, size)
            self._input = getattr(self._inflater, "unconsumed_tail", b"")
            if self._inflater.eof:
                self._next(self._inflater.unused_data)
            if data:
                return data
        return b""

    def _next(self, rest: bytes) -> None:
        """Go on with the packed file behind the one that ended, if there is one."""
        more = rest or (self._file.read(1 << 16) if self._how != "deflate" else b"")
        if self._how != "deflate" and more and packing(more.lstrip(b"\0")[:6]) == self._how:
            self.taken += len(more) - len(rest)
            self._input = more.lstrip(b"\0")
            self._inflater = _inflater(self._how)
            return
        self.ended = True
        self.taken -= len(rest)


def _inflater(how: str) -> Any:
    if how == "bz2":
        return bz2.BZ2Decompressor()
    if how == "xz":
        return lzma.LZMADecompressor(memlimit=_MEMORY)
    return zlib.decompressobj(31 if how == "gzip" else -15)


class _Counted:
    """A stream whose beginning was read already; it ends where the limit is, or the damage."""

    def __init__(self, head: bytes, stream: Stream, found: Found) -> None:
        self._head, self._stream, self._found = head, stream, found
        self._given = 0

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most `size`."""
        if self._head:
            data, self._head = self._head[:size], self._head[size:]
            return data
        if self._given > UNPACKED_BYTES:
            self._found.note("it unpacks to more than is read: passed over from there on")
            return b""
        try:
            data = self._stream.read(size)
        except Exception:  # see Found._piece
            self._found.note(DAMAGED)
            return b""
        self._given += len(data)
        return data


class _Part:
    """The next `left` bytes of a stream. tarfile's own gives nothing where the last of them are missing."""

    def __init__(self, stream: Any, left: int) -> None:
        self._stream, self._left = stream, left

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most `size`."""
        data: bytes = self._stream.read(min(size, self._left))
        self._left -= len(data)
        return data


def _safe(name: str, found: Found) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name):
        found.note("the archive has paths that lead out of it: passed over")
        return False
    return True


def tar_members(file: Any, found: Found, *, packed: bool) -> Iterator[bytes]:
    """The members of a TAR archive; of a packed one in one go from its beginning."""
    try:
        with tarfile.open(fileobj=file, mode="r|" if packed else "r:", ignore_zeros=not packed) as archive:
            for number, member in enumerate(archive):
                if number >= MEMBERS:
                    found.note(f"the archive has more than {MEMBERS} members: the first were read")
                    break
                if not _safe(member.name, found):
                    continue
                if not member.isreg():
                    if not member.isdir():
                        found.note("the archive has links: passed over")
                    continue
                if not packed:
                    file.seek(member.offset_data)
                yield found.unpack(_Part(archive.fileobj, member.size), 4)
    # tarfile raises whatever a header made it stumble over.
    except Exception:
        found.note(DAMAGED)


def zip_members(file: BinaryIO, found: Found) -> Iterator[bytes]:
    """The members of a ZIP archive."""
    archive = open_zip(file, found)
    if archive is None:
        yield from _salvaged(file, found)
        return
    members = archive.infolist()
    if len(members) > MEMBERS:
        found.note(f"the archive has {len(members):,} members: the first {MEMBERS} were read")
    chosen = [member for member in members[:MEMBERS] if not member.is_dir()]
    for number, member in enumerate(chosen):
        if not _safe(member.filename, found):
            continue
        if member.external_attr >> 28 == 0xA:
            found.note("the archive has links: passed over")
            continue
        if member.flag_bits & 1:
            found.note(LOCKED)
            found.locked += member.file_size
            continue
        try:
            inside = archive.open(member)
        except Exception:  # see Found._piece
            found.note(DAMAGED)
            continue
        with inside:
            data = found.unpack(inside, len(chosen) - number)
        yield data


def open_zip(file: BinaryIO, found: Found) -> zipfile.ZipFile | None:
    """The archive, or None where its list of members is missing, damaged or too long to be meant."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(size - _ENDS, 0))
    tail = file.read(_ENDS)
    place = tail.rfind(b"PK\x05\x06")
    listed = int.from_bytes(tail[place + 12 : place + 16], "little") if place >= 0 else 0
    large = tail.rfind(b"PK\x06\x06")
    if large >= 0 and listed == 0xFFFFFFFF:
        listed = int.from_bytes(tail[large + 40 : large + 48], "little")
    file.seek(0)
    if listed <= _LIST_BYTES:
        try:
            return zipfile.ZipFile(file)
        except Exception:  # see Found._piece
            file.seek(0)
    found.note(DAMAGED)
    return None


def _salvaged(file: BinaryIO, found: Found) -> Iterator[bytes]:
    """Members of a ZIP archive whose end is missing: one after the other, from their own headers."""
    for _ in range(MEMBERS):
        head = file.read(30)
        if len(head) < 30 or not head.startswith(b"PK\x03\x04"):
            return
        flags, method = int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")
        size = int.from_bytes(head[18:22], "little")
        name = file.read(int.from_bytes(head[26:28], "little")).decode("utf-8", "replace")
        file.read(int.from_bytes(head[28:30], "little"))
        start = file.tell()
        if flags & 1:
            found.note(LOCKED)
            found.locked += max(size, 1)
        elif method == 0:
            data = file.read(min(size, found.room))
            if _safe(name, found):
                yield data
        elif method == 8:
            inflater = _Inflated(file, "deflate")
            data = found.unpack(inflater, 4)
            if _safe(name, found):
                yield data
            if not inflater.ended:
                return
            size = inflater.taken + (16 if flags & 8 else 0)
        file.seek(start + size)


def seven_members(file: BinaryIO, found: Found) -> Iterator[bytes]:
    """The members of a 7z archive; a note where py7zr is not installed."""
    try:
        import py7zr
    except ImportError:
        found.note("7z archives need an extra: pip install 'simbreach[shapes]'")
        return
    kept = _Kept(found)
    try:
        with py7zr.SevenZipFile(file) as archive:
            if archive.needs_password():
                found.note(LOCKED)
                found.locked += max(sum(entry.uncompressed for entry in archive.list()), 1)
                return
            entries = [one for one in archive.list() if not one.is_directory][:MEMBERS]
            names = [one.filename for one in entries if _safe(one.filename, found) and not one.is_symlink]
            kept.share = max(found.room // max(len(names), 1), 1 << 16)
            archive.extract(targets=names, factory=kept)
    except py7zr.exceptions.PasswordRequired:
        found.note(LOCKED)
        found.locked += 1
    except _EnoughError:
        found.note("it unpacks to more than is read: passed over from there on")
    except Exception:  # see Found._piece
        found.note(DAMAGED)
    for data in kept.members:
        yield bytes(data)


class _EnoughError(Exception):
    """More was unpacked than is read."""


class _Kept:
    """Takes what py7zr unpacks: of each member its share, of all no more than the limit."""

    def __init__(self, found: Found) -> None:
        self.found = found
        self.share = 0
        self.members: list[bytearray] = []

    def create(self, _: str) -> "_Writer":
        """Where the next member goes."""
        self.members.append(bytearray())
        return _Writer(self, self.members[-1])


class _Writer:
    """Where one member goes: py7zr's idea of a file."""

    def __init__(self, kept: _Kept, data: bytearray) -> None:
        self._kept, self._data = kept, data

    def write(self, data: bytes) -> int:
        """Keep what the share has room for."""
        found = self._kept.found
        found.unpacked += len(data)
        if found.unpacked > UNPACKED_BYTES:
            raise _EnoughError
        self._data += data[: max(self._kept.share - len(self._data), 0)]
        return len(data)

    def read(self, size: int | None = None) -> bytes:
        """Nothing: it is read elsewhere."""
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        """Nowhere."""
        return 0

    def flush(self) -> None:
        """Nothing to do."""

    def size(self) -> int:
        """How much was kept."""
        return len(self._data)

    def close(self) -> None:
        """Nothing to do."""

"""What stands in a found file, whatever it is: lines of text from files, tables and archives.

A file is known by its first bytes, not by its name. Archives are read to the files within; a large file is
read in stretches spread over all of it.
"""

import base64
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, cast

from simbreach.circulation import archives, databases, documents, office
from simbreach.circulation.found import LINE_CHARS, LOCKED, LONG, STRETCH, Found
from simbreach.core.errors import DatasetError

__all__ = ["Found", "read_found"]

# The archives that `simbreach leak` nests four deep, in a mail, in an archive.
_DEPTH: Final = 6
_JSON_CHARS: Final = 8 << 20
_HEAD: Final = 1 << 14
_LETTERS: Final = 20
# What the tool of that name makes of a file: one line, or lines of 76 or 64 letters.
_BASE64: Final = re.compile(
    rb"(?:[A-Za-z0-9+/]{76}|[A-Za-z0-9+/]{64}|[A-Za-z0-9+/]{200,}={0,2})(?:[\r\n]|\Z)"
)
_NOT_READ: Final = {
    b"Rar!": "a RAR archive: extract it first",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an Office file with a password, or of before 2007: save it anew",
}


def read_found(path: Path) -> Found:
    """The lines of a file; DatasetError where it cannot be read, is no text, or needs a password."""
    found = Found()
    try:
        if not path.is_file():
            what = "is a folder: name one of its files" if path.is_dir() else "is not a plain file"
            raise DatasetError(f"{path}: {what if path.exists() else 'does not exist'}")
        volumes = _volumes(path)
        with _Volumes(volumes) if len(volumes) > 1 else path.open("rb") as file:
            _read(cast("BinaryIO", file), found, 0, path if len(volumes) == 1 else None)
    except PermissionError:
        raise DatasetError(f"{path}: cannot be read: change its rights") from None
    if not any(line.strip() for line in found.lines):
        raise DatasetError(f"{path}: {'; '.join(found.notes) or 'holds no text'}")
    if found.locked > found.kept:
        raise DatasetError(f"{path}: {LOCKED}")
    return found


def _read(file: BinaryIO, found: Found, depth: int, path: Path | None = None) -> None:
    """Read a file that can be sought; `path` where it lies on the disk as it is."""
    head = file.read(_HEAD)
    file.seek(0)
    not_read = next((what for magic, what in _NOT_READ.items() if head.startswith(magic)), None)
    packing = archives.packing(head)
    if not_read is not None:
        found.note(not_read)
    elif head.startswith(b"PAR1"):
        databases.read_parquet(file, found)
    elif head.startswith(b"SQLite format 3\0"):
        databases.read_sqlite(path, file, found)
    elif head[8:12] == b"DUCK":
        databases.read_duckdb(path, file, found)
    elif b"%PDF-" in head[:1024]:
        documents.read_pdf(file, found)
    elif packing is not None:
        _read_members(archives.unpacked(file, packing, found), found, depth)
    elif head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        _read_zip(file, found, depth)
    elif head.startswith(b"7z\xbc\xaf\x27\x1c"):
        _read_members(archives.seven_members(file, found), found, depth)
    elif archives.is_tar(head):
        _read_members(archives.tar_members(file, found, packed=False), found, depth)
    elif documents.is_mail(head):
        _read_members(documents.mail_parts(file.read(found.room), found), found, depth)
    elif _is_base64(head):
        _read_base64(file.read(found.room), found, depth)
    else:
        _read_text(_stretches(file, found), found)


def _is_base64(head: bytes) -> bool:
    found = _BASE64.match(head)
    return found is not None and len(set(found[0])) > _LETTERS


def _read_base64(data: bytes, found: Found, depth: int) -> None:
    """What stands in base64, or the text as it is where it only looks so."""
    letters = b"".join(data.split())
    try:
        inside = base64.b64decode(letters[: len(letters) // 4 * 4], validate=True)
    except ValueError:
        inside = data
    if inside is data or depth > _DEPTH:
        _read_text(iter([data]), found)
    else:
        _read(io.BytesIO(inside), found, depth + 1)


def _read_members(members: Iterator[bytes], found: Found, depth: int) -> None:
    if depth > _DEPTH:
        found.note("archives within archives: the innermost were passed over")
        return
    for data in members:
        if data:
            _read(io.BytesIO(data), found, depth + 1)


def _read_zip(file: BinaryIO, found: Found, depth: int) -> None:
    archive = archives.open_zip(file, found)
    names = archive.namelist() if archive is not None else []
    if archive is not None and "xl/workbook.xml" in names:
        office.read_workbook(archive, found)
    elif archive is not None and ("word/document.xml" in names or {"content.xml", "mimetype"} <= set(names)):
        office.read_office(archive, found)
    else:
        file.seek(0)
        _read_members(archives.zip_members(file, found), found, depth)


def _stretches(file: BinaryIO, found: Found) -> Iterator[bytes]:
    """A file whole, or stretches of it spread evenly."""
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    room = found.room
    if size <= room:
        yield file.read(room)
        return
    found.note(LONG)
    number = max(room // STRETCH, 1)
    for place in range(number):
        file.seek((size - STRETCH) * place // max(number - 1, 1) // 4 * 4)
        yield file.read(STRETCH)


# --- volumes ----------------------------------------------------------------------------------------------


def _volumes(path: Path) -> list[Path]:
    """The volumes of an archive whose first is given (`export.zip.001`), or the file alone."""
    found = [path]
    while path.suffix == ".001" and len(found) < 999:
        following = path.with_suffix(f".{len(found) + 1:03d}")
        if not following.is_file():
            break
        found.append(following)
    return found


class _Volumes(io.RawIOBase):
    """Files one after the other, as one."""

    def __init__(self, paths: list[Path]) -> None:
        super().__init__()
        self._parts = [(path, path.stat().st_size) for path in paths]
        self._place = 0

    def seekable(self) -> bool:
        """Always."""
        return True

    def readable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a byte of the whole."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: sum(size for _, size in self._parts)}
        self._place = max(base[whence] + offset, 0)
        return self._place

    def tell(self) -> int:
        """The byte of the whole that comes next."""
        return self._place

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most `size`."""
        data = bytearray()
        start = 0
        for path, length in self._parts:
            if start <= self._place < start + length and len(data) != size:
                with path.open("rb") as file:
                    file.seek(self._place - start)
                    piece = file.read(-1 if size < 0 else size - len(data))
                data += piece
                self._place += len(piece)
            start += length
        return bytes(data)


# --- text -------------------------------------------------------------------------------------------------


def _read_text(stretches: Iterator[bytes], found: Found) -> None:
    encoding = ""
    for data in stretches:
        # Files that were rescued from a disk end in zeros.
        data = data.rstrip(b"\0") if data.endswith(bytes(64)) else data
        if not data:
            continue
        guess = _encoding(data)
        if not guess:
            found.note("binary data, not text")
            continue
        encoding = guess if encoding in ("", "utf-8") else encoding
        # A stretch begins and ends anywhere: the broken lines at its ends are recognised as far as they go.
        found.take(_in_lines(data.decode(encoding, "replace")), encoding)


def _in_lines(text: str) -> str:
    """A text of one record a line, where it is of a kind that can be written otherwise."""
    start = text[: 1 << 16].lstrip("\ufeff \r\n\t")
    if documents.is_page(start):
        return documents.page_text(text)
    if "INSERT INTO" in text[: 1 << 16] or "),(" in text[: 1 << 14]:
        return re.sub(r"\),\s*\(", ")\n(", text)
    if start.startswith(("[", "{")):
        return _json_lines(text) or "\n".join(_records(line) for line in text.split("\n"))
    return text


def _records(line: str) -> str:
    """A line, or the objects of one that is too long to be a record."""
    return line if len(line) < LINE_CHARS else re.sub(r"\},\s*\{", "},\n{", line)


def _json_lines(text: str) -> str:
    """The records of a JSON text, one a line; nothing where it is none or has a record a line already."""
    if len(text) > _JSON_CHARS:
        return ""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if isinstance(whole, dict):
        whole = next((one for one in whole.values() if isinstance(one, list)), [whole])
    return "\n".join(json.dumps(one, ensure_ascii=False) for one in whole)


def _encoding(data: bytes) -> str:
    """The encoding of some text, or nothing where it is none."""
    head = data[: 1 << 16]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16-le" if head.startswith(b"\xff") else "utf-16-be"
    nuls = head.count(0)
    if nuls > len(head) // 4:
        low, high = head[1::2].count(0), head[::2].count(0)
        if min(low, high) * 4 > max(low, high):
            return ""
        return "utf-16-le" if low >= high else "utf-16-be"
    if sum(head.count(byte) for byte in range(32) if byte not in b"\t\n\v\f\r\x1b") * 20 > len(head):
        return ""
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError as problem:
        if problem.start >= len(data) - 4:
            return "utf-8"
    # A few bytes of a broken file, among many letters in UTF-8, do not make it another encoding.
    broken = data.decode("utf-8", "replace").count("\ufffd")
    if len(re.findall(rb"[\xc3\xc5][\x80-\xbf]", data)) > 20 * broken:
        return "utf-8"
    counts = {
        encoding: sum(data.count(letter.encode(encoding)) for letter in "éèàÉê")
        for encoding in ("cp1252", "cp850", "mac_roman")
    }
    return max(counts, key=lambda encoding: counts[encoding])

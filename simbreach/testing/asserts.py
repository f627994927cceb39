"""A guard for people's fixtures: no file or table of theirs holds an identifier that may be somebody's.

A failure gives counts, places and masks: no value is ever shown, whoever's it may be.
"""

import codecs
import gzip
import os
import sqlite3
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import pyarrow as pa
import pyarrow.compute as pc

from simbreach.api import Dataset
from simbreach.core.errors import DatasetError
from simbreach.testing.escapes import HEAD_BYTES, read, utf_16_of
from simbreach.truth.kinds import searchable_kinds
from simbreach.truth.scan import Scanner, Tally, mask, scan_column, scan_stream
from simbreach.truth.verify import check_identifiers

_SHOWN = 10
_BATCH_ROWS = 65_536
# Packed files are read up to so much text: enough for any fixture, and no bomb fills the disk or the day.
_MOST_UNPACKED = 1 << 30
_NEVER = (".*", "__pycache__")
_CLOSED: Final = {
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
}
_NOT_WHOLE = (OSError, EOFError, zipfile.BadZipFile, zlib.error, sqlite3.Error)
# Told from other numbers by little more than their length: more must lie outside than accidents explain.
_BY_ACCIDENT = ("nir without key", "rpps")


def assert_safe(path_or_table: str | os.PathLike[str] | Dataset | Any, *, skip: Sequence[str] = ()) -> None:
    """Pass if no identifier lies outside the ranges that are nobody's: NIR, telephone, e-mail, IBAN, RPPS.

    Takes a file; a folder, with all files in it but hidden ones and those whose name or path matches a
    pattern of `skip`; a table: anything of Arrow, Polars, pandas, DuckDB; or a dataset, its leaked tables.
    Text is searched in UTF-8, UTF-16 and 8-bit encodings, through the escapes of URLs, JSON, HTML and Python,
    inside ZIP (Office documents are) and gzip; cells in Parquet, Arrow and SQLite. What is packed otherwise
    cannot be searched, and fails unless it is skipped; other binary files are searched as bytes. Names and
    addresses are not looked at: nothing tells an invented one; nor are telephones without their first zero.
    """
    __tracebackhide__ = True
    problem = _problem(path_or_table, skip)
    if problem:
        raise AssertionError(problem)


def _problem(path_or_table: Any, skip: Sequence[str]) -> str:
    """What is wrong, in lines; or nothing."""
    found: list[tuple[str, Tally]] = []
    closed: list[str] = []
    files = 0
    if isinstance(path_or_table, Dataset):
        found += [("", tally) for tally in check_identifiers(path_or_table.path)]
    elif isinstance(path_or_table, str | os.PathLike):
        place = Path(path_or_table)
        if not place.exists():
            raise DatasetError(f"{_said(str(place))}: does not exist")
        for path in _files(place, skip):
            files += 1
            scanner = Scanner(searchable_kinds())
            name = path.relative_to(place).as_posix() if place.is_dir() else path.name
            if why := _scan_file(path, scanner):
                closed.append(f"{_said(name)}: {why}")
            found += [(name, tally) for tally in scanner.tallies]
    else:
        scanner = Scanner(searchable_kinds())
        _scan_table(path_or_table, scanner)
        found += [("", tally) for tally in scanner.tallies]
    lines = _outside_lines(found)
    if closed:
        lines.append(f"cannot be searched: {len(closed):,} of {files:,} files (unpack them, or skip=[…])")
        lines += [f"  {line}" for line in closed[:_SHOWN]]
    return "\n".join(lines)


def _outside_lines(found: list[tuple[str, Tally]]) -> list[str]:
    """How many lie outside, and where the first of them do."""
    alarming = _alarming([tally for _, tally in found])
    outside = [(name, tally) for name, tally in found if tally.outside and tally.name in alarming]
    if not outside:
        return []
    counts: dict[str, int] = {}
    for _, tally in outside:
        counts[tally.name] = counts.get(tally.name, 0) + tally.outside
    synthetic = sum(tally.synthetic for _, tally in found)
    said = ", ".join(f"{number:,} {_said(name)}" for name, number in counts.items())
    lines = [f"may be somebody's: {said}; {synthetic:,} others lie where nobody's do"]
    shown = 0
    for name, tally in outside:
        for place in tally.places[: max(0, _SHOWN - shown)]:
            shown += 1
            where = f"{_said(name)}: {_said(place.where)}" if name else _said(place.where)
            stretch = f"bytes {place.start_byte}–{place.end_byte}"
            lines.append(f"  {where}, {stretch}: {_said(place.name)} {place.mask}")
    more = sum(counts.values()) - shown
    return [*lines, f"  … and {more:,} more"] if more else lines


def _alarming(tallies: Sequence[Tally]) -> set[str]:
    """The kinds of which more lie outside than accidents explain, over all files."""
    whole: dict[str, Tally] = {}
    for tally in tallies:
        one = whole.setdefault(tally.name, Tally(tally.name, tally.chance))
        one.candidates += tally.candidates
        one.synthetic += tally.synthetic
        one.outside += tally.outside
    return {name for name, one in whole.items() if name not in _BY_ACCIDENT or one.beyond_chance()}


def _said(text: str) -> str:
    """A name of a file or column, whatever it holds hidden."""
    for kind in searchable_kinds():
        text = kind.pattern.sub(lambda match: mask(match[0]), text)
    return text


def _files(place: Path, skip: Sequence[str]) -> Iterator[Path]:
    if not place.is_dir():
        yield place
        return
    for folder, folders, names in os.walk(place):
        folders[:] = sorted(name for name in folders if not any(fnmatch(name, p) for p in _NEVER))
        for name in sorted(names):
            path = Path(folder) / name
            inside = path.relative_to(place).as_posix()
            skipped = any(fnmatch(name, pattern) or fnmatch(inside, pattern) for pattern in skip)
            if path.is_file() and not skipped and not fnmatch(name, ".*"):
                yield path


def _scan_file(path: Path, scanner: Scanner) -> str:
    """Feed a file to the scanner; why it cannot be searched, or nothing."""
    with path.open("rb") as file:
        head = file.read(16)
        file.seek(0)
        try:
            if head[:4] == b"PAR1":
                _scan_parquet(path, scanner)
            elif head[:4] == b"PK\x03\x04":
                return _scan_zip(file, scanner)
            elif head[:6] == b"ARROW1":
                with pa.ipc.open_file(path) as arrow:
                    _scan_batches(map(arrow.get_batch, range(arrow.num_record_batches)), scanner)
            elif head == b"SQLite format 3\0":
                _scan_sqlite(path, scanner)
            elif head[:2] == b"\x1f\x8b":
                return _scan_text(cast(BinaryIO, _Bounded(gzip.open(file))), scanner)
            elif head[8:12] == b"DUCK":
                return "a DuckDB database: export it, or hand its tables over"
            else:
                return _scan_text(file, scanner)
        except (*_NOT_WHOLE, pa.ArrowException) as problem:
            return f"not whole ({type(problem).__name__})"
        except (RuntimeError, NotImplementedError):
            return "locked with a password, or packed in a way that is not known"
    return ""


def _scan_text(stream: BinaryIO, scanner: Scanner) -> str:
    """Feed text in any encoding, or bytes."""
    head = stream.read(HEAD_BYTES)
    for magic, what in _CLOSED.items():
        if head.startswith(magic):
            return what
    stream = cast(BinaryIO, _Again(head, stream))
    if codec := utf_16_of(head):
        stream = cast(BinaryIO, codecs.EncodedFile(stream, "utf-8", codec, "replace"))
    scan_stream(stream, scanner, read)
    return ""


class _Again:
    """A stream whose first bytes were read already."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        head, self._head = self._head, b""
        return head + self._stream.read(size)


class _Bounded:
    """An unpacked stream that ends with an error beyond what is read of such files."""

    def __init__(self, stream: Any, most: int = _MOST_UNPACKED) -> None:
        self._stream = stream
        self._left = most

    def read(self, size: int = -1) -> bytes:
        found: bytes = self._stream.read(min(size, 1 << 22) if size >= 0 else 1 << 22)
        self._left -= len(found)
        if self._left < 0:
            raise OSError(f"more than {_MOST_UNPACKED >> 20} MB when unpacked")
        return found


def _scan_zip(file: BinaryIO, scanner: Scanner) -> str:
    """Feed the members of a ZIP archive, such as the XML of an Office document."""
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            if member.file_size > _MOST_UNPACKED:
                return f"a member of more than {_MOST_UNPACKED >> 20} MB"
            with archive.open(member) as stream:
                why = _scan_text(cast(BinaryIO, _Bounded(stream)), scanner)
            if why:
                return f"holds {why}"
    return ""


def _scan_parquet(path: Path, scanner: Scanner) -> None:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        _scan_batches(file.iter_batches(batch_size=_BATCH_ROWS), scanner)


def _scan_sqlite(path: Path, scanner: Scanner) -> None:
    """Feed the tables of a database; its file has nothing between the cells."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)) as database:
        database.text_factory = _said_in_any_encoding
        names = database.execute("select name from sqlite_master where type = 'table'").fetchall()
        for (table,) in names:
            rows = database.execute(f"select * from {_quoted(table)}")
            columns = [f"{table}.{described[0]}" for described in rows.description]
            first_row = 0
            while some := rows.fetchmany(_BATCH_ROWS):
                for column, cells in zip(columns, zip(*some, strict=True), strict=True):
                    texts = pa.array(map(_text_of, cells), pa.string())
                    scan_column(column, texts, first_row, scanner, read)
                first_row += len(some)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _said_in_any_encoding(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _text_of(cell: Any) -> str | None:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return cell.decode("latin-1") if isinstance(cell, bytes) else None if cell is None else str(cell)


def _scan_table(table: Any, scanner: Scanner) -> None:
    """Feed all columns of a table that can be read as text."""
    if isinstance(table, pa.RecordBatch):
        table = pa.Table.from_batches([table])
    if hasattr(table, "to_batches"):
        batches: Iterable[Any] = table.to_batches()
    elif hasattr(table, "__arrow_c_stream__"):
        batches = pa.RecordBatchReader.from_stream(table)
    else:
        raise TypeError(f"a path, or a table that Arrow can read, was expected, not {type(table).__name__}")
    _scan_batches(batches, scanner)


def _scan_batches(batches: Iterable[Any], scanner: Scanner) -> None:
    first_row = 0
    for batch in batches:
        for field, column in zip(batch.schema, batch.columns, strict=True):
            for name, flat in _flat(field.name, column):
                scan_column(name, flat, first_row, scanner, read)
        first_row += batch.num_rows


def _flat(name: str, column: Any) -> Iterator[tuple[str, Any]]:
    """The texts and numbers of a column, of one with others inside as well."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        yield from _flat(name, column.cast(kind.value_type))
    elif pa.types.is_struct(kind):
        for place, field in enumerate(kind):
            yield from _flat(f"{name}.{field.name}", pc.struct_field(column, [place]))
    elif pa.types.is_map(kind):
        yield from _flat(name, column.items)
        yield from _flat(name, column.keys)
    elif pa.types.is_nested(kind) and hasattr(column, "flatten"):
        yield from _flat(f"{name}[]", column.flatten())
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        texts = [None if cell is None else cell.decode("latin-1") for cell in column.to_pylist()]
        yield name, pa.array(texts, pa.string())
    elif pa.types.is_floating(kind):
        # As pandas keeps whole numbers among which some are missing.
        whole = pc.and_(pc.equal(column, pc.floor(column)), pc.less(pc.abs(column), float(1 << 53)))
        yield name, pc.if_else(whole, column, None).cast(pa.int64())
    elif any(is_read(kind) for is_read in _READ):
        yield name, column


_READ = (
    *(pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view),
    *(pa.types.is_integer, pa.types.is_decimal),
)

"""Whether a dataset's files still hold what its manifest says: sizes, SHA-256, content digests."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from simbreach.core.arrow import RecordBatch, Schema
from simbreach.core.digests import Hasher, add_sums, table_digest
from simbreach.core.errors import DatasetError
from simbreach.core.files import sha256
from simbreach.sinks.folder import DATABASES, MANIFEST, file_entries, read_json


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as the manifest says; no value of a cell is ever quoted."""

    path: str
    what: str


def verify_dataset(folder: Path) -> list[Finding]:
    """What in `folder` differs from its manifest, file by file, then table by table; empty when all agrees.

    Reads all rows, a batch at a time. DatasetError where there is no manifest.
    """
    if not (folder / MANIFEST).is_file():
        raise DatasetError(f"{folder}: no dataset that is whole: there is no {MANIFEST}")
    manifest = read_json(folder / MANIFEST)
    findings = list(check_files(folder, manifest))
    tables = manifest.get("tables")
    if not isinstance(tables, dict):
        raise DatasetError(f"{folder / MANIFEST}: lists no tables")
    spoilt = {finding.path for finding in findings}
    listed = {str(entry["path"]) for entry in file_entries(manifest)}
    for table, entry in tables.items():
        starts = [(int(start), int(rows)) for start, rows in entry["parts"]]
        parts = sorted(path for path in listed if path.startswith(f"{table}/"))
        if parts and spoilt.isdisjoint(parts):
            found = _parquet_digest([folder / path for path in parts], starts)
            findings += _compare(table, f"{table}/", entry, found)
        kind, _, name = table.partition("/")
        database = DATABASES[kind]
        if database in listed and database not in spoilt:
            found = _duckdb_digest(folder / database, name, starts)
            findings += _compare(table, database, entry, found)
    return findings


def check_files(folder: Path, manifest: Mapping[str, object]) -> Iterator[Finding]:
    """Each file of the manifest that is missing, or has another size or SHA-256."""
    for entry in file_entries(manifest):
        name = str(entry["path"])
        path = folder / name
        if not path.is_file():
            yield Finding(name, "is missing")
        elif path.stat().st_size != entry["bytes"]:
            yield Finding(name, f"has {path.stat().st_size:,} bytes, not {entry['bytes']:,}")
        elif sha256(path) != entry["sha256"]:
            yield Finding(name, "has another SHA-256: its bytes were changed")


def _compare(
    table: str, path: str, entry: Mapping[str, object], found: tuple[int, str] | str
) -> list[Finding]:
    if isinstance(found, str):
        return [Finding(path, found)]
    rows, digest = found
    if rows != entry["rows"]:
        return [Finding(path, f"table {table} has {rows:,} rows, not {entry['rows']:,}")]
    if digest != entry["digest"]:
        return [Finding(path, f"table {table} has the content digest {digest}, not {entry['digest']}")]
    return []


def _parquet_digest(parts: list[Path], starts: list[tuple[int, int]]) -> tuple[int, str] | str:
    """Rows and content digest of a table's parts, or what is wrong with them."""

    def batches() -> Iterator[RecordBatch]:
        for part in parts:
            with pq.ParquetFile(part) as file:
                yield from file.iter_batches()

    try:
        return _digest(pq.read_schema(parts[0]).remove_metadata(), batches(), starts)
    except (OSError, pa.ArrowException, TypeError) as error:
        return f"cannot be read as Parquet: {' '.join(str(error).split())}"


def _duckdb_digest(path: Path, table: str, starts: list[tuple[int, int]]) -> tuple[int, str] | str:
    """Rows and content digest of a table of a DuckDB file, or what is wrong with it."""
    import duckdb

    from simbreach.sinks.duckdb import read_table

    try:
        with read_table(path, table) as reader:
            return _digest(reader.schema, reader, starts)
    except (duckdb.Error, pa.ArrowException, TypeError) as error:
        return f"table {table} cannot be read: {' '.join(str(error).split())}"


def _digest(schema: Schema, batches: Iterator[RecordBatch], starts: list[tuple[int, int]]) -> tuple[int, str]:
    """Rows and content digest of `batches`, numbered as the parts `starts` (first row, rows) say."""
    hasher = Hasher()
    sums = []
    rows = 0
    left = list(reversed(starts))
    number, room = left.pop() if left else (0, 0)
    for batch in batches:
        at = 0
        while at < batch.num_rows:
            while not room and left:
                number, room = left.pop()
            # Rows beyond what the manifest lists are counted on: the digest differs in any case.
            count = min(batch.num_rows - at, room) if room else batch.num_rows - at
            sums.append(hasher.column_sums(batch.slice(at, count), number))
            at, number, room, rows = at + count, number + count, max(room - count, 0), rows + count
        sums = [add_sums(sums, len(schema))]
    return rows, table_digest(schema, add_sums(sums, len(schema)), rows)

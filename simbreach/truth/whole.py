"""Is what lies in a dataset's folder what its manifest says: every file, and the content of every table.

The content digest is computed again from the rows, in Parquet and in DuckDB alike.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from simbreach.core.arrow import RecordBatch, Schema
from simbreach.core.digests import Hasher, add_sums, table_digest
from simbreach.core.files import sha256
from simbreach.truth.read import DATA_FILE, TRUTH_FILE

_BATCH_ROWS = 122_880


def check_files(folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    """What is wrong with the files that the manifest lists: gone, or not the bytes that were written."""
    faults = []
    for entry in manifest["files"]:
        path = folder / entry["path"]
        if not path.is_file():
            faults.append(f"{entry['path']}: is gone")
        elif path.stat().st_size != entry["bytes"] or sha256(path) != entry["sha256"]:
            faults.append(f"{entry['path']}: other bytes than were written")
    return faults


def check_contents(folder: Path, manifest: Mapping[str, Any]) -> tuple[list[str], int]:
    """What is wrong with the tables, in each format that was written; and how many digests were computed."""
    faults = []
    digests = 0
    listed = {entry["path"] for entry in manifest["files"]}
    for table, entry in manifest["tables"].items():
        for form, batches in _forms(folder, table, listed):
            digests += 1
            try:
                same = _digest(batches, entry["parts"]) == entry["digest"]
            except (OSError, TypeError, pa.ArrowException, duckdb.Error):
                same = False
            if not same:
                faults.append(f"{table}: its content in {form} is not what was written")
    return faults, digests


def _forms(folder: Path, table: str, listed: set[str]) -> Iterator[tuple[str, Iterator[RecordBatch]]]:
    """The rows of a table in each format that the manifest lists."""
    parts = sorted(path for path in listed if Path(path).parent.as_posix() == table)
    if parts:
        yield "Parquet", _parquet_rows([folder / part for part in parts])
    database = TRUTH_FILE if table.startswith("truth/") else DATA_FILE
    if database in listed:
        yield "DuckDB", _duckdb_rows(folder / database, table.partition("/")[2])


def _parquet_rows(parts: Sequence[Path]) -> Iterator[RecordBatch]:
    for part in parts:
        with pq.ParquetFile(part) as file:
            yield from file.iter_batches(_BATCH_ROWS)


def _duckdb_rows(database: Path, table: str) -> Iterator[RecordBatch]:
    with duckdb.connect(str(database), read_only=True) as connection:
        yield from connection.table(f'"{table}"').to_arrow_reader(_BATCH_ROWS)


def _digest(batches: Iterator[RecordBatch], parts: Sequence[tuple[int, int]]) -> str:
    """The content digest of rows that were numbered in `parts`: first number, and how many."""
    hasher = Hasher()
    schema: Schema | None = None
    sums = []
    rows = 0
    for batch, start in _numbered(batches, parts):
        schema = batch.schema
        sums.append(hasher.column_sums(batch, start))
        rows += batch.num_rows
    return table_digest(schema, add_sums(sums, len(schema)), rows) if schema is not None else ""


def _numbered(
    batches: Iterator[RecordBatch], parts: Sequence[tuple[int, int]]
) -> Iterator[tuple[RecordBatch, int]]:
    """The batches cut where parts end, each with the number of its first row."""
    left = iter(parts)
    start, rows = next(left, (0, 0))
    for batch in batches:
        place = 0
        while place < batch.num_rows:
            while not rows:
                # More rows than were written: any number does, the digest is another one.
                start, rows = next(left, (0, batch.num_rows))
            piece = batch.slice(place, min(rows, batch.num_rows - place))
            yield piece, start
            place, start, rows = place + piece.num_rows, start + piece.num_rows, rows - piece.num_rows
        if not batch.num_rows:
            yield batch, start

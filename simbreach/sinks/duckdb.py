"""DuckDB files: each table loaded in one streamed INSERT, in the order of its batches, strings as VARCHAR."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import duckdb
import pyarrow as pa

from simbreach.core.arrow import RecordBatch, Schema, decode
from simbreach.core.files import faults_told, working
from simbreach.sinks.parquet import GROUP_ROWS

_TYPES = {
    pa.string(): "VARCHAR",
    pa.bool_(): "BOOLEAN",
    pa.int8(): "TINYINT",
    pa.int16(): "SMALLINT",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.date32(): "DATE",
}
_MEMORY = "400MB"


class Databases:
    """One DuckDB at work on several files, each under its working name until `finish`."""

    def __init__(self, paths: dict[str, Path], *, threads: int) -> None:
        """Begin the file of each schema name in `paths` afresh; WorkError where that fails."""
        self._paths = paths
        self._lock = threading.Lock()
        self._cursors: list[duckdb.DuckDBPyConnection] = []
        first = next(iter(paths.values()))
        spill = working(first).with_name(working(first).name + ".tmp")
        with faults_told(first.parent, duckdb.Error):
            self._connection = duckdb.connect(
                config={"threads": threads, "memory_limit": _MEMORY, "temp_directory": str(spill)}
            )
            for name, path in paths.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                clear_working(path)
                self._connection.execute(f"ATTACH {_literal(str(working(path)))} AS {_name(name)}")

    def load(self, database: str, table: str, schema: Schema, batches: Iterator[RecordBatch]) -> None:
        """Create `table` with the columns of `schema` and fill it; may run in several threads at once.

        What `batches` raises is raised, as a WorkError where DuckDB had it in hands; so is any fault.
        """
        first = next(batches, None)
        target = f"{_name(database)}.{_name(table)}"
        with faults_told(self._paths[database].parent, duckdb.Error):
            with self._lock:
                cursor = self._connection.cursor()
                self._cursors.append(cursor)
            cursor.execute(f"CREATE TABLE {target} ({', '.join(_columns(schema, first))})")
            if first is not None:
                reader = pa.RecordBatchReader.from_batches(first.schema, _alike(first, batches))
                cursor.register("batches", reader)
                cursor.execute(f"INSERT INTO {target} SELECT * FROM batches")
                cursor.unregister("batches")

    def finish(self) -> None:
        """Write all that is in memory and give the files their names; WorkError where that fails."""
        for name, path in self._paths.items():
            with faults_told(path.parent, duckdb.Error):
                self._connection.execute(f"CHECKPOINT {_name(name)}")
                self._connection.execute(f"DETACH {_name(name)}")
        self._close()
        for path in self._paths.values():
            with faults_told(path.parent):
                working(path).replace(path)

    def interrupt(self) -> None:
        """Break off what runs, from any thread."""
        with self._lock:
            for cursor in self._cursors:
                with suppress(duckdb.Error):
                    cursor.interrupt()

    def discard(self) -> None:
        """Close, and remove the working files, once no thread is loading any more."""
        with suppress(duckdb.Error):
            self._close()
        for path in self._paths.values():
            with suppress(OSError):
                clear_working(path)

    def _close(self) -> None:
        for cursor in self._cursors:
            cursor.close()
        self._connection.close()


def clear_working(path: Path) -> None:
    """Remove what a run that was broken off left of the DuckDB file `path`."""
    under_way = working(path)
    for name in (under_way.name, under_way.name + ".wal", path.name + ".wal"):
        path.with_name(name).unlink(missing_ok=True)
    spill = path.with_name(under_way.name + ".tmp")
    if spill.exists():
        shutil.rmtree(spill)


def read_batches(path: Path, table: str, rows: int = GROUP_ROWS) -> Iterator[RecordBatch]:
    """The rows of a table of a DuckDB file, in order; duckdb.Error where it cannot be read."""
    with duckdb.connect(str(path), read_only=True) as connection:
        yield from connection.sql(f"SELECT * FROM {_name(table)}").to_arrow_reader(rows)


def is_readable(path: Path) -> bool:
    """Whether `path` opens as a DuckDB file."""
    try:
        duckdb.connect(str(path), read_only=True).close()
    except duckdb.Error:
        return False
    return True


def _columns(schema: Schema, first: RecordBatch | None) -> Iterator[str]:
    """The column definitions of a table, with what its first batch tells of how to store it.

    Values that hardly repeat are stored as they are: to look for a dictionary in them takes longer than
    all the rest, and saves half their size.
    """
    for place, column in enumerate(schema):
        as_it_is = ""
        if first is not None and pa.types.is_string(first.schema.types[place]):
            values = first.column(place)
            if values.null_count * 2 < len(values):
                as_it_is = " USING COMPRESSION uncompressed"
        yield f"{_name(column.name)} {_TYPES[column.type]}{as_it_is}"


def _alike(first: RecordBatch, batches: Iterator[RecordBatch]) -> Iterator[RecordBatch]:
    """`first` and `batches`, columns encoded like the first one's, cut to what one thread takes at a time."""
    schema = first.schema
    while True:
        for start in range(0, first.num_rows, GROUP_ROWS):
            yield first.slice(start, GROUP_ROWS)
        following = next(batches, None)
        if following is None:
            return
        first = following if following.schema.equals(schema) else _encode_like(schema, following)


def _encode_like(schema: Schema, batch: RecordBatch) -> RecordBatch:
    columns = []
    for column, wanted in zip(batch.columns, schema.types, strict=True):
        if column.type != wanted:
            column = column.dictionary_encode() if pa.types.is_dictionary(wanted) else decode(column)
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

"""DuckDB files: each table loaded in the order of its batches, strings as VARCHAR."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pyarrow as pa

from simbreach.core.arrow import RecordBatch, Schema, Table, decode
from simbreach.core.files import faults_told, working
from simbreach.sinks.folder import GROUP_ROWS, clear_working, spill_folder

_TYPES = {
    pa.string(): "VARCHAR",
    pa.bool_(): "BOOLEAN",
    pa.int8(): "TINYINT",
    pa.int16(): "SMALLINT",
    pa.int32(): "INTEGER",
    pa.int64(): "BIGINT",
    pa.date32(): "DATE",
}
_MEMORY = "256MB"
# DuckDB draws a bar of its own on stdout when a statement takes longer than two seconds.
_QUIET = "SET enable_progress_bar = false"


class Databases:
    """One DuckDB at work on several files, each under its working name until `finish`.

    All but `interrupt` are called by one thread at a time.
    """

    def __init__(self, paths: dict[str, Path], *, threads: int) -> None:
        """Begin the file of each database name in `paths` afresh; WorkError where that fails."""
        self._paths = paths
        first = next(iter(paths.values()))
        with faults_told(first.parent, duckdb.Error):
            self._connection = duckdb.connect(
                config={
                    "threads": threads,
                    "memory_limit": _MEMORY,
                    "temp_directory": str(spill_folder(first)),
                }
            )
            self._connection.execute(_QUIET)
            for name, path in paths.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                clear_working(path)
                self._connection.execute(f"ATTACH {_literal(str(working(path)))} AS {_name(name)}")

    def create(self, database: str, table: str, schema: Schema, sample: RecordBatch | None) -> None:
        """Create a table with the columns of `schema`, stored as befits a sample of its rows."""
        columns = ", ".join(_columns(schema, sample))
        with faults_told(self._paths[database].parent, duckdb.Error):
            self._connection.execute(f"CREATE TABLE {_name(database)}.{_name(table)} ({columns})")

    def append(self, database: str, table: str, batches: Sequence[RecordBatch]) -> None:
        """Append the rows of `batches` (columns of the table, in order), one thread for each 122,880 rows."""
        if not batches:
            return
        with faults_told(self._paths[database].parent, duckdb.Error):
            self._connection.register("batches", _together(batches))
            target = f"{_name(database)}.{_name(table)}"
            self._connection.execute(f"INSERT INTO {target} SELECT * FROM batches")
            self._connection.unregister("batches")

    def finish(self) -> None:
        """Write all that is in memory and give the files their names; WorkError where that fails."""
        for name, path in self._paths.items():
            with faults_told(path.parent, duckdb.Error):
                self._connection.execute(f"CHECKPOINT {_name(name)}")
                self._connection.execute(f"DETACH {_name(name)}")
        self._connection.close()
        for path in self._paths.values():
            with faults_told(path.parent):
                working(path).replace(path)

    def interrupt(self) -> None:
        """Break off what runs, from any thread."""
        with suppress(duckdb.Error):
            self._connection.interrupt()

    def discard(self) -> None:
        """Close, and remove the working files."""
        with suppress(duckdb.Error):
            self._connection.close()
        for path in self._paths.values():
            with suppress(OSError):
                clear_working(path)


@contextmanager
def read_table(path: Path, table: str) -> Iterator[pa.RecordBatchReader]:
    """A reader of the rows of a table of a DuckDB file, in order; duckdb.Error where it cannot be read."""
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute(_QUIET)
        yield connection.sql(f"SELECT * FROM {_name(table)}").to_arrow_reader(GROUP_ROWS)


def is_readable(path: Path) -> bool:
    """Whether `path` opens as a DuckDB file."""
    try:
        duckdb.connect(str(path), read_only=True).close()
    except duckdb.Error:
        return False
    return True


def _columns(schema: Schema, sample: RecordBatch | None) -> Iterator[str]:
    """The column definitions of a table, with what a sample of it tells of how to store them.

    Values that hardly repeat are stored as they are: to look for a dictionary in them takes longer than
    all the rest, and saves half their size.
    """
    for place, column in enumerate(schema):
        as_it_is = ""
        if sample is not None and pa.types.is_string(sample.schema.types[place]):
            values = sample.column(place)
            if values.null_count * 2 < len(values):
                as_it_is = " USING COMPRESSION uncompressed"
        yield f"{_name(column.name)} {_TYPES[column.type]}{as_it_is}"


def _together(batches: Sequence[RecordBatch]) -> Table:
    """The batches as one table, columns encoded like the first one's, cut to what one thread takes."""
    schema = batches[0].schema
    alike = [batch if batch.schema.equals(schema) else _encode_like(schema, batch) for batch in batches]
    pieces = [batch.slice(at, GROUP_ROWS) for batch in alike for at in range(0, batch.num_rows, GROUP_ROWS)]
    return pa.Table.from_batches(pieces, schema=schema)


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

"""DuckDB files: each table loaded in the order of its batches, strings as VARCHAR."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path

import duckdb
import pyarrow as pa

from simbreach.core.arrow import RecordBatch, Schema
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
# What DuckDB may hold: a group of rows for each thread, twice over while it is compressed.
_MEMORY_MB, _MEMORY_MB_A_THREAD = 256, 128
# Rows of a group. A thread compresses and writes the whole groups that it appends; what does not fill one is
# written by whoever commits, while others wait for their turn.
_GROUP_ROWS = 61_440
# DuckDB draws a bar of its own on stdout when a statement takes longer than two seconds.
_QUIET = "SET enable_progress_bar = false"


class Databases:
    """One DuckDB at work on several files, each under its working name until `finish`."""

    def __init__(self, paths: dict[str, Path], *, threads: int) -> None:
        """Begin the file of each database name in `paths` afresh; WorkError where that fails."""
        self._paths = paths
        self._home = next(iter(paths.values())).parent
        self._cursors: set[duckdb.DuckDBPyConnection] = set()
        with faults_told(self._home, duckdb.Error):
            self._connection = duckdb.connect(
                config={
                    # With one thread a group is compressed when it is committed, not when it is appended.
                    "threads": max(threads, 2),
                    "memory_limit": f"{_MEMORY_MB + _MEMORY_MB_A_THREAD * threads}MB",
                    "temp_directory": str(spill_folder(next(iter(paths.values())))),
                    # Rows stand in the order of commits: `append` hands each statement to one thread.
                    "preserve_insertion_order": False,
                }
            )
            self._connection.execute(_QUIET)
            for name, path in paths.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                clear_working(path)
                self._connection.execute(
                    f"ATTACH {_literal(str(working(path)))} AS {_name(name)} (ROW_GROUP_SIZE {_GROUP_ROWS})"
                )

    def create(self, table: str, schema: Schema, sample: RecordBatch | None) -> None:
        """Create a table, `DATABASE/NAME`, stored as befits a sample of its rows."""
        columns = ", ".join(_columns(schema, sample))
        with faults_told(self._home, duckdb.Error):
            self._connection.execute(f"CREATE TABLE {_target(table)} ({columns})")

    def append(self, batches: Mapping[str, RecordBatch], turn: AbstractContextManager[None]) -> None:
        """Append the rows of `batches` to the tables that they are given for; several threads may, at once.

        All of them become visible inside `turn`, which threads enter one after another: the tables have
        the rows in the order of turns.
        """
        with faults_told(self._home, duckdb.Error), ExitStack() as stack:
            # A transaction writes to one database only.
            names = dict.fromkeys(_database(table) for table in batches)
            cursors = {name: stack.enter_context(self._cursor()) for name in names}
            for cursor in cursors.values():
                cursor.execute("BEGIN")
            for table, batch in batches.items():
                _insert(cursors[_database(table)], _target(table), batch)
            with turn:
                for cursor in cursors.values():
                    cursor.execute("COMMIT")

    def finish(self) -> None:
        """Write all that is in memory and give the files their names; WorkError where that fails."""
        with ThreadPoolExecutor(len(self._paths)) as at_once:
            list(at_once.map(self._check_point, self._paths))
        self._connection.close()
        for path in self._paths.values():
            with faults_told(path.parent):
                working(path).replace(path)

    def _check_point(self, name: str) -> None:
        with faults_told(self._paths[name].parent, duckdb.Error), self._connection.cursor() as cursor:
            cursor.execute(f"CHECKPOINT {_name(name)}")
            cursor.execute(f"DETACH {_name(name)}")

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._connection.cursor() as cursor:
            self._cursors.add(cursor)
            try:
                yield cursor
            finally:
                self._cursors.discard(cursor)

    def interrupt(self) -> None:
        """Break off what runs, from any thread."""
        for cursor in tuple(self._cursors):
            with suppress(duckdb.Error):
                cursor.interrupt()

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


def _insert(cursor: duckdb.DuckDBPyConnection, target: str, batch: RecordBatch) -> None:
    """Insert a batch in its order: a statement that is given one piece of rows leaves it to one thread."""
    for at in range(0, batch.num_rows, _GROUP_ROWS):
        cursor.register("piece", pa.Table.from_batches([batch.slice(at, _GROUP_ROWS)]))
        cursor.execute(f"INSERT INTO {target} SELECT * FROM piece")
        cursor.unregister("piece")


def _database(table: str) -> str:
    return table.partition("/")[0]


def _target(table: str) -> str:
    database, _, name = table.partition("/")
    return f"{_name(database)}.{_name(name)}"


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

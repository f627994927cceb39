"""Rows of databases and Parquet files, a line a row with tabs between cells: stretches of large tables.

Only tables are read: views, triggers and virtual tables run what somebody wrote into the file.
"""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from simbreach.circulation.found import CELL_CHARS, CELLS, DAMAGED, LONG, MEMBERS, UNPACKED_BYTES, Found
from simbreach.core.arrow import STRING

_STRETCHES: Final = 64
_ROWS: Final = 512
_CELL_BYTES: Final = 16 << 20
# Steps of SQLite's machine between two looks, and looks: some twenty seconds at the most.
_STEPS, _LOOKS = 1_000_000, 2_000
_Fetch = Callable[[str], Iterator[Sequence[object]]]


def read_sqlite(path: Path | None, data: BinaryIO, found: Found) -> None:
    """The tables of an SQLite database: a file, or the bytes of one that lay in an archive."""
    looks = iter(range(_LOOKS))
    try:
        if path is not None:
            database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        else:
            database = sqlite3.connect(":memory:")
            # Bytes 18 and 19 say that a journal lies beside: there is none.
            whole = data.read(found.room)
            database.deserialize(whole[:18] + b"\x01\x01" + whole[20:])
    except sqlite3.Error:
        found.note(DAMAGED)
        return
    try:
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _CELL_BYTES)
        database.execute("pragma trusted_schema=off")
        database.text_factory = lambda text: text.decode("utf-8", "replace")
        database.set_progress_handler(lambda: next(looks, None) is None, _STEPS)
        tables = database.execute(
            "select name from sqlite_schema where type = 'table' and sql not like 'create virtual%' "
            f"and name not like 'sqlite_%' limit {MEMBERS}"
        ).fetchall()
        for number, (name,) in enumerate(tables):
            _take_table(
                lambda query: database.execute(query), _quoted(name), "SQLite", found, len(tables) - number
            )
    except (sqlite3.Error, OverflowError, MemoryError):
        found.note(DAMAGED)
    finally:
        database.close()


def read_duckdb(path: Path | None, data: BinaryIO, found: Found) -> None:
    """The tables of a DuckDB database."""
    with tempfile.TemporaryDirectory(prefix="simbreach-") as folder:
        if path is None:
            path = Path(folder) / "found.duckdb"
            path.write_bytes(data.read(found.room))
        try:
            settings: dict[str, Any] = {
                "enable_external_access": "false",
                "autoload_known_extensions": "false",
                "memory_limit": "512MB",
                "threads": "1",
                "temp_directory": folder,
            }
            with duckdb.connect(str(path), read_only=True, config=settings) as database:
                tables = database.execute(
                    "select schema_name, table_name from duckdb_tables() where not internal "
                    f"and not temporary and database_name = current_database() limit {MEMBERS}"
                ).fetchall()

                def fetch(query: str) -> Iterator[Sequence[object]]:
                    answer = database.execute(query)
                    while rows := answer.fetchmany(_ROWS):
                        yield from rows

                for number, (schema, name) in enumerate(tables):
                    whole = f"{_quoted(schema)}.{_quoted(name)}"
                    _take_table(fetch, whole, "DuckDB", found, len(tables) - number)
        except (duckdb.Error, RuntimeError, UnicodeDecodeError, MemoryError):
            found.note(DAMAGED)


def _quoted(name: object) -> str:
    return '"' + str(name).replace('"', '""') + '"'


def _take_table(fetch: _Fetch, name: str, kind: str, found: Found, tables: int) -> None:
    """The rows of a table, or stretches of them where they are more than its share of the room."""
    room = found.room // tables
    columns = ", ".join(
        f"substr(cast({column} as text), 1, {CELL_CHARS})" for column in _columns(fetch, name, kind)
    )
    if not columns:
        return
    header = [str(row[1 if kind == "SQLite" else 0]) for row in _described(fetch, name, kind)]
    try:
        first, last = next(iter(fetch(f"select min(rowid), max(rowid) from {name}")))
    except (sqlite3.Error, duckdb.Error, StopIteration):
        first = last = None
    rows = int(str(last)) - int(str(first)) + 1 if first is not None and last is not None else 0
    if rows <= _STRETCHES * _ROWS:
        if not found.take_rows(chain([header], fetch(f"select {columns} from {name}")), kind, room):
            found.note(LONG)
        return
    found.note(LONG)
    found.take_rows([header], kind, room)
    for place in range(_STRETCHES):
        start = int(str(first)) + (rows - _ROWS) * place // (_STRETCHES - 1)
        query = f"select {columns} from {name} where rowid >= {start} and rowid < {start + _ROWS}"
        found.take_rows(fetch(query), kind, room // _STRETCHES)


def _described(fetch: _Fetch, name: str, kind: str) -> list[Sequence[object]]:
    query = f"pragma table_info({name})" if kind == "SQLite" else f"describe {name}"
    return list(fetch(query))[:CELLS]


def _columns(fetch: _Fetch, name: str, kind: str) -> list[str]:
    return [_quoted(row[1 if kind == "SQLite" else 0]) for row in _described(fetch, name, kind)]


def read_parquet(file: BinaryIO, found: Found) -> None:
    """The rows of a Parquet file: of a large one a part of its row groups, spread evenly."""
    try:
        whole = pq.ParquetFile(file)
        columns = whole.schema_arrow.names[:CELLS]
        groups = [
            group
            for group in range(whole.num_row_groups)
            if whole.metadata.row_group(group).total_byte_size <= UNPACKED_BYTES
        ]
        if len(groups) < whole.num_row_groups or len(groups) > _STRETCHES:
            found.note(LONG)
            groups = groups[:: -(-len(groups) // _STRETCHES) or 1]
        found.take_rows([columns], "Parquet", found.room)
        for number, group in enumerate(groups):
            room = found.room // (len(groups) - number)
            batches = whole.iter_batches(batch_size=_ROWS, row_groups=[group], columns=columns)
            if not found.take_rows(chain.from_iterable(map(_batch_rows, batches)), "Parquet", room):
                found.note(LONG)
    except (pa.ArrowException, OSError, ValueError, MemoryError):
        found.note(DAMAGED)


def _batch_rows(batch: Any) -> Iterator[tuple[object, ...]]:
    texts = []
    for column in batch.columns:
        try:
            texts.append(pc.utf8_slice_codeunits(column.cast(STRING), 0, CELL_CHARS).to_pylist())
        except pa.ArrowException:  # lists, structures and bytes that are no text
            texts.append([str(value)[:CELL_CHARS] for value in column.to_pylist()])
    return zip(*texts, strict=True)

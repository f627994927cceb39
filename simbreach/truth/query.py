"""Rows of the truth chosen by columns, condition, row numbers: for people who know one line of SQL or none.

The condition is run by DuckDB on a connection that sees the dataset's truth and nothing else of the machine.
Rows pass through in batches: memory does not grow with the table.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from simbreach.core.arrow import RecordBatch, Schema, from_numpy
from simbreach.core.errors import DatasetError, InputError
from simbreach.truth.read import TRUTH_FILE

if TYPE_CHECKING:
    import duckdb

_BATCH_ROWS = 16_384
# One thread keeps the rows in their order, as long as joins with what a condition asks for do not change
# sides; and a condition finds no Python variable by its name.
_CALM: Final[dict[str, str | bool | int | float | list[str]]] = {
    "threads": 1,
    "disabled_optimizers": "join_order,build_side_probe_side",
    "python_enable_replacements": False,
}


@dataclass(frozen=True)
class Selection:
    """Which rows and columns: all, but for what is given.

    `where` is an SQL condition, `rows` a half-open range of row numbers, `limit` the most rows.
    """

    columns: Sequence[str] | None = None
    where: str | None = None
    rows: tuple[int, int] | None = None
    limit: int | None = None


def connect_truth(folder: Path) -> "duckdb.DuckDBPyConnection":
    """A connection to the truth tables of the dataset in `folder`, by their names.

    No query on it reaches a file outside `truth/`, and its settings cannot be changed back.
    """
    import duckdb

    home = (folder / "truth").resolve()
    connection = duckdb.connect(config=_CALM)
    tables = sorted({part.parent for part in home.glob("*/part-*.parquet")})
    try:
        for table in tables:
            parts = _text(f"{_literally(table)}/part-*.parquet")
            connection.execute(f"create view {_quoted(table.name)} as from read_parquet({parts})")
        if not tables:
            database = _text(str(folder / TRUTH_FILE))
            connection.execute(f"attach {database} as truth (read_only); use truth")
    except duckdb.Error as problem:
        raise DatasetError(f"{home}: cannot be read: {_said(problem)}") from None
    allowed = f"[{_text(f'{home}/')}, {_text(f'{_literally(home)}/')}]" if tables else "[]"
    connection.execute(f"set allowed_directories = {allowed}; set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _literally(path: Path) -> str:
    """The path as a pattern that matches it alone."""
    return re.sub(r"([\[*?])", r"[\1]", str(path))


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def select(
    connection: "duckdb.DuckDBPyConnection", table: str, selection: Selection, schema: Schema | None = None
) -> pa.RecordBatchReader:
    """The chosen rows of `table`, in its order, a batch at a time, in the types of `schema` where given.

    The columns must be there. InputError for row numbers where there are none, and, with what DuckDB says and
    the columns that there are, for a condition that cannot be run: at once, or while the rows are read.
    """
    import duckdb

    there = connection.table(f'"{table}"').columns
    if selection.rows is not None and "row" not in there:
        raise InputError(
            f"--rows: {table} is not numbered by rows, it has {', '.join(there)}; choose with --where"
        )
    chosen = list(selection.columns or there)
    if selection.where is not None:
        with _condition_told(connection, selection.where, there):
            # One expression: no bracket, semicolon or further clause leads out of it.
            duckdb.SQLExpression(selection.where)
            duckdb.SQLExpression(f"(\n{selection.where}\n)")
    with _condition_told(connection, selection.where, there):
        (statement,) = connection.extract_statements(_query(table, chosen, selection))
        found = connection.sql(statement).to_arrow_reader(_BATCH_ROWS)
    wanted = found.schema if schema is None else pa.schema([schema.field(name) for name in chosen])

    def batches() -> Iterator[RecordBatch]:
        with _condition_told(connection, selection.where, there):
            for batch in found:
                yield batch.cast(wanted)

    return pa.RecordBatchReader.from_batches(wanted, batches())


def _query(table: str, columns: Sequence[str], selection: Selection) -> str:
    conditions = []
    if selection.rows is not None:
        start, stop = selection.rows
        conditions.append(f'"row" >= {start} and "row" < {stop}')
    if selection.where is not None:
        # A comment at the condition's end must not hide the bracket.
        conditions.append(f"(\n{selection.where}\n)")
    where = f" where {' and '.join(conditions)}" if conditions else ""
    limit = "" if selection.limit is None else f" limit {selection.limit}"
    return f"select {', '.join(_quoted(name) for name in columns)} from {_quoted(table)}{where}{limit}"


@contextmanager
def _condition_told(
    connection: "duckdb.DuckDBPyConnection", where: str | None, columns: Sequence[str]
) -> Iterator[None]:
    """What DuckDB or Arrow refuse inside becomes one line about the condition, or about the files."""
    import duckdb

    try:
        yield
    except (duckdb.Error, pa.ArrowException) as problem:
        if where is None:
            raise DatasetError(f"the truth cannot be read: {_said(problem)}") from None
        there = ", ".join(_as_typed(connection, columns))
        raise InputError(f"--where: DuckDB says: {_said(problem)}; the columns are {there}") from None


def _said(problem: Exception) -> str:
    """The message without its drawing of where in the query."""
    return " ".join(str(problem).partition("\nLINE ")[0].split())


def _as_typed(connection: "duckdb.DuckDBPyConnection", names: Sequence[str]) -> list[str]:
    """The names as a condition holds them: SQL's own words, `table`, `column`, `end`, stand in quotes."""
    query = "select keyword_name from duckdb_keywords() where keyword_category = 'reserved'"
    reserved = {word for (word,) in connection.execute(query).fetchall()}
    return [_quoted(name) if name.lower() in reserved or not name.isidentifier() else name for name in names]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def number_rows(reader: pa.RecordBatchReader, start: int) -> pa.RecordBatchReader:
    """The rows of `reader`, the first of which is number `start`, behind a column `row` with their numbers.

    A table that has a column of that name keeps it as its only one.
    """
    schema = reader.schema
    if "row" in (name.lower() for name in schema.names):
        return reader
    numbered = pa.schema([pa.field("row", pa.int64()), *schema])

    def batches() -> Iterator[RecordBatch]:
        first = start
        for batch in reader:
            numbers = from_numpy(np.arange(first, first + batch.num_rows))
            yield pa.RecordBatch.from_arrays([numbers, *batch.columns], schema=numbered)
            first += batch.num_rows

    return pa.RecordBatchReader.from_batches(numbered, batches())

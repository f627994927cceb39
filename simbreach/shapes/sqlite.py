"""Leaked tables as an SQLite file, as applications on telephones and small servers keep them.

Spans are of the unit `cell`: start = (rowid - 1) * CELL_COLUMNS + column, from 0; end = start + 1.
"""

import errno
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

import numpy as np
from pydantic import Field

from simbreach.core.arrow import RecordBatch, coded, decode, strings, validity
from simbreach.core.errors import InputError, WorkError
from simbreach.shapes.contract import CELL_COLUMNS, Out, Spans, Table
from simbreach.shapes.lines import spanned
from simbreach.shapes.tabular import TabularOptions, View, view

NAME_FR = "Base SQLite : les tables telles quelles, en texte"

# SQLite as it is usually built takes so many columns. Source: sqlite.org/limits.html.
_COLUMNS = 2000
_ROWS_AT_ONCE = 4096


class Options(TabularOptions):
    """Options of the shape `sqlite`."""

    file: str = Field("labo.sqlite", pattern=r"^[\w.-]{1,64}$", description="the file's name")


def write(tables: Sequence[Table], out: Out, options: Options) -> None:
    """Write one database with all tables, cells as text; with the header `none` columns are called c1, c2, ….

    WorkError where the disk is full, InputError for a table that is too wide.
    """
    with (
        out.file(options.file) as file,
        _full_disk_told(),
        closing(sqlite3.connect(file.path, isolation_level=None)) as database,
    ):
        # The file is renamed when whole: no journal is needed until then.
        database.execute("pragma journal_mode = off")
        database.execute("pragma synchronous = off")
        database.execute("begin")
        for number, table in enumerate(tables):
            shown = view(tables, number, options)
            if len(shown.places) > _COLUMNS:
                raise InputError(
                    f"sqlite: {table.name} has {len(shown.places):,} columns, SQLite takes {_COLUMNS:,}: "
                    "choose some with the option columns"
                )
            for spans in _fill(database, shown, options):
                file.mark(spans)
        database.execute("commit")


@contextmanager
def _full_disk_told() -> Iterator[None]:
    """SQLite's own words for a full disk as the system's; what else it says, as a WorkError."""
    try:
        yield
    except sqlite3.Error as error:
        if error.sqlite_errorcode in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE):
            raise OSError(errno.ENOSPC, str(error)) from error
        raise WorkError(f"sqlite: {error}") from error


def _fill(database: sqlite3.Connection, shown: View, options: Options) -> Iterator[Spans]:
    """Create a table and fill it; the spans of its parts."""
    bare = options.header == "none"
    names = [f"c{place + 1}" if bare else name for place, name in enumerate(shown.names)]
    columns = ", ".join(f'"{name}" TEXT' for name in names)
    database.execute(f'CREATE TABLE "{shown.table.name}" ({columns})')
    insert = f'INSERT INTO "{shown.table.name}" VALUES ({", ".join("?" * len(names))})'
    before = 0
    for cells in shown.table.read():
        batch = cells.batch.select(list(shown.places))
        for first in range(0, batch.num_rows, _ROWS_AT_ONCE):
            lists = [decode(column).to_pylist() for column in batch.slice(first, _ROWS_AT_ONCE).columns]
            database.executemany(insert, zip(*lists, strict=True))
        yield _cells(shown, batch, before, cells.start)
        before += batch.num_rows


def _cells(shown: View, batch: RecordBatch, before: int, start: int) -> Spans:
    """The spans of the cells of a batch whose first row is row `before` of the file, `start` of the table."""
    places, rows, numbers, names = [], [], [], dict[str, int]()
    for place, column in enumerate(shown.columns):
        if spanned(column):
            filled = np.flatnonzero(validity(batch.column(place)))
            rows.append(filled)
            places.append(np.full(len(filled), place, dtype=np.int32))
            numbers.append(np.full(len(filled), names.setdefault(column.label, len(names)), dtype=np.int32))
    row = np.concatenate([np.zeros(0, np.int64), *rows])
    place_of = np.concatenate([np.zeros(0, np.int32), *places])
    packed = (row + before) * CELL_COLUMNS + place_of
    labels = coded(np.concatenate([np.zeros(0, np.int32), *numbers]), strings(list(names) or [""]))
    column_of = coded(place_of, strings([column.name for column in shown.columns]))
    return Spans("cell", packed, packed + 1, labels, shown.table.name, row + start, column_of)

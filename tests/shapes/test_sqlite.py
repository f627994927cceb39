"""The shape sqlite is read back by sqlite3, and its spans say which cell holds what."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

from simbreach.shapes.contract import CELL_COLUMNS

Leaks = Callable[..., Any]


def rows_of(leak: Any, query: str) -> list[tuple[str | None, ...]]:
    """The rows of the leaked database."""
    path = leak.dataset.path / "leak" / "shapes" / "sqlite" / "labo.sqlite"
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def test_every_row_is_read_back(leaked: Leaks) -> None:
    leak = leaked("sqlite")
    assert rows_of(leak, "select * from patients") == [tuple(row.values()) for row in leak.rows]


def test_a_span_names_the_cell_that_holds_the_value(leaked: Leaks) -> None:
    leak = leaked("sqlite")
    found = rows_of(leak, "select * from patients order by rowid")
    spans, rows = leak.spans, leak.rows
    cells = [divmod(span["start"], CELL_COLUMNS) for span in spans]
    values = [rows[span["row"]][span["column"]] for span in spans]
    assert [found[row][column] for row, column in cells] == values
    assert {span["unit"] for span in spans} == {"cell"}
    assert leak.filled == {(span["row"], span["column"]) for span in spans}


def test_the_file_is_sound(leaked: Leaks) -> None:
    assert rows_of(leaked("sqlite"), "pragma integrity_check") == [("ok",)]

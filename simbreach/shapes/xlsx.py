"""A workbook as offices send it round: a sheet a source, a forgotten hidden one, what Excel did to cells.

XlsxWriter writes it: kept up, in pure Python without another library, and in its `constant_memory` mode
rows go to the disk at once. Spans have the unit `cell`: `member` is the sheet's name, start the cell's row
· 16384 + column, both from 0, and end is start + 1. What stands inside a cell has the cell's span, with its
own label.

Excel's damage is what opening a CSV file does: cells that look like numbers become numbers and lose their
zeros, long ones are shown as `2,69056E+14`, dates become serial numbers. In a workbook that was saved as
CSV on the way (`resaved`) the long numbers are really lost and dates are bare serial numbers.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from pydantic import Field

from simbreach.core.arrow import decode, from_numpy, integers, strings
from simbreach.core.errors import InputError, MissingExtraError
from simbreach.shapes.contract import CELL_COLUMNS, Cells, Column, LeakFile, Out, ShapeOptions, Spans, Table
from simbreach.shapes.records import last_day, read_day

NAME_FR = "Classeur Excel : une feuille par source, une feuille masquée, les dégâts habituels d'Excel"

Damage: TypeAlias = Literal["none", "opened", "resaved"]

MOST_ROWS: Final = 1_048_576
MOST_CHARS: Final = 32_767

# So many rows are held as Python objects at a time.
_TOGETHER: Final = 2_048

_NUMBER = re.compile(r"[+-]?\d+(?:,\d+)?")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
# A number of more digits is shown with an exponent, and keeps fifteen of them.
_SHOWN: Final = 11
_KEPT: Final = 15
_FIRST_SERIAL: Final = date(1900, 3, 1)
# Years of two digits below this are of this century for Excel: somebody born in 1928 is born in 2028.
_PIVOT: Final = 29
_DAY_ZERO: Final = date(1899, 12, 30)
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")


class Options(ShapeOptions):
    """How the workbook is laid out, and what happened to it."""

    sheets: Literal["source", "table"] = Field(
        "source", description="A sheet for each source of the main table, or for each table."
    )
    damage: Literal["none", "opened", "resaved", "mixed"] = Field(
        "mixed",
        description="What Excel did: nothing (every cell is text), what opening a CSV file does, the same "
        "after saving as CSV once more, or one of the three for each source.",
    )
    hidden: bool = Field(True, description="Whether a hidden sheet with names and accesses was left in.")
    header: Literal["names", "opaque", "none"] = Field(
        "names", description="First row: the columns' names, COL001 and so on, or no such row."
    )
    max_rows: int = Field(
        MOST_ROWS,
        ge=2,
        le=MOST_ROWS,
        description="Rows of a sheet, header included; more go to another sheet.",
    )


@dataclass(slots=True)
class _Book:
    """The workbook under way: its sheets by name, and what was done to cells."""

    workbook: Any
    file: LeakFile
    out: Out
    options: Options
    sheets: dict[str, "_Sheet"] = field(default_factory=dict)
    titles: set[str] = field(default_factory=set)

    def sheet(self, key: str, columns: Sequence[Column], *, hidden: bool = False) -> "_Sheet":
        """The sheet that takes rows of `key` now: a new one at first, and where the last one is full."""
        found = self.sheets.get(key)
        if found is None or found.next_row >= self.options.max_rows:
            self.out.count("sheets_continued", found is not None)
            found = self._begin(key, columns, hidden=hidden)
            self.sheets[key] = found
        return found

    def _begin(self, key: str, columns: Sequence[Column], *, hidden: bool) -> "_Sheet":
        title = self._title(key)
        worksheet = self.workbook.add_worksheet(title)
        if hidden:
            worksheet.hide()
        sheet = _Sheet(worksheet, title)
        if self.options.header != "none":
            for at, column in enumerate(columns):
                name = column.name if self.options.header == "names" else f"COL{at + 1:03d}"
                worksheet.write_string(0, at, name)
            sheet.next_row = 1
        return sheet

    def _title(self, key: str) -> str:
        """A name that a sheet may have: no more than 31 characters, and none twice."""
        bare = _NOT_IN_NAMES.sub("-", key).strip("'")[:31] or "Feuille"
        title, again = bare, 1
        while title.casefold() in self.titles:
            again += 1
            title = f"{bare[: 31 - len(f' ({again})')]} ({again})"
        self.titles.add(title.casefold())
        return title


@dataclass(slots=True)
class _Sheet:
    worksheet: Any
    title: str
    next_row: int = 0


def write(tables: Sequence[Table], out: Out, options: Options) -> None:
    """One workbook `<main table>.xlsx`: the main table's sheets, the hidden one, one for each other table."""
    try:
        import xlsxwriter  # type: ignore[import-untyped]
    except ImportError:
        raise MissingExtraError("XLSX files need an extra: pip install 'simbreach[shapes]'") from None
    for table in tables:
        if len(table.columns) > CELL_COLUMNS:
            raise InputError(
                f"table {table.name!r} has {len(table.columns)} columns; a sheet holds {CELL_COLUMNS}"
            )
    main = tables[0]
    with out.file(f"{main.name}.xlsx") as file:
        workbook = xlsxwriter.Workbook(str(file.path), {"constant_memory": True, "use_zip64": True})
        made = datetime.combine(last_day(main), time(18, 12, 44))
        workbook.set_properties({"created": made, "author": "SECRETARIAT", "company": ""})
        looks = {
            "date": workbook.add_format({"num_format": 14}),
            "time": workbook.add_format({"num_format": 20}),
        }
        book = _Book(workbook, file, out, options)
        for table in tables:
            by_source = table is main and options.sheets == "source"
            for cells in table.read():
                for key, at, rows in _stretches(cells, by_source, table.name):
                    _write_rows(book, looks, table, cells, key, at, rows)
        if options.hidden:
            _write_hidden(book, main)
        try:
            workbook.close()
        except xlsxwriter.exceptions.FileCreateError as error:
            raise OSError(*error.args[0].args) from error


def _stretches(cells: Cells, by_source: bool, name: str) -> Iterator[tuple[str, int, int]]:
    """Consecutive rows that go to one sheet: its key, the first of them, how many."""
    if not by_source or not cells.batch.num_rows:
        yield name, 0, cells.batch.num_rows
        return
    codes = integers(cells.source.indices)
    words = cells.source.dictionary.to_pylist()
    edges = [0, *(np.flatnonzero(np.diff(codes)) + 1).tolist(), len(codes)]
    for start, stop in pairwise(edges):
        yield words[codes[start]], start, stop - start


def _write_rows(
    book: _Book, looks: dict[str, Any], table: Table, cells: Cells, key: str, start: int, count: int
) -> None:
    """Rows `[start, start + count)` of a part into the sheet of `key`, and the next ones when it is full."""
    damage = _damage(book.options.damage, key)
    while count:
        sheet = book.sheet(key, table.columns)
        some = min(count, book.options.max_rows - sheet.next_row, _TOGETHER)
        taken = cells.batch.slice(start, some)
        columns = [decode(taken[column.name]).to_pylist() for column in table.columns]
        typed = [[_typed(text, damage) for text in texts] for texts in columns]
        filled = _put(book, looks, sheet, typed)
        _mark(book, table, cells, sheet, start, some, filled)
        sheet.next_row += some
        start, count = start + some, count - some


_Typed: TypeAlias = tuple[str, Any] | None


def _put(
    book: _Book, looks: dict[str, Any], sheet: _Sheet, columns: list[list[_Typed]]
) -> np.ndarray[Any, Any]:
    """Write the cells row by row, as the format needs; `bool[columns, rows]` says which are filled."""
    worksheet = sheet.worksheet
    write_string: Callable[..., int] = worksheet.write_string
    write_number: Callable[..., int] = worksheet.write_number
    for row, values in enumerate(zip(*columns, strict=True), sheet.next_row):
        for at, value in enumerate(values):
            if value is None:
                continue
            kind, content = value
            if kind == "text":
                if len(content) > MOST_CHARS:
                    content = content[:MOST_CHARS]
                    book.out.count("cut_cells", 1)
                write_string(row, at, content)
            else:
                write_number(row, at, content, looks.get(kind))
    return np.array([[value is not None for value in values] for values in columns], dtype=np.bool_)


def _mark(
    book: _Book,
    table: Table,
    cells: Cells,
    sheet: _Sheet,
    start: int,
    count: int,
    filled: "np.ndarray[Any, Any]",
) -> None:
    """Spans of the cells that stand in a sheet, row by row, then of what stands inside them."""
    labels = strings([column.label for column in table.columns])
    names = strings([column.name for column in table.columns])
    rows, columns = np.nonzero(filled.T)
    _send(
        book.file,
        table,
        sheet,
        rows,
        columns,
        rows + (cells.start + start),
        labels.take(from_numpy(columns)),
        names,
    )
    inner_rows = integers(cells.spans["row"]) if cells.spans.num_rows else np.zeros(0, np.int64)
    first, last = np.searchsorted(inner_rows, (cells.start + start, cells.start + start + count)).tolist()
    if last > first:
        spans = cells.spans.slice(first, last - first)
        where = {column.name: at for at, column in enumerate(table.columns)}
        at = np.array([where.get(name, -1) for name in decode(spans["column"]).to_pylist()], dtype=np.int64)
        known = np.flatnonzero(at >= 0)
        of_table = integers(spans["row"])[known]
        label = decode(spans["label"]).take(from_numpy(known))
        _send(book.file, table, sheet, of_table - cells.start - start, at[known], of_table, label, names)


def _send(
    file: LeakFile,
    table: Table,
    sheet: _Sheet,
    rows: Any,
    columns: Any,
    of_table: Any,
    labels: Any,
    names: Any,
) -> None:
    starts = ((rows + sheet.next_row) * CELL_COLUMNS + columns).astype(np.int64)
    column = names.take(from_numpy(columns))
    of_table = of_table.astype(np.int64)
    file.mark(Spans("cell", starts, starts + 1, labels, table.name, of_table, column, sheet.title))


def _damage(damage: Damage | Literal["mixed"], key: str) -> Damage:
    """What happened to a sheet: as the options say, or drawn for each."""
    if damage != "mixed":
        return damage
    mixed: tuple[Damage, ...] = ("opened", "opened", "resaved", "none")
    return mixed[blake2b(key.encode(), digest_size=8).digest()[0] % 4]


@lru_cache(maxsize=1 << 15)
def _typed(text: str | None, damage: Damage) -> _Typed:
    """What kind of cell a text becomes, and what it holds then; None where it is empty.

    >>> _typed("0600123456", "opened"), _typed("269055649588157", "resaved"), _typed("05/01/2015", "resaved")
    (('number', 600123456), ('text', '2,69056E+14'), ('number', 42009))
    """
    if text is None or not text:
        return None
    if damage == "none":
        return "text", text
    bare = text.strip()
    if _NUMBER.fullmatch(bare):
        return _number(bare, damage)
    if found := _TIME.fullmatch(bare):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return "time", (hours * 3600 + minutes * 60 + seconds) / 86400
    day = read_day(bare, pivot=_PIVOT) if not bare.isdigit() else None
    if day and day >= _FIRST_SERIAL:
        return ("date" if damage == "opened" else "number"), (day - _DAY_ZERO).days
    return "text", text


def _number(text: str, damage: Damage) -> _Typed:
    """A text of digits as Excel reads it: fifteen of them count."""
    whole, _, rest = text.lstrip("+").partition(",")
    digits = whole.lstrip("-").lstrip("0") or "0"
    if damage == "resaved" and len(digits) > _SHOWN and not rest:
        return "text", _with_exponent(int(whole))
    if rest:
        return "number", float(f"{whole}.{rest}")
    lost = max(0, len(digits) - _KEPT)
    return "number", int(whole[: len(whole) - lost] + "0" * lost)


def _with_exponent(number: int) -> str:
    """`2,69056E+14`: six digits, as a French Excel shows long numbers."""
    power = len(str(abs(number))) - 1
    rounded = (abs(number) + 5 * 10 ** (power - 6)) // 10 ** (power - 5)
    if rounded >= 10**6:
        rounded, power = rounded // 10, power + 1
    digits = str(rounded)
    shown = f"{digits[0]},{digits[1:]}".rstrip("0").rstrip(",")
    return f"{'-' if number < 0 else ''}{shown}E+{power:02d}"


def _write_hidden(book: _Book, table: Table) -> None:
    """The sheet that somebody hid instead of deleting: names, and accesses to the portal if there are any."""
    named = ("usage_name", "birth_name", "first_name", "patient_number")
    access = ("portal_login", "portal_password")
    columns = [column for column in table.columns if column.field in (*named, *access)]
    needed = [column for column in columns if column.field in access] or columns
    if not columns:
        return
    names = strings([column.name for column in columns])
    labels = strings([column.label for column in columns])
    written = 0
    for cells in table.read():
        texts = {column.name: decode(cells.batch[column.name]).to_pylist() for column in columns}
        for at in range(cells.batch.num_rows):
            if written == _HIDDEN_ROWS:
                return
            if any(texts[column.name][at] for column in needed):
                sheet = book.sheet(_HIDDEN, columns, hidden=True)
                values: list[list[_Typed]] = [[_typed(texts[column.name][at], "none")] for column in columns]
                filled = np.flatnonzero(_put(book, {}, sheet, values)[:, 0])
                row = np.full(len(filled), cells.start + at)
                label = labels.take(from_numpy(filled))
                _send(book.file, table, sheet, np.zeros(len(filled), np.int64), filled, row, label, names)
                sheet.next_row += 1
                written += 1


_HIDDEN: Final = "Feuil3"
_HIDDEN_ROWS: Final = 500

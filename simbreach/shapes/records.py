"""Single rows of a table as documents need them: what each cell says, what it means, what stands inside it.

A document is about one visit, and takes longer to write than thousands of rows: of a large table only some
rows, evenly spread, become documents.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow.compute as pc

from simbreach.core.arrays import I64, Bits
from simbreach.core.arrow import Array, decode, from_numpy, integers, strings, validity
from simbreach.engine.reread import Reading
from simbreach.shapes.contract import Cells, Spans, Table
from simbreach.shapes.visits import BLOCK_ROWS, RESULT_LABEL, RESULTS

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?: 00:00:00)?")
_FRENCH = re.compile(r"(\d\d)[/.-](\d\d)[/.-](\d{4}|\d\d)")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
# Results of so many rows of a block cost as much as those of the whole block.
_CLOSE: Final = 8
_CONTROLS: Final = dict.fromkeys((*range(32), *range(127, 160), 65534, 65535), " ")


@dataclass(frozen=True, slots=True)
class Value:
    """The text of one cell, without padding and on one line; `inner` are spans in it: start, end, label."""

    text: str
    column: str
    label: str
    inner: tuple[tuple[int, int, str], ...] = ()


Part: TypeAlias = str | Value
Line: TypeAlias = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """One line of a result sheet: what was measured, how much, in what unit, what is usual."""

    chapter: str
    analysis: Value
    value: Value
    unit: str
    usual: str
    unusual: bool


@dataclass(frozen=True, slots=True)
class Record:
    """One row: its number, its source, its filled cells by field and by column, the results of the visit."""

    table: str
    row: int
    source: str
    by_field: Mapping[str, Value]
    cells: tuple[Value, ...]
    results: tuple[Result, ...] = ()

    def get(self, *fields: str) -> Value | None:
        """The cell of the first of `fields` that is filled."""
        return next((self.by_field[name] for name in fields if name in self.by_field), None)

    def text(self, *fields: str) -> str:
        """What that cell says, or nothing."""
        found = self.get(*fields)
        return found.text if found else ""

    def one_of(self, name: str, choices: Sequence[Any]) -> Any:
        """One of `choices`, always the same for this row and name."""
        return choices[self.number(name) % len(choices)]

    def number(self, name: str) -> int:
        """A number of 64 bits that follows from the row and `name`."""
        return int.from_bytes(
            blake2b(f"{self.table}\0{self.row}\0{name}".encode(), digest_size=8).digest(), "little"
        )


@dataclass(slots=True)
class Marks:
    """Where values stand in a file or in a part of it, gathered as it is written."""

    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)

    def add(self, start: int, end: int, label: str, column: str) -> None:
        """`column` stands at [start, end)."""
        self.starts.append(start)
        self.ends.append(end)
        self.labels.append(label)
        self.columns.append(column)

    def spans(self, unit: str, record: Record, member: str | None = None) -> Spans:
        """The gathered stretches, all about one row."""
        starts = np.array(self.starts, dtype=np.int64)
        return Spans(
            unit,
            starts,
            np.array(self.ends, dtype=np.int64),
            strings(self.labels),
            record.table,
            np.full(len(starts), record.row, dtype=np.int64),
            strings(self.columns),
            member,
        )


def records(table: Table, limit: int, wanted: Sequence[str] = ()) -> Iterator[Record]:
    """Up to `limit` rows, evenly spread over the table, in order.

    Only rows in which one of the fields `wanted` is filled count, if there are any.
    """
    columns = [column.name for column in table.columns if column.field in wanted]
    total = sum(int(_filled(cells, columns).sum()) for cells in table.read()) if columns else 0
    if not total:
        columns, total = [], table.rows
    chosen = np.arange(min(limit, total), dtype=np.int64) * total // max(1, min(limit, total))
    before = 0
    for cells in table.read():
        places = np.flatnonzero(_filled(cells, columns)) if columns else np.arange(cells.batch.num_rows)
        start, stop = np.searchsorted(chosen, (before, before + len(places)))
        yield from _read(table, cells, places[chosen[start:stop] - before])
        before += len(places)


def _filled(cells: Cells, columns: Sequence[str]) -> Bits:
    """`bool[n]`: which rows have something in one of the columns."""
    found = np.zeros(cells.batch.num_rows, dtype=np.bool_)
    for name in columns:
        found |= validity(decode(cells.batch[name]))
    return found


def _read(table: Table, cells: Cells, places: I64) -> Iterator[Record]:
    if not len(places):
        return
    taken = from_numpy(places)
    texts = [decode(cells.batch[column.name].take(taken)).to_pylist() for column in table.columns]
    sources = decode(cells.source.take(taken)).to_pylist()
    inner = _inner(cells, places + cells.start)
    results = _results(table, cells, places) if _has_visits(table) else {}
    for at, place in enumerate(places.tolist()):
        row = place + cells.start
        values = [
            _value(text, column.name, column.label, inner.get((row, column.name), ()))
            for column, column_texts in zip(table.columns, texts, strict=True)
            if (text := column_texts[at]) is not None and not text.isspace() and text
        ]
        fields = {column.name: column.field for column in table.columns}
        by_field: dict[str, Value] = {}
        for value in values:
            by_field.setdefault(fields[value.column], value)
        yield Record(table.name, row, sources[at], by_field, tuple(values), results.get(row, ()))


def _has_visits(table: Table) -> bool:
    """Whether rows are about visits of people: they have results then."""
    fields = {column.field for column in table.columns}
    return "visit_date" in fields and bool(fields & {"usage_name", "birth_name", "first_name", "nir"})


def _results(table: Table, cells: Cells, places: I64) -> dict[int, tuple[Result, ...]]:
    """The results of some rows: as the dataset makes them where it can, else from what the rows say."""
    columns = [(column.name, column.field) for column in table.columns]
    made = getattr(table, "results", None)
    found: dict[int, list[Result]] = {}
    for first, size in _blocks(places):
        start = cells.start + first
        batch = made(start, start + min(size, cells.batch.num_rows - first)) if made else None
        if batch is None:
            batch = Reading(cells.batch.slice(first, size), columns, start).results()
        wanted = pc.is_in(batch["row"], from_numpy(places + cells.start))
        for line in batch.filter(wanted).to_pylist():
            found.setdefault(line["row"], []).append(_result(line))
    return {row: tuple(lines) for row, lines in found.items()}


def _blocks(places: I64) -> Iterator[tuple[int, int]]:
    """Stretches of rows to make results of: rows that stand alone by themselves, close ones together."""
    blocks = places // BLOCK_ROWS
    for block in dict.fromkeys(blocks.tolist()):
        of_block = places[blocks == block].tolist()
        if len(of_block) < _CLOSE:
            yield from ((place, 1) for place in of_block)
        else:
            yield block * BLOCK_ROWS, BLOCK_ROWS


def _result(line: Mapping[str, Any]) -> Result:
    """A line as French sheets print it: with a decimal comma."""
    low, high = (str(line[bound] or "").replace(".", ",") for bound in ("low", "high"))
    usual = f"{low} - {high}" if low and high else f"> {low}" if low else f"< {high}" if high else ""
    value = str(line["value"])
    return Result(
        str(line["chapter"] or ""),
        Value(str(line["label"]), RESULTS, RESULT_LABEL),
        Value(value.replace(".", ",") if line["kind"] == "NM" else value, RESULTS, RESULT_LABEL),
        str(line["printed"] or ""),
        usual,
        line["flag"] in ("L", "H", "A"),
    )


def _value(text: str, column: str, label: str, inner: Sequence[tuple[int, int, str]]) -> Value:
    """The cell on one line, its spans moved by the padding that is left out."""
    line = text.translate(_CONTROLS)
    bare = line.strip()
    lead = len(line) - len(line.lstrip())
    moved = ((max(0, start - lead), min(len(bare), end - lead), what) for start, end, what in inner)
    return Value(bare, column, label, tuple(span for span in moved if span[0] < span[1]))


def _inner(cells: Cells, rows: I64) -> dict[tuple[int, str], list[tuple[int, int, str]]]:
    """What stands inside cells of `rows`, by row and column."""
    found: dict[tuple[int, str], list[tuple[int, int, str]]] = {}
    if not cells.spans.num_rows:
        return found
    of_rows = integers(cells.spans["row"])
    for first, last in zip(
        np.searchsorted(of_rows, rows, "left").tolist(),
        np.searchsorted(of_rows, rows, "right").tolist(),
        strict=True,
    ):
        if last > first:
            for span in _rows(cells.spans.slice(first, last - first)):
                found.setdefault((span["row"], span["column"]), []).append(
                    (span["start"], span["end"], span["label"])
                )
    return found


def _rows(batch: Array) -> list[dict[str, Any]]:
    return list(batch.to_pylist())


def read_day(text: str, *, pivot: int = 25) -> date | None:
    """The day that a cell says in one of the ways in which dates are written, or None.

    A year of two digits up to `pivot` is of this century.

    >>> read_day("05/01/15"), read_day("20150105"), read_day("00/00/1938")
    (datetime.date(2015, 1, 5), datetime.date(2015, 1, 5), None)
    """
    bare = text.strip()
    if found := _FRENCH.fullmatch(bare):
        day, month, year = map(int, found.groups())
    elif found := _ISO.fullmatch(bare) or _COMPACT.fullmatch(bare):
        year, month, day = map(int, found.groups())
    else:
        return None
    if year < 100:
        year += 2000 if year <= pivot else 1900
    try:
        return date(year, month, day)
    except ValueError:
        return None


def last_day(table: Table) -> date:
    """The day of the last row that has one: a leak's files were made then. 1 January 2021 if none has."""
    names = [column.name for column in table.columns if column.field == "visit_date"]
    for number in reversed(range(table.parts)) if names else ():
        texts = decode(table.part(number).batch[names[0]])
        for at in reversed(range(len(texts))):
            found = read_day(texts[at].as_py() or "")
            if found:
                return found
    return date(2021, 1, 1)

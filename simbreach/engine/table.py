"""Any rows of one table: as written, clean, and with their truth."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simbreach.core.arrays import I32, either
from simbreach.core.arrow import STRING, Array, Coded, Joined, Lookup, decode, from_numpy, strings
from simbreach.core.dates import NO_DAY, as_numbers
from simbreach.core.frame import Frame, Function, Values, named
from simbreach.core.schema import FREE_TEXT, FieldType
from simbreach.core.spans import Pieces, Spans
from simbreach.core.streams import HashDraw
from simbreach.engine import persons, records, visitors
from simbreach.engine.columns import (
    Cells,
    ColumnPlan,
    add_placeholders,
    fill_column,
    fill_texts,
    write_cells,
    write_free_text,
)
from simbreach.engine.defects import DefectPlan, Struck, strike_all
from simbreach.engine.pools import Pool
from simbreach.engine.spell import PLAIN, describe, spell
from simbreach.engine.visits import Visits


@dataclass(frozen=True)
class Made:
    """Some rows of a table: as written, the frame they came from, and the cells that defects changed.

    `spans` are the labelled stretches of the columns of free text, by column; their rows count from `start`.
    """

    start: int
    written: pa.RecordBatch
    frame: Frame
    struck: tuple[Struck, ...]
    spans: Mapping[str, Spans]


@dataclass(frozen=True)
class TableMaker:
    """One table of a plan; `make` and `clean` give any rows of it.

    Without `people` its rows are about nobody. `turns` (`int32[rows]` each) are the fields of which it goes
    through all combinations.
    """

    name: str
    rows: int
    people: bool
    turns: Mapping[str, I32]
    columns: tuple[ColumnPlan, ...]
    labels: tuple[tuple[str, str, str], ...]
    defects: tuple[DefectPlan, ...]
    visits: Visits
    pools: Mapping[str, Pool]
    fillers: Mapping[str, Function]
    seed: int
    population_seed: int
    phone_policy: str
    first_year: int
    health_everywhere: bool
    differences: Mapping[str, Decimal]

    @cached_property
    def _books(self) -> visitors.Books:
        return visitors.Books(self.visits.starts, tuple(m.calendar for m in self.visits.maps))

    @cached_property
    def _functions(self) -> Mapping[str, Function]:
        pools = {name: _pool_functions(name, pool) for name, pool in self.pools.items()}
        of_pools = {k: f for p in pools.values() for k, f in p.items()}
        return {**visitors.FIELDS, **records.FIELDS, **of_pools, **self.fillers}

    def frame(self, start: int, stop: int) -> Frame:
        """The frame of rows [start, stop): fields of the visit, and of its person behind them."""
        row = np.arange(start, stop, dtype=np.int64)
        if not self.people:
            turns = {field: values[start:stop] for field, values in self.turns.items()}
            return Frame(
                self._functions,
                seed=self.seed,
                path=(self.name,),
                ids=row,
                given={"row": row, "source_code": self.visits.source_codes(row), **turns},
                constants=self._constants,
            )
        visitors = self.visits.people(row)
        known = {"cell": visitors.cell, "commune": visitors.commune}
        person = persons.person_frame(
            visitors.person_id,
            self.population_seed,
            self.phone_policy,
            known=known,
            health_everywhere=self.health_everywhere,
        )
        return Frame(
            self._functions,
            seed=self.seed,
            path=(self.name,),
            ids=row,
            given={
                "row": row,
                "source_code": visitors.source_code,
                "first_row": visitors.first_row,
                "again": visitors.again,
            },
            constants=self._constants,
            shared=self._shared,
            outer=person,
        )

    @cached_property
    def _constants(self) -> Mapping[str, object]:
        return {
            "books": self._books,
            "sources": self.source_words,
            "phone_policy": self.phone_policy,
            "differences": self.differences,
        }

    @cached_property
    def _shared(self) -> Mapping[str, str]:
        return {**visitors.BY_PERSON, **{f"{name}_usual": "person_id" for name in self.pools}}

    @cached_property
    def _texts(self) -> tuple[ColumnPlan, ...]:
        """The columns of free text that are written in one go: the first of each field."""
        free = [c for c in self.columns if c.said in FREE_TEXT and c.filled_with is None]
        return tuple({column.said: column for column in reversed(free)}.values())

    @cached_property
    def _accidents(self) -> tuple[DefectPlan, ...]:
        """The defects without the columns whose spans they would break; a swap needs two columns."""
        plans = [
            replace(plan, columns=tuple(c for c in plan.columns if c.said not in FREE_TEXT))
            for plan in self.defects
        ]
        return tuple(plan for plan in plans if len(plan.columns) > (plan.defect.kind == "swapped"))

    @cached_property
    def source_words(self) -> pa.StringArray:
        """The names of the sources, by code."""
        return strings([source.name for source in self.visits.sources])

    def _cells(self, frame: Frame) -> list[tuple[ColumnPlan, Cells, HashDraw]]:
        row, source = frame["row"], frame["source_code"]
        year = self._years(frame)
        filled: dict[str, NDArray[np.bool_] | None] = {}
        draws = {
            column.name: HashDraw(self.seed, (self.name, "column", column.name), row.view(np.uint64))
            for column in self.columns
        }
        texts: dict[str, Cells] = {}
        result = []
        for column in self.columns:
            draw = draws[column.name]
            if not texts and any(column is text for text in self._texts):
                texts = fill_texts(self._texts, frame, [draws[c.name] for c in self._texts], source, year)
            cells = texts.get(column.name) or fill_column(column, frame, draw, source, year, filled)
            filled[column.name] = cells.known
            result.append((column, cells, draw))
        return result

    def _years(self, frame: Frame) -> I32:
        return as_numbers(frame["visit_date"]) // 10_000 - self.first_year

    def make(self, start: int, stop: int) -> Made:
        """Rows [start, stop), 0 <= start <= stop <= rows, as written."""
        frame = self.frame(start, stop)
        source = frame["source_code"]
        written: dict[str, Array] = {}
        spans: dict[str, Spans] = {}
        for column, cells, draw in self._cells(frame):
            if isinstance(cells.values, Pieces):
                whole, spans[column.name] = write_free_text(column, cells, source)
            else:
                whole = write_cells(column, cells, source)
            written[column.name] = add_placeholders(column, whole, cells.known, draw, source)
        draw = HashDraw(self.seed, (self.name, "defect"), frame["row"].view(np.uint64))
        struck = strike_all(self._accidents, written, draw, source, frame)
        batch = pa.RecordBatch.from_arrays(list(written.values()), names=list(written))
        return Made(start, batch, frame, tuple(struck), spans)

    def clean(self, start: int, stop: int) -> pa.RecordBatch:
        """Rows [start, stop) before habits and defects: dates as dates, numbers as numbers, words clean."""
        frame = self.frame(start, stop)
        arrays = [_clean_cells(column, cells) for column, cells, _ in self._cells(frame)]
        return pa.RecordBatch.from_arrays(arrays, names=[column.name for column in self.columns])

    def habits(self) -> list[tuple[str, str, str]]:
        """(source, column, spelling) for every column and source where the spelling says anything."""
        # Many sources write a column alike.
        described = [
            [describe(spelling, column.kind) for spelling in column.spellings] for column in self.columns
        ]
        return [
            (source.name, column.name, said)
            for number, source in enumerate(self.visits.sources)
            for column, texts in zip(self.columns, described, strict=True)
            if (said := texts[column.spelling_of[number]])
        ]

    @property
    def schema(self) -> pa.Schema:
        """The columns of the table as written: strings."""
        return pa.schema([(column.name, STRING) for column in self.columns])

    def cause_words(self) -> pa.StringArray:
        """What stands in `truth.rows.cause`, by code."""
        return strings(records.CAUSES)


def _pool_functions(name: str, pool: Pool) -> dict[str, Function]:
    """`prescriber_code` and so on: the row's member of the pool, then its columns."""

    def choose(draw: HashDraw, source_code: I32) -> I32:
        return pool.choose(draw, source_code)

    # A person has a usual one, and is sent by somebody else now and then.
    functions: dict[str, Function] = {f"{name}_usual": choose, f"{name}_today": choose}
    functions[f"{name}_member"] = named(
        ("draw", f"{name}_usual", f"{name}_today"),
        lambda draw, usual, today: either(draw.chance("usual", pool.faithful), usual, today),
    )
    for field in (*pool.fields, "commune"):
        functions[f"{name}_{field}"] = _pool_column(name, pool, field)
    return functions


def _pool_column(name: str, pool: Pool, field: str) -> Function:
    return named((f"{name}_member",), lambda member: Lookup(member, pool.column(field)))


def clean_type(column: ColumnPlan) -> pa.DataType:
    """The Arrow type of a column's clean values: dates and times, plain numbers as int64, else text."""
    if column.kind == "number" and not column.lettered:
        return pa.int64()
    return {"date": pa.date32(), "time": pa.time32("s")}.get(column.kind, STRING)


def _typed(values: Values, kind: FieldType) -> Array:
    """Clean values as an Arrow column: telephone numbers in ten digits, all else as it is."""
    if isinstance(values, Lookup):
        return _typed(values.values, kind).take(from_numpy(values.codes, mask=values.codes < 0))
    if isinstance(values, Coded | Joined | Pieces):
        return values.text()
    if not isinstance(values, np.ndarray):
        return values
    if values.ndim == 2 or kind == "phone":
        return decode(spell(values, kind, np.zeros(len(values), dtype=np.int32), [PLAIN]))
    if kind == "date":
        return from_numpy(values, mask=values == NO_DAY).cast(pa.int32()).cast(pa.date32())
    if kind == "time":
        return from_numpy(values.astype(np.int32) * 60, mask=values < 0).cast(pa.time32("s"))
    return from_numpy(values.astype(np.int64), mask=values < 0)


def _clean_cells(column: ColumnPlan, cells: Cells) -> Array:
    """The clean cells as a typed column of all rows."""
    wanted = clean_type(column)
    if cells.places is not None and not len(cells.places):
        return pa.nulls(cells.rows, wanted)
    typed = _typed(cells.values, column.kind).cast(wanted)
    if cells.places is None:
        return typed
    take = np.full(cells.rows, len(typed), dtype=np.int64)
    take[cells.places] = np.arange(len(typed))
    return typed.take(from_numpy(take, mask=take == len(typed)))

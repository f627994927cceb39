"""Any rows of one table: as written, clean, and with their truth."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simbreach.core.arrays import I32
from simbreach.core.arrow import STRING, Array, Coded, Joined, Lookup, decode, strings
from simbreach.core.dates import NO_DAY, as_numbers
from simbreach.core.frame import Frame, Function, Values, named
from simbreach.core.schema import FieldType
from simbreach.core.streams import HashDraw
from simbreach.engine import persons, visitors
from simbreach.engine.columns import Cells, ColumnPlan, add_placeholders, fill_column, write_cells
from simbreach.engine.defects import DefectPlan, Struck, strike
from simbreach.engine.pools import Pool
from simbreach.engine.spell import PLAIN, describe, spell
from simbreach.engine.visits import CAUSES, Visits


@dataclass(frozen=True)
class Made:
    """Some rows of a table: as written, the frame they came from, and the cells that defects changed."""

    start: int
    written: pa.RecordBatch
    frame: Frame
    struck: tuple[Struck, ...]


@dataclass(frozen=True)
class TableMaker:
    """One table of a plan; `make` and `clean` give any rows of it."""

    name: str
    rows: int
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

    @cached_property
    def _books(self) -> visitors.Books:
        return visitors.Books(self.visits.starts, tuple(m.calendar for m in self.visits.maps))

    @cached_property
    def _functions(self) -> Mapping[str, Function]:
        pools = {name: _pool_functions(name, pool) for name, pool in self.pools.items()}
        return {**visitors.FIELDS, **{k: f for p in pools.values() for k, f in p.items()}, **self.fillers}

    def frame(self, start: int, stop: int) -> Frame:
        """The frame of rows [start, stop): fields of the visit, and of its person behind them."""
        row = np.arange(start, stop, dtype=np.int64)
        visitors = self.visits.people(row)
        known = {"cell": visitors.cell, "commune": visitors.commune}
        person = persons.person_frame(
            visitors.person_id, self.population_seed, self.phone_policy, known=known
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
                "cause": visitors.cause,
            },
            constants={"books": self._books, "sources": self.source_words},
            shared=self._shared,
            outer=person,
        )

    @cached_property
    def _shared(self) -> Mapping[str, str]:
        return {**visitors.BY_PERSON, **{f"{name}_usual": "person_id" for name in self.pools}}

    @cached_property
    def source_words(self) -> pa.StringArray:
        """The names of the sources, by code."""
        return strings([source.name for source in self.visits.sources])

    def _cells(self, frame: Frame) -> list[tuple[ColumnPlan, Cells, HashDraw]]:
        row, source = frame["row"], frame["source_code"]
        year = self._years(frame)
        filled: dict[str, NDArray[np.bool_] | None] = {}
        result = []
        for column in self.columns:
            draw = HashDraw(self.seed, (self.name, "column", column.name), row.view(np.uint64))
            cells = fill_column(column, frame, draw, source, year, filled)
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
        for column, cells, draw in self._cells(frame):
            whole = write_cells(column, cells, source)
            written[column.name] = add_placeholders(column, whole, cells.known, draw, source)
        struck: list[Struck] = []
        for plan in self.defects:
            draw = HashDraw(self.seed, (self.name, "defect", plan.defect.name), frame["row"].view(np.uint64))
            struck += strike(plan, written, draw, source, frame)
        batch = pa.RecordBatch.from_arrays(list(written.values()), names=list(written))
        return Made(start, batch, frame, tuple(struck))

    def clean(self, start: int, stop: int) -> pa.RecordBatch:
        """Rows [start, stop) before habits and defects: dates as dates, numbers as numbers, words clean."""
        frame = self.frame(start, stop)
        arrays = [_clean_cells(column, cells) for column, cells, _ in self._cells(frame)]
        return pa.RecordBatch.from_arrays(arrays, names=[column.name for column in self.columns])

    def habits(self) -> list[tuple[str, str, str]]:
        """(source, column, spelling) for every column and source where the spelling says anything."""
        return [
            (source.name, column.name, said)
            for number, source in enumerate(self.visits.sources)
            for column in self.columns
            if (said := describe(column.spellings[column.spelling_of[number]], column.kind))
        ]

    @property
    def schema(self) -> pa.Schema:
        """The columns of the table as written: strings."""
        return pa.schema([(column.name, STRING) for column in self.columns])

    def cause_words(self) -> pa.StringArray:
        """What stands in `truth.rows.cause`, by code."""
        return strings(list(CAUSES))


def _pool_functions(name: str, pool: Pool) -> dict[str, Function]:
    """`prescriber_code` and so on: the row's member of the pool, then its columns."""

    def choose(draw: HashDraw, source_code: I32) -> I32:
        return pool.choose(draw, source_code)

    # A person has a usual one, and is sent by somebody else now and then.
    functions: dict[str, Function] = {f"{name}_usual": choose, f"{name}_today": choose}
    functions[f"{name}_member"] = named(
        ("draw", f"{name}_usual", f"{name}_today"),
        lambda draw, usual, today: np.where(draw.chance("usual", pool.faithful), usual, today),
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
        return _typed(values.values, kind).take(pa.array(values.codes, mask=values.codes < 0))
    if isinstance(values, Coded | Joined):
        return values.text()
    if not isinstance(values, np.ndarray):
        return values
    if values.ndim == 2 or kind == "phone":
        return decode(spell(values, kind, np.zeros(len(values), dtype=np.int32), [PLAIN]))
    if kind == "date":
        return pa.array(values, mask=values == NO_DAY).cast(pa.int32()).cast(pa.date32())
    if kind == "time":
        return pa.array(values.astype(np.int32) * 60, mask=values < 0).cast(pa.time32("s"))
    return pa.array(values.astype(np.int64), mask=values < 0)


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
    return typed.take(pa.array(take, mask=take == len(typed)))

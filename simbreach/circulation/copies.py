"""A copy as shapes take it: the rows that are left, in the copy's order, spelled as the copy spells them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.circulation.edits import Cut
from simbreach.circulation.fingerprint import Marks
from simbreach.core.arrays import I64
from simbreach.core.arrow import (
    STRING,
    Array,
    RecordBatch,
    Table,
    coded,
    decode,
    from_numpy,
    integers,
    no_rows,
    strings,
    validity,
)
from simbreach.engine.plan import compile_plan
from simbreach.shapes.contract import Cells, Column
from simbreach.truth.leak_tables import DatasetTable
from simbreach.truth.remade import remake_plan

_PART_ROWS = 61_440
# Rows of padding come from another population than any profile asks for.
_ELSEWHERE = 0x5EED_0FF5
_PADDING = "remplissage"


@dataclass(frozen=True)
class Padding:
    """Rows about other people, in the columns of a dataset's main table."""

    base: DatasetTable
    rows: int

    @cached_property
    def batch(self) -> RecordBatch:
        """All of them, with plain strings; DatasetError where the dataset cannot be made again."""
        profile = remake_plan(self.base.folder).profile
        people = profile.population.model_copy(update={"seed": profile.population.seed ^ _ELSEWHERE})
        plan = compile_plan(
            profile.model_copy(update={"population": people}), rows=self.rows, seed=_ELSEWHERE
        )
        written = plan.table(self.base.name).make(0, self.rows).written
        names = [column.name for column in self.base.columns]
        return pa.RecordBatch.from_arrays([decode(written[name]).cast(STRING) for name in names], names)


@dataclass(frozen=True)
class Whole:
    """The main table read whole, for copies in another order than its own; made once, shared by all."""

    base: DatasetTable
    padding: Padding | None

    @cached_property
    def table(self) -> Table:
        """All rows, those of padding behind them."""
        batches = [cells.batch for cells in self.base.read()]
        if self.padding is not None:
            own = [decode(column) for column in self.padding.batch.columns]
            types = batches[0].schema.types
            arrays = [
                array.dictionary_encode() if pa.types.is_dictionary(kind) else array
                for array, kind in zip(own, types, strict=True)
            ]
            batches.append(pa.RecordBatch.from_arrays(arrays, batches[0].schema.names))
        return _alike(batches)

    @cached_property
    def sources(self) -> Array:
        """The source of each row."""
        parts = [decode(cells.source) for cells in self.base.read()]
        if self.padding is not None:
            parts.append(strings([_PADDING]).take(from_numpy(np.zeros(self.padding.rows, dtype=np.int64))))
        return pa.concat_arrays(parts).dictionary_encode()

    @cached_property
    def spans(self) -> Table:
        """What stands inside cells, by row."""
        return _alike([cells.spans for cells in self.base.read()])


@dataclass(frozen=True)
class CopyTable:
    """The main table of a dataset as one copy has it: a `shapes.contract.Table`.

    Row numbers in cells and spans are places in the copy, from 0; `truth/copy_rows` says which rows they are.
    """

    base: DatasetTable
    cut: Cut
    marks: Marks
    whole: Whole

    @property
    def name(self) -> str:
        """The table's name in the dataset."""
        return self.base.name

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Its columns, under the names that the copy shows."""
        own = {column.name: column for column in self.base.columns}
        kept = [
            Column(shown, own[name].field, own[name].label, own[name].sensitivity)
            for name, shown in zip(self.cut.columns, self.cut.shown, strict=True)
        ]
        added = [Column(name, "constant", "technical.value", "other") for name, _ in self.cut.added]
        return (*kept, *added)

    @property
    def rows(self) -> int:
        """How many rows there are to read."""
        return len(self.cut.rows)

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return len(self._edges) - 1

    @cached_property
    def in_order(self) -> bool:
        """Whether the rows come in the order of the dataset's own, none of them padding."""
        rows = self.cut.rows
        return bool((np.diff(rows) > 0).all()) and int(rows[-1]) < self.base.stretches[-1][2]

    @cached_property
    def _edges(self) -> I64:
        """Where parts begin and end: with those of the dataset where the order is its own."""
        if self.in_order:
            stops = [start for _, start, _ in self.base.stretches[1:]]
            inner = np.searchsorted(self.cut.rows, np.array(stops, dtype=np.int64))
            return np.unique(np.concatenate([[0], inner, [self.rows]]))
        return np.append(np.arange(0, self.rows, _PART_ROWS), self.rows)

    def read(self) -> Iterator[Cells]:
        """All parts in order."""
        return map(self.part, range(self.parts))

    def part(self, number: int) -> Cells:
        """The rows of one part."""
        first, stop = int(self._edges[number]), int(self._edges[number + 1])
        rows = self.cut.rows[first:stop]
        batch, source, spans = self._near(rows) if self.in_order else self._anywhere(rows)
        batch = self.marks.apply(self.base.columns, batch, rows)
        arrays = [batch.column(name) for name in self.cut.columns]
        same = np.zeros(len(rows), dtype=np.int32)
        arrays += [coded(same, strings([text])) for _, text in self.cut.added]
        shown = pa.RecordBatch.from_arrays(arrays, [column.name for column in self.columns])
        return Cells(first, shown, source, self._placed(spans, rows, first), first == 0)

    def _near(self, rows: I64) -> tuple[RecordBatch, Array, RecordBatch]:
        """Rows that lie in one part of the dataset."""
        home = next(k for k, (_, _, stop) in enumerate(self.base.stretches) if rows[0] < stop)
        cells = self.base.part(home)
        places = rows - cells.start
        if len(rows) == cells.batch.num_rows:
            return cells.batch, cells.source, cells.spans
        mask = np.zeros(cells.batch.num_rows, dtype=np.bool_)
        mask[places] = True
        return cells.batch.filter(from_numpy(mask)), cells.source.filter(from_numpy(mask)), cells.spans

    def _anywhere(self, rows: I64) -> tuple[RecordBatch, Array, RecordBatch]:
        places = from_numpy(rows - self.base.stretches[0][1])
        batch = self.whole.table.take(places).combine_chunks().to_batches()[0]
        spans = self.whole.spans
        inside = spans.filter(pc.is_in(spans["row"], from_numpy(rows)))
        found = inside.combine_chunks().to_batches()
        empty = no_rows(spans.schema)
        return batch, self.whole.sources.take(places), found[0] if found else empty

    def _placed(self, spans: RecordBatch, rows: I64, first: int) -> RecordBatch:
        """The spans of `rows` in columns that the copy has, by place in the copy."""
        if not spans.num_rows:
            return spans
        order = np.argsort(rows, kind="stable")
        own = integers(spans.column("row"))
        near = np.minimum(np.searchsorted(rows[order], own), len(rows) - 1)
        places = order[near]
        names = strings(self.cut.columns)
        found = pc.index_in(decode(spans.column("column")).cast(STRING), value_set=names)
        kept = (rows[places] == own) & validity(found)
        shown = strings(self.cut.shown).take(found.filter(from_numpy(kept)))
        arrays = []
        for name in spans.schema.names:
            if name == "row":
                arrays.append(from_numpy(places[kept] + first))
            elif name == "column":
                arrays.append(shown)
            else:
                arrays.append(spans.column(name).filter(from_numpy(kept)))
        return pa.RecordBatch.from_arrays(arrays, spans.schema.names).sort_by("row")


def _alike(batches: list[RecordBatch]) -> Table:
    """Batches whose columns may be coded in some and plain in others, as one table with one vocabulary."""
    coded_somewhere = {
        name
        for batch in batches
        for name, kind in zip(batch.schema.names, batch.schema.types, strict=True)
        if pa.types.is_dictionary(kind)
    }
    alike = []
    for batch in batches:
        arrays = [
            column.dictionary_encode()
            if name in coded_somewhere and not pa.types.is_dictionary(column.type)
            else column
            for name, column in zip(batch.schema.names, batch.columns, strict=True)
        ]
        alike.append(pa.RecordBatch.from_arrays(arrays, batch.schema.names))
    return pa.Table.from_batches(alike).unify_dictionaries().combine_chunks()

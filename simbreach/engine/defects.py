"""Accidents in single cells and rows, recorded with what the cell would have held.

A defect strikes cells as written: which ones is decided in `strikes`, what happens to them in `accidents`. It
never leaves the safe space: see `misnumber`, `slips` and docs/defects.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrays import I32, I64, U64, Bits
from simbreach.core.arrow import STRING, Array, Strings, booleans, from_numpy, validity
from simbreach.core.frame import Frame
from simbreach.core.streams import HashDraw
from simbreach.engine import accidents
from simbreach.engine.accidents import Stretch
from simbreach.engine.sheet import Sheet, differ
from simbreach.engine.strikes import DefectPlan, Strikes, draw_strikes, spare
from simbreach.profile.defects import SHIFTED

__all__ = ["DefectPlan", "Struck", "strike_all"]


@dataclass(frozen=True)
class Struck:
    """Cells of one column that a defect changed: their rows, and what they held before it (null: nothing).

    In the order in which they happened.
    """

    column: str
    kind: str
    rows: I64
    clean: Array


def strike_all(
    plans: Sequence[DefectPlan], written: dict[str, Array], draw: HashDraw, source: I32, frame: Frame
) -> list[Struck]:
    """Change the cells of `written` that the defects happen to, one defect after the other, and say which.

    `draw` is bound to the table and the rows.
    """
    plans = [plan for plan in plans if any(plan.shares)]
    if not plans or not len(draw):
        return []
    names = list(dict.fromkeys(column.name for plan in plans for column in plan.columns))
    numbers = {name: number for number, name in enumerate(names)}
    of_plan = [np.array([numbers[column.name] for column in plan.columns]) for plan in plans]
    strikes = draw_strikes(plans, draw, source)
    sheet = _read(plans, of_plan, strikes, written, names)
    strikes = spare(strikes, plans, draw, source, frame, _compound(plans, of_plan, strikes, sheet))
    struck: list[Struck] = []
    edges = np.searchsorted(strikes.plans, np.arange(len(plans) + 1)).tolist()
    for plan, columns, (start, stop) in zip(plans, of_plan, pairwise(edges), strict=True):
        if stop > start:
            struck += _Turn(plan, columns, sheet, draw, source, frame).take(strikes.at(slice(start, stop)))
    written.update(sheet.columns())
    return struck


def _read(
    plans: Sequence[DefectPlan],
    of_plan: Sequence[I64],
    strikes: Strikes,
    written: dict[str, Array],
    names: Sequence[str],
) -> Sheet:
    """All the cells that any defect may strike."""
    rows: list[list[I64]] = [[] for _ in names]
    edges = np.searchsorted(strikes.plans, np.arange(len(plans) + 1)).tolist()
    for plan, columns, (start, stop) in zip(plans, of_plan, pairwise(edges), strict=True):
        if stop > start:
            mine = strikes.at(slice(start, stop))
            inner = np.searchsorted(mine.columns, np.arange(len(columns) + 1)).tolist()
            for column, (first, last) in zip(columns.tolist(), pairwise(inner), strict=True):
                rows[column].append(mine.rows if plan.by_row else mine.rows[first:last])
    nothing = np.zeros(0, dtype=np.int64)
    return Sheet(written, names, [np.concatenate([nothing, *some]) for some in rows])


def _compound(plans: Sequence[DefectPlan], of_plan: Sequence[I64], strikes: Strikes, sheet: Sheet) -> Bits:
    """`bool[n]`: which strikes are of cells of several words, where that counts."""
    result = np.zeros(len(strikes), dtype=np.bool_)
    asking = np.array(["compound" in plan.defect.more_for for plan in plans])[strikes.plans]
    places = np.flatnonzero(asking)
    if len(places):
        width = max(map(len, of_plan))
        table = np.stack([np.pad(columns, (0, width - len(columns))) for columns in of_plan])
        columns = table[strikes.plans[places], strikes.columns[places]]
        cells = sheet.first(sheet.find(columns, strikes.rows[places]))
        result[places] = booleans(pc.match_substring_regex(cells, "[^ -][ -]+[^ -]"))
    return result


@dataclass(frozen=True)
class _Turn:
    """One defect's turn: its plan, the numbers of its columns in the sheet, and where it draws and looks."""

    plan: DefectPlan
    columns: I64
    sheet: Sheet
    draw: HashDraw
    source: I32
    frame: Frame

    def take(self, strikes: Strikes) -> list[Struck]:
        """The cells that these strikes change."""
        kind = self.plan.defect.kind
        if kind == "swapped":
            return self._swap(strikes.rows)
        if kind in SHIFTED:
            return self._shift(strikes.rows)
        columns, rows, ids = strikes.columns, strikes.rows, strikes.ids
        if self.plan.by_row:
            count = len(self.columns)
            columns, rows, ids = (
                np.repeat(np.arange(count), len(rows)),
                np.tile(rows, count),
                np.tile(ids, count),
            )
        return self._change(columns, rows, ids)

    def _change(self, columns: I64, rows: I64, ids: U64) -> list[Struck]:
        """The filled ones of the cells at `rows` of the plan's `columns`, all in one."""
        cells = self.sheet.find(self.columns[columns], rows)
        before = self.sheet.held(cells)
        if before.null_count:
            full = validity(before)
            columns, rows, ids, cells = columns[full], rows[full], ids[full], cells[full]
            before = before.drop_null()
        if not len(before):
            return []
        edges = np.searchsorted(columns, np.arange(len(self.columns) + 1)).tolist()
        stretches = tuple(
            Stretch(column, rows[start:stop], self.source[rows[start:stop]])
            for column, (start, stop) in zip(self.plan.columns, pairwise(edges), strict=True)
            if stop > start
        )
        own = HashDraw(self.draw.seed, self.draw.path, ids)
        after = accidents.change(accidents.Struck(self.plan.defect, stretches, before, own, self.frame))
        new = differ(before, after)
        # None becomes again what it was before all defects.
        again = np.flatnonzero(self.sheet.struck(cells))
        if len(again):
            new[again] &= differ(self.sheet.first(cells[again]), after.take(from_numpy(again)))
        return self._put(
            columns[new], rows[new], cells[new], before.filter(from_numpy(new)), after.filter(from_numpy(new))
        )

    def _put(self, columns: I64, rows: I64, cells: I64, before: Strings, after: Strings) -> list[Struck]:
        """The cells hold `after` now, which is recorded by column."""
        self.sheet.change(cells, after)
        edges = np.searchsorted(columns, np.arange(len(self.columns) + 1)).tolist()
        return [
            Struck(column.name, self.plan.defect.kind, rows[start:stop], before.slice(start, stop - start))
            for column, (start, stop) in zip(self.plan.columns, pairwise(edges), strict=True)
            if stop > start
        ]

    def _swap(self, rows: I64) -> list[Struck]:
        """Two cells of a row change places (surname and first name), where both are filled and differ."""
        cells = [self.sheet.find(np.full(len(rows), column), rows) for column in self.columns[:2]]
        one, other = (self.sheet.held(some) for some in cells)
        # Where either would be again what it was before all defects, neither is touched.
        turned = validity(one) & validity(other) & differ(one, other)
        turned &= differ(self.sheet.first(cells[0]), other) & differ(self.sheet.first(cells[1]), one)
        kept = from_numpy(turned)
        before = [one.filter(kept), other.filter(kept)]
        return self._put(
            np.repeat([0, 1], np.count_nonzero(turned)),
            np.tile(rows[turned], 2),
            np.concatenate([some[turned] for some in cells]),
            pa.concat_arrays(before),
            pa.concat_arrays(before[::-1]),
        )

    def _shift(self, rows: I64) -> list[Struck]:
        """The cells of a row move by one column, from the first of the plan's columns on.

        To the right as a separator inside a cell does it: the cell is cut in two at its first blank, and the
        last one of the row falls off. To the left as an empty cell does it that was not written: the last one
        is empty.
        """
        head = self.sheet.held(self.sheet.find(np.full(len(rows), self.columns[0]), rows))
        right = self.plan.defect.kind == "shifted_right"
        moved = booleans(pc.match_substring_regex(head, _TWO_WORDS)) if right else ~validity(head)
        rows = rows[moved]
        count, size = len(self.columns), len(rows)
        columns = np.repeat(np.arange(count), size)
        cells = self.sheet.find(self.columns[columns], np.tile(rows, count))
        before = self.sheet.held(cells)
        if right:
            head = before.slice(0, size)
            halves = [
                pc.replace_substring_regex(head, " .*$", ""),
                pc.replace_substring_regex(head, "^[^ ]+ +", ""),
            ]
            after = pa.concat_arrays([*halves, before.slice(size, (count - 2) * size)])
        else:
            after = pa.concat_arrays([before.slice(size), pa.nulls(size, STRING)])
        new = differ(before, after)
        kept = from_numpy(new)
        return self._put(
            columns[new], np.tile(rows, count)[new], cells[new], before.filter(kept), after.filter(kept)
        )


_TWO_WORDS: Final = "^[^ ]+ +[^ ]"

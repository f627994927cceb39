"""Which cells and rows defects happen to: by share, source and person, for all defects of a table at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simbreach.core.arrays import I32, I64, U64, Bits
from simbreach.core.frame import Frame
from simbreach.core.sampling import threshold
from simbreach.core.streams import HashDraw, derive_key
from simbreach.engine.columns import ColumnPlan
from simbreach.profile.defects import BY_ROW
from simbreach.profile.model import Defect

# From which age on, and below which, a patient counts as aged or as a child.
AGED, CHILD = 75, 16

# Groups of `more_for`; everybody else stands first.
_NOBODY, _COMPOUND = 0, 4
_GROUPS: Final = ("", "aged", "child", "born_abroad", "compound")

# Rare strikes are placed block by block, at most one a block: in blocks of as many rows as leave that rare.
_BLOCKS: Final = (64, 16, 4, 1)


@dataclass(frozen=True)
class DefectPlan:
    """A defect of the profile with the columns that it strikes and its share in each source (0: never).

    The columns of a shift are all that move.
    """

    defect: Defect
    columns: tuple[ColumnPlan, ...]
    shares: tuple[Decimal, ...]

    @property
    def by_row(self) -> bool:
        """Whether it happens to rows, all of its columns at once."""
        return self.defect.kind in BY_ROW

    @cached_property
    def factors(self) -> I64:
        """`int64[groups]`: by how much more it happens to each group; 1 where nothing is said."""
        more = self.defect.more_for
        return np.array([more.get(name, 1) for name in _GROUPS], dtype=np.int64)  # type: ignore[call-overload]

    @cached_property
    def most(self) -> Decimal:
        """The greatest share of anybody anywhere: strikes are drawn with it, and some of them dropped."""
        return max(self.shares) * int(self.factors.max())

    @cached_property
    def limits(self) -> U64:
        """`uint64[sources, groups]`: a word up to this keeps a strike that was drawn; 0 never does."""
        factors = self.factors.tolist()
        # Few sources have a share of their own.
        limits = {
            share: [self._limit(share * factor) for factor in factors] for share in dict.fromkeys(self.shares)
        }
        return np.array([limits[share] for share in self.shares])

    def _limit(self, share: Decimal) -> np.uint64:
        kept = min(share / self.most, Decimal(1)) if share else Decimal(0)
        return np.uint64(max(threshold(kept) - 1, 0))


@dataclass(frozen=True)
class Strikes:
    """Strike k is of plan `plans[k]`, in its column `columns[k]` (0 for a whole row), in row `rows[k]`.

    They stand by plan, column and row. `ids` are what all further draws of a strike are bound to.
    """

    plans: I64
    columns: I64
    rows: I64
    ids: U64

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, kept: NDArray[Any] | slice) -> "Strikes":
        """Some of the strikes, by place or by `bool[n]`."""
        return Strikes(self.plans[kept], self.columns[kept], self.rows[kept], self.ids[kept])


def draw_strikes(plans: Sequence[DefectPlan], draw: HashDraw, source: I32) -> Strikes:
    """The strikes that may happen in the rows that `draw` is bound to, in sources where they can at all.

    A strike is drawn with its plan's greatest share; `spare` then keeps those that happen.
    """
    numbers, columns, salts = [], [], []
    for number, plan in enumerate(plans):
        names = [""] if plan.by_row else [column.name for column in plan.columns]
        for place, name in enumerate(names):
            numbers.append(number)
            columns.append(place)
            # Draws are bound to the row and to the names of defect and column, never to their places.
            salts.append(derive_key(draw.seed, *draw.path, plan.defect.name, name).start)
    targets, places = _places(draw, [plans[n].most for n in numbers], np.array(salts, dtype=np.uint64))
    found = Strikes(
        np.array(numbers, dtype=np.int64)[targets],
        np.array(columns, dtype=np.int64)[targets],
        places,
        draw.ids[places] + np.array(salts, dtype=np.uint64)[targets],
    )
    happens = np.array([[share > 0 for share in plan.shares] for plan in plans])
    return found.at(happens[found.plans, source[places]])


def _places(draw: HashDraw, shares: Sequence[Decimal], salts: U64) -> tuple[I64, I64]:
    """Places of a share of the rows, for several shares: which of them, and the place; in this order."""
    first, last = int(draw.ids[0]), int(draw.ids[-1])
    found = []
    fits = np.array([next(block for block in _BLOCKS if share * block <= 1) for share in shares])
    for size in _BLOCKS:
        some = np.flatnonzero(fits == size)
        if not len(some):
            continue
        blocks = np.arange(first // size, last // size + 1, dtype=np.uint64)
        drawn = HashDraw(draw.seed, (*draw.path, f"blocks of {size}"), (salts[some, None] + blocks).ravel())
        limits = np.array([max(threshold(shares[n] * size) - 1, 0) for n in some.tolist()], dtype=np.uint64)
        hit = np.flatnonzero(drawn.words("block").reshape(len(some), -1) <= limits[:, None])
        which, block = hit // len(blocks), hit % len(blocks)
        places = blocks[block].astype(np.int64) * size - first
        if size > 1:
            places += drawn.at(hit).below("row", size)
        inside = (places >= 0) & (places <= last - first)
        found.append((some[which[inside]], places[inside]))
    targets = np.concatenate([which for which, _ in found])
    order = np.argsort(targets, kind="stable")
    return targets[order], np.concatenate([places for _, places in found])[order]


def spare(
    strikes: Strikes,
    plans: Sequence[DefectPlan],
    draw: HashDraw,
    source: I32,
    frame: Frame,
    compound: Bits,
) -> Strikes:
    """The strikes that happen; `compound` (`bool[n]`) says which are of cells of several words."""
    factors = np.stack([plan.factors for plan in plans])
    group = np.zeros(len(strikes), dtype=np.int64)
    for number, inside in _members(strikes, factors, frame, compound):
        mine = factors[strikes.plans, number]
        group = np.where(inside & (mine > factors[strikes.plans, group]), number, group)
    limits = np.stack([plan.limits for plan in plans])[strikes.plans, source[strikes.rows], group]
    words = HashDraw(draw.seed, draw.path, strikes.ids).words("keep")
    return strikes.at((words <= limits) & (limits > 0))


def _members(strikes: Strikes, factors: I64, frame: Frame, compound: Bits) -> list[tuple[int, Bits]]:
    """Each group that counts for any plan, and which strikes are of its people or cells."""
    counts: Bits = np.any(factors > 1, axis=0)
    result = [(_COMPOUND, compound)]
    if counts[1:_COMPOUND].any():
        asking: Bits = np.any(factors[:, 1:_COMPOUND] > 1, axis=1)
        personal = asking[strikes.plans]
        rows, places = np.unique(strikes.rows[personal], return_inverse=True)
        people = frame.at(rows)
        for number in (1, 2, 3):
            if counts[number]:
                inside = np.zeros(len(strikes), dtype=np.bool_)
                inside[personal] = _belongs(people, _GROUPS[number])[places]
                result.append((number, inside))
    return result


def _belongs(people: Frame, group: str) -> Bits:
    if group == "born_abroad":
        abroad: Bits = people["birth_department"] < 0
        return abroad
    aged: Bits = people["age"] >= AGED if group == "aged" else people["age"] < CHILD
    return aged

"""Draws of whole columns that lie near the plainest values: of the people that strategies choose from.

Word 0 of a draw leads to the plainest value of every choice (`testing.choices`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from simbreach.core.arrays import I64, U64
from simbreach.core.streams import HashDraw


@dataclass(frozen=True)
class VariantDraw(HashDraw):
    """Draws of the hash stream near the plainest: words lose their upper `shift` bits, all of them for 64."""

    shift: int = field(kw_only=True)

    def words(self, name: str) -> U64:
        """`uint64[n]`: see `Draw.words`."""
        if self.shift >= 64:
            return np.zeros(len(self), dtype=np.uint64)
        return super().words(name) >> np.uint64(self.shift)

    def at(self, places: I64) -> "VariantDraw":
        """The draws of the rows at `places`."""
        return replace(self, ids=self.ids[places])


@dataclass(frozen=True)
class StepDraw(HashDraw):
    """Draws that are the same in all rows: `step`, or the last index of a choice that has fewer."""

    step: int = field(kw_only=True)

    def below(self, name: str, limit: int | NDArray[np.integer]) -> I64:
        """`int64[n]`: see `Draw.below`."""
        return np.minimum(np.full(len(self), self.step), np.asarray(limit, dtype=np.int64) - 1)


Redraw = Callable[[HashDraw], HashDraw]


def variant(number: int, near: int = 0) -> Redraw:
    """Draws by their variant: 0 the plainest; in 1 to `near` frequent values only; in the others any."""
    shift = 64 if number == 0 else 8 if number <= near else 0
    return lambda draw: VariantDraw(draw.seed, (f"variant {number}", *draw.path), draw.ids, shift=shift)


def step(number: int) -> Redraw:
    """Draws that are all the index `number`."""
    return lambda draw: StepDraw(draw.seed, draw.path, draw.ids, step=number)

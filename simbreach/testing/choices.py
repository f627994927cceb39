"""Draws for property-based tests: a field's choices made by Hypothesis, or all of them the plainest.

Whatever a field draws comes from words of 64 bits (`core.streams`), and word 0 leads to index 0 of every
choice, which is the plainest value: the most frequent name, the first template, the first of the month. An
example therefore shrinks towards it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from simbreach.core.arrays import I64, U64
from simbreach.core.streams import HashDraw

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

_WORDS = st.integers(0, 2**64 - 1)
_NOBODY = np.zeros(1, dtype=np.uint64)


@dataclass(frozen=True)
class ChoiceDraw(HashDraw):
    """Draws of one row that Hypothesis chooses, each name once: `choose` is a composite strategy's `draw`."""

    choose: "DrawFn" = field(kw_only=True)
    chosen: dict[str, Any] = field(kw_only=True, default_factory=dict)

    def words(self, name: str) -> U64:
        """`uint64[n]`, n being 1 or, at no places, 0."""
        if name not in self.chosen:
            self.chosen[name] = self.choose(_WORDS)
        return np.full(len(self), self.chosen[name], dtype=np.uint64)

    def below(self, name: str, limit: int | NDArray[np.integer]) -> I64:
        """`int64[n]`, chosen in `[0, limit)` itself, so that it shrinks by ones."""
        if name not in self.chosen and len(self):
            most = int(np.broadcast_to(limit, len(self))[0])
            self.chosen[name] = self.choose(st.integers(0, most - 1))
        return np.full(len(self), self.chosen.get(name, 0), dtype=np.int64)

    def at(self, places: I64) -> "ChoiceDraw":
        """The same choices for the row, where it is among `places`."""
        return replace(self, ids=self.ids[places])


def index_below(choose: "DrawFn") -> Callable[[int], int]:
    """Indices in `[0, n)` for any n, each chosen anew by `choose`."""
    return lambda limit: choose(st.integers(0, limit - 1))


def choices(choose: "DrawFn", *path: str) -> ChoiceDraw:
    """The draws of one row, chosen by `choose`."""
    return ChoiceDraw(0, path, _NOBODY, choose=choose)


@dataclass(frozen=True)
class OneDraw(HashDraw):
    """Draws that are all made of one `word`, so that an example has as many choices whatever is drawn."""

    word: int = field(kw_only=True)

    def words(self, name: str) -> U64:
        """`uint64[n]`: the word."""
        return np.full(len(self), self.word, dtype=np.uint64)

    def below(self, name: str, limit: int | NDArray[np.integer]) -> I64:
        """`int64[n]`: the word modulo `limit`, so that small words give small numbers."""
        return (self.words(name) % np.asarray(limit).astype(np.uint64)).view(np.int64)

    def at(self, places: I64) -> "OneDraw":
        """The same for the rows at `places`."""
        return replace(self, ids=self.ids[places])


def one_choice(choose: "DrawFn") -> OneDraw:
    """The draws of one row from one choice."""
    return OneDraw(0, (), _NOBODY, word=choose(_WORDS))

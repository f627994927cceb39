"""The cells that defects may strike, as they find and leave them, one after another.

A cell is a number: cells of a column stand together, in the order of the rows. Every text that a cell ever
held is kept, so that what it was before all defects is at hand, and each column is rewritten once.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrays import I64, Bits
from simbreach.core.arrow import Array, Strings, booleans, decode, from_numpy, strings, validity
from simbreach.engine.columns import replace

# A row is less than this: what cells are found by is column · 2^32 + row.
_ROWS = np.int64(1 << 32)


class Sheet:
    """The cells at `rows[i]` (`int64`, in any order) of column `names[i]`, of the columns as written."""

    def __init__(self, written: Mapping[str, Array], names: Sequence[str], rows: Sequence[I64]) -> None:
        self._written = written
        self._names = names
        wanted = [_once(some) for some in rows]
        self._sizes = np.cumsum([0, *map(len, wanted)])
        self._rows = np.concatenate([np.zeros(0, np.int64), *wanted])
        self._keys = self._rows + _ROWS * np.repeat(np.arange(len(names)), [len(some) for some in wanted])
        read = [
            decode(written[name].take(from_numpy(some))) for name, some in zip(names, wanted, strict=True)
        ]
        self._texts = pa.concat_arrays([strings([]), *read])
        self._versions = np.arange(len(self._rows))

    def find(self, columns: I64, rows: I64) -> I64:
        """The numbers of the cells at `rows` of the columns numbered `columns`."""
        return np.searchsorted(self._keys, columns * _ROWS + rows)

    def first(self, cells: I64) -> Strings:
        """What the cells held before any defect."""
        return self._texts.take(from_numpy(cells))

    def held(self, cells: I64) -> Strings:
        """What the cells hold."""
        return self._texts.take(from_numpy(self._versions[cells]))

    def struck(self, cells: I64) -> Bits:
        """`bool[n]`: which cells have been changed before."""
        changed: Bits = self._versions[cells] != cells
        return changed

    def change(self, cells: I64, words: Strings) -> None:
        """The cells hold `words` (may be null) from now on."""
        self._versions[cells] = len(self._texts) + np.arange(len(cells))
        self._texts = pa.concat_arrays([self._texts, words])

    def columns(self) -> dict[str, Array]:
        """The columns in which a cell has been changed, as they are now."""
        changed = np.flatnonzero(self._versions != np.arange(len(self._versions)))
        words, rows = self.held(changed), self._rows[changed]
        edges = np.searchsorted(changed, self._sizes).tolist()
        return {
            name: replace(self._written[name], rows[start:stop], words.slice(start, stop - start))
            for name, (start, stop) in zip(self._names, pairwise(edges), strict=True)
            if stop > start
        }


def _once(rows: I64) -> I64:
    """The rows in order, each of them once."""
    ordered = np.sort(rows)
    return ordered[np.diff(ordered, prepend=-1) > 0]


def differ(one: Strings, other: Strings) -> Bits:
    """`bool[n]`: which cells are not the same; two empty ones are."""
    same = booleans(pc.equal(one, other))
    if one.null_count and other.null_count:
        same |= ~validity(one) & ~validity(other)
    return ~same

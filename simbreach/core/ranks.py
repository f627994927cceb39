"""Where values lie among ascending edges that are asked again and again."""

from dataclasses import dataclass

import numpy as np

from simbreach.core.arrays import I32, I64

# Buckets for each edge, about; and how many edges of a bucket are gone through one by one.
_FINENESS = 2
_STEPS = 4


@dataclass(frozen=True)
class Ranks:
    """`np.searchsorted(edges, …, side="right")` for ascending whole `edges` (`int64[n]`).

    Equal buckets of the edges' span say where to begin. A binary search in many edges, for values in no
    order, misses the cache at every step and takes ten times as long.
    """

    _padded: I64
    """The edges and one behind them that no value reaches."""
    _first: I32
    _origin: int
    _shift: np.int64

    @classmethod
    def build(cls, edges: I64) -> "Ranks":
        """The ranks among `edges`."""
        origin, last = (int(edges[0]) - 1, int(edges[-1])) if len(edges) else (0, 0)
        span = last - origin
        shift = (span // (_FINENESS * len(edges) + 1)).bit_length()
        starts = origin + (np.arange((span >> shift) + 1, dtype=np.int64) << shift)
        first = np.searchsorted(edges, starts, side="right").astype(np.int32)
        padded = np.append(edges, np.iinfo(np.int64).max)
        return cls(padded, first, origin, np.int64(shift))

    def of(self, values: I64) -> I64:
        """`int64[n]`: how many of the edges are not above each value."""
        bucket = values - self._origin
        bucket >>= self._shift
        np.clip(bucket, 0, len(self._first) - 1, out=bucket)
        found = self._first.take(bucket).astype(np.int64)
        open_ = np.flatnonzero(self._padded.take(found) <= values)
        for _ in range(_STEPS):
            if not len(open_):
                return found
            there = found[open_] + 1
            found[open_] = there
            open_ = open_[self._padded.take(there) <= values[open_]]
        found[open_] = np.searchsorted(self._padded[:-1], values[open_], side="right")
        return found

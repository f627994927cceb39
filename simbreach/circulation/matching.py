"""Cells of a dataset and values of a found file that are the same, found column by column."""

from collections.abc import Callable
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core import arrow
from simbreach.core.arrays import I64
from simbreach.core.arrow import STRING, Array, Strings, integers, validity

# A key that so many rows share tells none of them apart.
_COMMON: Final = 64


def codes_of(column: Array, normal: Callable[[Strings], Strings], wanted: Strings) -> I64:
    """`int64[n]`: which wanted word each cell is once made `normal`; -1 another word, -2 an empty cell."""
    coded = pa.types.is_dictionary(column.type)
    words = column.dictionary if coded else column
    found = pc.index_in(normal(words.cast(STRING)), value_set=wanted)
    codes = arrow.codes_of(found, empty=-1).astype(np.int64)
    if not coded:
        return np.where(validity(column), codes, -2)
    filled = validity(column.indices)
    if not len(codes):
        return np.full(len(column), -2, dtype=np.int64)
    return np.where(filled, codes[np.where(filled, integers(column.indices), 0)], -2)


def joined(asked: I64, keys: I64) -> tuple[I64, I64]:
    """(place in `asked`, place in `keys`) wherever both say the same, but for keys that many share.

    `keys` are ascending.
    """
    first, stop = np.searchsorted(keys, asked), np.searchsorted(keys, asked, side="right")
    counts = np.where(stop - first <= _COMMON, stop - first, 0)
    place = np.repeat(first, counts) + np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.repeat(np.arange(len(asked)), counts), place

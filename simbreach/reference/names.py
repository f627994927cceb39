"""First names by sex and year of birth, and surnames by style, as tables to draw from.

First names are INSEE's with INSEE's counts. Of the surnames only those with at least 100 births in ten years
are INSEE's; all rarer ones are invented, so that no rare name points at a family. `SOURCES.md` tells
how the tables came about.
"""

import io
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from simbreach.core.arrays import I32, I64, Bits, Ints
from simbreach.core.arrow import Array, Strings
from simbreach.core.sampling import Alias

_Number = TypeVar("_Number", bound=np.generic)

# From so many tenths of a birth in 1991-2000 on, a surname is a common or a middling one of its style.
_COMMON_WEIGHT, _MIDDLING_WEIGHT = 10_000, 1_000
LEVELS = 3


@dataclass(frozen=True)
class FirstNames:
    """A weighted choice of first names for each year of birth and sex.

    `words` are all names in capitals with accents; `births` (`int64`, by name) their births of all years.
    `table` has one group for each (year, sex): item i of a group stands at `codes[table.starts[group] + i]`.
    """

    words: Strings
    births: I64
    codes: I32
    table: Alias
    first_year: int

    def groups(self, sex: Ints, birth_year: Ints) -> I64:
        """`int64[n]`: (year - first year) · 2 + sex - 1, years outside the table taken to its nearest end."""
        last = self.first_year + len(self.table.sizes) // 2 - 1
        years = np.clip(birth_year.astype(np.int64), self.first_year, last)
        return (years - self.first_year) * 2 + (sex.astype(np.int64) - 1)

    def pick(self, words: NDArray[np.uint64], groups: I64) -> I32:
        """`int32[n]`: codes into `words`, from 64-bit words and the groups to choose in."""
        codes: I32 = self.codes.take(self.table.starts.take(groups) + self.table.pick(words, groups))
        return codes


@dataclass(frozen=True)
class Surnames:
    """Surnames in blocks: the common, the middling and the rare ones (level 0, 1, 2) of a style, in turn.

    `words` are in capitals without accents, as registers have them, and `weights` (`int64`) tenths of births
    in 1991-2000; `invented` tells the names that are not INSEE's: the rare ones. `table` has a group for
    each block that is not empty, and `block` (`int64`) tells which one: style · 3 + level.
    """

    words: Strings
    weights: I64
    invented: Bits
    styles: tuple[str, ...]
    block: I64
    table: Alias

    @property
    def totals(self) -> I64:
        """`int64[groups]`: the weight of all names of a group."""
        return np.add.reduceat(self.weights, self.table.starts)


@cache
def first_names() -> FirstNames:
    """The first names given in France from 1900 to 2024. Source: INSEE, Fichier des prénoms, 2024."""
    flat = _read("first_names.parquet")
    words = _read("first_name_words.parquet")
    metadata = flat["metadata"]
    sizes = np.array(metadata[b"sizes"].split(), dtype=np.int64)
    table = Alias.packed(
        keep=_numbers(flat["half_keep"], np.uint32).astype(np.uint64) << np.uint64(1),
        other=_numbers(flat["other"], np.uint16),
        starts=np.concatenate(([0], np.cumsum(sizes)[:-1])),
        sizes=sizes,
    )
    return FirstNames(
        words=words["name"],
        births=_numbers(words["births"], np.int32).astype(np.int64),
        codes=_numbers(flat["name"], np.int32),
        table=table,
        first_year=int(metadata[b"first_year"]),
    )


@cache
def surnames() -> Surnames:
    """The surnames. Source: INSEE, Fichier des noms, births 1991-2000, with modelled weights; see above."""
    table = _read("surnames.parquet", "name", "style", "weight", "invented")
    weights = _numbers(table["weight"], np.int32).astype(np.int64)
    levels = (weights < _COMMON_WEIGHT).astype(np.int64) + (weights < _MIDDLING_WEIGHT)
    blocks = _numbers(table["style"], np.int8).astype(np.int64) * LEVELS + levels
    starts = np.flatnonzero(np.diff(blocks, prepend=-1))
    return Surnames(
        words=table["name"],
        weights=weights,
        invented=_numbers(table["invented"].cast("uint8"), np.uint8) == 1,
        styles=tuple(table["metadata"][b"styles"].decode().split()),
        block=blocks[starts],
        table=Alias.build(weights, np.diff(starts, append=len(weights))),
    )


@cache
def surname_displays() -> Strings:
    """The usual spelling of `surnames().words`, code by code: `Lefèvre`, `Le Goff`, `Floc'h`.

    Mixed case, with accents where they are known (a few dozen frequent names, and endings in -ière); the
    clean form of the field is the one in capitals.
    """
    table = _read("surnames.parquet", "name", "display")
    shown: Strings = pc.coalesce(table["display"], pc.utf8_title(table["name"]))
    return shown


def _read(name: str, *columns: str) -> dict[str, Any]:
    """The columns of a data file as Arrow arrays, and its `metadata`."""
    data = files("simbreach.reference").joinpath("data", name).read_bytes()
    # Threads take longer to start than the file to read.
    table = pq.ParquetFile(io.BytesIO(data)).read(columns=list(columns) or None, use_threads=False)
    arrays = {column: table.column(column).combine_chunks() for column in table.column_names}
    return {**arrays, "metadata": table.schema.metadata}


def _numbers(array: Array, dtype: type[_Number]) -> NDArray[_Number]:
    """The numbers of a whole Arrow array without nulls; its own `to_numpy` would import pandas, for 0.2 s."""
    return np.frombuffer(array.buffers()[1], dtype=dtype, count=len(array))

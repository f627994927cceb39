"""One column of a batch: which cells are filled, with what, spelled how, and what went wrong in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simbreach.core.arrays import I32, I64, Bits
from simbreach.core.arrow import (
    STRING,
    Array,
    Coded,
    Joined,
    Lookup,
    Strings,
    coded,
    integers,
    scatter,
    strings,
    validity,
)
from simbreach.core.dates import NO_DAY
from simbreach.core.frame import Frame, Values, take
from simbreach.core.sampling import threshold
from simbreach.core.schema import FieldType
from simbreach.core.streams import HashDraw
from simbreach.engine.spell import spell
from simbreach.profile.model import Spelling

# Filled cells this sparse are placed block by block, at most one a block, instead of drawn row by row.
_BLOCK = 64
_SPARSE = Decimal(1) / _BLOCK


@dataclass(frozen=True)
class ColumnPlan:
    """A column of the profile, resolved.

    `said` is the profile's field, `field` what the frame is asked for. `spellings` are the distinct ones,
    `spelling_of` (`int32[sources]`) says which a source uses; `fills` (sources × years, as decimals) how much
    of it is filled. `lettered` numbers have zeros or letters in front: they are text.
    """

    table: str
    name: str
    said: str
    field: str
    kind: FieldType
    spellings: tuple[Spelling, ...]
    spelling_of: I32
    fills: tuple[tuple[Decimal, ...], ...]
    filled_with: str | None
    lettered: bool = False

    @cached_property
    def flat(self) -> Decimal | None:
        """The share that holds everywhere; None where it varies."""
        shares = {share for row in self.fills for share in row}
        return shares.pop() if len(shares) == 1 else None

    @cached_property
    def limits(self) -> NDArray[np.uint64]:
        """`uint64[sources, years]`: a word up to this fills a cell; 0 never does."""
        return np.array(
            [[max(threshold(share) - 1, 0) for share in row] for row in self.fills], dtype=np.uint64
        )


@dataclass(frozen=True)
class Cells:
    """The clean values of a column's filled cells.

    `values` has a value for each of `places` (rows, ascending), or, where `places` is None, for each of the
    `rows` rows, with nothing in the cells that are empty; `known` (`bool[rows]`) are the cells that hold a
    value (None: all).
    """

    values: Values
    places: I64 | None
    known: Bits | None
    rows: int


def fill_column(
    column: ColumnPlan,
    frame: Frame,
    draw: HashDraw,
    source: I32,
    year: I32,
    filled: Mapping[str, Bits | None],
) -> Cells:
    """The clean cells of a column.

    `draw` is bound to the table, the column and the rows; `source` and `year` (`int32[n]`, years from the
    first of the dates) belong to the rows; `filled` says which cells of earlier columns hold a value.
    """
    rows = len(source)
    chosen = _chosen(column, draw, source, year)
    if column.filled_with is not None:
        chosen = _both(chosen, filled[column.filled_with])
    if chosen is None or np.count_nonzero(chosen) * 2 > rows:
        values = frame[column.field]
        if chosen is not None:
            values = _keep(values, chosen, column.kind)
        return Cells(values, None, _known(values, column.kind), rows)
    places = np.flatnonzero(chosen)
    if not len(places):
        return Cells(pa.array([], STRING), places, chosen, rows)
    values = frame.at(places)[column.field]
    known = _known(values, column.kind)
    if known is not None:
        inside = np.flatnonzero(known)
        values, places = take(values, inside), places[inside]
        chosen = np.zeros(rows, dtype=np.bool_)
        chosen[places] = True
    return Cells(values, places, chosen, rows)


def write_cells(column: ColumnPlan, cells: Cells, source: I32) -> Array:
    """The column as its sources spell it: strings, in codes where values repeat; null where empty."""
    if cells.places is None:
        return _spell(column, cells.values, source)
    if not len(cells.places):
        return pa.nulls(cells.rows, STRING)
    written = _spell(column, cells.values, source[cells.places])
    return _scatter(written, cells.places, cells.rows)


def add_placeholders(
    column: ColumnPlan, written: Array, known: Bits | None, draw: HashDraw, source: I32
) -> Array:
    """The column with the sources' words for an empty cell in some of the cells that hold no value."""
    if known is None or not any(spelling.empty for spelling in column.spellings):
        return written
    for number, spelling in enumerate(column.spellings):
        if spelling.empty:
            rows = np.flatnonzero(~known & (column.spelling_of == number)[source])
            share = str(spelling.empty_share or 1)
            chosen = rows[draw.at(rows).chance("empty", share)]
            written = replace(written, chosen, strings([spelling.empty] * len(chosen)))
    return written


def replace(column: Array, places: I64, words: Strings) -> Array:
    """The column with `words` (may hold null) at `places` (ascending)."""
    if not len(places):
        return column
    if not pa.types.is_dictionary(column.type):
        mask = np.zeros(len(column), dtype=np.bool_)
        mask[places] = True
        return pc.replace_with_mask(column.cast(STRING), pa.array(mask), words)
    codes, valid = integers(column.indices).astype(np.int32), validity(column).copy()
    fresh = words.dictionary_encode()
    # A word that the vocabulary holds already is not added a second time.
    old = pc.index_in(fresh.dictionary, value_set=column.dictionary)
    added = fresh.dictionary.filter(pc.is_null(old))
    new = np.cumsum(~validity(old)) - 1 + len(column.dictionary)
    where = np.where(validity(old), integers(old), new)
    if len(where):
        codes[places] = where[integers(fresh.indices.fill_null(0))]
    valid[places] = validity(words)
    codes[~valid] = 0
    return coded(codes, pa.concat_arrays([column.dictionary, added]), None if valid.all() else valid)


def _chosen(column: ColumnPlan, draw: HashDraw, source: I32, year: I32) -> Bits | None:
    """`bool[n]`: the cells that may be filled; None for all of them."""
    if column.flat == 1:
        return None
    if column.flat is not None:
        if column.flat < _SPARSE:
            chosen = np.zeros(len(source), dtype=np.bool_)
            if column.flat:
                chosen[_sparse_places(draw, column.flat)] = True
            return chosen
        return draw.chance("fill", column.flat)
    limit = column.limits[source, np.clip(year, 0, column.limits.shape[1] - 1)]
    return (draw.words("fill") <= limit) & (limit > 0)


def _sparse_places(draw: HashDraw, share: Decimal) -> I64:
    """Places of a share below 1/64: a block of 64 rows holds one with probability 64 · share."""
    if not len(draw):
        return np.zeros(0, dtype=np.int64)
    ids = draw.ids.view(np.int64)
    first, last = int(ids[0]), int(ids[-1])
    blocks = np.arange(first // _BLOCK, last // _BLOCK + 1, dtype=np.int64)
    inside = HashDraw(draw.seed, draw.path, blocks.view(np.uint64))
    hit = np.flatnonzero(inside.chance("block", share * _BLOCK))
    rows = blocks[hit] * _BLOCK + inside.below("row", _BLOCK)[hit]
    return rows[(rows >= first) & (rows <= last)] - first


def _both(one: Bits | None, other: Bits | None) -> Bits | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _known(values: Values, kind: FieldType) -> Bits | None:
    """`bool[n]`: the rows that hold a value; None when all do."""
    if isinstance(values, Coded | Lookup):
        valid = values.codes >= 0
    elif isinstance(values, Joined):
        valid = np.logical_or.reduce([part.codes >= 0 for part in values.parts])
    elif isinstance(values, np.ndarray):
        valid = values[:, 0] > 0 if values.ndim == 2 else values > (NO_DAY if kind == "date" else -1)
    elif values.null_count:
        valid = validity(values)
    else:
        return None
    return None if valid.all() else valid


def _keep(values: Values, chosen: Bits, kind: FieldType) -> Values:
    """The values where `chosen`, nothing elsewhere."""
    if isinstance(values, Coded | Lookup):
        codes = np.where(chosen, values.codes, np.int32(-1))
        return Coded(codes, values.words) if isinstance(values, Coded) else Lookup(codes, values.values)
    if isinstance(values, Joined):
        return Joined(tuple(_keep(part, chosen, kind) for part in values.parts), values.separator)
    if isinstance(values, np.ndarray):
        if values.ndim == 2:
            kept = values.copy()
            kept[~chosen] = 0
            return kept
        return np.where(chosen, values, values.dtype.type(NO_DAY if kind == "date" else -1))
    return pc.if_else(pa.array(chosen), values, pa.scalar(None, STRING))


def _spell(column: ColumnPlan, values: Values, source: I32) -> Array:
    groups = column.spelling_of[source] if len(column.spellings) > 1 else source
    return spell(values, column.kind, groups, column.spellings)


def _scatter(written: Array, places: I64, rows: int) -> Array:
    """A column of `rows` rows with the few `written` cells at `places`."""
    if not pa.types.is_dictionary(written.type):
        return scatter(written, places, rows)
    codes = np.zeros(rows, dtype=np.int32)
    valid = np.zeros(rows, dtype=np.bool_)
    codes[places] = integers(written.indices)
    valid[places] = True
    return coded(codes, written.dictionary, valid)

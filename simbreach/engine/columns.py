"""One column of a batch: which cells are filled, with what, spelled how, and what went wrong in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simbreach.core.arrow import STRING, Array, Coded, Joined, Lookup, coded, integers, strings, validity
from simbreach.core.dates import NO_DAY
from simbreach.core.frame import Frame, Values, take
from simbreach.core.sampling import threshold
from simbreach.core.schema import FieldType
from simbreach.core.streams import HashDraw
from simbreach.engine.spell import spell
from simbreach.profile.model import Spelling

I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
Bits = NDArray[np.bool_]

# Filled cells this sparse are placed block by block, at most one a block, instead of drawn row by row.
_BLOCK = 64
_SPARSE = Decimal(1) / _BLOCK


@dataclass(frozen=True)
class ColumnPlan:
    """A column of the profile, resolved.

    `said` is the profile's field, `field` what the frame is asked for. `spellings` are the distinct ones,
    `spelling_of` (`int32[sources]`) says which a source uses; `fills` (sources × years, as decimals) how much
    of it is filled.
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
    `rows` rows, with nothing in the cells that are empty; `known` are the rows that hold a value (None: all).
    """

    values: Values
    places: I64 | None
    known: I64 | None
    rows: int


def fill_column(
    column: ColumnPlan, frame: Frame, draw: HashDraw, source: I32, year: I32, filled: Mapping[str, I64 | None]
) -> Cells:
    """The clean cells of a column.

    `draw` is bound to the table, the column and the rows; `source` and `year` (`int32[n]`, years from the
    first of the dates) belong to the rows; `filled` says which cells of earlier columns hold a value.
    """
    rows = len(source)
    if column.flat == 0:
        nothing = np.zeros(0, dtype=np.int64)
        return Cells(pa.array([], STRING), nothing, nothing, rows)
    places = _filled_places(column, draw, source, year)
    if column.filled_with is not None:
        places = _both(places, filled[column.filled_with])
    if places is None or len(places) * 2 > rows:
        values = frame[column.field]
        if places is not None:
            values = _blank(values, places)
        return Cells(values, None, _known_places(values, column.kind), rows)
    values = frame.at(places)[column.field]
    known = _known_places(values, column.kind)
    if known is not None:
        values, places = take(values, known), places[known]
    return Cells(values, places, places, rows)


def write_cells(column: ColumnPlan, cells: Cells, source: I32) -> Array:
    """The column as its sources spell it: strings, in codes where values repeat; null where empty."""
    if cells.places is None:
        return _spell(column, cells.values, source)
    if not len(cells.places):
        return pa.nulls(cells.rows, STRING)
    written = _spell(column, cells.values, source[cells.places])
    return _scatter(written, cells.places, cells.rows)


def add_placeholders(
    column: ColumnPlan, written: Array, known: I64 | None, draw: HashDraw, source: I32
) -> Array:
    """The column with the sources' words for an empty cell in some of the cells that hold no value."""
    if known is None or not any(spelling.empty for spelling in column.spellings):
        return written
    empty = np.ones(len(source), dtype=np.bool_)
    empty[known] = False
    for number, spelling in enumerate(column.spellings):
        if spelling.empty:
            rows = np.flatnonzero(empty & (column.spelling_of[source] == number))
            share = str(spelling.empty_share or 1)
            chosen = rows[HashDraw(draw.seed, draw.path, draw.ids[rows]).chance("empty", share)]
            written = replace(written, chosen, strings([spelling.empty] * len(chosen)))
    return written


def replace(column: Array, places: I64, words: Array) -> Array:
    """The column with `words` (strings, may hold null) at `places` (ascending)."""
    if not len(places):
        return column
    if pa.types.is_dictionary(column.type):
        codes, valid = integers(column.indices).astype(np.int32), validity(column).copy()
        fresh = words.dictionary_encode()
        codes[places] = integers(fresh.indices.fill_null(0)) + len(column.dictionary)
        valid[places] = validity(words)
        codes[~valid] = 0
        vocabulary = pa.concat_arrays([column.dictionary, fresh.dictionary])
        return coded(codes, vocabulary if len(vocabulary) else strings([""]), None if valid.all() else valid)
    mask = np.zeros(len(column), dtype=np.bool_)
    mask[places] = True
    return pc.replace_with_mask(column, pa.array(mask), words)


def _filled_places(column: ColumnPlan, draw: HashDraw, source: I32, year: I32) -> I64 | None:
    """The rows (ascending) whose cells may be filled; None for all of them."""
    if column.flat == 1:
        return None
    if column.flat is not None:
        if column.flat < _SPARSE:
            return _sparse_places(draw, column.flat)
        return np.flatnonzero(draw.chance("fill", column.flat))
    limit = column.limits[source, np.clip(year, 0, column.limits.shape[1] - 1)]
    return np.flatnonzero((draw.words("fill") <= limit) & (limit > 0))


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


def _both(one: I64 | None, other: I64 | None) -> I64 | None:
    if one is None or other is None:
        return other if one is None else one
    inside = np.zeros(max(int(one[-1]), int(other[-1])) + 1 if len(one) and len(other) else 0, dtype=np.bool_)
    if not len(inside):
        return one[:0]
    inside[other] = True
    return one[inside[one]]


def _known_places(values: Values, kind: FieldType) -> I64 | None:
    """The rows that hold a value; None when all do."""
    if isinstance(values, Coded | Lookup):
        valid = values.codes >= 0
    elif isinstance(values, Joined):
        valid = np.logical_or.reduce([part.codes >= 0 for part in values.parts])
    elif isinstance(values, np.ndarray):
        valid = values[:, 0] > 0 if values.ndim == 2 else values > (NO_DAY if kind == "date" else -1)
    else:
        valid = validity(values)
    return None if valid.all() else np.flatnonzero(valid)


def _blank(values: Values, places: I64) -> Values:
    """The values at `places`, nothing elsewhere; in the place of many rows, not few."""
    if isinstance(values, Coded | Lookup):
        codes = np.full(len(values), -1, dtype=np.int32)
        codes[places] = values.codes[places]
        return Coded(codes, values.words) if isinstance(values, Coded) else Lookup(codes, values.values)
    if isinstance(values, Joined):
        return Joined(tuple(_blank(part, places) for part in values.parts), values.separator)
    if isinstance(values, np.ndarray):
        empty = 0 if values.ndim == 2 else NO_DAY if values.dtype == np.int32 else -1
        result = np.full_like(values, empty)
        result[places] = values[places]
        return result
    mask = np.ones(len(values), dtype=np.bool_)
    mask[places] = False
    return pc.if_else(pa.array(mask), pa.scalar(None, STRING), values)


def _spell(column: ColumnPlan, values: Values, source: I32) -> Array:
    groups = column.spelling_of[source] if len(column.spellings) > 1 else source
    return spell(values, column.kind, groups, column.spellings)


def _scatter(written: Array, places: I64, rows: int) -> Array:
    """A column of `rows` rows with the few `written` cells at `places`, in codes."""
    codes = np.zeros(rows, dtype=np.int32)
    valid = np.zeros(rows, dtype=np.bool_)
    valid[places] = True
    if pa.types.is_dictionary(written.type):
        codes[places] = integers(written.indices)
        vocabulary = written.dictionary
    else:
        codes[places] = np.arange(len(places))
        vocabulary = written
    return coded(codes, vocabulary if len(vocabulary) else strings([""]), valid)

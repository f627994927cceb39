"""One column of a batch: which cells are filled, with what, spelled how, and what went wrong in them."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simbreach.core.arrays import I32, I64, U64, Bits, either
from simbreach.core.arrow import (
    STRING,
    Array,
    Coded,
    Joined,
    Lookup,
    Strings,
    coded,
    codes_of,
    from_numpy,
    integers,
    literal,
    pack_bits,
    scatter,
    string_parts,
    strings,
    validity,
)
from simbreach.core.dates import NO_DAY
from simbreach.core.frame import Frame, Values, take
from simbreach.core.sampling import threshold
from simbreach.core.schema import FieldType
from simbreach.core.spans import Pieces, Spans
from simbreach.core.streams import HashDraw
from simbreach.engine.remarks import write_texts
from simbreach.engine.spell import pad_pieces, spell, spell_pieces
from simbreach.profile.model import Spelling

# Filled cells this sparse are placed block by block, at most one a block, instead of drawn row by row.
_BLOCK = 64
_SPARSE = Decimal(1) / _BLOCK
# What tells a canary is written wherever the column is written at all.
_ALWAYS_A_CANARYS = frozenset(("usage_name", "first_name", "nir", "mobile", "email"))


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
    if chosen is not None and column.said in _ALWAYS_A_CANARYS:
        chosen = chosen | (frame["canary"] & (_limit(column, source, year) > 0))
    if column.filled_with is not None:
        chosen = _both(chosen, filled[column.filled_with])
    if chosen is None or np.count_nonzero(chosen) * 2 > rows:
        values = frame[column.field]
        if chosen is not None:
            values = _keep(values, chosen, column.kind)
        return Cells(values, None, _known(values, column.kind), rows)
    places = np.flatnonzero(chosen)
    if not len(places):
        return Cells(strings([]), places, chosen, rows)
    values = frame.at(places)[column.field]
    known = _known(values, column.kind)
    if known is not None:
        inside = np.flatnonzero(known)
        values, places = take(values, inside), places[inside]
        chosen = np.zeros(rows, dtype=np.bool_)
        chosen[places] = True
    return Cells(values, places, chosen, rows)


def fill_texts(
    columns: Sequence[ColumnPlan], frame: Frame, draws: Sequence[HashDraw], source: I32, year: I32
) -> dict[str, Cells]:
    """The clean cells of columns of free text by their names, as `fill_column` gives them, in one go.

    Of each field there is one column at most, and none is filled with another.
    """
    rows = len(source)
    places = {}
    for column, draw in zip(columns, draws, strict=True):
        chosen = _chosen(column, draw, source, year)
        places[column.field] = np.arange(rows) if chosen is None else np.flatnonzero(chosen)
    written = write_texts(frame, places)
    result = {}
    for column in columns:
        pieces = written[column.field]
        inside = np.flatnonzero(pieces.known())
        known = np.zeros(rows, dtype=np.bool_)
        known[places[column.field][inside]] = True
        result[column.name] = Cells(pieces.take(inside), np.flatnonzero(known), known, rows)
    return result


def write_cells(column: ColumnPlan, cells: Cells, source: I32) -> Array:
    """The column as its sources spell it: strings, in codes where values repeat; null where empty."""
    if cells.places is None:
        return _spell(column, cells.values, source)
    if not len(cells.places):
        return pa.nulls(cells.rows, STRING)
    written = _spell(column, cells.values, source.take(cells.places))
    return _scatter(written, cells.places, cells.rows)


def write_free_text(column: ColumnPlan, cells: Cells, source: I32) -> tuple[Array, Spans]:
    """A column of free text as its sources spell it, and the spans in it, by row."""
    mine = source if cells.places is None else source[cells.places]
    groups = column.spelling_of[mine]
    pieces = spell_pieces(cells.values, groups, column.spellings)
    written, spans = pad_pieces(pieces, groups, column.spellings), pieces.spans()
    if cells.places is None:
        return written, spans
    whole = dataclasses.replace(spans, rows=cells.places[spans.rows])
    return scatter(written, cells.places, cells.rows), whole


def add_placeholders(
    column: ColumnPlan, written: Array, known: Bits | None, draw: HashDraw, source: I32
) -> Array:
    """The column with the sources' words for an empty cell in some of the cells that hold no value."""
    if known is None or not any(spelling.empty for spelling in column.spellings):
        return written
    for number, spelling in enumerate(column.spellings):
        if spelling.empty:
            rows = np.flatnonzero(~known & (column.spelling_of == number).take(source))
            share = str(spelling.empty_share or 1)
            chosen = rows[draw.at(rows).chance("empty", share)]
            written = replace(written, chosen, strings([spelling.empty] * len(chosen)))
    return written


def replace(column: Array, places: I64, words: Strings) -> Array:
    """The column with `words` (may hold null) at `places` (ascending)."""
    if not len(places):
        return column
    bitmap = _bitmap(column, places, validity(words))
    if not pa.types.is_dictionary(column.type):
        return _splice(column.cast(STRING), places, words, bitmap)
    codes = integers(column.indices).astype(np.int32)
    fresh = words.dictionary_encode()
    new, vocabulary = _join_words(column.dictionary, fresh.dictionary)
    codes[places] = new[codes_of(fresh)] if len(new) else 0
    indices = pa.Array.from_buffers(pa.int32(), len(codes), [bitmap, pa.py_buffer(codes)])
    return pa.DictionaryArray.from_arrays(indices, vocabulary, safe=False)


def _bitmap(column: Array, places: I64, filled: Bits) -> pa.Buffer | None:
    """Which cells of the column hold a value when those at `places` do where `filled`; None for all."""
    bitmap = column.buffers()[0]
    if column.offset or pa.types.is_null(column.type) or (bitmap is None and not filled.all()):
        valid = validity(column).copy()
        valid[places] = filled
        return pack_bits(valid)
    if bitmap is None:
        return None
    bits = np.frombuffer(bitmap, dtype=np.uint8)
    at, bit = places >> 3, (1 << (places & 7)).astype(np.uint8)
    turned = ((bits[at] & bit) > 0) != filled
    if not turned.any():
        return bitmap
    bits = bits.copy()
    np.bitwise_xor.at(bits, at[turned], bit[turned])
    return pa.py_buffer(bits)


def _join_words(old: Strings, fresh: Strings) -> tuple[I32, Strings]:
    """Where each of the few `fresh` words stands in the vocabulary that they join, none of them twice."""
    found = pc.index_in(old, value_set=fresh)
    known = np.flatnonzero(validity(found))
    new = np.full(len(fresh), -1, dtype=np.int32)
    new[integers(found)[known]] = known
    more = np.flatnonzero(new < 0)
    new[more] = len(old) + np.arange(len(more))
    return new, pa.concat_arrays([old, fresh.take(from_numpy(more))]) if len(more) else old


def _splice(column: Strings, places: I64, words: Strings, bitmap: pa.Buffer | None) -> Strings:
    """Plain text with `words` at `places`: what lies between them is copied in one piece each."""
    data, offsets = string_parts(column)
    new, edges = string_parts(words)
    cuts = np.stack([offsets[places], offsets[places + 1]], axis=1).ravel()
    longer = np.zeros(len(offsets), dtype=np.int32)
    longer[places + 1] = np.diff(edges) - (cuts[1::2] - cuts[::2])
    ends = np.cumsum(longer, dtype=np.int32, out=longer)
    ends += offsets
    if offsets[0]:
        ends -= offsets[0]
    all_cuts = [int(offsets[0]), *cuts.tolist(), int(offsets[-1])]
    old, more = memoryview(data), memoryview(new)  # type: ignore[arg-type]  # NumPy arrays are buffers
    pieces = [memoryview(b"")] * (2 * len(places) + 1)
    pieces[::2] = [old[start:stop] for start, stop in zip(all_cuts[::2], all_cuts[1::2], strict=True)]
    pieces[1::2] = [more[start:stop] for start, stop in pairwise(edges.tolist())]
    buffers = [bitmap, pa.py_buffer(ends), pa.py_buffer(b"".join(pieces))]
    return pa.Array.from_buffers(STRING, len(column), buffers)


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
    limit = _limit(column, source, year)
    return (draw.words("fill") <= limit) & (limit > 0)


def _limit(column: ColumnPlan, source: I32, year: I32) -> U64:
    """`uint64[n]`: up to which word the cell of a row is filled."""
    # One flat index: NumPy takes four times as long with one for each dimension.
    years = column.limits.shape[1]
    return column.limits.ravel().take(source * np.int32(years) + np.clip(year, 0, years - 1))


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
    elif isinstance(values, Pieces):
        valid = values.known()
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
        # All bits, which is -1, where not chosen: a third of the time of `where`.
        codes = values.codes | (chosen.view(np.int8) - np.int8(1))
        return Coded(codes, values.words) if isinstance(values, Coded) else Lookup(codes, values.values)
    if isinstance(values, Joined):
        return Joined(tuple(_keep(part, chosen, kind) for part in values.parts), values.separator)
    if isinstance(values, Pieces):
        rows = np.flatnonzero(chosen)
        return values.take(rows).spread(rows, len(values))
    if isinstance(values, np.ndarray):
        if values.ndim == 2:
            return values * chosen[:, None]
        return either(chosen, values, values.dtype.type(NO_DAY if kind == "date" else -1))
    return pc.if_else(from_numpy(chosen), values, literal(None))


def _spell(column: ColumnPlan, values: Values, source: I32) -> Array:
    groups = column.spelling_of.take(source) if len(column.spellings) > 1 else source
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

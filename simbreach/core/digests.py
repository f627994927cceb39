"""The content digest of a table: equal for equal rows in equal places, however they are stored.

The sum of a column is Σ r(row) · v(value) modulo 2^64 over its filled cells, with r the hash of the row's
number made odd and v a hash of the value alone. It adds up over parts, so that parts made in any order,
by any engine, give one digest. An empty cell adds nothing, which differs from any value's share.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simbreach.core.arrays import I64, U64
from simbreach.core.arrow import Array, RecordBatch, Schema, decode, integers, literal, string_parts, validity
from simbreach.core.streams import Key, derive_key, hash_words

WORD = 8
_CACHED = 256


def _keys() -> tuple[Key, Key, Key]:
    """The published keys of rows, integers and words: whoever holds a file can recompute its digest."""
    return tuple(derive_key(0, "content digest", name) for name in ("row", "integer", "word"))  # type: ignore[return-value]


_ROW, _INTEGER, _WORD = _keys()
_ODD = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)
# How much of a word belongs to a string of which 0 … 8 bytes are left.
_MASKS: U64 = np.array([(1 << 8 * count) - 1 for count in range(WORD + 1)], dtype=np.uint64)


def kind(column_type: pa.DataType) -> str:
    """What a digest calls a type: `string`, `integer`, `date` or `boolean`; TypeError for any other.

    The width of integers and the encoding of strings are a matter of storage.
    """
    if pa.types.is_dictionary(column_type):
        column_type = column_type.value_type
    if pa.types.is_string(column_type) or pa.types.is_large_string(column_type):
        return "string"
    if pa.types.is_integer(column_type):
        return "integer"
    if pa.types.is_date32(column_type):
        return "date"
    if pa.types.is_boolean(column_type):
        return "boolean"
    raise TypeError(f"a content digest is not defined for columns of type {column_type}")


def row_weights(start: int, rows: int) -> U64:
    """`uint64[rows]`, odd: the weights of rows `[start, start + rows)`."""
    weights = hash_words(_ROW, np.arange(start, start + rows, dtype=np.uint64))
    weights |= np.uint64(1)
    return weights


def hash_integers(values: NDArray[np.integer]) -> U64:
    """`uint64[n]`: the hash of each value as a signed 64-bit integer."""
    return hash_words(_INTEGER, values.astype(np.int64).view(np.uint64))


def hash_strings(column: Array, places: I64 | None = None) -> U64:
    """`uint64[n]`: the hash of the UTF-8 bytes of each string of `column`, or of those at `places`.

    With w(i) the i-th eight bytes, little-endian, zeros behind the last, and k(i) the hash of i:
    m = w(i) + k(i); m = (m ^ m >> 32) · odd; the sum of all m is hashed with the length added.
    """
    data, offsets = string_parts(column)
    data = data[offsets[0] : offsets[-1]]
    # The last word may reach beyond the last string.
    padded = np.zeros(len(data) + WORD, dtype=np.uint8)
    padded[: len(data)] = data
    starts = offsets[:-1].astype(np.int64) - offsets[0]
    left = np.diff(offsets).astype(np.int64)
    if places is not None:
        starts, left = starts[places], left[places]
    sums = left.astype(np.uint64)
    if not len(left):
        return sums
    shortest, longest = int(left.min()), int(left.max())
    keys = hash_words(_WORD, np.arange(-(-longest // WORD), dtype=np.uint64))
    # Strings of one length lie at equal steps; else a word is cut out at any byte.
    even = shortest == longest and len(data) == len(left) * longest
    words = np.ndarray((len(data) + 1,), dtype="<u8", buffer=padded, strides=(1,))
    rows: I64 | None = None  # None: all rows still have bytes
    for place, key in enumerate(keys):
        begin = place * WORD
        if begin >= shortest:
            # The rows that still have bytes: a part of those that had some a word ago.
            longer = np.flatnonzero(left > begin)
            if len(longer) < len(left):
                rows = longer if rows is None else rows.take(longer)
                starts, left = starts.take(longer), left.take(longer)
        mixed = words[begin::longest][: len(left)].copy() if even else words[starts + begin]
        if begin + WORD > shortest:
            mixed &= _MASKS.take(left - begin, mode="clip")
        mixed += key
        mixed ^= mixed >> _HALF
        mixed *= _ODD
        if rows is None:
            sums += mixed
        else:
            sums[rows] += mixed
    return hash_words(_WORD, sums)


@dataclass(frozen=True)
class Hasher:
    """Column sums of batches; remembers the hashes of vocabularies, which batches share."""

    _known: dict[tuple[int, ...], tuple[Array, U64]] = field(default_factory=dict)

    def column_sums(self, batch: RecordBatch, start: int) -> list[int]:
        """The sum of each column of `batch`, whose first row is row `start` of its table."""
        weights = row_weights(start, batch.num_rows)
        return [self._sum(column, weights) for column in batch.columns]

    def _sum(self, column: Array, weights: U64) -> int:
        what = kind(column.type)
        nulls = column.null_count
        if nulls == len(column):
            return 0
        if what == "string" and not pa.types.is_dictionary(column.type):
            column = column if pa.types.is_string(column.type) else column.cast(pa.string())
            places = np.flatnonzero(validity(column)) if nulls else None
            hashes = hash_strings(column, places)
            return _dot(weights if places is None else weights[places], hashes)
        if pa.types.is_dictionary(column.type):
            vocabulary, codes = self._vocabulary(column.dictionary), integers(column.indices)
            if nulls * 2 > len(column):
                places = np.flatnonzero(validity(column))
                return _dot(weights[places], vocabulary[codes[places]])
            # Under a null lies any code: it is kept in range, and weighs nothing below.
            hashes = vocabulary.take(codes, mode="clip")
        else:
            hashes = hash_integers(integers(column.cast(pa.int8()) if what == "boolean" else column))
        if nulls:
            hashes *= validity(column)
        return _dot(weights, hashes)

    def _vocabulary(self, words: Array) -> U64:
        place = (len(words), words.offset, *(buffer.address for buffer in words.buffers() if buffer))
        known = self._known.get(place)
        if known is None:
            if len(self._known) >= _CACHED:
                self._known.clear()
            # The array is kept beside its hashes: no other one can come to lie at its address.
            known = words, hash_strings(pc.fill_null(decode(words).cast(pa.string()), literal("")))
            self._known[place] = known
        return known[1]


def _dot(weights: U64, hashes: U64) -> int:
    return int(np.einsum("i,i", weights, hashes))


def add_sums(parts: Iterable[Sequence[int]], columns: int) -> list[int]:
    """The sums of a whole of `columns` columns, from those of its parts."""
    total = [0] * columns
    for sums in parts:
        total = [(a + b) % (1 << 64) for a, b in zip(total, sums, strict=True)]
    return total


def table_digest(schema: Schema, sums: Sequence[int], rows: int) -> str:
    """32 hexadecimal digits: BLAKE2b over (name, kind, sum) of all columns in order, and the row count."""
    state = blake2b(digest_size=16, person=b"simbreach")
    for column, total in zip(schema, sums, strict=True):
        for text in (column.name.encode(), kind(column.type).encode()):
            state.update(len(text).to_bytes(4, "little") + text)
        state.update(total.to_bytes(8, "little"))
    state.update(rows.to_bytes(8, "little"))
    return state.hexdigest()

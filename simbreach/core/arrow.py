"""The one typed wrapper round PyArrow, which ships no types: how columns are built and taken apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simbreach.core.arrays import I32, I64, U8, Bits

# PyArrow has no type information; these names say what is meant.
Array: TypeAlias = pa.Array
Strings: TypeAlias = pa.StringArray
RecordBatch: TypeAlias = pa.RecordBatch
Table: TypeAlias = pa.Table
Schema: TypeAlias = pa.Schema
# Rows of several tables, by the table's name.
Batches: TypeAlias = Mapping[str, pa.RecordBatch]

STRING = pa.string()
DICTIONARY = pa.dictionary(pa.int32(), pa.string())
_ARROW_TYPES = {
    "i1": pa.int8(),
    "i2": pa.int16(),
    "i4": pa.int32(),
    "i8": pa.int64(),
    "u1": pa.uint8(),
    "u2": pa.uint16(),
    "u4": pa.uint32(),
    "u8": pa.uint64(),
}


@dataclass(frozen=True, slots=True)
class Coded:
    """Values from a vocabulary: row i holds `words[codes[i]]`, or nothing where the code is -1."""

    codes: I32
    words: Strings

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, places: I64) -> "Coded":
        """The rows at `places`."""
        return Coded(self.codes.take(places), self.words)

    def text(self) -> "Strings":
        """The strings, null where there is none."""
        valid = self.codes >= 0
        return coded(
            np.maximum(self.codes, 0), self.words, None if valid.all() else valid
        ).dictionary_decode()


@dataclass(frozen=True, slots=True)
class Lookup:
    """Values that belong to a pool: row i holds the pool's value `codes[i]`, or nothing where it is -1."""

    codes: I32
    values: Any

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, places: I64) -> "Lookup":
        """The rows at `places`."""
        return Lookup(self.codes.take(places), self.values)


@dataclass(frozen=True, slots=True)
class Joined:
    """Text of coded parts, with `separator` between those that a row has; nothing where all are empty."""

    parts: tuple[Coded, ...]
    separator: str

    def __len__(self) -> int:
        return len(self.parts[0])

    def text(self) -> "Strings":
        """The joined strings."""
        columns = [part.text() for part in self.parts]
        nothing = np.logical_and.reduce([part.codes < 0 for part in self.parts])
        if nothing.any():
            # Arrow leaves out the rows in which every part is null when it skips nulls.
            columns[0] = pc.if_else(from_numpy(nothing), literal(""), columns[0])
        joined = pc.binary_join_element_wise(*columns, literal(self.separator), null_handling="skip")
        return pc.if_else(from_numpy(nothing), literal(None), joined) if nothing.any() else joined


@lru_cache(maxsize=1024)
def literal(word: str | None) -> pa.StringScalar:
    """A word for PyArrow's functions: given a plain one, they search for dateutil, each time anew."""
    return strings([word])[0]


def whole_number(value: int) -> pa.Int64Scalar:
    """A whole number for PyArrow's functions, as `literal` is a word."""
    return from_numpy(np.array([value], dtype=np.int64))[0]


def strings(words: Sequence[str | None]) -> Strings:
    """A string array of `words`; None is null."""
    encoded = [b"" if word is None else word.encode() for word in words]
    bitmap = pack_bits(np.array([word is not None for word in words])) if None in words else None
    return _end_to_end(encoded, STRING, bitmap)


def byte_strings(words: Sequence[bytes]) -> Array:
    """A binary array of `words`."""
    return _end_to_end(words, pa.binary())


def _end_to_end(words: Sequence[bytes], of: pa.DataType, bitmap: pa.Buffer | None = None) -> Array:
    offsets = np.zeros(len(words) + 1, dtype=np.int32)
    np.cumsum([len(word) for word in words], out=offsets[1:])
    return pa.Array.from_buffers(
        of, len(words), [bitmap, pa.py_buffer(offsets), pa.py_buffer(b"".join(words))]
    )


def no_rows(schema: Schema) -> RecordBatch:
    """A batch of `schema` without rows."""
    return pa.RecordBatch.from_arrays([pa.nulls(0, of) for of in schema.types], schema=schema)


def strings_from_matrix(matrix: U8, valid: Bits | None = None) -> Strings:
    """Each row of `matrix` (`uint8[n, width]`, UTF-8) as one string; rows where `valid` is false are null."""
    rows, width = matrix.shape
    if valid is None:
        offsets = (
            np.arange(0, (rows + 1) * width, width, dtype=np.int32) if width else np.zeros(rows + 1, np.int32)
        )
        data = np.ascontiguousarray(matrix)
        return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(data))
    offsets = np.zeros(rows + 1, dtype=np.int32)
    np.cumsum(valid, out=offsets[1:])
    offsets *= width
    data = matrix.compress(valid, axis=0)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(data), pack_bits(valid))


def pack_bits(valid: Bits) -> pa.Buffer:
    """`valid` as an Arrow validity bitmap."""
    return pa.py_buffer(np.packbits(valid, bitorder="little"))


def coded(codes: I32, words: Strings, valid: Bits | None = None) -> Array:
    """A dictionary array: `words[codes]`, null where `valid` is false (its code must be in range, too)."""
    bitmap = None if valid is None else pack_bits(valid)
    indices = pa.Array.from_buffers(pa.int32(), len(codes), [bitmap, pa.py_buffer(codes)])
    return pa.DictionaryArray.from_arrays(indices, words, safe=False)


def decode(column: Array) -> Array:
    """The column with plain values where it was a dictionary."""
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def string_parts(column: Strings) -> tuple[U8, I32]:
    """The bytes (`uint8[total]`) and offsets (`int32[n + 1]`) behind a string array, without a copy."""
    _, offsets, data = column.buffers()
    places = np.frombuffer(offsets, dtype=np.int32)[column.offset : column.offset + len(column) + 1]
    return np.frombuffer(data, dtype=np.uint8) if data else np.zeros(0, np.uint8), places


# PyArrow's own `array` and `to_numpy` import pandas where it is installed, which takes a quarter of a second,
# and NumPy's masked arrays where it is not.


def from_numpy(values: NDArray[Any], mask: Bits | None = None) -> Array:
    """Whole numbers or booleans as an Arrow array on the same memory; null where `mask`."""
    bitmap = None if mask is None or not mask.any() else pack_bits(~mask)
    if values.dtype == np.bool_:
        buffer, of = pack_bits(values), pa.bool_()
    else:
        buffer, of = pa.py_buffer(np.ascontiguousarray(values)), _ARROW_TYPES[values.dtype.str[1:]]
    return pa.Array.from_buffers(of, len(values), [bitmap, buffer])


def validity(column: Array) -> Bits:
    """`bool[n]`: which cells are filled."""
    bitmap = column.buffers()[0]
    if bitmap is None:
        return np.full(len(column), not pa.types.is_null(column.type))
    return _unpack(bitmap, column.offset, len(column))


def booleans(column: Array) -> Bits:
    """`bool[n]`: the values of a boolean column, false where null."""
    values = _unpack(column.buffers()[1], column.offset, len(column))
    return values & validity(column) if column.null_count else values


def integers(column: Array) -> NDArray[Any]:
    """The whole numbers behind a column, without a copy; what lies under a null is undefined."""
    letter = "u" if pa.types.is_unsigned_integer(column.type) else "i"
    dtype = np.dtype(f"{letter}{column.type.bit_width // 8}")
    values: NDArray[Any] = np.frombuffer(column.buffers()[1], dtype=dtype)
    return values[column.offset : column.offset + len(column)]


def codes_of(column: Array, empty: int = 0) -> NDArray[Any]:
    """The codes behind a dictionary array, or that PyArrow's `index_in` gave; `empty` under a null."""
    codes = integers(column.indices if pa.types.is_dictionary(column.type) else column)
    return np.where(validity(column), codes, codes.dtype.type(empty)) if column.null_count else codes


def words_in_use(codes: I32, valid: Bits | None, words: int) -> tuple[I32, Array]:
    """Which of `words` words the codes name, where `valid`: where each one stands among those, and those."""
    # To count them all takes half the time of writing to where they point.
    if valid is None:
        used = np.bincount(codes, minlength=words) > 0
    else:
        used = np.bincount((codes + np.int32(1)) * valid, minlength=words + 1)[1:] > 0
    return np.cumsum(used, dtype=np.int32) - np.int32(1), from_numpy(np.flatnonzero(used))


def _unpack(bitmap: pa.Buffer, offset: int, length: int) -> Bits:
    bits = np.unpackbits(np.frombuffer(bitmap, dtype=np.uint8), count=offset + length, bitorder="little")
    return bits[offset:].view(np.bool_)


def join(*parts: Array, separator: str = "") -> Strings:
    """The parts of each row joined by `separator`; null where any part is null."""
    return pc.binary_join_element_wise(*parts, literal(separator))


def scatter(values: Strings, places: I64, rows: int) -> Strings:
    """Strings of `rows` rows that hold `values` at `places` (ascending) and null elsewhere."""
    data, offsets = string_parts(values)
    lengths = np.zeros(rows + 1, dtype=np.int32)
    lengths[places + 1] = np.diff(offsets)
    ends = np.cumsum(lengths, dtype=np.int32)
    valid = np.zeros(rows, dtype=np.bool_)
    valid[places] = validity(values) if values.null_count else True
    bytes_ = data[offsets[0] : offsets[-1]]
    return pa.StringArray.from_buffers(rows, pa.py_buffer(ends), pa.py_buffer(bytes_), pack_bits(valid))

"""Records of text put together a column at a time, with the place of every piece in bytes.

A record (a message, a JSON object) is a row of pieces: words that all records share, and columns of which
each record takes its own. Whoever puts pieces together knows their lengths: places are counted, never
searched for.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrays import I64, U8, Ints
from simbreach.core.arrow import (
    STRING,
    Array,
    Strings,
    decode,
    join,
    literal,
    string_parts,
    strings,
    validity,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """The cells of a column between two constants; where a cell is null, nothing is written.

    `name` is what its places are asked for by.
    """

    text: Array
    before: str = ""
    after: str = ""
    name: str = ""


@dataclass(frozen=True)
class Records:
    """Records as UTF-8, and where their named pieces stand: `starts` in a record and `sizes`, in bytes.

    A piece of size 0 is not there.
    """

    text: Strings
    starts: Mapping[str, I64]
    sizes: Mapping[str, I64]

    @property
    def edges(self) -> I64:
        """`int64[n + 1]`: where each record begins in `data`."""
        _, offsets = string_parts(self.text)
        return offsets.astype(np.int64) - int(offsets[0])

    @property
    def data(self) -> U8:
        """`uint8`: all records, one behind the other."""
        data, offsets = string_parts(self.text)
        return data[offsets[0] : offsets[-1]]


def assemble(parts: Iterable[str | Piece], rows: int) -> Records:
    """The `rows` records that consist of the parts, in their order."""
    merged = _merge(parts)
    starts: dict[str, I64] = {}
    sizes: dict[str, I64] = {}
    at = np.zeros(rows, dtype=np.int64)
    columns: list[Array] = []
    for part in merged:
        if isinstance(part, str):
            columns.append(literal(part))
            at += len(part.encode())
            continue
        text = decode(part.text)
        lengths = byte_sizes(text)
        if part.name:
            starts[part.name] = at + len(part.before.encode())
            sizes[part.name] = lengths
        whole = len((part.before + part.after).encode())
        if whole:
            columns.append(join(literal(part.before), text, literal(part.after)))
            at = at + np.where(validity(text), lengths + whole, 0)
        else:
            columns.append(text)
            at = at + lengths
    if not rows:
        return Records(strings([]), starts, sizes)
    if all(isinstance(column, pa.Scalar) for column in columns):
        columns.append(pa.nulls(rows, STRING))
    joined = pc.binary_join_element_wise(*columns, literal(""), null_handling="replace", null_replacement="")
    return Records(joined, starts, sizes)


def _merge(parts: Iterable[str | Piece]) -> list[str | Piece]:
    """The parts with neighbouring constants made one."""
    merged: list[str | Piece] = []
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(part, str) and isinstance(last, str):
            merged[-1] = last + part
        elif part != "":
            merged.append(part)
    return merged


def byte_sizes(text: Strings) -> I64:
    """`int64[n]`: the bytes of each cell, 0 where it is null."""
    _, offsets = string_parts(text)
    sizes = np.diff(offsets).astype(np.int64)
    return np.where(validity(text), sizes, 0) if text.null_count else sizes


def gather(lines: Strings, edges: I64) -> Strings:
    """`lines[edges[i]:edges[i + 1]]` as one text each, without a copy (no line is null)."""
    data, offsets = string_parts(lines)
    ends = offsets[edges].astype(np.int32)
    return pa.StringArray.from_buffers(len(edges) - 1, pa.py_buffer(ends), pa.py_buffer(data))


@dataclass(frozen=True)
class Escaped:
    """A column with some signs written as others, and how far that moves what stands behind them."""

    raw: Strings
    text: Strings
    signs: I64
    longer: I64

    def place(self, cells: I64, inside: I64) -> I64:
        """Bytes from the start of the text of `cells` to what stood `inside` bytes into them."""
        _, offsets = string_parts(self.raw)
        start = offsets[cells].astype(np.int64)
        running = np.concatenate(([0], np.cumsum(self.longer)))
        before = running[np.searchsorted(self.signs, start)]
        moved: I64 = inside + running[np.searchsorted(self.signs, start + inside)] - before
        return moved


def escape(text: Strings, signs: Mapping[str, str]) -> Escaped:
    """The cells with each ASCII sign of `signs` replaced; the sign that escapes others comes first in it."""
    plain = decode(text)
    data, offsets = string_parts(plain)
    extra = np.zeros(256, dtype=np.int64)
    special = np.zeros(256, dtype=np.bool_)
    for sign, written in signs.items():
        special[ord(sign)] = True
        extra[ord(sign)] = len(written.encode()) - 1
    used = data[: int(offsets[-1])]
    found = np.flatnonzero(special[used])
    found = found[np.searchsorted(found, int(offsets[0])) :]
    changed = plain
    present = set(np.unique(used[found]).tolist())
    for sign, written in signs.items():
        if ord(sign) in present:
            changed = pc.replace_substring(changed, sign, written)
    return Escaped(plain, changed, found, extra[used[found]])


def byte_places(text: Strings, cells: I64, chars: Ints) -> I64:
    """`int64[k]`: bytes from the start of the cells `cells` to their code point `chars`."""
    data, offsets = string_parts(text)
    heads = np.flatnonzero((data[: int(offsets[-1])] & 0xC0) != 0x80)
    start = offsets[cells].astype(np.int64)
    first = np.searchsorted(heads, start)
    ends = np.append(heads, int(offsets[-1]))
    places: I64 = ends[np.minimum(first + chars, len(heads))] - start
    return places


@dataclass(frozen=True)
class Encoded:
    """Text in a file's encoding, where places of the UTF-8 went, and how many signs the encoding lacks."""

    data: bytes | U8
    continuing: I64
    replaced: int

    def place(self, utf8: I64) -> I64:
        """Bytes of `data` before each place of the UTF-8."""
        moved: I64 = utf8 - np.searchsorted(self.continuing, utf8)
        return moved


def encode(data: U8, encoding: str) -> Encoded:
    """UTF-8 bytes in another encoding: UTF-8 itself, or one of a byte a sign, with `?` for what it lacks."""
    if encoding == "utf-8":
        return Encoded(data, np.zeros(0, dtype=np.int64), 0)
    text = data.tobytes().decode()
    written = text.encode(encoding, "replace")
    replaced = written.count(b"?") - text.count("?")
    return Encoded(written, np.flatnonzero((data & 0xC0) == 0x80), replaced)

"""Cells of a column as bytes in a style, a word at a time where they repeat; where the text is in each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrays import I32, I64, Bits
from simbreach.core.arrow import (
    STRING,
    Array,
    RecordBatch,
    Strings,
    booleans,
    from_numpy,
    integers,
    join,
    literal,
    string_parts,
    strings,
    validity,
)
from simbreach.shapes.encoding import Codec, Encoded

# A column with fewer filled cells than one in so many becomes a vocabulary of those.
_RARE = 32


@dataclass(frozen=True, slots=True)
class Style:
    """How a cell is written: `open`, its text with `escapes` (in this order), `close`; `null` where empty.

    With `needed_by`, only texts that hold one of these characters are wrapped and escaped. With `width`,
    blanks fill the text up to so many characters.
    """

    open: str = ""
    close: str = ""
    null: str = ""
    escapes: tuple[tuple[str, str], ...] = ()
    needed_by: str = ""
    width: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """A slot that holds the cells of column number `column`; in the `bare` rows its wrapping is forgotten."""

    column: int
    style: Style
    bare: Bits | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """One slot in bytes: `words[codes]`, or a word a row (`codes` None).

    The value stands `lead` bytes into its word and takes `sizes` bytes there. `null` is the code of empty
    cells; `filled` says which rows have a value where there are no codes.
    """

    words: Array
    codes: I32 | None
    lead: int | I32 = 0
    sizes: I32 | None = None
    null: int = -1
    filled: Bits | None = None

    def lengths(self) -> I32:
        """`int32[words]`: bytes of each word."""
        return np.diff(edges(self.words))


def write_cells(column: Array, cell: Cell, codec: Codec) -> tuple[Piece, int]:
    """The cells in bytes, and how many of their characters were replaced."""
    codes, words = _vocabulary(column)
    style = cell.style
    if codes is None:
        text = words.fill_null(literal("")) if words.null_count else words
        wrapped, inside, special = _wrap(text, style, cell.bare)
        filled = validity(column) if column.null_count else None
        if filled is not None and (style.null or wrapped is not text):
            wrapped = pc.if_else(from_numpy(filled), wrapped, literal(style.null))
        encoded = codec.encode(wrapped)
        sizes, lead = codec.sizes(inside), _lead(style, special, codec)
        return Piece(encoded.words, None, lead, sizes, filled=filled), _lost(encoded, None)
    wrapped, inside, special = _wrap(words, style, None)
    encoded = codec.encode(pa.concat_arrays([wrapped, strings([style.null])]))
    sizes = np.append(codec.sizes(inside), np.int32(0))
    if isinstance(special, np.ndarray):
        special = np.append(special, False)
    return Piece(encoded.words, codes, _lead(style, special, codec), sizes, len(words)), _lost(encoded, codes)


def inside_cells(cells: Strings, line: I64, spans: RecordBatch, slot: Cell, codec: Codec) -> tuple[I32, I32]:
    """How many bytes into their written cell the spans begin and end."""
    texts = cells.take(from_numpy(line))
    data, offsets = string_parts(texts)
    letters = np.frombuffer(
        str(data[offsets[0] : offsets[-1]].data, "utf-8").encode("utf-32-le"), dtype=np.uint32
    )
    lengths = integers(pc.utf8_length(texts)).astype(np.int64)
    widths = codec.widths(letters)
    escaped = np.ones(len(texts), dtype=np.bool_) if slot.bare is None else ~slot.bare[line]
    if slot.style.escapes:
        longer = np.zeros(len(letters), dtype=np.int64)
        for letter, written in slot.style.escapes:
            longer[letters == ord(letter)] = (len(written) - 1) * codec.unit
        widths += longer * np.repeat(escaped, lengths)
    running = np.concatenate([[0], np.cumsum(widths)]).astype(np.int32)
    first = np.concatenate([[0], np.cumsum(lengths)])[:-1]
    base = running[first]
    start, end = integers(spans.column("start")), integers(spans.column("end"))
    return running[first + start] - base, running[first + end] - base


def holds(words: Strings, letters: str) -> bool:
    """Whether any word holds any of `letters` (ASCII)."""
    data, offsets = string_parts(words)
    found = data[offsets[0] : offsets[-1]].tobytes()
    return any(letter.encode() in found for letter in letters)


def edges(words: Array) -> I32:
    """`int32[n + 1]`: where the words of a binary array begin and end."""
    places: I32 = np.frombuffer(words.buffers()[1], dtype=np.int32)
    return places[words.offset : words.offset + len(words) + 1]


def _vocabulary(column: Array) -> tuple[I32 | None, Strings]:
    """Codes and words of a column, the code of an empty cell being the number of words; or a word a row."""
    rows = len(column)
    if pa.types.is_dictionary(column.type):
        codes = integers(column.indices)
        if column.null_count:
            codes = np.where(validity(column.indices), codes, np.int32(len(column.dictionary)))
        return codes, column.dictionary
    if (rows - column.null_count) * _RARE >= rows and column.null_count < rows:
        return None, column
    filled = validity(column)
    words = column.drop_null().cast(STRING)
    codes = np.full(rows, len(words), dtype=np.int32)
    codes[filled] = np.arange(len(words), dtype=np.int32)
    return codes, words


def _wrap(words: Strings, style: Style, bare: Bits | None) -> tuple[Strings, Strings, "Bits | bool"]:
    """The words as written, the text inside what wraps them, and which are wrapped."""
    inside = _escape(words, style.escapes)
    if style.width:
        return pc.utf8_rpad(inside, style.width), inside, False
    if not (style.open or style.close):
        return inside, inside, False
    if not style.needed_by:
        return join(literal(style.open), inside, literal(style.close)), inside, True
    if not holds(words, style.needed_by):
        return words, words, False
    special = booleans(pc.match_substring_regex(words, f"[{re.escape(style.needed_by)}]"))
    if bare is not None:
        special &= ~bare
    mask = from_numpy(special)
    inside = pc.if_else(mask, inside, words)
    return pc.if_else(mask, join(literal(style.open), inside, literal(style.close)), words), inside, special


def _escape(words: Strings, escapes: Sequence[tuple[str, str]]) -> Strings:
    if not escapes:
        return words
    data, offsets = string_parts(words)
    data = data[offsets[0] : offsets[-1]]
    controls = len(data) > 0 and int(data.min()) < 0x20
    found = data.tobytes()
    for letter, written in escapes:
        if (controls or letter >= " ") and letter.encode() in found:
            words = pc.replace_substring(words, letter, written)
    return words


def _lead(style: Style, special: "Bits | bool", codec: Codec) -> int | I32:
    if isinstance(special, bool):
        return len(style.open) * codec.unit if special else 0
    return special.astype(np.int32) * np.int32(len(style.open) * codec.unit)


def _lost(encoded: Encoded, codes: I32 | None) -> int:
    if encoded.lost is None:
        return 0
    return int(encoded.lost.sum() if codes is None else encoded.lost[codes].sum())

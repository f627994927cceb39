"""Lines of text from the cells of a table, columns at a time, with the place of every value in them.

A line is a row of slots: constants, cells written in a style, and marks (words that some rows have). Cells
that repeat are written once a word: neighbours with few combinations are joined into one vocabulary before
Arrow puts the lines together. Places are sums of lengths; nothing is searched for in what was written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrays import I32, I64, Bits, Ints
from simbreach.core.arrow import (
    Array,
    RecordBatch,
    byte_strings,
    coded,
    decode,
    from_numpy,
    integers,
    literal,
    strings,
)
from simbreach.shapes.contract import Column, Part, Spans
from simbreach.shapes.encoding import Codec
from simbreach.shapes.pieces import Cell, Piece, edges, inside_cells, write_cells

# Neighbours are joined while there are at most so many pairs of words, and one used pair for so many rows.
_PAIRS = 1 << 18
_ROWS_A_PAIR = 4
_NO_ROWS = np.zeros(0, dtype=np.int64)
_NO_PLACES = np.zeros(0, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Mark:
    """A slot that holds `words[codes]`: what stands between the cells of some rows."""

    codes: I32
    words: tuple[str, ...]


Slot: TypeAlias = str | Cell | Mark


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows to write: the `batch` of a table's `columns`, the rows' `numbers`, `inner` spans of cells."""

    table: str
    columns: tuple[Column, ...]
    batch: RecordBatch
    numbers: I64
    inner: RecordBatch


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines that follow one another: line i is `data[offsets[i]:offsets[i + 1]]`."""

    data: memoryview
    offsets: I32
    spans: Spans
    lost: int
    """How many characters the encoding lacked."""

    def part(self, stop: int | None = None, **counts: int) -> Part:
        """The lines as a part of a file, cut behind `stop` bytes where given: a span beyond is none."""
        spans = self.spans if stop is None else chosen(self.spans, self.spans.end <= stop)
        data = self.data if stop is None else self.data[:stop]
        return Part(data, (spans,), {"replaced_characters": self.lost, **counts})


def write_lines(rows: Rows, slots: Sequence[Slot], codec: Codec) -> Lines:
    """A line for each row; spans of the unit `byte` for the cells that `spanned` tells, and for inner ones.

    Spans stand by column, then by row.
    """
    count = rows.batch.num_rows
    pieces: list[bytes | Piece] = []
    lost = 0
    for slot in slots:
        if isinstance(slot, str):
            pieces.append(codec.text(slot))
        elif isinstance(slot, Mark):
            pieces.append(Piece(codec.encode(strings(slot.words)).words, slot.codes))
        else:
            piece, gone = write_cells(rows.batch.column(slot.column), slot, codec)
            pieces.append(piece)
            lost += gone
    lines = _assemble(pieces, count)
    offsets = edges(lines)
    data = lines.buffers()[2]
    view = memoryview(data)[offsets[0] : offsets[-1]] if data else memoryview(b"")
    offsets = offsets - offsets[0]
    return Lines(view, offsets, _spans(rows, slots, pieces, offsets[:-1].copy(), codec), lost)


def spanned(column: Column) -> bool:
    """Whether the cells of `column` have spans: those that tell something about somebody."""
    return column.sensitivity != "other" and not column.label.startswith("technical.")


def chosen(spans: Spans, kept: Bits) -> Spans:
    """The spans that are `kept`."""
    mask = from_numpy(kept)
    return Spans(
        spans.unit,
        spans.start[kept],
        spans.end[kept],
        spans.label.filter(mask),
        spans.table,
        spans.row[kept],
        spans.column.filter(mask),
        spans.member,
    )


# --- lines put together -----------------------------------------------------------------------------------


def _assemble(pieces: Sequence[bytes | Piece], count: int) -> Array:
    """The pieces of each row in one, as a binary array."""
    ready: list[Array] = []
    codes, words, tail = np.zeros(count, dtype=np.int32), byte_strings([b""]), b""

    def flush() -> None:
        if len(words) == 1:
            constant = words[0].as_py() + tail
            if constant:
                ready.append(_scalar(constant))
        else:
            ready.append(coded(codes, _joined(words, tail)).dictionary_decode())

    for piece in pieces:
        if isinstance(piece, bytes):
            tail += piece
        elif piece.codes is None:
            flush()
            ready.append(piece.words)
            codes, words, tail = np.zeros(count, dtype=np.int32), byte_strings([b""]), b""
        else:
            pair = _pair(codes, words, tail, piece) if len(words) * len(piece.words) <= _PAIRS else None
            if pair is None:
                flush()
                codes, words = piece.codes, piece.words
            else:
                codes, words = pair
            tail = b""
    flush()
    if not any(isinstance(piece, pa.Array) for piece in ready):
        ready.append(byte_strings([b""] * count))
    return pc.binary_join_element_wise(*ready, _scalar(b""))


def _pair(codes: I32, words: Array, tail: bytes, piece: Piece) -> tuple[I32, Array] | None:
    """Codes and words of a vocabulary followed by a piece; None where it would be as long as the rows."""
    assert piece.codes is not None
    if len(words) == 1 or len(piece.words) == 1:
        first, second = words, piece.words
        if len(second) > 1:
            first = words.take(from_numpy(np.zeros(len(second), dtype=np.int32)))
        elif len(first) > 1:
            second = second.take(from_numpy(np.zeros(len(first), dtype=np.int32)))
        return piece.codes if len(words) == 1 else codes, _joined(first, tail, second)
    both = codes * np.int32(len(piece.words)) + piece.codes
    used = np.zeros(len(words) * len(piece.words), dtype=np.bool_)
    used[both] = True
    pairs = np.flatnonzero(used)
    if len(pairs) * _ROWS_A_PAIR > max(len(codes), 4096):
        return None
    numbers = np.empty(len(used), dtype=np.int32)
    numbers[pairs] = np.arange(len(pairs), dtype=np.int32)
    before, after = np.divmod(pairs, len(piece.words))
    return numbers[both], _joined(words.take(from_numpy(before)), tail, piece.words.take(from_numpy(after)))


def _joined(words: Array, tail: bytes, after: Array | None = None) -> Array:
    if after is None:
        return pc.binary_join_element_wise(words, _scalar(tail), _scalar(b""))
    return pc.binary_join_element_wise(words, after, _scalar(tail))


def _scalar(word: bytes) -> pa.BinaryScalar:
    return byte_strings([word])[0]


# --- where the values stand -------------------------------------------------------------------------------


def _spans(
    rows: Rows, slots: Sequence[Slot], pieces: Sequence[bytes | Piece], places: I32, codec: Codec
) -> Spans:
    """Spans of the cells and of what is inside them; `places` is where each line begins, and is used up."""
    inner = _inner_by_column(rows)
    starts, ends, numbers, columns, labels = [], [], [], [], []
    names: dict[str, int] = {}

    def add(start: Ints, end: Ints, row: I64, column: int, label: I32) -> None:
        starts.append(start)
        ends.append(end)
        numbers.append(row)
        columns.append(np.full(len(start), column, dtype=np.int32))
        labels.append(label)

    for slot, piece in zip(slots, pieces, strict=True):
        if isinstance(piece, bytes):
            places += len(piece)
            continue
        if isinstance(slot, Cell):
            column = rows.columns[slot.column]
            if spanned(column) and (filled := _filled(piece)) is not None:
                at = slice(None) if len(filled) == len(places) else filled
                start = places[at] + _at(piece.lead, piece.codes, at)
                label = np.full(len(start), names.setdefault(column.label, len(names)), dtype=np.int32)
                add(start, start + _at(piece.sizes, piece.codes, at), rows.numbers[at], slot.column, label)
            if column.name in inner:
                found, which = inner[column.name]
                cell = rows.batch.column(slot.column)
                line = np.searchsorted(rows.numbers, integers(found.column("row")))
                before, after = inside_cells(decode(cell), line, found, slot, codec)
                start = places[line] + _at(piece.lead, piece.codes, line)
                words = [names.setdefault(name, len(names)) for name in which.dictionary.to_pylist()]
                label = np.array(words, dtype=np.int32)[integers(which.indices)]
                add(start + before, start + after, rows.numbers[line], slot.column, label)
        lengths = piece.lengths()
        places += lengths if piece.codes is None else lengths[piece.codes]
    return Spans(
        "byte",
        np.concatenate([_NO_PLACES, *starts]),
        np.concatenate([_NO_PLACES, *ends]),
        coded(np.concatenate([_NO_PLACES, *labels]), strings(list(names) or [""])),
        rows.table,
        np.concatenate([_NO_ROWS, *numbers]),
        coded(
            np.concatenate([_NO_PLACES, *columns]),
            strings([column.name for column in rows.columns]),
        ),
    )


def _filled(piece: Piece) -> I64 | None:
    """The rows that have a value; None where no row has."""
    if piece.codes is not None:
        filled = np.flatnonzero(piece.codes != piece.null) if piece.null > 0 else _NO_ROWS
    elif piece.filled is not None:
        filled = np.flatnonzero(piece.filled)
    else:
        filled = np.arange(len(piece.words))
    return filled if len(filled) else None


def _at(values: int | I32 | None, codes: I32 | None, rows: slice | I64) -> int | Ints:
    """What belongs to each of the `rows`, of values that belong to words."""
    assert values is not None
    if isinstance(values, int):
        return values
    chosen_rows: Ints = values[rows] if codes is None else values[codes[rows]]
    return chosen_rows


def _inner_by_column(rows: Rows) -> dict[str, tuple[RecordBatch, Array]]:
    """The inner spans of each column that has any, with their labels as a dictionary."""
    if not rows.inner.num_rows:
        return {}
    columns = decode(rows.inner.column("column"))
    found = {}
    for name in pc.unique(columns).to_pylist():
        spans = rows.inner.filter(pc.equal(columns, literal(name)))
        label = spans.column("label")
        found[name] = spans, label if pa.types.is_dictionary(label.type) else label.dictionary_encode()
    return found

"""Rows as visits, for shapes that tell them as messages: cells by field, results, places of pieces.

Rows are taken a few thousand at a time: a message is a hundred times longer than a cell.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrays import I32, I64
from simbreach.core.arrow import (
    Array,
    Strings,
    coded,
    codes_of,
    decode,
    from_numpy,
    integers,
    literal,
    strings,
    strings_from_matrix,
)
from simbreach.core.assembly import Encoded, Escaped, Records, byte_places, escape
from simbreach.core.dates import NO_DAY, as_numbers
from simbreach.core.digits import write_digits
from simbreach.engine.reread import Reading
from simbreach.shapes.contract import Cells, Spans, Table

BLOCK_ROWS = 2_048
# What the truth says where a result stands: no column of the table holds it.
RESULTS = "results"
RESULT_LABEL = "health.analysis"
# Free text, in which spans of their own may stand.
FREE_TEXT = ("comment", "observation", "call_note")


@dataclass(frozen=True)
class Block:
    """Some rows of a table; `results` holds their lines, those of row i from `edges[i]` to `edges[i + 1]`."""

    table: str
    start: int
    reading: Reading
    labels: Mapping[str, str]
    inner: pa.RecordBatch
    results: pa.RecordBatch
    edges: I64

    def __len__(self) -> int:
        return len(self.reading)


def blocks(table: Table) -> Iterator[Block]:
    """All rows of a table, in order."""
    columns = [(column.name, column.field) for column in table.columns]
    labels = {column.name: column.label for column in table.columns}
    for cells in table.read():
        for first in range(0, cells.batch.num_rows, BLOCK_ROWS):
            batch = cells.batch.slice(first, BLOCK_ROWS)
            start = cells.start + first
            reading = Reading(batch, columns, start)
            results = _results(table, reading)
            rows = np.arange(start, start + batch.num_rows + 1, dtype=np.int64)
            edges = np.searchsorted(integers(results["row"]), rows)
            yield Block(table.name, start, reading, labels, _inner(cells, rows), results, edges)


def _results(table: Table, reading: Reading) -> pa.RecordBatch:
    """The rows' results: as the dataset makes them where it can, else from what the rows say.

    A table that can make them has `results(start, stop)`, which gives `engine.results.SCHEMA` or None.
    """
    made = getattr(table, "results", None)
    found = made(reading.start, reading.start + len(reading)) if made else None
    return reading.results() if found is None else found


def _inner(cells: Cells, rows: I64) -> pa.RecordBatch:
    """The spans inside cells of the rows [rows[0], rows[-1])."""
    first, stop = np.searchsorted(integers(cells.spans["row"]), rows[[0, -1]]).tolist()
    return cells.spans.slice(first, stop - first)


@dataclass
class Marks:
    """Where pieces of a block's records stand, gathered: in bytes of the block's UTF-8."""

    block: Block
    starts: list[I64] = field(default_factory=list)
    ends: list[I64] = field(default_factory=list)
    rows: list[I64] = field(default_factory=list)
    labels: list[Array] = field(default_factory=list)
    columns: list[Array] = field(default_factory=list)

    def add(self, starts: I64, sizes: I64, rows: I64, label: str, column: str) -> None:
        """Stretches of `sizes` bytes from `starts`, of the block's `rows`; empty ones are dropped."""
        there = np.flatnonzero(sizes > 0)
        self._keep(
            starts[there], sizes[there], rows[there], _same(label, len(there)), _same(column, len(there))
        )

    def add_pieces(self, records: Records, bases: I64, rows: I64) -> None:
        """The pieces of records that begin at `bases`: each is named by its field, or by `field#what for`."""
        for name, starts in records.starts.items():
            column = self.block.reading.column(name.partition("#")[0])
            if column is not None:
                self.add(bases + starts, records.sizes[name], rows, self.block.labels[column], column)

    def add_inner(self, records: Records, bases: I64, texts: "Texts") -> None:
        """The spans inside cells of free text that the records hold."""
        inner = self.block.inner
        if not inner.num_rows:
            return
        spanned = decode(inner["column"])
        for name in records.starts:
            field_name = name.partition("#")[0]
            column = self.block.reading.column(field_name)
            if column is None or field_name not in FREE_TEXT:
                continue
            chosen = inner.filter(pc.equal(spanned, literal(column)))
            cells = integers(chosen["row"]) - self.block.start
            there = np.flatnonzero(records.sizes[name][cells] > 0)
            cells, chosen = cells[there], chosen.take(from_numpy(there))
            if len(cells):
                begin = texts.place(field_name, cells, integers(chosen["start"]))
                end = texts.place(field_name, cells, integers(chosen["end"]))
                end = np.minimum(end, records.sizes[name][cells])
                at = (bases + records.starts[name])[cells]
                kept = np.flatnonzero(end > begin)
                labels = decode(chosen["label"]).take(from_numpy(kept))
                self._keep(
                    (at + begin)[kept], (end - begin)[kept], cells[kept], labels, _same(column, len(kept))
                )

    def _keep(self, starts: I64, sizes: I64, rows: I64, labels: Array, columns: Array) -> None:
        self.starts.append(starts)
        self.ends.append(starts + sizes)
        self.rows.append(rows + self.block.start)
        self.labels.append(labels)
        self.columns.append(columns)

    def spans(self, encoded: Encoded, position: int) -> Spans:
        """All stretches in the bytes of a file that the block is written to at `position`, in their order."""
        if not self.starts:
            return Spans(
                "byte", *(np.zeros(0, np.int64),) * 2, strings([]), "", np.zeros(0, np.int64), strings([])
            )
        starts, ends = np.concatenate(self.starts), np.concatenate(self.ends)
        order = np.lexsort((-ends, starts))
        taken = from_numpy(order)
        return Spans(
            "byte",
            encoded.place(starts[order]) + position,
            encoded.place(ends[order]) + position,
            _stack(self.labels).take(taken),
            self.block.table,
            np.concatenate(self.rows)[order],
            _stack(self.columns).take(taken),
        )


def _same(word: str, rows: int) -> Array:
    return coded(np.zeros(rows, dtype=np.int32), strings([word]))


def _stack(parts: list[Array]) -> Array:
    """The parts as one dictionary array."""
    whole = pa.chunked_array(
        [part if pa.types.is_dictionary(part.type) else part.dictionary_encode() for part in parts]
    )
    return whole.unify_dictionaries().combine_chunks()


class Texts:
    """The cells of a block as a format writes them: some signs escaped."""

    def __init__(self, reading: Reading, signs: Mapping[str, str]) -> None:
        self._reading = reading
        self._signs = signs
        self._kept: dict[str, Escaped] = {}

    def __getitem__(self, field_name: str) -> Strings:
        """The cells of a field."""
        return self._escaped(field_name).text

    def _escaped(self, field_name: str) -> Escaped:
        if field_name not in self._kept:
            self._kept[field_name] = escape(self._reading.text(field_name), self._signs)
        return self._kept[field_name]

    def place(self, field_name: str, cells: I64, chars: I32) -> I64:
        """`int64[k]`: bytes from the start of the written cells to their code point `chars`."""
        escaped = self._escaped(field_name)
        return escaped.place(cells, byte_places(escaped.raw, cells, chars))


def day_text(days: I32, separator: str = "") -> Strings:
    """Days as yyyymmdd (or yyyy-mm-dd); null where there is none."""
    known = days != NO_DAY
    digits = write_digits(as_numbers(np.where(known, days, 0)), 8)
    if separator:
        mark = np.full((len(days), 1), ord(separator), dtype=np.uint8)
        digits = np.concatenate([digits[:, :4], mark, digits[:, 4:6], mark, digits[:, 6:]], axis=1)
    return strings_from_matrix(digits, known)


def minute_text(minutes: I32, separator: str = "") -> Strings:
    """Minutes since midnight as hhmm (or hh:mm); null where there are none."""
    known = minutes >= 0
    value = np.where(known, minutes, 0)
    digits = write_digits(value // 60 * 100 + value % 60, 4)
    if separator:
        mark = np.full((len(minutes), 1), ord(separator), dtype=np.uint8)
        digits = np.concatenate([digits[:, :2], mark, digits[:, 2:]], axis=1)
    return strings_from_matrix(digits, known)


def where(rows: Array, word: str) -> Array:
    """`word` in the rows for which the boolean column says so, null elsewhere."""
    return pc.if_else(rows, literal(word), literal(None))


def row_text(block: Block) -> Strings:
    """The number of each row, ten digits."""
    rows = np.arange(block.start, block.start + len(block), dtype=np.int64)
    return strings_from_matrix(write_digits(rows + 1, 10))


def numbers_text(numbers: I64) -> Array:
    """Small numbers as text."""
    most = int(numbers.max()) + 1 if len(numbers) else 1
    return coded(numbers.astype(np.int32), strings([str(number) for number in range(most)]))


def within(block: Block) -> I64:
    """`int64[lines]`: the row, within the block, of each line of results."""
    return integers(block.results["row"]) - block.start


def panel_turns(block: Block) -> tuple[I64, I64, I64]:
    """The lines that begin a panel; per line the number of its panel in the row, and its own in that."""
    row = within(block)
    panel = integers(block.results["panel"].indices)
    changed = np.ones(len(row), dtype=np.bool_)
    changed[1:] = (panel[1:] != panel[:-1]) | (row[1:] != row[:-1])
    first = np.flatnonzero(changed)
    running = np.cumsum(changed)
    before = np.concatenate(([0], running))[block.edges[:-1]][row]
    order = np.arange(len(row)) - first[running - 1] + 1
    return first, running - before, order


def bounds_text(block: Block, both: str, below: str, above: str) -> Array:
    """The reference interval of each line: `both` with two bounds, `below` or `above` with one, else null.

    The formats take {low} and {high}.
    """
    low, high = block.results["low"], block.results["high"]
    lows = codes_of(low, empty=-1)
    highs = codes_of(high, empty=-1)
    width = len(high.dictionary) + 1
    pairs, which = np.unique((lows.astype(np.int64) + 1) * width + highs + 1, return_inverse=True)
    low_words, high_words = low.dictionary.to_pylist(), high.dictionary.to_pylist()
    said: list[str | None] = []
    for pair in pairs.tolist():
        bottom, top = pair // width - 1, pair % width - 1
        form = (both if top >= 0 else above) if bottom >= 0 else (below if top >= 0 else None)
        said.append(form and form.format(low=low_words[bottom], high=high_words[top]))
    return strings(said).take(from_numpy(which))

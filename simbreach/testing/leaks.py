"""Small leaks for tests: a few rows of a profile in any shape, as bytes in memory with their spans."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from simbreach.core.arrow import STRING, RecordBatch, coded
from simbreach.engine.remarks import NEGATIVE
from simbreach.engine.results import table_results
from simbreach.engine.table import Made, TableMaker
from simbreach.shapes.contract import Cells, Column, Out, Shape, ShapeOptions, Spans, find_shape
from simbreach.testing.texts import maker_of
from simbreach.truth.leak import read_options

# Of so many rows of the profile's main table: those of its first source.
_ROWS = 512
_POOL = 24
# Far from any divisor of the rows, so that leaks of one size lie apart.
_STRIDE = 151


@dataclass(frozen=True, slots=True)
class LeakSpan:
    """A stretch [start, end) of a file, in `unit` (`byte`, `char`, `cell`, `page`), and what it means."""

    unit: str
    start: int
    end: int
    label: str
    row: int
    column: str
    member: str | None


@dataclass(frozen=True, slots=True)
class LeakExample:
    """The files of a leak by name, their spans, and the rows [start, stop) of the profile that it holds."""

    shape: str
    files: Mapping[str, bytes]
    spans: Mapping[str, tuple[LeakSpan, ...]]
    start: int
    stop: int

    @property
    def data(self) -> bytes:
        """The bytes of the first file, in the order of names."""
        return self.files[min(self.files)]


@dataclass(frozen=True)
class _Rows:
    """Some rows of a table as shapes take them, all of one source."""

    maker: TableMaker
    made: Made
    start: int
    count: int

    @property
    def name(self) -> str:
        """The table's name."""
        return self.maker.name

    @property
    def columns(self) -> tuple[Column, ...]:
        """Its columns."""
        labelled = zip(self.maker.columns, self.maker.labels, strict=True)
        return tuple(Column(column.name, *label) for column, label in labelled)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.count

    @property
    def parts(self) -> int:
        """All rows are one part."""
        return 1

    def read(self) -> Iterator[Cells]:
        """The one part."""
        yield self.part(0)

    def part(self, number: int) -> Cells:
        """The rows, whichever part is asked for."""
        codes = self.made.frame["source_code"][self.start : self.start + self.count]
        source = coded(codes, self.maker.source_words)
        written = self.made.written.slice(self.start, self.count)
        return Cells(self.start, written, source, self._spans(), opens=True)

    def results(self, start: int, stop: int) -> RecordBatch | None:
        """What the laboratory found in rows [start, stop) of the profile's table."""
        return table_results(self.maker, start, stop) if self.maker.people else None

    def _spans(self) -> RecordBatch:
        """What stands in the cells, by row."""
        found = []
        for column, spans in self.made.spans.items():
            mine = spans.at((spans.rows >= self.start) & (spans.rows < self.start + self.count))
            parts = (mine.rows.tolist(), mine.starts.tolist(), mine.ends.tolist(), mine.label.tolist())
            for row, start, end, label in zip(*parts, strict=True):
                if not mine.labels[label].startswith(NEGATIVE):
                    found.append((row, column, start, end, mine.labels[label]))
        lines = [dict(zip(_SPANS.names, span, strict=True)) for span in sorted(found)]
        return pa.RecordBatch.from_pylist(lines, _SPANS)


_SPANS = pa.schema(
    [("row", pa.int64()), ("column", STRING), ("start", pa.int32()), ("end", pa.int32()), ("label", STRING)]
)


@dataclass(frozen=True)
class LeakMaker:
    """Leaks of a shape with these options, of a few rows of a profile's first source."""

    name: str
    shape: Shape
    options: ShapeOptions
    maker: TableMaker
    made: Made

    @classmethod
    def of(cls, shape: str, profile: str, options: Mapping[str, object]) -> "LeakMaker":
        """The leaks of a profile; InputError for a shape or an option that there is not."""
        module, maker = find_shape(shape), maker_of(profile)
        first = int(maker.visits.starts[1])
        made = maker.make(0, min(_ROWS, first))
        return cls(shape, module, read_options(shape, options), maker, made)

    @property
    def rows(self) -> int:
        """How many rows there are to choose from."""
        return self.made.written.num_rows

    def pool(self, max_rows: int) -> list[LeakExample]:
        """Leaks of 1 to `max_rows` rows, the smallest first, from all over the rows.

        Making one takes tens of milliseconds, ten of which on a busy machine are too many for Hypothesis's
        health check: they are made at once, before it looks at the clock.
        """
        most = min(max_rows, self.rows)
        counts = [1 + number * (most - 1) // (_POOL - 1) for number in range(_POOL)]
        # The first of each size begins with the first row, which is where a failure should end.
        starts = [
            (number - counts.index(count)) and number * _STRIDE % (self.rows - count + 1)
            for number, count in enumerate(counts)
        ]
        return [self.make(start, count) for start, count in zip(starts, counts, strict=True)]

    def make(self, start: int, count: int) -> LeakExample:
        """The leak of `count` rows from `start` on."""
        table = _Rows(self.maker, self.made, start, count)
        spans: dict[str, list[LeakSpan]] = {}
        with tempfile.TemporaryDirectory(prefix="simbreach-") as folder:
            out = Out(Path(folder), lambda file, some: spans.setdefault(file, []).extend(_listed(some)))
            self.shape.write((table,), out, self.options)
            files = {name: (Path(folder) / name).read_bytes() for name in sorted(out.files)}
        found = {name: tuple(spans.get(name, ())) for name in files}
        return LeakExample(self.name, files, found, start, start + count)


def _listed(spans: Spans) -> Iterator[LeakSpan]:
    columns = (spans.start, spans.end, spans.label.to_pylist(), spans.row, spans.column.to_pylist())
    for start, end, label, row, column in zip(*columns, strict=True):
        yield LeakSpan(spans.unit, int(start), int(end), label, int(row), column, spans.member)

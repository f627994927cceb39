"""Leaks of some rows of a small dataset, and of tables made by hand, without writing to the dataset."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from simbreach.api import Dataset
from simbreach.core.arrow import decode
from simbreach.shapes.contract import Cells, Column, Out, Spans, Table, find_shape
from simbreach.truth.leak_tables import cut, dataset_tables

Inner = tuple[int, str, int, int, str]


@dataclass(frozen=True)
class Mark:
    """One span, with what the table's cell holds: None for results, which no column holds."""

    file: str
    member: str | None
    unit: str
    start: int
    end: int
    label: str
    row: int
    column: str
    cell: str | None


@dataclass(frozen=True)
class Leak:
    folder: Path
    files: list[str]
    counts: Mapping[str, int]
    spans: list[tuple[str, Spans]]
    tables: Sequence[Table]

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def bytes(self) -> dict[str, bytes]:
        return {name: self.read(name) for name in self.files}

    def marks(self) -> Iterator[Mark]:
        """Every span."""
        cells = {table.name: _columns(table) for table in self.tables}
        for file, spans in self.spans:
            of_table = cells[spans.table]
            for start, end, label, row, column in zip(
                spans.start.tolist(),
                spans.end.tolist(),
                decode(spans.label).to_pylist(),
                spans.row.tolist(),
                decode(spans.column).to_pylist(),
                strict=True,
            ):
                cell = of_table[column][row] if column in of_table else None
                yield Mark(file, spans.member, spans.unit, start, end, label, row, column, cell)


def _columns(table: Table) -> dict[str, dict[int, Any]]:
    found: dict[str, dict[int, Any]] = {column.name: {} for column in table.columns}
    for cells in table.read():
        for column in table.columns:
            texts = decode(cells.batch[column.name]).to_pylist()
            found[column.name].update(zip(range(cells.start, cells.start + len(texts)), texts, strict=True))
    return found


@dataclass(frozen=True)
class HandMade:
    """A table of a few rows, in parts of one row."""

    name: str
    columns: tuple[Column, ...]
    texts: Mapping[str, Sequence[str | None]]
    sources: Sequence[str]
    inner: Sequence[Inner]

    @property
    def rows(self) -> int:
        return len(self.sources)

    @property
    def parts(self) -> int:
        return self.rows

    def part(self, number: int) -> Cells:
        batch = pa.RecordBatch.from_pydict(
            {name: pa.array([texts[number]], pa.string()) for name, texts in self.texts.items()}
        )
        source = pa.array([self.sources[number]], pa.string()).dictionary_encode()
        names = ("row", "column", "start", "end", "label")
        types = (pa.int64(), pa.string(), pa.int32(), pa.int32(), pa.string())
        spans = pa.RecordBatch.from_pylist(
            [dict(zip(names, span, strict=True)) for span in self.inner if span[0] == number],
            pa.schema(list(zip(names, types, strict=True))),
        )
        opens = not number or self.sources[number] != self.sources[number - 1]
        return Cells(number, batch, source, spans, opens)

    def read(self) -> Iterator[Cells]:
        return map(self.part, range(self.parts))


@pytest.fixture(scope="session")
def some_rows(demo: Dataset) -> Sequence[Table]:
    """Three hundred rows from the middle of the main table."""
    return (cut(dataset_tables(demo.path)[0], (300, 600)),)


@pytest.fixture
def leaked(tmp_path: Path, some_rows: Sequence[Table]) -> Callable[..., Leak]:
    """Writes a shape of these rows, or of other tables, and keeps what it marked."""
    numbers = iter(range(100))

    def leak(shape: str, tables: Sequence[Table] = some_rows, **options: object) -> Leak:
        folder = tmp_path / f"leak{next(numbers)}"
        marks: list[tuple[str, Spans]] = []
        out = Out(folder, lambda name, spans: marks.append((name, spans)))
        module = find_shape(shape)
        module.write(tables, out, module.Options.model_validate(options))
        return Leak(folder, list(out.files), out.counts, marks, tables)

    return leak


@pytest.fixture
def hand_made() -> Callable[..., HandMade]:
    """A table of columns given as `name=(field, label, texts)`."""

    def make(
        sources: Sequence[str] | None = None,
        inner: Sequence[Inner] = (),
        **columns: tuple[str, str, Sequence[str | None]],
    ) -> HandMade:
        rows = len(next(iter(columns.values()))[2])
        return HandMade(
            "patients",
            tuple(Column(name, kind, label, "direct") for name, (kind, label, _) in columns.items()),
            {name: texts for name, (_, _, texts) in columns.items()},
            sources or ["labo-du-heron"] * rows,
            inner,
        )

    return make

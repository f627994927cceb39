"""A dataset to leak, and what is asked of a leak whatever its shape."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow.parquet as pq
import pytest

from simbreach.api import Dataset, leak, read


@dataclass(frozen=True)
class Leaked:
    """A leak that was just made: its files, its spans, and the rows that it shows."""

    dataset: Dataset
    shape: str

    @property
    def files(self) -> dict[str, bytes]:
        """The files by their path."""
        folder = self.dataset.path / "leak" / "shapes" / self.shape
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    @property
    def spans(self) -> list[dict[str, object]]:
        """The truth about them."""
        return pq.read_table(self.dataset.path / "truth" / "leak_spans" / self.shape).to_pylist()

    @property
    def rows(self) -> list[dict[str, str | None]]:
        """The table as the dataset has it."""
        return self.dataset.table("patients").to_table().to_pylist()

    @property
    def filled(self) -> set[tuple[int, str]]:
        """Row and column of every cell that a leak must have a span for."""
        columns = self.dataset.truth["columns"].to_table().to_pylist()
        told = [
            line["column"]
            for line in columns
            if line["sensitivity"] != "other" and not line["label"].startswith("technical.")
        ]
        return {
            (number, name) for number, row in enumerate(self.rows) for name in told if row[name] is not None
        }

    def faults(self, python: str, unescape: Callable[[str], str] = str) -> list[object]:
        """Spans that are neither their cell nor a piece of its text, cut from the file and decoded."""
        data, rows = self.files, self.rows
        inner: dict[tuple[int, str], set[str]] = {}
        for line in self.dataset.truth["spans"].to_table().to_pylist():
            inner.setdefault((line["row"], line["column"]), set()).add(line["text"])
        wrong = []
        for span in self.spans:
            cut = data[span["file"]][span["start"] : span["end"]].decode(python)
            cell = rows[span["row"]][span["column"]]
            pieces = inner.get((span["row"], span["column"]), set())
            if unescape(cut) != cell and unescape(cut) not in pieces:
                wrong.append((span, cut, cell))
        return wrong


@pytest.fixture(scope="session")
def own(demo: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A copy of the demonstration that leaks are made of."""
    folder = tmp_path_factory.mktemp("leaks") / "labs"
    shutil.copytree(demo.path, folder)
    return read(folder)


@pytest.fixture
def leaked(own: Dataset) -> Callable[..., Leaked]:
    """Makes a leak of a shape with its options."""

    def make(shape: str, **options: object) -> Leaked:
        leak(own, shape, jobs=1, **options)
        return Leaked(own, shape)

    return make

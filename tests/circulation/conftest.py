"""The table that copies are made of, and the copies as csv reads them."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq
import pytest

from simbreach.api import Dataset

Row = dict[str, str | None]


@dataclass(frozen=True)
class Read:
    """One copy: the truth about it, its rows as its file has them, which rows of the dataset they are."""

    truth: dict[str, Any]
    header: list[str]
    rows: list[list[str]]
    numbers: list[int | None]
    marks: list[int]


@pytest.fixture(scope="session")
def patients(circulated: Dataset) -> list[Row]:
    """The rows of the dataset's main table."""
    found: list[Row] = circulated.table("patients").to_table().to_pylist()
    return found


@pytest.fixture(scope="session")
def copy_of(circulated: Dataset) -> Callable[[str], Read]:
    """Reads a copy whose file is one CSV file without damage."""
    known = {line["copy"]: line for line in pq.read_table(circulated.path / "truth/copies").to_pylist()}

    def read(name: str) -> Read:
        folder = circulated.path / "leak/copies" / name
        encoding = "utf-16" if name == "miroir-sans-entete" else "utf-8"
        mark = {"miroir-sans-entete": "\t", "colle-du-morbihan": "|", "echantillon-vendeur": ","}.get(
            name, ";"
        )
        with (folder / "patients.csv").open(encoding=encoding, newline="") as file:
            rows = list(csv.reader(file, delimiter=mark))
        header = known[name]["shown"] if name == "miroir-sans-entete" else rows.pop(0)
        places = pq.read_table(circulated.path / "truth/copy_rows" / name).to_pylist()
        assert [line["place"] for line in places] == list(range(len(rows)))
        return Read(
            known[name], header, rows, [line["row"] for line in places], [line["marks"] for line in places]
        )

    return read

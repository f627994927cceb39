"""The shape fixed_width is cut by its own drawing, and every span is its value without the padding."""

from collections.abc import Callable
from typing import Any

import pytest

from simbreach.core.errors import InputError

Leaks = Callable[..., Any]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-16"])
def test_the_drawing_cuts_every_cell(leaked: Leaks, encoding: str) -> None:
    names = ["PAT_NOM", "PAT_ADR1", "PAT_NIR"]
    leak = leaked("fixed_width", encoding=encoding, columns=",".join(names))
    drawing = leak.files["patients_dessin.txt"].decode(encoding).split("\r\n")[1:-1]
    fields = {line.split()[0]: (int(line.split()[1]) - 1, int(line.split()[2])) for line in drawing}
    assert list(fields) == names
    records = leak.files["patients.dat"].decode(encoding).split("\r\n")[:-1]
    for record, row in zip(records, leak.rows, strict=True):
        for name, (start, width) in fields.items():
            assert record[start : start + width] == (row[name] or "").ljust(width)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-16"])
def test_every_span_is_its_value(leaked: Leaks, encoding: str) -> None:
    leak = leaked("fixed_width", encoding=encoding)
    python = {"utf-16": "utf-16-le"}.get(encoding, encoding)
    wrong = [c for _, _, c in leak.faults(python) if c.encode(python, "ignore").decode(python) == c]
    assert wrong == []
    assert leak.filled <= {(span["row"], span["column"]) for span in leak.spans}


def test_records_without_line_ends_have_one_width(leaked: Leaks) -> None:
    leak = leaked("fixed_width", newline="none", encoding="cp1252", header="none")
    assert list(leak.files) == ["patients.dat"]
    assert len(leak.files["patients.dat"]) % len(leak.rows) == 0


def test_a_cell_that_is_too_long_is_refused_in_one_line(leaked: Leaks) -> None:
    with pytest.raises(
        InputError, match=r"patients\.PAT_\w+ has a cell of \d+ characters, more than .* \(9\)"
    ):
        leaked("fixed_width", width=9)

"""The shape csv is read back by Python's csv, and every span is its value, in every encoding."""

import csv
import io
import itertools
from collections.abc import Callable
from typing import Any

import pytest

Leaks = Callable[..., Any]
PYTHON = {"utf-16": "utf-16-le"}


def read_back(data: bytes, python: str, delimiter: str = ";") -> list[list[str]]:
    """The lines that Python's csv reads."""
    return list(csv.reader(io.StringIO(data.decode(python), newline=""), delimiter=delimiter))


def as_read(row: dict[str, str | None]) -> list[str]:
    """What a row is read as."""
    return ["" if cell is None else cell for cell in row.values()]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-16", "cp850", "iso-8859-1"])
def test_every_span_is_its_value_in_every_encoding(leaked: Leaks, encoding: str) -> None:
    leak = leaked("csv", encoding=encoding, damage="none")
    python = PYTHON.get(encoding, encoding)
    wrong = [
        (cut, cell)
        for _, cut, cell in leak.faults(python, lambda text: text.replace('""', '"'))
        if encoding == "utf-8" or cell.encode(python, "ignore").decode(python) == cell
    ]
    assert wrong == []


def test_every_cell_that_tells_something_has_a_span(leaked: Leaks) -> None:
    leak = leaked("csv", damage="none")
    assert leak.filled <= {(span["row"], span["column"]) for span in leak.spans}


def test_without_damage_every_row_is_read_back(leaked: Leaks) -> None:
    leak = leaked("csv", encoding="utf-8", damage="none")
    lines = read_back(leak.files["patients.csv"], "utf-8")
    assert lines[1:] == [as_read(row) for row in leak.rows]


def test_the_default_is_one_file_of_cp1252_with_semicolons_and_all_columns(leaked: Leaks) -> None:
    leak = leaked("csv")
    assert list(leak.files) == ["patients.csv"]
    header = leak.files["patients.csv"].decode("cp1252", "replace").split("\r\n", 1)[0]
    assert header.split(";") == list(leak.rows[0])


def test_light_damage_leaves_97_of_100_rows_readable(leaked: Leaks) -> None:
    leak = leaked("csv", encoding="utf-8")
    there = set(map(tuple, read_back(leak.files["patients.csv"], "utf-8")))
    back = sum(tuple(as_read(row)) in there for row in leak.rows)
    assert 0.97 * len(leak.rows) <= back < len(leak.rows)


def test_heavy_damage_changes_no_value(leaked: Leaks) -> None:
    leak = leaked("csv", encoding="utf-8", damage="heavy")
    assert leak.faults("utf-8", lambda text: text.replace('""', '"')) == []
    lines = read_back(leak.files["patients.csv"], "utf-8")
    width = len(leak.rows[0])
    assert 5 < sum(len(line) != width for line in lines) < 200


def test_a_header_is_repeated_where_the_next_source_begins(leaked: Leaks) -> None:
    leak = leaked("csv", encoding="utf-8")
    sources = leak.dataset.truth["rows"].to_table()["source"].to_pylist()
    changes = sum(first != second for first, second in itertools.pairwise(sources))
    header = leak.files["patients.csv"].split(b"\r\n", 1)[0]
    assert changes > 10
    assert leak.files["patients.csv"].count(header + b"\r\n") == changes + 1


def test_the_last_line_is_cut(leaked: Leaks) -> None:
    data = leaked("csv").files["patients.csv"]
    whole = leaked("csv", cut_last_line="false").files["patients.csv"]
    assert whole.startswith(data)
    assert not data.endswith(b"\n")


def test_a_window_of_utf_16_opens_with_its_mark_and_ends_on_a_whole_character(leaked: Leaks) -> None:
    data = leaked("csv", encoding="utf-16").files["patients.csv"]
    assert data.startswith(b"\xff\xfe")
    assert data.decode("utf-16").startswith("PAT_ID;")


def test_utf_8_takes_a_mark_when_asked(leaked: Leaks) -> None:
    assert leaked("csv", encoding="utf-8", bom=True).files["patients.csv"].startswith(b"\xef\xbb\xbfPAT_ID")


def test_opaque_headers_number_the_columns_of_the_table(leaked: Leaks) -> None:
    leak = leaked("csv", header="opaque", columns="PAT_NOM,PAT_NIR", damage="none")
    places = [list(leak.rows[0]).index(name) + 1 for name in ("PAT_NOM", "PAT_NIR")]
    header = leak.files["patients.csv"].split(b"\r\n", 1)[0].decode()
    assert header == ";".join(f"COL{place:03d}" for place in places)


def test_without_a_header_the_first_line_is_a_row(leaked: Leaks) -> None:
    leak = leaked("csv", header="none", encoding="utf-8", delimiter="tab", newline="lf", damage="none")
    lines = read_back(leak.files["patients.csv"], "utf-8", "\t")
    assert lines[0] == as_read(leak.rows[0])


def test_all_filled_cells_stand_in_quotes_when_asked(leaked: Leaks) -> None:
    leak = leaked("csv", quoting="all", encoding="utf-8", columns="PAT_NOM,PAT_NIR", damage="none")
    first = leak.files["patients.csv"].decode().split("\r\n")[1]
    name, nir = leak.rows[0]["PAT_NOM"], leak.rows[0]["PAT_NIR"]
    assert first == f'"{name}";"{nir}"'
    assert leak.faults("utf-8", lambda text: text.replace('""', '"')) == []

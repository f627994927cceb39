"""Where the reference tables come from is said for each of them, and for nothing else."""

import re
from importlib.resources import files
from pathlib import Path

import pyarrow.parquet as pq
import pytest

REFERENCE = Path(str(files("simbreach.reference")))
FILES = sorted(path.name for path in (REFERENCE / "data").iterdir())
TEXT = (REFERENCE / "SOURCES.md").read_text("utf-8")
# Section by section: the file's name, then all that is said until the next heading.
SECTIONS = dict(re.findall(r"^### `([^`]+)`\n(.*?)(?=^##|\Z)", TEXT, re.M | re.S))
OVERVIEW = {
    row[0]: row[1:]
    for row in re.findall(r"^\| \[`([^`]+)`\]\(#[^)]*\) \| ([^|]*)" + r"\| ([^|]*)" * 3, TEXT, re.M)
}
LICENCES = ("Licence Ouverte", "facts", "project")


def rows(name: str) -> int:
    path = REFERENCE / "data" / name
    if path.suffix == ".parquet":
        return int(pq.ParquetFile(path).metadata.num_rows)
    return len(path.read_text("utf-8").splitlines()) - 1


def test_every_file_has_a_section_and_every_section_a_file() -> None:
    assert sorted(SECTIONS) == FILES
    assert len(re.findall(r"^### ", TEXT, re.M)) == len(FILES)


def test_the_overview_lists_every_file_in_the_order_of_the_sections() -> None:
    assert list(OVERVIEW) == list(SECTIONS)


@pytest.mark.parametrize("name", FILES)
def test_the_overview_tells_how_many_rows_a_file_has_and_how_large_it_is(name: str) -> None:
    said_rows, said_kb = (float(cell.replace(",", "")) for cell in OVERVIEW[name][:2])
    assert said_rows == rows(name)
    assert said_kb * 1000 == pytest.approx((REFERENCE / "data" / name).stat().st_size, rel=0.1, abs=60)


@pytest.mark.parametrize("name", FILES)
def test_the_overview_tells_a_known_licence_and_a_year(name: str) -> None:
    licence, year = OVERVIEW[name][2:]
    assert licence.strip().startswith(LICENCES)
    assert re.search(r"\b(19|20)\d\d", year)


@pytest.mark.parametrize("name", FILES)
def test_a_section_tells_what_a_table_holds_and_what_it_is_made_from(name: str) -> None:
    assert "**Columns**: " in SECTIONS[name]
    assert "**Made from**: " in SECTIONS[name]


def column_names(name: str) -> list[str]:
    path = REFERENCE / "data" / name
    if path.suffix == ".parquet":
        names: list[str] = pq.ParquetFile(path).schema_arrow.names
        return names
    return path.read_text("utf-8").partition("\n")[0].split(",")


@pytest.mark.parametrize("name", [name for name in FILES if name not in ("analyses.csv", "countries.csv")])
def test_a_section_names_every_column(name: str) -> None:
    columns = SECTIONS[name].partition("**Made from**")[0]
    assert [column for column in column_names(name) if f"`{column}`" not in columns] == []


def test_no_table_of_a_share_alike_licence_ships() -> None:
    assert not re.search(r"ODbL|CC.BY.SA|GPL", TEXT)


def test_every_script_that_is_named_is_there() -> None:
    root = REFERENCE.parents[1]
    named = set(re.findall(r"`((?:tools|simbreach)/[\w./]+\.py)`", TEXT))
    assert len(named) >= 5
    assert [name for name in sorted(named) if (root / "tools").is_dir() and not (root / name).exists()] == []

"""One row with its truth, from either format."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from simbreach.api import Dataset, generate, load_profile
from simbreach.core.errors import DatasetError, InputError
from simbreach.truth.row import RowTruth, read_row


@pytest.fixture(scope="module")
def truth(demo: Dataset) -> Iterator[duckdb.DuckDBPyConnection]:
    with demo.duckdb() as connection:
        yield connection


def first(truth: duckdb.DuckDBPyConnection, query: str) -> int:
    found = truth.execute(query).fetchone()
    assert found, "the dataset is too small for this check"
    return int(found[0])


def test_the_cells_are_those_of_the_row(demo: Dataset) -> None:
    assert (
        read_row(demo.path, "patients", 899).written
        == demo.table("patients").to_table().slice(899).to_pylist()[0]
    )


def test_both_formats_say_the_same(demo: Dataset, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    for name in ("manifest.json", "plan.json", "dataset.duckdb"):
        shutil.copy(demo.path / name, bare / name)
    (bare / "truth").mkdir()
    shutil.copy(demo.path / "truth" / "truth.duckdb", bare / "truth")
    assert read_row(bare, "patients", 512) == read_row(demo.path, "patients", 512)


def test_the_part_that_holds_the_row_is_the_one_that_is_read(tmp_path: Path) -> None:
    rows = 61_440 + 5_000
    folder = tmp_path / "d"
    generate(load_profile("labs-demo"), folder, rows=rows, sink="parquet")
    (folder / "tables" / "patients" / "part-00000.parquet").write_bytes(b"not read")
    found = read_row(folder, "patients", rows - 1)
    assert found.row["row"] == rows - 1
    assert found.written["PAT_ID"] is not None


def test_the_person_is_that_of_the_row(demo: Dataset, truth: duckdb.DuckDBPyConnection) -> None:
    found = read_row(demo.path, "patients", 7)
    expected = truth.execute('select person_id from truth.rows where "row" = 7').fetchone()
    assert found.person
    assert (found.person["person_id"],) == expected
    assert found.insured is None or found.insured["person_id"] == found.row["nir_person_id"]


def test_defects_of_the_row_come_with_what_stood_there(
    demo: Dataset, truth: duckdb.DuckDBPyConnection
) -> None:
    number = first(truth, 'select min("row") from truth.defects')
    found = read_row(demo.path, "patients", number)
    expected = truth.execute(
        'select "column", kind, clean from truth.defects where "row" = ?', [number]
    ).fetchall()
    assert [(d["column"], d["kind"], d["clean"]) for d in found.defects] == expected


def test_spans_of_the_row_are_their_text(demo: Dataset, truth: duckdb.DuckDBPyConnection) -> None:
    found = read_row(demo.path, "patients", first(truth, 'select min("row") from truth.spans'))
    assert found.spans
    for span in found.spans:
        cell = found.written[span["column"]]
        assert cell is not None
        assert cell[span["start"] : span["end"]] == span["text"]


def test_other_rows_of_the_same_person_are_of_the_household(
    demo: Dataset, truth: duckdb.DuckDBPyConnection
) -> None:
    query = (
        'select {}("row") from truth.rows group by person_id having count(*) = 2 order by person_id limit 1'
    )
    one, other = first(truth, query.format("min")), first(truth, query.format("max"))
    assert other in [record["row"] for record in read_row(demo.path, "patients", one).household]
    assert one not in [record["row"] for record in read_row(demo.path, "patients", one).household]


def test_records_are_told_apart_by_column(demo: Dataset, truth: duckdb.DuckDBPyConnection) -> None:
    found: RowTruth = read_row(demo.path, "patients", first(truth, 'select min("row") from truth.defects'))
    name = found.defects[0]["column"]
    assert {record["column"] for record in found.of(found.defects, name)} == {name}


def test_a_row_that_is_not_there_is_refused(demo: Dataset) -> None:
    with pytest.raises(InputError, match="row 900 does not lie in the table 'patients', which has 900 rows"):
        read_row(demo.path, "patients", 900)


def test_a_table_that_is_not_there_is_refused(demo: Dataset) -> None:
    with pytest.raises(DatasetError, match="no table 'patient'; did you mean 'patients'"):
        read_row(demo.path, "patient", 0)


def test_a_canary_is_known_as_one(demo: Dataset, truth: duckdb.DuckDBPyConnection) -> None:
    rows = {int(row) for (row,) in truth.execute('select "row" from truth.canaries').fetchall()}
    assert rows
    assert all(read_row(demo.path, "patients", row).canary for row in rows)
    assert not read_row(demo.path, "patients", min(set(range(900)) - rows)).canary

"""The whole line, as a Python user types it."""

import json
import shutil
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as pads
import pytest

import simbreach
from simbreach.api import default_folder, verify
from simbreach.core.errors import DatasetError, InputError


def text(table: pa.Table) -> list[dict[str, object]]:
    return table.to_pylist()


def rows_of(batches: list[pa.RecordBatch]) -> list[dict[str, object]]:
    return [row for batch in batches for row in batch.to_pylist()]


def test_generate_tells_what_it_wrote(demo: simbreach.Dataset) -> None:
    assert demo.summary is not None
    assert demo.summary.rows["tables/patients"] == 900
    assert demo.summary.made > 0


def test_the_tables_of_a_dataset_are_its_folders(demo: simbreach.Dataset) -> None:
    assert demo.tables == ("patients",)
    assert demo.tables == tuple(path.name for path in (demo.path / "tables").iterdir())


def test_the_truth_has_its_tables(demo: simbreach.Dataset) -> None:
    tables = ["canaries", "columns", "defects", "habits", "negatives", "persons", "rows", "spans"]
    assert list(demo.truth) == tables


def test_a_table_has_the_rows_that_were_asked_for(demo: simbreach.Dataset) -> None:
    assert isinstance(demo.table("patients"), pads.Dataset)
    assert demo.table("patients").count_rows() == 900


def test_polars_pandas_and_duckdb_take_a_table_as_it_is(demo: simbreach.Dataset) -> None:
    patients = demo.table("patients")
    expected = patients.to_table(columns=["PAT_NOM"]).column(0).to_pylist()
    assert pl.DataFrame(patients)["PAT_NOM"].to_list() == expected
    assert pd.DataFrame.from_arrow(patients)["PAT_NOM"].dropna().tolist() == [n for n in expected if n]
    assert duckdb.sql("select PAT_NOM from patients").fetchall() == [(name,) for name in expected]


def test_an_unknown_table_is_refused(demo: simbreach.Dataset) -> None:
    with pytest.raises(DatasetError, match="did you mean 'patients'"):
        demo.table("patient")


def test_batches_are_a_slice_of_the_whole(demo: simbreach.Dataset) -> None:
    profile = simbreach.load_profile("labs-demo")
    made = rows_of(list(simbreach.batches(profile, "patients", 123, 234, rows=900)))
    assert made == text(demo.table("patients").to_table().slice(123, 111))


def test_batches_make_rows_from_the_middle_of_a_whole_that_is_never_made() -> None:
    profile = simbreach.load_profile("labs-demo")
    made = list(simbreach.batches(profile, "patients", 10**7, 10**7 + 3, rows=2 * 10**7))
    assert sum(batch.num_rows for batch in made) == 3


@pytest.mark.parametrize("row", [0, 1, 7, 450, 898, 899])
def test_one_row_made_alone_is_the_row_of_the_whole(row: int, demo: simbreach.Dataset) -> None:
    profile = simbreach.load_profile("labs-demo")
    made = rows_of(list(simbreach.batches(profile, "patients", row, row + 1, rows=900)))
    assert made == text(demo.table("patients").to_table().slice(row, 1))


def test_batches_have_the_schema_of_the_table(demo: simbreach.Dataset) -> None:
    profile = simbreach.load_profile("labs-demo")
    schemas = {next(simbreach.batches(profile, "patients", n, n + 5, rows=900)).schema for n in (0, 300, 895)}
    assert schemas == {demo.table("patients").schema}


def test_no_rows_are_no_batches() -> None:
    assert list(simbreach.batches(simbreach.load_profile("labs-demo"), "patients", 5, 5)) == []


@pytest.mark.parametrize(("start", "stop"), [(-1, 2), (5, 4), (0, 901), (901, 902)])
def test_rows_that_the_table_does_not_have_are_refused(start: int, stop: int) -> None:
    profile = simbreach.load_profile("labs-demo")
    with pytest.raises(InputError, match="which has 900"):
        simbreach.batches(profile, "patients", start, stop, rows=900)


@pytest.mark.parametrize("rows", [0, -5, 10**12])
def test_sizes_without_sense_are_refused_and_nothing_is_written(rows: int, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="rows"):
        simbreach.generate(simbreach.load_profile("labs-demo"), tmp_path / "x", rows=rows)
    assert not (tmp_path / "x").exists()


def test_read_finds_what_generate_wrote(demo: simbreach.Dataset) -> None:
    again = simbreach.read(demo.path)
    assert again.manifest == demo.manifest
    assert again.summary is None


def test_a_second_run_leaves_a_whole_dataset_as_it_is(demo: simbreach.Dataset) -> None:
    before = {path: path.stat().st_mtime_ns for path in demo.path.rglob("*")}
    again = simbreach.generate(simbreach.load_profile("labs-demo"), demo.path, rows=900)
    assert again.summary is not None
    assert again.summary.made == 0
    assert {path: path.stat().st_mtime_ns for path in demo.path.rglob("*")} == before


def test_another_seed_over_a_dataset_is_refused_and_says_what_differs(demo: simbreach.Dataset) -> None:
    with pytest.raises(DatasetError, match=r"seed: .* there, 5 here"):
        simbreach.generate(simbreach.load_profile("labs-demo"), demo.path, rows=900, seed=5)


def test_overwrite_replaces_another_plan_s_dataset(tmp_path: Path) -> None:
    profile = simbreach.load_profile("labs-demo")
    simbreach.generate(profile, tmp_path / "d", rows=50, sink="parquet")
    made = simbreach.generate(profile, tmp_path / "d", rows=60, sink="parquet", overwrite=True)
    assert made.table("patients").count_rows() == 60


def test_clean_rows_are_typed_and_line_up_with_what_was_written(demo: simbreach.Dataset) -> None:
    clean = demo.clean("patients", 100, 200).read_all()
    written = demo.table("patients").to_table().slice(100, 100)
    assert clean.num_rows == written.num_rows
    assert pa.types.is_date(clean.schema.field("PAT_DATNAIS").type)
    # A birth date of this source is written day first, or in another of its habits: the year is there.
    pairs = zip(
        clean.column("PAT_DATNAIS").to_pylist(), written.column("PAT_DATNAIS").to_pylist(), strict=True
    )
    same = [str(day.year) in text for day, text in pairs if day and text]
    assert sum(same) >= 0.9 * len(same)


def test_clean_rows_without_bounds_are_the_whole_table(demo: simbreach.Dataset) -> None:
    assert demo.clean("patients").read_all().num_rows == 900


def test_clean_rows_of_another_data_version_are_refused(tmp_path: Path) -> None:
    made = simbreach.generate(simbreach.load_profile("labs-demo"), tmp_path / "d", rows=20, sink="parquet")
    plan = json.loads((made.path / "plan.json").read_text("utf-8"))
    plan |= {"data_version": 0, "digest": "0" * 32}
    (made.path / "plan.json").write_text(json.dumps(plan), "utf-8")
    with pytest.raises(DatasetError, match="data version 0"):
        simbreach.read(made.path).clean("patients")


def test_a_duckdb_connection_has_the_truth_attached(demo: simbreach.Dataset) -> None:
    with demo.duckdb() as connection:
        rows, people = connection.execute(
            "select count(*), count(distinct person_id) from patients positional join truth.rows"
        ).fetchall()[0]
    assert rows == 900
    assert 500 < people <= 900


def test_the_truth_of_rows_leads_to_persons(demo: simbreach.Dataset) -> None:
    people = set(demo.truth["persons"].to_table().column("person_id").to_pylist())
    assert set(demo.truth["rows"].to_table().column("person_id").to_pylist()) == people


def test_the_default_folder_names_a_seed_that_is_not_the_profile_s() -> None:
    profile = simbreach.load_profile("labs-demo")
    assert default_folder(profile, None) == Path("outputs/labs-demo")
    assert default_folder(profile, profile.seed) == Path("outputs/labs-demo")
    assert default_folder(profile, 7) == Path("outputs/labs-demo-seed7")


def test_verify_takes_a_dataset_or_a_file(demo: simbreach.Dataset) -> None:
    assert verify(demo.path).ok
    assert verify(next((demo.path / "tables" / "patients").iterdir())).ok


def test_verify_tells_a_dataset_that_was_changed(demo: simbreach.Dataset, tmp_path: Path) -> None:
    copy = shutil.copytree(demo.path, tmp_path / "copy")
    (copy / "truth" / "persons" / "part-00000.parquet").write_bytes(b"PAR1")
    findings = verify(copy)
    assert not findings.ok
    assert any("truth/persons/part-00000.parquet: " in line for line in findings.lines())


def test_verify_tells_a_dataset_whose_truth_is_gone(demo: simbreach.Dataset, tmp_path: Path) -> None:
    copy = shutil.copytree(demo.path, tmp_path / "copy")
    shutil.rmtree(copy / "truth")
    assert not verify(copy).ok


def test_verify_refuses_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="does not exist"):
        verify(tmp_path / "none")

"""A dataset's folder is read back, by the libraries that people use."""

import json
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.parquet as pq
import pytest

from simbreach.core.errors import DatasetError
from simbreach.truth.read import Tables, connect, read_manifest

ROWS = pa.table({"nom": ["LE GOFF", None, "MARTIN"], "ville": ["VANNES", "EVREUX", None]})
PERSONS = pa.table({"person_id": pa.array([7, 8, 9], pa.int64())})


def write_parts(folder: Path, table: pa.Table) -> None:
    folder.mkdir(parents=True)
    pq.write_table(table.slice(0, 2), folder / "part-00000.parquet")
    pq.write_table(table.slice(2), folder / "part-00001.parquet")


def write_database(path: Path, name: str, rows: pa.Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create table {name} as from rows")


@pytest.fixture(params=["parquet", "duckdb"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A dataset of one table and one truth table, in one of the two formats."""
    if request.param == "parquet":
        write_parts(tmp_path / "tables" / "patients", ROWS)
        write_parts(tmp_path / "truth" / "persons", PERSONS)
    else:
        write_database(tmp_path / "dataset.duckdb", "patients", ROWS)
        write_database(tmp_path / "truth" / "truth.duckdb", "persons", PERSONS)
    (tmp_path / "manifest.json").write_text('{"tables": {}}')
    return tmp_path


@pytest.fixture
def tables(folder: Path) -> Tables:
    return Tables(folder / "tables", folder / "dataset.duckdb")


def test_tables_are_listed_by_name(tables: Tables) -> None:
    assert list(tables) == ["patients"]


def test_a_table_is_a_pyarrow_dataset(tables: Tables) -> None:
    assert isinstance(tables["patients"], pads.Dataset)
    assert tables["patients"].to_table().to_pylist() == ROWS.to_pylist()


def test_pyarrow_takes_a_table_through_the_c_stream(tables: Tables) -> None:
    assert pa.table(tables["patients"]).to_pylist() == ROWS.to_pylist()


def test_polars_takes_a_table_through_the_c_stream(tables: Tables) -> None:
    assert pl.DataFrame(tables["patients"]).to_dicts() == ROWS.to_pylist()


def test_pandas_takes_a_table_through_the_c_stream(tables: Tables) -> None:
    frame = pd.DataFrame.from_arrow(tables["patients"])
    assert frame["nom"].dropna().tolist() == ["LE GOFF", "MARTIN"]


def test_duckdb_takes_a_table(tables: Tables) -> None:
    patients = tables["patients"]
    assert duckdb.sql("select count(*), count(ville) from patients").fetchall() == [(3, 2)]
    assert patients is not None


def test_an_unknown_table_is_refused_with_the_one_that_was_meant(tables: Tables) -> None:
    with pytest.raises(DatasetError, match="no table 'patient'; did you mean 'patients'"):
        tables["patient"]


def test_a_connection_sees_the_data_and_the_truth_beside_it(folder: Path) -> None:
    with connect(folder) as connection:
        assert connection.execute("select count(*) from patients").fetchall() == [(3,)]
        assert connection.execute("select sum(person_id) from truth.persons").fetchall() == [(24,)]


def test_a_connection_writes_nothing(folder: Path) -> None:
    with connect(folder) as connection, pytest.raises(duckdb.Error):
        connection.execute("delete from patients")


def test_a_manifest_is_read(folder: Path) -> None:
    assert read_manifest(folder) == json.loads((folder / "manifest.json").read_text())


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="none: does not exist"):
        read_manifest(tmp_path / "none")


def test_a_folder_without_manifest_is_not_a_dataset(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"not a dataset, it holds no manifest\.json$"):
        read_manifest(tmp_path)


def test_a_run_that_was_cut_short_is_told_from_another_folder(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("{}")
    with pytest.raises(DatasetError, match="the same generate command completes it"):
        read_manifest(tmp_path)


def test_a_manifest_that_is_no_json_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(DatasetError, match=r"manifest\.json: not the JSON object"):
        read_manifest(tmp_path)


def test_a_database_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dataset.duckdb").write_bytes(b"no database" * 1000)
    with pytest.raises(DatasetError, match=r"dataset\.duckdb: cannot be opened"):
        list(Tables(tmp_path / "tables", tmp_path / "dataset.duckdb"))

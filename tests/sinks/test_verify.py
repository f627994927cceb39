"""Datasets that were changed after they were made."""

import os

import duckdb
import pytest

from simbreach.core.errors import DatasetError
from simbreach.sinks.dataset import write_dataset
from simbreach.sinks.verify import Finding, verify_dataset


@pytest.fixture
def whole(tmp_path, small_work):
    write_dataset(small_work(rows=2_500), tmp_path / "d")
    return tmp_path / "d"


def test_a_folder_without_a_manifest_is_no_dataset(tmp_path):
    with pytest.raises(DatasetError, match=r"manifest\.json"):
        verify_dataset(tmp_path)


def test_a_missing_file_is_found(whole):
    (whole / "truth/spans/part-00001.parquet").unlink()
    assert Finding("truth/spans/part-00001.parquet", "is missing") in verify_dataset(whole)


def test_a_changed_byte_is_found(whole):
    path = whole / "tables/patients/part-00000.parquet"
    with path.open("r+b") as file:
        file.seek(100)
        byte = file.read(1)
        file.seek(100)
        file.write(bytes([byte[0] ^ 1]))
    assert [finding.path for finding in verify_dataset(whole)] == ["tables/patients/part-00000.parquet"]


def test_a_changed_cell_is_found_by_the_content_digest(whole, monkeypatch):
    with duckdb.connect(str(whole / "dataset.duckdb")) as connection:
        connection.execute("UPDATE patients SET nom = 'AUTRE' WHERE id = 1234")
    monkeypatch.setattr("simbreach.sinks.verify.check_files", lambda *_: [])
    (finding,) = verify_dataset(whole)
    assert finding.path == "dataset.duckdb"
    assert "table patients has the content digest" in finding.what.replace("tables/", "")
    assert "AUTRE" not in finding.what


def test_a_row_too_few_is_found_by_its_count(whole, monkeypatch):
    with duckdb.connect(str(whole / "truth/truth.duckdb")) as connection:
        connection.execute("DELETE FROM persons WHERE person_id = 0")
    monkeypatch.setattr("simbreach.sinks.verify.check_files", lambda *_: [])
    assert "2,499 rows, not 2,500" in verify_dataset(whole)[0].what


def test_a_file_cut_short_is_found(whole):
    os.truncate(whole / "dataset.duckdb", 1_000)
    (finding,) = verify_dataset(whole)
    assert finding.path == "dataset.duckdb"

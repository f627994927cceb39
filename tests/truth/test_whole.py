"""A dataset that was changed by a byte, a cell or a row is told from one as it was written."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simbreach.api import Dataset
from simbreach.truth.whole import check_contents, check_files

PART = "tables/patients/part-00000.parquet"


@pytest.fixture
def copy(demo: Dataset, tmp_path: Path) -> Path:
    """A dataset that a test may change."""
    return shutil.copytree(demo.path, tmp_path / "copy")


def manifest(folder: Path) -> dict[str, object]:
    return json.loads((folder / "manifest.json").read_text("utf-8"))


def change_part(folder: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    table = pq.read_table(folder / PART)
    pq.write_table(change(table), folder / PART)


def blank_one_name(table: pa.Table) -> pa.Table:
    names = table.column("PAT_NOM").to_pylist()
    names[7] = "ANOTHER"
    place = table.column_names.index("PAT_NOM")
    return table.set_column(place, "PAT_NOM", pa.array(names))


def swap_two_rows(table: pa.Table) -> pa.Table:
    return table.take([1, 0, *range(2, table.num_rows)])


def test_what_was_written_is_whole(demo: Dataset) -> None:
    assert check_files(demo.path, demo.manifest) == []
    assert check_contents(demo.path, demo.manifest) == ([], 2 * len(demo.manifest["tables"]))


def test_another_byte_is_noticed(copy: Path) -> None:
    content = bytearray((copy / PART).read_bytes())
    content[1000] ^= 1
    (copy / PART).write_bytes(content)
    assert check_files(copy, manifest(copy)) == [f"{PART}: other bytes than were written"]


def test_a_file_that_is_gone_is_noticed(copy: Path) -> None:
    (copy / "LISEZMOI.txt").unlink()
    assert check_files(copy, manifest(copy)) == ["LISEZMOI.txt: is gone"]


@pytest.mark.parametrize(
    "change",
    [
        blank_one_name,
        swap_two_rows,
        lambda table: table.slice(1),
        lambda table: pa.concat_tables([table, table.slice(0, 1)]),
        lambda table: table.drop_columns(["PAT_SEXE"]),
        lambda table: table.rename_columns(["X", *table.column_names[1:]]),
    ],
    ids=["a cell", "two rows swapped", "a row less", "a row more", "a column less", "a column renamed"],
)
def test_another_content_in_parquet_is_noticed(change: Callable[[pa.Table], pa.Table], copy: Path) -> None:
    change_part(copy, change)
    faults, _ = check_contents(copy, manifest(copy))
    assert faults == ["tables/patients: its content in Parquet is not what was written"]


def test_the_same_content_in_another_file_is_the_same(copy: Path) -> None:
    change_part(copy, lambda table: table)
    assert check_contents(copy, manifest(copy))[0] == []


def test_another_content_in_duckdb_is_noticed(copy: Path) -> None:
    with duckdb.connect(str(copy / "truth/truth.duckdb")) as connection:
        connection.execute("update rows set source = 'x' where row = 3")
    faults, _ = check_contents(copy, manifest(copy))
    assert faults == ["truth/rows: its content in DuckDB is not what was written"]


def test_a_database_that_cannot_be_read_is_a_fault_and_no_crash(copy: Path) -> None:
    (copy / "dataset.duckdb").write_bytes(b"x" * 5000)
    faults, _ = check_contents(copy, manifest(copy))
    assert faults == ["tables/patients: its content in DuckDB is not what was written"]

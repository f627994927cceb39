"""Chosen rows of the truth: conditions are one expression, and reach nothing but the truth."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simbreach.core.errors import DatasetError, InputError
from simbreach.truth.query import Selection, connect_truth, number_rows, select

PERSONS = pa.table(
    {"person_id": pa.array([7, 8, 9, 10], pa.int64()), "first_name": ["Zoé", "Léo", None, "Ève"]}
)
ROWS = pa.table(
    {
        "table": ["patients"] * 4,
        "row": pa.array([0, 1, 2, 3], pa.int64()),
        "person_id": pa.array([9, 7, 7, 8], pa.int64()),
    }
)


@pytest.fixture(params=["parquet", "duckdb"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A truth of two tables in one of the two formats, in a folder that a pattern would misread."""
    place = tmp_path / "l'été [1]"
    home = place / "truth"
    home.mkdir(parents=True)
    for name, content in (("persons", PERSONS), ("rows", ROWS)):
        if request.param == "parquet":
            (home / name).mkdir()
            pq.write_table(content.slice(0, 2), home / name / "part-00000.parquet")
            pq.write_table(content.slice(2), home / name / "part-00001.parquet")
        else:
            with duckdb.connect(str(home / "truth.duckdb")) as connection:
                connection.register("content", content)
                connection.execute(f'create table "{name}" as from content')
    return place


def chosen(folder: Path, table: str, **how: object) -> list[dict[str, object]]:
    with connect_truth(folder) as connection:
        return select(connection, table, Selection(**how)).read_all().to_pylist()  # type: ignore[arg-type]


def test_all_rows_come_in_their_order(folder: Path) -> None:
    assert chosen(folder, "persons") == PERSONS.to_pylist()


def test_columns_come_as_asked_for(folder: Path) -> None:
    assert chosen(folder, "persons", columns=["first_name"], limit=1) == [{"first_name": "Zoé"}]


def test_a_condition_chooses(folder: Path) -> None:
    assert [
        r["person_id"] for r in chosen(folder, "persons", where="first_name is null or person_id = 7")
    ] == [7, 9]


def test_a_condition_may_ask_another_table_of_the_truth(folder: Path) -> None:
    where = "person_id in (select person_id from rows group by 1 having count(*) > 1)"
    assert [r["first_name"] for r in chosen(folder, "persons", where=where)] == ["Zoé"]


def test_a_comment_behind_a_condition_ends_with_it(folder: Path) -> None:
    assert len(chosen(folder, "persons", where="person_id > 7 -- not the first", limit=2)) == 2


def test_a_range_of_rows_is_half_open(folder: Path) -> None:
    assert [r["row"] for r in chosen(folder, "rows", rows=(1, 3))] == [1, 2]


def test_what_has_no_row_numbers_takes_no_range(folder: Path) -> None:
    with pytest.raises(
        InputError, match="--rows: persons is not numbered by rows, it has person_id, first_name"
    ):
        chosen(folder, "persons", rows=(0, 1))


@pytest.mark.parametrize(
    "where",
    [
        "",
        "true; drop table persons",
        "true) union all (select * from persons where (true",
        "true limit 1",
        "true order by 1",
        "true from rows",
        "true, false",
        "true /* never ends",
        "nope = 1",
        "person_id = 'x'",
        "table = 'patients'",
        "exists (from read_text('/etc/hostname'))",
        "exists (from read_csv('/etc/passwd'))",
        "exists (from glob('/etc/*'))",
        "exists (from '/etc/hostname')",
        "getenv('HOME') = 'x'",
    ],
)
def test_anything_but_one_condition_on_the_truth_is_refused(folder: Path, where: str) -> None:
    with pytest.raises(
        InputError, match=r"--where: DuckDB says: .*; the columns are person_id, first_name"
    ) as told:
        chosen(folder, "persons", where=where)
    assert "\n" not in str(told.value)


def test_python_s_own_tables_are_out_of_reach(folder: Path) -> None:
    secrets = pa.table({"x": [1]})
    with pytest.raises(InputError, match="secrets does not exist"):
        chosen(folder, "persons", where="exists (from secrets)")
    assert secrets.num_rows == 1


def test_a_condition_that_fails_on_a_row_is_told_while_rows_are_read(folder: Path) -> None:
    with pytest.raises(InputError, match="--where: DuckDB says: Conversion Error"):
        chosen(folder, "persons", where="first_name::int = 1")


def test_a_refusal_quotes_the_columns_that_sql_would_misread(folder: Path) -> None:
    with pytest.raises(InputError, match=r'the columns are "table", row, person_id$'):
        chosen(folder, "rows", where="nope")


@pytest.mark.parametrize(
    "statement",
    [
        "set enable_external_access = true",
        "set threads = 8",
        "attach 'other.duckdb'",
        "copy persons to 'stolen.csv'",
        "from read_csv('/etc/passwd')",
    ],
)
def test_the_connection_itself_is_shut(folder: Path, statement: str) -> None:
    with connect_truth(folder) as connection, pytest.raises(duckdb.Error):
        connection.execute(statement).fetchall()


def test_a_folder_beside_the_truth_is_out_of_reach(folder: Path) -> None:
    (folder / "plan.json").write_text("{}")
    path = str(folder / "truth" / ".." / "plan.json").replace("'", "''")
    with pytest.raises(InputError, match="file system operations are disabled"):
        chosen(folder, "persons", where=f"exists (from read_text('{path}'))")


def test_a_truth_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "truth.duckdb").write_bytes(b"no database" * 1000)
    with pytest.raises(DatasetError, match="cannot be read"):
        connect_truth(tmp_path)


def test_a_part_that_is_cut_short_is_told(tmp_path: Path) -> None:
    (tmp_path / "truth" / "persons").mkdir(parents=True)
    (tmp_path / "truth" / "persons" / "part-00000.parquet").write_bytes(b"PAR1 cut")
    with pytest.raises(DatasetError, match="cannot be read"):
        connect_truth(tmp_path)


def batches(table: pa.Table) -> pa.RecordBatchReader:
    return pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=2))


def test_rows_are_numbered_from_where_they_begin() -> None:
    found = number_rows(batches(PERSONS), 100).read_all()
    assert found.column_names == ["row", "person_id", "first_name"]
    assert found["row"].to_pylist() == [100, 101, 102, 103]


def test_a_table_with_a_column_of_that_name_keeps_its_own() -> None:
    table = pa.table({"ROW": ["a"]})
    assert number_rows(batches(table), 0).read_all().equals(table)


def test_rows_keep_their_order_when_a_condition_asks_a_larger_table(tmp_path: Path) -> None:
    few = pa.table({"row": pa.array(range(200), pa.int64())})
    many = pa.table({"row": pa.array(range(100_000, -1, -1), pa.int64())})
    for name, content in (("few", few), ("many", many)):
        (tmp_path / "truth" / name).mkdir(parents=True)
        pq.write_table(content, tmp_path / "truth" / name / "part-00000.parquet")
    found = chosen(tmp_path, "few", where="row in (select row from many)")
    assert [record["row"] for record in found] == list(range(200))

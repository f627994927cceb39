"""docs/truth.md says what the truth tables hold, and its queries find what they promise."""

import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from simbreach.api import Dataset, generate, load_profile

GUIDE = (Path(__file__).parents[2] / "docs" / "truth.md").read_text("utf-8")
# Headings of chapters and the tables that they explain.
TABLES = {
    name: re.split(r"\n\n(?!\|)", text.partition("|")[2])[0]
    for name, text in re.findall(r"^### `truth\.(\w+)`\n(.*?)(?=^##)", GUIDE, re.M | re.S)
}
QUERIES = dict(re.findall(r"^### ([^\n]+)\n(?:(?!^###).)*?```sql\n(.*?)```", GUIDE, re.M | re.S))

CLAIMS = "table,row,column,start,end,label\n"


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The dataset that the guide speaks of."""
    return generate(load_profile("labs-demo"), tmp_path_factory.mktemp("guide") / "labs-demo")


@pytest.fixture
def db(labs: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection in a folder with claims: one that is right, one on the wrong row, one on a look-alike."""
    span = labs.truth["spans"].to_table().slice(0, 1).to_pylist()[0]
    trap = labs.truth["negatives"].to_table().slice(0, 1).to_pylist()[0]
    claims = [
        (span["row"], span["column"], span["start"], span["end"], span["label"]),
        (span["row"], "PAT_ID", 0, 2, span["label"]),
        (trap["row"], trap["column"], trap["start"], trap["end"], "contact.phone"),
    ]
    lines = [f"patients,{','.join(str(value) for value in claim)}\n" for claim in claims]
    (tmp_path / "claims.csv").write_text("".join([CLAIMS, *lines]), "utf-8")
    monkeypatch.chdir(tmp_path)
    with labs.duckdb() as connection:
        yield connection


def answer(db: duckdb.DuckDBPyConnection, title: str) -> list[dict[str, Any]]:
    found = db.execute(QUERIES[title])
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.mark.parametrize("name", sorted(TABLES))
def test_the_guide_explains_every_column(name: str, labs: Dataset) -> None:
    cells = re.findall(r"^\| (`.*?`) \|", TABLES[name], re.M)
    assert [column for cell in cells for column in re.findall(r"`(\w+)`", cell)] == labs.truth[
        name
    ].schema.names


def test_the_guide_explains_every_table_of_the_truth(labs: Dataset) -> None:
    assert sorted(set(labs.truth) - set(TABLES)) == []


@pytest.mark.parametrize("title", sorted(QUERIES))
def test_every_query_runs_as_it_is(title: str, db: duckdb.DuckDBPyConnection) -> None:
    db.execute(QUERIES[title]).fetchall()


def people(labs: Dataset) -> dict[int, list[int]]:
    """Row numbers by person."""
    rows = labs.truth["rows"].to_table()
    found: dict[int, list[int]] = {}
    for row, person in zip(rows["row"].to_pylist(), rows["person_id"].to_pylist(), strict=True):
        found.setdefault(person, []).append(row)
    return found


def test_pairs_are_all_pairs_of_rows_of_one_person(labs: Dataset, db: duckdb.DuckDBPyConnection) -> None:
    expected = {pair for rows in people(labs).values() for pair in combinations(sorted(rows), 2)}
    found = answer(db, "Pairs of rows that are one person")
    assert {(pair["row"], pair["other_row"]) for pair in found} == expected
    assert len(found) == len(expected) > 0


def test_clusters_are_the_people_who_come_again(labs: Dataset, db: duckdb.DuckDBPyConnection) -> None:
    expected = {person: sorted(rows) for person, rows in people(labs).items() if len(rows) > 1}
    found = {c["person_id"]: c["rows"] for c in answer(db, "Clusters: everybody's rows")}
    assert found == expected


def test_homonyms_are_pairs_of_people_with_the_same_names(
    labs: Dataset, db: duckdb.DuckDBPyConnection
) -> None:
    persons = labs.truth["persons"].to_table().to_pylist()
    named: dict[tuple[str, str], set[int]] = {}
    for person in persons:
        named.setdefault((person["first_name"], person["usage_name"]), set()).add(person["person_id"])
    expected = {pair for ids in named.values() for pair in combinations(sorted(ids), 2)}
    found = answer(db, "Homonyms: same names, another person")
    assert {(pair["person_id"], pair["other_person_id"]) for pair in found} == expected


def test_twins_are_found_where_there_are_some() -> None:
    rows = [
        (1, 1, "2015-03-01", "LE GOFF", "Zoé", "215035699990101"),
        (2, 1, "2015-03-01", "LE GOFF", "Léa", "215035699990201"),
        (3, 1, "2012-03-01", "LE GOFF", "Ève", "212035699990101"),
    ]
    names = ["person_id", "household_id", "birth_date", "birth_name", "first_name", "nir"]
    persons = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    with duckdb.connect() as connection:
        connection.execute("create schema truth")
        connection.execute(
            "create table truth.persons as select *, 'F' as sex, '56260' as insee_code from persons"
        )
        twins = answer(connection, "Twins: same birth, another person")
        assert [(t["person_id"], t["other_person_id"]) for t in twins] == [(1, 2)]
    assert persons.num_rows == 3


def test_recall_and_precision_count_overlaps_of_the_same_label(
    labs: Dataset, db: duckdb.DuckDBPyConnection
) -> None:
    spans = labs.truth["spans"].to_table()
    label = spans["label"][0].as_py()
    there = spans["label"].to_pylist().count(label)
    found = {line["label"]: line for line in answer(db, "Recall and precision of a detector in free text")}
    assert found[label]["spans"] == there
    # Stretches that lie in the one that was claimed count as found, too.
    assert 1 / there <= found[label]["recall"] <= 3 / there
    assert (found[label]["claims"], found[label]["precision"]) == (2, 0.5)
    assert found["contact.phone"]["precision"] == 0


def test_a_look_alike_that_was_claimed_is_counted(labs: Dataset, db: duckdb.DuckDBPyConnection) -> None:
    kind = labs.truth["negatives"].to_table()["kind"][0].as_py()
    found = {line["kind"]: line["claimed"] for line in answer(db, "Look-alikes that a detector fell for")}
    assert found == {**dict.fromkeys(found, 0), kind: 1}


def test_cells_before_their_accidents_differ_where_there_was_one(
    labs: Dataset, db: duckdb.DuckDBPyConnection
) -> None:
    defects = labs.truth["defects"].to_table().to_pylist()
    meant: dict[int, str | None] = {}
    for defect in defects:
        if defect["column"] == "PAT_NOM":
            meant.setdefault(defect["row"], defect["clean"])
    written = labs.table("patients").to_table()["PAT_NOM"].to_pylist()
    expected = [meant.get(row, cell) for row, cell in enumerate(written)]
    assert [line["meant"] for line in answer(db, "Cells before their accidents")] == expected
    assert meant


def test_a_shared_telephone_is_that_of_several_people(labs: Dataset, db: duckdb.DuckDBPyConnection) -> None:
    found = answer(db, "Who shares a telephone")
    assert all(line["persons"] > 1 and line["households"] >= 1 for line in found)


def test_health_data_of_minors_is_of_people_under_18(db: duckdb.DuckDBPyConnection) -> None:
    found = answer(db, "Health data of minors")
    assert found
    assert all(str(line["birth_date"]) > "2002-10-31" for line in found)
    assert all(line["label"].startswith("health.") for line in found)

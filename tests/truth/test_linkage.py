"""Who is who, from the truth by SQL and, without it, from the cells: a linker finds most, not all."""

import re
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from simbreach.engine.plan import compile_plan
from simbreach.engine.work import DatasetWork
from simbreach.profile.load import load_profile

PAGE = Path(__file__).parents[2] / "docs/truth.md"
ROWS = 16_000
CAUSES = {
    *("same_source", "other_source", "married_name", "typo", "swapped_names", "compound_part"),
    *("swapped_date", "other_phone", "moved"),
}
Pairs = set[tuple[int, int]]


@pytest.fixture(scope="module")
def parts() -> Mapping[str, pa.RecordBatch]:
    # What is rare is made commoner: every cause has rows enough to count.
    often = "{married_name = 0.15, typo = 0.1, swapped_names = 0.1, compound_part = 0.1, swapped_date = 0.1, "
    often += "other_phone = 0.1, moved = 0.1}"
    profile = load_profile("labs-demo", {"duplicates.differences": often})
    return DatasetWork(compile_plan(profile, rows=ROWS)).make(0)


@pytest.fixture(scope="module")
def database(parts: Mapping[str, pa.RecordBatch]) -> duckdb.DuckDBPyConnection:
    """The truth under the name that the page's queries use, and the leaked table beside it."""
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as truth")
    for name, part in parts.items():
        half, table = name.split("/")
        connection.register("part", pa.Table.from_batches([part]))
        place = f"truth.{table}" if half == "truth" else table
        connection.execute(f"create table {place} as from part")
    return connection


def query(heading: str) -> str:
    """The SQL under a heading of the page."""
    text = PAGE.read_text("utf-8")
    return re.findall(rf"### {re.escape(heading)}.*?```sql\n(.*?)```", text, re.DOTALL)[0]


def ask(database: duckdb.DuckDBPyConnection, heading: str) -> list[dict[str, Any]]:
    found = database.execute(query(heading))
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.fixture(scope="module")
def true_pairs(database: duckdb.DuckDBPyConnection) -> Pairs:
    return {(pair["row"], pair["other_row"]) for pair in ask(database, "Pairs of rows that are one person")}


def test_pairs_are_all_rows_of_one_person(parts: Mapping[str, pa.RecordBatch], true_pairs: Pairs) -> None:
    rows: dict[int, list[int]] = {}
    for row in parts["truth/rows"].to_pylist():
        rows.setdefault(row["person_id"], []).append(row["row"])
    assert true_pairs == {pair for same in rows.values() for pair in combinations(sorted(same), 2)}
    assert len(true_pairs) > 1000


def test_clusters_are_the_pairs_put_together(database: duckdb.DuckDBPyConnection, true_pairs: Pairs) -> None:
    clusters = [cluster["rows"] for cluster in ask(database, "Clusters: everybody's rows")]
    assert {pair for rows in clusters for pair in combinations(rows, 2)} == true_pairs


def test_the_cluster_of_a_row_is_the_row_that_it_points_to(
    database: duckdb.DuckDBPyConnection, true_pairs: Pairs
) -> None:
    clusters = database.execute(
        'select list("row" order by "row") from truth.rows group by coalesce(duplicate_of, "row")'
    ).fetchall()
    assert {pair for [rows] in clusters for pair in combinations(rows, 2)} == true_pairs


def test_every_cause_of_the_page_is_there_and_no_other(database: duckdb.DuckDBPyConnection) -> None:
    found = {row["cause"]: row for row in ask(database, "Duplicates by cause, within a source and across")}
    assert set(found) == CAUSES
    assert found["same_source"]["other_source"] == found["other_source"]["same_source"] == 0
    assert found["typo"]["same_source"] > found["typo"]["other_source"] > 0


def test_the_page_explains_every_cause() -> None:
    told = re.findall(r"^\| `(\w+)` \| [^|]+ \| [^|]+ \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert set(told) >= CAUSES


def test_homonyms_are_other_people(database: duckdb.DuckDBPyConnection) -> None:
    homonyms = ask(database, "Homonyms: same names, another person")
    assert len(homonyms) > 20
    assert sum(pair["same_day"] for pair in homonyms) < 3


def test_twins_are_other_people_of_one_birth(database: duckdb.DuckDBPyConnection) -> None:
    twins = ask(database, "Twins: same birth, another person")
    assert len(twins) > 5
    assert all(pair["first_name"] != pair["other_first_name"] for pair in twins)
    assert {pair["at_home"] for pair in twins} == {True, False}


def linked(database: duckdb.DuckDBPyConnection, key: str) -> Pairs:
    """Pairs of rows whose cells agree in `key`, an expression over the leaked table's columns."""
    pairs = database.execute(
        f"""with cells as (select row_number() over () - 1 as r, {key} as k from patients)
        select a.r, b.r from cells a join cells b using (k) where a.r < b.r"""
    ).fetchall()
    return set(pairs)


def folded(column: str) -> str:
    return f"nullif(regexp_replace(upper(strip_accents({column})), '[^A-Z]', '', 'g'), '')"


NIR = "nullif(left(regexp_replace(PAT_NIR, '[ .]', '', 'g'), 13), '')"
DAY = (
    "coalesce(try_strptime(trim(PAT_DATNAIS), '%d/%m/%Y'), try_strptime(trim(PAT_DATNAIS), '%Y%m%d'), "
    "try_strptime(trim(PAT_DATNAIS), '%Y-%m-%d 00:00:00'))"
)
NAMES = f"{folded('PAT_NOM')} || '/' || {folded('PAT_PRENOM')} || '/' || cast({DAY} as date)"


def test_the_same_nir_links_most_rows_of_a_person_and_some_that_are_not(
    database: duckdb.DuckDBPyConnection, true_pairs: Pairs
) -> None:
    found = linked(database, NIR)
    recall = len(found & true_pairs) / len(true_pairs)
    assert 0.90 < recall < 1
    # Brothers and sisters under a parent's NIR.
    assert found - true_pairs


def test_the_same_names_and_birth_date_link_fewer(
    database: duckdb.DuckDBPyConnection, true_pairs: Pairs
) -> None:
    found = linked(database, NAMES)
    recall = len(found & true_pairs) / len(true_pairs)
    assert 0.4 < recall < 0.9
    assert len(found & true_pairs) / len(found) > 0.95


def test_what_differs_hides_rows_from_a_linker_by_names(
    database: duckdb.DuckDBPyConnection, parts: Mapping[str, pa.RecordBatch]
) -> None:
    found = linked(database, NAMES)
    missed = {cause: [0, 0] for cause in CAUSES}
    for row in parts["truth/rows"].to_pylist():
        if row["cause"]:
            pair = tuple(sorted((row["row"], row["duplicate_of"])))
            missed[row["cause"]][pair in found] += 1
    hidden = {cause: no / (no + yes) for cause, (no, yes) in missed.items()}
    assert min(hidden[c] for c in ("married_name", "typo", "swapped_names", "swapped_date")) > 0.95
    assert max(hidden[c] for c in ("same_source", "other_phone", "moved")) < 0.6

"""The units of a dataset: parts of all tables, the truth about every row, column, habit and defect."""

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pytest
from stdnum.fr import nir as official

from simbreach.core.schema import FIELDS
from simbreach.engine.persons import person_frame
from simbreach.engine.plan import Plan, compile_plan
from simbreach.engine.work import PART_ROWS, DatasetWork
from simbreach.population.people import cells
from simbreach.profile.model import Profile

Parts = Mapping[str, pa.RecordBatch]
Make = Callable[..., Profile]


def test_every_part_has_the_columns_that_were_announced(labs_plan: Plan, labs_parts: Parts) -> None:
    schemas = DatasetWork(labs_plan).schemas
    assert {name: part.schema.names for name, part in labs_parts.items()} == {
        name: schema.names for name, schema in schemas.items()
    }


def test_every_value_has_the_type_that_was_announced(labs_plan: Plan, labs_parts: Parts) -> None:
    for name, schema in DatasetWork(labs_plan).schemas.items():
        for field, column in zip(schema, labs_parts[name].columns, strict=True):
            plain = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
            assert plain.type == field.type, f"{name}.{field.name}"


def test_there_is_a_row_of_the_truth_for_every_row(labs_parts: Parts) -> None:
    assert labs_parts["truth/rows"]["row"].to_pylist() == list(range(5000))
    assert labs_parts["tables/patients"].num_rows == 5000


def test_every_person_occurs_once(labs_parts: Parts) -> None:
    ids = labs_parts["truth/persons"]["person_id"].to_pylist()
    assert len(set(ids)) == len(ids)


def test_the_persons_are_those_of_the_rows(labs_parts: Parts) -> None:
    people = set(labs_parts["truth/persons"]["person_id"].to_pylist())
    assert people == set(labs_parts["truth/rows"]["person_id"].to_pylist())


def test_every_nir_of_a_person_occurs_once_and_is_valid(labs_parts: Parts) -> None:
    nirs = labs_parts["truth/persons"]["nir"].to_pylist()
    assert len(set(nirs)) == len(nirs)
    assert [nir for nir in nirs if not official.is_valid(nir)] == []


def test_the_truth_of_a_person_says_the_same_as_their_nir(labs_parts: Parts) -> None:
    for person in labs_parts["truth/persons"].to_pylist():
        sex = {"M": "1", "F": "2"}[person["sex"]]
        assert person["nir"][:5] == f"{sex}{person['birth_date']:%y%m}"


def test_the_heads_of_households_are_their_own(labs_parts: Parts) -> None:
    people = labs_parts["truth/persons"].to_pylist()
    home = {person["person_id"]: person["household_id"] for person in people}
    heads = [head for head in home.values() if head in home]
    assert len(heads) > 1000
    assert [head for head in heads if home[head] != head] == []


def test_a_repeat_visit_points_to_the_row_of_the_same_person(labs_parts: Parts) -> None:
    rows = labs_parts["truth/rows"].to_pylist()
    again = [row for row in rows if row["duplicate_of"] is not None]
    assert len(again) > 200
    assert all(row["person_id"] == rows[row["duplicate_of"]]["person_id"] for row in again)
    assert all((row["cause"] is None) == (row["duplicate_of"] is None) for row in rows)


def test_the_nir_on_the_row_is_that_of_nir_person_id(labs_plan: Plan, labs_parts: Parts) -> None:
    ids = np.array(labs_parts["truth/rows"]["nir_person_id"].to_pylist())
    people = np.flatnonzero(ids < cells().people)
    nirs = [bytes(row).decode() for row in person_frame(ids[people], 1, "unattributed")["nir"]]
    clean = labs_plan.clean("patients", 0, 5000)["PAT_NIR"].take(pa.array(people)).to_pylist()
    assert len(people) == 4997
    assert [(a, b) for a, b in zip(clean, nirs, strict=True) if a not in (None, b)] == []


def test_canaries_are_listed_with_what_their_row_says(labs_plan: Plan, labs_parts: Parts) -> None:
    clean = labs_plan.clean("patients", 0, 5000).to_pylist()
    listed = labs_parts["truth/canaries"].to_pylist()
    assert len(listed) == 3
    for canary in listed:
        row = clean[canary["row"]]
        assert canary["person_id"] >= cells().people
        assert (canary["table"], canary["nir"]) == ("patients", row["PAT_NIR"])
        assert (canary["usage_name"], canary["first_name"]) == (row["PAT_NOM"], row["PAT_PRENOM"])
        assert (canary["email"], canary["mobile"]) == (row["PAT_EMAIL"], row["PAT_PORT"])


def test_nobody_else_has_a_canary_s_nir_mobile_or_e_mail_address(labs_plan: Plan, labs_parts: Parts) -> None:
    clean = labs_plan.clean("patients", 0, 5000)
    for column, key in (("PAT_NIR", "nir"), ("PAT_PORT", "mobile"), ("PAT_EMAIL", "email")):
        cells_ = clean[column].to_pylist()
        assert [cells_.count(canary[key]) for canary in labs_parts["truth/canaries"].to_pylist()] == [1, 1, 1]


def test_canaries_are_people_of_the_truth_like_any_other(labs_parts: Parts) -> None:
    people = {person["person_id"]: person for person in labs_parts["truth/persons"].to_pylist()}
    for canary in labs_parts["truth/canaries"].to_pylist():
        person = people[canary["person_id"]]
        assert (person["nir"], person["usage_name"]) == (canary["nir"], canary["usage_name"])
        assert person["household_id"] == canary["person_id"]


def test_another_ones_nir_is_the_guardians(labs_parts: Parts) -> None:
    guardian = {
        person["person_id"]: person["guardian_id"] for person in labs_parts["truth/persons"].to_pylist()
    }
    rows = labs_parts["truth/rows"].to_pylist()
    others = [row for row in rows if row["nir_person_id"] != row["person_id"]]
    assert others
    assert all(row["nir_person_id"] == guardian[row["person_id"]] for row in others)


def test_the_columns_are_labelled_as_the_fields_are(labs: Profile, labs_parts: Parts) -> None:
    said = labs_parts["truth/columns"].to_pylist()
    assert [row["column"] for row in said] == [column.name for column in labs.main_table.columns]
    for row in said:
        if row["field"] in FIELDS:
            field = FIELDS[row["field"]]
            assert (row["label"], row["sensitivity"]) == (field.label, field.sensitivity)


def test_columns_whose_numbers_are_shared_are_marked(labs_parts: Parts) -> None:
    shared = {row["column"] for row in labs_parts["truth/columns"].to_pylist() if row["shared_numbers"]}
    assert shared == {"PAT_PORT", "PAT_TEL2"}


def test_defects_say_a_row_and_a_column_of_the_table(labs: Profile, labs_parts: Parts) -> None:
    names = {column.name for column in labs.main_table.columns}
    defects = labs_parts["truth/defects"].to_pylist()
    assert {row["column"] for row in defects} <= names
    assert {row["table"] for row in defects} == {"patients"}
    assert all(0 <= row["row"] < 5000 for row in defects)


def test_the_parts_of_a_table_number_their_rows_from_where_they_start(labs: Profile) -> None:
    plan = compile_plan(labs, rows=PART_ROWS + 4_000)
    work = DatasetWork(plan)
    last = work.make(1)
    assert (work.units, work.start_row("tables/patients", 1)) == (2, PART_ROWS)
    assert last["truth/rows"]["row"].to_pylist() == list(range(PART_ROWS, PART_ROWS + 4_000))
    assert last["tables/patients"].num_rows == 4_000
    assert all(PART_ROWS <= row < PART_ROWS + 4_000 for row in last["truth/defects"]["row"].to_pylist())
    assert {"truth/columns", "truth/habits"} & last.keys() == set()


def test_a_few_rows_beyond_a_part_go_into_it(labs: Profile) -> None:
    work = DatasetWork(compile_plan(labs, rows=PART_ROWS + 40))
    assert work.units == 1
    assert work.make(0)["truth/rows"]["row"].to_pylist() == list(range(PART_ROWS + 40))


def test_the_text_for_whoever_finds_the_folder_says_that_nobody_is_real(labs_plan: Plan) -> None:
    readme = DatasetWork(labs_plan).readme
    assert "SYNTHÉTIQUES" in readme
    assert labs_plan.profile.title in readme


@pytest.fixture(scope="module")
def two_tables(small_profile: Make) -> Parts:
    profile = small_profile()
    second = profile.tables[0].model_copy(update={"name": "suivi", "rows": 700, "main": False})
    first = profile.tables[0].model_copy(update={"main": True})
    return DatasetWork(compile_plan(profile.model_copy(update={"tables": (first, second)}))).make(0)


def test_the_truth_holds_the_rows_of_all_tables(two_tables: Parts) -> None:
    tables = two_tables["truth/rows"]["table"].to_pylist()
    assert (tables.count("patients"), tables.count("suivi")) == (1000, 700)


def test_a_profile_without_defects_and_habits_has_empty_truths(small_profile: Make) -> None:
    parts = DatasetWork(compile_plan(small_profile(columns='{ name = "N", field = "usage_name" },'))).make(0)
    assert (parts["truth/defects"].num_rows, parts["truth/habits"].num_rows) == (0, 0)

"""Second files: what differs in them, for whom, how often; all else is the person's."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher

import numpy as np
import pytest

from simbreach.core.frame import Frame
from simbreach.engine.plan import compile_plan
from simbreach.engine.records import CAUSES, ON_THE_RECORD
from simbreach.profile.load import load_profile
from simbreach.profile.model import Profile
from simbreach.reference import phone_blocks
from simbreach.reference.places import places

ROWS = 40_000
DIFFERENCES = CAUSES[3:]
NAMES = ("usage_name", "first_name", "birth_name")
# Fields of the record that each difference changes.
CHANGED = {
    "married_name": {"usage_name"},
    "typo": {"usage_name", "birth_name", "maiden_name"},
    "swapped_names": {"usage_name", "first_name"},
    "compound_part": {"usage_name", "birth_name", "maiden_name", "first_name"},
    "swapped_date": {"birth_date"},
    "other_phone": {"mobile", "landline"},
    "moved": {"address_1", "address_2"},
}
FIELDS = {name: on_record for name, on_record in ON_THE_RECORD.items() if on_record.startswith("record_")}
Differ = Callable[[str], np.ndarray]


@pytest.fixture(scope="module")
def frame() -> Frame:
    """Rows of which a third are of somebody who has one already."""
    profile = load_profile("labs-demo", {"duplicates.same_source": "0.2", "duplicates.other_source": "0.15"})
    return compile_plan(profile, rows=ROWS).main.frame(0, ROWS)


def texts(frame: Frame, field: str, rows: np.ndarray) -> list[object]:
    values = frame.at(rows)[field]
    if isinstance(values, np.ndarray):
        return values.tolist()
    return (values.text() if hasattr(values, "text") else values).to_pylist()


def of_person(frame: Frame, field: str, rows: np.ndarray) -> list[object]:
    return texts(frame, "row_mobile" if field == "mobile" else field, rows)


def rows_of(frame: Frame, cause: str) -> np.ndarray:
    return np.flatnonzero(frame["cause"] == CAUSES.index(cause))


def pairs(frame: Frame, field: str, cause: str) -> Iterator[tuple[object, object]]:
    """What the person has and what the record says, of rows with this cause."""
    rows = rows_of(frame, cause)
    return zip(of_person(frame, field, rows), texts(frame, FIELDS[field], rows), strict=True)


@pytest.mark.parametrize("field", FIELDS)
def test_first_rows_and_later_visits_under_one_file_say_what_the_person_has(frame: Frame, field: str) -> None:
    rows = np.flatnonzero(frame["cause"] <= CAUSES.index("other_source"))
    assert texts(frame, FIELDS[field], rows) == of_person(frame, field, rows)


@pytest.mark.parametrize("cause", DIFFERENCES)
def test_a_difference_changes_its_own_fields_only(frame: Frame, cause: str) -> None:
    others = [field for field in FIELDS if field not in CHANGED[cause]]
    assert {field for field in others if any(a != b for a, b in pairs(frame, field, cause))} == set()


@pytest.mark.parametrize("cause", DIFFERENCES)
def test_something_differs_wherever_a_cause_says_so(frame: Frame, cause: str) -> None:
    differs = [[a != b for a, b in pairs(frame, field, cause)] for field in sorted(CHANGED[cause])]
    share = np.logical_or.reduce(differs).mean()
    # Who moves in a small village may come to live at an address like the old one.
    assert share > 0.97 if cause == "moved" else share == 1


def test_first_rows_have_no_cause_and_all_others_have_one(frame: Frame) -> None:
    assert ((frame["cause"] == 0) == (frame["first_row"] < 0)).all()


def test_a_married_name_is_the_birth_name_or_the_husband_s(frame: Frame) -> None:
    rows = rows_of(frame, "married_name")
    record, birth, usage = (texts(frame, name, rows) for name in ("record_usage_name", *NAMES[2:], NAMES[0]))
    own = [a == b for a, b in zip(record, birth, strict=True)]
    assert (frame["sex"][rows] == 2).all()
    assert (frame["married"][rows] | frame["widowed"][rows]).all()
    # Nine women in ten go by their husband's name: their other one is their own.
    assert 0.8 < np.mean(own) < 0.97
    assert all(a == b for a, b, own_name in zip(birth, usage, own, strict=True) if not own_name)


def test_a_misheard_surname_looks_like_the_surname(frame: Frame) -> None:
    likeness = [SequenceMatcher(None, a, b).ratio() for a, b in pairs(frame, "usage_name", "typo")]
    assert min(likeness) > 0.4
    assert np.mean(likeness) > 0.85


def test_swapped_names_stand_in_each_other_s_place(frame: Frame) -> None:
    rows = rows_of(frame, "swapped_names")
    assert texts(frame, "record_first_name", rows) == texts(frame, "usage_name", rows)
    # Surnames are written without accents.
    assert (
        sum(
            a == b
            for a, b in zip(
                texts(frame, "record_usage_name", rows), texts(frame, "first_name", rows), strict=True
            )
        )
        > len(rows) / 2
    )


def test_a_part_is_one_of_a_compound_name(frame: Frame) -> None:
    for field in ("usage_name", "first_name"):
        for whole, part in pairs(frame, field, "compound_part"):
            assert part == whole or part in str(whole).replace("-", " ").split()


def test_a_turned_birth_date_has_day_and_month_in_each_other_s_place(frame: Frame) -> None:
    for own, record in pairs(frame, "birth_date", "swapped_date"):
        a, b = (date.fromordinal(date(1970, 1, 1).toordinal() + int(day)) for day in (own, record))
        assert (a.year, a.month, a.day) == (b.year, b.day, b.month)


def test_the_age_of_a_row_is_that_of_the_written_birth_date(frame: Frame) -> None:
    rows = rows_of(frame, "swapped_date")
    days = (frame["visit_date"][rows] - texts(frame, "record_birth_date", rows)) / 365.2425
    assert (np.abs(days - frame["age"][rows] - 0.5) < 0.51).all()


def test_another_telephone_is_of_the_same_kind_and_zone(frame: Frame) -> None:
    rows = rows_of(frame, "other_phone")
    lines = np.array(texts(frame, "record_landline", rows))
    zones = places().zone[frame["department"][rows]]
    there = lines >= 0
    assert (there == (frame["landline"][rows] >= 0)).all()
    assert (lines[there] // 10**8 == zones[there]).all()
    space = phone_blocks.capacity("unattributed", "mobile")
    known = set(phone_blocks.numbers("unattributed", "mobile", np.arange(space)).tolist())
    assert {n for n in texts(frame, "record_mobile", rows) if n >= 0} <= known


def test_another_landline_is_nobody_else_s(frame: Frame) -> None:
    rows = rows_of(frame, "other_phone")
    other = [n for n in texts(frame, "record_landline", rows) if n >= 0]
    assert set(other) & set(frame["landline"].tolist()) == set()
    assert len(set(other)) == len(other)


def test_shares_are_those_of_the_profile_among_those_to_whom_it_can_happen(frame: Frame) -> None:
    again = int((frame["again"] > 0).sum())
    counts = Counter(frame["cause"].tolist())
    found = {name: counts[CAUSES.index(name)] / again for name in DIFFERENCES}
    assert found["typo"] == pytest.approx(0.06, abs=0.01)
    assert found["moved"] == pytest.approx(0.06, abs=0.01)
    assert found["swapped_names"] == pytest.approx(0.01, abs=0.004)
    able = int(((frame["again"] > 0) & (frame["other_surname"] >= 0)).sum()) / again
    assert found["married_name"] == pytest.approx(0.15 * able, abs=0.01)


def test_a_profile_may_leave_all_second_files_as_the_first(labs: Profile) -> None:
    duplicates = labs.duplicates.model_copy(update={"differences": {}})
    frame = compile_plan(labs.model_copy(update={"duplicates": duplicates})).main.frame(0, 5000)
    assert set(frame["cause"].tolist()) == {0, 1, 2}


def test_a_profile_may_have_one_difference_everywhere(labs: Profile) -> None:
    duplicates = labs.duplicates.model_copy(update={"differences": {"typo": Decimal(1)}})
    frame = compile_plan(labs.model_copy(update={"duplicates": duplicates})).main.frame(0, 5000)
    assert set(frame["cause"].tolist()) == {0, CAUSES.index("typo")}


@pytest.mark.parametrize("field", [*FIELDS.values(), "cause"])
def test_any_rows_say_the_same_as_in_the_whole(labs: Profile, field: str) -> None:
    maker = compile_plan(labs).main
    rows = np.arange(1000)
    assert texts(maker.frame(2000, 3000), field, rows) == texts(maker.frame(0, 5000), field, rows + 2000)


@pytest.mark.parametrize("fact", ["blood_group", "condition", "treatment", "treatment_cip13", "pregnant"])
def test_facts_of_health_are_written_of_people_in_towns_and_invented_streets(frame: Frame, fact: str) -> None:
    told = frame[ON_THE_RECORD[fact]].codes >= 0
    assert told.any()
    assert (places().population[frame["commune"][told]] >= 5000).all()
    streets = frame.at(np.flatnonzero(told))["address_1"].parts[1]
    assert streets.codes.min() >= len(streets.words) - 7392


def test_a_profile_may_tell_of_everybody(labs: Profile) -> None:
    policies = labs.policies.model_copy(update={"health_in_towns": False})
    maker = compile_plan(labs.model_copy(update={"policies": policies})).main
    frame = maker.frame(0, 5000)
    assert frame["may_be_told"].all()
    assert (frame["told_blood_group"].codes >= 0).all()

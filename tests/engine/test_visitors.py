"""The fields of a visit: what the row, the source and the day make."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from itertools import groupby

import numpy as np
import pytest
from stdnum.fr import nir as official

from simbreach.core.frame import Frame
from simbreach.core.schema import CIVILITIES, FIELDS, OF_A_COMPANY
from simbreach.engine.plan import Plan, compile_plan
from simbreach.engine.visitors import ON_THE_ROW, runs
from simbreach.engine.visits import SAME_SOURCE
from simbreach.profile.model import Profile

EPOCH = date(1970, 1, 1)
ROWS = 5000


@pytest.fixture(scope="module")
def frame(labs_plan: Plan) -> Frame:
    return labs_plan.main.frame(0, ROWS)


def days(numbers: np.ndarray) -> list[date]:
    return [EPOCH + timedelta(int(day)) for day in numbers]


def years_between(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@pytest.fixture(scope="module")
def visits(frame: Frame) -> list[date]:
    return days(frame["visit_date"])


@pytest.fixture(scope="module")
def births(frame: Frame) -> list[date]:
    return days(frame["birth_date"])


def test_ages_are_completed_years(frame: Frame, births: list[date], visits: list[date]) -> None:
    assert frame["age"].tolist() == [years_between(b, v) for b, v in zip(births, visits, strict=True)]


def test_nobody_comes_before_birth(births: list[date], visits: list[date]) -> None:
    assert all(born < day for born, day in zip(births, visits, strict=True))


def test_dates_rise_within_a_source(frame: Frame) -> None:
    for number in range(28):
        assert (np.diff(frame["visit_date"][frame["source_code"] == number]) >= 0).all()


def test_dates_lie_within_those_of_the_source(labs: Profile, frame: Frame, visits: list[date]) -> None:
    for day, number in zip(visits, frame["source_code"].tolist(), strict=True):
        source = labs.sources[number]
        first, last = source.first_day or labs.dates.first_day, source.last_day or labs.dates.last_day
        assert first <= day <= last


def test_nobody_comes_on_a_sunday(visits: list[date]) -> None:
    assert 6 not in {day.weekday() for day in visits}


def test_visits_are_in_the_morning(frame: Frame) -> None:
    minutes = frame["visit_time"]
    assert 6 * 60 + 30 <= minutes.min() <= minutes.max() < 12 * 60 + 30
    assert ((minutes >= 7 * 60) & (minutes < 10 * 60)).mean() > 0.7


def test_file_numbers_are_the_day_and_its_rank_at_the_source(frame: Frame, visits: list[date]) -> None:
    rows = zip(frame["source_code"].tolist(), visits, frame["file_number"].to_pylist(), strict=True)
    for (_, day), files in groupby(rows, key=lambda row: row[:2]):
        numbers = [number for _, _, number in files]
        assert {number[:6] for number in numbers} == {f"{day:%y%m%d}"}
        ranks = [int(number[6:]) for number in numbers]
        # The day's first file may be the second: the row that could lie here lies on the day before.
        assert ranks == list(range(ranks[0], ranks[0] + len(ranks)))
        assert ranks[0] in (1, 2)


def test_file_numbers_do_not_repeat_at_a_source(frame: Frame) -> None:
    pairs = list(zip(frame["source_code"].tolist(), frame["file_number"].to_pylist(), strict=True))
    assert len(set(pairs)) == ROWS


def test_who_comes_again_under_the_same_file_has_its_number(frame: Frame) -> None:
    again = np.flatnonzero(frame["cause"] == SAME_SOURCE)
    numbers = frame["patient_number"].to_pylist()
    first = frame["first_row"][again].tolist()
    assert len(again) > 20
    assert [numbers[row] for row in again.tolist()] == [numbers[row] for row in first]


def test_who_has_a_second_file_has_a_second_number(frame: Frame) -> None:
    again = np.flatnonzero((frame["again"] == SAME_SOURCE) & (frame["cause"] != SAME_SOURCE))
    numbers = frame["patient_number"].to_pylist()
    first = frame["first_row"][again].tolist()
    assert len(again) > 5
    assert not any(numbers[row] == numbers[own] for row, own in zip(again.tolist(), first, strict=True))


def test_a_number_at_a_source_is_one_patients(frame: Frame) -> None:
    people: dict[tuple[int, str], set[int]] = {}
    columns = frame["source_code"].tolist(), frame["patient_number"].to_pylist(), frame["person_id"].tolist()
    rows = zip(*columns, strict=True)
    for source, number, person in rows:
        people.setdefault((source, number), set()).add(person)
    assert [found for found in people.values() if len(found) > 1] == []


def test_civilities_fit_sex_and_age(frame: Frame) -> None:
    words = [CIVILITIES[code] for code in frame["civility"].codes]
    for word, sex, age in zip(words, frame["sex"].tolist(), frame["age"].tolist(), strict=True):
        if age < 1:
            assert word == "baby"
        elif age < 12:
            assert word == "child"
        else:
            assert (word == "man") == (sex == 1)
            assert word != "sister" or age >= 50


def test_children_under_sixteen_stand_under_a_parents_nir(frame: Frame) -> None:
    insured, ages = frame["insured"], frame["age"]
    assert ages[insured].max() < 16
    assert not insured[frame["guardian_id"] < 0].any()
    assert 0.8 < insured[(ages < 16) & (frame["guardian_id"] >= 0)].mean() < 1


def test_the_nir_of_the_row_is_the_persons_or_the_guardians(frame: Frame) -> None:
    row, own, guardian = frame["row_nir"], frame["nir"], frame["guardian_nir"]
    expected = np.where(frame["insured"][:, None], guardian, own)
    assert row.tolist() == expected.tolist()
    assert official.is_valid(bytes(row[0]).decode())


def test_the_key_of_the_row_is_the_official_one(frame: Frame) -> None:
    keys = frame["nir_key"].text().to_pylist()
    nirs = [bytes(row).decode() for row in frame["row_nir"]]
    assert keys[:500] == [official.calc_check_digits(number[:13]) for number in nirs[:500]]


def test_the_insured_person_is_the_first_beneficiary(frame: Frame) -> None:
    ranks = frame["beneficiary_rank"]
    assert set(ranks[~frame["insured"]].tolist()) == {1}
    assert set(ranks[frame["insured"]].tolist()) == {2, 3, 4}


def test_birth_codes_are_those_of_the_own_nir(frame: Frame) -> None:
    nirs = [bytes(row).decode() for row in frame["nir"]]
    assert [bytes(row).decode() for row in frame["birth_place_code"]] == [nir[5:10] for nir in nirs]
    assert [bytes(row).decode() for row in frame["birth_department_code"]] == [nir[5:7] for nir in nirs]


def test_logins_are_an_initial_a_surname_and_two_digits(frame: Frame) -> None:
    logins = frame["portal_login"].drop_null().to_pylist()
    assert len(logins) > 1000
    assert [login for login in logins if not re.fullmatch(r"[a-z]{1,11}[0-9]{2}", login)] == []


def test_passwords_are_signs_a_date_or_a_word(frame: Frame, births: list[date]) -> None:
    kinds: Counter[str] = Counter()
    for password, born in zip(frame["portal_password"].to_pylist(), births, strict=True):
        if password is None:
            kinds["none"] += 1
        elif password == f"{born:%d%m%Y}":
            kinds["date"] += 1
        elif re.fullmatch(r"[A-Z][a-z]+[0-9]{2}", password) and len(password) != 8:
            kinds["word"] += 1
        else:
            assert re.fullmatch(r"[A-Za-z2-9]{8}|[A-Z][a-z]{5}[0-9]{2}", password)
            kinds["signs"] += 1
    made = ROWS - kinds["none"]
    assert abs(kinds["date"] / made - 0.22) < 0.03
    assert kinds["signs"] > kinds["word"] > 0.05 * made


def test_rights_run_over_the_year_of_the_visit(frame: Frame, visits: list[date]) -> None:
    assert days(frame["payer_rights_from"]) == [date(day.year, 1, 1) for day in visits]
    assert days(frame["payer_rights_to"]) == [date(day.year, 12, 31) for day in visits]


def test_rates_are_those_that_exist(frame: Frame) -> None:
    # ameli.fr: 60 % of an analysis, all of it for a long-lasting condition; a fund may add to it.
    assert set(frame["payer_rate"].tolist()) <= {60, 70, 80, 90, 100}


def test_pregnant_patients_are_women_of_an_age(frame: Frame) -> None:
    rows = frame["pregnant_word"].codes >= 0
    assert rows.any()
    assert set(frame["sex"][rows].tolist()) == {2}


def test_contract_numbers_are_one_a_person(frame: Frame) -> None:
    numbers: dict[int, bytes] = {}
    for person, row in zip(frame["person_id"].tolist(), frame["payer_contract"], strict=True):
        assert numbers.setdefault(person, bytes(row)) == bytes(row)


def test_a_household_is_written_alike_on_all_its_rows(frame: Frame) -> None:
    addresses = frame["address_1"].text().to_pylist()
    seen: dict[int, str] = {}
    rows = list(zip(frame["household_id"].tolist(), addresses, strict=True))
    assert all(seen.setdefault(home, address) == address for home, address in rows)


def test_runs_are_stretches_of_one_source() -> None:
    codes = np.array([0, 0, 2, 2, 2, 3], dtype=np.int32)
    assert runs(codes) == [(0, slice(0, 2)), (2, slice(2, 5)), (3, slice(5, 6))]
    assert runs(codes[:0]) == []


@pytest.mark.parametrize("field", sorted(FIELDS.keys() - OF_A_COMPANY))
def test_every_field_of_the_language_is_made_for_any_rows(labs_plan: Plan, field: str) -> None:
    asked = ON_THE_ROW.get(field, field)
    for start, stop in ((0, 0), (7, 8), (100, 140)):
        assert len(labs_plan.main.frame(start, stop)[asked]) == stop - start


def test_a_table_of_every_field_can_be_written(small_profile: Callable[..., Profile]) -> None:
    columns = "".join(
        f'{{ name = "{name.upper()}", field = "{name}" }},\n' for name in FIELDS if name not in OF_A_COMPANY
    )
    plan = compile_plan(small_profile(columns=columns, rows=2000))
    batch = plan.batch("patients", 0, 2000)
    batch.validate(full=True)
    assert [name for name in batch.schema.names if batch[name].null_count == 2000] == []
    assert plan.clean("patients", 0, 2000).num_rows == 2000

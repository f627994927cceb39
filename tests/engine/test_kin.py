"""Relatives, days and numbers that notes speak of fit the patient and the visit."""

import numpy as np
import pytest

from simbreach.core.arrow import strings
from simbreach.core.dates import as_numbers
from simbreach.core.streams import HashDraw
from simbreach.engine import kin
from simbreach.reference.phone_blocks import in_space
from simbreach.reference.places import department_index

ROWS = 5000
VISIT = np.arange(16_500, 16_500 + ROWS, dtype=np.int32)


def draw(field: str, rows: int = ROWS) -> HashDraw:
    return HashDraw(1, ("t", field), np.arange(rows, dtype=np.uint64))


def test_a_source_has_three_hands_of_which_one_types_most() -> None:
    hands = kin.hand(draw("hand"), np.zeros(ROWS, np.int32), strings(["labo"]))
    numbers, counts = np.unique(hands, return_counts=True)
    assert len(numbers) == 3
    assert 0.55 < counts.max() / ROWS < 0.7
    assert numbers.max() < kin.HANDS


def test_hands_hang_on_the_source_s_name_alone() -> None:
    one = kin.hand(draw("hand"), np.zeros(ROWS, np.int32), strings(["labo", "autre"]))
    other = kin.hand(draw("hand"), np.ones(ROWS, np.int32), strings(["autre", "labo"]))
    assert (one == other).all()


def test_events_are_before_the_visit_and_after_the_birth_and_appointments_after_it() -> None:
    born = VISIT - 30
    past = kin.event_date(draw("event_date"), VISIT, born)
    assert ((past < VISIT) & (past >= born)).all()
    ahead = kin.next_date(draw("next_date"), VISIT) - VISIT
    assert ahead.min() == 1
    assert 80 < ahead.max() <= 90


@pytest.mark.parametrize("age", [0, 1, 40])
def test_an_old_year_lies_in_the_life_of_the_patient(age: int) -> None:
    ages = np.full(ROWS, age, dtype=np.int16)
    years = as_numbers(VISIT) // 10_000 - kin.old_year(draw("old_year"), VISIT, ages)
    assert years.min() == min(age, 1)
    assert years.max() == min(age, 16)


def test_a_pregnancy_counts_from_its_fifth_week_and_nobody_else_has_weeks() -> None:
    pregnant = np.arange(ROWS) % 2 == 0
    days = kin.amenorrhoea_days(draw("amenorrhoea_days"), VISIT, pregnant)
    assert (days[pregnant].min(), days[pregnant].max()) == (35, 293)
    assert set(days[~pregnant]) == {-1}


def test_the_term_is_287_days_after_the_last_period() -> None:
    days = np.full(ROWS, 100, dtype=np.int32)
    assert set(kin.due_date(VISIT, days) - kin.last_period(VISIT, days)) == {287}


@pytest.mark.parametrize("policy", ["unattributed", "reserved"])
def test_numbers_lie_in_the_blocks_of_the_policy_and_zone(policy: str) -> None:
    home = np.full(ROWS, department_index("56"), dtype=np.int16)
    mobiles = kin.kin_mobile(draw("kin_mobile"), policy)
    landlines = kin.kin_landline(draw("kin_landline"), home, policy)
    assert in_space(mobiles).all()
    assert in_space(landlines).all()
    assert set(mobiles // 10**8) == {6}
    assert set(landlines // 10**8) == {2}


def test_a_relative_lives_in_the_same_departement() -> None:
    from simbreach.reference.places import places

    home = np.full(200, department_index("56"), dtype=np.int16)
    first, stop = places().first_commune[department_index("56") : department_index("56") + 2]
    communes = kin.kin_commune(draw("kin_commune", 200), home)
    assert ((communes.codes >= first) & (communes.codes < stop)).all()


def test_file_numbers_and_tickets_have_ten_digits() -> None:
    files = kin.old_file_number(draw("old_file_number"), VISIT)
    assert files.shape == (ROWS, 10)
    assert {len(number) for number in kin.ticket_number(draw("ticket_number"), VISIT).to_pylist()} == {10}

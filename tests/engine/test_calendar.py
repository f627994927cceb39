"""Dates rise with the row and follow the weights exactly, not by chance."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simbreach.engine.calendar import Calendar
from simbreach.profile.model import Dates

EPOCH = date(1970, 1, 1)
LAST_WORD = (1 << 31) - 1
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST, LAST = date(2018, 3, 1), date(2020, 2, 29)
CURVE = Dates.model_validate(
    {
        "from": FIRST,
        "to": LAST,
        "years": {2018: 4, 2019: 8, 2020: 3},
        "months": {month: month for month in range(1, 13)},
        "weekdays": {"mon": 21, "tue": 19, "wed": 17, "thu": 17, "fri": 18, "sat": 8},
    }
)


def weight(day: date) -> int:
    """What a day of CURVE weighs, from the profile alone."""
    dates = CURVE
    return dates.years[day.year] * dates.months[day.month] * dates.weekdays.get(WEEK[day.weekday()], 0)


def drawn(calendar: Calendar, rows: int, seed: int = 1) -> np.ndarray:
    words = np.random.default_rng(seed).integers(0, 1 << 31, rows)
    return calendar.days(words, np.arange(rows), rows)


def dates_of(first: date, last: date, **weights: object) -> Calendar:
    dates = Dates.model_validate({"from": first, "to": last, **weights})
    return Calendar.build(dates, first, last)


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return Calendar.build(CURVE, FIRST, LAST)


@pytest.mark.parametrize("rows", [1, 7, 1000, 50_000])
def test_days_rise_with_the_row(calendar: Calendar, rows: int) -> None:
    assert (np.diff(drawn(calendar, rows)) >= 0).all()


@pytest.mark.parametrize("rows", [1, 7, 50_000])
def test_days_lie_within_the_dates(calendar: Calendar, rows: int) -> None:
    days = drawn(calendar, rows)
    assert (FIRST - EPOCH).days <= days.min() <= days.max() <= (LAST - EPOCH).days


def test_every_day_has_its_share_of_the_rows_to_within_two(calendar: Calendar) -> None:
    # Row k of m lies in its own 1/m of the curve: a day gets m·w/W rows, give or take the rows at its ends.
    rows = 50_000
    days = drawn(calendar, rows)
    span = [FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)]
    total = sum(weight(day) for day in span)
    counts = np.bincount(days - (FIRST - EPOCH).days, minlength=len(span))
    assert max(abs(int(c) - rows * weight(day) / total) for c, day in zip(counts, span, strict=True)) <= 2


def test_nobody_comes_on_a_day_without_weight(calendar: Calendar) -> None:
    weekdays = {(EPOCH + timedelta(int(day))).weekday() for day in np.unique(drawn(calendar, 50_000))}
    assert weekdays == {0, 1, 2, 3, 4, 5}


@settings(max_examples=30, deadline=None)
@given(
    st.integers(1, 40),
    st.integers(1, 12),
    st.lists(st.integers(0, 9), min_size=7, max_size=7).filter(any),
)
def test_the_first_and_the_sure_place_of_every_day_are_those_of_brute_force(
    length: int, rows: int, weights: list[int]
) -> None:
    first = date(2019, 1, 1)
    last = first + timedelta(length - 1)
    if not any(weights[(first + timedelta(n)).weekday()] for n in range(length)):
        return
    calendar = dates_of(first, last, weekdays=dict(zip(WEEK, weights, strict=True)))
    places = np.arange(rows)
    earliest = calendar.days(np.zeros(rows, np.int64), places, rows)
    latest = calendar.days(np.full(rows, LAST_WORD), places, rows)
    for day in range(calendar.first - 2, calendar.first + length + 2):
        assert calendar.first_place(day, rows) == np.count_nonzero(latest < day)
        assert calendar.sure_place(day, rows) == np.count_nonzero(earliest < day)


def test_one_day_holds_all_rows() -> None:
    day = date(2020, 2, 29)
    assert set(drawn(dates_of(day, day), 100).tolist()) == {(day - EPOCH).days}


def test_a_source_that_opens_late_keeps_the_weights_of_the_dates() -> None:
    late = Calendar.build(CURVE, date(2020, 1, 1), LAST)
    assert late.weight == sum(weight(date(2020, 1, 1) + timedelta(n)) for n in range(31 + 29))


def test_a_century_of_days_is_fine() -> None:
    days = drawn(dates_of(date(1920, 1, 1), date(2019, 12, 31)), 1000)
    assert EPOCH + timedelta(int(days[0])) < date(1920, 3, 1)
    assert EPOCH + timedelta(int(days[-1])) > date(2019, 11, 1)


@pytest.mark.parametrize("heavy", [1_000, 1_000_000])
def test_the_largest_weights_that_a_profile_may_say_are_fine(heavy: int) -> None:
    # Each weight may be a million: their products, summed over two years, need more than 64 bits.
    calendar = dates_of(
        date(2019, 1, 1),
        date(2020, 12, 31),
        years={2019: heavy, 2020: heavy},
        months=dict.fromkeys(range(1, 13), heavy),
        weekdays=dict.fromkeys(WEEK, heavy),
    )
    days = calendar.days(np.array([0, LAST_WORD]), np.array([0, 0]), 1)
    assert [EPOCH + timedelta(int(day)) for day in days] == [date(2019, 1, 1), date(2020, 12, 31)]


def test_as_many_rows_as_there_can_be_are_fine() -> None:
    calendar = dates_of(date(2019, 1, 1), date(2019, 12, 31))
    rows = 10**10
    days = calendar.days(np.array([0, LAST_WORD]), np.array([0, rows - 1]), rows)
    assert [EPOCH + timedelta(int(day)) for day in days] == [date(2019, 1, 1), date(2019, 12, 31)]

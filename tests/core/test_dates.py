"""Days by table agree with the calendar of Python."""

from datetime import date, timedelta

import numpy as np

from simbreach.core.dates import DAYS, FIRST_DAY, NO_DAY, as_numbers, month_starts

EPOCH = date(1970, 1, 1)


def test_every_day_of_the_table_is_the_day_that_python_says() -> None:
    days = np.arange(FIRST_DAY, FIRST_DAY + DAYS)
    expected = [int((EPOCH + timedelta(int(day))).strftime("%Y%m%d")) for day in days]
    assert as_numbers(days).tolist() == expected


def test_leap_days_are_there() -> None:
    days = [(date(year, 2, 29) - EPOCH).days for year in (1920, 2000, 2020)]
    assert as_numbers(np.array(days)).tolist() == [19200229, 20000229, 20200229]


def test_no_days_have_no_numbers() -> None:
    assert as_numbers(np.array([], dtype=np.int32)).tolist() == []


def test_months_start_on_their_first_day() -> None:
    months = [date(1917 + number // 12, number % 12 + 1, 1) for number in range(len(month_starts()))]
    assert month_starts().tolist() == [(month - EPOCH).days for month in months]


def test_the_months_go_beyond_the_last_year_of_birth() -> None:
    assert EPOCH + timedelta(int(month_starts()[-1])) > date(2026, 1, 1)


def test_a_day_that_is_not_there_lies_outside_the_table() -> None:
    assert not FIRST_DAY <= NO_DAY < FIRST_DAY + DAYS

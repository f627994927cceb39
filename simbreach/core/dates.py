"""Days since 1970 as calendar dates, by table: a division by months costs more than a look-up."""

from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simbreach.core.arrays import I32

# A date that is not there (days are negative before 1970).
NO_DAY = int(np.iinfo(np.int32).min)

# The tables span every birth and visit, and what profiles may add to them: people are born from 1917 on.
FIRST_DAY = (date(1900, 1, 1) - date(1970, 1, 1)).days
DAYS = (date(2050, 1, 1) - date(1900, 1, 1)).days


@cache
def _numbers() -> I32:
    days = (np.arange(DAYS) + FIRST_DAY).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    of_month = (days - months).astype(np.int64) + 1
    return (years * 10_000 + (months.astype(np.int64) % 12 + 1) * 100 + of_month).astype(np.int32)


def as_numbers(days: NDArray[np.integer]) -> I32:
    """`int32[n]`: each day as the number yyyymmdd.

    >>> as_numbers(np.array([0, 18_672])).tolist()
    [19700101, 20210214]
    """
    return _numbers().take(np.asarray(days) - FIRST_DAY)


@cache
def _edges_of_years() -> tuple[I32, I32]:
    days = (np.arange(DAYS) + FIRST_DAY).astype("datetime64[D]")
    years = days.astype("datetime64[Y]")
    first, after = (edge.astype("datetime64[D]").astype(np.int32) for edge in (years, years + 1))
    return first, after - np.int32(1)


def first_of_year(days: NDArray[np.integer]) -> I32:
    """`int32[n]`: the first of January of each day's year."""
    return _edges_of_years()[0].take(np.asarray(days) - FIRST_DAY)


def last_of_year(days: NDArray[np.integer]) -> I32:
    """`int32[n]`: the last of December of each day's year.

    >>> (last_of_year(np.array([0])) - first_of_year(np.array([364]))).tolist()
    [364]
    """
    return _edges_of_years()[1].take(np.asarray(days) - FIRST_DAY)


@cache
def month_starts() -> I32:
    """`int32`: the first day of every month from January 1917 on, in days since 1970."""
    months = np.arange("1917-01", "2032-01", dtype="datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int32)

"""The NIRs that nobody can have: the birth places and order numbers that simbreach draws from.

A NIR reads sex, year, month, birth place, commune, order, key. Two locks hold each one made here: its commune
number was never used in that département, and its order lies in 900-999. Places are addressed by their
index in `places()`; within a place, a sex and a two-digit year, NIRs are numbered [0, capacity).

Source: INSEE, code officiel géographique 2026 and movements since 1943 (highest commune code of each
département, plus a margin of 20 for communes that older files miss; never 990, which means "unknown"),
country codes of the COG (1xx to 5xx only; 6xx to 8xx are no country), July 2025. No territory is 979.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from simbreach.core.arrays import I64, U8, Bits, Ints
from simbreach.core.errors import InputError, did_you_mean
from simbreach.reference.tables import read_csv

MONTHS = 12
ORDERS = range(900, 1000)

# Overseas the third digit of the territory opens the commune number: 97 then 901-989 is territory 979.
_OVERSEAS = ("97", range(901, 990))
_ABROAD = ("99", range(600, 900))
# Births in Corsica before 1976: a code of the past, whose communes moved to 2A and 2B.
_OLD_CORSICA = "20"
# 91 to 95 stood for Algeria and Morocco until the départements round Paris took them in 1968.
_REUSED = ("91", "92", "93", "94", "95")
_REUSED_SINCE = 1968
# The last two-digit year that is read as 20xx; births of 1926 to 1967 are therefore 26 to 67.
_LAST_YEAR = 25


@dataclass(frozen=True)
class Space:
    """Places of birth with their void communes: `firsts` and `sizes` (`int64[places]`), `reused` (bool)."""

    codes: tuple[str, ...]
    firsts: I64
    sizes: I64
    reused: Bits


@cache
def space() -> Space:
    """All places that have void communes, in the order of the table, then overseas and abroad."""
    table = read_csv("nir_void_communes.csv", "department_code", "first_void_code", "last_void_code")
    found = [
        (code, range(int(first), int(last) + 1))
        for code, first, last in zip(*table.values(), strict=True)
        if code != _OLD_CORSICA and first
    ]
    found += [_OVERSEAS, _ABROAD]
    codes = tuple(code for code, _ in found)
    return Space(
        codes,
        np.array([void.start for _, void in found], dtype=np.int64),
        np.array([len(void) for _, void in found], dtype=np.int64),
        np.array([code in _REUSED for code in codes]),
    )


def places() -> tuple[str, ...]:
    """The two characters of every place of birth (`"01"` … `"2A"` … `"97"` overseas, `"99"` abroad)."""
    return space().codes


def place_index(code: str) -> int:
    """Where `code` stands in `places()`; InputError when it has no void commune (20, 96) or is none."""
    try:
        return places().index(code)
    except ValueError:
        hint = did_you_mean(code, places())
        raise InputError(f"no safe NIR for the place of birth {code!r}{hint}") from None


def void_range(code: str) -> range:
    """The commune numbers of the place `code` that nobody can be born in."""
    index = place_index(code)
    first = int(space().firsts[index])
    return range(first, first + int(space().sizes[index]))


def capacity(place_indices: Ints) -> I64:
    """`int64[n]`: how many NIRs each place has for one sex and one two-digit year.

    12 months × void communes × 100 orders.
    """
    sizes: I64 = space().sizes[place_indices] * (MONTHS * len(ORDERS))
    return sizes


def split(place_indices: Ints, numbers: Ints) -> tuple[I64, I64, I64]:
    """Month (1-12), commune (three digits) and order (900-999) of the NIRs `numbers`, three `int64[n]`.

    `numbers` lie in `[0, capacity)` of their places; the month varies fastest, then the commune.
    """
    rest, months = np.divmod(np.asarray(numbers, dtype=np.int64), MONTHS)
    orders, communes = np.divmod(rest, space().sizes[place_indices])
    return months + 1, communes + space().firsts[place_indices], orders + ORDERS.start


def usable(place_indices: Ints, birth_years: Ints) -> Bits:
    """`bool[n]`: whether a place may be used for births of a year: 91 to 95 only from 1968 on."""
    allowed: Bits = ~space().reused[place_indices] | (np.asarray(birth_years) >= _REUSED_SINCE)
    return allowed


@cache
def _void_table() -> tuple[I64, I64, Bits]:
    """`space()` by the two digits of a place, Corsica at 100 (2A) and 101 (2B): firsts, sizes, reused."""
    firsts, sizes, reused = np.zeros(102, np.int64), np.zeros(102, np.int64), np.zeros(102, np.bool_)
    rows = [{"2A": 100, "2B": 101}.get(code) or int(code) for code in places()]
    firsts[rows], sizes[rows], reused[rows] = space().firsts, space().sizes, space().reused
    return firsts, sizes, reused


def in_space(bodies: U8) -> Bits:
    """`bool[n]`: which of `bodies` (`uint8[n, 13]`, ASCII, upper case) lie behind both locks.

    Only the birth place, the commune and the order decide (and the year, for 91 to 95); a sex other than 1
    or 2 is refused, since what follows it is not a place of birth.
    """
    firsts, sizes, reused = _void_table()
    digits = (bodies - np.uint8(48)).astype(np.int64)
    letter = bodies[:, 6]
    corsica = (letter == ord("A")) | (letter == ord("B"))
    place = np.where(corsica, letter + np.int64(100 - ord("A")), digits[:, 5] * 10 + digits[:, 6])
    commune = digits[:, 7] * 100 + digits[:, 8] * 10 + digits[:, 9] - firsts[place]
    year = digits[:, 1] * 10 + digits[:, 2]
    ambiguous = reused[place] & (year > _LAST_YEAR) & (year < _REUSED_SINCE % 100)
    sexed = (digits[:, 0] == 1) | (digits[:, 0] == 2)
    safe: Bits = sexed & (commune >= 0) & (commune < sizes[place]) & (digits[:, 10] == 9) & ~ambiguous
    return safe

"""Fields whose values look like an identifier and are none: what a detector must not fall for.

Not one can be somebody's. An invoice has a telephone number's form in a range that nobody has; a number of
another laboratory has a NIR's form, in the space of void communes and with a wrong key; a bar code lies in a
range for internal use; lots, NABM and LOINC codes name things.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from simbreach.core.arrays import I32, I64, U8
from simbreach.core.arrow import Coded, Strings, strings
from simbreach.core.dates import FIRST_DAY, as_numbers
from simbreach.core.digits import write_digits
from simbreach.core.frame import Function
from simbreach.core.streams import Draw
from simbreach.identifiers import nir
from simbreach.reference import nir_space
from simbreach.reference.health import analyses

# 087x xx xx xx: no range of it is attributed to anyone (ARCEP, MAJNUM, July 2025), and libphonenumber 9 takes
# none for a number.
_INVOICES, _INVOICE_NUMBERS = 870_000_000, 10**7
# From 1968 on, no two digits of a year and a place stand for two births (`nir_space`).
_FIRST_YEAR, _YEARS = 1968, 53
# Months that no NIR has, and codes abroad that no country has: thirteen digits from 2 on that are no woman's.
_NO_MONTHS = np.array([13, 14, 15, 16, 17, 18, 19, 43, 44, 45, 46, 47, 48, 49])
_NO_COUNTRIES = 600, 300
# Days that a delivery of tubes lasts: our estimate.
_DELIVERY = 45
_LETTERS = np.frombuffer(b"ABCDEFGHJKLMNPRSTUVWXYZ", dtype=np.uint8)


def invoice_number(row: I64) -> U8:
    """`uint8[n, 10]`: ten digits from 087 on, rising with the row; after 10^7 rows from the start again."""
    return write_digits(_INVOICES + (row + 1) % _INVOICE_NUMBERS, 10)


def external_number(draw: Draw) -> U8:
    """`uint8[n, 15]`: a NIR that nobody can have, and two digits that are not its key."""
    place = draw.below("place", len(nir_space.places()))
    month, commune, order = nir_space.split(place, draw.below("number", nir_space.capacity(place)))
    year = _FIRST_YEAR + draw.below("year", _YEARS)
    bodies = nir.body(1 + draw.below("sex", 2), year, month, place, commune, order)
    right = nir.keys(bodies).astype(np.int64) - 48
    # One of the 96 others of 01 to 97.
    wrong = (right[:, 0] * 10 + right[:, 1] + draw.below("key", 96)) % 97 + 1
    return np.concatenate([bodies, write_digits(wrong, 2)], axis=1)


def sample_barcode(draw: Draw) -> U8:
    """`uint8[n, 13]`: an EAN-13 that begins with 2, with its check digit.

    Source: GS1 General Specifications: prefixes 20 to 29 are for use inside a company. The digits are laid so
    that none is a NIR without its key: 2, year, a month of no NIR, 99, no country, an order from 900 on.
    """
    first, countries = _NO_COUNTRIES
    number = 200 + draw.below("year", 100)
    number = number * 100 + _NO_MONTHS[draw.below("month", len(_NO_MONTHS))]
    number = (number * 100 + 99) * 1000 + first + draw.below("country", countries)
    digits = write_digits(number * 100 + 90 + draw.below("order", 10), 12)
    # Every second digit counts three times, and the check digit brings the sum to a multiple of ten.
    total = np.zeros(len(digits), dtype=np.uint8)
    for place, weight in enumerate((1, 3) * 6):
        total += (digits[:, place] - np.uint8(48)) * np.uint8(weight)
    check = (np.uint8(250) - total) % np.uint8(10) + np.uint8(48)
    return np.concatenate([digits, check[:, None]], axis=1)


def lot(source_code: I32, visit_date: I32) -> I64:
    """`int64[n]`: the delivery of tubes that a source uses on a day; each source has its own days."""
    since = visit_date.astype(np.int64) - FIRST_DAY + source_code * 17
    return (source_code.astype(np.int64) << 32) + since // _DELIVERY


def lot_number(draw: Draw, lot: I64) -> U8:
    """`uint8[n, 8]`: letter, year and month of making, two digits, letter; one for each delivery.

    `draw` is bound to the delivery.
    """
    start = FIRST_DAY + (lot & 0xFFFFFFFF) * _DELIVERY - (lot >> 32) * 17
    month = as_numbers(start - 30 - draw.below("age", 150)) // 100 % 10_000
    middle = write_digits(month.astype(np.int64) * 100 + draw.below("series", 100), 6)
    ends = [_LETTERS[draw.below(name, len(_LETTERS))][:, None] for name in ("plant", "line")]
    return np.concatenate([ends[0], middle, ends[1]], axis=1)


@dataclass(frozen=True)
class _Codes:
    """The codes of the analyses that have both: each analysis's place among the words."""

    nabm: I32
    nabm_words: Strings
    loinc: Strings


@cache
def _codes() -> _Codes:
    known = [analysis for analysis in analyses() if analysis.nabm]
    words = sorted({analysis.nabm for analysis in known})
    return _Codes(
        np.array([words.index(analysis.nabm) for analysis in known], dtype=np.int32),
        strings(words),
        strings([analysis.loinc for analysis in known]),
    )


def analysis(draw: Draw) -> I32:
    """`int32[n]`: an analysis of the visit, of those with a NABM code: they suit everyone; all as often."""
    return draw.below("analysis", len(_codes().loinc)).astype(np.int32)


def analysis_nabm(analysis: I32) -> Coded:
    """Its NABM code: four digits."""
    return Coded(_codes().nabm[analysis], _codes().nabm_words)


def analysis_loinc(analysis: I32) -> Coded:
    """Its LOINC code."""
    return Coded(analysis, _codes().loinc)


FIELDS: dict[str, Function] = {
    "invoice_number": invoice_number,
    "external_number": external_number,
    "sample_barcode": sample_barcode,
    "lot": lot,
    "lot_number": lot_number,
    "analysis": analysis,
    "analysis_nabm": analysis_nabm,
    "analysis_loinc": analysis_loinc,
}

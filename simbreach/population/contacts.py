"""Who owns which means of contact: a mobile, a landline at home, an e-mail address.

Whether a file knows it is another matter. Children under 12 own none; what their row shows is a parent's.
"""

from functools import cache

import numpy as np

from simbreach.core.arrays import I16, I64, U64, Bits
from simbreach.core.streams import Draw
from simbreach.reference.work import equipment

_AGES = 128


def has_mobile(draw: Draw, age: I16) -> Bits:
    """`bool[n]`: owns a mobile telephone. Source: INSEE Focus 259 (2021): 95 % of people of 15 and over."""
    return draw.words("mobile") < _thresholds().mobile[age]


def has_landline(draw: Draw, age: I16) -> Bits:
    """`bool[n]`: the home has a landline, by the age of the household's first person.

    Source: INSEE Focus 259 (2021): 77 % of people of 15 and over; the slope by age is our estimate.
    """
    return draw.words("landline") < _thresholds().landline[age]


def has_email(draw: Draw, age: I16) -> Bits:
    """`bool[n]`: owns an e-mail address. Shares by age are our estimate."""
    return draw.words("email") < _thresholds().email[age]


class _Thresholds:
    """Words below these mean yes, by age (`uint64[ages]`)."""

    def __init__(self) -> None:
        table = equipment()
        bands = np.searchsorted(table.first_ages, np.arange(_AGES), side="right") - 1
        self.mobile = _by_age(table.mobile[bands])
        self.landline = _by_age(table.landline[bands])
        self.email = _by_age(table.email[bands])


@cache
def _thresholds() -> _Thresholds:
    return _Thresholds()


def _by_age(per_mille: I64) -> U64:
    return np.array([(share << 64) // 1000 for share in per_mille.tolist()], dtype=np.uint64)

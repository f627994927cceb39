"""Activities, occupations, employers, health funds and insurers: words with whole weights.

Employers, insurers and contracts are invented and frozen in tables; health funds carry codes that no real
fund has (99x).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from simbreach.core.arrays import I64
from simbreach.core.arrow import Strings, strings
from simbreach.reference.tables import read_csv

# What a person does, as the columns of activities.csv, the plainest first.
ACTIVITIES = ("active", "retired", "at_home", "student", "pupil", "infant")
# Who employs an occupation: itself, care, schools, public bodies, private homes, firms.
SECTORS = ("own", "care", "school", "public", "home", "private")


@dataclass(frozen=True)
class Words:
    """A vocabulary and its whole weights (`int64[words]`)."""

    labels: Strings
    weights: I64


@dataclass(frozen=True)
class Occupations:
    """Labels of a man and of a woman, the sector (index into `SECTORS`), whole weights of men and women."""

    labels: Strings
    feminine: Strings
    sectors: I64
    men: I64
    women: I64


@dataclass(frozen=True)
class Employers:
    """Employers in the order of their sectors; `sizes` (`int64[sectors]`) says how many each sector has."""

    labels: Strings
    weights: I64
    sizes: I64


@dataclass(frozen=True)
class Funds:
    """Compulsory health insurance: two-digit regime, its name, three-digit fund, the fund's name, weight."""

    regimes: Strings
    regime_labels: Strings
    codes: Strings
    labels: Strings
    weights: I64


@dataclass(frozen=True)
class Equipment:
    """Chances in a thousand of having a means of contact, from each of `first_ages` up (`int64[bands]`)."""

    first_ages: I64
    mobile: I64
    landline: I64
    email: I64


@cache
def activities() -> tuple[I64, I64, I64]:
    """(sexes, first ages, per mille `int64[rows, 6]` in the order of `ACTIVITIES`). Our estimates."""
    table = read_csv("activities.csv", "sex", "age_min", *ACTIVITIES)
    shares = np.stack([_whole(table[name]) for name in ACTIVITIES], axis=1)
    return _whole(table["sex"]), _whole(table["age_min"]), shares


@cache
def occupations() -> Occupations:
    """All occupations. Source: INSEE, PCS-ESE 2017; weights inside a group are our estimates."""
    table = read_csv("occupations.csv", "label", "feminine", "sector", "men", "women")
    sectors = np.array([SECTORS.index(name) for name in table["sector"]], dtype=np.int64)
    labels, feminine = strings(table["label"]), strings(table["feminine"])
    return Occupations(labels, feminine, sectors, _whole(table["men"]), _whole(table["women"]))


@cache
def employers() -> Employers:
    """Invented firms, and general kinds of employer (`MAIRIE`)."""
    table = read_csv("employers.csv", "sector", "label", "weight")
    sizes = [table["sector"].count(name) for name in SECTORS]
    return Employers(strings(table["label"]), _whole(table["weight"]), np.array(sizes, dtype=np.int64))


@cache
def insurers() -> Words:
    """Invented complementary insurers."""
    return _words("insurers.csv")


@cache
def contracts() -> Words:
    """Invented names of complementary contracts."""
    return _words("contracts.csv")


@cache
def funds() -> Funds:
    """Health funds by regime. Source: the Assurance Maladie's codes; shares are our estimates."""
    table = read_csv("regimes.csv", "code", "label", "fund_code", "fund_label", "per_mille")
    return Funds(
        strings(table["code"]),
        strings(table["label"]),
        strings(table["fund_code"]),
        strings(table["fund_label"]),
        _whole(table["per_mille"]),
    )


@cache
def equipment() -> Equipment:
    """Telephone and e-mail by age.

    Source: INSEE Focus 259 (2021) for all ages and the two ends; the rest is our estimate.
    """
    columns = ("age_min", "mobile_per_mille", "landline_per_mille", "email_per_mille")
    table = read_csv("phone_equipment.csv", *columns)
    return Equipment(*(_whole(table[name]) for name in columns))


def _words(name: str) -> Words:
    table = read_csv(name, "label", "weight")
    return Words(strings(table["label"]), _whole(table["weight"]))


def _whole(texts: list[str]) -> I64:
    return np.array(texts, dtype=np.int64)

"""Conditions, drugs, blood groups, analyses and specialities, as whole numbers and words.

Frequencies are orders of magnitude for plausible records, not epidemiology: `SOURCES.md` says which
are published and which are our estimates.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from simbreach.core.arrays import I8, I16, I64, Bits
from simbreach.core.arrow import STRING, Strings, booleans, integers, strings
from simbreach.reference.places import column, read_table
from simbreach.reference.tables import read_csv

MAN, WOMAN = 1, 2
_SEXES = {"A": 0, "M": MAN, "F": WOMAN}


@dataclass(frozen=True)
class Conditions:
    """Conditions in the order of the table; `sexes` is 0 where both can have one, ages are inclusive.

    `per_100k` counts the cases on a given day among 100,000 people of the sex and ages concerned; `atc`
    holds the ATC codes of the drugs that treat each one; `courses` is chronique, aigu, ponctuel or suivi.
    """

    icd10: Strings
    labels: Strings
    courses: tuple[str, ...]
    sexes: I8
    first_ages: I16
    last_ages: I16
    per_100k: I64
    atc: tuple[tuple[str, ...], ...]

    def index(self, icd10: str) -> int:
        """Where `icd10` stands; ValueError when it is not there."""
        codes: list[str] = self.icd10.to_pylist()
        return codes.index(icd10)


@dataclass(frozen=True)
class Drugs:
    """Marketed drugs of the conditions' ATC codes; `labels` in the way laboratories write them.

    `boxes` are the boxes dispensed in a year (1 where none is known), `for_child` says what children under
    12 may get, `for_adult` the others; `cip13` is the code of the label's most dispensed package.
    """

    atc: Strings
    labels: Strings
    names: Strings
    cip13: Strings
    boxes: I64
    for_child: Bits
    for_adult: Bits


@dataclass(frozen=True)
class BloodGroups:
    """`labels` (`A+` … `AB-`, hyphen-minus) and their whole `percents`."""

    labels: Strings
    percents: I64


@dataclass(frozen=True)
class Specialties:
    """Specialities of prescribers: code of the Assurance Maladie, label, practitioner, whole weight.

    A weight of 0 stands for structures (laboratories), which prescribe nothing; their practitioner is empty.
    """

    codes: Strings
    labels: Strings
    practitioners: Strings
    weights: I64


@dataclass(frozen=True)
class Analysis:
    """One analysis of a laboratory: codes, French names, UCUM unit, reference interval of each sex.

    A bound is empty where there is none; `printed` is the unit as French reports print it, `distribution` is
    normal, lognormal (a longer tail above) or qualitative; `decimals` is how many a report prints.
    """

    loinc: str
    nabm: str
    name: str
    abbreviation: str
    group: str
    specimen: str
    unit: str
    printed: str
    low_male: str
    high_male: str
    low_female: str
    high_female: str
    distribution: str
    decimals: int


@cache
def conditions() -> Conditions:
    """All conditions. Source: our wording and estimates; ICD-10 codes are the WHO's."""
    table = read_csv(
        "conditions.csv",
        "icd10", "label_fr", "course", "sex", "age_min", "age_max", "per_100k", "atc_examples",
    )  # fmt: skip
    return Conditions(
        strings(table["icd10"]),
        strings(table["label_fr"]),
        tuple(table["course"]),
        _sexes(table["sex"]),
        np.array(table["age_min"], dtype=np.int16),
        np.array(table["age_max"], dtype=np.int16),
        np.array(table["per_100k"], dtype=np.int64),
        tuple(tuple(code for code in cell.split(";") if code) for cell in table["atc_examples"]),
    )


@cache
def drugs() -> Drugs:
    """All drugs. Source: ANSM/HAS/Uncam (BDPM), July 2025; Assurance Maladie (Open Medic), 2025."""
    table = read_table("drugs.parquet")

    def words(name: str) -> Strings:
        return column(table, name).cast(STRING)

    return Drugs(
        words("atc"),
        words("label"),
        words("name"),
        words("cip13"),
        integers(column(table, "boxes")),
        booleans(column(table, "for_child")),
        booleans(column(table, "for_adult")),
    )


@cache
def atc_labels() -> dict[str, str]:
    """French labels of the drugs' ATC codes and of the levels above. Source: Open Medic, 2025."""
    table = read_csv("atc_labels.csv", "atc", "label_fr")
    return dict(zip(table["atc"], table["label_fr"], strict=True))


@cache
def blood_groups() -> BloodGroups:
    """The eight blood groups. Source: Établissement français du sang, rounded to whole percents."""
    table = read_csv("blood_groups.csv", "label", "percent")
    return BloodGroups(strings(table["label"]), np.array(table["percent"], dtype=np.int64))


@cache
def specialties() -> Specialties:
    """All specialities. Source: Assurance Maladie, 2025; weights of the rarer ones are our estimates."""
    table = read_csv("specialties.csv", "code", "label", "practitioner", "weight")
    return Specialties(
        strings(table["code"]),
        strings(table["label"]),
        strings(table["practitioner"]),
        np.array(table["weight"], dtype=np.int64),
    )


@cache
def analyses() -> tuple[Analysis, ...]:
    """Frequent analyses. Source: LOINC codes, SFBC intervals, our wording; not for clinical use."""
    names = tuple(name for name in Analysis.__dataclass_fields__ if name != "decimals")
    table = read_csv("analyses.csv", *names, "decimals")
    rows = zip(*(table[name] for name in names), map(int, table["decimals"]), strict=True)
    return tuple(Analysis(*row) for row in rows)


def _sexes(letters: list[str]) -> I8:
    return np.array([_SEXES[letter] for letter in letters], dtype=np.int8)

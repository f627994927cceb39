"""What ails people and what they take: blood group, pregnancy, one main condition, its drug.

A person has one main condition or none. Where several would meet, a lasting one that is treated counts before
the others, a rarer one before a commoner one: with conditions taken as independent, its share is
p · Π (1 - p') over all p' that count before it.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from simbreach.core.arrays import I8, I16, I32, I64, U64, Bits
from simbreach.core.arrow import Coded
from simbreach.core.sampling import Alias
from simbreach.core.streams import Draw
from simbreach.reference import health

AGES = 105
CHILD_BELOW = 12
_WHOLE = 10**9

# Chances in a thousand that a woman who has reached the age is pregnant on a given day of the year or
# gives birth in it: 735,000 births for 14.5 million women of 15 to 49 in 2020 (INSEE), by age our estimate.
_PREGNANT_PER_MILLE = {15: 3, 18: 15, 20: 40, 25: 65, 35: 45, 40: 15, 43: 4, 46: 0}
# A pregnancy's own two conditions, and how often the second is the main one (our estimate).
_PREGNANCY, _PREGNANCY_DIABETES, _DIABETES_PERCENT = "Z34.9", "O24.4", 8
# People who take none of the drugs of their condition, as (untreated, treated): our estimate.
_UNTREATED_CHRONIC, _UNTREATED_OTHER = (3, 17), (2, 3)
# Without a condition, one in sixteen takes vitamin D, which suits every age.
_COMMON_ATC, _UNTREATED_HEALTHY = "A11CC05", (15, 1)


def blood_group(draw: Draw) -> Coded:
    """The blood group, `A+` … `AB-`. Source: Établissement français du sang, whole percents."""
    groups = health.blood_groups()
    return Coded(draw.pick("group", _blood_table()).astype(np.int32), groups.labels)


def pregnant(draw: Draw, sex: I8, age: I16) -> Bits:
    """`bool[n]`: pregnant; never outside 15 to 45, never a man."""
    expecting: Bits = draw.words("pregnant") < _pregnancy_thresholds()[age]
    expecting &= sex == health.WOMAN
    return expecting


def condition_code(draw: Draw, sex: I8, age: I16, pregnant: Bits) -> Coded:
    """The ICD-10 code of the main condition, -1 where there is none; its codes index `health.conditions()`.

    It fits sex and age; pregnant women have a pregnancy's condition, and only they.
    """
    kind = np.where(pregnant, 2, sex - 1).astype(np.int64)
    item = draw.pick("condition", _condition_table(), kind * AGES + age)
    return Coded((item - 1).astype(np.int32), health.conditions().icd10)


def condition(condition_code: Coded) -> Coded:
    """The French name of the main condition."""
    return Coded(condition_code.codes, health.conditions().labels)


def treatment_code(draw: Draw, condition_code: Coded, age: I16) -> I32:
    """`int32[n]`: row in `health.drugs()` of a drug that treats the condition, -1 where there is none.

    Drugs are weighted by the boxes dispensed; children under 12 get children's forms where there are any.
    """
    table = _treatments()
    group = condition_code.codes.astype(np.int64) + 1
    group *= 2
    group += age < CHILD_BELOW
    rows: I32 = table.rows[table.alias.starts[group] + draw.pick("drug", table.alias, group)]
    return rows


def treatment(treatment_code: I32) -> Coded:
    """The drug as laboratories write it: `LEVOTHYROX 75`."""
    return Coded(treatment_code, health.drugs().labels)


def treatment_atc(treatment_code: I32) -> Coded:
    """The drug's ATC code."""
    return Coded(treatment_code, health.drugs().atc)


def treatment_cip13(treatment_code: I32) -> Coded:
    """The CIP13 code of the drug's most dispensed package."""
    return Coded(treatment_code, health.drugs().cip13)


@dataclass(frozen=True)
class _Treatments:
    """Drugs by condition (none first) and age class; `rows` (`int32[items]`) says which drug an item is."""

    alias: Alias
    rows: I32


@cache
def _blood_table() -> Alias:
    return Alias.build(health.blood_groups().percents)


@cache
def _pregnancy_thresholds() -> U64:
    per_mille = [0] * AGES
    for first, chance in _PREGNANT_PER_MILLE.items():
        per_mille[first:] = [chance] * (AGES - first)
    return np.array([(chance << 64) // 1000 for chance in per_mille], dtype=np.uint64)


@cache
def _condition_table() -> Alias:
    """Groups (man, woman, pregnant woman) × age of items: none, then the conditions."""
    table = health.conditions()
    apart = [table.index(code) for code in (_PREGNANCY, _PREGNANCY_DIABETES)]
    ages = np.arange(AGES)
    weights = np.zeros((3, AGES, len(table.sexes) + 1), dtype=np.int64)
    left = np.full((2, AGES), _WHOLE, dtype=np.int64)
    lasting = [
        course == "chronique" and len(atc) > 0 for course, atc in zip(table.courses, table.atc, strict=True)
    ]
    for place in np.lexsort((table.per_100k, np.logical_not(lasting))).tolist():
        if place in apart:
            continue
        fits = (ages >= table.first_ages[place]) & (ages <= table.last_ages[place])
        for kind, sex in enumerate((health.MAN, health.WOMAN)):
            if table.sexes[place] in (0, sex):
                share = left[kind] * table.per_100k[place] // 100_000 * fits
                weights[kind, :, place + 1] = share
                left[kind] -= share
    weights[:2, :, 0] = left
    weights[2, :, apart[0] + 1] = 100 - _DIABETES_PERCENT
    weights[2, :, apart[1] + 1] = _DIABETES_PERCENT
    items = weights.shape[-1]
    return Alias.build(weights.ravel(), np.full(3 * AGES, items))


@cache
def _treatments() -> _Treatments:
    table, drugs = health.conditions(), health.drugs()
    codes = drugs.atc.to_pylist()
    wanted: list[tuple[tuple[str, ...], tuple[int, int]]] = [((_COMMON_ATC,), _UNTREATED_HEALTHY)]
    for course, atc in zip(table.courses, table.atc, strict=True):
        wanted.append((atc, _UNTREATED_CHRONIC if course == "chronique" else _UNTREATED_OTHER))
    weights: list[I64] = []
    rows: list[I64] = []
    for atc, (untreated, treated) in wanted:
        fit = np.array([code in atc for code in codes])
        for right in (drugs.for_adult, drugs.for_child):
            found = np.flatnonzero(fit & right if (fit & right).any() else fit)
            boxes = drugs.boxes[found]
            none = max(int(boxes.sum()) * untreated // treated, 1)
            weights.append(np.concatenate(([none], boxes)))
            rows.append(np.concatenate(([-1], found)))
    alias = Alias.build(np.concatenate(weights), np.array([len(group) for group in weights]))
    return _Treatments(alias, np.concatenate(rows).astype(np.int32))

"""What ails people and what they take: blood group, pregnancy, one main condition, its drug, a lab's comment.

A person has one main condition or none. Where several would meet, a lasting one that is treated counts before
the others, a rarer one before a commoner one: with conditions taken as independent, its share is
p · Π (1 - p') over all p' that count before it.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from simbreach.core.arrays import I8, I16, I32, I64, U64, Bits
from simbreach.core.arrow import Coded, strings
from simbreach.core.sampling import Alias, threshold
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

# How many comments say something clinical: our estimate, after what the press quoted of laboratory files.
_CLINICAL, _CLINICAL_PREGNANT = "0.2", "0.6"


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


def comment(draw: Draw, sex: I8, age: I16, condition_code: Coded, treatment_code: I32) -> Coded:
    """What a laboratory notes about the person, in capitals; about a fifth says something clinical.

    Clinical formulas state only what the person has: the condition, the drug (`SOUS KARDEGIC 75`), a
    pregnancy, else an allergy or a handicap that fits sex and age.
    """
    table = _comments()
    person = (sex.astype(np.int64) - 1) * AGES + age
    codes = condition_code.codes
    mood = draw.words("mood")
    clinical = mood < table.clinical[codes]
    ailing = table.condition_groups[codes * 2 + (sex - 1)]
    group = np.where(clinical, np.where(ailing >= 0, ailing, person + 2 * AGES), person)
    chosen = draw.pick("formula", table.alias, group)
    drug = table.drug_texts[treatment_code]
    # The last bit of the mood is free: where a drug can be told, every other row tells it.
    said = clinical & (drug >= 0) & ((mood & np.uint64(1)) == 0)
    return Coded(np.where(said, drug, chosen).astype(np.int32), table.texts)


@dataclass(frozen=True)
class _Treatments:
    """Drugs by condition (none first) and age class; `rows` (`int32[items]`) says which drug an item is."""

    alias: Alias
    rows: I32


@dataclass(frozen=True)
class _Comments:
    """Formulas by group: sex and age, twice (logistic, clinical), then condition and sex where one fits.

    `clinical` holds the words below which a comment is clinical, by condition (`uint64`).

    Tables over conditions and drugs have one row more, for index -1.
    """

    alias: Alias
    texts: pa.StringArray
    condition_groups: I64
    clinical: U64
    drug_texts: I64


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


@cache
def _comments() -> _Comments:
    formulas, table, drugs = health.comments(), health.conditions(), health.drugs()
    scopes = np.array(formulas.scopes)
    ages = np.arange(AGES)[:, None]
    in_age = (ages >= formulas.first_ages) & (ages <= formulas.last_ages)
    of_sex = [(formulas.sexes == 0) | (formulas.sexes == sex) for sex in (health.MAN, health.WOMAN)]
    groups = [
        formulas.weights * (in_age[age] & fits & (scopes == scope))
        for scope in ("logistic", "clinical")
        for fits in of_sex
        for age in range(AGES)
    ]
    condition_groups = np.full((len(table.sexes) + 1, 2), -1, dtype=np.int64)
    for place, icd10 in enumerate(table.icd10.to_pylist()):
        fitting = np.array([icd10 in codes for codes in formulas.codes]) & (scopes == "condition")
        for kind, fits in enumerate(of_sex):
            if (fitting & fits).any():
                condition_groups[place, kind] = len(groups)
                groups.append(formulas.weights * (fitting & fits))
    clinical = np.full(len(table.sexes) + 1, threshold(_CLINICAL), dtype=np.uint64)
    for icd10 in (_PREGNANCY, _PREGNANCY_DIABETES):
        clinical[table.index(icd10)] = threshold(_CLINICAL_PREGNANT)
    opening = formulas.scopes.index("treatment")
    labels, codes = drugs.labels.to_pylist(), drugs.atc.to_pylist()
    told = [row for row, code in enumerate(codes) if code in formulas.codes[opening]]
    drug_texts = np.full(len(labels) + 1, -1, dtype=np.int64)
    drug_texts[told] = len(scopes) + np.arange(len(told))
    texts = strings([*formulas.texts, *(f"{formulas.texts[opening]} {labels[row]}" for row in told)])
    alias = Alias.build(np.concatenate(groups), np.full(len(groups), len(scopes)))
    return _Comments(alias, texts, condition_groups.ravel(), clinical, drug_texts)

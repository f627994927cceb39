"""What laboratories measure, in whole numbers: reference intervals, panels, and what changes values.

Analyses stand in the order in which a report prints them. Numbers are in units of an analysis's last decimal:
a potassium of 4,1 mmol/L is 41. Intervals and frequencies are for plausible records, not for clinical use:
`SOURCES.md` says which are published and which are our estimates.
"""

from dataclasses import dataclass
from decimal import Context, Decimal
from functools import cache

import numpy as np

from simbreach.core.arrays import I8, I16, I32, I64, Bits
from simbreach.core.arrow import Strings, strings
from simbreach.core.dates import FIRST_DAY
from simbreach.reference.health import MAN, WOMAN, Analysis, analyses, conditions, drugs
from simbreach.reference.tables import read_rows

AGES = 111
ADULT_AGE = 18
NONE = -1
# Whose interval: a man's, a woman's, a pregnant woman's.
OF_MAN, OF_WOMAN, OF_PREGNANT = range(3)
_WHO = {"A": (OF_MAN, OF_WOMAN), "M": (OF_MAN,), "F": (OF_WOMAN,), "P": (OF_PREGNANT,)}
_SEXES = {"A": (MAN, WOMAN), "M": (MAN,), "F": (WOMAN,)}


@dataclass(frozen=True)
class Catalogue:
    """Every analysis, in printing order, with its panel (index into `panels`).

    `decimals` (`int8[a]`) are printed, `skewed` has a longer tail above, `qualitative` is told in a word.
    Words of the vocabularies stand in the order of the analyses.
    """

    analyses: tuple[Analysis, ...]
    places: dict[str, int]
    panels: tuple[str, ...]
    panel: I32
    decimals: I8
    skewed: Bits
    qualitative: Bits


@dataclass(frozen=True)
class Intervals:
    """Reference intervals: `low` and `high` (`int32[who, age, analysis]`, -1 where there is no bound).

    `texts` are the bounds as numbers with a decimal point, `low_text` and `high_text` (`int32`) index them.
    """

    low: I32
    high: I32
    texts: Strings
    low_text: I32
    high_text: I32


@dataclass(frozen=True)
class Orders:
    """How often panels are ordered, in 1,000 visits.

    `base` (`int16[adult, child or pregnant; panel]`), `allowed` (`bool[sex, age, panel]`), `since`
    (`int32[panel]`, days since 1970); `of_condition` and `of_drug` (`int16`, one row more for index -1) where
    something calls for it.
    """

    base: I16
    allowed: Bits
    since: I32
    of_condition: I16
    of_drug: I16


@dataclass(frozen=True)
class Effects:
    """Where 95 in 100 values lie instead: `low` and `high` (`int32`) of target k; target 0 changes nothing.

    `of_condition` (`int16[condition, sex, treated, analysis]`), `of_drug` (`int16[drug, sex, analysis]`; both
    with one row more for index -1) and `of_pregnancy` (`int16[analysis]`) hold targets. A drug's effect
    counts before its condition's.
    """

    low: I32
    high: I32
    of_condition: I16
    of_drug: I16
    of_pregnancy: I16


@dataclass(frozen=True)
class Outcome:
    """What a qualitative analysis says, and how often it is positive; `abnormal`: that is then flagged."""

    negative: str
    positive: str
    positive_per_100k: int
    abnormal: bool


@cache
def catalogue() -> Catalogue:
    """All analyses. Source: LOINC codes, SFBC intervals, our wording."""
    panels = read_rows("analyses_panels.csv")
    by_name = {analysis.abbreviation: analysis for analysis in analyses()}
    ordered = [(number, name) for number, row in enumerate(panels) for name in row["analyses"].split(";")]
    listed = tuple(by_name[name] for _, name in ordered)
    return Catalogue(
        listed,
        {name: place for place, (_, name) in enumerate(ordered)},
        tuple(row["panel"] for row in panels),
        np.array([number for number, _ in ordered], dtype=np.int32),
        np.array([analysis.decimals for analysis in listed], dtype=np.int8),
        np.array([analysis.distribution == "lognormal" for analysis in listed]),
        np.array([analysis.distribution == "qualitative" for analysis in listed]),
    )


def scaled(text: str, decimals: int) -> int:
    """The number that `text` writes, in units of the last of `decimals`; -1 for an empty text.

    >>> scaled("4.5", 2)
    450
    """
    return int((Decimal(text) * 10**decimals).to_integral_value()) if text else NONE


@cache
def intervals() -> Intervals:
    """All intervals. Source: SFBC for most adults; those by age, and a pregnancy's, are our estimates."""
    known = catalogue()
    shape = (3, AGES, len(known.analyses))
    bounds = np.full((2, *shape), NONE, dtype=np.int32)
    for place, analysis in enumerate(known.analyses):
        of_each = (
            (analysis.low_male, analysis.high_male),
            *((analysis.low_female, analysis.high_female),) * 2,
        )
        for who, pair in enumerate(of_each):
            for side, text in enumerate(pair):
                bounds[side, who, :, place] = scaled(text, analysis.decimals)
    for row in read_rows("analyses_intervals.csv"):
        place = known.places[row["abbreviation"]]
        ages = slice(int(row["age_min"]), int(row["age_max"]) + 1)
        for who in _WHO[row["who"]]:
            for side, text in enumerate((row["low"], row["high"])):
                bounds[side, who, ages, place] = scaled(text, known.analyses[place].decimals)
    words: dict[str, int] = {}
    texts = np.full(bounds.shape, NONE, dtype=np.int32)
    for place, analysis in enumerate(known.analyses):
        values, which = np.unique(bounds[..., place].ravel(), return_inverse=True)
        written = [
            f"{Decimal(value).scaleb(-analysis.decimals):.{analysis.decimals}f}" if value != NONE else ""
            for value in values.tolist()
        ]
        numbers = [words.setdefault(text, len(words)) if text else NONE for text in written]
        texts[..., place] = np.array(numbers, dtype=np.int32)[which].reshape(bounds.shape[:-1])
    return Intervals(bounds[0], bounds[1], strings(list(words)), texts[0], texts[1])


@cache
def orders() -> Orders:
    """How often panels are ordered: our estimates, a dozen lines a visit."""
    known = catalogue()
    rows = read_rows("analyses_panels.csv")
    base = np.array([[row[kind] for row in rows] for kind in ("adult", "child", "pregnant")], dtype=np.int16)
    allowed = np.zeros((2, AGES, len(rows)), dtype=np.bool_)
    since = np.full(len(rows), FIRST_DAY, dtype=np.int32)
    for place, row in enumerate(rows):
        for sex in _SEXES[row["sex"]]:
            allowed[sex - 1, int(row["age_min"]) : int(row["age_max"]) + 1, place] = True
        if row["since"]:
            since[place] = np.datetime64(row["since"], "D").astype(np.int32)
    of_condition = np.zeros((len(_codes()) + 1, len(rows)), dtype=np.int16)
    of_drug = np.zeros((len(_atc()) + 1, len(rows)), dtype=np.int16)
    for row in read_rows("analyses_orders.csv"):
        place = known.panels.index(row["panel"])
        for table, codes in ((of_condition, _codes()), (of_drug, _atc())):
            found = _beginning(codes, row["cause"])
            table[found, place] = np.maximum(table[found, place], int(row["per_mille"]))
    return Orders(base, allowed, since, of_condition, of_drug)


@cache
def effects() -> Effects:
    """What a condition, a drug or a pregnancy changes: our estimates."""
    known = catalogue()
    count = len(known.analyses)
    low, high = [NONE], [NONE]
    of_condition = np.zeros((len(_codes()) + 1, 2, 2, count), dtype=np.int16)
    of_drug = np.zeros((len(_atc()) + 1, 2, count), dtype=np.int16)
    of_pregnancy = np.zeros(count, dtype=np.int16)
    for row in read_rows("analyses_effects.csv"):
        place = known.places[row["abbreviation"]]
        low.append(scaled(row["low"], known.analyses[place].decimals))
        high.append(scaled(row["high"], known.analyses[place].decimals))
        treated = {"A": slice(None), "N": slice(0, 1), "Y": slice(1, 2)}[row["treated"]]
        sexes = slice(None) if row["sex"] == "A" else slice(_SEXES[row["sex"]][0] - 1, _SEXES[row["sex"]][0])
        if row["cause"] == "pregnant":
            of_pregnancy[place] = len(low) - 1
        of_condition[_beginning(_codes(), row["cause"]), sexes, treated, place] = len(low) - 1
        of_drug[_beginning(_atc(), row["cause"]), sexes, place] = len(low) - 1
    return Effects(
        np.array(low, dtype=np.int32), np.array(high, dtype=np.int32), of_condition, of_drug, of_pregnancy
    )


@cache
def outcomes() -> dict[int, Outcome]:
    """What qualitative analyses say, by their place. Source: our wording and estimates."""
    known = catalogue()
    return {
        known.places[row["abbreviation"]]: Outcome(
            row["negative"], row["positive"], int(row["positive_per_100k"]), row["abnormal"] == "yes"
        )
        for row in read_rows("analyses_outcomes.csv")
    }


# The greatest creatinine in the table, in µmol/L.
_MOST_CREATININE = 2_000
_CALCULATOR = Context(prec=12)


@cache
def filtration_rates() -> tuple[I64, I64]:
    """What CKD-EPI (2009) makes of a creatinine: `int64[sex, µmol/L]` and `int64[age]`, each in 10^-6.

    Source: Levey et al., Ann Intern Med 2009. Their product over 10^12 is the rate in mL/min/1.73 m². Made
    with decimal numbers, which give the same digits on every machine, as floats do not.
    """

    def power(base: Decimal, exponent: str) -> Decimal:
        return _CALCULATOR.power(base, Decimal(exponent))

    by_creatinine = np.zeros((2, _MOST_CREATININE + 1), dtype=np.int64)
    for sex, (kappa, alpha, factor) in enumerate((("79.6", "-0.411", "1"), ("61.9", "-0.329", "1.018"))):
        for value in range(1, _MOST_CREATININE + 1):
            share = _CALCULATOR.divide(Decimal(value), Decimal(kappa))
            rate = power(min(share, Decimal(1)), alpha) * power(max(share, Decimal(1)), "-1.209")
            by_creatinine[sex, value] = int(rate * 141 * Decimal(factor) * 10**6)
    by_age = [int(power(Decimal("0.993"), str(age)) * 10**6) for age in range(AGES)]
    return by_creatinine, np.array(by_age, dtype=np.int64)


@cache
def _codes() -> tuple[str, ...]:
    return tuple(conditions().icd10.to_pylist())


@cache
def _atc() -> tuple[str, ...]:
    return tuple(drugs().atc.to_pylist())


def _beginning(codes: tuple[str, ...], cause: str) -> list[int]:
    """Where codes stand that begin with `cause`."""
    return [place for place, code in enumerate(codes) if code.startswith(cause)]

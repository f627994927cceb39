"""What a laboratory finds in a person: values round their own level, where condition and drugs put them.

A value is drawn from a bell over the reference interval of the person's sex and age, or over the range that a
condition, a drug or a pregnancy gives; three parts of it are the person's own, the day's for all analyses of
a kind, and the day's for this one. What laboratories calculate is calculated here too, from the values
printed. Whole numbers in units of the last decimal that is printed.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from simbreach.core.arrays import I8, I16, I32, I64, U64, Bits
from simbreach.core.streams import Draw
from simbreach.reference.analyses import AGES, NONE, filtration_rates

# Four numbers of 16 bits summed: a bell without tails, whose standard deviation this is.
_DEVIATION = 37_837
_PIECE, _MIDDLE = np.uint64(0xFFFF), 2 * 0xFFFF
# Weights of the person's part, the kind's and the analysis's own: their squares sum to 15² or so.
_OWN, _KIND, _ALONE, _WEIGHTS = 10, 8, 8, 15
# 95 in 100 values lie within this many deviations (in hundredths).
_WITHIN = 196
# One healthy value in so many strays twice as far, and nothing explains it: our estimate.
_STRAYS = 14
_FAR = 3 * _DEVIATION
# What others are calculated from keeps closer to the middle, so that these stay in their intervals too.
_STEADILY, _STEADY = ("Hb", "VGM", "CCMH"), 75

# Analyses that go up and down together.
_KINDS = {
    **dict.fromkeys(("ALAT", "ASAT", "GGT", "PAL", "LDH", "Bili T"), "liver"),
    **dict.fromkeys(("CRP", "VS", "Fib", "PNN", "PCT"), "inflammation"),
    **dict.fromkeys(("CT", "TG"), "fat"),
    **dict.fromkeys(("Glyc", "HbA1c"), "sugar"),
    **dict.fromkeys(("Créat", "Urée", "AU"), "kidney"),
    **dict.fromkeys(("Hb", "VGM", "Ferri", "Fe"), "blood"),
}


def bell(words: U64) -> I64:
    """`int64[n]` in [-131070, 131070], bell-shaped round 0 with a standard deviation of 37,837."""
    total = words & _PIECE
    for shift in (16, 32, 48):
        total += (words >> np.uint64(shift)) & _PIECE
    return total.view(np.int64) - _MIDDLE


def kind(abbreviation: str) -> str:
    """The kind whose daily ups and downs an analysis shares: itself where it shares none."""
    return _KINDS.get(abbreviation, abbreviation)


def deviations(own: Draw, today: Draw, abbreviation: str, *, plain: Bits) -> I64:
    """`int64[n]`: how far each value lies from the middle of its range, in units of 1/37,837 of a deviation.

    `own` is bound to the person, `today` to the visit; `plain` says whose range is the reference interval.
    """
    word = today.words(abbreviation)
    z = bell(own.words(abbreviation)) * _OWN
    z += bell(today.words(f"kind {kind(abbreviation)}")) * _KIND
    z += bell(word) * _ALONE
    z //= _WEIGHTS
    stray = plain & (word % np.uint64(_STRAYS) == 0)
    z = np.where(stray, np.clip(z * 2, -_FAR, _FAR), z)
    return z * _STEADY // 100 if abbreviation in _STEADILY else z


def values(z: I64, low: I32, high: I32, *, skewed: bool) -> I64:
    """`int64[n]`, at least 0: where `z` deviations lie in ranges that hold 95 of 100 values.

    A range without a lower bound begins near 0, one without an upper bound goes up to twice the lower one.
    Where the values are `skewed`, the middle lies low in the range and the tail above is longer. None lies
    below half of the lower bound (seven tenths, if not skewed).
    """
    bottom, top = low.astype(np.int64), high.astype(np.int64)
    top = np.where(top == NONE, np.maximum(bottom, 1) * 2, top)
    bottom = np.where(bottom <= 0, top // 6, bottom) if skewed else np.maximum(bottom, 0)
    share = np.where(top > bottom * 8, 20, 40) if skewed else 50
    middle = bottom + (top - bottom) * share // 100
    down = middle + (middle - bottom) * z * 100 // (_WITHIN * _DEVIATION)
    if skewed:
        # z + z²/8 deviations, scaled so that it is the upper bound at z = 1.96.
        bent = z * (8 * _DEVIATION) + z * z
        up = middle + (top - middle) * (bent // _DEVIATION) // (
            _DEVIATION * (8 * _WITHIN + _WITHIN**2 // 100) // 100
        )
    else:
        up = middle + (top - middle) * z * 100 // (_WITHIN * _DEVIATION)
    return np.maximum(np.where(z < 0, down, up), bottom // 2 if skewed else bottom * 7 // 10)


def red_cells(found: Mapping[str, I64]) -> dict[str, I64]:
    """Haematocrit, red cells and their haemoglobin from haemoglobin, mean volume and concentration."""
    haemoglobin = found["Hb"]
    haematocrit = haemoglobin * 1000 // found["CCMH"]
    cells = np.maximum(haematocrit * 1000 // found["VGM"], 1)
    return {"Ht": haematocrit, "GR": cells, "TCMH": haemoglobin * 1000 // cells}


def white_cells(found: Mapping[str, I64]) -> dict[str, I64]:
    """All white cells: the sum of their five kinds."""
    return {"GB": found["PNN"] + found["PNE"] + found["PNB"] + found["Ly"] + found["Mono"]}


def prothrombin(found: Mapping[str, I64]) -> dict[str, I64]:
    """The percentage that goes with an INR: 100 at 1.00, 75 at 1.20, a third at 2.4 (our estimate)."""
    inr = found["INR"]
    near = 100 - (inr - 100) * 125 // 100
    return {"TP": np.where(inr <= 130, near, 8000 // np.maximum(inr, 1))}


def activated_time(found: Mapping[str, I64]) -> dict[str, I64]:
    """The ratio of the patient's time to that of a control of 32 s."""
    return {"TCA ratio": found["TCA"] * 10 // 32}


def low_density(found: Mapping[str, I64]) -> dict[str, I64]:
    """LDL by Friedewald's formula in mmol/L: total - HDL - triglycerides / 2.2."""
    return {"LDL": np.maximum(found["CT"] - found["HDL"] - found["TG"] * 5 // 11, 20)}


def international_haemoglobin(found: Mapping[str, I64]) -> dict[str, I64]:
    """HbA1c in mmol/mol: 10.929 · (per cent - 2.15). Source: IFCC's master equation."""
    return {"HbA1c IFCC": (found["HbA1c"] * 10 - 215) * 10_929 // 100_000}


def saturation(found: Mapping[str, I64]) -> dict[str, I64]:
    """Saturation of transferrin in per cent: iron (µmol/L) over 25 times transferrin (g/L)."""
    return {"CST": np.minimum(found["Fe"] * 1000 // np.maximum(found["Transf"] * 25, 1), 100)}


def albumin_ratio(found: Mapping[str, I64]) -> dict[str, I64]:
    """Albumin over creatinine in urine, mg/g: a mmol of creatinine weighs 0.1131 g."""
    return {"RAC": found["Alb U"] * 100_000 // np.maximum(found["Créat U"] * 1131, 1)}


def filtration(creatinine: I64, sex: I8, age: I16) -> I64:
    """`int64[n]`: the estimated rate of filtration (CKD-EPI 2009), mL/min/1.73 m²."""
    by_creatinine, by_age = filtration_rates()
    column = np.clip(creatinine, 1, by_creatinine.shape[1] - 1)
    rate: I64 = by_creatinine[sex - 1, column] * by_age[np.minimum(age, AGES - 1)] // 10**12
    return rate


Calculation: TypeAlias = Callable[[Mapping[str, I64]], dict[str, I64]]

# What is calculated from what, within one panel.
CALCULATED: tuple[tuple[tuple[str, ...], tuple[str, ...], Calculation], ...] = (
    (("Hb", "VGM", "CCMH"), ("Ht", "GR", "TCMH"), red_cells),
    (("PNN", "PNE", "PNB", "Ly", "Mono"), ("GB",), white_cells),
    (("INR",), ("TP",), prothrombin),
    (("TCA",), ("TCA ratio",), activated_time),
    (("CT", "HDL", "TG"), ("LDL",), low_density),
    (("HbA1c",), ("HbA1c IFCC",), international_haemoglobin),
    (("Fe", "Transf"), ("CST",), saturation),
    (("Alb U", "Créat U"), ("RAC",), albumin_ratio),
)

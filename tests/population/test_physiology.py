"""Values drawn round a person's own level, and what laboratories calculate from others."""

import numpy as np
import pytest

from simbreach.core.streams import HashDraw
from simbreach.population import physiology

ROWS = 20_000


def draws(names: str, rows: int = ROWS) -> HashDraw:
    return HashDraw(5, (names,), np.arange(rows, dtype=np.uint64))


def measured(name: str, low: int, high: int, *, skewed: bool) -> np.ndarray:
    nobody_strays = np.zeros(ROWS, dtype=np.bool_)
    z = physiology.deviations(draws("own"), draws("today"), name, plain=nobody_strays)
    bounds = [np.full(ROWS, bound, dtype=np.int32) for bound in (low, high)]
    return physiology.values(z, *bounds, skewed=skewed)


def test_a_bell_is_centred_and_as_wide_as_it_says() -> None:
    z = physiology.bell(draws("bell").words("x")).astype(float)
    assert abs(z.mean()) < 800
    assert abs(z.std() / 37_837 - 1) < 0.02


@pytest.mark.parametrize("skewed", [False, True])
def test_ranges_hold_95_of_100_values(skewed: bool) -> None:
    found = measured("Na", 1350, 1450, skewed=skewed)
    assert 0.92 < ((found >= 1350) & (found <= 1450)).mean() < 0.98


def test_values_that_start_at_nothing_stay_positive() -> None:
    assert measured("CRP", 0, 50, skewed=True).min() > 0


def test_a_longer_tail_lies_above() -> None:
    found = measured("TSH", 40, 400, skewed=True)
    assert found.max() - np.median(found) > np.median(found) - found.min()


def test_a_person_keeps_their_level() -> None:
    plain = np.zeros(ROWS, dtype=np.bool_)
    first, second = (
        physiology.deviations(draws("own"), draws(day), "CT", plain=plain).astype(float)
        for day in ("monday", "friday")
    )
    assert 0.3 < np.corrcoef(first, second)[0, 1] < 0.6


def test_liver_enzymes_rise_together() -> None:
    plain = np.zeros(ROWS, dtype=np.bool_)
    found = [
        physiology.deviations(draws("own"), draws("today"), name, plain=plain).astype(float)
        for name in ("ALAT", "ASAT", "Ca")
    ]
    assert np.corrcoef(found[0], found[1])[0, 1] > 0.2
    assert abs(np.corrcoef(found[0], found[2])[0, 1]) < 0.05


def one(**found: int) -> dict[str, np.ndarray]:
    return {name.replace("_", " "): np.array([value]) for name, value in found.items()}


def test_red_cells_follow_from_haemoglobin() -> None:
    # 150 g/L at 333 g/L is 45 %, which at 90 fL is 5.00 T/L of 30 pg each.
    made = physiology.red_cells(one(Hb=150, CCMH=333, VGM=900))
    assert {name: int(values[0]) for name, values in made.items()} == {"Ht": 450, "GR": 500, "TCMH": 300}


def test_white_cells_are_the_sum_of_their_kinds() -> None:
    made = physiology.white_cells(one(PNN=350, PNE=20, PNB=3, Ly=220, Mono=50))
    assert made["GB"].tolist() == [643]


def test_ldl_is_friedewald_s() -> None:
    # 5.20 - 1.40 - 1.10 / 2.2
    assert physiology.low_density(one(CT=520, HDL=140, TG=110))["LDL"].tolist() == [330]


def test_haemoglobin_a1c_is_converted_as_the_ifcc_says() -> None:
    # 6.5 % is 48 mmol/mol, 7.0 % is 53.
    made = physiology.international_haemoglobin({"HbA1c": np.array([65, 70])})
    assert np.abs(made["HbA1c IFCC"] - [48, 53]).max() <= 1


def test_a_high_inr_goes_with_little_prothrombin() -> None:
    made = physiology.prothrombin({"INR": np.array([100, 120, 250])})
    assert made["TP"].tolist() == [100, 75, 32]


def test_saturation_is_iron_over_transferrin() -> None:
    # 18 µmol/L over 25 · 2.5 g/L
    assert physiology.saturation(one(Fe=180, Transf=250))["CST"].tolist() == [28]


def test_the_albumin_ratio_is_in_milligrams_a_gram() -> None:
    # 20 mg/L over 10 mmol/L, which is 1.131 g/L
    assert physiology.albumin_ratio(one(Alb_U=20, Créat_U=100))["RAC"].tolist() == [17]

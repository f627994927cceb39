"""Analyses, their intervals by sex and age, panels and effects: whole, in order, and as their sources say."""

import numpy as np
import pytest

from simbreach.reference import analyses as table
from simbreach.reference import health


def bounds(name: str, who: int, age: int) -> tuple[int, int]:
    place = table.catalogue().places[name]
    found = table.intervals()
    return int(found.low[who, age, place]), int(found.high[who, age, place])


def test_every_analysis_is_in_one_panel() -> None:
    assert sorted(a.loinc for a in table.catalogue().analyses) == sorted(a.loinc for a in health.analyses())


def test_loinc_codes_stand_for_one_analysis_each() -> None:
    codes = [analysis.loinc for analysis in table.catalogue().analyses]
    assert len(set(codes)) == len(codes)


def test_panels_stand_together_in_printing_order() -> None:
    assert (np.diff(table.catalogue().panel) >= 0).all()


def test_numbers_are_scaled_by_their_decimals() -> None:
    assert table.scaled("4.5", 2) == 450


def test_an_empty_bound_is_none() -> None:
    assert table.scaled("", 1) == table.NONE


def test_the_interval_of_potassium_is_that_of_the_sfbc() -> None:
    assert bounds("K", table.OF_MAN, 40) == (35, 45)


def test_a_woman_s_haemoglobin_is_not_a_man_s() -> None:
    assert (bounds("Hb", table.OF_MAN, 40), bounds("Hb", table.OF_WOMAN, 40)) == ((130, 170), (120, 160))


def test_a_child_s_phosphatases_are_higher() -> None:
    assert bounds("PAL", table.OF_MAN, 8)[1] > bounds("PAL", table.OF_MAN, 40)[1]


def test_a_pregnant_woman_s_glucose_must_be_lower() -> None:
    # 0.92 g/L, the threshold of the CNGOF for a pregnancy's diabetes, is 5.1 mmol/L.
    assert bounds("Glyc", table.OF_PREGNANT, 30)[1] == 51


def test_d_dimers_rise_with_age() -> None:
    # Ten times the age from 50 on (ADJUST-PE).
    assert bounds("DDi", table.OF_WOMAN, 72)[1] == 750


@pytest.mark.parametrize("who", [table.OF_MAN, table.OF_WOMAN, table.OF_PREGNANT])
def test_bounds_are_in_order(who: int) -> None:
    found = table.intervals()
    low, high = found.low[who], found.high[who]
    assert ((low <= high) | (low == table.NONE) | (high == table.NONE)).all()


def test_bounds_are_written_with_their_decimals() -> None:
    found = table.intervals()
    place = table.catalogue().places["K"]
    assert found.texts[int(found.low_text[table.OF_MAN, 40, place])].as_py() == "3.5"


def test_a_visit_has_about_a_dozen_lines() -> None:
    known, often = table.catalogue(), table.orders()
    lines = np.bincount(known.panel, minlength=len(known.panels)) * often.base[0]
    assert 10_000 < lines.sum() < 14_000


def test_only_men_have_a_prostate() -> None:
    panel = table.catalogue().panels.index("PSA")
    assert not table.orders().allowed[health.WOMAN - 1, :, panel].any()
    assert table.orders().allowed[health.MAN - 1, 60, panel]


def test_no_covid_before_2020() -> None:
    panel = table.catalogue().panels.index("RT-PCR SARS-CoV-2")
    assert table.orders().since[panel] == np.datetime64("2020-03-16", "D").astype(int)


def test_every_cause_is_a_condition_or_a_drug_or_named() -> None:
    from simbreach.reference.tables import read_rows

    codes = [*health.conditions().icd10.to_pylist(), *health.drugs().atc.to_pylist(), "B01AA", "pregnant"]
    causes = {row["cause"] for name in ("effects", "orders") for row in read_rows(f"analyses_{name}.csv")}
    assert [cause for cause in sorted(causes) if not any(code.startswith(cause) for code in codes)] == []


def test_effects_have_ranges_in_order() -> None:
    found = table.effects()
    assert (found.low[1:] <= found.high[1:]).all()


@pytest.mark.parametrize(
    ("sex", "age", "micromoles", "rate"),
    [(1, 50, 80, 98), (2, 50, 80, 74), (1, 70, 150, 39), (2, 30, 60, 117)],
)
def test_filtration_is_that_of_ckd_epi(sex: int, age: int, micromoles: int, rate: int) -> None:
    # The published formula of 2009, worked out by hand with creatinine / 88.4 in mg/dL.
    mg = micromoles / 88.4
    kappa, alpha, factor = ((0.9, -0.411, 1), (0.7, -0.329, 1.018))[sex - 1]
    whole = 141 * min(mg / kappa, 1) ** alpha * max(mg / kappa, 1) ** -1.209 * 0.993**age * factor
    by_creatinine, by_age = table.filtration_rates()
    found = int(by_creatinine[sex - 1, micromoles] * by_age[age] // 10**12)
    assert (abs(found - whole) < 1.1, abs(found - rate) <= 1) == (True, True)


def test_every_qualitative_analysis_says_something() -> None:
    known = table.catalogue()
    assert set(table.outcomes()) == set(np.flatnonzero(known.qualitative).tolist())

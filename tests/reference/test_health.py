"""The shipped tables of health and work are whole, fit each other, and say what their sources say."""

import re

import numpy as np
import pytest
from stdnum import ean, luhn

from simbreach.reference import health, work


def test_icd_codes_are_well_formed() -> None:
    codes = health.conditions().icd10.to_pylist()
    assert all(re.fullmatch(r"[A-Z]\d\d(\.\d)?", code) for code in codes)
    assert len(set(codes)) == len(codes)


def test_ages_of_conditions_are_ordered() -> None:
    table = health.conditions()
    assert (table.first_ages <= table.last_ages).all()
    assert (table.per_100k > 0).all()


@pytest.mark.parametrize(("icd10", "sex"), [("C61", 1), ("N40", 1), ("C50.9", 2), ("N80.9", 2), ("B24", 0)])
def test_conditions_belong_to_a_sex(icd10: str, sex: int) -> None:
    table = health.conditions()
    assert table.sexes[table.index(icd10)] == sex


def test_an_unknown_condition_has_no_place() -> None:
    with pytest.raises(ValueError, match="is not in list"):
        health.conditions().index("X99")


def test_hiv_is_as_frequent_as_published() -> None:
    # Santé publique France: some 0.27 % of residents live with HIV; 0.25 % of those of 18 to 85 here.
    table = health.conditions()
    assert table.per_100k[table.index("B24")] == 250


def test_every_atc_code_of_a_condition_has_a_drug() -> None:
    drugs = set(health.drugs().atc.to_pylist())
    assert {code for codes in health.conditions().atc for code in codes} <= drugs


def test_cip13_codes_have_the_key_of_an_ean() -> None:
    assert all(ean.is_valid(code) and len(code) == 13 for code in health.drugs().cip13.to_pylist())


def test_cip13_codes_are_french_drugs() -> None:
    assert all(code.startswith("34009") for code in health.drugs().cip13.to_pylist())


@pytest.mark.parametrize(
    "label", ["LEVOTHYROX 75", "KARDEGIC 75", "METFORMINE 1000", "DOLIPRANE 1000", "UVEDOSE 100000"]
)
def test_drugs_are_named_as_laboratories_write_them(label: str) -> None:
    assert label in health.drugs().labels.to_pylist()


def test_drug_labels_are_plain_capitals() -> None:
    labels = health.drugs().labels.to_pylist()
    assert all(re.fullmatch(r"[A-Z][A-Z0-9 ,/'.-]*", label) for label in labels)


def test_no_drug_label_names_its_maker() -> None:
    makers = {"BIOGARAN", "TEVA", "ZENTIVA", "SANDOZ", "VIATRIS", "ARROW", "EG", "MYLAN", "CRISTERS"}
    assert not any(makers & set(label.split()) for label in health.drugs().labels.to_pylist())


def test_every_drug_suits_children_or_others() -> None:
    drugs = health.drugs()
    assert (drugs.for_child | drugs.for_adult).all()
    assert (drugs.boxes > 0).all()


def test_levothyrox_is_its_codes_most_dispensed_drug() -> None:
    # ANSM, 2023-2024: 31.6 million boxes of Levothyrox a year, far ahead of the other levothyroxines.
    drugs = health.drugs()
    here = np.array(drugs.atc.to_pylist()) == "H03AA01"
    assert drugs.labels[int(np.flatnonzero(here)[drugs.boxes[here].argmax()])].as_py() == "LEVOTHYROX 75"


def test_atc_labels_cover_the_drugs() -> None:
    labels = health.atc_labels()
    missing = {code for code in health.drugs().atc.to_pylist() if code not in labels}  # not sold in town
    assert all(code[:3] in labels for code in missing)


def test_blood_groups_are_those_of_the_efs() -> None:
    groups = health.blood_groups()
    shares = dict(zip(groups.labels.to_pylist(), groups.percents.tolist(), strict=True))
    assert shares == {"A+": 38, "O+": 36, "B+": 8, "A-": 7, "O-": 6, "AB+": 3, "B-": 1, "AB-": 1}


def test_general_practitioners_prescribe_most() -> None:
    table = health.specialties()
    assert table.labels[int(table.weights.argmax())].as_py() == "Médecine générale"


def test_laboratories_prescribe_nothing() -> None:
    table = health.specialties()
    practitioners = np.array(table.practitioners.to_pylist())
    assert (table.weights[practitioners == ""] == 0).all()


def test_specialty_codes_have_two_digits() -> None:
    assert all(re.fullmatch(r"\d\d", code) for code in health.specialties().codes.to_pylist())


def test_loinc_codes_have_the_key_of_luhn() -> None:
    assert all(luhn.is_valid(analysis.loinc.replace("-", "")) for analysis in health.analyses())


def test_nabm_codes_have_four_digits_or_are_empty() -> None:
    assert all(re.fullmatch(r"(\d{4})?", analysis.nabm) for analysis in health.analyses())


def test_tsh_is_the_usual_one() -> None:
    (tsh,) = [analysis for analysis in health.analyses() if analysis.abbreviation == "TSH"]
    assert (tsh.loinc, tsh.unit, tsh.low_male, tsh.high_male, tsh.decimals) == (
        "3016-3",
        "mU/L",
        "0.4",
        "4.0",
        2,
    )


def test_activities_add_up_to_a_thousand() -> None:
    _, _, shares = work.activities()
    assert (shares.sum(axis=1) == 1000).all()


def test_activities_start_at_birth_for_both_sexes() -> None:
    sexes, first_ages, _ = work.activities()
    assert sorted(sexes[first_ages == 0].tolist()) == [1, 2]


def test_occupations_keep_the_shares_of_their_groups() -> None:
    # INSEE labour force survey 2022, both sexes: workers 18.9 % of employed people, clerks 26.0 %.
    table = work.occupations()
    assert abs(int(table.men.sum()) - 10_000_000) < 1000
    assert abs(int(table.women.sum()) - 10_000_000) < 1000


@pytest.mark.parametrize("label", ["Aide-soignant", "Secrétaire", "Maçon", "Professeur des écoles"])
def test_occupations_are_in_the_singular(label: str) -> None:
    assert label in work.occupations().labels.to_pylist()


def test_occupations_are_told_apart() -> None:
    for labels in (work.occupations().labels.to_pylist(), work.occupations().feminine.to_pylist()):
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("man", "woman"),
    [
        ("Infirmier", "Infirmière"),
        ("Vendeur", "Vendeuse"),
        ("Instituteur", "Institutrice"),
        ("Monteur", "Monteuse"),
        ("Technicien de production", "Technicienne de production"),
        ("Adjoint administratif", "Adjointe administrative"),
        ("Sage-femme", "Sage-femme"),
        ("Steward", "Hôtesse de l'air"),
    ],
)
def test_occupations_have_the_feminine_of_the_dictionary(man: str, woman: str) -> None:
    table = work.occupations()
    assert table.feminine[table.labels.to_pylist().index(man)].as_py() == woman


def test_occupations_are_short() -> None:
    assert max(map(len, work.occupations().labels.to_pylist())) <= 32


@pytest.mark.parametrize(("icd10", "label"), [("I10", "HTA"), ("E11.9", "Diabète type 2"), ("J44.9", "BPCO")])
def test_conditions_are_said_as_laboratories_write_them(icd10: str, label: str) -> None:
    table = health.conditions()
    assert table.labels[table.index(icd10)].as_py() == label


def test_every_sector_has_employers() -> None:
    table = work.employers()
    assert (table.sizes > 0).all()
    assert table.sizes.sum() == len(table.labels) == len(table.weights)


def test_employers_stand_in_the_order_of_their_sectors() -> None:
    assert work.employers().labels[0].as_py() == "A SON COMPTE"


def test_insurers_are_about_forty_and_told_apart() -> None:
    labels = work.insurers().labels.to_pylist()
    assert len(set(labels)) == len(labels) == 42


def test_no_insurer_is_another_one_under_another_form() -> None:
    labels = work.insurers().labels.to_pylist()
    stems = [re.split(r" (?:DU|DES|DE LA|DE) ", label)[-1] for label in labels]
    assert len(set(stems)) == len(stems)


def test_health_fund_codes_are_nobodys() -> None:
    assert all(re.fullmatch(r"99\d", code) for code in work.funds().codes.to_pylist())


def test_health_funds_add_up_to_a_thousand() -> None:
    assert work.funds().weights.sum() == 1000


def test_more_people_have_a_mobile_than_a_landline_until_old_age() -> None:
    table = work.equipment()
    grown = (table.first_ages >= 15) & (table.first_ages < 75)
    assert (table.mobile[grown] > table.landline[grown]).all()

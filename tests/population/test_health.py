"""What ails the synthetic people fits their sex, age and each other."""

import numpy as np
import pytest

from simbreach.core.arrow import Coded
from simbreach.core.streams import HashDraw
from simbreach.population import health
from simbreach.reference import health as tables

ROWS = 200_000


def draw(field: str, rows: int = ROWS) -> HashDraw:
    return HashDraw(1, ("person", field), np.arange(rows, dtype=np.uint64))


def people(sex: int | None = None, age: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Sexes and ages of all kinds, or of one."""
    numbers = np.arange(ROWS)
    sexes = numbers % 2 + 1 if sex is None else np.full(ROWS, sex)
    ages = numbers // 2 % 105 if age is None else np.full(ROWS, age)
    return sexes.astype(np.int8), ages.astype(np.int16)


class Population:
    """All fields of people of every sex and age."""

    def __init__(self) -> None:
        self.sex, self.age = people()
        self.pregnant = health.pregnant(draw("pregnant"), self.sex, self.age)
        self.code = health.condition_code(draw("condition_code"), self.sex, self.age, self.pregnant)
        self.drug = health.treatment_code(draw("treatment_code"), self.code, self.age)


@pytest.fixture(scope="module")
def everyone() -> Population:
    return Population()


def share(chosen: np.ndarray) -> float:
    return float(chosen.mean())


def having(code: Coded, *icd10: str) -> np.ndarray:
    return np.isin(code.codes, [tables.conditions().index(one) for one in icd10])


def test_blood_groups_have_the_shares_of_the_efs() -> None:
    groups = health.blood_group(draw("blood_group"))
    counts = np.bincount(groups.codes) * 100 / ROWS
    assert np.abs(counts - [38, 36, 8, 7, 6, 3, 1, 1]).max() < 0.5


def test_blood_groups_are_words() -> None:
    groups = health.blood_group(draw("blood_group", 5))
    assert set(groups.words.to_pylist()) == {"A+", "O+", "B+", "A-", "O-", "AB+", "B-", "AB-"}


def test_five_women_in_a_hundred_of_20_to_39_are_pregnant(everyone: Population) -> None:
    young = (everyone.sex == 2) & (everyone.age >= 20) & (everyone.age < 40)
    assert 0.045 < share(everyone.pregnant[young]) < 0.062


def test_no_man_is_pregnant(everyone: Population) -> None:
    assert not everyone.pregnant[everyone.sex == 1].any()


def test_nobody_is_pregnant_outside_15_to_50(everyone: Population) -> None:
    assert not everyone.pregnant[(everyone.age < 15) | (everyone.age > 50)].any()


def test_conditions_fit_the_sex(everyone: Population) -> None:
    ill = everyone.code.codes >= 0
    bound = tables.conditions().sexes[everyone.code.codes[ill]]
    assert ((bound == 0) | (bound == everyone.sex[ill])).all()


def test_conditions_fit_the_age(everyone: Population) -> None:
    ill = (everyone.code.codes >= 0) & ~everyone.pregnant
    codes, ages = everyone.code.codes[ill], everyone.age[ill]
    table = tables.conditions()
    assert ((ages >= table.first_ages[codes]) & (ages <= table.last_ages[codes])).all()


def test_a_pregnancys_conditions_are_those_of_the_pregnant(everyone: Population) -> None:
    assert (having(everyone.code, "Z34.9", "O24.4") == everyone.pregnant).all()


@pytest.mark.parametrize(
    ("age", "least", "most"), [(0, 0.85, 0.95), (10, 0.4, 0.6), (30, 0.05, 0.2), (70, 0.02, 0.1)]
)
def test_fewer_people_have_nothing_as_they_grow_old(age: int, least: float, most: float) -> None:
    code = health.condition_code(draw("condition_code"), *people(age=age), np.zeros(ROWS, dtype=np.bool_))
    assert least < share(code.codes < 0) < most


@pytest.mark.parametrize(
    ("icd10", "age", "prevalence"), [("B24", 50, 0.0025), ("C61", 70, 0.018), ("K50.9", 30, 0.0025)]
)
def test_rare_conditions_keep_most_of_their_prevalence(icd10: str, age: int, prevalence: float) -> None:
    code = health.condition_code(draw("condition_code"), *people(1, age), np.zeros(ROWS, dtype=np.bool_))
    assert 0.7 * prevalence < share(having(code, icd10)) <= 1.15 * prevalence


def test_conditions_have_names(everyone: Population) -> None:
    names = health.condition(everyone.code)
    assert names.words[tables.conditions().index("B24")].as_py() == "Infection par le VIH"
    assert names.codes is everyone.code.codes


def test_treatments_treat_the_condition(everyone: Population) -> None:
    treated = (everyone.drug >= 0) & (everyone.code.codes >= 0)
    pairs = np.unique(np.stack((everyone.code.codes[treated], everyone.drug[treated])), axis=1).T.tolist()
    atc, wanted = tables.drugs().atc.to_pylist(), tables.conditions().atc
    assert all(atc[drug] in wanted[condition] for condition, drug in pairs)


def test_the_healthy_take_vitamin_d_or_nothing(everyone: Population) -> None:
    drugs = everyone.drug[everyone.code.codes < 0]
    taken = {tables.drugs().atc[int(drug)].as_py() for drug in np.unique(drugs[drugs >= 0])}
    assert taken == {"A11CC05"}
    assert 0.04 < share(drugs >= 0) < 0.09


def test_conditions_without_a_drug_stay_untreated(everyone: Population) -> None:
    assert (everyone.drug[having(everyone.code, "E66.9", "R53", "C67.9")] == -1).all()


@pytest.mark.parametrize("icd10", ["J02.9", "J18.9", "A09.9", "R50.9"])
def test_children_get_childrens_drugs(everyone: Population, icd10: str) -> None:
    children = having(everyone.code, icd10) & (everyone.age < 12) & (everyone.drug >= 0)
    assert children.any()
    assert tables.drugs().for_child[everyone.drug[children]].all()


def test_adults_get_no_childrens_drugs(everyone: Population) -> None:
    grown = (everyone.age >= 12) & (everyone.drug >= 0)
    assert tables.drugs().for_adult[everyone.drug[grown]].all()


def test_hypothyroidism_is_mostly_treated_by_levothyrox(everyone: Population) -> None:
    treated = having(everyone.code, "E03.9") & (everyone.drug >= 0)
    names = health.treatment(everyone.drug[treated])
    levothyrox = [row for row, name in enumerate(names.words.to_pylist()) if name.startswith("LEVOTHYROX")]
    assert share(np.isin(names.codes, levothyrox)) > 0.75


def test_the_three_columns_of_a_treatment_tell_one_drug() -> None:
    row = np.array([tables.drugs().labels.to_pylist().index("KARDEGIC 75"), -1], dtype=np.int32)
    columns = (health.treatment(row), health.treatment_atc(row), health.treatment_cip13(row))
    assert [column.words[int(row[0])].as_py() for column in columns] == [
        "KARDEGIC 75",
        "B01AC06",
        "3400934744198",
    ]
    assert all(column.codes[1] == -1 for column in columns)


def test_a_slice_of_people_has_the_fields_of_the_whole(everyone: Population) -> None:
    part = slice(1000, 3000)
    ids = HashDraw(1, ("person", "condition_code"), np.arange(1000, 3000, dtype=np.uint64))
    alone = health.condition_code(ids, everyone.sex[part], everyone.age[part], everyone.pregnant[part])
    assert (alone.codes == everyone.code.codes[part]).all()


def test_nobody_has_no_condition() -> None:
    nobody = np.array([], dtype=np.int8)
    code = health.condition_code(draw("x", 0), nobody, nobody.astype(np.int16), nobody.astype(np.bool_))
    assert len(health.treatment_code(draw("t", 0), code, nobody)) == 0

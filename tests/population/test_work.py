"""What people do fits sex and age; employers and insurers are nobody's."""

import numpy as np
import pytest

from simbreach.core.arrow import Coded
from simbreach.core.streams import HashDraw
from simbreach.population import work
from simbreach.reference import work as tables

ROWS = 100_000


def draw(field: str, rows: int = ROWS) -> HashDraw:
    return HashDraw(1, ("person", field), np.arange(rows, dtype=np.uint64))


def of(sex: int, age: int, rows: int = ROWS) -> tuple[np.ndarray, Coded]:
    """Activities and occupations of people of one sex and age."""
    sexes, ages = np.full(rows, sex, dtype=np.int8), np.full(rows, age, dtype=np.int16)
    activity = work.activity(draw("activity", rows), sexes, ages)
    return activity, work.occupation(draw("occupation", rows), sexes, activity)


def said(column: Coded) -> set[str]:
    return {column.words[code].as_py() for code in np.unique(column.codes).tolist() if code >= 0}


def share_of(column: Coded, *words: str) -> float:
    known = column.words.to_pylist()
    return float(np.isin(column.codes, [known.index(word) for word in words]).mean())


@pytest.mark.parametrize("age", [0, 2])
def test_infants_have_no_occupation(age: int) -> None:
    assert (of(1, age)[1].codes == -1).all()


@pytest.mark.parametrize("age", [3, 10, 15])
def test_children_go_to_school(age: int) -> None:
    assert said(of(2, age)[1]) == {"Élève"}


def test_students_are_18_to_29() -> None:
    assert "Étudiant" not in said(of(1, 17)[1]) | said(of(1, 30)[1])
    assert share_of(of(1, 19)[1], "Étudiant") > 0.4


@pytest.mark.parametrize(("age", "least", "most"), [(49, 0, 0), (60, 0.2, 0.4), (70, 0.9, 1), (90, 0.9, 1)])
def test_people_retire_round_62(age: int, least: float, most: float) -> None:
    assert least <= share_of(of(1, age)[1], "Retraité") <= most


def test_nobody_works_at_90() -> None:
    assert not (of(2, 90)[0] == tables.ACTIVITIES.index("active")).any()


@pytest.mark.parametrize(
    ("label", "sex"), [("Chauffeur routier", 1), ("Secrétaire", 2), ("Aide à domicile", 2)]
)
def test_some_occupations_lean_to_one_sex(label: str, sex: int) -> None:
    mostly, rarely = of(sex, 40)[1], of(3 - sex, 40)[1]
    assert share_of(mostly, label) > 3 * share_of(rarely, label)


@pytest.mark.parametrize(
    ("age", "man", "woman"),
    [(80, "Retraité", "Retraitée"), (20, "Étudiant", "Étudiante"), (40, "Pharmacien", "Pharmacienne")],
)
def test_words_follow_the_sex(age: int, man: str, woman: str) -> None:
    men, women = said(of(1, age)[1]), said(of(2, age)[1])
    assert (man in men, woman in men, man in women, woman in women) == (True, False, False, True)


def test_only_people_at_work_have_an_employer() -> None:
    activity, occupation = of(2, 62)
    employers = work.employer(draw("employer"), occupation)
    assert ((employers.codes >= 0) == (activity == tables.ACTIVITIES.index("active"))).all()


def employers_of(label: str) -> set[str]:
    """The employers of 5,000 people of one occupation."""
    words = of(1, 40, 1)[1].words
    occupation = Coded(np.full(5000, words.to_pylist().index(label), dtype=np.int32), words)
    return said(work.employer(draw("employer", 5000), occupation))


@pytest.mark.parametrize(
    ("label", "employer"),
    [
        ("Aide-soignant", "CENTRE HOSPITALIER"),
        ("Professeur des écoles", "ECOLE PRIMAIRE"),
        ("Aide-soignante", "CENTRE HOSPITALIER"),
        ("Gendarme", "MINISTERE"),
        ("Assistante maternelle", "PARTICULIER EMPLOYEUR"),
        ("Artisan", "A SON COMPTE"),
    ],
)
def test_employers_fit_the_occupation(label: str, employer: str) -> None:
    found = employers_of(label)
    assert employer in found
    assert len(found) <= 5


def test_firms_are_many() -> None:
    assert len(employers_of("Caissier")) > 400


def test_nine_in_ten_people_are_in_the_general_regime() -> None:
    funds = work.payer_fund(draw("payer_fund"))
    assert float((funds == 0).mean()) == pytest.approx(0.88, abs=0.01)


def test_the_columns_of_a_fund_tell_one_fund() -> None:
    row = np.array([1], dtype=np.int32)
    columns = (work.payer_name, work.payer_regime, work.payer_regime_name, work.payer_caisse)
    values = [column(row).words[1].as_py() for column in columns]
    assert values == ["MSA", "02", "REGIME AGRICOLE", "992"]


def test_96_in_100_people_have_an_insurer() -> None:
    assert float((work.payer_insurer(draw("i")).codes >= 0).mean()) == pytest.approx(0.96, abs=0.005)


def test_insurers_have_codes_of_eight_digits() -> None:
    codes = work.payer_insurer_code(work.payer_insurer(draw("i", 10))).words.to_pylist()
    assert codes[:2] == ["99000000", "99000001"]
    assert len(set(codes)) == len(codes)


def test_only_the_insured_have_a_contract() -> None:
    insurers = work.payer_insurer(draw("i"))
    contracts = work.payer_contract_name(draw("c"), insurers)
    assert ((contracts.codes >= 0) == (insurers.codes >= 0)).all()


def test_nobody_does_nothing() -> None:
    activity, occupation = of(1, 40, 0)
    assert len(activity) == len(occupation) == len(work.employer(draw("e", 0), occupation)) == 0

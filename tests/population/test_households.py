"""Who lives with whom: couples, mothers, households, and the names that go with them."""

import numpy as np
import pytest

from simbreach.core.frame import Frame, take
from simbreach.engine.persons import person_frame
from simbreach.population import people
from simbreach.reference.places import commune_index, places

SEED = 1
MAN, WOMAN = 1, 2
# The smallest communes with inhabitants, the overseas départements, Corsica, arrondissements, a large town.
COMMUNES = ["54310", "26274", "97101", "97209", "97302", "97411", "97608", "2A004", "2B033", "75101", "69381"]
COMMUNES += ["13201", "56260", "56007", "2A247", "97616"]


def frame(ids: np.ndarray) -> Frame:
    return person_frame(ids, SEED, "unattributed")


def residents(insee_code: str) -> np.ndarray:
    """Everyone who lives in a commune."""
    commune = commune_index(insee_code)
    which = int(places().department[commune])
    cells = np.arange(which * 218, (which + 1) * 218)
    sizes, offsets = people.cells().sizes[cells], people.cells().offsets[cells]
    start, stop = people.commune_span(np.array(commune), np.array(which), sizes)
    return np.concatenate(
        [np.arange(a, b) for a, b in zip(offsets + start, offsets + stop, strict=True)], dtype=np.int64
    )


def share(of: np.ndarray, among: np.ndarray) -> float:
    return float(of[among].mean())


@pytest.fixture(scope="module")
def some() -> Frame:
    """300,000 people all over France."""
    total = people.cells().people
    return frame(np.arange(0, total, total // 300_000))


@pytest.fixture(scope="module")
def partners(some: Frame) -> Frame:
    """The partners of those who have one."""
    return frame(some["partner_id"][some["coupled"]])


@pytest.fixture(scope="module")
def mothers(some: Frame) -> Frame:
    return frame(some["mother_id"][some["mother_id"] >= 0])


@pytest.fixture(scope="module", params=COMMUNES)
def commune(request: pytest.FixtureRequest) -> Frame:
    """All people of one commune."""
    return frame(residents(request.param))


# Couples.


def test_who_is_coupled_has_a_partner_and_nobody_else(some: Frame) -> None:
    assert ((some["partner_id"] >= 0) == some["coupled"]).all()


def test_a_partner_s_partner_is_the_person(some: Frame, partners: Frame) -> None:
    assert (partners["partner_id"] == some["person_id"][some["coupled"]]).all()


def test_partners_are_of_the_other_sex_in_the_same_commune(some: Frame, partners: Frame) -> None:
    coupled = some["coupled"]
    assert (partners["sex"] + some["sex"][coupled] == MAN + WOMAN).all()
    assert (partners["commune"] == some["commune"][coupled]).all()


def test_husbands_are_two_to_three_years_older(some: Frame, partners: Frame) -> None:
    # Source: INSEE, couples of the 2010s: 2.5 years on average.
    wives = some["sex"][some["coupled"]] == WOMAN
    born = some["birth_year"][some["coupled"]].astype(int)
    gaps = (born - partners["birth_year"])[wives]
    assert 2 < gaps.mean() < 3
    assert 2 < gaps.std() < 6
    assert (gaps < 0).any()


# Source: INSEE, recensement 2018, people who live as a couple, by sex and age.
@pytest.mark.parametrize(
    ("sex", "age", "expected"),
    [
        (MAN, 20, 0.03),
        (MAN, 30, 0.58),
        (MAN, 35, 0.68),
        (MAN, 45, 0.70),
        (MAN, 60, 0.74),
        (MAN, 75, 0.76),
        (MAN, 85, 0.66),
        (WOMAN, 20, 0.09),
        (WOMAN, 25, 0.43),
        (WOMAN, 35, 0.71),
        (WOMAN, 45, 0.69),
        (WOMAN, 60, 0.67),
        (WOMAN, 75, 0.54),
        (WOMAN, 85, 0.26),
    ],
)
def test_as_many_live_in_a_couple_as_are_published(some: Frame, sex: int, age: int, expected: float) -> None:
    there = (some["sex"] == sex) & (np.abs(some["age"] - age) <= 1)
    assert share(some["coupled"], there) == pytest.approx(expected, abs=0.04)


def test_nobody_under_18_lives_in_a_couple(some: Frame) -> None:
    assert not some["coupled"][some["age"] < 18].any()


# Source: INSEE, recensement 2021: widowed of both sexes, at 65 to 79 and from 80 on.
@pytest.mark.parametrize(("low", "high", "expected"), [(65, 79, 0.16), (80, 104, 0.47), (0, 44, 0.0)])
def test_as_many_are_widowed_as_are_published(some: Frame, low: int, high: int, expected: float) -> None:
    there = (some["age"] >= low) & (some["age"] <= high)
    assert share(some["widowed"], there) == pytest.approx(expected, abs=0.04)


def test_widows_are_four_times_as_many_as_widowers(some: Frame) -> None:
    # Source: INSEE, recensement 2018: 81 % of the widowed are women.
    assert share(some["sex"] == WOMAN, some["widowed"]) == pytest.approx(0.81, abs=0.04)


def test_nobody_is_widowed_and_coupled(some: Frame) -> None:
    assert not (some["widowed"] & some["coupled"]).any()


def test_partners_are_married_to_each_other_or_neither_is(some: Frame, partners: Frame) -> None:
    assert (partners["married"] == some["married"][some["coupled"]]).all()
    assert not (some["married"] & ~some["coupled"]).any()


def test_seven_couples_in_ten_are_married(some: Frame) -> None:
    # Source: INSEE Première 1803 (census of 2018 and before): about 73 % of couples.
    assert share(some["married"], some["coupled"]) == pytest.approx(0.73, abs=0.04)


# Names.


def test_nine_married_women_in_ten_bear_the_husband_s_name(some: Frame) -> None:
    # Source: Ined, survey of 1995: 91 %.
    wives = some["married"] & (some["sex"] == WOMAN)
    same = some["usage_name"].codes == some["husband_birth_name"].codes
    assert share(same, wives) == pytest.approx(0.91, abs=0.01)


def test_men_and_single_women_bear_their_birth_name(some: Frame) -> None:
    others = (some["sex"] == MAN) | ~(some["married"] | some["widowed"])
    assert (some["usage_name"].codes == some["birth_name"].codes)[others].all()


def test_most_widows_keep_another_name_than_their_birth_name(some: Frame) -> None:
    widows = some["widowed"] & (some["sex"] == WOMAN)
    assert share(some["usage_name"].codes != some["birth_name"].codes, widows) == pytest.approx(
        0.91, abs=0.01
    )


def test_a_child_bears_its_father_s_or_its_mother_s_surname(some: Frame) -> None:
    name, mother = some["birth_name"].codes, some["mother_birth_name"].codes
    father = some["mother_husband_birth_name"].codes
    child = some["mother_id"] >= 0
    assert ((name == father) | (name == mother))[child].all()
    assert (name == mother)[child & (father < 0)].all()


def test_seven_children_of_couples_in_eight_bear_their_father_s_surname(some: Frame) -> None:
    # Source: INSEE, births of 2014: 83 % the father's alone, 9 % both, which we write as either.
    father = some["mother_husband_birth_name"].codes
    same = some["birth_name"].codes == father
    assert share(same, father >= 0) == pytest.approx(0.88, abs=0.02)


# Children and households.


def test_people_born_from_2003_on_have_a_mother_and_no_one_else(some: Frame) -> None:
    child = some["birth_year"] >= 2003
    has = some["mother_id"] >= 0
    assert not has[~child].any()
    assert has[child].mean() > 0.9995


def test_mothers_are_women_18_to_45_years_older(some: Frame, mothers: Frame) -> None:
    children = some["mother_id"] >= 0
    assert (mothers["sex"] == WOMAN).all()
    gaps = some["birth_year"][children].astype(int) - mothers["birth_year"]
    assert (gaps.min(), gaps.max()) == (18, 45)


def test_mothers_are_thirty_and_a_half_on_average(some: Frame, mothers: Frame) -> None:
    # Source: INSEE, births of 2010 to 2020: mean age went from 29.9 to 30.8; half a year is rounding.
    children = some["mother_id"] >= 0
    gaps = some["birth_year"][children].astype(int) - mothers["birth_year"]
    assert gaps.mean() == pytest.approx(30.5, abs=0.8)


def test_nobody_is_their_own_mother_and_no_mother_is_a_child(some: Frame, mothers: Frame) -> None:
    assert (some["mother_id"] != some["person_id"]).all()
    assert (mothers["birth_year"] < 2003).all()


def test_four_children_in_five_live_with_both_parents(mothers: Frame) -> None:
    # Source: INSEE, recensement 2018: 78 % of the children under 18 live with a couple.
    assert float(mothers["coupled"].mean()) == pytest.approx(0.78, abs=0.04)


@pytest.mark.parametrize("field", ["household_id", "commune", "landline"])
def test_children_share_their_mother_s(some: Frame, mothers: Frame, field: str) -> None:
    assert (some[field][some["mother_id"] >= 0] == mothers[field]).all()


@pytest.mark.parametrize("field", ["address_1", "address_2", "postcode"])
def test_children_live_at_their_mother_s_address(some: Frame, mothers: Frame, field: str) -> None:
    children = np.flatnonzero(some["mother_id"] >= 0)
    assert take(some[field], children).text().equals(mothers[field].text())


def test_partners_share_household_address_and_landline(some: Frame, partners: Frame) -> None:
    coupled = np.flatnonzero(some["coupled"])
    assert (partners["household_id"] == some["household_id"][coupled]).all()
    assert (partners["landline"] == some["landline"][coupled]).all()
    assert partners["address_1"].text().equals(take(some["address_1"], coupled).text())


def test_a_household_s_first_person_is_of_that_household(some: Frame) -> None:
    heads = frame(some["household_id"])
    assert (heads["household_id"] == some["household_id"]).all()
    assert (heads["commune"] == some["commune"]).all()
    assert (heads["birth_year"] < 2003)[some["birth_year"] < 2003].all()


def test_a_couple_s_first_person_is_the_man(some: Frame) -> None:
    men = some["coupled"] & (some["sex"] == MAN)
    assert (some["household_id"] == some["person_id"])[men].all()
    women = some["coupled"] & (some["sex"] == WOMAN)
    assert (some["household_id"] == some["husband_id"])[women].all()


def test_a_child_is_insured_under_its_mother_or_her_partner(some: Frame) -> None:
    guardian, child = some["guardian_id"], some["mother_id"] >= 0
    father = some["mother_husband_id"]
    assert ((guardian == some["mother_id"]) | ((guardian == father) & (father >= 0)))[child].all()
    assert (guardian[~child] == -1).all()


# Whole communes: nobody is left out or matched twice.


def test_everyone_of_a_commune_lives_in_it(commune: Frame) -> None:
    assert len(commune) > 0
    assert len(np.unique(commune["commune"])) == 1


def test_partners_within_a_commune_are_matched_one_to_one(commune: Frame) -> None:
    ids, partner = commune["person_id"], commune["partner_id"][commune["coupled"]]
    assert np.array_equal(np.sort(partner), ids[commune["coupled"]])


def test_most_of_those_who_should_have_a_partner_have_one(commune: Frame) -> None:
    adults = commune["age"] >= 25
    assert len(commune) < 1_000 or 0.5 < share(commune["coupled"], adults) < 0.75


def test_heads_and_mothers_live_in_the_commune(commune: Frame) -> None:
    ids, mothers = commune["person_id"], commune["mother_id"]
    assert np.isin(commune["household_id"], ids).all()
    assert np.isin(mothers[mothers >= 0], ids).all()


def test_no_household_of_a_commune_is_larger_than_life(commune: Frame) -> None:
    _, sizes = np.unique(commune["household_id"], return_counts=True)
    assert sizes.max() <= 12
    # Source: INSEE, recensement 2020: 2.2 people a household, 2.4 to 4.1 overseas.
    assert len(commune) < 1_000 or 1.4 < sizes.mean() < 3.6


def test_siblings_born_in_one_year_are_no_more_than_three(commune: Frame) -> None:
    mothers = commune["mother_id"]
    children = mothers >= 0
    births = mothers[children] * 200 + commune["birth_year"][children] - 1900
    assert len(births) == 0 or np.unique(births, return_counts=True)[1].max() <= 3

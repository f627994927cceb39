"""Who lives in the synthetic France: how many, where, born when and where, and with which NIR."""

import numpy as np
import pytest
from stdnum.fr import nir as stdnum_nir

from simbreach.core.frame import Frame
from simbreach.engine.persons import person_frame
from simbreach.population import people
from simbreach.reference.places import places

SEED = 1
# Source: INSEE, population estimates, January 2026. Men and women of France on 1 January 2021, and those of
# age 0 on the 1 January after each of the years 2021 to 2025.
MEN_2021, WOMEN_2021 = 32_767_086, 34_930_005
AGE_0 = {2021: 694_434, 2022: 674_280, 2023: 628_888, 2024: 613_622, 2025: 598_115}
TOTAL = MEN_2021 + WOMEN_2021 + sum(AGE_0.values())
CELLS = 101 * 2 * 109


def frame(ids: np.ndarray) -> Frame:
    return person_frame(ids, SEED, "unattributed")


def every(step: int) -> np.ndarray:
    """One person in `step`, all over France."""
    return np.arange(0, TOTAL, step)


def residents(code: str, count: int | None = None) -> np.ndarray:
    """People of a département: all, or about `count` spread over it."""
    which = places().department_codes.index(code)
    start, stop = people.cells().offsets[[which * 218, (which + 1) * 218]]
    return np.arange(start, stop, max((stop - start) // count, 1) if count else 1)


def born_in(*years: int) -> np.ndarray:
    """Everyone born in `years`."""
    offsets = people.cells().offsets
    cells = [np.arange(year - 1917, CELLS, 109) for year in years]
    return np.concatenate([np.arange(offsets[c], offsets[c + 1]) for c in np.concatenate(cells)])


def digits(nir: np.ndarray, start: int, stop: int) -> np.ndarray:
    """The number that stands at [start, stop) of each NIR."""
    return (nir[:, start:stop].astype(np.int64) - 48) @ 10 ** np.arange(stop - start)[::-1]


def place_of(nir: np.ndarray) -> np.ndarray:
    return nir[:, 5:7].copy().view("S2").ravel().astype(str)


def repeated(ids: np.ndarray) -> int:
    """How many of the NIRs of different people occur before."""
    nir = frame(ids)["nir"][:, :13].astype(np.int64) - 48
    # A digit counts 0-9, the letter of Corsica 17 or 18.
    bodies = nir[:, np.arange(13) != 6] @ 10 ** np.arange(12) * 20 + nir[:, 6]
    bodies.sort()
    return int((bodies[1:] == bodies[:-1]).sum())


@pytest.fixture(scope="module")
def some() -> Frame:
    """300,000 people all over France."""
    return frame(every(TOTAL // 300_000))


@pytest.fixture(scope="module")
def morbihan() -> Frame:
    return frame(residents("56"))


# How many, and where they live.


def test_there_are_as_many_people_as_in_the_pyramid() -> None:
    assert people.cells().people == TOTAL


def test_men_and_women_and_births_are_those_of_the_pyramid() -> None:
    sizes = people.cells().sizes.reshape(101, 2, 109).sum(axis=0)
    before, after = sizes[:, : 2021 - 1917], sizes[:, 2021 - 1917 :]
    assert before.sum(axis=1).tolist() == [MEN_2021, WOMEN_2021]
    assert after.sum(axis=0).tolist() == list(AGE_0.values())


def test_departments_have_their_share_of_the_people() -> None:
    population = people.department_populations()
    sizes = people.cells().sizes.reshape(101, 218).sum(axis=1)
    # Each of the 218 cells of a département is off by less than one person.
    assert np.abs(sizes - TOTAL * (population / population.sum())).max() < 218


def test_first_and_last_person_are_in_the_first_and_last_cell() -> None:
    ends = frame(np.array([0, TOTAL - 1]))
    assert ends["cell"].tolist() == [0, CELLS - 1]
    assert ends["birth_year"].tolist() == [1917, 2025]
    assert [places().department_codes[d] for d in ends["department"]] == ["01", "976"]


def test_sex_year_and_department_say_the_cell(some: Frame) -> None:
    cell = (some["department"].astype(int) * 2 + some["sex"] - 1) * 109 + some["birth_year"] - 1917
    assert (cell == some["cell"]).all()


def test_a_person_lives_in_one_commune_of_their_department(some: Frame) -> None:
    assert (places().department[some["commune"]] == some["department"]).all()
    size = people.cells().sizes[some["cell"]]
    start, stop = people.commune_span(some["commune"], some["department"], size)
    assert ((start <= some["position"]) & (some["position"] < stop)).all()


def test_communes_of_morbihan_have_their_share_of_its_people(morbihan: Frame) -> None:
    which = places().department_codes.index("56")
    first, stop = places().first_commune[which : which + 2]
    counts = np.bincount(morbihan["commune"] - first, minlength=stop - first)
    population = places().population[first:stop]
    # Source: INSEE, COG 2026: 249 communes.
    assert len(counts) == 249
    variation = np.abs(counts / counts.sum() - population / population.sum()).sum() / 2
    assert variation <= 0.002


def test_nobody_lives_in_the_six_villages_destroyed_in_1916() -> None:
    # Source: INSEE, legal populations 2023: communes of the Meuse without inhabitants.
    villages = ["55039", "55050", "55139", "55189", "55239", "55307"]
    codes = places().insee_codes.to_pylist()
    lived_in = {codes[commune] for commune in np.unique(frame(residents("55"))["commune"])}
    assert lived_in.isdisjoint(villages)
    assert len(lived_in) > 480


def test_age_is_that_of_1_january_2021() -> None:
    years = np.array([1917, 1950, 2002, 2003, 2020, 2021, 2025], dtype=np.int16)
    assert people.age(years).tolist() == [103, 70, 18, 17, 0, 0, 0]


# Birth and NIR.


def test_python_stdnum_accepts_the_nirs(some: Frame) -> None:
    texts = [bytes(row).decode() for row in some["nir"][::150]]
    assert [text for text in texts if not stdnum_nir.is_valid(text)] == []


def test_the_nir_says_sex_year_and_month_of_birth(some: Frame) -> None:
    nir = some["nir"]
    assert (digits(nir, 0, 1) == some["sex"]).all()
    assert (digits(nir, 1, 3) == some["birth_year"] % 100).all()
    months = (some["birth_date"].astype("datetime64[D]").astype("datetime64[M]")).astype(int) + 12 * 53
    assert (digits(nir, 3, 5) == months % 12 + 1).all()
    assert (some["birth_year"] == months // 12 + 1917).all()


def test_the_nir_says_the_department_of_birth(some: Frame) -> None:
    codes = np.array([*places().department_codes, "99"])
    born = codes[some["birth_department"]]
    assert (place_of(some["nir"]) == np.where(np.char.str_len(born) == 3, "97", born)).all()


def test_orders_are_900_and_more(some: Frame) -> None:
    assert digits(some["nir"], 10, 13).min() == 900


def test_months_and_days_of_birth_are_spread_over_the_year(some: Frame) -> None:
    days = some["birth_date"].astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    counts = np.bincount(months.astype(int) % 12)
    assert counts.min() > 0.97 * len(days) / 12
    of_month = (days - months).astype(int) + 1
    assert (of_month.min(), of_month.max()) == (1, 31)
    assert float((of_month <= 15).mean()) == pytest.approx(15 * 12 / 365.25, abs=0.005)


def test_nobody_is_born_in_91_to_95_before_1968(some: Frame) -> None:
    # Source: law of 10 July 1964, in force on 1 January 1968; before, these numbers stood for North Africa.
    early = some["birth_year"] < 1968
    place = place_of(some["nir"])
    around_paris = np.isin(place, ["91", "92", "93", "94", "95"])
    assert not (early & around_paris).any()
    assert (~early & around_paris).sum() > 5_000
    assert not np.isin(place, ["20", "96"]).any()


def test_births_overseas_are_written_97_and_9xx(some: Frame) -> None:
    nir = some["nir"][place_of(some["nir"]) == "97"]
    assert len(nir) > 3_000
    assert (digits(nir, 7, 10).min(), digits(nir, 7, 10).max()) == (901, 989)


def test_births_abroad_are_written_99_and_600_to_899(some: Frame) -> None:
    nir = some["nir"][place_of(some["nir"]) == "99"]
    assert (digits(nir, 7, 10).min(), digits(nir, 7, 10).max()) == (600, 899)


def test_one_in_eight_is_born_abroad(some: Frame) -> None:
    # Source: INSEE, 2022: 12.8 % of the inhabitants.
    assert 0.12 < (some["birth_department"] == -1).mean() < 0.135


# Source: INSEE, census of 2021, immigrants and French people born abroad: about 5 and 35 %.
@pytest.mark.parametrize(("code", "low", "high"), [("56", 0.04, 0.07), ("93", 0.30, 0.40)])
def test_few_are_born_abroad_in_morbihan_and_many_in_seine_saint_denis(
    code: str, low: float, high: float
) -> None:
    assert low < (frame(residents(code, 40_000))["birth_department"] == -1).mean() < high


def test_six_in_ten_of_those_born_in_france_live_where_they_were_born(some: Frame) -> None:
    inland = (some["birth_department"] >= 0) & (some["birth_year"] >= 1968)
    at_home = some["birth_department"][inland] == some["department"][inland]
    assert 0.58 < at_home.mean() < 0.68


def test_no_nir_twice_among_all_born_in_1950() -> None:
    assert repeated(born_in(1950)) == 0


def test_no_nir_twice_among_all_born_in_1921_and_2021_whose_years_read_the_same() -> None:
    assert repeated(born_in(1921, 2021)) == 0


def test_no_nir_twice_among_300_000_people_of_all_ages() -> None:
    assert repeated(every(TOTAL // 300_000)) == 0


def test_another_population_seed_keeps_where_people_live_and_changes_who_they_are() -> None:
    ids = every(TOTAL // 2_000)
    one, other = (person_frame(ids, seed, "unattributed") for seed in (1, 2))
    assert (one["commune"] == other["commune"]).all()
    assert (one["birth_year"] == other["birth_year"]).all()
    assert (one["nir"] != other["nir"]).any(axis=1).mean() > 0.99
    assert (one["first_name"].codes != other["first_name"].codes).mean() > 0.9

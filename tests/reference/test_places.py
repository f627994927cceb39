"""Départements, communes and the pyramid, against what INSEE publishes."""

import numpy as np
import pytest

from simbreach.core.errors import InputError
from simbreach.reference.places import (
    commune_index,
    department_codes,
    department_index,
    places,
    pyramid,
    within,
)


def communes_of(code: str) -> range:
    first, stop = places().first_commune[department_index(code) :][:2]
    return range(int(first), int(stop))


def name(index: int) -> str:
    return places().names[index].as_py()


def test_there_are_101_departments_with_corsica_in_two_and_five_overseas() -> None:
    codes = department_codes()
    assert len(codes) == 101
    assert [code for code in codes if code[0] == "2" and not code.isdigit()] == ["2A", "2B"]
    assert codes[-5:] == ("971", "972", "973", "974", "976")


def test_communes_are_34_875_with_three_cities_as_their_45_arrondissements() -> None:
    # Source: INSEE, COG 2026.
    assert len(places().names) == 34_875 - 3 + 45


def test_the_population_is_that_of_the_census() -> None:
    # Source: INSEE, legal populations 2023 (Mayotte 2017), départements 01 to 976.
    assert places().population_edges[-1] == places().population.sum() == 68_350_798


@pytest.mark.parametrize(
    ("code", "communes"),
    [("56", 249), ("971", 32), ("972", 34), ("973", 22), ("974", 24), ("976", 17), ("75", 20)],
)
def test_a_department_has_its_communes(code: str, communes: int) -> None:
    # Source: INSEE, COG 2026; Paris has 20 arrondissements.
    assert len(communes_of(code)) == communes


def test_every_commune_code_opens_with_its_department() -> None:
    france = places()
    codes = france.insee_codes.to_pylist()
    departments = [france.department_codes[i] for i in france.department.tolist()]
    assert all(code.startswith(department) for code, department in zip(codes, departments, strict=True))


def test_codes_are_distinct_and_columns_as_long_as_each_other() -> None:
    france = places()
    rows = len(france.insee_codes)
    assert len(set(france.insee_codes.to_pylist())) == rows
    for column in (france.names, france.department, france.population, france.x_m, france.y_m):
        assert len(column) == rows
    assert len(france.population_edges) == len(france.postcode_start) == rows + 1
    assert france.postcode_start[-1] == len(france.postcodes)


def test_vannes_is_where_it_is() -> None:
    # Source: INSEE (population 2023), La Poste (postcode), IGN (Lambert-93, town hall).
    index = commune_index("56260")
    france = places()
    assert name(index) == "Vannes"
    assert france.department_codes[france.department[index]] == "56"
    assert france.postcodes[int(france.postcode_start[index])].as_py() == "56000"
    assert france.population[index] == 55_790
    assert abs(int(france.x_m[index]) - 268_000) < 5_000
    assert abs(int(france.y_m[index]) - 6_744_000) < 5_000


def test_every_postcode_has_five_digits() -> None:
    assert all(len(code) == 5 and code.isdigit() for code in places().postcodes.to_pylist())


def test_neighbours_in_the_list_are_neighbours_on_the_map() -> None:
    france = places()
    inside = communes_of("45")
    x, y = (axis[inside.start : inside.stop].astype(np.int64) for axis in (france.x_m, france.y_m))
    steps = np.hypot(np.diff(x), np.diff(y))
    # Loiret has 325 communes on 6,775 km²: 4.6 km from one to the next at best.
    assert np.median(steps) < 6_000


def test_within_finds_the_communes_round_a_town_and_itself() -> None:
    # Source: a map: Séné and Saint-Avé touch Vannes, Lorient is 48 km away.
    found = {name(int(index)) for index in within(commune_index("56260"), 10_000)}
    assert {"Vannes", "Séné", "Saint-Avé"} <= found
    assert "Lorient" not in found


def test_within_zero_metres_a_commune_is_alone() -> None:
    index = commune_index("56260")
    assert within(index, 0).tolist() == [index]


def test_no_overseas_commune_is_near_another_territory() -> None:
    france = places()
    for code in ("971", "972", "973", "974", "976"):
        around = within(communes_of(code).start, 1_000_000)
        assert set(france.department[around].tolist()) == {department_index(code)}


@pytest.mark.parametrize(
    ("code", "zone"), [("75", 1), ("56", 2), ("67", 3), ("69", 4), ("33", 5), ("971", 5), ("974", 2)]
)
def test_landlines_of_a_department_open_with_its_zone(code: str, zone: int) -> None:
    # Source: ARCEP, numbering plan.
    assert places().zone[department_index(code)] == zone


@pytest.mark.parametrize("code", ["20", "96", "1", "999", ""])
def test_an_unknown_department_is_refused(code: str) -> None:
    with pytest.raises(InputError, match="unknown département"):
        department_index(code)


def test_an_unknown_commune_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(InputError, match="unknown commune '5626'"):
        commune_index("5626")


def test_paris_is_addressed_by_arrondissement() -> None:
    with pytest.raises(InputError, match="arrondissement"):
        commune_index("75056")
    assert name(commune_index("75115")) == "Paris 15e Arrondissement"


def test_the_pyramid_sums_to_the_country_on_1_january_2021() -> None:
    # Source: INSEE, population estimates of January 2026: 32,767,086 men, 34,930,005 women.
    assert pyramid()[:, : 2020 - 1917 + 1].sum(axis=1).tolist() == [32_767_086, 34_930_005]


def test_the_pyramid_goes_on_with_the_births_of_five_years() -> None:
    # Source: as above, age 0 on 1 January 2022 … 2026.
    men, women = pyramid()[:, -5:].tolist()
    assert men == [354_728, 344_578, 320_937, 313_865, 305_209]
    assert women == [339_706, 329_702, 307_951, 299_757, 292_906]


def test_the_oldest_class_is_spread_over_five_years_of_birth() -> None:
    # Source: as above, 99 and over on 1 January 2021: 7,166 men, 36,406 women.
    oldest = pyramid()[:, :5]
    assert oldest.sum(axis=1).tolist() == [7_166, 36_406]
    assert (np.diff(oldest) > 0).all()

"""Places of birth: their groups and weights."""

import numpy as np

from simbreach.reference.births import COUNTRY_BANDS, birth_places, countries
from simbreach.reference.places import places
from simbreach.reference.tables import read_csv


def test_every_department_has_a_maternity() -> None:
    assert (birth_places().table.sizes[: len(places().department_codes)] > 0).all()


def test_maternities_are_in_their_department() -> None:
    france, table = places(), birth_places().table
    for department in range(101):
        start, size = int(table.starts[department]), int(table.sizes[department])
        assert set(france.department[birth_places().items[start : start + size]].tolist()) == {department}


def test_all_of_the_maternities_are_kept() -> None:
    # Source: the model's table has 458 communes with a maternity.
    assert (
        birth_places().table.sizes[:101].sum() == len(read_csv("birth_places.csv", "births")["births"]) == 458
    )


def test_there_is_a_group_of_countries_for_each_band() -> None:
    table = birth_places().table
    assert len(table.sizes) == 101 + 101 + len(COUNTRY_BANDS)
    assert set(table.sizes[-4:].tolist()) == {len(countries()[0])}


def test_countries_are_the_198_in_force_but_france() -> None:
    # Source: INSEE, COG 2025: 199 current codes, one of them France.
    codes, names, weights = countries()
    assert len(codes) == len(names) == 198
    assert "99100" not in codes.to_pylist()
    assert all((weight > 0).all() for weight in weights)


def test_the_three_first_countries_of_the_middle_band_are_the_published_ones() -> None:
    # Source: INSEE, immigrants by country of birth 2020: Algeria 12.7 %, Morocco 12.0 %, Portugal 8.6 %.
    _, names, weights = countries()
    order = np.argsort(-weights[2], kind="stable")[:3]
    assert {names[int(i)].as_py() for i in order} == {"Algérie", "Maroc", "Portugal"}

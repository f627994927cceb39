"""The space of NIRs that nobody can have, against the table that it comes from."""

import csv
from importlib.resources import files

import numpy as np
import pytest

from simbreach.core.errors import InputError
from simbreach.reference import nir_space

TABLE = list(
    csv.DictReader(
        files("simbreach.reference").joinpath("data/nir_void_communes.csv").read_text().splitlines()
    )
)
EVERY = np.arange(len(nir_space.places()))


def test_places_are_the_table_without_old_corsica_then_overseas_and_abroad() -> None:
    codes = [row["department_code"] for row in TABLE if row["first_void_code"]]
    assert list(nir_space.places()) == [code for code in codes if code != "20"] + ["97", "99"]


def test_no_void_commune_was_ever_a_commune() -> None:
    highest = {row["department_code"]: int(row["highest_commune_code"] or 0) for row in TABLE}
    gaps = [nir_space.void_range(code)[0] - highest[code] for code in nir_space.places()[:-2]]
    assert min(gaps) >= 20


def test_void_ranges_of_the_last_places_are_a_territory_and_countries_that_are_none() -> None:
    assert nir_space.void_range("97") == range(901, 990)
    assert nir_space.void_range("99") == range(600, 900)


def test_no_void_commune_is_990_or_above() -> None:
    assert max(nir_space.void_range(code)[-1] for code in nir_space.places()) == 989


def test_capacity_is_months_times_communes_times_orders() -> None:
    expected = [12 * len(nir_space.void_range(code)) * 100 for code in nir_space.places()]
    assert nir_space.capacity(EVERY).tolist() == expected


def test_split_gives_every_nir_of_a_place_once() -> None:
    place = nir_space.place_index("62")
    size = int(nir_space.capacity(np.array([place]))[0])
    month, commune, order = nir_space.split(np.full(size, place), np.arange(size))
    assert len(set(zip(month.tolist(), commune.tolist(), order.tolist(), strict=True))) == size
    assert set(month) == set(range(1, 13))
    assert set(commune) == set(nir_space.void_range("62"))
    assert set(order) == set(range(900, 1000))


def test_the_month_varies_fastest() -> None:
    month, commune, order = nir_space.split(np.zeros(13, np.int64), np.arange(13))
    assert month.tolist() == [*range(1, 13), 1]
    assert commune.tolist() == [478] * 12 + [479]
    assert set(order) == {900}


@pytest.mark.parametrize("code", ["20", "96", "00", "98", "zz"])
def test_places_without_a_safe_space_are_refused(code: str) -> None:
    with pytest.raises(InputError, match="no safe NIR"):
        nir_space.place_index(code)


def test_codes_that_once_were_algeria_and_morocco_are_for_births_from_1968() -> None:
    reused = [
        code
        for code, usable in zip(nir_space.places(), nir_space.usable(EVERY, 1967), strict=True)
        if not usable
    ]
    assert reused == ["91", "92", "93", "94", "95"]
    assert nir_space.usable(EVERY, 1968).all()


def test_capacities_leave_room_for_a_years_births() -> None:
    """France has had at most some 45,000 births of one sex in a year and département."""
    assert int(nir_space.capacity(EVERY).min()) > 45_000

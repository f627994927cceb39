"""Addresses and places of birth: each in its commune, shared by the household, the same every time."""

import re
from collections import Counter

import numpy as np
import pyarrow.compute as pc
import pytest

from simbreach.core.streams import HashDraw
from simbreach.population import addresses
from simbreach.reference.places import commune_index, department_index, places
from simbreach.reference.streets import commune_streets, streets

ROWS = 20_000


def draw(field: str, rows: int = ROWS, first: int = 0) -> HashDraw:
    return HashDraw(3, ("person", field), np.arange(first, first + rows, dtype=np.uint64))


def in_commune(code: str, rows: int = ROWS) -> np.ndarray:
    return np.full(rows, commune_index(code), dtype=np.int32)


def everywhere(rows: int = ROWS) -> np.ndarray:
    """Communes as people live in them."""
    edges = places().population_edges
    return (np.searchsorted(edges, draw("where", rows).below("x", int(edges[-1])), "right") - 1).astype(
        np.int32
    )


def test_every_address_of_a_commune_is_in_one_of_its_streets() -> None:
    line = addresses.address_1(draw("address_1"), in_commune("56036"))
    own = set(commune_streets(commune_index("56036")).tolist())
    assert set(line.parts[1].codes.tolist()) == own


def test_an_address_reads_as_people_write_it() -> None:
    lines = addresses.address_1(draw("address_1"), everywhere()).text().to_pylist()
    form = re.compile(r"(\d{1,3}( bis| ter| quater| [ABC])? |lieu-dit )?\w.+")
    assert [line for line in lines if line is None or not form.fullmatch(line)] == []


def test_house_numbers_fall_from_the_low_to_the_high() -> None:
    lines = addresses.address_1(draw("address_1"), in_commune("45234")).text().to_pylist()
    numbers = [int(found[0]) for line in lines if (found := re.match(r"\d+", line))]
    assert 1 <= min(numbers) <= max(numbers) <= 240
    counts = np.histogram(numbers, bins=[1, 21, 41, 81, 241])[0]
    assert counts[0] > counts[1]
    assert counts.min() > 0


def test_few_numbers_carry_bis_or_ter() -> None:
    lines = addresses.address_1(draw("address_1"), in_commune("45234")).text().to_pylist()
    assert 0.03 < sum(" bis " in line for line in lines) / ROWS < 0.045


def test_hamlets_seldom_have_a_number_and_streets_nearly_always() -> None:
    west = np.flatnonzero((places().department == department_index("56")) & (places().population < 2_000))
    communes = np.resize(west, ROWS).astype(np.int32)
    number, street = addresses.address_1(draw("address_1"), communes).parts
    hamlet = street.codes >= streets().first_hamlet
    assert 0.25 < float((number.codes[hamlet] >= 0).mean()) < 0.65
    assert float((number.codes[~hamlet] >= 0).mean()) > 0.9
    assert 0.5 < float(hamlet.mean()) < 0.8


def test_addresses_depend_on_the_id_alone() -> None:
    communes = everywhere()
    whole = addresses.address_1(draw("address_1"), communes).text()
    part = addresses.address_1(draw("address_1", 500, first=7_000), communes[7_000:7_500]).text()
    assert part.equals(whole.slice(7_000, 500))


def test_the_envelope_style_is_the_same_address() -> None:
    line = addresses.address_1(draw("address_1", 2_000), everywhere(2_000))
    postal = addresses.postal_address_1(line)
    assert [part.codes.tolist() for part in postal.parts] == [part.codes.tolist() for part in line.parts]
    assert all(re.fullmatch(r"[A-Z0-9 ]+", text) for text in postal.text().to_pylist())


def test_an_eighth_of_the_addresses_have_a_second_line() -> None:
    ages = draw("age").below("age", 75).astype(np.int16) + np.int16(18)
    second = addresses.address_2(draw("address_2"), everywhere(), ages)
    assert float((second.codes >= 0).mean()) == pytest.approx(0.12, abs=0.015)


def test_flats_are_in_towns() -> None:
    ages = np.full(ROWS, 40, dtype=np.int16)
    town = addresses.address_2(draw("address_2"), in_commune("75115"), ages).text()
    village = addresses.address_2(draw("address_2"), in_commune("55039"), ages).text()
    flats = [
        sum(bool(re.match(r"(App|Bât)", line)) for line in lines.drop_null().to_pylist())
        for lines in (town, village)
    ]
    assert flats[0] > 10 * flats[1]


def test_only_the_very_old_live_in_homes() -> None:
    communes = everywhere()
    home = re.compile("EHPAD|Maison de retraite|Foyer logement|autonomie")
    for age, some in ((45, False), (88, True)):
        lines = addresses.address_2(draw("address_2"), communes, np.full(ROWS, age, dtype=np.int16)).text()
        assert any(home.search(line) for line in lines.drop_null().to_pylist()) == some


@pytest.mark.parametrize(
    ("age", "hosts"), [(22, {"sa mère", "ses parents"}), (45, set()), (85, {"sa fille", "son fils"})]
)
def test_parents_house_the_young_and_children_the_old(age: int, hosts: set[str]) -> None:
    lines = addresses.address_2(draw("address_2"), everywhere(), np.full(ROWS, age, dtype=np.int16)).text()
    found = {line[5:] for line in lines.drop_null().to_pylist() if line.startswith("Chez ")}
    assert found == hosts | {"sa sœur", "son frère", "une amie", "un ami"}


def test_every_postcode_belongs_to_its_commune() -> None:
    communes = everywhere()
    codes = addresses.postcode(draw("postcode"), communes).text().to_pylist()
    france = places()
    for index, code in zip(communes[:3_000].tolist(), codes[:3_000], strict=True):
        start, stop = france.postcode_start[index : index + 2]
        assert code in france.postcodes[int(start) : int(stop)].to_pylist()


def test_a_commune_of_several_postcodes_uses_them_all() -> None:
    # Source: La Poste: Nice has 06000, 06100, 06200 and 06300.
    codes = addresses.postcode(draw("postcode"), in_commune("06088")).text().to_pylist()
    assert set(codes) == {"06000", "06100", "06200", "06300"}


def test_a_paris_address_has_the_postcode_of_its_arrondissement_and_says_paris() -> None:
    communes = in_commune("75115", 10)
    assert set(addresses.postcode(draw("postcode", 10), communes).text().to_pylist()) == {"75015"}
    assert set(addresses.commune_name(communes).text().to_pylist()) == {"Paris"}
    assert set(addresses.insee_code(communes).text().to_pylist()) == {"75115"}


def test_the_department_and_the_country_have_their_names() -> None:
    departments = np.array([department_index("56"), department_index("974")], dtype=np.int16)
    assert addresses.department_name(departments).text().to_pylist() == ["Morbihan", "La Réunion"]
    assert addresses.country(in_commune("56260", 2)).text().to_pylist() == ["France", "France"]


def born(year: int, department: int, rows: int = ROWS) -> addresses.Coded:
    departments = np.full(rows, department, dtype=np.int16)
    return addresses.birth_place(draw("birth_place", rows), departments, np.full(rows, year, dtype=np.int16))


def test_people_are_born_in_their_department() -> None:
    morbihan = department_index("56")
    for year in (1917, 1950, 1990, 2025):
        assert set(places().department[born(year, morbihan).codes].tolist()) == {morbihan}


def test_since_1975_births_fall_on_maternities_alone() -> None:
    morbihan = department_index("56")
    assert len(set(born(1975, morbihan).codes.tolist())) < 10
    assert len(set(born(1925, morbihan).codes.tolist())) > 200


def test_births_abroad_name_a_country() -> None:
    place = born(1990, -1)
    assert pc.all(pc.equal(place.text(), addresses.birth_country(place).text())).as_py()
    assert "Portugal" in place.text().to_pylist()


def test_births_at_home_are_in_france() -> None:
    assert set(addresses.birth_country(born(1990, 0)).text().to_pylist()) == {"France"}


def test_the_oldest_born_abroad_come_from_algeria_and_italy_more_often() -> None:
    # Source: INSEE: half of the French born abroad were born in Algeria, and immigrants before 1975 came from
    # Italy, Spain and Poland first.
    old, young = (Counter(born(year, -1).text().to_pylist()) for year in (1935, 1995))
    assert old.most_common(1)[0][0] == "Algérie"
    assert old["Italie"] > 3 * young["Italie"]
    assert old["Algérie"] > young["Algérie"]


def test_no_rows_give_no_rows() -> None:
    none = np.zeros(0, dtype=np.int32)
    assert len(addresses.address_1(draw("address_1", 0), none)) == 0
    assert len(addresses.postcode(draw("postcode", 0), none)) == 0
    assert len(addresses.address_2(draw("address_2", 0), none, none.astype(np.int16))) == 0


def test_inputs_are_left_as_they_were() -> None:
    communes = everywhere(100)
    before = communes.copy()
    addresses.postcode(draw("postcode", 100), communes)
    addresses.address_1(draw("address_1", 100), communes)
    assert communes.tolist() == before.tolist()

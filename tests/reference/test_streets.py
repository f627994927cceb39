"""The invented maps of communes: sizes, names, hamlets where hamlets are."""

import re
from itertools import pairwise

import numpy as np
import pytest

from simbreach.reference.places import commune_index, department_index, places
from simbreach.reference.streets import (
    commune_streets,
    postal_words,
    street_codes,
    street_count,
    street_words,
    streets,
)

BRETON = re.compile(r"^(Ker|Lann |Coat |Coët |Pen |Penho|Ty |Roz |Stang )")


def names_of(code: str) -> list[str]:
    return [streets().words[int(i)].as_py() for i in commune_streets(commune_index(code))]


def hamlets_of(department: str) -> set[str]:
    first, stop = places().first_commune[department_index(department) :][:2]
    codes = np.unique(np.concatenate([commune_streets(index) for index in range(first, stop)]))
    return {streets().words[int(code)].as_py() for code in codes[codes >= streets().first_hamlet]}


def test_a_commune_has_a_street_for_sixty_people() -> None:
    index = commune_index("56260")
    assert street_count(np.array([index])).tolist() == [places().population[index] // 60]


def test_the_smallest_commune_has_six_streets() -> None:
    assert streets().count.min() == 6
    assert streets().count[int(places().population.argmin())] == 6


def test_any_street_of_a_commune_is_the_same_alone_as_in_the_whole() -> None:
    index = commune_index("56036")
    numbers = np.array([7, 3, 7])
    communes = np.full(3, index)
    alone = street_codes(communes, numbers, street_words(communes, numbers))
    assert alone.tolist() == commune_streets(index)[numbers].tolist()


def test_two_communes_have_different_maps() -> None:
    assert names_of("56036") != names_of("56178")


def test_villages_of_the_west_are_mostly_hamlets_and_cities_have_none() -> None:
    # Estimates: more than half of the streets below 2,000 inhabitants, none above 20,000.
    small = np.flatnonzero((places().population < 2_000) & (places().department == department_index("29")))
    codes = np.concatenate([commune_streets(int(index)) for index in small])
    assert 0.5 < float((codes >= streets().first_hamlet).mean()) < 0.75
    assert (commune_streets(commune_index("29019")) < streets().first_hamlet).all()


@pytest.mark.parametrize("department", ["29", "56", "22"])
def test_brittany_has_breton_hamlets(department: str) -> None:
    assert sum(bool(BRETON.match(name)) for name in hamlets_of(department)) > 100


@pytest.mark.parametrize("department", ["14", "45", "13", "72", "35", "44", "67"])
def test_no_other_department_has_breton_hamlets(department: str) -> None:
    assert [name for name in hamlets_of(department) if BRETON.match(name)] == []


def test_the_east_of_morbihan_speaks_gallo() -> None:
    # Source: a map: La Gacilly (56061) lies well east of Vannes.
    assert not any(BRETON.match(name) for name in names_of("56061") if name[0].isupper())


@pytest.mark.parametrize(
    ("department", "pattern"), [("50", "^Le Mesnil "), ("53", "ière$"), ("35", "^La Ville ")]
)
def test_hamlets_are_of_their_region(department: str, pattern: str) -> None:
    assert sum(bool(re.search(pattern, name)) for name in hamlets_of(department)) > 10


def test_overseas_departments_have_no_hamlets_of_the_mainland() -> None:
    assert hamlets_of("974") == set()


def test_names_are_clean() -> None:
    words = streets().words.to_pylist()
    assert len(set(words)) > 20_000
    assert all(word == " ".join(word.split()) and not word.isupper() for word in words)


def test_the_map_is_frozen() -> None:
    assert names_of("56260")[:3] == ["allée des Tilleuls", "rue des Cheminots", "cité des Jardins"]


@pytest.mark.parametrize(
    ("clean", "postal"),
    [
        ("rue de l'Église", "RUE DE L EGLISE"),
        ("avenue du Général de Gaulle", "AV DU GAL DE GAULLE"),
        ("boulevard Saint-Michel", "BD ST MICHEL"),
        ("place de la Mairie", "PL DE LA MAIRIE"),
        ("chemin du Moulin", "CHE DU MOULIN"),
        ("Le Bourg", "LE BOURG"),
    ],
)
def test_an_envelope_abbreviates(clean: str, postal: str) -> None:
    # Source: AFNOR, NF Z10-011.
    assert postal_words()[streets().words.to_pylist().index(clean)].as_py() == postal


def test_envelopes_hold_only_capitals_digits_and_blanks() -> None:
    words = postal_words().to_pylist()
    assert len(words) == len(streets().words)
    assert [word for word in words if not re.fullmatch(r"[A-Z0-9 ]+", word)] == []


def test_the_lists_are_laid_end_to_end() -> None:
    table = streets().table
    assert all(a + size == b for (a, b), size in zip(pairwise(table.starts), table.sizes, strict=False))
    assert table.starts[-1] + table.sizes[-1] == len(streets().items)

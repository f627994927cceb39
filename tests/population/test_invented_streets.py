"""Invented streets: named as streets are, and as no street is."""

import re
import unicodedata
from collections import Counter

import numpy as np

from simbreach.core.streams import derive_key, hash_words
from simbreach.population.invented_streets import invented_codes, invented_streets
from simbreach.reference.streets import streets

WORDS = hash_words(derive_key(1, "test"), np.arange(100_000, dtype=np.uint64))


def folded(name: str) -> str:
    return unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode().lower()


def without_type(name: str) -> str:
    return folded(name).split(" ", 1)[-1]


def test_none_of_them_is_a_known_street_of_any_type() -> None:
    known = {without_type(name) for name in streets().words.to_pylist()}
    assert {name for name in invented_streets().words.to_pylist() if without_type(name) in known} == set()


def test_names_are_in_the_form_of_streets() -> None:
    form = r"(rue|allée|impasse|chemin|avenue|place|square) (du |de la |de l')[A-ZÉ]\w+ [A-ZÉ]\w+"
    assert all(re.fullmatch(form, name) for name in invented_streets().words.to_pylist())


def test_articles_are_elided_before_vowels_and_a_silent_h() -> None:
    names = invented_streets().words.to_pylist()
    assert {"rue de l'Alouette Ambrée", "rue de l'Hirondelle Nacrée", "rue de la Huppe Moirée"} <= set(names)
    assert [name for name in names if re.search(r"(du|de la) [AÉEIOU]", name)] == []


def test_types_and_names_are_chosen_apart() -> None:
    codes = invented_codes(WORDS)
    assert len(set(codes.tolist())) > len(invented_streets().words) * 0.95
    kinds = Counter((codes // invented_streets().each).tolist())
    assert abs(kinds[0] / len(codes) - 0.64) < 0.01


def test_a_street_has_the_same_name_in_any_batch() -> None:
    assert invented_codes(WORDS[7:9]).tolist() == invented_codes(WORDS)[7:9].tolist()

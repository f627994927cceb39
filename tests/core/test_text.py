"""Text as old software writes it, against `unicodedata` and `str`."""

import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simbreach.core import arrow, text
from simbreach.reference.names import first_names, surnames
from simbreach.reference.places import places

LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "'"})


def bare(word: str) -> str:
    """The word without diacritics: what NFD calls combining marks is left out."""
    apart = unicodedata.normalize("NFD", word.translate(LIGATURES))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


@pytest.fixture(
    scope="module", params=["communes", "surnames", "first names"], ids=lambda name: name.replace(" ", "-")
)
def vocabulary(request: pytest.FixtureRequest) -> pa.Array:
    words = {"communes": places().names, "surnames": surnames().words, "first names": first_names().words}
    return words[request.param]


def test_a_vocabulary_without_accents_is_what_unicodedata_says(vocabulary: pa.Array) -> None:
    assert text.fold_accents(vocabulary).to_pylist() == [bare(word) for word in vocabulary.to_pylist()]


def test_a_vocabulary_without_accents_is_ascii(vocabulary: pa.Array) -> None:
    assert text.fold_accents(vocabulary).to_pylist() == [
        word.encode("ascii", "replace").decode() for word in text.fold_accents(vocabulary).to_pylist()
    ]


def test_a_vocabulary_in_capitals_is_what_python_says(vocabulary: pa.Array) -> None:
    assert text.change_case(vocabulary, "upper").to_pylist() == [w.upper() for w in vocabulary.to_pylist()]


def test_a_vocabulary_in_small_letters_is_what_python_says(vocabulary: pa.Array) -> None:
    assert text.change_case(vocabulary, "lower").to_pylist() == [w.lower() for w in vocabulary.to_pylist()]


@given(st.lists(st.text("abcÀÉèçŒæ’'- ñüŸ̂", max_size=12) | st.none(), max_size=20))
def test_any_french_words_lose_their_accents_and_nothing_else(words: list[str | None]) -> None:
    folded = text.fold_accents(arrow.strings(words))
    folded.validate(full=True)
    assert folded.to_pylist() == [None if word is None else bare(word) for word in words]


@given(st.integers(0, 5), st.integers(0, 5))
def test_a_slice_of_a_column_loses_its_accents(start: int, length: int) -> None:
    words = ["é", "", "Œil", None, "ça", "ASCII"]
    column = arrow.strings(words).slice(start, length)
    expected = [None if word is None else bare(word) for word in words[start : start + length]]
    assert text.fold_accents(column).to_pylist() == expected


def test_ligatures_become_two_letters() -> None:
    assert text.fold_accents(arrow.strings(["Cœur d’Été", "LÆTITIA"])).to_pylist() == [
        "Coeur d'Ete",
        "LAETITIA",
    ]


def test_title_case_begins_every_part_of_a_compound_name() -> None:
    words = arrow.strings(["JEAN-PIERRE", "LE GUÉVELLE", "marie élisabeth"])
    assert text.change_case(words, "title").to_pylist() == ["Jean-Pierre", "Le Guévelle", "Marie Élisabeth"]


def test_kept_case_is_kept() -> None:
    assert text.change_case(arrow.strings(["Le Goff"]), "keep").to_pylist() == ["Le Goff"]


@given(st.lists(st.text("aé -Œ", max_size=9) | st.none(), max_size=12), st.integers(1, 8))
def test_words_are_cut_to_a_width_of_characters(words: list[str | None], width: int) -> None:
    cut = text.cut(arrow.strings(words), width).to_pylist()
    # A word that fits is left as it is, its blanks too.
    expected = [word if word is None or len(word) <= width else word[:width].rstrip() for word in words]
    assert cut == expected


def test_words_are_padded_to_a_width_of_characters() -> None:
    assert text.pad(arrow.strings(["é", "abcde", None]), 4).to_pylist() == ["é   ", "abcde", None]


@pytest.mark.parametrize(
    ("words", "expected"), [(["abc", ""], True), (["abc", "é"], False), ([], True), ([None, "a"], True)]
)
def test_ascii_is_told_from_the_rest(words: list[str | None], expected: bool) -> None:
    assert text.is_ascii(arrow.strings(words)) is expected

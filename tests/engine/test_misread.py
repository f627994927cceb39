"""Text in the wrong encoding: what Python's own codecs make of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simbreach.core.arrow import strings
from simbreach.engine.misread import cp850, mojibake, mojibake_twice, replacement, unaccented

OPEN = {0x81, 0x8D, 0x8F, 0x90, 0x9D}
# What French names, streets and communes are written with.
FRENCH = st.text("abcÉÈÊËÀÂÄÎÏÔÖÙÛÜÇŒéèêëàâäîïôöùûüçœ ABC-'’", max_size=12)


def read_cp1252(data: bytes) -> str:
    """As Windows and browsers read it: open places are control characters."""
    return "".join(chr(b) if b in OPEN else bytes([b]).decode("cp1252") for b in data)


@settings(max_examples=100, deadline=None)
@given(FRENCH)
def test_mojibake_is_utf8_read_as_cp1252(word: str) -> None:
    assert mojibake(strings([word])).to_pylist() == [read_cp1252(word.encode())]


@settings(max_examples=100, deadline=None)
@given(FRENCH)
def test_twice_is_the_same_again(word: str) -> None:
    once = mojibake(strings([word]))
    assert mojibake_twice(strings([word])).to_pylist() == mojibake(once).to_pylist()


@settings(max_examples=100, deadline=None)
@given(FRENCH.map(lambda word: word.translate(dict.fromkeys(map(ord, "œŒ’")))))
def test_dos_text_is_cp850_read_as_cp1252(word: str) -> None:
    assert cp850(strings([word])).to_pylist() == [read_cp1252(word.encode("cp850"))]


@settings(max_examples=100, deadline=None)
@given(FRENCH.map(lambda word: word.translate(dict.fromkeys(map(ord, "œŒ’")))))
def test_what_utf8_cannot_read_is_the_replacement_character(word: str) -> None:
    assert replacement(strings([word])).to_pylist() == [word.encode("cp1252").decode(errors="replace")]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (mojibake, "HÃ©lÃ¨ne d’AoÃ»t".replace("’", "â€™")),
        (cp850, "H‚lŠne d’Ao–t"),
        (replacement, "H\ufffdl\ufffdne d\ufffdAo\ufffdt"),
        (unaccented, "Helene d'Aout"),
    ],
)
def test_the_examples_of_the_guide(change: object, expected: str) -> None:
    assert change(strings(["Hélène d’Août"])).to_pylist() == [expected]  # type: ignore[operator]


@pytest.mark.parametrize("change", [mojibake, mojibake_twice, cp850, replacement, unaccented])
def test_plain_letters_stay(change: object) -> None:
    words = ["MARTIN", "", "12 RUE DE L'EGLISE"]
    assert change(strings(words)).to_pylist() == words  # type: ignore[operator]

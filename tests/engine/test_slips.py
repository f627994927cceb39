"""Slips of fingers, ears and scanners: each is one that the keyboard, the ear or the eye can explain."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simbreach.core.arrow import strings
from simbreach.core.streams import HashDraw
from simbreach.engine import slips
from simbreach.engine.slips import doubled, keyboard, ocr, omitted, phonetic, transposed, typo


def draw(rows: int, name: str = "frappe") -> HashDraw:
    return HashDraw(8, ("t", "defect", name), np.arange(rows, dtype=np.uint64))


ROWS_OF_KEYS = ("AZERTYUIOP", "QSDFGHJKLM", "WXCVBN")


def beside(letter: str) -> set[str]:
    """The keys at most one and a half keys away on a French keyboard."""
    for number, keys in enumerate(ROWS_OF_KEYS):
        at = keys.find(letter.upper())
        if at >= 0:
            near = keys[max(at - 1, 0) : at] + keys[at + 1 : at + 2]
            for other in (number - 1, number + 1):
                if 0 <= other < 3:
                    near += ROWS_OF_KEYS[other][max(at - 1, 0) : at + 2]
            return set(near if letter.isupper() else near.lower())
    return set()


def made(word: str, kind: str) -> set[str]:
    """All that one slip of a kind can make of a word, its first letter kept."""
    found = set()
    for at in range(1, len(word)):
        head, here, tail = word[:at], word[at], word[at + 1 :]
        if kind == "omitted":
            found.add(head + tail)
        if kind == "doubled":
            found.add(head + here + here + tail)
        if kind == "transposed" and tail:
            found.add(head + tail[0] + here + tail[1:])
        if kind == "keyboard":
            found |= {head + letter + tail for letter in beside(here)}
    return found


KINDS = {"keyboard": keyboard, "transposed": transposed, "omitted": omitted, "doubled": doubled}
WORDS = st.text("ABEKLMRSTUaéŒ’ -'", min_size=3, max_size=12)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None)
@given(word=WORDS)
def test_a_slip_is_one_of_its_kind(kind: str, word: str) -> None:
    assert set(KINDS[kind](strings([word] * 40), draw(40)).to_pylist()) <= made(word, kind) | {word}


@settings(max_examples=40, deadline=None)
@given(WORDS)
def test_a_typo_is_one_slip_of_the_fingers(word: str) -> None:
    every = {word}.union(*(made(word, kind) for kind in KINDS))
    assert set(typo(strings([word] * 50), draw(50)).to_pylist()) <= every


@pytest.mark.parametrize("word", ["", "A", "LE"])
def test_short_words_are_typed_right(word: str) -> None:
    assert typo(strings([word]), draw(1)).to_pylist() == [word]


@pytest.mark.parametrize("slip", [typo, phonetic, ocr])
def test_no_words_have_no_slips(slip: object) -> None:
    assert len(slip(strings([]), draw(0))) == 0  # type: ignore[operator]


def test_every_kind_of_slip_happens() -> None:
    typed = set(typo(strings(["BERTRAND"] * 2000), draw(2000)).to_pylist())
    assert [kind for kind in KINDS if not typed & made("BERTRAND", kind)] == []


def test_a_slip_in_an_address_stays_before_its_at_sign() -> None:
    address = "jean.dupont@orange.example.com"
    typed = typo(strings([address] * 3000), draw(3000)).to_pylist()
    assert len(set(typed)) > 20
    assert {word.partition("@")[2] for word in typed} == {"orange.example.com"}


# Pairs that French readers take for one another: from lists of variant spellings of surnames and first names.
SOUNDS_ALIKE = [
    ("PHILIPPE", "FILIPPE"), ("PHILIPPE", "PHILIPE"), ("STEPHANE", "STEFANE"), ("CATHERINE", "CATERINE"),
    ("MOREAU", "MORO"), ("RENAUD", "RENAU"), ("DUPONT", "DUPON"), ("JACQUES", "JACQUE"),
    ("BOUQUET", "BOUKET"),
    ("SYLVIE", "SILVIE"), ("MICHELLE", "MICHELE"), ("BERNARD", "BERNAR"), ("LEROUX", "LEROU"),
    ("HELENE", "ELENE"), ("GIRARD", "JIRARD"), ("LUCAS", "LUKAS"), ("CHRISTINE", "CRISTINE"),
    ("CELINE", "SELINE"), ("BAILLET", "BAILLE"), ("Philippe", "Filippe"), ("THIERRY", "THIERY"),
]  # fmt: skip


@pytest.mark.parametrize(("word", "heard"), SOUNDS_ALIKE)
def test_a_name_is_written_as_it_is_heard(word: str, heard: str) -> None:
    assert heard in set(phonetic(strings([word] * 1500), draw(1500)).to_pylist())


@settings(max_examples=40, deadline=None)
@given(st.text("ABCEHIKOPQRSTUXYZabcehi éÉ-'", max_size=14))
def test_a_heard_name_keeps_the_rest_of_its_letters(word: str) -> None:
    """What comes before and after the one place is as it was: it differs by at most three letters there."""
    for heard in set(phonetic(strings([word] * 30), draw(30)).to_pylist()):
        head = next((n for n, (a, b) in enumerate(zip(word, heard, strict=False)) if a != b), None)
        if head is not None:
            rest = [len(word) - head, len(heard) - head]
            tail = next(n for n in range(min(rest) + 1) if n == min(rest) or word[-n - 1] != heard[-n - 1])
            assert max(rest) - tail <= 3


def test_a_heard_name_keeps_its_case() -> None:
    heard = set(phonetic(strings(["Philippe", "CHRISTOPHE"] * 500), draw(1000)).to_pylist())
    assert all(word.isupper() or word.istitle() for word in heard)


@pytest.mark.parametrize(
    ("word", "seen"),
    [("10 RUE", "IO RUE"), ("MARTIN", "MARTlN"), ("SOS", "5OS"), ("Bernard", "Bemard"), ("Amand", "Arnand"),
     ("8 RUE", "B RUE"), ("BOB", "8OB"), ("DUPONT", "DUP0NT"), ("11 BIS", "l1 BIS")],
)  # fmt: skip
def test_a_scanner_takes_one_character_for_another(word: str, seen: str) -> None:
    results = set(ocr(strings([word] * 600), draw(600)).to_pylist())
    # Only one at a time: the first example needs two, and must not occur.
    assert (seen in results) == (word != "10 RUE")


def test_the_rules_of_sounds_never_leave_a_word_as_it_was() -> None:
    assert [rule for rule in (*slips._SOUNDS, *slips._LOOKS) if rule.old == rule.new] == []

"""Numbers that went wrong: as spreadsheets and typists leave them, and nobody's."""

import numpy as np
import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.fr import nir as official

from simbreach.core.arrow import strings
from simbreach.core.streams import HashDraw
from simbreach.engine.misnumber import lost_digit, lost_zeros, scientific, wrong_digit, wrong_key
from simbreach.identifiers import nir
from simbreach.reference.nir_space import places, void_range


def draw(rows: int) -> HashDraw:
    return HashDraw(3, ("t", "defect", "d"), np.arange(rows, dtype=np.uint64))


def numbers(place: str) -> list[str]:
    """Synthetic NIRs of a place, with their keys, in every layout that profiles write."""
    commune = f"{void_range(place)[7]:03}"[-3:]
    found = []
    for year in ("68", "05", "99", "75") if "91" <= place <= "95" else ("25", "26", "67", "68", "05", "99"):
        body = f"2{year}12{place}{commune}987"
        key = f"{97 - int(body.replace('2A', '19').replace('2B', '18')) % 97:02}"
        found += [body, body + key, f"{body[0]} {year} 12 {place} {commune} 987 {key}"]
    return found


ALL = [number for place in places() for number in numbers(place)]


def test_the_numbers_of_these_tests_are_nobodys() -> None:
    assert nir.synthetic_mask(strings(ALL)).all()


def test_a_wrong_digit_leaves_a_nir_that_is_nobodys() -> None:
    words = strings(ALL * 12)
    assert nir.synthetic_mask(wrong_digit(words, draw(len(words)))).all()


def test_a_wrong_digit_is_in_sex_year_or_month_and_the_month_is_one() -> None:
    words = ALL * 4
    seen = set()
    for before, after in zip(words, wrong_digit(strings(words), draw(len(words))).to_pylist(), strict=True):
        one, other = before.replace(" ", ""), after.replace(" ", "")
        assert (one[5:], len(before)) == (other[5:], len(after))
        assert (other[0] in "12", other[1], 1 <= int(other[3:5]) <= 12) == (True, one[1], True)
        seen.add((one[0] != other[0], one[2] != other[2], one[3:5] != other[3:5]))
    assert seen == {(True, False, False), (False, True, False), (False, False, True)}


def test_a_nir_without_a_digit_is_no_nir() -> None:
    words = strings(ALL * 4)
    short = lost_digit(words, draw(len(words)), phones=False)
    widths = {len(word.replace(" ", "")) for word in short.to_pylist()}
    assert (widths, nir.synthetic_mask(short).any()) == ({12, 14}, False)


def test_a_wrong_key_is_refused_and_changes_nothing_else() -> None:
    keyed = [word for word in ALL if len(word.replace(" ", "")) == 15]
    for before, after in zip(keyed, wrong_key(strings(keyed), draw(len(keyed))).to_pylist(), strict=True):
        assert (before[:-2], official.is_valid(before), official.is_valid(after)) == (after[:-2], True, False)
        assert 1 <= int(after[-2:]) <= 97


def test_a_nir_without_key_has_no_wrong_key() -> None:
    bodies = [word for word in ALL if len(word) == 13]
    assert wrong_key(strings(bodies), draw(len(bodies))).to_pylist() == bodies


@pytest.mark.parametrize("word", ["", "NC", ".", "1,85018E+14", "0000000000000", "9850175300912", "12 RUE 3"])
@pytest.mark.parametrize("change", [wrong_key, wrong_digit, lambda w, d: lost_digit(w, d, phones=False)])
def test_what_is_no_nir_stays(change: object, word: str) -> None:
    assert change(strings([word]), draw(1)).to_pylist() == [word]  # type: ignore[operator]


# What a French spreadsheet shows of a number that it opens from a file of text, in the default format.
@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("269054958895780", "2,69055E+14"),
        ("185000000000034", "1,85E+14"),
        ("2690549588957", "2,69055E+12"),
        ("199999950000000", "2E+14"),
        ("199999949999999", "1,99999E+14".replace("1,99999", "2")),
        ("100000400000000", "1E+14"),
        ("012345678901234", "1,23457E+13"),
        ("12345678901", "12345678901"),
        ("285012A30091234", "285012A30091234"),
        ("2 69 05 49 588 957 80", "2 69 05 49 588 957 80"),
        ("", ""),
    ],
)
def test_long_numbers_are_shown_in_scientific_notation(word: str, shown: str) -> None:
    assert scientific(strings([word])).to_pylist() == [shown]


@settings(max_examples=100, deadline=None)
@given(st.integers(10**11, 10**18 - 1))
def test_six_digits_of_a_long_number_are_shown_and_rounded(number: int) -> None:
    unit = 10 ** (len(str(number)) - 6)
    rounded = (number + unit // 2) // unit * unit
    shown = scientific(strings([str(number)])).to_pylist()[0]
    mantissa, _, exponent = shown.partition("E+")
    whole, _, decimals = mantissa.partition(",")
    assert int(whole + decimals) * 10 ** (int(exponent) - len(decimals)) == rounded


@pytest.mark.parametrize(
    ("word", "left"),
    [("01000", "1000"), ("056", "56"), ("00", "0"), ("56000", "56000"), ("2A004", "2A004"), ("", ""),
     # Nine digits or more would be a telephone number's: the zeros stay.
     ("0512345678", "0512345678"), ("05312345600012", "05312345600012"), ("012345678", "12345678")],
)  # fmt: skip
def test_codes_lose_the_zeros_in_front(word: str, left: str) -> None:
    assert lost_zeros(strings([word]), phones=False).to_pylist() == [left]


@pytest.mark.parametrize(
    ("word", "left"),
    [("0600123456", "600123456"), ("06 00 12 34 56", "06 00 12 34 56"), ("+33600123456", "+33600123456"),
     ("0033600123456", "33600123456"), ("LR", "LR"), ("600123456", "600123456")],
)  # fmt: skip
def test_telephone_numbers_lose_their_zero_as_spreadsheets_do_it(word: str, left: str) -> None:
    assert lost_zeros(strings([word]), phones=True).to_pylist() == [left]


@pytest.mark.parametrize(
    "word",
    ["0600123456", "06 00 12 34 56", "06.00.12.34.56", "+33600123456", "+33 (0)6 00 12 34 56",
     "0033600123456", "0199001234", "600123456"],
)  # fmt: skip
def test_a_telephone_number_without_its_last_digit_is_none(word: str) -> None:
    short = lost_digit(strings([word]), draw(1), phones=True).to_pylist()[0]
    assert short == word[:-1]
    assert not phonenumbers.is_valid_number(phonenumbers.parse(short, "FR"))

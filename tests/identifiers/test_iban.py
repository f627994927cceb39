"""IBANs: both keys right for outside judges, at a bank that does not exist."""

import numpy as np
import pytest
import schwifty
from schwifty.registry import get_banks_by_country
from stdnum import iban as stdnum_iban

from simbreach.core.errors import IdentifierError
from simbreach.core.streams import HashDraw
from simbreach.identifiers import iban

NUMBERS = np.concatenate([[0, 10**11 - 1], np.arange(500) * 199_999_999])


def made() -> list[str]:
    draw = HashDraw(5, ("iban",), np.arange(len(NUMBERS), dtype=np.uint64))
    texts: list[str] = iban.generate(draw, {"number": NUMBERS}).to_pylist()
    return texts


def test_schwifty_accepts_the_iban_and_the_key_of_the_rib() -> None:
    for text in made():
        assert schwifty.IBAN(text).validate(validate_bban=True)


def test_python_stdnum_accepts_every_iban() -> None:
    assert [text for text in made() if not stdnum_iban.is_valid(text)] == []


def test_no_french_bank_has_the_code() -> None:
    codes = {bank.bank_code for bank in get_banks_by_country("FR")}
    assert len(codes) > 100
    assert "99999" not in codes


def test_accounts_are_different_where_numbers_are() -> None:
    assert [text[14:25] for text in made()] == [f"{number:011}" for number in NUMBERS]


def test_an_official_example_is_valid_and_not_ours() -> None:
    """The IBAN of the registry's documentation, with letters in the account number."""
    text = "FR14 2004 1010 0505 0001 3M02 606"
    assert iban.validate(text) == "FR1420041010050500013M02606"
    assert not iban.is_synthetic(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("DE89370400440532013000", "begins with FR"),
        ("FR142004101005050001", "27 characters"),
        ("FR1420041010050500013M026O6", "only in the account"),
        ("FR1520041010050500013M02606", "check digits"),
    ],
)
def test_what_is_wrong_is_said(text: str, why: str) -> None:
    with pytest.raises(IdentifierError, match=why):
        iban.validate(text)


def test_a_wrong_rib_key_is_found_behind_right_check_digits() -> None:
    body = "99999000010000000000199"
    check = 98 - int(body + "152700") % 97
    assert stdnum_iban.is_valid(f"FR{check:02}{body}", check_country=False)
    with pytest.raises(IdentifierError, match="RIB key"):
        iban.validate(f"FR{check:02}{body}")


def test_groups_of_four_and_small_letters_are_read() -> None:
    text = made()[7]
    grouped = " ".join(text[at : at + 4] for at in range(0, 27, 4)).lower()
    assert iban.validate(grouped) == text
    assert iban.is_synthetic(grouped)

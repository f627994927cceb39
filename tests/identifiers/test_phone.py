"""Landlines and mobiles: valid for libphonenumber, in blocks that no subscriber's number lies in."""

import re

import numpy as np
import phonenumbers
import pyarrow as pa
import pytest

from simbreach.core.errors import IdentifierError
from simbreach.identifiers import landline, mobile
from simbreach.reference import phone_blocks

NUMBERS = np.arange(0, 10_000_000, 9_973)


def landlines(zone: int, policy: str = "unattributed") -> list[str]:
    number = NUMBERS % phone_blocks.capacity(policy, zone)
    column = landline.generate(
        None,
        {"zone": np.full(len(number), zone), "number": number},
        policy=policy,  # type: ignore[arg-type]
    )
    texts: list[str] = column.to_pylist()
    return texts


def mobiles(policy: str = "unattributed") -> list[str]:
    number = NUMBERS % phone_blocks.capacity(policy, "mobile")
    texts: list[str] = mobile.generate(None, {"number": number}, policy=policy).to_pylist()  # type: ignore[arg-type]
    return texts


def kinds(texts: list[str]) -> set[tuple[bool, int]]:
    parsed = [phonenumbers.parse(text, "FR") for text in texts]
    return {(phonenumbers.is_valid_number(number), phonenumbers.number_type(number)) for number in parsed}


@pytest.mark.parametrize("zone", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("policy", phone_blocks.POLICIES)
def test_landlines_are_valid_fixed_lines_of_their_zone(policy: str, zone: int) -> None:
    texts = landlines(zone, policy)
    assert {text[:2] for text in texts} == {f"0{zone}"}
    assert kinds(texts) == {(True, phonenumbers.PhoneNumberType.FIXED_LINE)}


@pytest.mark.parametrize("policy", ["unattributed", "unattributed-wide"])
def test_mobiles_are_valid_mobiles(policy: str) -> None:
    assert kinds(mobiles(policy)) == {(True, phonenumbers.PhoneNumberType.MOBILE)}


def test_reserved_mobiles_are_refused_by_libphonenumber_as_the_documents_say() -> None:
    assert {valid for valid, _ in kinds(mobiles("reserved"))} == {False}
    assert {text[:6] for text in mobiles("reserved")} == {"063998"}


def test_default_mobiles_begin_with_0600() -> None:
    assert {text[:4] for text in mobiles()} == {"0600"}


LAYOUTS = [
    "0600123456",
    "06 00 12 34 56",
    "06.00.12.34.56",
    "06-00-12-34-56",
    "06/00/12/34/56",
    "06\u00a000\u00a012\u00a034\u00a056",
    "+33600123456",
    "+33 6 00 12 34 56",
    "0033600123456",
    "0033 6 00 12 34 56",
    "+33 (0)6 00 12 34 56",
    "+33(0)600123456",
    "33600123456",
    "0600 123 456",
    " 0600123456 ",
]


@pytest.mark.parametrize("text", LAYOUTS)
def test_every_french_layout_is_the_same_number(text: str) -> None:
    assert mobile.validate(text) == "0600123456"
    assert mobile.is_synthetic(text)


@pytest.mark.parametrize("text", [text for text in LAYOUTS if text != "0600 123 456"])
def test_the_pattern_finds_every_usual_layout(text: str) -> None:
    assert re.findall(mobile.PATTERN, f"Tél : {text.strip()}, après 18 h") == [text.strip()]


def test_a_number_that_lost_its_zero_is_refused_but_known() -> None:
    with pytest.raises(IdentifierError, match="its 0 is missing"):
        mobile.validate("600123456")
    assert mobile.is_synthetic("600123456")


@pytest.mark.parametrize(
    "text", ["0612345678", "07 66 12 34 56", "+33 6 12 34 56 78", "0639991234", "0700001234"]
)
def test_mobiles_that_may_be_somebodys_are_not_synthetic(text: str) -> None:
    assert not mobile.is_synthetic(text)


@pytest.mark.parametrize("text", ["0140123456", "02 97 01 23 45", "0199011234x", "0262123456", "0163123456"])
def test_landlines_that_may_be_somebodys_are_not_synthetic(text: str) -> None:
    assert not landline.is_synthetic(text)


def test_neither_kind_is_taken_for_the_other() -> None:
    assert not landline.is_synthetic("0600123456")
    assert not mobile.is_synthetic("0199001234")
    with pytest.raises(IdentifierError, match="no landline's"):
        landline.validate("0600123456")


@pytest.mark.parametrize(
    "text", ["060012345", "06001234567", "0600 12 34 5a", "+32600123456", "06 00 12 34 56 / 01"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(IdentifierError):
        mobile.validate(text)


def test_a_column_is_judged_like_its_cells() -> None:
    column = pa.array([*LAYOUTS, "0612345678", None])
    assert mobile.synthetic_mask(column).tolist() == [True] * len(LAYOUTS) + [False, False]

"""Codes of analyses, diseases and drugs: they name no person, so only form and check digit count."""

import numpy as np
import pytest
from stdnum import ean, luhn

from simbreach.core.errors import IdentifierError
from simbreach.core.streams import HashDraw
from simbreach.identifiers import atc, cim10, cip13, loinc, nabm
from simbreach.reference import health

DRAW = HashDraw(1, ("code",), np.arange(2_000, dtype=np.uint64))


def test_loinc_check_digits_are_luhns() -> None:
    codes = loinc.generate(DRAW, {}).to_pylist()
    assert [code for code in codes if not luhn.is_valid(code.replace("-", ""))] == []


def test_cip13_check_digits_are_those_of_ean13() -> None:
    codes = cip13.generate(DRAW, {}).to_pylist()
    assert [code for code in codes if not ean.is_valid(code)] == []


def test_frequent_diseases_are_drawn_often() -> None:
    codes = cim10.generate(DRAW, {}).to_pylist()
    table = health.conditions()
    top = table.icd10.to_pylist()[int(np.argmax(table.per_100k))]
    assert max(set(codes), key=codes.count) == top


@pytest.mark.parametrize("code", ["718-7", "2160-0", "3016-3", "4548-4"])
def test_published_loinc_codes_are_valid(code: str) -> None:
    assert loinc.validate(code) == code


@pytest.mark.parametrize(
    ("module", "code", "normal"),
    [
        (cim10, "e119", "E11.9"),
        (cim10, "Z21", "Z21"),
        (cim10, "M79.7", "M79.7"),
        (atc, "h03aa01", "H03AA01"),
        (cip13, "3400930000007", "3400930000007"),
        (nabm, "1104", "1104"),
    ],
)
def test_codes_are_normalised(module: object, code: str, normal: str) -> None:
    assert module.validate(code) == normal  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("module", "code"),
    [
        (loinc, "718-8"),
        (loinc, "7187"),
        (cim10, "11.9"),
        (cim10, "E1"),
        (atc, "H03A01"),
        (atc, "E03AA01X"),
        (cip13, "3400930000008"),
        (cip13, "3300930000007"),
        (nabm, "592"),
    ],
)
def test_wrong_codes_are_refused(module: object, code: str) -> None:
    with pytest.raises(IdentifierError):
        module.validate(code)  # type: ignore[attr-defined]
    assert not module.is_synthetic(code)  # type: ignore[attr-defined]


@pytest.mark.parametrize("module", [atc, cim10, cip13, loinc, nabm])
def test_a_code_says_that_it_is_nobodys(module: object) -> None:
    assert module.SAFETY.personal is False  # type: ignore[attr-defined]

"""Numbers of registers (RPPS, ADELI, SIREN, SIRET, FINESS) and of hospitals (IPP)."""

import numpy as np
import pyarrow as pa
import pytest
from stdnum import luhn
from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret

from simbreach.core.errors import IdentifierError
from simbreach.identifiers import adeli, finess, ipp, rpps, siren, siret

CAPACITY = {rpps: 10**8, adeli: 10**5, siren: 10**7, finess: 10**6, ipp: 10**7}
HEADS = {rpps: "99", adeli: "006", siren: "0", finess: "99", ipp: "899"}
WIDTHS = {rpps: 11, adeli: 9, siren: 9, finess: 9, ipp: 10}
modules = pytest.mark.parametrize("module", CAPACITY, ids=lambda module: module.LABEL)


def made(module: object) -> list[str]:
    numbers = np.linspace(0, CAPACITY[module] - 1, 400, dtype=np.int64)  # type: ignore[index]
    texts: list[str] = module.generate(None, {"number": numbers}).to_pylist()  # type: ignore[attr-defined]
    return texts


@modules
def test_numbers_open_as_the_safe_range_says_and_have_their_width(module: object) -> None:
    assert all(text.startswith(HEADS[module]) and len(text) == WIDTHS[module] for text in made(module))  # type: ignore[index]


@modules
def test_different_numbers_give_different_identifiers(module: object) -> None:
    assert len(set(made(module))) == 400


@pytest.mark.parametrize("module", [rpps, adeli, siren, finess], ids=lambda module: module.LABEL)
def test_the_last_digit_is_luhns(module: object) -> None:
    assert [text for text in made(module) if not luhn.is_valid(text)] == []


def sirets() -> list[str]:
    companies = pa.array(made(siren))
    texts: list[str] = siret.generate(None, {"siren": companies, "number": np.arange(400)}).to_pylist()  # type: ignore[arg-type]
    return texts


def test_python_stdnum_accepts_companies_and_establishments() -> None:
    assert [text for text in made(siren) if not stdnum_siren.is_valid(text)] == []
    assert [text for text in sirets() if not stdnum_siret.is_valid(text)] == []


def test_an_establishment_opens_with_its_company() -> None:
    assert [text[:9] for text in sirets()] == made(siren)


# Public numbers of establishments, and numbers made by rule; none is a person's.
REAL = [
    (siren, "732 829 320"),
    (siret, "73282932000074"),
    (finess, "01 000 002 4"),
    (finess, "2A0000030"),
    (rpps, "10000000009"),
    (adeli, "560000002"),
    (ipp, "8012345678"),
]


@pytest.mark.parametrize(("module", "text"), REAL)
def test_what_a_register_may_hold_is_valid_and_not_synthetic(module: object, text: str) -> None:
    assert module.validate(text) == text.replace(" ", "")  # type: ignore[attr-defined]
    assert not module.is_synthetic(text)  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["990000002", "99 000 000 2", "000000018"])
def test_departements_that_are_none_are_synthetic(text: str) -> None:
    assert finess.is_synthetic(text) is luhn.is_valid(text.replace(" ", ""))


@pytest.mark.parametrize("module", [rpps, adeli, siren, finess], ids=lambda module: module.LABEL)
def test_a_wrong_check_digit_is_refused_and_proves_nothing(module: object) -> None:
    text = made(module)[3]
    wrong = text[:-1] + str((int(text[-1]) + 1) % 10)
    assert not module.is_synthetic(wrong)  # type: ignore[attr-defined]
    with pytest.raises(IdentifierError, match="check digit"):
        module.validate(wrong)  # type: ignore[attr-defined]


def test_an_establishment_of_no_company_is_refused() -> None:
    body = "0000000010001"
    with pytest.raises(IdentifierError, match="first nine digits"):
        siret.validate(body + luhn.calc_check_digit(body))


@pytest.mark.parametrize("text", ["7012345678", "80123456", "80123456789", "80123a5678"])
def test_what_is_no_ipp_is_refused(text: str) -> None:
    with pytest.raises(IdentifierError):
        ipp.validate(text)

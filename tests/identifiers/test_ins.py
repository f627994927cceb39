"""The INS: a NIR with the OID of test identities."""

import pyarrow as pa
import pytest

from simbreach.core.errors import IdentifierError
from simbreach.identifiers import ins

NIR = "285075630095002"


def test_what_is_made_is_the_hl7_form_of_a_test_identity() -> None:
    column = ins.generate(None, {"nir": pa.array([NIR])})  # type: ignore[arg-type]
    assert column.to_pylist() == [f"{NIR}^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS"]


def test_the_short_form_is_number_and_oid() -> None:
    assert ins.validate(f"{NIR}^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS") == f"{NIR}^{ins.TEST_OID}"
    assert ins.is_synthetic(f"{NIR}^{ins.TEST_OID}")


@pytest.mark.parametrize("oid", ["1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9"])
def test_the_oid_of_real_identities_is_valid_and_never_synthetic(oid: str) -> None:
    text = f"{NIR}^^^ASIP-SANTE-INS-NIR&{oid}&ISO^INS"
    assert ins.validate(text) == f"{NIR}^{oid}"
    assert not ins.is_synthetic(text)


def test_a_number_that_may_be_somebodys_is_not_synthetic_under_the_test_oid() -> None:
    assert not ins.is_synthetic("2850756001950^" + ins.TEST_OID)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (NIR, "OID"),
        (f"{NIR}^1.2.250.1.213.1.4.7", "OID"),
        (f"{NIR[:13]}^{ins.TEST_OID}", "carries its key"),
        (f"{NIR[:14]}3^{ins.TEST_OID}", "key"),
    ],
)
def test_what_is_wrong_is_said(text: str, why: str) -> None:
    with pytest.raises(IdentifierError, match=why):
        ins.validate(text)

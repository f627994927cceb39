import pytest
from dlp import find_nirs
from hypothesis import given

from simbreach.testing import assert_detects
from simbreach.testing.strategies import nirs


@pytest.mark.simbreach(rows=2_000)
def test_nirs_are_found_and_look_alikes_are_not(breach):
    assert_detects(find_nirs, breach, "id.nir", recall=0.9, precision=0.99)


@given(nirs())
def test_every_nir_is_found_whole(nir):
    assert list(find_nirs(f"n° {nir}, reçu")) == [(3, 18)]


@given(nirs(valid=False))
def test_a_wrong_key_is_no_nir(almost):
    if almost.fault == "wrong_key":
        assert list(find_nirs(almost.text)) == []

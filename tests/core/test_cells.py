"""Cells without their separators, and the numbers in them."""

import numpy as np
import pyarrow as pa
import pytest

from simbreach.core import cells
from simbreach.core.errors import IdentifierError


def test_separators_are_dropped_and_letters_are_capitals() -> None:
    column = pa.array(["1 2.3-4/5", "2\u00a0a\u202f1", "'0612", None])
    assert cells.compact(column).to_pylist() == ["12345", "2A1", "0612", None]


def test_cells_of_one_form_become_a_matrix() -> None:
    places, digits = cells.fixed_width(pa.array(["12", None, "x1", "345", "34"]), "^[0-9]{2}$", 2)
    assert places.tolist() == [0, 4]
    assert digits.tobytes() == b"1234"


def test_digits_are_read_as_numbers() -> None:
    digits = np.frombuffer(b"007999999999999999999", np.uint8).reshape(-1, 3)
    assert cells.read_digits(digits).tolist() == [7, 999, 999, 999, 999, 999, 999]


def test_luhn_is_checked_cell_by_cell() -> None:
    """The example of ISO/IEC 7812-1."""
    column = pa.array(["79927398713", "79927398710", "7992 7398 713", None, "7992739871"])
    assert cells.luhn_mask(column, "^7[0-9]{10}$", 11).tolist() == [True, False, True, False, False]


def test_a_number_with_a_wrong_check_digit_is_refused() -> None:
    assert cells.check_luhn("7992 7398 713", 11, "card") == "79927398713"
    with pytest.raises(IdentifierError, match="the last digit of the card"):
        cells.check_luhn("79927398710", 11, "card")

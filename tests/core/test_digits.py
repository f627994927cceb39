"""Digits as bytes, against Python's own formatting and python-stdnum's check digits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from simbreach.core.digits import lay_out, luhn_digits, write_digits

widths = st.integers(1, 18)


@given(st.data(), widths)
def test_numbers_are_written_with_zeros_in_front(data: st.DataObject, width: int) -> None:
    numbers = data.draw(st.lists(st.integers(0, 10**width - 1), min_size=1))
    rows = write_digits(np.array(numbers), width)
    assert [row.tobytes().decode() for row in rows] == [str(number).zfill(width) for number in numbers]


@pytest.mark.parametrize("width", range(1, 19))
def test_the_largest_number_of_a_width_fits(width: int) -> None:
    assert write_digits(np.array([10**width - 1]), width).tobytes() == b"9" * width


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.int32, np.uint64])
def test_every_integer_type_is_written(dtype: type) -> None:
    assert write_digits(np.array([7, 42], dtype=dtype), 5).tobytes() == b"0000700042"


def test_no_numbers_give_no_rows() -> None:
    assert write_digits(np.array([], dtype=np.int64), 9).shape == (0, 9)


def test_the_numbers_are_not_modified() -> None:
    numbers = np.array([123_456_789])
    write_digits(numbers, 9)
    assert numbers.tolist() == [123_456_789]


@given(st.data(), widths)
def test_check_digits_are_those_of_luhn(data: st.DataObject, width: int) -> None:
    numbers = data.draw(st.lists(st.integers(0, 10**width - 1), min_size=1))
    checks = luhn_digits(write_digits(np.array(numbers), width)).tobytes().decode()
    assert list(checks) == [luhn.calc_check_digit(str(number).zfill(width)) for number in numbers]


def test_the_standards_example_has_its_check_digit() -> None:
    assert luhn_digits(write_digits(np.array([7992739871]), 10)).tobytes() == b"3"


def test_digits_are_laid_over_a_pattern() -> None:
    digits = write_digits(np.array([600001234, 600005678]), 10)
    rows = lay_out(digits, "+33 (#)#.##.##.##.##")
    assert [row.tobytes() for row in rows] == [b"+33 (0)6.00.00.12.34", b"+33 (0)6.00.00.56.78"]


def test_a_pattern_of_marks_only_changes_nothing() -> None:
    digits = write_digits(np.array([123]), 3)
    assert lay_out(digits, "###").tobytes() == b"123"


@pytest.mark.parametrize("pattern", ["", "##", "####"])
def test_a_pattern_for_another_width_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="digits, not 3"):
        lay_out(write_digits(np.array([123]), 3), pattern)


def test_a_pattern_outside_ascii_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        lay_out(write_digits(np.array([123]), 3), "#\u00a0##")

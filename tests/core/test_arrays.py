"""A choice without a branch is NumPy's own choice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simbreach.core.arrays import either

EDGES = [-(2**31), -1, 0, 1, 2**31 - 1]


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.int64, np.uint8])
@given(rows=st.lists(st.tuples(st.booleans(), st.sampled_from(EDGES), st.sampled_from(EDGES)), min_size=1))
def test_either_is_where_to_the_last_bit(dtype: type[np.integer], rows: list[tuple[bool, int, int]]) -> None:
    mask = np.array([chosen for chosen, _, _ in rows])
    one, other = (
        np.array(column, dtype=np.int64).astype(dtype) for column in list(zip(*rows, strict=True))[1:]
    )
    found = either(mask, one, other)
    assert found.dtype == dtype
    assert found.tolist() == np.where(mask, one, other).tolist()


def test_one_side_may_be_one_number() -> None:
    mask, values = np.array([True, False, True]), np.array([5, 6, 7], dtype=np.int32)
    assert either(mask, values, -1).tolist() == [5, -1, 7]
    assert either(mask, -1, values).tolist() == [-1, 6, -1]
    assert either(mask, -1, values).dtype == np.int32


def test_rows_of_a_matrix() -> None:
    mask = np.array([True, False])
    one, other = np.full((2, 3), 49, dtype=np.uint8), np.full((2, 3), 50, dtype=np.uint8)
    assert either(mask[:, None], one, other).tolist() == [[49] * 3, [50] * 3]

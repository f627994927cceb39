"""Ranks among edges, against NumPy's own search."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simbreach.core.ranks import Ranks

_WHOLE = st.integers(-(2**60), 2**60)


@given(edges=st.lists(_WHOLE, max_size=60), values=st.lists(_WHOLE, max_size=60))
def test_any_value_among_any_edges_is_where_numpy_finds_it(edges: list[int], values: list[int]) -> None:
    ascending = np.sort(np.array(edges, dtype=np.int64))
    asked = np.array([*values, *edges], dtype=np.int64)
    assert Ranks.build(ascending).of(asked).tolist() == np.searchsorted(ascending, asked, "right").tolist()


@pytest.mark.parametrize("spread", [10, 10_000, 1 << 50])
def test_many_edges_and_many_values_however_they_are_spread(spread: int) -> None:
    chance = np.random.default_rng(1)
    # Thousands of edges in one bucket, and a few far away.
    edges = np.sort(np.concatenate([chance.integers(0, spread, 20_000), [1 << 55, 1 << 56]]))
    values = np.concatenate([chance.integers(-5, spread + 5, 50_000), [-(1 << 60), 1 << 55, 1 << 60]])
    assert (Ranks.build(edges).of(values) == np.searchsorted(edges, values, "right")).all()

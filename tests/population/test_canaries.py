"""Canaries: nobody of the population, and no two alike."""

import numpy as np
import pytest

from simbreach.population import canaries
from simbreach.reference import nir_space

CAPACITY = nir_space.capacity(np.arange(len(nir_space.places())))


def test_numbers_are_the_same_for_the_same_seed_and_table() -> None:
    assert canaries.numbers(3, "patients", 30).tolist() == canaries.numbers(3, "patients", 30).tolist()


@pytest.mark.parametrize(("seed", "table"), [(4, "patients"), (3, "rendez_vous")])
def test_another_seed_or_table_has_none_of_them(seed: int, table: str) -> None:
    known = set(canaries.numbers(3, "patients", 4000).tolist())
    assert known & set(canaries.numbers(seed, table, 4000).tolist()) == set()


def test_a_seed_of_128_bits_will_do() -> None:
    assert len(set(canaries.numbers((1 << 128) - 1, "patients", 10).tolist())) == 10


def test_serials_tell_a_dataset_s_canaries_apart() -> None:
    serials = canaries.serial(canaries.numbers(3, "patients", canaries.MOST))
    assert len(set(serials.tolist())) == canaries.MOST


def test_people_of_the_population_have_no_serial() -> None:
    assert canaries.serial(np.array([-1, -70_906_430])).tolist() == [-1, -1]


def test_ranks_lie_above_those_of_births_and_inside_the_space() -> None:
    serials = np.arange(canaries.MOST)
    for capacity in sorted(set(CAPACITY.tolist())):
        ranks = canaries.rank(np.full(len(serials), capacity), serials)
        assert ranks.min() >= canaries.common_ranks(capacity)
        assert ranks.max() < capacity // 2


def test_no_two_canaries_of_a_dataset_share_a_rank_in_the_smallest_space() -> None:
    ranks = canaries.rank(np.full(canaries.MOST, CAPACITY.min()), np.arange(canaries.MOST))
    assert len(set(ranks.tolist())) == canaries.MOST

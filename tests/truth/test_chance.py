"""The expected number of namesakes, against people drawn one by one."""

import numpy as np
import pytest

from simbreach.core.streams import HashDraw
from simbreach.population.names import first_name
from simbreach.reference.names import surnames
from simbreach.reference.places import FIRST_BIRTH_YEAR, pyramid
from simbreach.truth.chance import expected_namesakes, first_name_shares


def test_shares_of_first_names_sum_to_one_for_each_sex_and_year() -> None:
    from simbreach.reference.names import first_names

    sums = np.add.reduceat(first_name_shares(), first_names().table.starts)
    assert sums == pytest.approx(np.ones(len(sums)))


def test_the_number_grows_with_the_people() -> None:
    assert expected_namesakes(0) == 0
    assert expected_namesakes(200_000) == pytest.approx(2 * expected_namesakes(100_000))


def test_people_drawn_one_by_one_meet_as_often() -> None:
    """Pairs of people of one sex and year with one first name and surname, drawn twice and compared."""
    rows = 1_000_000
    living = pyramid()
    weights = living.ravel() / living.sum()
    chance = np.random.default_rng(1)  # a judge from outside: not on the way to any cell
    group = chance.choice(len(weights), rows, p=weights)
    sex, year = group // living.shape[1] + 1, group % living.shape[1] + FIRST_BIRTH_YEAR
    one, other = (
        first_name(HashDraw(seed, ("x",), np.arange(rows, dtype=np.uint64)), sex, year).codes
        for seed in (1, 2)
    )
    families = surnames()
    listed = families.weights * ~families.invented / families.weights.sum()
    same_surname = (listed**2).sum()
    born_that_day = living.ravel()[group] / 365.25
    drawn = float(((one == other) * born_that_day).mean() * same_surname) * 100_000
    assert drawn == pytest.approx(expected_namesakes(100_000), rel=0.05)

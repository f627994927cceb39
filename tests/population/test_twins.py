"""Twins: one birth, two people."""

import numpy as np
import pytest

from simbreach.core.frame import Frame
from simbreach.engine.persons import person_frame
from simbreach.population.people import FIRST_YEAR, YEARS, cells

CHILDREN = 2003


def frame(ids: np.ndarray) -> Frame:
    return person_frame(ids, 1, "unattributed")


@pytest.fixture(scope="module")
def children() -> Frame:
    """All children of two years, in some départements."""
    sizes = cells().offsets
    years = [c for c in range(len(sizes) - 1) if c % YEARS + FIRST_YEAR in (2008, 2015)][:60]
    return frame(np.concatenate([np.arange(sizes[c], sizes[c + 1]) for c in years]))


@pytest.fixture(scope="module")
def pair(children: Frame) -> tuple[Frame, Frame]:
    """The elder and the younger of 500 pairs of twins."""
    younger = np.flatnonzero(children["elder_twin_id"] >= 0)[:500]
    return frame(children["elder_twin_id"][younger]), frame(children["person_id"][younger])


def test_sixteen_deliveries_in_a_thousand_are_of_twins(children: Frame) -> None:
    # Source: INSEE, 16 to 17 twin deliveries in 1,000 in the 2010s.
    share = (children["twin_id"] >= 0).mean()
    assert 0.014 < share / 2 / (1 - share / 2) < 0.019


@pytest.mark.parametrize("field", ["birth_date", "sex", "commune", "household_id", "mother_id", "landline"])
def test_twins_share(pair: tuple[Frame, Frame], field: str) -> None:
    elder, younger = pair
    assert elder[field].tolist() == younger[field].tolist()


@pytest.mark.parametrize("field", ["birth_name", "birth_place", "address_1", "postcode"])
def test_twins_share_in_words(pair: tuple[Frame, Frame], field: str) -> None:
    elder, younger = pair
    assert elder[field].text().to_pylist() == younger[field].text().to_pylist()


def test_twins_have_different_first_names(children: Frame) -> None:
    younger = np.flatnonzero(children["elder_twin_id"] >= 0)
    elder = frame(children["elder_twin_id"][younger])
    assert not (elder["first_name"].codes == children["first_name"].codes[younger]).any()


def test_the_nir_of_twins_differ_in_the_last_digit_of_the_order(pair: tuple[Frame, Frame]) -> None:
    elder, younger = pair
    assert (elder["nir"][:, :12] == younger["nir"][:, :12]).all()
    assert (elder["nir"][:, 12] != younger["nir"][:, 12]).all()


def test_twins_know_each_other(pair: tuple[Frame, Frame]) -> None:
    elder, younger = pair
    assert elder["twin_id"].tolist() == younger["person_id"].tolist()
    assert younger["twin_id"].tolist() == elder["person_id"].tolist()
    assert (elder["elder_twin_id"] == -1).all()


def test_no_nir_is_held_twice_where_there_are_twins(children: Frame) -> None:
    nirs = {bytes(nir) for nir in children["nir"]}
    assert len(nirs) == len(children)


def test_orders_are_spread_over_all_of_their_range(children: Frame) -> None:
    orders = np.array([int(bytes(nir[10:13])) for nir in children["nir"]])
    counts = np.bincount(orders - 900, minlength=100)
    assert counts.min() > counts.mean() * 0.8


def test_grown_up_twins_are_few_and_live_apart() -> None:
    adults = frame(np.arange(30_000_000, 30_200_000))
    known = np.flatnonzero((adults["twin_id"] >= 0) & (adults["birth_year"] < CHILDREN))
    other = frame(adults["twin_id"][known])
    assert 0.002 < len(known) / 200_000 < 0.005
    assert (other["birth_date"] == adults["birth_date"][known]).all()
    assert (other["birth_name"].codes == adults["birth_name"].codes[known]).all()
    assert (other["household_id"] != adults["household_id"][known]).mean() > 0.99

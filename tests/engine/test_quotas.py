"""Quotas: within the room there is, and true to the sums of ages and of communes."""

import numpy as np
import pytest

from simbreach.engine.plan import Plan, compile_plan
from simbreach.engine.quotas import catchment, fit_in, string_along
from simbreach.engine.visits import Visits
from simbreach.profile.load import load_profile
from simbreach.profile.model import Profile
from simbreach.reference.places import places

TURN = np.array([12345], dtype=np.uint64)


def distance(got: np.ndarray, expected: np.ndarray) -> float:
    return float(np.abs(got / got.sum() - expected / expected.sum()).sum() / 2)


def test_people_are_strung_with_the_sums_of_both_sides() -> None:
    groups, pull = np.array([500, 0, 1500]), np.array([1, 2, 7])
    counts = string_along(groups, pull, TURN)
    assert counts.sum(axis=1).tolist() == groups.tolist()
    assert np.abs(counts.sum(axis=0) - [200, 400, 1400]).max() <= 2


def test_what_fits_stays_as_it_is() -> None:
    counts = np.array([[3, 1], [0, 2]])
    assert fit_in(counts, counts + 1, np.array([True, True])).tolist() == counts.tolist()


def test_nobody_is_counted_who_does_not_live_there() -> None:
    counts, room = np.array([[9, 1], [5, 5]]), np.array([[2, 9], [9, 9]])
    fitted = fit_in(counts, room, np.array([True, True]))
    assert (fitted <= room).all()


def test_sums_of_groups_and_communes_survive_a_full_commune() -> None:
    # Seven of the first group find no room in the first commune: they go to the second one, and seven of the
    # second group come back from there.
    fitted = fit_in(np.array([[9, 1], [50, 50]]), np.array([[2, 90], [90, 90]]), np.array([True, True]))
    assert fitted.tolist() == [[2, 8], [57, 43]]


def test_groups_that_may_not_move_are_cut() -> None:
    fitted = fit_in(np.array([[9, 1], [50, 50]]), np.array([[2, 90], [90, 90]]), np.array([False, True]))
    assert fitted[0].tolist() == [2, 1]


def test_a_source_that_asks_for_more_than_there_are_takes_all() -> None:
    room = np.array([[2, 3], [1, 4]])
    assert fit_in(np.full((2, 2), 50), room, np.array([True, True])).tolist() == room.tolist()


@pytest.fixture(scope="module")
def flagship() -> Profile:
    return load_profile("labs-nord-ouest-2021")


@pytest.fixture(scope="module")
def visits(flagship: Profile) -> Visits:
    """The visits of all 491,840 rows: quotas only, nobody is made."""
    return compile_plan(flagship).main.visits


def test_communes_of_the_flagship_follow_their_catchments(flagship: Profile, visits: Visits) -> None:
    got = np.zeros(len(places().names))
    expected = np.zeros(len(places().names))
    for source, quotas in zip(flagship.sources, visits.quotas, strict=True):
        np.add.at(got, quotas.communes, np.diff(quotas.starts))
        communes, pull = catchment(source)
        expected[communes] += quotas.starts[-1] * pull / pull.sum()
    assert distance(got, expected) <= 0.002


def test_nobody_comes_to_two_sources_but_by_a_repeat_visit(visits: Visits) -> None:
    # The ranks that the sources take of a cell follow each other.
    cells = np.concatenate(
        [np.stack([q.bases, q.taken, np.diff(q.starts), q.sizes]) for q in visits.quotas], 1
    )
    cells = cells[:, np.lexsort((cells[1], cells[0]))]
    same = cells[0, 1:] == cells[0, :-1]
    assert (cells[1, 1:][same] == (cells[1] + cells[2])[:-1][same]).all()
    assert (cells[1] + cells[2] <= cells[3]).all()


@pytest.mark.slow
def test_sexes_and_ages_of_the_flagship_have_the_shares_of_its_profile(flagship: Profile) -> None:
    plan: Plan = compile_plan(flagship)
    sexes, ages = [], []
    for start in range(0, plan.main.rows, 122_880):
        frame = plan.main.frame(start, min(start + 122_880, plan.main.rows))
        people = frame["first_row"] < 0
        sexes.append(frame["sex"][people])
        ages.append(frame["age"][people])
    sex, age = np.concatenate(sexes), np.concatenate(ages)
    weights = flagship.population.weights
    off = 0.0
    for number, bands in ((1, weights.men), (2, weights.women)):
        for band, share in bands.items():
            low, high = map(int, band.split("-"))
            off += abs(((sex == number) & (age >= low) & (age <= high)).mean() - float(share))
    assert off / 2 <= 0.002

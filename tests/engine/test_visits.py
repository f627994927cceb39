"""Which person stands in which row: one to one, within the catchment, in the profile's proportions."""

from collections import Counter
from collections.abc import Callable
from math import hypot

import numpy as np
import pytest

from simbreach.core.errors import CapacityError, SimbreachError
from simbreach.core.frame import Frame
from simbreach.engine.persons import person_frame
from simbreach.engine.plan import Plan, compile_plan
from simbreach.engine.quotas import catchment
from simbreach.engine.visits import OTHER_SOURCE, SAME_SOURCE, Visitors, Visits
from simbreach.population.people import birth_year, cell, cells, sex
from simbreach.profile.load import load_profile
from simbreach.profile.model import Profile
from simbreach.profile.people import Canaries
from simbreach.reference.places import commune_index, places

Make = Callable[..., Profile]


@pytest.fixture(scope="module")
def visits(labs_plan: Plan) -> Visits:
    return labs_plan.main.visits


@pytest.fixture(scope="module")
def visitors(visits: Visits) -> Visitors:
    return visits.people(np.arange(5000))


@pytest.fixture(scope="module")
def frame(labs_plan: Plan) -> Frame:
    return labs_plan.main.frame(0, 5000)


def year_of_visit(frame: Frame) -> np.ndarray:
    return frame["visit_date"].astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970


def band_shares(profile: Profile, frame: Frame) -> list[tuple[float, float]]:
    """For each sex and age band: the share of the rows, and what the profile says."""
    weights = profile.population.weights
    sexes, ages = frame["sex"], frame["age"]
    pairs = []
    for number, bands in ((1, weights.men), (2, weights.women)):
        for band, share in bands.items():
            low, high = map(int, band.split("-"))
            pairs.append((float(((sexes == number) & (ages >= low) & (ages <= high)).mean()), float(share)))
    return pairs


def test_places_and_slots_are_one_to_one_in_every_source(visits: Visits) -> None:
    for source in visits.maps:
        slots = source.slots(np.arange(source.rows))
        assert sorted(slots.tolist()) == list(range(source.rows))


def test_the_place_of_a_slot_is_where_the_slot_stands(visits: Visits) -> None:
    for source in visits.maps:
        old = np.arange(source.quotas.old)
        assert source.slots(source.places(old)).tolist() == old.tolist()


def test_sources_stand_one_after_the_other_with_their_shares(visits: Visits, labs: Profile) -> None:
    total = sum(source.share for source in labs.sources)
    counts = np.diff(visits.starts)
    expected = [5000 * source.share / total for source in labs.sources]
    assert visits.starts[-1] == 5000
    assert np.abs(counts - expected).max() < 1


def test_people_are_those_of_their_own_cell_and_commune(visitors: Visitors) -> None:
    known = visitors.person_id < cells().people
    assert visitors.cell[known].tolist() == cell(visitors.person_id[known]).tolist()


def test_canaries_stand_in_the_rows_that_they_are_listed_in(visits: Visits, visitors: Visitors) -> None:
    rows, person_ids = visits.canaries
    assert len(rows) == 3
    assert visitors.person_id[rows].tolist() == person_ids.tolist()
    assert np.flatnonzero(visitors.person_id >= cells().people).tolist() == rows.tolist()
    assert (visitors.first_row[rows] == -1).all()


def test_no_row_points_to_a_canary(visits: Visits, visitors: Visitors) -> None:
    assert set(visits.canaries[0].tolist()) & set(visitors.first_row.tolist()) == set()


def test_canaries_are_adults_on_every_day_of_the_visits(labs: Profile, visits: Visits) -> None:
    born = birth_year(visits.people(visits.canaries[0]).cell)
    assert (labs.dates.first_day.year - born > 18).all()


def test_canaries_are_as_many_as_the_profile_says(labs: Profile) -> None:
    profile = labs.model_copy(update={"canaries": Canaries(one_in=100, at_least=0)})
    visits = compile_plan(profile).main.visits
    assert len(visits.canaries[0]) == 50
    assert len(set(visits.people(np.arange(5000)).person_id[visits.canaries[0]].tolist())) == 50


def test_a_profile_may_do_without_canaries(labs: Profile) -> None:
    profile = labs.model_copy(update={"canaries": Canaries(one_in=20_000, at_least=0)})
    assert compile_plan(profile).main.visits.canaries[0].tolist() == []


def test_where_nobody_comes_again_canaries_stand_in_for_others(small_profile: Make) -> None:
    visits = compile_plan(small_profile()).main.visits
    visitors = visits.people(np.arange(1000))
    assert (visitors.person_id >= cells().people).sum() == len(visits.canaries[0]) == 3


def test_no_dataset_of_another_seed_has_the_same_canaries(visits: Visits, labs: Profile) -> None:
    known = set(visits.canaries[1].tolist())
    for seed in range(3):
        assert known.isdisjoint(compile_plan(labs, seed=seed).main.visits.canaries[1].tolist())


def test_twins_come_to_the_same_source_or_not_at_all(flagship_visits: Visits) -> None:
    # The people of a cell go in twos; of a cell's ranks a source takes a stretch: at most its ends part two.
    row = np.arange(100_000)
    visitors = flagship_visits.people(row)
    first = visitors.first_row < 0
    known = set(visitors.person_id[first].tolist())
    other = person_frame(visitors.person_id[first], 1, "unattributed", known=_known(visitors, first))[
        "twin_id"
    ]
    twins = other[other >= 0].tolist()
    assert len(twins) > 300
    assert sum(twin in known for twin in twins) > len(twins) * 0.6


def _known(visitors: Visitors, rows: np.ndarray) -> dict[str, np.ndarray]:
    return {"cell": visitors.cell[rows], "commune": visitors.commune[rows]}


@pytest.fixture(scope="module")
def flagship_visits() -> Visits:
    return compile_plan(load_profile("labs-nord-ouest-2021")).main.visits


def test_a_repeat_visit_points_to_the_first_row_of_the_same_person(visitors: Visitors) -> None:
    again = np.flatnonzero(visitors.first_row >= 0)
    first = visitors.first_row[again]
    assert len(again) > 100
    assert visitors.person_id[first].tolist() == visitors.person_id[again].tolist()
    assert (visitors.first_row[first] == -1).all()


def test_a_repeat_visit_says_whether_it_is_in_the_same_source(visitors: Visitors) -> None:
    again = np.flatnonzero(visitors.first_row >= 0)
    same = visitors.source_code[again] == visitors.source_code[visitors.first_row[again]]
    assert visitors.again[again].tolist() == np.where(same, SAME_SOURCE, OTHER_SOURCE).tolist()
    assert (visitors.again[visitors.first_row < 0] == 0).all()


def test_repeat_visits_have_the_shares_of_the_profile(visitors: Visitors) -> None:
    counts = Counter(visitors.again.tolist())
    assert abs(counts[SAME_SOURCE] / 5000 - 0.05) < 0.008
    assert abs(counts[OTHER_SOURCE] / 5000 - 0.02) < 0.008


def test_first_visits_are_of_distinct_people_over_all_sources(visitors: Visitors) -> None:
    people = visitors.person_id[visitors.first_row < 0]
    assert len(set(people.tolist())) == len(people)


def test_nobody_comes_before_the_end_of_the_year_of_birth(frame: Frame) -> None:
    assert (year_of_visit(frame) > frame["birth_year"]).all()


def test_sexes_and_ages_have_the_shares_of_the_profile(labs: Profile, frame: Frame) -> None:
    # Ages within a year of visits are drawn: one standard deviation of the largest band is 0.005.
    assert max(abs(actual - said) for actual, said in band_shares(labs, frame)) < 0.008


@pytest.mark.slow
def test_sexes_and_ages_of_many_rows_have_the_shares_of_the_profile(labs: Profile) -> None:
    frame = compile_plan(labs, rows=100_000).main.frame(0, 100_000)
    assert max(abs(actual - said) for actual, said in band_shares(labs, frame)) < 0.002


def test_people_live_within_reach_of_their_source(labs: Profile, visitors: Visitors) -> None:
    france = places()
    own = np.flatnonzero((visitors.again != OTHER_SOURCE) & (visitors.person_id < cells().people))
    pairs = set(zip(visitors.source_code[own].tolist(), visitors.commune[own].tolist(), strict=True))
    seats = [commune_index(source.commune) for source in labs.sources]
    for number, home in pairs:
        seat = seats[number]
        away = hypot(
            int(france.x_m[home]) - int(france.x_m[seat]), int(france.y_m[home]) - int(france.y_m[seat])
        )
        assert away <= labs.sources[number].reach_km * 1000


def test_communes_follow_their_pull(labs: Profile) -> None:
    # Vannes, 20 km: the expected share of a commune is its weight's; 3,000 rows, strung out evenly.
    profile = labs.model_copy(update={"sources": labs.sources[:1]})
    visitors = compile_plan(profile, rows=3000).main.visits.people(np.arange(3000))
    communes, pull = catchment(profile.sources[0])
    shares = np.array([(visitors.commune == commune).mean() for commune in communes])
    assert np.abs(shares - pull / pull.sum()).max() < 0.01


def test_any_rows_have_the_people_of_the_whole(visits: Visits, visitors: Visitors) -> None:
    part = visits.people(np.arange(1234, 2345))
    assert part.person_id.tolist() == visitors.person_id[1234:2345].tolist()
    assert part.first_row.tolist() == visitors.first_row[1234:2345].tolist()


@pytest.fixture(scope="module")
def other_seed(labs: Profile) -> Frame:
    """The same rows of a dataset with another seed."""
    return compile_plan(labs, seed=7).main.frame(0, 5000)


def test_another_seed_draws_other_people(visitors: Visitors, other_seed: Frame) -> None:
    common = set(visitors.person_id.tolist()) & set(other_seed["person_id"].tolist())
    assert len(common) < 500


def test_people_are_the_same_for_every_seed_of_the_dataset(frame: Frame, other_seed: Frame) -> None:
    common = set(frame["person_id"].tolist()) & set(other_seed["person_id"].tolist())
    pairs = []
    for columns in (frame, other_seed):
        known = zip(columns["person_id"].tolist(), columns["birth_date"].tolist(), strict=True)
        pairs.append({person: born for person, born in known if person in common})
    assert common
    assert pairs[0] == pairs[1]


ISLAND = """
[[sources]]
name = "ile"
title = "LABORATOIRE DE L'ÎLE"
code = "ILE"
commune = "29155"  # Ouessant
reach_km = 1
share = 1
"""


def test_far_more_rows_than_people_are_repeat_visits(small_profile: Make) -> None:
    rows = 200_000
    visitors = compile_plan(small_profile(sources=ISLAND, rows=rows)).main.visits.people(np.arange(rows))
    inhabitants = int(places().population[commune_index("29155")])
    people = visitors.person_id[visitors.first_row < 0]
    assert len(people) == len(set(people.tolist())) <= inhabitants * 1.2
    again = np.flatnonzero(visitors.first_row >= 0)
    assert (visitors.person_id[visitors.first_row[again]] == visitors.person_id[again]).all()


def test_more_rows_than_people_come_after_the_year_of_their_birth(small_profile: Make) -> None:
    frame = compile_plan(small_profile(sources=ISLAND, rows=5000)).main.frame(0, 5000)
    assert (year_of_visit(frame) > frame["birth_year"]).all()


def test_an_empty_catchment_is_refused(small_profile: Make) -> None:
    # There is no man of 104 among the island's 860 people.
    weights = '[population.weights]\nwomen = {}\nmen = { "104-104" = 1 }\n'
    profile = small_profile(sources=ISLAND, top=weights)
    with pytest.raises(CapacityError, match="ile"):
        compile_plan(profile).main.visits.people(np.arange(1))


def test_ages_that_nobody_has_are_refused(small_profile: Make) -> None:
    profile = small_profile(top='[population.weights]\nwomen = { "110-120" = 1 }\nmen = {}\n')
    with pytest.raises(SimbreachError):
        compile_plan(profile).main.visits.people(np.arange(1))


def test_more_than_a_generation_of_dates_is_fine(small_profile: Make) -> None:
    profile = small_profile(overrides={"dates.from": "1980-01-01"})
    frame = compile_plan(profile).main.frame(0, 1000)
    assert (year_of_visit(frame) > frame["birth_year"]).all()
    assert sorted(compile_plan(profile).main.visits.maps[0].slots(np.arange(1000)).tolist()) == list(
        range(1000)
    )


@pytest.mark.parametrize("rows", [1, 28, 100])
def test_a_dataset_of_few_rows_is_fine(labs: Profile, rows: int) -> None:
    visitors = compile_plan(labs, rows=rows).main.visits.people(np.arange(rows))
    assert (visitors.person_id >= 0).all()


@pytest.mark.slow
def test_the_smallest_source_is_as_old_as_the_largest(labs: Profile) -> None:
    # 20 rows of one source, for 20 seeds: rounding must not favour the young or the old.
    profile = labs.model_copy(update={"sources": labs.sources[:1]})
    few = [birth_years(profile, 20, seed) for seed in range(20)]
    many = birth_years(profile, 5000, 1)
    spread = many.std() / np.sqrt(20 * 20)
    assert abs(np.concatenate(few).mean() - many.mean()) < 4 * spread


def birth_years(profile: Profile, rows: int, seed: int) -> np.ndarray:
    people = compile_plan(profile, rows=rows, seed=seed).main.visits.people(np.arange(rows))
    return birth_year(people.cell).astype(float)


def test_sexes_of_the_cells_are_those_of_the_people(visitors: Visitors, frame: Frame) -> None:
    assert sex(visitors.cell).tolist() == frame["sex"].tolist()


def test_a_catchment_holds_its_seat_and_pulls_less_from_afar(labs: Profile) -> None:
    source = labs.sources[0]
    communes, pull = catchment(source)
    france = places()
    seat = commune_index(source.commune)
    per_head = {int(c): p / max(int(france.population[c]), 1) for c, p in zip(communes, pull, strict=True)}
    assert per_head[seat] == 1
    assert min(per_head.values()) < 0.2

"""Who comes to a source: its catchment, and how many people of each cell of the population are its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache

import numpy as np

from simbreach.core.arrays import I64, U64, Bits, distinct
from simbreach.core.dates import as_numbers
from simbreach.core.ranks import Ranks
from simbreach.core.sampling import floors
from simbreach.core.streams import HashDraw
from simbreach.engine.calendar import Calendar
from simbreach.population.people import FIRST_YEAR, YEARS, cells
from simbreach.profile.model import Dates, Profile, Source
from simbreach.reference.places import commune_index, places, pyramid, within

_ONE = 1 << 20
_ROUNDS = 200
_BITS = 30
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
# How often people are exchanged between communes at most, and when it is enough: at one in so many.
_EXCHANGES, _EXACT = 12, 10_000


def birth_year_weights(people: I64, bands: Mapping[str, Decimal], spans: Sequence[tuple[int, int]]) -> I64:
    """`int64[years]`: weights of birth years such that the ages at the visits have the shares of `bands`.

    `people` are the inhabitants by birth year, `bands` shares by age (`"15-29"`), `spans` the years in which
    somebody of age 0 was born, with the weights of the visits. Visits of a birth year lie in all of the
    dates: who is 14 at one could be 17 at another. The bands' own weights are therefore turned up and down
    until the bands come out right. The sum stays below 2^30.
    """
    edges = [tuple(map(int, band.split("-"))) for band in bands]
    shares = np.array([int(share * _ONE) for share in bands.values()], dtype=np.int64)
    total = sum(weight for _, weight in spans)
    # Those born within the dates come after their birth: their ages are those of the visits from then on.
    born_years = np.arange(FIRST_YEAR, FIRST_YEAR + YEARS)
    possible = np.zeros(YEARS, dtype=np.int64)
    for year, weight in spans:
        possible += weight * (born_years <= year)
    rows = np.zeros((len(edges), YEARS), dtype=np.int64)
    mixed = np.zeros((len(edges), len(edges)), dtype=np.int64)
    within_band = [
        (number, weight, slice(*np.clip([year - high - FIRST_YEAR, year - low - FIRST_YEAR + 1], 0, YEARS)))
        for year, weight in spans
        for number, (low, high) in enumerate(edges)
    ]
    for number, weight, born in within_band:
        if people[born].any():
            rows[number, born] += floors(weight * _ONE // total, people[born])
    for number, weight, born in within_band:
        mixed[number] += (rows[:, born] * weight // np.maximum(possible[born], 1)).sum(axis=1)
    scaled = shares << 10
    for _ in range(_ROUNDS):
        scaled = scaled * (shares << 10) // np.maximum(mixed @ scaled >> 20, 1)
    return (scaled[:, None] * rows >> 22).sum(axis=0)


def group_weights(profile: Profile) -> I64:
    """`int64[years, 2]`: weights of those who come, by birth year and sex."""
    people = pyramid()
    weights = profile.population.weights
    if weights is None:
        born = np.arange(FIRST_YEAR, FIRST_YEAR + YEARS) <= profile.as_of.year
        return (people * born).T
    spans = [
        (year - turned, weight)
        for year, visits in _visit_years(profile.dates).items()
        for turned, weight in enumerate(visits)
    ]
    bands = (weights.men, weights.women)
    return np.stack([birth_year_weights(people[sex], bands[sex], spans) for sex in (0, 1)], axis=1)


def _visit_years(dates: Dates) -> dict[int, tuple[int, int]]:
    """For each year of visits the weights of those after the patient's birthday and of those before.

    They sum to about 2^30; birthdays are spread evenly over the year.
    """
    calendar = Calendar.build(dates, dates.first_day, dates.last_day)
    weights = np.diff(calendar.edges)
    days = np.arange(calendar.first, calendar.first + len(weights))
    years = as_numbers(days) // 10_000
    result = {}
    for year in distinct(years):
        inside = weights[years == year]
        passed = days[years == year] - (date(year, 1, 1) - date(1970, 1, 1)).days
        whole = int(inside.sum()) * 366
        after = int((inside * passed).sum())
        scale = calendar.weight * 366
        result[year] = ((after << _BITS) // scale, (whole - after << _BITS) // scale)
    return result


def catchment(source: Source) -> tuple[I64, I64]:
    """Communes (`int64[k]`) around a source's seat and their integer weights.

    A commune weighs its population, halved at a third of the reach and less beyond.
    """
    return _catchment(source.commune, source.reach_km * 1000)


@lru_cache(maxsize=256)
def _catchment(commune: str, reach: int) -> tuple[I64, I64]:
    """The same, of a seat's INSEE code and a reach in metres: tables and pools ask for each one again."""
    france = places()
    seat = commune_index(commune)
    near = np.asarray(within(seat, reach), dtype=np.int64)
    dx = france.x_m[near].astype(np.int64) - int(france.x_m[seat])
    dy = france.y_m[near].astype(np.int64) - int(france.y_m[seat])
    half = (reach // 3) ** 2
    return near, france.population[near] * half // (half + dx * dx + dy * dy)


def string_along(groups: I64, pull: I64, turn: U64) -> I64:
    """`int64[groups, communes]`: how many people of each group (sex and birth year) come from each commune.

    `groups` says how many there are of each. They are strung along the catchment by a golden-ratio sequence
    that begins at `turn`: every stretch of birth years and every commune gets its share to within about one
    person, without a draw.
    """
    reach = np.cumsum(pull) * ((1 << 62) // int(pull.sum()))
    reach[-1] = 1 << 62
    turns = np.arange(int(groups.sum()), dtype=np.uint64) * _GOLDEN + turn
    commune = Ranks.build(reach).of((turns >> np.uint64(2)).view(np.int64))
    group = np.repeat(np.arange(len(groups)), groups)
    counts = np.bincount(group * len(pull) + commune, minlength=len(groups) * len(pull))
    return counts.reshape(len(groups), len(pull))


def fit_in(counts: I64, room: I64, movable: Bits) -> I64:
    """`counts` (groups × communes) within `room`, the sums of groups and communes kept as well as can be.

    Those of the `movable` groups who find no room in their commune go to others; in exchange people of groups
    that have room in it come back from there, group by group and commune by commune.
    """
    groups, communes = counts.sum(axis=1), counts.sum(axis=0)
    counts = _top_up(np.minimum(counts, room), groups, room, movable)
    for _ in range(_EXCHANGES):
        surplus = counts.sum(axis=0) - communes
        if np.abs(surplus).sum() * _EXACT <= communes.sum():
            break
        over, under = np.flatnonzero(surplus > 0), np.flatnonzero(surplus < 0)
        space = room[:, under] - counts[:, under]
        free = np.minimum(space, -surplus[under]) * movable[:, None]
        leaving = counts[:, over] * (free.sum(axis=1) > 0)[:, None]
        gone = _spread(np.minimum(surplus[over], leaving.sum(axis=0)), leaving.T).T
        counts[:, over] -= gone
        counts[:, under] += np.minimum(_spread(gone.sum(axis=1), free), space)
        counts = _top_up(counts, groups, room, movable)
    return counts


def _top_up(counts: I64, groups: I64, room: I64, movable: Bits) -> I64:
    """`counts` with those whom the movable groups lack, wherever there is room for them."""
    lacking = np.flatnonzero(movable & (counts.sum(axis=1) < groups))
    free = room[lacking] - counts[lacking]
    counts = counts.copy()
    wanted = groups[lacking] - counts[lacking].sum(axis=1)
    counts[lacking] += _spread(np.minimum(wanted, free.sum(axis=1)), free)
    return counts


def _spread(totals: I64, weights: I64) -> I64:
    """Each of `totals` over its row of `weights`, nothing where these are all 0."""
    spread = np.zeros_like(weights)
    rows = np.flatnonzero((totals > 0) & (weights.sum(axis=1) > 0))
    spread[rows] = floors(totals[rows], weights[rows])
    return spread


@dataclass(frozen=True)
class Quotas:
    """The people of one source, cell by cell; a cell is (birth year, sex, commune), young ones last.

    `starts` (`int64[cells + 1]`): first slot of each cell; `bases`: person_id of the first person of the
    cell's commune, sex and year; `sizes`: how many people that is; `taken`: how many of them sources before
    this one have; `salts` name the permutation that they all share; `cells` and
    `communes` say where in the population each one lies.
    """

    starts: I64
    bases: I64
    sizes: I64
    taken: I64
    salts: U64
    cells: I64
    communes: I64
    old: int

    @classmethod
    def build(
        cls, counts: I64, communes: I64, cell: I64, start: I64, stop: I64, taken: I64, young: Bits
    ) -> "Quotas":
        """From matrices of groups × communes: `counts`, the cells with their spans, and how many are taken.

        The groups that are `young` stand last.
        """
        keep = np.flatnonzero(counts)
        flat = counts.ravel()[keep]
        is_young = np.broadcast_to(young[:, None], counts.shape).ravel()[keep]
        salts = (communes[None] * len(counts) + np.arange(len(counts))[:, None]).ravel()[keep]
        return cls(
            starts=np.concatenate(([0], np.cumsum(flat))),
            bases=(cells().offsets[cell] + start).ravel()[keep],
            sizes=(stop - start).ravel()[keep],
            taken=taken.ravel()[keep],
            salts=salts.view(np.uint64),
            cells=cell.ravel()[keep],
            communes=np.broadcast_to(communes, cell.shape).ravel()[keep],
            old=int(flat[~is_young].sum()),
        )

    @cached_property
    def _ranks(self) -> Ranks:
        return Ranks.build(self.starts)

    def cell_of(self, slots: I64) -> I64:
        """`int64[n]`: the cell of the population in each of `slots`."""
        return self.cells[self._ranks.of(slots) - 1]

    def people(self, draw: HashDraw, slots: I64) -> tuple[I64, I64, I64]:
        """Person_id, cell and commune in each of `slots` (people only, young ones after the old)."""
        at = self._ranks.of(slots) - 1
        rank = slots - self.starts.take(at) + self.taken.take(at)
        # The people of a cell go in twos, since they may be twins, and so come both or none; one that has no
        # neighbour in the commune, at either end, comes last.
        base, size, cell = self.bases.take(at), self.sizes.take(at), self.cells.take(at)
        odd = (base - cells().offsets.take(cell)) & 1
        pairs = (size - odd) >> 1
        pair, side = rank >> 1, rank & 1
        lone = np.flatnonzero(pair >= pairs)
        pair[lone] = 0
        order = draw.permutation("catchment", np.maximum(pairs, 1), self.salts.take(at))
        turned = order.forward(pair) * 2 + side + odd
        turned[lone] = np.where(rank[lone] - 2 * pairs[lone] < odd[lone], 0, size[lone] - 1)
        return base + turned, cell, self.communes.take(at)

"""Who comes to a source: its catchment, and how many people of each cell of the population are its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import numpy as np

from simbreach.core.arrays import I64, U64
from simbreach.core.sampling import floors
from simbreach.core.streams import HashDraw
from simbreach.population.people import FIRST_YEAR, YEARS
from simbreach.profile.model import Source
from simbreach.reference.places import commune_index, places, within

_ONE = 1 << 20
_ROUNDS = 200


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
        mixed[number] += rows[:, born].sum(axis=1) * weight // total
    scaled = shares << 10
    for _ in range(_ROUNDS):
        scaled = scaled * (shares << 10) // np.maximum(mixed @ scaled >> 20, 1)
    return (scaled[:, None] * rows >> 22).sum(axis=0)


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

    def people(self, draw: HashDraw, slots: I64) -> tuple[I64, I64, I64]:
        """Person_id, cell and commune in each of `slots` (people only, young ones after the old)."""
        at = np.searchsorted(self.starts, slots, side="right") - 1
        rank = slots - self.starts[at] + self.taken[at]
        order = draw.permutation("catchment", self.sizes[at], self.salts[at])
        return self.bases[at] + order.forward(rank), self.cells[at], self.communes[at]

"""Who lives in the synthetic France: sex, birth, residence and NIR space of each `person_id`.

The pyramid of 1 January 2021 is split over the départements, cell by cell (département, sex, birth year);
person_id is the cell's offset plus a position j, and j runs along the communes of the département. A keyed
permutation of j inside its cell decides the place of birth; the rank among all who share sex, two-digit
year and place of birth, permuted again, is the person's slot in the void NIR space: no NIR twice, by proof.
Neighbours in a commune, sex and year may be twins: the younger one is born where and when the elder is, with
the order number beside the elder's, which nobody else has.
"""

import csv
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from simbreach.core.arrays import I8, I16, I32, I64, U64, Bits, either
from simbreach.core.dates import month_starts
from simbreach.core.errors import CapacityError
from simbreach.core.ranks import Ranks
from simbreach.core.sampling import floors
from simbreach.core.streams import Draw
from simbreach.population import canaries
from simbreach.reference import nir_space
from simbreach.reference.places import places, pyramid

FIRST_YEAR = 1917
LAST_YEAR = 2025
YEARS = LAST_YEAR - FIRST_YEAR + 1
MAN, WOMAN = 1, 2

# People grouped by when they were born, for where they were born: a band starts in each of these years.
_BANDS = np.array([1917, 1941, 1956, 1968, 1976, 1996, 2003, 2011, 2021])
_BAND_OF_YEAR = np.searchsorted(_BANDS, np.arange(FIRST_YEAR, LAST_YEAR + 1), side="right") - 1
# Share born abroad in a band over the share of all ages, in percent: our estimate from the ages of
# immigrants and of the French born abroad in Insee Première 1849 (2021).
_ABROAD_PERCENT = np.array([128, 130, 134, 134, 156, 84, 40, 17, 11])
# French people born abroad, as a share of all residents, per 10,000. Source: INSEE, 2022 (2.4 %).
_FRENCH_ABROAD = 200
_WEIGHT_BITS = 20
# Share of those born in France who live in the département of their birth: our estimate, per cent.
_AT_HOME_PERCENT = 62
_ATTRACTION_KM2 = 150 * 150

# Twin deliveries in 1,000; all twins are made of one sex. Those born from the second year on are at home:
# INSEE, births of 2010-2019 (16 to 17). Of older ones only those count who still live in one commune, a fifth
# of 10 in 1,000 (estimate). A commune's border parts one pair of neighbours in ten: the more are drawn.
_TWIN_YEARS = np.array([FIRST_YEAR, 2003])
_TWINS_PER_MILLE = np.array([2, 18])


@dataclass(frozen=True)
class Cells:
    """The cells (département, sex, birth year), flattened in that order.

    `sizes` and `offsets` (`int64[cells]`, `int64[cells + 1]`) count people; `births` holds, for each cell
    and NIR place, how many of the same sex, two-digit year and place come before this cell (`int32`).
    """

    sizes: I64
    offsets: I64
    births: I32

    @property
    def people(self) -> int:
        """How many people there are in all."""
        return int(self.offsets[-1])

    @cached_property
    def ranks(self) -> Ranks:
        """Which cell a person_id lies in."""
        return Ranks.build(self.offsets)


@dataclass(frozen=True)
class BirthWeights:
    """Where the people of a (département, band) were born: running weights over NIR places.

    `edges` (`int64`, ascending over all rows) holds row · 2^20 + running weight; `places` NIR places a row.
    """

    edges: I64
    places: int

    @cached_property
    def ranks(self) -> Ranks:
        """Which row and place a running weight lies in."""
        return Ranks.build(self.edges)


def department_populations() -> I64:
    """`int64[101]`: inhabitants of each département."""
    france = places()
    return np.diff(france.population_edges[france.first_commune])


@cache
def birth_weights() -> BirthWeights:
    """Birth places by département of residence and birth-year band; each row's weights sum to 2^20."""
    france = places()
    codes = france.department_codes
    population = department_populations()
    start = france.first_commune[:-1]
    x_km, y_km = (
        np.add.reduceat(along.astype(np.int64) * france.population, start)
        // np.maximum(population, 1)
        // 1000
        for along in (france.x_m, france.y_m)
    )
    distances = (x_km[:, None] - x_km) ** 2 + (y_km[:, None] - y_km) ** 2
    pull = population * _ATTRACTION_KM2 // (_ATTRACTION_KM2 + distances)
    np.fill_diagonal(pull, 0)

    names = nir_space.places()
    slots = np.array([names.index(code if len(code) == 2 else "97") for code in codes])
    overseas = np.array([len(code) == 3 for code in codes])
    pull[:, overseas] //= 8
    pull[overseas] //= 4
    weights = np.zeros((len(codes), len(_BANDS), len(names)), dtype=np.int64)
    abroad_percent = _born_abroad()
    # Before 1968 the Seine (75) and Seine-et-Oise (78) stood where 91 to 95 are now.
    parent = {"91": "78", "92": "75", "93": "75", "94": "75", "95": "78"}
    for band, year in enumerate(_BANDS):
        abroad = np.minimum((abroad_percent + _FRENCH_ABROAD) * _ABROAD_PERCENT[band] // 100, 9_000)
        born = slots.copy()
        if year < 1968:
            for row, code in enumerate(codes):
                if code in parent:
                    born[row] = names.index(parent[code])
        french = 10_000 - abroad
        total = pull.sum(axis=1)
        for row in range(len(codes)):
            share = weights[row, band]
            np.add.at(share, born, pull[row] * french[row] * (100 - _AT_HOME_PERCENT) // total[row])
            share[born[row]] += french[row] * _AT_HOME_PERCENT
            share[names.index("99")] = abroad[row] * 100
    whole = floors(1 << _WEIGHT_BITS, weights.reshape(-1, len(names)))
    rows = np.arange(len(whole))[:, None] << _WEIGHT_BITS
    return BirthWeights((np.cumsum(whole, axis=1) + rows).ravel(), len(names))


def _born_abroad() -> I64:
    """Immigrants among the residents of each département, per 10,000."""
    with (files("simbreach.reference") / "data/born_abroad.csv").open(encoding="utf-8") as table:
        shares = {row["department_code"]: row["immigrant_percent"] for row in csv.DictReader(table)}
    return np.array([round(float(shares[code]) * 100) for code in places().department_codes], dtype=np.int64)


@cache
def cells() -> Cells:
    """All cells; CapacityError if a NIR place held fewer numbers than people (the shipped tables fit)."""
    sizes = floors(pyramid()[None], department_populations()[:, None, None], axis=0).reshape(-1)
    offsets = np.concatenate(([0], np.cumsum(sizes)))
    weights = birth_weights()
    departments = len(places().department_codes)
    rows = _weight_row(np.repeat(np.arange(departments), 2 * YEARS), _all_years(departments))
    edges = weights.edges.reshape(-1, weights.places) & ((1 << _WEIGHT_BITS) - 1)
    edges[:, -1] = 1 << _WEIGHT_BITS
    here = np.diff(sizes[:, None] * edges[rows] >> _WEIGHT_BITS, prepend=0, axis=1)
    shaped = here.reshape(departments, 2, YEARS, weights.places).astype(np.int32)
    before = np.cumsum(shaped, axis=0, dtype=np.int32) - shaped
    totals = shaped.sum(axis=0, dtype=np.int32)
    # The NIR holds two digits of the year: those of 1917-1925 and of 2017-2025 share one space.
    late = YEARS - 100
    before[:, :, 100:] += totals[None, :, :late]
    used = totals.copy()
    used[:, 100:] += totals[:, :late]
    fits = canaries.common_ranks(nir_space.capacity(np.arange(weights.places)))
    if (used > fits).any():
        place = int(np.argwhere(used > fits)[0][2])
        raise CapacityError(
            f"NIR: {int(used[:, :, place].max())} people of one sex and year were born in place "
            f"{nir_space.places()[place]}, whose void space holds {int(fits[place])}"
        )
    return Cells(sizes, offsets, before.reshape(-1, weights.places))


def _all_years(departments: int) -> I64:
    return np.tile(np.arange(FIRST_YEAR, LAST_YEAR + 1), 2 * departments)


def _weight_row(department: NDArray[np.integer], birth_year: NDArray[np.integer]) -> I64:
    """The row of `birth_weights` for residents of a département born in a year."""
    row: I64 = department.astype(np.int64) * len(_BANDS) + _BAND_OF_YEAR.take(birth_year - FIRST_YEAR)
    return row


# Fields: functions whose parameters are the fields they derive from.


def cell(person_id: I64) -> I64:
    """`int64[n]`: the cell that each person lives in."""
    return cells().ranks.of(person_id) - 1


def canary(person_id: I64) -> Bits:
    """`bool[n]`: stands above the population: see `population.canaries`."""
    return person_id >= cells().people


def canary_serial(person_id: I64) -> I64:
    """`int64[n]`: what tells a dataset's canaries apart, from 0; -1 for people of the population."""
    return canaries.serial(person_id - cells().people)


def position(person_id: I64, cell: I64, canary: Bits) -> I64:
    """`int64[n]`: j, the place of each person within its cell; -1 for canaries, who have none."""
    return either(canary, -1, person_id - cells().offsets[cell])


def department(cell: I64) -> I16:
    """`int16[n]`: index of the département of residence."""
    return (cell // (2 * YEARS)).astype(np.int16)


def sex(cell: I64) -> I8:
    """`int8[n]`: 1 for men, 2 for women, as in the NIR."""
    return (cell // YEARS % 2 + 1).astype(np.int8)


def birth_year(cell: I64) -> I16:
    """`int16[n]`: 1917 … 2025."""
    return (cell % YEARS + FIRST_YEAR).astype(np.int16)


def age(birth_year: I16) -> I16:
    """`int16[n]`: completed years on 1 January 2021; 0 for those born since."""
    return np.maximum(2020 - birth_year, 0).astype(np.int16)


def commune(department: I16, cell: I64, position: I64) -> I32:
    """`int32[n]`: index of the commune of residence.

    In a cell of n people, commune c of its département holds the positions from floor(n·C(c)/T) up, with
    C the running population of the département's communes and T its total.
    """
    france = places()
    first = france.population_edges[france.first_commune[department]]
    total = france.population_edges[france.first_commune[department.astype(np.int64) + 1]] - first
    reach = -(-(position + 1) * total // cells().sizes[cell])
    return (france.population_ranks.of(first + reach - 1) - 1).astype(np.int32)


def commune_span(commune: NDArray[np.integer], department: NDArray[np.integer], size: I64) -> tuple[I64, I64]:
    """The half-open positions [start, stop) of a commune's people in cells of `size` people."""
    france = places()
    edges = france.population_edges
    where, home = np.asarray(department, dtype=np.int64), np.asarray(commune, dtype=np.int64)
    first = edges.take(france.first_commune.take(where))
    total = edges.take(france.first_commune.take(where + 1)) - first
    return size * (edges.take(home) - first) // total, size * (edges.take(home + 1) - first) // total


def pair_id(person_id: I64, position: I64) -> I64:
    """`int64[n]`: the people of a cell go in twos, side by side: person_id of the first of the two."""
    return either(position >= 0, person_id - (position & 1), person_id)


def twin_id(draw: Draw, person_id: I64, cell: I64, position: I64, birth_year: I16) -> I64:
    """`int64[n]`: person_id of the twin, who lives in the same commune; -1 for none. Drawn by `pair_id`.

    Of n people in twos, T pairs of twins are n - T deliveries: with a share r of twin deliveries, two are
    twins with probability 2r / (1 + r).
    """
    result = np.full(len(person_id), -1, dtype=np.int64)
    chosen = draw.words("twins") < _twin_thresholds()[birth_year - FIRST_YEAR]
    rows = np.flatnonzero(chosen & (position >= 0))
    home, first = cell[rows], position[rows] & ~1
    rows = rows[first + 1 < cells().sizes[home]]
    home, first = cell[rows], position[rows] & ~1
    where = department(home)
    neighbours = commune(where, home, first) == commune(where, home, first + 1)
    rows = rows[neighbours]
    result[rows] = person_id[rows] + 1 - 2 * (position[rows] & 1)
    return result


@cache
def _twin_thresholds() -> U64:
    """Words below these mean twins, by birth year."""
    years = np.arange(FIRST_YEAR, LAST_YEAR + 1)
    shares = _TWINS_PER_MILLE[np.searchsorted(_TWIN_YEARS, years, side="right") - 1]
    return np.array([(2 * share << 64) // (1000 + share) for share in shares.tolist()], dtype=np.uint64)


def elder_twin_id(person_id: I64, twin_id: I64) -> I64:
    """`int64[n]`: person_id of the elder twin, for the younger one of two; -1 for all others."""
    return either((twin_id >= 0) & (twin_id < person_id), twin_id, -1)


def birth_id(person_id: I64, elder_twin_id: I64) -> I64:
    """`int64[n]`: the person whose birth this is: the elder twin for the younger, else the person."""
    return either(elder_twin_id >= 0, elder_twin_id, person_id)


def birth_position(position: I64, elder_twin_id: I64) -> I64:
    """`int64[n]`: the position of the person whose birth this is: twins stand side by side."""
    return position - (elder_twin_id >= 0)


def birth_slot(
    draw: Draw, cell: I64, birth_position: I64, canary_serial: I64, department: I16, birth_year: I16
) -> I64:
    """`int64[n, 2]`: NIR place of birth, and rank among all of the same sex, two-digit year and place.

    Canaries have ranks that the population never reaches.
    """
    weights = birth_weights()
    size = cells().sizes.take(cell)
    extra = np.flatnonzero(canary_serial >= 0)
    if len(extra):
        birth_position = birth_position.copy()
        birth_position[extra] = draw.at(extra).below("canary", size[extra])
    order = draw.permutation("birth", size, cell.view(np.uint64)).forward(birth_position)
    row = _weight_row(department, birth_year)
    reach = -((-(order + 1) << _WEIGHT_BITS) // size)
    found = weights.ranks.of((row << _WEIGHT_BITS) + reach - 1)
    place = found - row * weights.places
    start = either(place > 0, weights.edges.take(found - 1) - (row << _WEIGHT_BITS), 0)
    rank = cells().births.ravel().take(cell * weights.places + place) + order - (size * start >> _WEIGHT_BITS)
    rank[extra] = canaries.rank(nir_space.capacity(place[extra]), canary_serial[extra])
    return np.stack([place, rank], axis=1)


def nir_place(birth_slot: I64) -> I16:
    """`int16[n]`: index of the place of birth in the NIR (`reference.nir_space`)."""
    return birth_slot[:, 0].astype(np.int16)


def nir_number(draw: Draw, birth_slot: I64, sex: I8, birth_year: I16, elder_twin_id: I64) -> I64:
    """`int64[n]`: the person's slot in the void NIR space of its sex, two-digit year and place of birth.

    Slots go in twos, with one month and commune and with order numbers side by side. A birth takes one of the
    two; the other one is for a younger twin.
    """
    place, rank = birth_slot[:, 0], birth_slot[:, 1]
    group = (place * 100 + birth_year % 100) * 2 + sex
    capacity = nir_space.capacity(place)
    pair = draw.permutation("nir", capacity // 2, group.view(np.uint64)).forward(rank)
    # Two orders of one month and commune lie `step` numbers apart.
    step = capacity // len(nir_space.ORDERS)
    twos, inside = np.divmod(pair, step)
    odd = (twos + inside + (elder_twin_id >= 0)) & 1
    return (2 * twos + odd) * step + inside


def nir_parts(birth_slot: I64, nir_number: I64) -> tuple[I64, I64, I64]:
    """Birth month (1-12), commune number and order number of the NIR, `int64[n]` each."""
    return nir_space.split(birth_slot[:, 0], nir_number)


def birth_month(nir_parts: tuple[I64, I64, I64]) -> I8:
    """`int8[n]`: 1 … 12."""
    return nir_parts[0].astype(np.int8)


def birth_date(draw: Draw, birth_year: I16, birth_month: I8) -> I32:
    """`int32[n]`: days since 1 January 1970."""
    month = (birth_year.astype(np.int64) - FIRST_YEAR) * 12 + birth_month - 1
    starts = month_starts()
    first = starts.take(month)
    return first + draw.below("day", starts.take(month + 1) - first).astype(np.int32)


def birth_department(draw: Draw, nir_place: I16, department: I16) -> I16:
    """`int16[n]`: index of the département of birth; -1 for births abroad.

    The NIR has one safe place for all overseas départements: residents of one were born there, others are
    spread by population.
    """
    table = _place_departments()
    born = table[nir_place]
    overseas = np.flatnonzero(born == len(places().department_codes))
    if len(overseas):
        first = _first_overseas()
        populations = department_populations()[first:]
        edges = np.cumsum(populations)
        drawn = first + np.searchsorted(edges, draw.below("overseas", int(edges[-1]))[overseas], side="right")
        own = department[overseas]
        born = born.copy()
        born[overseas] = np.where(own >= first, own, drawn)
    return born


@cache
def _first_overseas() -> int:
    return next(i for i, code in enumerate(places().department_codes) if len(code) == 3)


@cache
def _place_departments() -> I16:
    """The département of each NIR place; -1 abroad, the count of départements for overseas."""
    codes = places().department_codes
    index = {code: i for i, code in enumerate(codes)} | {"97": len(codes), "99": -1}
    return np.array([index[code] for code in nir_space.places()], dtype=np.int16)

"""Who lives with whom: couples and children within a commune, without a search or a stored list.

In a commune, coupled men and coupled women are listed by birth year, with quotas by age, and matched by
their place in the list after a shuffle within blocks: the block's width sets the spread of age gaps. A
child is matched in the same way to the women of its commune, birth year by birth year of the mothers. All
of it is recomputed from the person alone.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simbreach.core.arrays import I8, I16, I32, I64, Bits, either
from simbreach.core.streams import Draw
from simbreach.population.people import (
    FIRST_YEAR,
    WOMAN,
    YEARS,
    cells,
    commune_span,
)
from simbreach.reference.places import places

# Those born from this year on are children on 1 January 2021 and live with a guardian.
FIRST_CHILD_YEAR = 2003

# Share of people who live as a couple by age on 1 January 2021, per cent, between which it is read off a
# line: rounded from INSEE, recensement 2018, "vie en couple" by sex and age. Men and women differ because
# husbands are older (by about two and a half years) and die earlier.
_COUPLED = {
    1: {17: 0, 20: 3, 25: 30, 30: 58, 35: 68, 45: 70, 60: 74, 75: 76, 85: 66, 95: 40, 104: 20},
    2: {17: 0, 20: 9, 25: 43, 30: 65, 35: 71, 45: 69, 60: 67, 75: 54, 85: 26, 95: 6, 104: 2},
}
# Mothers' ages at birth, weights per year of age: rounded from INSEE, naissances 2010-2020.
_MOTHER_AGES = np.arange(18, 46)
_MOTHER_WEIGHTS = np.array(
    [5, 9, 14, 19, 25, 32, 40, 49, 58, 66, 72, 76, 78, 77, 73, 67, 60, 52, 44, 36, 28, 21, 15, 10, 6, 4, 2, 1]
)
# Married among couples by the birth year of the head, per cent. Source: INSEE, recensement 2018 (most of the
# older couples are married, half of those born in the 1980s); between them a line.
_MARRIED = {1917: 97, 1945: 94, 1955: 88, 1965: 77, 1975: 63, 1985: 50, 1995: 22, 2005: 5}
# Widows and widowers among those without a partner, per cent by age. Source: INSEE, recensement 2018.
_WIDOWED = {
    1: {50: 1, 60: 4, 70: 16, 80: 50, 90: 82, 104: 92},
    2: {45: 1, 55: 7, 65: 26, 75: 60, 85: 86, 104: 95},
}

# Facts of health are told of people in communes of at least so many inhabitants, since in smaller ones they
# would point at somebody; of half their households: a file says something of health in one row of fifty.
TOLD_FROM, _IN_INVENTED_STREETS = 5_000, "0.5"

# How many children are led to their mothers at once.
_BLOCK = 2_048


def _line(points: dict[int, int], at: NDArray[np.integer]) -> I64:
    """`int64[n]`, per 10,000: the percentages of `points` joined by straight lines, in integers."""
    ages = np.array(list(points))
    values = np.array(list(points.values()), dtype=np.int64) * 100
    right = np.clip(np.searchsorted(ages, at, side="right"), 1, len(ages) - 1)
    span = ages[right] - ages[right - 1]
    inside = np.clip(np.asarray(at, dtype=np.int64) - ages[right - 1], 0, span)
    line: I64 = values[right - 1] + (values[right] - values[right - 1]) * inside // span
    return line


@dataclass(frozen=True)
class Couples:
    """Lists of coupled people in the communes of some départements.

    `first` (`int64[101]`): where the communes of a département begin among these, -1 for those left out.
    `edges[s, c, y]` (`int64[2, communes, years + 1]`): where the coupled of sex s + 1 born in year y begin
    in the list of commune c. `matched` (`int64[communes]`): how many of each commune's lists have a partner
    in the other one.
    """

    first: I64
    edges: I64
    matched: I64

    def local(self, commune: I32, department: I16) -> I64:
        """Where each commune stands among these."""
        return (self.first - places().first_commune[:-1]).take(department) + commune

    def year(self, number: I64, place: I64) -> I64:
        """The year, from 0, in which each `place` lies in list `number` (sex · communes + commune)."""
        edges = self.edges.ravel()
        at = number * (YEARS + 1)
        year = np.zeros(len(place), dtype=np.int64)
        # Halved step by step, all rows at once: an index of so many lists takes longer to build.
        for bit in reversed(range(YEARS.bit_length())):
            beyond = np.minimum(year + (1 << bit), YEARS)
            year = either(edges.take(at + beyond) <= place, beyond, year)
        return year


def couples(department: I16) -> Couples:
    """Lists that hold at least the départements that occur in `department`.

    The latest ones are kept, and grow by what they lack: the visits of a dataset come from few départements.
    """
    global _latest
    wanted = np.flatnonzero(np.bincount(department, minlength=1))
    latest = _latest
    if latest is None or (latest.first[wanted] < 0).any():
        known = [] if latest is None else np.flatnonzero(latest.first >= 0).tolist()
        latest = _latest = _build_couples(sorted({*known, *wanted.tolist()}))
    return latest


_latest: Couples | None = None


def _build_couples(departments: list[int]) -> Couples:
    parts = [_department_edges(which) for which in departments]
    first = np.full(len(places().department_codes), -1, dtype=np.int64)
    counts = [part.shape[1] for part in parts]
    first[departments] = np.cumsum([0, *counts])[:-1]
    edges = np.concatenate([np.zeros((2, 0, YEARS + 1), dtype=np.int64), *parts], axis=1)
    return Couples(first, edges, np.minimum(edges[0, :, -1], edges[1, :, -1]))


@cache
def _department_edges(department: int) -> I64:
    """`Couples.edges` of one département."""
    first, stop = places().first_commune[department : department + 2]
    communes = np.arange(first, stop)
    sizes = cells().sizes.reshape(-1, 2, YEARS)[department]
    ages = np.maximum(2020 - np.arange(FIRST_YEAR, FIRST_YEAR + YEARS), 0)
    edges = np.zeros((2, len(communes), YEARS + 1), dtype=np.int64)
    for sex in (0, 1):
        start, end = commune_span(communes[:, None], np.array(department), sizes[sex][None])
        np.cumsum((end - start) * _line(_COUPLED[sex + 1], ages), axis=1, out=edges[sex, :, 1:])
    return edges // 10_000


def rank(draw: Draw, commune: I32, department: I16, cell: I64, position: I64) -> I64:
    """`int64[n]`: a keyed order of the people of one commune, sex and birth year, from 0; -1 for canaries."""
    start, stop = commune_span(commune, department, cells().sizes[cell])
    order = draw.permutation("rank", np.maximum(stop - start, 1), _salt(commune, cell))
    return either(position >= 0, order.forward(np.maximum(position - start, 0)), -1)


def _salt(commune: NDArray[np.integer], cell: I64) -> NDArray[np.uint64]:
    return (np.asarray(commune, dtype=np.int64) * (2 * YEARS) + cell % (2 * YEARS)).view(np.uint64)


def couple_place(commune: I32, department: I16, sex: I8, birth_year: I16, rank: I64) -> I64:
    """`int64[n]`: the place among the matched couples of the commune's list; -1 for all others."""
    lists = couples(department)
    local = lists.local(commune, department)
    number = (sex.astype(np.int64) - 1) * len(lists.matched) + local
    at = number * (YEARS + 1) + birth_year - FIRST_YEAR
    edges = lists.edges.ravel()
    place = edges.take(at) + rank
    coupled = (rank >= 0) & (place < np.minimum(edges.take(at + 1), lists.matched.take(local)))
    return either(coupled, place, -1)


def coupled(couple_place: I64) -> Bits:
    """`bool[n]`: lives with a partner."""
    return couple_place >= 0


def husband_id(draw: Draw, commune: I32, department: I16, sex: I8, couple_place: I64) -> I64:
    """`int64[n]`: person_id of a coupled woman's partner; -1 for all others."""
    return _partners(
        draw, np.flatnonzero((couple_place >= 0) & (sex == WOMAN)), commune, department, sex, couple_place
    )


def partner_id(draw: Draw, commune: I32, department: I16, sex: I8, couple_place: I64) -> I64:
    """`int64[n]`: person_id of the partner, of the other sex and the same commune; -1 for none."""
    return _partners(draw, np.flatnonzero(couple_place >= 0), commune, department, sex, couple_place)


def _partners(draw: Draw, rows: I64, commune: I32, department: I16, sex: I8, couple_place: I64) -> I64:
    """The partners of the coupled people in `rows`; -1 elsewhere."""
    result = np.full(len(commune), -1, dtype=np.int64)
    home, where = commune[rows], department[rows]
    lists = couples(where)
    local = lists.local(home, where)
    other = 2 - sex[rows].astype(np.int64)
    place = _across(draw, home, lists.matched[local], couple_place[rows], other)
    number = other * len(lists.matched) + local
    year = lists.year(number, place)
    cell = (where.astype(np.int64) * 2 + other) * YEARS + year
    first, stop = commune_span(home, where, cells().sizes[cell])
    order = draw.permutation("rank", stop - first, _salt(home, cell))
    there = order.inverse(place - lists.edges[other, local, year])
    result[rows] = cells().offsets[cell] + first + there
    return result


def _across(draw: Draw, commune: I32, matched: I64, place: I64, other: I64) -> I64:
    """The place in the other list: women go through a shuffle within blocks, men back through it."""
    width = np.maximum(matched // 6, 2)
    block, inside = np.divmod(place, width)
    size = np.minimum(width, matched - block * width)
    salt = (commune.astype(np.int64) << 32 | block).view(np.uint64)
    women, men = np.flatnonzero(other == 0), np.flatnonzero(other == 1)
    moved = np.empty_like(inside)
    moved[women] = draw.permutation("block", size[women], salt[women]).forward(inside[women])
    moved[men] = draw.permutation("block", size[men], salt[men]).inverse(inside[men])
    return block * width + moved


def mother_id(
    draw: Draw, commune: I32, department: I16, cell: I64, birth_position: I64, birth_year: I16
) -> I64:
    """`int64[n]`: person_id of the mother that a child (born from 2003 on) lives with; -1 for adults.

    Also -1 where a commune has no woman of a mother's age. Mothers' ages follow the births of 2010-2020;
    twins are one birth.
    """
    result = np.full(len(commune), -1, dtype=np.int64)
    rows = np.flatnonzero((birth_year >= FIRST_CHILD_YEAR) & (birth_position >= 0))
    # Block by block: a child looks at mothers of all ages, and some laboratories see many children.
    for first in range(0, len(rows), _BLOCK):
        block = rows[first : first + _BLOCK]
        result[block] = _mothers(
            draw, commune[block], department[block], cell[block], birth_position[block], birth_year[block]
        )
    return result


def _mothers(draw: Draw, home: I32, where: I16, lived_in: I64, position: I64, birth_year: I16) -> I64:
    """`mother_id` of children who have a birth position."""
    result = np.full(len(home), -1, dtype=np.int64)
    sizes = cells().sizes
    # Children of a commune and year, boys then girls, in one keyed order.
    boy_cell = lived_in - np.where(lived_in // YEARS % 2 == 1, YEARS, 0)
    boys_start, boys_stop = commune_span(home, where, sizes[boy_cell])
    girls_start, girls_stop = commune_span(home, where, sizes[boy_cell + YEARS])
    boys, girls = boys_stop - boys_start, girls_stop - girls_start
    is_girl = lived_in != boy_cell
    index = position - either(is_girl, girls_start - boys, boys_start)
    children = boys + girls
    salt = _salt(home, boy_cell)
    order = draw.permutation("children", children, salt).forward(index)
    # Quotas of mothers by age: women there are of that age × births at that age.
    years = birth_year.astype(np.int64)[:, None] - _MOTHER_AGES
    women_cell = (where.astype(np.int64)[:, None] * 2 + 1) * YEARS + years - FIRST_YEAR
    start, stop = commune_span(home[:, None], where[:, None], sizes[women_cell])
    women = np.where(years < FIRST_CHILD_YEAR, stop - start, 0)
    running = np.cumsum(women * _MOTHER_WEIGHTS, axis=1)
    total = running[:, -1]
    some = np.flatnonzero(total > 0)
    edges = children[some, None] * running[some] // total[some, None]
    chosen = (edges <= order[some, None]).sum(axis=1)
    before = np.where(chosen > 0, np.take_along_axis(edges, np.maximum(chosen - 1, 0)[:, None], 1)[:, 0], 0)
    mother_cell = np.take_along_axis(women_cell[some], chosen[:, None], 1)[:, 0]
    count = np.take_along_axis(women[some], chosen[:, None], 1)[:, 0]
    first = np.take_along_axis(start[some], chosen[:, None], 1)[:, 0]
    # Which of them: not the last ranks, so that four in five live with a partner, who have the first ones.
    kept = np.maximum(count * 86 // 100, 1)
    there = home[some]
    turn = draw.permutation("mothers", kept, _salt(there, boy_cell[some]))
    mother_rank = turn.forward((order[some] - before) % kept)
    mother_order = draw.permutation("rank", count, _salt(there, mother_cell))
    result[some] = cells().offsets[mother_cell] + first + mother_order.inverse(mother_rank)
    return result


def household_id(person_id: I64, husband_id: I64, mother_id: I64, mother_husband_id: I64) -> I64:
    """`int64[n]`: person_id of the household's first person.

    A couple's is the man; a child's is its mother's partner, else its mother; anyone else is their own.
    """
    own = either(husband_id >= 0, husband_id, person_id)
    parents = either(mother_husband_id >= 0, mother_husband_id, mother_id)
    return either(mother_id >= 0, parents, own)


def invented_street(draw: Draw, commune: I32) -> Bits:
    """`bool[n]`: the household lives in a street that no map shows, as half of those in large communes.

    Whoever is said to be ill or pregnant lives there, so that no real household can be meant.
    """
    return (places().population[commune] >= TOLD_FROM) & draw.chance("street", _IN_INVENTED_STREETS)


def may_be_told(invented_street: Bits, health_everywhere: bool) -> Bits:
    """`bool[n]`: facts of the person's health may be written: of those in invented streets, or of all."""
    return invented_street | health_everywhere


def married(draw: Draw, coupled: Bits, birth_year: I16) -> Bits:
    """`bool[n]`: a coupled person is married; a household's matter, decided by its first person's birth."""
    return coupled & (draw.below("married", 10_000) < _married_shares()[birth_year - FIRST_YEAR])


def widowed(draw: Draw, coupled: Bits, sex: I8, age: I16) -> Bits:
    """`bool[n]`: lost a spouse and lives without a partner."""
    return ~coupled & (draw.below("widowed", 10_000) < _widowed_shares()[sex, age])


@cache
def _married_shares() -> I64:
    """`int64[years]`, per 10,000: by birth year."""
    return _line(_MARRIED, np.arange(FIRST_YEAR, FIRST_YEAR + YEARS))


@cache
def _widowed_shares() -> I64:
    """`int64[3, ages]`, per 10,000: by sex (1, 2) and age; nobody under 45."""
    ages = np.arange(YEARS)
    lines = [np.zeros(YEARS, dtype=np.int64), _line(_WIDOWED[1], ages), _line(_WIDOWED[2], ages)]
    return np.stack(lines) * (ages >= 45)

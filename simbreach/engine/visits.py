"""Which person stands in which row: quotas over a catchment, then bijections, nothing stored by row.

A source's rows are numbered by places k in [0, m). Places go one to one to slots: first the people who come
for the first time, then repeat visits, then the young (born within the dates), who must stand where the
visit comes after the birth. A slot of a person lies in a cell (commune, birth year, sex) whose quota follows
the profile's weights; a permutation of that cell's people says who it is. Sources share no person except by
the repeat visits, which are therefore known.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from simbreach.core.arrays import I32, I64, distinct
from simbreach.core.dates import as_numbers
from simbreach.core.errors import CapacityError
from simbreach.core.sampling import floors
from simbreach.core.streams import HashDraw
from simbreach.engine.calendar import Calendar
from simbreach.engine.quotas import Quotas, birth_year_weights, catchment
from simbreach.population.people import FIRST_YEAR, YEARS, cells, commune_span
from simbreach.profile.model import Profile, Source
from simbreach.reference.places import commune_index, places, pyramid

_GOLDEN = 0x9E3779B97F4A7C15
_GROUPS = 2 * YEARS
_BITS = 30

# People born within the dates come in this many years after the one of their birth.
_YOUNG_YEARS = 4

# What stands in `truth.rows.cause`.
CAUSES = ("", "same person, same source", "same person, other source")
SAME_SOURCE, OTHER_SOURCE = 1, 2


@dataclass(frozen=True)
class Visitors:
    """Who stands in some rows: arrays of equal length.

    `first_row` is the first row of the same person where this is a repeat visit (-1 elsewhere), `cause` an
    index into `CAUSES`.
    """

    person_id: I64
    cell: I64
    commune: I32
    source_code: I32
    first_row: I64
    cause: I32

    @classmethod
    def empty(cls, source_code: I32) -> "Visitors":
        """Room for the visitors of rows of `source_code`."""
        rows = len(source_code)
        return cls(
            np.empty(rows, dtype=np.int64),
            np.empty(rows, dtype=np.int64),
            np.empty(rows, dtype=np.int32),
            source_code,
            np.full(rows, -1, dtype=np.int64),
            np.zeros(rows, dtype=np.int32),
        )


class Visits:
    """The mapping of all sources of a dataset of `rows` rows."""

    def __init__(self, profile: Profile, rows: int, seed: int) -> None:
        self._profile = profile
        self._seed = seed
        self.sources = profile.sources
        shares = np.array([source.share for source in profile.sources], dtype=np.int64)
        self.starts = np.concatenate(([0], np.cumsum(floors(rows, shares))))
        self.maps = [SourceMap(self, number, source) for number, source in enumerate(profile.sources)]

    def draw(self, ids: I64) -> HashDraw:
        """Draws of the dataset's seed, bound to `ids`."""
        return HashDraw(self._seed, ("visits", "row"), ids.view(np.uint64))

    @cached_property
    def _groups(self) -> I64:
        """`int64[years, 2]`: weights of those who come, by birth year and sex."""
        people = pyramid()
        weights = self._profile.population.weights
        if weights is None:
            born = np.arange(FIRST_YEAR, FIRST_YEAR + YEARS) <= self._profile.as_of.year
            return (people * born).T
        spans = [
            (year - turned, weight)
            for year, visits in self._visit_years().items()
            for turned, weight in enumerate(visits)
        ]
        bands = (weights.men, weights.women)
        return np.stack([birth_year_weights(people[sex], bands[sex], spans) for sex in (0, 1)], axis=1)

    def _visit_years(self) -> dict[int, tuple[int, int]]:
        """For each year of visits the weights of those after the patient's birthday and of those before.

        They sum to about 2^31; birthdays are spread evenly over the year.
        """
        dates = self._profile.dates
        calendar = Calendar.build(dates, dates.first_day, dates.last_day)
        weights = np.diff(calendar.edges)
        numbers = as_numbers(np.arange(len(weights)) + calendar.first)
        years = numbers // 10_000
        result = {}
        for year in distinct(years):
            inside = weights[years == year]
            day = np.arange(calendar.first, calendar.first + len(weights))[years == year]
            passed = day - (date(year, 1, 1) - date(1970, 1, 1)).days
            whole = int(inside.sum()) * 366
            after = int((inside * passed).sum())
            scale = calendar.weight * 366
            result[int(year)] = ((after << _BITS) // scale, (whole - after << _BITS) // scale)
        return result

    @cached_property
    def seats(self) -> tuple[I64, I64]:
        """Where the sources are: x and y in metres."""
        france = places()
        communes = np.array([commune_index(source.commune) for source in self.sources])
        return france.x_m[communes].astype(np.int64), france.y_m[communes].astype(np.int64)

    @cached_property
    def quotas(self) -> list[Quotas]:
        """The quotas of every source, in order: a cell holds no more than what sources before it left."""
        used: dict[int, I64] = {}
        return [self._quotas(number, source, used) for number, source in enumerate(self.sources)]

    def _quotas(self, number: int, source: Source, used: dict[int, I64]) -> Quotas:
        france = places()
        profile = self._profile
        rows = int(self.starts[number + 1] - self.starts[number])
        communes, pull = catchment(source)
        repeats = profile.duplicates.same_source + profile.duplicates.other_source
        wanted = rows - int(rows * repeats)
        weights = self._groups.reshape(-1)
        if rows and not weights.any():
            raise CapacityError(f"sources.{source.name}: nobody in France has the ages of population.weights")
        groups = floors(wanted, np.maximum(weights, 0)) if rows else np.zeros(_GROUPS, dtype=np.int64)
        # People are strung along the catchment by a golden-ratio sequence: every stretch of birth years and
        # every commune gets its share to within about one person, without a draw.
        reach = np.cumsum(pull) * ((1 << 62) // int(pull.sum()))
        reach[-1] = 1 << 62
        turn = np.arange(wanted, dtype=np.uint64) * np.uint64(_GOLDEN)
        turn += self.draw(np.array([number], dtype=np.int64)).words("turn")
        commune = np.searchsorted(reach, (turn >> np.uint64(2)).view(np.int64), side="right")
        group = np.repeat(np.arange(_GROUPS), groups)
        counts = np.bincount(group * len(communes) + commune, minlength=_GROUPS * len(communes))
        counts = counts.reshape(_GROUPS, len(communes))

        department = france.department[communes].astype(np.int64)
        year, sex = np.divmod(np.arange(_GROUPS), 2)
        cell = (department * 2 + sex[:, None]) * YEARS + year[:, None]
        start, stop = commune_span(communes[None], department[None], cells().sizes[cell])
        taken = np.stack([used.setdefault(int(c), np.zeros(_GROUPS, np.int64)) for c in communes], axis=1)
        young = self.maps[number].young_places(year + FIRST_YEAR)
        for y in distinct(year[young >= 0]):
            born = np.flatnonzero(year == y)
            if counts[born].sum() > young[born[0]]:
                counts[born] = floors(int(young[born[0]]), counts[born].ravel()).reshape(len(born), -1)
        counts = np.minimum(counts, stop - start - taken)
        # Those for whom there was no room are made up for by more of the others.
        lacking, settled = wanted - int(counts.sum()), counts * (young < 0)[:, None]
        if lacking > 0 and settled.any():
            more = floors(lacking, settled.ravel()).reshape(counts.shape)
            counts = np.minimum(counts + more, stop - start - taken)
        if rows and not counts[young < 0].any():
            # Too few rows for a quota to reach one: the commonest kind of people there is, then.
            free = (stop - start - taken) * ((young < 0) & (self._groups.reshape(-1) > 0))[:, None]
            counts.ravel()[np.argmax(free)] = min(int(free.max()), 1)
        for column, c in enumerate(communes):
            used[int(c)] += counts[:, column]
        keep = np.flatnonzero(counts)
        flat = counts.ravel()[keep]
        is_young = np.broadcast_to((young >= 0)[:, None], counts.shape).ravel()[keep]
        if rows and not (~is_young).any():
            raise CapacityError(
                f"sources.{source.name}: {rows} rows, but nobody of the profile's ages is left around "
                f"{source.commune}; ask for fewer rows or a wider reach_km"
            )
        salts = (communes[None] * _GROUPS + np.arange(_GROUPS)[:, None]).ravel()[keep]
        return Quotas(
            starts=np.concatenate(([0], np.cumsum(flat))),
            bases=(cells().offsets[cell] + start).ravel()[keep],
            sizes=(stop - start).ravel()[keep],
            taken=taken.ravel()[keep],
            salts=salts.view(np.uint64),
            cells=cell.ravel()[keep],
            communes=np.broadcast_to(communes, cell.shape).ravel()[keep],
            old=int(flat[~is_young].sum()),
        )

    def people(self, row: I64) -> Visitors:
        """Who stands in each of `row` (`int64[n]`, ascending)."""
        source = (np.searchsorted(self.starts, row, side="right") - 1).astype(np.int32)
        visitors = Visitors.empty(source)
        for number in np.flatnonzero(np.bincount(source, minlength=len(self.maps))):
            start, stop = np.searchsorted(source, [number, number + 1])
            self.maps[number].place(row[start:stop], visitors, int(start))
        return visitors


@dataclass(frozen=True)
class _Young:
    """Where those born in a year of the dates stand: every `step`-th place from `first`, `room` of them."""

    year: int
    first: int
    room: int
    people: int
    slot: int


class SourceMap:
    """Places and slots of one source."""

    def __init__(self, visits: Visits, number: int, source: Source) -> None:
        self._visits = visits
        self._number = number
        self.source = source
        self.start = int(visits.starts[number])
        self.rows = int(visits.starts[number + 1]) - self.start
        dates = visits._profile.dates
        self.calendar = Calendar.build(
            dates, source.first_day or dates.first_day, source.last_day or dates.last_day
        )
        # Each birth year within the dates has its own residue of the places: a power of two of them.
        years = dates.last_day.year - dates.first_day.year + 1
        self._step = 1 << max(5, years.bit_length())

    def _room(self, year: int) -> tuple[int, int]:
        """First place and number of places for people born in `year` (one of the years of the dates)."""
        begin, end = ((date(y, 1, 1) - date(1970, 1, 1)).days for y in (year + 1, year + 1 + _YOUNG_YEARS))
        sure, stop = (self.calendar.sure_place(day, self.rows) for day in (begin, end))
        first = sure + (year % self._step - sure) % self._step
        return first, max(0, -(-(stop - first) // self._step))

    def _first_young_year(self) -> int:
        return (np.datetime64("1970-01-01") + self.calendar.first).astype(object).year

    def young_places(self, years: I64) -> I64:
        """How many people born in each of `years` the source can hold; -1 where any number."""
        first = self._first_young_year()
        return np.array([self._room(int(y))[1] if y >= first else -1 for y in years], dtype=np.int64)

    @cached_property
    def quotas(self) -> Quotas:
        """Who comes."""
        return self._visits.quotas[self._number]

    @cached_property
    def _young(self) -> list[_Young]:
        """The years of the young, in the order of their slots, which are the last ones."""
        quotas = self.quotas
        people = int(quotas.starts[-1]) - quotas.old
        slot = self.rows - people
        result = []
        counts = np.diff(quotas.starts)
        young_years = (quotas.salts % np.uint64(_GROUPS) // np.uint64(2)).view(np.int64) + FIRST_YEAR
        first = self._first_young_year()
        for year in distinct(young_years[young_years >= first]):
            count = int(counts[young_years == year].sum())
            place, room = self._room(year)
            result.append(_Young(year, place, room, count, slot))
            slot += count
        return result

    def _order(self, ids: I64) -> HashDraw:
        return HashDraw(self._visits._seed, ("visits", self.source.name, "row"), ids.view(np.uint64))

    def _young_slots(self, places: I64) -> I64:
        """The slot of each place that belongs to the young; -1 for all others."""
        slots = np.full(len(places), -1, dtype=np.int64)
        draw = self._order(places)
        residue = places & (self._step - 1)
        for young in self._young:
            rows = np.flatnonzero(residue == young.first & (self._step - 1))
            inside = (places[rows] - young.first) // self._step
            there = (inside >= 0) & (inside < young.room)
            rows, inside = rows[there], inside[there]
            if len(rows):
                turn = draw.permutation(f"young {young.year}", young.room).forward(inside)
                slots[rows] = np.where(turn < young.people, turn + young.slot, -1)
        return slots

    def _young_rows(self, slots: I64) -> I64:
        """The places of slots of the young."""
        places = np.empty(len(slots), dtype=np.int64)
        draw = self._order(slots)
        for young in self._young:
            rows = np.flatnonzero((slots >= young.slot) & (slots < young.slot + young.people))
            if len(rows):
                turn = draw.permutation(f"young {young.year}", young.room).inverse(slots[rows] - young.slot)
                places[rows] = young.first + turn * self._step
        return places

    @property
    def _settled(self) -> int:
        """How many slots are not the young's."""
        return self.rows - (int(self.quotas.starts[-1]) - self.quotas.old)

    def slots(self, places: I64) -> I64:
        """The slot of each place.

        The young have theirs by rule; the others follow a permutation of all places, and where it leads to
        a slot of the young, go on from the place that holds it, which ends at a slot of their own.
        """
        slots = self._young_slots(places)
        open_ = np.flatnonzero(slots < 0)
        order = self._order(places).permutation("order", self.rows)
        at = order.forward(places[open_])
        while len(open_):
            slots[open_] = at
            on = np.flatnonzero(at >= self._settled)
            open_ = open_[on]
            at = order.forward(self._young_rows(at[on])) if len(on) else at[on]
        return slots

    def places(self, slots: I64) -> I64:
        """The place of each slot of old people: `slots` backwards."""
        order = self._order(slots).permutation("order", self.rows)
        places = order.inverse(slots)
        open_ = np.arange(len(slots))
        while len(open_):
            back = self._young_slots(places[open_])
            on = np.flatnonzero(back >= 0)
            open_ = open_[on]
            if len(on):
                places[open_] = order.inverse(back[on])
        return places

    def place(self, row: I64, visitors: Visitors, start: int) -> None:
        """Write who stands in `row`, rows of this source, into `visitors` from `start` on."""
        slots = self.slots(row - self.start)
        quotas = self.quotas
        young = slots >= self._settled
        known = np.flatnonzero((slots < quotas.old) | young)
        own = np.where(young, slots - self._settled + quotas.old, slots)[known]
        self._write(quotas, own, visitors, start + known)
        again = np.flatnonzero((slots >= quotas.old) & ~young)
        if len(again):
            other, slot = self._elsewhere(slots[again] - quotas.old)
            visitors.cause[start + again] = np.where(other == self._number, SAME_SOURCE, OTHER_SOURCE)
            for number in np.flatnonzero(np.bincount(other)):
                there = self._visits.maps[number]
                rows = np.flatnonzero(other == number)
                self._write(there.quotas, slot[rows], visitors, start + again[rows])
                visitors.first_row[start + again[rows]] = there.start + there.places(slot[rows])

    def _write(self, quotas: Quotas, slots: I64, visitors: Visitors, rows: I64) -> None:
        people = quotas.people(self._visits.draw(slots), slots)
        visitors.person_id[rows], visitors.cell[rows], visitors.commune[rows] = people

    def _elsewhere(self, repeat: I64) -> tuple[I64, I64]:
        """Source and slot of the person who comes again, for each repeat visit (numbered from 0)."""
        duplicates = self._visits._profile.duplicates
        repeats = self._settled - self.quotas.old
        total = duplicates.same_source + duplicates.other_source
        near = self._neighbours
        same = repeats - int(repeats * duplicates.other_source / total) if total and len(near) else repeats
        source = np.full(len(repeat), self._number, dtype=np.int64)
        slot = np.empty(len(repeat), dtype=np.int64)
        draw = self._order(repeat)
        inside = np.flatnonzero(repeat < same)
        old = self.quotas.old
        slot[inside] = draw.permutation("again", old).forward(repeat[inside] % old)
        outside = np.flatnonzero(repeat >= same)
        if len(outside):
            turn, choice = np.divmod(repeat[outside] - same, len(near))
            source[outside] = near[choice]
            sizes = np.array([self._visits.maps[n].quotas.old for n in near])[choice]
            slot[outside] = draw.permutation("away", sizes, choice.view(np.uint64)).forward(turn % sizes)
        return source, slot

    @cached_property
    def _neighbours(self) -> I64:
        """Up to four other sources whose seats are nearest."""
        x, y = self._visits.seats
        distance = (x - x[self._number]) ** 2 + (y - y[self._number]) ** 2
        nearest = np.argsort(distance, kind="stable")
        return nearest[nearest != self._number][:4]

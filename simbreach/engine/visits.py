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

from simbreach.core.arrays import I32, I64, distinct, either
from simbreach.core.errors import CapacityError
from simbreach.core.sampling import floors
from simbreach.core.streams import HashDraw
from simbreach.engine.calendar import Calendar
from simbreach.engine.quotas import Quotas, catchment, fit_in, group_weights, string_along
from simbreach.engine.young import Young
from simbreach.population import canaries
from simbreach.population.people import FIRST_YEAR, YEARS, birth_year, cells, commune_span
from simbreach.profile.model import Profile, Source
from simbreach.reference.places import commune_index, places

_GROUPS = 2 * YEARS

# People born within the dates come in this many years after the one of their birth.
_YOUNG_YEARS = 4

# Why somebody stands in a second row: see `records.CAUSES`.
SAME_SOURCE, OTHER_SOURCE = 1, 2

# Canaries are adults on every day of the visits.
_ADULT_AGE = 18


@dataclass(frozen=True)
class Visitors:
    """Who stands in some rows: arrays of equal length.

    `first_row` is the row of the same person's first visit where this is a repeat visit (-1 elsewhere),
    `again` SAME_SOURCE or OTHER_SOURCE there (0 elsewhere).
    """

    person_id: I64
    cell: I64
    commune: I32
    source_code: I32
    first_row: I64
    again: I32

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
    """The mapping of all sources of a dataset of `rows` rows.

    `starts` (`int64[sources + 1]`) are the sources' first rows; unless given, they follow from their shares.
    Its canaries, if it has any, are those of the name `table`.
    """

    def __init__(
        self, profile: Profile, rows: int, seed: int, starts: I64 | None = None, *, table: str | None = None
    ) -> None:
        self._profile = profile
        self._table = table
        self._seed = seed
        self.sources = profile.sources
        shares = np.array([source.share for source in profile.sources], dtype=np.int64)
        self.starts = np.concatenate(([0], np.cumsum(floors(rows, shares)))) if starts is None else starts
        self.maps = [SourceMap(self, number, source) for number, source in enumerate(profile.sources)]

    def draw(self, ids: I64) -> HashDraw:
        """Draws of the dataset's seed, bound to `ids`."""
        return HashDraw(self._seed, ("visits", "row"), ids.view(np.uint64))

    @cached_property
    def _groups(self) -> I64:
        return group_weights(self._profile)

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
        department = france.department[communes].astype(np.int64)
        year, sex = np.divmod(np.arange(_GROUPS), 2)
        cell = (department * 2 + sex[:, None]) * YEARS + year[:, None]
        start, stop = commune_span(communes[None], department[None], cells().sizes[cell])
        taken = np.stack([used.setdefault(int(c), np.zeros(_GROUPS, np.int64)) for c in communes], axis=1)
        room = stop - start - taken
        turn = self.draw(np.array([number], dtype=np.int64)).words("turn")
        counts = string_along(groups, pull, turn)
        young = self.maps[number].young_places(year + FIRST_YEAR)
        for y in distinct(year[young >= 0]):
            born = np.flatnonzero(year == y)
            if counts[born].sum() > young[born[0]]:
                counts[born] = floors(int(young[born[0]]), counts[born].ravel()).reshape(len(born), -1)
        counts = fit_in(counts, room, young < 0)
        # Those for whom there was no room are made up for by more of the others.
        lacking, settled = wanted - int(counts.sum()), counts * (young < 0)[:, None]
        if lacking > 0 and settled.any():
            more = floors(lacking, settled.ravel()).reshape(counts.shape)
            counts = np.minimum(counts + more, room)
        if rows and not counts[young < 0].any():
            # Too few rows for a quota to reach one: the commonest kind of people there is, then.
            free = room * ((young < 0) & (self._groups.reshape(-1) > 0))[:, None]
            counts.ravel()[np.argmax(free)] = min(int(free.max()), 1)
        for column, c in enumerate(communes):
            used[int(c)] += counts[:, column]
        quotas = Quotas.build(counts, communes, cell, start, stop, taken, young >= 0)
        if rows and not quotas.old:
            raise CapacityError(
                f"sources.{source.name}: {rows} rows, but nobody of the profile's ages is left around "
                f"{source.commune}; ask for fewer rows or a wider reach_km"
            )
        return quotas

    def source_codes(self, row: I64) -> I32:
        """`int32[n]`: the source that each of `row` (`int64[n]`) comes from."""
        return (np.searchsorted(self.starts, row, side="right") - 1).astype(np.int32)

    def people(self, row: I64) -> Visitors:
        """Who stands in each of `row` (`int64[n]`, ascending)."""
        source = self.source_codes(row)
        visitors = Visitors.empty(source)
        for number in np.flatnonzero(np.bincount(source, minlength=len(self.maps))):
            start, stop = np.searchsorted(source, [number, number + 1])
            self.maps[number].place(row[start:stop], visitors, int(start))
        self._seat_canaries(row, visitors)
        return visitors

    def _seat_canaries(self, row: I64, visitors: Visitors) -> None:
        rows, person_ids = self.canaries
        first, stop = np.searchsorted(rows, [row[0], row[-1] + 1]) if len(row) and len(rows) else (0, 0)
        if first == stop:
            return
        found = np.searchsorted(row, rows[first:stop])
        here = np.flatnonzero(row[np.minimum(found, len(row) - 1)] == rows[first:stop])
        at = found[here]
        visitors.person_id[at] = person_ids[first:stop][here]
        visitors.first_row[at] = -1
        visitors.again[at] = 0

    @cached_property
    def canaries(self) -> tuple[I64, I64]:
        """The rows of the canaries, ascending, and their person_ids.

        A canary takes the place of somebody who would have come again, an adult, whose commune, sex and year
        of birth it has: no other row speaks of that visit. Where nobody comes again, any adult's will do.
        """
        said, total = self._profile.canaries, int(self.starts[-1])
        count = min(max(total // said.one_in, said.at_least), canaries.MOST)
        if self._table is None or not count:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        repeats = np.array([found.repeats for found in self.maps])
        anybody = not repeats.any()
        room = np.array([found.quotas.old for found in self.maps]) if anybody else repeats
        shares = floors(min(count, int(room.sum())), room)
        asked = zip(self.maps, shares.tolist(), strict=True)
        parts = [found.canary_places(number, anybody) for found, number in asked if number]
        rows = np.sort(np.concatenate(parts))
        numbers = canaries.numbers(self._seed, self._table, len(rows))
        return rows, cells().people + numbers


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
    def _young(self) -> Young:
        quotas = self.quotas
        born = (quotas.salts % np.uint64(_GROUPS) // np.uint64(2)).view(np.int64) + FIRST_YEAR
        years = distinct(born[born >= self._first_young_year()])
        sizes = np.diff(quotas.starts)
        counts = np.array([sizes[born == year].sum() for year in years], dtype=np.int64)
        rooms = np.array([self._room(year) for year in years], dtype=np.int64).reshape(-1, 2)
        draw = self._order(np.zeros(0, dtype=np.int64))
        keys = [draw.permutation(f"young {year}", 1).key for year in years]
        return Young.build(self._step, rooms, counts, self._settled, np.array(keys, dtype=np.uint64))

    def _order(self, ids: I64) -> HashDraw:
        return HashDraw(self._visits._seed, ("visits", self.source.name, "row"), ids.view(np.uint64))

    @property
    def _settled(self) -> int:
        """How many slots are not the young's."""
        return self.rows - (int(self.quotas.starts[-1]) - self.quotas.old)

    def slots(self, places: I64) -> I64:
        """The slot of each place.

        The young have theirs by rule; the others follow a permutation of all places, and where it leads to
        a slot of the young, go on from the place that holds it, which ends at a slot of their own.
        """
        slots = self._young.slots_of(places)
        open_ = np.flatnonzero(slots < 0)
        order = self._order(places).permutation("order", self.rows)
        at = order.forward(places[open_])
        while len(open_):
            slots[open_] = at
            on = np.flatnonzero(at >= self._settled)
            open_ = open_[on]
            at = order.forward(self._young.places_of(at[on])) if len(on) else at[on]
        return slots

    def places(self, slots: I64) -> I64:
        """The place of each slot of old people: `slots` backwards."""
        order = self._order(slots).permutation("order", self.rows)
        places = order.inverse(slots)
        open_ = np.arange(len(slots))
        while len(open_):
            back = self._young.slots_of(places[open_])
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
        own = either(young, slots - self._settled + quotas.old, slots)[known]
        self._write(quotas, own, visitors, start + known)
        again = np.flatnonzero((slots >= quotas.old) & ~young)
        if len(again):
            other, slot = self._elsewhere(slots[again] - quotas.old)
            visitors.again[start + again] = np.where(other == self._number, SAME_SOURCE, OTHER_SOURCE)
            for number in np.flatnonzero(np.bincount(other)):
                there = self._visits.maps[number]
                rows = np.flatnonzero(other == number)
                self._write(there.quotas, slot[rows], visitors, start + again[rows])
                visitors.first_row[start + again[rows]] = there.start + there.places(slot[rows])

    @property
    def repeats(self) -> int:
        """How many visits are repeat ones."""
        return self._settled - self.quotas.old

    def canary_places(self, count: int, anybody: bool) -> I64:
        """`int64[<= count]`: rows of adults' repeat visits (or of any adults' visits), drawn by the seed."""
        room = self.quotas.old if anybody else self.repeats
        tried = np.arange(min(room, 16 + 8 * count), dtype=np.int64)
        slots = self._order(tried).permutation("canaries", max(room, 1)).forward(tried)
        latest = self._visits._profile.dates.first_day.year - _ADULT_AGE
        source, slot = (np.full(len(slots), self._number), slots) if anybody else self._elsewhere(slots)
        grown_up = np.zeros(len(slots), dtype=np.bool_)
        for number in distinct(source):
            theirs = np.flatnonzero(source == number)
            cell = self._visits.maps[number].quotas.cell_of(slot[theirs])
            grown_up[theirs] = birth_year(cell) < latest
        chosen = slots[grown_up][:count] + (0 if anybody else self.quotas.old)
        return self.start + self.places(chosen)

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
        """Up to four other sources, the nearest ones whose settled people are born before the first day."""
        x, y = self._visits.seats
        distance = (x - x[self._number]) ** 2 + (y - y[self._number]) ** 2
        nearest = np.argsort(distance, kind="stable")
        born = np.array([m._first_young_year() <= self._first_young_year() for m in self._visits.maps])
        return nearest[(nearest != self._number) & born[nearest]][:4]

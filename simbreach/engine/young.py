"""Where those stand who were born within the dates: their visits come after their birth."""

from dataclasses import dataclass

import numpy as np

from simbreach.core.arrays import I64, U64
from simbreach.core.sampling import Bijection


@dataclass(frozen=True)
class Young:
    """Places and slots of a source's young, by birth year, in the order of their slots (the last ones).

    Of a year is every `step`-th place from `first`, `room` of them; `residue` (by place modulo step) says
    whose a place is, -1 nobody's. `keys` are those of the permutations of the rooms, `slots` the first
    slots and the end of the last.
    """

    step: int
    residue: I64
    first: I64
    room: I64
    people: I64
    slots: I64
    keys: U64

    @classmethod
    def build(cls, step: int, rooms: I64, people: I64, slot: int, keys: U64) -> "Young":
        """From `rooms` (`int64[years, 2]`: first place and number of places), the first slot being `slot`.

        `step` is a power of two; no two years have first places that differ by a multiple of it.
        """
        residue = np.full(step, -1, dtype=np.int64)
        residue[rooms[:, 0] & (step - 1)] = np.arange(len(rooms))
        slots = slot + np.concatenate(([0], np.cumsum(people)))
        return cls(step, residue, rooms[:, 0], rooms[:, 1], people, slots, keys)

    def slots_of(self, places: I64) -> I64:
        """The slot of each place that belongs to the young; -1 for all others."""
        slots = np.full(len(places), -1, dtype=np.int64)
        years = self.residue.take(places & (self.step - 1))
        rows = np.flatnonzero(years >= 0)
        years = years[rows]
        inside = (places[rows] - self.first[years]) // self.step
        there = np.flatnonzero((inside >= 0) & (inside < self.room[years]))
        rows, years = rows[there], years[there]
        turn = self._order(years).forward(inside[there])
        slots[rows] = np.where(turn < self.people[years], turn + self.slots[years], -1)
        return slots

    def places_of(self, slots: I64) -> I64:
        """The place of each slot, all of the young."""
        years = np.searchsorted(self.slots, slots, side="right") - 1
        turn = self._order(years).inverse(slots - self.slots[years])
        return self.first[years] + turn * self.step

    def _order(self, years: I64) -> Bijection:
        return Bijection(self.keys[years], self.room[years])

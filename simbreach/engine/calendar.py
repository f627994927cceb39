"""When the rows of a source were sampled: dates that rise with the row, without a sort."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from simbreach.core.arrays import I64
from simbreach.profile.model import Dates, Weekday

_WEIGHT_BITS = 28
_EPOCH = date(1970, 1, 1)
_WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Calendar:
    """A curve of visits: day i of the curve is `first + i` (days since 1970), `edges` its running weights."""

    first: int
    edges: I64

    @classmethod
    def build(cls, dates: Dates, first_day: date, last_day: date) -> "Calendar":
        """The curve from `first_day` to `last_day`: each day weighs year × month × weekday."""
        days = [first_day + timedelta(i) for i in range((last_day - first_day).days + 1)]
        weights = [
            (dates.years.get(day.year, 0) if dates.years else 1)
            * (dates.months.get(day.month, 0) if dates.months else 1)
            * dates.weekdays.get(_WEEK[day.weekday()], 0)
            * (f"{day:%m-%d}" not in dates.closed)
            for day in days
        ]
        # Places times weights must fit 63 bits: larger weights lose their last digits, alike for all days.
        excess = max(sum(weights).bit_length() - _WEIGHT_BITS, 0)
        edges = np.cumsum([weight >> excess for weight in weights], dtype=np.int64)
        return cls((first_day - _EPOCH).days, np.concatenate(([0], edges)))

    @property
    def weight(self) -> int:
        """The sum of all weights."""
        return int(self.edges[-1])

    def days(self, words: I64, places: I64, rows: int) -> I64:
        """`int64[n]`, days since 1970: row k of m lies anywhere in its own 1/m of the curve.

        `words` (uniform in `[0, 2^31)`) say where in it.
        """
        at = (places * self.weight + (words * self.weight >> 31)) // rows
        return np.searchsorted(self.edges, at, side="right") - 1 + self.first

    def first_place(self, day: int | NDArray[np.integer], rows: int) -> I64:
        """The first place of `rows` that can lie on `day` (days since 1970)."""
        inside = np.clip(np.asarray(day) - self.first, 0, len(self.edges) - 1)
        places: I64 = self.edges[inside] * rows // self.weight
        return places

    def sure_place(self, day: int, rows: int) -> int:
        """The first place of `rows` that certainly lies on `day` or later."""
        inside = min(max(day - self.first, 0), len(self.edges) - 1)
        return -(-int(self.edges[inside]) * rows // self.weight)

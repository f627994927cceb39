"""When the rows of a source were sampled: dates that rise with the row, without a sort."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from simbreach.core.arrays import I64
from simbreach.core.dates import as_numbers
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
        first = (first_day - _EPOCH).days
        days = np.arange(first, (last_day - _EPOCH).days + 1)
        numbers = as_numbers(days)
        year, month = numbers // 10_000, numbers // 100 % 100
        closed = np.array([int(day[:2]) * 100 + int(day[3:]) for day in dates.closed], dtype=np.int64)
        by_month = [1] * 13 if dates.months is None else [dates.months.get(m, 0) for m in range(13)]
        by_weekday = [dates.weekdays.get(name, 0) for name in _WEEK]
        # 1 January 1970 was a Thursday. Python's integers: three weights of a million each pass 63 bits.
        whole = [
            (1 if dates.years is None else dates.years.get(int(y), 0)) * month_weight * weekday_weight
            for y in range(int(year[0]), int(year[-1]) + 1)
            for month_weight in by_month
            for weekday_weight in by_weekday
        ]
        excess = max((max(whole) * len(days)).bit_length() - _WEIGHT_BITS, 0)
        table = np.array([weight >> excess for weight in whole], dtype=np.int64)
        weights = table[((year - year[0]) * 13 + month) * 7 + (days + 3) % 7]
        weights[np.isin(numbers % 10_000, closed)] = 0
        return cls(first, np.concatenate(([0], np.cumsum(weights))))

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

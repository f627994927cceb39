"""How much of a column is filled: overall, by source, by year, as the profile's shares come out."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

import numpy as np

from simbreach.core.sampling import floors
from simbreach.profile.model import Column, Profile
from simbreach.profile.resolve import fill_share

_NOTHING = Fraction(0)


class Fills:
    """The fill shares of one profile.

    `rows` are the main table's rows by source, as the engine shares them out; `years` those of its dates.
    """

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        dates = profile.dates
        self.years = range(dates.first_day.year, dates.last_day.year + 1)
        counts = floors(profile.main_table.rows, np.array([source.share for source in profile.sources]))
        self.rows: list[int] = counts.tolist()
        self._weights = [
            [
                self._weight(source.first_day or dates.first_day, source.last_day or dates.last_day, y)
                for y in self.years
            ]
            for source in profile.sources
        ]

    def _weight(self, first: date, last: date, year: int) -> Fraction:
        """What a year counts of a source's visits, `first` to `last`: by the weights, else by days."""
        new_year, eve = date(year, 1, 1), date(year, 12, 31)
        days = (eve - new_year).days + 1
        inside = max((min(last, eve) - max(first, new_year)).days + 1, 0)
        weights = self._profile.dates.years
        return Fraction((weights.get(year, 0) if weights else days) * inside, days)

    def shares(self, column: Column) -> tuple[Fraction, list[Fraction], list[Fraction]]:
        """The filled share of the cells that have a value, [0, 1]: overall, by source, and by year."""
        fills = self._fills(column)
        by_source = [_mean(row, weights) for row, weights in zip(fills, self._weights, strict=True)]
        by_year = [
            _mean(
                [row[place] for row in fills],
                [rows * weights[place] for rows, weights in zip(self.rows, self._weights, strict=True)],
            )
            for place in range(len(self.years))
        ]
        return _mean(by_source, [Fraction(rows) for rows in self.rows]), by_source, by_year

    def differ(self, column: Column) -> bool:
        """Whether sources fill the column differently in the same year."""
        fills = self._fills(column)
        return any(row != fills[0] for row in fills)

    def _fills(self, column: Column) -> list[list[Fraction]]:
        """The share by source and year."""
        if column.field == "empty":
            return [[_NOTHING] * len(self.years)] * len(self.rows)
        return [
            [Fraction(fill_share(self._profile, source, column, year)) for year in self.years]
            for source in self._profile.sources
        ]


def _mean(values: Sequence[Fraction], weights: Sequence[Fraction]) -> Fraction:
    """The weighted mean; that of equal weights where nothing weighs anything."""
    total = sum(weights, _NOTHING)
    if not total:
        return sum(values, _NOTHING) / len(values)
    return sum((value * weight for value, weight in zip(values, weights, strict=True)), _NOTHING) / total

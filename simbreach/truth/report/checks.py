"""What a coherence check is, and how all of them are run."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from simbreach.truth.report.source import Opened

Family = Literal["people", "identity", "visit", "place", "contact", "number", "health", "household", "truth"]
FAMILIES: Final[tuple[Family, ...]] = (
    *("people", "identity", "visit", "place", "contact", "number", "health", "household", "truth"),
)


@dataclass(frozen=True)
class Check:
    """One thing that must hold, as a question to the relations of `cells`, `reference` and `source`.

    `sql` gives two columns: where (the number of a row or person) and whether it holds; only what can be
    judged is among its rows. `needs` are the fields and truth tables without which there is nothing to judge;
    of `any_of`, where it names any, one is enough.
    Its sentence stands in the texts under its name.
    """

    name: str
    family: Family
    sql: str
    needs: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()

    def can_judge(self, there: frozenset[str]) -> bool:
        """Whether a dataset with these fields and truth tables has anything to judge."""
        return there.issuperset(self.needs) and (not self.any_of or not there.isdisjoint(self.any_of))


@dataclass(frozen=True)
class Result:
    """How many cases a check judged, how many it found broken, and where the first of those is."""

    name: str
    family: Family
    checked: int
    broken: int
    first: int | None


def run_checks(dataset: Opened, fields: frozenset[str], checks: Iterable[Check]) -> list[Result]:
    """The results of those of `checks` that the dataset has the fields and truth tables for."""
    return [
        Result(check.name, check.family, *dataset.one(_counts(check.sql)))
        for check in checks
        if check.can_judge(fields | dataset.truth)
    ]


def _counts(sql: str) -> str:
    return (
        "select count(*), count(*) filter (ok is not true), min(place) filter (ok is not true) "
        f"from ({sql}) as judged(place, ok)"
    )

"""The table of coherence checks: whether what the files say of a person, a visit, a place hangs together.

All of it is SQL over the written files, the truth tables and the reference tables, on clean values: a cell
that a defect struck takes its value before.
"""

from typing import Final

from simbreach.truth.report import care, consistency, people, places, visits
from simbreach.truth.report.checks import Check, Result, run_checks
from simbreach.truth.report.source import Opened

CHECKS: Final[tuple[Check, ...]] = (
    *people.PEOPLE,
    *people.IDENTITY,
    *visits.VISIT,
    *places.PLACE,
    *places.CONTACT,
    *places.NUMBER,
    *care.HEALTH,
    *visits.HOUSEHOLD,
)


def coherence(dataset: Opened, fields: frozenset[str]) -> list[Result]:
    """The results of all checks that the dataset has the data for, family by family.

    `fields` are those that `cells` holds; `reference` and `asked` must be there.
    """
    dataset.connection.execute(people.MACROS + places.MACROS)
    return run_checks(dataset, fields, all_checks(dataset))


def all_checks(dataset: Opened) -> tuple[Check, ...]:
    """All checks, those of the truth tables as far as the dataset has them."""
    return (*CHECKS, *consistency.truth_checks(dataset))

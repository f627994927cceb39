"""The people that strategies draw: whole small communes, each person in several variants, plainest first.

A column function takes as long for one person as for a thousand. Hypothesis therefore does not make a person
at each example: it draws indices into people who were made at once, by the functions that make every
dataset. What stands on its own (who it is, the day of birth, names, means of contact, home, work) has an
index of its own, so that each shrinks alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from inspect import signature
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from simbreach.core.arrays import I64
from simbreach.core.arrow import Coded, from_numpy
from simbreach.core.frame import Frame, Function, named
from simbreach.engine import persons
from simbreach.population.people import YEARS, cells, commune_span
from simbreach.reference.phone_blocks import DEFAULT_POLICY
from simbreach.reference.places import places
from simbreach.testing.records import Household, Patient, patients_table
from simbreach.testing.variants import Redraw, step, variant

if TYPE_CHECKING:
    from simbreach.core.arrow import Array

VARIANTS = 12
DAYS = 31
# Of every third département that has one, the commune with about so many inhabitants.
_COMMUNE_PEOPLE, _LARGEST, _EVERY = 60, 120, 3
# And of those whose code, which a NIR holds, is no number: who was born there lives there.
_CORSICA = ("2A", "2B")
_POPULATION_SEED = 1
_PLAIN_YEAR = 1980

# The columns of `Patient` that each facet holds; all others are who the person is.
NAMES = ("first_name", "birth_name", "usage_name")
CONTACT = ("mobile", "landline")
HOME = ("address", "address_2", "postcode")
WORK = ("occupation", "employer", "blood_group")
# The fields that these draw.
_DRAWN = {
    "names": ("first_name", "own_first_name", "own_surname", "late_surname", "birth_name", "usage_name"),
    "contact": ("has_email", "has_mobile", "has_landline", "email"),
    "home": ("address_1", "address_2", "postcode"),
    "work": ("activity", "occupation", "employer", "blood_group"),
}
# Of how many variants the values are frequent ones.
_NEAR = {"names": 4, "contact": 0, "home": 0, "work": 0}
# What does not depend on any of them, and is not worth making again for each variant.
_FIXED = (
    *("cell", "position", "department", "sex", "birth_year", "age", "commune", "canary", "canary_serial"),
    *("pair_id", "twin_id", "elder_twin_id", "birth_id", "nir", "birth_month", "birth_department"),
    *("birth_place", "husband_id", "partner_id", "mother_id", "household_id", "guardian_id", "coupled"),
    *("widowed", "married", "marital_status", "commune_name", "insee_code", "invented_street"),
)


@dataclass(frozen=True)
class Crowd:
    """People by index, plainest first: `facets[v]` are the columns of all of them in variant v."""

    ids: I64
    facets: tuple[Mapping[str, "Array"], ...]
    birth_dates: tuple["Array", ...]
    """By day of the month, less one."""
    emails: tuple[tuple["Array", ...], ...]
    """By the variant of the names, then by that of the means of contact."""
    households: tuple[tuple[int, ...], ...]
    """Their members' indices, the plainest household first."""

    def patient(self, who: int, day: int, names: int, contact: int, home: int, work: int) -> Patient:
        """The person `who` in these variants."""
        said: dict[str, Any] = {"person_id": int(self.ids[who])}
        for variant_, columns in (
            (0, _OTHERS),
            (names, NAMES),
            (contact, CONTACT),
            (home, HOME),
            (work, WORK),
        ):
            facet = self.facets[variant_]
            said.update((name, facet[name][who].as_py()) for name in columns)
        birth_date: date = self.birth_dates[day][who].as_py()
        email: str | None = self.emails[names][contact][who].as_py()
        return Patient(birth_date=birth_date, email=email, **said)

    def household(self, which: int, day: int, names: int, contact: int, home: int, work: int) -> Household:
        """All the people of a household, each in these variants."""
        found = [self.patient(who, day, names, contact, home, work) for who in self.households[which]]
        members = sorted(found, key=lambda member: member.person_id)
        return Household(household_id=members[0].household_id, members=tuple(members))


_OTHERS = ("household_id", "sex", "nir", "commune", "insee_code", "birth_place", "marital_status")


@cache
def crowd() -> Crowd:
    """The people: some 2,000, in less than a second at the first call."""
    ids = _inhabitants()
    frame = _frame(ids, {})
    ids = ids[_plainest_first(frame)]
    frame = _frame(ids, {})
    fixed = {name: frame[name] for name in _FIXED}
    facets, first_names, usage_names = [], [], []
    for number in range(VARIANTS):
        redraw = {name: variant(number, _NEAR[facet]) for facet, some in _DRAWN.items() for name in some}
        mine = _frame(ids, redraw, fixed)
        table = patients_table(mine)
        facets.append({name: table.column(name).combine_chunks() for name in table.column_names})
        first_names.append(mine["first_name"])
        usage_names.append(mine["usage_name"])
    days = [_frame(ids, {"birth_date": step(day)}, fixed)["birth_date"] for day in range(DAYS)]
    emails = [_emails(ids, first_names, usage_names, number, fixed) for number in range(VARIANTS)]
    return Crowd(
        ids,
        tuple(facets),
        tuple(from_numpy(day).cast(pa.int32()).cast(pa.date32()) for day in days),
        tuple(zip(*emails, strict=True)),
        _households(frame["household_id"]),
    )


def _frame(ids: I64, redraw: Mapping[str, Redraw], known: Mapping[str, Any] | None = None) -> Frame:
    """The frame of people, of whom the fields of `redraw` draw in another way."""
    functions = {name: _redrawn(persons.FIELDS[name], change) for name, change in redraw.items()}
    return persons.person_frame(
        ids, _POPULATION_SEED, DEFAULT_POLICY, known=known, functions={**persons.FIELDS, **functions}
    )


def _redrawn(function: Function, change: Redraw) -> Function:
    """The field, with its draws changed."""
    parameters = tuple(signature(function).parameters)
    if "draw" not in parameters:
        return function
    at = parameters.index("draw")
    return named(parameters, lambda *given: function(*given[:at], change(given[at]), *given[at + 1 :]))


def _inhabitants() -> I64:
    """`int64[n]`: person_id of all who live in the chosen communes."""
    france = places()
    found = []
    for department, code in enumerate(france.department_codes):
        if department % _EVERY and code not in _CORSICA:
            continue
        communes = np.arange(*france.first_commune[department : department + 2])
        population = france.population[communes]
        nearest = int(np.argmin(np.abs(population - _COMMUNE_PEOPLE)))
        if population[nearest] > _LARGEST:
            continue
        mine = np.arange(2 * YEARS) + department * 2 * YEARS
        start, stop = commune_span(communes[nearest], np.array(department), cells().sizes[mine])
        counts = stop - start
        first = np.repeat(cells().offsets[mine] + start, counts)
        found.append(first + np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts))
    return np.concatenate(found)


def _plainest_first(frame: Frame) -> I64:
    """An order of the people: grown up, no twin, born in France, living alone, not far from 1980, a man."""
    return np.lexsort(
        (
            frame["person_id"],
            frame["sex"],
            np.abs(frame["birth_year"].astype(np.int64) - _PLAIN_YEAR),
            frame["coupled"],
            frame["birth_department"] < 0,
            frame["twin_id"] >= 0,
            frame["mother_id"] >= 0,
        )
    )


def _emails(
    ids: I64,
    first_names: Sequence[Coded],
    usage_names: Sequence[Coded],
    contact: int,
    fixed: Mapping[str, Any],
) -> list["Array"]:
    """The e-mail addresses of one variant of the means of contact, for each variant of the names."""
    known: dict[str, Any] = {
        name: np.tile(fixed[name], VARIANTS)
        for name in ("cell", "commune", "birth_year", "age", "canary_serial")
    }
    known["first_name"] = _together(first_names)
    known["usage_name"] = _together(usage_names)
    redraw = dict.fromkeys(_DRAWN["contact"], variant(contact))
    column = _frame(np.tile(ids, VARIANTS), redraw, known)["email"]
    return [column.slice(number * len(ids), len(ids)) for number in range(VARIANTS)]


def _together(columns: Sequence[Coded]) -> Coded:
    return Coded(np.concatenate([column.codes for column in columns]), columns[0].words)


def _households(household_id: I64) -> tuple[tuple[int, ...], ...]:
    """The members of each household by index: small households first, then by their plainest member."""
    members: dict[int, list[int]] = {}
    for place, number in enumerate(household_id.tolist()):
        members.setdefault(number, []).append(place)
    return tuple(sorted(map(tuple, members.values()), key=lambda some: (len(some), some)))

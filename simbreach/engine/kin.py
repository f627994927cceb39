"""Who and what a note speaks of beside the patient: relatives, guardians, doctors, days, numbers of nobody.

Relatives of whom the population knows nothing (the daughter of someone old) are invented for the person, and
stay the same at every visit. Their numbers lie where nobody's do, like all others.
"""

from functools import cache

import numpy as np

from simbreach.core.arrays import I8, I16, I32, I64, U8, Bits, Ints
from simbreach.core.arrow import Coded, Strings, strings, strings_from_matrix
from simbreach.core.dates import as_numbers
from simbreach.core.digits import write_digits
from simbreach.core.frame import Function
from simbreach.core.sampling import Alias
from simbreach.core.streams import Draw, derive_key
from simbreach.population import addresses, names
from simbreach.population.people import MAN, WOMAN
from simbreach.reference import phone_blocks
from simbreach.reference.places import places

# Below this age a parent's mobile and e-mail stand on the row.
CONTACT_AGE = 15
# Who types: 0 to 3 write in full, 4 to 8 shorten, 9 to 11 shorten nearly everything.
HANDS = 12
# How much of a source is typed by the first, the second and the third of its hands: our estimate.
_SHIFTS = Alias.build(np.array([62, 28, 10]))

# A pregnancy counts 287 days of amenorrhoea to its term (41 weeks, French usage); it is known from the
# fifth week, and over after the forty-first.
TERM_DAYS, _KNOWN_DAYS, _LAST_DAYS = 287, 35, 293

_GENERATION, _NURSE_BORN, _YOUNG_BORN = 27, 1979, 1992


def hand(draw: Draw, source_code: I32, sources: Strings) -> I8:
    """`int8[n]`, 0 to 11: who typed the note; a source has three, with their own ways of shortening."""
    typists = _typists(tuple(sources.to_pylist()))
    return typists[source_code, draw.pick("shift", _SHIFTS)]


@cache
def _typists(sources: tuple[str, ...]) -> I8:
    """`int8[sources, 3]`: the hands of each source, from its name alone."""
    keys = [derive_key(0, "hand", name).start for name in sources]
    return np.array(
        [[(key + step * (1 + key // HANDS % 5)) % HANDS for step in range(3)] for key in keys], dtype=np.int8
    ).reshape(-1, 3)


def amenorrhoea_days(draw: Draw, visit_date: I32, pregnant: Bits) -> I32:
    """`int32[n]`: days since the last period on the day of the visit, 35 to 293; -1 without a pregnancy.

    One phase a person: two visits in one pregnancy tell the same term.
    """
    span = _LAST_DAYS - _KNOWN_DAYS + 1
    days = (visit_date + draw.below("phase", span)) % span + _KNOWN_DAYS
    return np.where(pregnant, days, -1).astype(np.int32)


def due_date(visit_date: I32, amenorrhoea_days: I32) -> I32:
    """`int32[n]`, days since 1970: the term of the pregnancy."""
    return visit_date - amenorrhoea_days + np.int32(TERM_DAYS)


def last_period(visit_date: I32, amenorrhoea_days: I32) -> I32:
    """`int32[n]`, days since 1970: the first day of the last period."""
    return visit_date - amenorrhoea_days


def kin_weeks(draw: Draw) -> I32:
    """`int32[n]`: weeks of amenorrhoea of a relative."""
    return (9 + draw.below("weeks", 30)).astype(np.int32)


# --- Days --------------------------------------------------------------------------------------------------

# How long ago something was, by classes of days from, to: our estimate.
_AGO = np.array([[1, 15], [15, 60], [60, 300]])
_AGO_CHOICE = Alias.build(np.array([50, 32, 18]))


def event_date(draw: Draw, visit_date: I32, birth_date: I32) -> I32:
    """`int32[n]`, days since 1970: a day of the ten months before the visit, in the person's life."""
    low, high = _AGO[draw.pick("ago", _AGO_CHOICE)].T
    days = visit_date - low - draw.below("day", high - low)
    return np.maximum(days, birth_date).astype(np.int32)


def next_date(draw: Draw, visit_date: I32) -> I32:
    """`int32[n]`, days since 1970: a day of the three months after the visit, sooner rather than later."""
    ahead = np.minimum(draw.below("day", 90), draw.below("sooner", 90))
    return (visit_date + 1 + ahead).astype(np.int32)


def old_year(draw: Draw, visit_date: I32, age: I16) -> I32:
    """`int32[n]`: a year before that of the visit, in the person's life, at most sixteen back."""
    back = draw.below("year", np.clip(age.astype(np.int64), 1, 16))
    return (as_numbers(visit_date) // 10_000 - np.minimum(back + 1, age)).astype(np.int32)


def old_month(draw: Draw, visit_date: I32, birth_date: I32) -> I32:
    """`int32[n]`, days since 1970: a day in a month of the three years before, in the person's life."""
    return np.maximum(visit_date - 60 - draw.below("day", 1000), birth_date).astype(np.int32)


# --- People ------------------------------------------------------------------------------------------------


def daughter_name(draw: Draw, birth_year: I16) -> Coded:
    """First name of a daughter."""
    return _first_name(draw, WOMAN, birth_year + np.int16(_GENERATION))


def son_name(draw: Draw, birth_year: I16) -> Coded:
    """First name of a son."""
    return _first_name(draw, MAN, birth_year + np.int16(_GENERATION))


def sister_name(draw: Draw, birth_year: I16) -> Coded:
    """First name of a sister."""
    return _first_name(draw, WOMAN, birth_year)


def brother_name(draw: Draw, birth_year: I16) -> Coded:
    """First name of a brother."""
    return _first_name(draw, MAN, birth_year)


def other_first_name(draw: Draw, sex: I8, birth_year: I16) -> Coded:
    """A first name of the person's sex and year: what they are called, or a twin."""
    return names.first_name(draw, sex, birth_year)


def nurse_name(draw: Draw, source_code: I32) -> Coded:
    """First name of a nurse."""
    return _first_name(draw, WOMAN, np.full(len(source_code), _NURSE_BORN, dtype=np.int16))


def young_woman_name(draw: Draw, source_code: I32) -> Coded:
    """First name of a niece, a granddaughter, a social worker."""
    return _first_name(draw, WOMAN, np.full(len(source_code), _YOUNG_BORN, dtype=np.int16))


def _first_name(draw: Draw, sex: int, birth_year: I16) -> Coded:
    return names.first_name(draw, np.full(len(birth_year), sex, dtype=np.int8), birth_year)


def kin_surname(draw: Draw, department: I16) -> Coded:
    """Surname of somebody from the same département."""
    return names.own_surname(draw, department)


def doctor_surname(draw: Draw, department: I16) -> Coded:
    """Surname of a doctor who is not the prescriber."""
    return names.own_surname(draw, department)


def tutor_surname(draw: Draw, department: I16) -> Coded:
    """Surname of a guardian at law."""
    return names.own_surname(draw, department)


def kin_commune(draw: Draw, department: I16) -> Coded:
    """A commune of the same département, one of the larger ones rather than not."""
    first = places().first_commune[department].astype(np.int64)
    count = places().first_commune[department.astype(np.int64) + 1] - first
    drawn = [first + draw.below(f"commune {n}", count) for n in range(3)]
    people = np.stack([places().population[commune] for commune in drawn])
    chosen = np.stack(drawn)[people.argmax(axis=0), np.arange(len(first))]
    return addresses.commune_name(chosen.astype(np.int32))


# --- Numbers -----------------------------------------------------------------------------------------------


def kin_mobile(draw: Draw, phone_policy: str) -> I64:
    """`int64[n]`: a relative's mobile, in the blocks of the policy."""
    return _numbers(draw, phone_policy, np.zeros(len(draw), dtype=np.int64))


def nurse_mobile(draw: Draw, phone_policy: str) -> I64:
    """`int64[n]`: a nurse's mobile."""
    return _numbers(draw, phone_policy, np.zeros(len(draw), dtype=np.int64))


def kin_landline(draw: Draw, department: I16, phone_policy: str) -> I64:
    """`int64[n]`: a relative's number at home, in the zone of the patient."""
    return _numbers(draw, phone_policy, places().zone[department])


def doctor_phone(draw: Draw, department: I16, phone_policy: str) -> I64:
    """`int64[n]`: the number of a practice in the zone of the patient."""
    return _numbers(draw, phone_policy, places().zone[department])


def doctor_fax(draw: Draw, department: I16, phone_policy: str) -> I64:
    """`int64[n]`: the fax of a practice."""
    return _numbers(draw, phone_policy, places().zone[department])


def tutor_phone(draw: Draw, department: I16, phone_policy: str) -> I64:
    """`int64[n]`: the number of a guardian's office."""
    return _numbers(draw, phone_policy, places().zone[department])


def _numbers(draw: Draw, policy: str, zones: Ints) -> I64:
    """Numbers of the policy's blocks: zones 1 to 5, or mobiles (0)."""
    kinds: tuple[phone_blocks.Kind, ...] = (phone_blocks.MOBILE, *phone_blocks.ZONES)
    spaces = np.array([phone_blocks.capacity(policy, kind) for kind in kinds], dtype=np.int64)
    kind = np.asarray(zones, dtype=np.int64)
    return phone_blocks.numbers(policy, kind, draw.below("number", spaces[kind]))


def ticket_number(draw: Draw, visit_date: I32) -> Strings:
    """Number of a complaint or a parcel: the year or the day, then a count; ten digits like a file's."""
    number = as_numbers(visit_date).astype(np.int64)
    count = draw.below("count", 10_000)
    dated = draw.chance("dated", "0.5")
    return strings_from_matrix(
        write_digits(np.where(dated, number % 1_000_000 * 10_000, number // 10_000 * 1_000_000) + count, 10)
    )


def old_file_number(draw: Draw, visit_date: I32) -> U8:
    """`uint8[n, 10]`: number of an earlier file at the laboratory: its day, and its rank on that day."""
    day = as_numbers(visit_date - 20 - draw.below("day", 900)).astype(np.int64)
    return write_digits(day % 1_000_000 * 10_000 + 1 + draw.below("rank", 320), 10)


def appointment(draw: Draw) -> Coded:
    """A quarter of an hour in working hours."""
    return Coded(draw.below("quarter", len(_QUARTERS)).astype(np.int32), _QUARTERS)


_QUARTERS = strings([f"{h}h{m:02}" if m else f"{h}h" for h in range(7, 19) for m in (0, 15, 30, 45)])

_FUNCTIONS: tuple[Function, ...] = (
    *(hand, amenorrhoea_days, due_date, last_period, kin_weeks, event_date, next_date, old_year, old_month),
    *(daughter_name, son_name, sister_name, brother_name, other_first_name, nurse_name, young_woman_name),
    *(kin_surname, doctor_surname, tutor_surname, kin_commune, kin_mobile, nurse_mobile, kin_landline),
    *(doctor_phone, doctor_fax, tutor_phone, ticket_number, old_file_number, appointment),
)
FIELDS: dict[str, Function] = {function.__name__: function for function in _FUNCTIONS}

# What stays the same at every visit of a person.
BY_PERSON = (
    *("amenorrhoea_days", "daughter_name", "son_name", "sister_name", "brother_name", "other_first_name"),
    *("kin_surname", "tutor_surname", "kin_mobile", "kin_landline", "tutor_phone"),
)

"""What a person's second file says otherwise: fields of rows where a repeat visit has a record of its own.

Somebody who comes again either comes under the file that they have, or gets a second one, at the same source
or at another: under the other surname of a married woman, a surname as it was heard, names in each other's
place. What differs is the record's own clean value; `truth/rows` names it, `truth/persons` has the person's.
"""

from collections.abc import Mapping
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrays import I8, I16, I32, I64, U64, Bits, distinct, either
from simbreach.core.arrow import (
    STRING,
    Coded,
    Joined,
    Strings,
    booleans,
    coded,
    from_numpy,
    strings,
    strings_from_matrix,
)
from simbreach.core.dates import as_numbers, month_starts
from simbreach.core.frame import Function, named
from simbreach.core.sampling import threshold
from simbreach.core.schema import FieldType
from simbreach.core.streams import Draw
from simbreach.core.text import fold_accents
from simbreach.engine import persons, visitors
from simbreach.engine.misheard import mishear
from simbreach.engine.spell import PLAIN, spell
from simbreach.engine.visits import Visits
from simbreach.population import addresses
from simbreach.population.people import FIRST_YEAR, WOMAN
from simbreach.reference import phone_blocks
from simbreach.reference.places import places

# What stands in `truth.rows.cause`, by code: nothing for a person's first row, another visit under the same
# file, a file at another source that says the same, then files in which something differs.
CAUSES = (
    *("", "same_source", "other_source"),
    *("married_name", "typo", "swapped_names", "compound_part", "swapped_date", "other_phone", "moved"),
)
_MARRIED, _TYPO, _SWAPPED, _PART, _DATE, _PHONE, _MOVED = range(3, len(CAUSES))


def cause(
    draw: Draw,
    again: I32,
    usage_name: Coded,
    first_name: Coded,
    other_surname: I32,
    birth_date: I32,
    visit_date: I32,
    has_mobile: Bits,
    has_landline: Bits,
    differences: Mapping[str, Decimal],
) -> I32:
    """`int32[n]`, index into `CAUSES`: why the row is not the person's first.

    Each row draws one difference or none; where it cannot happen to the person, nothing differs.
    """
    result = again.copy()
    rows = np.flatnonzero(again > 0)
    drawn = _drawn(draw.at(rows).words("difference"), differences)
    for code in range(_MARRIED, len(CAUSES)):
        mine = rows[drawn == code]
        if code == _MARRIED:
            able = other_surname[mine] >= 0
        elif code == _PART:
            able = _compound(first_name.take(mine)) | _compound(usage_name.take(mine))
        elif code == _SWAPPED:
            able = _unlike(first_name.take(mine), usage_name.take(mine))
        elif code == _DATE:
            able = _turned(birth_date[mine], visit_date[mine]) != birth_date[mine]
        elif code == _PHONE:
            able = has_mobile[mine] | has_landline[mine]
        else:
            able = np.ones(len(mine), dtype=np.bool_)
        result[mine[able]] = code
    return result


def _drawn(words: U64, differences: Mapping[str, Decimal]) -> I64:
    """`int64[n]`: the difference that each word falls on, as a code; beyond all of them, for none."""
    shares = [differences.get(name, Decimal(0)) for name in CAUSES[_MARRIED:]]
    edges = [threshold(sum(shares[: n + 1], Decimal(0))) for n in range(len(shares))]
    ends = np.array([min(edge, (1 << 64) - 1) for edge in edges], dtype=np.uint64)
    return np.searchsorted(ends, words, side="right") + _MARRIED


def _unlike(names: Coded, others: Coded) -> Bits:
    """Where two names differ by more than accents and case: ANDRE André cannot be told from André ANDRE."""
    plain = [pc.utf8_upper(fold_accents(some.text())) for some in (names, others)]
    return booleans(pc.not_equal(*plain))


def _compound(names: Coded) -> Bits:
    return booleans(pc.match_substring_regex(names.text(), _LAST_PART))


# A compound name from its last hyphen or blank on.
_LAST_PART = "[ -][^ -]+$"


def other_surname(
    again: I32,
    sex: I8,
    usage_name: Coded,
    birth_name: Coded,
    married: Bits,
    widowed: Bits,
    husband_own_surname: Coded,
    late_surname: Coded,
) -> I32:
    """`int32[n]`, code of the other surname of a wife or widow who comes again: -1 where there is none.

    Her birth name where she goes by her husband's, else his.
    """
    result = np.full(len(again), -1, dtype=np.int32)
    rows = np.flatnonzero((again > 0) & (sex == WOMAN))
    used, born = usage_name.codes[rows], birth_name.codes[rows]
    his = np.where(widowed[rows], late_surname.codes[rows], husband_own_surname.codes[rows])
    his = np.where(widowed[rows] | married[rows], his, -1)
    other = np.where(used != born, born, his)
    result[rows] = np.where(other != used, other, -1)
    return result


def record_usage_name(
    draw: Draw, cause: I32, usage_name: Coded, first_name: Coded, other_surname: I32
) -> Coded:
    """The surname in use as the record has it."""
    married = cause == _MARRIED
    codes = either(married, other_surname, usage_name.codes)
    misheard, swapped, part = (np.flatnonzero(cause == code) for code in (_TYPO, _SWAPPED, _PART))
    part = part[~_compound(first_name.take(part))]
    return _replaced(
        Coded(codes, usage_name.words),
        (misheard, mishear(usage_name.take(misheard).text(), draw.at(misheard))),
        (swapped, fold_accents(first_name.take(swapped).text())),
        (part, _last_part(usage_name.take(part).text())),
    )


def record_first_name(cause: I32, first_name: Coded, usage_name: Coded) -> Coded:
    """The first name as the record has it: of a compound one the first part, or the surname in its place."""
    swapped, part = np.flatnonzero(cause == _SWAPPED), np.flatnonzero(cause == _PART)
    part = part[_compound(first_name.take(part))]
    parts = pc.replace_substring_regex(first_name.take(part).text(), "[ -].*$", "")
    return _replaced(first_name, (swapped, usage_name.take(swapped).text()), (part, parts))


def record_birth_name(cause: I32, birth_name: Coded, usage_name: Coded, record_usage_name: Coded) -> Coded:
    """The surname at birth: written with the same fault where it is the one in use."""
    same = ((cause == _TYPO) | (cause == _PART)) & (birth_name.codes == usage_name.codes)
    rows = np.flatnonzero(same)
    return _replaced(birth_name, (rows, record_usage_name.take(rows).text()))


def _last_part(names: Strings) -> Strings:
    return pc.replace_substring_regex(names, "^.*[ -]", "")


def _replaced(names: Coded, *changes: tuple[I64, Strings]) -> Coded:
    """The names with other words in some rows, which become the last of the vocabulary."""
    codes = names.codes.astype(np.int32)
    fresh = [names.words]
    end = len(names.words)
    for rows, words in changes:
        codes[rows] = np.arange(end, end + len(rows))
        end += len(rows)
        fresh.append(words)
    return Coded(codes, pa.concat_arrays(fresh) if end > len(names.words) else names.words)


def record_birth_date(cause: I32, birth_date: I32, visit_date: I32) -> I32:
    """`int32[n]`, days since 1970: the birth date as the record has it, day and month swapped in some."""
    rows = np.flatnonzero(cause == _DATE)
    days = birth_date.copy()
    days[rows] = _turned(birth_date[rows], visit_date[rows])
    return days


def _turned(birth_date: I32, visit_date: I32) -> I32:
    """Day and month swapped, where that is a date, and the age at the visit stays the same."""
    numbers = as_numbers(birth_date).astype(np.int64)
    year, month, day = numbers // 10_000, numbers // 100 % 100, numbers % 100
    able = (day <= 12) & (day != month)
    new_month, new_day = np.where(able, day, month), np.where(able, month, day)
    turned = month_starts()[(year - FIRST_YEAR) * 12 + new_month - 1] + (new_day - 1).astype(np.int32)
    ages = [visitors.age(days, visit_date) for days in (birth_date, turned)]
    return np.where(able & (ages[0] == ages[1]) & (ages[0] > 0), turned, birth_date)


def record_mobile(draw: Draw, cause: I32, row_mobile: I64, phone_policy: str) -> I64:
    """`int64[n]`: the mobile on the record; -1 for none."""
    rows = np.flatnonzero((cause == _PHONE) & (row_mobile >= 0))
    numbers = row_mobile.copy()
    space = persons.common_mobiles(phone_policy)
    place = draw.at(rows).below("number", space)
    numbers[rows] = phone_blocks.numbers(phone_policy, "mobile", place)
    return numbers


def record_landline(
    draw: Draw, row: I64, cause: I32, landline: I64, department: I16, phone_policy: str
) -> I64:
    """`int64[n]`: the telephone at home on the record, -1 for none: another one is nobody else's."""
    rows = np.flatnonzero((cause == _PHONE) & (landline >= 0))
    numbers = landline.copy()
    zones = places().zone[department[rows]]
    for zone in distinct(zones):
        mine = rows[zones == zone]
        first, stop = persons.spare_landlines(phone_policy, zone)
        turned = draw.permutation(f"landline {zone}", stop - first).forward(row[mine] % (stop - first))
        numbers[mine] = phone_blocks.numbers(phone_policy, zone, first + turned)
    return numbers


def record_address_1(
    draw: Draw, cause: I32, address_1: Joined, commune: I32, invented_street: Bits
) -> Joined:
    """The first address line on the record: elsewhere in the commune for those who moved."""
    rows = np.flatnonzero(cause == _MOVED)
    there = addresses.home_address_1(draw.at(rows), commune[rows], invented_street[rows])
    parts = []
    for old, new in zip(address_1.parts, there.parts, strict=True):
        codes = old.codes.copy()
        codes[rows] = new.codes
        parts.append(Coded(codes, old.words))
    return Joined(tuple(parts), address_1.separator)


def record_address_2(draw: Draw, cause: I32, address_2: Coded, commune: I32, head_age: I16) -> Coded:
    """The second address line on the record."""
    rows = np.flatnonzero(cause == _MOVED)
    codes = address_2.codes.copy()
    codes[rows] = addresses.address_2(draw.at(rows), commune[rows], head_age[rows]).codes
    return Coded(codes, address_2.words)


def record_maiden_name(record_birth_name: Coded, sex: I8) -> Coded:
    """The birth name of a woman as the record has it; men have none written."""
    return visitors.maiden_name(record_birth_name, sex)


def _told(field: str) -> Function:
    """The field of a fact of somebody's health, where it may be written."""

    def told(fact: Coded, may_be_told: Bits) -> Coded:
        return Coded(either(may_be_told, fact.codes, -1), fact.words)

    return named((field, "may_be_told"), told)


FIELDS: dict[str, Function] = {
    function.__name__: function
    for function in (
        *(cause, other_surname, record_usage_name, record_first_name, record_birth_name, record_birth_date),
        *(record_maiden_name, record_mobile, record_landline, record_address_1, record_address_2),
    )
}
_HEALTH = {
    **{name: name for name in ("blood_group", "condition", "condition_code")},
    **{name: name for name in ("treatment", "treatment_atc", "treatment_cip13")},
    "pregnant": "pregnant_word",
}
FIELDS |= {f"told_{name}": _told(field) for name, field in _HEALTH.items()}

# Columns whose field is what the record says, or may say.
ON_THE_RECORD = {
    **{
        name: f"record_{name}"
        for name in (
            *("usage_name", "first_name", "birth_name", "maiden_name", "birth_date", "mobile", "landline"),
            *("address_1", "address_2"),
        )
    },
    **{name: f"told_{name}" for name in _HEALTH},
}

CANARIES = pa.schema(
    [
        ("person_id", pa.int64()),
        ("table", STRING),
        ("row", pa.int64()),
        ("first_name", STRING),
        ("usage_name", STRING),
        ("nir", STRING),
        ("email", STRING),
        ("mobile", STRING),
    ]
)


def canary_rows(table: str, visits: Visits, population_seed: int, phone_policy: str) -> pa.RecordBatch:
    """The canaries of a table, with what tells each of them: `truth/canaries`."""
    row, _ = visits.canaries
    who = visits.people(row)
    known = {"cell": who.cell, "commune": who.commune}
    person = persons.person_frame(who.person_id, population_seed, phone_policy, known=known)
    groups = np.zeros(len(row), dtype=np.int32)

    def words(field: str, kind: FieldType) -> pa.Array:
        return spell(person[field], kind, groups, [PLAIN])

    arrays = [
        from_numpy(who.person_id),
        coded(groups, strings([table])),
        from_numpy(row),
        words("first_name", "name"),
        words("usage_name", "name"),
        strings_from_matrix(person["nir"]),
        words("email", "email"),
        words("mobile", "phone"),
    ]
    return pa.RecordBatch.from_arrays(arrays, names=CANARIES.names)

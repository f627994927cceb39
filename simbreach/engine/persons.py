"""Every field of a person of the synthetic France, in one table; and the frame that makes them.

The population's modules say who people are; here their identifiers are added: numbers by bijection, so that
none is drawn twice, in the ranges that the identifiers' modules hold to be nobody's.
"""

from collections.abc import Mapping
from functools import cache
from types import ModuleType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrays import I8, I16, I32, I64, U8, Bits, distinct, either
from simbreach.core.arrow import Coded, from_numpy, join, scatter, strings, strings_from_matrix
from simbreach.core.digits import write_digits
from simbreach.core.frame import Frame, Function, Values
from simbreach.core.streams import Draw
from simbreach.identifiers import email as email_addresses
from simbreach.identifiers import iban as ibans
from simbreach.identifiers import nir as nirs
from simbreach.identifiers.ins import TEST_OID
from simbreach.population import addresses, canaries, contacts, health, households, names, people, work
from simbreach.population.people import WOMAN, cells
from simbreach.reference import phone_blocks
from simbreach.reference.places import places

# Of children with both parents at home, those who bear the father's surname. Source: Insee, births of 2014
# (83 % the father's alone, about 10 % both); the rest are given the mother's here.
_FATHERS_NAME = "0.88"
# Married and widowed women who go by the husband's name. Source: Ined survey of 1995, the latest one (91 %).
_HUSBANDS_NAME = "0.91"
# The years that a father has more than his child, at least.
_YOUNGEST_FATHER = 15


def first_name(
    draw: Draw, own_first_name: Coded, elder_twin_own_first_name: Coded, sex: I8, birth_year: I16
) -> Coded:
    """The usual first name; the younger of two twins never bears the elder's."""
    codes = own_first_name.codes
    same = np.flatnonzero(codes == elder_twin_own_first_name.codes)
    same = same[codes[same] >= 0]
    if not len(same):
        return own_first_name
    codes = codes.copy()
    codes[same] = names.first_name_unlike(draw.at(same), sex[same], birth_year[same], codes[same])
    return Coded(codes, own_first_name.words)


def birth_name(
    draw: Draw, own_surname: Coded, mother_own_surname: Coded, mother_husband_own_surname: Coded
) -> Coded:
    """Surname at birth: an adult's own; a child bears its father's, or its mother's."""
    mother, father = mother_own_surname.codes, mother_husband_own_surname.codes
    parents = either((father >= 0) & draw.chance("father", _FATHERS_NAME), father, mother)
    return Coded(either(mother >= 0, parents, own_surname.codes).astype(np.int32), own_surname.words)


def usage_name(
    draw: Draw,
    birth_name: Coded,
    sex: I8,
    married: Bits,
    husband_own_surname: Coded,
    widowed: Bits,
    late_surname: Coded,
) -> Coded:
    """Surname in use: the husband's for most married and widowed women, else the birth name."""
    husbands = husband_own_surname.codes
    takes = draw.chance("takes", _HUSBANDS_NAME) & (sex == WOMAN)
    codes = either(takes & married & (husbands >= 0), husbands, birth_name.codes)
    codes = either(takes & widowed, late_surname.codes, codes)
    return Coded(codes.astype(np.int32), birth_name.words)


def head_birth_year(person_id: I64, household_id: I64, birth_year: I16) -> I16:
    """`int16[n]`: birth year of the household's first person."""
    result = birth_year.copy()
    others = np.flatnonzero(household_id != person_id)
    result[others] = people.birth_year(people.cell(household_id[others]))
    return result


def head_age(head_birth_year: I16) -> I16:
    """`int16[n]`: age of the household's first person on 1 January 2021."""
    return people.age(head_birth_year)


def married(draw: Draw, coupled: Bits, head_birth_year: I16) -> Bits:
    """`bool[n]`: see `households.married`; both partners draw as one household."""
    return households.married(draw, coupled, head_birth_year)


def marital_status(coupled: Bits, married: Bits, widowed: Bits, age: I16) -> I32:
    """`int32[n]`: index into `core.schema.MARITAL`."""
    return np.where(coupled & married, 1, np.where(widowed, 2, 0)).astype(np.int32)


def nir(sex: I8, birth_year: I16, nir_place: I16, nir_parts: tuple[I64, I64, I64]) -> U8:
    """`uint8[n, 15]`: each person's own NIR with its key, in ASCII."""
    month, commune, order = nir_parts
    body = nirs.body(sex, birth_year, month, nir_place, commune, order)
    return np.concatenate([body, nirs.keys(body)], axis=1)


def has_landline(draw: Draw, head_age: I16, canary: Bits) -> Bits:
    """`bool[n]`: the household has a telephone at home; canaries have none."""
    return contacts.has_landline(draw, head_age) & ~canary


def has_mobile(draw: Draw, age: I16, canary: Bits) -> Bits:
    """`bool[n]`: owns a mobile telephone, as canaries all do."""
    return contacts.has_mobile(draw, age) | canary


def has_email(draw: Draw, age: I16, canary: Bits) -> Bits:
    """`bool[n]`: owns an e-mail address, as canaries all do."""
    return contacts.has_email(draw, age) | canary


def landline(draw: Draw, has_landline: Bits, household_id: I64, department: I16, phone_policy: str) -> I64:
    """`int64[n]`: the household's national number; -1 for none.

    Households of a zone are numbered; a bijection takes the number into the zone's free blocks. Where these
    hold fewer numbers than the zone has people (policy `reserved`), several households share one.
    """
    result = np.full(len(household_id), -1, dtype=np.int64)
    zones = places().zone
    starts = _zone_starts()
    for zone in distinct(zones[department]):
        rows = np.flatnonzero(has_landline & (zones[department] == zone))
        if len(rows):
            inside = household_id[rows] - starts[department[rows]]
            space = phone_blocks.capacity(phone_policy, zone)
            turned = draw.permutation(f"landline {zone}", max(space, zone_people(zone))).forward(inside)
            result[rows] = phone_blocks.numbers(phone_policy, zone, turned % space)
    return result


@cache
def _zone_starts() -> I64:
    """`int64[101]`: what to take off a person_id of a département to number the people of its zone from 0."""
    offsets = cells().offsets[:: 2 * people.YEARS]
    sizes = np.diff(offsets)
    zones = places().zone
    starts = np.empty(len(sizes), dtype=np.int64)
    for zone in distinct(zones):
        rows = np.flatnonzero(zones == zone)
        starts[rows] = offsets[rows] - (np.cumsum(sizes[rows]) - sizes[rows])
    return starts


@cache
def zone_people(zone: int) -> int:
    """How many people live in the départements of a telephone zone."""
    sizes = np.diff(cells().offsets[:: 2 * people.YEARS])
    return int(sizes[places().zone == zone].sum())


def spare_landlines(phone_policy: str, zone: int) -> tuple[int, int]:
    """Places [start, stop) of a zone's numbers that no household has; all of them where all are in use."""
    space, used = phone_blocks.capacity(phone_policy, zone), zone_people(zone)
    return (used, space) if used < space else (0, space)


def mobile(
    draw: Draw, has_mobile: Bits, person_id: I64, canary: Bits, canary_serial: I64, phone_policy: str
) -> I64:
    """`int64[n]`: the person's national number; -1 for none.

    There are fewer safe mobile numbers than people: a number serves several people who have nothing to do
    with each other, spread evenly. Canaries have numbers that no person of the population has.
    """
    rows = np.flatnonzero(has_mobile & ~canary)
    result = np.full(len(person_id), -1, dtype=np.int64)
    space = common_mobiles(phone_policy)
    turned = draw.permutation("mobile", cells().people).forward(person_id[rows])
    result[rows] = phone_blocks.numbers(phone_policy, "mobile", turned % space)
    extra = np.flatnonzero(canary)
    if len(extra):
        place = space + canary_serial[extra] % (phone_blocks.capacity(phone_policy, "mobile") - space)
        result[extra] = phone_blocks.numbers(phone_policy, "mobile", place)
    return result


def common_mobiles(phone_policy: str) -> int:
    """How many mobile numbers the population shares: the last ones are the canaries'."""
    space = phone_blocks.capacity(phone_policy, "mobile")
    return space - min(canaries.SERIALS, space // 25)


def shared_fields(phone_policy: str) -> frozenset[str]:
    """The fields whose safe space is smaller than the population: one number serves several people."""
    few = {"mobile"} if common_mobiles(phone_policy) < cells().people else set()
    zones = distinct(places().zone)
    if any(phone_blocks.capacity(phone_policy, zone) < zone_people(zone) for zone in zones):
        few.add("landline")
    return frozenset(few | {"phone_other"} if few else few)


def account(draw: Draw, person_id: I64) -> I64:
    """`int64[n]`: a number of 11 digits for the person's bank account, unique."""
    return draw.permutation("account", 10**11).forward(person_id)


def guardian_id(
    draw: Draw, birth_year: I16, mother_id: I64, mother_husband_id: I64, mother_husband_birth_year: I16
) -> I64:
    """`int64[n]`: the parent under whose NIR a child is insured; -1 for adults.

    The mother's husband, where he could be the father, or the mother.
    """
    grown = birth_year - mother_husband_birth_year >= _YOUNGEST_FATHER
    father = (mother_husband_id >= 0) & grown & draw.chance("father", "0.45")
    return either(father, mother_husband_id, mother_id)


def email(
    draw: Draw,
    has_email: Bits,
    first_name: Coded,
    usage_name: Coded,
    birth_year: I16,
    age: I16,
    canary_serial: I64,
) -> pa.StringArray:
    """The person's address, from the names they go by; null for those who have none.

    A canary's ends in three digits, as nobody else's does.
    """
    rows = np.flatnonzero(has_email)
    first, last = first_name.take(rows), usage_name.take(rows)
    inputs = {
        "first_name": first.text(),
        "last_name": last.text(),
        "birth_year": birth_year[rows],
        "rare": names.rare_pair(first, last),
        "age": age[rows],
    }
    written = email_addresses.generate(draw.at(rows), inputs)
    extra = np.flatnonzero(canary_serial[rows] >= 0)
    if len(extra):
        written = _with_three_digits(written, extra, canary_serial[rows[extra]])
    return scatter(written, rows, len(has_email))


def _with_three_digits(emails: pa.StringArray, rows: I64, serials: I64) -> pa.StringArray:
    mine = emails.take(from_numpy(rows))
    locals_ = pc.replace_substring_regex(mine, "[0-9]*@.*", "")
    hosts = pc.replace_substring_regex(mine, "^[^@]*", "")
    changed = join(locals_, strings_from_matrix(write_digits(serials % 900 + 100, 3)), hosts)
    mask = np.zeros(len(emails), dtype=np.bool_)
    mask[rows] = True
    return pc.replace_with_mask(emails, from_numpy(mask), changed)


def ins(nir: U8) -> U8:
    """`uint8[n, 15]`: the number of the national health identity: the person's own NIR."""
    return nir


_OIDS = strings([TEST_OID])


def identity_oid(nir: U8) -> Coded:
    """The OID that says the identity is a test one."""
    return Coded(np.zeros(len(nir), dtype=np.int32), _OIDS)


def iban(draw: Draw, account: I64) -> pa.StringArray:
    """The person's IBAN, in the bank that does not exist."""
    return ibans.generate(draw, {"number": account})


_MODULES: tuple[tuple[ModuleType, str], ...] = (
    (people, "canary canary_serial cell position department sex birth_year age commune pair_id"),
    (people, "twin_id elder_twin_id birth_id birth_position birth_slot nir_place nir_number nir_parts"),
    (people, "birth_month birth_date birth_department"),
    (households, "rank couple_place coupled husband_id partner_id mother_id household_id widowed"),
    (households, "invented_street may_be_told"),
    (names, "other_first_names own_surname"),
    (addresses, "address_2 postcode commune_name insee_code country birth_place birth_country"),
    (health, "blood_group pregnant condition_code condition treatment_code treatment treatment_atc"),
    (health, "treatment_cip13"),
    (work, "activity occupation employer payer_fund payer_name payer_regime payer_caisse payer_insurer"),
    (work, "payer_insurer_code payer_contract_name"),
)
_OWN: tuple[Function, ...] = (birth_name, usage_name, head_birth_year, head_age, married, marital_status, nir)
_OWN += (first_name, has_mobile, has_email)
_OWN += (has_landline, landline, mobile, account, guardian_id, email, ins, identity_oid, iban)

FIELDS: dict[str, Function] = {
    **{name: getattr(module, name) for module, fields in _MODULES for name in fields.split()},
    **{function.__name__: function for function in _OWN},
    # The late husband's surname is drawn as any adult's, but apart.
    "late_surname": names.own_surname,
    "own_first_name": names.first_name,
    "address_1": addresses.home_address_1,
}
_RELATIONS = {
    "elder_twin": "elder_twin_id",
    "husband": "husband_id",
    "mother": "mother_id",
    "partner": "partner_id",
    "guardian": "guardian_id",
}
_BY_HOUSEHOLD = (
    *("married", "has_landline", "landline", "invented_street", "address_1", "address_2", "postcode"),
    *("payer_fund", "payer_insurer", "payer_contract_name"),
)
# What twins have in common.
_BY_BIRTH = ("birth_date", "birth_department", "birth_place", "own_surname", "birth_name")
_SHARED = {
    **dict.fromkeys(_BY_HOUSEHOLD, "household_id"),
    **dict.fromkeys(_BY_BIRTH, "birth_id"),
    "twin_id": "pair_id",
}


def person_frame(
    person_id: I64,
    population_seed: int,
    phone_policy: str,
    *,
    known: Mapping[str, Values] | None = None,
    health_everywhere: bool = False,
    functions: Mapping[str, Function] = FIELDS,
) -> Frame:
    """The frame of the people `person_id` (`int64[n]`); `known` are columns of theirs that are at hand.

    `cell` and `commune` must be among these where there are canaries. `functions` may stand in for the
    fields, such as the same ones that draw in another way.
    """
    return Frame(
        functions,
        seed=population_seed,
        path=("person",),
        ids=person_id,
        given=known,
        relations=_RELATIONS,
        shared=_SHARED,
        constants={"phone_policy": phone_policy, "health_everywhere": health_everywhere},
    )

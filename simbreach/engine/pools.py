"""Prescribers, samplers and laboratories: the few invented professionals and places that many rows share."""

from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from simbreach.core.arrays import I8, I16, I32, I64, U8, Bits, distinct
from simbreach.core.arrow import Coded, Strings, join, literal, strings
from simbreach.core.digits import write_digits
from simbreach.core.errors import CapacityError
from simbreach.core.frame import Frame, Function, Values
from simbreach.core.sampling import Alias, floors
from simbreach.core.schema import CIVILITIES
from simbreach.core.streams import Draw, HashDraw, derive_key
from simbreach.engine import persons
from simbreach.engine.quotas import catchment
from simbreach.identifiers import adeli, email, finess, iban, rpps, siren, siret
from simbreach.population import addresses, names
from simbreach.population.people import MAN, WOMAN
from simbreach.profile.model import Profile, Source
from simbreach.reference import health, phone_blocks
from simbreach.reference.places import commune_index, department_index, places

_DOCTOR, _WOMAN, _MAN = (CIVILITIES.index(word) for word in ("doctor", "woman", "man"))
# Numbers of an ADELI (identifiers.adeli).
_MOST = 10**5
# Code of midwives among the specialities of the Assurance Maladie.
_MIDWIFE = "21"
_CIVILITY_WORDS = strings(CIVILITIES)
_PROFESSIONS = strings(
    [
        "Infirmier",
        "Infirmière",
        "Technicien de laboratoire",
        "Technicienne de laboratoire",
        "Médecin biologiste",
        "Pharmacien biologiste",
    ]
)


# How often a patient is sent by the usual prescriber, sampled by the usual sampler: our estimates.
_FAITHFUL = {"prescriber": "0.78", "sampler": "0.15"}


@dataclass(frozen=True)
class Pool:
    """Some establishments or professionals: their columns, and who of them a source's rows name.

    Source s has the members from `starts[s]` on; `activity` has a group a source. `faithful`: the share of a
    person's visits that name the usual one.
    """

    frame: Frame
    fields: tuple[str, ...]
    starts: I64
    activity: Alias
    faithful: str = "0"

    def column(self, name: str) -> Values:
        """A column of the pool; `commune` is the name of the commune."""
        return self.frame["commune_name" if name == "commune" else name]

    def choose(self, draw: Draw, source_code: I32) -> I32:
        """`int32[n]`: a member for each row, few of them often."""
        picked = draw.pick("member", self.activity, source_code)
        return (self.starts.take(source_code) + picked).astype(np.int32)


def build_pools(profile: Profile, seed: int, phone_policy: str) -> dict[str, Pool]:
    """The pools `prescriber`, `sampler` and `laboratory` of a profile."""
    return {
        "prescriber": _professionals(profile, seed, phone_policy, "prescriber"),
        "sampler": _professionals(profile, seed, phone_policy, "sampler"),
        "laboratory": _laboratories(profile, seed, phone_policy),
    }


def _ids(kind: str, source: Source, count: int) -> I64:
    """Ids of the members of a source, from its name alone, so that other sources change nothing."""
    start = derive_key(0, kind, source.name).start >> 2
    return np.arange(start, start + count, dtype=np.int64)


def _numbers(profile: Profile, counts: list[int]) -> I64:
    """A number for each member, unique over all sources: these are taken in the order of their names."""
    order = sorted(range(len(counts)), key=lambda s: profile.sources[s].name)
    starts = dict(zip(order, np.cumsum([0] + [counts[s] for s in order])[:-1].tolist(), strict=True))
    return np.concatenate([np.arange(counts[s]) + starts[s] for s in range(len(counts))])


def _professionals(profile: Profile, seed: int, phone_policy: str, kind: str) -> Pool:
    communes, ids, weights, counts = [], [], [], []
    for source in profile.sources:
        members = _ids(kind, source, source.prescribers if kind == "prescriber" else source.samplers)
        draw = HashDraw(seed, ("pool", kind, "commune"), members.view(np.uint64))
        where, weight = _practices(source, draw, kind)
        ids.append(members)
        communes.append(where)
        weights.append(weight)
        counts.append(len(members))
    home = np.concatenate(communes).astype(np.int32)
    frame = Frame(
        _PROFESSIONAL,
        seed=seed,
        path=(kind,),
        ids=np.concatenate(ids),
        given={"commune": home, "department": places().department[home], "number": _numbers(profile, counts)},
        constants={"phone_policy": phone_policy, "profession": kind},
    )
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    activity = Alias.build(np.concatenate(weights), np.array(counts))
    return Pool(frame, tuple(_PROFESSIONAL), starts, activity, _FAITHFUL[kind])


def _practices(source: Source, draw: HashDraw, kind: str) -> tuple[I64, I64]:
    """Commune and weight of each of a source's professionals.

    Départements share the rows by the profile's weights; within one, the k-th member is 1/(k+3) as active.
    """
    france = places()
    near, pull = catchment(source)
    seat = int(france.department[commune_index(source.commune)])
    shares = {
        department_index(code): weight for code, weight in source.prescriber_departments.items() if weight
    }
    if kind != "prescriber" or not shares:
        shares = {seat: 1}
    total = len(draw)
    counts = np.maximum(floors(total, np.array(list(shares.values()))), 1)
    counts[np.argmax(counts)] += total - counts.sum()
    communes, weights = np.empty(total, np.int64), np.empty(total, np.int64)
    at = 0
    for (which, share), count in zip(shares.items(), counts.tolist(), strict=True):
        inside = france.department[near] == which
        if inside.any():
            candidates, attraction = near[inside], pull[inside]
        else:
            candidates = np.arange(france.first_commune[which], france.first_commune[which + 1])
            attraction = france.population[candidates]
        members = slice(at, at + count)
        edges = np.cumsum(attraction)
        spot = draw.at(np.arange(at, at + count)).below("spot", 1 << 31) * int(edges[-1]) >> 31
        communes[members] = candidates[np.searchsorted(edges, spot, side="right")]
        rank = np.arange(count)
        weights[members] = floors(share * (1 << 20) // max(shares.values()), 10**6 // (rank + 3))
        at += count
    return communes, np.maximum(weights, 1)


def _laboratories(profile: Profile, seed: int, phone_policy: str) -> Pool:
    sources = profile.sources
    home = np.array([commune_index(source.commune) for source in sources], dtype=np.int32)
    frame = Frame(
        _LABORATORY,
        seed=seed,
        path=("laboratory",),
        ids=np.concatenate([_ids("laboratory", source, 1) for source in sources]),
        given={
            "commune": home,
            "department": places().department[home],
            "number": _numbers(profile, [1] * len(sources)),
            "code": strings([source.code for source in sources]),
            "name": strings([source.title for source in sources]),
            "slug": strings([source.name for source in sources]),
        },
        constants={"phone_policy": phone_policy},
    )
    alone = np.ones(len(sources), dtype=np.int64)
    return Pool(frame, (*_LABORATORY, "code", "name"), np.arange(len(sources)), Alias.build(alone, alone))


# The fields of a professional; `number` is unique within the pool.


def _sex(draw: Draw, midwife: Bits) -> I8:
    man = draw.below("man", 100) < np.where(midwife, 3, 55)
    return np.where(man, MAN, WOMAN).astype(np.int8)


def _midwife(specialty_code: Coded, profession: str) -> Bits:
    words = specialty_code.words.to_pylist()
    return (specialty_code.codes == words.index(_MIDWIFE)) & (profession == "prescriber")


def _birth_year(draw: Draw) -> I16:
    return (1951 + draw.below("year", 38)).astype(np.int16)


def _age(birth_year: I16) -> I16:
    return (2020 - birth_year).astype(np.int16)


def _name(draw: Draw, department: I16) -> Coded:
    return names.own_surname(draw, department)


def _first_name(draw: Draw, sex: I8, birth_year: I16) -> Coded:
    return names.first_name(draw, sex, birth_year)


def _short_name(first_name: Coded, name: Coded) -> Strings:
    """The first name and the initial of the surname, as rotas say who works."""
    initials = pc.utf8_slice_codeunits(name.text(), 0, 1)
    return join(first_name.text(), join(initials, literal(".")), separator=" ")


def _civility(sex: I8, midwife: Bits, profession: str) -> Coded:
    plain = np.where(sex == WOMAN, _WOMAN, _MAN)
    doctor = (profession == "prescriber") & ~midwife
    return Coded(np.where(doctor, _DOCTOR, plain).astype(np.int32), _CIVILITY_WORDS)


def _code(number: I64) -> U8:
    return write_digits(number + 1001, 6)


def _rpps(draw: Draw, number: I64) -> Strings:
    return rpps.generate(draw, {"number": draw.permutation("rpps", 10**8).forward(number)})


def _adeli(draw: Draw, number: I64) -> Strings:
    if len(number) > _MOST:
        raise CapacityError(f"ADELI: {len(number)} professionals in all sources, {_MOST} numbers fit")
    return adeli.generate(draw, {"number": draw.permutation("adeli", _MOST).forward(number)})


def _landline(draw: Draw, number: I64, department: I16, phone_policy: str) -> I64:
    return _spare_landline(draw, "landline", number, department, phone_policy)


def _spare_landline(draw: Draw, name: str, number: I64, department: I16, phone_policy: str) -> I64:
    """Numbers of the zone's blocks beyond those that households take."""
    result = np.empty(len(number), dtype=np.int64)
    zones = places().zone[department]
    for zone in distinct(zones):
        rows = np.flatnonzero(zones == zone)
        space = phone_blocks.capacity(phone_policy, zone)
        homes = persons.zone_people(zone)
        spare = space - homes if space > homes else space
        place = draw.permutation(f"{name} {zone}", spare).forward(number[rows] % spare)
        result[rows] = phone_blocks.numbers(phone_policy, zone, space - 1 - place)
    return result


def _mobile(draw: Draw, number: I64, phone_policy: str) -> I64:
    space = phone_blocks.capacity(phone_policy, "mobile")
    place = draw.permutation("mobile", space).forward(number % space)
    return phone_blocks.numbers(phone_policy, "mobile", place)


def _email(draw: Draw, first_name: Coded, name: Coded, birth_year: I16, age: I16) -> Strings:
    inputs = {
        "first_name": first_name.text(),
        "last_name": name.text(),
        "birth_year": birth_year,
        "rare": np.ones(len(birth_year), dtype=np.bool_),
        "age": age,
    }
    return email.generate(draw, inputs)


def _specialty(specialty_code: Coded) -> Coded:
    return Coded(specialty_code.codes, health.specialties().practitioners)


def _specialty_code(draw: Draw) -> Coded:
    table = health.specialties()
    return Coded(draw.pick("specialty", Alias.build(table.weights)).astype(np.int32), table.codes)


def _profession(draw: Draw, sex: I8) -> Coded:
    pair = draw.pick("profession", Alias.build(np.array([70, 18, 6, 6])))
    codes = np.where(pair < 2, pair * 2 + (sex == WOMAN), pair + 2)
    return Coded(codes.astype(np.int32), _PROFESSIONS)


def _finess(draw: Draw, number: I64) -> Strings:
    return finess.generate(draw, {"number": draw.permutation("finess", 10**6).forward(number)})


def _siren(draw: Draw, number: I64) -> Strings:
    return siren.generate(draw, {"number": draw.permutation("siren", 10**7).forward(number)})


def _siret(draw: Draw, siren: Strings) -> Strings:
    return siret.generate(draw, {"siren": siren, "number": np.ones(len(siren), dtype=np.int64)})


def _iban(draw: Draw, number: I64) -> Strings:
    return iban.generate(draw, {"number": draw.permutation("account", 10**11).forward(number)})


def _fax(draw: Draw, number: I64, department: I16, phone_policy: str) -> I64:
    return _spare_landline(draw, "fax", number, department, phone_policy)


def _contact(slug: Strings) -> Strings:
    return join(literal("contact@"), slug, literal(".example.com"))


_PLACE: dict[str, Function] = {
    "address_1": addresses.address_1,
    "postcode": addresses.postcode,
    "commune_name": addresses.commune_name,
    "landline": _landline,
    "finess": _finess,
}
_PROFESSIONAL: dict[str, Function] = {
    **_PLACE,
    "sex": _sex,
    "midwife": _midwife,
    "birth_year": _birth_year,
    "age": _age,
    "code": _code,
    "civility": _civility,
    "name": _name,
    "first_name": _first_name,
    "short_name": _short_name,
    "rpps": _rpps,
    "adeli": _adeli,
    "specialty": _specialty,
    "specialty_code": _specialty_code,
    "profession": _profession,
    "mobile": _mobile,
    "email": _email,
}
_LABORATORY: dict[str, Function] = {
    **_PLACE,
    "siren": _siren,
    "siret": _siret,
    "iban": _iban,
    "fax": _fax,
    "email": _contact,
}

"""Where people live and were born: address lines, postcode, commune, country, place of birth.

Address fields are drawn by household, so that all its members share them. No number in no street is checked
against the real map: streets are invented for each commune.
"""

from collections import Counter
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrays import I16, I32, I64, U64, Bits, either
from simbreach.core.arrow import Coded, Joined, Strings, integers, strings
from simbreach.core.sampling import Alias, scale_words
from simbreach.core.streams import Draw
from simbreach.population.invented_streets import invented_codes, invented_streets
from simbreach.reference import births
from simbreach.reference.places import FIRST_BIRTH_YEAR, LAST_BIRTH_YEAR, places
from simbreach.reference.streets import (
    postal_words,
    street_codes,
    street_count,
    street_words,
    streets,
)

# What may follow a house number, and how often in 1,000 numbers (estimate).
_SUFFIXES = ("", " bis", " ter", " A", " B", " C", " quater")
_SUFFIX_WEIGHTS = np.array([928, 38, 8, 12, 9, 4, 1])
_HIGHEST_NUMBER = 240
_LIEU_DIT = "lieu-dit"
# The longest house number of a street is 6 + k² / divisor, k in [0, 64): up to 55 in villages, 227 in towns.
_VILLAGE_DIVISOR, _TOWN_DIVISOR, _SHORTEST = 80, 18, 6
_TOWN = 10_000  # inhabitants
# In 256ths: streets without a number, hamlets with one, hamlets introduced as such (estimates).
_BARE_STREETS, _NUMBERED_HAMLETS, _SAID_HAMLETS = 8, 84, 40

# Second lines: by population of the commune, share filled and how many of them name a flat or building.
_SIZES = np.array([2_000, 10_000, 50_000])
_FILLED_PERCENT = np.array([4, 8, 15, 22])
_BUILDING_PERCENT = np.array([20, 45, 65, 75])
_HOME_AGE, _IN_HOME_PERCENT = 82, 12

# Per cent of births in a hospital or clinic, from each birth year on: estimates (1950 half, 1970 nearly all).
_CLINIC_YEARS = np.array([1917, 1930, 1940, 1950, 1960, 1970, 1975])
_CLINIC_PERCENT = np.array([8, 15, 30, 60, 88, 98, 100])

FRANCE = "France"

_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)

_RESIDENCES = (
    "Les Ajoncs", "Les Acacias", "Les Bleuets", "Les Bruyères", "Les Camélias", "Les Cèdres", "Les Charmes",
    "Les Chênes", "Les Cyprès", "Les Érables", "Les Genêts", "Les Glycines", "Les Hortensias", "Les Iris",
    "Les Jardins", "Les Jonquilles", "Les Lilas", "Les Magnolias", "Les Marronniers", "Les Mimosas",
    "Les Myosotis", "Les Ormes", "Les Peupliers", "Les Pins", "Les Platanes", "Les Primevères",
    "Les Rosiers", "Les Sorbiers", "Les Tilleuls", "Les Tulipes", "Bellevue", "Bel Air", "Beau Soleil",
    "Le Parc", "Le Verger", "Le Clos Fleuri", "La Roseraie", "La Fontaine", "La Prairie", "Le Hameau",
    "Les Terrasses", "Le Belvédère", "Les Horizons", "L'Orangerie", "Les Alizés",
)  # fmt: skip
_HOSTS = ("sa sœur", "son frère", "une amie", "un ami")
_HOSTS_OF_THE_YOUNG, _HOSTS_OF_THE_OLD = ("sa mère", "ses parents"), ("sa fille", "son fils")
_YOUNG, _OLD = 30, 70  # ages: parents house those below, children those from there on
_HOMES = ("EHPAD", "Résidence autonomie", "Maison de retraite", "Foyer logement")


def address_1(draw: Draw, commune: I32) -> Joined:
    """House number and street, or hamlet: `12 bis` + `rue des Lilas`, `Kervihan`, `lieu-dit` + `Penhoët`."""
    return _street_line(draw, commune, None)


def home_address_1(draw: Draw, commune: I32, invented_street: Bits) -> Joined:
    """The same line of a home; `invented_street`: in one named as none is (`rue du Pinson Ambré`)."""
    return _street_line(draw, commune, invented_street)


def _street_line(draw: Draw, commune: I32, invented: Bits | None) -> Joined:
    street = scale_words(_falling(draw.words("street")), street_count(commune))
    words = street_words(commune, street)
    codes = street_codes(commune, street, words)
    known, hamlets = streets().words, streets().first_hamlet
    if invented is None:
        number = _number_codes(draw, words, codes >= hamlets, commune)
        return Joined((Coded(number, _numbers()), Coded(codes, known)), " ")
    number = _number_codes(draw, words, (codes >= hamlets) & ~invented, commune)
    rows = np.flatnonzero(invented)
    codes[rows] = len(known) + invented_codes(words[rows])
    return Joined((Coded(number, _numbers()), Coded(codes, _home_streets())), " ")


def postal_address_1(address_1: Joined) -> Joined:
    """The same line as envelopes have it: `12 BIS` + `AV DU GAL DE GAULLE`. Source: AFNOR, NF Z10-011."""
    number, street = address_1.parts
    return Joined((Coded(number.codes, _postal_numbers()), Coded(street.codes, postal_words())), " ")


def address_2(draw: Draw, commune: I32, head_age: I16) -> Coded:
    """Building, flat, residence or "chez …", mostly empty; a home for some of the very old."""
    size = _size_classes()[commune]
    word = draw.words("kind")
    low = (word & np.uint64(0xFFFF)).astype(np.int64)
    filled = low < _FILLED_PERCENT[size] * 65_536 // 100
    high = ((word >> np.uint64(16)) & np.uint64(0xFFFF)).astype(np.int64)
    building = high < _BUILDING_PERCENT[size] * 65_536 // 100
    home = (head_age >= _HOME_AGE) & (low < _IN_HOME_PERCENT * 65_536 // 100)
    other = np.where(head_age < _YOUNG, 3, np.where(head_age >= _OLD, 4, 1))
    group = np.where(home, 2, np.where(building, 0, other))
    words, items, table = _second_lines()
    rows = np.flatnonzero(filled | home)
    kinds = group[rows]
    codes = np.full(len(commune), -1, dtype=np.int32)
    codes[rows] = items[table.starts[kinds] + table.pick(draw.words("line")[rows], kinds)]
    return Coded(codes, words)


def postcode(draw: Draw, commune: I32) -> Coded:
    """A postcode of the commune; one of them for each household where there are several."""
    start, count, codes, words = _postcodes()
    first = start[commune]
    several = np.flatnonzero(count[commune] > 1)
    first[several] += scale_words(draw.words("postcode")[several], count[commune[several]])
    return Coded(codes[first], words)


def commune_name(commune: I32) -> Coded:
    """The commune as the last line of an address has it: `Vannes`, `Paris` (without the arrondissement)."""
    return Coded(commune, _town_names())


def insee_code(commune: I32) -> Coded:
    """The INSEE code of the commune (`56260`), of the arrondissement in Paris, Lyon and Marseille."""
    return Coded(commune, places().insee_codes)


def department_name(department: I16) -> Coded:
    """The département: `Morbihan`."""
    return Coded(department.astype(np.int32), _department_names())


def country(commune: I32) -> Coded:
    """`France`, where everyone lives."""
    return Coded(np.zeros(len(commune), dtype=np.int32), _france())


def birth_place(draw: Draw, birth_department: I16, birth_year: I16) -> Coded:
    """The commune of birth in its département, or the country for births abroad (`birth_department` -1).

    Births in a clinic fall on communes that have a maternity, births at home on all by population.
    """
    france = births.birth_places()
    clinic_percent, band = (table[birth_year - FIRST_BIRTH_YEAR] for table in _by_birth_year())
    at_home = draw.below("home", 100) >= clinic_percent
    inland = birth_department + at_home * france.departments
    group = either(birth_department >= 0, inland, 2 * france.departments + band)
    chosen = draw.pick("place", france.table, group)
    return Coded(france.items[france.table.starts[group] + chosen], france.words)


def birth_country(birth_place: Coded) -> Coded:
    """The country of birth: `France`, `Algérie`."""
    communes = len(places().names)
    return Coded(np.maximum(birth_place.codes - (communes - 1), 0), _birth_countries())


def _falling(words: U64) -> U64:
    """Words whose density falls from small to large in a straight line: the lower of two halves."""
    lower: U64 = np.minimum(words >> _HALF, words & _LOW) << _HALF
    return lower


def _number_codes(draw: Draw, words: U64, hamlet: Bits, commune: I32) -> I32:
    """What stands before the street, as codes into `_numbers()`; -1 for nothing."""
    reach = ((words >> _HALF) & np.uint64(63)).astype(np.int64)
    longest = _SHORTEST + reach * reach // _divisors()[commune]
    codes = scale_words(_falling(draw.words("number")), longest) * len(_SUFFIXES)
    codes += draw.pick("suffix", _suffixes())
    # A street is numbered or not as a whole.
    way = (words >> np.uint64(40)) & np.uint64(0xFF)
    numbered = np.where(hamlet, way < _NUMBERED_HAMLETS, way >= _BARE_STREETS)
    said = hamlet & (way >= 256 - _SAID_HAMLETS)
    bare = np.where(said, len(_numbers()) - 1, -1)
    return either(numbered, codes, bare).astype(np.int32)


@cache
def _home_streets() -> Strings:
    return pa.concat_arrays([streets().words, invented_streets().words])


@cache
def _suffixes() -> Alias:
    return Alias.build(_SUFFIX_WEIGHTS)


@cache
def _divisors() -> I64:
    town = places().population >= _TOWN
    return np.where(town, _TOWN_DIVISOR, _VILLAGE_DIVISOR)


@cache
def _numbers() -> Strings:
    numbers = [f"{n}{suffix}" for n in range(1, _HIGHEST_NUMBER + 1) for suffix in _SUFFIXES]
    return strings([*numbers, _LIEU_DIT])


@cache
def _postal_numbers() -> Strings:
    return strings(["LD" if word == _LIEU_DIT else word.upper() for word in _numbers().to_pylist()])


@cache
def _size_classes() -> I64:
    return np.searchsorted(_SIZES, places().population, side="right")


@cache
def _second_lines() -> tuple[Strings, I32, Alias]:
    """Second lines, and by group which they are: buildings and flats, other complements, homes for the old.

    Then the other complements once more for the young and for the old, with the hosts that fit them.
    """
    flats = [f"Appt {n}" for n in range(1, 61)] + [f"Appartement {n}" for n in range(1, 31)]
    flats += [f"Bât. {letter}" for letter in "ABCDEFGH" for _ in range(3)]
    flats += [f"Bâtiment {letter}" for letter in "ABCDEF"] + [f"Bât. {n}" for n in range(1, 10)]
    flats += [f"Bât. {letter} Appt {n}" for letter in "ABCDE" for n in range(1, 25)]
    flats += [f"{n}e étage" for n in range(2, 9)] + ["1er étage", "RDC", "Rez-de-chaussée"]
    flats += [f"Esc. {letter}" for letter in "ABCD"] + [f"Entrée {letter}" for letter in "ABCD"]
    named = [f"Résidence {name}" for name in _RESIDENCES] + [f"Rés. {name}" for name in _RESIDENCES]
    named += [f"Lotissement {name}" for name in _RESIDENCES[:20]]
    named += [f"Clos {name[4:]}" for name in _RESIDENCES[:6]] + [f"BP {n}" for n in range(1, 31)]
    homes = [f"{kind} {name}" for kind in _HOMES for name in _RESIDENCES]
    others, young, old = (
        named + [f"Chez {whom}" for whom in (*_HOSTS, *more) for _ in range(4)]
        for more in ((), _HOSTS_OF_THE_YOUNG, _HOSTS_OF_THE_OLD)
    )
    groups = [Counter(lines) for lines in (flats, others, homes, young, old)]
    words = {line: at for at, line in enumerate(dict.fromkeys(line for group in groups for line in group))}
    items = np.array([words[line] for group in groups for line in group], dtype=np.int32)
    weights = np.array([count for group in groups for count in group.values()])
    sizes = np.array([len(group) for group in groups], dtype=np.int64)
    return strings(list(words)), items, Alias.build(weights, sizes)


@cache
def _postcodes() -> tuple[I64, I64, I32, Strings]:
    """By commune the first postcode and how many, then all postcodes as codes into the distinct ones."""
    france = places()
    encoded = france.postcodes.dictionary_encode()
    start = france.postcode_start
    return start[:-1], np.diff(start), integers(encoded.indices), encoded.dictionary


@cache
def _town_names() -> Strings:
    return pc.replace_substring_regex(places().names, r" \d+er? Arrondissement$", "")


@cache
def _department_names() -> Strings:
    return strings(places().department_names)


@cache
def _france() -> Strings:
    return strings([FRANCE])


@cache
def _by_birth_year() -> tuple[I64, I64]:
    """Per cent born in a clinic, and the band of countries, by birth year."""
    years = np.arange(FIRST_BIRTH_YEAR, LAST_BIRTH_YEAR + 1)
    clinic = np.searchsorted(_CLINIC_YEARS, years, side="right") - 1
    return _CLINIC_PERCENT[clinic], np.searchsorted(births.COUNTRY_BANDS, years, side="right") - 1


@cache
def _birth_countries() -> Strings:
    return strings([FRANCE, *births.countries()[1].to_pylist()])

"""The names of people: first names by sex and year of birth, surnames by place of birth.

Clean first names are in capitals with accents, clean surnames in capitals without, as the civil registers
have them. Names of a region are drawn more often there, and less often elsewhere, by whole-number factors
for the common, middling and rare names of a style; the curve of the frequencies stays as it is in France.
"""

from functools import cache

import numpy as np

from simbreach.core.arrays import I32, I64, Bits, Ints
from simbreach.core.arrow import Coded, Joined
from simbreach.core.sampling import Alias, scale_words
from simbreach.core.streams import Draw
from simbreach.reference.names import LEVELS, first_names, surnames
from simbreach.reference.places import department_codes

# Further first names are those of the generation before: godparents and grandparents.
_GENERATION_YEARS = 30
# Of 100 people, how many have at least one, two, three further first names: our estimate.
_FURTHER_PERCENT = (70, 38, 9)
# Two people who share a first name and a surname are expected below this number in all France.
_RARE_NAMESAKES = 3
_FRENCH_PEOPLE = 68_000_000

_REGIONS = {
    "lower Brittany": "22 29 56",
    "upper Brittany": "35 44",
    "Normandy": "14 27 50 61 76",
    "North": "02 59 62 80",
    "Alsace and Moselle": "57 67 68",
    "Corsica": "2A 2B",
    "Basque country": "64",
    "South": "07 09 11 12 15 19 24 30 31 32 33 34 40 43 46 47 48 63 65 66 81 82 87",
    "Provence": "04 05 06 13 83 84",
    "Paris region": "75 77 78 91 92 93 94 95",
    "French West Indies": "971 972 973",
    "Réunion": "974",
    "Mayotte": "976",
}
# Tenths by which the common, middling and rare names of a style are drawn more often (10: as in all France).
# Our estimates, such that the common names of a region are as frequent there as those of France in France.
_ELSEWHERE = {
    "breton": (7, 6, 5),
    "norman": (9, 9, 8),
    "flemish": (8, 8, 7),
    "germanic": (8, 7, 6),
    "basque": (6, 5, 3),
    "creole": (4, 4, 4),
    "antillean": (6, 6, 6),
    "occitan": (8, 8, 7),
    "italian": (9, 9, 9),
    "asian": (9, 9, 9),
    "maghreb": (9, 9, 9),
    "subsaharan": (9, 9, 9),
    "turkish": (9, 9, 9),
}
_FEW_FOREIGN = dict.fromkeys(
    ("asian", "iberian", "italian", "maghreb", "subsaharan", "slavic", "turkish"), (6, 4, 4)
)
_TILTS: dict[str, dict[str, tuple[int, int, int]]] = {
    "lower Brittany": {
        **_FEW_FOREIGN,
        "french": (11, 10, 10),
        "breton": (58, 36, 150),
        "flemish": (6, 4, 3),
        "germanic": (5, 3, 2),
        "occitan": (5, 3, 3),
    },
    "upper Brittany": {
        **_FEW_FOREIGN,
        "breton": (26, 24, 60),
        "norman": (13, 13, 15),
        "germanic": (5, 4, 3),
    },
    "Normandy": {**_FEW_FOREIGN, "norman": (22, 22, 60), "breton": (9, 9, 12)},
    "North": {"flemish": (25, 25, 70), "slavic": (40, 40, 40), "norman": (12, 12, 12)},
    "Alsace and Moselle": {"germanic": (35, 40, 130), "turkish": (30, 30, 30)},
    "Corsica": {"italian": (70, 50, 160), "french": (9, 9, 8)},
    "Basque country": {"basque": (120, 120, 400), "occitan": (18, 18, 30), "iberian": (14, 14, 14)},
    "South": {"occitan": (22, 22, 60), "iberian": (14, 14, 14)},
    "Provence": {
        "italian": (22, 22, 22),
        "occitan": (12, 12, 14),
        "maghreb": (13, 13, 13),
        "iberian": (12, 12, 12),
    },
    "Paris region": {
        "maghreb": (18, 18, 18),
        "subsaharan": (25, 25, 25),
        "asian": (25, 25, 25),
        "iberian": (12, 12, 12),
    },
    "French West Indies": {"antillean": (150, 150, 150), "creole": (10, 40, 40)},
    "Réunion": {"creole": (45, 200, 400), "french": (9, 7, 5)},
    "Mayotte": {"maghreb": (50, 50, 60), "subsaharan": (60, 120, 120), "french": (4, 3, 2)},
    "abroad": {
        "maghreb": (50, 60, 130),
        "iberian": (20, 25, 60),
        "subsaharan": (60, 80, 130),
        "asian": (50, 70, 110),
        "turkish": (60, 80, 150),
        "italian": (20, 20, 20),
        "slavic": (50, 50, 60),
        "french": (8, 5, 4),
    },
}


def first_name(draw: Draw, sex: Ints, birth_year: Ints) -> Coded:
    """The usual first name, with the frequencies of those born in the same year and of the same sex.

    Years after 2024 are taken as 2024. Source: INSEE, Fichier des prénoms, 2024.
    """
    table = first_names()
    return Coded(table.pick(draw.words("name"), table.groups(sex, birth_year)), table.words)


def first_name_unlike(draw: Draw, sex: Ints, birth_year: Ints, unlike: I32) -> I32:
    """`int32[n]`: first names drawn as `first_name` does until each is none of `unlike`, as codes."""
    table = first_names()
    groups = table.groups(sex, birth_year)
    codes = unlike.copy()
    attempt = 0
    while len(rows := np.flatnonzero(codes == unlike)):
        codes[rows] = table.pick(draw.words(f"name {attempt}")[rows], groups[rows])
        attempt += 1
    return codes


def other_first_names(draw: Draw, sex: Ints, birth_year: Ints) -> Joined:
    """Up to three further first names, parted by blanks, of the generation before; nothing for 30 %."""
    table = first_names()
    chances = scale_words(draw.words("number"), 100)
    parts = []
    for place, percent in enumerate(_FURTHER_PERCENT):
        codes = np.full(len(draw), -1, dtype=np.int32)
        rows = np.flatnonzero(chances < percent)
        groups = table.groups(sex[rows], birth_year[rows] - _GENERATION_YEARS)
        codes[rows] = table.pick(draw.words(f"name {place + 1}")[rows], groups)
        parts.append(Coded(codes, table.words))
    return Joined(tuple(parts), " ")


def own_surname(draw: Draw, birth_department: Ints) -> Coded:
    """The surname that a person of this département of birth (index, -1 abroad) has of their own.

    It is that of the person's family only where nothing else decides: children take a parent's.
    """
    table = surnames()
    group = draw.pick("style", _style_choice(), _region_of()[birth_department])
    place = draw.pick("name", table.table, group)
    place += table.table.starts[group]
    return Coded(place.astype(np.int32), table.words)


def rare_pair(first: Coded, last: Coded) -> Bits:
    """`bool[n]`: fewer than three people in France are expected to bear this first name with this surname.

    True where births(first) · weight(last) · people < 3 · all births · all weights.
    """
    names, families = first_names(), surnames()
    bound = _RARE_NAMESAKES * int(names.births.sum()) * int(families.weights.sum()) // _FRENCH_PEOPLE
    rare: Bits = names.births[first.codes] * families.weights[last.codes] < bound
    return rare


@cache
def _region_of() -> I64:
    """`int64[départements + 1]`: the region of each département by index; the last, -1, is abroad."""
    regions = list(_REGIONS)
    of = {code: regions.index(region) for region, codes in _REGIONS.items() for code in codes.split()}
    elsewhere = len(regions) + 1
    return np.array([of.get(code, elsewhere) for code in department_codes()] + [len(regions)], dtype=np.int64)


@cache
def _style_choice() -> Alias:
    """The choice of a group of surnames in each region, abroad, and elsewhere."""
    table = surnames()
    rows = [
        [{**_ELSEWHERE, **_TILTS.get(region, {})}.get(style, (10,) * LEVELS) for style in table.styles]
        for region in (*_REGIONS, "abroad", "elsewhere")
    ]
    factors = np.array(rows, dtype=np.int64).reshape(len(rows), -1)[:, table.block]
    weights = table.totals * factors
    # A group of the choice must sum to less than 2^31: the same power of two off all weights.
    excess = max(int(weights.sum(axis=1).max()).bit_length() - 31, 0)
    return Alias.build((weights >> excess).ravel(), np.full(len(rows), len(table.block)))

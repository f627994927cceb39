"""The streets and hamlets of every commune: invented maps, made of the names that its region uses.

A commune has one street for about sixty inhabitants, at least six; street t of commune c is always the same
one, so that neighbours share it. Villages take more of the département's own streets, towns more of the whole
country's; part of a small commune's streets are hamlets, above all in the west.

Source: DGFiP, FANTOIR, November 2015 (89 départements; the twelve others take the country's frequent streets,
and roads to their own communes); hamlets of Brittany, Normandy and the bocage are put together from the
elements of such names. Shares and sizes are estimates.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core import arrow
from simbreach.core.arrays import I32, I64, U64, Bits, Ints, either
from simbreach.core.arrow import Strings, strings
from simbreach.core.sampling import Alias
from simbreach.core.streams import Key, derive_key, hash_words
from simbreach.core.text import fold_accents
from simbreach.reference.places import column, integers, places, read_table

PEOPLE_A_STREET, FEWEST_STREETS = 60, 6
_TOWN = 10_000  # inhabitants
# Lower Brittany lies west of this line, from Plouha to the east of Vannes (Lambert-93).
_BRETON_WEST_M = 275_000
# A street of commune c has the id c · 2^20 + t.
_STREET_BITS = np.uint64(20)

# Whose hamlets are of a kind; the rest are "general", overseas has none.
_KINDS = {
    "south": "04 05 06 07 09 11 12 13 15 19 24 26 30 31 32 33 34 40 43 46 47 48 64 65 66 81 82 83 84 2A 2B",
    "breton": "29",
    "gallo": "22 35 44 56",
    "norman": "14 27 50 61 76",
    "bocage": "49 53 72 79 85",
}
_LOWER_BRITTANY = {"22": "breton", "56": "vannetais"}
_WEST = ("breton", "vannetais", "gallo", "norman", "bocage")
# Share of hamlets among the streets, per cent, of communes below a population; none from the last on.
_HAMLET_LIMITS = (500, 2_000, 5_000, 10_000, 20_000)
_HAMLET_PERCENT = {"west": (70, 60, 42, 22, 6), "elsewhere": (35, 22, 10, 4, 0)}
# Share of the département's own streets, per cent, by how many it has in the table.
_OWN_PERCENT = ((500, 85), (200, 70), (60, 45), (0, 20))
_TOWN_PERCENT = 40  # what a town keeps of that share
# In a town a street of the country's list weighs no more than one of thirty communes (a `rue`: 20 a commune),
# and those of less than twelve, or twenty-four for a `chemin`, are left to the villages of their region.
_TOWN_CAP, _TOWN_FLOOR = 600, 240

# Postal abbreviations of types and titles. Source: AFNOR, NF Z10-011.
_POSTAL_TYPES = {
    "ALLEE": "ALL", "AVENUE": "AV", "BOULEVARD": "BD", "CARREFOUR": "CAR", "CHEMIN": "CHE", "CHAUSSEE": "CHS",
    "COURS": "CRS", "DOMAINE": "DOM", "ESPLANADE": "ESP", "FAUBOURG": "FG", "GRANDE RUE": "GR",
    "HAMEAU": "HAM", "IMPASSE": "IMP", "LOTISSEMENT": "LOT", "MONTEE": "MTE", "PASSAGE": "PAS", "PLACE": "PL",
    "PROMENADE": "PROM", "QUARTIER": "QUA", "QUAI": "QU", "RESIDENCE": "RES", "ROUTE": "RTE", "RUELLE": "RLE",
    "SENTIER": "SEN", "SQUARE": "SQ", "TRAVERSE": "TRA", "VILLA": "VLA",
}  # fmt: skip
_POSTAL_TITLES = {
    "SAINT": "ST", "SAINTE": "STE", "GENERAL": "GAL", "MARECHAL": "MAL", "DOCTEUR": "DR", "PRESIDENT": "PDT",
    "PROFESSEUR": "PR", "COMMANDANT": "CDT", "CAPITAINE": "CNE", "COLONEL": "CNL", "LIEUTENANT": "LTT",
}  # fmt: skip


@dataclass(frozen=True)
class Streets:
    """All names (`words`; hamlets from `first_hamlet` on), the table to draw from, the communes' groups.

    `table` has a group of items for each list of names, `items` (int32) their place in `words`. By commune:
    how many streets (`count`, int64), the share of hamlets and of the département's own streets in 65,536ths
    (`hamlet_share`, `own_share`, uint64), and the groups `own`, `wider` and `hamlets` (int64).
    """

    words: Strings
    first_hamlet: int
    table: Alias
    items: I32
    count: I64
    hamlet_share: U64
    own_share: U64
    own: I64
    wider: I64
    hamlets: I64


@cache
def streets() -> Streets:
    """The lists of names and what each commune takes from them, read once."""
    france = places()
    groups, names, weights, words = _lists("streets.parquet")
    kinds, hamlet_names, hamlet_weights, hamlet_words = _lists("hamlets.parquet")
    country = groups.index("FR")
    # The country's list comes twice: as villages have it, and evened out for towns.
    sizes = [len(part) for part in names]
    lists = [*names, names[country], *(part + len(words) for part in hamlet_names)]
    loads = [*weights, _as_in_towns(weights[country]), *hamlet_weights]
    table = Alias.build(np.concatenate(loads), np.array([len(part) for part in lists], dtype=np.int64))
    own_percent = np.array([next(p for least, p in _OWN_PERCENT if size >= least) for size in sizes])
    department = france.department.astype(np.int64)
    own = np.array([groups.index(code) for code in france.department_codes])[department]
    town = france.population >= _TOWN
    kind = _kind_of_communes(kinds)
    return Streets(
        words=pa.concat_arrays([words, hamlet_words]),
        first_hamlet=len(words),
        table=table,
        items=np.concatenate(lists).astype(np.int32),
        count=np.maximum(france.population // PEOPLE_A_STREET, FEWEST_STREETS),
        hamlet_share=_hamlet_shares(np.isin(kind, [kinds.index(name) for name in _WEST])),
        own_share=_shares(own_percent[own] * np.where(town, _TOWN_PERCENT, 100) // 100),
        own=own,
        wider=np.where(town, len(groups), country),
        hamlets=kind + len(groups) + 1,
    )


def street_count(communes: Ints) -> I64:
    """`int64[n]`: how many streets each commune has."""
    return streets().count[communes]


def street_words(communes: Ints, numbers: Ints) -> U64:
    """`uint64[n]`: the words that all that is so of street `numbers` of a commune is drawn from."""
    ids = (np.asarray(communes).astype(np.uint64) << _STREET_BITS) | np.asarray(numbers).astype(np.uint64)
    return hash_words(_key(), ids)


def street_codes(communes: Ints, numbers: Ints, words: U64) -> I32:
    """`int32[n]`: the name, as a code into `streets().words`, of street `numbers` (`[0, count)`).

    `words` are its `street_words`; two streets of a commune may bear the same name.
    """
    map_ = streets()
    from_hamlets = (words & np.uint64(0xFFFF)) < map_.hamlet_share[communes]
    from_own = ((words >> np.uint64(16)) & np.uint64(0xFFFF)) < map_.own_share[communes]
    group = either(from_own, map_.own[communes], map_.wider[communes])
    group = either(from_hamlets, map_.hamlets[communes], group)
    chosen = map_.table.pick(hash_words(_key(), words), group)
    codes: I32 = map_.items[map_.table.starts[group] + chosen]
    return codes


def commune_streets(commune: int) -> I32:
    """`int32[count]`: the streets of one commune in order, as codes into `streets().words`."""
    numbers = np.arange(int(streets().count[commune]))
    communes = np.full(len(numbers), commune, dtype=np.int64)
    return street_codes(communes, numbers, street_words(communes, numbers))


@cache
def postal_words() -> Strings:
    """`streets().words` as an envelope has them: capitals, no accents or signs, types and titles abbreviated.

    Source: AFNOR, NF Z10-011: `avenue du Général de Gaulle` is `AV DU GAL DE GAULLE`.
    """
    capitals = pc.replace_substring_regex(pc.utf8_upper(fold_accents(streets().words)), r"['\-.]", " ")
    return strings([_abbreviate(word) for word in capitals.to_pylist()])


def _abbreviate(street: str) -> str:
    kind, *rest = street.split()
    short = _POSTAL_TYPES.get(kind, kind) if rest else kind
    return " ".join((short, *(_POSTAL_TITLES.get(word, word) for word in rest)))


@cache
def _key() -> Key:
    """The key of the map: the same for every population, as a map is."""
    return derive_key(0, "streets", "commune")


def _lists(name: str) -> tuple[list[str], list[I64], list[I64], Strings]:
    """The groups of a table of names, the names of each as codes, their weights, and the names."""
    table = read_table(name)
    group, names = column(table, "group"), column(table, "name")
    weights = integers(table, "weight")
    edges = np.flatnonzero(np.diff(arrow.integers(group.indices))) + 1
    return (
        group.dictionary.to_pylist(),
        np.split(arrow.integers(names.indices).astype(np.int64), edges),
        np.split(weights, edges),
        names.dictionary,
    )


def _as_in_towns(weights: I64) -> I64:
    return np.where(weights < _TOWN_FLOOR, 0, np.minimum(weights, _TOWN_CAP))


def _kind_of_communes(kinds: list[str]) -> I64:
    """Which of `kinds` the hamlets of each commune are of."""
    france = places()
    named = {code: kind for kind, codes in _KINDS.items() for code in codes.split()}
    codes = france.department_codes
    kind = np.array([kinds.index(named.get(code, "general")) for code in codes])[france.department]
    for code, breton in _LOWER_BRITTANY.items():
        inside = (france.department == codes.index(code)) & (france.x_m < _BRETON_WEST_M)
        kind[inside] = kinds.index(breton)
    return kind


def _hamlet_shares(west: Bits) -> U64:
    france = places()
    step = np.searchsorted(np.array(_HAMLET_LIMITS), france.population, side="right")
    percents = np.array([(*_HAMLET_PERCENT[where], 0) for where in ("elsewhere", "west")])
    overseas = np.array([len(code) == 3 for code in france.department_codes])[france.department]
    return _shares(np.where(overseas, 0, percents[west.astype(np.int64), step]))


def _shares(percents: I64) -> U64:
    return (percents * 65_536 // 100).astype(np.uint64)

"""The départements and communes of France, how many people live in each, and when they were born.

Communes are addressed by their index: grouped by département (in the order of their codes as text: 29, 2A,
2B, 30, … 95, 971, …), and inside a département along a Hilbert curve, so that neighbours in the list are
neighbours on the map. Paris, Lyon and Marseille are their arrondissements.

Source: INSEE, code officiel géographique 2026, legal populations 2023 (Mayotte 2017); La Poste, postcodes
and coordinates; INSEE, population estimates, release of January 2026.
"""

import io
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from simbreach.core import arrow
from simbreach.core.arrays import I16, I32, I64, U8
from simbreach.core.arrow import Array, Strings, Table
from simbreach.core.errors import InputError, did_you_mean
from simbreach.core.ranks import Ranks
from simbreach.core.sampling import floors
from simbreach.reference.tables import read_csv

FIRST_BIRTH_YEAR, LAST_BIRTH_YEAR = 1917, 2025
_CENSUS_YEAR = 2021
# The oldest class of the pyramid, 99 and over, spread over births of 1917 … 1921 (estimate: survivors halve,
# or nearly, with each year of age past 99).
_OLDEST = np.array([5, 9, 16, 28, 42])


@dataclass(frozen=True)
class Places:
    """Columns by commune index, unless said; `edges` and `first_…` have one item more than what they cut.

    `department` (int16) indexes `department_codes` and `department_names`; `population` (int64) counts
    inhabitants; `x_m`, `y_m` (int32) are metres: Lambert-93 in metropolitan France, a plane of its own for
    each overseas département, far from all others. The postcodes of commune c are
    `postcodes[postcode_start[c]:postcode_start[c + 1]]`. `first_commune` (int64) cuts the communes by
    département, `population_edges` (int64) is the running sum of `population`. By département: `zone`
    (uint8, 1-5) is the first digit after the 0 of landlines; overseas the one that the island's own prefix
    begins with (5 in the Americas, 2 in the Indian Ocean).
    """

    insee_codes: Strings
    names: Strings
    department: I16
    population: I64
    x_m: I32
    y_m: I32
    postcode_start: I64
    postcodes: Strings
    first_commune: I64
    population_edges: I64
    department_codes: tuple[str, ...]
    department_names: tuple[str, ...]
    zone: U8

    @cached_property
    def population_ranks(self) -> Ranks:
        """Which commune an inhabitant lies in, all of them counted through."""
        return Ranks.build(self.population_edges)


@cache
def places() -> Places:
    """All départements and communes, read once."""
    table = read_table("communes.parquet")
    departments = read_csv("departments.csv", "department_code", "department_name")
    codes = tuple(departments["department_code"])
    phones = read_csv("phone_prefixes.csv", "department_code", "zone")
    zones = dict(zip(phones["department_code"], phones["zone"], strict=True))
    insee_codes = column(table, "insee_code")
    # A commune's code opens with its département's; in the order of the table each one begins once.
    opening = pc.utf8_slice_codeunits(insee_codes, 0, 3)
    overseas = pc.starts_with(opening, "97")
    prefixes = pc.if_else(overseas, opening, pc.utf8_slice_codeunits(opening, 0, 2))
    runs = pc.run_end_encode(prefixes)
    if tuple(runs.values.to_pylist()) != codes:
        raise ValueError("communes.parquet does not follow departments.csv")
    first_commune = np.concatenate(([0], arrow.integers(runs.run_ends))).astype(np.int64)
    population = integers(table, "population")
    lists = column(table, "postcodes")
    return Places(
        insee_codes=insee_codes,
        names=column(table, "name"),
        department=np.repeat(np.arange(len(codes), dtype=np.int16), np.diff(first_commune)),
        population=population,
        x_m=integers(table, "x_m").astype(np.int32),
        y_m=integers(table, "y_m").astype(np.int32),
        postcode_start=arrow.integers(lists.offsets).astype(np.int64),
        postcodes=lists.flatten(),
        first_commune=first_commune,
        population_edges=np.concatenate((np.zeros(1, np.int64), np.cumsum(population))),
        department_codes=codes,
        department_names=tuple(departments["department_name"]),
        zone=np.array([int(zones[code]) for code in codes], dtype=np.uint8),
    )


def department_codes() -> tuple[str, ...]:
    """The 101 département codes in the order of their indices: `"01"` … `"976"`."""
    return places().department_codes


def department_index(code: str) -> int:
    """Where the département `code` stands; InputError when there is none."""
    codes = department_codes()
    if code not in codes:
        hint = did_you_mean(code, codes)
        raise InputError(f"unknown département {code!r}{hint}; codes read '01' to '95', '2A', '2B', '971'")
    return codes.index(code)


def commune_index(insee_code: str) -> int:
    """Where the commune `insee_code` stands; InputError when there is none.

    Paris, Lyon and Marseille are addressed by arrondissement: 75101 to 75120, 69381 …, 13201 ….
    """
    place = _commune_places().get(insee_code)
    if place is None:
        if insee_code in ("75056", "69123", "13055"):
            raise InputError(
                f"the commune {insee_code!r} is addressed by arrondissement: '75101', '69381', '13201' …"
            )
        hint = did_you_mean(insee_code, _commune_places())
        raise InputError(f"unknown commune {insee_code!r} (INSEE code of five characters){hint}")
    return place


@cache
def _commune_places() -> dict[str, int]:
    return {code: place for place, code in enumerate(places().insee_codes.to_pylist())}


def within(commune_index: int, radius_m: int) -> I64:
    """The indices, ascending, of communes at most `radius_m` metres from a commune; itself among them."""
    france = places()
    dx = france.x_m.astype(np.int64) - int(france.x_m[commune_index])
    dy = france.y_m.astype(np.int64) - int(france.y_m[commune_index])
    return np.flatnonzero(dx * dx + dy * dy <= radius_m * radius_m)


@cache
def pyramid() -> I64:
    """`int64[2, 109]`: inhabitants by sex (0 men, 1 women) and birth year 1917-2025.

    France on 1 January 2021, the class of 99 and over spread over 1917-1921; those born in 2021-2025 are the
    age 0 of the following 1 January each. Source: INSEE, population estimates, January 2026.
    """
    table = read_table("age_pyramid.parquet")
    year, sex, age = (integers(table, name) for name in ("year", "sex", "age"))
    population = integers(table, "population")
    people = np.zeros((2, LAST_BIRTH_YEAR - FIRST_BIRTH_YEAR + 1), dtype=np.int64)
    people[sex - 1, year - 1 - age - FIRST_BIRTH_YEAR] = population
    oldest = _CENSUS_YEAR - 1 - 99 - FIRST_BIRTH_YEAR
    people[:, : oldest + 1] = floors(people[:, oldest], _OLDEST)
    return people


def read_table(name: str) -> Table:
    """The Parquet file `name` of the package's data."""
    data = files("simbreach.reference").joinpath("data", name).read_bytes()
    # pq.read_table would import pyarrow.dataset, and threads take longer to start than the file to read.
    return pq.ParquetFile(io.BytesIO(data)).read(use_threads=False)


def column(table: Table, name: str) -> Array:
    """A column of `table` as one array."""
    return table.column(name).combine_chunks()


def integers(table: Table, name: str) -> I64:
    """A column of whole numbers of `table`."""
    numbers: I64 = arrow.integers(column(table, name)).astype(np.int64)
    return numbers

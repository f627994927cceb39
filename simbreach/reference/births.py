"""Where people were born: communes with a maternity, all communes for births at home, countries abroad.

Source: births by commune of registration are modelled from INSEE births by residence (2022) and the hospitals
in FINESS; countries after INSEE's immigrants by country of birth (2020), the rest and the shifts from one
generation to the next are estimates.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrays import I32, I64
from simbreach.core.arrow import Strings, integers, strings
from simbreach.core.sampling import Alias
from simbreach.reference.places import places
from simbreach.reference.tables import read_csv

# Births abroad are weighed by generation: from each of these birth years on.
COUNTRY_BANDS = (1917, 1940, 1962, 1985)


@dataclass(frozen=True)
class BirthPlaces:
    """Names of places of birth (`words`: the communes by index, then countries) and how to draw from them.

    `table` has one group of maternities for each département, then one of all its communes, then one of
    countries for each of `COUNTRY_BANDS`; `items` (int32) are the places of its items in `words`.
    """

    words: Strings
    table: Alias
    items: I32

    @property
    def departments(self) -> int:
        """How many groups of maternities come first, and how many of communes come next."""
        return (len(self.table.starts) - len(COUNTRY_BANDS)) // 2


@cache
def birth_places() -> BirthPlaces:
    """The places of birth, read once."""
    france = places()
    maternities = read_csv("birth_places.csv", "insee_code", "births")
    communes = integers(pc.index_in(strings(maternities["insee_code"]), value_set=france.insee_codes))
    births = np.array([int(count) for count in maternities["births"]], dtype=np.int64)
    order = np.argsort(communes, kind="stable")
    codes, names, weights = countries()
    people = np.maximum(france.population, 1)
    items = [communes[order], np.arange(len(people)), *(len(people) + np.arange(len(codes)) for _ in weights)]
    sizes = np.concatenate(
        (
            np.bincount(france.department[communes], minlength=len(france.department_codes)),
            np.diff(france.first_commune),
            [len(codes) for _ in weights],
        )
    )
    return BirthPlaces(
        words=pa.concat_arrays([france.names, names]),
        table=Alias.build(np.concatenate([births[order], people, *weights]), sizes),
        items=np.concatenate(items).astype(np.int32),
    )


@cache
def countries() -> tuple[Strings, Strings, tuple[I64, ...]]:
    """INSEE codes (`99352`), French names (`Algérie`), and weights of births for each of `COUNTRY_BANDS`."""
    columns = [f"weight_{year}" for year in COUNTRY_BANDS]
    table = read_csv("countries.csv", "insee_code", "name", *columns)
    weights = tuple(np.array([int(weight) for weight in table[name]], dtype=np.int64) for name in columns)
    return strings(table["insee_code"]), strings(table["name"]), weights

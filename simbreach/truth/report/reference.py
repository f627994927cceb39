"""The reference tables and the profile as relations of a DuckDB connection, under `reference.` and `asked.`.

Read from the package's data files as they are; nothing here passes through the generator.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

import numpy as np
import pyarrow as pa

from simbreach.core.arrow import coded, decode, from_numpy, strings
from simbreach.profile.model import Profile, Weekday
from simbreach.reference.names import first_names
from simbreach.reference.places import FIRST_BIRTH_YEAR, places, pyramid, read_table
from simbreach.reference.tables import read_rows
from simbreach.truth.chance import first_name_shares

if TYPE_CHECKING:
    import duckdb

_CSV = {
    "conditions": "conditions.csv",
    "void": "nir_void_communes.csv",
    "free_blocks": "phone_blocks_unattributed.csv",
    "blood_groups": "blood_groups.csv",
}


def add_reference(connection: "duckdb.DuckDBPyConnection") -> None:
    """Make the relations.

    `communes` (insee_code, name, department, zone, population, x_m, y_m, postcodes), `pyramid` (sex,
    birth_year, people), `given` (sex, birth_year, name, share), `surnames` (name, weight), `streets`
    (name), `drugs`, `conditions`, `void`, `free_blocks`, `blood_groups`. Sexes are M and F, as in the truth.
    """
    connection.execute("create schema reference")
    for name, table in (
        ("communes", _communes()),
        ("pyramid", _pyramid()),
        ("given", _given()),
        ("surnames", read_table("surnames.parquet").select(["name", "weight"])),
        ("streets", read_table("streets.parquet").select(["name"])),
        ("drugs", read_table("drugs.parquet").select(["atc", "label", "cip13"])),
        *((name, pa.Table.from_pylist(read_rows(file))) for name, file in _CSV.items()),
    ):
        connection.register("incoming", table)
        connection.execute(f"create table reference.{name} as from incoming")
        connection.unregister("incoming")
    connection.execute(
        "create table reference.postcodes as "
        "select name, unnest(postcodes) as postcode from reference.communes"
    )


def insert(
    connection: "duckdb.DuckDBPyConnection", table: str, columns: str, rows: Sequence[tuple[object, ...]]
) -> None:
    """Make a small table of `columns` (names with types, as SQL has them) with `rows`."""
    connection.execute(f"create table {table} ({columns})")
    if rows:
        places = ", ".join(f"({', '.join('?' * len(rows[0]))})" for _ in rows)
        connection.execute(f"insert into {table} values {places}", [cell for row in rows for cell in row])


def _communes() -> pa.Table:
    france = places()
    table = read_table("communes.parquet")
    codes = np.array(france.department_codes)
    return table.append_column("department", strings(codes[france.department].tolist())).append_column(
        "zone", from_numpy(france.zone[france.department])
    )


def _pyramid() -> pa.Table:
    people = pyramid()
    sexes, years = people.shape
    return pa.table(
        {
            "sex": np.repeat(["M", "F"], years).tolist(),
            "birth_year": np.tile(np.arange(FIRST_BIRTH_YEAR, FIRST_BIRTH_YEAR + years), sexes),
            "people": people.ravel(),
        }
    )


def _given() -> pa.Table:
    """The share of each first name among the births of its sex and year."""
    names = first_names()
    sizes = names.table.sizes
    group = np.repeat(np.arange(len(sizes)), sizes)
    return pa.table(
        {
            "sex": decode(coded((group % 2).astype(np.int32), strings(["M", "F"]))),
            "birth_year": names.first_year + group // 2,
            "name": names.words.take(from_numpy(names.codes)),
            "share": first_name_shares(),
        }
    )


def add_profile(connection: "duckdb.DuckDBPyConnection", profile: Profile) -> None:
    """Make what the profile promises of visits and people, under `asked.`.

    `sources` (source, title, commune, reach_km, share, first_day, last_day), `closed` (day: month and day),
    `weekdays` (day: 1 for Monday, weight), `bands` (sex, low, high, share; none where everybody comes),
    `blocks` (first, last: of telephone numbers, five digits after the 0).
    """
    connection.execute("create schema asked")
    _add_blocks(connection, profile.identifiers.phone)
    dates = profile.dates
    weights = profile.population.weights
    bands = [] if weights is None else [("F", weights.women), ("M", weights.men)]
    for name, columns, rows in (
        (
            "sources",
            "source text, title text, commune text, reach_km integer, share bigint, first_day date, "
            "last_day date",
            [
                (
                    *(source.name, source.title, source.commune, source.reach_km, source.share),
                    *(source.first_day or dates.first_day, source.last_day or dates.last_day),
                )
                for source in profile.sources
            ],
        ),
        ("closed", "day text", [(day,) for day in dates.closed]),
        (
            "weekdays",
            "day integer, weight integer",
            [(number, dates.weekdays.get(name, 0)) for number, name in enumerate(get_args(Weekday), 1)],
        ),
        (
            "bands",
            "sex text, low integer, high integer, share double",
            [
                (sex, *map(int, band.split("-")), float(share))
                for sex, shares in bands
                for band, share in shares.items()
            ],
        ),
    ):
        insert(connection, f"asked.{name}", columns, rows)


# First five digits after the 0: reserved for works of fiction (ARCEP, decision 2018-0881); mobiles by policy.
_RESERVED = (63998, 19900, 26191, 35301, 46571, 53649)
_MOBILES = {
    "unattributed": ((60000, 60099),),
    "unattributed-wide": ((60000, 60099), (73000, 74299), (79000, 79999)),
}


def _add_blocks(connection: "duckdb.DuckDBPyConnection", policy: str) -> None:
    """Make `asked.blocks` (first, last): where the policy has telephone numbers, ten thousand a block."""
    own = [(block, block) for block in _RESERVED] if policy == "reserved" else _MOBILES[policy]
    blocks = f"select * from (values {', '.join(map(str, own))}) as own(first, last)"
    if policy != "reserved":
        blocks += (
            " union all select first_block::integer, last_block::integer from reference.free_blocks "
            "where kind = 'fixed'"
        )
    connection.execute(f"create table asked.blocks as {blocks}")

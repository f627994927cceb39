"""A profile compiled: names resolved, columns in order, every share and spelling in its place; frozen."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa

from simbreach import __version__
from simbreach.core.arrays import I32, I64
from simbreach.core.errors import CapacityError, InputError, ProfileError, did_you_mean
from simbreach.core.frame import Function, named
from simbreach.core.labels import LABELS
from simbreach.core.schema import FIELDS, OF_A_COMPANY
from simbreach.core.versions import DATA_VERSION as DATA_VERSION
from simbreach.engine import fillers, lists
from simbreach.engine.columns import ColumnPlan
from simbreach.engine.defects import DefectPlan
from simbreach.engine.feasible import check_dates, check_seats, check_templates
from simbreach.engine.persons import shared_fields
from simbreach.engine.pools import Pool, build_pools
from simbreach.engine.records import ON_THE_RECORD
from simbreach.engine.table import TableMaker
from simbreach.engine.visitors import ON_THE_ROW
from simbreach.engine.visits import Visits
from simbreach.population.people import cells
from simbreach.profile.checks import column_type
from simbreach.profile.defects import SHIFTED, shares
from simbreach.profile.lists import STAFF, is_number, measure, raw_decimals
from simbreach.profile.model import Column, Defect, Profile, Spelling, Table
from simbreach.profile.resolve import NOTHING, asked_tables, fill_share, spelling
from simbreach.reference import phone_blocks
from simbreach.reference.names import first_names, surnames

# What a profile says of files made from a dataset: it changes no row, and may change without another dataset.
_AFTER = ("leak", "circulation")
# Numbers of an IPP (identifiers.ipp).
MOST_PATIENTS = 10**7

# Rows are addressed by 31 bits times the weight of a calendar; far more than anyone can store.
MOST_ROWS = 10**9


@dataclass(frozen=True)
class Plan:
    """What `compile_plan` makes: the resolved profile, the seeds and a maker for each table."""

    profile: Profile
    seed: int
    tables: Mapping[str, TableMaker]
    borrowed: Mapping[str, Mapping[str, object]]
    asked: tuple[str, ...] = ()
    """Which tables a dataset holds: all of the profile's, without results, where none is named."""

    @cached_property
    def made(self) -> Mapping[str, TableMaker]:
        """The tables that a dataset holds, but those of results."""
        return {name: maker for name, maker in self.tables.items() if not self.asked or name in self.asked}

    @cached_property
    def results(self) -> Mapping[str, TableMaker]:
        """The tables of results that a dataset holds, each with the table whose results they are."""
        return {
            table.results: self.tables[table.name]
            for table in self.profile.tables
            if table.results in self.asked and table.results is not None
        }

    @cached_property
    def document(self) -> dict[str, Any]:
        """`plan.json`: everything that the rows depend on, and the digest of it."""
        resolved = self.profile.model_dump(mode="json", by_alias=True, exclude_none=True)
        content: dict[str, Any] = {
            "simbreach": __version__,
            "data_version": DATA_VERSION,
            "profile": self.profile.name,
            "seed": self.seed,
            "population_seed": self.profile.population.seed,
            "rows": {name: maker.rows for name, maker in self.tables.items()},
            "policies": self._policies(),
            "borrowed": {name: dict(words) for name, words in self.borrowed.items()},
            "resolved_profile": resolved,
            **({"tables": list(self.asked)} if self.asked else {}),
        }
        # The package's version is said, but only the data version decides what the rows are.
        counted = {key: value for key, value in content.items() if key not in ("simbreach", "policies")}
        counted["resolved_profile"] = {key: said for key, said in resolved.items() if key not in _AFTER}
        text = json.dumps(counted, sort_keys=True, ensure_ascii=False)
        return {"digest": blake2b(text.encode(), digest_size=16).hexdigest(), **content}

    def _policies(self) -> dict[str, Any]:
        """Where identifiers lie, and how many of the contact numbers serve several people.

        Of n people with a number out of C, a share of 1 - (1 - 1/C)^(n - 1) has one that another of them has.
        """
        policy = self.profile.identifiers.phone
        said: dict[str, Any] = {"phone": policy}
        if policy == "reserved":
            said["note"] = (
                "mobiles 06 39 98 are not valid for libphonenumber, and tools that ask it for valid numbers "
                "(Presidio by default) do not see them"
            )
        spaces = {"mobile": phone_blocks.capacity(policy, "mobile")}
        if "landline" in self.shared_fields:
            spaces["landline"] = min(phone_blocks.capacity(policy, zone) for zone in phone_blocks.ZONES)
        for field, space in spaces.items():
            filled = max(
                (
                    sum(float(share) for row in column.fills for share in row) / sum(map(len, column.fills))
                    for column in self.main.columns
                    if column.said == field
                ),
                default=0.0,
            )
            people = max(round(self.main.rows * filled), 1)
            said[f"{field}_numbers"] = space
            said[f"{field}_expected_shared"] = round(1 - (1 - 1 / space) ** (people - 1), 3)
        return said

    @cached_property
    def shared_fields(self) -> frozenset[str]:
        """Fields whose numbers serve several people who have nothing to do with each other."""
        return shared_fields(self.profile.identifiers.phone)

    @property
    def main(self) -> TableMaker:
        """The profile's main table."""
        return self.tables[self.profile.main_table.name]

    def table(self, name: str) -> TableMaker:
        """The maker of a table; InputError, with the nearest name, when there is none."""
        if name not in self.tables:
            raise InputError(
                f"{self.profile.name} has no table {name!r}{did_you_mean(name, self.tables)}; "
                f"its tables: {', '.join(self.tables)}"
            )
        return self.tables[name]

    def batch(self, table: str, start: int, stop: int) -> pa.RecordBatch:
        """Rows [start, stop) of a table as written: strings, in codes where values repeat."""
        return self.table(table).make(start, stop).written

    def clean(self, table: str, start: int, stop: int) -> pa.RecordBatch:
        """Rows [start, stop) of a table as they were before habits and defects, typed."""
        return self.table(table).clean(start, stop)


def compile_plan(
    profile: Profile, *, rows: int | None = None, seed: int | None = None, tables: Sequence[str] = ()
) -> Plan:
    """The plan of `profile`, with `rows` rows in its main table and the dataset seed `seed`.

    `tables` names those that a dataset holds, results included; none: all tables but results.
    InputError and CapacityError for what cannot be made: no rows, too many, an identifier's space or a
    catchment that is too small.
    """
    seed = profile.seed if seed is None else seed
    policy = profile.identifiers.phone
    asked = asked_tables(profile, tables)
    # The population's tables are loaded beside what is checked and built in Python.
    with ThreadPoolExecutor(1) as beside:
        population = [beside.submit(load) for load in (first_names, surnames, cells)]
        check_seats(profile)
        check_dates(profile)
        check_templates(profile)
        pools = build_pools(profile, seed, policy)
        for loaded in population:
            loaded.result()
    makers: dict[str, TableMaker] = {}
    borrowed: dict[str, Mapping[str, object]] = {}
    staff = {name: (pools[name].starts, pools[name].activity.sizes) for name in STAFF}
    for table in profile.tables:
        turns: Mapping[str, I32] = {}
        starts = None
        if table.for_each is None:
            count = rows if rows is not None and table is profile.main_table else table.rows
        else:
            starts, turns = lists.combinations(profile, table, staff)
            count = int(starts[-1])
        if not 1 <= count <= MOST_ROWS:
            raise InputError(f"rows: {count} asked, between 1 and {MOST_ROWS} allowed")
        functions = lists.list_functions(profile)
        for column in table.columns:
            functions |= _column_functions(profile, table, column, count, seed, borrowed)
        visits = _visits(profile, table, count, seed, starts)
        makers[table.name] = _compile_table(profile, table, visits, turns, seed, pools, functions)
    return Plan(profile, seed, makers, borrowed, asked)


def _column_functions(
    profile: Profile,
    table: Table,
    column: Column,
    rows: int,
    seed: int,
    borrowed: dict[str, Mapping[str, object]],
) -> dict[str, Function]:
    """What a column needs that is no field of its own; words of other libraries are put into `borrowed`."""
    key = f"={column.name}"
    if column.field in OF_A_COMPANY:
        return {key: lists.company_field(column.field, profile.list_named[column.of or ""], seed)}
    if column.field in FIELDS or column.field == "empty":
        return {}
    if column.field == "list":
        function = named((column.of or "",), lambda cells: cells)
    elif column.field in ("sum", "product"):
        function = _calculation(profile, table, column)
    else:
        words = None
        if ":" in column.field:
            place = f"{table.name}.{column.name}"
            words, library = fillers.borrow_words(column.field, seed, place)
            borrowed[place] = {"from": library, "words": words}
        function = fillers.make_filler(column, words, rows)
    if is_number(profile, column) and (decimals := measure(profile, table, column.name)[1]):
        return {key: function, f"{key} written": fillers.written_decimals(key, decimals)}
    return {key: function}


def _calculation(profile: Profile, table: Table, column: Column) -> Function:
    """The field of a sum or product."""
    parts = column.columns or ()
    measures = [measure(profile, table, part) for part in parts]
    if column.field == "sum":
        return fillers.sum_of(parts, [decimals for _, decimals in measures])
    return fillers.product_of(column, parts, raw_decimals(column, measures))


def _compile_table(
    profile: Profile,
    table: Table,
    visits: Visits,
    turns: Mapping[str, I32],
    seed: int,
    pools: Mapping[str, Pool],
    functions: Mapping[str, Function],
) -> TableMaker:
    dates = profile.dates
    years = range(dates.first_day.year, dates.last_day.year + 1)
    columns = []
    apart = {key for habit in profile.habits for key in habit.spell}
    spelled: dict[tuple[object, ...], tuple[str, Spelling]] = {}
    for column in table.columns:
        said = []
        for source in profile.sources:
            # Sources of the same habits write alike, and most fields as all of their type.
            own = column.field if column.field in apart or column.spell else ""
            key = (source.habits, column_type(profile, column), own, column.name if column.spell else "")
            if key not in spelled:
                own_spelling = spelling(profile, source, column)
                spelled[key] = own_spelling.model_dump_json(), own_spelling
            said.append(spelled[key])
        written = f"={column.name} written"
        asked = written if written in functions else _asked(column)
        distinct = dict(said)
        numbers = {text: number for number, text in enumerate(distinct)}
        columns.append(
            ColumnPlan(
                table=table.name,
                name=column.name,
                said=column.field,
                field=asked,
                kind=column_type(profile, column),
                spellings=tuple(distinct.values()),
                spelling_of=np.array([numbers[text] for text, _ in said], dtype=np.int32),
                fills=_fills(profile, column, years),
                filled_with=column.filled_with,
                lettered=bool(column.width or column.prefix) or column.field == "serial" or asked == written,
            )
        )
    defects = [
        DefectPlan(
            defect,
            _struck_columns(defect, columns),
            shares(profile, defect),
        )
        for defect in profile.defects
        if table.people
    ]
    return TableMaker(
        name=table.name,
        rows=int(visits.starts[-1]),
        people=table.people,
        turns=turns,
        columns=tuple(columns),
        labels=tuple(_label(column) for column in table.columns),
        defects=tuple(d for d in defects if len(d.columns) > (d.defect.kind in ("swapped", *SHIFTED))),
        visits=visits,
        pools=pools,
        fillers=functions,
        seed=seed,
        population_seed=profile.population.seed,
        phone_policy=profile.identifiers.phone,
        first_year=dates.first_day.year,
        health_everywhere=not profile.policies.health_in_towns,
        differences={str(name): share for name, share in profile.duplicates.differences.items()},
    )


def _struck_columns(defect: Defect, columns: list[ColumnPlan]) -> tuple[ColumnPlan, ...]:
    """The columns that a defect strikes.

    All of its fields; of each of two that are swapped, the first; all from the field of a shift on.
    """
    found = [[column for column in columns if column.said == field] for field in defect.fields]
    if defect.kind == "swapped":
        return tuple(same[0] for same in found if same)
    if defect.kind in SHIFTED:
        # All that stands behind the first one moves.
        return tuple(columns[columns.index(found[0][0]) :]) if found[0] else ()
    return tuple(column for same in found for column in same)


def _visits(profile: Profile, table: Table, rows: int, seed: int, starts: I64 | None) -> Visits:
    """The mapping of rows to people, once it is sure that sources have days and numbers for patients."""
    name = table.name if table is profile.main_table and table.people else None
    visits = Visits(profile, rows, seed, starts, table=name)
    for found in visits.maps:
        if not found.calendar.weight:
            source, dates = found.source, profile.dates
            first, last = source.first_day or dates.first_day, source.last_day or dates.last_day
            raise ProfileError(
                f"{profile.name}: sources.{source.name}: no visits between {first} and {last}: every day is "
                "closed or weighs nothing in [dates]"
            )
    most = int(np.diff(visits.starts).max())
    if most > MOST_PATIENTS and any(column.field == "patient_number" for column in table.columns):
        raise CapacityError(
            f"patient_number (IPP): a source has {most} rows, and {MOST_PATIENTS} numbers fit; "
            f"at most about {rows * MOST_PATIENTS // most} rows in all"
        )
    return visits


def _asked(column: Column) -> str:
    """What the frame is asked for: the row's own field of that name, a filler, or the field itself."""
    if column.field in FIELDS and column.field not in OF_A_COMPANY:
        return {**ON_THE_ROW, **ON_THE_RECORD}.get(column.field, column.field)
    return f"={column.name}"


def _fills(profile: Profile, column: Column, years: range) -> tuple[tuple[Decimal, ...], ...]:
    """The shares of a column's cells that are filled, by source and year."""
    if column.field == "empty":
        return ((NOTHING,) * len(years),) * len(profile.sources)
    if column.fill_by_year is None:
        shares = [fill_share(profile, source, column, years.start) for source in profile.sources]
        return tuple((share,) * len(years) for share in shares)
    return tuple(
        tuple(fill_share(profile, source, column, year) for year in years) for source in profile.sources
    )


def _label(column: Column) -> tuple[str, str, str]:
    """Field, label and sensitivity of a column, for `truth.columns`."""
    if column.field in FIELDS:
        known = FIELDS[column.field]
        return known.name, known.label, known.sensitivity
    label = LABELS[column.label or "technical.value"]
    return column.field, label.name, column.sensitivity or label.sensitivity

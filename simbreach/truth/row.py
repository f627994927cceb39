"""All that the truth says about one row: its cells, who it is, what went wrong, what lies in its texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from simbreach.core.errors import DatasetError, InputError
from simbreach.truth.query import connect_truth
from simbreach.truth.read import DATA_FILE, Tables, read_manifest

if TYPE_CHECKING:
    import duckdb

Record = Mapping[str, Any]

# More rows of one household than a reader wants to see.
MOST_ROWS: Final = 20


@dataclass(frozen=True)
class RowTruth:
    """One row of a leaked table with the records of the truth that belong to it.

    `written` are its cells by column; `row` its record in truth.rows; `person` who it is; `insured` the other
    person whose NIR it shows, where truth.persons holds one; `columns` the meaning of each column;
    `household` other rows of the person and of those who live with them, each with its person's name, at most
    `MOST_ROWS`; `canary` says that the person was made for this dataset alone.
    """

    table: str
    number: int
    written: Mapping[str, str | None]
    row: Record
    person: Record | None
    insured: Record | None
    columns: Mapping[str, Record]
    defects: Sequence[Record]
    spans: Sequence[Record]
    negatives: Sequence[Record]
    household: Sequence[Record]
    canary: bool

    def of(self, records: Sequence[Record], column: str) -> list[Record]:
        """Those of the records (defects, spans, negatives) that speak of one column."""
        return [record for record in records if record["column"] == column]


def read_row(folder: Path, table: str, number: int) -> RowTruth:
    """What is known of row `number` of a leaked table of the dataset in `folder`.

    Only the part that holds the row is read of the leaked table; InputError where there is no such row.
    """
    tables = Tables(folder / "tables", folder / DATA_FILE)
    if table not in list(tables):
        tables[table]  # says which there are
    written = _written(folder, table, number)
    with connect_truth(folder) as truth:
        there = {str(name) for (name,) in truth.execute("select name from (show all tables)").fetchall()}

        def told(name: str) -> list[Record]:
            if name not in there:
                return []
            query = f'select * from {name} where "table" = ? and "row" = ?'
            return _records(truth, query, table, number)

        row = next(iter(told("rows")), None)
        if row is None:
            raise DatasetError(f"{folder}: truth.rows does not know row {number} of {table!r}")
        person = _person(truth, row["person_id"])
        other = row["nir_person_id"] != row["person_id"]
        insured = _person(truth, row["nir_person_id"]) if other else None
        columns = _records(truth, 'select * from columns where "table" = ?', table)
        return RowTruth(
            table,
            number,
            written,
            row,
            person,
            insured,
            {record["column"]: record for record in columns},
            told("defects"),
            sorted(told("spans"), key=_place),
            sorted(told("negatives"), key=_place),
            _household(truth, table, number, person) if person else [],
            bool(told("canaries")),
        )


def _place(record: Record) -> tuple[int, int]:
    return record["start"], -record["end"]


def _written(folder: Path, table: str, number: int) -> dict[str, str | None]:
    """The cells of the row: from its part, or from the DuckDB file where there are no parts."""
    entry = read_manifest(folder).get("tables", {}).get(f"tables/{table}")
    if entry is None:
        raise DatasetError(f"{folder}: manifest.json does not list the table {table!r}")
    if not 0 <= number < entry["rows"]:
        raise InputError(
            f"row {number} does not lie in the table {table!r}, which has {entry['rows']:,} rows"
        )
    files = sorted((folder / "tables" / table).glob("part-*.parquet"))
    if not files:
        return _from_database(folder / DATA_FILE, table, number)
    for file, (start, rows) in zip(files, entry["parts"], strict=False):
        if start <= number < start + rows:
            return _from_part(file, number - start)
    raise DatasetError(f"{folder}: the parts of {table!r} do not hold row {number}")


def _from_part(file: Path, place: int) -> dict[str, str | None]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file) as part:
            cells: dict[str, str | None] = part.read().slice(place, 1).to_pylist()[0]
    except pa.ArrowException as problem:
        raise DatasetError(f"{file}: not a whole Parquet file ({type(problem).__name__})") from None
    return cells


def _from_database(database: Path, table: str, number: int) -> dict[str, str | None]:
    import duckdb

    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            return dict(_records(connection, f'select * from "{table}" where rowid = ?', number)[0])
    except duckdb.Error as problem:
        raise DatasetError(f"{database}: cannot be read: {str(problem).splitlines()[0]}") from None


def _records(connection: "duckdb.DuckDBPyConnection", query: str, *values: object) -> list[Record]:
    """What the query finds, a mapping by column for each row."""
    found = connection.execute(query, values)
    names = [str(column[0]) for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _person(truth: "duckdb.DuckDBPyConnection", person_id: int | None) -> Record | None:
    """The clean identity; nothing for nobody, or for a child's parent who is in no row."""
    found = _records(truth, "select * from persons where person_id = ? limit 1", person_id)
    return found[0] if found else None


def _household(truth: "duckdb.DuckDBPyConnection", table: str, number: int, person: Record) -> list[Record]:
    """Other rows of the person and of those who share the household."""
    query = f"""
        select r."table", r."row", r.source, r.person_id, p.first_name, p.usage_name, p.birth_date
        from rows r join (select distinct on (person_id) * from persons where household_id = ?) p
          using (person_id)
        where not (r."table" = ? and r."row" = ?)
        order by r."table", r."row" limit {MOST_ROWS}"""
    return _records(truth, query, person["household_id"], table, number)

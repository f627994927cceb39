"""A dataset opened for questions: its tables, its truth and its habits as relations of one DuckDB connection.

Nothing is read from the generator: what stands in the folder is all there is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from simbreach.core.errors import DatasetError, WorkError
from simbreach.profile.model import Profile
from simbreach.truth.read import DATA_FILE, TRUTH_FILE, read_json, read_manifest

if TYPE_CHECKING:
    import duckdb

# What DuckDB may take before it goes on in files; the rest of the process needs some 300 MB.
MEMORY = "1500MB"
# The row's number in its table, in every relation; no column of a profile can be called so.
ROW = '"#"'

_KEY = re.compile(r"(?:^| )([a-z_]+)=")


@dataclass(frozen=True)
class ColumnTruth:
    """A row of `truth/columns`."""

    table: str
    name: str
    field: str
    label: str
    sensitivity: str


@dataclass(frozen=True)
class Opened:
    """A dataset under questions.

    Relations: `data.<table>` and `truth.<table>`, each with its row numbers in the column `#`.
    `habits` says how a (table, source, column) is spelled, option by option.
    """

    folder: Path
    connection: "duckdb.DuckDBPyConnection"
    manifest: Mapping[str, Any]
    plan: Mapping[str, Any]
    profile: Profile
    tables: tuple[str, ...]
    truth: frozenset[str]
    columns: tuple[ColumnTruth, ...]
    habits: Mapping[tuple[str, str, str], Mapping[str, str]]

    def all(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows that a question gives."""
        return self.connection.execute(sql, list(parameters)).fetchall()

    def one(self, sql: str, parameters: Sequence[object] = ()) -> tuple[Any, ...]:
        """The only row that a question gives."""
        found = self.connection.execute(sql, list(parameters)).fetchone()
        assert found is not None
        return found


@contextmanager
def open_dataset(folder: Path) -> Iterator[Opened]:
    """The dataset in `folder`, opened for questions and closed at the end of the block.

    Parquet parts are read where there are any, else the DuckDB files. DatasetError when the folder is no
    dataset, or lacks a table that the report cannot do without; WorkError when DuckDB runs out of room.
    """
    import duckdb

    manifest = read_manifest(folder)
    plan = read_json(folder / "plan.json") if (folder / "plan.json").is_file() else {}
    with TemporaryDirectory(prefix="simbreach-") as spill, duckdb.connect() as connection:
        connection.execute(f"set memory_limit = '{MEMORY}'")
        connection.execute(f"set temp_directory = {quoted(spill)}")
        connection.execute("set preserve_insertion_order = false")
        connection.execute("set enable_progress_bar = false")
        try:
            yield _open(folder, connection, manifest, plan)
        except (duckdb.IOException, duckdb.OutOfMemoryException) as problem:
            raise WorkError(f"{folder}: cannot be counted: {str(problem).splitlines()[0]}") from None


def _open(
    folder: Path,
    connection: "duckdb.DuckDBPyConnection",
    manifest: Mapping[str, Any],
    plan: Mapping[str, Any],
) -> Opened:
    listed = manifest.get("tables")
    if not isinstance(listed, dict) or "resolved_profile" not in plan:
        raise DatasetError(f"{folder}: its manifest and plan list no tables: it was not made by simbreach")
    for schema, database in (("data", DATA_FILE), ("truth", TRUTH_FILE)):
        connection.execute(f"create schema {schema}")
        if (folder / database).is_file():
            connection.execute(f"attach {quoted(folder / database)} as {schema}_file (read_only)")
    tables: list[str] = []
    truth: list[str] = []
    for path, entry in listed.items():
        kind, _, name = path.partition("/")
        schema = "data" if kind == "tables" else "truth"
        relation = _relation(folder, path, schema, name, entry["parts"])
        connection.execute(f"create view {schema}.{name_of(name)} as {relation}")
        (tables if schema == "data" else truth).append(name)
    for needed in ("persons", "rows", "columns", "habits", "defects"):
        if needed not in truth:
            raise DatasetError(f"{folder}: has no table truth/{needed}, which a report needs")
    columns = connection.execute(
        f'select "table", "column", field, label, sensitivity from truth.columns order by {ROW}'
    ).fetchall()
    habits = connection.execute('select "table", source, "column", spelling from truth.habits').fetchall()
    return Opened(
        folder=folder,
        connection=connection,
        manifest=manifest,
        plan=plan,
        profile=_profile(folder, plan),
        tables=tuple(tables),
        truth=frozenset(truth),
        columns=tuple(ColumnTruth(*row) for row in columns),
        habits={(table, source, column): options(said) for table, source, column, said in habits},
    )


def _profile(folder: Path, plan: Mapping[str, Any]) -> Profile:
    said = dict(plan["resolved_profile"])
    # Where the rows of a table follow from others, the plan has their number, the profile none.
    said["tables"] = [{**table, "rows": plan["rows"][table["name"]]} for table in said["tables"]]
    try:
        return Profile.model_validate(said)
    except ValueError:
        raise DatasetError(
            f"{folder}: its plan holds a profile that this version does not read; it was made by simbreach "
            f"{plan.get('simbreach')}"
        ) from None


def _relation(folder: Path, path: str, schema: str, name: str, parts: Sequence[Sequence[int]]) -> str:
    """A table with the numbers of its rows, from its parts or from the DuckDB file."""
    if (folder / path).is_dir():
        files = sorted((folder / path).glob("part-*.parquet"))
        if len(files) != len(parts):
            raise DatasetError(
                f"{folder}: {path} has {len(files)} of {len(parts)} parts: "
                "the dataset is not whole; the generate command completes it"
            )
        listed = ", ".join(quoted(file) for file in files)
        starts = ", ".join(str(start) for start, _ in parts)
        return (
            f"select *, ([{starts}]::bigint[])[file_index::bigint + 1] + file_row_number as {ROW} "
            f"from read_parquet([{listed}])"
        )
    return f"select *, rowid as {ROW} from {schema}_file.{name_of(name)}"


def options(spelling: str) -> dict[str, str]:
    """A line of `truth/habits` taken apart.

    >>> options("format=%Y-%m-%d 00:00:00 empty=01/01/1900 empty_share=0.8")
    {'format': '%Y-%m-%d 00:00:00', 'empty': '01/01/1900', 'empty_share': '0.8'}
    """
    pieces = _KEY.split(spelling)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def quoted(text: object) -> str:
    """A text as SQL writes it."""
    return "'" + str(text).replace("'", "''") + "'"


def name_of(name: str) -> str:
    """A name of a table or column as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'

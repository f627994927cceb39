"""Datasets as they lie on disk, read back: manifest, tables, truth, DuckDB files."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.dataset as pads

from simbreach.core.arrow import Table
from simbreach.core.errors import DatasetError, did_you_mean
from simbreach.truth.manifest import DATA_FILE as DATA_FILE
from simbreach.truth.manifest import TRUTH_FILE as TRUTH_FILE
from simbreach.truth.manifest import read_json as read_json
from simbreach.truth.manifest import read_manifest as read_manifest

if TYPE_CHECKING:
    import duckdb


class _Streamed:
    """The Arrow C stream, which PyArrow's datasets lack: Polars and pandas take any table that has it."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        reader = self.scanner().to_reader()  # type: ignore[attr-defined]
        return reader.__arrow_c_stream__(requested_schema)


class PartsDataset(_Streamed, pads.FileSystemDataset):  # type: ignore[misc]
    """A table in Parquet parts: a `pyarrow.dataset.Dataset`, read when asked."""


class LoadedDataset(_Streamed, pads.InMemoryDataset):  # type: ignore[misc]
    """A table that was read whole: a `pyarrow.dataset.Dataset`."""


class Tables(Mapping[str, "PartsDataset | LoadedDataset"]):
    """The tables of one half of a dataset (data or truth) by name, each opened when asked.

    From the Parquet parts; where only the DuckDB file was made, the table is read whole from there.
    """

    def __init__(self, folder: Path, database: Path) -> None:
        self._folder = folder
        self._database = database

    def __getitem__(self, name: str) -> "PartsDataset | LoadedDataset":
        if name not in list(self):
            known = ", ".join(self)
            raise DatasetError(
                f"{self._folder.parent}: no table {name!r}{did_you_mean(name, self)}; there are {known}"
            )
        if (self._folder / name).is_dir():
            return _open_parts(self._folder / name)
        return LoadedDataset(_load(self._database, name))

    def __iter__(self) -> Iterator[str]:
        return iter([folder.name for folder in _tables(self._folder)] or _names(self._database))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _tables(folder: Path) -> list[Path]:
    """The folders of Parquet parts in `folder`: others, such as those of spans in leaks, hold none."""
    return sorted({part.parent for part in folder.glob("*/part-*.parquet")})


def _open_parts(folder: Path) -> PartsDataset:
    whole = pads.dataset(sorted(str(part) for part in folder.glob("part-*.parquet")), format="parquet")
    schema = whole.schema.remove_metadata()
    return PartsDataset(list(whole.get_fragments()), schema, whole.format, whole.filesystem)


def _names(database: Path) -> list[str]:
    if not database.is_file():
        return []
    with _open(database) as connection:
        found = connection.execute("select table_name from duckdb_tables() order by 1").fetchall()
    return [str(name) for (name,) in found]


def _load(database: Path, name: str) -> Table:
    with _open(database) as connection:
        return connection.table(f'"{name}"').to_arrow_table()


def _open(database: Path) -> "duckdb.DuckDBPyConnection":
    import duckdb

    try:
        return duckdb.connect(str(database), read_only=True)
    except duckdb.Error as problem:
        raise DatasetError(f"{database}: cannot be opened: {str(problem).splitlines()[0]}") from None


def connect(folder: Path) -> "duckdb.DuckDBPyConnection":
    """A read-only connection to the dataset's tables, with its truth attached as `truth`.

    Where no DuckDB file was made, the tables are views of the Parquet parts.
    """
    import duckdb

    if (folder / DATA_FILE).is_file():
        connection = _open(folder / DATA_FILE)
        truth = str(folder / TRUTH_FILE).replace("'", "''")
        # Connections to one file share what is attached.
        connection.execute(f"attach if not exists '{truth}' as truth (read_only)")
        return connection
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as truth")
    for home, parent in (("memory", folder / "tables"), ("truth", folder / "truth")):
        for table in _tables(parent):
            files = str(table / "part-*.parquet").replace("'", "''")
            connection.execute(f"create view {home}.\"{table.name}\" as from read_parquet('{files}')")
    return connection

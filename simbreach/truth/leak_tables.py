"""A dataset's tables as shapes take them: in parts that any process can read, with sources and spans."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from simbreach.core.arrays import I32, I64
from simbreach.core.arrow import (
    STRING,
    RecordBatch,
    Strings,
    Table,
    booleans,
    coded,
    decode,
    from_numpy,
    integers,
    literal,
    no_rows,
    strings,
    whole_number,
)
from simbreach.core.errors import DatasetError, InputError
from simbreach.shapes.contract import Cells, Column
from simbreach.truth.manifest import DATA_FILE, TRUTH_FILE, read_json, read_manifest

_NO_SPANS = pa.schema(
    [("row", pa.int64()), ("column", STRING), ("start", pa.int32()), ("end", pa.int32()), ("label", STRING)]
)


@dataclass(frozen=True)
class Runs:
    """Which source the rows come from: rows [starts[i], starts[i + 1]) from `words[codes[i]]`."""

    starts: I64
    codes: I32
    words: Strings

    def of(self, start: int, stop: int) -> pa.Array:
        """The source of each row in [start, stop), as a dictionary."""
        rows = np.arange(start, stop)
        return coded(self.codes[np.searchsorted(self.starts, rows, side="right") - 1], self.words)


@dataclass(frozen=True)
class DatasetTable:
    """A table of a dataset on disk, or some stretches of its rows."""

    folder: Path
    name: str
    columns: tuple[Column, ...]
    stretches: tuple[tuple[int, int, int], ...]
    """Which rows each part holds: number of the dataset's own part, first row, row behind the last."""
    starts: tuple[int, ...]
    """The first row of each of the dataset's own parts."""
    runs: Runs

    @property
    def rows(self) -> int:
        """How many rows there are to read."""
        return sum(stop - start for _, start, stop in self.stretches)

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return len(self.stretches)

    def read(self) -> Iterator[Cells]:
        """All parts in order."""
        return map(self.part, range(self.parts))

    def part(self, number: int) -> Cells:
        """The rows of one part."""
        home, start, stop = self.stretches[number]
        batch = self._batch(home, start, stop)
        before = self.stretches[number - 1] if number else None
        opens = before is None or before[2] != start or start in self.runs.starts
        return Cells(start, batch, self.runs.of(start, stop), self._spans(home, start, stop), opens)

    def read_columns(self, names: Sequence[str]) -> Iterator[RecordBatch]:
        """Some columns of all rows, a batch for each part in order."""
        for number in range(self.parts):
            home, start, stop = self.stretches[number]
            yield self._batch(home, start, stop, list(names))

    def results(self, start: int, stop: int) -> RecordBatch | None:
        """What the laboratory found in the rows [start, stop), as `engine.results.SCHEMA`.

        None where the dataset cannot be made again, or the rows are about nobody.
        """
        from simbreach.engine.results import table_results
        from simbreach.truth.remade import known_plan

        plan = known_plan(self.folder)
        maker = None if plan is None else plan.tables.get(self.name)
        return table_results(maker, start, stop) if maker is not None and maker.people else None

    def _batch(self, home: int, start: int, stop: int, names: list[str] | None = None) -> RecordBatch:
        path = self.folder / "tables" / self.name / f"part-{home:05d}.parquet"
        if not path.is_file():
            asked = "*" if names is None else ", ".join(f'"{name}"' for name in names)
            query = (
                f'select {asked} from "{self.name}" where rowid >= {start} and rowid < {stop} order by rowid'
            )
            return _whole(_from_database(self.folder / DATA_FILE, query))
        first = self.starts[home]
        return _whole(read_part(path, names)).slice(start - first, stop - start)

    def _spans(self, home: int, start: int, stop: int) -> RecordBatch:
        """What stands inside cells of the rows [start, stop), by row."""
        truth = self.folder / "truth"
        path = truth / "spans" / f"part-{home:05d}.parquet"
        if path.is_file():
            found = read_part(path)
        elif (self.folder / TRUTH_FILE).is_file() and not (truth / "spans").is_dir():
            here = f'"table" = \'{self.name}\' and "row" >= {start} and "row" < {stop}'
            found = _from_database(self.folder / TRUTH_FILE, f"select * from spans where {here}")
        else:
            return no_rows(_NO_SPANS)
        row = found["row"]
        inside = pc.and_(pc.greater_equal(row, whole_number(start)), pc.less(row, whole_number(stop)))
        found = found.filter(pc.and_(inside, pc.equal(found["table"], literal(self.name))))
        return _whole(found.select(_NO_SPANS.names).sort_by("row"))


def read_part(path: Path, columns: list[str] | None = None) -> Table:
    """A Parquet part, columns that are stored as codes as codes: faster, and kept so."""
    try:
        with pq.ParquetFile(path) as file:
            codes = _coded_columns(file.metadata)
        # By this thread alone: Arrow's own may not be there in a forked process.
        with pq.ParquetFile(path, read_dictionary=codes) as file:
            return file.read(columns, use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise DatasetError(f"{path}: cannot be read: {' '.join(str(error).split())}") from None


def _from_database(path: Path, query: str) -> Table:
    import duckdb

    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            return connection.sql(query).to_arrow_table()
    except duckdb.Error as error:
        raise DatasetError(f"{path}: cannot be read: {' '.join(str(error).split())}") from None


def _whole(table: Table) -> RecordBatch:
    """The table as one batch."""
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else no_rows(table.schema)


def dataset_tables(folder: Path) -> tuple[DatasetTable, ...]:
    """The leaked tables of the dataset in `folder`, the main one first; DatasetError where there is none."""
    manifest = read_manifest(folder)
    said = [line for part in truth_parts(folder, "columns") for line in part.to_pylist()]
    main = _main_table(folder)
    found = []
    for key, entry in manifest["tables"].items():
        kind, _, name = key.partition("/")
        if kind != "tables":
            continue
        columns = tuple(
            Column(line["column"], line["field"], line["label"], line["sensitivity"])
            for line in said
            if line["table"] == name
        )
        parts = [(int(start), int(rows)) for start, rows in entry["parts"]]
        stretches = tuple((number, start, start + rows) for number, (start, rows) in enumerate(parts) if rows)
        starts = tuple(start for start, _ in parts)
        found.append(DatasetTable(folder, name, columns, stretches, starts, _runs(folder, name)))
    return tuple(sorted(found, key=lambda table: table.name != main))


def cut(table: DatasetTable, rows: tuple[int, int]) -> DatasetTable:
    """The rows [start, stop) of a table; InputError where there are none such."""
    start, stop = rows
    if not 0 <= start < stop <= table.rows:
        raise InputError(
            f"rows {start}:{stop} do not lie in the table {table.name!r}, which has {table.rows:,}"
        )
    inside = tuple(
        (home, max(first, start), min(last, stop))
        for home, first, last in table.stretches
        if first < stop and last > start
    )
    return DatasetTable(table.folder, table.name, table.columns, inside, table.starts, table.runs)


def split(table: DatasetTable) -> Iterator[tuple[str, DatasetTable]]:
    """The table once for each source that it has rows of, in the order in which they come."""
    edges = np.append(table.runs.starts, np.iinfo(np.int64).max)
    stretches: dict[int, list[tuple[int, int, int]]] = {}
    for home, first, last in table.stretches:
        run = int(np.searchsorted(edges, first, side="right")) - 1
        while first < last:
            stop = min(last, int(edges[run + 1]))
            stretches.setdefault(int(table.runs.codes[run]), []).append((home, first, stop))
            first, run = stop, run + 1
    for code, found in stretches.items():
        alone = DatasetTable(table.folder, table.name, table.columns, tuple(found), table.starts, table.runs)
        yield table.runs.words[code].as_py(), alone


def _coded_columns(metadata: Any) -> list[str]:
    """The columns that are stored as codes."""
    if not metadata.num_row_groups:
        return []
    group = metadata.row_group(0)
    columns = [group.column(place) for place in range(group.num_columns)]
    return [column.path_in_schema for column in columns if column.has_dictionary_page]


def _main_table(folder: Path) -> str:
    """The name of the main table: the profile's, as the plan has it."""
    tables = read_json(folder / "plan.json")["resolved_profile"]["tables"]
    return str(next((table for table in tables if table.get("main")), tables[0])["name"])


def _runs(folder: Path, name: str) -> Runs:
    """Where in a table the source changes."""
    starts, codes = [], []
    words: dict[str, int] = {}
    for part in truth_parts(folder, "rows", ["table", "row", "source"]):
        here = _whole(part.filter(pc.equal(part["table"], literal(name))))
        if not here.num_rows:
            continue
        source = decode(here.column("source"))
        differs = booleans(pc.not_equal(source[1:], source[:-1]))
        changes = np.concatenate([[0], 1 + np.flatnonzero(differs)])
        starts.append(integers(here.column("row"))[changes])
        firsts = source.take(from_numpy(changes)).to_pylist()
        codes.append(np.array([words.setdefault(word, len(words)) for word in firsts], dtype=np.int32))
    if not starts:
        return Runs(np.zeros(1, np.int64), np.zeros(1, np.int32), strings([""]))
    start, code = np.concatenate(starts), np.concatenate(codes)
    kept = np.append(True, code[1:] != code[:-1])
    return Runs(start[kept], code[kept], strings(list(words)))


def truth_parts(folder: Path, name: str, columns: list[str] | None = None) -> Iterator[Table]:
    """A table of the truth, part by part."""
    parts = sorted((folder / "truth" / name).glob("part-*.parquet"))
    if not parts:
        chosen = "*" if columns is None else ", ".join(f'"{column}"' for column in columns)
        yield _from_database(folder / TRUTH_FILE, f"select {chosen} from {name}")
    for part in parts:
        yield read_part(part, columns)

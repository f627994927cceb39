"""The whole line: a profile becomes a plan, the plan becomes rows, rows become a dataset that can be read.

profile = load_profile("labs-demo")
dataset = generate(profile)
dataset.tables, dataset.table("patients"), dataset.truth["persons"], dataset.clean("patients", 0, 10)
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from simbreach.core.arrow import RecordBatch, decode
from simbreach.core.errors import DatasetError, InputError
from simbreach.profile.load import load_profile as _load

if TYPE_CHECKING:
    import duckdb

    from simbreach.circulation.circulate import CopySummary
    from simbreach.circulation.findings import Trace
    from simbreach.engine.plan import Plan
    from simbreach.profile.model import Profile
    from simbreach.sinks.dataset import Sink, Summary
    from simbreach.truth.leak import LeakSummary, SplitBy
    from simbreach.truth.read import LoadedDataset, PartsDataset, Tables
    from simbreach.truth.report.figures import Figures
    from simbreach.truth.verify import DatasetFindings, FileFindings

_BATCH_ROWS = 122_880


def load_profile(name_or_path: str | Path, overrides: Mapping[str, str] | None = None) -> "Profile":
    """The checked profile of a shipped name or of a TOML file's path.

    `overrides` maps key paths to TOML values, as `--set` does. ProfileError names the file and the key path
    of what is wrong.

    >>> load_profile("labs-demo", {"tables.patients.rows": "500"}).main_table.rows
    500
    """
    return _load(name_or_path, overrides)


def generate(
    profile: "Profile",
    out: str | Path | None = None,
    *,
    rows: int | None = None,
    seed: int | None = None,
    tables: Sequence[str] = (),
    sink: "Sink" = "both",
    jobs: int | None = None,
    overwrite: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> "Dataset":
    """The dataset of `profile`, written to the folder `out` (`outputs/<name>[-seed<N>]` unless given).

    `rows` counts the main table; `seed` draws other rows; `tables` names those that are made (none: all but
    results). A run that was cut short is continued, a whole dataset is left as it is; a folder that holds
    anything else, or another plan, is refused (InputError), unless `overwrite`, which deletes what the other
    plan wrote. `jobs` threads work, one for each processor unless given; `progress(done, total)` is told of
    units of work.
    WorkError when the work cannot be done, as on a full disk.
    """
    from simbreach.engine.plan import compile_plan
    from simbreach.engine.work import DatasetWork
    from simbreach.sinks.dataset import write_dataset

    plan = compile_plan(profile, rows=rows, seed=seed, tables=tables)
    folder = default_folder(profile, seed) if out is None else Path(out)
    summary = write_dataset(
        DatasetWork(plan),
        folder,
        sink=sink,
        jobs=jobs or _processors(),
        overwrite=overwrite,
        progress=progress,
    )
    return Dataset(folder, summary)


def default_folder(profile: "Profile", seed: int | None) -> Path:
    """`outputs/<name>`, with `-seed<N>` when the seed is not the profile's."""
    other = seed is not None and seed != profile.seed
    return Path("outputs") / (f"{profile.name}-seed{seed}" if other else profile.name)


def batches(
    profile: "Profile",
    table: str,
    start: int,
    stop: int,
    *,
    rows: int | None = None,
    seed: int | None = None,
) -> Iterator[RecordBatch]:
    """Rows [start, stop) of one table, as a dataset of `rows` rows would hold them; nothing else is made.

    >>> first = next(batches(load_profile("labs-demo"), "patients", 1000, 1010))
    >>> first.num_rows
    10
    """
    from simbreach.engine.plan import compile_plan

    plan = compile_plan(profile, rows=rows, seed=seed)
    _check_range(plan, table, start, stop)
    return (_plain(plan.batch(table, first, last)) for first, last in _spans(start, stop))


def read(path: str | Path) -> "Dataset":
    """The dataset in the folder `path`; DatasetError when there is none, or none that is whole."""
    from simbreach.truth.read import read_manifest

    read_manifest(Path(path))
    return Dataset(Path(path))


def verify(path: str | Path) -> "FileFindings | DatasetFindings":
    """Whether a dataset's folder is whole and safe, or the verdict on any other file.

    DatasetError when there is nothing, or a folder that is no dataset; OSError when it cannot be read.
    """
    from simbreach.sinks.verify import verify_dataset
    from simbreach.truth.read import read_manifest
    from simbreach.truth.verify import DatasetFindings, check_identifiers, verify_file

    place = Path(path)
    if not place.exists():
        raise DatasetError(f"{place}: does not exist")
    if not place.is_dir():
        return verify_file(place)
    files = len(read_manifest(place)["files"])
    faults = tuple(f"{finding.path}: {finding.what}" for finding in verify_dataset(place))
    return DatasetFindings(place, faults, files, check_identifiers(place))


def leak(
    dataset: "str | Path | Dataset",
    shape: str | None = None,
    *,
    rows: tuple[int, int] | None = None,
    split_by: "SplitBy | None" = None,
    out: str | Path | None = None,
    jobs: int | None = None,
    **options: Any,
) -> "LeakSummary":
    """The dataset as a leak of `shape`, in `leak/shapes/<shape>/` unless `out` is given, and its truth.

    Unless given, `shape` is the profile's, as are those of its options that are not given. `options` are the
    shape's own (`simbreach shapes show <shape>`); `rows` takes a half-open range of the
    main table alone; `split_by="source"` gives each source a folder of its own. What the shape wrote before
    is replaced. InputError for what cannot be, DatasetError for a folder that holds anything else, WorkError
    when the work cannot be done.
    """
    from simbreach.truth.leak import write_leak

    folder = dataset.path if isinstance(dataset, Dataset) else Path(dataset)
    place = None if out is None else Path(out)
    return write_leak(
        folder, shape, options, rows=rows, split_by=split_by, out=place, jobs=jobs or _processors()
    )


def circulate(
    dataset: "str | Path | Dataset", out: str | Path | None = None, *, jobs: int | None = None
) -> "list[CopySummary]":
    """The copies that the dataset's profile lists, and their truth; in `leak/copies/` unless `out` is given.

    What copies wrote before is replaced. InputError where the profile lists none, ProfileError for options
    that a shape has not, DatasetError for a folder that holds anything else, WorkError when the work cannot
    be done.
    """
    from simbreach.circulation.circulate import circulate as write_copies

    folder = dataset.path if isinstance(dataset, Dataset) else Path(dataset)
    return write_copies(folder, out=None if out is None else Path(out), jobs=jobs or _processors())


def trace(file: str | Path, among: "Sequence[str | Path | Dataset] | None" = None) -> "Trace":
    """Which copy of which dataset a found file came from, and the risk of accusing the wrong one.

    `among` are datasets it may come from: all in `outputs/` unless given. No value of the file is kept in
    what is returned. DatasetError for a file that cannot be read, and for folders that hold no dataset.
    """
    from simbreach.circulation.trace import trace as trace_file

    if among is None:
        folders = sorted(plan.parent for plan in Path("outputs").glob("*/plan.json"))
        if not folders:
            raise DatasetError("outputs: holds no dataset: name one with --among")
    else:
        folders = [one.path if isinstance(one, Dataset) else Path(one) for one in among]
    return trace_file(Path(file), among=folders)


def report(dataset: "str | Path | Dataset") -> "Figures":
    """How real a dataset is, in figures: `report(path).html("fr")` is the page, `.as_dict()` for machines.

    DatasetError for a folder that is no dataset, is not whole, or was changed after it was made.
    """
    from simbreach.sinks.verify import check_files
    from simbreach.truth.read import read_manifest
    from simbreach.truth.report.figures import read_figures

    folder = dataset.path if isinstance(dataset, Dataset) else Path(dataset)
    changed = list(check_files(folder, read_manifest(folder)))
    if changed:
        more = f" (and {len(changed) - 1} files more)" if len(changed) > 1 else ""
        raise DatasetError(
            f"{folder}: not as it was made: {changed[0].path} {changed[0].what}{more}; "
            "a report would be about something else; `simbreach verify` lists all"
        )
    return read_figures(folder)


@dataclass(frozen=True)
class Dataset:
    """A dataset on disk: its tables as the thief's file shows them, and the truth about them."""

    path: Path
    summary: "Summary | None" = None
    """What `generate` wrote or found whole; nothing where the dataset was only read."""

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was written: files, rows, digests, versions."""
        from simbreach.truth.read import read_manifest

        return read_manifest(self.path)

    @cached_property
    def truth(self) -> "Tables":
        """The tables of the truth by name: `persons`, `rows`, `columns`, `habits`, `defects`."""
        from simbreach.truth.read import Tables

        return Tables(self.path / "truth", self.path / "truth" / "truth.duckdb")

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the leaked tables."""
        return tuple(self._data)

    def table(self, name: str) -> "PartsDataset | LoadedDataset":
        """A leaked table as a `pyarrow.dataset.Dataset`.

        Polars, pandas and DuckDB take it as it is, through the Arrow C stream: `polars.DataFrame(it)`,
        `pandas.DataFrame.from_arrow(it)`, `duckdb.sql("from it")`.
        """
        return self._data[name]

    def clean(self, name: str, start: int = 0, stop: int | None = None) -> pa.RecordBatchReader:
        """Rows [start, stop) of a table, typed, before habits and defects: made again, a batch at a time."""
        plan = self._plan
        stop = plan.table(name).rows if stop is None else stop
        _check_range(plan, name, start, stop)
        spans = _spans(start, stop)
        schema = _plain(plan.clean(name, 0, 1)).schema
        return pa.RecordBatchReader.from_batches(schema, (_plain(plan.clean(name, *span)) for span in spans))

    def duckdb(self) -> "duckdb.DuckDBPyConnection":
        """A read-only connection to the tables, with the truth attached as `truth`."""
        from simbreach.truth.read import connect

        return connect(self.path)

    @cached_property
    def _data(self) -> "Tables":
        from simbreach.truth.read import Tables

        return Tables(self.path / "tables", self.path / "dataset.duckdb")

    @cached_property
    def _plan(self) -> "Plan":
        from simbreach.truth.remade import remake_plan

        return remake_plan(self.path)


def _plain(batch: RecordBatch) -> RecordBatch:
    """The batch with plain strings: which columns come in codes differs from batch to batch."""
    return pa.RecordBatch.from_arrays([decode(column) for column in batch.columns], batch.schema.names)


def _processors() -> int:
    """How many processors this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _check_range(plan: "Plan", table: str, start: int, stop: int) -> None:
    rows = plan.table(table).rows
    if not 0 <= start <= stop <= rows:
        raise InputError(f"rows {start}:{stop} do not lie in the table {table!r}, which has {rows:,}")


def _spans(start: int, stop: int) -> Iterator[tuple[int, int]]:
    """[start, stop) in stretches of a batch, cut at multiples of its size."""
    while start < stop:
        end = min(stop, (start // _BATCH_ROWS + 1) * _BATCH_ROWS)
        yield start, end
        start = end

"""`simbreach generate`: a profile made into a dataset on disk."""

import ctypes
import gc
import os
from contextlib import suppress
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simbreach.cli import console
from simbreach.cli.options import AsJson, Overrides, ProfileName, Seed, read_overrides

if TYPE_CHECKING:
    from simbreach.sinks.dataset import Summary

# Source: mallopt(3).
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8

EXAMPLE = "Example: simbreach generate labs-demo --rows 1000 --seed 7 --out outputs/try"


class Sink(StrEnum):
    """What a dataset is written as."""

    parquet = "parquet"
    duckdb = "duckdb"
    both = "both"


def generate(
    profile: ProfileName,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of the dataset; outputs/PROFILE[-seedN] unless given."),
    ] = None,
    rows: Annotated[
        int | None,
        typer.Option(metavar="N", help="Rows of the main table; the profile's number unless given."),
    ] = None,
    seed: Seed = None,
    tables: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,…", help="Only these tables; `results` are made only if named: patients,results."
        ),
    ] = None,
    sink: Annotated[Sink, typer.Option(help="Parquet parts, DuckDB files, or both.")] = Sink.both,
    jobs: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Threads; one for each processor unless given.")
    ] = None,
    overrides: Overrides = None,
    overwrite: Annotated[
        bool,
        typer.Option("--overwrite", help="Delete what another plan wrote in the folder, and begin again."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a dataset: tables, the truth about them, a manifest.

    The same command continues a run that was cut short.
    """
    _start_lightly()
    from simbreach import api

    progress = console.Progress("units")
    try:
        dataset = api.generate(
            api.load_profile(profile, read_overrides(overrides)),
            out,
            rows=rows,
            seed=seed,
            tables=tuple(name.strip() for name in tables.split(",")) if tables else (),
            sink=sink.value,
            jobs=jobs,
            overwrite=overwrite,
            progress=progress,
        )
    finally:
        progress.close()
        gc.freeze()  # Python would look through all objects once more before it ends
    if dataset.summary:
        _report(dataset.summary, as_json=as_json)


def _start_lightly() -> None:
    """Leave out what libraries do at their import for others: a fifth of the time to the first row."""
    # No matrices of floats are multiplied: the threads that stand by for that would only spin.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Pydantic would read the metadata of every installed package in search of plug-ins.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Imports and tables make a few hundred thousand objects that stay: nothing to collect among them.
    gc.set_threshold(100_000)
    # Memory that is given back would be asked for, and filled with zeros, again by the next unit: Arrow's own
    # allocator gives it back after a moment, the system's can be told not to.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    with suppress(OSError, AttributeError):  # a C library that is not GNU's
        allocator = ctypes.CDLL(None)
        allocator.mallopt(_M_TRIM_THRESHOLD, 1 << 30)
        allocator.mallopt(_M_MMAP_THRESHOLD, 32 << 20)
        # What the thread that loads tables let go of serves the units, too: 40 MB less in each process.
        allocator.mallopt(_M_ARENA_MAX, 1)


def _report(summary: "Summary", *, as_json: bool) -> None:
    """Say what was written, where, how much, how long."""
    if as_json:
        console.json_result(asdict(summary) | {"rows": dict(summary.rows)})
        return
    if summary.kept and summary.made:
        console.note(f"kept {console.counted(summary.kept, 'file')} that were whole already")
    tables = console.counted(summary.tables, "table")
    rows = console.counted(sum(summary.rows.values()), "row")
    if summary.made:
        console.result(f"wrote {summary.folder} ({tables}, {rows}, {summary.seconds:.1f} s)")
    else:
        console.result(f"{summary.folder} is whole already ({tables}, {rows}); nothing was written")

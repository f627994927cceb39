"""A dataset written to a folder: one pass over its units feeds Parquet, DuckDB or both, and can be resumed.

A file that has its final name is whole. `plan.json` is written first and says whose the folder is,
`manifest.json` last and says that all is there; between the two, whole parts are kept.
"""

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from simbreach.core.digests import add_sums, table_digest
from simbreach.core.files import faults_told, write_text
from simbreach.sinks.folder import (
    MANIFEST,
    PLAN,
    README,
    Layout,
    claim,
    clear_stale,
    file_entries,
    file_entry,
    read_json,
)
from simbreach.sinks.parquet import PartNote, read_note
from simbreach.sinks.run import Run, State
from simbreach.sinks.work import Work

Sink = Literal["parquet", "duckdb", "both"]


@dataclass(frozen=True)
class Summary:
    """What was written, or found whole."""

    folder: Path
    rows: Mapping[str, int]  # of each table
    bytes: int
    seconds: float
    kept: int  # Parquet parts and DuckDB files that were whole before
    made: int

    @property
    def tables(self) -> int:
        """How many tables the dataset has, truth included."""
        return len(self.rows)


def write_dataset(
    work: Work,
    folder: Path,
    *,
    sink: Sink = "both",
    jobs: int = 1,
    overwrite: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Summary:
    """Write the dataset of `work` to `folder`, or what of it is missing there.

    `jobs` threads make units, of which at most jobs + 1 are in memory. `progress` is told how many units
    of how many are done, by any thread, one at a time. What an earlier run of the same plan began in
    another sink is completed, too. DatasetError where the folder is not this plan's; WorkError where
    a disk is full or a file cannot be written: the same call goes on from there.
    """
    begun = time.perf_counter()
    layout = Layout(folder, tuple(work.schemas), work.units)
    with faults_told(folder):
        claim(layout, work.plan, overwrite=overwrite)
        clear_stale(layout)
        parquet, databases = _sinks(layout, sink)
        found = _complete(layout, parquet, databases)
        if found is not None:
            return _summary(folder, found, begun, kept=_data_files(found), made=0)
        (folder / MANIFEST).unlink(missing_ok=True)
        write_text(folder / README, work.readme)
    state = State({table: {} for table in work.schemas})
    if parquet:
        _check(work, layout, state, jobs)
    absent = _absent(databases) if parquet else databases  # the sums of the rows are kept in parts alone
    kept = len(state.files) + len(databases) - len(absent)
    units = [unit for unit in range(work.units) if absent or not parquet or state.missing[unit] != []]
    made = Run(work, layout, state, units, absent, parquet, jobs, progress).run()
    with faults_told(folder):
        rows = [
            sum(note.rows for table in _of(work, kind) for note in state.notes[table].values())
            for kind in databases
        ]
        with ThreadPoolExecutor(jobs) as at_once:
            entries = at_once.map(partial(file_entry, layout.folder), databases.values(), rows)
            state.files |= dict(zip(databases.values(), entries, strict=True))
        manifest = _manifest(work, layout, state)
        write_text(folder / MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
    return _summary(folder, manifest, begun, kept=kept, made=made)


def _sinks(layout: Layout, sink: Sink) -> tuple[bool, dict[str, Path]]:
    """Whether Parquet is written, and which DuckDB files: what is asked and what was begun earlier."""
    databases = layout.databases()
    parts = any(layout.part(table, unit).exists() for table in layout.tables for unit in range(layout.units))
    loaded = any(path.exists() for path in databases.values())
    return sink != "duckdb" or parts, databases if sink != "parquet" or loaded else {}


def _complete(layout: Layout, parquet: bool, databases: Mapping[str, Path]) -> dict[str, object] | None:
    """The manifest that lies there, if every file that it lists does, too, and no sink is missing."""
    path = layout.folder / MANIFEST
    if not path.is_file():
        return None
    manifest = read_json(path)
    files = {str(entry["path"]): entry for entry in file_entries(manifest)}
    wanted = {path.relative_to(layout.folder).as_posix() for path in databases.values()}
    if not wanted <= files.keys() or (parquet and not any(name.endswith(".parquet") for name in files)):
        return None
    for name, entry in files.items():
        place = layout.folder / name
        if not place.is_file() or place.stat().st_size != entry["bytes"]:
            return None
    return manifest


def _data_files(manifest: Mapping[str, object]) -> int:
    return sum(str(entry["path"]).endswith((".parquet", ".duckdb")) for entry in file_entries(manifest))


def _check(work: Work, layout: Layout, state: State, jobs: int) -> None:
    """Find the whole parts that are there, and note which parts of each unit are to be made."""

    def check(unit: int) -> tuple[dict[str, PartNote], list[dict[str, object]]]:
        notes = {}
        for table, schema in work.schemas.items():
            note = read_note(layout.part(table, unit), schema)
            if note and note.plan == work.plan["digest"] and note.start_row == work.start_row(table, unit):
                notes[table] = note
        paths = [layout.part(table, unit) for table in notes]
        return notes, [
            file_entry(layout.folder, path, note.rows)
            for path, note in zip(paths, notes.values(), strict=True)
        ]

    with ThreadPoolExecutor(jobs) as pool:
        for unit, (notes, entries) in enumerate(pool.map(check, range(work.units))):
            state.missing[unit] = None
            for (table, note), entry in zip(notes.items(), entries, strict=True):
                state.missing[unit] = [name for name in note.tables if name not in notes]
                state.notes[table][unit] = note
                state.files[layout.part(table, unit)] = entry


def _absent(databases: Mapping[str, Path]) -> dict[str, Path]:
    """Those of the DuckDB files that are not there, or cannot be read."""
    if not databases:
        return {}
    from simbreach.sinks.duckdb import is_readable

    return {kind: path for kind, path in databases.items() if not (path.is_file() and is_readable(path))}


def _of(work: Work, kind: str) -> list[str]:
    return [table for table in work.schemas if table.partition("/")[0] == kind]


def _manifest(work: Work, layout: Layout, state: State) -> dict[str, object]:
    """What `manifest.json` says: rows, parts and content digest of tables, bytes and SHA-256 of files."""
    tables = {}
    for table, schema in work.schemas.items():
        notes = [note for _, note in sorted(state.notes[table].items())]
        rows = sum(note.rows for note in notes)
        sums = add_sums((note.sums for note in notes), len(schema))
        tables[table] = {
            "rows": rows,
            "digest": table_digest(schema, sums, rows),
            "parts": [[note.start_row, note.rows] for note in notes],
        }
    for name in (PLAN, README):
        state.files[layout.folder / name] = file_entry(layout.folder, layout.folder / name, 0)
    files = sorted(state.files.values(), key=lambda entry: str(entry["path"]))
    policies = work.plan.get("policies", {})
    return {"plan_digest": work.plan["digest"], "policies": policies, "tables": tables, "files": files}


def _summary(folder: Path, manifest: Mapping[str, object], begun: float, *, kept: int, made: int) -> Summary:
    tables = manifest["tables"]
    assert isinstance(tables, dict)
    return Summary(
        folder,
        {table: entry["rows"] for table, entry in tables.items()},
        sum(int(str(entry["bytes"])) for entry in file_entries(manifest)),
        time.perf_counter() - begun,
        kept,
        made,
    )

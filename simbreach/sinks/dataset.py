"""A dataset written to a folder: one pass over its units feeds Parquet, DuckDB or both, and can be resumed.

A file that has its final name is whole. `plan.json` is written first and says whose the folder is,
`manifest.json` last and says that all is there; between the two, whole parts are kept.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from simbreach.core.arrow import RecordBatch, Schema
from simbreach.core.digests import Hasher, add_sums, table_digest
from simbreach.core.files import faults_told, sha256, write_text
from simbreach.sinks.folder import (
    MANIFEST,
    PLAN,
    README,
    Layout,
    claim,
    clear_stale,
    file_entries,
    read_json,
)
from simbreach.sinks.forks import can_fork, map_in_forks
from simbreach.sinks.parquet import PartNote, compact, read_note, write_part
from simbreach.sinks.relay import Relay

if TYPE_CHECKING:
    from simbreach.sinks.duckdb import Databases

Sink = Literal["parquet", "duckdb", "both"]

_LOOK_UP_S = 0.2
_T = TypeVar("_T")


class Work(Protocol):
    """What is to be written: tables in units, of which each can be made alone, by any thread."""

    @property
    def plan(self) -> Mapping[str, object]:
        """What makes the rows what they are, fit for JSON; `digest` tells two plans apart."""

    @property
    def units(self) -> int:
        """How many units there are."""

    @property
    def schemas(self) -> Mapping[str, Schema]:
        """The columns of each table, `tables/…` or `truth/…`, strings plain."""

    @property
    def readme(self) -> str:
        """The text of `LISEZMOI.txt`."""

    def make(self, unit: int) -> Mapping[str, RecordBatch]:
        """The rows of each table that has any in `unit`; strings may be dictionary-encoded (int32)."""

    def start_row(self, table: str, unit: int) -> int:
        """The number of the first row of `unit` in `table`: increasing, and known without making it."""


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


@dataclass
class _State:
    """What is known so far of each table's parts and of each file."""

    notes: dict[str, dict[int, PartNote]]
    files: dict[Path, dict[str, object]] = field(default_factory=dict)
    missing: dict[int, Sequence[str] | None] = field(default_factory=dict)  # by unit; None: all its parts


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
    state = _State({table: {} for table in work.schemas})
    if parquet:
        _check(work, layout, state, jobs)
    absent = _absent(databases) if parquet else databases  # the sums of the rows are kept in parts alone
    kept = len(state.files) + len(databases) - len(absent)
    units = [unit for unit in range(work.units) if absent or not parquet or state.missing[unit] != []]
    made = _Pass(work, layout, state, units, absent, parquet, jobs, progress).run()
    with faults_told(folder):
        for kind, path in databases.items():
            rows = sum(note.rows for table in _of(work, kind) for note in state.notes[table].values())
            state.files[path] = _entry(layout.folder, path, rows)
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


def _check(work: Work, layout: Layout, state: _State, jobs: int) -> None:
    """Find the whole parts that are there, and note which parts of each unit are to be made."""

    def check(unit: int) -> tuple[dict[str, PartNote], list[dict[str, object]]]:
        notes = {}
        for table, schema in work.schemas.items():
            note = read_note(layout.part(table, unit), schema)
            if note and note.plan == work.plan["digest"] and note.start_row == work.start_row(table, unit):
                notes[table] = note
        paths = [layout.part(table, unit) for table in notes]
        return notes, [
            _entry(layout.folder, path, note.rows) for path, note in zip(paths, notes.values(), strict=True)
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


_Notes = dict[str, PartNote]
_Files = dict[Path, dict[str, object]]


@dataclass
class _Pass:
    """One pass over `units`: writes the parts that are missing and the DuckDB files that are `absent`."""

    work: Work
    layout: Layout
    state: _State
    units: Sequence[int]
    absent: Mapping[str, Path]
    parquet: bool
    jobs: int
    progress: Callable[[int, int], None] | None
    _hasher: Hasher = field(default_factory=Hasher)
    _lock: Lock = field(default_factory=Lock)
    _done: int = 0
    _made: int = 0
    _error: BaseException | None = None
    _databases: "Databases | None" = None

    def run(self) -> int:
        """Do it; how many files were made. The first error of any thread is raised when all have ended."""
        if not self.units:
            return 0
        if not self.absent and self.jobs > 1 and can_fork():
            return self._run_in_forks()
        if self.absent:
            from simbreach.sinks.duckdb import Databases

            self._databases = Databases(dict(self.absent), threads=self.jobs)
        self._relay = Relay(self.units, limit=self.jobs + 1)
        try:
            with ThreadPoolExecutor(self.jobs) as makers, ThreadPoolExecutor(1) as loader:
                self._share_out(makers, loader)
            if self._error:
                raise self._error
            if self._databases:
                self._databases.finish()
        except BaseException:
            if self._databases:
                self._databases.discard()
            raise
        return self._made + len(self.absent)

    def _run_in_forks(self) -> int:
        """Parts alone need nothing of one another: they are made in processes of their own."""
        parts = map_in_forks(self._make_parts, self.units, self.jobs)
        try:
            for unit, (notes, files) in parts:
                self._keep(unit, notes, files)
        except BaseException:
            # The processes are stopped where they are: what they had begun is removed here.
            parts.close()
            with suppress(OSError):
                clear_stale(self.layout)
            raise
        return self._made

    def _share_out(self, makers: ThreadPoolExecutor, loader: ThreadPoolExecutor) -> None:
        """Give the threads their work, and wait for it or for the first error (Ctrl-C is one)."""
        try:
            tasks = [loader.submit(self._guard, self._load, self._databases)] if self._databases else []
            for unit in self.units:
                self._relay.admit()
                tasks.append(makers.submit(self._guard, self._make, unit))
            while wait_for(tasks, timeout=_LOOK_UP_S).not_done:
                pass
        except BaseException as error:
            self._give_up(error)

    def _guard(self, task: Callable[[_T], None], subject: _T) -> None:
        try:
            task(subject)
        except BaseException as error:
            self._give_up(error)

    def _give_up(self, error: BaseException) -> None:
        with self._lock:
            self._error = self._error or error
        self._relay.stop()
        if self._databases:
            self._databases.interrupt()

    def _make(self, unit: int) -> None:
        """Make a unit, sum it, write its parts where they are missing, hand it to DuckDB."""
        self._relay.check()
        batches = {table: compact(batch) for table, batch in self.work.make(unit).items()}
        self._relay.check()
        notes, files = self._write(unit, batches)
        if self._databases:
            self._relay.put(unit, batches)
        else:
            self._relay.release(1)
        self._keep(unit, notes, files)

    def _make_parts(self, unit: int) -> tuple[_Notes, _Files]:
        """Make a unit and write its parts where they are missing."""
        return self._write(unit, {table: compact(batch) for table, batch in self.work.make(unit).items()})

    def _write(self, unit: int, batches: Mapping[str, RecordBatch]) -> tuple[_Notes, _Files]:
        """Write the parts of a unit that are missing: what each one says of itself, and the files made."""
        missing = self.state.missing.get(unit)
        notes: _Notes = {}
        files: _Files = {}
        for table, batch in batches.items():
            start = self.work.start_row(table, unit)
            sums = tuple(self._hasher.column_sums(batch, start))
            notes[table] = PartNote(
                str(self.work.plan["digest"]), start, batch.num_rows, sums, tuple(batches)
            )
            if self.parquet and (missing is None or table in missing):
                path = self.layout.part(table, unit)
                write_part(path, batch, notes[table])
                files[path] = _entry(self.layout.folder, path, batch.num_rows)
        return notes, files

    def _keep(self, unit: int, notes: _Notes, files: _Files) -> None:
        """Note what was made of a unit, and tell of it."""
        with self._lock:
            for table, note in notes.items():
                self.state.notes[table][unit] = note
            self.state.files.update(files)
            self._made += len(files)
            self._done += 1
            if self.progress:
                self.progress(self._done, len(self.units))

    def _load(self, databases: "Databases") -> None:
        """Append the units to the DuckDB tables in their order, as many at once as there are threads."""
        created = False
        while units := self._relay.take(self.jobs):
            for table, schema in self.work.schemas.items():
                database, _, name = table.partition("/")
                if database in self.absent:
                    batches = [batches[table] for batches in units if table in batches]
                    if not created:
                        databases.create(database, name, schema, batches[0] if batches else None)
                    databases.append(database, name, batches)
            created = True
            count = len(units)
            units.clear()
            self._relay.release(count)


def _entry(folder: Path, path: Path, rows: int) -> dict[str, object]:
    """What the manifest says of one file."""
    with faults_told(folder):
        size = path.stat().st_size
        return {
            "path": path.relative_to(folder).as_posix(),
            "rows": rows,
            "bytes": size,
            "sha256": sha256(path),
        }


def _manifest(work: Work, layout: Layout, state: _State) -> dict[str, object]:
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
        state.files[layout.folder / name] = _entry(layout.folder, layout.folder / name, 0)
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

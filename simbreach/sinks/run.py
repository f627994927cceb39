"""One run over the units of a dataset: parts written where they are made, DuckDB fed beside that."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from simbreach.core.arrow import Batches
from simbreach.core.digests import Hasher
from simbreach.core.forks import Forks, can_fork
from simbreach.core.threads import LOOK_UP_S, Threads
from simbreach.sinks.folder import Layout, clear_stale, file_entry
from simbreach.sinks.parquet import PartNote, compact, write_part
from simbreach.sinks.relay import Relay
from simbreach.sinks.work import Work

if TYPE_CHECKING:
    from simbreach.sinks.duckdb import Databases

# Of each table of a unit: what its part says of itself, and what the manifest says of the file, if written.
Parts = dict[str, tuple[PartNote, dict[str, object] | None]]


@dataclass
class State:
    """What is known so far of each table's parts and of each file."""

    notes: dict[str, dict[int, PartNote]]
    files: dict[Path, dict[str, object]] = field(default_factory=dict)
    missing: dict[int, Sequence[str] | None] = field(default_factory=dict)  # by unit; None: all its parts


@dataclass
class Run:
    """One pass over `units`: writes the parts that are missing and the DuckDB files that are `absent`."""

    work: Work
    layout: Layout
    state: State
    units: Sequence[int]
    absent: Mapping[str, Path]
    parquet: bool
    jobs: int
    progress: Callable[[int, int], None] | None
    _hasher: Hasher = field(default_factory=Hasher)
    _done: int = 0
    _made: int = 0

    def run(self) -> int:
        """Do it; how many files were made. The first error of any process or thread is raised at the end."""
        if not self.units:
            return 0
        relay = Relay(self.units, limit=2 * self.jobs if self.absent else self.jobs)
        crew = _crew(self._make, min(self.jobs, len(self.units)))
        try:
            made = crew.map(self.units, relay.admit)
            if self.absent:
                self._load(made, relay)
            else:
                for unit, parts, _ in made:
                    self._keep(unit, parts)
                    relay.release()
        except BaseException:
            crew.stop()
            # Processes are stopped where they are: what they had begun is removed here.
            with suppress(OSError):
                clear_stale(self.layout)
            raise
        crew.stop()
        return self._made + len(self.absent)

    def _make(self, unit: int) -> tuple[Parts, Batches]:
        """Make a unit, sum it, write its parts where they are missing; give what is meant for DuckDB."""
        missing = self.state.missing.get(unit)
        parts: Parts = {}
        batches = {table: compact(batch) for table, batch in self.work.make(unit).items()}
        for table, batch in batches.items():
            start = self.work.start_row(table, unit)
            sums = tuple(self._hasher.column_sums(batch, start))
            note = PartNote(str(self.work.plan["digest"]), start, batch.num_rows, sums, tuple(batches))
            entry = None
            if self.parquet and (missing is None or table in missing):
                path = self.layout.part(table, unit)
                write_part(path, batch, note)
                entry = file_entry(self.layout.folder, path, batch.num_rows)
            parts[table] = note, entry
        return parts, {
            table: batch for table, batch in batches.items() if table.partition("/")[0] in self.absent
        }

    def _keep(self, unit: int, parts: Parts) -> None:
        """Note what was made of a unit, and tell of it."""
        for table, (note, entry) in parts.items():
            self.state.notes[table][unit] = note
            if entry:
                self.state.files[self.layout.part(table, unit)] = entry
                self._made += 1
        self._done += 1
        if self.progress:
            self.progress(self._done, len(self.units))

    def _load(self, made: Iterator[tuple[int, Parts, Batches]], relay: Relay) -> None:
        """Append the units to the DuckDB tables in their order, as many at once as there are jobs."""
        from simbreach.sinks.duckdb import Databases

        databases = Databases(dict(self.absent), threads=self.jobs)
        created = Event()
        first_error: list[BaseException] = []

        def give_up(error: BaseException) -> None:
            first_error.append(error)
            relay.stop()
            databases.interrupt()

        def load() -> None:
            try:
                while taken := relay.take():
                    if taken.place == 0:
                        self._create(databases, taken.batches)
                        created.set()
                    while not created.wait(LOOK_UP_S):
                        relay.check()
                    databases.append(taken.batches, relay.turn(taken.place))
                    del taken
                    relay.release()
            except BaseException as error:
                give_up(error)

        try:
            with ThreadPoolExecutor(self.jobs) as loaders:
                try:
                    tasks = [loaders.submit(load) for _ in range(self.jobs)]
                    for unit, parts, batches in made:
                        self._keep(unit, parts)
                        relay.put(unit, batches)
                        del batches
                    while wait_for(tasks, timeout=LOOK_UP_S).not_done:
                        pass
                except BaseException as error:
                    give_up(error)
            if first_error:
                raise first_error[0]
            databases.finish()
        except BaseException:
            databases.discard()
            raise

    def _create(self, databases: "Databases", sample: Batches) -> None:
        for table, schema in self.work.schemas.items():
            if table.partition("/")[0] in self.absent:
                databases.create(table, schema, sample.get(table))


def _crew(task: Callable[[int], tuple[Parts, Batches]], jobs: int) -> Forks | Threads:
    """Who makes units: processes where they can be forked, else threads."""
    return Forks(task, jobs) if jobs > 1 and can_fork() else Threads(task, jobs)

"""Datasets of tests kept on disk: each made once, by one process, whole or not at all, and never changed.

An entry is a folder whose name says all that it depends on; it is written under a working name, behind a lock
that the system lets go when its holder is killed, and renamed when whole. A file that was changed since, or
another version, makes no wrong dataset: the entry is made again.
"""

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from simbreach import __version__
from simbreach.core.errors import DatasetError
from simbreach.core.files import faults_told, working
from simbreach.core.versions import DATA_VERSION
from simbreach.profile.load import bundled, profile_digest

_ENTRY = "entry.json"
_FILES = "files"
_OURS = re.compile(r".+-[0-9a-f]{16}(\.inprogress|\.lock)?")
PATIENTS = "patients.parquet"


@dataclass(frozen=True)
class Wanted:
    """What a test asks for: a shipped profile's name or a path; seed and rows, the profile's unless said."""

    profile: str
    seed: int | None = None
    rows: int | None = None

    def __str__(self) -> str:
        seed = "the profile's seed" if self.seed is None else f"seed {self.seed}"
        rows = "" if self.rows is None else f", {self.rows:,} rows"
        return f"profile {self.profile}, {seed}{rows}"


@dataclass(frozen=True)
class Entry:
    """An entry of the cache: its files, by their path in a dataset, are read and never written."""

    folder: Path
    files: tuple[str, ...]

    @property
    def home(self) -> Path:
        """The folder that the files lie in."""
        return self.folder / _FILES

    def link(self, target: Path) -> None:
        """Give the files to the folder `target`: by hard links, or as copies where there are none."""
        for name in self.files:
            source, place = self.home / name, target / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.unlink(missing_ok=True)
            try:
                os.link(source, place)
            except OSError:
                shutil.copy2(source, place)


@dataclass(frozen=True)
class Cache:
    """The cache in the folder `root`. WorkError where it can neither give what is asked nor be written."""

    root: Path

    def dataset(self, wanted: Wanted) -> Entry:
        """The tables and the truth in Parquet, and `patients.parquet`."""
        return self._obtain(wanted, {}, lambda folder: _make_dataset(wanted, folder))

    def databases(self, wanted: Wanted) -> Entry:
        """The DuckDB files of the same, and the manifest that lists them as well."""
        return self._obtain(wanted, {"duckdb": True}, lambda folder: self._make_databases(wanted, folder))

    def leak(self, wanted: Wanted, shape: str, options: Mapping[str, Any]) -> Entry:
        """The same leaked in a shape: its files and the truth about them."""
        what = {"shape": shape, "options": dict(options)}
        return self._obtain(wanted, what, lambda folder: self._make_leak(wanted, shape, options, folder))

    def entries(self) -> list[tuple[Path, int, Mapping[str, Any]]]:
        """The folders of all whole entries, each with its bytes and what it was made from."""
        return [
            (path.parent, sum(size for size, _ in said["files"].values()), said["key"])
            for path in sorted(self.root.glob(f"*/{_ENTRY}"))
            if _OURS.fullmatch(path.parent.name) and (said := _read(path))
        ]

    def clear(self) -> int:
        """Remove all entries, and what broken-off ones left; nothing else. How many entries there were."""
        entries = self.entries()
        with faults_told(self.root):
            for path in list(self.root.glob("*")):
                if path.name.endswith(".lock") or not _OURS.fullmatch(path.name):
                    continue
                with _locked(self.root / f"{path.name.removesuffix('.inprogress')}.lock"):
                    shutil.rmtree(path, ignore_errors=True)
        return len(entries)

    def _obtain(self, wanted: Wanted, part: Mapping[str, Any], make: Callable[[Path], None]) -> Entry:
        key = _key(wanted, part)
        digest = blake2b(json.dumps(key, sort_keys=True).encode(), digest_size=8).hexdigest()
        folder = self.root / f"{Path(wanted.profile).stem}-{digest}"
        if entry := _whole(folder, key):
            return entry
        with faults_told(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
        with faults_told(self.root), _locked(folder.with_name(folder.name + ".lock")):
            if entry := _whole(folder, key):
                return entry
            under_way = working(folder)
            for path in (folder, under_way):
                if path.exists():
                    shutil.rmtree(path)
            (under_way / _FILES).mkdir(parents=True)
            try:
                make(under_way / _FILES)
                _seal(under_way, key)
                under_way.replace(folder)
            except BaseException:
                shutil.rmtree(under_way, ignore_errors=True)
                raise
        entry = _whole(folder, key)
        if entry is None:
            raise DatasetError(f"{folder}: changed while it was made: does another program write there?")
        return entry

    def _make_databases(self, wanted: Wanted, folder: Path) -> None:
        from simbreach.api import generate, load_profile
        from simbreach.sinks.folder import DATABASES, MANIFEST

        whole = folder.with_name("whole")
        self.dataset(wanted).link(whole)
        (whole / PATIENTS).unlink()
        generate(load_profile(wanted.profile), whole, rows=wanted.rows, seed=wanted.seed, sink="both", jobs=1)
        _keep(whole, folder, [*DATABASES.values(), MANIFEST])

    def _make_leak(self, wanted: Wanted, shape: str, options: Mapping[str, Any], folder: Path) -> None:
        from simbreach.api import leak

        whole = folder.with_name("whole")
        base = self.dataset(wanted)
        base.link(whole)
        leak(whole, shape, jobs=1, **options)
        _keep(whole, folder, sorted(set(_walk(whole)) - set(base.files)))


def _make_dataset(wanted: Wanted, folder: Path) -> None:
    """One pass for the rows, one for the people; a part of the population's tables serves both."""
    import numpy as np
    import pyarrow.parquet as pq

    from simbreach.engine.plan import compile_plan
    from simbreach.engine.work import DatasetWork
    from simbreach.profile.load import load_profile
    from simbreach.sinks.dataset import write_dataset
    from simbreach.testing.records import patients_table

    plan = compile_plan(load_profile(wanted.profile), rows=wanted.rows, seed=wanted.seed)
    write_dataset(DatasetWork(plan), folder, sink="parquet", jobs=1)
    frame = plan.main.frame(0, plan.main.rows)
    people = frame.at(np.flatnonzero(frame["first_row"] < 0))
    pq.write_table(patients_table(people), folder / PATIENTS, compression="zstd", compression_level=1)


def _keep(whole: Path, folder: Path, names: list[str]) -> None:
    """Move some files of a dataset to `folder`, and remove the rest of it."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (whole / name).replace(folder / name)
    shutil.rmtree(whole)


def _key(wanted: Wanted, part: Mapping[str, Any]) -> dict[str, Any]:
    """All that an entry depends on, fit for JSON."""
    key = {
        "simbreach": __version__,
        "data_version": DATA_VERSION,
        "libraries": _libraries(),
        "profile": wanted.profile,
        "profile_digest": _digest(wanted.profile),
        "seed": wanted.seed,
        "rows": wanted.rows,
        **part,
    }
    found: dict[str, Any] = json.loads(json.dumps(key, default=str))
    return found


def _digest(profile: str) -> str:
    """Of a shipped profile read once; a file may change while tests run."""
    return _shipped_digest(profile) if profile in bundled() else profile_digest(profile)


_shipped_digest = cache(profile_digest)


@cache
def _libraries() -> dict[str, str]:
    """What can change a dataset of a profile that borrows words, and the bytes of files."""
    found = {}
    for name in ("faker", "mimesis", "pyarrow", "duckdb"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found


def _walk(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _seal(folder: Path, key: Mapping[str, Any]) -> None:
    """Take the right to write from all files, and note which there are."""
    files = {}
    for name in _walk(folder / _FILES):
        path = folder / _FILES / name
        path.chmod(0o444)
        files[name] = _stamp(path)
    (folder / _ENTRY).write_text(json.dumps({"key": key, "files": files}), "utf-8")


def _stamp(path: Path) -> list[int]:
    """Bytes and time of a file: a copy of the cache keeps whole seconds."""
    found = path.stat()
    return [found.st_size, int(found.st_mtime)]


def _read(path: Path) -> dict[str, Any] | None:
    try:
        said = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return said if isinstance(said, dict) and said.keys() >= {"key", "files"} else None


def _whole(folder: Path, key: Mapping[str, Any]) -> Entry | None:
    """The entry, where all of it is there as it was made, for this very key."""
    said = _read(folder / _ENTRY)
    if said is None or said["key"] != key:
        return None
    try:
        if any(_stamp(folder / _FILES / name) != stamp for name, stamp in said["files"].items()):
            return None
    except OSError:
        return None
    return Entry(folder, tuple(said["files"]))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Alone among processes and threads for as long as the block takes; a killed process lets go."""
    with path.open("ab") as file:
        if sys.platform == "win32":
            import msvcrt

            while True:
                try:
                    msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
                    break
                except OSError:  # it gives up after ten tries, one a second
                    continue
            try:
                yield
            finally:
                file.seek(0)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
            yield

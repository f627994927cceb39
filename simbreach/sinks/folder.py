"""The folder of a dataset: where its files lie, whose it is, and what a run that was broken off left."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from simbreach.core.errors import DatasetError
from simbreach.core.files import faults_told, sha256, working, write_text

PLAN = "plan.json"
README = "LISEZMOI.txt"
MANIFEST = "manifest.json"
# One DuckDB file for each kind of table: the truth never lies in the same file as the data.
DATABASES = {"tables": "dataset.duckdb", "truth": "truth/truth.duckdb"}
# Rows of a DuckDB row group, the most that a Parquet row group holds and one thread takes at a time.
GROUP_ROWS = 122_880

_SHOWN = 4


@dataclass(frozen=True)
class Layout:
    """Where the files of `units` units of `tables` lie under `folder`."""

    folder: Path
    tables: tuple[str, ...]
    units: int

    def part(self, table: str, unit: int) -> Path:
        """The Parquet part of a unit, `tables/patients/part-00003.parquet`."""
        return self.folder / table / f"part-{unit:05d}.parquet"

    def databases(self) -> dict[str, Path]:
        """The DuckDB file of each kind of table that there is."""
        kinds = {table.partition("/")[0] for table in self.tables}
        return {kind: self.folder / place for kind, place in DATABASES.items() if kind in kinds}

    def files(self) -> Iterator[Path]:
        """Every file that a run may write, present or not, the plan last."""
        for table in self.tables:
            for unit in range(self.units):
                yield self.part(table, unit)
        yield from self.databases().values()
        yield from (self.folder / name for name in (README, MANIFEST, PLAN))

    def to_plan(self, plan: Mapping[str, object]) -> str:
        """The text of `plan.json`: the plan, and the layout that tells later which files are ours."""
        layout = {"tables": list(self.tables), "units": self.units}
        return json.dumps({**plan, "layout": layout}, ensure_ascii=False, indent=1) + "\n"


def read_json(path: Path) -> dict[str, object]:
    """A JSON object from a file; DatasetError where it is none."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise DatasetError(f"{path}: not the JSON that simbreach writes ({error})") from error
    if not isinstance(found, dict):
        raise DatasetError(f"{path}: not the JSON object that simbreach writes")
    return found


def file_entries(manifest: Mapping[str, object]) -> list[dict[str, object]]:
    """The files that a manifest lists: `path`, `rows`, `bytes`, `sha256`."""
    found = manifest.get("files")
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def file_entry(folder: Path, path: Path, rows: int) -> dict[str, object]:
    """What the manifest says of one file."""
    with faults_told(folder):
        size = path.stat().st_size
        return {
            "path": path.relative_to(folder).as_posix(),
            "rows": rows,
            "bytes": size,
            "sha256": sha256(path),
        }


def claim(layout: Layout, plan: Mapping[str, object], *, overwrite: bool) -> None:
    """Make `folder` the one of `plan`: begun, or begun earlier by the same plan.

    DatasetError where it is a file, holds anything else, or is another plan's (it says what differs);
    with `overwrite` the files of the plan that lies there are removed first, and nothing else.
    """
    folder = layout.folder
    if folder.exists() and not folder.is_dir():
        raise DatasetError(f"{folder}: is a file; a dataset is a folder: choose another name")
    present = folder / PLAN
    if not present.is_file():
        strangers = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
        strangers = [name for name in strangers if name != working(present).name]
        if strangers:
            raise DatasetError(
                f"{folder}: holds other things ({strangers[0]!r}) and no {PLAN}: choose another folder"
            )
    elif overwrite:
        _remove_dataset(folder)
    else:
        there = read_json(present)
        if there.get("digest") != plan["digest"]:
            here = json.loads(layout.to_plan(plan))
            raise DatasetError(
                f"{folder}: holds the dataset of another plan ({differences(there, here)}): "
                "choose another folder, or --overwrite"
            )
    folder.mkdir(parents=True, exist_ok=True)
    if not present.is_file():
        write_text(present, layout.to_plan(plan))


def differences(there: Mapping[str, object], here: Mapping[str, object]) -> str:
    """What differs between two plans, the first few in words: `seed: 4 there, 5 here`."""
    old, new = dict(_leaves(there)), dict(_leaves(here))
    paths = [path for path in {**new, **old} if old.get(path) != new.get(path) and path != "digest"]
    words = [f"{path}: {old.get(path, 'nothing')} there, {new.get(path, 'nothing')} here" for path in paths]
    if len(words) > _SHOWN:
        words[_SHOWN:] = [f"and {len(words) - _SHOWN} more"]
    return "; ".join(words) or "their digests differ"


def _leaves(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    children: Sequence[tuple[object, object]]
    if isinstance(value, Mapping):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    else:
        yield path, json.dumps(value, ensure_ascii=False)
        return
    for name, child in children:
        yield from _leaves(child, f"{path}.{name}" if path else str(name))


def clear_stale(layout: Layout) -> None:
    """Remove the working files that a broken-off run left."""
    for path in layout.files():
        clear_working(path)


def clear_working(path: Path) -> None:
    """Remove what a run that was broken off left of the file `path`, DuckDB's log and blocks included."""
    under_way = working(path)
    under_way.unlink(missing_ok=True)
    if path.suffix == ".duckdb":
        for log in (path, under_way):
            log.with_name(log.name + ".wal").unlink(missing_ok=True)
        spilled = spill_folder(path)
        if spilled.is_dir():
            shutil.rmtree(spilled)


def spill_folder(path: Path) -> Path:
    """Where DuckDB puts what does not fit into memory while it makes `path`."""
    return path.with_name(working(path).name + ".tmp")


def _remove_dataset(folder: Path) -> None:
    """Remove what the plan and the manifest of `folder` list, then the folders that this leaves empty."""
    home = folder.resolve()
    listed = [path for path in _listed(folder) if path.resolve().is_relative_to(home)]
    for path in listed:
        path.unlink(missing_ok=True)
        clear_working(path)
    for parent in sorted({path.parent for path in listed} - {folder}, key=lambda path: -len(path.parts)):
        with suppress(OSError):  # it holds something that is not ours, or is gone
            parent.rmdir()
    for kind in DATABASES:
        with suppress(OSError):
            (folder / kind).rmdir()


def _listed(folder: Path) -> Iterator[Path]:
    """The files that the plan and the manifest list: the manifest first, the plan last."""
    yield folder / MANIFEST
    if (folder / MANIFEST).is_file():
        for entry in file_entries(read_json(folder / MANIFEST)):
            if entry["path"] != PLAN:
                yield folder / str(entry["path"])
    found = read_json(folder / PLAN).get("layout")
    if isinstance(found, dict):
        yield from Layout(folder, tuple(found["tables"]), int(found["units"])).files()
    else:
        raise DatasetError(
            f"{folder / PLAN}: does not say which files are its own; remove the folder by hand"
        )

"""A dataset leaked in a shape: files in `leak/shapes/<name>/`, the truth about them in `truth/`, and no more.

`truth/leak_spans/<shape>/` says where in the files each value stands, `truth/leak_<shape>.json` which files
there are, by which options. All is made in folders of working names and put in place when whole.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from pydantic import ValidationError

from simbreach import __version__
from simbreach.core.errors import DatasetError, InputError, did_you_mean
from simbreach.core.files import faults_told, working, write_text
from simbreach.shapes.contract import Out, Shape, ShapeOptions, find_shape
from simbreach.truth import leak_place
from simbreach.truth.leak_parts import runner, together
from simbreach.truth.leak_spans import SpanFiles
from simbreach.truth.leak_tables import cut, dataset_tables, split
from simbreach.truth.manifest import read_json, read_manifest

SplitBy = Literal["source"]


@dataclass(frozen=True)
class LeakSummary:
    """What was written: the folder, its files with their sizes, how many spans there are of them."""

    folder: Path
    shape: str
    files: tuple[str, ...]
    bytes: int
    spans: int
    counts: Mapping[str, int]
    seconds: float


def read_options(shape: str, options: Mapping[str, object]) -> ShapeOptions:
    """The options of a shape, checked; InputError says which is unknown or what its value may be."""
    model = find_shape(shape).Options
    try:
        return model.model_validate(dict(options))
    except ValidationError as problem:
        first = problem.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        if first["type"] == "extra_forbidden":
            known = list(model.model_fields)
            raise InputError(
                f"{shape}: no option {name!r}{did_you_mean(name, known)} (known: {', '.join(known)})"
            ) from None
        said = first["msg"].removeprefix("Value error, ")
        where = f"option {name}: " if name else ""
        raise InputError(f"{shape}: {where}{said[0].lower()}{said[1:]}") from None


def _of_the_profile(dataset: Path) -> tuple[str, dict[str, object]]:
    """The shape that the dataset's profile is leaked as, and its options."""
    said = read_json(dataset / "plan.json")["resolved_profile"].get("leak", {})
    return said.get("shape", "csv"), said.get("options", {})


def write_leak(
    dataset: Path,
    shape: str | None,
    options: Mapping[str, object],
    *,
    rows: tuple[int, int] | None = None,
    split_by: SplitBy | None = None,
    out: Path | None = None,
    jobs: int = 1,
) -> LeakSummary:
    """Write the dataset as a leak of `shape` to the folder `out`, in place of what that wrote before.

    The shape, and those of its options that are not given, are the profile's unless given. `rows` of the
    main table alone, or a folder of files for each source. InputError for options or rows that there are not,
    DatasetError for a folder that holds other things, WorkError where the work fails.
    """
    began = time.monotonic()
    read_manifest(dataset)
    own_shape, own_options = _of_the_profile(dataset)
    shape = shape or own_shape
    given = {**own_options, **options} if shape == own_shape else options
    module, read = find_shape(shape), read_options(shape, given)
    tables = dataset_tables(dataset)
    if rows is not None:
        tables = (cut(tables[0], rows),)
    folder = dataset / "leak" / "shapes" / shape if out is None else out
    place = _Place(dataset, shape, folder if folder.name not in ("", "..") else folder.resolve())
    place.claim()
    try:
        with faults_told(place.folder, pa.ArrowException), SpanFiles(working(place.spans)) as spans:
            leak = Out(working(place.folder), spans.mark, run=runner(jobs), together=together(spans, jobs))
            working(place.folder).mkdir(parents=True)
            if split_by is None:
                module.write(tables, leak, read)
            else:
                _write_split(module, tables, leak, read)
    except BaseException:
        place.clear()
        raise
    with faults_told(place.folder):
        entries = [leak_place.entry(working(place.folder), *file) for file in sorted(leak.files.items())]
        document = {
            "simbreach": __version__,
            "plan_digest": read_json(dataset / "plan.json")["digest"],
            "shape": shape,
            "folder": place.said,
            "options": read.model_dump(mode="json"),
            "rows": None if rows is None else list(rows),
            "split_by": split_by,
            "counts": dict(sorted(leak.counts.items())),
            "spans": spans.rows,
            "files": entries,
            "elsewhere": place.elsewhere(),
        }
        place.put(document)
    size = sum(int(entry["bytes"]) for entry in entries)
    names = tuple(str(entry["path"]) for entry in entries)
    seconds = time.monotonic() - began
    return LeakSummary(place.folder, shape, names, size, spans.rows, dict(leak.counts), seconds)


def _write_split(module: Shape, tables: Any, leak: Out, options: ShapeOptions) -> None:
    """Each source's rows as a leak of their own, in a folder of its name."""
    sources: dict[str, list[Any]] = {}
    for table in tables:
        for source, alone in split(table):
            sources.setdefault(source, []).append(alone)
    for source, found in sources.items():
        module.write(found, leak.under(f"{source}/"), options)


# --- where things are put ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Place:
    """The folder of a leak, its spans and its manifest."""

    dataset: Path
    shape: str
    folder: Path

    @property
    def manifest(self) -> Path:
        """What says which files there are."""
        return self.dataset / "truth" / f"leak_{self.shape}.json"

    @property
    def spans(self) -> Path:
        """The folder of the spans."""
        return self.dataset / "truth" / "leak_spans" / self.shape

    @property
    def said(self) -> str:
        """The folder as the manifest says it: from the dataset where it lies there."""
        return leak_place.said(self.dataset, self.folder)

    def claim(self) -> None:
        """See that nothing lies in the folder but what the last leak wrote; clear what a broken one left."""
        writer = f"`simbreach leak` of the shape {self.shape}"
        leak_place.see_ours(self.folder, self._listed(), what="leak", another="name", writer=writer)
        with faults_told(self.folder):
            self.clear()

    def clear(self) -> None:
        """Remove the folders of working names."""
        leak_place.clear((self.folder, self.spans))

    def put(self, document: Mapping[str, object]) -> None:
        """Put the new files where the old ones were, the manifest last."""
        for name in self._listed():
            (self.folder / name).unlink(missing_ok=True)
        self.manifest.unlink(missing_ok=True)
        if self.folder.is_dir():
            # What somebody else put there in the meantime stops this, and stays.
            for empty in sorted(filter(Path.is_dir, self.folder.rglob("*")), reverse=True):
                empty.rmdir()
            self.folder.rmdir()
        leak_place.put((self.folder, self.spans))
        write_text(self.manifest, json.dumps(document, ensure_ascii=False, indent=1) + "\n")

    def elsewhere(self) -> dict[str, list[str]]:
        """The files that leaks of this shape wrote to other folders: still known as ours there."""
        return {folder: names for folder, names in self._known().items() if folder != self.said}

    def _listed(self) -> list[str]:
        """The files that the last leak to this folder wrote."""
        return self._known().get(self.said, [])

    def _known(self) -> dict[str, list[str]]:
        """The files that leaks of this shape wrote, by folder."""
        if not self.manifest.is_file():
            return {}
        there = read_json(self.manifest)
        try:
            return {**there["elsewhere"], there["folder"]: [str(entry["path"]) for entry in there["files"]]}
        except (KeyError, TypeError):
            raise DatasetError(f"{self.manifest}: not the manifest that `simbreach leak` writes") from None

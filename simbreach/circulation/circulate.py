"""The copies of a dataset's profile written as leaks, with the truth about each.

`truth/copies/` says who holds which files since when, made from which copy by which edits; `truth/copy_rows/
<copy>/` which row stands at which place and which of its cells are spelled otherwise; `truth/leak_spans/
<copy>/` where each value stands. All is made in folders of working names and put in place when whole.
"""

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from simbreach.circulation.copies import CopyTable, Padding, Whole
from simbreach.circulation.edits import Cut, Editor
from simbreach.circulation.fingerprint import Marks, mark_columns
from simbreach.core.arrays import I64, Bits
from simbreach.core.arrow import STRING, from_numpy, integers, pack_bits
from simbreach.core.errors import DatasetError, InputError, ProfileError
from simbreach.core.files import faults_told, working, write_text
from simbreach.profile.circulation import Copy
from simbreach.shapes.contract import Out, ShapeOptions, find_shape
from simbreach.truth import leak_place
from simbreach.truth.leak import read_options
from simbreach.truth.leak_parts import runner, together
from simbreach.truth.leak_spans import SpanFiles
from simbreach.truth.leak_tables import DatasetTable, dataset_tables, read_part, truth_parts
from simbreach.truth.manifest import read_json

COPIES: Final = pa.schema(
    [
        ("copy", STRING), ("holder", STRING), ("place", STRING), ("date", STRING), ("parent", STRING),
        ("shape", STRING), ("options", STRING), ("edits", STRING), ("rows", pa.int64()),
        ("columns", pa.list_(STRING)), ("shown", pa.list_(STRING)), ("marked_columns", pa.list_(STRING)),
        ("folder", STRING),
        ("files", pa.list_(pa.struct([("path", STRING), ("bytes", pa.int64()), ("sha256", STRING)]))),
    ]
)  # fmt: skip

# Which files are copies: written before they are put in place, so that whoever goes on knows them.
_LEDGER: Final = "leak_copies.json"


@dataclass(frozen=True)
class CopySummary:
    """One copy that was written: its folder, files, rows, size and the time it took."""

    copy: str
    folder: Path
    files: tuple[str, ...]
    rows: int
    bytes: int
    seconds: float


def circulate(dataset: Path, *, out: Path | None = None, jobs: int = 1) -> list[CopySummary]:
    """Write all copies of the dataset's profile to folders of their names in `out`.

    InputError where the profile has none, ProfileError for options that a shape has not, DatasetError for a
    folder that holds anything else, WorkError where the work fails.
    """
    table = dataset_tables(dataset)[0]
    copies = _parents_first(known_copies(dataset))
    if not copies:
        raise InputError(
            f"{dataset}: its profile has no copies: say where it circulates, in [[circulation.copies]]"
        )
    options = {copy.name: _options(copy) for copy in copies}
    place = dataset / "leak" / "copies" if out is None else out
    for copy in copies:
        _claim(dataset, place / copy.name)
    work = _Work(dataset, table, place, jobs)
    done, lines = [], []
    with faults_told(place, pa.ArrowException):
        for copy, cut in zip(copies, work.cuts(copies), strict=True):
            summary, line = work.write(copy, cut, options[copy.name])
            done.append(summary)
            lines.append(line)
        folder = dataset / "truth" / "copies"
        folder.mkdir(parents=True, exist_ok=True)
        under_way = working(folder / "part-00000.parquet")
        pq.write_table(pa.Table.from_pylist(lines, COPIES), under_way)
        under_way.replace(folder / "part-00000.parquet")
    return done


def known_copies(dataset: Path) -> tuple[Copy, ...]:
    """The copies that the dataset's profile has."""
    profile = read_json(dataset / "plan.json")["resolved_profile"]
    return tuple(Copy.model_validate(copy) for copy in profile.get("circulation", {}).get("copies", ()))


def seed_of(dataset: Path) -> int:
    """The seed that the coins of the dataset's copies are drawn from."""
    return int(read_json(dataset / "plan.json")["seed"])


def canary_rows(dataset: Path, table: str) -> I64:
    """The rows of the canaries of a table, ascending."""
    parts = truth_parts(dataset, "canaries", ["table", "row"])
    found = [line["row"] for part in parts for line in part.to_pylist() if line["table"] == table]
    return np.array(sorted(found), dtype=np.int64)


def _parents_first(copies: Sequence[Copy]) -> list[Copy]:
    ordered: list[Copy] = []
    waiting = list(copies)
    while waiting:
        there = {copy.name for copy in ordered}
        ready = [copy for copy in waiting if copy.parent is None or copy.parent in there]
        ordered += ready
        waiting = [copy for copy in waiting if copy not in ready]
    return ordered


def _options(copy: Copy) -> ShapeOptions:
    path = f"circulation.copies.{copy.name}"
    if any(edit.kind == "damage" for edit in copy.edits) and copy.shape != "archive":
        raise ProfileError(f"{path}.edits: only an archive can be damaged, not {copy.shape}")
    try:
        return read_options(copy.shape, copy.options)
    except InputError as problem:
        raise ProfileError(f"{path}: {problem}") from None


def _ledger(dataset: Path) -> dict[str, list[str]]:
    """The files of all copies that were ever written, by folder: within the dataset where it lies there."""
    path = dataset / "truth" / _LEDGER
    return dict(read_json(path)) if path.is_file() else {}


def _claim(dataset: Path, folder: Path) -> None:
    """See that nothing lies in the folder but what a copy of this dataset left there."""
    ours = _ledger(dataset).get(leak_place.said(dataset, folder), [])
    writer = "`simbreach circulate` of this dataset"
    leak_place.see_ours(folder, ours, what="copy", another="place", writer=writer)


@dataclass(frozen=True)
class _Work:
    """Writes the copies of one dataset."""

    dataset: Path
    table: DatasetTable
    place: Path
    jobs: int

    def cuts(self, copies: Sequence[Copy]) -> list[Cut]:
        """What each copy holds; parents come before their children."""
        seed = seed_of(self.dataset)
        editor = Editor(self.table, seed)
        canaries = canary_rows(self.dataset, self.table.name)
        found: dict[str | None, Cut] = {None: editor.whole()}
        for copy in copies:
            before = found[copy.parent]
            out = Marks(seed, copy.name, self.table.name).left_out(before.rows, canaries)
            kept = before.rows[~out]
            # A copy that would be left without rows keeps its parent's.
            found[copy.name] = editor.apply(
                copy.name, replace(before, rows=kept if len(kept) else before.rows, pieces=1), copy.edits
            )
        return [found[copy.name] for copy in copies]

    def write(self, copy: Copy, cut: Cut, options: ShapeOptions) -> tuple[CopySummary, dict[str, Any]]:
        """Write one copy and its truth; the summary, and the line of `truth/copies`."""
        began = time.monotonic()
        folder, marks = self.place / copy.name, Marks(seed_of(self.dataset), copy.name, self.table.name)
        spans_folder = self.dataset / "truth" / "leak_spans" / copy.name
        rows_folder = self.dataset / "truth" / "copy_rows" / copy.name
        places = (folder, spans_folder, rows_folder)
        leak_place.clear(places)
        for place in places:
            working(place).mkdir(parents=True)
        try:
            pieces = np.array_split(cut.rows, cut.pieces)
            tables = [self._copy_table(replace(cut, rows=rows), marks) for rows in pieces if len(rows)]
            with SpanFiles(working(spans_folder)) as spans:
                leak = Out(
                    working(folder), spans.mark, run=runner(self.jobs), together=together(spans, self.jobs)
                )
                for number, table in enumerate(tables):
                    under = leak.under(f"partie-{number + 1}/") if cut.pieces > 1 else leak
                    find_shape(copy.shape).write([table], under, options)
            self._damage(copy, working(folder), sorted(leak.files))
            self._write_rows(working(rows_folder), tables, marks)
            files = [leak_place.entry(working(folder), name) for name in sorted(leak.files)]
            names = [str(entry["path"]) for entry in files]
            ledger = _ledger(self.dataset) | {leak_place.said(self.dataset, folder): names}
            write_text(
                self.dataset / "truth" / _LEDGER, json.dumps(ledger, ensure_ascii=False, indent=1) + "\n"
            )
            leak_place.put(places)
        finally:
            with suppress(OSError):
                leak_place.clear(places)
        marked = [self.table.columns[place].name for place, _ in mark_columns(self.table.columns)]
        edits = [edit.model_dump(mode="json", exclude_defaults=True) for edit in copy.edits]
        line = {
            "copy": copy.name,
            "holder": copy.holder,
            "place": copy.place,
            "date": copy.day.isoformat(),
            "parent": copy.parent,
            "shape": copy.shape,
            "options": json.dumps(options.model_dump(mode="json"), ensure_ascii=False),
            "edits": json.dumps(edits, ensure_ascii=False),
            "rows": len(cut.rows),
            "columns": list(cut.columns),
            "shown": [*cut.shown, *(name for name, _ in cut.added)],
            "marked_columns": [name for name in marked if name in cut.columns],
            "folder": leak_place.said(self.dataset, folder),
            "files": files,
        }
        size = sum(int(entry["bytes"]) for entry in files)
        return CopySummary(
            copy.name, folder, tuple(names), len(cut.rows), size, time.monotonic() - began
        ), line

    @cached_property
    def _whole(self) -> Whole:
        """The table whole: read once for all copies that need it."""
        return Whole(self.table, None)

    def _copy_table(self, cut: Cut, marks: Marks) -> CopyTable:
        above = int(cut.rows.max()) + 1 - self.table.rows
        whole = Whole(self.table, Padding(self.table, above)) if above > 0 else self._whole
        table = CopyTable(self.table, cut, marks, whole)
        if not table.in_order:
            # Read before processes are forked, which then share it.
            _ = table.whole.table, table.whole.sources, table.whole.spans
        return table

    def _damage(self, copy: Copy, folder: Path, names: Sequence[str]) -> None:
        """Cut the end off a damaged archive's last file."""
        for edit in copy.edits:
            if edit.kind == "damage" and edit.share is not None:
                path = folder / names[-1]
                with path.open("r+b") as file:
                    file.truncate(int(path.stat().st_size * edit.share))

    def _write_rows(self, folder: Path, tables: Sequence[CopyTable], marks: Marks) -> None:
        """Which row stands at which place, and the columns whose coin fell for another spelling."""
        for number, table in enumerate(tables):
            rows = table.cut.rows
            coins = np.zeros(len(rows), dtype=np.uint64)
            marked = [self.table.columns[place].name for place, _ in mark_columns(self.table.columns)]
            for bit, name in enumerate([name for name in marked if name in table.cut.columns]):
                coins |= marks.marked(name, rows).astype(np.uint64) << np.uint64(bit)
            own = rows < self.table.rows
            numbers = pa.Array.from_buffers(pa.int64(), len(rows), [pack_bits(own), pa.py_buffer(rows)])
            batch = pa.table(
                {
                    "piece": from_numpy(np.full(len(rows), number + 1, dtype=np.int32)),
                    "place": from_numpy(np.arange(len(rows))),
                    "row": numbers,
                    "marks": from_numpy(coins),
                }
            )
            encoding = {"place": "DELTA_BINARY_PACKED", "row": "DELTA_BINARY_PACKED"}
            pq.write_table(
                batch,
                folder / f"part-{number:05d}.parquet",
                use_dictionary=["piece"],
                column_encoding=encoding,
            )


def rows_held(dataset: Path, copy: str, rows: int) -> Bits:
    """`bool[rows]`: which rows of the dataset's main table a copy holds."""
    folder = dataset / "truth" / "copy_rows" / copy
    try:
        parts = [read_part(part, ["row"]) for part in sorted(folder.glob("part-*.parquet"))]
        column = pa.concat_tables(parts)["row"].drop_null().combine_chunks()
    except (pa.ArrowException, KeyError, DatasetError):
        raise DatasetError(f"{folder}: cannot be read; `simbreach circulate` makes it again") from None
    held = np.zeros(rows, dtype=np.bool_)
    if len(column):
        held[integers(column)] = True
    return held

"""What every shape is given and gives back: tables as written, files of the leak, and the truth about them.

A shape is a module `simbreach/shapes/<name>.py`, found by its name (`core/registry.py`), with

- `NAME_FR`: one line of French, for lists and guides;
- `Options`: a pydantic model, frozen, extra="forbid", of which every key has a description;
- `write(tables, out, options)`: writes the files; `tables[0]` is the main table.

The same tables and options give the same bytes: no clock, no random ids, no set order.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO, ClassVar, Protocol, Self, TypeAlias, cast, get_origin

import numpy as np
from pydantic import BaseModel, ConfigDict, model_validator

from simbreach.core.arrays import I64, Ints
from simbreach.core.arrow import Array, RecordBatch
from simbreach.core.errors import InputError, did_you_mean
from simbreach.core.files import whole
from simbreach.core.registry import find, names

SHAPES = "simbreach.shapes"
Buffer: TypeAlias = "bytes | bytearray | memoryview | Array"
Runner: TypeAlias = "Callable[[Callable[[int], Part], int], Iterator[Part]]"
# Spans of the unit `cell` are packed as row * CELL_COLUMNS + column, both from 0: a sheet's widest row.
CELL_COLUMNS = 16_384


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a leaked table: its name there, the field that fills it, what it means."""

    name: str
    field: str
    label: str
    sensitivity: str


@dataclass(frozen=True, slots=True)
class Cells:
    """Some consecutive rows of one table, as written."""

    start: int
    """The number of the first row in its table."""
    batch: RecordBatch
    """The columns: strings, plain or int32-dictionary; null is an empty cell."""
    source: Array
    """The name of each row's source, an int32-dictionary."""
    spans: RecordBatch
    """What stands inside cells of these rows: `row` int64 (of the table), `column` and `label` (strings,
    plain or dictionary), `start` and `end` int32 (code points, half-open), by row."""
    opens: bool = False
    """Whether the first row is the first of its source: the row before it is another's, or there is none."""


class Table(Protocol):
    """A table handed to a shape: can be read again and again, in parts that fit in memory."""

    @property
    def name(self) -> str:
        """The table's name in the dataset."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """Its columns, in order."""

    @property
    def rows(self) -> int:
        """How many rows there are to read."""

    @property
    def parts(self) -> int:
        """How many parts it is read in; a part holds consecutive rows, one source or several."""

    def part(self, number: int) -> Cells:
        """The rows of one part: any part, in any order, in any process."""

    def read(self) -> Iterator[Cells]:
        """All parts in order."""


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches of a file that hold something, with what they hold; all columns have one length.

    `unit` is `byte`, `char`, `cell` or `page`; `start` and `end` are half-open, in that unit (`cell`: packed
    as the shape's docstring says; `page`: number and number + 1, from 0). `label` and `column` are strings,
    plain or dictionary.
    """

    unit: str
    start: Ints
    end: Ints
    label: Array
    table: str
    row: I64
    column: Array
    member: str | None = None
    """The path inside an archive, where the file is one."""

    def __len__(self) -> int:
        return len(self.start)

    def moved(self, by: int) -> Self:
        """The same stretches `by` units further on."""
        return replace(self, start=self.start + np.int64(by), end=self.end + np.int64(by))


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a file, made alone: its bytes, and the spans in it counted from its own start."""

    data: "Buffer"
    spans: tuple[Spans, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


class LeakFile:
    """One file of a leak under way. `name` is its path under the shape's folder, with `/`.

    A library that writes files by itself is given `path`, the working name, instead of `write`.
    """

    def __init__(self, name: str, path: Path, out: "Out") -> None:
        self.name = name
        self.path = path
        self.position = 0
        self._out = out
        self._file: BinaryIO | None = None
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str | None:
        """The SHA-256 of what was written; None where a library wrote the file."""
        return self._digest.hexdigest() if self.position else None

    def write(self, data: "Buffer") -> None:
        """Add bytes: anything with the buffer protocol, such as Arrow's buffers."""
        if self._file is None:
            self._file = self.path.open("wb")
        self._file.write(data)
        self.took(data)

    def mark(self, spans: Spans) -> None:
        """Add spans of this file, in file order as far as the format allows."""
        if len(spans):
            self._out.mark(self.name, spans)

    def write_parts(self, parts: int, make: Callable[[int], Part]) -> None:
        """Add `make(0)` … `make(parts - 1)`, which may be made at the same time, in other processes."""
        if self._out.together is not None:
            self.write(b"")
            assert self._file is not None
            self._file.flush()
            counts = self._out.together(self, make, parts)
            self._file.seek(0, SEEK_END)
            self._out.counts.update(counts)
            return
        for part in self._out.run(make, parts):
            base = self.position
            self.write(part.data)
            for spans in part.spans:
                self.mark(spans.moved(base))
            for what, number in part.counts.items():
                self._out.count(what, number)

    def took(self, data: "Buffer") -> None:
        """Count bytes that were added to the file by another hand, in their order."""
        self._digest.update(data)
        self.position += memoryview(data).nbytes

    def close(self) -> None:
        """Let the file go; it is made, empty, where nothing was written."""
        if self._file is None and not self.path.exists():
            self.path.touch()
        if self._file is not None:
            self._file.close()
            self._file = None


class Out:
    """The folder of a leak under way.

    Files are written under a working name and get their own when whole. `mark(file, spans)` takes their
    spans, `run(make, parts)` gives all parts of a file in order, `together(file, make, parts)`, where there
    is one, writes them, spans and all, and returns their counts; `counts` says what happened on the way, for
    the leak's manifest.
    """

    def __init__(
        self,
        folder: Path,
        mark: Callable[[str, Spans], None],
        *,
        run: "Runner | None" = None,
        together: "Callable[[LeakFile, Callable[[int], Part], int], Mapping[str, int]] | None" = None,
        prefix: str = "",
    ) -> None:
        self._folder = folder
        self._prefix = prefix
        self.mark = mark
        self.run: Runner = run or one_by_one
        self.together = together
        self.files: dict[str, str | None] = {}
        """The files that are whole, each with its SHA-256 where that is known."""
        self.counts: Counter[str] = Counter()

    def under(self, prefix: str) -> "Out":
        """The same leak, with the names of files that are made through it opening with `prefix`."""
        other = Out(
            self._folder, self.mark, run=self.run, together=self.together, prefix=self._prefix + prefix
        )
        other.files, other.counts = self.files, self.counts
        return other

    @contextmanager
    def file(self, name: str) -> Iterator[LeakFile]:
        """A file `name` (a relative path with `/`), whole when the block ends well, absent otherwise."""
        full = self._prefix + name
        with whole(self._folder / full) as under_way:
            file = LeakFile(full, under_way, self)
            try:
                yield file
            finally:
                file.close()
        self.files[full] = file.sha256

    def count(self, what: str, number: int) -> None:
        """Add `number` to what the leak's manifest says of `what` (`replaced_characters`, …)."""
        if number:
            self.counts[what] += int(number)


def one_by_one(make: Callable[[int], Part], parts: int) -> Iterator[Part]:
    """The parts, made in turn by the caller."""
    return map(make, range(parts))


class ShapeOptions(BaseModel):
    """Base of every shape's options: unknown keys are refused, nothing changes once read."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _listed(cls, given: object) -> object:
        """A command line's text as a list where the option is one: `a,b`."""
        if not isinstance(given, dict):
            return given
        lists = {key for key, field in cls.model_fields.items() if get_origin(field.annotation) is tuple}
        return {
            key: value.split(",") if key in lists and isinstance(value, str) else value
            for key, value in given.items()
        }


class Shape(Protocol):
    """A shape, as a module."""

    NAME_FR: str
    Options: type[ShapeOptions]

    def write(self, tables: Sequence[Table], out: Out, options: ShapeOptions) -> None:
        """Write the files of the leak to `out`."""


def find_shape(name: str) -> Shape:
    """The shape `name`; InputError, with the names that there are, when there is none."""
    if name in names(SHAPES):
        found = find(SHAPES, name)
        if hasattr(found, "NAME_FR"):
            return cast(Shape, found)
    known = shape_names()
    raise InputError(f"unknown shape {name!r}{did_you_mean(name, known)} (known: {', '.join(known)})")


def shape_names() -> tuple[str, ...]:
    """The names of all shapes, in alphabetical order: other modules of the package are what shapes share."""
    return tuple(name for name in names(SHAPES) if hasattr(find(SHAPES, name), "NAME_FR"))

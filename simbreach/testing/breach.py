"""A dataset as a test holds it: a folder of its own, filled from the cache, with people, leaks and DuckDB."""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from simbreach.api import Dataset
from simbreach.testing.cache import PATIENTS, Cache, Wanted
from simbreach.testing.records import Patient, patients_of

if TYPE_CHECKING:
    import duckdb

# Shapes by name, or each with its options.
Shapes = Sequence[str] | Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Breach(Dataset):
    """A dataset that a test may do with as it likes: the cache behind it is never changed."""

    wanted: Wanted = field(kw_only=True)
    cache: Cache = field(kw_only=True, repr=False)
    shapes: Shapes = field(default=(), kw_only=True)
    """The shapes that `leak_files` has."""
    _open: "list[duckdb.DuckDBPyConnection]" = field(default_factory=list, kw_only=True, repr=False)

    @cached_property
    def _patients(self) -> tuple[Patient, ...]:
        return tuple(patients_of(pq.read_table(self.path / PATIENTS)))

    @property
    def patients(self) -> list[Patient]:
        """Everybody in the main table, once, in the order of their own rows."""
        return list(self._patients)

    @cached_property
    def leak_files(self) -> dict[str, tuple[Path, ...]]:
        """The files of each of `shapes`, by the shape's name."""
        shapes = self.shapes
        if isinstance(shapes, Mapping):
            return {shape: self.leak(shape, **options) for shape, options in shapes.items()}
        return {shape: self.leak(shape) for shape in shapes}

    def leak(self, shape: str, **options: Any) -> tuple[Path, ...]:
        """The files of the dataset leaked in a shape, in `leak/shapes/<shape>/`; made once for all tests.

        `truth/leak_spans/<shape>/` says where in them each value stands.
        """
        entry = self.cache.leak(self.wanted, shape, options)
        entry.link(self.path)
        inside = f"leak/shapes/{shape}/"
        return tuple(self.path / name for name in entry.files if name.startswith(inside))

    def duckdb(self) -> "duckdb.DuckDBPyConnection":
        """A read-only connection: the tables in `main`, the truth in `truth`; closed after the test."""
        from simbreach.truth.read import DATA_FILE

        if not (self.path / DATA_FILE).exists():
            self.cache.databases(self.wanted).link(self.path)
        connection = super().duckdb()
        self._open.append(connection)
        return connection

    def close(self) -> None:
        """Close the connections and remove the folder."""
        for connection in self._open:
            connection.close()
        with suppress(OSError):
            shutil.rmtree(self.path)


def open_breach(cache: Cache, wanted: Wanted, folder: Path, shapes: Shapes = ()) -> Breach:
    """The dataset `wanted` in the new folder `folder`."""
    cache.dataset(wanted).link(folder)
    return Breach(folder, wanted=wanted, cache=cache, shapes=shapes)

"""What a holder did to the table before passing it on: rows left out, their order, names of columns.

A copy is its parent's rows after these edits. A row is its number in the dataset's table; numbers from the
table's end on are rows of padding, which are about other people (`copies.Padding`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrays import I64
from simbreach.core.arrow import STRING, Strings, booleans, decode, from_numpy, integers, strings
from simbreach.core.errors import InputError
from simbreach.core.streams import derive_key, hash_words
from simbreach.profile.circulation import Edit
from simbreach.truth.leak_tables import DatasetTable

# How postcodes begin where they do not begin with the département's code.
_POSTCODES: Final = {"2A": ("200", "201"), "2B": ("202", "206")}


@dataclass(frozen=True)
class Cut:
    """The rows of a copy in their order, and its columns: names in the dataset, names as they are shown."""

    rows: I64
    columns: tuple[str, ...]
    shown: tuple[str, ...]
    added: tuple[tuple[str, str], ...] = ()
    """Columns of a watermark: name, and what all cells say."""
    pieces: int = 1


@dataclass(frozen=True)
class Editor:
    """Edits the main table of a dataset; what is drawn depends on `seed` and the copy's name."""

    table: DatasetTable
    seed: int

    def whole(self) -> Cut:
        """All rows and columns."""
        names = tuple(column.name for column in self.table.columns)
        rows = np.concatenate([np.arange(start, stop) for _, start, stop in self.table.stretches])
        return Cut(rows, names, names)

    def apply(self, copy: str, before: Cut, edits: Sequence[Edit]) -> Cut:
        """What `edits` leave of a cut; InputError where an edit leaves nothing."""
        cut = before
        for number, edit in enumerate(edits):
            cut = self._columns(cut, edit)
            cut = replace(cut, rows=self._rows(cut, edit, f"{copy} {number}"))
            if not len(cut.rows) or not cut.columns:
                raise InputError(f"copy {copy}: nothing is left after edit {number + 1}, {edit.kind}")
        return cut

    def _columns(self, cut: Cut, edit: Edit) -> Cut:
        if edit.kind in ("drop_columns", "keep_columns"):
            kept = edit.kind == "keep_columns"
            places = [place for place, name in enumerate(cut.columns) if (name in edit.columns) == kept]
            columns = tuple(cut.columns[place] for place in places)
            return replace(cut, columns=columns, shown=tuple(cut.shown[place] for place in places))
        if edit.kind == "rename_columns":
            pairs = zip(cut.columns, cut.shown, strict=True)
            return replace(cut, shown=tuple(edit.names.get(name, shown) for name, shown in pairs))
        if edit.kind == "watermark":
            return replace(cut, added=(*cut.added, *edit.names.items()))
        return replace(cut, pieces=edit.pieces or 1) if edit.kind == "split" else cut

    def _rows(self, cut: Cut, edit: Edit, name: str) -> I64:
        rows = cut.rows
        words = hash_words(derive_key(self.seed, "circulation", "edit", name), rows.astype(np.uint64))
        if edit.kind == "drop_rows":
            assert edit.share is not None
            number = int(len(rows) * edit.share)
            return rows[np.sort(np.argsort(words, kind="stable")[number:])]
        if edit.kind == "sample":
            return rows[np.sort(np.argsort(words, kind="stable")[: edit.rows])]
        if edit.kind == "shuffle":
            return rows[np.argsort(words, kind="stable")]
        if edit.kind == "pad":
            first = max(self.table.rows, int(rows.max()) + 1)
            padded = np.concatenate([rows, np.arange(first, first + (edit.rows or 0))])
            fresh = hash_words(derive_key(self.seed, "circulation", "pad", name), padded.astype(np.uint64))
            return padded[np.argsort(fresh, kind="stable")]
        if edit.kind == "departments":
            codes = self._texts(self._postcode(), rows)
            wanted = [start for code in edit.departments for start in _POSTCODES.get(code, (code,))]
            kept = np.zeros(len(rows), dtype=np.bool_)
            for start in wanted:
                kept |= booleans(pc.starts_with(codes, start))
            return rows[kept]
        if edit.kind == "sort":
            keys = pa.table({str(k): self._texts(column, rows) for k, column in enumerate(edit.columns)})
            order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in keys.column_names])
            return rows[integers(order.cast(pa.int64()))]
        if edit.kind == "dedupe":
            codes = np.zeros(len(rows), dtype=np.int64)
            for column in edit.columns:
                own = integers(self._texts(column, rows).dictionary_encode("encode").indices).astype(np.int64)
                codes = np.unique(codes * (own.max() + 1) + own, return_inverse=True)[1]
            return rows[np.sort(np.unique(codes, return_index=True)[1])]
        return rows

    def _postcode(self) -> str:
        found = [column.name for column in self.table.columns if column.field == "postcode"]
        if not found:
            raise InputError(f"{self.table.name} has no postcodes: the edit `departments` needs them")
        return found[0]

    def _texts(self, name: str, rows: I64) -> Strings:
        """The cells of a column in `rows`; those of padding are empty."""
        place = [column.name for column in self.table.columns].index(name)
        parts = [decode(cells.batch.column(place)).cast(STRING) for cells in self.table.read()]
        whole = pa.concat_arrays([*parts, strings([None])])
        first = self.table.stretches[0][1]
        return whole.take(from_numpy(np.minimum(rows - first, len(whole) - 1)))

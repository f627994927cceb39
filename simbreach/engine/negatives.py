"""Cells that look like an identifier and are none: what `truth/negatives` says of whole columns.

The kind is the field's (`schema.Field.negative`). A cell's column still has its label: who calls a CIP13 code
a drug is right, who calls it somebody's number is not.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrays import I32, Bits
from simbreach.core.arrow import (
    STRING,
    Array,
    RecordBatch,
    booleans,
    coded,
    from_numpy,
    integers,
    strings,
    validity,
)
from simbreach.core.schema import FIELDS
from simbreach.engine.columns import ColumnPlan
from simbreach.engine.defects import Struck

SCHEMA = pa.schema(
    [
        ("table", STRING),
        ("row", pa.int64()),
        ("column", STRING),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("kind", STRING),
    ]
)


def negatives_of(
    columns: Sequence[ColumnPlan], written: RecordBatch, start: int, struck: Iterable[Struck] = ()
) -> RecordBatch:
    """Each cell of `written` (rows from `start` on) that looks like what it is not, as a whole: [0, length).

    Column after column, rows rising in each; table, column and kind in codes. Lengths are in code points. A
    placeholder of the source is no look-alike, and a cell that a defect struck (`struck`) may be none: both
    are left out.
    """
    struck = tuple(struck)
    found = []
    for column in columns:
        kind = FIELDS[column.said].negative if column.said in FIELDS else ""
        if kind:
            cells = written.column(column.name)
            rows = np.flatnonzero(_resembling(column, cells, struck))
            found.append((column, kind, rows, _lengths(cells)[rows]))
    counts = [len(rows) for _, _, rows, _ in found]
    nothing = np.zeros(0, dtype=np.int32)
    places = np.repeat(np.arange(len(found), dtype=np.int32), counts)
    rows = np.concatenate([nothing.astype(np.int64), *(rows for _, _, rows, _ in found)])
    zeros = np.zeros(len(rows), dtype=np.int32)
    table = columns[0].table if columns else ""
    return pa.RecordBatch.from_arrays(
        [
            coded(zeros, strings([table])),
            from_numpy(rows + start),
            coded(places, strings([column.name for column, _, _, _ in found] or [""])),
            from_numpy(zeros),
            from_numpy(np.concatenate([nothing, *(lengths for _, _, _, lengths in found)])),
            coded(places, strings([kind for _, kind, _, _ in found] or [""])),
        ],
        names=SCHEMA.names,
    )


def _resembling(column: ColumnPlan, cells: Array, struck: Sequence[Struck]) -> Bits:
    """`bool[n]`: the cells that hold a value of the field."""
    resembling = validity(cells).copy()
    words = sorted({spelling.empty for spelling in column.spellings if spelling.empty})
    if words:
        resembling &= ~booleans(pc.is_in(cells, value_set=strings(words)))
    for changed in struck:
        if changed.column == column.name:
            resembling[changed.rows] = False
    return resembling


def _lengths(cells: Array) -> I32:
    """`int32[n]`: code points of each cell; undefined where it is empty."""
    if pa.types.is_null(cells.type):
        return np.zeros(len(cells), dtype=np.int32)
    if pa.types.is_dictionary(cells.type):
        codes = integers(cells.indices)
        return integers(pc.utf8_length(cells.dictionary)).take(codes) if len(cells.dictionary) else codes
    return integers(pc.utf8_length(cells))

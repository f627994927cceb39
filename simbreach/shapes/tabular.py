"""What shapes of tables share: which columns they show, under which names; rows ready to be written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from simbreach.core.errors import InputError, did_you_mean
from simbreach.shapes.contract import Cells, Column, ShapeOptions, Table
from simbreach.shapes.encoding import Codec, Encoding
from simbreach.shapes.lines import Rows

Header: TypeAlias = Literal["real", "opaque", "none"]


class TabularOptions(ShapeOptions):
    """Options of every shape that shows a table as a table."""

    header: Header = Field(
        "real", description="names of the columns: real, opaque (COL017) or none, as when they were lost"
    )
    columns: tuple[str, ...] = Field(
        (), description="only these columns of the main table, in this order; all of them when empty"
    )


class TextOptions(TabularOptions):
    """Options of tables in text files."""

    encoding: Encoding = Field("cp1252", description="encoding of the text; what it lacks is replaced")
    bom: bool | None = Field(
        None, description="byte order mark at the start; unless said, for utf-16 only, which needs one"
    )

    @property
    def codec(self) -> Codec:
        """The encoding of the files."""
        return Codec(self.encoding)

    @property
    def opening(self) -> bytes:
        """The bytes that a file opens with."""
        marked = self.encoding == "utf-16" if self.bom is None else self.bom
        return self.codec.bom if marked else b""


@dataclass(frozen=True, slots=True)
class View:
    """The columns of a table that a shape shows: their places in the table, and the names they go by."""

    table: Table
    places: tuple[int, ...]
    names: tuple[str, ...]

    def rows(self, cells: Cells) -> Rows:
        """Cells of the table as rows to write."""
        numbers = np.arange(cells.start, cells.start + cells.batch.num_rows)
        return Rows(self.table.name, self.table.columns, cells.batch, numbers, cells.spans)

    @property
    def columns(self) -> list[Column]:
        """The columns that are shown."""
        return [self.table.columns[place] for place in self.places]

    def widths(self) -> list[int]:
        """How many characters the longest cell of each shown column has; reads the whole table."""
        longest = [0] * len(self.places)
        for cells in self.table.read():
            for order, place in enumerate(self.places):
                column = cells.batch.column(place)
                words = column.dictionary if pa.types.is_dictionary(column.type) else column
                longest[order] = max(longest[order], pc.max(pc.utf8_length(words)).as_py() or 0)
        return longest


def view(tables: Sequence[Table], number: int, options: TabularOptions) -> View:
    """Table `number` as the options show it; InputError for a column that the main table has not."""
    table = tables[number]
    there = [column.name for column in table.columns]
    places = list(range(len(there)))
    if options.columns and number == 0:
        for name in options.columns:
            if name not in there:
                raise InputError(f"columns: {table.name} has no column {name!r}{did_you_mean(name, there)}")
        places = [there.index(name) for name in dict.fromkeys(options.columns)]
    shown = [f"COL{place + 1:03d}" for place in places] if options.header == "opaque" else there
    names = shown if options.header == "opaque" else [there[place] for place in places]
    return View(table, tuple(places), tuple(names))

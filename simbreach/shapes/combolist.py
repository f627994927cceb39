"""Lists of pairs as they are traded: `email:password`, `nir;name`, and the blocks that stealers log."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from simbreach.core.arrow import from_numpy, validity
from simbreach.core.errors import InputError
from simbreach.shapes.contract import Out, Part, Table
from simbreach.shapes.encoding import Codec
from simbreach.shapes.lines import Rows, Slot, write_lines
from simbreach.shapes.pieces import Cell, Style
from simbreach.shapes.tabular import TextOptions

NAME_FR = "Listes de couples : courriel:mot de passe, nir;nom, blocs de journaux de voleurs"

Kind = Literal["email_password", "nir_name", "stealer_log"]

_NEWLINES: Final = {"crlf": "\r\n", "lf": "\n"}
# The file of each kind, the fields of its rows (the first that a table has of each), and a row with them.
_KINDS: Final[dict[Kind, tuple[str, tuple[tuple[str, ...], ...], tuple[str | int, ...]]]] = {
    "email_password": ("combo.txt", (("email", "portal_login"), ("portal_password",)), (0, ":", 1, "\n")),
    "nir_name": ("nir_nom.txt", (("nir",), ("usage_name", "birth_name")), (0, ";", 1, "\n")),
    "stealer_log": (
        "Passwords.txt",
        (("portal_login", "email"), ("portal_password",)),
        (
            "URL: https://resultats.labo.example.com/connexion\nUsername: ", 0, "\nPassword: ", 1,
            "\nApplication: Google_[Chrome]_Default\n===============\n",
        ),
    ),
}  # fmt: skip


class Options(TextOptions):
    """Options of the shape `combolist`."""

    header: Literal["none"] = Field("none", description="such lists have no names of columns")
    columns: tuple[str, ...] = Field((), max_length=0, description="such lists have their own columns")
    encoding: Literal["utf-8", "cp1252", "utf-16", "cp850", "iso-8859-1"] = Field(
        "utf-8", description="encoding of the text; what it lacks is replaced"
    )
    kinds: tuple[Kind, ...] = Field(
        ("email_password", "nir_name", "stealer_log"), description="which lists are written"
    )
    newline: Literal["crlf", "lf"] = Field("lf", description="what ends a line")


def write(tables: Sequence[Table], out: Out, options: Options) -> None:
    """Write a file for each kind that the main table has columns for; spans are of the unit `byte`.

    A row that lacks one of the two is not in the list. InputError where no list can be made.
    """
    table = tables[0]
    made = 0
    for kind in options.kinds:
        name, fields, row = _KINDS[kind]
        places = [_place(table, alike) for alike in fields]
        if None in places:
            continue
        made += 1
        with out.file(name) as file:
            file.write(options.opening)
            writer = _Writer(table, tuple(place for place in places if place is not None), row, options)
            file.write_parts(table.parts, writer.part)
    if not made:
        raise InputError(
            f"combolist: the table {table.name!r} has no columns for {' or '.join(options.kinds)}: it needs "
            "email and portal_password, or nir and usage_name"
        )


def _place(table: Table, fields: Sequence[str]) -> int | None:
    """The place of the first column that one of `fields` fills."""
    there = [column.field for column in table.columns]
    return next((there.index(field) for field in fields if field in there), None)


@dataclass(frozen=True)
class _Writer:
    """Writes the rows of one list."""

    table: Table
    places: tuple[int, ...]
    row: tuple[str | int, ...]
    options: Options

    def part(self, number: int) -> Part:
        """Part `number` of the table, in bytes."""
        cells = self.table.part(number)
        columns = [cells.batch.column(place) for place in self.places]
        both = np.flatnonzero(np.logical_and.reduce([validity(column) for column in columns]))
        here = from_numpy(both)
        names = [self.table.columns[place] for place in self.places]
        batch = pa.RecordBatch.from_arrays([column.take(here) for column in columns], [c.name for c in names])
        numbers = cells.start + both
        inner = cells.spans.filter(pc.is_in(cells.spans.column("row"), value_set=from_numpy(numbers)))
        newline = _NEWLINES[self.options.newline]
        slots: list[Slot] = [
            Cell(piece, Style()) if isinstance(piece, int) else piece.replace("\n", newline)
            for piece in self.row
        ]
        rows = Rows(self.table.name, tuple(names), batch, numbers, inner)
        return write_lines(rows, slots, Codec(self.options.encoding)).part()

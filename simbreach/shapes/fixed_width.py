"""Leaked tables as records of fixed width, as mainframes and old laboratory software hand them over."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Literal

from pydantic import Field

from simbreach.core.errors import InputError
from simbreach.shapes.contract import Out, Part, Table
from simbreach.shapes.lines import Slot, write_lines
from simbreach.shapes.pieces import Cell, Style
from simbreach.shapes.tabular import TextOptions, View, view

NAME_FR = "Fichier à largeur fixe, avec son dessin d'enregistrement"

_NEWLINES: Final = {"crlf": "\r\n", "lf": "\n", "none": ""}


class Options(TextOptions):
    """Options of the shape `fixed_width`."""

    newline: Literal["crlf", "lf", "none"] = Field("crlf", description="what ends a record")
    width: int = Field(
        512, ge=1, le=32_767, description="the longest field that is taken; a longer cell is refused"
    )


def write(tables: Sequence[Table], out: Out, options: Options) -> None:
    """Write `<table>.dat` for each table, each column as wide as its longest cell; the unit is `byte`.

    Unless the header is `none`, `<table>_dessin.txt` says where each field stands. InputError where a cell is
    longer than the option `width` allows.
    """
    for number, table in enumerate(tables):
        shown = view(tables, number, options)
        widths = [max(width, 1) for width in shown.widths()]
        for column, width in zip(shown.columns, widths, strict=True):
            if width > options.width:
                raise InputError(
                    f"fixed_width: {table.name}.{column.name} has a cell of {width:,} characters, more than "
                    f"the option width takes ({options.width:,}): give a larger one, or other columns"
                )
        if options.header != "none":
            with out.file(f"{table.name}_dessin.txt") as file:
                file.write(options.opening + options.codec.text(_drawing(shown, widths)))
        with out.file(f"{table.name}.dat") as file:
            file.write(options.opening)
            file.write_parts(table.parts, _Writer(shown, options, tuple(widths)).part)


def _drawing(shown: View, widths: Sequence[int]) -> str:
    """The record's drawing: each field with its first character, from 1, and its width."""
    starts = accumulate(widths[:-1], initial=1)
    lines = [
        f"{name:<24}{start:>7}{width:>7}  A"
        for name, start, width in zip(shown.names, starts, widths, strict=True)
    ]
    return "\r\n".join([f"{'ZONE':<24}{'DEBUT':>7}{'LONG.':>7}  TYPE", *lines, ""])


@dataclass(frozen=True)
class _Writer:
    """Writes the records of one table."""

    view: View
    options: Options
    widths: tuple[int, ...]

    def part(self, number: int) -> Part:
        """Part `number` of the table, in bytes."""
        slots: list[Slot] = [
            Cell(place, Style(null=" " * width, width=width))
            for place, width in zip(self.view.places, self.widths, strict=True)
        ]
        slots.append(_NEWLINES[self.options.newline])
        cells = self.view.table.part(number)
        return write_lines(self.view.rows(cells), slots, self.options.codec).part()

"""Leaked tables as delimited text: as laboratory software exports it, and as exports are pasted together.

Damage changes what stands between values, never a value: a quote too many that the next one closes, a line
broken between two cells, a delimiter too many, quotes forgotten round a text that needs them, headers
repeated where the next source's export begins, a last line cut short.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from simbreach.core.arrays import I64, Bits
from simbreach.core.arrow import booleans, integers, validity
from simbreach.core.streams import HashDraw
from simbreach.shapes.contract import Cells, Out, Part, Table
from simbreach.shapes.lines import Mark, Slot, write_lines
from simbreach.shapes.pieces import Cell, Style, holds
from simbreach.shapes.tabular import TextOptions, View, view

NAME_FR = "Fichier CSV : un export de logiciel, abîmé comme le sont les exports recollés"

_DELIMITERS: Final = {"semicolon": ";", "comma": ",", "tab": "\t", "pipe": "|"}
_NEWLINES: Final = {"crlf": "\r\n", "lf": "\n"}
# Of 10,000 rows: how many get each of the three faults between cells; of cells in need of quotes: bare ones.
_FAULTS: Final = {"none": ("0", "0"), "light": ("0.0005", "0.2"), "heavy": ("0.005", "0.6")}


class Options(TextOptions):
    """Options of the shape `csv`."""

    delimiter: Literal["semicolon", "comma", "tab", "pipe"] = Field(
        "semicolon", description="what stands between two cells"
    )
    quoting: Literal["minimal", "all", "none"] = Field(
        "minimal", description="which cells stand in quotes: those that need it, all that are filled, none"
    )
    newline: Literal["crlf", "lf"] = Field("crlf", description="what ends a line")
    damage: Literal["none", "light", "heavy"] = Field(
        "light", description="stray quotes, broken lines, delimiters too many: none, 0.2 % or 2 % of rows"
    )
    repeated_headers: bool | None = Field(
        None, description="a header again where each source begins; unless said, when there is damage"
    )
    cut_last_line: bool | None = Field(
        None, description="the file ends within a line; unless said, when there is damage"
    )


def write(tables: Sequence[Table], out: Out, options: Options) -> None:
    """Write `<table>.csv` for each table; spans are of the unit `byte`."""
    for number, table in enumerate(tables):
        writer = _Writer(view(tables, number, options), options)
        with out.file(f"{table.name}.csv") as file:
            file.write(options.opening)
            if options.header != "none":
                file.write(options.codec.text(writer.header))
            file.write_parts(table.parts, writer.part)


@dataclass(frozen=True)
class _Writer:
    """Writes the parts of one table."""

    view: View
    options: Options

    @property
    def style(self) -> Style:
        """How a cell is written."""
        quoting = self.options.quoting
        if quoting == "none":
            return Style()
        special = "" if quoting == "all" else f'"\r\n{self.delimiter}'
        return Style('"', '"', escapes=(('"', '""'),), needed_by=special)

    @property
    def delimiter(self) -> str:
        """What stands between cells."""
        return _DELIMITERS[self.options.delimiter]

    @property
    def header(self) -> str:
        """The header's line."""
        quoted = self.options.quoting == "all"
        names = [f'"{name}"' if quoted else name for name in self.view.names]
        return self.delimiter.join(names) + _NEWLINES[self.options.newline]

    def part(self, number: int) -> Part:
        """Part `number` of the table, in bytes."""
        cells = self.view.table.part(number)
        options, last = self.options, number == self.view.table.parts - 1
        opens = _opens(cells) if self._wanted(options.repeated_headers) else np.zeros(0, dtype=np.int64)
        if not number and len(opens) and not opens[0]:
            opens = opens[1:]  # the header that the file opens with
        slots, counts = self._slots(cells, opens, last)
        lines = write_lines(self.view.rows(cells), slots, options.codec)
        stop = None
        if last and self._wanted(options.cut_last_line) and cells.batch.num_rows:
            line = int(lines.offsets[-1] - lines.offsets[-2])
            # UTF-16 has two bytes a character.
            stop = int(lines.offsets[-2]) + line // 4 * 2
            counts["cut_lines"] = 1
        return lines.part(stop, **counts)

    def _wanted(self, said: bool | None) -> bool:
        return self.options.damage != "none" if said is None else said

    def _slots(self, cells: Cells, opens: I64, last: bool) -> tuple[list[Slot], dict[str, int]]:
        """The slots of a line, damage included, and how much of each there is."""
        rows, places = cells.batch.num_rows, self.view.places
        share, bare_share = _FAULTS[self.options.damage]
        ids = np.arange(cells.start, cells.start + rows).astype(np.uint64)
        draw = HashDraw(0, (self.view.table.name, "csv"), ids)
        quoted = self._quoted(cells)
        bare = draw.chance("bare", bare_share) if bare_share != "0" and any(map(_some, quoted)) else None
        counts = {"repeated_headers": len(opens)}
        slots: list[Slot] = []
        if len(opens):
            slots.append(_mark(rows, opens, self.header))
        marks: dict[int, list[Slot]] = {}
        if share != "0":
            for place, mark, kind in self._faults(draw, share, cells, quoted, last):
                marks.setdefault(place, []).append(mark)
                counts[kind] = counts.get(kind, 0) + int(np.count_nonzero(mark.codes))
        for order, place in enumerate(places):
            if order:
                slots.append(self.delimiter)
            slots += marks.get(order, [])
            forgotten = bare if bare is not None and _some(quoted[order]) else None
            if forgotten is not None:
                counts["bare_cells"] = counts.get("bare_cells", 0) + int((forgotten & quoted[order]).sum())
            slots.append(Cell(place, self.style, forgotten))
        slots += marks.get(len(places), [])
        slots.append(_NEWLINES[self.options.newline])
        return slots, counts

    def _quoted(self, cells: Cells) -> list[Bits]:
        """Which cells of each column need quotes; an empty array where none does."""
        if self.options.quoting != "minimal":
            return [np.zeros(0, dtype=np.bool_) for _ in self.view.places]
        special = f'"\r\n{self.delimiter}'
        return [_matching(cells.batch.column(place), special) for place in self.view.places]

    def _faults(
        self, draw: HashDraw, share: str, cells: Cells, quoted: list[Bits], last: bool
    ) -> list[tuple[int, Mark, str]]:
        """What is damaged between cells: before which cell, in which rows, and the kind."""
        rows, columns = cells.batch.num_rows, len(self.view.places)
        newline = _NEWLINES[self.options.newline]
        broken = draw.chance("break", share)
        extra = draw.chance("extra", share)
        # A quote before a cell runs on to the one before the same cell of the next row: a part's last row, a
        # source's last one and rows that have quotes by themselves would let it run on for long.
        quotes = draw.chance("quote", share)
        calm = ~np.logical_or.reduce([np.zeros(rows, np.bool_), *filter(len, quoted)])
        sources = integers(cells.source)
        quotes[:-1] &= calm[:-1] & calm[1:] & (sources[:-1] == sources[1:])
        quotes[1:] &= ~quotes[:-1]
        quotes[-2 if last else -1 :] = False
        quotes[1:] |= quotes[:-1].copy()
        return [
            (columns // 3, _mark(rows, np.flatnonzero(quotes), '"'), "stray_quotes"),
            (columns // 2, _mark(rows, np.flatnonzero(broken), newline), "broken_lines"),
            (columns, _mark(rows, np.flatnonzero(extra), self.delimiter), "extra_delimiters"),
        ]


def _mark(rows: int, places: I64, word: str) -> Mark:
    codes = np.zeros(rows, dtype=np.int32)
    codes[places] = 1
    return Mark(codes, ("", word))


def _opens(cells: Cells) -> I64:
    """The rows that are the first ones of their source."""
    sources = integers(cells.source)
    changes = np.flatnonzero(sources[1:] != sources[:-1]) + 1
    return np.concatenate([[0], changes]) if cells.opens else changes


def _some(mask: Bits) -> bool:
    return len(mask) > 0


def _matching(column: pa.Array, letters: str) -> Bits:
    """Which cells hold one of `letters`; an empty array where none does."""
    coded = pa.types.is_dictionary(column.type)
    words = column.dictionary if coded else column
    if not holds(words, letters):
        return np.zeros(0, dtype=np.bool_)
    found = booleans(pc.match_substring_regex(words, f"[{re.escape(letters)}]"))
    if not coded:
        return found
    return found[integers(column.indices)] & validity(column.indices)

"""Leaked tables as a dump of a database, as mysqldump and pg_dump write it: it can be loaded again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from pydantic import Field, model_validator

from simbreach.shapes.contract import Out, Part, Table
from simbreach.shapes.lines import Mark, Slot, write_lines
from simbreach.shapes.pieces import Cell, Style
from simbreach.shapes.tabular import TextOptions, View, view

NAME_FR = "Sauvegarde SQL : un vidage MySQL ou PostgreSQL, rechargeable"

# What each program calls the encodings that it can be told to read.
_CHARSETS: Final = {
    "mysql": {"utf-8": "utf8mb4", "cp1252": "latin1", "cp850": "cp850"},
    "postgresql": {"utf-8": "UTF8", "cp1252": "WIN1252", "iso-8859-1": "LATIN1"},
}
# mysqldump escapes what MySQL's manual lists; PostgreSQL's standard strings double the apostrophe only.
_ESCAPES: Final = {
    "mysql": (
        ("\\", "\\\\"), ("'", "\\'"), ('"', '\\"'), ("\0", "\\0"), ("\n", "\\n"), ("\r", "\\r"),
        ("\x1a", "\\Z"),
    ),
    "postgresql": (("'", "''"),),
}  # fmt: skip


class Options(TextOptions):
    """Options of the shape `sql_dump`."""

    encoding: Literal["utf-8", "cp1252", "cp850", "iso-8859-1"] = Field(
        "utf-8", description="encoding of the text; what it lacks is replaced"
    )
    look: Literal["mysql", "postgresql"] = Field("mysql", description="whose program wrote the dump")
    insert_rows: int = Field(500, ge=1, le=100_000, description="rows of one INSERT, at most")

    @model_validator(mode="after")
    def _readable(self) -> "Options":
        if self.encoding not in _CHARSETS[self.look]:
            known = ", ".join(_CHARSETS[self.look])
            raise ValueError(f"a {self.look} dump has no encoding {self.encoding} (known: {known})")
        return self


def write(tables: Sequence[Table], out: Out, options: Options) -> None:
    """Write `dump.sql` with all tables; spans are of the unit `byte`.

    With the header `none` there are no CREATE TABLE statements.
    """
    codec, charset = options.codec, _CHARSETS[options.look][options.encoding]
    with out.file("dump.sql") as file:
        file.write(options.opening + codec.text(_OPENING[options.look].format(charset=charset)))
        for number, table in enumerate(tables):
            shown = view(tables, number, options)
            file.write(codec.text(_before(shown, options, charset)))
            file.write_parts(table.parts, _Writer(shown, options).part)
            file.write(codec.text(_AFTER[options.look]))
        file.write(codec.text(_CLOSING[options.look]))


_OPENING: Final = {
    "mysql": "-- MySQL dump 10.13  Distrib 5.7.33, for Linux (x86_64)\n--\n"
    "-- Host: localhost    Database: labo\n"
    "-- ------------------------------------------------------\n\n/*!40101 SET NAMES {charset} */;\n\n",
    "postgresql": "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 11.9\n\n"
    "SET client_encoding = '{charset}';\nSET standard_conforming_strings = on;\n\n",
}
_AFTER: Final = {"mysql": "UNLOCK TABLES;\n\n", "postgresql": "\n"}
_CLOSING: Final = {
    "mysql": "-- Dump completed\n",
    "postgresql": "--\n-- PostgreSQL database dump complete\n--\n",
}


def _before(shown: View, options: Options, charset: str) -> str:
    """What stands before the rows of a table."""
    name = _table(shown, options.look)
    if options.look == "mysql":
        rows = f"--\n-- Dumping data for table {name}\n--\n\nLOCK TABLES {name} WRITE;\n"
        if options.header == "none":
            return rows
        # MySQL allows no row of more than 65,535 bytes in columns of fixed limits.
        columns = ",\n".join(f"  `{column}` text" for column in shown.names)
        ending = f") ENGINE=InnoDB DEFAULT CHARSET={charset};\n\n"
        return f"DROP TABLE IF EXISTS {name};\nCREATE TABLE {name} (\n{columns}\n{ending}{rows}"
    if options.header == "none":
        return ""
    columns = ",\n".join(f'    "{column}" text' for column in shown.names)
    return f"CREATE TABLE {name} (\n{columns}\n);\n\n"


def _table(shown: View, look: str) -> str:
    return f"`{shown.table.name}`" if look == "mysql" else f"public.{shown.table.name}"


@dataclass(frozen=True)
class _Writer:
    """Writes the rows of one table."""

    view: View
    options: Options

    def part(self, number: int) -> Part:
        """Part `number` of the table, in INSERT statements of its own."""
        cells = self.view.table.part(number)
        rows, look = cells.batch.num_rows, self.options.look
        of = np.arange(rows) % self.options.insert_rows
        first = (of == 0).astype(np.int32)
        last = (of == self.options.insert_rows - 1).astype(np.int32)
        last[-1:] = 1
        opening, between, gap = ("VALUES ", ",", ",") if look == "mysql" else ("VALUES\n\t", ", ", ",\n\t")
        style = Style("'", "'", "NULL", _ESCAPES[look])
        slots: list[Slot] = [Mark(first, ("", f"INSERT INTO {_table(self.view, look)} {opening}"))]
        for order, place in enumerate(self.view.places):
            slots += [between if order else "(", Cell(place, style)]
        slots += [")", Mark(last, (gap, ";\n"))]
        return write_lines(self.view.rows(cells), slots, self.options.codec).part()

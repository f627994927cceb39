"""Leaked tables as JSON lines: an object a row, flat or in groups, as exports of document databases are."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import Field, model_validator

from simbreach.shapes.contract import Column, Out, Part, Table
from simbreach.shapes.encoding import Codec
from simbreach.shapes.lines import Slot, write_lines
from simbreach.shapes.pieces import Cell, Style
from simbreach.shapes.tabular import TabularOptions, View, view

NAME_FR = "Lignes JSON : un objet par ligne, à plat ou en groupes"

_ESCAPES: Final = (
    ("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), ("\b", "\\b"), ("\f", "\\f"),
    *((chr(code), f"\\u{code:04x}") for code in range(32) if chr(code) not in "\n\r\t\b\f"),
)  # fmt: skip
# Which object a column belongs to: by how its field's name begins, then by how its label does.
_BY_FIELD: Final = {
    "prescriber_": ("prescripteur",), "correspondent_": ("correspondant",), "laboratory_": ("laboratoire",),
    "sampler_": ("preleveur",), "payer_": ("payeur",), "insurer_": ("payeur",), "birth_": ("patient",),
    "guardian_": ("patient", "assure"), "spouse_": ("patient", "conjoint"),
}  # fmt: skip
_BY_LABEL: Final = {
    "place.birth": ("patient",), "place.": ("patient", "adresse"), "contact.": ("patient", "contact"),
    "health.": ("patient", "sante"), "credential.": ("patient", "acces"), "payer.": ("payeur",),
    "date.visit": ("dossier",), "id.file": ("dossier",), "technical.": ("dossier",),
}  # fmt: skip


class Options(TabularOptions):
    """Options of the shape `jsonl`."""

    layout: Literal["flat", "nested"] = Field("flat", description="one object a row, or objects in it")
    empty: Literal["null", "omit"] = Field("omit", description="what an empty cell leaves: null, or nothing")
    bom: bool = Field(False, description="byte order mark at the start, as some Windows tools write it")

    @model_validator(mode="after")
    def _named(self) -> "Options":
        if self.header == "none" and self.layout == "nested":
            raise ValueError("nested objects need names: header none goes with the layout flat, as arrays")
        return self


def write(tables: Sequence[Table], out: Out, options: Options) -> None:
    """Write `<table>.jsonl` for each table, UTF-8; spans are of the unit `byte`.

    With the header `none` each row is an array. The first member of an object is never left out.
    """
    for number, table in enumerate(tables):
        writer = _Writer(view(tables, number, options), options)
        with out.file(f"{table.name}.jsonl") as file:
            file.write(Codec("utf-8").bom if options.bom else b"")
            file.write_parts(table.parts, writer.part)


@dataclass(frozen=True)
class _Writer:
    """Writes the parts of one table."""

    view: View
    options: Options

    def part(self, number: int) -> Part:
        """Part `number` of the table, in bytes."""
        slots = [*self._slots(), "\n"]
        return write_lines(self.view.rows(self.view.table.part(number)), slots, Codec("utf-8")).part()

    def _slots(self) -> Iterator[Slot]:
        members = list(zip(self.view.places, self.view.names, strict=True))
        if self.options.header == "none":
            for order, (place, _) in enumerate(members):
                yield "," if order else "["
                yield Cell(place, Style('"', '"', "null", _ESCAPES))
            yield "]"
        elif self.options.layout == "flat":
            yield "{"
            yield from self._members(members)
            yield "}"
        else:
            yield from self._nested(members)

    def _members(self, members: Sequence[tuple[int, str]]) -> Iterator[Slot]:
        for order, (place, name) in enumerate(members):
            key = ("," if order else "") + json.dumps(name, ensure_ascii=False) + ":"
            omitted = order and self.options.empty == "omit"
            yield Cell(place, Style(key + '"', '"', "" if omitted else key + "null", _ESCAPES))

    def _nested(self, members: Sequence[tuple[int, str]]) -> Iterator[Slot]:
        """The members in their objects, each object once; the objects of one stand behind its own members."""
        groups: dict[tuple[str, ...], list[tuple[int, str]]] = {}
        for place, name in members:
            groups.setdefault(_group(self.view.table.columns[place]), []).append((place, name))
        tops = dict.fromkeys(group[0] for group in groups)
        for order, top in enumerate(tops):
            yield ("," if order else "{") + f'"{top}":{{'
            own = groups.get((top,), [])
            yield from self._members(own)
            inner = [group for group in groups if group[0] == top and len(group) > 1]
            for number, group in enumerate(inner):
                yield ("," if own or number else "") + f'"{group[1]}":{{'
                yield from self._members(groups[group])
                yield "}"
            yield "}"
        yield "}"


def _group(column: Column) -> tuple[str, ...]:
    """The names of the objects that a column lies in, outermost first."""
    for start, group in _BY_FIELD.items():
        if column.field.startswith(start):
            return group
    for start, group in _BY_LABEL.items():
        if column.label.startswith(start):
            return group
    return ("patient",)

"""FHIR R4 resources of French practice, a patient and a laboratory's report for each row of the main table.

`bundles.ndjson`: a Bundle a line, with Patient, Practitioner, Organization, Encounter, ServiceRequest,
DiagnosticReport and Observations (and Condition and MedicationStatement where the row names one); or one
ndjson file for each kind of resource, as bulk exports are. The INS carries the system of test identities, and
the identity's reliability says FICT. Dates and sexes are written as FHIR wants them, a date that cannot be
read is left out; other cells stand as the source wrote them. Sources: HL7 FHIR R4; FR Core (Interop'Santé):
profiles, systems of identifiers, table 0445.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Literal

import numpy as np
import pyarrow.compute as pc
from pydantic import Field

from simbreach.core.arrays import I64
from simbreach.core.arrow import booleans, literal
from simbreach.core.assembly import Piece, Records, assemble, encode, gather
from simbreach.shapes import visits
from simbreach.shapes.contract import LeakFile, Out, ShapeOptions, Table
from simbreach.shapes.json_parts import BASE, KINDS
from simbreach.shapes.resources import Resource, resources
from simbreach.shapes.visits import Block, Marks, Texts, blocks

NAME_FR = "Ressources FHIR R4 (profils français FR Core) : un lot par visite, ou un fichier ndjson par type"

# JSON's own escapes; the one that escapes others first.
_ESCAPES = {
    "\\": "\\\\",
    '"': '\\"',
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    **{chr(code): f"\\u{code:04x}" for code in range(32) if chr(code) not in "\n\r\t"},
}


class Options(ShapeOptions):
    """How the resources are laid out."""

    layout: Literal["bundles", "bulk"] = Field(
        "bundles",
        description="`bundles`: a Bundle a visit, one a line; `bulk`: one ndjson file a kind of resource.",
    )


def write(tables: Sequence[Table], out: Out, options: Options) -> None:
    """Write the resources of each row of the main table, in the order of its rows."""
    if options.layout == "bundles":
        with out.file("bundles.ndjson") as file:
            for block in blocks(tables[0]):
                _write_bundles(block, file)
        return
    with ExitStack() as opened:
        files = {kind: opened.enter_context(out.file(f"{kind}.ndjson")) for kind in KINDS}
        for block in blocks(tables[0]):
            texts = Texts(block.reading, _ESCAPES)
            for resource in resources(block, texts, bundled=False):
                _write_bulk(block, texts, resource, files[resource.kind])


def _write_bundles(block: Block, file: LeakFile) -> None:
    texts = Texts(block.reading, _ESCAPES)
    number = visits.row_text(block)
    parts: list[str | Piece] = [
        '{"resourceType":"Bundle","id":"b',
        Piece(number),
        '","type":"collection","entry":[',
    ]
    made = resources(block, texts, bundled=True)
    for place, resource in enumerate(made):
        if resource.of_lines:
            parts.append(Piece(gather(resource.records.text, block.edges), name=resource.kind))
            continue
        head = f'{"," if place else ""}{{"fullUrl":"{BASE}{resource.kind}/{KINDS[resource.kind]}'
        there = pc.is_valid(number) if resource.there is None else resource.there
        none = literal(None)
        parts += [
            Piece(pc.if_else(there, number, none), before=head, after='","resource":'),
            Piece(resource.text, after="}", name=resource.kind),
        ]
    whole = assemble([*parts, "]}\n"], len(block))
    marks = Marks(block)
    for resource in made:
        _mark(block, texts, resource, marks, whole.edges[:-1] + whole.starts[resource.kind])
    _put(file, whole, marks)


def _write_bulk(block: Block, texts: Texts, resource: Resource, file: LeakFile) -> None:
    marks = Marks(block)
    if resource.of_lines:
        whole = resource.records
        starts = whole.edges[block.edges[:-1]]
    else:
        whole = assemble([Piece(resource.text, after="\n", name="resource")], len(block))
        starts = whole.edges[:-1] + whole.starts["resource"]
    _mark(block, texts, resource, marks, starts)
    _put(file, whole, marks)


def _mark(block: Block, texts: Texts, resource: Resource, marks: Marks, bases: I64) -> None:
    """Mark the pieces of resources; those of row i, or of its lines, begin at `bases[i]`."""
    records = resource.records
    if not resource.of_lines:
        if resource.there is not None:
            there = booleans(resource.there)
            sizes = {name: np.where(there, sizes, 0) for name, sizes in records.sizes.items()}
            records = replace(records, sizes=sizes)
        marks.add_pieces(records, bases, np.arange(len(block)))
        marks.add_inner(records, bases, texts)
        return
    row = visits.within(block)
    at = records.edges
    begin = at[:-1] - at[block.edges[:-1]][row] + bases[row]
    marks.add(
        begin + records.starts["value"], records.sizes["value"], row, visits.RESULT_LABEL, visits.RESULTS
    )


def _put(file: LeakFile, records: Records, marks: Marks) -> None:
    encoded = encode(records.data, "utf-8")
    file.mark(marks.spans(encoded, file.position))
    file.write(encoded.data)

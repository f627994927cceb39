"""Pieces of FHIR's JSON that all resources share: openings, references, arrays of what is there, codes."""

from collections.abc import Sequence
from typing import TypeAlias

import pyarrow.compute as pc

from simbreach.core.arrow import Array, Strings
from simbreach.core.assembly import Piece
from simbreach.shapes import visits
from simbreach.shapes.visits import Block, where

BASE = "https://sil.example.org/fhir/"
# Kinds of resources, and the letter with which their ids begin.
KINDS = {
    "Patient": "p",
    "Practitioner": "d",
    "Organization": "l",
    "Encounter": "v",
    "Condition": "c",
    "MedicationStatement": "m",
    "ServiceRequest": "s",
    "DiagnosticReport": "r",
    "Observation": "o",
}

CORE = "https://hl7.fr/ig/fhir/core/"

Parts: TypeAlias = list[str | Piece]


def head(block: Block, kind: str, profile: str = "") -> Parts:
    """The opening of a resource: kind, id, profile."""
    said = f',"meta":{{"profile":["{CORE}StructureDefinition/{profile}"]}}' if profile else ""
    return [f'{{"resourceType":"{kind}","id":"{KINDS[kind]}', Piece(visits.row_text(block)), f'"{said}']


def refer(block: Block, key: str, kind: str) -> Parts:
    """A reference to the row's resource of another kind."""
    return [f',"{key}":{{"reference":"{kind}/{KINDS[kind]}', Piece(visits.row_text(block)), '"}']


def array(key: str, elements: Sequence[tuple[Array, Parts]]) -> Parts:
    """A property that holds an array of the elements that are there: each has a condition and its parts."""
    seen = elements[0][0]
    inner: Parts = [*elements[0][1]]
    for there, parts in elements[1:]:
        inner += [Piece(where(pc.and_(seen, there), ",")), *parts]
        seen = pc.or_(seen, there)
    return [Piece(where(seen, f',"{key}":[')), *inner, Piece(where(seen, "]"))]


def element(text: Strings, before: str, after: str, name: str) -> tuple[Array, Parts]:
    """An element of an array that one cell fills."""
    return pc.is_valid(text), [Piece(text, before=before, after=after, name=name)]


def coding(system: str, code: str) -> str:
    """A CodeableConcept of one code."""
    return f'{{"coding":[{{"system":"{system}","code":"{code}"}}]}}'

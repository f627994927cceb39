"""The IPP, a hospital's own number for a patient: ten digits that begin with 8, far beyond any counter."""

from collections.abc import Mapping
from typing import Any

from simbreach.core.arrays import Bits
from simbreach.core.arrow import Strings, strings, strings_from_matrix
from simbreach.core.cells import compact, compact_text, matches
from simbreach.core.digits import write_digits
from simbreach.core.errors import IdentifierError
from simbreach.core.registry import Safety
from simbreach.core.streams import Draw

LABEL = "id.patient"
INPUTS = ("number",)
SAFETY = Safety(
    range_="899 followed by seven digits",
    why="such a number means something only inside the establishment that gave it, and ours are invented; "
    "even at AP-HP, whose numbers are 8 and nine digits, it would be the number of a patient beyond the "
    "990 millionth, when 113 million people have ever been in the national register",
    source="layout: AP-HP, eds-pseudo; people in the RNIPP: INSEE, Courrier des statistiques N8; the rest is "
    "reasoning, not a published rule",
    date="2025-07",
)
PATTERN = r"\b8[0-9]{9}\b"
CHANCE = 1

_BASE = 899 * 10**7


def generate(draw: Draw, inputs: Mapping[str, Any]) -> Strings:
    """Numbers of ten digits: number k of `[0, 10^7)`."""
    return strings_from_matrix(write_digits(_BASE + inputs["number"], 10))


def validate(text: str) -> str:
    """The ten digits; IdentifierError when the text is not an 8 and nine digits."""
    bare = compact_text(text)
    if not (len(bare) == 10 and bare.isascii() and bare.isdigit()):
        raise IdentifierError("an IPP has ten digits")
    if bare[0] != "8":
        raise IdentifierError("an IPP begins with 8")
    return bare


def is_synthetic(text: str) -> bool:
    """Whether the number begins with 899."""
    return bool(synthetic_mask(strings([text]))[0])


def synthetic_mask(column: Strings) -> Bits:
    """`bool[n]`: `is_synthetic` of each cell, false where null."""
    return matches(compact(column), "^899[0-9]{7}$")

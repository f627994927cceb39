"""The SIREN number of a company, in a range that was never issued."""

from collections.abc import Mapping
from typing import Any

from simbreach.core.arrays import Bits
from simbreach.core.arrow import Strings, strings, strings_from_matrix
from simbreach.core.cells import check_luhn, luhn_mask
from simbreach.core.digits import append_luhn, write_digits
from simbreach.core.registry import Safety
from simbreach.core.streams import Draw

LABEL = "id.siren"
INPUTS = ("number",)
SAFETY = Safety(
    range_="0, seven digits and the check digit",
    why="no SIREN begins with 0: public bodies have 1 or 2, all others 3 to 9",
    source="general knowledge, not a published rule; check digit: INSEE, as in python-stdnum",
    date="2025-07",
)
PATTERN = r"\b[0-9]{3}[ .]?[0-9]{3}[ .]?[0-9]{3}\b"
CHANCE = 10


def generate(draw: Draw, inputs: Mapping[str, Any]) -> Strings:
    """SIREN numbers of nine digits: number k of `[0, 10^7)`."""
    return strings_from_matrix(append_luhn(write_digits(inputs["number"], 8)))


def validate(text: str) -> str:
    """The nine digits; IdentifierError for another length, other characters or a wrong check digit."""
    return check_luhn(text, 9, "SIREN")


def is_synthetic(text: str) -> bool:
    """Whether the number begins with 0, and its check digit is right: nine digits alone are no proof."""
    return bool(synthetic_mask(strings([text]))[0])


def synthetic_mask(column: Strings) -> Bits:
    """`bool[n]`: `is_synthetic` of each cell, false where null."""
    return luhn_mask(column, "^0[0-9]{8}$", 9)

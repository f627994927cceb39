"""The ADELI number of a health professional (the register before RPPS), of a département that is none."""

from collections.abc import Mapping
from typing import Any

from simbreach.core.arrays import Bits
from simbreach.core.arrow import Strings, strings, strings_from_matrix
from simbreach.core.cells import check_luhn, luhn_mask
from simbreach.core.digits import append_luhn, write_digits
from simbreach.core.registry import Safety
from simbreach.core.streams import Draw

LABEL = "id.adeli"
INPUTS = ("number",)
SAFETY = Safety(
    range_="département 00, profession 6 (nurse), five digits and the check digit",
    why="an ADELI number begins with the département that issued it: there is no département 00",
    source="general knowledge, not a published rule (layout and check digit included)",
    date="2025-07",
)
PATTERN = r"\b[0-9]{9}\b"
CHANCE = 10

_NURSE = 6 * 10**5


def generate(draw: Draw, inputs: Mapping[str, Any]) -> Strings:
    """ADELI numbers of nine digits: number k of `[0, 10^5)`."""
    return strings_from_matrix(append_luhn(write_digits(_NURSE + inputs["number"], 8)))


def validate(text: str) -> str:
    """The nine digits; IdentifierError for another length, other characters or a wrong check digit.

    Numbers of Corsica, with a letter, are refused: how their check digit is made is not known to us.
    """
    return check_luhn(text, 9, "ADELI number")


def is_synthetic(text: str) -> bool:
    """Whether the number begins with 00, and its check digit is right: nine digits alone are no proof."""
    return bool(synthetic_mask(strings([text]))[0])


def synthetic_mask(column: Strings) -> Bits:
    """`bool[n]`: `is_synthetic` of each cell, false where null."""
    return luhn_mask(column, "^00[0-9]{7}$", 9)

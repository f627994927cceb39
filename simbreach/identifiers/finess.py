"""The FINESS number of a health establishment, of a département that is none."""

from collections.abc import Mapping
from typing import Any

from simbreach.core.arrays import Bits
from simbreach.core.arrow import Strings, strings, strings_from_matrix
from simbreach.core.cells import check_luhn, compact_text, luhn_mask
from simbreach.core.digits import append_luhn, write_digits
from simbreach.core.registry import Safety
from simbreach.core.streams import Draw

LABEL = "id.finess"
INPUTS = ("number",)
SAFETY = Safety(
    range_="département 99, six digits and the check digit (00 is taken for ours, too)",
    why="a FINESS number begins with the département of the establishment: none is 99 or 00, and none of "
    "6,651 hospitals and clinics in the register has such a number",
    source="DREES/ANS, FINESS, hospital categories (all of them have the check digit used here)",
    date="2025",
)
PATTERN = r"\b(?:[0-9]{2}|2[ABab])[ .]?[0-9]{3}[ .]?[0-9]{3}[ .]?[0-9]\b"
CHANCE = 10

_BASE = 99 * 10**6
# What Corsica's letters count as in the check digit, seen in all 55 of its hospitals.
_CORSICA = {"2A": "21", "2B": "22"}


def generate(draw: Draw, inputs: Mapping[str, Any]) -> Strings:
    """FINESS numbers of nine digits: number k of `[0, 10^6)`."""
    return strings_from_matrix(append_luhn(write_digits(_BASE + inputs["number"], 8)))


def validate(text: str) -> str:
    """The nine characters; IdentifierError for another length, other characters or a wrong check digit."""
    bare = compact_text(text)
    check_luhn(_CORSICA.get(bare[:2], bare[:2]) + bare[2:], 9, "FINESS number")
    return bare


def is_synthetic(text: str) -> bool:
    """Whether the number begins with 99 or 00, with a right check digit: nine digits alone are no proof."""
    return bool(synthetic_mask(strings([text]))[0])


def synthetic_mask(column: Strings) -> Bits:
    """`bool[n]`: `is_synthetic` of each cell, false where null."""
    return luhn_mask(column, "^(?:99|00)[0-9]{7}$", 9)

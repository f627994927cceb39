"""The RPPS number of a health professional, in a range that was never issued."""

from collections.abc import Mapping
from typing import Any

from simbreach.core.arrays import Bits
from simbreach.core.arrow import Strings, strings, strings_from_matrix
from simbreach.core.cells import check_luhn, luhn_mask
from simbreach.core.digits import append_luhn, write_digits
from simbreach.core.registry import Safety
from simbreach.core.streams import Draw

LABEL = "id.rpps"
INPUTS = ("number",)
SAFETY = Safety(
    range_="99, eight digits and the check digit",
    why="numbers are issued in order and begin with 10 or 11: those that begin with 99 are thousands "
    "of millions of numbers away",
    source="general knowledge, not a published rule; check digit: ANS, questions of software makers",
    date="2025-07",
)
# Numbers in use begin with 10 or 11 (general knowledge): +33 and nine digits, a telephone, is none of them.
PATTERN = r"\b(?:1[0-9]|99)[0-9]{9}\b"
CHANCE = 10

_BASE = 99 * 10**8


def generate(draw: Draw, inputs: Mapping[str, Any]) -> Strings:
    """RPPS numbers of eleven digits: number k of `[0, 10^8)`."""
    return strings_from_matrix(append_luhn(write_digits(_BASE + inputs["number"], 10)))


def validate(text: str) -> str:
    """The eleven digits; IdentifierError for another length, other characters or a wrong check digit."""
    return check_luhn(text, 11, "RPPS number")


def is_synthetic(text: str) -> bool:
    """Whether the number begins with 99, and its check digit is right: eleven digits alone are no proof."""
    return bool(synthetic_mask(strings([text]))[0])


def synthetic_mask(column: Strings) -> Bits:
    """`bool[n]`: `is_synthetic` of each cell, false where null."""
    return luhn_mask(column, "^99[0-9]{9}$", 11)

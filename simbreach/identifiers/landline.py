"""Landlines of each zone of the numbering plan, in blocks that no operator ever got."""

from collections.abc import Mapping
from typing import Any

from simbreach.core.arrays import Bits
from simbreach.core.arrow import Strings, strings, strings_from_matrix
from simbreach.core.digits import write_digits
from simbreach.core.registry import Safety
from simbreach.core.streams import Draw
from simbreach.reference.phone_blocks import DEFAULT_POLICY, check_number, in_space, national_numbers, numbers

LABEL = "contact.phone"
INPUTS = ("zone", "number")
SAFETY = Safety(
    range_="blocks of 01 to 05 that no operator has, or 01 99 00, 02 61 91, 03 53 01, 04 65 71, 05 36 49",
    why="a subscriber's number lies in a block that the regulator attributed to an operator; these blocks "
    "were attributed to none, and the reserved ones never will be",
    source="ARCEP, attributed number ranges (MAJNUM); decision 2018-0881 for the reserved blocks",
    date="2025-07-03",
)
_GAP = r"[ ./\xa0-]?"
PATTERN = rf"(?:\+33|\b0033|\b33|\b0){_GAP}(?:\(0\){_GAP})?[1-5](?:{_GAP}[0-9]{{2}}){{4}}\b"
CHANCE = 1


def generate(draw: Draw, inputs: Mapping[str, Any], *, policy: str = DEFAULT_POLICY) -> Strings:
    """National numbers of ten digits: number k of the row's zone under `policy`.

    `zone` is 1 to 5, `number` lies in `[0, phone_blocks.capacity(policy, zone))`.
    """
    return strings_from_matrix(write_digits(numbers(policy, inputs["zone"], inputs["number"]), 10))


def validate(text: str) -> str:
    """The number as ten digits, from any French layout; IdentifierError when it is no landline's."""
    return check_number(text, "[1-5]", "landline")


def is_synthetic(text: str) -> bool:
    """Whether the number lies in a block that nobody's number lies in."""
    return bool(synthetic_mask(strings([text]))[0])


def synthetic_mask(column: Strings) -> Bits:
    """`bool[n]`: `is_synthetic` of each cell, false where null."""
    national = national_numbers(column)
    return in_space(national) & (national < 600_000_000)

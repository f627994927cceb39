"""CIP13 codes: the box of a drug."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from simbreach.core.arrays import Bits
from simbreach.core.arrow import STRING, Strings, strings
from simbreach.core.cells import compact, compact_text, fixed_width
from simbreach.core.errors import IdentifierError
from simbreach.core.registry import Safety
from simbreach.core.sampling import Alias
from simbreach.core.streams import Draw
from simbreach.reference.health import drugs

LABEL = "health.drug"
INPUTS: tuple[str, ...] = ()
SAFETY = Safety(
    range_="codes of a box of a drug that the tables hold",
    why="a code names a box of a drug, not a person: nothing needs to be hidden or invented in it",
    source="ANSM, HAS and Uncam, base de données publique des médicaments; check digit: GS1, EAN-13",
    date="2025-07-07",
    personal=False,
)
PATTERN = r"\b34009[0-9]{8}\b"
CHANCE = 10

_WIDTH = 13


@cache
def _choice() -> tuple[Strings, Alias]:
    """The codes, and how often each is drawn: by the boxes dispensed in a year."""
    table = drugs()
    return table.cip13.cast(STRING), Alias.build(np.maximum(table.boxes, 1))


def generate(draw: Draw, inputs: Mapping[str, Any]) -> Strings:
    """Codes of the reference table, by the boxes dispensed in a year."""
    codes, weights = _choice()
    return codes.take(draw.pick("code", weights))


def validate(text: str) -> str:
    """The thirteen digits; IdentifierError when they are not 34009, seven digits and a check digit."""
    bare = compact_text(text)
    if not synthetic_mask(strings([bare]))[0]:
        raise IdentifierError("a CIP13 code is 34009, seven digits and a check digit (EAN-13)")
    return bare


def is_synthetic(text: str) -> bool:
    """Whether the text is a valid code: no code names a person."""
    return bool(synthetic_mask(strings([text]))[0])


def synthetic_mask(column: Strings) -> Bits:
    """`bool[n]`: `is_synthetic` of each cell, false where null."""
    places, digits = fixed_width(compact(column), "^34009[0-9]{8}$", _WIDTH)
    numbers = (digits - np.uint8(48)).astype(np.int64)
    # The thirteenth digit brings the sum to a multiple of ten; every second one counts three times.
    total = numbers[:, ::2].sum(axis=1) + 3 * numbers[:, 1::2].sum(axis=1)
    found = np.zeros(len(column), dtype=np.bool_)
    found[places] = total % 10 == 0
    return found

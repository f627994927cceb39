"""ATC codes of drugs: what a patient takes."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from simbreach.core.arrays import Bits
from simbreach.core.arrow import STRING, Strings, strings
from simbreach.core.cells import matches
from simbreach.core.errors import IdentifierError
from simbreach.core.registry import Safety
from simbreach.core.sampling import Alias
from simbreach.core.streams import Draw
from simbreach.reference.health import drugs

LABEL = "health.drug"
INPUTS: tuple[str, ...] = ()
SAFETY = Safety(
    range_="codes of a substance that the tables hold",
    why="a code names a substance, not a person: nothing needs to be hidden or invented in it",
    source="ANSM, HAS and Uncam, base de données publique des médicaments; boxes: Open Medic",
    date="2025-07-07",
    personal=False,
)
PATTERN = r"\b[A-DGHJL-NPR-SV][0-9]{2}[A-Z]{2}(?:[0-9]{2})?\b"
CHANCE = 1

# The fourteen anatomical groups, then therapeutic, pharmacological and chemical group, substance.
_FORM = "^[A-DGHJL-NPR-SV][0-9]{2}[A-Z]{2}(?:[0-9]{2})?$"


@cache
def _choice() -> tuple[Strings, Alias]:
    """The codes, and how often each is drawn: by the boxes dispensed in a year."""
    table = drugs()
    return table.atc.cast(STRING), Alias.build(np.maximum(table.boxes, 1))


def generate(draw: Draw, inputs: Mapping[str, Any]) -> Strings:
    """Codes of the reference table, by the boxes dispensed in a year."""
    codes, weights = _choice()
    return codes.take(draw.pick("code", weights))


def validate(text: str) -> str:
    """The code in capitals; IdentifierError when it is no code of a group or substance."""
    bare = text.strip().upper()
    if not synthetic_mask(strings([bare]))[0]:
        raise IdentifierError(
            "an ATC code is a letter, two digits, two letters, and two digits for a substance"
        )
    return bare


def is_synthetic(text: str) -> bool:
    """Whether the text is a valid code: no code names a person."""
    return bool(synthetic_mask(strings([text]))[0])


def synthetic_mask(column: Strings) -> Bits:
    """`bool[n]`: `is_synthetic` of each cell, false where null."""
    return matches(column, _FORM)

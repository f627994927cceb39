"""LOINC codes: what a laboratory measured."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pyarrow.compute as pc

from simbreach.core.arrays import Bits
from simbreach.core.arrow import Strings, decode, from_numpy, strings
from simbreach.core.cells import fixed_width, matches
from simbreach.core.digits import luhn_digits
from simbreach.core.errors import IdentifierError
from simbreach.core.registry import Safety
from simbreach.core.sampling import Alias
from simbreach.core.streams import Draw
from simbreach.reference.health import analyses

LABEL = "health.analysis"
INPUTS: tuple[str, ...] = ()
SAFETY = Safety(
    range_="codes of an analysis that the tables hold",
    why="a code names an analysis, not a person: nothing needs to be hidden or invented in it",
    source="Regenstrief Institute, LOINC (check digit included)",
    date="2024",
    personal=False,
)
PATTERN = r"\b[0-9]{1,7}-[0-9]\b"
CHANCE = 10

_FORM = "^[0-9]{1,7}-[0-9]$"
_WIDTH = 8


@cache
def _choice() -> tuple[Strings, Alias]:
    """The codes, and how often each is drawn: equally often."""
    codes = sorted({row.loinc for row in analyses()})
    return strings(codes), Alias.build(np.ones(len(codes), dtype=np.int64))


def generate(draw: Draw, inputs: Mapping[str, Any]) -> Strings:
    """Codes of the reference table, equally often."""
    codes, weights = _choice()
    return codes.take(draw.pick("code", weights))


def validate(text: str) -> str:
    """The code; IdentifierError when its form or its check digit (Luhn) is wrong."""
    bare = text.strip()
    if not synthetic_mask(strings([bare]))[0]:
        raise IdentifierError("a LOINC code is up to seven digits, a dash and a check digit (Luhn)")
    return bare


def is_synthetic(text: str) -> bool:
    """Whether the text is a valid code: no code names a person."""
    return bool(synthetic_mask(strings([text]))[0])


def synthetic_mask(column: Strings) -> Bits:
    """`bool[n]`: `is_synthetic` of each cell, false where null."""
    formed = pc.if_else(from_numpy(matches(column, _FORM)), decode(column), None)
    # Zeros in front change no check digit, and bring all codes to one width.
    padded = pc.ascii_lpad(pc.replace_substring(formed, "-", ""), _WIDTH, "0")
    places, digits = fixed_width(padded, "", _WIDTH)
    found = np.zeros(len(column), dtype=np.bool_)
    found[places] = luhn_digits(digits[:, :-1]) == digits[:, -1]
    return found

"""NABM codes: the acts of a laboratory, as the health insurance pays for them."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from simbreach.core.arrays import Bits
from simbreach.core.arrow import Strings, strings
from simbreach.core.cells import matches
from simbreach.core.errors import IdentifierError
from simbreach.core.registry import Safety
from simbreach.core.sampling import Alias
from simbreach.core.streams import Draw
from simbreach.reference.health import analyses

LABEL = "health.analysis"
INPUTS: tuple[str, ...] = ()
SAFETY = Safety(
    range_="codes of an act of a laboratory that the tables hold",
    why="a code names an act of a laboratory, not a person: nothing needs to be hidden or invented in it",
    source="Assurance Maladie, nomenclature des actes de biologie médicale (codes set by hand)",
    date="2024",
    personal=False,
)
PATTERN = r"\b[0-9]{4}\b"
CHANCE = 1

_FORM = "^[0-9]{4}$"


@cache
def _choice() -> tuple[Strings, Alias]:
    """The codes, and how often each is drawn: equally often."""
    codes = sorted({row.nabm for row in analyses() if row.nabm})
    return strings(codes), Alias.build(np.ones(len(codes), dtype=np.int64))


def generate(draw: Draw, inputs: Mapping[str, Any]) -> Strings:
    """Codes of the reference table, equally often."""
    codes, weights = _choice()
    return codes.take(draw.pick("code", weights))


def validate(text: str) -> str:
    """The four digits; IdentifierError for anything else."""
    bare = text.strip()
    if not synthetic_mask(strings([bare]))[0]:
        raise IdentifierError("a NABM code has four digits")
    return bare


def is_synthetic(text: str) -> bool:
    """Whether the text is a valid code: no code names a person."""
    return bool(synthetic_mask(strings([text]))[0])


def synthetic_mask(column: Strings) -> Bits:
    """`bool[n]`: `is_synthetic` of each cell, false where null."""
    return matches(column, _FORM)

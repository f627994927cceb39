"""ICD-10 codes (CIM-10), with French extensions: what a patient has."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from simbreach.core.arrays import Bits
from simbreach.core.arrow import Strings, strings
from simbreach.core.cells import matches
from simbreach.core.errors import IdentifierError
from simbreach.core.registry import Safety
from simbreach.core.sampling import Alias
from simbreach.core.streams import Draw
from simbreach.reference.health import conditions

LABEL = "health.condition"
INPUTS: tuple[str, ...] = ()
SAFETY = Safety(
    range_="codes of a disease that the tables hold",
    why="a code names a disease, not a person: nothing needs to be hidden or invented in it",
    source="WHO, ICD-10 (codes are facts); conditions chosen and estimated for this project",
    date="2026",
    personal=False,
)
PATTERN = r"\b[A-Z][0-9]{2}(?:\.?[0-9]{1,4})?\b"
CHANCE = 1

_FORM = "^[A-Z][0-9]{2}(?:[.]?[0-9]{1,4})?$"


@cache
def _choice() -> tuple[Strings, Alias]:
    """The codes, and how often each is drawn: by their cases in the population."""
    table = conditions()
    return table.icd10, Alias.build(table.per_100k)


def generate(draw: Draw, inputs: Mapping[str, Any]) -> Strings:
    """Codes of the reference table, by their cases in the population."""
    codes, weights = _choice()
    return codes.take(draw.pick("code", weights))


def validate(text: str) -> str:
    """The code in capitals, with a dot after the third; IdentifierError when it has another form."""
    bare = text.strip().upper()
    if not synthetic_mask(strings([bare]))[0]:
        raise IdentifierError("an ICD-10 code is a letter and two digits, then up to four digits")
    return bare if len(bare) == 3 or bare[3] == "." else f"{bare[:3]}.{bare[3:]}"


def is_synthetic(text: str) -> bool:
    """Whether the text is a valid code: no code names a person."""
    return bool(synthetic_mask(strings([text]))[0])


def synthetic_mask(column: Strings) -> Bits:
    """`bool[n]`: `is_synthetic` of each cell, false where null."""
    return matches(column, _FORM)

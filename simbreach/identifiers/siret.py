"""The SIRET number of an establishment: a SIREN that was never issued, and the establishment's number."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from simbreach.core.arrays import Bits
from simbreach.core.arrow import Strings, string_parts, strings, strings_from_matrix
from simbreach.core.cells import check_luhn, luhn_mask
from simbreach.core.digits import append_luhn, luhn_digits, write_digits
from simbreach.core.errors import IdentifierError
from simbreach.core.registry import Safety
from simbreach.core.streams import Draw

LABEL = "id.siret"
INPUTS = ("siren", "number")
SAFETY = Safety(
    range_="a SIREN that begins with 0, four digits and the check digit",
    why="no SIREN begins with 0: companies have 3 to 9, public bodies 1 or 2",
    source="general knowledge, not a published rule; Luhn: INSEE, as in python-stdnum",
    date="2025-07",
)
PATTERN = r"\b[0-9]{3}[ .]?[0-9]{3}[ .]?[0-9]{3}[ .]?[0-9]{5}\b"
CHANCE = 100

_WIDTH = 14


def generate(draw: Draw, inputs: Mapping[str, Any]) -> Strings:
    """SIRET numbers of 14 digits of the column `siren` (nine digits); `number` in `[0, 10^4)`, 1 the seat."""
    data, offsets = string_parts(inputs["siren"])
    companies = data[offsets[0] : offsets[-1]].reshape(-1, 9)
    places = write_digits(inputs["number"], 4)
    return strings_from_matrix(append_luhn(np.concatenate([companies, places], axis=1)))


def validate(text: str) -> str:
    """The 14 digits; IdentifierError when the check digit of the whole, or of its SIREN, is wrong.

    La Poste's establishments follow another rule and are refused.
    """
    bare = check_luhn(text, _WIDTH, "SIRET")
    company = np.frombuffer(bare[:9].encode(), dtype=np.uint8).reshape(1, 9)
    if luhn_digits(company[:, :-1]) != company[:, -1]:
        raise IdentifierError("the first nine digits of the SIRET are no SIREN: their check digit is wrong")
    return bare


def is_synthetic(text: str) -> bool:
    """Whether the number begins with 0, and its check digit is right: 14 digits alone are no proof."""
    return bool(synthetic_mask(strings([text]))[0])


def synthetic_mask(column: Strings) -> Bits:
    """`bool[n]`: `is_synthetic` of each cell, false where null."""
    return luhn_mask(column, "^0[0-9]{13}$", _WIDTH)

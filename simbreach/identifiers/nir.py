"""The NIR, France's social security number, with a birth place and an order number that nobody can have."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from simbreach.core.arrays import I64, U8, Bits, Ints
from simbreach.core.arrow import Strings, strings, strings_from_matrix
from simbreach.core.digits import write_digits
from simbreach.core.registry import Safety
from simbreach.core.streams import Draw
from simbreach.reference.nir_key import bodies_in, check_nir, keys
from simbreach.reference.nir_space import in_space, places

__all__ = ["body", "generate", "is_synthetic", "keys", "synthetic_mask", "validate"]


LABEL = "id.nir"
INPUTS = ("sex", "birth_year", "birth_month", "nir_place", "nir_commune", "nir_order")
SAFETY = Safety(
    range_="a commune number that the département of birth never used (at most 989), or territory 979, or a "
    "country code from 600 to 899; and in each case an order number from 900 to 999",
    why="a NIR names the commune of birth: no such commune, territory or country has been since the "
    "register began, and an order of 900 would need as many births in one month and commune",
    source="INSEE, code officiel géographique 2026 with movements since 1943, countries of the COG; "
    "a margin of 20 above each département's highest commune",
    date="2026-01-01",
)
_GAP = r"[ .\xa0-]?"
PATTERN = (
    rf"\b[12]{_GAP}[0-9]{{2}}{_GAP}[0-9]{{2}}{_GAP}(?:[0-9]{{2}}|2[ABab]){_GAP}[0-9]{{3}}{_GAP}[0-9]{{3}}"
    rf"(?:{_GAP}[0-9]{{2}})?\b"
)
CHANCE = 97

_CORSICA = {"2A": ord("A"), "2B": ord("B")}


def body(
    sexes: Ints, birth_years: Ints, months: Ints, place_indices: Ints, communes: Ints, orders: Ints
) -> U8:
    """`uint8[n, 13]`: NIRs without key, in ASCII.

    Sexes are 1 (man) or 2 (woman), birth years whole years, `place_indices` from `nir_space.places()`.
    """
    codes, letters = _place_codes()
    numbers = np.asarray(sexes, dtype=np.int64) * 100 + np.asarray(birth_years, dtype=np.int64) % 100
    numbers = (numbers * 100 + months) * 100 + codes[place_indices]
    numbers = (numbers * 1000 + communes) * 1000 + orders
    digits = write_digits(numbers, 13)
    second = letters[place_indices]
    corsica = np.flatnonzero(second)
    digits[corsica, 6] = second[corsica]
    return digits


def _place_codes() -> tuple[I64, U8]:
    """For each place: two digits (20 for Corsica), and the letter that replaces the second (0: none)."""
    codes = np.array([20 if code in _CORSICA else int(code) for code in places()], dtype=np.int64)
    return codes, np.array([_CORSICA.get(code, 0) for code in places()], dtype=np.uint8)


def generate(draw: Draw, inputs: Mapping[str, Any]) -> Strings:
    """NIRs of 15 characters: the sex, year, month and birth place of each row, with the key.

    `nir_commune` and `nir_order` come from `nir_space.split`, which knows the safe space.
    """
    bodies = body(*(inputs[name] for name in INPUTS))
    return strings_from_matrix(np.concatenate([bodies, keys(bodies)], axis=1))


def validate(text: str) -> str:
    """The NIR as 13 or 15 characters; IdentifierError when a part is out of its range, or the key wrong."""
    return check_nir(text)


def is_synthetic(text: str) -> bool:
    """Whether the birth place and the order are nobody's; takes 13 or 15 characters in any layout.

    The key does not matter: a wrong one makes no NIR of another person.
    """
    return bool(synthetic_mask(strings([text]))[0])


def synthetic_mask(column: Strings) -> Bits:
    """`bool[n]`: `is_synthetic` of each cell, false where null."""
    found = np.zeros(len(column), dtype=np.bool_)
    at, bodies = bodies_in(column)
    found[at] = in_space(bodies)
    return found

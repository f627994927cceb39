"""The form of a NIR: its control key, and the NIRs that stand in cells of text."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from simbreach.core.arrays import I64, U8
from simbreach.core.arrow import Strings, strings
from simbreach.core.cells import compact, compact_text, fixed_width
from simbreach.core.digits import write_digits
from simbreach.core.errors import IdentifierError

BODY = 13
WHOLE = 15
_SHAPE = "[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}"


@cache
def _residues() -> NDArray[np.uint16]:
    """`uint16[13, 256]`: what each character adds to the number modulo 97, by its position.

    2A counts as 19 and 2B as 18: after the 2 stands minus one, or minus two.
    """
    digits = np.zeros((BODY, 256), dtype=np.int64)
    digits[:, ord("0") : ord("9") + 1] = np.arange(10)
    digits[:, ord("A")], digits[:, ord("B")] = -1, -2
    weights = np.array([pow(10, BODY - 1 - place, 97) for place in range(BODY)])
    return (digits * weights[:, None] % 97).astype(np.uint16)


def keys(bodies: U8) -> U8:
    """`uint8[n, 2]`: the ASCII key of each of `bodies` (`uint8[n, 13]`, ASCII): 97 - n mod 97.

    Corsica's 2A counts as 19 and 2B as 18. Source: Cnam, nir-validation 2.0.0, October 2024.

    >>> keys(np.frombuffer(b"2690549588157", np.uint8).reshape(1, 13)).tobytes()
    b'80'
    """
    residues = _residues()
    totals = np.zeros(len(bodies), dtype=np.uint16)
    for place in range(BODY):
        totals += residues[place].take(bodies[:, place])
    return write_digits(97 - (totals % 97).astype(np.int64), 2)


def bodies_in(column: Strings) -> tuple[I64, U8]:
    """The cells that hold one NIR with or without its key, in any layout: places, `uint8[k, 13]` bodies."""
    bare = compact(column)
    found = [fixed_width(bare, f"^{_SHAPE}{key}$", width) for key, width in (("", 13), ("[0-9]{2}", 15))]
    places = np.concatenate([place for place, _ in found])
    return places, np.concatenate([digits[:, :BODY] for _, digits in found])


def check_nir(text: str) -> str:
    """`text` as 13 or 15 characters; IdentifierError when it is no valid NIR of a civil register.

    Source: the rules of Cnam's nir-validation 2.0.0 (October 2024) and of the commune and order numbers.
    """
    bare = compact_text(text)
    if len(bare) not in (BODY, WHOLE):
        raise IdentifierError(f"a NIR has 13 characters, 15 with its key, not {len(bare)}")
    places, bodies = bodies_in(strings([bare]))
    if not len(places):
        raise IdentifierError("a NIR holds digits only, but for the département 2A or 2B")
    _check_parts(bare)
    if len(bare) == WHOLE and bare[BODY:] != keys(bodies).tobytes().decode():
        raise IdentifierError("the key of the NIR is not 97 minus the rest of the number divided by 97")
    return bare


def _check_parts(bare: str) -> None:
    """Sex, month, birth place, commune and order, each in its range."""
    month, place, commune = int(bare[3:5]), bare[5:7], bare[7:10]
    if bare[0] not in "12":
        raise IdentifierError("the first digit of a NIR is 1 (man) or 2 (woman)")
    if not (1 <= month <= 12 or month >= 20):
        raise IdentifierError("the month of a NIR is 01 to 12, or 20 and above where it is not known")
    if place == "00":
        raise IdentifierError("no place of birth has the code 00")
    last = int(commune[1:]) if place in ("97", "98") else int(commune)
    if not 1 <= last <= (90 if place in ("97", "98") else 990):
        raise IdentifierError("the commune of a NIR is 001 to 990 (01 to 90 overseas)")
    if bare[10:13] == "000":
        raise IdentifierError("the order of a NIR begins with 001")

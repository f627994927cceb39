"""French IBANs with both keys right, of a bank that does not exist."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from simbreach.core.arrays import I64, Bits, Ints
from simbreach.core.arrow import Strings, strings, strings_from_matrix
from simbreach.core.cells import compact, compact_text, matches
from simbreach.core.digits import write_digits
from simbreach.core.errors import IdentifierError
from simbreach.core.registry import Safety
from simbreach.core.streams import Draw

LABEL = "finance.iban"
INPUTS = ("number",)
SAFETY = Safety(
    range_="bank code 99999",
    why="every French account belongs to a bank with a code of its own: none has 99999",
    source="general knowledge; not among the 217 French bank codes that schwifty lists (10011 to 74202)",
    date="2026-10",
)
PATTERN = r"\bFR[0-9]{2}(?:[ -]?[0-9A-Z]{4}){5}[ -]?[0-9A-Z]{3}\b"
CHANCE = 9409

_BANK = 99999
_BRANCHES = 10**5
# A right RIB key makes the number a multiple of 97, and "FR" before it then always has the check digits 76.
_HEAD = b"FR76"
# Letters in a French account number: A to I and J to R count 1 to 9, S to Z 2 to 9.
_LETTERS = {chr(ord("A") + place): str((place + place // 18) % 9 + 1) for place in range(26)}


def generate(draw: Draw, inputs: Mapping[str, Any]) -> Strings:
    """IBANs of 27 characters: account `number` (`[0, 10^11)`) at a branch that is drawn."""
    accounts = np.asarray(inputs["number"], dtype=np.int64)
    branches = draw.below("branch", _BRANCHES)
    parts = [
        np.broadcast_to(np.frombuffer(_HEAD + str(_BANK).encode(), dtype=np.uint8), (len(accounts), 9)),
        write_digits(branches, 5),
        write_digits(accounts, 11),
        write_digits(rib_key(np.int64(_BANK), branches, accounts), 2),
    ]
    return strings_from_matrix(np.concatenate(parts, axis=1))


def rib_key(banks: Ints | np.int64, branches: Ints, accounts: Ints) -> I64:
    """`int64[n]`: the RIB key, 97 - (89·bank + 15·branch + 3·account) mod 97, in `[1, 97]`."""
    rest: I64 = (89 * banks + 15 * branches + 3 * accounts) % 97
    return 97 - rest


def validate(text: str) -> str:
    """The 27 characters of a French IBAN; IdentifierError when its form or one of its two keys is wrong."""
    bare = compact_text(text)
    if bare[:2] != "FR":
        raise IdentifierError("a French IBAN begins with FR")
    if len(bare) != 27:
        raise IdentifierError(f"a French IBAN has 27 characters, not {len(bare)}")
    if not matches(strings([bare]), "^FR[0-9]{12}[0-9A-Z]{11}[0-9]{2}$")[0]:
        raise IdentifierError("a French IBAN has letters only in the account number")
    number = "".join(str(int(character, 36)) for character in bare[4:] + bare[:4])
    if int(number) % 97 != 1:
        raise IdentifierError("the check digits of the IBAN are wrong")
    account = "".join(_LETTERS.get(character, character) for character in bare[14:25])
    key = rib_key(np.int64(int(bare[4:9])), np.array([int(bare[9:14])]), np.array([int(account)]))
    if int(bare[25:]) != int(key[0]):
        raise IdentifierError("the RIB key of the IBAN is wrong")
    return bare


def is_synthetic(text: str) -> bool:
    """Whether the bank code is 99999; the keys do not matter."""
    return bool(synthetic_mask(strings([text]))[0])


def synthetic_mask(column: Strings) -> Bits:
    """`bool[n]`: `is_synthetic` of each cell, false where null."""
    return matches(compact(column), "^FR[0-9]{2}99999[0-9A-Z]{18}$")

"""Numbers as people and software write them in cells: separators dropped, forms recognised.

Whole columns at a time; one text is a column of one.
"""

import numpy as np
import pyarrow.compute as pc

from simbreach.core.arrays import I64, U8, Bits
from simbreach.core.arrow import STRING, Strings, booleans, decode, from_numpy, string_parts, strings
from simbreach.core.digits import luhn_digits
from simbreach.core.errors import IdentifierError

# Spaces (also the two that do not break), dots, dashes, slashes and apostrophes of spreadsheets.
_SEPARATORS = "[ \u00a0\u202f.'/_-]+"


def compact(column: Strings) -> Strings:
    """Each cell without separators, in capitals; null stays null."""
    return pc.ascii_upper(pc.replace_substring_regex(decode(column), _SEPARATORS, ""))


def compact_text(text: str) -> str:
    """One text without separators, in capitals."""
    return str(compact(strings([text]))[0])


def matches(column: Strings, pattern: str) -> Bits:
    """`bool[n]`: which cells `pattern` (RE2, anchored by itself) fits; false where null."""
    return booleans(pc.match_substring_regex(decode(column), pattern))


def fixed_width(column: Strings, pattern: str, width: int) -> tuple[I64, U8]:
    """The cells that `pattern` fits, all of `width` bytes: their places and `uint8[k, width]`."""
    places = np.flatnonzero(matches(column, pattern))
    data, offsets = string_parts(decode(column.take(from_numpy(places))).cast(STRING))
    return places, data[offsets[0] : offsets[-1]].reshape(-1, width)


def read_digits(digits: U8) -> I64:
    """`int64[n]`: the numbers that rows of ASCII `digits` (`uint8[n, width]`, width < 19) spell."""
    values = np.zeros(len(digits), dtype=np.int64)
    for column in range(digits.shape[1]):
        values *= 10
        values += digits[:, column]
        values -= 48
    return values


def luhn_mask(column: Strings, pattern: str, width: int) -> Bits:
    """`bool[n]`: which cells are `width` digits that fit `pattern` and end in their Luhn digit."""
    places, digits = fixed_width(compact(column), pattern, width)
    found = np.zeros(len(column), dtype=np.bool_)
    found[places] = luhn_digits(digits[:, :-1]) == digits[:, -1]
    return found


def check_luhn(text: str, width: int, name: str) -> str:
    """`text` as `width` digits that end in their Luhn digit; IdentifierError says what else a `name` is."""
    bare = compact_text(text)
    if not (bare.isascii() and bare.isdigit()):
        raise IdentifierError(f"a {name} holds digits only")
    if len(bare) != width:
        raise IdentifierError(f"a {name} has {width} digits, not {len(bare)}")
    if not luhn_mask(strings([bare]), "", width)[0]:
        raise IdentifierError(f"the last digit of the {name} is not its check digit (Luhn)")
    return bare

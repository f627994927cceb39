"""Numbers that went wrong: zeros and digits lost, the notation of a spreadsheet, a wrong digit or key.

None of them can become somebody's. A NIR keeps the commune and the order that nobody has, or is left with a
digit less and is no NIR; a telephone number keeps its block, or has a digit too few for France; and nothing
else that lost its zeros is left with nine digits or more, as a telephone number would be.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrays import I64
from simbreach.core.arrow import Strings, from_numpy, integers, join, literal, strings_from_matrix
from simbreach.core.cells import compact, matches
from simbreach.core.digits import write_digits
from simbreach.core.sampling import Alias
from simbreach.core.streams import HashDraw
from simbreach.engine.letters import Letters
from simbreach.reference.nir_key import BODY, WHOLE

# What is left of a telephone number: nine digits of its block, or those behind 33. Of another: at most eight.
_PHONE_LEFT = "^0+([1-9][0-9]{8}|33[1-9][0-9]{8})$"
_CODE_LEFT = "^0+([0-9]{1,8})$"

# A spreadsheet shows six significant digits of a number of more than eleven.
_SHOWN = 6
_LONG = "^0*[1-9][0-9]{11,17}$"


def lost_zeros(words: Strings, phones: bool) -> Strings:
    """Numbers without the zeros in front, as a spreadsheet opens them; what has other signs in it stays.

    >>> lost_zeros(pa.array(["01000", "0600123456", "06 00 12 34 56"]), True).to_pylist()
    ['01000', '600123456', '06 00 12 34 56']
    """
    return pc.replace_substring_regex(words, _PHONE_LEFT if phones else _CODE_LEFT, r"\1")


def scientific(words: Strings) -> Strings:
    """Numbers of twelve digits or more as a French spreadsheet shows them; others stay, as 2A and spaces do.

    >>> scientific(pa.array(["185017530091234", "2 69 05 49 588 957 80"])).to_pylist()
    ['1,85018E+14', '2 69 05 49 588 957 80']
    """
    long = matches(words, _LONG)
    values = integers(pc.cast(pc.if_else(from_numpy(long), words, literal("100000000000")), pa.int64()))
    digits = np.searchsorted(10 ** np.arange(19, dtype=np.int64), values, side="right")
    unit = 10 ** (digits - _SHOWN)
    # Half a unit rounds up; what reaches a million has one digit more.
    shown = (values + unit // 2) // unit
    more = shown == 10**_SHOWN
    shown, exponents = np.where(more, 10 ** (_SHOWN - 1), shown), digits - 1 + more
    figures = strings_from_matrix(write_digits(shown, _SHOWN))
    decimals = pc.utf8_rtrim(pc.utf8_slice_codeunits(figures, 1), "0")
    comma = pc.if_else(pc.equal(decimals, literal("")), literal(""), literal(","))
    power = strings_from_matrix(write_digits(exponents, 2))
    written = join(pc.utf8_slice_codeunits(figures, 0, 1), comma, decimals, literal("E+"), power)
    return pc.if_else(from_numpy(long), written, words)


def lost_digit(words: Strings, draw: HashDraw, phones: bool) -> Strings:
    """NIRs and telephone numbers without their last digit, NIRs also without their first.

    A NIR of 15 or 13 characters becomes one of 14 or 12, which is none; what is not a whole number stays.
    """
    short = pc.utf8_rtrim(pc.utf8_slice_codeunits(words, 0, -1), " .-/")
    if phones:
        whole = matches(compact(words), "^(?:0|[+]?33|0033)?(?:[(]0[)])?[1-9][0-9]{8}$")
        return pc.if_else(from_numpy(whole), short, words)
    letters = Letters.of(words)
    nirs = np.zeros(len(words), dtype=np.bool_)
    nirs[_nirs(letters)[0]] = True
    front = pc.utf8_ltrim(pc.utf8_slice_codeunits(words, 1), " .-")
    short = pc.if_else(from_numpy(draw.chance("first", "0.3")), front, short)
    return pc.if_else(from_numpy(nirs), short, words)


def _nirs(letters: Letters) -> tuple[I64, I64, I64]:
    """Which words are NIRs in some layout, of how many characters, and where in `points` the first 13 are."""
    points = letters.points
    signs = np.flatnonzero(((points >= 48) & (points <= 57)) | ((points >= 65) & (points <= 66)))
    between = (points == ord(" ")) | (points == ord(".")) | (points == ord("-"))
    counts = np.bincount(letters.of_word(signs), minlength=len(letters))
    gaps = np.bincount(letters.of_word(np.flatnonzero(between)), minlength=len(letters))
    rows = np.flatnonzero(((counts == BODY) | (counts == WHOLE)) & (counts + gaps == letters.lengths))
    firsts = np.searchsorted(signs, letters.starts[rows])
    sexes = points[signs[firsts]] if len(rows) else points[:0]
    right = (sexes == ord("1")) | (sexes == ord("2"))
    rows, firsts = rows[right], firsts[right]
    return rows, counts[rows], signs[firsts[:, None] + np.arange(BODY)]


# Where a digit of a NIR is wrong: sex, year, month. Our estimate.
_PARTS = Alias.build(np.array([20, 45, 35]))
_SEX, _YEAR, _MONTH = range(3)


def wrong_digit(words: Strings, draw: HashDraw) -> Strings:
    """NIRs with another sex, year of the same decade, or month; place, commune, order and key stay.

    Where 91 to 95 would say Algeria or Morocco in another year, the year stays and the month is wrong.
    """
    letters = Letters.of(words)
    rows, _, places = _nirs(letters)
    if not len(rows):
        return words
    digits = letters.points[places].astype(np.int64) - 48
    draw = draw.at(rows)
    part = draw.pick("part", _PARTS)
    colonial = (digits[:, 5] == 9) & (digits[:, 6] >= 1) & (digits[:, 6] <= 5)
    part = np.where((part == _YEAR) & colonial, _MONTH, part)
    month = (digits[:, 3] * 10 + digits[:, 4] + draw.below("month", 11)) % 12 + 1
    digits[:, 0] = np.where(part == _SEX, 3 - digits[:, 0], digits[:, 0])
    digits[:, 2] = np.where(part == _YEAR, (digits[:, 2] + 1 + draw.below("year", 9)) % 10, digits[:, 2])
    digits[:, 3] = np.where(part == _MONTH, month // 10, digits[:, 3])
    digits[:, 4] = np.where(part == _MONTH, month % 10, digits[:, 4])
    points = letters.points.copy()
    points[places[:, :5]] = (digits[:, :5] + 48).astype(np.uint32)
    return Letters(points, letters.starts).text()


def wrong_key(words: Strings, draw: HashDraw) -> Strings:
    """NIRs of 15 characters with another key than their own; those without a key stay."""
    letters = Letters.of(words)
    rows, widths, _ = _nirs(letters)
    rows = rows[widths == WHOLE]
    # The two digits of the key end the word.
    places = letters.starts[rows + 1, None] - np.array([3, 2])
    digits = letters.points[places].astype(np.int64) - 48
    keys: I64 = (digits[:, 0] * 10 + digits[:, 1] + draw.at(rows).below("key", 96)) % 97 + 1
    points = letters.points.copy()
    points[places] = np.stack([keys // 10, keys % 10], axis=1) + 48
    return Letters(points, letters.starts).text()

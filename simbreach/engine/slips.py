"""Slips of fingers, ears and scanners: one wrong letter, a name written as it sounds, a misread character."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simbreach.core.arrays import I64
from simbreach.core.arrow import Strings
from simbreach.core.sampling import Alias
from simbreach.core.streams import HashDraw
from simbreach.engine.letters import Letters, Rule, apply_rules, capitals

# Neighbours on an AZERTY keyboard, for letters that names are made of.
_AZERTY = {
    "A": "ZQ", "B": "VN", "C": "XV", "D": "SF", "E": "ZR", "F": "DG", "G": "FH", "H": "GJ", "I": "UO",
    "J": "HK", "K": "JL", "L": "KM", "M": "L", "N": "BH", "O": "IP", "P": "OM", "Q": "AS", "R": "ET",
    "S": "QD", "T": "RY", "U": "YI", "V": "CB", "W": "XS", "X": "WC", "Y": "TU", "Z": "AE",
}  # fmt: skip

_KEYBOARD, _TRANSPOSED, _OMITTED, _DOUBLED = range(4)
# Of a hundred slips of the fingers. Our estimate.
_SLIPS = (45, 25, 20, 10)


@cache
def _table() -> Alias:
    return Alias.build(np.array(_SLIPS))


def typo(words: Strings, draw: HashDraw) -> Strings:
    """Each word with one slip of the fingers: one of the four below."""
    return _slip(words, draw, draw.pick("slip", _table()))


def keyboard(words: Strings, draw: HashDraw) -> Strings:
    """Each word with one letter given for its neighbour on a French keyboard."""
    return _slip(words, draw, np.full(len(words), _KEYBOARD))


def transposed(words: Strings, draw: HashDraw) -> Strings:
    """Each word with two neighbouring letters swapped."""
    return _slip(words, draw, np.full(len(words), _TRANSPOSED))


def omitted(words: Strings, draw: HashDraw) -> Strings:
    """Each word with one letter less."""
    return _slip(words, draw, np.full(len(words), _OMITTED))


def doubled(words: Strings, draw: HashDraw) -> Strings:
    """Each word with one letter twice."""
    return _slip(words, draw, np.full(len(words), _DOUBLED))


def _slip(words: Strings, draw: HashDraw, slip: I64) -> Strings:
    """Each word with the slip of its number.

    The first letter stays, as it mostly does, and so does what follows an @: a domain with a slip in it
    could be a real one. Words of fewer than three characters stay as they are.
    """
    letters = Letters.of(words)
    room = letters.lengths
    at_signs = np.flatnonzero(letters.points == ord("@"))[::-1]
    rows = letters.of_word(at_signs)
    # Of several the first one counts: it is written last.
    room[rows] = at_signs - letters.starts[rows]
    rows = np.flatnonzero(room >= 3)
    if not len(rows):
        return words
    draw, slip = draw.at(rows), slip[rows]
    places = letters.starts[rows] + 1 + draw.below("at", room[rows] - 2)
    here, following = letters.points[places], letters.points[places + 1]
    keys = _neighbours()[np.minimum(here, 255), draw.below("side", 2)]
    near = np.where(here < 256, keys, here)
    removed = np.where(slip == _TRANSPOSED, 2, 1)
    one = np.where(slip == _KEYBOARD, near, np.where(slip == _TRANSPOSED, following, here))
    one[slip == _OMITTED] = 0
    other = np.where((slip == _TRANSPOSED) | (slip == _DOUBLED), here, np.uint32(0))
    return letters.change(places, removed, np.stack([one, other], axis=1)).text()


@cache
def _neighbours() -> NDArray[np.uint32]:
    """`uint32[256, 2]`: the keys beside each letter, in its case; anything else stays itself."""
    table = np.tile(np.arange(256, dtype=np.uint32)[:, None], (1, 2))
    folds: tuple[Callable[[str], str], ...] = (str.upper, str.lower)
    for letter, keys in _AZERTY.items():
        for fold in folds:
            table[ord(fold(letter))] = [ord(fold(key)) for key in (keys[0], keys[-1])]
    return table


_VOWELS = "AEIOUY"
_CONSONANTS = "BCDFGHJKLMNPQRSTVWXZ"

# What sounds alike in French and is written in other letters: our own list.
_SOUNDS = (
    # one sound, several spellings
    Rule("PH", "F"), Rule("F", "PH", ahead=_VOWELS), Rule("TH", "T"), Rule("T", "TH", ahead=_VOWELS),
    Rule("EAU", "O"), Rule("EAU", "AU"), Rule("AU", "O", ahead=_CONSONANTS + "$"),
    Rule("O", "EAU", ahead="$"),
    Rule("QU", "K", ahead="EI"), Rule("K", "QU", ahead="EI"), Rule("K", "C", ahead="AOULR"),
    Rule("C", "K", ahead="AOULR"), Rule("CK", "K"), Rule("C", "CK", behind=_VOWELS, ahead="$"),
    Rule("CHR", "CR"), Rule("C", "S", ahead="EIY"), Rule("S", "C", behind="^", ahead="EI"),
    Rule("SC", "S", ahead="EIY"), Rule("SS", "C", behind=_VOWELS, ahead="EI"),
    Rule("S", "Z", behind=_VOWELS, ahead=_VOWELS), Rule("Z", "S", behind=_VOWELS, ahead=_VOWELS),
    Rule("G", "J", ahead="EI"), Rule("J", "G", ahead="EI"), Rule("GUY", "GUI"), Rule("GU", "G", ahead="EI"),
    Rule("Y", "I", ahead=_CONSONANTS + "$"), Rule("I", "Y", ahead=_CONSONANTS + "$"),
    Rule("AI", "E", ahead=_CONSONANTS), Rule("AI", "EI", ahead=_CONSONANTS), Rule("EI", "AI"),
    Rule("AIN", "IN", ahead="$"), Rule("IN", "AIN", ahead="$"), Rule("AIN", "EIN", ahead="$"),
    Rule("AN", "EN", ahead="CDT"), Rule("EN", "AN", ahead="CDT"), Rule("X", "CS", behind=_VOWELS),
    # what is not heard: an h, final letters
    Rule("H", "", behind="^", ahead=_VOWELS), Rule("D", "", behind="ANRU", ahead="$"),
    Rule("T", "", behind=_VOWELS + "LNR", ahead="$"), Rule("S", "", behind=_VOWELS + "NRT", ahead="$"),
    Rule("X", "", behind="U", ahead="$"), Rule("Z", "", behind="E", ahead="$"),
    Rule("R", "RT", behind="A", ahead="$"), Rule("U", "UT", behind="A", ahead="$"),
    *(Rule(letter + "E", letter, behind=_VOWELS, ahead="$") for letter in "CDLMNPRST"),
    # one consonant or two
    *(Rule(letter * 2, letter) for letter in "CFLMNPRT"),
    *(Rule(letter, letter * 2, behind=_VOWELS, ahead=_VOWELS) for letter in "FLMNPRT"),
)  # fmt: skip


def phonetic(words: Strings, draw: HashDraw) -> Strings:
    """Each word as somebody who hears it might write it: one other spelling of one sound in it."""
    letters = Letters.of(words)
    return apply_rules(letters, capitals(letters.points), _SOUNDS, draw).text()


# What a scanner takes for another: the classic pairs, both ways.
_LOOKS = tuple(
    Rule(old, new)
    for one, other in (
        *(("0", "O"), ("1", "I"), ("1", "l"), ("I", "l"), ("5", "S"), ("8", "B"), ("2", "Z"), ("6", "G")),
        *(("rn", "m"), ("cl", "d"), ("O", "Q"), ("VV", "W")),
    )
    for old, new in ((one, other), (other, one))
)


def ocr(words: Strings, draw: HashDraw) -> Strings:
    """Each word with one character or pair taken for one that looks like it."""
    letters = Letters.of(words)
    return apply_rules(letters, letters.points, _LOOKS, draw).text()

"""Text read in another encoding than it was written in: what is left of accented letters."""

from collections.abc import Callable

import numpy as np

from simbreach.core.arrow import Strings
from simbreach.core.text import fold_accents
from simbreach.engine.letters import Letters


def mojibake(words: Strings) -> Strings:
    """UTF-8 read as cp1252: `é` → `Ã©`."""
    return _substitute(words, _utf8_as_cp1252)


def mojibake_twice(words: Strings) -> Strings:
    """The same, two times over: `é` → `ÃƒÂ©`."""
    return _substitute(words, lambda text: _utf8_as_cp1252(_utf8_as_cp1252(text)))


def cp850(words: Strings) -> Strings:
    """cp850, the code page of DOS, read as cp1252: `é` → `‚`. Letters that cp850 lacks (œ) stay."""
    return _substitute(words, _cp850_as_cp1252)


def replacement(words: Strings) -> Strings:
    """cp1252 read as UTF-8: each accented letter becomes U+FFFD."""
    return _substitute(words, lambda text: "\ufffd")


def unaccented(words: Strings) -> Strings:
    """The words without their accents."""
    return fold_accents(words)


def _substitute(words: Strings, replace: Callable[[str], str]) -> Strings:
    """The words with every character beyond ASCII replaced: the few different ones are asked for once."""
    letters = Letters.of(words)
    points = letters.points
    kinds, numbers = np.unique(points[points > 127], return_inverse=True)
    if not len(kinds):
        return words
    new = [replace(chr(kind)) for kind in kinds.tolist()]
    width = max(map(len, new))
    table = np.array([[*map(ord, word.ljust(width, "\0"))] for word in new], dtype=np.uint32)
    places = np.flatnonzero(points > 127)
    return letters.change(places, np.ones(len(places), dtype=np.int64), table[numbers]).text()


def _utf8_as_cp1252(text: str) -> str:
    return _as_cp1252(text.encode())


def _cp850_as_cp1252(text: str) -> str:
    try:
        return _as_cp1252(text.encode("cp850"))
    except UnicodeEncodeError:
        return text


def _as_cp1252(data: bytes) -> str:
    """Bytes as cp1252; the five that it leaves open become control characters, as in browsers and Windows."""
    return "".join(
        chr(byte) if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else bytes([byte]).decode("cp1252")
        for byte in data
    )

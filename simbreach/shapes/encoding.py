"""Text encodings of leaked files: words as bytes, their sizes, and what a code page does to what it lacks."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias
from unicodedata import normalize

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrays import I32, I64, U8
from simbreach.core.arrow import Array, Strings, integers, string_parts

Encoding: TypeAlias = Literal["cp1252", "utf-8", "utf-16", "cp850", "iso-8859-1"]

_PYTHON: Final = {"utf-16": "utf-16-le"}
_BOMS: Final = {"utf-8": b"\xef\xbb\xbf", "utf-16": b"\xff\xfe"}
# What Windows' tables of best fits write for letters that have no decomposition, and for typographic signs.
# Source: Unicode's bestfit850.txt and bestfit1252.txt.
_BEST_FITS: Final = {
    "œ": "o", "Œ": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "€": "?",
    "‘": "'", "’": "'", "‚": ",", "“": '"', "”": '"', "–": "-", "—": "-", "…": ".", "‹": "<", "›": ">",
    "\u202f": " ", "\u2009": " ", "\u2011": "-", "ÿ": "y", "Ÿ": "Y",
}  # fmt: skip
# Five bytes mean nothing in cp1252; Windows reads and writes them as the control characters of that number.
# Source: Unicode's bestfit1252.txt. As lone surrogates Python writes them as they are.
_UNDEFINED: Final = {chr(byte): chr(0xDC00 + byte) for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}


@dataclass(frozen=True, slots=True)
class Encoded:
    """Words as bytes: `words` (binary), and how many characters of each were replaced (None: of none)."""

    words: Array
    lost: I64 | None = None


@dataclass(frozen=True, slots=True)
class Codec:
    """One encoding, for whole columns."""

    name: Encoding

    @property
    def bom(self) -> bytes:
        """The byte order mark, empty where the encoding has none."""
        return _BOMS.get(self.name, b"")

    @property
    def unit(self) -> int:
        """How many bytes an ASCII character takes."""
        return 2 if self.name == "utf-16" else 1

    def text(self, text: str) -> bytes:
        """`text` as bytes, what the encoding lacks replaced."""
        return self._fitting(text)[0]

    def encode(self, words: Strings) -> Encoded:
        """The words (no nulls) as bytes; a character that the encoding lacks becomes one that it has."""
        data, offsets = string_parts(words)
        data = data[offsets[0] : offsets[-1]]
        if self.name == "utf-8" or (self.unit == 1 and is_ascii(data)):
            return Encoded(words.cast(pa.binary()))
        sizes = self.sizes(words)
        places = np.zeros(len(words) + 1, dtype=np.int32)
        np.cumsum(sizes, out=places[1:])
        text = str(data.data, "utf-8")
        encoded, lacking = self._fitting(text)
        array = pa.Array.from_buffers(
            pa.binary(), len(words), [None, pa.py_buffer(places), pa.py_buffer(encoded)]
        )
        if not lacking:
            return Encoded(array)
        lost = [sum(map(word.count, lacking)) for word in words.to_pylist()]
        return Encoded(array, np.array(lost, dtype=np.int64))

    def sizes(self, words: Strings) -> I32:
        """`int32[n]`: how many bytes each word takes."""
        data, offsets = string_parts(words)
        data = data[offsets[0] : offsets[-1]]
        if self.name == "utf-8" or is_ascii(data):
            return np.diff(offsets) * np.int32(self.unit)
        if self.name == "utf-16" and data.max() >= 0xF0:  # characters of two units
            return np.array([len(word.encode("utf-16-le")) for word in words.to_pylist()], dtype=np.int32)
        return integers(pc.utf8_length(words)) * np.int32(self.unit)

    def widths(self, characters: "np.ndarray[tuple[int], np.dtype[np.uint32]]") -> I64:
        """`int64[n]`: how many bytes each character takes, given its code point."""
        if self.name == "utf-16":
            return np.where(characters > 0xFFFF, 4, 2)
        if self.name != "utf-8":
            return np.ones(len(characters), dtype=np.int64)
        return 1 + (characters > 0x7F) + (characters > 0x7FF) + (characters > 0xFFFF).astype(np.int64)

    def _fitting(self, text: str) -> tuple[bytes, tuple[str, ...]]:
        """`text` as bytes, and which of its characters were replaced."""
        python = _PYTHON.get(self.name, self.name)
        try:
            return text.encode(python), ()
        except UnicodeEncodeError:
            kept = _UNDEFINED if self.name == "cp1252" else {}
            letters = sorted(letter for letter in set(text) if not _has(python, letter))
            lacking = tuple(letter for letter in letters if letter not in kept)
            for letter in letters:  # a few: ten times as fast as str.translate
                text = text.replace(letter, kept.get(letter) or _nearest(python, letter))
            return text.encode(python, "surrogateescape"), lacking


def is_ascii(data: U8) -> bool:
    """Whether all bytes are ASCII."""
    return not len(data) or int(data.max()) < 0x80


def _has(python: str, letter: str) -> bool:
    try:
        letter.encode(python)
    except UnicodeEncodeError:
        return False
    return True


def _nearest(python: str, letter: str) -> str:
    """The one character that stands for `letter`: the one that best fits, its base letter, or `?`."""
    near = _BEST_FITS.get(letter) or normalize("NFKD", letter)[0]
    return near if _has(python, near) else "?"

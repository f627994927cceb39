"""French text in columns: capitals without accents, cuts and padding, as old software writes them."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrow import Strings, from_numpy, integers, string_parts


def fold_accents(words: Strings) -> Strings:
    """The words without diacritics or ligatures, ASCII where they were French: `Cœur d'Été` → `Coeur d'Ete`.

    Lengths in characters may grow by a ligature; typographic apostrophes become straight.
    """
    # Most French words have none: only the others are taken apart.
    marked = pc.invert(pc.string_is_ascii(words))
    return pc.replace_with_mask(words, marked, _fold(words.filter(marked)))


def _fold(words: Strings) -> Strings:
    for ligature, letters in (("œ", "oe"), ("Œ", "OE"), ("æ", "ae"), ("Æ", "AE"), ("’", "'")):
        words = pc.replace_substring(words, ligature, letters)
    data, offsets = string_parts(pc.utf8_normalize(words, form="NFD"))
    # Combining marks, U+0300 to U+036F, are the two bytes CC 80 to CD AF.
    following = np.append(data[1:], np.uint8(0))
    first = (data == 0xCC) | ((data == 0xCD) & (following <= 0xAF))
    kept = ~first
    kept[1:] &= ~first[:-1]
    ends = np.concatenate(([0], np.cumsum(kept, dtype=np.int32)))[offsets].astype(np.int32)
    return pa.StringArray.from_buffers(len(words), pa.py_buffer(ends), pa.py_buffer(data[kept]))


def change_case(words: Strings, case: str) -> Strings:
    """The words in `upper`, `lower` or `title` case; `keep` returns them as they are."""
    if case == "upper":
        return pc.utf8_upper(words)
    if case == "lower":
        return pc.utf8_lower(words)
    if case == "title":
        # Arrow begins a word after every non-letter; French does not after an apostrophe within a word.
        return pc.utf8_title(words)
    return words


def cut(words: Strings, width_chars: int) -> Strings:
    """The first `width_chars` characters of each word, without a blank at the end."""
    # A word has no more characters than bytes.
    _, offsets = string_parts(words)
    places = np.flatnonzero(np.diff(offsets) > width_chars)
    if not len(places):
        return words
    long = np.zeros(len(words), dtype=np.bool_)
    long[places] = True
    asked = words.take(from_numpy(places))
    short = pc.utf8_rtrim_whitespace(pc.utf8_slice_codeunits(asked, 0, width_chars))
    # Of accents it may have fewer: such a word stays as it is.
    fits = integers(pc.utf8_length(asked)) <= width_chars
    if fits.any():
        short = pc.if_else(from_numpy(fits), asked, short)
    return pc.replace_with_mask(words, from_numpy(long), short)


def pad(words: Strings, width_chars: int) -> Strings:
    """Each word filled up to `width_chars` characters with blanks on the right."""
    return pc.utf8_rpad(words, width_chars)


def is_ascii(words: Strings) -> bool:
    """Whether no word holds anything but ASCII."""
    return bool(pc.all(pc.string_is_ascii(words)).as_py()) if len(words) else True

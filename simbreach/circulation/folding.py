"""Texts as they compare: without what marks, tidying and typing anew change."""

import re
import unicodedata
from functools import lru_cache
from typing import Final, TypeAlias

import pyarrow.compute as pc

from simbreach.circulation.fingerprint import WORDS, unaccented
from simbreach.core.arrow import Strings

Line: TypeAlias = dict[str, str]
"""The values of a line, by name or place."""

_STREETS: Final = "|".join(sorted({word for pair in WORDS for word in pair}, key=len, reverse=True))


@lru_cache(maxsize=1 << 16)
def fold(text: str) -> str:
    """The text without accents, capitals, punctuation, doubled spaces and words of streets."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)).upper()
    return " ".join(re.sub(rf"\b(?:{_STREETS})\b", " ", re.sub(r"[^A-Z0-9]+", " ", plain)).split())


def fold_column(words: Strings) -> Strings:
    """`fold` of a column."""
    plain = pc.replace_substring_regex(pc.utf8_upper(unaccented(words)), r"[^A-Z0-9]+", " ")
    plain = pc.replace_substring_regex(plain, rf"\b({_STREETS})\b", " ")
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(plain, r" +", " "))

"""Marks of a copy: which rows it leaves out, and which cells it spells in another harmless way.

Each copy has a stream of coins of its own, drawn from the dataset's seed and the copy's name. A coin decides
whether a row is left out (one in 333; one in two of the canaries) and whether a name, an address or a
commune is spelled otherwise (one in five): a fold of the same letters, never a digit, never an identifier.
Which other spelling that is depends on the row alone, so that any two copies differ in what they chose only.
Coins of two copies are independent: whoever is not the source of a file fits it by chance alone, and how
probable that is can be computed (`score`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrays import I32, I64, Bits
from simbreach.core.arrow import (
    STRING,
    Array,
    RecordBatch,
    Strings,
    booleans,
    coded,
    from_numpy,
    integers,
    join,
    literal,
    strings,
    validity,
)
from simbreach.core.schema import FIELDS
from simbreach.core.streams import HashDraw
from simbreach.shapes.contract import Column

MARKED: Final = 0.2
LEFT_OUT: Final = 0.003
_MARKED, _LEFT_OUT, _CANARIES_LEFT_OUT = "0.2", "0.003", "0.5"

# Ways to spell otherwise. Each turns a text into one other; where it has no hold on a text the next does.
CASE, ACCENT, HYPHEN, WORD, SPACE = range(5)
KINDS: Final = ("case", "accent", "hyphen", "abbreviation", "space")
_OF: Final = {
    "name": (CASE, ACCENT, HYPHEN, SPACE),
    "address": (WORD, CASE, SPACE, WORD),
    "commune": (CASE, HYPHEN, SPACE, WORD),
}
_BY_FIELD: Final = {
    "address_1": "address", "address_2": "address", "prescriber_address_1": "address", "commune": "commune",
    "prescriber_commune": "commune", "sampler_commune": "commune",
}  # fmt: skip
# Words of addresses and their abbreviations, as street files have them; the first in a text counts.
WORDS: Final = (
    ("AVENUE", "AV"), ("BOULEVARD", "BD"), ("CHEMIN", "CHE"), ("ROUTE", "RTE"), ("IMPASSE", "IMP"),
    ("PLACE", "PL"), ("ALLEE", "ALL"), ("RESIDENCE", "RES"), ("SAINTE", "STE"), ("SAINT", "ST"), ("RUE", "R"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Marks:
    """The coins of one copy of one table."""

    seed: int
    copy: str
    table: str

    def marked(self, column: str, rows: I64) -> Bits:
        """`bool[n]`: whether the cell of `column` is spelled otherwise in each of `rows`."""
        return self._draw(column, rows).chance("spelled", _MARKED)

    def left_out(self, rows: I64, canaries: I64) -> Bits:
        """`bool[n]`: which of `rows` the copy leaves out; `canaries` are rows of canaries, ascending."""
        draw = self._draw("", rows)
        out = draw.chance("left out", _LEFT_OUT)
        places = np.flatnonzero(np.isin(rows, canaries))
        out[places] = draw.at(places).chance("canary", _CANARIES_LEFT_OUT)
        return out

    def _draw(self, column: str, rows: I64) -> HashDraw:
        return HashDraw(self.seed, ("circulation", self.copy, self.table, column), rows.astype(np.uint64))

    def apply(self, columns: Sequence[Column], batch: RecordBatch, rows: I64) -> RecordBatch:
        """The batch of `rows` with the cells of its marked columns as this copy spells them."""
        arrays = list(batch.columns)
        for place, family in mark_columns(columns):
            name = columns[place].name
            coins = self.marked(name, rows) & validity(_indices(arrays[place]))
            chosen = np.flatnonzero(coins)
            if len(chosen):
                kinds = kinds_of(family, self.table, name, rows[chosen])
                arrays[place] = _respelled(arrays[place], chosen, kinds)
        return pa.RecordBatch.from_arrays(arrays, batch.schema.names)


def mark_columns(columns: Sequence[Column]) -> list[tuple[int, str]]:
    """Places and families (`name`, `address`, `commune`) of the columns that carry marks."""
    found = []
    for place, column in enumerate(columns):
        field = FIELDS.get(column.field)
        family = _BY_FIELD.get(column.field, "name" if field is not None and field.type == "name" else "")
        if family:
            found.append((place, family))
    return found


def kinds_of(family: str, table: str, column: str, rows: I64) -> I32:
    """`int32[n]`: the way in which each row's cell would be spelled otherwise, the same for all copies."""
    ways = np.array(_OF[family], dtype=np.int32)
    draw = HashDraw(0, ("circulation", table, column), rows.astype(np.uint64))
    return ways[draw.below("way", len(ways))]


def otherwise(words: Strings, kinds: I32) -> tuple[Strings, I32]:
    """The words spelled otherwise, and the way of each (`int32[n]`): -1 where a word stays as it is.

    A word without two letters, or with so many digits that it could be an identifier, stays.
    """
    ways = np.full(len(words), -1, dtype=np.int32)
    fit = booleans(pc.match_substring_regex(words, r"\pL\pL"))
    fit &= ~booleans(pc.match_substring_regex(words, r"@|(\d\D?){7}"))
    done = words
    for kind in (ACCENT, HYPHEN, WORD, SPACE, CASE):
        asked = kinds == kind
        # What had no hold goes on to spacing, accents to capitals: those have a hold on any word.
        if kind == SPACE:
            asked |= (kinds == HYPHEN) | (kinds == WORD)
        elif kind == CASE:
            asked |= kinds == ACCENT
        asked &= fit & (ways < 0)
        places = np.flatnonzero(asked)
        if not len(places):
            continue
        before = words.take(from_numpy(places))
        after = _WAYS[kind](before)
        changed = booleans(pc.not_equal(before, after))
        ways[places[changed]] = kind
        mask = np.zeros(len(words), dtype=np.bool_)
        mask[places[changed]] = True
        done = pc.replace_with_mask(done, from_numpy(mask), after.filter(from_numpy(changed)))
    return done, ways


def _case(words: Strings) -> Strings:
    upper = pc.utf8_upper(words)
    return pc.if_else(pc.equal(upper, words), pc.utf8_title(words), upper)


def unaccented(words: Strings) -> Strings:
    """The words without accents and cedillas."""
    return pc.replace_substring_regex(pc.utf8_normalize(words, "NFD"), r"\p{Mn}", "")


def _hyphen(words: Strings) -> Strings:
    """The first hyphen as a space; the first space as a hyphen where there is none."""
    spaced = pc.replace_substring_regex(words, r"(\pL)-(\pL)", r"\1 \2", max_replacements=1)
    joined = pc.replace_substring_regex(words, r"(\pL) (\pL)", r"\1-\2", max_replacements=1)
    return pc.if_else(pc.equal(spaced, words), joined, spaced)


def _word(words: Strings) -> Strings:
    """The first of `WORDS` in a text short where it stands in full, in full where it stands short."""
    own, other = _partners()
    # RE2's \b takes an accented letter for the end of a word; a word with a dot stays short.
    pattern = rf"(?s)^(?P<a>(?:.*?[^\pL\pN])?)(?P<word>{'|'.join(own)})(?P<b>(?:[^\pL\pN.].*)?)$"
    parts = pc.extract_regex(words, pattern)
    before, word, after = (pc.struct_field(parts, place) for place in range(3))
    instead = strings(other).take(pc.index_in(word, value_set=strings(own)))
    return pc.coalesce(join(before, instead, after), words)


@cache
def _partners() -> tuple[list[str], list[str]]:
    """Words as they are written, and what each becomes. A single letter may be anything: it stays."""
    pairs = [
        (way(one), way(another))
        for full, short in WORDS
        for way in (str, str.capitalize, str.lower)
        for one, another in ((full, short), (short, full))
        if len(one) > 1
    ]
    return [one for one, _ in pairs], [another for _, another in pairs]


def _space(words: Strings) -> Strings:
    """The first space twice; one behind a word that has none."""
    wider = pc.replace_substring_regex(words, r"(\S) (\S)", r"\1  \2", max_replacements=1)
    return pc.if_else(pc.equal(wider, words), join(words, literal(""), separator=" "), wider)


_WAYS: Final = {CASE: _case, ACCENT: unaccented, HYPHEN: _hyphen, WORD: _word, SPACE: _space}


def _indices(column: Array) -> Array:
    return column.indices if pa.types.is_dictionary(column.type) else column


def _respelled(column: Array, chosen: I64, kinds: I32) -> Array:
    """The column with the cells at `chosen` spelled otherwise, in the ways `kinds`."""
    if not pa.types.is_dictionary(column.type):
        words, _ = otherwise(column.take(from_numpy(chosen)).cast(STRING), kinds)
        mask = np.zeros(len(column), dtype=np.bool_)
        mask[chosen] = True
        return pc.replace_with_mask(column, from_numpy(mask), words)
    codes = integers(column.indices).astype(np.int32)
    pairs, inverse = np.unique(codes[chosen].astype(np.int64) * len(KINDS) + kinds, return_inverse=True)
    asked = column.dictionary.take(from_numpy(pairs // len(KINDS)))
    words, _ = otherwise(asked, (pairs % len(KINDS)).astype(np.int32))
    filled = validity(column.indices)
    fresh = np.where(filled, codes, 0).astype(np.int32)
    fresh[chosen] = len(column.dictionary) + inverse.astype(np.int32)
    vocabulary = pa.concat_arrays([column.dictionary, words])
    return coded(fresh, vocabulary, None if filled.all() else filled)

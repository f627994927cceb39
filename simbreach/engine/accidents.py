"""What each kind of defect does to the cells that it strikes: a function a kind, whole columns at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core import text
from simbreach.core.arrays import I32, I64, U8, Bits
from simbreach.core.arrow import (
    STRING,
    Coded,
    Strings,
    booleans,
    decode,
    from_numpy,
    integers,
    join,
    literal,
    string_parts,
    strings,
    strings_from_matrix,
)
from simbreach.core.frame import Frame, take
from simbreach.core.schema import CIVILITIES
from simbreach.core.streams import HashDraw
from simbreach.engine import misnumber, misread, slips
from simbreach.engine.columns import ColumnPlan
from simbreach.engine.spell import DEFAULT_DATE, spell, written_days
from simbreach.population.people import MAN
from simbreach.profile.model import Defect


@dataclass(frozen=True)
class Stretch:
    """Struck cells of one column: `rows` and `source` (`int64[n]`, `int32[n]`) say where they stand."""

    column: ColumnPlan
    rows: I64
    source: I32


@dataclass(frozen=True)
class Struck:
    """Filled cells that a defect strikes, column by column: `before` and `draw` run through all of them."""

    defect: Defect
    stretches: tuple[Stretch, ...]
    before: Strings
    draw: HashDraw
    frame: Frame

    def each(self, change: Callable[[Stretch, Strings], Strings]) -> Strings:
        """What `change` makes of each column's cells, end to end."""
        done, at = [], 0
        for stretch in self.stretches:
            done.append(change(stretch, self.before.slice(at, len(stretch.rows))))
            at += len(stretch.rows)
        return pa.concat_arrays(done)

    def of_type(self, kind: str) -> Bits:
        """`bool[n]`: which cells stand in columns of a type."""
        sizes = [len(stretch.rows) for stretch in self.stretches]
        return np.repeat([stretch.column.kind == kind for stretch in self.stretches], sizes)


def change(struck: Struck) -> Strings:
    """The cells after the accident: as before where it does not fit, null where one is left empty."""
    return _KINDS[struck.defect.kind](struck)


def _missing(struck: Struck) -> Strings:
    return pa.nulls(len(struck.before), STRING)


def _placeholder(struck: Struck) -> Strings:
    value = struck.defect.value or ""
    if "%" not in value:
        return strings([value] * len(struck.before))
    # A date that is known in part: %Y and the like are those of the date.
    return struck.each(lambda s, _: written_days(value, take(struck.frame[s.column.field], s.rows)))


_CIVILITY_WORDS: Final = strings(CIVILITIES)


def _wrong_civility(struck: Struck) -> Strings:
    """The other sex's civility, as the source spells it."""

    def other(stretch: Stretch, before: Strings) -> Strings:
        man = take(struck.frame["sex"], stretch.rows) == MAN
        codes = np.where(man, CIVILITIES.index("woman"), CIVILITIES.index("man")).astype(np.int32)
        column = stretch.column
        spellings = column.spelling_of[stretch.source]
        return decode(spell(Coded(codes, _CIVILITY_WORDS), "civility", spellings, column.spellings))

    return struck.each(other)


def _day_month(struck: Struck) -> Strings:
    """Dates with day and month changed round, where that is a date again."""

    def swap(dates: U8, places: Mapping[str, int]) -> U8:
        if not {"d", "m"} <= places.keys():
            return dates
        day, month = ([places[key], places[key] + 1] for key in "dm")
        early = (dates[:, day[0]] == 48) | ((dates[:, day[0]] == 49) & (dates[:, day[1]] <= 50))
        turned = dates.copy()
        turned[:, day], turned[:, month] = dates[:, month], dates[:, day]
        return np.where(early[:, None], turned, dates)

    return struck.each(lambda stretch, before: _by_format(stretch, before, swap))


def _two_digit_year(struck: Struck) -> Strings:
    """Dates without the century."""

    def shorten(dates: U8, places: Mapping[str, int]) -> U8:
        return np.delete(dates, [places["Y"], places["Y"] + 1], axis=1) if "Y" in places else dates

    return struck.each(lambda stretch, before: _by_format(stretch, before, shorten))


def _by_format(stretch: Stretch, before: Strings, change_: Callable[[U8, Mapping[str, int]], U8]) -> Strings:
    """What `change_` makes of dates that are whole in the source's format, given where its parts stand."""
    after = before
    spelled = stretch.column.spelling_of[stretch.source]
    lengths = integers(pc.binary_length(before))
    for number, spelling in enumerate(stretch.column.spellings):
        places, width = _parts(spelling.format or DEFAULT_DATE)
        rows = np.flatnonzero((spelled == number) & (lengths == width))
        if len(rows):
            data, offsets = string_parts(before.take(from_numpy(rows)))
            dates = data[offsets[0] : offsets[-1]].reshape(-1, width)
            mask = np.zeros(len(before), dtype=np.bool_)
            mask[rows] = True
            after = pc.replace_with_mask(after, from_numpy(mask), strings_from_matrix(change_(dates, places)))
    return after


def _parts(form: str) -> tuple[dict[str, int], int]:
    """Where %d, %m, %Y and %y of a format stand in what is written, and how wide that is."""
    places, width = {}, 0
    letters = iter(form)
    for letter in letters:
        key = next(letters) if letter == "%" else ""
        if key:
            places[key] = width
        width += {"": 1, "Y": 4}.get(key, 2)
    return places, width


def _cut(struck: Struck) -> Strings:
    return text.cut(struck.before, struck.defect.width or 0)


# Words that begin a surname and are none: what is left is what follows.
_PARTICLE: Final = "(?i)^(?:l[ea]s?|d[eu]s?|d'|van|von|ben|el|al|saint|st)[ -]"


def _part_lost(struck: Struck) -> Strings:
    """Compound names of which one part is left: mostly the first, the last behind a particle."""
    compound = booleans(
        pc.or_(pc.match_substring(struck.before, " "), pc.match_substring(struck.before, "-"))
    )
    ends = from_numpy(struck.draw.at(np.flatnonzero(compound)).chance("last", "0.35"))

    def lose(names: Strings) -> Strings:
        last = pc.or_(ends, pc.match_substring_regex(names, _PARTICLE))
        tail = pc.replace_substring_regex(names, "^.*[ -]", "")
        return pc.if_else(last, tail, pc.replace_substring_regex(names, "[ -].*$", ""))

    return _where(compound, struck.before, lose)


def _where(chosen: Bits, words: Strings, change_: Callable[[Strings], Strings]) -> Strings:
    """The words, those that are chosen changed: the others are spared the work."""
    if not chosen.any():
        return words
    mask = from_numpy(chosen)
    return pc.replace_with_mask(words, mask, change_(words.filter(mask)))


def _broken(struck: Struck) -> Strings:
    """Addresses without their @, with a blank before it, or a comma for the first dot behind it.

    What stands behind an @ is then no domain, or as before.
    """
    before = struck.before
    return pc.choose(
        from_numpy(struck.draw.below("how", 3)),
        pc.replace_substring(before, "@", ""),
        pc.replace_substring(before, "@", " @"),
        pc.replace_substring_regex(before, "(@[^.,]*)[.]", r"\1,", max_replacements=1),
    )


def _lost_zeros(struck: Struck) -> Strings:
    phones = struck.of_type("phone")
    after = _where(phones, struck.before, lambda words: misnumber.lost_zeros(words, phones=True))
    return _where(~phones, after, lambda words: misnumber.lost_zeros(words, phones=False))


def _lost_digit(struck: Struck) -> Strings:
    phones = struck.of_type("phone")
    one, other = (struck.draw.at(np.flatnonzero(some)) for some in (phones, ~phones))
    after = _where(phones, struck.before, lambda words: misnumber.lost_digit(words, one, phones=True))
    return _where(~phones, after, lambda words: misnumber.lost_digit(words, other, phones=False))


def _padded(change_: Callable[[Struck], Strings]) -> Callable[[Struck], Strings]:
    """The accident to what was typed; a field of fixed width is then filled with blanks as before."""

    def changed(struck: Struck) -> Strings:
        before = struck.before
        blank = pc.ends_with(before, " ")
        if not booleans(blank).any():
            return change_(struck)
        typed = pc.utf8_rtrim(before, " ")
        inner = Struck(struck.defect, struck.stretches, typed, struck.draw, struck.frame)
        after = pc.utf8_rtrim(change_(inner), " ")
        room = integers(pc.utf8_length(before)) - integers(pc.utf8_length(after))
        filled = join(after, pc.binary_repeat(literal(" "), from_numpy(np.maximum(room, 0))))
        return pc.if_else(blank, filled, after)

    return changed


def _of_accents(change_: Callable[[Strings], Strings]) -> Callable[[Struck], Strings]:
    return _padded(
        lambda struck: _where(~booleans(pc.string_is_ascii(struck.before)), struck.before, change_)
    )


def _drawn(change_: Callable[[Strings, HashDraw], Strings]) -> Callable[[Struck], Strings]:
    return _padded(lambda struck: change_(struck.before, struck.draw))


# `swapped`, `shifted_right` and `shifted_left` strike whole rows: see `defects`.
_KINDS: Final[Mapping[str, Callable[[Struck], Strings]]] = {
    "missing": _missing,
    "placeholder": _placeholder,
    "typo": _drawn(slips.typo),
    "keyboard": _drawn(slips.keyboard),
    "transposed": _drawn(slips.transposed),
    "omitted": _drawn(slips.omitted),
    "doubled": _drawn(slips.doubled),
    "phonetic": _drawn(slips.phonetic),
    "ocr": _drawn(slips.ocr),
    "part_lost": _padded(_part_lost),
    "cut": _padded(_cut),
    "unaccented": _of_accents(misread.unaccented),
    "mojibake": _of_accents(misread.mojibake),
    "mojibake_twice": _of_accents(misread.mojibake_twice),
    "cp850": _of_accents(misread.cp850),
    "replacement": _of_accents(misread.replacement),
    "wrong": _wrong_civility,
    "day_month": _day_month,
    "two_digit_year": _two_digit_year,
    "broken": _broken,
    "lost_zeros": _lost_zeros,
    "lost_digit": _lost_digit,
    "scientific": lambda struck: misnumber.scientific(struck.before),
    "wrong_digit": lambda struck: misnumber.wrong_digit(struck.before, struck.draw),
    "wrong_key": lambda struck: misnumber.wrong_key(struck.before, struck.draw),
}

"""How a source writes a column: clean values → the text of the thief's file.

A spelling says case, accents, width, layout, format or words; it never says something else than the clean
value. Vocabularies are spelled, not rows: a column in codes costs what its words cost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core import text
from simbreach.core.arrays import I32, I64, U8, Bits, Ints
from simbreach.core.arrow import (
    STRING,
    Array,
    Coded,
    Joined,
    Lookup,
    Strings,
    coded,
    codes_of,
    decode,
    from_numpy,
    integers,
    strings,
    strings_from_matrix,
    words_in_use,
)
from simbreach.core.dates import DAYS, FIRST_DAY, NO_DAY, as_numbers
from simbreach.core.digits import lay_out, write_digits
from simbreach.core.frame import Values
from simbreach.core.schema import FieldType
from simbreach.core.spans import Pieces
from simbreach.profile.model import Spelling

# What nobody's habit changes.
PLAIN = Spelling()

DEFAULT_DATE, _DEFAULT_TIME = "%d/%m/%Y", "%H:%M"
_DEFAULT_DECIMAL = ","
_DEFAULT_PHONE, _DEFAULT_NIR = "##########", "###############"
# Vocabularies of at most this many words, in all spellings, are spelled as a whole and kept; of larger ones
# only what occurs is.
_SMALL = 16_384
# Numbers below this are words of a vocabulary: ages, ranks and percentages repeat.
_COUNTED = 1024
# Up to this many words are not searched for those in use; beyond this many, text is written plain.
_FEW, _MANY = 256, 16_384


def describe(spelling: Spelling, kind: FieldType) -> str:
    """The spelling in one line, for `truth.habits`: `case=upper accents=no width=20`."""
    said = spelling.model_dump(exclude_none=True)
    if kind in ("date", "time"):
        said.setdefault("format", DEFAULT_DATE if kind == "date" else _DEFAULT_TIME)
    if kind in ("phone", "nir"):
        said.setdefault("layout", _DEFAULT_PHONE if kind == "phone" else _DEFAULT_NIR)
    flags = {True: "yes", False: "no"}
    parts = []
    for key, value in said.items():
        if isinstance(value, dict):
            value = ",".join(f"{clean}:{word}" for clean, word in value.items())
        parts.append(f"{key}={flags[value] if isinstance(value, bool) else value}")
    return " ".join(parts)


def spell(values: Values, kind: FieldType, groups: I32, spellings: Sequence[Spelling]) -> Array:
    """The column as written: row i in `spellings[groups[i]]`; null where there is no value.

    `groups` (`int32[n]`) changes rarely from row to row. The result is a dictionary of strings where the
    values come in codes, else a string array.
    """
    if kind == "date" and isinstance(values, np.ndarray):
        # No day is far below all others.
        values = Coded(np.maximum(values.astype(np.int32) - FIRST_DAY, -1), _days())
    if kind == "time" and isinstance(values, np.ndarray):
        values = Coded(values.astype(np.int32), _minutes())
    if kind == "number" and isinstance(values, np.ndarray) and _are_small(values):
        values = Coded(np.maximum(values.astype(np.int32), np.int32(-1)), _numbers())
    if isinstance(values, Coded | Lookup):
        return _spell_codes(values, kind, groups, spellings)
    if isinstance(values, Pieces):
        return pad_pieces(spell_pieces(values, groups, spellings), groups, spellings)
    if len(spellings) == 1:
        return _spell_run(values, kind, spellings[0])
    turns = np.flatnonzero(np.diff(groups)) + 1
    edges = [0, *turns.tolist(), len(groups)]
    runs = [
        _spell_run(_cut(values, start, stop), kind, spellings[groups[start]])
        for start, stop in pairwise(edges)
        if stop > start
    ]
    return pa.concat_arrays(runs) if runs else strings([])


def _cut(values: Values, start: int, stop: int) -> Values:
    if isinstance(values, Joined):
        return Joined(tuple(_cut(part, start, stop) for part in values.parts), values.separator)
    if isinstance(values, Coded):
        return Coded(values.codes[start:stop], values.words)
    return values[start:stop]


def _spell_codes(
    values: Coded | Lookup, kind: FieldType, groups: I32, spellings: Sequence[Spelling]
) -> Array:
    """Codes into a vocabulary or a pool's column, as written: each word once, or plain text if many."""
    pool = values.words if isinstance(values, Coded) else values.values
    valid = values.codes >= 0
    full = bool(valid.all())
    if not valid.any():
        return pa.nulls(len(values), STRING)
    codes = values.codes if full else values.codes * valid
    if isinstance(values, Lookup) or len(pool) * len(spellings) <= _SMALL:
        vocabulary = _spell_all(pool, kind, tuple(spellings))
        # One flat index: NumPy takes three times as long with one for each dimension.
        flat = codes if len(spellings) == 1 else groups * np.int32(len(pool)) + codes
        written = vocabulary.places.take(flat)
        words = vocabulary.words
        if vocabulary.holes:
            valid = valid & (written >= 0)
            full = bool(valid.all())
            written = np.maximum(written, 0)
        if len(words) > _FEW:
            written, words = _prune(written, words, None if full else valid)
    else:
        written, words = _spell_used(codes, None if full else valid, pool, kind, groups, spellings)
    return _encode(written, words, None if full else valid)


def _prune(codes: I32, words: Strings, valid: Bits | None) -> tuple[I32, Strings]:
    """Codes and words without those that no row holds: a writer takes a vocabulary as it is."""
    places, used = words_in_use(codes, valid, len(words))
    return (places.take(codes), words.take(used)) if len(used) < len(words) else (codes, words)


def _encode(codes: I32, words: Strings, valid: Bits | None) -> Array:
    """Codes and their words as a dictionary array, or as plain text where very many words cost too much."""
    if not len(words):
        return pa.nulls(len(codes), STRING)
    column = coded(codes if valid is None else codes * valid, words, valid)
    return column.dictionary_decode() if len(words) > _MANY else column


def _spell_used(
    codes: I32,
    valid: Bits | None,
    words: Strings,
    kind: FieldType,
    groups: I32,
    spellings: Sequence[Spelling],
) -> tuple[I32, Strings]:
    """Codes and words as written, where only the words in use are spelled; code 0 where not `valid`."""
    out = np.empty(len(codes), dtype=np.int32)
    vocabularies: list[Strings] = []
    base = 0
    # A batch has rows of few of the sources, and so few of the spellings.
    present = np.flatnonzero(np.bincount(groups)).tolist() if len(spellings) > 1 else [0]
    for number in present:
        spelling = spellings[number]
        rows: slice | I64 = slice(None) if len(spellings) == 1 else np.flatnonzero(groups == number)
        mine = codes[rows] if isinstance(rows, slice) else codes.take(rows)
        places, used = words_in_use(mine, None if valid is None else valid[rows], len(words))
        out[rows] = places.take(mine) + base
        vocabularies.append(spell_words(_known(words, kind, spelling).take(used), kind, spelling))
        base += len(used)
    if valid is not None:
        out *= valid
    if len(spellings) == 1:
        return out, vocabularies[0]
    whole = pa.concat_arrays(vocabularies)
    if base > _MANY:
        return out, whole
    distinct = whole.dictionary_encode()
    return integers(distinct.indices).take(out), distinct.dictionary


@dataclass(frozen=True)
class _Spelled:
    """A vocabulary in several spellings: word w in spelling s is `words[places[s, w]]`, null at -1."""

    places: I32
    words: Strings
    holes: bool


_SPELLED: dict[tuple[object, ...], tuple[Values, _Spelled]] = {}


def _spell_all(pool: Values, kind: FieldType, spellings: tuple[Spelling, ...]) -> _Spelled:
    """A vocabulary, or a pool's column, in each spelling: made once, then remembered."""
    key = (id(pool), kind, *(_key(spelling) for spelling in spellings))
    if key not in _SPELLED:
        everybody = np.zeros(len(pool), dtype=np.int32)
        written = [
            decode(spell(pool, kind, everybody, [spelling]))
            if not isinstance(pool, pa.Array)
            else spell_words(pool, kind, spelling)
            for spelling in spellings
        ]
        distinct = pa.concat_arrays(written).dictionary_encode()
        places = codes_of(distinct, empty=-1)
        whole = _Spelled(places.reshape(len(spellings), -1), distinct.dictionary, bool(distinct.null_count))
        # The pool is kept beside what it became: its id stays its own.
        _SPELLED[key] = (pool, whole)
    return _SPELLED[key][1]


def _known(words: Strings, kind: FieldType, spelling: Spelling) -> Strings:
    """The vocabulary to cut from: for dates and times the table already written in the format."""
    if words is _days():
        return _written_days(spelling.format or DEFAULT_DATE)
    return words


def _key(spelling: Spelling) -> tuple[object, ...]:
    """What of a spelling changes a word."""
    words = tuple(spelling.words.items()) if spelling.words else None
    return (
        *(spelling.case, spelling.accents, spelling.hyphens, spelling.width, spelling.pad),
        *(spelling.layout, spelling.format, spelling.decimal, words),
    )


_WHOLE: dict[tuple[int, str, tuple[object, ...]], tuple[Strings, Strings]] = {}


def _spell_whole(words: Strings, kind: FieldType, spelling: Spelling) -> Strings:
    """`spell_words` of a vocabulary that comes again with every batch: spelled once, then remembered."""
    key = (id(words), kind, _key(spelling))
    if key not in _WHOLE:
        # The words are kept beside what they became: their id stays theirs.
        _WHOLE[key] = (words, spell_words(words, kind, spelling))
    return _WHOLE[key][1]


def spell_words(words: Strings, kind: FieldType, spelling: Spelling) -> Strings:
    """A vocabulary as written."""
    if kind == "date":
        return words
    if kind == "time":
        return _written_minutes(spelling.format or _DEFAULT_TIME)
    if kind == "number":
        return pc.replace_substring(words, ".", spelling.decimal or _DEFAULT_DECIMAL)
    if spelling.words:
        mapping = spelling.words
        return strings([mapping.get(word, word) for word in words.to_pylist()])
    case, width = spelling.case, spelling.width
    if spelling.accents is False and not text.is_ascii(words):
        words = text.fold_accents(words)
    if case:
        words = text.change_case(words, case)
    if spelling.hyphens == "space":
        words = pc.replace_substring(words, "-", " ")
    if width:
        words = text.cut(words, width)
        if spelling.pad:
            words = text.pad(words, width)
    return words


def _spell_run(values: Values, kind: FieldType, spelling: Spelling) -> Strings:
    """Values that are not in codes, all in one spelling."""
    if isinstance(values, Joined):
        whole = Spelling(width=spelling.width, pad=spelling.pad)
        parts = spelling.model_copy(update={"width": None, "pad": None})
        written = Joined(
            tuple(Coded(part.codes, _spell_whole(part.words, kind, parts)) for part in values.parts),
            values.separator,
        )
        return spell_words(written.text(), kind, whole)
    if isinstance(values, np.ndarray):
        if kind == "phone":
            return _spell_phones(values, spelling.layout or _DEFAULT_PHONE)
        if kind == "nir":
            return _spell_nirs(values, spelling.layout or _DEFAULT_NIR)
        if values.ndim == 2:
            return strings_from_matrix(values, None if values[:, 0].all() else values[:, 0] > 0)
        return pc.cast(from_numpy(values, mask=values < 0), STRING)
    return spell_words(values, kind, spelling)


def spell_pieces(pieces: Pieces, groups: I32, spellings: Sequence[Spelling]) -> Pieces:
    """Free text as written, cut at its width, row i in `spellings[groups[i]]`; its spans stay exact."""
    parts = [spelling.model_copy(update={"width": None, "pad": None}) for spelling in spellings]
    own = tuple(partial(_spell_plain, spelling) for spelling in parts)
    written = pieces.respell(groups, own, tuple(partial(_spell_phrases, spelling) for spelling in parts))
    widths = np.array([spelling.width or 0 for spelling in spellings], dtype=np.int64)
    return written.cut(widths[groups]) if widths.any() else written


def _spell_plain(spelling: Spelling, words: Strings) -> Strings:
    return spell_words(words, "text", spelling)


def _spell_phrases(spelling: Spelling, words: Strings) -> Strings:
    return _spell_whole(words, "text", spelling)


def pad_pieces(pieces: Pieces, groups: I32, spellings: Sequence[Spelling]) -> Strings:
    """The text of spelled free text, filled up to its width with blanks where a spelling says so."""
    written = pieces.text()
    for number, spelling in enumerate(spellings):
        if spelling.pad and spelling.width:
            mine = from_numpy(groups == number)
            written = pc.if_else(mine, text.pad(written, spelling.width), written)
    return written


def _spell_phones(numbers: I64, layout: str) -> Strings:
    """National numbers (nine digits; negative: none) in a layout of nine or ten digits."""
    width = layout.count("#")
    valid = numbers >= 0
    known = np.maximum(numbers, 0)
    return strings_from_matrix(lay_out(write_digits(known, width), layout), None if valid.all() else valid)


def _spell_nirs(nirs: U8, layout: str) -> Strings:
    """NIRs (`uint8[n, 15]`; zero bytes: none) in a layout of 13 or 15 characters."""
    valid = nirs[:, 0] > 0
    written = nirs[:, : layout.count("#")]
    if set(layout) != {"#"}:
        written = lay_out(written, layout)
    return strings_from_matrix(written, None if valid.all() else valid)


@lru_cache(maxsize=1)
def _days() -> Strings:
    """Stands for the days that dates are codes into; what is written comes from `_written_days`."""
    return pa.nulls(DAYS, STRING)


@lru_cache(maxsize=1)
def _minutes() -> Strings:
    return pa.nulls(24 * 60, STRING)


def _are_small(values: Ints) -> bool:
    return values.ndim == 1 and bool(len(values)) and int(values.max()) < _COUNTED


@lru_cache(maxsize=1)
def _numbers() -> Strings:
    return strings([str(number) for number in range(_COUNTED)])


@lru_cache(maxsize=32)
def _written_days(form: str) -> Strings:
    """Every day from 1900 to 2049 in a strftime format of %d, %m, %Y and %y."""
    numbers = as_numbers(np.arange(DAYS) + FIRST_DAY).astype(np.int64)
    years = numbers // 10_000
    parts = {"d": numbers % 100, "m": numbers // 100 % 100, "y": years % 100, "Y": years}
    return strings_from_matrix(_format(form, parts, DAYS))


def written_days(form: str, days: I32) -> Strings:
    """Each of `days` (since 1970) in a strftime format; null where there is none."""
    places = from_numpy(days.astype(np.int64) - FIRST_DAY, mask=days == NO_DAY)
    return _written_days(form).take(places)


@lru_cache(maxsize=16)
def _written_minutes(form: str) -> Strings:
    """Every minute of a day in a strftime format of %H, %M and %S."""
    minutes = np.arange(24 * 60)
    parts = {"H": minutes // 60, "M": minutes % 60, "S": minutes * 0}
    return strings_from_matrix(_format(form, parts, 24 * 60))


def _format(form: str, parts: dict[str, I64], rows: int) -> U8:
    columns: list[U8] = []
    letters = iter(form)
    for letter in letters:
        if letter == "%":
            key = next(letters)
            columns.append(write_digits(parts[key], 4 if key == "Y" else 2))
        else:
            columns.append(np.full((rows, 1), ord(letter), dtype=np.uint8))
    return np.concatenate(columns, axis=1)

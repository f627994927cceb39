"""What written cells say, read again as software does that takes a file over: days, sexes, ages, results.

For shapes that carry more than a table's text (messages, reports), from any Arrow batch whose columns are
known by their fields. What cannot be read is left out.
"""

from collections.abc import Callable, Sequence
from functools import cache, cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrays import I8, I16, I32, I64, Bits
from simbreach.core.arrow import (
    STRING,
    Array,
    Coded,
    Strings,
    codes_of,
    from_numpy,
    integers,
    literal,
    string_parts,
    strings,
    validity,
)
from simbreach.core.cells import matches, read_digits
from simbreach.core.dates import DAYS, FIRST_DAY, NO_DAY, as_numbers
from simbreach.core.streams import HashDraw
from simbreach.engine.results import Visits, results_of
from simbreach.reference import health

# How dates are written: the pattern, and in which order of (day, month, year) its digits stand.
_FORMS = (
    (r"^[0-9]{2}[/.-][0-9]{2}[/.-][0-9]{4}$", "dmy"),
    (r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T].*)?$", "ymd"),
    (r"^(18|19|20)[0-9]{6}$", "ymd"),
    (r"^[0-9]{2}[/.-][0-9]{2}[/.-][0-9]{2}$", "dm2"),
)
# Years of two digits up to this one are of this century.
_LATEST = 21

_MEN = ("M", "H", "1", "MR", "M.", "MONSIEUR", "HOMME", "MASCULIN", "MALE")
_WOMEN = (
    *("F", "2", "MME", "MLLE", "MELLE", "MADAME", "MADEMOISELLE", "FEMME", "FEMININ", "FÉMININ", "FEMALE"),
    *("SOEUR", "SŒUR", "SR"),
)
_YES = ("O", "OUI", "Y", "YES", "1", "X")
# Someone of whom nothing is known.
_SOME_AGE = 45


class Reading:
    """Some rows of a table as written; `columns` pairs names of columns with the fields that fill them."""

    def __init__(self, batch: pa.RecordBatch, columns: Sequence[tuple[str, str]], start: int = 0) -> None:
        self._batch = batch
        self._column_of: dict[str, str] = {}
        for name, field in columns:
            self._column_of.setdefault(field, name)
        self.start = start
        self._kept: dict[str, Strings] = {}

    def __len__(self) -> int:
        return int(self._batch.num_rows)

    def column(self, field: str) -> str | None:
        """The name of the first column that the field fills; None where there is none."""
        return self._column_of.get(field)

    def text(self, field: str) -> Strings:
        """The cells of the field without padding: null where empty, or where no column holds the field."""
        if field not in self._kept:
            self._kept[field] = self._read(field)
        return self._kept[field]

    def _read(self, field: str) -> Strings:
        name = self.column(field)
        if name is None:
            return pa.nulls(len(self), STRING)
        column = self._batch.column(name)
        if pa.types.is_dictionary(column.type):
            # What all cells of a dictionary say is trimmed once.
            trimmed = _trim(column.dictionary.cast(STRING))
            return trimmed.take(column.indices)
        return _trim(column.cast(STRING))

    def days(self, field: str) -> I32:
        """`int32[n]`, days since 1970: the dates of the field, `NO_DAY` where there is none to be read."""
        return read_days(self.text(field))

    def minutes(self, field: str) -> I32:
        """`int32[n]`, minutes since midnight: the times of the field, -1 where there is none to be read."""
        digits = pc.replace_substring_regex(self.text(field), "[^0-9]", "")
        return _numbers(
            digits, "^([01][0-9]|2[0-3])[0-5][0-9]([0-5][0-9])?$", 4, lambda n: n // 100 * 60 + n % 100
        )

    @cached_property
    def sex(self) -> I8:
        """`int8[n]`: 1 man, 2 woman, 0 unknown: as the row says it, else from the form of address."""
        said = _sexes(self.text("sex"))
        return np.where(said > 0, said, _sexes(self.text("civility")))

    @cached_property
    def birth_days(self) -> I32:
        """`int32[n]`: days of birth (see `days`)."""
        return self.days("birth_date")

    @cached_property
    def visit_days(self) -> I32:
        """`int32[n]`: days of the visits (see `days`)."""
        return self.days("visit_date")

    def results(self) -> pa.RecordBatch:
        """Lines as in `engine.results.SCHEMA` that fit what the rows say, drawn from their numbers alone."""
        rows = np.arange(self.start, self.start + len(self), dtype=np.int64)
        sex = np.where(self.sex > 0, self.sex, 1 + rows % 2).astype(np.int8)
        conditions = _places(self.text("condition_code"), health.conditions().icd10)
        named = _places(self.text("condition"), health.conditions().labels)
        drugs = _places(self.text("treatment"), health.drugs().labels)
        coded = _places(self.text("treatment_atc"), health.drugs().atc)
        groups = health.blood_groups().labels
        group = _places(self.text("blood_group"), groups)
        pregnant = _among(self.text("pregnant"), _YES) & (sex == health.WOMAN)
        visit = np.where(self.visit_days == NO_DAY, 18_000, self.visit_days).astype(np.int32)
        visits = Visits(
            rows,
            visit,
            sex,
            self._ages(visit),
            pregnant,
            np.where(conditions >= 0, conditions, named).astype(np.int32),
            np.where(drugs >= 0, drugs, coded).astype(np.int32),
            Coded(np.where(group >= 0, group, rows % len(groups)).astype(np.int32), groups),
            HashDraw(0, ("person", "physiology"), rows.view(np.uint64)),
            HashDraw(0, ("rows", "results"), rows.view(np.uint64)),
        )
        return results_of(visits)

    def _ages(self, visit: I32) -> I16:
        birth = self.birth_days
        known = birth != NO_DAY
        years = (as_numbers(visit) - as_numbers(np.where(known, birth, 0))) // 10_000
        return np.where(known, np.clip(years, 0, 110), _SOME_AGE).astype(np.int16)


def _trim(text: Strings) -> Strings:
    bare = pc.utf8_trim_whitespace(text)
    return pc.if_else(pc.equal(bare, literal("")), literal(None), bare)


def read_days(text: Strings) -> I32:
    """`int32[n]`, days since 1970, of dates written in any of the ways of sources; `NO_DAY` elsewhere.

    >>> read_days(strings(["05/01/2015", "20150105", "00/00/1938", None])).tolist()[:2]
    [16440, 16440]
    """
    distinct = pc.dictionary_encode(text)
    words = distinct.dictionary
    days = np.full(len(words) + 1, NO_DAY, dtype=np.int32)
    left = np.arange(len(words))
    for pattern, order in _FORMS:
        if not len(left):
            break
        fits = matches(words.take(from_numpy(left)), pattern)
        places = left[fits]
        left = left[~fits]
        if len(places):
            days[places] = _days(words.take(from_numpy(places)), order)
    codes = integers(distinct.indices)
    return days[np.where(validity(distinct.indices), codes, len(words))]


def _days(words: Strings, order: str) -> I32:
    bare = pc.utf8_slice_codeunits(
        pc.replace_substring_regex(words, "[^0-9]", ""), 0, 6 if order == "dm2" else 8
    )
    width = 6 if order == "dm2" else 8
    data, offsets = string_parts(bare)
    numbers = read_digits(data[offsets[0] : offsets[-1]].reshape(-1, width))
    if order == "ymd":
        written = numbers
    elif order == "dmy":
        written = numbers % 10_000 * 10_000 + numbers // 10_000 % 100 * 100 + numbers // 1_000_000
    else:
        year = numbers % 100
        year += np.where(year <= _LATEST, 2000, 1900)
        written = year * 10_000 + numbers // 100 % 100 * 100 + numbers // 10_000
    known, of_days = _calendar()
    place = np.minimum(np.searchsorted(known, written), len(known) - 1)
    return np.where(known[place] == written, of_days[place], NO_DAY).astype(np.int32)


@cache
def _calendar() -> tuple[I64, I32]:
    """Every day that there is, as yyyymmdd, and in days since 1970."""
    days = np.arange(FIRST_DAY, FIRST_DAY + DAYS, dtype=np.int32)
    return as_numbers(days).astype(np.int64), days


def _numbers(text: Strings, pattern: str, width: int, read: Callable[[I64], I64]) -> I32:
    fits = matches(text, pattern)
    places = np.flatnonzero(fits)
    result = np.full(len(text), -1, dtype=np.int32)
    if len(places):
        cut = pc.utf8_slice_codeunits(text.take(from_numpy(places)), 0, width)
        data, offsets = string_parts(cut)
        result[places] = read(read_digits(data[offsets[0] : offsets[-1]].reshape(-1, width)))
    return result


def _sexes(text: Strings) -> I8:
    upper = pc.utf8_upper(text)
    return np.where(_among(upper, _MEN), 1, np.where(_among(upper, _WOMEN), 2, 0)).astype(np.int8)


def _among(text: Strings, words: Sequence[str]) -> Bits:
    return _places(pc.utf8_upper(text), strings(list(words))) >= 0


def _places(text: Strings, words: Strings) -> I64:
    """`int64[n]`: where each cell stands among the words, -1 where it does not."""
    found: Array = pc.index_in(text, value_set=words)
    return codes_of(found, empty=-1)

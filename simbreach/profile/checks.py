"""What must agree between the keys of a profile, once its form is right.

Each check yields problems in the order of the profile; `load` reports the first.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from simbreach.core.errors import did_you_mean
from simbreach.core.labels import LABELS
from simbreach.core.schema import FIELDS, IMPERSONAL, OF_A_COMPANY, Field, FieldType
from simbreach.profile.borrowed import refuse_borrowed
from simbreach.profile.circulation import circulation_problems
from simbreach.profile.defects import defect_problems
from simbreach.profile.lists import (
    LARGEST,
    cells_type,
    list_cells,
    list_column_problem,
    list_problems,
    number_problems,
    row_problems,
)
from simbreach.profile.model import Column, Profile, Spelling, Table
from simbreach.profile.problem import Path, Problem, reaches, unknown, unlike

_TEXT: Final = ("case", "accents", "hyphens", "width", "pad", "empty", "empty_share")
_EMPTY: Final = ("empty", "empty_share")

# Which spelling options fit which type of field. An e-mail is never cut: a cut domain could be a real one.
SPELLINGS: Final[dict[FieldType, tuple[str, ...]]] = {
    "name": _TEXT,
    "text": _TEXT,
    "date": ("format", *_EMPTY),
    "time": ("format", *_EMPTY),
    "code": ("words", *_EMPTY),
    "number": ("decimal", *_EMPTY),
    "nir": ("layout", *_EMPTY),
    "phone": ("layout", *_EMPTY),
    "email": ("case", *_EMPTY),
    "civility": ("words", *_EMPTY),
}

# Fillers that are no fields: the type of what they write, the keys they need, and those they may have.
FILLERS: Final[dict[str, tuple[FieldType, tuple[str, ...], tuple[str, ...]]]] = {
    "empty": ("code", (), ()),
    "constant": ("code", ("value",), ()),
    "choice": ("code", ("values",), ()),
    "list": ("text", ("of",), ()),
    "number": ("number", ("min", "max"), ("width", "prefix", "decimals")),
    "sum": ("number", ("columns",), ()),
    "product": ("number", ("columns",), ("factor", "spread", "decimals", "min")),
    "serial": ("number", (), ("min", "width", "prefix")),
    "date_offset": ("date", ("of", "min", "max"), ()),
}
_FILLER_KEYS: Final = {
    "value": "value",
    "values": "values",
    "of": "of",
    "columns": "columns",
    "factor": "factor",
    "spread": "spread",
    "decimals": "decimals",
    "min": "low",
    "max": "high",
    "width": "width",
    "prefix": "prefix",
}

_LAYOUTS: Final = {
    "phone": r"(\+33|0033|33)[ ./-]?(\(0\))?[ ./-]?#([ ./-]?#){8}|#([ ./-]?#){8,9}",
    "nir": r"#([ .-]?#){12}(([ .-]?#){2})?",
}
_FORMATS: Final = {"date": r"(%[dmYy]|[ ./:T-]|00)+", "time": r"(%[HMS]|[ .:hH-])+"}


def problems(profile: Profile, known: Mapping[str, Field] = FIELDS) -> Iterator[Problem]:
    """All that disagrees in `profile`; `known` are the fields that can fill a column."""
    yield from _population(profile)
    yield from _dates(profile)
    yield from _habits(profile, known)
    yield from list_problems(profile)
    yield from _sources(profile)
    yield from _tables(profile, known)
    yield from defect_problems(profile, known)
    columns = [column.name for column in profile.main_table.columns]
    yield from circulation_problems(profile.circulation.copies, columns)


def column_type(profile: Profile, column: Column, known: Mapping[str, Field] = FIELDS) -> FieldType:
    """The type of what `column` writes: its field's, its filler's, or that of the list's column."""
    if column.field in known:
        return known[column.field].type
    if column.field == "list":
        return cells_type(list_cells(profile, column.of or "")) or "text"
    return FILLERS[column.field][0] if column.field in FILLERS else "text"


def _population(profile: Profile) -> Iterator[Problem]:
    weights = profile.population.weights
    if weights is None:
        return
    path: Path = ("population", "weights")
    for sex, bands in (("women", weights.women), ("men", weights.men)):
        following = 0
        for band in sorted(bands, key=lambda band: int(band.split("-")[0])):
            low, high = map(int, band.split("-"))
            if low > high:
                yield Problem((*path, sex, band), f"the band ends at {high}, before it begins")
            if low < following:
                yield Problem((*path, sex, band), "the band overlaps the one before it")
            following = high + 1
    yield from _sum_to_one(path, [*weights.women.values(), *weights.men.values()])


def _dates(profile: Profile) -> Iterator[Problem]:
    dates = profile.dates
    if dates.first_day > dates.last_day:
        yield Problem(("dates", "to"), f"{dates.last_day} is before the first day, {dates.first_day}")
    if dates.last_day > profile.as_of:
        yield Problem(
            ("dates", "to"), f"{dates.last_day} is after the data was taken (as_of {profile.as_of})"
        )
    if dates.years is not None:
        inside = range(dates.first_day.year, dates.last_day.year + 1)
        for year in inside:
            if year not in dates.years:
                yield Problem(
                    ("dates", "years"), f"no weight for {year}; needed: {inside[0]} to {inside[-1]}"
                )
        if not sum(dates.years.get(year, 0) for year in inside):
            yield Problem(("dates", "years"), "every weight is 0")
    for key, weights in (("months", dates.months), ("weekdays", dates.weekdays)):
        if weights is not None and not any(weights.values()):
            yield Problem(("dates", key), "every weight is 0")
    total = profile.duplicates.same_source + profile.duplicates.other_source
    if total > 1:
        yield Problem(("duplicates",), f"the two shares sum to {total}, more than 1")
    total = sum(profile.duplicates.differences.values(), Decimal(0))
    if total > 1:
        yield Problem(("duplicates", "differences"), f"the shares sum to {total}, more than 1")


def _habits(profile: Profile, known: Mapping[str, Field]) -> Iterator[Problem]:
    for habit in profile.habits:
        path: Path = ("habits", habit.name)
        for key, spelling in habit.spell.items():
            here = (*path, "spell", key)
            kinds = [kind for kind in SPELLINGS if kind == (known[key].type if key in known else key)]
            if not kinds:
                yield Problem(here, unknown("kind or field", key, [*SPELLINGS, *known]))
            for kind in kinds:
                words = known[key].words if key in known else _words_of(kind, known)
                yield from _spelling(here, kind, words, spelling)
        for key in habit.fill:
            if key not in known:
                yield Problem((*path, "fill", key), unknown("field", key, known))


def _words_of(kind: FieldType, known: Mapping[str, Field]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(w for field in known.values() if field.type == kind for w in field.words))


def _spelling(path: Path, kind: FieldType, words: tuple[str, ...], spelling: Spelling) -> Iterator[Problem]:
    allowed = SPELLINGS[kind]
    for option in sorted(spelling.model_fields_set):
        if option not in allowed:
            yield Problem((*path, option), f"does not fit a {kind}; what fits: {', '.join(allowed)}")
    pattern = {"layout": _LAYOUTS, "format": _FORMATS}
    for option, text in (("layout", spelling.layout), ("format", spelling.format)):
        if text is not None and kind in pattern[option] and not re.fullmatch(pattern[option][kind], text):
            yield Problem((*path, option), f"found {text!r}; {_HOW[option, kind]}")
    for word in spelling.words or {}:
        if word not in words:
            yield Problem((*path, "words", word), unknown("word", word, words))
    if spelling.pad and spelling.width is None:
        yield Problem((*path, "pad"), "padding needs a `width` beside it")
    if (spelling.empty is None) != (spelling.empty_share is None):
        yield Problem(path, "`empty` and `empty_share` go together")
    yield from reaches((*path, "empty"), spelling.empty)


_HOW: Final = {
    ("layout", "phone"): "allowed: 10 # with single separators, 9 # (no leading 0), or +33 or 0033 and 9 #",
    ("layout", "nir"): "allowed: 13 # (no key) or 15 #, with single separators",
    ("format", "date"): "allowed: %d %m %Y %y, separators, and zeros",
    ("format", "time"): "allowed: %H %M %S and separators",
}


def _sources(profile: Profile) -> Iterator[Problem]:
    habits = [habit.name for habit in profile.habits]
    for source in profile.sources:
        path: Path = ("sources", source.name)
        for habit in source.habits:
            if habit not in habits:
                yield Problem((*path, "habits"), unlike("habit", habit, habits))
        first = source.first_day or profile.dates.first_day
        last = source.last_day or profile.dates.last_day
        if not profile.dates.first_day <= first <= last <= profile.dates.last_day:
            key = "to" if profile.dates.first_day <= first <= profile.dates.last_day else "from"
            found = last if key == "to" else first
            yield Problem(
                (*path, key),
                f"found {found}; its visits ({first} to {last}) must be in order and lie within [dates], "
                f"{profile.dates.first_day} to {profile.dates.last_day}",
            )
        if source.prescriber_departments and not any(source.prescriber_departments.values()):
            yield Problem((*path, "prescriber_departments"), "every weight is 0")
        if len(source.prescriber_departments) > source.prescribers:
            yield Problem((*path, "prescribers"), "fewer prescribers than `prescriber_departments`")
        yield from reaches((*path, "title"), source.title)
    codes: dict[str, str] = {}
    for source in profile.sources:
        if source.code in codes:
            yield Problem(("sources", source.name, "code"), f"{source.code!r} is {codes[source.code]}'s code")
        codes[source.code] = source.name


def _tables(profile: Profile, known: Mapping[str, Field]) -> Iterator[Problem]:
    mains = [table.name for table in profile.tables if table.main]
    if len(mains) > 1 or (not mains and len(profile.tables) > 1):
        yield Problem(("tables",), f"one table has `main = true`; found {len(mains)}")
    taken = [table.name for table in profile.tables]
    for table in profile.tables:
        yield from row_problems(("tables", table.name), profile, table)
        if table.results is not None:
            key = ("tables", table.name, "results")
            if not table.people:
                yield Problem(key, "only rows about people have results")
            if table.results in taken:
                yield Problem(key, f"{table.results!r} is the name of another table")
            taken.append(table.results)
        for place, column in enumerate(table.columns):
            path: Path = ("tables", table.name, "columns", column.name)
            yield from _column(path, profile, column, known)
            if not table.people:
                yield from _impersonal(path, column, known)
            yield from number_problems(path, profile, table, place)
            yield from _companion(table, place)
            yield from _known_sources(path, column.sources, profile)


def _impersonal(path: Path, column: Column, known: Mapping[str, Field]) -> Iterator[Problem]:
    """A table without people holds nothing that a person has."""
    for key, name in (("field", column.field), ("of", column.of)):
        if name in known and name not in IMPERSONAL:
            yield Problem((*path, key), f"{name!r} is a person's; the table has `people = false`")


def _column(path: Path, profile: Profile, column: Column, known: Mapping[str, Field]) -> Iterator[Problem]:
    filler = column.field in FILLERS
    if column.field.startswith(("faker:", "mimesis:")):
        refusal = refuse_borrowed(column.field)
        if refusal:
            yield Problem((*path, "field"), refusal)
    elif not filler and column.field not in known:
        yield Problem((*path, "field"), unknown("field", column.field, [*known, *FILLERS]))
        return
    needed, further = FILLERS[column.field][1:] if filler else ((), ())
    if column.field in OF_A_COMPANY:
        needed = ("of",)
    for key, attribute in _FILLER_KEYS.items():
        given = getattr(column, attribute) is not None
        if given and key not in needed + further:
            yield Problem((*path, key), f"does not fit the field {column.field!r}")
        if not given and key in needed:
            yield Problem((*path, key), f"the field {column.field!r} needs the key {key!r}")
            return
    if column.field == "list" and (wrong := list_column_problem(profile, column.of or "")):
        yield Problem((*path, "of"), wrong)
        return
    if column.field in OF_A_COMPANY and column.of not in profile.list_named:
        yield Problem((*path, "of"), unlike("list", str(column.of), profile.list_named))
    if column.field in known:
        for key in ("label", "sensitivity"):
            if getattr(column, key) is not None:
                yield Problem((*path, key), f"the field {column.field!r} has its own")
    elif column.label is not None and column.label not in LABELS:
        hint = did_you_mean(column.label, LABELS)
        yield Problem((*path, "label"), f"unknown label {column.label!r}{hint} (docs/labels.md lists them)")
    if column.spell is not None:
        words = known[column.field].words if column.field in known else ()
        yield from _spelling((*path, "spell"), column_type(profile, column, known), words, column.spell)
    yield from _filler(path, column, known)


def _filler(path: Path, column: Column, known: Mapping[str, Field]) -> Iterator[Problem]:
    if column.values is not None:
        yield from _sum_to_one((*path, "values"), column.values.values())
    for text in (column.value, *(column.values or ())):
        yield from reaches(path, text)
    if column.low is not None and column.high is not None and column.low > column.high:
        yield Problem((*path, "max"), f"found {column.high}, less than `min` ({column.low})")
    if column.decimals and (column.width or column.prefix):
        yield Problem((*path, "decimals"), "does not go with `width` or `prefix`")
    if column.field in ("number", "serial", "product"):
        for key, number in (("min", column.low), ("max", column.high)):
            if number is not None and not 0 <= number <= LARGEST:
                yield Problem((*path, key), f"found {number}; allowed: 0 to {LARGEST}")
    if column.field == "date_offset":
        for key, days in (("min", column.low), ("max", column.high)):
            if days is not None and abs(days) > 36_525:
                yield Problem((*path, key), f"found {days}; allowed: -36525 to 36525 days")
        dates = [name for name, field in known.items() if field.type == "date"]
        if column.of is not None and column.of not in dates:
            yield Problem((*path, "of"), unknown("date field", column.of, dates))


def _companion(table: Table, place: int) -> Iterator[Problem]:
    column = table.columns[place]
    if column.filled_with is not None:
        earlier = [other.name for other in table.columns[:place]]
        if column.filled_with not in earlier:
            path = ("tables", table.name, "columns", column.name, "with")
            later = column.filled_with in (other.name for other in table.columns)
            yield Problem(
                path,
                f"{column.filled_with!r} must stand before it"
                if later
                else unlike("column", column.filled_with, earlier),
            )


def _known_sources(path: Path, names: Iterable[str] | None, profile: Profile) -> Iterator[Problem]:
    known = [source.name for source in profile.sources]
    for name in names or ():
        if name not in known:
            yield Problem((*path, "sources"), unlike("source", name, known))


def _sum_to_one(path: Path, shares: Iterable[Decimal]) -> Iterator[Problem]:
    total = sum(shares, Decimal(0))
    if total != 1:
        yield Problem(path, f"the shares sum to {total}, not 1")

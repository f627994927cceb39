"""The defects of a profile: what each kind strikes, how often it does in each source, what must agree."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from simbreach.core.schema import IMPERSONAL, Field, FieldType
from simbreach.profile.model import Defect, Profile, Source
from simbreach.profile.problem import Path, Problem, reaches, unknown, unlike

_WORDS: Final[tuple[FieldType, ...]] = ("name", "text")
_SLIPS: Final[tuple[FieldType, ...]] = ("name", "text", "email")
_READ: Final[tuple[FieldType, ...]] = ("name", "text", "civility")

# The types that a defect can strike; None is all of them.
DEFECTS: Final[dict[str, tuple[FieldType, ...] | None]] = {
    "missing": None,
    "placeholder": None,
    "swapped": ("name",),
    "typo": _SLIPS,
    "keyboard": _SLIPS,
    "transposed": _SLIPS,
    "omitted": _SLIPS,
    "doubled": _SLIPS,
    "phonetic": _WORDS,
    "ocr": _WORDS,
    "part_lost": ("name",),
    "cut": _WORDS,
    "unaccented": _READ,
    "mojibake": _READ,
    "mojibake_twice": _READ,
    "cp850": _READ,
    "replacement": _READ,
    "wrong": ("civility",),
    "day_month": ("date",),
    "two_digit_year": ("date",),
    "broken": ("email",),
    "lost_zeros": ("code", "number", "phone"),
    "lost_digit": ("nir", "phone"),
    "scientific": ("nir", "code", "number"),
    "wrong_digit": ("nir",),
    "wrong_key": ("nir",),
    "shifted_right": _WORDS,
    "shifted_left": None,
}

# The kinds that move the cells of a row from a column on, and all that happen to a row and not to a cell.
SHIFTED: Final = ("shifted_right", "shifted_left")
BY_ROW: Final = ("swapped", *SHIFTED, "mojibake", "mojibake_twice", "cp850", "replacement")

# How many fields a kind takes, where it is a number.
_COUNT: Final = {"swapped": 2, **dict.fromkeys(SHIFTED, 1)}
# The key that a kind needs, and no other kind has.
_NEEDS: Final = {"value": "placeholder", "width": "cut"}

# Free text: what stands where in it is in `truth/spans`, which no defect may move.
_FREE_TEXT: Final = ("comment", "observation", "address_2", "call_note")
# Columns of these labels hold numbers that lie in a safe range for what the column says. In another such
# column they would be a number of another kind, which may be somebody's: they do not move.
_FIXED: Final = ("id.", "finance.")


def defect_problems(profile: Profile, known: Mapping[str, Field]) -> Iterator[Problem]:
    """What disagrees in the profile's defects; `known` are the fields that can fill a column."""
    used = {column.field for table in profile.tables for column in table.columns}
    for defect in profile.defects:
        path: Path = ("defects", defect.name)
        yield from _fields(path, defect, used, known)
        for key, kind in _NEEDS.items():
            if (getattr(defect, key) is not None) != (defect.kind == kind):
                yield Problem((*path, key), f"needed by the kind {kind!r}, and only there")
        yield from reaches((*path, "value"), defect.value)
        yield from _sources(path, defect, profile)
        yield from _groups(path, defect)
        if defect.kind in SHIFTED:
            yield from _moved(path, defect, profile, known)


def shares(profile: Profile, defect: Defect) -> tuple[Decimal, ...]:
    """The share in each source, 0 where the defect never happens.

    What `source_shares` says of a source itself counts more than what it says of its habits (a later one
    more than an earlier), this more than of its kind, and that more than `share`.
    """
    return tuple(_share(source, defect) for source in profile.sources)


def _share(source: Source, defect: Defect) -> Decimal:
    names = (source.kind, *source.habits, source.name)
    if defect.sources is not None and not set(names) & set(defect.sources):
        return Decimal(0)
    said = [defect.source_shares[name] for name in names if name in defect.source_shares]
    return said[-1] if said else defect.share


def _fields(path: Path, defect: Defect, used: set[str], known: Mapping[str, Field]) -> Iterator[Problem]:
    types = DEFECTS[defect.kind]
    here = (*path, "fields")
    for name in defect.fields:
        if name not in known:
            yield Problem(here, unknown("field", name, known))
        elif name in _FREE_TEXT:
            yield Problem(here, f"{name!r} is free text, whose spans the truth holds: no defect strikes it")
        elif types is not None and known[name].type not in types:
            yield Problem(
                here,
                f"{name!r} is a {known[name].type}; the kind {defect.kind!r} strikes: {', '.join(types)}",
            )
        elif name not in used:
            yield Problem(here, f"no column has the field {name!r}")
    count = _COUNT.get(defect.kind)
    if count and len(set(defect.fields)) != count:
        wanted = {1: "one", 2: "two"}[count]
        yield Problem(here, f"found {len(defect.fields)} fields; the kind {defect.kind!r} takes {wanted}")


def _sources(path: Path, defect: Defect, profile: Profile) -> Iterator[Problem]:
    known = [source.name for source in profile.sources]
    known += [habit.name for habit in profile.habits] + sorted({source.kind for source in profile.sources})
    for key, names in (("sources", defect.sources or ()), ("source_shares", defect.source_shares)):
        for name in names:
            if name not in known:
                yield Problem((*path, key), unlike("source, habit or kind", name, known))


def _groups(path: Path, defect: Defect) -> Iterator[Problem]:
    here = (*path, "more_for")
    for group in defect.more_for:
        if group == "compound":
            if defect.kind in BY_ROW:
                yield Problem(here, f"the kind {defect.kind!r} happens to rows: 'compound' does not fit")
        elif others := [name for name in defect.fields if name in IMPERSONAL]:
            yield Problem(here, f"{group!r} is said of the patient; {others[0]!r} is not the patient's")
    most = max([defect.share, *defect.source_shares.values()]) * max([1, *defect.more_for.values()])
    if most > 1:
        yield Problem(here, f"the share and the greatest factor make {most}, more than 1")


def _moved(path: Path, defect: Defect, profile: Profile, known: Mapping[str, Field]) -> Iterator[Problem]:
    """A shift may move no free text and no number that is safe only under its own name."""
    for table in profile.tables:
        fields = [column.field for column in table.columns]
        if defect.fields[0] not in fields:
            continue
        for column in table.columns[fields.index(defect.fields[0]) :]:
            field = known.get(column.field)
            label = field.label if field else column.label or ""
            if column.field in _FREE_TEXT or label.startswith(_FIXED):
                yield Problem(
                    (*path, "fields"),
                    f"the shift would move {table.name}.{column.name} ({column.field}), which has to stay: "
                    "begin behind it",
                )

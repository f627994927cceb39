"""The form of a profile's copies: where the leak circulates, who holds it, what each holder did to it."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field as Key
from pydantic import Strict, StringConstraints

from simbreach.core.registry import names
from simbreach.profile.problem import Path, Problem, reaches, unknown, unlike
from simbreach.profile.terms import ColumnName, Department, Form, Line, Slug, SomeShare

Place = Literal["telegram", "forum", "file_host", "paste", "mirror", "archive", "pack", "mail", "sale"]
EditKind = Literal[
    "drop_columns", "keep_columns", "rename_columns", "drop_rows", "sample", "departments", "sort", "shuffle",
    "dedupe", "pad", "split", "watermark", "damage",
]  # fmt: skip

# Which keys each kind of edit needs.
_NEEDS: dict[str, tuple[str, ...]] = {
    "drop_columns": ("columns",),
    "keep_columns": ("columns",),
    "rename_columns": ("names",),
    "drop_rows": ("share",),
    "sample": ("rows",),
    "departments": ("departments",),
    "sort": ("columns",),
    "shuffle": (),
    "dedupe": ("columns",),
    "pad": ("rows",),
    "split": ("pieces",),
    "watermark": ("names",),
    "damage": ("share",),
}
_KEYS = ("columns", "names", "rows", "share", "departments", "pieces")


class Edit(Form):
    """One thing that a holder did to the main table before passing it on."""

    kind: EditKind = Key(description="What was done. docs/tracing.md shows each kind.")
    columns: tuple[ColumnName, ...] = Key(
        (), description="Columns it is done to, by their names in the table."
    )
    names: dict[ColumnName, Line] = Key(
        {}, description="New names of columns; for `watermark` a new column and what all its cells say."
    )
    rows: Annotated[int, Strict(), Key(ge=1, le=10_000_000)] | None = Key(
        None, description="How many rows a `sample` keeps, or `pad` adds."
    )
    share: SomeShare | None = Key(
        None, description="Share of the rows that `drop_rows` drops, of the bytes that `damage` leaves."
    )
    departments: tuple[Department, ...] = Key((), description="Départements whose postcodes are kept.")
    pieces: Annotated[int, Strict(), Key(ge=2, le=100)] | None = Key(
        None, description="Into how many files of consecutive rows `split` cuts."
    )


class Copy(Form):
    """One place where the leak circulates."""

    name: Slug = Key(description="Name of the copy, and of its folder.")
    holder: Line = Key(description="Who holds it: invented.")
    place: Place = Key(description="Kind of place.")
    day: date = Key(alias="date", description="Day on which it appeared there.")
    parent: Slug | None = Key(None, description="The copy that it was made from. Default: what was stolen.")
    shape: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$", max_length=64)] = Key(
        "csv", description="Shape of its files (`simbreach shapes list`)."
    )
    options: dict[str, Any] = Key({}, description="Options of the shape: encoding, header, delimiter …")
    edits: tuple[Edit, ...] = Key((), description="What its holder did, in order.")


class Circulation(Form):
    """The copies of a leak that are told apart."""

    copies: tuple[Copy, ...] = Key((), description="The copies, each made from the dataset or from another.")


def circulation_problems(copies: Sequence[Copy], columns: Sequence[str]) -> Iterator[Problem]:
    """What disagrees between copies of a main table that has `columns`."""
    known = {copy.name: copy for copy in copies}
    if len(known) < len(copies):
        twice = next(copy.name for place, copy in enumerate(copies) if known[copy.name] is not copies[place])
        yield Problem(("circulation", "copies", twice, "name"), f"two copies have the name {twice!r}")
    shapes = names("simbreach.shapes")
    for copy in copies:
        path: Path = ("circulation", "copies", copy.name)
        yield from reaches((*path, "holder"), copy.holder)
        if copy.shape not in shapes:
            yield Problem((*path, "shape"), unknown("shape", copy.shape, shapes))
        if copy.parent is not None and copy.parent not in known:
            yield Problem((*path, "parent"), unlike("copy", copy.parent, known))
        elif copy.parent is not None:
            yield from _parents(path, copy, known)
        for number, edit in enumerate(copy.edits):
            yield from _edit((*path, "edits", f"[{number}]"), edit, columns)


def _parents(path: Path, copy: Copy, known: dict[str, Copy]) -> Iterator[Problem]:
    """A copy is not made from itself, nor from what appeared after it."""
    seen, above = [copy.name], copy.parent
    while above is not None and above in known:
        if above in seen:
            yield Problem((*path, "parent"), f"the copies go round in a circle: {' → '.join([*seen, above])}")
            return
        seen.append(above)
        above = known[above].parent
    parent = known[copy.parent or ""]
    if parent.day > copy.day:
        yield Problem((*path, "date"), f"{copy.day} is before its parent's day, {parent.day}")


def _edit(path: Path, edit: Edit, columns: Sequence[str]) -> Iterator[Problem]:
    needed = _NEEDS[edit.kind]
    for key in _KEYS:
        there = bool(getattr(edit, key))
        if there and key not in needed:
            yield Problem((*path, key), f"{edit.kind} has no {key!r}")
        if not there and key in needed:
            yield Problem((*path, key), f"{edit.kind} needs {key!r}")
    asked = [*edit.columns, *(edit.names if edit.kind == "rename_columns" else ())]
    for name in asked:
        if name not in columns:
            yield Problem((*path, "columns" if edit.columns else "names"), unlike("column", name, columns))
    for name, text in edit.names.items():
        yield from reaches((*path, "names", name), text)

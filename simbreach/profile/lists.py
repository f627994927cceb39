"""The profile's own lists, and what tables make of them: combinations, sums and products.

What must agree between their keys, yielded in the order of the profile; and what the numbers come to.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from math import prod
from typing import Any, Final

from simbreach.core.schema import FieldType
from simbreach.profile.model import Column, Profile, Table, WordList
from simbreach.profile.problem import Path, Problem, reaches, unlike

# Pools that `for_each` goes through like a list: their members at a source.
STAFF: Final = ("sampler", "prescriber")
# Numbers stay below nine digits: longer ones could be somebody's telephone number.
LARGEST: Final = 99_999_999
# A product's spread is drawn in steps of a millionth.
SPREAD_DECIMALS: Final = 6

_TYPES: Final[tuple[tuple[FieldType, tuple[type, ...]], ...]] = (
    ("text", (str,)),
    ("number", (int, Decimal)),
    ("date", (date,)),
    ("time", (time,)),
)
_MOST_COMBINATIONS: Final = 10**7


def cells_type(cells: Iterable[Any]) -> FieldType | None:
    """The type that all `cells` of a list's column have; None when they differ."""
    kinds = {kind for cell in cells for kind, types in _TYPES if isinstance(cell, types)}
    return kinds.pop() if len(kinds) == 1 else None


def list_cells(profile: Profile, name: str) -> tuple[Any, ...]:
    """The cells of a column of a list, by its name `list.column`."""
    words, _, column = name.partition(".")
    return profile.list_named[words].cells(column)


def decimals_of(number: int | Decimal | Fraction) -> int:
    """How many decimals a number is written with."""
    exponent = Decimal(str(number)).as_tuple().exponent
    return max(-int(exponent), 0)


def measure(profile: Profile, table: Table, name: str) -> tuple[int, int]:
    """The greatest number of a column, in units of its last decimal, and how many decimals it has.

    `name` is a column of numbers of `table`, or `list.column`.
    """
    if "." in name:
        cells = list_cells(profile, name)
        decimals = max(map(decimals_of, cells))
        return int(max(cells) * 10**decimals), decimals
    column = next(column for column in table.columns if column.name == name)
    if column.field == "list":
        return measure(profile, table, column.of or "")
    if column.field == "number":
        return column.high or 0, column.decimals or 0
    parts = [measure(profile, table, part) for part in column.columns or ()]
    if column.field == "sum":
        decimals = max(decimals for _, decimals in parts)
        return sum(units * 10 ** (decimals - own) for units, own in parts), decimals
    decimals = column.decimals or 0
    whole = raw_product(column, parts) / Fraction(10) ** (raw_decimals(column, parts) - decimals)
    return int(whole) + 1, decimals


def raw_product(column: Column, parts: Iterable[tuple[int, int]]) -> int:
    """The greatest product of `parts` (units, decimals) with the column's factor and spread, in raw units."""
    factor, spread = column.factor or Decimal(1), column.spread or Decimal(0)
    greatest = prod(units for units, _ in parts) * int(factor * 10 ** decimals_of(factor))
    return greatest * int((1 + spread) * 10**SPREAD_DECIMALS) if spread else greatest


def raw_decimals(column: Column, parts: Iterable[tuple[int, int]]) -> int:
    """How many decimals `raw_product` has."""
    own = decimals_of(column.factor or Decimal(1)) + (SPREAD_DECIMALS if column.spread else 0)
    return own + sum(decimals for _, decimals in parts)


def list_problems(profile: Profile) -> Iterator[Problem]:
    """What disagrees within and between the lists."""
    earlier: dict[str, WordList] = {}
    for words in profile.lists:
        path: Path = ("lists", words.name)
        if words.name in STAFF:
            yield Problem((*path, "name"), f"{words.name!r} stands for the {words.name}s of a source")
        if len(set(words.columns)) < len(words.columns):
            yield Problem((*path, "columns"), "two columns have the same name")
        yield from _entries((*path, "entries"), words)
        if words.weight is not None:
            yield from _weight((*path, "weight"), words, words.weight)
        if words.by is not None:
            yield from _by((*path, "by"), words, words.by, earlier)
        earlier[words.name] = words


def _entries(path: Path, words: WordList) -> Iterator[Problem]:
    for number, entry in enumerate(words.entries):
        if len(entry) != len(words.columns):
            found = f"found {len(entry)} cells; the list has {len(words.columns)} columns"
            yield Problem((*path, f"[{number}]"), found)
            return
        for cell in entry:
            yield from reaches((*path, f"[{number}]"), cell if isinstance(cell, str) else None)
    for name in words.columns:
        cells = words.cells(name)
        if cells_type(cells) is None:
            yield Problem(path, f"the cells of {name!r} are not of one kind (text, numbers, days, times)")
        elif cells_type(cells) == "number" and not 0 <= min(cells) <= max(cells) <= LARGEST:
            yield Problem(path, f"the numbers of {name!r} do not lie in 0 to {LARGEST}")


def _weight(path: Path, words: WordList, weight: str) -> Iterator[Problem]:
    if weight not in words.columns:
        yield Problem(path, unlike("column", weight, words.columns))
    elif not all(isinstance(cell, int) and cell <= 1_000_000 for cell in words.cells(weight)):
        yield Problem(path, "weights are whole numbers up to 1000000")
    elif not any(words.cells(weight)):
        yield Problem(path, "every weight is 0")


def _by(path: Path, words: WordList, by: str, earlier: Mapping[str, WordList]) -> Iterator[Problem]:
    other, _, name = by.partition(".")
    if other not in earlier:
        yield Problem(path, unlike("earlier list", other, earlier))
    elif name not in earlier[other].columns:
        yield Problem(path, unlike("column", name, earlier[other].columns))
    elif name not in words.columns:
        yield Problem(path, f"this list has no column {name!r}, too")
    else:
        chances = words.cells(words.weight) if words.weight in words.columns else (1,) * len(words.entries)
        there = {cell for cell, chance in zip(words.cells(name), chances, strict=True) if chance}
        for cell in dict.fromkeys(earlier[other].cells(name)):
            if cell not in there:
                yield Problem(path, f"no entry goes with {str(cell)!r} of {by}")


def list_column_problem(profile: Profile, name: str) -> str | None:
    """What is wrong with the name `list.column`; None when there is that column."""
    words, _, column = name.partition(".")
    if words not in profile.list_named:
        return unlike("list", words, profile.list_named)
    columns = profile.list_named[words].columns
    return None if column in columns else unlike("column", name, [f"{words}.{c}" for c in columns])


def row_problems(path: Path, profile: Profile, table: Table) -> Iterator[Problem]:
    """What is wrong with the number of rows of a table, or with the combinations that it follows from."""
    if table.for_each is None:
        if not table.rows:
            given = "rows" in table.model_fields_set
            said = "found 0; should be greater than or equal to 1" if given else "the key 'rows' is missing"
            yield Problem((*path, "rows"), said)
        return
    path = (*path, "for_each")
    if table.rows:
        yield Problem((*path[:-1], "rows"), "follows from `for_each`")
    if table.people:
        yield Problem(path, "needs `people = false` beside it")
    if table is profile.main_table:
        yield Problem(path, "the main table has `rows`, which `--rows` sets")
    combinations = len(profile.sources)
    for place, name in enumerate(table.for_each):
        if name in table.for_each[:place]:
            yield Problem(path, f"{name!r} stands there twice")
        if name in STAFF:
            combinations *= max(getattr(source, f"{name}s") for source in profile.sources)
        elif name not in profile.list_named:
            yield Problem(path, unlike("list", name, (*profile.list_named, *STAFF)))
        else:
            words = profile.list_named[name]
            combinations *= len(words.entries)
            if words.by and words.by.partition(".")[0] not in table.for_each[:place]:
                yield Problem(path, f"{name!r} goes by {words.by!r}, whose list must stand before it")
    if combinations > _MOST_COMBINATIONS:
        yield Problem(path, f"up to {combinations} combinations; at most {_MOST_COMBINATIONS} are allowed")


def number_problems(path: Path, profile: Profile, table: Table, place: int) -> Iterator[Problem]:
    """What is wrong with the parts of the sum or product that is column number `place`."""
    column = table.columns[place]
    if column.field not in ("sum", "product") or not column.columns:
        return
    earlier = {other.name: other for other in table.columns[:place]}
    sound = True
    for name in column.columns:
        problem = _part_problem(profile, name, earlier)
        if problem:
            sound = False
            yield Problem((*path, "columns"), problem)
    if not sound:
        return
    parts = [measure(profile, table, name) for name in column.columns]
    greatest, _ = measure(profile, table, column.name)
    if greatest > LARGEST or (column.field == "product" and raw_product(column, parts) >= 1 << 62):
        yield Problem(path, f"can come to {greatest} (in units of the last decimal); allowed: {LARGEST}")


def _part_problem(profile: Profile, name: str, earlier: Mapping[str, Column]) -> str | None:
    if "." in name:
        problem = list_column_problem(profile, name)
        return problem or (None if _are_numbers(list_cells(profile, name)) else f"{name!r} holds no numbers")
    if name not in earlier:
        return unlike("earlier column", name, earlier)
    return None if is_number(profile, earlier[name]) else f"{name!r} is no column of numbers"


def is_number(profile: Profile, column: Column) -> bool:
    """Whether a column holds numbers to calculate with: of a list, drawn, or calculated."""
    if column.field == "list" and list_column_problem(profile, column.of or "") is None:
        return _are_numbers(list_cells(profile, column.of or ""))
    return column.field in ("number", "sum", "product") and not (column.width or column.prefix)


def _are_numbers(cells: Iterable[Any]) -> bool:
    return cells_type(cells) == "number"

"""What holds for one column in one source: its spelling, its fill; and which tables are asked for."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from simbreach.core.errors import InputError, did_you_mean
from simbreach.core.schema import FIELDS, Field
from simbreach.profile.checks import column_type
from simbreach.profile.model import Column, Profile, Source, Spelling

NOTHING: Final = Decimal(0)


def spelling(
    profile: Profile, source: Source, column: Column, known: Mapping[str, Field] = FIELDS
) -> Spelling:
    """The options that hold for `column` in `source`, each None where nobody says anything.

    From weak to strong: the habits' spellings of the column's type, in the source's order; their spellings of
    its field; the column's own.
    """
    kind = column_type(profile, column, known)
    habits = [profile.habit[name] for name in source.habits]
    layers = [habit.spell.get(key) for key in (kind, column.field) for habit in habits]
    said = [layer for layer in (*layers, column.spell) if layer is not None]
    if len(said) == 1:  # half of all columns: nothing to put together
        return said[0]
    options: dict[str, object] = {}
    for layer in said:
        options |= {name: getattr(layer, name) for name in layer.model_fields_set}
    return Spelling.model_construct(**options)  # type: ignore[arg-type]  # every option is checked already


def fill_share(profile: Profile, source: Source, column: Column, year: int) -> Decimal:
    """The share of the cells with a value that are filled, for visits of `year` in `source`.

    From weak to strong: the column's `fill`, `fill_by_year`, the habits' fill of its field, `sources`.
    """
    if column.sources is not None and source.name not in column.sources:
        return NOTHING
    fills = [profile.habit[name].fill.get(column.field) for name in source.habits]
    said = [fill for fill in fills if fill is not None]
    return said[-1] if said else (column.fill_by_year or {}).get(year, column.fill)


def asked_tables(profile: Profile, tables: Sequence[str]) -> tuple[str, ...]:
    """The tables that are named, in the profile's order; InputError for a name that is none's."""
    known = [name for table in profile.tables for name in (table.name, table.results) if name is not None]
    for name in tables:
        if name not in known:
            raise InputError(
                f"{profile.name} has no table {name!r}{did_you_mean(name, known)}; "
                f"its tables: {', '.join(known)}"
            )
    return tuple(name for name in known if name in tables)

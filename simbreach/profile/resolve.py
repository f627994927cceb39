"""What holds for one column in one source: its spelling, and how much of it is filled."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

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
    options: dict[str, object] = {}
    for layer in (*layers, column.spell):
        if layer is not None:
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

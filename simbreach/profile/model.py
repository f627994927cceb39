"""The form of a profile: which keys there are, of which type, and what each one means.

Form only. What must agree between keys is in `checks`, how files are found and merged in `load`.
The descriptions are what editors show (through `schema`) and what docs/profiles.md explains.
"""

from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Strict, StringConstraints
from pydantic import Field as Key

from simbreach.core.schema import Sensitivity

_SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_DEPARTMENT = r"^(0[1-9]|[1-8][0-9]|9[0-5]|2[AB]|97[1-46])$"

Slug = Annotated[str, StringConstraints(pattern=_SLUG, max_length=64)]
ColumnName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=64)]
Line = Annotated[str, StringConstraints(pattern=r"^[^\r\n]+$", max_length=200)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Prose = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Whole = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
Weight = Annotated[int, Strict(), Key(ge=0, le=1_000_000)]
Seed = Annotated[int, Strict(), Key(ge=0, lt=1 << 128)]
Share = Annotated[Decimal, Key(ge=0, le=1)]
SomeShare = Annotated[Decimal, Key(gt=0, le=1)]
AgeBand = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}-[0-9]{1,3}$")]
Department = Annotated[str, StringConstraints(pattern=_DEPARTMENT)]
Year = Annotated[int, Key(ge=1900, le=2100)]
Month = Annotated[int, Key(ge=1, le=12)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

EVEN_WEEK: dict[Weekday, int] = {"mon": 1, "tue": 1, "wed": 1, "thu": 1, "fri": 1, "sat": 1, "sun": 1}


class _Form(BaseModel):
    """Frozen, and no key but those that are described."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Weights(_Form):
    """Who comes: shares of all people by sex and age band; within a band, as in the population."""

    women: dict[AgeBand, Share] = Key(description='Shares of women by age band, as {"30-44" = 0.128}.')
    men: dict[AgeBand, Share] = Key(description='Shares of men by age band, as {"30-44" = 0.064}.')


class Population(_Form):
    """The synthetic France that the people come from."""

    seed: Seed = Key(1, description="Seed of the population; the same in every shipped profile.")
    weights: Weights | None = Key(
        None, description="Who comes, by sex and age at the visit: shares that sum to 1. Default: everyone."
    )


class Identifiers(_Form):
    """Policies of the identifiers."""

    phone: Literal["unattributed", "unattributed-wide", "reserved"] = Key(
        "unattributed",
        description="Where telephone numbers lie: blocks given to no operator, more of them, or the blocks "
        "reserved for fiction (whose mobiles many detectors miss).",
    )


class Dates(_Form):
    """The curve of the visits."""

    first_day: date = Key(alias="from", description="First day of the visits.")
    last_day: date = Key(alias="to", description="Last day of the visits (included).")
    years: dict[Year, Weight] | None = Key(None, description="Weights of the years. Default: by days.")
    months: dict[Month, Weight] | None = Key(
        None, description="Weights of the months 1 to 12. Default: equal."
    )
    closed: tuple[Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-[0-3][0-9]$")], ...] = Key(
        (), description='Days of every year without visits, month and day: ["01-01", "12-25"].'
    )
    weekdays: dict[Weekday, Weight] = Key(
        EVEN_WEEK, description="Weights of the days of the week (mon to sun). A day left out has no visits."
    )


class Duplicates(_Form):
    """People who come more than once."""

    same_source: Share = Key(
        Decimal(0), description="Share of the rows whose person has an earlier row in the same source."
    )
    other_source: Share = Key(
        Decimal(0), description="Share of the rows whose person also has a row in another source."
    )


class Spelling(_Form):
    """How a source writes one kind of value. Only some options fit a kind: see `checks.SPELLINGS`."""

    case: Literal["upper", "lower", "title", "keep"] | None = Key(None, description="Capitals.")
    accents: Flag | None = Key(None, description="Whether accents are written.")
    hyphens: Literal["keep", "space"] | None = Key(
        None, description="Whether the hyphen of a compound name is written or becomes a space."
    )
    width: Annotated[int, Strict(), Key(ge=8, le=255)] | None = Key(
        None, description="Longer values are cut to this many characters."
    )
    pad: Flag | None = Key(None, description="Whether values are filled up to `width` with spaces.")
    layout: Text | None = Key(
        None, description="One # for each digit of a telephone number (9 or 10) or NIR (13 or 15)."
    )
    format: Text | None = Key(None, description="Date or time of day, as in %d/%m/%Y or %H:%M.")
    words: dict[str, Line] | None = Key(
        None, description='What the clean words of a civility or coded field become: {man = "M."}.'
    )
    empty: Text | None = Key(None, description="Placeholder that is written instead of an empty cell.")
    empty_share: SomeShare | None = Key(
        None, description="Share of the empty cells that get the placeholder."
    )


class Habit(_Form):
    """A named set of spellings, shared by sources."""

    name: Slug = Key(description="Name that sources use.")
    spell: dict[str, Spelling] = Key(
        {}, description="Spellings by kind (name, date, phone …) or by field; a field wins over its kind."
    )
    fill: dict[str, Share] = Key(
        {}, description="Fill shares by field, instead of the columns' own, in the sources with this habit."
    )


class Source(_Form):
    """A laboratory, hospital or clinic that rows come from. Invented, never a real one."""

    name: Slug = Key(description="Name in the truth and in other keys.")
    title: Line = Key(description="Name as its rows show it: invented.")
    code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,12}$")] = Key(
        description="Short code as its rows show it."
    )
    kind: Literal["laboratory", "hospital", "clinic"] = Key(
        "laboratory", description="Kind of establishment."
    )
    commune: Annotated[str, StringConstraints(pattern=r"^[0-9][0-9AB][0-9]{3}$")] = Key(
        description="INSEE code of the seat: patients come from around."
    )
    reach_km: Annotated[int, Strict(), Key(ge=1, le=500)] = Key(
        20, description="Patients live within this distance (km) of the seat."
    )
    share: Annotated[int, Strict(), Key(ge=1, le=1_000_000)] = Key(description="Weight of its rows.")
    habits: tuple[Slug, ...] = Key((), description="Habits; a later one wins over an earlier one.")
    first_day: date | None = Key(None, alias="from", description="First day of its visits. Default: [dates].")
    last_day: date | None = Key(None, alias="to", description="Last day of its visits. Default: [dates].")
    prescribers: Annotated[int, Strict(), Key(ge=1, le=100_000)] = Key(
        50, description="How many prescribers send patients."
    )
    prescriber_departments: dict[Department, Weight] = Key(
        {},
        description="Weights of its rows by the prescriber's département. Default: the seat's.",
    )
    samplers: Annotated[int, Strict(), Key(ge=1, le=10_000)] = Key(
        4, description="How many samplers work there."
    )


class Defect(_Form):
    """A deliberate accident in single cells, recorded in the truth."""

    name: Slug = Key(description="Name of the defect in the profile.")
    kind: Literal["missing", "placeholder", "swapped", "typo", "wrong", "wrong_key"] = Key(
        description="What happens to the cell."
    )
    fields: tuple[str, ...] = Key(min_length=1, description="Fields that it strikes; two for `swapped`.")
    share: SomeShare = Key(description="Share of the filled cells (rows, for `swapped`) that it strikes.")
    value: Text | None = Key(
        None, description="What `placeholder` writes; for a date it may hold %Y and the like: 00/00/%Y."
    )
    sources: tuple[Slug, ...] | None = Key(None, description="Only in these sources. Default: all.")


class Column(_Form):
    """One column of a table."""

    name: ColumnName = Key(description="Name of the column.")
    field: Text = Key(
        description="A field (docs/fields.md), or constant, choice, number, serial, date_offset, empty, "
        "faker:… or mimesis:…."
    )
    fill: Share = Key(
        Decimal(1), description="Share of the cells that are filled, of those that have a value."
    )
    fill_by_year: dict[Year, Share] | None = Key(
        None, description="Fill by year of the visit; years that are not listed take `fill`."
    )
    filled_with: ColumnName | None = Key(
        None, alias="with", description="An earlier column: this one is only filled where that one is."
    )
    sources: tuple[Slug, ...] | None = Key(None, description="Only filled in these sources. Default: all.")
    spell: Spelling | None = Key(None, description="Spelling of this column, over every habit.")
    value: Text | None = Key(None, description="What `constant` writes.")
    values: dict[Text, SomeShare] | None = Key(
        None, description="What `choice` draws from, with shares that sum to 1."
    )
    of: str | None = Key(None, description="The date field that `date_offset` starts from.")
    low: Whole | None = Key(
        None, alias="min", description="Least number; days from `of`; first number of `serial`."
    )
    high: Whole | None = Key(None, alias="max", description="Greatest number; days from `of`.")
    width: Annotated[int, Strict(), Key(ge=1, le=8)] | None = Key(
        None, description="Digits of `number` or `serial`: zeros are put in front."
    )
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_/. -]{1,12}$")] | None = Key(
        None, description="What stands before `number` or `serial`: no digits."
    )
    label: Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z_]+$")] | None = Key(
        None, description="Label in the truth, for a column that no field fills. Default: technical.value."
    )
    sensitivity: Sensitivity | None = Key(
        None, description="Sensitivity in the truth, for a column that no field fills. Default: other."
    )


class Table(_Form):
    """One leaked table."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)] = Key(
        description="Name of the table."
    )
    rows: Annotated[int, Strict(), Key(ge=1, le=10**11)] = Key(description="How many rows.")
    main: Flag = Key(False, description="Whether `--rows` sets this table's rows: exactly one table.")
    columns: tuple[Column, ...] = Key(min_length=1, description="The columns, in order.")


class Profile(_Form):
    """One breach: who is in it, where the rows come from, how they are written, what went wrong."""

    name: Slug = Key(description="Name of the profile, and of the dataset's folder.")
    title: Line = Key(description="One line, in French.")
    description: Prose = Key(description="What the breach is.")
    extends: Line | None = Key(
        None, description="The profile that this one changes: a shipped name, or a path from this file."
    )
    seed: Seed = Key(1, description="Default seed of the dataset.")
    as_of: date = Key(description="Day on which the data was taken.")
    population: Population = Key(Population(), description="Who the people are.")
    identifiers: Identifiers = Key(Identifiers(), description="How identifiers are chosen.")
    dates: Dates = Key(description="When the visits were.")
    duplicates: Duplicates = Key(Duplicates(), description="How often people come again.")
    habits: tuple[Habit, ...] = Key((), description="Ways of writing, by name.")
    sources: tuple[Source, ...] = Key(min_length=1, description="Where the rows come from.")
    defects: tuple[Defect, ...] = Key((), description="Accidents in single cells.")
    tables: tuple[Table, ...] = Key(min_length=1, description="The leaked tables.")

    @cached_property
    def habit(self) -> dict[str, Habit]:
        """The habits by their names."""
        return {habit.name: habit for habit in self.habits}

    @property
    def main_table(self) -> Table:
        """The table whose rows `--rows` sets: the one marked `main`, or the only one."""
        return next((table for table in self.tables if table.main), self.tables[0])

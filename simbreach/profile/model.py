"""The form of a profile: which keys there are, of which type, and what each one means.

Form only. What must agree between keys is in `checks`, how files are found and merged in `load`.
The descriptions are what editors show (through `schema`) and what docs/profiles.md explains.
"""

from datetime import date, time
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field as Key
from pydantic import Strict, StringConstraints

from simbreach.core.schema import Sensitivity
from simbreach.profile.circulation import Circulation
from simbreach.profile.people import Canaries, Duplicates, Policies
from simbreach.profile.terms import (
    AgeBand,
    ColumnName,
    Department,
    Flag,
    Line,
    Month,
    Prose,
    Seed,
    Share,
    Slug,
    SomeShare,
    Text,
    Weight,
    Whole,
    Year,
)
from simbreach.profile.terms import Form as _Form

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

DefectKind = Literal[
    "missing", "placeholder", "swapped", "typo", "keyboard", "transposed", "omitted", "doubled", "phonetic",
    "ocr", "part_lost", "cut", "unaccented", "mojibake", "mojibake_twice", "cp850", "replacement", "wrong",
    "day_month", "two_digit_year", "broken", "lost_zeros", "lost_digit", "scientific", "wrong_digit",
    "wrong_key", "shifted_right", "shifted_left",
]  # fmt: skip
Group = Literal["aged", "child", "born_abroad", "compound"]
Factor = Annotated[int, Strict(), Key(ge=1, le=100)]

EVEN_WEEK: dict[Weekday, int] = {"mon": 1, "tue": 1, "wed": 1, "thu": 1, "fri": 1, "sat": 1, "sun": 1}


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


# What stands in a list: text, whole or decimal numbers, days, times of day.
Entry = (
    Annotated[str, StringConstraints(pattern=r"^[^\r\n]*$", max_length=200)] | Whole | Decimal | date | time
)


class WordList(_Form):
    """A small table of the profile's own: what is coherent in a row of it stays so in the leaked rows."""

    name: Slug = Key(description='Name that columns use, as in `of = "actes.code"`.')
    columns: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)], ...] = Key(
        min_length=1, description="Names of its columns."
    )
    entries: tuple[tuple[Entry, ...], ...] = Key(
        min_length=1,
        description="Its entries, each a cell for every column: text, numbers, days or times of day, one "
        "kind a column.",
    )
    weight: str | None = Key(
        None,
        description="Its column of whole numbers that say how often an entry is drawn. Default: equally.",
    )
    by: str | None = Key(
        None,
        description="A column that this list and an earlier one have: entries go together where both hold "
        'the same there (`by = "fournisseurs.nature"`).',
    )

    def cells(self, column: str) -> tuple[Any, ...]:
        """The cells of one of its columns."""
        place = self.columns.index(column)
        return tuple(entry[place] for entry in self.entries)


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
    decimal: Literal[",", "."] | None = Key(
        None, description="What stands before the decimals of a number. Default: a comma."
    )
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
    """A deliberate accident in cells or rows, recorded in the truth; docs/defects.md shows each kind."""

    name: Slug = Key(description="Name of the defect in the profile.")
    kind: DefectKind = Key(description="What happens to the cell, or to the row.")
    fields: tuple[str, ...] = Key(
        min_length=1,
        description="Fields that it strikes; two for `swapped`; for a shift the one where it begins.",
    )
    share: SomeShare = Key(
        description="Share of the filled cells, or of the rows, where it happens to people of no group in "
        "`more_for`."
    )
    source_shares: dict[Slug, Share] = Key(
        {},
        description="Shares that count instead of `share` in sources of these names, habits or kinds: "
        "{dos = 0.02, sept-huppes = 0}.",
    )
    more_for: dict[Group, Factor] = Key(
        {},
        description="By how much more it happens to some: `aged` (75 and older), `child` (under 16), "
        "`born_abroad`, `compound` (cells of several words). The greatest counts.",
    )
    value: Text | None = Key(
        None, description="What `placeholder` writes; for a date it may hold %Y and the like: 00/00/%Y."
    )
    width: Annotated[int, Strict(), Key(ge=4, le=255)] | None = Key(
        None, description="After how many characters `cut` cuts."
    )
    sources: tuple[Slug, ...] | None = Key(
        None, description="Only in sources of these names, habits or kinds. Default: all."
    )


class Column(_Form):
    """One column of a table."""

    name: ColumnName = Key(description="Name of the column.")
    field: Text = Key(
        description="A field (docs/fields.md), or constant, choice, list, number, sum, product, serial, "
        "date_offset, empty, faker:… or mimesis:…."
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
    of: str | None = Key(
        None,
        description="The date field that `date_offset` starts from; the column that `list` writes, as in "
        "`actes.code`; the list that a `company_…` field takes its companies from.",
    )
    columns: tuple[str, ...] | None = Key(
        None,
        description="The numbers that `sum` adds and `product` multiplies: earlier columns, or columns of "
        "lists (`actes.b`).",
    )
    factor: Annotated[Decimal, Key(gt=0, le=1_000_000)] | None = Key(
        None, description="A number that `product` multiplies by as well."
    )
    spread: Annotated[Decimal, Key(gt=0, lt=1)] | None = Key(
        None, description="`product` is drawn evenly, up to this share more or less."
    )
    decimals: Annotated[int, Strict(), Key(ge=0, le=4)] | None = Key(
        None,
        description="How many digits of `number` or `product` stand behind the decimal comma. Default: 0.",
    )
    low: Whole | None = Key(
        None,
        alias="min",
        description="Least number (in units of the last decimal); days from `of`; first number of `serial`. "
        "A `product` below it leaves the cell empty.",
    )
    high: Whole | None = Key(
        None, alias="max", description="Greatest number (in units of the last decimal); days from `of`."
    )
    width: Annotated[int, Strict(), Key(ge=1, le=8)] | None = Key(
        None, description="Digits of `number` or `serial`: zeros are put in front."
    )
    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_/. -]{1,12}$")] | None = Key(
        None, description="What stands before `number` or `serial`: no digits."
    )
    label: Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z_]+$")] | None = Key(
        None,
        description="Label in the truth (docs/labels.md), where no field fills the column. "
        "Default: technical.value.",
    )
    sensitivity: Sensitivity | None = Key(
        None, description="Sensitivity in the truth, if no field fills the column. Default: its label's."
    )


class Table(_Form):
    """One leaked table."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)] = Key(
        description="Name of the table."
    )
    rows: Annotated[int, Strict(), Key(ge=0, le=10**11)] = Key(
        0, description="How many rows. Needed, but for a table with `for_each`, where it follows from that."
    )
    people: Flag = Key(True, description="Whether its rows are about people.")
    for_each: tuple[str, ...] | None = Key(
        None,
        description="Lists (or `sampler`, `prescriber`) of which every source has each combination in one "
        "row, the last list turning fastest. Only without people.",
    )
    main: Flag = Key(False, description="Whether `--rows` sets this table's rows: exactly one table.")
    results: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)] | None = Key(
        None,
        description="Name of a table of what the laboratory found at these rows' visits: made only when "
        "asked (`generate --tables`). Only with people.",
    )
    columns: tuple[Column, ...] = Key(min_length=1, description="The columns, in order.")


class Leak(_Form):
    """As what the dataset is leaked where nobody says otherwise."""

    shape: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)] = Key(
        "csv", description="Shape of `simbreach leak` (`simbreach shapes list`)."
    )
    options: dict[str, str | Flag | Whole] = Key(
        {}, description='Options of that shape (`simbreach shapes show`), as {encoding = "utf-8"}.'
    )


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
    canaries: Canaries = Key(Canaries(), description="People who stand in this dataset alone.")
    policies: Policies = Key(Policies(), description="Rules that protect real people.")
    habits: tuple[Habit, ...] = Key((), description="Ways of writing, by name.")
    lists: tuple[WordList, ...] = Key(
        (), description="Small tables that columns take words and numbers from."
    )
    sources: tuple[Source, ...] = Key(min_length=1, description="Where the rows come from.")
    defects: tuple[Defect, ...] = Key((), description="Accidents in single cells.")
    tables: tuple[Table, ...] = Key(min_length=1, description="The leaked tables.")
    leak: Leak = Key(Leak(), description="As what the dataset is leaked.")
    circulation: Circulation = Key(Circulation(), description="Where the leak circulates.")

    @cached_property
    def habit(self) -> dict[str, Habit]:
        """The habits by their names."""
        return {habit.name: habit for habit in self.habits}

    @cached_property
    def list_named(self) -> dict[str, WordList]:
        """The lists by their names."""
        return {words.name: words for words in self.lists}

    @property
    def main_table(self) -> Table:
        """The table whose rows `--rows` sets: the one marked `main`, or the only one."""
        return next((table for table in self.tables if table.main), self.tables[0])

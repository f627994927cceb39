"""The form of a profile's tables about people: who comes again, who stands for nobody, what may be told."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field as Key
from pydantic import Strict

from simbreach.profile.terms import Flag, Form, Share

Difference = Literal[
    "married_name", "typo", "swapped_names", "compound_part", "swapped_date", "other_phone", "moved"
]

# Three in ten repeat visits open a second file: with the visits to other sources about one identity in thirty
# has two, as was found in a hospital (CHU de Montpellier, 3 % of 21,876); how they differ is our estimate.
_DIFFERENCES: dict[Difference, Decimal] = {
    "married_name": Decimal("0.15"),
    "typo": Decimal("0.06"),
    "swapped_names": Decimal("0.01"),
    "compound_part": Decimal("0.15"),
    "swapped_date": Decimal("0.01"),
    "other_phone": Decimal("0.08"),
    "moved": Decimal("0.06"),
}


class Duplicates(Form):
    """People who come more than once."""

    same_source: Share = Key(
        Decimal(0), description="Share of the rows whose person has an earlier row in the same source."
    )
    other_source: Share = Key(
        Decimal(0), description="Share of the rows whose person also has a row in another source."
    )
    differences: dict[Difference, Share] = Key(
        _DIFFERENCES,
        description="Shares of the repeat visits that have a file of their own, by what differs in it, among "
        "those of people to whom it can happen: {married_name = 0.15, typo = 0.06}. They sum to 1 at most.",
    )


class Canaries(Form):
    """Honey people: they stand in this dataset alone."""

    one_in: Annotated[int, Strict(), Key(ge=100, le=1_000_000_000)] = Key(
        20_000, description="Rows for each canary of the main table."
    )
    at_least: Annotated[int, Strict(), Key(ge=0, le=4_000)] = Key(
        3, description="Canaries in a small table; there are no more than repeat visits."
    )


class Policies(Form):
    """What may be written about whom."""

    health_in_towns: Flag = Key(
        True,
        description="Facts of health are only written of people in communes of 5,000 inhabitants and more, "
        "in streets that no map shows.",
    )

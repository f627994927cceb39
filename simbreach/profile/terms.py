"""The words of the profile language: types of single values, and what every table of a profile is made of."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Strict, StringConstraints
from pydantic import Field as Key

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


class Form(BaseModel):
    """Frozen, and no key but those that are described."""

    model_config = ConfigDict(frozen=True, extra="forbid")

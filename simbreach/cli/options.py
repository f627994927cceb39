"""Options that several verbs take, and how their text is read."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from simbreach.core.errors import InputError, did_you_mean

ProfileName = Annotated[str, typer.Argument(help="A profile's name, or the path of a TOML file.")]
Seed = Annotated[
    int | None, typer.Option(metavar="N", help="Seed of the dataset; the profile's unless given.")
]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the profile; may be repeated."),
]
Columns = Annotated[str | None, typer.Option(metavar="A,B,…", help="Only these columns, in this order.")]
AsJson = Annotated[bool, typer.Option("--json", help="The result as JSON, for machines.")]

# An error lists the columns that there are, unless they would fill the screen.
_FEW = 20


def read_overrides(texts: Sequence[str] | None) -> dict[str, str]:
    """`KEY=VALUE` texts as a mapping, in their order."""
    overrides = {}
    for text in texts or ():
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise typer.BadParameter(
                f"{text!r} is not KEY=VALUE, as in tables.patients.rows=500", param_hint="'--set'"
            )
        overrides[key.strip()] = value.strip()
    return overrides


def read_options(texts: Sequence[str] | None) -> dict[str, Any]:
    """`KEY=VALUE` texts as a mapping, in their order."""
    options: dict[str, Any] = {}
    for text in texts or ():
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise typer.BadParameter(
                f"{text!r} is not KEY=VALUE, as in encoding=utf-8", param_hint="'--option'"
            )
        options[key.strip()] = value.strip()
    return options


def read_columns(text: str | None, there: Sequence[str]) -> list[str]:
    """The columns that `A,B,…` lists, all of those that are there unless given; InputError for another."""
    if text is None:
        return list(there)
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in there:
            few = f"; there are {', '.join(there)}" if len(there) <= _FEW else ""
            raise InputError(f"--columns: no column {name!r}{did_you_mean(name, there) or few}")
    return list(dict.fromkeys(names))


def read_range(text: str) -> tuple[int, int]:
    """`A:B` as the rows [A, B)."""
    first, colon, last = text.partition(":")
    if not (colon and first.isdecimal() and last.isdecimal() and int(first) < int(last)):
        raise typer.BadParameter(f"{text!r} is not a range of rows such as 0:10", param_hint="'--rows'")
    return int(first), int(last)

"""Options that several verbs take, and how their text is read."""

from collections.abc import Sequence
from typing import Annotated

import typer

ProfileName = Annotated[str, typer.Argument(help="A profile's name, or the path of a TOML file.")]
Seed = Annotated[
    int | None, typer.Option(metavar="N", help="Seed of the dataset; the profile's unless given.")
]
Overrides = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Change a key of the profile; may be repeated."),
]
AsJson = Annotated[bool, typer.Option("--json", help="The result as JSON, for machines.")]


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


def read_range(text: str) -> tuple[int, int]:
    """`A:B` as the rows [A, B)."""
    first, colon, last = text.partition(":")
    if not (colon and first.isdecimal() and last.isdecimal() and int(first) < int(last)):
        raise typer.BadParameter(f"{text!r} is not a range of rows such as 0:10", param_hint="'--rows'")
    return int(first), int(last)

"""`simbreach trace`: which copy of a leak a found file came from."""

from pathlib import Path
from typing import Annotated

import typer

from simbreach.cli import console
from simbreach.cli.options import AsJson

EXAMPLE = "Example: simbreach trace found.csv --among outputs/labs-demo"


def trace(
    file: Annotated[Path, typer.Argument(help="The file that was found: text, table, dump or archive.")],
    among: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DATASET",
            help="A dataset it may come from; may be repeated; all in outputs unless given.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which copy a found file came from, or which copies it was merged from, and how sure that is.

    No value of the file is ever shown. Exit code 1 where it comes from no dataset that was looked at.
    """
    from simbreach import api

    found = api.trace(file, among=among or None)
    if as_json:
        console.json_result(found.as_dict())
    else:
        for line in found.lines():
            console.result(line)
    if not found.ok:
        raise typer.Exit(1)

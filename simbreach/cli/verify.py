"""`simbreach verify`: is this dataset whole and safe; is this file synthetic."""

from pathlib import Path
from typing import Annotated

import typer

from simbreach.cli import console

EXAMPLE = "Example: simbreach verify outputs/labs-demo"


def verify(
    path: Annotated[Path, typer.Argument(help="A dataset's folder, or a text, CSV or Parquet file.")],
    as_json: Annotated[bool, typer.Option("--json", help="The findings as JSON.")] = False,
) -> None:
    """Check a dataset's digests and identifiers, or judge any file: synthetic, possibly real, cannot tell.

    No value is ever shown that is not provably synthetic: counts, positions and a mask instead.
    """
    from simbreach import api

    findings = api.verify(path)
    if as_json:
        console.json_result(findings.as_dict())
    else:
        for line in findings.lines():
            console.result(line)
    if not findings.ok:
        raise typer.Exit(1)

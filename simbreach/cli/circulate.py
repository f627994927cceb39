"""`simbreach circulate`: the copies of a leak, one for each place where it circulates."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from simbreach.cli import console
from simbreach.cli.options import AsJson

EXAMPLE = "Example: simbreach circulate outputs/labs-demo"


def circulate(
    dataset: Annotated[Path, typer.Argument(help="A dataset's folder.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="DIR", help="Folder; leak/copies of the dataset unless given."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the copies that the dataset's profile lists, each marked, with the truth about them.

    The files of earlier copies are replaced; the dataset itself is not touched.
    """
    from simbreach import api

    written = api.circulate(dataset, output)
    if as_json:
        console.json_result([asdict(copy) for copy in written])
        return
    for copy in written:
        parts = [
            console.counted(len(copy.files), "file"),
            console.counted(copy.rows, "row"),
            f"{copy.bytes / 1e6:,.1f} MB",
            f"{copy.seconds:.1f} s",
        ]
        console.result(f"wrote {copy.folder} ({', '.join(parts)})")

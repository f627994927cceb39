"""`simbreach leak`: a dataset in the form in which a leak is found."""

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from simbreach.cli import console
from simbreach.cli.options import AsJson, read_options, read_range

if TYPE_CHECKING:
    from simbreach.truth.leak import LeakSummary

EXAMPLE = "Example: simbreach leak outputs/labs-demo --shape csv --option encoding=utf-8"


class SplitBy(StrEnum):
    """What has files of its own."""

    source = "source"


def leak(
    dataset: Annotated[Path, typer.Argument(help="A dataset's folder.")],
    shape: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A shape (`simbreach shapes list`); may be repeated; the profile's unless given.",
        ),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="An option of the shape (`shapes show`); may be repeated."),
    ] = None,
    rows: Annotated[
        str | None, typer.Option(metavar="A:B", help="Only these rows of the main table.")
    ] = None,
    split_by: Annotated[SplitBy | None, typer.Option(help="A folder of files for each source.")] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="DIR", help="Folder; leak/shapes/NAME of the dataset unless given."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write a dataset as leaked files (CSV, SQL dump, mailbox …), with the truth about each value's place.

    The files of an earlier leak of the same shape are replaced; the dataset itself is not touched. With
    several shapes, DIR gets a folder for each.
    """
    from simbreach import api

    shapes: list[str | None] = [*dict.fromkeys(shape)] if shape else [None]
    chosen = read_options(option)
    window = None if rows is None else read_range(rows)
    split: Literal["source"] | None = None if split_by is None else "source"
    done = []
    for name in shapes:
        out = output if output is None or name is None or len(shapes) == 1 else output / name
        written = api.leak(dataset, name, rows=window, split_by=split, out=out, **chosen)
        done.append(written)
        if not as_json:
            console.result(_said(written))
    if as_json:
        console.json_result([asdict(written) for written in done])


def _said(written: "LeakSummary") -> str:
    """`wrote outputs/labs-demo/leak/shapes/csv (1 file, 3.4 MB, 120,000 spans, 0.3 s)`."""
    parts = [
        console.counted(len(written.files), "file"),
        f"{written.bytes / 1e6:,.1f} MB",
        console.counted(written.spans, "span"),
        f"{written.seconds:.1f} s",
    ]
    return f"wrote {written.folder} ({', '.join(parts)})"

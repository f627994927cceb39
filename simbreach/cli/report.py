"""`simbreach report`: how real a dataset is, on one page or as figures."""

import os
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from simbreach.cli import console
from simbreach.core.errors import InputError

if TYPE_CHECKING:
    from simbreach.truth.report.figures import Figures

EXAMPLE = "Example: simbreach report outputs/labs-demo -o report.html --lang en"

_PAGE = Path("report.html")


class Lang(StrEnum):
    """Languages of the page."""

    fr = "fr"
    en = "en"


def report(
    dataset: Annotated[Path, typer.Argument(help="A dataset's folder.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Where to write; report.html unless given."),
    ] = None,
    lang: Annotated[Lang, typer.Option(help="Language of the page.")] = Lang.fr,
    as_json: Annotated[
        bool, typer.Option("--json", help="The figures as JSON, to stdout or to FILE, instead of a page.")
    ] = False,
) -> None:
    """Show how real a dataset is: one HTML page about its people, columns, defects and coherence.

    The page needs no network. Exit code 1 when a coherence check finds something broken.
    """
    from simbreach import api
    from simbreach.core.files import write_text

    started = monotonic()
    target = out if out or as_json else _PAGE
    if target:
        _check_target(target)
    if not as_json:
        # Says what is missing before the work, not after it.
        import simbreach.truth.report.page  # noqa: F401
    figures = api.report(dataset)
    if target is None:
        console.json_result(figures.as_dict())
    else:
        text = console.json_text(figures.as_dict()) + "\n" if as_json else figures.html(lang.value)
        write_text(target, text)
        _tell(target, figures, monotonic() - started)
    if figures.broken:
        raise typer.Exit(1)


def _check_target(path: Path) -> None:
    """InputError where a file cannot be written: told before the work."""
    if path.is_dir():
        raise InputError(f"{path}: is a folder; -o takes the name of a file in it")
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}")
    if not os.access(path.parent, os.W_OK):
        raise InputError(f"{path}: the folder {path.parent} cannot be written")


def _tell(path: Path, figures: "Figures", seconds: float) -> None:
    """Say what was written, and what the checks found."""
    judged = sum(result.checked for result in figures.coherence)
    console.result(
        f"wrote {path} ({path.stat().st_size / 1e6:.1f} MB, "
        f"{console.counted(len(figures.coherence), 'check')}, {console.counted(judged, 'case')}, "
        f"{figures.broken:,} broken, {seconds:.1f} s)"
    )
    for result in figures.coherence:
        if result.broken:
            console.note(
                f"{result.name}: {result.broken:,} of {result.checked:,} broken, first {result.first}"
            )

"""What the command line says: results on stdout, messages and progress on stderr.

The only file that prints. Nothing here draws unless stderr is a terminal.
"""

import json
import os
import sys
from collections.abc import Sequence
from shutil import get_terminal_size
from textwrap import fill
from time import monotonic
from typing import BinaryIO, Final, Literal

Style = Literal["bold", "dim", "underline", "red", "green", "yellow", "blue", "magenta", "cyan"]

_CODES: Final[dict[Style, int]] = {
    "bold": 1, "dim": 2, "underline": 4,
    "red": 31, "green": 32, "yellow": 33, "blue": 34, "magenta": 35, "cyan": 36,
}  # fmt: skip
_BAR_WIDTH = 30
_REDRAW_S = 0.1
_PARAGRAPH_CHARS = 100


def result(text: str) -> None:
    """`text` on stdout: what the command was asked for."""
    print(text)


def json_result(value: object) -> None:
    """`value` as JSON on stdout, for machines."""
    print(json_text(value))


def json_text(value: object) -> str:
    """`value` as JSON: numbers and texts as they are, anything else (a day, a path) as its text."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)


def json_line(value: object) -> None:
    """`value` as one line of JSON on stdout: one of many."""
    print(json.dumps(value, ensure_ascii=False, default=str))


def stream() -> BinaryIO:
    """Stdout as a stream of bytes, for results that are files."""
    sys.stdout.flush()
    return sys.stdout.buffer


def watched() -> bool:
    """Whether a terminal shows stdout."""
    return sys.stdout.isatty()


def paint(text: str, *styles: Style) -> str:
    """`text` in `styles` where a terminal shows it, as it is elsewhere or where NO_COLOR is set."""
    if not (text and styles and watched()) or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return f"\x1b[{';'.join(str(_CODES[style]) for style in styles)}m{text}\x1b[0m"


def note(text: str) -> None:
    """`text` on stderr: what a reader may like to know, and a pipe must not get."""
    print(f"simbreach: {text}", file=sys.stderr)


def error(text: str) -> None:
    """`simbreach: error: …` on stderr, on one line whatever `text` holds."""
    print(f"simbreach: error: {' '.join(text.split())}", file=sys.stderr)


def counted(number: int, noun: str) -> str:
    """`1 table`, `1,612,340 rows`.

    >>> counted(1, "table"), counted(1200, "row")
    ('1 table', '1,200 rows')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def columns(rows: Sequence[Sequence[str]], *, gap: str = "  ") -> str:
    """The rows as aligned columns; the first row is the heading.

    >>> print(columns([("name", "rows"), ("labs-demo", "5,000")]))
    name       rows
    labs-demo  5,000
    """
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = (gap.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def paragraph(text: str, *, first: int, indent: int) -> str:
    """`text` wrapped at the terminal's width, its first line moved by `first`, the others by `indent`."""
    width = min(get_terminal_size().columns, _PARAGRAPH_CHARS)
    return fill(text, width=width, initial_indent=" " * first, subsequent_indent=" " * indent)


class Progress:
    """A bar on stderr while a terminal watches, nothing otherwise; call it with (done, total) of `what`."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._live = sys.stderr.isatty()
        self._drawn_at = 0.0
        self._drawn = False

    def __call__(self, done: int, total: int) -> None:
        """Draw `done` of `total`, at most ten times a second."""
        if not self._live or (done < total and monotonic() - self._drawn_at < _REDRAW_S):
            return
        self._drawn_at = monotonic()
        filled = _BAR_WIDTH * done // max(total, 1)
        bar = "#" * filled + "." * (_BAR_WIDTH - filled)
        print(f"\r[{bar}] {done:,} of {total:,} {self._what}", end="", file=sys.stderr, flush=True)
        self._drawn = True

    def close(self) -> None:
        """Wipe the bar, so that the next line starts on a clean one."""
        if self._drawn:
            print("\r" + " " * 79 + "\r", end="", file=sys.stderr, flush=True)
            self._drawn = False

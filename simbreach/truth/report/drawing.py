"""How the page's figures are drawn: by Matplotlib, to SVG texts without script, font or file beside them.

Each is drawn for the width of a telephone and grows with its place. Colours are those of Okabe and Ito, and
a map from light to dark, which people with any colour vision tell apart.
"""

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from simbreach.truth.report.texts import Texts

BLUE, ORANGE, RED, GREY, INK = "#0072B2", "#E69F00", "#D55E00", "#8a8a8a", "#1a1a1a"
WIDTH_IN: Final = 4.4
_STYLE: Final[dict[str, Any]] = {
    "font.size": 8.5,
    "axes.titlesize": 9,
    "axes.labelsize": 8.5,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#666666",
    "text.color": INK,
    "axes.labelcolor": INK,
    "svg.fonttype": "none",
    "figure.constrained_layout.use": True,
}


class Drawing:
    """A figure under way, and its SVG once the block has ended."""

    def __init__(self, height_in: float) -> None:
        self.figure = Figure(figsize=(WIDTH_IN, height_in))
        self.svg = ""

    def finish(self) -> None:
        """Write the SVG: no metadata, no size of its own, no names but those that are referred to."""
        out = io.StringIO()
        self.figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, dpi=200)
        text = out.getvalue()
        text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.S)
        referred = set(re.findall(r"(?:url\(#|href=\"#)([^\")]+)", text))
        text = re.sub(r' id="([^"]+)"', lambda m: m[0] if m[1] in referred else "", text)
        text = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", text, count=1)
        self.svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1)


@contextmanager
def drawing(name: str, height_in: float) -> Iterator[Drawing]:
    """A drawing, whose SVG is there when the block has ended; `name` salts the names inside it."""
    style: dict[Any, Any] = {**_STYLE, "svg.hashsalt": name}
    with mpl.rc_context(style):
        drawn = Drawing(height_in)
        yield drawn
        drawn.finish()


def percents(axis: Axis, texts: Texts) -> None:
    """Write the ticks of an axis of shares as per cent."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: texts.percent(abs(value), 0)))


def heat(
    figure: Figure, axes: Axes, grid: np.ndarray[Any, Any], rows: Sequence[str], title: str, texts: Texts
) -> None:
    """A heat map with its scale above; empty cells stay white."""
    shown = np.ma.masked_equal(grid, 0)
    mesh = axes.pcolormesh(
        shown, cmap="YlGnBu", norm=PowerNorm(0.5, 0, max(float(grid.max()), 1e-9)), rasterized=True
    )
    axes.set_yticks(np.arange(len(rows)) + 0.5, rows, fontsize=7)
    axes.invert_yaxis()
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    bar = figure.colorbar(mesh, ax=axes, location="top", fraction=0.04, aspect=40, pad=0.01)
    bar.set_label(title)
    bar.ax.xaxis.set_major_locator(MaxNLocator(5))
    bar.ax.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: texts.number(value, int(value < 5 and value % 1 > 0)))
    )
    bar.outline.set_visible(False)

"""What is drawn on the page: people, names, homes, months, defects."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from simbreach.reference.places import places
from simbreach.truth.report.contents import DefectCount, SourceMonth
from simbreach.truth.report.distances import AgeGroup, Commune
from simbreach.truth.report.drawing import BLUE, GREY, INK, ORANGE, RED, WIDTH_IN, drawing, heat, percents
from simbreach.truth.report.naming import Decade, NameShare, Rank
from simbreach.truth.report.texts import Texts

_NAMES_A_SEX: Final = 4
# The plane of metropolitan France; each overseas département has one of its own, far away.
_METROPOLE_M: Final = (0, 1_300_000, 6_000_000, 7_200_000)


def pyramid(ages: Sequence[AgeGroup], texts: Texts) -> str:
    """People by sex and five years of age: bars, what the profile asks as a line, France as a dotted one."""
    with drawing("pyramid", 4.0) as drawn:
        axes = drawn.figure.subplots()
        steps = sorted({group.age for group in ages})
        edges = np.array([*steps, steps[-1] + 5])
        for sex, sign, colour in (("M", -1, BLUE), ("F", 1, ORANGE)):
            here = {group.age: group for group in ages if group.sex == sex}
            label = texts("axes", "men" if sex == "M" else "women")
            axes.barh(
                np.array(steps) + 2.5,
                [sign * here[age].share if age in here else 0 for age in steps],
                height=4.4,
                color=colour,
                label=label,
            )
            for key, style, width in (("asked", "-", 1.3), ("france", ":", 1.2)):
                values = [sign * getattr(here[age], key) if age in here else 0 for age in steps]
                axes.stairs(
                    np.array(values),
                    edges,
                    orientation="horizontal",
                    baseline=None,
                    color=INK,
                    linestyle=style,
                    linewidth=width,
                    label=texts("axes", key) if sex == "F" else None,
                )
        axes.axvline(0, color="white", linewidth=0.8)
        axes.set_ylabel(texts("axes", "age"))
        axes.set_xlabel(texts("axes", "share_of_people"))
        axes.set_yticks(range(0, 101, 20))
        percents(axes.xaxis, texts)
        axes.xaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
        drawn.figure.legend(loc="outside upper center", ncols=4, handlelength=1.4, columnspacing=1.2)
    return drawn.svg


def names(shares: Sequence[NameShare], texts: Texts) -> str:
    """Some first names of each sex over the decades: Insee's share as a curve, the file's as dots."""
    chosen = [name for sex in ("F", "M") for name in _telling([s for s in shares if s.sex == sex])]
    with drawing("names", 1.15 * -(-len(chosen) // 2) + 0.5) as drawn:
        panels = drawn.figure.subplots(-(-len(chosen) // 2), 2, squeeze=False, sharex=True)
        for number, panel in enumerate(panels.T.ravel()):
            if number >= len(chosen):
                panel.set_axis_off()
                continue
            sex, name = chosen[number]
            of_name = sorted((s for s in shares if (s.sex, s.name) == (sex, name)), key=lambda s: s.decade)
            decades = [s.decade for s in of_name]
            colour = ORANGE if sex == "F" else BLUE
            panel.plot(decades, [s.insee for s in of_name], color=GREY, linewidth=3, alpha=0.6)
            panel.plot(decades, [s.share for s in of_name], "o", color=colour, markersize=4)
            panel.set_title(name.title(), pad=2)
            panel.set_ylim(bottom=0)
            panel.yaxis.set_major_locator(MaxNLocator(3, min_n_ticks=2, steps=[1, 2, 5, 10]))
            percents(panel.yaxis, texts)
            panel.xaxis.set_major_locator(MaxNLocator(5, steps=[2, 4, 10], integer=True))
        legend = [
            Line2D([], [], color=GREY, linewidth=3, alpha=0.6, label=texts("axes", "insee")),
            *(
                Line2D(
                    [], [], color=colour, marker="o", linestyle="", markersize=4,
                    label=f"{texts('axes', 'here')}, {texts('axes', sex)}",
                )
                for colour, sex in ((ORANGE, "women"), (BLUE, "men"))
            ),
        ]  # fmt: skip
        drawn.figure.legend(handles=legend, loc="outside upper center", ncols=3)
    return drawn.svg


def _telling(shares: Sequence[NameShare]) -> list[tuple[str, str]]:
    """Names whose best decades lie apart: the commonest of each such decade, at most four, in their order."""
    best: dict[str, NameShare] = {}
    for share in shares:
        if share.name not in best or share.insee > best[share.name].insee:
            best[share.name] = share
    by_decade: dict[int, NameShare] = {}
    for share in best.values():
        if share.decade not in by_decade or share.insee > by_decade[share.decade].insee:
            by_decade[share.decade] = share
    found = [by_decade[decade] for decade in sorted(by_decade)]
    places_ = np.unique(np.linspace(0, len(found) - 1, min(_NAMES_A_SEX, len(found))).round().astype(int))
    return [(found[place].sex, found[place].name) for place in places_]


def decades(measured: Sequence[Decade], texts: Texts) -> str:
    """The distance of each decade's first names, with what chance gives and the limit."""
    with drawing("decades", 2.6) as drawn:
        axes = drawn.figure.subplots()
        at = np.arange(len(measured))
        axes.bar(
            at,
            [decade.distance for decade in measured],
            color=[BLUE if decade.judged else "#9ecae1" for decade in measured],
            width=0.62,
            label=texts("axes", "here"),
        )
        for key, colour, label in (("noise", GREY, "noise"), ("limit", RED, "limit")):
            axes.hlines(
                [getattr(decade, key) for decade in measured],
                at - 0.42,
                at + 0.42,
                color=colour,
                linewidth=2,
                label=texts("axes", label),
            )
        axes.set_xticks(at, [str(decade.decade) for decade in measured])
        axes.set_xlabel(texts("axes", "decade"))
        axes.set_ylabel(texts("axes", "distance"))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: texts.number(value, 2)))
        drawn.figure.legend(loc="outside upper center", ncols=3)
    return drawn.svg


def surnames(ranks: Sequence[Rank], texts: Texts) -> str:
    """The rank curve of the file's surnames beside the reference's, on logarithmic scales."""
    with drawing("surnames", 2.9) as drawn:
        axes = drawn.figure.subplots()
        at = [rank.rank for rank in ranks]
        axes.plot(
            at, [rank.reference for rank in ranks], color=GREY, linewidth=3, alpha=0.6,
            label=texts("axes", "reference"),
        )  # fmt: skip
        axes.plot(
            at, [rank.share for rank in ranks], "o", color=BLUE, markersize=3, label=texts("axes", "here")
        )
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: texts.number(value)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: texts.percent(value, 0)))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel(texts("axes", "rank"))
        axes.set_ylabel(texts("axes", "share_of_bearers"))
        drawn.figure.legend(loc="outside upper center", ncols=2)
    return drawn.svg


def communes(homes: Sequence[Commune], seats: Iterable[str], texts: Texts) -> str:
    """The communes where the people live, sized by how many, over all communes around, with the seats."""
    france = places()
    codes = {code: place for place, code in enumerate(france.insee_codes.to_pylist())}
    west, east, south, north = _METROPOLE_M
    shown = [c for c in homes if c.people and west < c.x_m < east and south < c.y_m < north]
    away = sum(c.people for c in homes) - sum(c.people for c in shown)
    if not shown:
        return ""
    x, y, people = (np.array([getattr(c, key) for c in shown], float) for key in ("x_m", "y_m", "people"))
    pad = 0.06 * max(np.ptp(x), np.ptp(y), 30_000)
    box = (x.min() - pad, x.max() + pad, y.min() - pad, y.max() + pad)
    tall = (box[3] - box[2]) / (box[1] - box[0])
    with drawing("map", WIDTH_IN * min(max(tall, 0.5), 1.3) + (0.25 if away else 0)) as drawn:
        axes = drawn.figure.subplots()
        seat_places = [codes[seat] for seat in seats if seat in codes]
        near = (france.x_m > box[0]) & (france.x_m < box[1]) & (france.y_m > box[2]) & (france.y_m < box[3])
        axes.scatter(
            france.x_m[near], france.y_m[near], s=1.2, color="#d9d9d9", linewidths=0, rasterized=True
        )
        axes.scatter(x, y, s=160 * people / people.max() + 0.6, color=BLUE, alpha=0.55, linewidths=0)
        axes.scatter(
            france.x_m[seat_places], france.y_m[seat_places], marker="^", s=11, color=RED,
            linewidths=0.3, edgecolors="white",
        )  # fmt: skip
        axes.set_xlim(box[0], box[1])
        axes.set_ylim(box[2], box[3])
        _name_the_largest(axes, sorted(shown, key=lambda c: -c.people), float(np.hypot(np.ptp(x), np.ptp(y))))
        axes.set_aspect("equal")
        axes.set_axis_off()
        if away:
            axes.set_title(texts("axes", "overseas", n=texts.number(away)))
    return drawn.svg


def _name_the_largest(axes: Axes, homes: Sequence[Commune], across_m: float) -> None:
    """Names beside the largest dots, as far as they lie apart."""
    named: list[Commune] = []
    for home in homes[:40]:
        if len(named) < 9 and all(
            np.hypot(home.x_m - other.x_m, home.y_m - other.y_m) > across_m / 9 for other in named
        ):
            named.append(home)
            axes.annotate(
                home.name, (home.x_m, home.y_m), xytext=(0, 7), textcoords="offset points",
                ha="center", fontsize=7.5,
            )  # fmt: skip


def months(counts: Sequence[SourceMonth], sources: Sequence[str], texts: Texts) -> str:
    """Sources by months: the darker, the more visits."""
    days = sorted({count.month for count in counts})
    first, last = (np.datetime64(day[:7]) for day in (days[0], days[-1]))
    width = int((last - first).astype(int)) + 1
    grid = np.zeros((len(sources), width))
    row = {source: number for number, source in enumerate(sources)}
    for count in counts:
        if count.source in row:
            grid[row[count.source], int((np.datetime64(count.month[:7]) - first).astype(int))] = count.rows
    years = [
        (number, str(first + number)[:4]) for number in range(width) if str(first + number).endswith("-01")
    ]
    with drawing("months", 0.135 * len(sources) + 1.1) as drawn:
        axes = drawn.figure.subplots()
        heat(drawn.figure, axes, grid, sources, texts("axes", "visits"), texts)
        axes.set_xticks([number for number, _ in years], [year for _, year in years], ha="left")
    return drawn.svg


def defects(counts: Sequence[DefectCount], kinds: Sequence[str], sources: Sequence[str], texts: Texts) -> str:
    """Kinds of defects by sources, in 1,000 rows."""
    grid = np.zeros((len(kinds), len(sources)))
    row, column = ({name: number for number, name in enumerate(names)} for names in (kinds, sources))
    for count in counts:
        if count.source in column:
            grid[row[count.kind], column[count.source]] = 1000 * count.cells / max(count.rows, 1)
    with drawing("defects", 0.17 * len(kinds) + 1.9) as drawn:
        axes = drawn.figure.subplots()
        labels = [texts("defects", kind) for kind in kinds]
        heat(drawn.figure, axes, grid, labels, texts("axes", "per_thousand"), texts)
        axes.set_xticks(np.arange(len(sources)) + 0.5, sources, rotation=90, fontsize=6.5)
    return drawn.svg

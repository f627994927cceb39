"""The page of a report: one HTML file that needs no network and no other file."""

from collections import Counter
from collections.abc import Sequence
from importlib.resources import files
from itertools import groupby
from typing import Any

from simbreach.core.errors import MissingExtraError
from simbreach.truth.report.figures import Figures
from simbreach.truth.report.texts import Language, Texts, read_texts

try:
    from jinja2 import Environment
    from markupsafe import Markup

    from simbreach.truth.report import plots
except ModuleNotFoundError as missing:
    if (missing.name or "").partition(".")[0] not in ("jinja2", "markupsafe", "matplotlib"):
        raise
    raise MissingExtraError(
        "a report's page needs an extra: pip install 'simbreach[report]' (--json needs none)"
    ) from None

# A column that is filled less is counted, not shown.
_LIMIT = 0.0005
# Below so many people the commonest surnames are those that chance favours.
_ENOUGH_FOR_SURNAMES = 50_000


def write_page(figures: Figures, language: Language) -> str:
    """The HTML text."""
    texts = read_texts(language)
    home = files("simbreach.truth.report")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(home.joinpath("page.html.j2").read_text("utf-8"))
    shown = [fill for fill in figures.contents.fills if fill.share >= _LIMIT]
    drawn = {name: Markup(svg) for name, svg in _plots(figures, texts).items()}
    return template.render(
        t=texts,
        css=Markup(home.joinpath("style.css").read_text("utf-8")),
        figures=figures,
        head=figures.headline,
        sections=_sections(figures, drawn),
        tiles=_tiles(figures, texts),
        verdict=_verdict(figures, texts),
        plots=drawn,
        fills=shown,
        few=len(figures.contents.fills) - len(shown),
        limit=_LIMIT,
        margins=_margins(figures, texts),
        noise=_noise(figures, texts),
        told=_told(figures, texts),
        policies=_policies(figures, texts),
        coherence=[(f, list(r)) for f, r in groupby(figures.coherence, key=lambda result: result.family)],
    )


def _plots(figures: Figures, texts: Texts) -> dict[str, str]:
    """The drawings that there is something to draw for."""
    drawn: dict[str, str] = {}
    counted, compared = figures.contents, figures.distances
    sources = list(figures.headline.titles)
    if compared:
        drawn["pyramid"] = plots.pyramid(compared.ages, texts)
        drawn["map"] = plots.communes(compared.communes, figures.headline.seats, texts)
        if compared.names:
            drawn["names"] = plots.names(compared.names, texts)
        if compared.decades:
            drawn["decades"] = plots.decades(compared.decades, texts)
        if len(compared.surnames) > 1:
            drawn["surnames"] = plots.surnames(compared.surnames, texts)
    if counted.months:
        drawn["months"] = plots.months(counted.months, sources, texts)
    if counted.defects:
        kinds = [kind for kind, _ in _defect_kinds(figures)]
        drawn["defects"] = plots.defects(counted.defects, kinds, sources, texts)
    return drawn


def _sections(figures: Figures, drawn: dict[str, Markup]) -> list[str]:
    """The sections that the page has."""
    left_out = set() if figures.distances else {"people", "sensitivity"}
    if not drawn.keys() & {"map", "months"}:
        left_out.add("places")
    names = ("verdict", "people", "places", "content", "noise", "sensitivity", "identifiers", "coherence")
    return [name for name in (*names, "method") if name not in left_out]


def _tiles(figures: Figures, texts: Texts) -> list[tuple[str, str, str]]:
    """The headline: a text's key, the figure, whether it is good or bad news."""
    head = figures.headline
    checked = sum(result.checked for result in figures.coherence)
    tiles = [
        ("rows", texts.number(head.rows), ""),
        ("people", texts.number(head.people), ""),
        ("sources", texts.number(head.sources), ""),
        ("columns", texts.number(head.columns), ""),
        ("filled", texts.percent(head.filled / max(head.cells, 1)), ""),
        ("repeats", texts.number(head.repeats), ""),
        ("struck", texts.number(head.struck_cells), ""),
        ("checks", texts.number(checked), ""),
        ("broken", texts.number(figures.broken), "bad" if figures.broken else "good"),
    ]
    if head.first_visit:
        period = f"{texts.day(head.first_visit)} – {texts.day(head.last_visit)}"
        tiles.insert(3, ("period", period, "long"))
    if head.spans:
        tiles.insert(-2, ("spans", texts.number(head.spans), ""))
    return tiles if head.people else [tile for tile in tiles if tile[0] not in ("people", "repeats")]


def _verdict(figures: Figures, texts: Texts) -> list[str]:
    """What the figures say, in sentences."""
    checked = texts.number(sum(result.checked for result in figures.coherence))
    key = "incoherent" if figures.broken else "coherent"
    lines = [texts("verdict", key, checked=checked, broken=texts.number(figures.broken))]
    found, people = figures.distances, figures.sensitivity.people
    if found is None:
        return [*lines, texts("verdict", "no_people")]
    judged = [decade for decade in found.decades if decade.judged]
    near = sum(decade.distance <= decade.limit for decade in judged)
    lines += [
        texts("verdict", "sex_and_age", value=texts.percent(found.sex_and_age, 2)),
        texts("verdict", "commune", value=texts.percent(found.commune, 2)),
        texts("verdict", "names", ok=near, n=len(judged)) if judged else texts("verdict", "names_few"),
    ]
    if found.surname_ratios and people >= _ENOUGH_FOR_SURNAMES:
        ratios = " · ".join(texts.number(ratio, 2) for _, ratio in found.surname_ratios)
        lines.append(texts("verdict", "surnames", ratios=ratios))
    value = texts.number(round(figures.sensitivity.namesakes))
    return [*lines, texts("verdict", "namesakes", value=value, people=texts.number(people))]


def _margins(figures: Figures, texts: Texts) -> list[tuple[str, str, float, float]]:
    rows = []
    for margin in figures.sensitivity.margins:
        name = texts("margins", margin.measure, key=texts("words", margin.key))
        published = texts.percent(margin.low, 2)
        if margin.high != margin.low:
            published = f"{published} – {texts.percent(margin.high, 2)}"
        rows.append((name, published, margin.share, (margin.low + margin.high) / 2))
    return rows


def _defect_kinds(figures: Figures) -> list[tuple[str, int]]:
    counts: Counter[str] = Counter()
    for count in figures.contents.defects:
        counts[count.kind] += count.cells
    return counts.most_common()


Row = tuple[str, list[str], float]


def _noise(figures: Figures, texts: Texts) -> list[tuple[str, str, list[str], list[Row]]]:
    """Tables of repeats, spans and look-alikes: caption, first heading, headings, rows with their bars."""
    counted = figures.contents
    tables: list[tuple[str, str, list[str], list[Row]]] = []
    if counted.causes:
        most = max(cause.rows for cause in counted.causes)
        rows = [
            (texts("causes", c.cause), [texts.number(c.rows), texts.number(c.people)], c.rows / most)
            for c in counted.causes
        ]
        tables.append(("causes", "cause", ["rows", "people"], rows))
    for caption, first, section, marks in (
        ("spans", "label", "labels", counted.spans),
        ("negatives", "kind", "negatives", counted.negatives),
    ):
        if marks:
            most = max(mark.spans for mark in marks)
            rows = [
                (texts(section, m.label), [texts.number(m.spans), texts.number(m.cells)], m.spans / most)
                for m in marks
            ]
            tables.append((caption, first, ["spans", "cells"], rows))
    return tables


def _told(figures: Figures, texts: Texts) -> list[tuple[str, str, str, float, bool]]:
    """The summary of sensitivity: totals, then what is told, by how many people it is told of."""
    found = figures.sensitivity
    people = max(found.people, 1)
    rows: list[tuple[str, str, str, float, bool]] = [
        (
            texts("totals", key),
            texts.number(n),
            "" if minors is None else texts.number(minors),
            n / people,
            True,
        )
        for key, n, minors in (
            ("everyone", found.people, found.minors),
            ("direct", found.direct, None),
            ("article_9", found.article_9, found.article_9_minors),
        )
    ]
    for kind in ("article-9", "direct", "text"):
        rows += [
            (
                texts("labels", t.label),
                texts.number(t.people),
                texts.number(t.minors),
                t.people / people,
                False,
            )
            for t in found.told
            if t.sensitivity == kind and t.people
        ]
    return rows


def _policies(figures: Figures, texts: Texts) -> Sequence[tuple[str, str]]:
    def said(value: Any) -> str:
        if isinstance(value, float):
            return texts.percent(value)
        return texts.number(value) if isinstance(value, int) else texts("policies", str(value))

    return [(texts("policies", key), said(value)) for key, value in figures.sensitivity.policies.items()]

"""Comments and rows to choose from, plainest first: made once from a profile, from all over a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from simbreach.api import load_profile
from simbreach.core.arrow import decode
from simbreach.engine.plan import compile_plan
from simbreach.engine.remarks import NEGATIVE, write_texts
from simbreach.engine.table import TableMaker

_PROFILE = "labs-demo"
_COMMENTS, _ROWS, _STRETCHES = 4_096, 2_048, 8


@dataclass(frozen=True, slots=True)
class TextSpan:
    """A half-open stretch [start, end) of a text, in characters: what it means, and what stands there."""

    start: int
    end: int
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Comment:
    """A free text; `spans` say what in it is somebody's, `negatives` what only looks like it."""

    text: str
    spans: tuple[TextSpan, ...]
    negatives: tuple[TextSpan, ...]


@cache
def maker_of(profile: str, table: str | None = None) -> TableMaker:
    """A table of a profile (the main one unless named); ProfileError, InputError where there is none such."""
    plan = compile_plan(load_profile(_path(profile)))
    return plan.main if table is None else plan.table(table)


def _path(profile: str) -> str | Path:
    """A name as it is, a path as one."""
    return Path(profile) if profile.endswith(".toml") else profile


@cache
def shipped_comments(field: str) -> tuple[Comment, ...]:
    """The different comments of some rows of the demonstration profile, the plainest first."""
    maker = maker_of(_PROFILE)
    rows = min(_COMMENTS, maker.rows)
    pieces = write_texts(maker.frame(0, rows), {field: np.arange(rows)})[field]
    texts, spans = pieces.text().to_pylist(), pieces.spans()
    found: list[list[TextSpan]] = [[] for _ in texts]
    columns = (spans.rows, spans.starts, spans.ends, spans.label)
    for row, start, end, label, text in zip(
        *(c.tolist() for c in columns), spans.text.to_pylist(), strict=True
    ):
        found[row].append(TextSpan(start, end, spans.labels[label], text))
    different = {text: _comment(text, some) for text, some in zip(texts, found, strict=True) if text}
    return tuple(sorted(different.values(), key=_plainness))


def _comment(text: str, spans: list[TextSpan]) -> Comment:
    negative = tuple(
        TextSpan(span.start, span.end, span.label.removeprefix(NEGATIVE), span.text)
        for span in spans
        if span.label.startswith(NEGATIVE)
    )
    return Comment(text, tuple(span for span in spans if not span.label.startswith(NEGATIVE)), negative)


def _plainness(comment: Comment) -> tuple[int, int, str]:
    return len(comment.spans) + len(comment.negatives), len(comment.text), comment.text


@cache
def shipped_rows(profile: str, table: str | None) -> tuple[dict[str, str | None], ...]:
    """Rows of a table by column, those without defects first, and of these the emptiest."""
    maker = maker_of(profile, table)
    found: list[tuple[int, int, dict[str, str | None]]] = []
    for start, stop in _stretches(maker.rows):
        made = maker.make(start, stop)
        defects = np.zeros(stop - start, dtype=np.int64)
        for struck in made.struck:
            np.add.at(defects, struck.rows, 1)
        columns = [decode(column).to_pylist() for column in made.written.columns]
        for count, cells in zip(defects.tolist(), zip(*columns, strict=True), strict=True):
            filled = sum(cell is not None for cell in cells)
            found.append((count, filled, dict(zip(made.written.schema.names, cells, strict=True))))
    return tuple(row for _, _, row in sorted(found, key=lambda item: item[:2]))


def _stretches(rows: int) -> Iterator[tuple[int, int]]:
    """Stretches from all over a table; the whole of a small one."""
    if rows <= _ROWS:
        yield 0, rows
        return
    size = _ROWS // _STRETCHES
    for number in range(_STRETCHES):
        start = number * (rows - size) // (_STRETCHES - 1)
        yield start, start + size

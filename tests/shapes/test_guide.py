"""The guides say what is so: shapes, counts of damage, and the signs by which a file is recognised."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simbreach.shapes.contract import shape_names

Leaks = Callable[..., Any]
DOCS = Path(__file__).parents[2] / "docs"
GUIDES = [DOCS / "recognise.md", DOCS / "fr" / "reconnaitre.md"]


def test_the_guide_names_every_shape() -> None:
    guide = (DOCS / "shapes.md").read_text("utf-8")
    assert [name for name in shape_names() if f"`{name}`" not in guide] == []


def test_the_guide_names_every_kind_of_damage(leaked: Leaks) -> None:
    guide = (DOCS / "shapes.md").read_text("utf-8")
    leak = leaked("csv", damage="heavy", encoding="iso-8859-1")
    counts = json.loads((leak.dataset.path / "truth" / "leak_csv.json").read_text("utf-8"))["counts"]
    assert counts
    assert [kind for kind in counts if f"`{kind}`" not in guide] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_the_expression_of_the_guide_finds_nearly_all_nirs(leaked: Leaks, guide: Path) -> None:
    expression = re.search(r"`(\[12\][^`]+)`", guide.read_text("utf-8"))
    assert expression
    text = leaked("csv", encoding="utf-8", damage="none").files["patients.csv"].decode()
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=";")
    nirs = [row["PAT_NIR"].replace(" ", "") for row in rows if row["PAT_NIR"]]
    assert sum(bool(re.match(expression[1], nir)) for nir in nirs) > 0.98 * len(nirs)


def test_both_guides_name_the_same_signs() -> None:
    signs = [
        set(re.findall(r"\*\*[^*]*\d[^*]*\*\*|\b0\d \d\d\b|example\.\w+", g.read_text("utf-8")))
        for g in GUIDES
    ]
    numbers = [{re.sub(r"[^\d. ]", "", sign).strip() for sign in found} for found in signs]
    assert numbers[0] == numbers[1]

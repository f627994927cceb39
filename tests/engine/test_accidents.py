"""Each kind does what docs/defects.md says: the page's examples are made by the code."""

import re
from pathlib import Path

import numpy as np
import pytest

from simbreach.core.arrow import strings
from simbreach.core.frame import Frame
from simbreach.core.streams import HashDraw
from simbreach.engine import accidents
from simbreach.engine.accidents import Stretch
from simbreach.engine.columns import ColumnPlan
from simbreach.profile.defects import DEFECTS
from simbreach.profile.model import Defect, Spelling

PAGE = (Path(__file__).parents[2] / "docs" / "defects.md").read_text("utf-8")
EXAMPLES = {row[0]: row[1:] for row in re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) ?\|", PAGE, re.MULTILINE)}
# Kinds whose example is one cell of any person.
CELLS = [
    kind for kind in EXAMPLES if kind in accidents._KINDS and kind not in ("typo", "placeholder", "wrong")
]


def change(kind: str, words: list[str], *, field: str = "name", **keys: object) -> list[str | None]:
    """What a kind makes of cells of one column."""
    column = ColumnPlan("t", "C", "c", "c", field, (Spelling(),), np.zeros(1, np.int32), ((),), None)  # type: ignore[arg-type]
    rows = np.arange(len(words))
    draw = HashDraw(5, ("t", "defect", "d"), rows.astype(np.uint64))
    defect = Defect(name="d", kind=kind, fields=("c",), share=1, **keys)  # type: ignore[arg-type]
    stretch = Stretch(column, rows, np.zeros(len(rows), np.int32))
    frame = Frame({}, seed=1, path=("t",), ids=rows)
    struck = accidents.Struck(defect, (stretch,), strings(words), draw, frame)
    return accidents.change(struck).to_pylist()


def test_the_page_shows_every_kind() -> None:
    assert [kind for kind in DEFECTS if kind not in EXAMPLES] == []


@pytest.mark.parametrize("kind", CELLS)
def test_an_example_of_the_page_is_what_the_kind_does(kind: str) -> None:
    before, after = (cell.strip("` ") for cell in EXAMPLES[kind])
    field = (DEFECTS[kind] or ("name",))[-1]
    keys = {"width": 24} if kind == "cut" else {}
    assert (after or None) in change(kind, [before] * 3000, field=field, **keys)


def test_a_field_of_fixed_width_is_filled_up_again() -> None:
    words = ["MARTIN              ", "LE GOFF-KERBRAT     "]
    for kind in ("typo", "phonetic", "ocr", "part_lost"):
        after = change(kind, words * 50)
        assert {len(word) for word in after if word is not None} == {20}, kind
        assert all(not word.startswith(" ") for word in after if word is not None)


def test_words_that_fill_their_field_stay_without_blanks() -> None:
    after = change("omitted", ["MARTIN", "DURAND    "] * 20)
    assert {len(word) for word in after[::2] if word} == {5}
    assert {len(word) for word in after[1::2] if word} == {10}


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("LE GOFF", {"GOFF"}),
        ("DE LA TOUR", {"TOUR"}),
        ("JEAN-PIERRE", {"JEAN", "PIERRE"}),
        ("MARTIN LE GOFF", {"MARTIN", "GOFF"}),
        ("MARTIN", {"MARTIN"}),
        ("Saint-Martin", {"Martin"}),
    ],
)
def test_a_part_of_a_compound_name_is_left(name: str, left: set[str]) -> None:
    assert set(change("part_lost", [name] * 200)) == left


@pytest.mark.parametrize(
    ("date", "turned"),
    [("04/02/1966", "02/04/1966"), ("13/02/1966", "13/02/1966"), ("12/12/1966", "12/12/1966"),
     ("00/00/1966", "00/00/1966"), ("19660204", "19660204"), ("", "")],
)  # fmt: skip
def test_day_and_month_change_places_where_that_is_a_date(date: str, turned: str) -> None:
    assert change("day_month", [date], field="date") == [turned]


@pytest.mark.parametrize(
    "how", ["a.legoffsfr.example.net", "a.legoff @sfr.example.net", "a.legoff@sfr,example.net"]
)
def test_an_address_is_broken_in_three_ways(how: str) -> None:
    assert how in change("broken", ["a.legoff@sfr.example.net"] * 60, field="email")

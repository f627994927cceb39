"""Accidents: as many as said, of the kind said, recorded, and never a real person's number."""

from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from stdnum.fr import nir as official

from simbreach.core.arrow import strings
from simbreach.core.streams import HashDraw
from simbreach.engine.defects import typo
from simbreach.engine.plan import compile_plan
from simbreach.engine.work import DatasetWork
from simbreach.identifiers import nir
from simbreach.profile.model import Profile

Make = Callable[..., Profile]
ROWS = 4000

COLUMNS = """
{ name = "CIV", field = "civility", fill = 0.9 },
{ name = "NOM", field = "usage_name" },
{ name = "PRENOM", field = "first_name", fill = 0.9 },
{ name = "NAISSANCE", field = "birth_date" },
{ name = "NIR", field = "nir" },
{ name = "VILLE", field = "commune" },
"""
DEFECTS = """
[[defects]]
name = "cle"
kind = "wrong_key"
fields = ["nir"]
share = 0.2

[[defects]]
name = "civilite"
kind = "wrong"
fields = ["civility"]
share = 0.1

[[defects]]
name = "inverses"
kind = "swapped"
fields = ["usage_name", "first_name"]
share = 0.1

[[defects]]
name = "frappe"
kind = "typo"
fields = ["commune"]
share = 0.3

[[defects]]
name = "jour"
kind = "placeholder"
fields = ["birth_date"]
share = 0.15
value = "00/00/%Y"

[[defects]]
name = "absent"
kind = "missing"
fields = ["commune"]
share = 0.1
"""


@pytest.fixture(scope="module")
def parts(small_profile: Make) -> Mapping[str, pa.RecordBatch]:
    return DatasetWork(compile_plan(small_profile(columns=COLUMNS, more=DEFECTS, rows=ROWS))).make(0)


@pytest.fixture(scope="module")
def plain(small_profile: Make) -> pa.RecordBatch:
    """The same rows without any defect."""
    return compile_plan(small_profile(columns=COLUMNS, rows=ROWS)).batch("patients", 0, ROWS)


@pytest.fixture(scope="module")
def written(parts: Mapping[str, pa.RecordBatch]) -> list[dict[str, str | None]]:
    return parts["tables/patients"].to_pylist()


@pytest.fixture(scope="module")
def struck(parts: Mapping[str, pa.RecordBatch]) -> list[dict[str, object]]:
    return parts["truth/defects"].to_pylist()


def of(struck: list[dict[str, object]], kind: str) -> list[dict[str, object]]:
    return [defect for defect in struck if defect["kind"] == kind]


def likely(count: int, rows: int, share: float) -> bool:
    low, high = stats.binom.interval(0.9999, rows, share)
    return low <= count <= high


def test_what_a_cell_was_is_what_stands_there_without_the_defect(
    struck: list[dict[str, object]], plain: pa.RecordBatch
) -> None:
    columns = {name: plain[name].to_pylist() for name in plain.schema.names}
    seen = set()
    for defect in struck:
        cell = defect["row"], defect["column"]
        if cell not in seen:
            assert defect["clean"] == columns[defect["column"]][defect["row"]]
        seen.add(cell)


def test_a_struck_cell_differs_from_what_it_was(
    struck: list[dict[str, object]], written: list[dict[str, str | None]]
) -> None:
    assert [d for d in struck if written[d["row"]][d["column"]] == d["clean"]] == []


def test_cells_without_a_defect_are_as_they_were(
    struck: list[dict[str, object]], written: list[dict[str, str | None]], plain: pa.RecordBatch
) -> None:
    hit = {(defect["row"], defect["column"]) for defect in struck}
    before = plain.to_pylist()
    changed = {
        (row, column)
        for row, cells in enumerate(written)
        for column, word in cells.items()
        if word != before[row][column]
    }
    assert changed == hit


def test_defects_are_in_the_order_of_the_rows(struck: list[dict[str, object]]) -> None:
    rows = [defect["row"] for defect in struck]
    assert rows == sorted(rows)


@pytest.mark.parametrize(
    ("kind", "column", "share"),
    [
        ("wrong_key", "NIR", 0.2),
        ("wrong", "CIV", 0.1),
        ("missing", "VILLE", 0.1),
        ("placeholder", "NAISSANCE", 0.15),
    ],
)
def test_a_share_of_the_filled_cells_is_struck(
    struck: list[dict[str, object]], plain: pa.RecordBatch, kind: str, column: str, share: float
) -> None:
    filled = len(plain) - plain[column].null_count if hasattr(plain, "__len__") else ROWS
    assert likely(len(of(struck, kind)), filled, share)


def test_wrong_keys_are_refused_by_the_official_check(
    struck: list[dict[str, object]], written: list[dict[str, str | None]]
) -> None:
    numbers = [written[defect["row"]]["NIR"] for defect in of(struck, "wrong_key")]
    assert numbers
    assert [number for number in numbers if official.is_valid(number)] == []


def test_wrong_keys_change_nothing_but_the_key(
    struck: list[dict[str, object]], written: list[dict[str, str | None]]
) -> None:
    for defect in of(struck, "wrong_key"):
        number = written[defect["row"]]["NIR"]
        assert (number[:13], len(number)) == (defect["clean"][:13], 15)
        assert 1 <= int(number[13:]) <= 97


def test_nirs_with_wrong_keys_stay_nobodys(written: list[dict[str, str | None]]) -> None:
    assert nir.synthetic_mask(strings([cells["NIR"] for cells in written])).all()


def test_wrong_civilities_are_those_of_the_other_sex(
    struck: list[dict[str, object]], written: list[dict[str, str | None]], small_profile: Make
) -> None:
    frame = compile_plan(small_profile(columns=COLUMNS, rows=ROWS)).main.frame(0, ROWS)
    other = {1: "woman", 2: "man"}
    for defect in of(struck, "wrong"):
        assert written[defect["row"]]["CIV"] == other[int(frame["sex"][defect["row"]])]


def test_swapped_cells_come_in_twos_and_have_changed_places(
    struck: list[dict[str, object]], written: list[dict[str, str | None]]
) -> None:
    swapped = of(struck, "swapped")
    assert len(swapped) > 100
    for one, other in zip(swapped[::2], swapped[1::2], strict=True):
        assert (one["row"], one["column"], other["column"]) == (other["row"], "NOM", "PRENOM")
        cells = written[one["row"]]
        assert (cells["NOM"], cells["PRENOM"]) == (other["clean"], one["clean"])


def test_a_date_known_in_part_keeps_its_year(
    struck: list[dict[str, object]], written: list[dict[str, str | None]]
) -> None:
    for defect in of(struck, "placeholder"):
        assert written[defect["row"]]["NAISSANCE"] == "00/00/" + defect["clean"][-4:]


def test_missing_cells_are_empty(
    struck: list[dict[str, object]], written: list[dict[str, str | None]]
) -> None:
    assert {written[defect["row"]]["VILLE"] for defect in of(struck, "missing")} == {None}


def test_a_cell_may_be_struck_twice_and_says_both(struck: list[dict[str, object]]) -> None:
    cells = [(defect["row"], defect["column"]) for defect in struck]
    twice = [pair for pair in pairwise(struck) if len({(d["row"], d["column"]) for d in pair}) == 1]
    assert len(cells) > len(set(cells))
    assert {(one["kind"], other["kind"]) for one, other in twice} == {("typo", "missing")}


TYPOS = """
[[defects]]
name = "frappe"
kind = "typo"
fields = ["usage_name", "commune"]
share = 0.1
sources = ["huppe"]
"""


def test_the_cells_of_a_row_are_struck_one_by_one(small_profile: Make) -> None:
    plan = compile_plan(small_profile(columns=COLUMNS, more=TYPOS, rows=ROWS))
    by_column = {s.column: set(s.rows.tolist()) for s in plan.main.make(0, ROWS).struck}
    both = by_column["NOM"] & by_column["VILLE"]
    assert likely(len(both), ROWS, len(by_column["NOM"]) * len(by_column["VILLE"]) / ROWS**2)


def test_a_defect_of_no_source_here_strikes_nothing(small_profile: Make) -> None:
    sources = """
    [[sources]]
    name = "huppe"
    title = "UN"
    code = "UN"
    commune = "56260"
    share = 1

    [[sources]]
    name = "autre"
    title = "DEUX"
    code = "DEUX"
    commune = "56121"
    share = 1
    """
    plan = compile_plan(small_profile(columns=COLUMNS, more=TYPOS, sources=sources, rows=ROWS))
    rows = np.concatenate([s.rows for s in plan.main.make(0, ROWS).struck])
    assert 0 < rows.max() < ROWS // 2


def test_two_columns_of_one_field_are_not_swapped_with_each_other(small_profile: Make) -> None:
    columns = """
    { name = "NOM", field = "usage_name" },
    { name = "NOM2", field = "usage_name", spell = { case = "lower" } },
    { name = "PRENOM", field = "first_name" },
    """
    more = '[[defects]]\nname = "i"\nkind = "swapped"\nfields = ["usage_name", "first_name"]\nshare = 0.1\n'
    plan = compile_plan(small_profile(columns=columns, more=more, rows=ROWS))
    assert {s.column for s in plan.main.make(0, ROWS).struck} >= {"NOM", "PRENOM"}


# Typos.


def draw(rows: int) -> HashDraw:
    return HashDraw(8, ("t", "defect", "frappe"), np.arange(rows, dtype=np.uint64))


def slips(word: str) -> set[str]:
    """All that one neighbouring key, swap, loss or doubling can make of a word, its first letter kept."""
    found = set()
    for at in range(1, len(word)):
        found.add(word[:at] + word[at + 1 :])
        found.add(word[:at] + word[at] + word[at:])
        if at + 1 < len(word):
            found.add(word[:at] + word[at + 1] + word[at] + word[at + 2 :])
        found |= {word[:at] + letter + word[at + 1 :] for letter in beside(word[at])}
    return found


ROWS_OF_KEYS = ("AZERTYUIOP", "QSDFGHJKLM", "WXCVBN")


def beside(letter: str) -> set[str]:
    """The keys at most one and a half keys away on a French keyboard."""
    for number, keys in enumerate(ROWS_OF_KEYS):
        at = keys.find(letter.upper())
        if at >= 0:
            near = keys[max(at - 1, 0) : at] + keys[at + 1 : at + 2]
            for other in (number - 1, number + 1):
                if 0 <= other < 3:
                    near += ROWS_OF_KEYS[other][max(at - 1, 0) : at + 2]
            return set(near if letter.isupper() else near.lower())
    return set()


@settings(max_examples=60, deadline=None)
@given(st.text("ABEKLMRSTUaéŒ’ -'", min_size=3, max_size=12))
def test_a_typo_is_one_slip_of_the_fingers(word: str) -> None:
    typed = set(typo(strings([word] * 50), draw(50)).to_pylist())
    assert typed <= slips(word) | {word}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("ABKMRé -", max_size=9), min_size=1, max_size=9))
def test_a_typo_keeps_the_first_letter_and_the_length_to_within_one(words: list[str]) -> None:
    for before, after in zip(words, typo(strings(words), draw(len(words))).to_pylist(), strict=True):
        assert (after[:1], abs(len(after) - len(before)) <= 1) == (before[:1], True)


@pytest.mark.parametrize("word", ["", "A", "LE"])
def test_short_words_are_typed_right(word: str) -> None:
    assert typo(strings([word]), draw(1)).to_pylist() == [word]


def test_no_words_have_no_typos() -> None:
    assert len(typo(strings([]), draw(0))) == 0


def test_every_kind_of_slip_happens() -> None:
    typed = typo(strings(["BERTRAND"] * 2000), draw(2000)).to_pylist()
    assert {len(word) for word in typed} == {7, 8, 9}
    assert any(sorted(word) == sorted("BERTRAND") for word in typed)

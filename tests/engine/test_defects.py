"""Accidents: as many as said, of the kind said, recorded, and never a real person's number."""

import re
from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats
from stdnum.fr import nir as official

from simbreach.core.arrow import strings
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

TWO_SOURCES = """
[[sources]]
name = "huppe"
title = "UN"
code = "UN"
commune = "56260"
share = 1
habits = ["vieux"]

[[sources]]
name = "autre"
title = "DEUX"
code = "DEUX"
commune = "56121"
kind = "clinic"
share = 1
"""
OLD = '[[habits]]\nname = "vieux"\nspell = { name = { case = "upper" } }\n'


def test_the_cells_of_a_row_are_struck_one_by_one(small_profile: Make) -> None:
    plan = compile_plan(small_profile(columns=COLUMNS, more=TYPOS, rows=ROWS))
    by_column = {s.column: set(s.rows.tolist()) for s in plan.main.make(0, ROWS).struck}
    both = by_column["NOM"] & by_column["VILLE"]
    assert likely(len(both), ROWS, len(by_column["NOM"]) * len(by_column["VILLE"]) / ROWS**2)


def test_a_defect_of_no_source_here_strikes_nothing(small_profile: Make) -> None:
    profile = small_profile(columns=COLUMNS, more=OLD + TYPOS, sources=TWO_SOURCES, rows=ROWS)
    rows = np.concatenate([s.rows for s in compile_plan(profile).main.make(0, ROWS).struck])
    assert 0 < rows.max() < ROWS // 2


def by_source(make: Make, keys: str) -> tuple[int, int]:
    """How many cells of each of two sources a defect of the commune strikes."""
    more = f'{OLD}[[defects]]\nname = "absent"\nkind = "missing"\nfields = ["commune"]\n{keys}\n'
    plan = compile_plan(make(columns=COLUMNS, more=more, sources=TWO_SOURCES, rows=ROWS))
    rows = np.concatenate([np.zeros(0, np.int64), *(s.rows for s in plan.main.make(0, ROWS).struck)])
    return int((rows < ROWS // 2).sum()), int((rows >= ROWS // 2).sum())


@pytest.mark.parametrize(
    ("keys", "shares"),
    [
        ('share = 0.2\nsources = ["vieux"]', (0.2, 0)),
        ('share = 0.2\nsources = ["clinic"]', (0, 0.2)),
        ("share = 0.2\nsource_shares = { vieux = 0.05 }", (0.05, 0.2)),
        ("share = 0.2\nsource_shares = { vieux = 0.05, huppe = 0.4 }", (0.4, 0.2)),
        ("share = 0.2\nsource_shares = { laboratory = 0.01 }", (0.01, 0.2)),
        ("share = 0.2\nsource_shares = { autre = 0 }", (0.2, 0)),
        ("share = 1", (1, 1)),
        ("share = 0.004", (0.004, 0.004)),
    ],
)
def test_each_source_has_its_own_share(small_profile: Make, keys: str, shares: tuple[float, float]) -> None:
    counts = by_source(small_profile, keys)
    assert [likely(count, ROWS // 2, share) for count, share in zip(counts, shares, strict=True)] == [
        True
    ] * 2


@pytest.mark.parametrize(
    ("group", "belongs"),
    [
        ("aged", lambda frame, cells: frame["age"] >= 75),
        ("child", lambda frame, cells: frame["age"] < 16),
        ("born_abroad", lambda frame, cells: frame["birth_department"] < 0),
        ("compound", lambda frame, cells: np.array([len(re.split("[ -]", cell)) > 1 for cell in cells])),
    ],
)
def test_a_group_is_struck_as_many_times_more_often(
    small_profile: Make, group: str, belongs: Callable[..., np.ndarray]
) -> None:
    more = f"""
    [[defects]]
    name = "absent"
    kind = "missing"
    fields = ["commune"]
    share = 0.1
    more_for = {{ {group} = 5 }}
    """
    plan = compile_plan(small_profile(columns=COLUMNS, more=more, rows=ROWS))
    made = plan.main.make(0, ROWS)
    cells = compile_plan(small_profile(columns=COLUMNS, rows=ROWS)).batch("patients", 0, ROWS)["VILLE"]
    inside = belongs(made.frame, cells.to_pylist())
    struck = np.isin(np.arange(ROWS), made.struck[0].rows)
    assert inside.sum() > 50
    assert likely(int(struck[inside].sum()), int(inside.sum()), 0.5)
    assert likely(int(struck[~inside].sum()), int((~inside).sum()), 0.1)


def test_the_greatest_factor_counts(small_profile: Make) -> None:
    more = """
    [[defects]]
    name = "absent"
    kind = "missing"
    fields = ["commune"]
    share = 0.1
    more_for = { compound = 2, aged = 8 }
    """
    made = compile_plan(small_profile(columns=COLUMNS, more=more, rows=ROWS)).main.make(0, ROWS)
    aged = np.flatnonzero(made.frame["age"] >= 75)
    assert likely(int(np.isin(aged, made.struck[0].rows).sum()), len(aged), 0.8)


def test_a_shift_to_the_right_cuts_a_cell_and_moves_all_behind_it(small_profile: Make) -> None:
    _, cells = shifted(small_profile, "shifted_right", "address_1")
    for before, after in cells:
        head, _, tail = before[1].partition(" ")
        assert after == [before[0], head, tail.lstrip(), *before[2:-1]]


def test_a_shift_to_the_left_begins_at_an_empty_cell(small_profile: Make) -> None:
    _, cells = shifted(small_profile, "shifted_left", "pregnant")
    for before, after in cells:
        assert before[2] is None
        assert after == [*before[:2], *before[3:], None]


def shifted(make: Make, kind: str, field: str) -> tuple[pa.RecordBatch, list[tuple[list, list]]]:
    """The rows that a shift struck, as they would have been and as they are."""
    columns = """
    { name = "NOM", field = "usage_name" },
    { name = "ADRESSE", field = "address_1" },
    { name = "GROSSESSE", field = "pregnant" },
    { name = "REGIME", field = "payer_regime" },
    { name = "VIDE", field = "empty" },
    { name = "FIN", field = "payer_rights_to", fill = 0.5 },
    """
    more = f'[[defects]]\nname = "d"\nkind = "{kind}"\nfields = ["{field}"]\nshare = 0.3\n'
    made = compile_plan(make(columns=columns, more=more, rows=ROWS)).main.make(0, ROWS)
    plain = compile_plan(make(columns=columns, rows=ROWS)).batch("patients", 0, ROWS).to_pylist()
    rows = sorted({row for struck in made.struck for row in struck.rows.tolist()})
    assert len(rows) > 500
    after = made.written.to_pylist()
    return made.written, [([*plain[row].values()], [*after[row].values()]) for row in rows]


def test_a_garbled_row_is_garbled_in_all_its_fields(small_profile: Make) -> None:
    more = '[[defects]]\nname = "d"\nkind = "mojibake"\nfields = ["first_name", "commune"]\nshare = 0.3\n'
    plan = compile_plan(small_profile(columns=COLUMNS, more=more, rows=ROWS))
    plain = compile_plan(small_profile(columns=COLUMNS, rows=ROWS)).batch("patients", 0, ROWS)
    struck = {s.column: set(s.rows.tolist()) for s in plan.main.make(0, ROWS).struck}
    accented = {
        name: {r for r, word in enumerate(plain[name].to_pylist()) if word and not word.isascii()}
        for name in ("PRENOM", "VILLE")
    }
    rows = struck["PRENOM"] | struck["VILLE"]
    assert len(rows) > 100
    assert struck == {name: rows & accented[name] for name in accented}


def test_two_columns_of_one_field_are_not_swapped_with_each_other(small_profile: Make) -> None:
    columns = """
    { name = "NOM", field = "usage_name" },
    { name = "NOM2", field = "usage_name", spell = { case = "lower" } },
    { name = "PRENOM", field = "first_name" },
    """
    more = '[[defects]]\nname = "i"\nkind = "swapped"\nfields = ["usage_name", "first_name"]\nshare = 0.1\n'
    plan = compile_plan(small_profile(columns=columns, more=more, rows=ROWS))
    assert {s.column for s in plan.main.make(0, ROWS).struck} >= {"NOM", "PRENOM"}

"""Which cells of a column are filled: shares, years, sources, companions, placeholders."""

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from simbreach.core.arrow import coded, strings
from simbreach.core.streams import HashDraw
from simbreach.engine.columns import ColumnPlan, _chosen, replace
from simbreach.engine.plan import Plan, compile_plan
from simbreach.engine.spell import PLAIN
from simbreach.profile.model import Profile

Make = Callable[..., Profile]
ROWS = 20_000


def column_plan(*fills: tuple[str, ...]) -> ColumnPlan:
    """A column with shares by source and year."""
    shares = tuple(tuple(Decimal(share) for share in row) for row in fills)
    return ColumnPlan("t", "c", "x", "x", "code", (PLAIN,), np.zeros(len(fills), np.int32), shares, None)


def draw(start: int = 0, stop: int = ROWS) -> HashDraw:
    return HashDraw(3, ("t", "column", "c"), np.arange(start, stop, dtype=np.uint64))


def chosen(column: ColumnPlan, start: int = 0, stop: int = ROWS) -> np.ndarray:
    nothing = np.zeros(stop - start, dtype=np.int32)
    filled = _chosen(column, draw(start, stop), nothing, nothing)
    return np.ones(stop - start, np.bool_) if filled is None else filled


def likely(count: int, rows: int, share: float) -> bool:
    """Whether a count is within the middle 99.99 % of the binomial distribution."""
    low, high = stats.binom.interval(0.9999, rows, share)
    return low <= count <= high


@pytest.mark.parametrize("share", ["0.5", "0.97", "0.1", "0.016", "0.0156", "0.003", "0.0005"])
def test_a_share_of_the_cells_is_filled(share: str) -> None:
    assert likely(int(chosen(column_plan((share,))).sum()), ROWS, float(share))


@pytest.mark.parametrize(("share", "count"), [("0", 0), ("1", ROWS)])
def test_nothing_and_all_are_exact(share: str, count: int) -> None:
    assert chosen(column_plan((share,))).sum() == count


@pytest.mark.parametrize("share", ["0.5", "0.015", "0.0005"])
@settings(max_examples=25, deadline=None)
@given(first=st.integers(0, 3000), length=st.integers(0, 300))
def test_any_rows_have_the_cells_of_the_whole(share: str, first: int, length: int) -> None:
    column = column_plan((share,))
    part = chosen(column, first, first + length)
    assert part.tolist() == chosen(column)[first : first + length].tolist()


def test_sparse_cells_lie_at_most_one_in_a_block_of_64() -> None:
    cells = chosen(column_plan(("0.015",)))[: ROWS // 64 * 64].reshape(-1, 64)
    assert cells.sum(axis=1).max() == 1


def test_sparse_cells_lie_anywhere_in_their_block() -> None:
    rows = 64 * 4000
    places = np.flatnonzero(chosen(column_plan(("0.015",)), 0, rows)) % 64
    assert stats.chisquare(np.bincount(places, minlength=64)).pvalue > 0.001


def test_shares_differ_by_source_and_year() -> None:
    column = column_plan(("0", "1"), ("0.5", "0.25"))
    source = np.repeat(np.array([0, 1], np.int32), ROWS // 2)
    year = np.tile(np.array([0, 1], np.int32), ROWS // 2)
    filled = _chosen(column, draw(), source, year)
    assert filled[(source == 0) & (year == 0)].sum() == 0
    assert filled[(source == 0) & (year == 1)].all()
    quarter = ROWS // 4
    assert likely(int(filled[(source == 1) & (year == 0)].sum()), quarter, 0.5)
    assert likely(int(filled[(source == 1) & (year == 1)].sum()), quarter, 0.25)


COLUMN_KINDS = {
    "plain": lambda words: strings(words),
    "dictionary": lambda words: strings(words).dictionary_encode(),
}


@pytest.mark.parametrize("kind", COLUMN_KINDS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_cells_are_replaced_as_in_a_list(kind: str, data: st.DataObject) -> None:
    words = st.sampled_from(["a", "b", "c", "dé", None])
    before = data.draw(st.lists(words, min_size=1, max_size=20))
    places = sorted(data.draw(st.sets(st.integers(0, len(before) - 1))))
    after = data.draw(st.lists(words, min_size=len(places), max_size=len(places)))
    column = COLUMN_KINDS[kind](before)
    changed = replace(column, np.array(places, dtype=np.int64), strings(after))
    changed.validate(full=True)
    expected = before.copy()
    for place, word in zip(places, after, strict=True):
        expected[place] = word
    assert changed.to_pylist() == expected
    assert column.to_pylist() == before


def test_a_word_that_the_vocabulary_holds_is_not_added_again() -> None:
    column = coded(np.array([0, 1], np.int32), strings(["a", "b"]))
    changed = replace(column, np.array([0]), strings(["b"]))
    assert changed.dictionary.to_pylist() == ["a", "b"]


def test_a_column_of_nulls_takes_words() -> None:
    changed = replace(pa.nulls(3, pa.string()), np.array([1]), strings(["x"]))
    assert changed.to_pylist() == [None, "x", None]


# The same through a profile.


def made(profile: Profile, rows: int = 5000) -> pa.RecordBatch:
    return compile_plan(profile, rows=rows).main.make(0, rows).written


def test_a_column_with_a_companion_is_only_filled_where_that_one_is(small_profile: Make) -> None:
    columns = """
    { name = "A", field = "birth_name", fill = 0.3 },
    { name = "B", field = "first_name", with = "A", fill = 0.5 },
    { name = "C", field = "postcode", with = "B" },
    """
    table = made(small_profile(columns=columns))
    a, b, c = (np.array(table[name].is_valid()) for name in "ABC")
    assert not (b & ~a).any()
    assert (b == c).all()
    assert likely(int(b.sum()), int(a.sum()), 0.5)


def test_a_companion_of_a_field_without_value_is_empty_there(small_profile: Make) -> None:
    columns = """
    { name = "MAIL", field = "email" },
    { name = "NOM", field = "usage_name", with = "MAIL" },
    """
    table = made(small_profile(columns=columns))
    assert table["MAIL"].null_count > 0
    assert table["NOM"].is_valid().to_pylist() == table["MAIL"].is_valid().to_pylist()


def test_fill_by_year_is_that_of_the_visit(small_profile: Make) -> None:
    columns = """
    { name = "VISITE", field = "visit_date", spell = { format = "%Y" } },
    { name = "A", field = "postcode", fill = 0.5, fill_by_year = { 2019 = 0.1 } },
    """
    table = made(small_profile(columns=columns))
    for year, share in (("2019", 0.1), ("2020", 0.5)):
        rows = np.array(table["VISITE"].to_pylist()) == year
        assert likely(int(np.array(table["A"].is_valid())[rows].sum()), int(rows.sum()), share)


TWO = """
[[habits]]
name = "vides"
[habits.spell]
first_name = { empty = "NC", empty_share = 0.5 }

[[sources]]
name = "un"
title = "UN"
code = "UN"
commune = "56260"
share = 1
habits = ["vides"]

[[sources]]
name = "deux"
title = "DEUX"
code = "DEUX"
commune = "56121"
share = 1
"""
TWO_COLUMNS = """
{ name = "LABO", field = "source" },
{ name = "PRENOM", field = "first_name", fill = 0.6 },
{ name = "IBAN", field = "laboratory_iban", sources = ["deux"] },
"""


@pytest.fixture(scope="module")
def two(small_profile: Make) -> pa.RecordBatch:
    return made(small_profile(sources=TWO, columns=TWO_COLUMNS))


def test_a_column_of_some_sources_is_empty_in_the_others(two: pa.RecordBatch) -> None:
    pairs = zip(two["LABO"].to_pylist(), two["IBAN"].is_valid().to_pylist(), strict=True)
    assert set(pairs) == {("un", False), ("deux", True)}


def test_placeholders_stand_in_a_share_of_the_empty_cells_of_their_source(two: pa.RecordBatch) -> None:
    source, names = np.array(two["LABO"].to_pylist()), np.array(two["PRENOM"].to_pylist(), dtype=object)
    mine = names[source == "un"]
    placeholders, empty = int((mine == "NC").sum()), int((mine == None).sum())  # noqa: E711
    assert likely(placeholders, placeholders + empty, 0.5)
    assert likely(placeholders + empty, len(mine), 0.4)
    assert not (names[source == "deux"] == "NC").any()


def test_placeholders_stand_only_where_the_clean_cell_is_empty(labs: Profile, labs_plan: Plan) -> None:
    written = labs_plan.batch("patients", 0, 5000)
    clean = labs_plan.clean("patients", 0, 5000)
    for name, placeholder in (("PAT_ADR1", "NC"), ("PRE_NOM", "INCONNU"), ("PAT_PRENOM", ".")):
        at = np.array(written[name].to_pylist(), dtype=object) == placeholder
        assert at.any()
        assert not np.array(clean[name].is_valid())[at].any()

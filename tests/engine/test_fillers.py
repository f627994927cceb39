"""Columns that no field fills."""

from collections.abc import Callable
from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from simbreach.core.errors import CapacityError, SimbreachError
from simbreach.engine.fillers import borrow_words
from simbreach.engine.plan import compile_plan
from simbreach.profile.model import Profile

Make = Callable[..., Profile]
ROWS = 3000
COLUMNS = """
{ name = "VISITE", field = "visit_date" },
{ name = "APE", field = "constant", value = "8690B" },
{ name = "ETAT", field = "choice", values = { "V" = 0.9, "P" = 0.07, "A" = 0.03 } },
{ name = "POIDS", field = "number", min = 42, max = 118 },
{ name = "LOT", field = "number", min = 1, max = 4820, width = 5 },
{ name = "REF", field = "number", min = 0, max = 99, width = 3, prefix = "R-" },
{ name = "ID", field = "serial", prefix = "P" },
{ name = "NUMERO", field = "serial", min = 500, width = 7 },
{ name = "SUITE", field = "date_offset", of = "visit_date", min = -3, max = 6 },
"""


@pytest.fixture(scope="module")
def table(small_profile: Make) -> pa.RecordBatch:
    return compile_plan(small_profile(columns=COLUMNS, rows=ROWS)).batch("patients", 0, ROWS)


def test_a_constant_is_the_same_in_every_row(table: pa.RecordBatch) -> None:
    assert set(table["APE"].to_pylist()) == {"8690B"}


def test_choices_have_their_shares(table: pa.RecordBatch) -> None:
    chosen = table["ETAT"].to_pylist()
    counts = [chosen.count(word) for word in ("V", "P", "A")]
    assert stats.chisquare(counts, [ROWS * share for share in (0.9, 0.07, 0.03)]).pvalue > 0.001


def test_numbers_are_even_between_their_ends(table: pa.RecordBatch) -> None:
    numbers = [int(word) for word in table["POIDS"].to_pylist()]
    assert (min(numbers), max(numbers)) == (42, 118)
    assert stats.chisquare(np.bincount(numbers)[42:]).pvalue > 0.001


def test_numbers_of_a_width_have_zeros_in_front(table: pa.RecordBatch) -> None:
    words = table["LOT"].to_pylist()
    assert {len(word) for word in words} == {5}
    assert 1 <= min(map(int, words)) <= max(map(int, words)) <= 4820


def test_a_prefix_stands_before_the_number(table: pa.RecordBatch) -> None:
    assert all(word.startswith("R-0") and len(word) == 5 for word in table["REF"].to_pylist())


def test_a_serial_counts_the_rows(table: pa.RecordBatch) -> None:
    assert table["NUMERO"].to_pylist() == [f"{500 + row:07}" for row in range(ROWS)]


def test_a_serial_without_a_width_is_as_wide_as_its_last_number(table: pa.RecordBatch) -> None:
    assert table["ID"].to_pylist() == [f"P{row:04}" for row in range(ROWS)]


def test_a_serial_that_does_not_fit_its_width_is_refused(small_profile: Make) -> None:
    columns = '{ name = "N", field = "serial", width = 2 },'
    with pytest.raises(CapacityError, match="2 digits"):
        compile_plan(small_profile(columns=columns, rows=101))


def test_a_serial_that_just_fits_is_fine(small_profile: Make) -> None:
    columns = '{ name = "N", field = "serial", width = 2 },'
    plan = compile_plan(small_profile(columns=columns, rows=100))
    assert plan.batch("patients", 99, 100)["N"].to_pylist() == ["99"]


def test_a_date_at_a_distance_lies_within_it(table: pa.RecordBatch) -> None:
    pairs = zip(table["VISITE"].to_pylist(), table["SUITE"].to_pylist(), strict=True)
    days = [(datetime.strptime(b, "%d/%m/%Y") - datetime.strptime(a, "%d/%m/%Y")).days for a, b in pairs]
    assert sorted(set(days)) == list(range(-3, 7))


FAR = """
{{ name = "VISITE", field = "visit_date" }},
{{ name = "LOIN", field = "date_offset", of = "visit_date", min = {low}, max = {high} }},
"""


@pytest.mark.parametrize("days", [-36_525, -20_000, 10_000], ids=["1919", "1964", "2046"])
def test_dates_decades_away_are_written(small_profile: Make, days: int) -> None:
    # A row's visit lies in 2019 or 2020.
    table = compile_plan(small_profile(columns=FAR.format(low=days, high=days))).batch("patients", 0, 1000)
    pairs = zip(table["VISITE"].to_pylist(), table["LOIN"].to_pylist(), strict=True)
    assert {(datetime.strptime(b, "%d/%m/%Y") - datetime.strptime(a, "%d/%m/%Y")).days for a, b in pairs} == {
        days
    }


@pytest.mark.parametrize(("low", "high"), [(0, 36_525), (-3, 20_000)])
def test_dates_that_cannot_be_written_are_refused(small_profile: Make, low: int, high: int) -> None:
    with pytest.raises(SimbreachError, match="LOIN"):
        compile_plan(small_profile(columns=FAR.format(low=low, high=high)))


def test_borrowed_words_are_the_same_for_one_seed_and_column() -> None:
    assert borrow_words("faker:job", 3, "t.c") == borrow_words("faker:job", 3, "t.c")


def test_borrowed_words_differ_by_column() -> None:
    assert borrow_words("faker:job", 3, "t.c")[0] != borrow_words("faker:job", 3, "t.d")[0]


def test_borrowed_words_do_not_repeat() -> None:
    words, _ = borrow_words("mimesis:food.fruit", 3, "t.c")
    assert len(words) == len(set(words)) > 10


@pytest.mark.parametrize(("field", "library"), [("faker:job", "faker"), ("mimesis:food.fruit", "mimesis")])
def test_the_library_of_borrowed_words_is_named_with_its_version(field: str, library: str) -> None:
    name, version = borrow_words(field, 3, "t.c")[1].split()
    assert name == library
    assert version[0].isdigit()


def test_a_borrowed_column_holds_the_words_of_the_plan(small_profile: Make) -> None:
    plan = compile_plan(small_profile(columns='{ name = "METIER", field = "faker:job" },'))
    said = plan.document["borrowed"]["patients.METIER"]["words"]
    assert set(plan.batch("patients", 0, 1000)["METIER"].to_pylist()) <= set(said)


def test_borrowing_leaves_the_global_random_state_alone() -> None:
    import random

    random.seed(5)
    before = random.getstate()
    borrow_words("faker:job", 3, "t.c")
    assert random.getstate() == before

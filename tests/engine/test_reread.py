"""Written cells are read again: dates in every spelling, sexes, times, results that fit what is written."""

import numpy as np
import pyarrow as pa
import pytest

from simbreach.core.arrow import decode, strings
from simbreach.core.dates import NO_DAY
from simbreach.engine.plan import Plan
from simbreach.engine.reread import Reading, read_days

DAY = int(np.datetime64("1948-09-09", "D").astype(int))


@pytest.mark.parametrize(
    "text",
    ["09/09/1948", "19480909", "1948-09-09 00:00:00", "1948-09-09", "09/09/48", "09.09.1948", "09-09-1948"],
)
def test_a_day_is_read_in_every_spelling(text: str) -> None:
    assert read_days(strings([text])).tolist() == [DAY]


@pytest.mark.parametrize("text", ["00/00/1938", "31/02/2019", "INCONNU", "", None, "1948", "99999999"])
def test_what_is_no_day_is_left_out(text: str | None) -> None:
    assert read_days(pa.array([text], pa.string())).tolist() == [NO_DAY]


def test_a_year_of_two_digits_is_of_this_century_up_to_21() -> None:
    years = (
        read_days(strings(["01/01/19", "01/01/21", "01/01/22"]))
        .astype("datetime64[D]")
        .astype("datetime64[Y]")
    )
    assert years.astype(str).tolist() == ["2019", "2021", "1922"]


def reading(**columns: tuple[str, list[str | None]]) -> Reading:
    batch = pa.RecordBatch.from_pydict(
        {name: pa.array(texts, pa.string()) for name, (_, texts) in columns.items()}
    )
    return Reading(batch, [(name, field) for name, (field, _) in columns.items()], 10)


def test_cells_lose_their_padding() -> None:
    assert reading(A=("usage_name", ["LE GOFF   ", "   ", None])).text("usage_name").to_pylist() == [
        "LE GOFF",
        None,
        None,
    ]


def test_a_field_that_no_column_holds_is_empty() -> None:
    assert reading(A=("usage_name", ["X"])).text("nir").to_pylist() == [None]


def test_sexes_are_read_from_the_row_or_from_the_form_of_address() -> None:
    found = reading(
        S=("sex", ["1", "F", None, None, None, "2"]),
        C=("civility", ["MME", "M", "MLLE", "M.", "DR", None]),
    )
    assert found.sex.tolist() == [1, 2, 2, 1, 0, 2]


@pytest.mark.parametrize(
    ("text", "minutes"), [("07:45", 465), ("0745", 465), ("07:45:00", 465), ("25:00", -1), (None, -1)]
)
def test_times_are_read(text: str | None, minutes: int) -> None:
    assert reading(T=("visit_time", [text])).minutes("visit_time").tolist() == [minutes]


def test_the_rows_of_a_dataset_are_read_as_they_were_meant(labs_plan: Plan) -> None:
    maker = labs_plan.main
    made = maker.make(0, 3000)
    found = Reading(made.written, [(column.name, column.said) for column in maker.columns])
    assert (found.visit_days == made.frame["visit_date"]).mean() > 0.99
    known = found.birth_days != NO_DAY
    assert (found.birth_days[known] == made.frame["birth_date"][known]).mean() > 0.99
    assert (found.sex == made.frame["sex"]).mean() > 0.99


def test_results_follow_from_the_row_s_number_and_words() -> None:
    columns = {"C": ("condition_code", ["B24"] * 200), "N": ("birth_date", ["01/01/1970"] * 200)}
    first, again = reading(**columns).results(), reading(**columns).results()
    assert first.equals(again)
    assert decode(first["abbreviation"]).to_pylist().count("CV VIH") > 150


def test_rows_of_which_nothing_is_known_have_results() -> None:
    rows = reading(A=("usage_name", ["X", "Y"])).results()["row"].to_pylist()
    assert set(rows) == {10, 11}

from datetime import date

import pytest

from simbreach.shapes.records import last_day, read_day, records


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("05/01/2015", date(2015, 1, 5)),
        ("5/1/2015", None),
        ("05-01-15", date(2015, 1, 5)),
        ("2015-01-05 00:00:00", date(2015, 1, 5)),
        ("20150105", date(2015, 1, 5)),
        ("05/01/48", date(1948, 1, 5)),
        ("29/02/2015", None),
        ("00/00/1938", None),
        ("NC", None),
        ("", None),
    ],
)
def test_days_are_read_in_the_ways_in_which_cells_write_them(text, day):
    assert read_day(text) == day


def test_padding_is_left_out_and_spans_inside_move_with_it(hand_made):
    table = hand_made(
        N=("usage_name", "name.last", ["  PETIT   "]),
        C=("comment", "health.comment", ["   FILLE 0600123456  "]),
        inner=[(0, "C", 9, 19, "contact.phone")],
    )
    record = next(records(table, 1))
    note = record.get("comment")
    assert record.text("usage_name") == "PETIT"
    assert note.text[note.inner[0][0] : note.inner[0][1]] == "0600123456"


def test_a_span_that_lay_in_the_padding_is_gone(hand_made):
    table = hand_made(C=("comment", "health.comment", ["AB      "]), inner=[(0, "C", 4, 8, "name.last")])
    assert next(records(table, 1)).get("comment").inner == ()


def test_line_ends_and_control_characters_become_blanks_of_the_same_length(hand_made):
    table = hand_made(C=("comment", "health.comment", ["a\r\nb\x00c\x85d"]))
    assert next(records(table, 1)).text("comment") == "a  b c d"


def test_cells_of_blanks_alone_count_as_empty(hand_made):
    table = hand_made(N=("usage_name", "name.last", ["   "]), P=("first_name", "name.first", ["ANNE"]))
    assert [value.text for value in next(records(table, 1)).cells] == ["ANNE"]


def test_the_first_filled_column_of_a_field_is_taken(hand_made):
    table = hand_made(
        A=("mobile", "contact.phone", [None]),
        B=("mobile", "contact.phone", ["0600000001"]),
        C=("mobile", "contact.phone", ["0600000002"]),
    )
    assert next(records(table, 1)).get("mobile").column == "B"


@pytest.mark.parametrize("limit", [1, 3, 7, 10, 99])
def test_as_many_rows_come_as_are_asked_for_and_there_are(hand_made, limit):
    table = hand_made(N=("usage_name", "name.last", [f"N{number}" for number in range(10)]))
    rows = [record.row for record in records(table, limit)]
    assert len(rows) == min(limit, 10)
    assert rows == sorted(set(rows))


def test_where_no_row_has_what_is_wanted_all_rows_count(hand_made):
    table = hand_made(N=("usage_name", "name.last", ["A", "B"]), E=("email", "contact.email", [None, None]))
    assert [record.row for record in records(table, 9, ("email",))] == [0, 1]


def test_an_empty_table_has_no_records(hand_made):
    assert list(records(hand_made(N=("usage_name", "name.last", [])), 5)) == []


def test_results_are_those_that_the_dataset_makes(some_rows):
    table = some_rows[0]
    record = next(records(table, 1))
    made = table.results(record.row, record.row + 1).to_pylist()
    assert [(line.analysis.text, line.value.text) for line in record.results] == [
        (line["label"], line["value"].replace(".", ",") if line["kind"] == "NM" else line["value"])
        for line in made
    ]


def test_a_table_of_no_visits_has_no_results(hand_made):
    table = hand_made(N=("usage_name", "name.last", ["PETIT"]))
    assert next(records(table, 1)).results == ()


def test_the_last_day_is_that_of_the_last_row_that_says_one(hand_made):
    table = hand_made(D=("visit_date", "date.visit", ["01/02/2015", "03/04/2016", None, "00/00/2017"]))
    assert last_day(table) == date(2016, 4, 3)


def test_without_any_day_files_are_of_a_fixed_one(hand_made):
    assert last_day(hand_made(N=("usage_name", "name.last", ["PETIT"]))) == date(2021, 1, 1)

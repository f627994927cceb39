import re
from datetime import datetime, time

import openpyxl
import pytest
from openpyxl.utils.escape import unescape
from pydantic import ValidationError

from simbreach.core.errors import InputError
from simbreach.shapes.contract import CELL_COLUMNS
from simbreach.shapes.xlsx import Options


def book_of(leak):
    return openpyxl.load_workbook(leak.folder / leak.files[0])


def at(book, mark):
    row, column = divmod(mark.start, CELL_COLUMNS)
    return book[mark.member].cell(row + 1, column + 1).value


def column_of(leak, name="labo-du-heron", header=True):
    return [row[0] for row in book_of(leak)[name].iter_rows(values_only=True)][header:]


def one_column(hand_made, texts, field="nir", label="id.nir", **more):
    return hand_made(C=(field, label, texts), **more)


def test_without_damage_every_span_is_a_cell_that_reads_as_the_table_has_it(leaked):
    leak = leaked("xlsx", damage="none")
    book = book_of(leak)
    marks = list(leak.marks())
    assert len(marks) > 3_000
    assert [mark for mark in marks if at(book, mark) != mark.cell] == []


def test_with_damage_every_span_still_covers_a_cell_with_the_same_digits(leaked):
    leak = leaked("xlsx", damage="opened")
    book = book_of(leak)
    for mark in leak.marks():
        found = at(book, mark)
        if isinstance(found, int) and mark.cell.isdigit():
            assert found == int(mark.cell)
        else:
            assert found is not None


def test_all_rows_come_back_in_order(leaked, some_rows):
    leak = leaked("xlsx", damage="none", sheets="table", hidden=False)
    sheet = book_of(leak).worksheets[0]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    wanted = [
        row for cells in some_rows[0].read() for row in zip(*cells.batch.to_pydict().values(), strict=True)
    ]
    assert [tuple(row) for row in rows] == wanted


def test_a_sheet_for_each_source_and_a_hidden_one(leaked, some_rows):
    book = book_of(leaked("xlsx"))
    sources = {source for cells in some_rows[0].read() for source in cells.source.to_pylist()}
    assert {sheet.title for sheet in book if sheet.sheet_state == "visible"} == sources
    assert [sheet.title for sheet in book if sheet.sheet_state == "hidden"] == ["Feuil3"]


def test_the_hidden_sheet_holds_accesses_with_spans_of_their_own(leaked):
    leak = leaked("xlsx")
    labels = {mark.label for mark in leak.marks() if mark.member == "Feuil3"}
    assert {"credential.login", "credential.password", "name.last"} <= labels


@pytest.mark.parametrize(
    ("text", "damage", "read"),
    [
        ("0600123456", "opened", 600123456),
        ("+33600123456", "opened", 33600123456),
        ("06 00 12 34 56", "opened", "06 00 12 34 56"),
        ("01000", "opened", 1000),
        ("269050000000000", "opened", 269050000000000),
        ("269055649588157", "resaved", "2,69056E+14"),
        ("299999999999999", "resaved", "3E+14"),
        ("1234567890123456789", "opened", 1.23456789012345e18),
        ("1690531938983", "resaved", "1,69053E+12"),
        ("99671744201", "resaved", 99671744201),
        ("12,50", "opened", 12.5),
        ("05/01/2015", "opened", datetime(2015, 1, 5)),
        ("05/01/2015", "resaved", 42009),
        ("13/05/28", "opened", datetime(2028, 5, 13)),
        ("13/05/68", "opened", datetime(1968, 5, 13)),
        ("31/02/2015", "opened", "31/02/2015"),
        ("00/00/1938", "opened", "00/00/1938"),
        ("09:30", "opened", time(9, 30)),
        ("2B", "opened", "2B"),
        ("=1+1", "opened", "=1+1"),
        ("0600123456", "none", "0600123456"),
    ],
)  # fmt: skip
def test_a_cell_becomes_what_excel_makes_of_it(leaked, hand_made, text, damage, read):
    assert column_of(leaked("xlsx", [one_column(hand_made, [text])], damage=damage, hidden=False)) == [read]


def test_no_cell_is_a_formula_or_a_link(leaked, hand_made):
    texts = ["=HYPERLINK(1)", "http://labo.example.com", "@SOMME(1)", "mailto:a@b.example.com"]
    leak = leaked("xlsx", [one_column(hand_made, texts)], hidden=False)
    cells = [row[0] for row in book_of(leak)["labo-du-heron"].iter_rows(min_row=2)]
    assert [cell.data_type for cell in cells] == ["s"] * 4 or [cell.data_type for cell in cells] == [
        "inlineStr"
    ] * 4
    assert [cell.hyperlink for cell in cells] == [None] * 4


def test_more_rows_than_a_sheet_holds_go_on_in_another_and_that_is_said(leaked, hand_made):
    table = one_column(hand_made, [f"n{number}" for number in range(25)])
    leak = leaked("xlsx", [table], max_rows=10, hidden=False)
    book = book_of(leak)
    assert book.sheetnames == ["labo-du-heron", "labo-du-heron (2)", "labo-du-heron (3)"]
    assert [sheet.max_row for sheet in book] == [10, 10, 8]
    assert leak.counts["sheets_continued"] == 2
    assert all(at(book, mark) == mark.cell for mark in leak.marks())


def test_a_cell_longer_than_the_format_allows_is_cut_and_counted(leaked, hand_made):
    leak = leaked("xlsx", [one_column(hand_made, ["é" * 40_000])], hidden=False)
    assert [len(text) for text in column_of(leak)] == [32_767]
    assert leak.counts["cut_cells"] == 1


@pytest.mark.parametrize(("header", "first"), [("names", "C"), ("opaque", "COL001"), ("none", "PETIT")])
def test_the_header_is_real_opaque_or_absent(leaked, hand_made, header, first):
    table = one_column(hand_made, ["PETIT"], "usage_name", "name.last")
    assert column_of(leaked("xlsx", [table], header=header, hidden=False), header=False)[0] == first


def test_signs_that_sheet_names_may_not_have_and_long_names_are_mended(leaked, hand_made):
    table = one_column(hand_made, ["a", "b", "c"], sources=["x" * 40, "x" * 41, "a/b[c]"])
    names = book_of(leaked("xlsx", [table], hidden=False)).sheetnames
    assert names == ["x" * 31, "x" * 27 + " (2)", "a-b-c-"]


def test_spans_inside_a_cell_have_the_cells_place(leaked, hand_made):
    table = hand_made(
        N=("serial", "id.row", ["P1"]),
        C=("comment", "health.comment", ["FILLE 0600123456"]),
        inner=[(0, "C", 6, 16, "contact.phone")],
    )
    found = {(mark.label, mark.start) for mark in leaked("xlsx", [table], hidden=False).marks()}
    assert {("health.comment", CELL_COLUMNS + 1), ("contact.phone", CELL_COLUMNS + 1)} <= found


def test_control_characters_are_read_back(leaked, hand_made):
    texts = ["a\x01b", "ligne 1\nligne 2", "_x0041_"]
    found = column_of(leaked("xlsx", [one_column(hand_made, texts)], damage="none", hidden=False))
    assert [unescape(text) for text in found] == texts


def test_an_empty_table_is_a_workbook_with_its_header(leaked, hand_made):
    table = one_column(hand_made, [])
    leak = leaked("xlsx", [table])
    assert leak.files == ["patients.xlsx"]
    assert list(leak.marks()) == []
    assert book_of(leak).worksheets


def test_the_same_leak_has_the_same_bytes_and_no_clock(leaked):
    one, other = leaked("xlsx"), leaked("xlsx")
    assert one.bytes() == other.bytes()
    assert book_of(one).properties.created.year < 2021


def test_more_columns_than_a_sheet_holds_are_refused_before_anything_is_written(leaked, hand_made):
    table = hand_made(**{f"C{n}": ("empty", "technical.value", [None]) for n in range(CELL_COLUMNS + 1)})
    with pytest.raises(InputError, match=re.escape("16385 columns; a sheet holds 16384")):
        leaked("xlsx", [table])


def test_a_limit_beyond_the_formats_own_is_refused():
    with pytest.raises(ValidationError, match="max_rows"):
        Options(max_rows=1_048_577)

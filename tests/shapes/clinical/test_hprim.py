"""HPRIM text: the lines and fields that docs/hprim.md lists, in cp1252, with the place of every cell."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[3] / "docs" / "hprim.md"
CONVERTED = {"birth_date", "visit_date"}


def reports(leak: Any) -> list[list[str]]:
    text = leak.read("resultats.hpr").decode("cp1252")
    assert text.endswith("****FINFICHIER****\r\n")
    return [report.split("\r\n") for report in text.split("****FIN****\r\n")[:-1]]


def test_there_is_a_report_for_each_row(leaked: Callable[..., Any]) -> None:
    leak = leaked("hprim")
    assert len(reports(leak)) == leak.tables[0].rows


def test_the_heading_has_twelve_lines(leaked: Callable[..., Any]) -> None:
    for report in reports(leaked("hprim"))[:100]:
        assert re.fullmatch(r"(\d\d/\d\d/\d{4})?", report[6])
        assert re.fullmatch(r"\d\d/\d\d/\d{4}", report[9])
        # Line 13 is the report's: a panel's title follows an empty line, or a note.
        assert report[12] == "" or re.match(r"(Traitement|Commentaire|Observation|A rappeler) : ", report[12])


def test_the_sender_s_code_has_ten_characters(leaked: Callable[..., Any]) -> None:
    leak = leaked("hprim")
    names = {text for cells in leak.tables[0].read() for text in cells.batch["LAB_NOM"].to_pylist()}
    for report in reports(leak)[:100]:
        assert report[10][10:] in {name.strip() for name in names if name}


def test_res_lines_have_the_fields_that_the_docs_list(leaked: Callable[..., Any]) -> None:
    listed = re.findall(r"^\| (\d+) \| ", DOCS.read_text("utf-8").partition("## RES")[2], re.M)
    lines = [line for report in reports(leaked("hprim"))[:50] for line in report if line.startswith("RES|")]
    assert lines
    # The last separator closes the line.
    assert {line.count("|") for line in lines} == {int(listed[-1])}


def test_the_heading_is_the_one_that_the_docs_list() -> None:
    listed = re.findall(r"^\| (\d+) \| ", DOCS.read_text("utf-8").partition("## RES")[0], re.M)
    assert listed == [str(number) for number in range(1, 13)]


def test_numbers_have_a_decimal_comma_for_people_and_a_point_for_software(leaked: Callable[..., Any]) -> None:
    for report in reports(leaked("hprim"))[:100]:
        middle = report.index("****LAB****")
        people = [line for line in report[12:middle] if " T/L " in line]
        software = [line for line in report[middle:] if "|T/L|" in line]
        assert [line.split()[-6 + 1 :] != [] for line in people] == [True] * len(people)
        assert all(re.search(r" \d,\d\d ", line) for line in people)
        assert all(re.search(r"\|\d\.\d\d\|", line) for line in software)


def test_every_span_is_its_cell(leaked: Callable[..., Any]) -> None:
    leak = leaked("hprim")
    data = leak.read("resultats.hpr")
    fields = {column.name: column.field for column in leak.tables[0].columns}
    seen = 0
    for mark in leak.marks():
        if mark.column == "results" or fields[mark.column] in CONVERTED:
            continue
        value = data[mark.start : mark.end].decode("cp1252")
        assert mark.cell is not None
        whole = mark.cell.strip().encode("cp1252", "replace").decode("cp1252")
        assert value == whole or (value in whole and mark.column in ("PAT_COMM", "PAT_OBS", "PAT_APPEL"))
        seen += value == whole
    assert seen > 3_000


def test_values_of_results_are_marked_twice(leaked: Callable[..., Any]) -> None:
    leak = leaked("hprim")
    data = leak.read("resultats.hpr").decode("cp1252")
    values = [
        data[mark.start : mark.end] for mark in leak.marks() if mark.column == "results" and mark.row == 0
    ]
    assert [value.replace(",", ".") for value in values[: len(values) // 2]] == values[len(values) // 2 :]


def test_the_same_dataset_gives_the_same_bytes(leaked: Callable[..., Any]) -> None:
    assert leaked("hprim").bytes() == leaked("hprim").bytes()


def test_a_cell_stays_on_its_line(leaked: Callable[..., Any], hand_made: Callable[..., Any]) -> None:
    table = hand_made(
        NOM=("usage_name", "name.last", ["LE\nGOFF"]),
        NOTE=("comment", "health.comment", ["très → âgée\nfille"]),
        inner=[(0, "NOTE", 12, 17, "person.relation")],
    )
    leak = leaked("hprim", [table])
    (report,) = reports(leak)
    assert (report[1], report[12]) == ("LE GOFF", "Commentaire : très ? âgée fille")
    data = leak.read("resultats.hpr")
    assert [data[m.start : m.end] for m in leak.marks() if m.label == "person.relation"] == [b"fille"]
    assert leak.counts["replaced_characters"] == 1


def test_a_table_of_little_gives_empty_lines(
    leaked: Callable[..., Any], hand_made: Callable[..., Any]
) -> None:
    (report,) = reports(leaked("hprim", [hand_made(N=("nir", "id.nir", ["255085600290012"]))]))
    assert report[:12] == ["", "", "", "", "", "", "", "255085600290012", "", "", " " * 10, " " * 10]

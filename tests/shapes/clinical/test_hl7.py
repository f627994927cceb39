"""HL7 messages: read by hl7apy, fictitious twice, escaped, with the place of every cell."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from hl7apy.core import Message
from hl7apy.parser import parse_message

from simbreach.core.errors import InputError
from simbreach.truth.leak import read_options

# What HL7 writes in its own form.
CONVERTED = {"birth_date", "visit_date", "visit_time", "sex"}
UNESCAPE = {"\\F\\": "|", "\\S\\": "^", "\\T\\": "&", "\\R\\": "~", "\\.br\\": "\n", "\\E\\": "\\"}


def split(leak: Any, encoding: str = "utf-8") -> list[str]:
    text = leak.read("messages.hl7").decode(encoding)
    body = text[text.index("MSH|") : text.index("BTS|")]
    return [f"MSH|{message}" for message in body.split("MSH|")[1:]]


def parsed(text: str) -> Message:
    return parse_message(text.rstrip("\r"), find_groups=False)


def unescaped(text: str) -> str:
    return re.sub(r"\\(?:F|S|T|R|E|\.br)\\", lambda found: UNESCAPE[found[0]], text)


def test_each_visit_has_an_admission_and_a_report(leaked: Callable[..., Any]) -> None:
    leak = leaked("hl7")
    messages = split(leak)
    assert len(messages) == 2 * leak.tables[0].rows
    assert [message.split("|")[8] for message in messages[:2]] == ["ADT^A04^ADT_A01", "ORU^R01^ORU_R01"]


def test_hl7apy_finds_the_messages_valid(leaked: Callable[..., Any]) -> None:
    for message in split(leaked("hl7"))[:24]:
        assert parse_message(message.rstrip("\r"), find_groups=True).validate()


def test_hl7apy_writes_the_messages_as_they_were(leaked: Callable[..., Any]) -> None:
    for message in split(leaked("hl7"))[:24]:
        written = parsed(message).to_er7().split("\r")
        assert [line.rstrip("|^") for line in written] == [
            line.rstrip("|^") for line in message.rstrip("\r").split("\r")
        ]


def test_identities_are_marked_as_fictitious(leaked: Callable[..., Any]) -> None:
    for message in split(leaked("hl7"))[:40]:
        found = parsed(message)
        assert found.pid.pid_32.to_er7() == "FICT"
        assert "&1.2.250.1.213.1.4.10&ISO^INS" in found.pid.to_er7()


def test_an_admission_is_dated_by_the_visit(leaked: Callable[..., Any]) -> None:
    found = parsed(split(leaked("hl7"))[0])
    assert re.fullmatch(r"20\d{10}|20\d{6}", found.pv1.pv1_44.to_er7())
    assert found.pv1.pv1_44.to_er7() == found.evn.evn_2.to_er7()


def test_the_trailer_counts_the_messages(leaked: Callable[..., Any]) -> None:
    leak = leaked("hl7", messages="adt")
    trailer = leak.read("messages.hl7").decode().split("\r")[-3:]
    assert trailer == [f"BTS|{leak.tables[0].rows}", "FTS|1", ""]


def test_observations_stand_below_their_order(leaked: Callable[..., Any]) -> None:
    lines = split(leaked("hl7", messages="oru"))[0].split("\r")
    results = [line for line in lines if line[:3] in ("OBR", "OBX")]
    assert results[0].startswith("OBR|1|")
    assert all(re.match(r"OBX\|\d+\|(NM|ST)\|\d+-\d\^", line) for line in results if line[:3] == "OBX")


def test_every_span_is_its_cell(leaked: Callable[..., Any]) -> None:
    leak = leaked("hl7")
    data = leak.read("messages.hl7")
    fields = {column.name: column.field for column in leak.tables[0].columns}
    inner = {
        (row, column, text[start:end])
        for cells in leak.tables[0].read()
        for row, column, start, end in zip(
            *(cells.spans[name].to_pylist() for name in ("row", "column", "start", "end")), strict=True
        )
        for text in [cells.batch[column][row - cells.start].as_py()]
    }
    seen = 0
    for mark in leak.marks():
        value = unescaped(data[mark.start : mark.end].decode())
        if mark.column == "results" or fields[mark.column] in CONVERTED:
            continue
        seen += 1
        assert mark.cell is not None
        assert value == mark.cell.strip() or (mark.row, mark.column, value) in inner
    assert seen > 10_000


def test_every_filled_direct_cell_has_a_span(leaked: Callable[..., Any]) -> None:
    leak = leaked("hl7")
    marked = {(mark.row, mark.column) for mark in leak.marks()}
    (name,) = (column.name for column in leak.tables[0].columns if column.field == "nir")
    for cells in leak.tables[0].read():
        for place, text in enumerate(cells.batch[name].to_pylist()):
            assert not text or not text.strip() or (cells.start + place, name) in marked


def test_spans_are_in_the_order_of_the_file(leaked: Callable[..., Any]) -> None:
    starts = [mark.start for mark in leaked("hl7").marks()]
    assert starts == sorted(starts)


def test_the_same_dataset_gives_the_same_bytes(leaked: Callable[..., Any]) -> None:
    assert leaked("hl7").bytes() == leaked("hl7").bytes()


def test_signs_of_structure_are_escaped(leaked: Callable[..., Any], hand_made: Callable[..., Any]) -> None:
    table = hand_made(
        NOM=("usage_name", "name.last", ["A|B^C&D~E\\F"]),
        NOTE=("comment", "health.comment", ["voir | fille\n06 00"]),
        inner=[(0, "NOTE", 7, 12, "person.relation")],
    )
    leak = leaked("hl7", [table], messages="oru")
    text = leak.read("messages.hl7").decode()
    assert "A\\F\\B\\S\\C\\T\\D\\R\\E\\E\\F^" in text
    cut = [
        leak.read("messages.hl7")[m.start : m.end].decode()
        for m in leak.marks()
        if m.label == "person.relation"
    ]
    assert cut == ["fille"]
    assert parsed(split(leak)[0]).pid.pid_5.to_er7().startswith("A\\F\\B")


def test_a_table_of_little_gives_messages_with_empty_fields(
    leaked: Callable[..., Any], hand_made: Callable[..., Any]
) -> None:
    table = hand_made(
        N=("nir", "id.nir", ["255085600290012", None]), D=("birth_date", "date.birth", [None, "31/02/1990"])
    )
    messages = split(leaked("hl7", [table]))
    assert [parsed(message).pid.pid_7.to_er7() for message in messages] == [""] * 4


def test_dates_are_written_as_hl7_wants_them(
    leaked: Callable[..., Any], hand_made: Callable[..., Any]
) -> None:
    table = hand_made(D=("birth_date", "date.birth", ["09/09/1948", "480909", "1948-09-09 00:00:00"]))
    leak = leaked("hl7", [table], messages="adt")
    assert [parsed(message).pid.pid_7.to_er7() for message in split(leak)] == ["19480909", "", "19480909"]
    assert [mark.end - mark.start for mark in leak.marks() if mark.column == "D"] == [8, 8]


def test_an_encoding_is_said_and_spans_follow_it(
    leaked: Callable[..., Any], hand_made: Callable[..., Any]
) -> None:
    table = hand_made(
        NOM=("usage_name", "name.last", ["GUÉRIN", "→ÉTÉ"]), P=("first_name", "name.first", ["Zoé", "Léa"])
    )
    leak = leaked("hl7", [table], encoding="iso8859-15", messages="adt")
    data = leak.read("messages.hl7")
    assert "|8859/15|" in data.decode("iso8859-15")
    cut = [data[mark.start : mark.end].decode("iso8859-15") for mark in leak.marks()]
    assert cut == ["GUÉRIN", "Zoé", "?ÉTÉ", "Léa"]
    assert leak.counts["replaced_characters"] == 1


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(InputError, match="encoding"):
        read_options("hl7", {"encodign": "utf-8"})

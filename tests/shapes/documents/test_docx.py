import io
import zipfile
from xml.sax.saxutils import unescape

import docx
import pytest


def test_every_byte_span_of_the_body_is_the_cell(leaked):
    leak = leaked("docx", documents=60)
    bodies = {name: zipfile.ZipFile(leak.folder / name).read("word/document.xml") for name in leak.files}
    whole, inner = 0, 0
    for mark in leak.marks():
        cut = unescape(bodies[mark.file][mark.start : mark.end].decode())
        assert mark.member == "word/document.xml"
        if mark.cell is not None:
            assert cut == mark.cell.strip() or cut in mark.cell
            whole += cut == mark.cell.strip()
            inner += cut != mark.cell.strip()
    assert whole > 1000


def test_python_docx_reads_the_letter(leaked, hand_made):
    table = hand_made(
        NOM=("usage_name", "name.last", ["O'BRIEN & FILS <SARL>"]),
        DATE=("visit_date", "date.visit", ["05/01/2015"]),
    )
    leak = leaked("docx", [table])
    text = "\n".join(p.text for p in docx.Document(leak.folder / leak.files[0]).paragraphs)
    assert "O'BRIEN & FILS <SARL>" in text


def test_a_value_with_signs_of_xml_is_covered_as_written(leaked, hand_made):
    table = hand_made(
        NOM=("usage_name", "name.last", ["A&B"]), DATE=("visit_date", "date.visit", ["05/01/2015"])
    )
    leak = leaked("docx", [table])
    body = zipfile.ZipFile(leak.folder / leak.files[0]).read("word/document.xml")
    mark = next(mark for mark in leak.marks() if mark.column == "NOM")
    assert body[mark.start : mark.end] == b"A&amp;B"


def test_spans_inside_a_comment_are_cut_from_its_text(leaked, hand_made):
    table = hand_made(
        NOM=("usage_name", "name.last", ["PETIT"]),
        DATE=("visit_date", "date.visit", ["05/01/2015"]),
        MEDECIN=("prescriber_name", "care.prescriber", ["HÉRON"]),
        NOTE=("comment", "health.comment", ["  é&é FILLE 0600123456 "]),
        inner=[(0, "NOTE", 12, 22, "contact.phone")],
    )
    leak = leaked("docx", [table])
    body = zipfile.ZipFile(leak.folder / leak.files[0]).read("word/document.xml")
    mark = next(mark for mark in leak.marks() if mark.label == "contact.phone")
    assert body[mark.start : mark.end] == b"0600123456"


def test_a_results_table_stands_in_the_letter(leaked):
    leak = leaked("docx", documents=60)
    tables = [docx.Document(leak.folder / name).tables for name in leak.files]
    assert any(found and found[0].rows[0].cells[0].text == "Examen" for found in tables)


@pytest.mark.parametrize("part", ["[Content_Types].xml", "word/document.xml", "docProps/core.xml"])
def test_times_inside_are_of_the_letter_not_of_today(leaked, hand_made, part):
    table = hand_made(
        NOM=("usage_name", "name.last", ["PETIT"]), DATE=("visit_date", "date.visit", ["05/01/2015"])
    )
    leak = leaked("docx", [table])
    entry = zipfile.ZipFile(io.BytesIO(leak.read(leak.files[0]))).getinfo(part)
    assert entry.date_time[:2] == (2015, 1)


def test_the_same_leak_has_the_same_bytes(leaked):
    assert leaked("docx", documents=12).bytes() == leaked("docx", documents=12).bytes()

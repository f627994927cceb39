from pathlib import Path
from typing import Any

import pypdf
import pytest
from pydantic import ValidationError

from simbreach.shapes import pages
from simbreach.shapes.pdf import Options


def pages_of(path: Path) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(path).pages]


def visit(**more: tuple[str, str, list[str | None]]) -> dict[str, Any]:
    return {
        "NOM": ("usage_name", "name.last", ["LE GUENNEC"]),
        "DATE": ("visit_date", "date.visit", ["05/01/2015"]),
        **more,
    }


def test_every_page_span_is_a_page_that_holds_the_cell(leaked):
    leak = leaked("pdf", documents=40)
    texts = {name: pages_of(leak.folder / name) for name in leak.files}
    wrong = [
        mark
        for mark in leak.marks()
        if mark.unit != "page"
        or (
            mark.cell and " ".join(mark.cell.split()) not in " ".join(texts[mark.file][mark.start : mark.end])
        )
    ]
    assert wrong == []


def test_a_result_sheet_says_who_what_and_in_which_unit(leaked):
    leak = leaked("pdf", documents=5, kind="results")
    text = " ".join(pages_of(leak.folder / leak.files[0]))
    assert "COMPTE RENDU D'EXAMENS DE BIOLOGIE MÉDICALE" in text
    assert "Valeurs usuelles" in text


def test_results_have_spans_though_no_column_holds_them(leaked):
    leak = leaked("pdf", documents=5, kind="results")
    assert any(mark.column == "results" and mark.label == "health.analysis" for mark in leak.marks())


def test_results_of_a_row_are_the_same_however_many_rows_are_taken(leaked):
    few = leaked("pdf", documents=2, kind="results")
    many = leaked("pdf", documents=300, kind="results")
    assert few.read(few.files[0]) == many.read(few.files[0])


def test_rows_are_evenly_spread_and_the_rest_is_counted(leaked):
    leak = leaked("pdf", documents=9)
    rows = sorted({mark.row for mark in leak.marks()})
    assert rows == [300 + number * 300 // 9 for number in range(9)]
    assert leak.counts["rows_without_document"] == 300 - 9


def test_the_same_leak_has_the_same_bytes(leaked):
    assert leaked("pdf", documents=12).bytes() == leaked("pdf", documents=12).bytes()


def test_a_pdf_was_made_on_a_day_of_the_visit_not_today(leaked, hand_made):
    leak = leaked("pdf", [hand_made(**visit())])
    made = pypdf.PdfReader(leak.folder / leak.files[0]).metadata["/CreationDate"]
    assert made[:10] in ("D:20150105", "D:20150106", "D:20150107")


def test_a_watermark_is_only_there_when_it_is_asked_for(leaked, hand_made):
    tables = [hand_made(**visit())]
    plain, marked = leaked("pdf", tables), leaked("pdf", tables, watermark="EXERCICE")
    assert "EXERCICE" not in " ".join(pages_of(plain.folder / plain.files[0]))
    assert "EXERCICE" in " ".join(pages_of(marked.folder / marked.files[0]))


def test_a_letter_that_the_font_lacks_becomes_a_question_mark_and_is_counted(leaked, hand_made):
    leak = leaked("pdf", [hand_made(**visit(PRENOM=("first_name", "name.first", ["Žoë Ł"])))], kind="results")
    assert leak.counts["replaced_characters"] > 0
    assert "Žoë ?" in " ".join(pages_of(leak.folder / leak.files[0]))


def test_a_comment_longer_than_a_page_runs_over_and_so_does_its_span(leaked, hand_made):
    long = " ".join(f"mot{number}" for number in range(4000))
    table = hand_made(
        **visit(NOTE=("comment", "health.comment", [long])), inner=[(0, "NOTE", 0, 4, "health.drug")]
    )
    leak = leaked("pdf", [table], kind="results")
    texts = pages_of(leak.folder / leak.files[0])
    span = next(mark for mark in leak.marks() if mark.label == "health.comment")
    inner = next(mark for mark in leak.marks() if mark.label == "health.drug")
    assert span.end - span.start > 1
    assert (inner.start, inner.end) == (span.start, span.end)
    assert all(f"mot{number}" in " ".join(texts[span.start : span.end]) for number in range(0, 4000, 97))


def test_a_row_about_no_patient_becomes_a_list_of_its_cells(leaked, hand_made):
    table = hand_made(FOURNISSEUR=("list", "technical.value", ["MOULIN PAISIBLE"]))
    leak = leaked("pdf", [table])
    assert "FOURNISSEUR : MOULIN PAISIBLE" in " ".join(pages_of(leak.folder / leak.files[0]))


def test_a_row_with_nothing_in_it_is_still_a_whole_document(leaked, hand_made):
    leak = leaked("pdf", [hand_made(NOM=("usage_name", "name.last", [None]))])
    assert len(pages_of(leak.folder / leak.files[0])) == 1


def test_no_document_at_all_is_refused():
    with pytest.raises(ValidationError, match="documents"):
        Options(documents=0)


def test_without_the_extra_the_message_says_what_to_type(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "reportlab.pdfgen.canvas", None)
    pages._reportlab.cache_clear()
    with pytest.raises(Exception, match=r"pip install 'simbreach\[shapes\]'"):
        pages._reportlab()

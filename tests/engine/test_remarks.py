"""Free text fits the patient and the day, is safe, and its spans are their text."""

import re
import unicodedata
from collections.abc import Iterator

import numpy as np
import phonenumbers
import pyarrow as pa
import pytest
from stdnum.fr import nir as stdnum_nir

from simbreach.core.errors import TemplateError
from simbreach.core.labels import SPAN_LABELS
from simbreach.core.schema import FREE_TEXT
from simbreach.engine import remarks
from simbreach.engine.plan import Plan, compile_plan
from simbreach.engine.table import Made
from simbreach.engine.work import DatasetWork
from simbreach.identifiers import email, landline, mobile, nir
from simbreach.profile.model import Profile
from simbreach.reference.health import conditions, drugs
from simbreach.reference.places import places

ROWS = 24_000


@pytest.fixture(scope="module")
def wordy(labs: Profile) -> Plan:
    """The demo's columns of free text alone, all filled, in every laboratory."""
    table = labs.main_table
    columns = tuple(
        column.model_copy(update={"fill": 1, "filled_with": None})
        for column in table.columns
        if column.field in (*FREE_TEXT, "usage_name")
    )
    changed = table.model_copy(update={"columns": columns, "rows": ROWS})
    return compile_plan(labs.model_copy(update={"tables": (changed,), "defects": ()}), rows=ROWS)


@pytest.fixture(scope="module")
def made(wordy: Plan) -> Made:
    return wordy.main.make(0, ROWS)


@pytest.fixture(scope="module")
def clean(wordy: Plan) -> pa.RecordBatch:
    return wordy.clean("patients", 0, ROWS)


def bare(text: str) -> str:
    """In capitals, without accents."""
    apart = unicodedata.normalize("NFD", text.upper().replace("Œ", "OE"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def spans_of(made: Made, *labels: str) -> Iterator[tuple[str, int, str, str]]:
    """Column, row, label and text of the spans with one of `labels`."""
    for name, spans in made.spans.items():
        for row, label, text in zip(spans.rows.tolist(), spans.label, spans.text.to_pylist(), strict=True):
            if spans.labels[label] in labels:
                yield name, row, spans.labels[label], text


def test_every_span_is_its_text_in_every_laboratory_s_spelling(made: Made) -> None:
    count = 0
    for name, spans in made.spans.items():
        cells = made.written[name].to_pylist()
        places_ = zip(spans.rows.tolist(), spans.starts.tolist(), spans.ends.tolist(), strict=True)
        for (row, start, end), text in zip(places_, spans.text.to_pylist(), strict=True):
            assert cells[row][start:end] == text != ""
            count += 1
    assert count > ROWS


def test_spans_have_the_labels_that_are_agreed_on(made: Made) -> None:
    used = {label for spans in made.spans.values() for label in spans.labels}
    negative = {label for label in used if label.startswith(remarks.NEGATIVE)}
    assert used - negative <= set(SPAN_LABELS)
    kinds = {"invoice_number", "file_number", "wrong_key_number", "loinc", "cip13", "nabm", "lot_number"}
    assert {label.removeprefix(remarks.NEGATIVE) for label in negative} == kinds


def test_rows_made_alone_have_the_text_and_spans_of_the_whole(wordy: Plan, made: Made) -> None:
    alone = wordy.main.make(9_990, 10_030)
    for name in made.spans:
        assert alone.written[name].to_pylist() == made.written[name].to_pylist()[9_990:10_030]
    assert sorted((n, r + 9_990, label, t) for n, r, label, t in spans_of(alone, *SPAN_LABELS)) == sorted(
        (n, r, label, t) for n, r, label, t in spans_of(made, *SPAN_LABELS) if 9_990 <= r < 10_030
    )


def test_pregnancies_are_of_pregnant_women_or_of_a_relative(made: Made, clean: pa.RecordBatch) -> None:
    frame = made.frame
    kin = re.compile("FILLE|SOEUR|EPOUSE|FEMME|COMPAGNE")
    seen = 0
    for name in ("PAT_COMM", "PAT_OBS"):
        for row, text in enumerate(clean[name].to_pylist()):
            said = bare(text or "")
            if re.search("ENCEINTE|GROSSESSE|DPA|DDR", said) and not kin.search(
                said.replace("SAGE-FEMME", "")
            ):
                seen += 1
                assert frame["sex"][row] == 2
                assert frame["pregnant"][row]
                assert 15 <= frame["age"][row] <= 45
    assert seen > 50


def test_a_pregnancy_s_weeks_and_term_fit_the_day_of_the_visit(made: Made, clean: pa.RecordBatch) -> None:
    visit = made.frame["visit_date"].astype("datetime64[D]")
    dates = re.compile(r"(?:DPA|TERME|PREVU|LE|:) (?:LE )?(\d\d)[/.-](\d\d)[/.-](\d{4}|\d\d)\b")
    checked = 0
    for row, text in enumerate(clean["PAT_COMM"].to_pylist()):
        said = bare(text or "")
        found = re.match(r"(?:ENCEINTE|GROSSESSE),? (?:DPA|TERME|TERME PREVU|T :)", said) and dates.search(
            said
        )
        if found:
            day, month, year = found.groups()
            term = np.datetime64(f"20{year[-2:]}-{month}-{day}")
            assert -7 <= (term - visit[row]).astype(int) <= 252
            checked += 1
        weeks = re.match(r"(?:ENCEINTE|GROSSESSE)(?: DE)? (\d+) ?S", said)
        if weeks and not re.search("FILLE|SOEUR|EPOUSE|FEMME|COMPAGNE", said):
            assert int(weeks[1]) == made.frame["amenorrhoea_days"][row] // 7
            checked += 1
    assert checked > 10


def test_two_visits_in_one_pregnancy_tell_the_same_term(made: Made) -> None:
    from simbreach.core.streams import HashDraw
    from simbreach.engine.kin import amenorrhoea_days, due_date

    draw = HashDraw(1, ("t", "amenorrhoea_days"), np.full(60, 77, dtype=np.uint64))
    days = np.arange(17_000, 17_060, dtype=np.int32)
    terms = due_date(days, amenorrhoea_days(draw, days, np.ones(60, dtype=np.bool_)))
    assert len(np.unique(terms)) <= 2


def test_facts_of_health_are_told_only_of_those_of_whom_they_may_be(made: Made) -> None:
    frame = made.frame
    labels = [label for label in SPAN_LABELS if label.startswith("health.")]
    rows = {row for _, row, _, _ in spans_of(made, *labels)}
    assert len(rows) > 1000
    assert frame["may_be_told"][sorted(rows)].all()
    assert places().population[frame["commune"][sorted(rows)]].min() >= 5_000


def test_a_drug_with_a_dose_is_the_patient_s_own(made: Made) -> None:
    labels, codes = drugs().labels.to_pylist(), made.frame["treatment_code"]
    doses = {bare(label) for label in labels if re.search(" [0-9]", label)}
    own = [(row, bare(text)) for _, row, _, text in spans_of(made, "health.drug") if bare(text) in doses]
    assert len(own) > 100
    assert all(bare(labels[codes[row]]) == text for row, text in own)


@pytest.mark.parametrize(
    ("pattern", "codes"),
    [(r"^(SEROPOSITI\w+ HIV|HIV\+|VIH\+|CHARGE VIRALE)", "B24"), ("^(CANCER DU SEIN|K SEIN|NEO SEIN)", "C50"),
     ("^CROHN|MALADIE DE CROHN", "K50"), ("^SCLEROSE EN PLAQUES", "G35"), ("^FIBROMYALGI", "M79.7")],
)  # fmt: skip
def test_a_condition_is_the_patient_s_own(
    made: Made, clean: pa.RecordBatch, pattern: str, codes: str
) -> None:
    icd10 = conditions().icd10.to_pylist()
    own = made.frame["condition_code"].codes
    rows = [r for r, t in enumerate(clean["PAT_COMM"].to_pylist()) if t and re.search(pattern, bare(t))]
    assert rows
    assert all(icd10[own[row]].startswith(codes) for row in rows)


def test_words_agree_with_the_patient(made: Made, clean: pa.RecordBatch) -> None:
    sex = made.frame["sex"]
    for row, text in enumerate(clean["PAT_COMM"].to_pylist()):
        said = re.match(
            "(patient sourd|séropositif|malvoyant|anxieux|patiente sourde|séropositive)\\b", text or ""
        )
        if said:
            assert (sex[row] == 2) == said[1].endswith("e")


def test_every_telephone_number_lies_where_nobody_s_does(made: Made) -> None:
    said = [text for _, _, _, text in spans_of(made, "contact.phone")]
    # A note is cut at the width of its field, and a number with it.
    numbers = [text for text in said if len(re.sub(r"\D", "", text)) == 10]
    assert len(numbers) > 0.98 * len(said)
    column = pa.array(numbers)
    assert (mobile.synthetic_mask(column) | landline.synthetic_mask(column)).all()
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number, "FR")) for number in numbers)


def test_every_address_lies_in_no_domain_of_anybody(made: Made) -> None:
    addresses = [text.lower() for _, _, _, text in spans_of(made, "contact.email")]
    assert len(addresses) > 50
    assert email.synthetic_mask(pa.array(addresses)).all()


def test_a_nir_in_a_text_is_the_row_s_and_right_and_a_look_alike_s_key_is_wrong(made: Made) -> None:
    right = [(row, text) for _, row, _, text in spans_of(made, "id.nir")]
    own = [bytes(line).decode() for line in made.frame["row_nir"]]
    assert right
    assert all(text == own[row] and stdnum_nir.is_valid(text) for row, text in right)
    wrong = [text for *_, text in spans_of(made, "negative.wrong_key_number")]
    assert wrong
    assert not any(stdnum_nir.is_valid(text) for text in wrong)
    assert nir.synthetic_mask(pa.array(wrong)).all()


def test_an_invoice_looks_like_a_telephone_number_and_is_none(made: Made) -> None:
    invoices = [text for *_, text in spans_of(made, "negative.invoice_number")]
    assert invoices
    assert all(re.fullmatch(r"0\d{9}", number) for number in invoices)
    assert not any(phonenumbers.is_valid_number(phonenumbers.parse(number, "FR")) for number in invoices)


def test_no_number_stands_outside_the_pieces_that_say_what_it_is(made: Made) -> None:
    for name, spans in made.spans.items():
        cells = [list(cell or "") for cell in made.written[name].to_pylist()]
        for row, start, end in zip(spans.rows, spans.starts, spans.ends, strict=True):
            cells[row][start:end] = " " * (end - start)
        assert not [text for text in map("".join, cells) if re.search(r"(\d[ .-]?){7,}", text)]


def test_texts_are_as_skewed_as_life_and_no_more(wordy: Plan) -> None:
    comments = [text for text in wordy.batch("patients", 0, ROWS)["PAT_COMM"].to_pylist() if text]
    counts = np.unique(comments, return_counts=True)[1]
    assert len(counts) > 0.6 * len(comments)
    assert counts.max() < 0.03 * len(comments)


def test_one_laboratory_writes_otherwise_than_another(made: Made, wordy: Plan) -> None:
    source = made.frame["source_code"]
    said = np.array([bare(text or "") for text in made.written["PAT_COMM"].to_pylist()])
    shares = []
    for number in range(3):
        mine = said[source == number]
        short = sum(bool(re.search(r"\b(RES|RDV|TTT|ATCD|PREL|CV)\b", text)) for text in mine)
        long = sum(
            bool(re.search(r"RESULTATS|RENDEZ-VOUS|TRAITEMENT|PRELEVEMENT|CARTE VITALE", t)) for t in mine
        )
        shares.append(short / (short + long))
    assert max(shares) - min(shares) > 0.2


def test_relatives_have_facts_and_numbers_in_some_texts(made: Made) -> None:
    kin = {row for name, row, _, _ in spans_of(made, "person.relation") if name == "PAT_COMM"}
    theirs = ("contact.phone", "name.first", "name.full", "health.condition", "health.pregnancy")
    told = {row for name, row, _, _ in spans_of(made, *theirs) if name == "PAT_COMM"}
    filled = sum(cell is not None for cell in made.written["PAT_COMM"].to_pylist())
    assert 0.05 < len(kin & told) / filled < 0.15


def test_the_truth_has_the_spans_and_the_look_alikes(labs_plan: Plan) -> None:
    parts = DatasetWork(labs_plan).make(0)
    spans, negatives = parts["truth/spans"].to_pylist(), parts["truth/negatives"].to_pylist()
    table = parts["tables/patients"].to_pydict()
    assert {span["column"] for span in spans} == {"PAT_COMM", "PAT_OBS", "PAT_APPEL"}
    assert all(table[s["column"]][s["row"]][s["start"] : s["end"]] == s["text"] for s in spans)
    mine = [n for n in negatives if n["column"] in ("PAT_COMM", "PAT_OBS")]
    assert mine
    assert all(table[n["column"]][n["row"]][n["start"] : n["end"]].strip() for n in mine)


def test_a_template_that_cannot_be_written_is_refused_before_the_first_row(
    labs: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    from simbreach.core.templates import read_rules
    from simbreach.reference import templates

    wrong = {**templates.shipped(), **read_rules({"mine.txt": "sep:\n  1 | {nobody}\n"})}
    monkeypatch.setattr(templates, "shipped", lambda: wrong)
    remarks.grammar.cache_clear()
    try:
        with pytest.raises(TemplateError) as refused:
            compile_plan(labs)
    finally:
        remarks.grammar.cache_clear()
    assert str(refused.value).startswith("mine.txt:2: template 'sep': unknown field 'nobody'")


def test_the_guide_names_every_condition_and_every_field() -> None:
    from pathlib import Path

    guide = (Path(__file__).parents[2] / "docs" / "comments.md").read_text("utf-8")
    tables = re.findall(r"^\| (`.*?) \|", guide, re.MULTILINE)
    named = {word for cell in tables for word in re.findall(r"`(\w+)`", cell)}
    assert {*remarks._SLOTS, "email", *remarks._FACTS} <= named

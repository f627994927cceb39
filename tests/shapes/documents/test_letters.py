from datetime import date

import pytest

from simbreach.shapes.letters import day_of, in_words, letter_for, result_sheet, sheet_for
from simbreach.shapes.records import Record, Value, read_day, records


def text_of(letter) -> str:
    lines = (*letter.masthead, *letter.reference, *letter.address, *letter.body, *letter.after)
    return "\n".join(
        "".join(part.text if isinstance(part, Value) else part for part in line) for line in lines
    )


def visit(hand_made, **more) -> Record:
    columns = {
        "NOM": ("usage_name", "name.last", ["PETIT"]),
        "DATE": ("visit_date", "date.visit", ["30/12/2019"]),
        **more,
    }
    return next(records(hand_made(**columns), 1))


def test_a_row_with_an_access_becomes_the_letter_that_tells_it(hand_made):
    record = visit(
        hand_made,
        L=("portal_login", "credential.login", ["petit01"]),
        M=("portal_password", "credential.password", ["soleil"]),
    )
    letter = letter_for(record)
    assert letter.kind == "acces-resultats"
    assert "Mot de passe : soleil" in text_of(letter)


def test_what_is_known_of_health_goes_to_the_doctor(hand_made):
    record = visit(
        hand_made,
        P=("prescriber_name", "care.prescriber", ["HERON"]),
        T=("treatment", "health.drug", ["LEVOTHYROX 75"]),
    )
    letter = letter_for(record)
    assert letter.kind == "courrier-medecin"
    assert "Traitement déclaré : LEVOTHYROX 75." in text_of(letter)


def test_empty_cells_leave_no_line_that_says_nothing(hand_made):
    lines = text_of(result_sheet(visit(hand_made))).split("\n")
    assert not [line for line in lines if line.endswith((" : ", "n° ")) or not line.strip()]


def test_the_laboratory_is_the_rows_or_the_source_by_its_name(hand_made):
    named = visit(hand_made, L=("laboratory_name", "care.laboratory", ["BIOLOGIE DU CORMORAN"]))
    assert text_of(result_sheet(named)).startswith("BIOLOGIE DU CORMORAN")
    assert text_of(result_sheet(visit(hand_made))).startswith("LABO DU HERON")


def test_a_document_is_of_the_day_of_the_visit_or_of_the_two_after(some_rows):
    for record in records(some_rows[0], 100):
        seen = read_day(record.text("visit_date"))
        if seen:
            assert 0 <= (day_of(record) - seen).days <= 2


@pytest.mark.parametrize(
    ("day", "words"),
    [(date(2019, 3, 1), "1er mars 2019"), (date(2020, 8, 31), "31 août 2020")],
)
def test_days_are_written_as_in_letters(day, words):
    assert in_words(day) == words


def test_somebody_without_a_visit_gets_no_medical_letter(hand_made):
    record = next(records(hand_made(NOM=("usage_name", "name.last", ["PETIT"])), 1))
    assert {sheet_for(record).kind, letter_for(record).kind} == {"fiche"}


def test_every_kind_of_letter_occurs(some_rows):
    kinds = {letter_for(record).kind for record in records(some_rows[0], 300)}
    assert kinds == {"courrier-patient", "courrier-medecin", "pieces-manquantes", "acces-resultats"}

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from importer import read_date, read_records

from simbreach.testing import Patient, assert_no_leak

pytestmark = pytest.mark.simbreach(rows=2_000, shapes={"csv": {"damage": "none", "encoding": "utf-8"}})


@pytest.fixture
def errors():
    return []


@pytest.fixture
def records(leak_files, errors):
    return list(read_records(leak_files["csv"][0], errors))


def test_every_line_is_a_record_or_an_error(records, errors, breach):
    assert len(records) + len(errors) == breach.table("patients").count_rows()


def test_birth_dates_are_the_persons_own_however_they_were_written(records, breach_db):
    """The truth says who each row is about, and which dates were mistyped."""
    born = dict(
        breach_db.sql("""
            select r."row", p.birth_date
            from truth.rows r join truth.persons p using (person_id)
            where r.cause is distinct from 'swapped_date' and not exists (
                select * from truth.defects d
                where d."row" = r."row" and d."column" = 'PAT_DATNAIS' and d.kind != 'two_digit_year'
            )""").fetchall()
    )
    read = {record.line - 2: record.birth_date for record in records}
    wrong = [row for row in read.keys() & born.keys() if read[row] != born[row]]
    assert sorted(wrong) == []


def test_errors_name_nobody(records, errors, breach):
    assert_no_leak("\n".join(errors), breach)


@given(st.from_type(Patient))
def test_a_date_is_read_in_every_form(patient):
    for form in ("%d/%m/%Y", "%Y%m%d", "%Y-%m-%d"):
        assert read_date(patient.birth_date.strftime(form), date(2024, 1, 1)) == patient.birth_date

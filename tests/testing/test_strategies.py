import re
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import phonenumbers
import pytest
from email_validator import validate_email
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from stdnum.exceptions import ValidationError
from stdnum.fr import nir as stdnum_nir

from simbreach.core.errors import IdentifierError, InputError
from simbreach.identifiers import email, landline, mobile, nir
from simbreach.shapes.contract import shape_names
from simbreach.testing.hypothesis_types import register
from simbreach.testing.leaks import LeakMaker
from simbreach.testing.records import Household, Patient
from simbreach.testing.strategies import (
    NIR_FAULTS,
    Invalid,
    comments,
    defective,
    emails,
    households,
    leak_bytes,
    nirs,
    persons,
    phones,
    rows,
)

# Hypothesis's own health checks stay on; what is found does not depend on the day.
checked = settings(max_examples=100, derandomize=True, database=None)
few = settings(checked, max_examples=15)


def drawn(strategy, examples=200):
    """Examples of a strategy, without a test's verdict."""
    found = []

    @settings(max_examples=examples, derandomize=True, database=None, phases=[Phase.generate])
    @given(strategy)
    def take(example):
        found.append(example)

    take()
    return found


def least(strategy, condition=lambda _: True):
    """The plainest example for which the condition holds."""
    phases = [Phase.generate, Phase.shrink]
    return find(
        strategy,
        condition,
        settings=settings(max_examples=2_000, derandomize=True, database=None, phases=phases),
    )


# --- people -----------------------------------------------------------------------------------------------


@checked
@given(persons())
def test_python_stdnum_takes_the_nir_of_every_person(patient):
    assert stdnum_nir.is_valid(patient.nir)


@checked
@given(persons())
def test_nobody_can_be_what_a_person_is(patient):
    assert nir.is_synthetic(patient.nir)
    assert patient.email is None or email.is_synthetic(patient.email)
    assert patient.mobile is None or mobile.is_synthetic(patient.mobile)
    assert patient.landline is None or landline.is_synthetic(patient.landline)


@checked
@given(persons())
def test_the_nir_fits_sex_year_and_month_of_birth(patient):
    born = patient.birth_date
    assert patient.nir[:5] == f"{'MF'.index(patient.sex) + 1}{born.year % 100:02}{born.month:02}"


@checked
@given(persons())
def test_email_validator_takes_the_address_of_every_person(patient):
    if patient.email is not None:
        validate_email(patient.email, check_deliverability=False)


@checked
@given(persons())
def test_libphonenumber_takes_the_numbers_of_every_person(patient):
    for number in filter(None, (patient.mobile, patient.landline)):
        assert phonenumbers.is_valid_number(phonenumbers.parse(number, "FR"))


def test_examples_are_of_both_sexes_all_ages_and_many_names():
    found = drawn(persons(), 500)
    assert {patient.sex for patient in found} == {"M", "F"}
    assert min(patient.birth_date.year for patient in found) < 1945
    assert max(patient.birth_date.year for patient in found) > 2010
    assert len({patient.first_name for patient in found}) > 100


def test_a_person_shrinks_to_the_commonest_names_and_the_first_of_a_month():
    plain = least(persons())
    assert (plain.sex, plain.birth_date.year, plain.birth_date.day) == ("M", 1980, 1)
    # INSEE: Nicolas led the boys' names of 1980, Martin leads the surnames.
    assert plain.full_name == "NICOLAS MARTIN"
    assert plain.email.startswith("nicolas.martin@")
    assert plain.mobile is not None
    assert plain.household_id == plain.person_id


def test_a_failure_about_names_leaves_all_else_plain():
    plain = least(persons())
    found = least(persons(), lambda patient: patient.birth_name != plain.birth_name)
    kept = ("person_id", "nir", "birth_date", "address", "mobile", "occupation", "blood_group")
    assert [getattr(found, name) for name in kept] == [getattr(plain, name) for name in kept]


def test_a_failure_about_the_day_leaves_all_else_plain():
    plain = least(persons())
    found = least(persons(), lambda patient: patient.birth_date.day > 28)
    assert found.birth_date == date(plain.birth_date.year, plain.birth_date.month, 29)
    assert (found.nir, found.full_name, found.email) == (plain.nir, plain.full_name, plain.email)


def test_a_failure_about_the_sex_ends_at_the_plainest_woman():
    found = least(persons(), lambda patient: patient.sex == "F")
    assert found.nir.startswith("280")
    assert found.first_name == "CÉLINE"


@pytest.mark.parametrize(
    ("condition", "year"),
    [
        (lambda patient: patient.nir[5:7] == "99", 1980),
        (lambda patient: patient.birth_date.year < 1940, 1939),
        (lambda patient: patient.birth_date.year > 2012, 2013),
    ],
    ids=["born abroad", "old", "a child"],
)
def test_a_failure_about_one_thing_ends_near_1980_with_a_plain_name_and_day(condition, year):
    found = least(persons(), condition)
    assert (found.birth_date.year, found.birth_date.day, found.usage_name) == (year, 1, "MARTIN")


def test_people_of_both_departments_of_corsica_come():
    for code in ("2A", "2B"):
        found = least(persons(), lambda patient, code=code: patient.nir[5:7] == code)
        assert (found.birth_date.day, found.usage_name) == (1, "MARTIN")


def test_a_failure_about_two_people_leaves_both_plain():
    two = least(st.lists(persons()), lambda some: len({patient.nir for patient in some}) >= 2)
    assert [patient.full_name for patient in two] == ["NICOLAS MARTIN"] * 2
    assert two[0] == least(persons())


@pytest.mark.parametrize(
    "strategy",
    [
        persons(),
        households(),
        st.lists(persons(), max_size=5),
        nirs(),
        nirs(valid=False),
        phones(),
        emails(),
        comments(),
        rows(),
        defective(persons()),
        leak_bytes(),
    ],
    ids=repr,
)
def test_no_health_check_of_hypothesis_fires(strategy):
    @settings(derandomize=True, database=None)
    @given(strategy)
    def take(example):
        pass

    take()


def test_the_same_examples_come_again():
    assert drawn(persons(), 50) == drawn(persons(), 50)


@checked
@given(households())
def test_the_people_of_a_household_share_its_number_address_and_landline(household):
    shared = {
        (member.household_id, member.address, member.postcode, member.landline)
        for member in household.members
    }
    assert len(shared) == 1


@checked
@given(households(min_size=3))
def test_a_child_bears_the_surname_of_somebody_at_home(household):
    for child in household.members:
        if child.birth_date.year >= 2003:
            others = [member.birth_name for member in household.members if member is not child]
            assert child.birth_name in others


def test_a_household_shrinks_to_as_few_members_as_are_asked_for():
    assert len(least(households()).members) == 1
    assert len(least(households(min_size=3)).members) == 3


def test_households_keep_within_their_sizes():
    assert {len(home.members) for home in drawn(households(min_size=2, max_size=3))} == {2, 3}


def test_a_household_too_large_is_refused():
    with pytest.raises(InputError, match="the largest has"):
        least(households(min_size=60))


def test_a_range_the_wrong_way_round_is_refused():
    with pytest.raises(InputError, match="min_size"):
        households(min_size=3, max_size=2)


# --- types ------------------------------------------------------------------------------------------------


def test_patients_and_households_resolve_from_their_types():
    register()
    assert isinstance(least(st.from_type(Patient)), Patient)
    assert isinstance(least(st.from_type(Household)), Household)


def test_whatever_asks_for_a_patient_is_given_one():
    register()

    def admit(patient: Patient) -> str:
        return patient.nir

    assert stdnum_nir.is_valid(least(st.builds(admit)))


def test_hypothesis_finds_the_types_by_an_entry_point_that_imports_nothing_heavy():
    said = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    module, _, name = said["project"]["entry-points"]["hypothesis"]["simbreach"].partition(":")
    heavy = "{'numpy', 'pyarrow', 'faker', 'pydantic'}"
    code = f"import sys, {module} as m; m.{name}(); print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- identifiers ------------------------------------------------------------------------------------------


@checked
@given(nirs())
def test_nirs_are_valid_and_nobodys(text):
    assert stdnum_nir.is_valid(text)
    assert nir.is_synthetic(text)


@checked
@given(nirs(sex="F", birth_years=(1950, 1959), key=False))
def test_nirs_follow_their_options(text):
    assert re.fullmatch("25[0-9].{10}", text)


def test_nirs_may_be_written_with_blanks():
    assert re.fullmatch(r"\d \d\d \d\d \d[\dAB] \d{3} \d{3} \d\d", least(nirs(spaced=True)))


def test_nirs_are_born_in_corsica_abroad_and_overseas_too():
    places = {text[5:7] for text in drawn(nirs(), 1_000)}
    assert {"2A", "2B", "97", "99"} <= places


def test_a_nir_shrinks_to_a_man_of_january_in_ain():
    assert least(nirs()).startswith("1170101")
    assert least(nirs(), lambda text: text[3:5] == "12").startswith("1171201")


@checked
@given(nirs(valid=False))
def test_every_invalid_nir_is_refused_as_it_says(wrong):
    assert isinstance(wrong, Invalid)
    with pytest.raises(IdentifierError, match=re.escape(wrong.why)):
        nir.validate(wrong.text)


def test_python_stdnum_refuses_wrong_keys_and_lengths():
    for wrong in drawn(nirs(valid=False)):
        if wrong.fault in ("wrong_key", "missing_digit", "extra_digit", "letter"):
            with pytest.raises(ValidationError):
                stdnum_nir.validate(wrong.text)


def test_a_nir_with_another_fault_has_the_right_key():
    right = [wrong for wrong in drawn(nirs(valid=False)) if wrong.fault in ("month", "sex_digit", "order")]
    assert right
    assert all(stdnum_nir.calc_check_digits(wrong.text[:13]) == wrong.text[13:] for wrong in right)


def test_every_fault_comes_and_the_plainest_is_the_wrong_key():
    assert {wrong.fault for wrong in drawn(nirs(valid=False), 400)} == set(NIR_FAULTS)
    assert least(nirs(valid=False)).fault == "wrong_key"


@checked
@given(phones())
def test_phones_are_valid_and_nobodys(text):
    assert phonenumbers.is_valid_number(phonenumbers.parse(text, "FR"))
    assert mobile.is_synthetic(text) or landline.is_synthetic(text)


@checked
@given(phones(international=True, spaced=True))
def test_phones_are_written_as_abroad(text):
    assert phonenumbers.is_valid_number(phonenumbers.parse(text, None))
    assert re.fullmatch(r"\+33 [1-6]( \d\d){4}", text)


def test_a_phone_shrinks_to_the_first_mobile():
    assert least(phones()) == "0600000000"


def test_phones_of_no_kind_are_refused():
    with pytest.raises(InputError, match="pager"):
        phones(kinds=("pager",))


@settings(checked, max_examples=50)
@given(emails())
def test_emails_are_valid_and_nobodys(text):
    assert validate_email(text, check_deliverability=False)
    assert email.is_synthetic(text)


def test_an_email_shrinks_to_the_commonest_names():
    assert least(emails()).startswith("marie.martin@")
    assert re.match(r"marie\.martin\d+@", least(emails(), lambda text: any(map(str.isdigit, text))))


# --- text, rows, accidents, leaks -------------------------------------------------------------------------


@checked
@given(comments())
def test_the_spans_of_a_comment_say_what_stands_there(comment):
    for span in (*comment.spans, *comment.negatives):
        assert comment.text[span.start : span.end] == span.text


def test_a_comment_shrinks_to_few_words_without_a_span():
    plain = least(comments())
    assert plain.spans == ()
    assert 0 < len(plain.text) < 10


def test_a_comment_with_a_telephone_shrinks_to_few_spans():
    found = least(comments(), lambda comment: any(s.label == "contact.phone" for s in comment.spans))
    assert len(found.spans) <= 2


@checked
@given(rows())
def test_rows_hold_text_by_column(row):
    assert "PAT_NIR" in row
    assert all(cell is None or isinstance(cell, str) for cell in row.values())


def test_rows_of_another_profile_and_table_can_be_asked_for():
    assert least(rows("fichiers-anodins"))


def test_a_row_is_a_copy():
    strategy = rows()
    least(strategy)["PAT_NOM"] = "changed"
    assert least(strategy)["PAT_NOM"] != "changed"


@checked
@given(defective(st.one_of(nirs(), phones(), emails())))
def test_an_accident_changes_the_text(struck):
    assert struck.value != struck.clean


@checked
@given(defective(nirs()))
def test_an_accident_never_leads_to_the_nir_of_somebody(struck):
    assert not stdnum_nir.is_valid(struck.value) or nir.is_synthetic(struck.value)


@checked
@given(defective(emails()))
def test_an_accident_never_leads_to_a_domain_that_exists(struck):
    assert re.search(r"[@ ,.a-z]example\.(com|net|org)$", struck.value)
    assert email.is_synthetic(struck.value) or struck.kind == "broken"


@checked
@given(defective(persons()))
def test_an_accident_strikes_one_field_of_a_person(struck):
    changed = [
        name for name in Patient.__slots__ if getattr(struck.value, name) != getattr(struck.clean, name)
    ]
    assert changed == [struck.field]


def test_an_accident_shrinks_to_a_letter_typed_twice():
    found = least(defective(persons()))
    assert (found.kind, found.field, found.value.first_name) == ("doubled", "first_name", "NIICOLAS")


@checked
@given(defective(st.text()))
def test_any_text_can_be_struck(struck):
    assert struck.value != struck.clean


def test_what_is_no_text_cannot_be_struck():
    with pytest.raises(InputError, match="int"):
        least(defective(st.integers()))


@few
@given(leak_bytes("csv"))
def test_the_spans_of_a_leak_lie_in_its_bytes(leak):
    written = leak.data.decode("cp1252")
    assert leak.stop > leak.start
    for span in leak.spans["patients.csv"]:
        assert span.unit == "byte"
        assert leak.data[span.start : span.end].decode("cp1252") in written
        assert leak.data[span.start : span.end].strip(b" ") != b""


def test_a_leak_shrinks_to_one_row():
    found = least(leak_bytes("jsonl"))
    assert (found.start, found.stop) == (0, 1)
    assert found.data.count(b"\n") == 1
    larger = least(leak_bytes("jsonl"), lambda leak: leak.data.count(b"\n") >= 3)
    assert (larger.start, larger.stop) == (0, 3)


def test_leaks_are_of_all_sizes_up_to_the_largest_and_of_rows_far_apart():
    pool = LeakMaker.of("combolist", "labs-demo", {}).pool(5)
    assert [leak.stop - leak.start for leak in pool] == sorted(leak.stop - leak.start for leak in pool)
    assert {leak.stop - leak.start for leak in pool} == {1, 2, 3, 4, 5}
    assert [next(leak.start for leak in pool if leak.stop - leak.start == size) for size in range(1, 6)] == [
        0
    ] * 5
    assert len({leak.start for leak in pool}) == len(pool) - 4


def test_the_same_rows_give_the_same_bytes():
    assert drawn(leak_bytes("hl7", max_rows=2), 4) == drawn(leak_bytes("hl7", max_rows=2), 4)


@pytest.mark.parametrize("shape", shape_names())
def test_every_shape_leaks(shape):
    leak = LeakMaker.of(shape, "labs-demo", {}).make(0, 4)
    assert sum(map(len, leak.files.values())) > 0
    assert sum(map(len, leak.spans.values())) > 0


def test_an_unknown_shape_and_an_unknown_option_are_refused():
    with pytest.raises(InputError, match="did you mean 'csv'"):
        least(leak_bytes("cvs"))
    with pytest.raises(InputError, match="no option"):
        least(leak_bytes("csv", colour="red"))

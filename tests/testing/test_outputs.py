import json
import logging
from pathlib import Path

import pytest

from simbreach.api import Dataset
from simbreach.testing import Patient, assert_no_leak
from simbreach.testing.breach import Breach, open_breach
from simbreach.testing.cache import Cache, Wanted


@pytest.fixture(scope="module")
def breach(tmp_path_factory: pytest.TempPathFactory) -> Breach:
    folder = tmp_path_factory.mktemp("outputs")
    return open_breach(Cache(folder / "cache"), Wanted("labs-demo", rows=150), folder / "breach")


@pytest.fixture(scope="module")
def patient(breach: Breach) -> Patient:
    return next(p for p in breach.patients if p.email and p.mobile and p.landline)


def failure(*args: object, **options: object) -> str:
    with pytest.raises(AssertionError) as caught:
        assert_no_leak(*args, **options)
    return str(caught.value)


def test_an_output_about_nobody_passes(breach: Breach) -> None:
    assert_no_leak("GET /patients/12 200, 3 rows, 06 12 34 56 7", breach)
    assert_no_leak(b"", breach)


@pytest.mark.parametrize("field", ["nir", "email", "mobile", "landline", "full_name"])
def test_each_identifier_of_somebody_is_found_and_masked(
    breach: Breach, patient: Patient, field: str
) -> None:
    value = getattr(patient, field)
    said = failure(f"first line\nuser {value} asked", breach)
    assert "line 2, bytes 1" in said
    assert value not in said
    assert value[:5] not in said


def test_what_it_is_is_counted(breach: Breach, patient: Patient) -> None:
    log = f"{patient.nir} {patient.email}\n{patient.mobile}, {patient.email}"
    assert failure(log, breach).startswith("identifiers of the dataset's people: 1 nir, 1 phone, 2 email\n")


def test_a_response_in_json_is_read_through_its_escapes(breach: Breach) -> None:
    accented = next(p for p in breach.patients if not p.first_name.isascii())
    assert "1 name" in failure(json.dumps({"name": accented.full_name}), breach)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_text_is_read_in_any_usual_encoding(breach: Breach, encoding: str) -> None:
    accented = next(p for p in breach.patients if not p.first_name.isascii() and p.email)
    log = f"Écrit à {accented.full_name} <{accented.email}>, n° {accented.nir}".encode(encoding)
    assert "1 nir, 1 email, 1 name" in failure(log, breach)


def test_a_log_in_a_file_is_read(breach: Breach, patient: Patient, tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    logger = logging.getLogger("simbreach-test-outputs")
    handler = logging.FileHandler(path, encoding="utf-8")
    logger.addHandler(handler)
    logger.error("cannot save %r", patient.nir)
    handler.close()
    assert "line 1" in failure(path, breach)
    path.write_bytes(b"")
    assert_no_leak(path, breach)


def test_the_leak_itself_gives_away_nearly_all(breach: Breach) -> None:
    said = failure(breach.leak("csv")[0], breach)
    assert "more" in said.splitlines()[-1]
    assert not any(p.nir in said for p in breach.patients)


def test_any_dataset_and_any_patients_will_do(breach: Breach, patient: Patient) -> None:
    assert "1 nir" in failure(patient.nir, Dataset(breach.path))
    assert "1 nir" in failure(patient.nir, [patient])
    others = [p for p in breach.patients if p.household_id != patient.household_id]
    assert_no_leak(f"{patient.nir} {patient.email}", others)


def test_kinds_can_be_chosen_and_unknown_ones_are_refused(breach: Breach, patient: Patient) -> None:
    assert_no_leak(patient.full_name, breach, kinds=["nir", "email"])
    with pytest.raises(ValueError, match="unknown 'names'"):
        assert_no_leak("", breach, kinds=["names"])


def test_the_failures_own_traceback_shows_no_value(
    breach: Breach, patient: Patient, request: pytest.FixtureRequest
) -> None:
    """pytest shows the arguments of the frames that it lists: ours are not listed."""
    with pytest.raises(AssertionError) as caught:
        assert_no_leak(patient.nir, breach)
    hidden = [entry for entry in caught.traceback if entry.path.name == "outputs.py"]
    assert all(entry.ishidden(caught) for entry in hidden)
    assert hidden

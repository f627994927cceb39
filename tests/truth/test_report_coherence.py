"""Each coherence check judges a tiny dataset made by hand, holds there, and fails once that is doctored.

Expected values are python-stdnum's keys and the reference tables' words.
"""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from stdnum import iban, luhn
from stdnum.fr import nir as stdnum_nir

from simbreach.api import Dataset
from simbreach.profile.model import Profile
from simbreach.reference.health import conditions, drugs
from simbreach.reference.tables import read_rows
from simbreach.truth.report import people, places
from simbreach.truth.report.cells import build_cells
from simbreach.truth.report.checks import Result, run_checks
from simbreach.truth.report.coherence import all_checks
from simbreach.truth.report.reference import add_profile, add_reference
from simbreach.truth.report.source import open_dataset

Tables = dict[str, list[dict[str, Any]]]
Change = tuple[str, int, dict[str, Any]]


def nir(body: str) -> str:
    return body + stdnum_nir.calc_check_digits(body)


def checked(body: str) -> str:
    return body + luhn.calc_check_digit(body)


MOTHER, CHILD, OTHER = nir("2850356700901"), nir("1120656701902"), nir("2850356702903")
# Somebody seven years older than the child, in the void space as all of them.
SISTER = nir("2050356703904")
LANDLINES = [
    f"{row['first_block']}{number}"
    for row in read_rows("phone_blocks_unattributed.csv")
    if row["kind"] == "fixed" and row["first_block"].startswith("02")
    for number in ("1234", "5678")
]
HYPERTENSION = conditions().index("I10")
DRUGS = list(zip(*(getattr(drugs(), key).to_pylist() for key in ("labels", "atc", "cip13")), strict=True))
DRUG = next(drug for drug in DRUGS if drug[1] in conditions().atc[HYPERTENSION])
OTHER_DRUG = next(drug for drug in DRUGS if drug[1] not in conditions().atc[HYPERTENSION])
MENS = next(row["label_fr"] for row in read_rows("conditions.csv") if row["sex"] == "M")

FIELDS = {
    "CIV": "civility", "NOM": "usage_name", "NOMN": "birth_name", "NOMJF": "maiden_name",
    "PRENOM": "first_name", "SEXE": "sex", "NAIS": "birth_date", "AGE": "age", "DEPN": "birth_department",
    "LIEUN": "birth_place_code", "INS": "ins", "OID": "identity_oid", "ADR": "address_1", "CP": "postcode",
    "VILLE": "commune", "INSEE": "insee_code", "TEL": "landline", "PORT": "mobile", "MAIL": "email",
    "NIR": "nir", "CLE": "nir_key", "NIRASS": "guardian_nir", "GROUPE": "blood_group", "PATHO": "condition",
    "CIM": "condition_code", "TRAIT": "treatment", "ATC": "treatment_atc", "CIP": "treatment_cip13",
    "GROSS": "pregnant", "COMM": "comment", "IBAN": "iban", "NUM": "patient_number",
    "DEPUIS": "patient_since",
    "DOSSIER": "file_number", "VISITE": "visit_date", "DROITDEB": "payer_rights_from",
    "DROITFIN": "payer_rights_to", "RPPS": "prescriber_rpps", "MEDECIN": "prescriber_name",
    "ADELI": "prescriber_adeli", "PFINESS": "prescriber_finess", "PCP": "prescriber_postcode",
    "PVILLE": "prescriber_commune", "SIREN": "laboratory_siren", "SIRET": "laboratory_siret",
    "LCP": "laboratory_postcode", "LVILLE": "laboratory_commune", "SCP": "sampler_postcode",
    "SVILLE": "sampler_commune",
}  # fmt: skip
DATES = {"NAIS", "DEPUIS", "VISITE", "DROITDEB", "DROITFIN"}
WORDS = {
    "CIV": "words=man:M,woman:MME,child:ENF", "SEXE": "words=man:M,woman:F", "GROSS": "words=yes:O,no:N",
}  # fmt: skip
NAMES = {"NOM", "NOMN", "NOMJF", "PRENOM", "ADR", "VILLE", "PATHO", "TRAIT", "PVILLE", "LVILLE", "SVILLE"}

PROFILE = Profile.model_validate(
    {
        "name": "deux-laboratoires",
        "title": "Deux laboratoires",
        "description": "Made by hand.",
        "as_of": "2020-12-31",
        "dates": {
            "from": "2019-01-01",
            "to": "2020-12-31",
            "closed": ["05-01"],
            "weekdays": dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat"), 1),
        },
        "sources": [
            {"name": "huppe", "title": "LA HUPPE", "code": "H", "commune": "56260", "share": 1},
            {
                "name": "loutre",
                "title": "LA LOUTRE",
                "code": "L",
                "commune": "56007",
                "share": 1,
                "reach_km": 30,
            },
        ],
        "tables": [
            {
                "name": "patients",
                "rows": 4,
                "columns": [{"name": name, "field": field} for name, field in FIELDS.items()],
            }
        ],
    }
)


def whole() -> Tables:
    """A mother and her son at one laboratory, the mother twice, and once more elsewhere, misspelt."""
    both = {
        "ADR": "3 RUE DU PINSON AMBRE", "CP": "56000", "VILLE": "VANNES", "INSEE": "56260",
        "TEL": LANDLINES[0], "PORT": "0600123456", "MAIL": "catherine@orange.example.com", "NOM": "MARTIN",
        "NOMN": "MARTIN", "RPPS": checked("9912345678"), "MEDECIN": "LE GOFF", "ADELI": checked("00123456"),
        "PFINESS": checked("99123456"), "PCP": "56000", "PVILLE": "VANNES", "SIREN": checked("01234567"),
        "SIRET": checked("0123456740001"), "LCP": "56000", "LVILLE": "VANNES", "SCP": "56400",
        "SVILLE": "AURAY", "OID": "1.2.250.1.213.1.4.10", "DROITDEB": "01/01/2019", "DROITFIN": "31/12/2019",
        "GROUPE": "A+",
    }  # fmt: skip
    mother = both | {
        "CIV": "MME", "NOMJF": "MARTIN", "PRENOM": "CATHERINE", "SEXE": "F", "NAIS": "12/03/1985",
        "AGE": "34", "DEPN": "56", "LIEUN": "56700", "INS": MOTHER, "NIR": MOTHER, "CLE": MOTHER[13:],
        "NUM": "1", "DEPUIS": "12/03/2019",
        "PATHO": conditions().labels[HYPERTENSION].as_py().upper(), "CIM": "I10", "GROSS": "O",
        "TRAIT": DRUG[0], "ATC": DRUG[1], "CIP": DRUG[2],
        "IBAN": f"FR{iban.calc_check_digits('FR00' + '9' * 5 + '0' * 18)}{'9' * 5}{'0' * 18}",
    }  # fmt: skip
    child = both | {
        "CIV": "ENF", "PRENOM": "LUCAS", "SEXE": "M", "NAIS": "02/06/2012", "AGE": "6", "DEPN": "56",
        "LIEUN": "56701", "INS": CHILD, "NIR": MOTHER, "CLE": MOTHER[13:], "NIRASS": MOTHER, "NUM": "2",
        "DEPUIS": "02/04/2019",
    }  # fmt: skip
    patients = [
        # A defect has struck the commune: the truth has what it was.
        mother | {"VISITE": "12/03/2019", "DOSSIER": "1903120001", "COMM": "ENCEINTE", "VILLE": "VANES"},
        child | {"VISITE": "02/04/2019", "DOSSIER": "1904020001"},
        mother | {"VISITE": "07/05/2019", "DOSSIER": "1905070001"},
        mother | {"VISITE": "14/05/2019", "DOSSIER": "1905140001", "NOM": "MARTYN"},
    ]
    person = {"household_id": 10, "birth_name": "MARTIN", "usage_name": "MARTIN", "commune": "Vannes"}
    person["insee_code"] = "56260"
    row = {"table": "patients", "nir_person_id": 10, "source": "huppe", "duplicate_of": None, "cause": None}
    return {
        "patients": [dict.fromkeys(FIELDS) | patient for patient in patients],
        "persons": [
            person | {"person_id": 10, "sex": "F", "birth_date": date(1985, 3, 12), "first_name": "CATHERINE",
                      "nir": MOTHER, "guardian_id": None},
            person | {"person_id": 11, "sex": "M", "birth_date": date(2012, 6, 2), "first_name": "LUCAS",
                      "nir": CHILD, "guardian_id": 10},
        ],
        "rows": [
            row | {"row": 0, "person_id": 10},
            row | {"row": 1, "person_id": 11},
            row | {"row": 2, "person_id": 10, "duplicate_of": 0, "cause": "same_source"},
            row | {"row": 3, "person_id": 10, "duplicate_of": 0, "cause": "typo", "source": "loutre"},
        ],
        "columns": [
            {"table": "patients", "column": name, "field": field, "label": "technical.value",
             "sensitivity": "other"}
            for name, field in FIELDS.items()
        ],
        "habits": [
            {"table": "patients", "source": source, "column": name, "spelling": spelling}
            for source in ("huppe", "loutre")
            for name, spelling in (
                *WORDS.items(),
                *((name, "format=%d/%m/%Y") for name in DATES),
                *((name, "case=upper accents=no width=32") for name in NAMES),
            )
        ],
        "defects": [{"table": "patients", "row": 0, "column": "VILLE", "kind": "typo", "clean": "VANNES"}],
        "spans": [
            {"table": "patients", "row": 0, "column": "COMM", "start": 0, "end": 8,
             "label": "health.pregnancy", "text": "ENCEINTE"},
        ],
        "negatives": [
            {"table": "patients", "row": 0, "column": "DOSSIER", "start": 0, "end": 10, "kind": "file_number"}
        ],
    }  # fmt: skip


def write(folder: Path, tables: Tables) -> Path:
    """The dataset as Parquet parts, two of the leaked table."""
    listed: dict[str, Any] = {}
    for name, records in tables.items():
        path = f"tables/{name}" if name == "patients" else f"truth/{name}"
        parts = [records[:2], records[2:]] if name == "patients" else [records]
        (folder / path).mkdir(parents=True)
        for number, part in enumerate(parts):
            table = pa.Table.from_pylist(part, schema=pa.Table.from_pylist(records).schema)
            pq.write_table(table, folder / path / f"part-{number:05}.parquet")
        starts = [sum(map(len, parts[:number])) for number in range(len(parts))]
        listed[path] = {
            "rows": len(records),
            "parts": [[s, len(p)] for s, p in zip(starts, parts, strict=True)],
        }
    plan = {
        "profile": PROFILE.name, "seed": 1, "simbreach": "0", "data_version": 1, "policies": {},
        "rows": {"patients": 4},
        "resolved_profile": PROFILE.model_dump(mode="json", by_alias=True, exclude_none=True),
    }  # fmt: skip
    (folder / "plan.json").write_text(json.dumps(plan), "utf-8")
    (folder / "manifest.json").write_text(json.dumps({"tables": listed, "files": []}), "utf-8")
    return folder


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference tables in a file, which is opened faster than they are made."""
    path = tmp_path_factory.mktemp("reference") / "reference.duckdb"
    with duckdb.connect() as connection:
        add_reference(connection)
        connection.execute(f"attach '{path}' as file")
        for (name,) in connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'reference'"
        ).fetchall():
            connection.execute(f"create table file.{name} as from reference.{name}")
    return path


def results(folder: Path, reference: Path, *names: str) -> dict[str, Result]:
    """The results of the checks called so, of all unless given."""
    with open_dataset(folder) as dataset:
        dataset.connection.execute(f"attach '{reference}' as reference (read_only)")
        add_profile(dataset.connection, dataset.profile)
        fields = build_cells(dataset)
        dataset.connection.execute(people.MACROS + places.MACROS)
        asked = [check for check in all_checks(dataset) if not names or check.name in names]
        return {result.name: result for result in run_checks(dataset, fields, asked)}


def patient(row: int, **cells: str | None) -> Change:
    return ("patients", row, cells)


# What makes each check fail.
BROKEN: dict[str, Sequence[Change]] = {
    "nir-fits-person": [("persons", 0, {"birth_date": date(1985, 4, 12)})],
    "nir-key": [("persons", 0, {"nir": MOTHER[:13] + "00"})],
    "nir-is-nobodys": [("persons", 1, {"nir": nir("1120656284099")})],
    "nir-once": [("persons", 1, {"nir": MOTHER})],
    "first-name-of-its-year": [("persons", 0, {"first_name": "ZXCVB"})],
    "surname-known": [("persons", 0, {"birth_name": "ZXCVB"})],
    "commune-of-its-code": [("persons", 0, {"commune": "Auray"})],
    "guardian-older": [("persons", 0, {"birth_date": date(2000, 3, 12)})],
    "nir-own": [patient(0, NIR=OTHER)],
    "nir-of-guardian": [patient(1, NIR=OTHER)],
    "nir-of-a-parents-age": [patient(1, NIR=SISTER)],
    "guardian-nir-of-a-parents-age": [patient(1, NIRASS=SISTER)],
    "nir-key-written": [patient(0, NIR=MOTHER[:13] + "00")],
    "nir-key-beside": [patient(0, CLE="00")],
    "ins-own": [patient(0, INS=OTHER)],
    "ins-is-a-test-identity": [patient(0, OID="1.2.250.1.213.1.4.8")],
    "birth-department": [patient(0, DEPN="57")],
    "birth-place-code": [patient(0, LIEUN="56701")],
    "first-name-written": [patient(0, PRENOM="CLAIRE")],
    "usage-name-written": [patient(0, NOM="LE GOFF")],
    "birth-name-written": [patient(0, NOMN="LE GOFF")],
    "maiden-name-written": [patient(0, NOMJF="LE GOFF")],
    "sex-written": [patient(0, SEXE="M")],
    "birth-date-written": [patient(0, NAIS="13/03/1985")],
    "visit-after-birth": [("persons", 1, {"birth_date": date(2019, 4, 3)})],
    "visit-on-an-open-day": [patient(0, VISITE="10/03/2019")],
    "visits-in-order": [patient(0, VISITE="03/06/2019")],
    "file-number-of-its-day": [patient(0, DOSSIER="1903130001")],
    "file-number-once": [patient(1, DOSSIER="1903120001")],
    "patient-number-of-one-person": [patient(1, NUM="1")],
    "first-visit-before": [patient(0, DEPUIS="13/03/2019")],
    "rights-begin-before-they-end": [patient(0, DROITDEB="01/01/2020")],
    "age-at-visit": [patient(0, AGE="33")],
    "civility-fits": [patient(0, CIV="M")],
    "postcode-of-the-persons-commune": [patient(0, CP="56400")],
    "postcode-fits-commune": [patient(1, VILLE="AURAY")],
    "postcode-fits-commune-prescriber": [patient(0, PCP="56400")],
    "postcode-fits-commune-laboratory": [patient(0, LVILLE="AURAY")],
    "postcode-fits-commune-sampler": [patient(0, SVILLE="VANNES")],
    "insee-code-of-the-person": [patient(0, INSEE="56007")],
    "within-reach-of-the-source": [("persons", 0, {"insee_code": "75101"})],
    "landline-of-its-zone": [patient(0, TEL="0199001234")],
    "mobile-is-a-mobile": [patient(0, PORT=LANDLINES[0])],
    "phone-in-a-block-of-nobody": [patient(0, PORT="0639981234")],
    "email-under-an-example-domain": [patient(0, MAIL="catherine@example.invalid")],
    "rpps-key": [patient(0, RPPS="99123456780")],
    "adeli-key": [patient(0, ADELI="001234560")],
    "finess-key": [patient(0, PFINESS="991234560")],
    "siren-key": [patient(0, SIREN="012345670")],
    "siret-key": [patient(0, SIRET="01234567400010")],
    "iban-keys": [patient(0, IBAN=f"FR00{'9' * 5}{'0' * 18}")],
    "prescriber-of-one-name": [patient(1, MEDECIN="AUTRE")],
    "condition-fits-age-and-sex": [patient(0, PATHO=MENS.upper(), CIM=None)],
    "condition-of-its-code": [patient(0, CIM="Z99")],
    "treatment-fits-condition": [patient(0, TRAIT=OTHER_DRUG[0], ATC=None, CIP=None)],
    "treatment-of-its-codes": [patient(0, ATC=OTHER_DRUG[1])],
    "pregnancy-fits-age-and-sex": [patient(1, GROSS="O")],
    "blood-group-is-one": [patient(0, GROUPE="C+")],
    "household-of-one-address": [patient(1, ADR="9 RUE DU PINSON AMBRE")],
    "household-of-one-postcode": [patient(1, CP="56400")],
    "household-of-one-landline": [patient(1, TEL=LANDLINES[1])],
    "repeat-is-the-same-person": [("rows", 2, {"person_id": 11})],
    "repeat-where-it-says": [("rows", 2, {"cause": "other_source"})],
    "repeat-differs-as-it-says": [patient(3, NOM="MARTIN")],
    "row-of-a-known-person": [("rows", 1, {"person_id": 99})],
    "defect-changed-its-cell": [patient(0, VILLE="VANNES")],
    "span-is-its-text": [("spans", 0, {"start": 1, "end": 8})],
    "pregnancy-in-text-fits": [("spans", 0, {"row": 1}), patient(1, COMM="ENCEINTE")],
    "look-alike-is-in-its-cell": [("negatives", 0, {"end": 11})],
    "health-told-in-towns": [patient(0, ADR="3 RUE DE LA GARE")],
}


@pytest.fixture(scope="module")
def coherent(tmp_path_factory: pytest.TempPathFactory, reference: Path) -> dict[str, Result]:
    return results(write(tmp_path_factory.mktemp("whole"), whole()), reference)


def test_every_check_finds_something_to_judge(coherent: dict[str, Result]) -> None:
    assert [name for name, result in coherent.items() if not result.checked] == []


def test_nothing_is_broken_in_a_coherent_dataset(coherent: dict[str, Result]) -> None:
    assert {name: result.first for name, result in coherent.items() if result.broken} == {}


def test_every_check_is_shown_to_fail_below(coherent: dict[str, Result]) -> None:
    assert sorted(BROKEN) == sorted(coherent)


@pytest.mark.parametrize("check", BROKEN)
def test_a_check_finds_what_was_doctored(check: str, tmp_path: Path, reference: Path) -> None:
    tables = whole()
    for table, row, cells in BROKEN[check]:
        tables[table][row].update(cells)
    assert results(write(tmp_path, tables), reference, check)[check].broken >= 1


def test_a_struck_cell_is_judged_by_what_it_was(tmp_path: Path, reference: Path) -> None:
    """Without its line in truth/defects the misspelt commune is no commune."""
    tables = whole()
    tables["defects"][0]["column"] = "ADR"
    assert (
        results(write(tmp_path, tables), reference, "postcode-fits-commune")["postcode-fits-commune"].first
        == 0
    )


def test_a_placeholder_is_no_value(tmp_path: Path, reference: Path) -> None:
    tables = whole()
    tables["patients"][0]["PRENOM"] = "NC"
    for habit in tables["habits"]:
        if habit["column"] == "PRENOM":
            habit["spelling"] += " empty=NC empty_share=0.5"
    assert (
        results(write(tmp_path, tables), reference, "first-name-written")["first-name-written"].checked == 2
    )


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("case=upper accents=no width=8", "CATHERIN"),
        ("case=title accents=yes width=50", "Catherine"),
        ("case=upper accents=no width=12 pad=yes", "CATHERINE   "),
    ],
)
def test_a_text_is_compared_as_its_source_writes_it(
    spelling: str, name: str, tmp_path: Path, reference: Path
) -> None:
    tables = whole()
    for row in (0, 2, 3):
        tables["patients"][row]["PRENOM"] = name
    for habit in tables["habits"]:
        if habit["column"] == "PRENOM":
            habit["spelling"] = spelling
    assert results(write(tmp_path, tables), reference, "first-name-written")["first-name-written"].broken == 0


def test_a_year_of_two_digits_is_of_either_century(tmp_path: Path, reference: Path) -> None:
    tables = whole()
    for patient_ in tables["patients"]:
        day, month, year = patient_["NAIS"].split("/")
        patient_["NAIS"] = f"{day}/{month}/{year[2:]}"
    for habit in tables["habits"]:
        if habit["column"] == "NAIS":
            habit["spelling"] = "format=%d/%m/%y"
    assert results(write(tmp_path, tables), reference, "birth-date-written")["birth-date-written"] == Result(
        "birth-date-written", "identity", 4, 0, None
    )


@pytest.fixture(scope="module")
def demo_results(demo: Dataset, reference: Path) -> dict[str, Result]:
    return results(demo.path, reference)


def test_a_generated_dataset_is_coherent(demo_results: dict[str, Result]) -> None:
    assert {name: result.first for name, result in demo_results.items() if result.broken} == {}


def test_a_generated_dataset_gives_the_commonest_checks_a_case_a_row(demo_results: dict[str, Result]) -> None:
    assert demo_results["visit-after-birth"].checked == 900


def test_the_duckdb_file_gives_the_same_results(
    demo: Dataset, demo_results: dict[str, Result], tmp_path: Path, reference: Path
) -> None:
    for path in ("manifest.json", "plan.json", "dataset.duckdb", "truth/truth.duckdb"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes((demo.path / path).read_bytes())
    with duckdb.connect(str(tmp_path / "dataset.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from patients").fetchall() == [(900,)]
    assert results(tmp_path, reference) == demo_results

"""FHIR resources: valid for fhir.resources R4B, test identities, references that lead somewhere, spans."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from fhir.resources.R4B import get_fhir_model_class

CONVERTED = {"birth_date", "visit_date", "sex"}


def lines(leak: Any, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in leak.read(name).decode().splitlines()]


def resources(leak: Any, kind: str, rows: int = 40) -> list[dict[str, Any]]:
    bundles = lines(leak, "bundles.ndjson")[:rows]
    found = [entry["resource"] for bundle in bundles for entry in bundle["entry"]]
    return [resource for resource in found if resource["resourceType"] == kind]


def test_there_is_a_bundle_for_each_row(leaked: Callable[..., Any]) -> None:
    leak = leaked("fhir")
    assert len(lines(leak, "bundles.ndjson")) == leak.tables[0].rows


def test_every_bundle_is_valid(leaked: Callable[..., Any]) -> None:
    for bundle in lines(leaked("fhir"), "bundles.ndjson")[:80]:
        get_fhir_model_class("Bundle").model_validate(bundle)


def test_every_bulk_resource_is_valid(leaked: Callable[..., Any]) -> None:
    leak = leaked("fhir", layout="bulk")
    assert len(leak.files) == 9
    for name in leak.files:
        kind = name.removesuffix(".ndjson")
        for resource in lines(leak, name)[:40]:
            assert resource["resourceType"] == kind
            get_fhir_model_class(kind).model_validate(resource)


def test_both_layouts_say_the_same(leaked: Callable[..., Any]) -> None:
    bulk = lines(leaked("fhir", layout="bulk"), "Observation.ndjson")
    assert (
        resources(leaked("fhir"), "Observation", 10)
        == bulk[: len(resources(leaked("fhir"), "Observation", 10))]
    )


def test_the_ins_is_a_test_identity(leaked: Callable[..., Any]) -> None:
    patients = resources(leaked("fhir"), "Patient")
    systems = Counter(found["system"] for patient in patients for found in patient["identifier"])
    assert systems["urn:oid:1.2.250.1.213.1.4.10"] > 35
    assert {system for system in systems if "1.2.250" in system} == {"urn:oid:1.2.250.1.213.1.4.10"}


def test_the_identity_is_said_to_be_fictitious(leaked: Callable[..., Any]) -> None:
    for patient in resources(leaked("fhir"), "Patient"):
        assert patient["extension"][0]["extension"][0]["valueCoding"]["code"] == "FICT"


def test_patients_claim_the_french_core_profile(leaked: Callable[..., Any]) -> None:
    profiles = {patient["meta"]["profile"][0] for patient in resources(leaked("fhir"), "Patient")}
    assert profiles == {"https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient"}


def test_every_reference_leads_to_an_entry_of_its_bundle(leaked: Callable[..., Any]) -> None:
    for bundle in lines(leaked("fhir"), "bundles.ndjson")[:60]:
        there = {f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in bundle["entry"]}
        assert references(bundle) <= there
        assert all(entry["fullUrl"].startswith("https://sil.example.org/fhir/") for entry in bundle["entry"])


def references(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(references, value))
    if isinstance(value, dict):
        own = {value["reference"]} if isinstance(value.get("reference"), str) else set()
        return own.union(*map(references, value.values()))
    return set()


def test_every_observation_is_in_the_report(leaked: Callable[..., Any]) -> None:
    for bundle in lines(leaked("fhir"), "bundles.ndjson")[:60]:
        by_kind = [(e["resource"]["resourceType"], e["resource"]) for e in bundle["entry"]]
        (report,) = (resource for kind, resource in by_kind if kind == "DiagnosticReport")
        made = [f"Observation/{resource['id']}" for kind, resource in by_kind if kind == "Observation"]
        assert [found["reference"] for found in report["result"]] == made


def test_every_span_is_its_cell(leaked: Callable[..., Any]) -> None:
    for layout in ("bundles", "bulk"):
        leak = leaked("fhir", layout=layout)
        data = leak.bytes()
        fields = {column.name: column.field for column in leak.tables[0].columns}
        inner = Counter()
        for mark in leak.marks():
            value = json.loads(f'"{data[mark.file][mark.start : mark.end].decode()}"')
            if mark.column == "results" or fields[mark.column] in CONVERTED:
                continue
            assert mark.cell is not None
            whole = mark.cell.strip()
            assert value == whole or value in whole
            inner[value == whole] += 1
        assert inner[True] > 50 * max(inner[False], 1)


def test_values_of_results_are_marked(leaked: Callable[..., Any]) -> None:
    leak = leaked("fhir")
    data = leak.read("bundles.ndjson")
    values = [data[mark.start : mark.end].decode() for mark in leak.marks() if mark.column == "results"]
    found = [o.get("valueString") or o["valueQuantity"]["value"] for o in resources(leak, "Observation", 20)]
    assert [value if not value[0].isdigit() else float(value) for value in values[: len(found)]] == [
        value if isinstance(value, str) else float(value) for value in found
    ]


def test_the_same_dataset_gives_the_same_bytes(leaked: Callable[..., Any]) -> None:
    assert leaked("fhir").bytes() == leaked("fhir").bytes()


def test_quotes_and_ends_of_lines_are_escaped(
    leaked: Callable[..., Any], hand_made: Callable[..., Any]
) -> None:
    table = hand_made(
        NOM=("usage_name", "name.last", ['D"ART\\', None]),
        NOTE=("comment", "health.comment", ['dit "non"\nà sa fille', None]),
        inner=[(0, "NOTE", 15, 20, "person.relation")],
    )
    leak = leaked("fhir", [table])
    (request,) = (r for r in resources(leak, "ServiceRequest") if "note" in r)
    assert request["note"][0]["text"] == 'dit "non"\nà sa fille'
    assert resources(leak, "Patient")[0]["name"][0]["family"] == 'D"ART\\'
    data = leak.read("bundles.ndjson")
    cut = [data[m.start : m.end].decode() for m in leak.marks() if m.label == "person.relation"]
    assert cut == ["fille"]


def test_a_table_of_little_gives_valid_resources(
    leaked: Callable[..., Any], hand_made: Callable[..., Any]
) -> None:
    table = hand_made(
        T=("mobile", "contact.phone", [None, "0600123456"]),
        D=("birth_date", "date.birth", ["31/02/1990", "19480909"]),
        R=("prescriber_rpps", "id.rpps", ["99123456789", None]),
    )
    leak = leaked("fhir", [table])
    for bundle in lines(leak, "bundles.ndjson"):
        get_fhir_model_class("Bundle").model_validate(bundle)
    first, second = resources(leak, "Patient")
    assert "birthDate" not in first
    assert (second["birthDate"], second["telecom"][0]["value"]) == ("1948-09-09", "0600123456")
    # Without a name there is no practitioner, and no place for the number.
    assert [mark.column for mark in leak.marks() if mark.column == "R"] == []

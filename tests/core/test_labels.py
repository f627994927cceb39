"""The tree of labels: everything that is labelled is in it, and others know the names that it maps to."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from simbreach.core.labels import LABELS, SPAN_LABELS, Label
from simbreach.core.registry import identifiers
from simbreach.core.schema import FIELDS

DOCS = Path(__file__).parents[2] / "docs" / "labels.md"

# `RecognizerRegistry.get_supported_entities()` of presidio-analyzer 2.2.366 with the recognisers loaded by
# default, and AGE of its conf/transformers.yaml.
PRESIDIO = (
    "AGE CREDIT_CARD CRYPTO DATE_TIME EMAIL_ADDRESS IBAN_CODE IP_ADDRESS LOCATION MAC_ADDRESS "
    "MEDICAL_LICENSE NRP ORGANIZATION PERSON PHONE_NUMBER UK_NHS URL US_BANK_NUMBER US_DRIVER_LICENSE "
    "US_ITIN US_PASSPORT US_SSN UUID"
)
# The table of entities in the README of aphp/eds-pseudo, 0.4.0.
EDS_PSEUDO = "ADRESSE DATE DATE_NAISSANCE HOPITAL IPP MAIL NDA NOM PRENOM SECU TEL VILLE ZIP"
# The `valid_TYPE` of tags.py in kotfic/i2b2_evaluation_scripts, and PROFESSION, which has no subtypes there.
I2B2 = (
    "PATIENT DOCTOR USERNAME PROFESSION ROOM DEPARTMENT HOSPITAL ORGANIZATION STREET CITY STATE COUNTRY ZIP "
    "LOCATION-OTHER AGE DATE PHONE FAX EMAIL URL IPADDR SSN MEDICALRECORD HEALTHPLAN ACCOUNT LICENSE VEHICLE "
    "DEVICE BIOID IDNUM"
)
# The rows of the CNIL's model register (simplified, and basic for working life), the "Coordonnées" of its
# form for breaches, and of its kinds of sensitive data the one about health.
CNIL = (
    "État civil, identité, données d'identification",
    "Coordonnées",
    "Vie personnelle",
    "Vie professionnelle",
    "Informations d'ordre économique et financier",
    "Données de connexion",
    "Données de localisation",
    "Numéro de Sécurité Sociale (ou NIR)",
    "Données concernant la santé",
)


def named(labels: Iterable[Label], tool: str) -> set[str]:
    return {name for label in labels for name in getattr(label, tool)}


def test_every_field_has_a_label_of_the_tree() -> None:
    assert {field.name: field.label for field in FIELDS.values() if field.label not in LABELS} == {}


def test_every_span_has_a_label_of_the_tree() -> None:
    assert [label for label in SPAN_LABELS if label not in LABELS] == []


def test_every_identifier_has_a_label_of_the_tree() -> None:
    assert {name for name, module in identifiers().items() if module.LABEL not in LABELS} == set()


def test_labels_have_two_levels() -> None:
    assert [name for name in LABELS if not re.fullmatch(r"[a-z]+\.[a-z_]+", name)] == []


def test_a_label_is_listed_under_its_name() -> None:
    assert {name: label.name for name, label in LABELS.items()} == {name: name for name in LABELS}


@pytest.mark.parametrize(
    ("tool", "known"), [("presidio", PRESIDIO), ("eds_pseudo", EDS_PSEUDO), ("i2b2", I2B2)]
)
def test_only_names_that_the_tool_has_are_mapped_to(tool: str, known: str) -> None:
    assert named(LABELS.values(), tool) - set(known.split()) == set()


def test_every_entity_of_eds_pseudo_is_some_label() -> None:
    assert named(LABELS.values(), "eds_pseudo") == set(EDS_PSEUDO.split())


def test_categories_are_the_cnil_s() -> None:
    assert {label.cnil for label in LABELS.values()} - {"", *CNIL} == set()


def test_health_data_is_what_article_9_protects() -> None:
    article_9 = {label.name for label in LABELS.values() if label.sensitivity == "article-9"}
    assert article_9 == {name for name in LABELS if name.startswith("health.")}
    assert {LABELS[name].cnil for name in article_9} == {"Données concernant la santé"}


def test_what_is_a_person_s_has_a_category_of_personal_data() -> None:
    lacking = [label.name for label in LABELS.values() if label.sensitivity != "other" and not label.cnil]
    assert lacking == []


def test_only_establishments_have_less_sensitive_values_than_their_labels_say() -> None:
    differ = {f.name for f in FIELDS.values() if f.sensitivity != LABELS[f.label].sensitivity}
    assert [name for name in sorted(differ) if not name.startswith(("laboratory_", "company_"))] == []
    assert {FIELDS[name].sensitivity for name in differ} == {"other"}


def test_the_table_of_labels_is_the_code_s_table() -> None:
    rows = re.findall(r"^\| `(\w+\.\w+)` \| (.*) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    written = {name: rest.split(" | ") for name, rest in rows}

    def names(known: tuple[str, ...]) -> str:
        return ", ".join(f"`{name}`" for name in known) or "–"

    assert written == {
        label.name: [
            *(label.sensitivity, label.meaning),
            *(names(known) for known in (label.presidio, label.eds_pseudo, label.i2b2)),
            label.cnil or "–",
        ]
        for label in LABELS.values()
    }
    assert len(rows) == len(LABELS)


def test_the_guide_names_the_labels_of_spans_and_the_kinds_of_look_alikes() -> None:
    text = DOCS.read_text(encoding="utf-8")
    listed = re.search(r"Spans bear these labels: ([^.]*(?:\.\w+`[^.]*)*)\.", text)
    assert listed
    assert tuple(re.findall(r"`([\w.]+)`", listed[1])) == SPAN_LABELS
    kinds = {field.negative for field in FIELDS.values() if field.negative}
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == kinds

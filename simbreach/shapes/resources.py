"""FHIR R4 resources as JSON, a column of each kind for a block of visits, on the French core profiles."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from simbreach.core.arrow import Array, Strings, from_numpy, literal, strings
from simbreach.core.assembly import Piece, Records, assemble, gather
from simbreach.identifiers.ins import TEST_OID
from simbreach.shapes import visits
from simbreach.shapes.json_parts import CORE, KINDS, Parts, array, coding, element, head, refer
from simbreach.shapes.observations import line_id, observations
from simbreach.shapes.visits import Block, Texts, where

_SEXES = strings(["unknown", "male", "female"])


@dataclass(frozen=True)
class Resource:
    """Resources of one kind, one a row (null: none), or one for each line of results (`of_lines`)."""

    kind: str
    records: Records
    there: Array | None = None
    of_lines: bool = False

    @property
    def text(self) -> Strings:
        """Their JSON."""
        none = literal(None)
        return self.records.text if self.there is None else pc.if_else(self.there, self.records.text, none)


def resources(block: Block, texts: Texts, *, bundled: bool) -> list[Resource]:
    """The resources of a block's visits by kind; Observations are entries of a bundle, or lines."""
    made = [
        Resource("Patient", assemble(_patient(block, texts), len(block))),
        *(
            Resource(kind, assemble(parts(block, texts), len(block)), there(texts))
            for kind, (parts, there) in _PER_ROW.items()
        ),
    ]
    return [*made, Resource("Observation", observations(block, bundled=bundled), of_lines=True)]


_V2_0203 = "http://terminology.hl7.org/CodeSystem/v2-0203"
_INS_TYPE = coding(CORE + "CodeSystem/fr-core-cs-v2-0203", "INS-NIR-TEST")
_RELIABILITY = (
    f',"extension":[{{"url":"{CORE}StructureDefinition/fr-core-identity-reliability","extension":'
    f'[{{"url":"identityStatus","valueCoding":{{"system":"{CORE}CodeSystem/fr-core-cs-v2-0445","code":"FICT"}}}}]}}]'
)


def _patient(block: Block, texts: Texts) -> Parts:
    reading = block.reading
    own = "ins" if reading.column("nir") is None else "nir"
    birth_field = "birth_name" if reading.column("birth_name") is not None else "maiden_name"
    identifiers = [
        element(
            texts[own],
            f'{{"use":"official","type":{_INS_TYPE},"system":"urn:oid:{TEST_OID}","value":"',
            '"}',
            own,
        ),
        element(
            texts["patient_number"],
            f'{{"use":"usual","type":{coding(_V2_0203, "PI")},"system":"https://sil.example.org/ipp","value":"',
            '"}',
            "patient_number",
        ),
    ]
    phones = [
        element(texts[field], '{"system":"phone","value":"', f'","use":"{use}"}}', field)
        for field, use in (("landline", "home"), ("mobile", "mobile"), ("phone_other", "temp"))
    ]
    mail = element(texts["email"], '{"system":"email","value":"', '"}', "email")
    return [
        *head(block, "Patient", "fr-core-patient"),
        _RELIABILITY,
        *array("identifier", identifiers),
        *_names(texts, birth_field),
        *array("telecom", [*phones, mail]),
        ',"gender":"',
        Piece(_SEXES.take(from_numpy(reading.sex)), name="sex"),
        '"',
        Piece(
            visits.day_text(reading.birth_days, "-"), before=',"birthDate":"', after='"', name="birth_date"
        ),
        *_address(texts, "address_1", "address_2", "postcode", "commune"),
        *array("contact", [_relative(texts, "guardian", "PRN"), _relative(texts, "spouse", "SPS")]),
        "}",
    ]


def _names(texts: Texts, birth_field: str) -> Parts:
    """The names: the official one with the first names, the one in use with the form of address."""
    none = literal(None)
    birth, usage, first = texts[birth_field], texts["usage_name"], texts["first_name"]
    no_birth = pc.is_null(birth)
    family = pc.or_(pc.is_valid(birth), pc.is_valid(usage))
    official = pc.or_(family, pc.is_valid(first))
    both = pc.and_(pc.is_valid(birth), pc.is_valid(usage))
    given: Parts = [
        Piece(first, before=',"given":["', after='"', name="first_name"),
        Piece(
            pc.if_else(pc.is_valid(first), texts["other_first_names"], none),
            before=',"',
            after='"',
            name="other_first_names",
        ),
        Piece(where(pc.is_valid(first), "]")),
    ]
    return array(
        "name",
        [
            (
                official,
                [
                    Piece(where(official, '{"use":"official"')),
                    Piece(birth, before=',"family":"', after='"', name=birth_field),
                    Piece(
                        pc.if_else(no_birth, usage, none),
                        before=',"family":"',
                        after='"',
                        name="usage_name#official",
                    ),
                    *given,
                    Piece(
                        pc.if_else(official, texts["civility"], none),
                        before=',"prefix":["',
                        after='"]',
                        name="civility",
                    ),
                    Piece(where(official, "}")),
                ],
            ),
            (
                both,
                [
                    Piece(
                        pc.if_else(both, usage, none),
                        before='{"use":"usual","family":"',
                        after='"}',
                        name="usage_name",
                    )
                ],
            ),
        ],
    )


def _address(texts: Texts, first: str, second: str, postcode: str, city: str) -> Parts:
    none = literal(None)
    line = pc.is_valid(texts[first])
    any_ = pc.or_(pc.or_(line, pc.is_valid(texts[postcode])), pc.is_valid(texts[city]))
    return [
        Piece(where(any_, ',"address":[{"country":"FR"')),
        Piece(texts[first], before=',"line":["', after='"', name=first),
        Piece(pc.if_else(line, texts[second], none), before=',"', after='"', name=second),
        Piece(where(line, "]")),
        Piece(texts[postcode], before=',"postalCode":"', after='"', name=postcode),
        Piece(texts[city], before=',"city":"', after='"', name=city),
        Piece(where(any_, "}]")),
    ]


def _relative(texts: Texts, who: str, role: str) -> tuple[Array, Parts]:
    """A contact: a relative that the row names."""
    last, first = f"{who}_name", f"{who}_first_name"
    known = pc.is_valid(texts[last])
    given = pc.if_else(known, texts[first], literal(None))
    relation = coding("http://terminology.hl7.org/CodeSystem/v3-RoleCode", role)
    return known, [
        Piece(texts[last], before=f'{{"relationship":[{relation}],"name":{{"family":"', after='"', name=last),
        Piece(given, before=',"given":["', after='"]', name=first),
        Piece(where(known, "}}")),
    ]


def _has_prescriber(texts: Texts) -> Array:
    return pc.is_valid(texts["prescriber_name"])


def _practitioner(block: Block, texts: Texts) -> Parts:
    kind = coding(_V2_0203, "RPPS").replace(_V2_0203, CORE + "CodeSystem/fr-core-cs-v2-0203")
    rpps = element(
        texts["prescriber_rpps"],
        f'{{"use":"official","type":{kind},"system":"urn:oid:1.2.250.1.71.4.2.1","value":"',
        '"}',
        "prescriber_rpps",
    )
    telecom = [
        element(
            texts["prescriber_landline"],
            '{"system":"phone","value":"',
            '","use":"work"}',
            "prescriber_landline",
        ),
        element(
            texts["prescriber_email"], '{"system":"email","value":"', '","use":"work"}', "prescriber_email"
        ),
    ]
    return [
        *head(block, "Practitioner", "fr-core-practitioner"),
        *array("identifier", [rpps]),
        Piece(texts["prescriber_name"], before=',"name":[{"family":"', after='"', name="prescriber_name"),
        Piece(texts["prescriber_first_name"], before=',"given":["', after='"]', name="prescriber_first_name"),
        Piece(texts["prescriber_civility"], before=',"prefix":["', after='"]', name="prescriber_civility"),
        "}]",
        *array("telecom", telecom),
        "}",
    ]


def _has_laboratory(texts: Texts) -> Array:
    return pc.is_valid(texts["laboratory_name"])


def _organization(block: Block, texts: Texts) -> Parts:
    finess = element(
        texts["laboratory_finess"],
        '{"system":"urn:oid:1.2.250.1.71.4.2.2","value":"',
        '"}',
        "laboratory_finess",
    )
    phone = element(texts["laboratory_landline"], '{"system":"phone","value":"', '"}', "laboratory_landline")
    return [
        *head(block, "Organization", "fr-core-organization"),
        *array("identifier", [finess]),
        Piece(texts["laboratory_name"], before=',"name":"', after='"', name="laboratory_name"),
        *array("telecom", [phone]),
        "}",
    ]


def _always(texts: Texts) -> Array:
    return pc.or_(pc.is_valid(texts["visit_date"]), pc.is_null(texts["visit_date"]))


def _encounter(block: Block, texts: Texts) -> Parts:
    day = visits.day_text(block.reading.visit_days, "-")
    number = element(
        texts["file_number"], '{"system":"https://sil.example.org/dossier","value":"', '"}', "file_number"
    )
    return [
        *head(block, "Encounter", "fr-core-encounter"),
        *array("identifier", [number]),
        ',"status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"}',
        *refer(block, "subject", "Patient"),
        Piece(day, before=',"period":{"start":"', after='"}', name="visit_date"),
        "}",
    ]


def _request(block: Block, texts: Texts) -> Parts:
    day = visits.day_text(block.reading.visit_days, "-")
    notes = [element(texts[name], '{"text":"', '"}', name) for name in visits.FREE_TEXT]
    requester = pc.if_else(_has_prescriber(texts), visits.row_text(block), literal(None))
    return [
        *head(block, "ServiceRequest"),
        ',"status":"completed","intent":"order","code":{"text":"Analyses de biologie médicale"}',
        *refer(block, "subject", "Patient"),
        *refer(block, "encounter", "Encounter"),
        Piece(day, before=',"authoredOn":"', after='"', name="visit_date#order"),
        Piece(
            requester, before=f',"requester":{{"reference":"Practitioner/{KINDS["Practitioner"]}', after='"}'
        ),
        *array("note", notes),
        "}",
    ]


def _report(block: Block, texts: Texts) -> Parts:
    day = visits.day_text(block.reading.visit_days, "-")
    category = coding("http://terminology.hl7.org/CodeSystem/v2-0074", "LAB")
    separators = np.ones(block.results.num_rows, dtype=np.int32)
    filled = np.diff(block.edges) > 0
    separators[block.edges[:-1][filled]] = 0
    references = assemble(
        [
            Piece(strings(["", ","]).take(from_numpy(separators))),
            '{"reference":"Observation/',
            *line_id(block),
            '"}',
        ],
        block.results.num_rows,
    )
    listed = gather(references.text, block.edges)
    return [
        *head(block, "DiagnosticReport"),
        f',"status":"final","category":[{category}],"code":{coding("http://loinc.org", "11502-2")}',
        *refer(block, "subject", "Patient"),
        *refer(block, "encounter", "Encounter"),
        Piece(day, before=',"effectiveDateTime":"', after='"', name="visit_date#report"),
        Piece(pc.if_else(from_numpy(filled), listed, literal(None)), before=',"result":[', after="]"),
        "}",
    ]


def _has_condition(texts: Texts) -> Array:
    return pc.or_(pc.is_valid(texts["condition"]), pc.is_valid(texts["condition_code"]))


def _condition(block: Block, texts: Texts) -> Parts:
    code = element(
        texts["condition_code"], '{"system":"http://hl7.org/fhir/sid/icd-10","code":"', '"}', "condition_code"
    )
    both = pc.and_(pc.is_valid(texts["condition"]), pc.is_valid(texts["condition_code"]))
    codings = array("coding", [code])
    # The first property of an object has no comma before it.
    codings[0] = Piece(where(code[0], '"coding":['))
    return [
        *head(block, "Condition"),
        *refer(block, "subject", "Patient"),
        ',"code":{',
        *codings,
        Piece(where(both, ",")),
        Piece(texts["condition"], before='"text":"', after='"', name="condition"),
        "}}",
    ]


def _has_treatment(texts: Texts) -> Array:
    return pc.is_valid(texts["treatment"])


def _medication(block: Block, texts: Texts) -> Parts:
    return [
        *head(block, "MedicationStatement"),
        ',"status":"unknown"',
        *refer(block, "subject", "Patient"),
        Piece(
            texts["treatment"], before=',"medicationCodeableConcept":{"text":"', after='"}', name="treatment"
        ),
        "}",
    ]


_PER_ROW: Mapping[str, tuple[Callable[[Block, Texts], Parts], Callable[[Texts], Array]]] = {
    "Practitioner": (_practitioner, _has_prescriber),
    "Organization": (_organization, _has_laboratory),
    "Encounter": (_encounter, _always),
    "Condition": (_condition, _has_condition),
    "MedicationStatement": (_medication, _has_treatment),
    "ServiceRequest": (_request, _always),
    "DiagnosticReport": (_report, _always),
}

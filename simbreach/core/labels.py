"""What a column or a span holds: a tree of two levels, with what others call the same thing. For scores.

`name.first` is the leaf `first` of the group `name`. `docs/labels.md` is this table, with its sources; a test
compares the two, and another looks the names of the other tools up in lists that are not ours.
"""

from dataclasses import dataclass
from typing import Final

from simbreach.core.schema import Sensitivity

# Categories of personal data, in the words of the CNIL: of its model register, of its form for notifying a
# breach (`_CONTACT`), and of article 9 (`_HEALTH`).
_IDENTITY: Final = "État civil, identité, données d'identification"
_CONTACT: Final = "Coordonnées"
_PRIVATE: Final = "Vie personnelle"
_WORK: Final = "Vie professionnelle"
_MONEY: Final = "Informations d'ordre économique et financier"
_ACCESS: Final = "Données de connexion"
_NIR: Final = "Numéro de Sécurité Sociale (ou NIR)"
_HEALTH: Final = "Données concernant la santé"


@dataclass(frozen=True, slots=True)
class Label:
    """One leaf of the tree.

    `sensitivity` is that of a person's value; a field may be less sensitive (the telephone of a laboratory
    reaches nobody). `presidio`, `eds_pseudo` and `i2b2` are what a detector of each calls it (none: it has no
    such label), `cnil` the category of personal data that a data protection officer would name (empty: none).
    """

    name: str
    sensitivity: Sensitivity
    meaning: str
    presidio: tuple[str, ...]
    eds_pseudo: tuple[str, ...]
    i2b2: tuple[str, ...]
    cnil: str


def _leaf(
    name: str,
    sensitivity: Sensitivity,
    meaning: str,
    cnil: str = "",
    *,
    presidio: str = "",
    eds: str = "",
    i2b2: str = "",
) -> Label:
    return Label(
        name, sensitivity, meaning, tuple(presidio.split()), tuple(eds.split()), tuple(i2b2.split()), cnil
    )


def _surname(name: str, meaning: str) -> Label:
    return _leaf(name, "direct", meaning, _IDENTITY, presidio="PERSON", eds="NOM", i2b2="PATIENT")


def _first_name(name: str, meaning: str) -> Label:
    return _leaf(name, "direct", meaning, _IDENTITY, presidio="PERSON", eds="PRENOM", i2b2="PATIENT")


def _date(name: str, sensitivity: Sensitivity, meaning: str, cnil: str, eds: str = "DATE") -> Label:
    return _leaf(name, sensitivity, meaning, cnil, presidio="DATE_TIME", eds=eds, i2b2="DATE")


def _health(name: str, meaning: str) -> Label:
    return _leaf(f"health.{name}", "article-9", meaning, _HEALTH)


def _payer(name: str, sensitivity: Sensitivity, meaning: str, i2b2: str = "") -> Label:
    return _leaf(f"payer.{name}", sensitivity, meaning, _MONEY, i2b2=i2b2)


_PEOPLE = (
    _first_name("name.first", "first name in use"),
    _surname("name.last", "surname in use"),
    _surname("name.birth", "surname at birth"),
    _first_name("name.other_first", "further first names at birth"),
    _leaf(
        *("name.full", "direct", "first name and surname together", _IDENTITY),
        presidio="PERSON", eds="NOM PRENOM", i2b2="PATIENT",
    ),
    _leaf("person.civility", "quasi", "form of address", _IDENTITY),
    _leaf("person.sex", "quasi", "sex in the civil register", _IDENTITY),
    _leaf("person.age", "quasi", "age", _IDENTITY, presidio="AGE", i2b2="AGE"),
    _leaf("person.birth_rank", "quasi", "rank of birth: tells twins apart", _IDENTITY),
    _leaf("person.marital_status", "quasi", "marital status", _PRIVATE),
    _leaf("person.relation", "quasi", "tie to another person: daughter, neighbour, guardian", _PRIVATE),
    _leaf("person.guardianship", "quasi", "whether a guardian acts for the person", _PRIVATE),
)  # fmt: skip

_CONTACTS = (
    _leaf(
        *("contact.phone", "direct", "telephone number", _CONTACT),
        presidio="PHONE_NUMBER", eds="TEL", i2b2="PHONE",
    ),
    _leaf(
        *("contact.fax", "direct", "fax number", _CONTACT), presidio="PHONE_NUMBER", eds="TEL", i2b2="FAX"
    ),
    _leaf(
        *("contact.email", "direct", "e-mail address", _CONTACT),
        presidio="EMAIL_ADDRESS", eds="MAIL", i2b2="EMAIL",
    ),
    _leaf(
        *("place.address", "direct", "number and street, building, residence", _CONTACT),
        presidio="LOCATION", eds="ADRESSE", i2b2="STREET",
    ),
    _leaf("place.postcode", "quasi", "postcode", _CONTACT, presidio="LOCATION", eds="ZIP", i2b2="ZIP"),
    _leaf("place.commune", "quasi", "commune", _CONTACT, presidio="LOCATION", eds="VILLE", i2b2="CITY"),
    _leaf("place.commune_code", "quasi", "INSEE code of a commune", _CONTACT),
    _leaf("place.country", "other", "country", _CONTACT, presidio="LOCATION", i2b2="COUNTRY"),
    _leaf(
        *("place.birth", "quasi", "place of birth", _IDENTITY),
        presidio="LOCATION", eds="VILLE", i2b2="CITY",
    ),
    _leaf("place.birth_code", "quasi", "code of the place of birth", _IDENTITY),
    _leaf("place.birth_department", "quasi", "département of birth", _IDENTITY),
    _leaf(
        *("place.birth_country", "quasi", "country of birth", _IDENTITY),
        presidio="LOCATION", i2b2="COUNTRY",
    ),
)  # fmt: skip

_IDENTIFIERS = (
    _leaf("id.nir", "direct", "NIR, with or without its key", _NIR, eds="SECU", i2b2="SSN"),
    _leaf("id.nir_key", "other", "key of a NIR, alone", _NIR),
    _leaf("id.ins", "direct", "national health identity (INS)", _NIR, eds="SECU", i2b2="SSN"),
    _leaf("id.identity_oid", "other", "OID that says where an INS comes from"),
    _leaf("id.patient", "direct", "number of a patient (IPP)", _IDENTITY, eds="IPP", i2b2="MEDICALRECORD"),
    _leaf("id.file", "quasi", "number of a visit's file", _IDENTITY, eds="NDA", i2b2="IDNUM"),
    _leaf("id.row", "other", "number of a row in the software"),
    _leaf("id.rpps", "direct", "RPPS number of a professional", _WORK, i2b2="LICENSE"),
    _leaf("id.adeli", "direct", "ADELI number of a professional", _WORK, i2b2="LICENSE"),
    _leaf("id.finess", "other", "FINESS number of an establishment"),
    _leaf("id.siren", "other", "SIREN number of a company"),
    _leaf("id.siret", "other", "SIRET number of an establishment"),
    _leaf("id.vat", "other", "VAT number of a company"),
)

_DATES = (
    _date("date.birth", "quasi", "date of birth", _IDENTITY, eds="DATE_NAISSANCE"),
    _date("date.visit", "quasi", "day of a visit", _PRIVATE),
    _date("date.first_visit", "quasi", "day of the first visit", _PRIVATE),
    _date("date.event", "quasi", "any other date in a person's life: an operation, a death", _PRIVATE),
    _leaf("date.visit_time", "other", "time of a visit", _PRIVATE, presidio="DATE_TIME"),
)

_FINANCE = (
    _leaf(
        *("finance.iban", "direct", "IBAN of a bank account", _MONEY),
        presidio="IBAN_CODE", i2b2="ACCOUNT",
    ),
    _payer("code", "other", "code of the third-party payer"),
    _payer("name", "other", "name of the health insurance fund"),
    _payer("regime", "other", "insurance regime"),
    _payer("caisse", "quasi", "code of the caisse"),
    _payer("centre", "quasi", "code of the centre of the caisse"),
    _payer("beneficiary_rank", "other", "rank of the beneficiary (rang CPAM)"),
    _payer("rate", "other", "rate of reimbursement"),
    _payer("rights", "other", "days from and to which insurance rights run"),
    _payer("contract", "direct", "number of the complementary contract", i2b2="HEALTHPLAN"),
    _payer("contract_name", "other", "kind of complementary contract"),
    _payer("insurer", "other", "complementary insurer"),
    _payer("solidarity", "quasi", "cover for people of low income or without papers (C2S, AME)"),
)  # fmt: skip

_WORK_LABELS = (
    _leaf("work.employer", "quasi", "employer", _WORK, presidio="ORGANIZATION", i2b2="ORGANIZATION"),
    _leaf("work.occupation", "quasi", "occupation", _WORK, i2b2="PROFESSION"),
)

_HEALTH_LABELS = (
    _health("condition", "a diagnosis, an infection, an infertility, or its code"),
    _health("drug", "a drug taken, with or without its dose, or its code"),
    _health("pregnancy", "a pregnancy or its term"),
    _health("allergy", "an allergy or an intolerance"),
    _health("procedure", "an operation, an implant, a graft, a radiotherapy"),
    _health("status", "a state that is no diagnosis: deaf, bedridden, hard to bleed"),
    _health("blood_group", "blood group"),
    _health("analysis", "what a laboratory measured: name or code of an analysis"),
    _health("exemption", "a reason for full reimbursement (long illness)"),
    _health("work_accident", "an accident at work, or its day"),
    _health("comment", "free text about the patient, as a whole"),
)

_CARE = (
    _leaf(
        *("care.prescriber", "direct", "surname of a doctor", _IDENTITY),
        presidio="PERSON", eds="NOM", i2b2="DOCTOR",
    ),
    _leaf(
        *("care.sampler", "direct", "surname of a sampler (préleveur)", _IDENTITY),
        presidio="PERSON", eds="NOM", i2b2="DOCTOR",
    ),
    _leaf(
        *("care.first_name", "direct", "first name of a professional", _IDENTITY),
        presidio="PERSON", eds="PRENOM", i2b2="DOCTOR",
    ),
    _leaf("care.specialty", "other", "specialty of a doctor, or its code", _WORK),
    _leaf("care.profession", "other", "profession of a sampler", _WORK),
    _leaf(
        *("care.laboratory", "other", "name of a laboratory, hospital or clinic"),
        presidio="ORGANIZATION", eds="HOPITAL", i2b2="HOSPITAL",
    ),
    _leaf("care.note", "other", "free text about the visit, as a whole", _PRIVATE),
)  # fmt: skip

_OTHERS = (
    _leaf("credential.login", "direct", "login to an account", _ACCESS, i2b2="USERNAME"),
    _leaf("credential.password", "direct", "password in clear", _ACCESS),
    _leaf("technical.code", "other", "code inside the software"),
    _leaf("technical.value", "other", "anything else that the software keeps"),
    _leaf("technical.invoice", "other", "number of an invoice"),
    _leaf("technical.barcode", "other", "bar code of a tube"),
    _leaf("technical.lot", "other", "lot number of tubes or reagents"),
    _leaf("canary.person", "direct", "an invented person planted to be found again", _IDENTITY),
)

LABELS: Final[dict[str, Label]] = {
    label.name: label
    for group in (
        *(_PEOPLE, _CONTACTS, _IDENTIFIERS, _DATES, _FINANCE),
        *(_WORK_LABELS, _HEALTH_LABELS, _CARE, _OTHERS),
    )
    for label in group
}

# What spans of free text are labelled with.
SPAN_LABELS: Final = (
    *("name.first", "name.last", "name.full", "contact.phone", "contact.email"),
    *("date.birth", "date.visit", "date.event"),
    *("health.drug", "health.condition", "health.pregnancy", "health.allergy", "health.procedure"),
    *("health.status", "person.relation", "place.commune", "id.file", "id.nir", "care.prescriber"),
)

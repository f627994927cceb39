"""The fields that can fill a column: name, type, label, sensitivity, meaning. One table for everybody.

Profiles name these fields, the engine makes them, the truth copies their label and sensitivity.
`docs/fields.md` is this table; a test compares the two.
"""

from dataclasses import dataclass
from typing import Final, Literal

FieldType = Literal["name", "text", "date", "time", "code", "number", "nir", "phone", "email", "civility"]
Sensitivity = Literal["direct", "quasi", "article-9", "other"]

# What a civility or a coded field can say before a source's habit spells it (`words = {man = "M."}`).
CIVILITIES: Final = ("man", "woman", "miss", "child", "baby", "sister", "doctor")
SEXES: Final = ("man", "woman")
YES_NO: Final = ("yes", "no")
MARITAL: Final = ("single", "married", "widowed", "divorced")


@dataclass(frozen=True, slots=True)
class Field:
    """What one field holds.

    `type` decides which spellings fit it; `label` is a two-level name for detectors (`name.last`), one of
    `labels.LABELS`; `sensitivity` is `direct` (names or reaches one person), `quasi` (identifies with
    others), `article-9` (health data in the sense of the GDPR's article 9) or `other`; `words` are the clean
    words of a coded field, empty where it is not spelled by words. `negative` is what kind of look-alike the
    values are: they resemble another identifier, and are none (`truth/negatives`).
    """

    name: str
    type: FieldType
    label: str
    sensitivity: Sensitivity
    meaning: str
    words: tuple[str, ...] = ()
    negative: str = ""


_PATIENT = (
    Field("visit_date", "date", "date.visit", "quasi", "day of the visit (sampling)"),
    Field("visit_time", "time", "date.visit_time", "other", "time of the visit"),
    Field(
        *("file_number", "code", "id.file", "quasi", "number of the file at the source, rising"),
        negative="file_number",
    ),
    Field("patient_number", "code", "id.patient", "direct", "number of the patient at the source (IPP)"),
    Field(
        "patient_since",
        "date",
        "date.first_visit",
        "quasi",
        "day of the patient's first visit there",
    ),
    Field("civility", "civility", "person.civility", "quasi", "form of address", CIVILITIES),
    Field("usage_name", "name", "name.last", "direct", "surname in use: the spouse's, or the birth name"),
    Field("birth_name", "name", "name.birth", "direct", "surname at birth"),
    Field("maiden_name", "name", "name.birth", "direct", "surname at birth of a woman; nothing for men"),
    Field("first_name", "name", "name.first", "direct", "first name in use"),
    Field("other_first_names", "name", "name.other_first", "direct", "further first names at birth"),
    Field("sex", "code", "person.sex", "quasi", "sex in the civil register", SEXES),
    Field("birth_date", "date", "date.birth", "quasi", "date of birth"),
    Field("age", "number", "person.age", "quasi", "age in completed years on the day of the visit"),
    Field("birth_place", "text", "place.birth", "quasi", "commune of birth, or the country when abroad"),
    Field("birth_place_code", "code", "place.birth_code", "quasi", "birth place code as the NIR holds it"),
    Field("birth_department", "code", "place.birth_department", "quasi", "département of birth, 99 abroad"),
    Field("birth_country", "text", "place.birth_country", "quasi", "country of birth"),
    Field("nir", "nir", "id.nir", "direct", "NIR on the row: the patient's own, or a parent's for children"),
    Field("nir_key", "code", "id.nir_key", "other", "two-digit key of the NIR on the row"),
    Field("ins", "nir", "id.ins", "direct", "national health identity: the patient's own NIR with its key"),
    Field("identity_oid", "code", "id.identity_oid", "other", "OID of the INS: the one of test identities"),
    Field(
        "beneficiary_rank", "code", "payer.beneficiary_rank", "other", "rank of the beneficiary (rang CPAM)"
    ),
    Field("guardian_nir", "nir", "id.nir", "direct", "NIR of the insured parent of a child"),
    Field("guardian_name", "name", "name.last", "direct", "surname of the insured parent of a child"),
    Field("guardian_first_name", "name", "name.first", "direct", "first name of the insured parent"),
    Field("spouse_name", "name", "name.last", "direct", "surname of the spouse"),
    Field("spouse_first_name", "name", "name.first", "direct", "first name of the spouse"),
    Field("marital_status", "code", "person.marital_status", "quasi", "marital status", MARITAL),
    Field("address_1", "text", "place.address", "direct", "first line of the postal address"),
    Field("address_2", "text", "place.address", "direct", "second line: building, residence, 'chez'"),
    Field("postcode", "code", "place.postcode", "quasi", "postcode of the commune of residence"),
    Field("commune", "text", "place.commune", "quasi", "commune of residence"),
    Field("insee_code", "code", "place.commune_code", "quasi", "INSEE code of the commune of residence"),
    Field("country", "text", "place.country", "other", "country of residence"),
    Field("landline", "phone", "contact.phone", "direct", "telephone at home: one for each household"),
    Field("mobile", "phone", "contact.phone", "direct", "mobile telephone"),
    Field("phone_other", "phone", "contact.phone", "direct", "telephone of a relative, or at work"),
    Field("email", "email", "contact.email", "direct", "e-mail address"),
    Field("blood_group", "code", "health.blood_group", "article-9", "ABO and rhesus blood group"),
    Field("condition", "text", "health.condition", "article-9", "a long-lasting condition"),
    Field("condition_code", "code", "health.condition", "article-9", "ICD-10 code of the condition"),
    Field("treatment", "text", "health.drug", "article-9", "a drug taken, with its dose"),
    Field("treatment_atc", "code", "health.drug", "article-9", "ATC code of the drug"),
    Field(
        *("treatment_cip13", "code", "health.drug", "article-9", "CIP13 code of the drug's box"),
        negative="cip13",
    ),
    Field("pregnant", "code", "health.pregnancy", "article-9", "pregnant on the day of the visit", YES_NO),
    Field("comment", "text", "health.comment", "article-9", "free text about the patient: health, logistics"),
    Field("observation", "text", "care.note", "other", "free text about the visit: sampling, results"),
    Field(
        "call_note", "text", "care.note", "other", "free text: whom to ring about the patient, with a number"
    ),
    Field("portal_login", "code", "credential.login", "direct", "login to the results portal"),
    Field(
        "portal_password", "code", "credential.password", "direct", "password to the results portal (clear)"
    ),
    Field("employer", "text", "work.employer", "quasi", "employer"),
    Field("occupation", "text", "work.occupation", "quasi", "occupation"),
    Field("iban", "code", "finance.iban", "direct", "IBAN for refunds"),
)

_PRESCRIBER = (
    Field("prescriber_code", "code", "technical.code", "other", "code of the prescriber at the source"),
    Field("prescriber_civility", "civility", "person.civility", "quasi", "form of address", CIVILITIES),
    Field("prescriber_name", "name", "care.prescriber", "direct", "surname of the prescriber"),
    Field("prescriber_first_name", "name", "care.first_name", "direct", "first name of the prescriber"),
    Field("prescriber_rpps", "code", "id.rpps", "direct", "RPPS number of the prescriber"),
    Field("prescriber_adeli", "code", "id.adeli", "direct", "ADELI number of the prescriber"),
    Field("prescriber_specialty", "text", "care.specialty", "other", "specialty"),
    Field("prescriber_specialty_code", "code", "care.specialty", "other", "code of the specialty"),
    Field("prescriber_address_1", "text", "place.address", "direct", "address of the practice"),
    Field("prescriber_postcode", "code", "place.postcode", "quasi", "postcode of the practice"),
    Field("prescriber_commune", "text", "place.commune", "quasi", "commune of the practice"),
    Field("prescriber_landline", "phone", "contact.phone", "direct", "telephone of the practice"),
    Field("prescriber_mobile", "phone", "contact.phone", "direct", "mobile telephone of the prescriber"),
    Field("prescriber_email", "email", "contact.email", "direct", "e-mail address of the prescriber"),
    Field("prescriber_finess", "code", "id.finess", "other", "FINESS number of the practice"),
)

_LABORATORY = (
    Field("laboratory_code", "code", "technical.code", "other", "code of the laboratory"),
    Field(
        "laboratory_name", "text", "care.laboratory", "other", "name of the laboratory: the source's title"
    ),
    Field("laboratory_finess", "code", "id.finess", "other", "FINESS number"),
    Field("laboratory_siret", "code", "id.siret", "other", "SIRET number"),
    Field("laboratory_siren", "code", "id.siren", "other", "SIREN number"),
    Field("laboratory_address_1", "text", "place.address", "other", "address of the laboratory"),
    Field("laboratory_postcode", "code", "place.postcode", "other", "postcode of the laboratory"),
    Field("laboratory_commune", "text", "place.commune", "other", "commune of the laboratory"),
    Field("laboratory_landline", "phone", "contact.phone", "other", "telephone of the laboratory"),
    Field("laboratory_fax", "phone", "contact.fax", "other", "fax of the laboratory"),
    Field("laboratory_email", "email", "contact.email", "other", "e-mail address of the laboratory"),
    Field("laboratory_iban", "code", "finance.iban", "other", "IBAN of the laboratory"),
)

_SAMPLER = (
    Field("sampler_code", "code", "technical.code", "other", "code of the sampler (préleveur) at the source"),
    Field("sampler_name", "name", "care.sampler", "direct", "surname of the sampler"),
    Field("sampler_first_name", "name", "care.first_name", "direct", "first name of the sampler"),
    Field("sampler_short_name", "name", "care.first_name", "direct", "first name and initial: Maëlle R."),
    Field("sampler_rpps", "code", "id.rpps", "direct", "RPPS number of the sampler"),
    Field("sampler_profession", "text", "care.profession", "other", "profession of the sampler"),
    Field("sampler_postcode", "code", "place.postcode", "quasi", "postcode of the sampler's practice"),
    Field("sampler_commune", "text", "place.commune", "quasi", "commune of the sampler's practice"),
    Field("sampler_landline", "phone", "contact.phone", "direct", "telephone of the sampler's practice"),
    Field("sampler_mobile", "phone", "contact.phone", "direct", "mobile telephone of the sampler"),
)

_PAYER = (
    Field("payer_code", "code", "payer.code", "other", "code of the third-party payer"),
    Field("payer_name", "text", "payer.name", "other", "name of the health insurance fund"),
    Field("payer_regime", "code", "payer.regime", "other", "two-digit code of the insurance regime"),
    Field("payer_caisse", "code", "payer.caisse", "quasi", "three-digit code of the caisse"),
    Field("payer_centre", "code", "payer.centre", "quasi", "four-digit code of the centre"),
    Field("payer_contract", "code", "payer.contract", "direct", "number of the complementary contract"),
    Field("payer_contract_name", "text", "payer.contract_name", "other", "kind of complementary contract"),
    Field("payer_rights_from", "date", "payer.rights", "other", "first day of the insurance rights"),
    Field("payer_rights_to", "date", "payer.rights", "other", "last day of the insurance rights"),
    Field("payer_insurer", "text", "payer.insurer", "other", "name of the complementary insurer"),
    Field("payer_insurer_code", "code", "payer.insurer", "other", "code of the complementary insurer"),
    Field("payer_rate", "number", "payer.rate", "other", "rate of reimbursement in percent"),
)

_COMPANY = (
    Field("company_siren", "code", "id.siren", "other", "SIREN number of a company that a list names"),
    Field("company_siret", "code", "id.siret", "other", "SIRET number of its seat"),
    Field("company_vat", "code", "id.vat", "other", "its intra-community VAT number: FR, key, SIREN"),
    Field("company_iban", "code", "finance.iban", "other", "IBAN of the company"),
    Field("company_email", "email", "contact.email", "other", "e-mail address of the company"),
)

_LOOKALIKE = (
    Field(
        *(
            "invoice_number",
            "code",
            "technical.invoice",
            "other",
            "invoice of the visit: ten digits from 087 on",
        ),
        negative="invoice_number",
    ),
    Field(
        *(
            "external_number",
            "code",
            "id.file",
            "quasi",
            "number at another laboratory: a NIR's form, a wrong key",
        ),
        negative="wrong_key_number",
    ),
    Field(
        *(
            "sample_barcode",
            "code",
            "technical.barcode",
            "other",
            "bar code of the tube: EAN-13 of internal use",
        ),
        negative="barcode",
    ),
    Field(
        *("lot_number", "code", "technical.lot", "other", "lot of the tubes: the same for weeks at a source"),
        negative="lot_number",
    ),
    Field(
        *("analysis_nabm", "code", "health.analysis", "article-9", "NABM code of an analysis of the visit"),
        negative="nabm",
    ),
    Field(
        *("analysis_loinc", "code", "health.analysis", "article-9", "LOINC code of the same analysis"),
        negative="loinc",
    ),
)

_SOURCE = (Field("source", "code", "technical.code", "other", "name of the source that the row comes from"),)

FIELDS: Final[dict[str, Field]] = {
    field.name: field
    for field in (*_PATIENT, *_PRESCRIBER, *_LABORATORY, *_SAMPLER, *_PAYER, *_COMPANY, *_LOOKALIKE, *_SOURCE)
}

# Free text, written with the place of each name, number and fact in it (`truth/spans`).
FREE_TEXT: Final = ("comment", "observation", "call_note")

# What needs no patient: all that a table without people may hold.
IMPERSONAL: Final = frozenset(
    {"visit_date", "visit_time", "file_number"}
    | {field.name for field in (*_PRESCRIBER, *_LABORATORY, *_SAMPLER, *_COMPANY, *_LOOKALIKE, *_SOURCE)}
)
# What belongs to an entry of a list, a company.
OF_A_COMPANY: Final = frozenset(field.name for field in _COMPANY)

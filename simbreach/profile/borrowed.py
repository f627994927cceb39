"""Which Faker and Mimesis methods may fill a column: words about things, never about people.

An allowlist: a library's new method is refused until somebody has looked at it. What makes names,
numbers, addresses or e-mails of people could name or reach a real one: our own field is offered instead.
Nothing here reads the clock: the same seed must give the same words in any year.
"""

from typing import Final

from simbreach.core.errors import did_you_mean

FAKER: Final = frozenset(
    {
        "boolean", "bs", "catch_phrase", "catch_phrase_attribute", "catch_phrase_noun",
        "catch_phrase_verb", "color_name", "company_suffix", "country", "country_code",
        "cryptocurrency_code", "cryptocurrency_name", "currency_code", "currency_name",
        "currency_symbol", "file_extension", "http_method", "http_status_code", "job", "job_female",
        "job_male", "language_code", "language_name", "linux_processor", "locale", "mac_processor",
        "mime_type", "paragraph", "random_digit", "random_letter", "region", "safe_color_name",
        "sentence", "street_prefix", "timezone", "uri_extension", "word",
    }
)  # fmt: skip

MIMESIS: Final = frozenset(
    {
        "address.continent", "address.country", "address.country_code", "datetime.periodicity",
        "datetime.timezone", "development.boolean", "development.os",
        "development.programming_language", "development.software_license", "development.stage",
        "development.system_quality_attribute", "file.extension", "file.mime_type",
        "finance.company_type", "finance.currency_iso_code", "food.dish", "food.drink", "food.fruit",
        "food.spices", "food.vegetable", "hardware.cpu", "hardware.generation", "hardware.ram_size",
        "hardware.ram_type", "hardware.resolution", "hardware.ssd_or_hdd", "internet.content_type",
        "internet.http_method", "internet.http_status_code", "person.academic_degree",
        "person.language", "person.occupation", "text.answer", "text.color", "text.level", "text.word",
    }
)  # fmt: skip

# Parts of a method's name (which stands between two dots), and the field of ours that takes its place. The
# first that is found counts.
_INSTEAD: Final = {
    "first_name": "first_name",
    "last_name": "usage_name",
    "surname": "usage_name",
    "email": "email",
    "company": "employer",
    "telephone": "landline",
    "phone": "mobile",
    "msisdn": "mobile",
    "ssn": "nir",
    "vat": "laboratory_siren",
    "siren": "laboratory_siren",
    "siret": "laboratory_siret",
    "iban": "iban",
    "bban": "iban",
    "aba": "iban",
    "swift": "iban",
    "bank": "iban",
    "address": "address_1",
    "street": "address_1",
    "building": "address_1",
    "secondary": "address_2",
    "postcode": "postcode",
    "postal_code": "postcode",
    "zip": "postcode",
    "city": "commune",
    "password": "portal_password",
    "user_name": "portal_login",
    "username": "portal_login",
    "dob": "birth_date",
    "birth": "birth_date",
    "blood": "blood_group",
    "profile": "usage_name",
    "passport": "patient_number",
    "identifier": "patient_number",
    "patronymic": "first_name",
    ".name.": "usage_name",
    ".name_": "usage_name",
    "full_name": "usage_name",
}


def refuse_borrowed(field: str) -> str | None:
    """Why `field` (`faker:job`, `mimesis:food.fruit`) may not fill a column; None when it may."""
    library, _, method = field.partition(":")
    allowed = FAKER if library == "faker" else MIMESIS
    if method in allowed:
        return None
    name = f".{method.rpartition('.')[2]}."
    ours = next((ours for part, ours in _INSTEAD.items() if part in name), None)
    if ours:
        return f"{field!r} could name or reach a real person; use our own field {ours!r}"
    return f"{field!r} is not one of the methods that may fill a column" + (
        did_you_mean(method, sorted(allowed)) or f"; allowed: {', '.join(sorted(allowed))}"
    )

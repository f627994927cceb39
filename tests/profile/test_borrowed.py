"""Faker and Mimesis lend words about things; what could be a person's is refused with our own field."""

import re

import pytest
from faker import Faker
from mimesis import Generic
from mimesis.locales import Locale

from simbreach.core.schema import FIELDS
from simbreach.profile.borrowed import FAKER, MIMESIS, refuse_borrowed

# Providers whose every method is about people, their numbers or how to reach them.
PEOPLE: tuple[str, ...] = (
    "address",
    "automotive",
    "bank",
    "credit_card",
    "geo",
    "internet",
    "passport",
    "person",
    "phone_number",
)
PEOPLE += ("profile", "ssn", "company")
HARMLESS = {
    "company_suffix",
    "catch_phrase",
    "catch_phrase_attribute",
    "catch_phrase_noun",
    "catch_phrase_verb",
}
HARMLESS |= {"bs", "country", "country_code", "http_method", "http_status_code", "region", "street_prefix"}
HARMLESS |= {"uri_extension", "language_name"}


def _methods(providers: tuple[str, ...]) -> list[str]:
    found = [p for p in Faker("fr_FR").get_providers() if type(p).__module__.split(".")[2] in providers]
    return sorted(
        {name for p in found for name in dir(p) if not name.startswith("_") and callable(getattr(p, name))}
    )


def test_no_faker_method_about_people_is_allowed() -> None:
    allowed = {name for name in _methods(PEOPLE) if refuse_borrowed(f"faker:{name}") is None}
    # random_* and the like are inherited by every provider.
    assert allowed - set(_methods(("lorem", "misc", "python", "color"))) <= HARMLESS


@pytest.mark.parametrize(
    ("method", "ours"),
    [
        ("faker:name", "usage_name"),
        ("faker:last_name_female", "usage_name"),
        ("faker:first_name", "first_name"),
        ("faker:ssn", "nir"),
        ("faker:phone_number", "mobile"),
        ("faker:email", "email"),
        ("faker:address", "address_1"),
        ("faker:postcode", "postcode"),
        ("faker:city", "commune"),
        ("faker:iban", "iban"),
        ("faker:siret", "laboratory_siret"),
        ("faker:company", "employer"),
        ("faker:password", "portal_password"),
        ("faker:date_of_birth", "birth_date"),
        ("mimesis:person.full_name", "usage_name"),
        ("mimesis:person.surname", "usage_name"),
        ("mimesis:person.telephone", "landline"),
        ("mimesis:person.email", "email"),
        ("mimesis:address.address", "address_1"),
        ("mimesis:person.blood_type", "blood_group"),
    ],
)
def test_our_own_field_is_offered_instead(method: str, ours: str) -> None:
    assert (
        refuse_borrowed(method) == f"{method!r} could name or reach a real person; use our own field {ours!r}"
    )
    assert ours in FIELDS


@pytest.mark.parametrize("method", sorted(FAKER))
def test_what_faker_lends_reaches_nobody(method: str) -> None:
    fake = Faker("fr_FR")
    fake.seed_instance(7)
    values = [str(getattr(fake, method)()) for _ in range(50)]
    assert not [value for value in values if "@" in value or len(re.sub(r"\D", "", value)) >= 6]


@pytest.mark.parametrize("method", sorted(MIMESIS))
def test_what_mimesis_lends_reaches_nobody(method: str) -> None:
    provider, name = method.split(".")
    lend = getattr(getattr(Generic(Locale.FR, seed=7), provider), name)
    values = [str(lend()) for _ in range(50)]
    assert not [value for value in values if "@" in value or len(re.sub(r"\D", "", value)) >= 9]


def test_a_slip_of_the_pen_gets_the_nearest_method() -> None:
    assert str(refuse_borrowed("faker:jobb")).endswith("; did you mean 'job'?")


def test_a_method_that_nobody_has_looked_at_is_refused() -> None:
    assert "allowed: boolean, bs," in str(refuse_borrowed("faker:zzzz"))

"""E-mail addresses: accepted by validators, at domains that nobody can register."""

import re

import numpy as np
import pyarrow as pa
import pytest
from email_validator import validate_email

from simbreach.core.errors import IdentifierError
from simbreach.core.streams import HashDraw
from simbreach.identifiers import email

ROWS = 4_000
NAMES = {
    "first_name": ["Éloïse", "Jean-Pierre", "MARIE ANNE", "Zoé", "Ælis", "Jean", "", "李"],
    "last_name": [
        "Le Goff",
        "d'Artagnan",
        "L’Hostis",
        "Œuvrard",
        "MARTIN-DUPONT DE LA VILLE AUX CLERCS",
        "Ng",
        "--",
        "O",
    ],
}


def addresses(*, rare: bool = False, age: int = 45) -> list[str]:
    repeat = ROWS // 8
    inputs = {name: pa.array(words * repeat) for name, words in NAMES.items()}
    numbers = {"birth_year": np.full(ROWS, 1976), "age": np.full(ROWS, age), "rare": np.full(ROWS, rare)}
    draw = HashDraw(3, ("person", "email"), np.arange(ROWS, dtype=np.uint64))
    texts: list[str] = email.generate(draw, {**inputs, **numbers}).to_pylist()
    return texts


def test_email_validator_accepts_every_address() -> None:
    for text in addresses()[:1_500]:
        assert validate_email(text, check_deliverability=False).normalized == text


def test_local_parts_are_small_ascii_of_bearable_length() -> None:
    locals_ = [text.partition("@")[0] for text in addresses()]
    assert all(re.fullmatch(r"[a-z0-9]+(?:[._-][a-z0-9]+)*", local) for local in locals_)
    assert max(map(len, locals_)) < 64


def test_domains_keep_a_provider_and_are_reserved_for_examples() -> None:
    domains = {text.partition("@")[2] for text in addresses()}
    assert all(re.fullmatch(r"[a-z-]+\.example\.(com|net|org)", domain) for domain in domains)
    assert {"orange.example.com", "wanadoo.example.com", "gmail.example.com", "free.example.net"} <= domains
    assert len({domain.partition(".")[0] for domain in domains}) == len(domains)


def test_accents_and_apostrophes_are_folded() -> None:
    assert any(text.startswith("eloise.legoff") for text in addresses())
    assert any("dartagnan" in text for text in addresses())
    assert any("oeuvrard" in text for text in addresses())


def test_rare_pairs_do_without_digits_when_both_names_are_written() -> None:
    frequent = [text for text in addresses() if re.match(r"eloise[.]legoff|eloise[.]le-goff", text)]
    rare = [text for text in addresses(rare=True) if re.match(r"eloise[.]legoff|eloise[.]le-goff", text)]
    assert not any(re.search(r"\d@", text) for text in rare)
    assert 0.5 < sum(bool(re.search(r"\d@", text)) for text in frequent) / len(frequent) < 0.9


def test_old_people_are_at_orange_and_young_ones_at_gmail() -> None:
    share = {age: sum("@gmail" in text for text in addresses(age=age)) / ROWS for age in (22, 80)}
    assert share[22] > 0.4
    assert share[80] < 0.16


@pytest.mark.parametrize(
    ("provider", "percent"), [("gmail", 27), ("orange", 17), ("wanadoo", 9), ("free", 8)]
)
def test_shares_over_all_ages_are_those_of_lab_patients(provider: str, percent: int) -> None:
    """Shares are the project's estimates for laboratory patients of 2015 to 2020."""
    mix = {22: 8, 30: 22, 50: 32, 67: 24, 80: 14}
    found = sum(
        weight * sum(f"@{provider}." in text for text in addresses(age=age)) for age, weight in mix.items()
    )
    assert found / ROWS == pytest.approx(percent, abs=2)


@pytest.mark.parametrize(
    "text",
    ["a@orange.example.com", "A.B@WANADOO.EXAMPLE.COM", "marie .dupont@free.example.net", "x@ example.org "],
)
def test_reserved_domains_are_synthetic_even_where_the_local_part_is_wrong(text: str) -> None:
    assert email.is_synthetic(text)


@pytest.mark.parametrize(
    "text",
    [
        "jean.martin@gmail.com",
        "jean.martin@example.fr",
        "jean.martin@orange.example.co",
        "jean.martin@myexample.com",
        "jean.martin@example.com.fr",
        "jean.martin@example.comm",
        "jean.martin@orange.test",
        "a@orange.example.com@gmail.com",
    ],
)
def test_other_domains_are_not(text: str) -> None:
    assert not email.is_synthetic(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("jean.martin", "holds an @"),
        ("jean martin@orange.example.com", "without blanks"),
        ("jean..martin@orange.example.com", "two dots"),
        ("@orange.example.com", "before the @"),
        ("jean@orange", "a domain"),
        ("jean@-orange.example.com", "a domain"),
        ("x" * 65 + "@orange.example.com", "at most 64"),
    ],
)
def test_what_is_wrong_is_said(text: str, why: str) -> None:
    with pytest.raises(IdentifierError, match=why):
        email.validate(text)


def test_the_domain_is_normalised() -> None:
    assert email.validate(" Jean.Martin@Orange.Example.COM ") == "Jean.Martin@orange.example.com"

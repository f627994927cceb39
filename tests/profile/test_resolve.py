"""Who wins when several say how a column is written or filled."""

from decimal import Decimal

import pytest

from simbreach.profile.load import load_profile
from simbreach.profile.model import Column, Profile, Source
from simbreach.profile.resolve import fill_share, spelling


def _profile(**overrides: str) -> Profile:
    return load_profile("labs-demo", {key.replace("__", "."): value for key, value in overrides.items()})


def _source(profile: Profile, name: str) -> Source:
    return next(source for source in profile.sources if source.name == name)


def _column(profile: Profile, name: str) -> Column:
    return next(column for column in profile.main_table.columns if column.name == name)


@pytest.mark.parametrize(
    ("source", "column", "option", "value"),
    [
        ("sept-huppes", "PAT_NOM", "width", 32),  # its one habit
        ("trois-herons-gris", "PAT_NOM", "width", 20),  # a later habit wins
        ("trois-herons-gris", "PAT_NOM", "case", "upper"),  # what a later habit leaves open stays
        ("loutre-d-etain", "PAT_PRENOM", "case", "title"),  # a field wins over its kind
        ("trois-herons-gris", "PAT_COMM", "width", 120),  # and over the kind in a later habit
        ("trois-herons-gris", "PAT_DATCREA", "format", "%Y%m%d"),  # a filler is spelled as what it writes
    ],
)
def test_the_stronger_spelling_wins(source: str, column: str, option: str, value: object) -> None:
    profile = _profile()
    assert getattr(spelling(profile, _source(profile, source), _column(profile, column)), option) == value


def test_a_column_s_own_spelling_wins_over_every_habit() -> None:
    profile = load_profile("labs-demo", {"tables.patients.columns.PAT_NOM.spell": "{ width = 12 }"})
    assert spelling(profile, _source(profile, "trois-herons-gris"), _column(profile, "PAT_NOM")).width == 12


@pytest.mark.parametrize(
    ("source", "column", "year", "share"),
    [
        ("sept-huppes", "PAT_PRENOM", 2015, "0.985"),  # the column's fill
        ("sept-huppes", "PAT_NIRCLE", 2019, "0"),
        ("ajonc-d-argent", "PAT_NIRCLE", 2019, "0.99"),  # a habit's fill
        ("ajonc-d-argent", "LAB_EMAIL", 2019, "0"),  # not one of the column's sources
        ("sept-huppes", "LAB_EMAIL", 2019, "1"),
    ],
)
def test_the_stronger_fill_wins(source: str, column: str, year: int, share: str) -> None:
    profile = _profile()
    assert fill_share(profile, _source(profile, source), _column(profile, column), year) == Decimal(share)


def test_the_fill_of_a_year_wins_over_the_fill() -> None:
    change = {"tables.patients.columns.PAT_PORT.fill_by_year": "{ 2016 = 0.125 }"}
    profile = load_profile("labs-demo", change)
    column, source = _column(profile, "PAT_PORT"), _source(profile, "sept-huppes")
    assert fill_share(profile, source, column, 2016) == Decimal("0.125")

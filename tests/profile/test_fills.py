"""How much of a column is filled comes out as the profile's shares and weights say."""

from collections.abc import Callable
from fractions import Fraction

from simbreach.engine.plan import Plan
from simbreach.profile.fills import Fills
from simbreach.profile.model import Profile


def test_rows_by_source_are_the_engine_s(labs: Profile, labs_plan: Plan) -> None:
    starts = labs_plan.main.visits.starts
    assert Fills(labs).rows == (starts[1:] - starts[:-1]).tolist()


def test_years_weigh_by_the_dates(small_profile: Callable[..., Profile]) -> None:
    columns = '{ name = "PORT", field = "mobile", fill_by_year = { 2019 = 0.2, 2020 = 0.4 } },'
    profile = small_profile(columns=columns, dates="years = { 2019 = 3, 2020 = 1 }")
    overall, by_source, by_year = Fills(profile).shares(profile.main_table.columns[0])
    assert overall == by_source[0] == Fraction(1, 4)
    assert by_year == [Fraction(1, 5), Fraction(2, 5)]


def test_years_weigh_by_their_days_where_nothing_is_said(small_profile: Callable[..., Profile]) -> None:
    columns = '{ name = "PORT", field = "mobile", fill_by_year = { 2019 = 0, 2020 = 1 } },'
    overall, _, _ = Fills(profile := small_profile(columns=columns)).shares(profile.main_table.columns[0])
    assert overall == Fraction(366, 366 + 365)


def test_a_column_that_is_empty_is_nowhere_filled(small_profile: Callable[..., Profile]) -> None:
    profile = small_profile(columns='{ name = "VIDE", field = "empty" },')
    fills = Fills(profile)
    assert fills.shares(profile.main_table.columns[0])[0] == 0
    assert not fills.differ(profile.main_table.columns[0])

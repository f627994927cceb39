"""A plan: what its digest depends on, what is refused and how."""

from collections.abc import Callable
from datetime import date

import pyarrow as pa
import pytest

from simbreach.core.errors import InputError, ProfileError, SimbreachError
from simbreach.engine import plan as plans
from simbreach.engine.plan import DATA_VERSION, Plan, compile_plan
from simbreach.profile.load import load_profile
from simbreach.profile.model import Profile

Make = Callable[..., Profile]


@pytest.fixture(scope="module")
def small(small_profile: Make) -> Profile:
    return small_profile()


def digest(plan: Plan) -> str:
    return plan.document["digest"]


def test_the_same_profile_seed_and_rows_have_one_digest(small: Profile) -> None:
    assert digest(compile_plan(small)) == digest(compile_plan(small))


def test_the_digest_changes_with_the_seed(small: Profile) -> None:
    assert digest(compile_plan(small, seed=4)) != digest(compile_plan(small, seed=5))


def test_the_digest_changes_with_the_rows(small: Profile) -> None:
    assert digest(compile_plan(small, rows=10)) != digest(compile_plan(small, rows=11))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("sources.huppe.reach_km", "16"),
        ("population.seed", "2"),
        ("dates.to", "2020-12-30"),
        ("duplicates.same_source", "0.1"),
        ("tables.patients.columns.NOM.fill", "0.9"),
    ],
)
def test_the_digest_changes_with_the_profile(
    small_profile: Make, small: Profile, key: str, value: str
) -> None:
    assert digest(compile_plan(small_profile(overrides={key: value}))) != digest(compile_plan(small))


def test_the_digest_does_not_change_with_the_package(small: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest(compile_plan(small))
    monkeypatch.setattr(plans, "__version__", "99.0")
    after = compile_plan(small).document
    assert (after["simbreach"], after["digest"]) == ("99.0", before)


def test_the_digest_changes_with_the_data_version(small: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest(compile_plan(small))
    monkeypatch.setattr(plans, "DATA_VERSION", DATA_VERSION + 1)
    assert digest(compile_plan(small)) != before


def test_a_seed_of_128_bits_is_fine(small: Profile) -> None:
    plan = compile_plan(small, seed=(1 << 128) - 1)
    assert plan.batch("patients", 0, 10).num_rows == 10


def test_the_document_says_what_the_rows_depend_on(small: Profile) -> None:
    document = compile_plan(small, rows=50, seed=9).document
    said = {key: document[key] for key in ("profile", "seed", "population_seed", "rows", "data_version")}
    assert said == {
        "profile": "petit",
        "seed": 9,
        "population_seed": 1,
        "rows": {"patients": 50},
        "data_version": DATA_VERSION,
    }


def test_the_document_makes_the_same_plan_again(labs: Profile, labs_plan: Plan) -> None:
    again = Profile.model_validate(labs_plan.document["resolved_profile"])
    assert digest(compile_plan(again, rows=5000, seed=labs.seed)) == digest(labs_plan)


@pytest.mark.parametrize("rows", [0, -1, 10**12])
def test_rows_that_cannot_be_made_are_refused(small: Profile, rows: int) -> None:
    with pytest.raises(InputError, match=f"{rows}|{rows:,}"):
        compile_plan(small, rows=rows)


def test_an_unknown_table_is_refused_with_the_nearest_name(labs_plan: Plan) -> None:
    with pytest.raises(InputError, match="did you mean 'patients'"):
        labs_plan.table("patient")


def test_a_seat_that_is_no_commune_is_refused(small_profile: Make) -> None:
    profile = small_profile(overrides={"sources.huppe.commune": '"56999"'})
    with pytest.raises(ProfileError, match="56999"):
        compile_plan(profile)


@pytest.mark.parametrize("code", ["75056", "69123", "13055"])
def test_a_city_of_arrondissements_is_refused_with_a_hint(small_profile: Make, code: str) -> None:
    with pytest.raises(SimbreachError, match=r"arrondissement|did you mean"):
        compile_plan(small_profile(overrides={"sources.huppe.commune": f'"{code}"'}))


def test_a_seat_in_an_arrondissement_is_fine(small_profile: Make) -> None:
    profile = small_profile(overrides={"sources.huppe.commune": '"75113"', "sources.huppe.reach_km": "2"})
    assert compile_plan(profile).batch("patients", 0, 100).num_rows == 100


@pytest.mark.parametrize("code", ["97105", "97302", "97411", "97608"])
def test_a_seat_overseas_is_fine(small_profile: Make, code: str) -> None:
    plan = compile_plan(small_profile(overrides={"sources.huppe.commune": f'"{code}"'}))
    assert plan.batch("patients", 0, 1000).num_rows == 1000


def test_dates_after_the_calendars_end_are_refused(small: Profile) -> None:
    late = {"first_day": date(2060, 1, 1), "last_day": date(2060, 12, 31)}
    profile = small.model_copy(
        update={"as_of": date(2061, 1, 1), "dates": small.dates.model_copy(update=late)}
    )
    with pytest.raises(SimbreachError):
        compile_plan(profile).batch("patients", 0, 10)


def test_a_source_that_is_never_open_is_refused(small_profile: Make) -> None:
    # Only Mondays have visits, and the source is there for one Sunday.
    with pytest.raises(SimbreachError):
        compile_plan(
            small_profile(
                overrides={
                    "dates.weekdays": "{ mon = 1 }",
                    "sources.huppe.from": "2019-01-06",
                    "sources.huppe.to": "2019-01-06",
                }
            )
        ).batch("patients", 0, 10)


def test_a_source_without_rows_is_fine(labs: Profile) -> None:
    assert compile_plan(labs, rows=5).batch("patients", 0, 5).num_rows == 5


def test_the_main_table_is_the_one_whose_rows_are_asked(labs_plan: Plan) -> None:
    assert (labs_plan.main.name, labs_plan.main.rows) == ("patients", 5000)


def test_numbers_that_serve_several_people_are_said(labs_plan: Plan) -> None:
    assert "mobile" in labs_plan.shared_fields


def test_an_override_reaches_the_rows() -> None:
    profile = load_profile("labs-demo", {"tables.patients.rows": "123"})
    assert compile_plan(profile).main.rows == 123


def test_a_batch_is_text(labs_plan: Plan) -> None:
    types = set()
    for column in labs_plan.batch("patients", 0, 50).columns:
        types.add(column.type.value_type if pa.types.is_dictionary(column.type) else column.type)
    assert types == {pa.string()}


# A birthday problem: of n people with one of C numbers, 1 - (1 - 1/C)^(n-1) meet another one with theirs.
@pytest.mark.parametrize(
    ("policy", "numbers", "shared"), [("unattributed", 1_000_000, 0.143), ("reserved", 10_000, 1.0)]
)
def test_the_plan_says_how_many_mobiles_are_shared(policy: str, numbers: int, shared: float) -> None:
    profile = load_profile("labs-nord-ouest-2021", {"identifiers.phone": policy})
    policies = compile_plan(profile).document["policies"]
    assert (policies["mobile_numbers"], policies["mobile_expected_shared"]) == (numbers, shared)


def test_the_plan_says_what_the_numbers_of_fiction_cost() -> None:
    profile = load_profile("labs-demo", {"identifiers.phone": "reserved"})
    assert "libphonenumber" in compile_plan(profile).document["policies"]["note"]

"""A person is a function of person_id and population seed: nothing else in a frame changes them."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import phonenumbers
import pytest
from email_validator import validate_email

from simbreach.core.arrow import Coded, Joined, Lookup
from simbreach.core.frame import Frame
from simbreach.engine.persons import FIELDS, person_frame, shared_fields
from simbreach.population import people
from simbreach.reference.places import places

SEED = 1
TOTAL = people.cells().people
SPREAD = np.arange(17, TOTAL, TOTAL // 700)
PHONES = {"landline", "mobile"}
POLICIES = ["unattributed-wide", "reserved"]
# Of relatives, too: what a frame makes by following husbands, mothers, partners and guardians.
RELATED = ["husband_birth_name", "mother_usage_name", "partner_mobile", "guardian_nir", "mother_husband_nir"]
EVERY = [*FIELDS, *RELATED]


def frame(ids: np.ndarray, policy: str = "unattributed") -> Frame:
    return person_frame(ids, SEED, policy)


def plain(values: Any) -> Any:
    """A column as lists that compare."""
    if isinstance(values, tuple):
        return [plain(part) for part in values]
    if isinstance(values, Lookup):
        return values.codes.tolist()
    if isinstance(values, Coded | Joined):
        return values.text().to_pylist()
    return values.tolist() if isinstance(values, np.ndarray) else values.to_pylist()


def column(values: Any, rows: np.ndarray | slice = slice(None)) -> list[Any]:
    """The values of `rows`, one item a row."""
    whole = list(zip(*plain(values), strict=True)) if isinstance(values, tuple) else plain(values)
    return whole[rows] if isinstance(rows, slice) else [whole[row] for row in rows.tolist()]


@pytest.fixture(scope="module")
def spread() -> Frame:
    """700 people all over France, all ages, in the order of their ids."""
    return frame(SPREAD)


@pytest.fixture(scope="module")
def turned() -> Frame:
    """The same people backwards, behind 300 others, some of whom come twice."""
    others = np.concatenate([np.arange(5, 205), np.arange(5, 105)])
    return frame(np.concatenate([others, SPREAD[::-1]]))


@pytest.fixture(scope="module")
def alone() -> list[Frame]:
    """Some of them, each in a frame of their own."""
    return [frame(SPREAD[row : row + 1]) for row in (0, 350, 699)]


@pytest.fixture(scope="module")
def under() -> dict[str, Frame]:
    """The same people under other telephone policies."""
    return {policy: frame(SPREAD, policy) for policy in POLICIES}


@pytest.fixture(scope="module")
def many() -> Frame:
    """300,000 people all over France."""
    return frame(np.arange(0, TOTAL, TOTAL // 300_000))


# Invariance.


@pytest.mark.parametrize("field", EVERY)
def test_a_field_does_not_depend_on_who_else_is_there_or_in_which_order(
    spread: Frame, turned: Frame, field: str
) -> None:
    assert column(turned[field], slice(300, None))[::-1] == column(spread[field])


@pytest.mark.parametrize("field", EVERY)
def test_a_field_of_one_person_alone_is_the_same(spread: Frame, alone: list[Frame], field: str) -> None:
    assert [column(one[field])[0] for one in alone] == column(spread[field], np.array([0, 350, 699]))


@pytest.mark.parametrize("field", [name for name in FIELDS if name not in PHONES])
def test_only_telephones_depend_on_the_policy(spread: Frame, under: dict[str, Frame], field: str) -> None:
    expected = column(spread[field])
    assert [column(under[policy][field]) == expected for policy in POLICIES] == [True, True]


@pytest.mark.parametrize("field", sorted(PHONES))
def test_who_has_a_telephone_does_not_depend_on_the_policy(
    spread: Frame, under: dict[str, Frame], field: str
) -> None:
    assert [((under[policy][field] >= 0) == (spread[field] >= 0)).all() for policy in POLICIES] == [
        True,
        True,
    ]


@pytest.mark.parametrize("field", EVERY)
def test_a_frame_cut_at_some_places_is_the_slice(spread: Frame, field: str) -> None:
    places_ = np.array([3, 4, 200, 698])
    assert column(spread.at(places_)[field]) == column(spread[field], places_)


@pytest.mark.parametrize("field", EVERY)
def test_a_frame_cut_before_a_column_is_made_makes_the_slice(spread: Frame, field: str) -> None:
    places_ = np.array([3, 4, 200, 698])
    assert column(frame(SPREAD).at(places_)[field]) == column(spread[field], places_)


def test_a_column_known_beforehand_is_taken_as_it_is(spread: Frame) -> None:
    known = {"commune": spread["commune"], "cell": spread["cell"]}
    again = person_frame(SPREAD, SEED, "unattributed", known=known)
    assert again["commune"] is known["commune"]
    assert again["address_1"].text().equals(spread["address_1"].text())
    assert (again["nir"] == spread["nir"]).all()


def test_nobody_gives_empty_columns() -> None:
    nobody = frame(np.zeros(0, dtype=np.int64))
    assert {name: len(column(nobody[name])) for name in FIELDS if name != "nir_parts"} == {
        name: 0 for name in FIELDS if name != "nir_parts"
    }


def test_the_page_on_the_population_recomputes_the_people_that_it_shows() -> None:
    page = (Path(__file__).parents[2] / "docs/population.md").read_text("utf-8")
    assert f"{TOTAL:,} people" in page
    [example] = re.findall(r"```python\n(.*?)```", page, re.S)
    names: dict[str, Any] = {}
    setup, *_ = example.partition("[bytes")
    exec(setup, names)
    shown = re.findall(r"^(\S.*?) +# (\[.*\])$", example, re.M)
    assert len(shown) == 4
    assert [repr(eval(expression, names)) for expression, _ in shown] == [result for _, result in shown]


# Contact.


def written(national: np.ndarray) -> list[str]:
    return [f"0{number:09d}" for number in national.tolist()]


def test_a_landline_belongs_to_one_household(many: Frame) -> None:
    assert "landline" not in shared_fields("unattributed")
    there = many["landline"] >= 0
    pairs = np.unique(np.stack([many["household_id"][there], many["landline"][there]]), axis=1)
    assert len(np.unique(pairs[0])) == len(np.unique(pairs[1])) == pairs.shape[1]


# Source: ARCEP, numbering plan: Île-de-France 01, north-west 02, north-east 03, south-east 04, south-west 05.
@pytest.mark.parametrize(
    ("codes", "zone"),
    [
        (("75", "77", "93", "95"), 1),
        (("56", "45", "27", "974", "976"), 2),
        (("67", "59", "21", "88"), 3),
        (("13", "2A", "2B", "69", "34"), 4),
        (("33", "31", "87", "971", "972", "973"), 5),
    ],
)
def test_landlines_begin_with_the_zone_of_the_department(
    many: Frame, codes: tuple[str, ...], zone: int
) -> None:
    indices = [places().department_codes.index(code) for code in codes]
    there = np.isin(many["department"], indices) & (many["landline"] >= 0)
    assert there.sum() > 1_000
    assert np.unique(many["landline"][there] // 10**8).tolist() == [zone]


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ("mobile", phonenumbers.PhoneNumberType.MOBILE),
        ("landline", phonenumbers.PhoneNumberType.FIXED_LINE),
    ],
)
def test_libphonenumber_takes_the_numbers_for_what_they_are(many: Frame, field: str, kind: int) -> None:
    numbers = many[field][::200]
    parsed = [phonenumbers.parse(text, "FR") for text in written(numbers[numbers >= 0])]
    assert len(parsed) > 700
    assert {phonenumbers.is_valid_number(number) for number in parsed} == {True}
    assert {phonenumbers.number_type(number) for number in parsed} == {kind}


def test_a_mobile_serves_few_people_and_these_are_strangers(many: Frame) -> None:
    assert "mobile" in shared_fields("unattributed")
    mobiles, ids = many["mobile"], many["person_id"]
    order = np.argsort(mobiles, kind="stable")
    order = order[mobiles[order] >= 0]
    same = mobiles[order][1:] == mobiles[order][:-1]
    assert 0.1 < same.mean() < 0.35
    household = many["household_id"][order]
    assert (household[1:] != household[:-1])[same].mean() > 0.999
    assert len(np.unique(ids[order])) == len(order)


def test_email_validator_accepts_2_000_addresses(many: Frame) -> None:
    texts = many.at(np.flatnonzero(many["has_email"])[::90][:2_000])["email"].to_pylist()
    assert len(texts) == 2_000
    assert [t for t in texts if validate_email(t, check_deliverability=False).normalized != t] == []


def test_children_under_12_own_neither_mobile_nor_address(many: Frame) -> None:
    children = many["age"] < 12
    assert (many["mobile"][children] == -1).all()
    assert not many["has_email"][children].any()


def test_an_iban_belongs_to_one_person(many: Frame) -> None:
    assert len(np.unique(many["account"])) == len(many)


# People who fit themselves.


def test_only_women_of_15_to_45_are_pregnant(many: Frame) -> None:
    pregnant = many["pregnant"]
    assert (many["sex"][pregnant] == 2).all()
    assert (many["age"][pregnant].min(), many["age"][pregnant].max()) == (15, 45)


def test_infants_have_no_occupation_and_children_go_to_school(many: Frame) -> None:
    ages = many["age"]
    assert (many["occupation"].codes[ages < 3] == -1).all()
    pupils = many.at(np.flatnonzero((ages >= 6) & (ages < 14)))["occupation"].text()
    assert pupils.unique().to_pylist() == ["Élève"]


def test_children_and_infants_have_no_employer(many: Frame) -> None:
    young = many["age"] < 15
    assert (many["employer"].codes[young] == -1).all()


def test_the_place_of_birth_lies_in_the_country_of_birth(many: Frame) -> None:
    abroad = many["birth_department"] == -1
    assert many["birth_country"].take(np.flatnonzero(~abroad)).text().unique().to_pylist() == ["France"]
    assert "France" not in many["birth_country"].take(np.flatnonzero(abroad)).text().unique().to_pylist()


def test_the_ins_is_the_person_s_own_nir(many: Frame) -> None:
    assert (many["ins"] == many["nir"]).all()

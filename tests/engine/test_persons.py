"""People are whole: names, households, numbers and dates say the same."""

from datetime import date, timedelta

import numpy as np
import phonenumbers
import pytest
from schwifty import IBAN
from stdnum.fr import nir as official

from simbreach.core.frame import Frame
from simbreach.engine.persons import FIELDS, person_frame, shared_fields, zone_people
from simbreach.identifiers import nir
from simbreach.population.people import cells
from simbreach.reference.places import places

PEOPLE = 3000


@pytest.fixture(scope="module")
def ids() -> np.ndarray:
    """People from all over the country and of all ages."""
    return np.sort(np.random.default_rng(4).choice(cells().people, PEOPLE, replace=False))


@pytest.fixture(scope="module")
def frame(ids: np.ndarray) -> Frame:
    return person_frame(ids, 1, "unattributed")


@pytest.fixture(scope="module")
def nirs(frame: Frame) -> list[str]:
    return [bytes(row).decode() for row in frame["nir"]]


def texts(values) -> list[str | None]:
    return values.text().to_pylist()


def test_every_nir_is_valid(nirs: list[str]) -> None:
    assert [number for number in nirs if not official.is_valid(number)] == []


def test_every_nir_is_nobodys(nirs: list[str]) -> None:
    assert [number for number in nirs if not nir.is_synthetic(number)] == []


def test_no_two_people_have_one_nir(nirs: list[str]) -> None:
    assert len(set(nirs)) == PEOPLE


def test_the_nir_says_sex_year_and_month_of_birth(frame: Frame, nirs: list[str]) -> None:
    born = [date(1970, 1, 1) + timedelta(int(day)) for day in frame["birth_date"]]
    expected = [f"{sex}{day:%y%m}" for sex, day in zip(frame["sex"], born, strict=True)]
    assert [number[:5] for number in nirs] == expected


def test_the_date_of_birth_is_that_of_the_year_and_month(frame: Frame) -> None:
    born = [date(1970, 1, 1) + timedelta(int(day)) for day in frame["birth_date"]]
    assert [day.year for day in born] == frame["birth_year"].tolist()
    assert [day.month for day in born] == frame["birth_month"].tolist()


def test_the_first_person_of_a_household_is_their_own(frame: Frame) -> None:
    heads = frame["household_id"]
    assert person_frame(heads, 1, "unattributed")["household_id"].tolist() == heads.tolist()


def test_partners_are_each_others(frame: Frame, ids: np.ndarray) -> None:
    paired = np.flatnonzero(frame["partner_id"] >= 0)
    partners = frame["partner_id"][paired]
    assert len(paired) > 500
    assert person_frame(partners, 1, "unattributed")["partner_id"].tolist() == ids[paired].tolist()


@pytest.mark.parametrize("field", ["married", "landline", "household_id", "commune"])
def test_partners_share_what_a_household_shares(frame: Frame, field: str) -> None:
    paired = np.flatnonzero(frame["partner_id"] >= 0)
    partners = person_frame(frame["partner_id"][paired], 1, "unattributed")
    assert partners[field].tolist() == frame[field][paired].tolist()


def test_partners_have_one_address(frame: Frame) -> None:
    paired = np.flatnonzero(frame["partner_id"] >= 0)
    partners = person_frame(frame["partner_id"][paired], 1, "unattributed")
    assert texts(partners["address_1"]) == [texts(frame["address_1"])[row] for row in paired]


def test_a_child_bears_a_parents_name(frame: Frame) -> None:
    children = np.flatnonzero(frame["mother_id"] >= 0)
    names = texts(frame["birth_name"])
    mothers, fathers = texts(frame["mother_own_surname"]), texts(frame["mother_husband_own_surname"])
    assert len(children) > 300
    assert all(names[row] in (mothers[row], fathers[row]) for row in children)


def test_a_mother_is_a_woman_old_enough(frame: Frame) -> None:
    children = np.flatnonzero(frame["mother_id"] >= 0)
    assert set(frame["mother_sex"][children].tolist()) == {2}
    gap = frame["birth_year"][children] - frame["mother_birth_year"][children]
    assert (gap.min(), gap.max()) >= (14, 14)
    assert gap.max() <= 55


def test_a_guardian_is_a_parent(frame: Frame) -> None:
    guardian, mother = frame["guardian_id"], frame["mother_id"]
    father = frame["mother_husband_id"]
    assert ((guardian == mother) | (guardian == father)).all()


def test_men_and_single_women_go_by_their_birth_name(frame: Frame) -> None:
    usage, birth = np.array(texts(frame["usage_name"])), np.array(texts(frame["birth_name"]))
    alone = (frame["sex"] == 1) | ~(frame["married"] | frame["widowed"])
    assert (usage == birth)[alone].all()


def test_a_wife_goes_by_her_husbands_name_or_her_own(frame: Frame) -> None:
    usage, birth = texts(frame["usage_name"]), texts(frame["birth_name"])
    husbands = texts(frame["husband_own_surname"])
    wives = np.flatnonzero((frame["sex"] == 2) & frame["married"] & (frame["husband_id"] >= 0))
    assert len(wives) > 200
    assert all(usage[row] in (birth[row], husbands[row]) for row in wives)


@pytest.mark.parametrize("field", ["mobile", "landline"])
def test_telephones_are_valid(frame: Frame, field: str) -> None:
    numbers = [number for number in frame[field].tolist() if number >= 0]
    assert len(numbers) > 500
    valid = [phonenumbers.is_valid_number(phonenumbers.parse(f"0{number}", "FR")) for number in numbers]
    assert all(valid)


def test_mobiles_lie_in_the_block_of_no_operator(frame: Frame) -> None:
    assert {f"0{number}"[:4] for number in frame["mobile"].tolist() if number >= 0} == {"0600"}


def test_landlines_begin_with_the_zone(frame: Frame) -> None:
    rows = np.flatnonzero(frame["landline"] >= 0)
    metropolitan = [row for row in rows if len(places().department_codes[frame["department"][row]]) == 2]
    zones = places().zone[frame["department"][metropolitan]]
    assert [int(str(number)[0]) for number in frame["landline"][metropolitan]] == zones.tolist()


def test_every_iban_is_valid_and_of_no_bank(frame: Frame) -> None:
    ibans = frame["iban"].to_pylist()
    assert all(IBAN(number).bank_code == "99999" for number in ibans[:200])
    assert len(set(ibans)) == PEOPLE


def test_emails_lie_under_example_domains(frame: Frame) -> None:
    mails = [mail for mail in frame["email"].to_pylist() if mail]
    assert len(mails) > 500
    assert all(mail.rsplit(".", 2)[-2] == "example" for mail in mails)


def test_the_ins_is_the_own_nir(frame: Frame) -> None:
    assert frame["ins"].tolist() == frame["nir"].tolist()


def test_any_people_are_those_of_the_whole(frame: Frame, ids: np.ndarray) -> None:
    part = person_frame(ids[700:800], 1, "unattributed")
    assert texts(part["usage_name"]) == texts(frame["usage_name"])[700:800]
    assert part["email"].to_pylist() == frame["email"].to_pylist()[700:800]


def test_another_population_seed_makes_other_people(frame: Frame, ids: np.ndarray) -> None:
    other = texts(person_frame(ids, 2, "unattributed")["birth_name"])
    same = [one == two for one, two in zip(other, texts(frame["birth_name"]), strict=True)]
    assert np.mean(same) < 0.05


def test_fictional_numbers_are_shared_and_said_to_be() -> None:
    assert shared_fields("reserved") == {"mobile", "landline", "phone_other"}


def test_there_are_enough_landlines_of_no_operator() -> None:
    assert "landline" not in shared_fields("unattributed")


def test_the_people_of_all_zones_are_all_people() -> None:
    assert sum(zone_people(zone) for zone in range(1, 6)) == cells().people


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_every_field_can_be_made_of_nobody_and_of_one(field: str) -> None:
    for count in (0, 1):
        values = person_frame(np.arange(count, dtype=np.int64), 1, "unattributed")[field]
        rows = [len(part) for part in values] if isinstance(values, tuple) else [len(values)]
        assert set(rows) == {count}

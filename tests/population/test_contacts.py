"""Who owns a telephone or an address, against what INSEE publishes."""

import numpy as np
import pytest

from simbreach.core.streams import HashDraw
from simbreach.population import contacts

# People of metropolitan France by age on 1 January 2021, in thousands (INSEE, bilan démographique).
PEOPLE = {15: 11_400, 30: 12_100, 45: 13_100, 60: 11_500, 75: 4_100, 85: 2_200}
ROWS = 50_000


def share(kind: str, age: int) -> float:
    draw = HashDraw(1, ("person", kind), np.arange(ROWS, dtype=np.uint64))
    owned = getattr(contacts, f"has_{kind}")(draw, np.full(ROWS, age, dtype=np.int16))
    assert owned.dtype == np.bool_
    return float(owned.mean())


def overall(kind: str) -> float:
    return sum(share(kind, age) * people for age, people in PEOPLE.items()) / sum(PEOPLE.values())


def test_95_in_100_people_of_15_and_over_have_a_mobile() -> None:
    # Source: INSEE Focus 259 (2021).
    assert overall("mobile") == pytest.approx(0.95, abs=0.01)


def test_77_in_100_people_of_15_and_over_have_a_landline() -> None:
    # Source: INSEE Focus 259 (2021).
    assert overall("landline") == pytest.approx(0.77, abs=0.015)


def test_almost_everyone_of_15_to_29_has_a_mobile() -> None:
    assert share("mobile", 20) == pytest.approx(0.99, abs=0.003)


def test_eight_in_ten_of_75_and_over_have_a_mobile() -> None:
    old = (share("mobile", 80) * PEOPLE[75] + share("mobile", 90) * PEOPLE[85]) / (PEOPLE[75] + PEOPLE[85])
    assert old == pytest.approx(0.80, abs=0.01)


@pytest.mark.parametrize("kind", ["mobile", "landline", "email"])
@pytest.mark.parametrize("age", [0, 5, 11])
def test_children_own_nothing(kind: str, age: int) -> None:
    assert share(kind, age) == 0


def test_landlines_grow_with_age() -> None:
    shares = [share("landline", age) for age in (20, 40, 50, 65, 80)]
    assert shares == sorted(shares)


def test_addresses_fall_with_age() -> None:
    shares = [share("email", age) for age in (20, 50, 65, 80, 90)]
    assert shares == sorted(shares, reverse=True)


def test_a_band_starts_on_its_birthday() -> None:
    assert share("mobile", 74) - share("mobile", 75) > 0.05


def test_means_of_contact_are_drawn_apart() -> None:
    draw = HashDraw(1, ("person", "x"), np.arange(ROWS, dtype=np.uint64))
    age = np.full(ROWS, 80, dtype=np.int16)
    mobile, landline = contacts.has_mobile(draw, age), contacts.has_landline(draw, age)
    assert float((mobile & landline).mean()) == pytest.approx(
        float(mobile.mean() * landline.mean()), abs=0.01
    )


def test_nobody_owns_nothing() -> None:
    nobody = np.array([], dtype=np.int16)
    assert len(contacts.has_email(HashDraw(1, ("p",), nobody.astype(np.uint64)), nobody)) == 0

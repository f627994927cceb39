"""Prescribers, samplers and laboratories: invented, unique, unequal, and independent of other sources."""

from collections.abc import Callable

import numpy as np
import pytest
from stdnum import luhn
from stdnum.fr import siret

from simbreach.engine.plan import Plan, compile_plan
from simbreach.engine.pools import Pool, build_pools
from simbreach.profile.model import Profile
from simbreach.reference.places import places

Make = Callable[..., Profile]


@pytest.fixture(scope="module")
def pools(labs: Profile) -> dict[str, Pool]:
    return build_pools(labs, labs.seed, "unattributed")


def texts(values) -> list[str]:
    if isinstance(values, np.ndarray):
        return [bytes(row).decode() for row in values]
    return values.text().to_pylist() if hasattr(values, "text") else values.to_pylist()


def members(pools: dict[str, Pool], kind: str, number: int) -> slice:
    starts = [*pools[kind].starts.tolist(), len(pools[kind].frame)]
    return slice(starts[number], starts[number + 1])


@pytest.mark.parametrize("kind", ["prescriber", "sampler"])
def test_every_source_has_as_many_members_as_it_says(
    pools: dict[str, Pool], labs: Profile, kind: str
) -> None:
    counts = [members(pools, kind, n).stop - members(pools, kind, n).start for n in range(28)]
    assert counts == [getattr(source, f"{kind}s") for source in labs.sources]


@pytest.mark.parametrize(
    ("kind", "field"),
    [("prescriber", "rpps"), ("prescriber", "adeli"), ("prescriber", "code"), ("sampler", "rpps"),
     ("laboratory", "siret"), ("laboratory", "finess"), ("laboratory", "iban")],
)  # fmt: skip
def test_no_number_of_a_pool_occurs_twice(pools: dict[str, Pool], kind: str, field: str) -> None:
    numbers = texts(pools[kind].column(field))
    assert len(set(numbers)) == len(numbers)


def test_rpps_numbers_pass_luhn_and_begin_with_99(pools: dict[str, Pool]) -> None:
    numbers = texts(pools["prescriber"].column("rpps"))
    assert all(luhn.is_valid(number) and number.startswith("99") and len(number) == 11 for number in numbers)


def test_sirets_pass_luhn_and_begin_with_0(pools: dict[str, Pool]) -> None:
    numbers = texts(pools["laboratory"].column("siret"))
    assert all(siret.is_valid(number) and number.startswith("0") for number in numbers)


def test_the_siret_of_a_laboratory_begins_with_its_siren(pools: dict[str, Pool]) -> None:
    pool = pools["laboratory"]
    pairs = zip(texts(pool.column("siret")), texts(pool.column("siren")), strict=True)
    assert all(long[:9] == short for long, short in pairs)


def test_laboratories_bear_the_names_and_stand_in_the_communes_of_their_sources(
    pools: dict[str, Pool], labs: Profile
) -> None:
    pool = pools["laboratory"]
    codes = [places().insee_codes[int(place)].as_py() for place in pool.frame["commune"]]
    assert texts(pool.column("name")) == [source.title for source in labs.sources]
    assert codes == [source.commune for source in labs.sources]


def test_emails_of_laboratories_lie_under_example_com(pools: dict[str, Pool]) -> None:
    assert all(mail.endswith(".example.com") for mail in texts(pools["laboratory"].column("email")))


def test_rows_of_a_source_name_its_own_prescribers(labs_plan: Plan) -> None:
    frame = labs_plan.main.frame(0, 5000)
    pool = labs_plan.main.pools["prescriber"]
    owner = np.searchsorted(pool.starts, frame["prescriber_member"], side="right") - 1
    assert owner.tolist() == frame["source_code"].tolist()


def test_the_departments_of_prescribers_have_the_weights_of_the_rows(labs: Profile) -> None:
    # Vannes: 95 % of the rows in the Morbihan, 2, 2 and 1 % in three départements around.
    profile = labs.model_copy(update={"sources": labs.sources[:1]})
    plan = compile_plan(profile, rows=20_000)
    pool, member = plan.main.pools["prescriber"], plan.main.frame(0, 20_000)["prescriber_member"]
    codes = np.array(places().department_codes)[pool.frame["department"][member]]
    shares = [float((codes == code).mean()) for code in ("56", "44", "35", "22")]
    assert np.abs(np.array(shares) - [0.95, 0.02, 0.02, 0.01]).max() < 0.01


def test_a_few_prescribers_send_many_patients(labs_plan: Plan) -> None:
    frame = labs_plan.main.frame(0, 5000)
    first = frame["prescriber_member"][frame["source_code"] == 0]
    counts = np.sort(np.bincount(first))[::-1]
    assert counts[:10].sum() > 0.2 * len(first)


def test_the_order_of_the_sources_changes_no_member(labs: Profile, pools: dict[str, Pool]) -> None:
    turned = labs.model_copy(update={"sources": labs.sources[::-1]})
    other = build_pools(turned, labs.seed, "unattributed")
    mine, same = members(pools, "prescriber", 2), members(other, "prescriber", 25)
    for field in ("rpps", "name", "code", "address_1"):
        column, theirs = pools["prescriber"].column(field), other["prescriber"].column(field)
        assert texts(column)[mine] == texts(theirs)[same]


def test_another_source_changes_no_persons_name(labs: Profile, pools: dict[str, Pool]) -> None:
    fewer = labs.model_copy(update={"sources": labs.sources[1:]})
    other = build_pools(fewer, labs.seed, "unattributed")
    mine, same = members(pools, "sampler", 1), members(other, "sampler", 0)
    assert texts(pools["sampler"].column("name"))[mine] == texts(other["sampler"].column("name"))[same]


def test_prescribers_share_no_landline_with_each_other(pools: dict[str, Pool]) -> None:
    numbers = pools["prescriber"].column("landline").tolist()
    assert len(set(numbers)) == len(numbers)


MANY = """
[[sources]]
name = "un"
title = "UN"
code = "UN"
commune = "56260"
share = 1
prescribers = 60000

[[sources]]
name = "deux"
title = "DEUX"
code = "DEUX"
commune = "56121"
share = 1
prescribers = 60000
"""


@pytest.mark.parametrize("field", ["rpps", "code"])
def test_the_numbers_of_very_many_prescribers_do_not_repeat(small_profile: Make, field: str) -> None:
    pool = build_pools(small_profile(sources=MANY), 1, "unattributed")["prescriber"]
    numbers = texts(pool.column(field))
    assert len(set(numbers)) == 120_000

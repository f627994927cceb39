"""Ten fields of a person as Arrow batches in memory, on one core: simbreach, Faker fr_FR, Mimesis fr.

The peers' scripts are written with care: bound methods, lists by column, one Arrow array a column, no
provider that is slower than need be. What they make does not agree within a person (their NIR know neither
birth date nor place) and may be a real person's; ours does and cannot. All are counted in filled values.
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
from faker import Faker
from measure import Result, in_turn, script
from mimesis import Address, Datetime, Person
from mimesis.enums import Gender
from mimesis.locales import Locale

import simbreach

PROFILE = Path(__file__).with_name("people.toml")
NAMES = ["sex", "birth_name", "first_name", "birth_date", "nir"]
NAMES += ["address", "postcode", "commune", "mobile", "email"]


def measure(quick: bool) -> list[Result]:
    few, many = (500, 5_000) if quick else (20_000, 500_000)
    profile = simbreach.load_profile(PROFILE)
    with one_core():
        ours, faker, mimesis = in_turn(
            lambda: _seconds_a_value(lambda: list(simbreach.batches(profile, "people", 0, many))),
            lambda: _seconds_a_value(lambda: [with_faker(few)]),
            lambda: _seconds_a_value(lambda: [with_mimesis(few)]),
            rounds=1 if quick else 3,
        )
    return [
        Result(
            "ten fields of a person as Arrow batches, one core",
            f"{1 / ours / 1e6:.2f} M values/s",
            f"{name} {1 / peer / 1e6:.3f} M values/s",
            peer / ours,
            target,
            least=True,
        )
        for name, peer, target in (("Faker fr_FR", faker, 200), ("Mimesis fr", mimesis, 40))
    ]


@contextmanager
def one_core() -> Iterator[None]:
    """Hold this process to one core where the system can; not those that measure after it."""
    before, threads = getattr(os, "sched_getaffinity", lambda _: None)(0), pa.cpu_count()
    if before:
        os.sched_setaffinity(0, {min(before)})
    pa.set_cpu_count(1)
    try:
        yield
    finally:
        pa.set_cpu_count(threads)
        if before:
            os.sched_setaffinity(0, before)


def _seconds_a_value(make: Callable[[], list[pa.RecordBatch]]) -> float:
    begun = time.perf_counter()
    batches = make()
    seconds = time.perf_counter() - begun
    return seconds / sum(len(column) - column.null_count for batch in batches for column in batch.columns)


def with_faker(rows: int) -> pa.RecordBatch:
    fake = Faker("fr_FR", use_weighting=False)
    fake.seed_instance(4)
    sexes = [fake.random_element(("1", "2")) for _ in range(rows)]
    first = {"1": fake.first_name_male, "2": fake.first_name_female}
    columns = (
        sexes,
        [fake.last_name() for _ in range(rows)],
        [first[sex]() for sex in sexes],
        [fake.date_of_birth(minimum_age=0, maximum_age=100).isoformat() for _ in range(rows)],
        [fake.ssn() for _ in range(rows)],
        [fake.street_address() for _ in range(rows)],
        [fake.postcode() for _ in range(rows)],
        [fake.city() for _ in range(rows)],
        [fake.phone_number() for _ in range(rows)],
        [fake.email() for _ in range(rows)],
    )
    return pa.record_batch([pa.array(column) for column in columns], names=NAMES)


def with_mimesis(rows: int) -> pa.RecordBatch:
    person, address, dates = (
        Person(Locale.FR, seed=4),
        Address(Locale.FR, seed=4),
        Datetime(Locale.FR, seed=4),
    )
    chance = random.Random(4)
    below = chance.randrange
    genders = {"1": Gender.MALE, "2": Gender.FEMALE}
    sexes = [chance.choice("12") for _ in range(rows)]
    births = [dates.date(start=1920, end=2020) for _ in range(rows)]
    columns = (
        sexes,
        [person.last_name() for _ in range(rows)],
        [person.first_name(gender=genders[sex]) for sex in sexes],
        [birth.isoformat() for birth in births],
        [_nir(sex, birth.year, birth.month, below) for sex, birth in zip(sexes, births, strict=True)],
        [address.address() for _ in range(rows)],
        [address.postal_code() for _ in range(rows)],
        [address.city() for _ in range(rows)],
        [person.phone_number() for _ in range(rows)],
        [person.email() for _ in range(rows)],
    )
    return pa.record_batch([pa.array(column) for column in columns], names=NAMES)


def _nir(sex: str, year: int, month: int, below: Callable[[int], int]) -> str:
    """Mimesis has none: of a commune number and an order that nobody holds, with its key."""
    number = f"{sex}{year % 100:02}{month:02}56{800 + below(100)}{900 + below(100)}"
    return f"{number}{97 - int(number) % 97:02}"


if __name__ == "__main__":
    script(measure)

"""What the Faker and Mimesis providers give: values of a seeded `random.Random`, and of nothing else.

The same state of the generator gives the same values, and each value moves it on by the same steps on every
machine.
"""

from random import Random

import numpy as np

from simbreach.core.streams import HashDraw
from simbreach.engine.persons import person_frame
from simbreach.identifiers.ins import TEST_OID
from simbreach.population.people import cells
from simbreach.reference.phone_blocks import DEFAULT_POLICY
from simbreach.testing import numbers
from simbreach.testing.crowd import DAYS, VARIANTS, crowd
from simbreach.testing.records import Household, Patient, Sex, patients_of, patients_table

# The population of the shipped profiles: their people.
_POPULATION_SEED = 1


def _draw(random: Random) -> HashDraw:
    """The draws of one row under a seed of the generator's."""
    return HashDraw(random.getrandbits(64), ("one",), np.zeros(1, dtype=np.uint64))


def patients(random: Random, count: int) -> list[Patient]:
    """So many different people of the synthetic France, made in one go."""
    ids = np.array(random.sample(range(cells().people), count), dtype=np.int64)
    return patients_of(patients_table(person_frame(ids, _POPULATION_SEED, DEFAULT_POLICY)))


def household(random: Random) -> Household:
    """All the people of one address, in a small commune."""
    people = crowd()
    sizes = (len(people.households), DAYS, VARIANTS, VARIANTS, VARIANTS, VARIANTS)
    which, *variants = map(random.randrange, sizes)
    return people.household(which, *variants)


def nir(random: Random, sex: Sex | None, birth_years: tuple[int, int]) -> str:
    """A NIR of 15 characters."""
    return numbers.make_nir(random.randrange, _draw(random), sex, birth_years)


def ins(random: Random) -> str:
    """An INS as `<nir>^<oid>`, with the OID of test identities."""
    return f"{nir(random, None, (1917, 2025))}^{TEST_OID}"


def phone(random: Random, kind: str) -> str:
    """Ten digits: a `mobile` or a `landline`."""
    return numbers.make_phone(random.randrange, _draw(random), kind)


def email(random: Random) -> str:
    """An e-mail address."""
    return numbers.make_email(random.randrange, _draw(random))


def numbered(random: Random, name: str) -> str:
    """An identifier of `numbers.NUMBERED`."""
    return numbers.make_numbered(name, random.randrange, _draw(random))


def siret(random: Random) -> str:
    """A SIRET of 14 digits."""
    return numbers.make_siret(random.randrange, _draw(random))

"""A Faker provider of French patients and identifiers that are nobody's.

```python
from faker import Faker
from simbreach.testing.faker_provider import SimbreachProvider

fake = Faker("fr_FR")
fake.add_provider(SimbreachProvider)
fake.patient(), fake.nir(), fake.rpps(), fake.french_mobile()
```

Values come from Faker's own generator: `Faker.seed(1)` or `fake.seed_instance(1)` gives the same ones again.
No name of Faker's own is taken: `fake.siren()` is still Faker's, which may be a company's.
"""

from typing import TYPE_CHECKING

from faker.providers import BaseProvider

if TYPE_CHECKING:
    from simbreach.testing.records import Household, Patient, Sex

_ANY_YEAR = (1917, 2025)


class SimbreachProvider(BaseProvider):
    """French patients and identifiers, all provably synthetic (docs/safety.md)."""

    def patient(self) -> "Patient":
        """A person, coherent in itself; tens of milliseconds: for many, see `patients`."""
        from simbreach.testing import seeded

        return seeded.patients(self.generator.random, 1)[0]

    def patients(self, count: int) -> "list[Patient]":
        """So many different people, made in one go: a thousand take hardly longer than ten."""
        from simbreach.testing import seeded

        return seeded.patients(self.generator.random, count)

    def household(self) -> "Household":
        """All the people of one address."""
        from simbreach.testing import seeded

        return seeded.household(self.generator.random)

    def nir(self, *, sex: "Sex | None" = None, birth_years: tuple[int, int] = _ANY_YEAR) -> str:
        """A NIR of 15 characters, key included, of a sex and of years of birth."""
        from simbreach.testing import seeded

        return seeded.nir(self.generator.random, sex, birth_years)

    def ins(self) -> str:
        """A national health identity, `<nir>^<oid>`, with the OID of test identities."""
        from simbreach.testing import seeded

        return seeded.ins(self.generator.random)

    def french_mobile(self) -> str:
        """A mobile number of ten digits, in a block that no operator has."""
        from simbreach.testing import seeded

        return seeded.phone(self.generator.random, "mobile")

    def french_landline(self) -> str:
        """A landline number of ten digits, in a block that no operator has."""
        from simbreach.testing import seeded

        return seeded.phone(self.generator.random, "landline")

    def french_email(self) -> str:
        """An e-mail address at a French provider's name under example.com, .net or .org."""
        from simbreach.testing import seeded

        return seeded.email(self.generator.random)

    def rpps(self) -> str:
        """The number of a health professional, 11 digits."""
        from simbreach.testing import seeded

        return seeded.numbered(self.generator.random, "rpps")

    def adeli(self) -> str:
        """The ADELI number of a nurse, 9 digits."""
        from simbreach.testing import seeded

        return seeded.numbered(self.generator.random, "adeli")

    def finess(self) -> str:
        """The number of an establishment, 9 digits."""
        from simbreach.testing import seeded

        return seeded.numbered(self.generator.random, "finess")

    def ipp(self) -> str:
        """A hospital's number of a patient, 10 digits."""
        from simbreach.testing import seeded

        return seeded.numbered(self.generator.random, "ipp")

    def french_iban(self) -> str:
        """An IBAN of 27 characters, in a bank that does not exist."""
        from simbreach.testing import seeded

        return seeded.numbered(self.generator.random, "iban")

    def french_siren(self) -> str:
        """A company's number of 9 digits, that begins with 0 as no company's does."""
        from simbreach.testing import seeded

        return seeded.numbered(self.generator.random, "siren")

    def french_siret(self) -> str:
        """An establishment's number of 14 digits, of such a company."""
        from simbreach.testing import seeded

        return seeded.siret(self.generator.random)

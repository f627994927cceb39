"""A Mimesis provider of French patients and identifiers that are nobody's.

```python
from mimesis import Generic
from simbreach.testing.mimesis_provider import SimbreachProvider

generic = Generic(seed=1)
generic.add_provider(SimbreachProvider)
generic.simbreach.patient(), generic.simbreach.nir(), generic.simbreach.rpps()
```

The seed of the `Generic`, or of a provider alone (`SimbreachProvider(seed=1)`), gives the same values again.
"""

from typing import TYPE_CHECKING

from mimesis.providers import BaseProvider

if TYPE_CHECKING:
    from simbreach.testing.records import Household, Patient, Sex

_ANY_YEAR = (1917, 2025)


class SimbreachProvider(BaseProvider):
    """French patients and identifiers, all provably synthetic (docs/safety.md)."""

    class Meta:
        """Under which name a `Generic` knows the provider."""

        name = "simbreach"

    def patient(self) -> "Patient":
        """A person, coherent in itself; tens of milliseconds: for many, see `patients`."""
        from simbreach.testing import seeded

        return seeded.patients(self.random, 1)[0]

    def patients(self, count: int) -> "list[Patient]":
        """So many different people, made in one go: a thousand take hardly longer than ten."""
        from simbreach.testing import seeded

        return seeded.patients(self.random, count)

    def household(self) -> "Household":
        """All the people of one address."""
        from simbreach.testing import seeded

        return seeded.household(self.random)

    def nir(self, *, sex: "Sex | None" = None, birth_years: tuple[int, int] = _ANY_YEAR) -> str:
        """A NIR of 15 characters, key included, of a sex and of years of birth."""
        from simbreach.testing import seeded

        return seeded.nir(self.random, sex, birth_years)

    def ins(self) -> str:
        """A national health identity, `<nir>^<oid>`, with the OID of test identities."""
        from simbreach.testing import seeded

        return seeded.ins(self.random)

    def french_mobile(self) -> str:
        """A mobile number of ten digits, in a block that no operator has."""
        from simbreach.testing import seeded

        return seeded.phone(self.random, "mobile")

    def french_landline(self) -> str:
        """A landline number of ten digits, in a block that no operator has."""
        from simbreach.testing import seeded

        return seeded.phone(self.random, "landline")

    def french_email(self) -> str:
        """An e-mail address at a French provider's name under example.com, .net or .org."""
        from simbreach.testing import seeded

        return seeded.email(self.random)

    def rpps(self) -> str:
        """The number of a health professional, 11 digits."""
        from simbreach.testing import seeded

        return seeded.numbered(self.random, "rpps")

    def adeli(self) -> str:
        """The ADELI number of a nurse, 9 digits."""
        from simbreach.testing import seeded

        return seeded.numbered(self.random, "adeli")

    def finess(self) -> str:
        """The number of an establishment, 9 digits."""
        from simbreach.testing import seeded

        return seeded.numbered(self.random, "finess")

    def ipp(self) -> str:
        """A hospital's number of a patient, 10 digits."""
        from simbreach.testing import seeded

        return seeded.numbered(self.random, "ipp")

    def french_iban(self) -> str:
        """An IBAN of 27 characters, in a bank that does not exist."""
        from simbreach.testing import seeded

        return seeded.numbered(self.random, "iban")

    def french_siren(self) -> str:
        """A company's number of 9 digits, that begins with 0 as no company's does."""
        from simbreach.testing import seeded

        return seeded.numbered(self.random, "siren")

    def french_siret(self) -> str:
        """An establishment's number of 14 digits, of such a company."""
        from simbreach.testing import seeded

        return seeded.siret(self.random)

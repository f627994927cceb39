import phonenumbers
import pytest
from email_validator import validate_email
from faker import Faker
from mimesis import Generic, Locale
from schwifty import IBAN
from stdnum.fr import nir as stdnum_nir
from stdnum.fr import siren as stdnum_siren
from stdnum.fr import siret as stdnum_siret

from simbreach.core.registry import IDENTIFIERS, find
from simbreach.testing.faker_provider import SimbreachProvider as OfFaker
from simbreach.testing.mimesis_provider import SimbreachProvider as OfMimesis

# Which identifier's module judges what each method gives.
METHODS = {
    "nir": "nir",
    "ins": "ins",
    "french_mobile": "mobile",
    "french_landline": "landline",
    "french_email": "email",
    "rpps": "rpps",
    "adeli": "adeli",
    "finess": "finess",
    "ipp": "ipp",
    "french_iban": "iban",
    "french_siren": "siren",
    "french_siret": "siret",
}


def of_faker(seed):
    fake = Faker("fr_FR")
    fake.add_provider(OfFaker)
    fake.seed_instance(seed)
    return fake


def of_mimesis(seed):
    generic = Generic(Locale.FR, seed=seed)
    generic.add_provider(OfMimesis)
    return generic.simbreach


@pytest.fixture(params=[of_faker, of_mimesis], ids=["faker", "mimesis"])
def provider(request):
    return request.param


@pytest.mark.parametrize("method", METHODS)
def test_every_identifier_is_valid_and_nobodys(provider, method):
    module, values = find(IDENTIFIERS, METHODS[method]), provider(1)
    for text in [getattr(values, method)() for _ in range(10)]:
        module.validate(text)
        assert module.is_synthetic(text)


@pytest.mark.parametrize("method", [*METHODS, "patient", "household"])
def test_the_same_seed_gives_the_same_values(provider, method):
    one, again = provider(5), provider(5)
    assert [getattr(one, method)() for _ in range(3)] == [getattr(again, method)() for _ in range(3)]


@pytest.mark.parametrize("method", METHODS)
def test_another_seed_gives_other_values(provider, method):
    assert getattr(provider(1), method)() != getattr(provider(2), method)()


def test_outside_judges_take_the_identifiers(provider):
    values = provider(7)
    assert stdnum_nir.is_valid(values.nir())
    assert stdnum_siren.is_valid(values.french_siren())
    assert stdnum_siret.is_valid(values.french_siret())
    assert IBAN(values.french_iban()).country_code == "FR"
    assert validate_email(values.french_email(), check_deliverability=False)
    assert phonenumbers.is_valid_number(phonenumbers.parse(values.french_mobile(), "FR"))


def test_a_nir_may_be_of_a_sex_and_of_years(provider):
    assert provider(3).nir(sex="F", birth_years=(1960, 1960)).startswith("260")


def test_a_patient_is_coherent(provider):
    patient = provider(11).patient()
    assert patient.nir[:3] == f"{'MF'.index(patient.sex) + 1}{patient.birth_date.year % 100:02}"
    assert stdnum_nir.is_valid(patient.nir)


def test_many_patients_are_different_people(provider):
    patients = provider(13).patients(500)
    assert len({patient.nir for patient in patients}) == 500


def test_the_people_of_a_household_live_at_one_address(provider):
    household = provider(17).household()
    assert {member.address for member in household.members} == {household.address}


def test_faker_without_the_instance_seed_follows_the_shared_one():
    fake = Faker("fr_FR")
    fake.add_provider(OfFaker)
    Faker.seed(19)
    first = fake.nir()
    Faker.seed(19)
    assert fake.nir() == first


def test_faker_keeps_the_methods_that_it_had():
    plain, ours = Faker("fr_FR"), of_faker(1)
    plain.seed_instance(1)
    assert ours.siren() == plain.siren()

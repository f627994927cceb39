"""People as tests take them: frozen, typed records, one a person, made from the population's columns.

Every identifier in them lies where nobody's does (docs/safety.md). Nothing heavy is imported until people are
made, so that the record types can be named anywhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pyarrow as pa

    from simbreach.core.frame import Frame
    from simbreach.core.schema import FieldType

Sex = Literal["M", "F"]
MaritalStatus = Literal["single", "married", "widowed", "divorced"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """One person: the clean identity, whatever the rows of a leak say about it.

    Names have their accents; numbers are written without blanks. What a child has is its own here: the rows
    of most children bear a parent's NIR, mobile and e-mail address.
    """

    person_id: int
    """The person in the synthetic France, the same in all datasets."""
    household_id: int
    """The `person_id` of the household's first person: who shares it lives at one address."""
    sex: Sex
    birth_date: date
    first_name: str
    birth_name: str
    usage_name: str
    """The surname in use: that of most married women is their husband's."""
    nir: str
    """15 characters, the key included; fits sex, year and month of birth and the département."""
    email: str | None
    mobile: str | None
    """Ten digits from 0 on."""
    landline: str | None
    """The telephone at home, ten digits: the same for the whole household."""
    address: str
    address_2: str | None
    """Building, residence, floor."""
    postcode: str
    commune: str
    insee_code: str
    birth_place: str
    """Commune of birth; the country for those born abroad."""
    marital_status: MaritalStatus
    blood_group: str
    occupation: str | None
    employer: str | None

    @property
    def full_name(self) -> str:
        """First name and surname in use."""
        return f"{self.first_name} {self.usage_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """The people of one address, in the order of their `person_id`."""

    household_id: int
    members: tuple[Patient, ...]

    @property
    def address(self) -> str:
        """First line of the address that all of them have."""
        return self.members[0].address

    @property
    def landline(self) -> str | None:
        """The telephone at home, where there is one."""
        return self.members[0].landline


# The fields of the records: the column of a person's frame that each is made from, and its type.
_COLUMNS: dict[str, tuple[str, "FieldType"]] = {
    "birth_date": ("birth_date", "date"),
    "first_name": ("first_name", "name"),
    "birth_name": ("birth_name", "name"),
    "usage_name": ("usage_name", "name"),
    "nir": ("nir", "nir"),
    "email": ("email", "email"),
    "mobile": ("mobile", "phone"),
    "landline": ("landline", "phone"),
    "address": ("address_1", "text"),
    "address_2": ("address_2", "text"),
    "postcode": ("postcode", "code"),
    "commune": ("commune_name", "text"),
    "insee_code": ("insee_code", "code"),
    "birth_place": ("birth_place", "text"),
    "blood_group": ("blood_group", "code"),
    "occupation": ("occupation", "text"),
    "employer": ("employer", "text"),
}


def patients_table(frame: "Frame") -> "pa.Table":
    """The people of a person's frame (`engine.persons.person_frame`), a column a field of `Patient`."""
    import numpy as np
    import pyarrow as pa

    from simbreach.core.arrow import coded, decode, from_numpy, strings
    from simbreach.core.schema import MARITAL
    from simbreach.engine.spell import PLAIN, spell

    groups = np.zeros(len(frame), dtype=np.int32)
    columns: dict[str, Any] = {
        "person_id": from_numpy(frame["person_id"]),
        "household_id": from_numpy(frame["household_id"]),
        "sex": decode(coded(frame["sex"].astype(np.int32) - 1, strings(["M", "F"]))),
    }
    for name, (field, kind) in _COLUMNS.items():
        if kind == "date":
            columns[name] = from_numpy(frame[field]).cast(pa.int32()).cast(pa.date32())
        else:
            columns[name] = decode(spell(frame[field], kind, groups, [PLAIN]))
    columns["marital_status"] = decode(coded(frame["marital_status"], strings(MARITAL)))
    return pa.table(columns)


def patients_of(table: "pa.Table") -> list[Patient]:
    """The records of a table that `patients_table` made, in its order."""
    names = table.column_names
    columns = [table.column(name).to_pylist() for name in names]
    return [Patient(**dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True)]


def households_of(patients: Iterable[Patient]) -> list[Household]:
    """The patients by household, in the order of the households' numbers."""
    by_number: dict[int, dict[int, Patient]] = {}
    for patient in patients:
        by_number.setdefault(patient.household_id, {})[patient.person_id] = patient
    return [
        Household(household_id=number, members=tuple(member for _, member in sorted(members.items())))
        for number, members in sorted(by_number.items())
    ]

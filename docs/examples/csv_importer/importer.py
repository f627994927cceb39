"""Reads the patients of a laboratory's CSV export, a line at a time."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

# By how many signs they have: `strptime("420817", "%Y%m%d")` is a day of the year 4208.
FORMS = {10: ("%d/%m/%Y", "%Y-%m-%d"), 8: ("%Y%m%d", "%d/%m/%y"), 6: ("%y%m%d",)}


@dataclass(frozen=True)
class Record:
    """What is kept of a line."""

    line: int
    patient_number: str
    last_name: str
    birth_date: date


def read_records(path: Path, errors: list[str]) -> Iterator[Record]:
    """The records of a file; what cannot be read goes to `errors`, by line and column, without its value."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in (reader := csv.DictReader(file, delimiter=";")):
            line = reader.line_num
            visit = read_date(row["DOS_DATPREL"], date.today())
            birth = read_date(row["PAT_DATNAIS"], visit or date.today())
            if birth is None:
                errors.append(f"line {line}: PAT_DATNAIS is no date")
                continue
            yield Record(line, row["PAT_NUM"].strip(), row["PAT_NOM"].strip(), birth)


def read_date(text: str, latest: date) -> date | None:
    """A date as laboratories write it, where no century is given up to `latest`; None if it is none."""
    for form in FORMS.get(len(text.strip()), ()):
        try:
            found = datetime.strptime(text.strip(), form).date()
        except ValueError:
            continue
        if "%y" in form and found > latest:
            found = found.replace(year=found.year - 100)
        return found
    return None

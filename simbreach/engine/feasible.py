"""What must hold before a plan can be made: seats that exist, days that can be written, sound templates."""

from datetime import date, timedelta

from simbreach.core.dates import DAYS, FIRST_DAY
from simbreach.core.errors import InputError, ProfileError
from simbreach.core.schema import FREE_TEXT
from simbreach.engine import remarks
from simbreach.population.people import FIRST_YEAR
from simbreach.profile.model import Profile
from simbreach.reference.places import commune_index


def check_templates(profile: Profile) -> None:
    """TemplateError for templates that cannot be written, before any row is made."""
    if any(column.field in FREE_TEXT for table in profile.tables for column in table.columns):
        remarks.grammar()


def check_seats(profile: Profile) -> None:
    """ProfileError for a source whose commune there is not."""
    for source in profile.sources:
        try:
            commune_index(source.commune)
        except InputError as error:
            raise ProfileError(f"{profile.name}: sources.{source.name}.commune: {error}") from error


def check_dates(profile: Profile) -> None:
    """ProfileError for dates that lie outside the days that can be written."""
    first, last = date(1970, 1, 1) + timedelta(FIRST_DAY), date(1970, 1, 1) + timedelta(FIRST_DAY + DAYS - 1)
    if profile.dates.first_day.year <= FIRST_YEAR or profile.dates.last_day > last - timedelta(366):
        raise ProfileError(f"{profile.name}: dates: visits can be from {FIRST_YEAR + 1} to {last.year - 1}")
    for table in profile.tables:
        for column in table.columns:
            if column.field == "date_offset":
                visit = column.of != "birth_date"
                start = profile.dates.first_day if visit else date(FIRST_YEAR, 1, 1)
                end = profile.dates.last_day + timedelta(366)
                if not (start - first).days >= -(column.low or 0) or (last - end).days < (column.high or 0):
                    raise ProfileError(
                        f"{profile.name}: tables.{table.name}.columns.{column.name}: dates up to "
                        f"{column.low} to {column.high} days from {column.of} lie outside {first} to {last}, "
                        "which can be written"
                    )

"""Checks of visits: days, ages, files; and of households and people who come again."""

from typing import Final

from simbreach.truth.report.checks import Check

VISIT: Final = (
    Check(
        "visit-after-birth",
        "visit",
        """select "#", p.birth_date <= visit_date from cells join people p using (person_id)
           where visit_date is not null""",
        ("visit_date",),
    ),
    Check(
        "visit-on-an-open-day",
        "visit",
        """select "#", visit_date between first_day and last_day and weight > 0
             and strftime(visit_date, '%m-%d') not in (select day from asked.closed)
           from cells join asked.sources using (source) join asked.weekdays on day = isodow(visit_date)
           where visit_date is not null""",
        ("visit_date",),
    ),
    Check(
        "visits-in-order",
        "visit",
        """select "#", visit_date >= before from (
             select "#", visit_date,
               lag(visit_date) over (partition by "table", source order by "#") as before
             from cells where visit_date is not null) where before is not null""",
        ("visit_date",),
    ),
    Check(
        "file-number-of-its-day",
        "visit",
        """select "#", left(file_number, 6) = strftime(visit_date, '%y%m%d') from cells
           where file_number is not null and visit_date is not null""",
        ("file_number", "visit_date"),
    ),
    Check(
        "file-number-once",
        "visit",
        """select min("#"), count(*) = 1 from cells where file_number is not null
           group by "table", source, file_number""",
        ("file_number",),
    ),
    Check(
        "patient-number-of-one-person",
        "visit",
        """select min("#"), count(distinct person_id) = 1 from cells
           where patient_number is not null and person_id is not null
           group by "table", source, patient_number""",
        ("patient_number",),
    ),
    Check(
        "first-visit-before",
        "visit",
        """select "#", patient_since <= visit_date from cells
           where patient_since is not null and visit_date is not null""",
        ("patient_since", "visit_date"),
    ),
    Check(
        "rights-begin-before-they-end",
        "visit",
        """select "#", payer_rights_from <= payer_rights_to from cells
           where payer_rights_from is not null and payer_rights_to is not null""",
        ("payer_rights_from", "payer_rights_to"),
    ),
    Check(
        "age-at-visit",
        "visit",
        """select "#", age = age_on(p.birth_date, visit_date) from cells join people p using (person_id)
           where age is not null and visit_date is not null and cause is distinct from 'swapped_date'""",
        ("age", "visit_date"),
    ),
    Check(
        "civility-fits",
        "visit",
        """select "#", case civility
             when 'baby' then age_on(p.birth_date, visit_date) < 1
             when 'child' then age_on(p.birth_date, visit_date) between 1 and 11
             when 'man' then p.sex = 'M' and age_on(p.birth_date, visit_date) >= 12
             when 'doctor' then age_on(p.birth_date, visit_date) >= 18
             else p.sex = 'F' and age_on(p.birth_date, visit_date) >= 12
               and civility in ('woman', 'miss', 'sister') end
           from cells join people p using (person_id)
           where civility is not null and visit_date is not null""",
        ("civility", "visit_date"),
    ),
)

# Addresses are cut at other widths by other sources: their common beginning is compared.
_BEGINNING = "(select coalesce(min(width) - 3, 1000) from spelled where field = '{field}')"

HOUSEHOLD: Final = (
    Check(
        "household-of-one-address",
        "household",
        f"""select min("#"), count(distinct left(address_1, {_BEGINNING.format(field="address_1")})) = 1
            from cells join people using (person_id)
            where address_1 is not null and cause is distinct from 'moved'
            group by household_id having count(*) > 1""",
        ("address_1",),
    ),
    Check(
        "household-of-one-postcode",
        "household",
        """select min("#"), count(distinct postcode) = 1 from cells join people using (person_id)
           where postcode is not null group by household_id having count(*) > 1""",
        ("postcode",),
    ),
    Check(
        "household-of-one-landline",
        "household",
        """select min("#"), count(distinct landline) = 1 from cells join people using (person_id)
           where landline is not null and cause is distinct from 'other_phone'
           group by household_id having count(*) > 1""",
        ("landline",),
    ),
    Check(
        "repeat-is-the-same-person",
        "household",
        """select c."#", f.person_id is not null and c.person_id = f.person_id from cells c
           left join cells f on f."table" = c."table" and f."#" = c.duplicate_of
           where c.duplicate_of is not null""",
    ),
    Check(
        "repeat-where-it-says",
        "household",
        """select c."#", (c.source = f.source) = (c.cause = 'same_source') from cells c
           join cells f on f."table" = c."table" and f."#" = c.duplicate_of
           where c.cause in ('same_source', 'other_source')""",
    ),
    Check(
        "repeat-differs-as-it-says",
        "household",
        """select c."#", case cause
             when 'swapped_names' then c.usage_name is distinct from plain(p.usage_name)
             when 'swapped_date' then c.birth_date is distinct from p.birth_date
             else c.usage_name <> plain(p.usage_name) end
           from cells c join people p using (person_id)
           left join spelled s on s."table" = c."table" and s.source = c.source and s.field = 'usage_name'
           where cause in ('married_name', 'typo', 'swapped_names', 'swapped_date')
             and c.usage_name is not null and c.birth_date is not null
             and length(p.usage_name) < coalesce(s.width, 1000)
             and (cause <> 'swapped_names' or plain(p.usage_name) <> plain(p.first_name))""",
        ("usage_name", "birth_date"),
    ),
)

"""Checks of people: their own NIR, names and places; and of the rows that say who they are."""

from typing import Final

from simbreach.truth.report.checks import Check

# SQL for the numbers that several checks look at.
MACROS: Final = """
create macro nir_number(n) as try_cast(
  left(n, 5) || replace(replace(substr(n, 6, 2), '2A', '19'), '2B', '18') || substr(n, 8, 6) as bigint);
create macro nir_key(n) as lpad((97 - nir_number(n) % 97)::text, 2, '0');
create macro age_on(born, day) as
  year(day) - year(born) - (strftime(day, '%m%d') < strftime(born, '%m%d'))::int;
create macro years_older(elder, child) as (child::int - elder::int + 200) % 100;
"""

# Where no commune number was ever given out, by the two characters after the month; and 900 or more.
_VOID = """
select person_id, substr(nir, 11, 3) between '900' and '999' and case substr(nir, 6, 2)
    when '97' then substr(nir, 8, 1) = '9' and substr(nir, 9, 2) between '01' and '89'
    when '99' then substr(nir, 8, 3) between '600' and '899'
    else substr(nir, 8, 3)::int between first_void_code::int and last_void_code::int
      and (substr(nir, 6, 2) not in ('91', '92', '93', '94', '95') or year(birth_date) >= 1968) end
from people left join reference.void on department_code = substr(nir, 6, 2) where nir is not null"""

PEOPLE: Final = (
    Check(
        "nir-fits-person",
        "people",
        "select person_id, left(nir, 5) = if(sex = 'M', '1', '2') || strftime(birth_date, '%y%m') "
        "from people where nir is not null",
    ),
    Check(
        "nir-key",
        "people",
        "select person_id, length(nir) = 15 and nir_key(nir) = substr(nir, 14, 2) "
        "from people where nir is not null",
    ),
    Check("nir-is-nobodys", "people", _VOID),
    Check(
        "nir-once",
        "people",
        "select min(person_id), count(*) = 1 from people where nir is not null group by left(nir, 13)",
    ),
    Check(
        "first-name-of-its-year",
        "people",
        """select p.person_id, g.name is not null from people p left join reference.given g
           on g.sex = p.sex and g.name = p.first_name
           and g.birth_year = least(greatest(year(p.birth_date), 1900),
             (select max(birth_year) from reference.given))""",
    ),
    Check(
        "surname-known",
        "people",
        """select person_id, s.name is not null from people p
           left join reference.surnames s on s.name = p.birth_name where p.birth_name is not null""",
    ),
    Check(
        "commune-of-its-code",
        "people",
        """select person_id, c.name is not distinct from p.commune from people p
           left join reference.communes c using (insee_code) where p.insee_code is not null""",
    ),
    Check(
        "guardian-older",
        "people",
        """select c.person_id, age_on(g.birth_date, c.birth_date) between 14 and 60
           from people c join people g on g.person_id = c.guardian_id""",
    ),
)

# A row's text against its person's: `{field}` on the row, `{own}` of the person. A second file of somebody
# may have another surname or part of a name: its cause says so.
_OTHER_NAMES = "('married_name', 'typo', 'swapped_names', 'compound_part')"
_WRITTEN = """
select c."#", c.{field} = cut(p.{own}, s.width, s.folded)
from cells c join people p using (person_id)
left join spelled s on s."table" = c."table" and s.source = c.source and s.field = '{field}'
where c.{field} is not null and coalesce(c.cause not in {other}, true)"""


def _written(name: str, field: str, own: str) -> Check:
    return Check(name, "identity", _WRITTEN.format(field=field, own=own, other=_OTHER_NAMES), (field,))


_NIR = "length(c.nir) in (13, 15) and nir_number(c.nir) is not null"

IDENTITY: Final = (
    Check(
        "nir-own",
        "identity",
        f"""select c."#", {_NIR} and left(c.nir, 13) = left(p.nir, 13)
            from cells c join people p using (person_id)
            where c.nir is not null and c.nir_person_id = c.person_id""",
        ("nir",),
    ),
    Check(
        "nir-of-guardian",
        "identity",
        f"""select c."#", {_NIR} and left(c.nir, 13) = left(g.nir, 13) and p.guardian_id = c.nir_person_id
            from cells c join people p using (person_id) join people g on g.person_id = c.nir_person_id
            where c.nir is not null and c.nir_person_id <> c.person_id""",
        ("nir",),
    ),
    Check(
        "nir-of-a-parents-age",
        "identity",
        f"""select c."#", {_NIR} and substr(c.nir, 4, 2) between '01' and '12'
              and years_older(substr(c.nir, 2, 2), year(p.birth_date) % 100) between 14 and 60
            from cells c join people p using (person_id)
            where c.nir is not null and c.nir_person_id <> c.person_id""",
        ("nir",),
    ),
    Check(
        "guardian-nir-of-a-parents-age",
        "identity",
        """select c."#", nir_number(c.guardian_nir) is not null
             and years_older(substr(c.guardian_nir, 2, 2), year(p.birth_date) % 100) between 14 and 60
             and (g.nir is null or left(g.nir, 13) = left(c.guardian_nir, 13))
           from cells c join people p using (person_id) left join people g on g.person_id = p.guardian_id
           where c.guardian_nir is not null""",
        ("guardian_nir",),
    ),
    Check(
        "nir-key-written",
        "identity",
        """select "#", nir_key(nir) = substr(nir, 14, 2) from cells where length(nir) = 15""",
        ("nir",),
    ),
    Check(
        "nir-key-beside",
        "identity",
        """select "#", lpad(nir_key, 2, '0') = nir_key(nir) from cells
           where nir is not null and nir_key is not null""",
        ("nir", "nir_key"),
    ),
    Check(
        "ins-own",
        "identity",
        """select c."#", c.ins = left(p.nir, length(c.ins)) and length(c.ins) in (13, 15)
           from cells c join people p using (person_id) where c.ins is not null""",
        ("ins",),
    ),
    Check(
        "ins-is-a-test-identity",
        "identity",
        """select "#", identity_oid = '1.2.250.1.213.1.4.10' from cells where identity_oid is not null""",
        ("identity_oid",),
    ),
    Check(
        "birth-department",
        "identity",
        """select c."#", c.birth_department = substr(p.nir, 6, 2) from cells c join people p using (person_id)
           where c.birth_department is not null""",
        ("birth_department",),
    ),
    Check(
        "birth-place-code",
        "identity",
        """select c."#", c.birth_place_code = substr(p.nir, 6, 5) from cells c join people p using (person_id)
           where c.birth_place_code is not null""",
        ("birth_place_code",),
    ),
    _written("first-name-written", "first_name", "first_name"),
    _written("usage-name-written", "usage_name", "usage_name"),
    _written("birth-name-written", "birth_name", "birth_name"),
    _written("maiden-name-written", "maiden_name", "birth_name"),
    Check(
        "sex-written",
        "identity",
        """select c."#", c.sex = if(p.sex = 'M', 'man', 'woman') from cells c join people p using (person_id)
           where c.sex is not null""",
        ("sex",),
    ),
    Check(
        "birth-date-written",
        "identity",
        """select c."#", c.birth_date = p.birth_date
             or (s.short_year and strftime(c.birth_date, '%d%m%y') = strftime(p.birth_date, '%d%m%y'))
           from cells c join people p using (person_id)
           left join spelled s on s."table" = c."table" and s.source = c.source and s.field = 'birth_date'
           where c.birth_date is not null and c.cause is distinct from 'swapped_date'""",
        ("birth_date",),
    ),
)

"""Checks of places, means of contact and the numbers of professionals."""

from typing import Final

from simbreach.truth.report.checks import Check

MACROS: Final = """
create macro luhn(v) as list_sum(list_transform(generate_series(1, length(v)), lambda i:
  case when (length(v) - i) % 2 = 0 then substr(v, i, 1)::int
       else substr(v, i, 1)::int * 2 - if(substr(v, i, 1)::int > 4, 9, 0) end)) % 10 = 0;
"""

# Whether some commune has the postcode and, as the source writes it, the name.
_POSTCODE_OF = """
with said as (
  select distinct "table", source, {role}postcode as postcode, {role}commune as commune from cells
  where {role}postcode is not null and {role}commune is not null),
judged as (
  select said.*, coalesce(bool_or(said.commune = cut(o.name, s.width, s.folded)), false) as ok from said
  left join spelled s
    on s."table" = said."table" and s.source = said.source and s.field = '{role}commune'
  left join reference.postcodes o using (postcode) group by all)
select c."#", j.ok from cells c join judged j
  on j."table" = c."table" and j.source = c.source
  and j.postcode = c.{role}postcode and j.commune = c.{role}commune"""


def _postcode_of(name: str, role: str) -> Check:
    return Check(name, "place", _POSTCODE_OF.format(role=role), (f"{role}postcode", f"{role}commune"))


PLACE: Final = (
    Check(
        "postcode-of-the-persons-commune",
        "place",
        """select "#", list_contains(o.postcodes, c.postcode) from cells c join people p using (person_id)
           left join reference.communes o on o.insee_code = p.insee_code where c.postcode is not null""",
        ("postcode",),
    ),
    _postcode_of("postcode-fits-commune", ""),
    _postcode_of("postcode-fits-commune-prescriber", "prescriber_"),
    _postcode_of("postcode-fits-commune-laboratory", "laboratory_"),
    _postcode_of("postcode-fits-commune-sampler", "sampler_"),
    Check(
        "insee-code-of-the-person",
        "place",
        """select "#", c.insee_code = p.insee_code from cells c join people p using (person_id)
           where c.insee_code is not null""",
        ("insee_code",),
    ),
    Check(
        "within-reach-of-the-source",
        "place",
        """select c."#", (o.x_m - s.x_m) ** 2 + (o.y_m - s.y_m) ** 2 <= (reach_km * 1000.0) ** 2
           from cells c join people p using (person_id)
           join asked.sources a using (source)
           join reference.communes o on o.insee_code = p.insee_code
           join reference.communes s on s.insee_code = a.commune
           anti join canaries x on x.person_id = c.person_id where c.duplicate_of is null""",
    ),
)

_PHONES = (
    *("landline", "mobile", "phone_other", "prescriber_landline", "prescriber_mobile"),
    *("laboratory_landline", "laboratory_fax", "sampler_landline", "sampler_mobile"),
)
_EMAILS = ("email", "prescriber_email", "laboratory_email", "company_email")


def _of_all(fields: tuple[str, ...]) -> str:
    """The values of several columns, one beneath the other."""
    return " union all ".join(
        f'select "#", {field} as value from cells where {field} is not null' for field in fields
    )


CONTACT: Final = (
    Check(
        "landline-of-its-zone",
        "contact",
        """select "#", landline // 100000000 = o.zone from cells c join people p using (person_id)
           join reference.communes o on o.insee_code = p.insee_code where landline is not null""",
        ("landline",),
    ),
    Check(
        "mobile-is-a-mobile",
        "contact",
        """select "#", mobile // 100000000 in (6, 7) from cells where mobile is not null""",
        ("mobile",),
    ),
    Check(
        "phone-in-a-block-of-nobody",
        "contact",
        f"""select v."#", coalesce(v.value // 10000 <= b.last, false) from ({_of_all(_PHONES)}) v
            asof left join asked.blocks b on b.first <= v.value // 10000""",
        any_of=_PHONES,
    ),
    Check(
        "email-under-an-example-domain",
        "contact",
        f"""select "#", regexp_full_match(value, '[^@ ]+@([a-z0-9-]+[.])*example[.](com|net|org)')
            from ({_of_all(_EMAILS)})""",
        any_of=_EMAILS,
    ),
)


def _number(name: str, fields: tuple[str, ...], form: str) -> Check:
    """Numbers of a form whose check digit is right, each number once."""
    return Check(
        name,
        "number",
        f"""select min("#"), case when regexp_full_match(value, '{form}') then luhn(value) else false end
            from ({_of_all(fields)}) group by value""",
        any_of=fields,
    )


NUMBER: Final = (
    _number("rpps-key", ("prescriber_rpps", "sampler_rpps"), "99[0-9]{9}"),
    _number("adeli-key", ("prescriber_adeli",), "00[0-9]{7}"),
    _number("finess-key", ("prescriber_finess", "laboratory_finess"), "(99|00)[0-9]{7}"),
    _number("siren-key", ("laboratory_siren", "company_siren"), "0[0-9]{8}"),
    _number("siret-key", ("laboratory_siret", "company_siret"), "0[0-9]{13}"),
    Check(
        "iban-keys",
        "number",
        f"""select "#", regexp_full_match(value, 'FR[0-9]{{2}}99999[0-9]{{18}}')
              and try_cast(substr(value, 5) || '1527' || substr(value, 3, 2) as hugeint) % 97 = 1
            from ({_of_all(("iban", "laboratory_iban", "company_iban"))})""",
        any_of=("iban", "laboratory_iban", "company_iban"),
    ),
    Check(
        "prescriber-of-one-name",
        "number",
        """select min("#"), count(distinct left(prescriber_name,
             (select coalesce(min(width), 1000) from spelled where field = 'prescriber_name'))) = 1
           from cells where prescriber_rpps is not null and prescriber_name is not null
           group by prescriber_rpps""",
        ("prescriber_rpps", "prescriber_name"),
    ),
)

"""Checks of health data: conditions, treatments, pregnancies against the person and against each other."""

from typing import Final

from simbreach.truth.report.checks import Check

# What a source's words for a condition or drug can stand for: they may be cut. Each way of cutting is tried
# on the reference once.
_MEANT = """
{kind}_ways as (select distinct width, folded from spelled where field = '{field}'
  union select null, null),
{kind}_written as (
  select w.width, w.folded, cut(r.{label}, w.width, w.folded) as said, r.* from {kind}_ways w
  cross join reference.{kind}s r),
{kind}_said as (select distinct "table", source, {field} as said from cells where {field} is not null),
{kind}s as (
  select c."table", c.source, c.said as {field}, r.* exclude (said, width, folded)
  from {kind}_said c left join spelled s
    on s."table" = c."table" and s.source = c.source and s.field = '{field}'
  left join {kind}_written r on r.said = c.said
    and r.width is not distinct from s.width and r.folded is not distinct from s.folded)"""
_CONDITIONS = "with " + _MEANT.format(kind="condition", field="condition", label="label_fr")
_DRUGS = _MEANT.format(kind="drug", field="treatment", label="label")

HEALTH: Final = (
    Check(
        "condition-fits-age-and-sex",
        "health",
        f"""{_CONDITIONS}
            select c."#", bool_or(m.sex in ('A', p.sex)
              and age_on(p.birth_date, date '2021-01-01') between m.age_min::int and m.age_max::int)
            from cells c join people p using (person_id)
            join conditions m on m."table" = c."table" and m.source = c.source and m.condition = c.condition
            group by c."table", c."#" """,
        ("condition",),
    ),
    Check(
        "condition-of-its-code",
        "health",
        f"""{_CONDITIONS}
            select c."#", bool_or(m.icd10 = c.condition_code) from cells c
            join conditions m on m."table" = c."table" and m.source = c.source and m.condition = c.condition
            where c.condition_code is not null group by c."table", c."#" """,
        ("condition", "condition_code"),
    ),
    Check(
        "treatment-fits-condition",
        "health",
        f"""{_CONDITIONS}, {_DRUGS}
            select c."#", bool_or(list_contains(string_split(m.atc_examples, ';'), d.atc)) from cells c
            join conditions m on m."table" = c."table" and m.source = c.source and m.condition = c.condition
            join drugs d on d."table" = c."table" and d.source = c.source and d.treatment = c.treatment
            group by c."table", c."#" """,
        ("condition", "treatment"),
    ),
    Check(
        "treatment-of-its-codes",
        "health",
        f"""with {_DRUGS}
            select c."#", bool_or(d.atc = coalesce(c.treatment_atc, d.atc)
              and d.cip13 = coalesce(c.treatment_cip13, d.cip13)) from cells c
            join drugs d on d."table" = c."table" and d.source = c.source and d.treatment = c.treatment
            where c.treatment_atc is not null or c.treatment_cip13 is not null group by c."table", c."#" """,
        ("treatment",),
        any_of=("treatment_atc", "treatment_cip13"),
    ),
    Check(
        "pregnancy-fits-age-and-sex",
        "health",
        """select "#", p.sex = 'F' and age_on(p.birth_date, coalesce(visit_date, date '2021-01-01'))
             between 12 and 55
           from cells join people p using (person_id) where pregnant = 'yes'""",
        ("pregnant",),
    ),
    Check(
        "blood-group-is-one",
        "health",
        """select "#", blood_group in (select label from reference.blood_groups)
           from cells where blood_group is not null""",
        ("blood_group",),
    ),
)

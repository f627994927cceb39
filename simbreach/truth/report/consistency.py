"""Checks of the truth against the tables: rows, defects, spans, look-alikes are where they are said to be."""

from collections.abc import Callable

from simbreach.truth.report.checks import Check
from simbreach.truth.report.source import ROW, Opened, name_of, quoted

# Said of a relative, not of the person.
_NOT_OF_THE_PERSON = """(select "table", "row", "column" from truth.spans where label = 'person.relation')"""


def truth_checks(dataset: Opened) -> list[Check]:
    """The checks of the truth tables that the dataset has."""
    known = Check(
        "row-of-a-known-person",
        "truth",
        """select r."row", p.person_id is not null from truth.rows r left join people p using (person_id)
           where r.person_id is not null""",
    )
    defects = _in_cells(
        dataset,
        "defects",
        f'(select "table", "row", "column", arg_min(clean, {ROW}) as clean from truth.defects group by all)',
        lambda cell: f"{cell} is distinct from t.clean",
    )
    checks = [known, Check("defect-changed-its-cell", "truth", defects, ("defects",))]
    if "spans" in dataset.truth:
        spans = _in_cells(
            dataset,
            "spans",
            "truth.spans",
            lambda cell: (
                f't.start >= 0 and t.start < t."end" and t.text = substr({cell}, t.start + 1, '
                't."end" - t.start)'
            ),
        )
        checks += [Check("span-is-its-text", "truth", spans, ("spans",)), _PREGNANCY]
    if "negatives" in dataset.truth:
        negatives = _in_cells(
            dataset,
            "negatives",
            "truth.negatives",
            lambda cell: f't.start >= 0 and t.start < t."end" and t."end" <= length({cell})',
        )
        checks.append(Check("look-alike-is-in-its-cell", "truth", negatives, ("negatives",)))
    if dataset.profile.policies.health_in_towns:
        told = _TOLD + (_TOLD_IN_TEXT if "spans" in dataset.truth else "")
        checks.append(Check("health-told-in-towns", "truth", _IN_TOWNS.format(told=told)))
    return checks


# Whose health is told: of such people a file says where they live only in towns, in streets of no map.
_TOLD = """
select "table", "#" from cells
where coalesce(condition, condition_code, treatment, treatment_atc) is not null or pregnant = 'yes'"""
_TOLD_IN_TEXT = f"""
union select "table", "row" from truth.spans anti join {_NOT_OF_THE_PERSON} o using ("table", "row", "column")
where starts_with(label, 'health.') and label <> 'health.status'"""
_IN_TOWNS = """
select c."#", o.population >= 5000
  and coalesce(regexp_replace(c.address_1, '^[0-9]+ *(BIS|TER|QUATER|[A-Z])? +', '') not in (
    select plain(name) from reference.streets), true)
from cells c semi join ({told}) t using ("table", "#") join people p using (person_id)
join reference.communes o on o.insee_code = p.insee_code"""

_PREGNANCY = Check(
    "pregnancy-in-text-fits",
    "truth",
    f"""select s."row", p.sex = 'F' and age_on(p.birth_date, coalesce(c.visit_date, date '2021-01-01'))
          between 12 and 55
        from (select distinct "table", "row", "column" from truth.spans where label = 'health.pregnancy') s
        anti join {_NOT_OF_THE_PERSON} o using ("table", "row", "column")
        join cells c on c."table" = s."table" and c."#" = s."row" join people p using (person_id)""",
    ("spans",),
)


def _in_cells(dataset: Opened, truth: str, relation: str, holds: Callable[[str], str]) -> str:
    """A question to each written cell that a truth table speaks of; a cell that is not there fails."""
    places = dataset.all(f'select distinct "table", "column" from truth.{truth} order by all')
    known = {(column.table, column.name) for column in dataset.columns}
    parts = [
        f"""select t."row", coalesce({holds(f"w.{name_of(column)}")}, false) from {relation} t
            left join data.{name_of(table)} w on w.{ROW} = t."row"
            where t."table" = {quoted(table)} and t."column" = {quoted(column)}"""
        for table, column in places
        if (table, column) in known
    ]
    lost = [place for place in places if place not in known]
    parts += [
        f'select t."row", false from {relation} t '
        f'where t."table" = {quoted(table)} and t."column" = {quoted(column)}'
        for table, column in lost
    ]
    return " union all ".join(parts) or "select 0, true where false"

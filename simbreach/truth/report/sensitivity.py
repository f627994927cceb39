"""What a dataset would mean if it were real: who could be reached, how many children, whose health is told.

And where the identifiers lie, how often a name is somebody's by chance, and the margins that were published.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from simbreach.core.labels import LABELS
from simbreach.core.schema import FREE_TEXT
from simbreach.reference.tables import read_rows
from simbreach.truth.chance import expected_namesakes
from simbreach.truth.report.contents import Fill
from simbreach.truth.report.source import Opened, name_of, quoted

_MAJORITY = 18


@dataclass(frozen=True)
class Told:
    """People of whom at least one cell (or stretch of text) of a label is filled, and minors among them."""

    label: str
    sensitivity: str
    people: int
    minors: int


@dataclass(frozen=True)
class Shared:
    """Telephone numbers of a field that several households have, of all different ones."""

    field: str
    numbers: int
    shared: int


@dataclass(frozen=True)
class Margin:
    """A share that was published about the real case, and what it is here."""

    measure: str
    key: str
    low: float
    high: float
    share: float


@dataclass(frozen=True)
class Sensitivity:
    """Counts of different people; `minors` were under 18 on the day when the data was taken."""

    people: int
    minors: int
    direct: int
    article_9: int
    article_9_minors: int
    told: tuple[Told, ...]
    policies: dict[str, Any]
    shared: tuple[Shared, ...]
    namesakes: float
    margins: tuple[Margin, ...]


# Fields of those who care for the patient, not of the patient.
_OTHERS = ("prescriber_", "laboratory_", "sampler_", "company_", "payer_", "guardian_", "spouse_")


def sensitivity(dataset: Opened, fills: tuple[Fill, ...]) -> Sensitivity:
    """The counts; `cells`, `people` must be there, and `fills` as `contents` counts them."""
    run = dataset.connection.execute
    run(
        "create table ages as select person_id, age_on(birth_date, $day) < $majority as minor from people",
        {"day": dataset.profile.as_of, "majority": _MAJORITY},
    )
    told = _add_facts(dataset)
    people, minors = dataset.one("select count(*), count(*) filter (minor) from ages")
    direct = _any_of(number for number, (_, kind) in enumerate(told) if kind == "direct")
    health = _any_of(number for number, (_, kind) in enumerate(told) if kind == "article-9")
    counts = dataset.one(
        f"""select count(*) filter ({direct}), count(*) filter ({health}),
            count(*) filter ({health} and minor)
            {"".join(f", count(*) filter (f{n}), count(*) filter (f{n} and minor)" for n in range(len(told)))}
            from facts join ages using (person_id)"""
    )
    labels = [
        Told(label, kind, *counts[3 + 2 * number : 5 + 2 * number])
        for number, (label, kind) in enumerate(told)
    ]
    return Sensitivity(
        people=people,
        minors=minors,
        direct=counts[0],
        article_9=counts[1],
        article_9_minors=counts[2],
        told=tuple(sorted(labels, key=lambda told: (-told.people, told.label))),
        policies=dict(dataset.manifest.get("policies") or dataset.plan.get("policies") or {}),
        shared=tuple(_shared(dataset, field) for field in ("landline", "mobile")),
        namesakes=expected_namesakes(people),
        margins=tuple(_margins(dataset, fills)),
    )


def _any_of(numbers: Iterable[int]) -> str:
    return f"({' or '.join(f'f{number}' for number in numbers) or 'false'})"


def _add_facts(dataset: Opened) -> list[tuple[str, str]]:
    """Make `facts` (person_id, f0, f1, …): which label is told of each person; the labels and sensitivities.

    What a free text tells is known where its spans are: it counts as text then, without them as a whole.
    """
    spans = "spans" in dataset.truth
    columns: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for column in dataset.columns:
        if column.sensitivity in ("direct", "article-9") and not column.field.startswith(_OTHERS):
            kind = "text" if column.field in FREE_TEXT and spans else column.sensitivity
            columns.setdefault((column.label, kind), []).append((column.table, f"w.{name_of(column.name)}"))
    health = [label for label in LABELS.values() if label.sensitivity == "article-9"] if spans else []
    for label in health:
        columns.setdefault((label.name, "article-9"), [])

    def flags(table: str) -> str:
        """For each label whether the row of a table has one of its columns filled."""
        filled = [[name for of, name in names if of == table] for names in columns.values()]
        return ", ".join(f"coalesce({', '.join(f)}) is not null" if f else "false" for f in filled)

    parts = [
        f"""select c.person_id, {flags(table)} from cells c join data.{name_of(table)} w on w."#" = c."#"
            where c."table" = {quoted(table)} and c.person_id is not null"""
        for table in dataset.tables
    ]
    if spans:
        in_text = ", ".join(
            f"s.label = {quoted(label)}" if kind == "article-9" else "false" for label, kind in columns
        )
        parts.append(
            f"""select c.person_id, {in_text} from truth.spans s
                anti join (select "table", "row", "column" from truth.spans where label = 'person.relation') o
                  using ("table", "row", "column")
                join cells c on c."table" = s."table" and c."#" = s."row" where c.person_id is not null"""
        )
    numbers = range(len(columns))
    dataset.connection.execute(
        f"""create table facts as
            select person_id{"".join(f", bool_or(f{n}) as f{n}" for n in numbers)}
            from ({" union all ".join(parts)}) as said(person_id{"".join(f", f{n}" for n in numbers)})
            group by person_id"""
    )
    return list(columns)


def _shared(dataset: Opened, field: str) -> Shared:
    return Shared(
        field,
        *dataset.one(
            f"""select count(*), count(*) filter (n > 1) from (
                  select count(distinct household_id) as n from cells join people using (person_id)
                  where {field} is not null group by {field})"""
        ),
    )


def _margins(dataset: Opened, fills: tuple[Fill, ...]) -> list[Margin]:
    """Published shares of rows beside those of the main table; none for profiles about which none are listed.

    Measures: `filled` (key: a field), `civility` (clean words), `prescriber_department` (a code), of all rows
    but for the last one, whose shares are of the postcodes that are filled.
    """
    main = dataset.profile.main_table.name
    rows = max(dataset.one(f"select count(*) from data.{name_of(main)}")[0], 1)
    filled = {fill.field: fill.share for fill in reversed(fills) if fill.table == main}
    margins = []
    for row in read_rows("published_margins.csv"):
        if dataset.plan.get("profile") not in row["profiles"].split():
            continue
        measure, key = row["measure"], row["key"]
        if measure == "filled":
            share = filled.get(key, 0.0)
        elif measure == "civility":
            share = (
                dataset.one(
                    'select count(*) from cells where "table" = $1 and list_contains($2, civility)',
                    [main, key.split()],
                )[0]
                / rows
            )
        else:
            share = dataset.one(
                """select count(*) filter (starts_with(prescriber_postcode, $2)) / greatest(count(*), 1)
                   from cells where "table" = $1 and prescriber_postcode is not null""",
                [main, key],
            )[0]
        margins.append(Margin(measure, key, float(row["low"]), float(row["high"]), share))
    return margins

"""What stands in the tables: how much is filled, who sent it when, what was repeated, damaged, noted."""

from dataclasses import dataclass

from simbreach.core.schema import FREE_TEXT
from simbreach.profile.model import Table
from simbreach.profile.resolve import fill_share
from simbreach.truth.report.source import Opened, name_of

_FORMULAS_SHOWN = 5


@dataclass(frozen=True)
class Fill:
    """How much of a column is filled, and which share of the cells with a value the profile asks to fill."""

    table: str
    column: str
    field: str
    sensitivity: str
    filled: int
    share: float
    asked: float | None


@dataclass(frozen=True)
class SourceMonth:
    """Rows of a source in a month (its first day, ISO 8601)."""

    source: str
    month: str
    rows: int


@dataclass(frozen=True)
class Cause:
    """Rows whose person has another row that counts as the first, by cause."""

    cause: str
    rows: int
    people: int


@dataclass(frozen=True)
class DefectCount:
    """Struck cells of a kind in a source, and how many of the source's rows there are."""

    kind: str
    source: str
    cells: int
    rows: int


@dataclass(frozen=True)
class TextColumn:
    """A column of free text: filled cells, different texts, the commonest that come twice or more."""

    table: str
    column: str
    field: str
    filled: int
    share: float
    distinct: int
    commonest: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class SpanCount:
    """Marked stretches of a label, and the cells that hold one."""

    label: str
    spans: int
    cells: int


@dataclass(frozen=True)
class Contents:
    """All that is counted in the tables."""

    fills: tuple[Fill, ...]
    months: tuple[SourceMonth, ...]
    causes: tuple[Cause, ...]
    defects: tuple[DefectCount, ...]
    texts: tuple[TextColumn, ...]
    spans: tuple[SpanCount, ...]
    negatives: tuple[SpanCount, ...]


def contents(dataset: Opened) -> Contents:
    """The counts; `cells` must be there."""
    return Contents(
        fills=tuple(fill for table in dataset.profile.tables for fill in _fills(dataset, table)),
        months=tuple(
            SourceMonth(*row)
            for row in dataset.all(
                """select source, strftime(date_trunc('month', visit_date), '%Y-%m-%d') as month, count(*)
                   from cells where visit_date is not null and source is not null group by all order by all"""
            )
        ),
        causes=tuple(
            Cause(*row)
            for row in dataset.all(
                """select cause, count(*) as n, count(distinct person_id) from truth.rows
                   where cause is not null group by cause order by n desc, cause"""
            )
        ),
        defects=tuple(
            DefectCount(*row)
            for row in dataset.all(
                """with sizes as (select source, count(*) as n from truth.rows group by all)
                   select d.kind, r.source, count(*), any_value(s.n)
                   from truth.defects d join truth.rows r using ("table", "row") join sizes s using (source)
                   group by all order by all"""
            )
        ),
        texts=tuple(_texts(dataset)),
        spans=_marks(dataset, "spans", "label"),
        negatives=_marks(dataset, "negatives", "kind"),
    )


def _fills(dataset: Opened, table: Table) -> list[Fill]:
    relation = f"data.{name_of(table.name)}"
    counts = dataset.one(
        f"select count(*), {', '.join(f'count({name_of(c.name)})' for c in table.columns)} from {relation}"
    )
    rows, filled = counts[0], counts[1:]
    truth = {c.name: c for c in dataset.columns if c.table == table.name}
    asked = _asked(dataset, table)
    return [
        Fill(
            table.name,
            column.name,
            column.field,
            truth[column.name].sensitivity if column.name in truth else "other",
            count,
            count / max(rows, 1),
            asked.get(column.name),
        )
        for column, count in zip(table.columns, filled, strict=True)
    ]


def _asked(dataset: Opened, table: Table) -> dict[str, float]:
    """What the profile asks of each column, over the sources and years that its rows come from.

    A column that is only filled where another one is takes its share of that one's.
    """
    profile = dataset.profile
    sources = {source.name: source for source in profile.sources}
    weights = [
        (sources[source], year or profile.dates.first_day.year, rows)
        for source, year, rows in dataset.all(
            """select r.source, year(c.visit_date), count(*) from truth.rows r
               left join cells c on c."table" = r."table" and c."#" = r."row"
               where r."table" = $1 group by all""",
            [table.name],
        )
        if source in sources
    ]
    total = sum(rows for _, _, rows in weights)
    asked: dict[str, float] = {}
    for column in table.columns if total else ():
        if column.field == "empty":
            asked[column.name] = 0.0
            continue
        own = sum(float(fill_share(profile, source, column, year)) * n for source, year, n in weights) / total
        asked[column.name] = own * (asked.get(column.filled_with, 1.0) if column.filled_with else 1.0)
    return asked


def _texts(dataset: Opened) -> list[TextColumn]:
    found = []
    for column in dataset.columns:
        if column.field not in FREE_TEXT:
            continue
        name, relation = name_of(column.name), f"data.{name_of(column.table)}"
        filled, distinct, rows = dataset.one(
            f"select count({name}), count(distinct {name}), count(*) from {relation}"
        )
        commonest = dataset.all(
            f"""select {name}, count(*) as n from {relation} where {name} is not null
                group by 1 having n > 1 order by n desc, 1 limit {_FORMULAS_SHOWN}"""
        )
        if filled:
            found.append(
                TextColumn(
                    column.table, column.name, column.field, filled, filled / rows, distinct, tuple(commonest)
                )
            )
    return found


def _marks(dataset: Opened, table: str, key: str) -> tuple[SpanCount, ...]:
    """The spans, or look-alikes, of each kind; none where the dataset has no such table."""
    if table not in dataset.truth:
        return ()
    return tuple(
        SpanCount(*row)
        for row in dataset.all(
            f"""select {key}, count(*) as n, count(distinct ("table", "column", "row")) from truth.{table}
                group by 1 order by n desc, 1"""
        )
    )

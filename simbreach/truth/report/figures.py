"""All figures of a report, from a dataset's folder: what the page shows and `--json` gives."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from simbreach.truth.report.cells import build_cells
from simbreach.truth.report.checks import Result
from simbreach.truth.report.coherence import coherence
from simbreach.truth.report.contents import Contents, contents
from simbreach.truth.report.distances import Distances, distances
from simbreach.truth.report.reference import add_profile, add_reference
from simbreach.truth.report.sensitivity import Sensitivity, sensitivity
from simbreach.truth.report.source import Opened, open_dataset
from simbreach.truth.report.texts import Language


@dataclass(frozen=True)
class Headline:
    """What a dataset is, in a few numbers."""

    folder: str
    profile: str
    title: str
    seed: int
    simbreach: str
    data_version: int
    as_of: date
    tables: Mapping[str, int]
    rows: int
    columns: int
    cells: int
    filled: int
    people: int
    sources: int
    first_visit: date | None
    last_visit: date | None
    repeats: int
    struck_cells: int
    spans: int
    titles: Mapping[str, str]
    seats: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """The report in numbers; `distances` is nothing where no row is about a person."""

    headline: Headline
    distances: Distances | None
    contents: Contents
    sensitivity: Sensitivity
    coherence: tuple[Result, ...]

    @property
    def broken(self) -> int:
        """How many cases the coherence checks found broken."""
        return sum(result.broken for result in self.coherence)

    def html(self, language: Language = "fr") -> str:
        """The page, one HTML text that needs nothing else; MissingExtraError without the extra `report`."""
        from simbreach.truth.report.page import write_page

        return write_page(self, language)

    def as_dict(self) -> dict[str, Any]:
        """The same for machines; a distance's `judged` and `limit` are among its figures."""
        said = asdict(self)
        if self.distances:
            said["distances"]["decades"] = [
                {**asdict(decade), "judged": decade.judged, "limit": decade.limit}
                for decade in self.distances.decades
            ]
        return said


def read_figures(folder: Path) -> Figures:
    """The figures of the dataset in `folder`. DatasetError when it is none, or is not whole."""
    with open_dataset(folder) as dataset:
        add_reference(dataset.connection)
        add_profile(dataset.connection, dataset.profile)
        fields = build_cells(dataset)
        checks = tuple(coherence(dataset, fields))
        counted = contents(dataset)
        return Figures(
            headline=_headline(dataset, counted),
            distances=distances(dataset),
            contents=counted,
            sensitivity=sensitivity(dataset, counted.fills),
            coherence=checks,
        )


def _headline(dataset: Opened, counted: Contents) -> Headline:
    profile, plan = dataset.profile, dataset.plan
    rows = dict(dataset.all('select "table", count(*) from truth.rows group by all order by all'))
    people, sources, repeats = dataset.one(
        "select count(distinct person_id), count(distinct source), count(duplicate_of) from truth.rows"
    )
    columns = {table.name: len(table.columns) for table in profile.tables}
    return Headline(
        folder=dataset.folder.name,
        profile=profile.name,
        title=profile.title,
        seed=plan["seed"],
        simbreach=plan["simbreach"],
        data_version=plan["data_version"],
        as_of=profile.as_of,
        tables=rows,
        rows=sum(rows.values()),
        columns=sum(columns.values()),
        cells=sum(columns[table] * count for table, count in rows.items()),
        filled=sum(fill.filled for fill in counted.fills),
        people=people,
        sources=sources,
        first_visit=dataset.one("select min(visit_date) from cells")[0],
        last_visit=dataset.one("select max(visit_date) from cells")[0],
        repeats=repeats,
        struck_cells=sum(count.cells for count in counted.defects),
        spans=sum(count.spans for count in counted.spans),
        titles={source.name: source.title for source in profile.sources},
        seats=tuple(source.commune for source in profile.sources),
    )

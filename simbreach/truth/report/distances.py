"""How far the people of a dataset are from what they were drawn after: ages, communes, first names, surnames.

A distance is a total variation: half the sum of the absolute differences of two distributions' shares, which
is the share of people that would have to be others. Each person counts once.
"""

from dataclasses import dataclass

from simbreach.truth.report import naming
from simbreach.truth.report.naming import Decade, NameShare, Rank
from simbreach.truth.report.source import Opened


@dataclass(frozen=True)
class AgeGroup:
    """Five years of age at the first visit, of one sex: shares of all people, here, asked for, in France."""

    sex: str
    age: int
    people: int
    share: float
    asked: float
    france: float


@dataclass(frozen=True)
class Commune:
    """Where people live: how many, and how many the catchments ask for; metres of a plane."""

    insee_code: str
    name: str
    department: str
    x_m: int
    y_m: int
    people: int
    asked: float


@dataclass(frozen=True)
class Distances:
    """All that is compared with a reference."""

    ages: tuple[AgeGroup, ...]
    sex_and_age: float
    communes: tuple[Commune, ...]
    commune: float
    decades: tuple[Decade, ...]
    names: tuple[NameShare, ...]
    surnames: tuple[Rank, ...]
    surname_ratios: tuple[tuple[int, float], ...]


def distances(dataset: Opened) -> Distances | None:
    """The distances; nothing where the dataset has no people."""
    run = dataset.connection.execute
    run(
        """create table visitors as select c.person_id, c.source, p.sex, p.birth_date, p.insee_code,
             p.first_name, p.birth_name, age_on(p.birth_date, coalesce(c.visit_date, $day)) as age
           from cells c join people p using (person_id) where c.duplicate_of is null""",
        {"day": dataset.profile.as_of},
    )
    if not dataset.one("select count(*) from visitors")[0]:
        return None
    communes = _communes(dataset)
    surnames = naming.surnames(dataset)
    naming.add_names(dataset)
    return Distances(
        ages=_ages(dataset),
        sex_and_age=_sex_and_age(dataset),
        communes=communes,
        commune=sum(abs(c.people - c.asked) for c in communes) / sum(c.people for c in communes) / 2,
        decades=naming.decades(dataset),
        names=naming.names(dataset),
        surnames=surnames,
        surname_ratios=tuple((r.rank, r.share / r.reference) for r in surnames if r.rank in naming.RANKS),
    )


def _ages(dataset: Opened) -> tuple[AgeGroup, ...]:
    return tuple(
        AgeGroup(*row)
        for row in dataset.all(
            """
        with france as (
          select sex, 2020 - birth_year as age, people from reference.pyramid where birth_year <= 2020),
        asked_for as (
          select f.sex, f.age, b.share * people / sum(people) over (partition by b.sex, b.low) as share
          from france f join asked.bands b on b.sex = f.sex and f.age between b.low and b.high),
        here as (select sex, age // 5 * 5 as age, count(*) as n from visitors group by all),
        there as (select sex, age // 5 * 5 as age, sum(people) as n from france group by all),
        wanted as (select sex, age // 5 * 5 as age, sum(share) as share from asked_for group by all)
        select sex, age, coalesce(h.n, 0), coalesce(h.n, 0) / (select count(*) from visitors),
          coalesce(w.share, if((select count(*) from wanted) = 0, t.n / sum(t.n) over (), 0)),
          t.n / sum(t.n) over ()
        from there t left join here h using (sex, age) left join wanted w using (sex, age)
        order by sex, age"""
        )
    )


def _sex_and_age(dataset: Opened) -> float:
    """By the profile's bands of age at the visit; without any, by sex and five birth years of the pyramid."""
    if dataset.one("select count(*) from asked.bands")[0]:
        sql = """
        with here as (
          select b.sex, b.low, count(v.person_id) / (select count(*) from visitors) as share
          from asked.bands b left join visitors v on v.sex = b.sex and v.age between b.low and b.high
          group by all),
        lost as (select 1 - sum(share) as share from here)
        select (sum(abs(h.share - b.share / (select sum(share) from asked.bands))) + any_value(l.share)) / 2
        from here h join asked.bands b using (sex, low) cross join lost l"""
        return float(dataset.one(sql)[0])
    sql = """
        with here as (select sex, year(birth_date) // 5 as born, count(*) as n from visitors group by all),
        there as (
          select sex, birth_year // 5 as born, sum(people) as n from reference.pyramid
          where birth_year <= $year group by all)
        select sum(abs(coalesce(h.n, 0) / (select sum(n) from here)
          - coalesce(t.n, 0) / (select sum(n) from there))) / 2
        from here h full join there t using (sex, born)"""
    return float(dataset.connection.execute(sql, {"year": dataset.profile.as_of.year}).fetchall()[0][0])


def _communes(dataset: Opened) -> tuple[Commune, ...]:
    """A commune weighs its population in a catchment, halved at a third of the reach and less beyond."""
    return tuple(
        Commune(*row)
        for row in dataset.all(
            """
        with pull as (
          select a.source, c.insee_code,
            c.population / (1 + ((c.x_m - s.x_m) ** 2 + (c.y_m - s.y_m) ** 2) / (a.reach_km * 1000 / 3) ** 2)
              as weight
          from asked.sources a join reference.communes s on s.insee_code = a.commune
          join reference.communes c
            on c.x_m between s.x_m - a.reach_km * 1000 and s.x_m + a.reach_km * 1000
            and (c.x_m - s.x_m) ** 2 + (c.y_m - s.y_m) ** 2 <= (a.reach_km * 1000.0) ** 2),
        sizes as (select source, count(*) as n from visitors group by all),
        asked_for as (
          select insee_code, sum(n * share) as n from (
            select source, insee_code, weight / sum(weight) over (partition by source) as share from pull)
          join sizes using (source) group by all),
        here as (select insee_code, count(*) as n from visitors group by all)
        select insee_code, c.name, c.department, c.x_m, c.y_m, coalesce(h.n, 0), coalesce(a.n, 0)
        from here h full join asked_for a using (insee_code)
        join reference.communes c using (insee_code) order by insee_code"""
        )
    )

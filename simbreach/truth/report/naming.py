"""First names by decade of birth against Insee's table, and the rank curve of surnames."""

from dataclasses import dataclass
from typing import Final

from simbreach.truth.report.source import Opened

# Judged are decades with more people; below, chance is all there is to see. Few are not shown at all.
ENOUGH: Final = 8_000
_SHOWN: Final = 300
_COMMONEST: Final = 500
RANKS: Final = (10, 100, 1_000)


@dataclass(frozen=True)
class Decade:
    """First names of those born in ten years: the distance from Insee's table, and what chance gives."""

    decade: int
    people: int
    distance: float
    noise: float

    @property
    def judged(self) -> bool:
        """Whether there are enough people to say more than that chance is at work."""
        return self.people > ENOUGH

    @property
    def limit(self) -> float:
        """Up to which distance the names are as Insee's."""
        return 1.25 * self.noise + 0.01


@dataclass(frozen=True)
class NameShare:
    """A first name among those born in ten years: its share here and in Insee's table."""

    sex: str
    name: str
    decade: int
    share: float
    insee: float


@dataclass(frozen=True)
class Rank:
    """The share of people who bear the surname of a rank, here and in the reference."""

    rank: int
    share: float
    reference: float


def add_names(dataset: Opened) -> None:
    """Make `named` (people by decade, sex, name) and `given_share` (what Insee's table gives such people).

    Names without hyphen and accents; births of the same sexes and years as the people here.
    """
    dataset.connection.execute(
        """
        create table births as
          select sex, birth_year, plain(name) as name, sum(share) as share, arg_max(name, share) as shown
          from reference.given group by all;
        create table known as
          select v.sex, year(v.birth_date) as birth_year, plain(v.first_name) as name, count(*) as n
          from visitors v semi join births b
            on b.sex = v.sex and b.birth_year = year(v.birth_date) and b.name = plain(v.first_name)
          where year(v.birth_date) between 1930 and 2019 group by all;
        create table sizes as select birth_year // 10 * 10 as decade, sum(n) as n from known group by all;
        create table given_share as
          select z.decade, b.sex, b.name, sum(b.share * g.n) / any_value(z.n) as share,
            arg_max(b.shown, b.share) as shown
          from (select sex, birth_year, sum(n) as n from known group by all) g
          join births b using (sex, birth_year) join sizes z on z.decade = g.birth_year // 10 * 10
          group by all;
        create table named as
          select birth_year // 10 * 10 as decade, sex, name, sum(n) as n from known group by all"""
    )


def decades(dataset: Opened) -> tuple[Decade, ...]:
    """Over the 500 commonest names; chance: the expected absolute difference of a sample of that size."""
    return tuple(
        Decade(*row)
        for row in dataset.all(
            f"""
        with whole as (select decade, name, sum(share) as share from given_share group by all),
        top as (
          select *, row_number() over (partition by decade order by share desc, name) as rank from whole),
        mine as (select decade, name, sum(n) as m from named group by all)
        select decade, any_value(z.n), sum(abs(share - coalesce(m, 0) / z.n)) / 2,
          sum(sqrt(2 * share * (1 - share) / (pi() * z.n))) / 2
        from top join sizes z using (decade) left join mine using (decade, name)
        where rank <= {_COMMONEST} and z.n >= {_SHOWN} group by decade order by decade"""
        )
    )


def names(dataset: Opened) -> tuple[NameShare, ...]:
    """The five commonest names of each decade and sex by Insee, over all decades; shares of the sex."""
    return tuple(
        NameShare(*row)
        for row in dataset.all(
            f"""
        with sexes as (
          select decade, sex, sum(n) as n from named group by all having sum(n) >= {_SHOWN // 2}),
        there as (
          select decade, sex, name, shown, share / sum(share) over (partition by decade, sex) as share
          from given_share),
        top as (
          select sex, name, arg_max(shown, share) as shown from (
            from there join sexes using (decade, sex)
          qualify row_number() over (partition by decade, sex order by share desc, name) <= 5)
          group by all)
        select t.sex, t.shown, z.decade, coalesce(m.n, 0) / z.n, coalesce(r.share, 0)
        from top t join sexes z using (sex) left join there r using (sex, name, decade)
        left join named m using (sex, name, decade) order by t.sex, t.name, z.decade"""
        )
    )


def surnames(dataset: Opened) -> tuple[Rank, ...]:
    """Some sixty ranks, evenly spread as a logarithm shows them."""
    return tuple(
        Rank(*row)
        for row in dataset.all(
            """
        with here as (
          select row_number() over (order by count(*) desc, birth_name) as rank, count(*) as n,
            sum(count(*)) over () as people
          from visitors where birth_name is not null group by birth_name),
        there as (
          select row_number() over (order by weight desc, name) as rank, weight / sum(weight) over () as share
          from reference.surnames),
        wanted as (
          select distinct round(pow(10, i / 12))::bigint as rank from range(0, 61) as r(i))
        select rank, h.n / h.people, t.share from wanted join here h using (rank) join there t using (rank)
        order by rank"""
        )
    )

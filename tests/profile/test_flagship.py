"""The flagship states what was published about the leak of 2021, and only invented establishments."""

from collections import Counter
from fractions import Fraction

import pytest

from simbreach.core.schema import FIELDS, OF_A_COMPANY
from simbreach.profile.load import bundled, load_profile
from simbreach.profile.model import Profile, Weights
from simbreach.profile.resolve import fill_share, spelling

# Row shares by the prescriber's département. Source: Libération CheckNews, 24 February 2021.
PRESCRIBERS = {"56": 0.36, "45": 0.22, "27": 0.205, "22": 0.06, "35": 0.06, "41": 0.033}
# Rows by civility. Source: Next INpact, 2021; 491,840 rows in all.
ROWS, WOMEN, MEN, CHILDREN, BABIES, SISTERS = 491_840, 268_983, 195_828, 13_478, 425, 265

# Vannes, Lorient, Orléans, Évreux … Source: INSEE, code officiel géographique 2026.
SEATS = [
    "22070", "22136", "27056", "27229", "27284", "27375", "27467", "27681", "35236", "35360",
    "41018", "41194", "45028", "45155", "45208", "45234", "45252", "45285", "56007", "56066",
    "56083", "56117", "56121", "56165", "56178", "56184", "56240", "56260",
]  # fmt: skip


@pytest.fixture(scope="module")
def flagship() -> Profile:
    return load_profile("labs-nord-ouest-2021")


def _ages(weights: Weights, sex: str, low: int, high: int) -> float:
    bands = {tuple(map(int, band.split("-"))): share for band, share in getattr(weights, sex).items()}
    return float(sum(share for (first, last), share in bands.items() if low <= first and last <= high))


def _written(profile: Profile, field: str, option: str) -> dict[object, float]:
    """Row shares of the spellings of `field`'s column."""
    column = next(c for c in profile.main_table.columns if c.field == field)
    total = sum(source.share for source in profile.sources)
    shares: Counter[object] = Counter()
    for source in profile.sources:
        shares[getattr(spelling(profile, source, column), option)] += source.share
    return {layout: share / total for layout, share in shares.items()}


def test_it_has_as_many_rows_as_the_cnil_counted(flagship: Profile) -> None:
    assert flagship.main_table.rows == ROWS


def test_it_has_a_little_more_than_150_columns(flagship: Profile) -> None:
    assert 152 <= len(flagship.main_table.columns) <= 160


def test_about_60_columns_are_empty_or_nearly(flagship: Profile) -> None:
    columns = {column.name: column for column in flagship.main_table.columns}

    def fill(name: str) -> float:
        column = columns[name]
        own = 0.0 if column.field == "empty" else float(column.fill)
        return own * (fill(column.filled_with) if column.filled_with else 1)

    nearly = [name for name in columns if fill(name) <= 0.005 and columns[name].field != "nir_key"]
    assert 50 <= len(nearly) <= 65


def test_28_laboratories_in_six_departments(flagship: Profile) -> None:
    seats = {source.commune[:2] for source in flagship.sources}
    assert (len(flagship.sources), seats) == (28, {"56", "45", "27", "22", "35", "41"})


def test_every_seat_is_a_commune_of_its_own(flagship: Profile) -> None:
    assert sorted(source.commune for source in flagship.sources) == SEATS


def test_prescribers_come_from_the_published_departments(flagship: Profile) -> None:
    total = sum(source.share for source in flagship.sources)
    shares = dict.fromkeys(PRESCRIBERS, Fraction(0))
    for source in flagship.sources:
        all_weights = sum(source.prescriber_departments.values())
        for department, weight in source.prescriber_departments.items():
            shares.setdefault(department, Fraction(0))
            shares[department] += Fraction(source.share * weight, total * all_weights)
    assert {d: float(shares[d]) for d in PRESCRIBERS} == pytest.approx(PRESCRIBERS, abs=0.008)


def test_visits_run_from_january_2015_to_october_2020_most_in_2018_and_2019(flagship: Profile) -> None:
    dates = flagship.dates
    assert (dates.first_day.isoformat(), dates.last_day.isoformat()) == ("2015-01-05", "2020-10-24")
    assert dates.years is not None
    assert dates.years[2018] + dates.years[2019] > sum(dates.years.values()) / 2


def test_the_weights_give_the_published_civilities(flagship: Profile) -> None:
    weights = flagship.population.weights
    assert weights is not None
    civility = next(c for c in flagship.main_table.columns if c.field == "civility")
    rows = ROWS * float(civility.fill)
    adults = {sex: rows * _ages(weights, sex, 12, 110) for sex in ("women", "men")}
    children = rows * (_ages(weights, "women", 1, 11) + _ages(weights, "men", 1, 11))
    babies = rows * (_ages(weights, "women", 0, 0) + _ages(weights, "men", 0, 0))
    assert adults["women"] == pytest.approx(WOMEN + SISTERS, rel=0.001)
    assert adults["men"] == pytest.approx(MEN, rel=0.001)
    assert children == pytest.approx(CHILDREN, rel=0.001)
    assert babies == pytest.approx(BABIES, rel=0.01)


# NIR 489,838 rows; surname 478,882 rows. Source: Next INpact, 2021.
@pytest.mark.parametrize(("field", "rows"), [("nir", 489_838), ("usage_name", 478_882)])
def test_a_field_that_everyone_has_is_filled_as_published(flagship: Profile, field: str, rows: int) -> None:
    column = next(c for c in flagship.main_table.columns if c.field == field)
    assert float(column.fill) == pytest.approx(rows / ROWS, abs=0.001)


def test_telephones_are_plain_on_six_rows_of_ten(flagship: Profile) -> None:
    layouts = _written(flagship, "mobile", "layout")
    assert layouts["##########"] == pytest.approx(0.6, abs=0.05)
    assert layouts["## ## ## ## ##"] == pytest.approx(0.18, abs=0.03)
    assert len(layouts) == 6


def test_nirs_of_13_digits_have_their_key_in_its_own_column(flagship: Profile) -> None:
    columns = {column.field: column for column in flagship.main_table.columns}
    for source in flagship.sources:
        layout = spelling(flagship, source, columns["nir"]).layout
        assert layout is not None
        key = fill_share(flagship, source, columns["nir_key"], 2019)
        assert (layout.count("#") == 13) == (key > 0)


def test_the_laboratories_write_in_many_ways(flagship: Profile) -> None:
    assert len({source.habits for source in flagship.sources}) >= 20


def test_every_field_but_those_of_other_files_has_a_column(flagship: Profile) -> None:
    used = {column.field for column in flagship.main_table.columns}
    assert set(FIELDS) - used - OF_A_COMPANY == {"source", "sampler_short_name"}


@pytest.mark.parametrize("name", bundled())
def test_a_shipped_profile_bears_its_file_s_name_and_the_common_population(name: str) -> None:
    profile = load_profile(name)
    assert (profile.name, profile.population.seed, profile.identifiers.phone) == (name, 1, "unattributed")


def test_the_demo_is_the_flagship_with_5000_rows(flagship: Profile) -> None:
    demo = load_profile("labs-demo")
    assert demo.main_table.rows == 5000
    assert demo.main_table.columns == flagship.main_table.columns

"""The figures of a report, against counts by Polars and DuckDB over the same files, and the tables."""

import math
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from simbreach.api import Dataset, generate, load_profile
from simbreach.core.errors import DatasetError
from simbreach.reference.places import commune_index, places, within
from simbreach.truth.report.distances import Distances
from simbreach.truth.report.figures import Figures, read_figures
from simbreach.truth.report.naming import Decade
from simbreach.truth.report.reference import add_reference
from simbreach.truth.report.source import open_dataset, options


@pytest.fixture(scope="module")
def figures(demo: Dataset) -> Figures:
    return read_figures(demo.path)


@pytest.fixture(scope="module")
def compared(figures: Figures) -> Distances:
    assert figures.distances
    return figures.distances


@pytest.fixture(scope="module")
def patients(demo: Dataset) -> pl.DataFrame:
    return pl.DataFrame(demo.table("patients"))


@pytest.fixture(scope="module")
def persons(demo: Dataset) -> pl.DataFrame:
    return pl.DataFrame(demo.truth["persons"])


def test_the_headline_counts_rows_people_and_filled_cells(
    figures: Figures, patients: pl.DataFrame, persons: pl.DataFrame
) -> None:
    head = figures.headline
    filled = sum(patients[name].count() for name in patients.columns)
    assert (head.rows, head.people, head.filled, head.cells) == (
        *(patients.height, persons.height, filled, patients.height * patients.width),
    )


def test_every_column_has_its_filled_share(figures: Figures, patients: pl.DataFrame) -> None:
    expected = {name: patients[name].count() / patients.height for name in patients.columns}
    assert {fill.column: fill.share for fill in figures.contents.fills} == pytest.approx(expected)


def test_a_column_that_is_always_filled_is_asked_to_be(figures: Figures) -> None:
    asked = {fill.column: fill.asked for fill in figures.contents.fills}
    assert asked["DOS_DATPREL"] == pytest.approx(1)


def test_a_column_that_follows_another_is_asked_for_its_share_of_it(figures: Figures) -> None:
    """PRE_RPPS: 0.88 of PRE_CODE's 0.985."""
    asked = {fill.column: fill.asked for fill in figures.contents.fills}
    assert asked["PRE_RPPS"] == pytest.approx(0.88 * 0.985)


def test_an_empty_column_is_asked_to_be_empty(figures: Figures) -> None:
    assert {fill.column: fill.asked for fill in figures.contents.fills}["PAT_FAX"] == 0


def test_the_months_add_up_to_the_rows(figures: Figures, patients: pl.DataFrame) -> None:
    assert sum(count.rows for count in figures.contents.months) == patients.height


def test_repeats_are_counted_by_cause(figures: Figures, demo: Dataset) -> None:
    rows = pl.DataFrame(demo.truth["rows"])
    expected = dict(rows.drop_nulls("cause").group_by("cause").len().iter_rows())
    assert {cause.cause: cause.rows for cause in figures.contents.causes} == expected


def test_defects_are_counted_by_kind(figures: Figures, demo: Dataset) -> None:
    counts: dict[str, int] = {}
    for count in figures.contents.defects:
        counts[count.kind] = counts.get(count.kind, 0) + count.cells
    struck = pl.DataFrame(demo.truth["defects"])
    assert counts == dict(struck.group_by("kind").len().iter_rows())


def test_a_free_text_has_its_commonest_words_first(figures: Figures, patients: pl.DataFrame) -> None:
    text = next(text for text in figures.contents.texts if text.field == "comment")
    counts = patients["PAT_COMM"].drop_nulls().value_counts(sort=True)
    assert (text.distinct, text.commonest[0][1]) == (counts.height, counts["count"][0])


def test_ages_add_up_to_all_people_and_shares_to_one(compared: Distances, persons: pl.DataFrame) -> None:
    assert sum(group.people for group in compared.ages) == persons.height
    assert sum(group.share for group in compared.ages) == pytest.approx(1)
    assert sum(group.france for group in compared.ages) == pytest.approx(1)


def test_the_asked_ages_are_the_profiles_weights(compared: Distances) -> None:
    """Boys and girls under 5: 0.00045 and a part of 0.01434, 0.00044 and a part of 0.01380."""
    under_15 = sum(group.asked for group in compared.ages if group.age < 15)
    assert under_15 == pytest.approx(0.00044 + 0.01380 + 0.00650 + 0.00045 + 0.01434 + 0.00650)


def test_the_map_holds_everybody_once(compared: Distances, persons: pl.DataFrame) -> None:
    assert sum(commune.people for commune in compared.communes) == persons.height


def test_the_catchments_ask_for_everybody_once(compared: Distances, persons: pl.DataFrame) -> None:
    assert sum(commune.asked for commune in compared.communes) == pytest.approx(persons.height)


def test_a_catchment_asks_by_population_and_distance(tmp_path: Path) -> None:
    """One source at Vannes: a commune weighs its people / (1 + (3 · distance / reach)²)."""
    profile = load_profile("labs-demo", {"tables.patients.rows": "300"})
    only = profile.model_copy(update={"sources": profile.sources[:1]})
    found = read_figures(generate(only, tmp_path / "one", sink="parquet").path).distances
    assert found
    seat, france = commune_index("56260"), places()
    here = (france.x_m[seat], france.y_m[seat])
    pull = {}
    for c in within(seat, 20_000):
        thirds = math.dist((france.x_m[c], france.y_m[c]), here) / (20_000 / 3)
        pull[france.insee_codes[int(c)].as_py()] = float(france.population[c]) / (1 + thirds**2)
    people = sum(commune.people for commune in found.communes)
    expected = {code: weight / sum(pull.values()) * people for code, weight in pull.items()}
    assert {c.insee_code: c.asked for c in found.communes if c.asked} == pytest.approx(expected)


def test_a_total_variation_is_half_the_sum_of_differences(compared: Distances) -> None:
    expected = (
        sum(abs(c.people - c.asked) for c in compared.communes) / sum(c.people for c in compared.communes) / 2
    )
    assert compared.commune == expected


def test_the_distance_of_first_names_is_that_of_insees_table(tmp_path: Path) -> None:
    """Computed once more in Polars, from the counts that the shares of the package's table stand for."""
    dataset = generate(load_profile("labs-demo"), tmp_path / "more", rows=4000, sink="parquet")
    found = read_figures(dataset.path).distances
    assert found
    with open_dataset(dataset.path) as opened:
        add_reference(opened.connection)
        given = pl.DataFrame(opened.connection.sql("from reference.given").to_arrow_table())
    people = pl.DataFrame(dataset.truth["persons"])
    plain = pl.col("name").str.normalize("NFD").str.replace_all(r"\p{M}", "").str.replace_all("-", " ")
    year = pl.col("birth_date").dt.year().cast(given["birth_year"].dtype)
    born = people.select("sex", birth_year=year, name="first_name").with_columns(plain)
    born = born.filter(pl.col("birth_year").is_between(1960, 1969))
    insee = given.with_columns(plain).group_by("sex", "birth_year", "name").agg(pl.col("share").sum())
    asked = insee.join(born.group_by("sex", "birth_year").len(), on=["sex", "birth_year"])
    asked = asked.group_by("name").agg((pl.col("share") * pl.col("len")).sum() / born.height)
    asked = asked.sort(["share", "name"], descending=[True, False]).head(500)
    both = asked.join(born.group_by("name").len("mine"), on="name", how="left").fill_null(0)
    distance = (both["share"] - both["mine"] / born.height).abs().sum() / 2
    decade = next(decade for decade in found.decades if decade.decade == 1960)
    assert (decade.people, decade.distance) == (born.height, pytest.approx(distance, abs=1e-3))


def test_a_decade_is_judged_by_the_chance_of_a_sample_and_a_hundredth_more() -> None:
    assert Decade(1960, 9000, 0.03, 0.04).limit == pytest.approx(0.06)


def test_few_people_are_not_judged() -> None:
    assert not Decade(1960, 8000, 0.03, 0.04).judged


def test_surnames_are_ranked_by_their_bearers(compared: Distances, persons: pl.DataFrame) -> None:
    counts = persons["birth_name"].value_counts(sort=True)["count"]
    assert [rank.share for rank in compared.surnames[:3]] == [
        counts[rank.rank - 1] / persons.height for rank in compared.surnames[:3]
    ]


def test_the_sensitivity_counts_people_not_rows(figures: Figures, demo: Dataset) -> None:
    with demo.duckdb() as db:
        expected = db.sql(
            """select count(distinct person_id) from patients join truth.rows r on r."row" = patients.rowid
               where PAT_NIR is not null"""
        ).fetchall()[0][0]
    told = {told.label: told.people for told in figures.sensitivity.told}
    assert told["id.nir"] == expected


def test_minors_are_under_18_when_the_data_was_taken(figures: Figures, persons: pl.DataFrame) -> None:
    """Eighteen years before the day of the profile, 31 October 2020."""
    assert figures.sensitivity.minors == int((persons["birth_date"] > date(2002, 10, 31)).sum())


def test_the_published_margins_of_the_flagship_stand_beside_ours(figures: Figures) -> None:
    nir = next(margin for margin in figures.sensitivity.margins if margin.key == "nir")
    assert (nir.low, nir.share) == (0.996, pytest.approx(0.996, abs=0.01))


def test_the_figures_are_the_same_from_the_duckdb_files(
    figures: Figures, demo: Dataset, tmp_path: Path
) -> None:
    for path in ("manifest.json", "plan.json", "dataset.duckdb", "truth/truth.duckdb"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes((demo.path / path).read_bytes())
    other = read_figures(tmp_path).as_dict()
    mine = figures.as_dict()
    other["headline"].pop("folder"), mine["headline"].pop("folder")
    assert other["contents"] == mine["contents"]
    assert other["headline"] == mine["headline"]


def test_a_dataset_without_people_has_nothing_to_compare(tmp_path: Path) -> None:
    """Columns of the profile that name nobody still have their fill."""
    profile = load_profile("fichiers-anodins")
    impersonal = [table for table in profile.tables if not table.people]
    lists = profile.model_copy(update={"tables": tuple(impersonal)})
    figures = read_figures(generate(lists, tmp_path / "lists", rows=50).path)
    assert figures.distances is None
    assert figures.contents.fills


def test_a_part_that_is_gone_is_told(demo: Dataset, tmp_path: Path) -> None:
    for path in demo.path.rglob("*"):
        if path.is_file() and path.suffix in (".json", ".parquet") and "persons" not in str(path):
            target = tmp_path / path.relative_to(demo.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    (tmp_path / "truth" / "persons").mkdir()
    with pytest.raises(DatasetError, match="truth/persons has 0 of 1 parts"):
        read_figures(tmp_path)


def test_a_manifest_of_something_else_is_told(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(DatasetError, match="was not made by simbreach"):
        read_figures(tmp_path)


def test_a_spelling_is_taken_apart() -> None:
    assert options("layout=## ## ## ## ## empty=NC") == {"layout": "## ## ## ## ##", "empty": "NC"}


def test_the_connection_does_not_outgrow_its_memory(demo: Dataset) -> None:
    with open_dataset(demo.path) as dataset:
        assert dataset.one("select current_setting('memory_limit')") == ("1.3 GiB",)

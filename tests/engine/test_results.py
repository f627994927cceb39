"""Results fit the person: sex and age, condition, drugs, pregnancy; any rows can be made alone."""

from functools import cache

import numpy as np
import pyarrow as pa
import pytest

from simbreach.core.arrow import Coded, decode
from simbreach.core.errors import InputError
from simbreach.core.streams import HashDraw
from simbreach.engine.plan import Plan, compile_plan
from simbreach.engine.results import (
    RESULT_COLUMNS,
    SCHEMA,
    WRITTEN,
    Visits,
    analysis_places,
    results_of,
    table_results,
    written_results,
)
from simbreach.engine.work import DatasetWork
from simbreach.profile.load import load_profile
from simbreach.reference import health
from simbreach.reference.analyses import catalogue

ROWS = 1_500


def visits(
    *,
    sex: int = 1,
    age: int = 50,
    condition: str = "",
    drug: str = "",
    pregnant: bool = False,
    day: int = 17_500,
) -> Visits:
    ids = np.arange(ROWS, dtype=np.int64)

    def all_(value: object, dtype: type) -> np.ndarray:
        return np.full(ROWS, value, dtype=dtype)

    conditions, drugs = health.conditions().icd10.to_pylist(), health.drugs().atc.to_pylist()
    groups = health.blood_groups().labels
    return Visits(
        ids,
        all_(day, np.int32),
        all_(sex, np.int8),
        all_(age, np.int16),
        all_(pregnant, np.bool_),
        all_(conditions.index(condition) if condition else -1, np.int32),
        all_(drugs.index(drug) if drug else -1, np.int32),
        Coded((ids % len(groups)).astype(np.int32), groups),
        HashDraw(1, ("own",), ids.view(np.uint64)),
        HashDraw(2, ("today",), ids.view(np.uint64)),
    )


def of(batch: pa.RecordBatch, name: str, column: str = "value") -> list:
    here = np.array(decode(batch["abbreviation"]).to_pylist()) == name
    return decode(batch[column]).filter(pa.array(here)).to_pylist()


def numbers(batch: pa.RecordBatch, name: str) -> np.ndarray:
    return np.array([float(value) for value in of(batch, name)])


@cache
def healthy() -> pa.RecordBatch:
    return results_of(visits())


def test_columns_are_as_told() -> None:
    assert healthy().schema == SCHEMA


def test_a_visit_has_about_a_dozen_lines(labs_plan: Plan) -> None:
    lines = table_results(labs_plan.main, 0, 4000).num_rows
    assert 11 < lines / 4000 < 14.5


def test_every_visit_has_a_line() -> None:
    assert set(healthy()["row"].to_pylist()) == set(range(ROWS))


def test_lines_are_numbered_within_their_visit() -> None:
    rows, lines = (np.array(healthy()[name].to_pylist()) for name in ("row", "line"))
    begins = np.append(True, np.diff(rows) > 0)
    assert (lines[begins] == 1).all()
    assert (np.diff(lines)[~begins[1:]] == 1).all()


def test_any_rows_equal_the_slice_of_the_whole(labs_plan: Plan) -> None:
    whole = table_results(labs_plan.main, 0, 600)
    part = table_results(labs_plan.main, 200, 300)
    rows = np.array(whole["row"].to_pylist())
    here = whole.filter(pa.array((rows >= 200) & (rows < 300)))
    assert part.to_pylist() == here.to_pylist()


def test_codes_of_lines_are_places_in_the_catalogue() -> None:
    loinc = [analysis.loinc for analysis in catalogue().analyses]
    places = analysis_places(healthy())
    assert [loinc[place] for place in places[:50].tolist()] == decode(healthy()["loinc"]).to_pylist()[:50]


def test_values_have_the_decimals_of_their_analysis() -> None:
    for analysis in catalogue().analyses:
        for value in of(healthy(), analysis.abbreviation)[:5]:
            if analysis.distribution != "qualitative":
                assert len(value.partition(".")[2]) == analysis.decimals, (analysis.name, value)


def test_flags_say_on_which_side_of_the_interval_a_value_is() -> None:
    for line in healthy().to_pylist()[:4000]:
        if line["kind"] == "NM" and line["flag"] is not None:
            low, high = (float(line[name]) if line[name] else None for name in ("low", "high"))
            value = float(line["value"])
            expected = (
                "H" if high is not None and value > high else "L" if low is not None and value < low else "N"
            )
            assert line["flag"] == expected, line


@pytest.mark.parametrize("name", ["K", "Na", "Hb", "Plq", "CRP", "Créat", "ALAT", "TSH"])
def test_most_healthy_values_lie_in_the_interval(name: str) -> None:
    flags = of(healthy(), name, "flag")
    assert flags.count("N") / len(flags) > 0.88


def test_nobody_healthy_has_impossible_values() -> None:
    assert numbers(healthy(), "K").min() > 3.0
    assert numbers(healthy(), "K").max() < 5.3
    assert numbers(healthy(), "Plq").min() > 100


@pytest.mark.parametrize(
    ("condition", "drug", "name", "low", "high"),
    [
        ("E11.9", "A10BA02", "HbA1c", 6.1, 8.6),
        ("E11.9", "", "Glyc", 7.0, 13.5),
        ("E03.9", "H03AA01", "TSH", 0.3, 4.8),
        ("E03.9", "", "TSH", 6, 28),
        ("B24", "J05AR20", "CV VIH", 0, 45),
        ("B24", "", "CV VIH", 6000, 380_000),
        ("N18.5", "", "Créat", 430, 920),
        ("D50.9", "", "Ferri", 2, 11),
        ("C61", "", "PSA", 5.5, 28),
        ("N18.5", "", "DFGe", 3, 16),
        ("I48.9", "B01AF02", "INR", 1.05, 1.5),
        ("F31.9", "N05AN01", "Li", 0.48, 0.86),
    ],
)  # fmt: skip
def test_values_fit_the_condition_and_its_treatment(
    condition: str, drug: str, name: str, low: float, high: float
) -> None:
    found = numbers(results_of(visits(age=60, condition=condition, drug=drug)), name)
    assert len(found) > 50
    assert ((found >= low) & (found <= high)).mean() > 0.88


def test_the_condition_makes_its_analyses_be_ordered() -> None:
    usual, ill = (
        len(of(results_of(v), "TSH")) for v in (visits(), visits(condition="E03.9", drug="H03AA01"))
    )
    assert ill > 2.5 * usual


def test_hiv_is_found_in_those_who_have_it_alone() -> None:
    ill = results_of(visits(condition="B24"))
    assert (set(of(ill, "VIH")), set(of(healthy(), "VIH"))) == ({"Positif"}, {"Négatif"})


def test_viral_loads_of_hiv_are_measured_in_those_who_have_it_alone() -> None:
    assert of(healthy(), "CV VIH") == []


def test_a_pregnancy_shows() -> None:
    found = results_of(visits(sex=2, age=30, pregnant=True))
    assert len(of(found, "Toxo IgG")) > ROWS * 0.4
    assert np.median(numbers(found, "Hb")) < 125
    assert numbers(found, "hCG").min() > 500


def test_women_have_no_psa_and_men_no_ca_125() -> None:
    assert of(results_of(visits(sex=2, age=65)), "PSA") == []
    assert of(results_of(visits(sex=1, age=65)), "CA 125") == []


def test_children_have_their_own_intervals() -> None:
    found = results_of(visits(age=4))
    assert set(of(found, "PAL", "high")) == {"390"}
    assert of(found, "DFGe") == []


def test_no_covid_is_looked_for_before_there_was_one() -> None:
    assert of(healthy(), "PCR Covid") == []
    assert len(of(results_of(visits(day=18_600)), "PCR Covid")) > 50


def test_the_blood_group_is_the_person_s() -> None:
    batch = healthy()
    labels = health.blood_groups().labels.to_pylist()
    rows = [line for line in batch.to_pylist() if line["abbreviation"] == "ABO-RH1"]
    assert rows
    assert all(line["value"] == labels[line["row"] % len(labels)] for line in rows)


def test_a_count_fits_itself() -> None:
    lines: dict[int, dict[str, float]] = {}
    for line in healthy().to_pylist():
        if line["panel"] == "NFS":
            lines.setdefault(line["row"], {})[line["abbreviation"]] = float(line["value"])
    for found in list(lines.values())[:100]:
        kinds = sum(found[name] for name in ("PNN", "PNE", "PNB", "Ly", "Mono"))
        assert abs(kinds - found["GB"]) < 0.011
        assert abs(found["Ht"] * 10 / found["GR"] - found["VGM"]) < 1.5


def test_older_analyses_are_those_of_a_laboratory_with_an_act() -> None:
    assert set(of(healthy(), "TSH", "nabm")) == {"1208"}


def test_a_table_of_results_has_the_number_of_each_visit_s_file(labs_plan: Plan) -> None:
    written = written_results(labs_plan.main, 10, 30)
    lines = table_results(labs_plan.main, 10, 30)
    files = labs_plan.main.frame(10, 30)["file_number"].to_pylist()
    assert written.schema.names == WRITTEN.names == [name for name, *_ in RESULT_COLUMNS]
    assert written["DOS_NUM"].to_pylist() == [files[row - 10] for row in lines["row"].to_pylist()]


def test_a_table_of_results_has_decimal_commas(labs_plan: Plan) -> None:
    written = written_results(labs_plan.main, 0, 50)
    numbers = [decode(written[name]).to_pylist() for name in ("RES_VALEUR", "RES_NORMINF", "RES_NORMSUP")]
    assert not [text for column in numbers for text in column if text and "." in text]
    assert any("," in text for text in numbers[0])


def test_results_are_made_only_when_they_are_asked_for() -> None:
    profile = load_profile("labs-demo")
    usual = DatasetWork(compile_plan(profile, rows=50))
    asked = DatasetWork(compile_plan(profile, rows=50, tables=("results", "patients")))
    assert "tables/results" not in usual.schemas
    assert asked.plan["tables"] == ["patients", "results"]
    made = asked.make(0)
    assert made["tables/results"].num_rows > 300
    assert made["tables/patients"].equals(usual.make(0)["tables/patients"])
    assert "results" in decode(made["truth/columns"]["table"]).to_pylist()


def test_results_can_be_made_without_their_visits() -> None:
    work = DatasetWork(compile_plan(load_profile("labs-demo"), rows=50, tables=("results",)))
    made = work.make(0)
    assert ("tables/patients" in made, made["truth/persons"].num_rows) == (False, 0)
    assert made["tables/results"].num_rows > 300


def test_a_table_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="no table 'resultats'; did you mean 'results'"):
        compile_plan(load_profile("labs-demo"), rows=50, tables=("resultats",))

"""A table as written is its clean values, spelled by the habits of the truth, then struck by its defects.

The text of every cell is made a second time here, from `clean`, `truth.habits` and `truth.defects` alone, in
plain Python.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from simbreach.engine.plan import Plan
from simbreach.profile.model import Profile

Make = Callable[..., Profile]
Said = dict[str, str]

LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "'"})
OPTIONS = "case|accents|hyphens|width|pad|layout|format|words|empty|empty_share"


def read_habit(text: str) -> Said:
    """The options of a line of `truth.habits`."""
    return dict(re.findall(rf"({OPTIONS})=(.*?)(?= (?:{OPTIONS})=|$)", text))


def title(word: str) -> str:
    """Each run of letters with a capital at its head."""
    return re.sub(r"[^\W\d_]+", lambda run: run[0][0].upper() + run[0][1:].lower(), word)


CASES = {"upper": str.upper, "lower": str.lower, "title": title, "keep": str}


def as_written(value: Any, said: Said) -> str | None:
    """A clean value in a source's spelling."""
    if value is None:
        return None
    if isinstance(value, date | time):
        return value.strftime(said["format"])
    if "layout" in said:
        count = said["layout"].count("#")
        # Ten digits of a telephone lose their 0 behind +33; fifteen of a NIR lose their key.
        digits = iter(value[1:] if len(value) == count + 1 else value)
        return "".join(next(digits) if mark == "#" else mark for mark in said["layout"])
    word = str(value)
    if "words" in said:
        return dict(pair.split(":", 1) for pair in said["words"].split(",")).get(word, word)
    if said.get("accents") == "no":
        apart = unicodedata.normalize("NFD", word.translate(LIGATURES))
        word = "".join(letter for letter in apart if not unicodedata.combining(letter))
    word = CASES[said.get("case", "keep")](word)
    if said.get("hyphens") == "space":
        word = word.replace("-", " ")
    width = int(said.get("width", len(word)))
    word = word if len(word) <= width else word[:width].rstrip()
    return word.ljust(width) if said.get("pad") == "yes" else word


@pytest.fixture(scope="module")
def expected(labs_plan: Plan, labs_parts: Mapping[str, pa.RecordBatch]) -> dict[str, list[str | None]]:
    """Every column as habits say, without placeholders and defects."""
    habits: dict[tuple[str, str], Said] = {
        (row["source"], row["column"]): read_habit(row["spelling"])
        for row in labs_parts["truth/habits"].to_pylist()
    }
    sources = labs_parts["truth/rows"]["source"].to_pylist()
    clean = labs_plan.clean("patients", 0, 5000)
    return {
        name: [
            as_written(value, habits.get((source, name), {}))
            for value, source in zip(clean[name].to_pylist(), sources, strict=True)
        ]
        for name in clean.schema.names
    }


@pytest.fixture(scope="module")
def placeholders(labs_parts: Mapping[str, pa.RecordBatch]) -> dict[tuple[str, str], str]:
    """The word for an empty cell by source and column, where there is one."""
    habits = labs_parts["truth/habits"].to_pylist()
    read = {(row["source"], row["column"]): read_habit(row["spelling"]) for row in habits}
    return {key: said["empty"] for key, said in read.items() if "empty" in said}


def test_every_cell_is_its_clean_value_spelled_then_struck(
    labs_parts: Mapping[str, pa.RecordBatch],
    expected: dict[str, list[str | None]],
    placeholders: dict[tuple[str, str], str],
) -> None:
    rows = labs_parts["truth/rows"].to_pylist()
    defects: dict[tuple[str, int], list[str]] = {}
    for defect in labs_parts["truth/defects"].to_pylist():
        defects.setdefault((defect["column"], defect["row"]), []).append(defect["clean"])
    written = labs_parts["tables/patients"]
    wrong = []
    for name in written.schema.names:
        for row, (word, spelled) in enumerate(zip(written[name].to_pylist(), expected[name], strict=True)):
            before = defects.get((name, row), [word])[0]
            may = {spelled}
            if spelled is None:
                may.add(placeholders.get((rows[row]["source"], name)))
            if before not in may or ((name, row) in defects and word == defects[name, row][-1]):
                wrong.append((name, row, spelled, before, word))
    assert wrong == []


def test_the_demo_has_every_kind_of_defect(labs_parts: Mapping[str, pa.RecordBatch]) -> None:
    kinds = set(labs_parts["truth/defects"]["kind"].to_pylist())
    assert kinds >= {"wrong_key", "swapped", "typo", "missing"}


def test_every_column_is_valid_arrow(labs_parts: Mapping[str, pa.RecordBatch]) -> None:
    for batch in labs_parts.values():
        batch.validate(full=True)


def test_the_columns_are_those_of_the_profile_in_order(labs: Profile, labs_plan: Plan) -> None:
    names = [column.name for column in labs.main_table.columns]
    assert labs_plan.main.schema.names == names
    assert labs_plan.batch("patients", 0, 3).schema.names == names


@pytest.mark.parametrize(("start", "stop"), [(0, 1), (4999, 5000), (100, 100), (2500, 2600)])
def test_clean_values_have_one_schema_whatever_the_rows(labs_plan: Plan, start: int, stop: int) -> None:
    whole = labs_plan.clean("patients", 0, 5000).schema
    assert labs_plan.clean("patients", start, stop).schema == whole


def test_clean_values_of_any_rows_are_those_of_the_whole(labs_plan: Plan) -> None:
    whole = labs_plan.clean("patients", 0, 5000).to_pydict()
    part = labs_plan.clean("patients", 1000, 1200).to_pydict()
    assert part == {name: column[1000:1200] for name, column in whole.items()}


@pytest.mark.parametrize(
    ("column", "type_"),
    [("PAT_DATNAIS", pa.date32()), ("DOS_HEUPREL", pa.time32("s")), ("PAT_NOM", pa.string()),
     ("PAT_NIR", pa.string())],
)  # fmt: skip
def test_clean_values_have_their_types(labs_plan: Plan, column: str, type_: pa.DataType) -> None:
    assert labs_plan.clean("patients", 0, 500).schema.field(column).type == type_


def test_clean_nirs_have_their_key(labs_plan: Plan) -> None:
    nirs = labs_plan.clean("patients", 0, 5000)["PAT_NIR"].drop_null().to_pylist()
    assert {len(nir) for nir in nirs} == {15}


def test_empty_columns_are_empty(labs: Profile, labs_plan: Plan) -> None:
    batch = labs_plan.batch("patients", 0, 1000)
    empty = [column.name for column in labs.main_table.columns if column.field == "empty"]
    assert len(empty) > 10
    assert {batch[name].null_count for name in empty} == {1000}


def test_habits_name_every_source_and_only_spelled_columns(labs: Profile, labs_plan: Plan) -> None:
    habits = labs_plan.main.habits()
    assert {source for source, _, _ in habits} == {source.name for source in labs.sources}
    assert all(said for _, _, said in habits)
    assert "PAT_AGE" not in {column for _, column, _ in habits}


def test_a_batch_made_again_leaves_no_new_vocabulary_behind(labs_plan: Plan) -> None:
    from simbreach.engine import spell

    labs_plan.batch("patients", 0, 1000)
    before = len(spell._SPELLED), len(spell._WHOLE)
    labs_plan.batch("patients", 0, 1000)
    assert (len(spell._SPELLED), len(spell._WHOLE)) == before


def test_no_word_of_a_vocabulary_is_left_unused(labs_parts: Mapping[str, pa.RecordBatch]) -> None:
    for column in labs_parts["tables/patients"].columns:
        if pa.types.is_dictionary(column.type) and len(column.dictionary) > 256:
            codes = column.indices.drop_null().unique()
            # Defects may have replaced the only cell of a word.
            assert len(codes) >= 0.97 * len(column.dictionary)


@pytest.mark.parametrize("name", ["PAT_CIV", "PAT_SEXE", "DOS_AJEUN"])
def test_a_column_is_filled_as_the_profile_says(labs: Profile, labs_plan: Plan, name: str) -> None:
    fill = next(float(column.fill) for column in labs.main_table.columns if column.name == name)
    empty = labs_plan.batch("patients", 0, 5000)[name].null_count
    assert abs(1 - empty / 5000 - fill) < 4 * (fill * (1 - fill) / 5000) ** 0.5


def test_a_health_column_is_filled_as_the_profile_says_for_those_who_may_be_told(
    labs: Profile, labs_plan: Plan
) -> None:
    fill = next(float(column.fill) for column in labs.main_table.columns if column.name == "PAT_GRPSANG")
    made = labs_plan.main.make(0, 5000)
    told = made.frame["may_be_told"]
    filled = np.array(made.written["PAT_GRPSANG"].is_valid().to_pylist())
    assert not filled[~told].any()
    assert abs(filled[told].mean() - fill) < 4 * (fill * (1 - fill) / told.sum()) ** 0.5

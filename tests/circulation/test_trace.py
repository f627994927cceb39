"""What a found file is said to be, after what people do to files on their way."""

import csv
import io
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from simbreach.api import Dataset, generate, load_profile, trace
from simbreach.circulation.findings import Trace
from simbreach.core.errors import DatasetError

Copy = Callable[[str], Any]
Traced = Callable[[str | bytes], Trace]


def text_of(rows: Sequence[Sequence[str]], mark: str = ";") -> str:
    """The rows as csv writes them."""
    whole = io.StringIO(newline="")
    csv.writer(whole, delimiter=mark).writerows(rows)
    return whole.getvalue()


def names(found: Trace) -> list[str]:
    return sorted(copy["copy"] for copy in found.copies if copy["named"])


@pytest.fixture
def traced(circulated: Dataset, tmp_path: Path) -> Traced:
    """Traces a text or some bytes among the one dataset."""

    def look(data: str | bytes) -> Trace:
        path = tmp_path / "trouvé.txt"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return trace(path, [circulated])

    return look


@pytest.mark.parametrize("name", ["echantillon-vendeur", "forum-des-fuites", "miroir-sans-entete"])
def test_a_copy_of_200_rows_in_another_order_without_half_its_columns_is_named(
    name: str, copy_of: Copy, traced: Traced
) -> None:
    copy = copy_of(name)
    draw = random.Random(name)
    rows = draw.sample(copy.rows, 200)
    places = sorted(draw.sample(range(len(copy.header)), len(copy.header) // 2))
    found = traced(text_of([[row[k] for k in places] for row in rows], "\t").encode("cp1252", "replace"))
    assert (found.verdict, names(found)) == ("copy", [name])
    assert found.copies[0]["false_accusation"] < 1e-3
    assert found.rows_read == 200
    assert found.rows_recognised > 30
    assert found.dataset is not None
    assert found.synthetic == "synthetic"


def test_the_files_of_every_copy_are_known_as_they_are(circulated: Dataset) -> None:
    for name, file in [
        ("depot-sql", "dump.sql"),
        ("hebergeur-de-fichiers", "export.zip"),
        ("archive-abimee", "partie-3/export.tar.gz"),
        ("pack-revendu", "patients.jsonl"),
        ("colle-du-morbihan", "patients.csv"),
    ]:
        found = trace(circulated.path / "leak/copies" / name / file, [circulated])
        assert (found.verdict, names(found)) == ("copy", [name])


def test_columns_by_other_names_and_rows_under_a_mails_marks_are_known(copy_of: Copy, traced: Traced) -> None:
    copy = copy_of("forum-des-fuites")
    frame = pd.DataFrame(copy.rows[:250], columns=copy.header).sample(frac=1, random_state=4)
    kept = frame[
        ["PAT_EMAIL", "PAT_NIR", "PAT_NOM", "PAT_PRENOM", "PAT_ADR1", "PAT_VILLE", "PAT_CP", "PRE_NOM"]
    ]
    kept.columns = list("abcdefgh")
    records = kept.to_json(orient="records", force_ascii=True)
    assert names(traced(records)) == ["forum-des-fuites"]
    quoted = "".join(f"> {line}\n" for line in kept.to_csv(index=False, sep=",").splitlines())
    assert names(traced(f"Bonjour,\n\nvoici :\n\n{quoted}")) == ["forum-des-fuites"]


def test_accents_and_capitals_that_were_lost_are_told_and_the_copy_is_named(
    copy_of: Copy, traced: Traced
) -> None:
    copy = copy_of("forum-des-fuites")
    text = text_of([copy.header, *copy.rows[:600]]).upper()
    found = traced(text)
    assert names(found) == ["forum-des-fuites"]
    assert any("case was evened out" in edit for edit in found.edits)


def test_rows_of_two_copies_are_a_merge_of_them(copy_of: Copy, traced: Traced) -> None:
    one, other = copy_of("forum-des-fuites"), copy_of("echantillon-vendeur")
    place = [other.header.index(column) for column in one.header]
    rows = one.rows[:300] + [[row[k] for k in place] for row in other.rows[-300:]]
    random.Random(3).shuffle(rows)
    found = traced(text_of([one.header, *rows]))
    assert found.verdict == "merge"
    assert names(found) == ["echantillon-vendeur", "forum-des-fuites"]


def test_rows_of_the_dataset_itself_are_of_no_copy(
    patients: list[dict[str, str | None]], traced: Traced
) -> None:
    rows = [[value or "" for value in row.values()] for row in patients[100:300]]
    found = traced(text_of(rows))
    assert (found.verdict, names(found)) == ("dataset", [])
    assert found.rows_recognised == 200


def test_a_few_rows_tell_the_dataset_and_accuse_nobody_wrong(copy_of: Copy, traced: Traced) -> None:
    copy = copy_of("forum-des-fuites")
    for first in range(0, 40, 8):
        found = traced(text_of(copy.rows[first : first + 5]))
        assert found.verdict in ("copy", "dataset")
        assert names(found) in ([], ["forum-des-fuites"])


def test_the_people_of_another_seed_are_of_no_dataset_that_was_looked_at(
    tmp_path: Path, circulated: Dataset
) -> None:
    other = generate(load_profile("labs-demo"), tmp_path / "autre", rows=300, seed=77)
    path = tmp_path / "found.csv"
    path.write_text(text_of([list(row.values()) for row in other.table("patients").to_table().to_pylist()]))
    found = trace(path, [circulated])
    assert (found.verdict, found.dataset, names(found), found.edits) == ("none", None, [], ())


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour à tous,\nrendez-vous demain à 9 h.\n",
        "".join(f"{k};{k * k};{k % 7}\n" for k in range(500)),
        "".join(f"+33 6 39 98 {k:02d} {k:02d};a{k}@example.org\n" for k in range(99)),
        '{"a": [1, 2, {"b": "c"}]}\n' * 50,
        "NOM;PRENOM\n",
    ],
)
def test_what_has_nothing_to_do_with_it_is_of_no_dataset(text: str, traced: Traced) -> None:
    found = traced(text)
    assert (found.verdict, found.dataset, names(found)) == ("none", None, [])
    assert not found.ok


def test_the_dataset_that_explains_a_file_is_found_among_several(
    circulated: Dataset, tmp_path: Path, copy_of: Copy
) -> None:
    other = generate(load_profile("labs-demo"), tmp_path / "autre", rows=100, seed=77)
    path = tmp_path / "found.csv"
    path.write_text(text_of(copy_of("forum-des-fuites").rows[:200]))
    found = trace(path, [other, circulated])
    assert (found.dataset, names(found)) == (circulated.path, ["forum-des-fuites"])


def test_a_dataset_whose_copies_were_never_written_is_still_recognised(
    demo: Dataset, patients: list[dict[str, str | None]], tmp_path: Path
) -> None:
    path = tmp_path / "found.csv"
    path.write_text(text_of([[value or "" for value in row.values()] for row in patients[:50]]))
    found = trace(path, [demo])
    assert (found.verdict, found.copies) == ("dataset", ())


def test_the_same_file_gives_the_same_answer(copy_of: Copy, traced: Traced) -> None:
    text = text_of(copy_of("forum-des-fuites").rows[:100])
    assert traced(text) == traced(text)


def test_no_value_of_the_file_is_kept_in_what_is_said(copy_of: Copy, traced: Traced) -> None:
    copy = copy_of("forum-des-fuites")
    strange = [["CANARI-QUI-CHANTE"] * len(copy.header)] * 5
    found = traced(text_of([["ENTETE-ETRANGE"] * 5, *copy.rows[:100], *strange]))
    said = "\n".join(found.lines()) + repr(found.as_dict())
    assert "CANARI-QUI-CHANTE" not in said
    assert "ENTETE-ETRANGE" not in said
    values = {cell for row in copy.rows[:100] for cell in row if len(cell) > 5}
    assert {value for value in values if value in said} - set(copy.header) == set()


def test_what_is_no_dataset_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a;b\n")
    with pytest.raises(DatasetError, match="not a dataset"):
        trace(tmp_path / "a.csv", [tmp_path])

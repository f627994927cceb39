"""Copies of a leak: the truth about them agrees with their files, and what cannot be is refused."""

import csv
import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from simbreach.api import Dataset, circulate, generate, load_profile
from simbreach.circulation.copies import CopyTable
from simbreach.core.errors import DatasetError, InputError, ProfileError, SimbreachError
from simbreach.profile.model import Profile
from simbreach.shapes.contract import Cells

PLAIN = (
    "extrait-56-lignes", "echantillon-vendeur", "forum-des-fuites", "miroir-sans-entete", "colle-du-morbihan",
)  # fmt: skip
MINE = """
[[circulation.copies]]
name = "un"
holder = "EXERCICE"
place = "forum"
date = 2021-01-01
options = {{ encoding = "utf-8", damage = "none" }}
edits = [{edits}]
"""


@pytest.fixture(scope="session")
def small(
    small_profile: Callable[..., Profile], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Path]:
    """Makes a dataset of 60 rows with one copy, of the given edits."""
    made: dict[str, Path] = {}

    def make(edits: str) -> Path:
        if edits not in made:
            columns = """{ name = "NOM", field = "usage_name" }, { name = "NIR", field = "nir" },
                { name = "CP", field = "postcode" },"""
            profile = small_profile(more=MINE.format(edits=edits), columns=columns, rows=60)
            made[edits] = generate(profile, tmp_path_factory.mktemp("small") / "petit").path
        return made[edits]

    return make


@pytest.fixture
def petit(small: Callable[..., Path], tmp_path: Path) -> Path:
    """A small dataset of one's own with one copy, not written yet."""
    return shutil.copytree(small('{ kind = "shuffle" }'), tmp_path / "petit")


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# --- the truth ----------------------------------------------------------------------------------------------


def test_the_truth_lists_every_file_with_its_sha256(circulated: Dataset) -> None:
    told = {}
    for line in pq.read_table(circulated.path / "truth/copies").to_pylist():
        for file in line["files"]:
            told[f"{line['copy']}/{file['path']}"] = (file["bytes"], file["sha256"])
    found = files(circulated.path / "leak/copies")
    assert told == {name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in found.items()}


def test_the_truth_says_what_the_profile_says(circulated: Dataset) -> None:
    profile = json.loads((circulated.path / "plan.json").read_text())["resolved_profile"]
    asked = {copy["name"]: copy for copy in profile["circulation"]["copies"]}
    told = {line["copy"]: line for line in pq.read_table(circulated.path / "truth/copies").to_pylist()}
    assert told.keys() == asked.keys()
    for name, copy in asked.items():
        line = told[name]
        assert (line["holder"], line["place"], line["parent"]) == (
            copy["holder"],
            copy["place"],
            copy.get("parent"),
        )
        assert [edit["kind"] for edit in json.loads(line["edits"])] == [
            edit["kind"] for edit in copy.get("edits", [])
        ]


@pytest.mark.parametrize("name", PLAIN)
def test_each_place_holds_the_row_that_the_truth_says(
    name: str, copy_of: Callable[[str], Any], patients: list[dict[str, str | None]]
) -> None:
    copy = copy_of(name)
    marked = set(copy.truth["marked_columns"])
    assert len(copy.rows) == copy.truth["rows"]
    kept = [(place, column) for place, column in enumerate(copy.header) if column in patients[0]]
    for row, number in zip(copy.rows, copy.numbers, strict=True):
        own = patients[number]
        assert [row[place] for place, column in kept if column not in marked] == [
            own[column] or "" for _, column in kept if column not in marked
        ]


@pytest.mark.parametrize("name", PLAIN)
def test_a_cell_is_spelled_otherwise_only_where_the_truth_has_a_mark(
    name: str, copy_of: Callable[[str], Any], patients: list[dict[str, str | None]]
) -> None:
    copy = copy_of(name)
    marked = copy.truth["marked_columns"]
    places = [copy.header.index(column) for column in marked]
    changed = asked = 0
    for row, number, bits in zip(copy.rows, copy.numbers, copy.marks, strict=True):
        for bit, (column, place) in enumerate(zip(marked, places, strict=True)):
            plain = patients[number][column] or ""
            mark = bits >> bit & 1
            assert mark or row[place] == plain
            asked += bool(mark and plain)
            changed += row[place] != plain
    assert changed > 0.9 * asked
    assert asked > 0


@pytest.mark.parametrize("name", ["forum-des-fuites", "miroir-sans-entete", "colle-du-morbihan"])
def test_spans_cut_from_the_bytes_are_what_stands_in_the_cells(
    name: str, circulated: Dataset, copy_of: Callable[[str], Any]
) -> None:
    copy = copy_of(name)
    data = (circulated.path / "leak/copies" / name / "patients.csv").read_bytes()
    encoding = "utf-16-le" if name == "miroir-sans-entete" else "utf-8"
    place = {column: number for number, column in enumerate(copy.header)}
    seen = set()
    for span in pq.read_table(circulated.path / "truth/leak_spans" / name).to_pylist():
        text = data[span["start"] : span["end"]].decode(encoding).replace('""', '"')
        cell = copy.rows[span["row"]][place[span["column"]]]
        assert text
        assert text in cell
        if text == cell:
            seen.add((span["row"], span["column"]))
    for column in {"PAT_NOM", "PAT_NIR", "PAT_TEL"} & place.keys():
        filled = {(number, column) for number, row in enumerate(copy.rows) if row[place[column]]}
        assert filled <= seen


def test_no_identifier_is_ever_touched(circulated: Dataset, patients: list[dict[str, str | None]]) -> None:
    told = circulated.truth["columns"].to_table().to_pylist()
    identifiers = {
        line["column"]
        for line in told
        if line["label"].startswith(("id.", "contact.phone", "contact.email", "bank.", "finance."))
    }
    assert {"PAT_NIR", "PAT_IBAN"} <= identifiers
    for line in pq.read_table(circulated.path / "truth/copies").to_pylist():
        assert not identifiers & set(line["marked_columns"])
    phones = {row[name] for row in patients for name in ("PAT_TEL", "PAT_PORT", "PAT_EMAIL", "PAT_NIR")}
    sold = (circulated.path / "leak/copies/pack-revendu/patients.jsonl").read_text("utf-8").splitlines()
    numbers = pq.read_table(circulated.path / "truth/copy_rows/pack-revendu")["row"].to_pylist()
    for text, number in zip(sold, numbers, strict=True):
        record = json.loads(text)
        if number is not None:
            assert record.get("SECU") == patients[number]["PAT_NIR"]
            assert record.get("PAT_TEL") == patients[number]["PAT_TEL"]
            assert record.get("PAT_IBAN") == patients[number]["PAT_IBAN"]
            assert record.get("PAT_EMAIL") == patients[number]["PAT_EMAIL"]
            assert {record["SECU"]} <= phones if "SECU" in record else True


def test_a_copy_holds_no_row_that_its_parent_lacks(circulated: Dataset) -> None:
    lines = pq.read_table(circulated.path / "truth/copies").to_pylist()
    rows = {
        line["copy"]: set(
            pq.read_table(circulated.path / "truth/copy_rows" / line["copy"])["row"].to_pylist()
        )
        for line in lines
    }
    for line in lines:
        if line["parent"] is not None:
            assert rows[line["copy"]] - {None} <= rows[line["parent"]] - {None}
    assert None in rows["pack-revendu"]
    assert all(None not in held for name, held in rows.items() if name != "pack-revendu")


def test_every_copy_leaves_out_rows_of_its_own(circulated: Dataset) -> None:
    whole = circulated.table("patients").count_rows()
    first = set(pq.read_table(circulated.path / "truth/copy_rows/canal-prive")["row"].to_pylist())
    assert 0 < whole - len(first) < 20


def test_a_split_copy_has_its_rows_in_pieces(circulated: Dataset) -> None:
    table = pq.read_table(circulated.path / "truth/copy_rows/archive-abimee").to_pylist()
    sizes = pd.DataFrame(table).groupby("piece")["place"].agg(["count", "max"])
    assert sizes["count"].tolist() == (sizes["max"] + 1).tolist()
    assert len(sizes) == 3


def test_padding_is_about_other_people(circulated: Dataset, patients: list[dict[str, str | None]]) -> None:
    numbers = pq.read_table(circulated.path / "truth/copy_rows/pack-revendu")["row"].to_pylist()
    text = (circulated.path / "leak/copies/pack-revendu/patients.jsonl").read_text("utf-8").splitlines()
    strange = [json.loads(line) for line, number in zip(text, numbers, strict=True) if number is None]
    assert len(strange) == 2000
    own = {row["PAT_NIR"] for row in patients if row["PAT_NIR"]}
    assert not own & {record.get("SECU") for record in strange}


def test_an_archive_holds_the_rows_that_the_truth_says(
    circulated: Dataset, patients: list[dict[str, str | None]]
) -> None:
    with zipfile.ZipFile(circulated.path / "leak/copies/hebergeur-de-fichiers/export.zip") as archive:
        text = archive.read("patients.csv").decode("cp1252")
    found = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    place = found[0].index("PAT_NIR")
    numbers = pq.read_table(circulated.path / "truth/copy_rows/hebergeur-de-fichiers")["row"].to_pylist()
    told = {patients[number]["PAT_NIR"] or "" for number in numbers}
    seen = {row[place] for row in found if len(row) == len(found[0])} - {"PAT_NIR"}
    assert seen <= told
    assert len(seen) > 0.9 * len(told)


# --- again, elsewhere, in between ------------------------------------------------------------------------


def test_the_same_dataset_gives_the_same_bytes(petit: Path) -> None:
    circulate(petit, jobs=1)
    before = {part: files(petit / part) for part in ("leak/copies", "truth/copy_rows", "truth/leak_spans")}
    circulate(petit, jobs=2)
    assert {part: files(petit / part) for part in before} == before


def test_copies_go_elsewhere_when_asked(petit: Path, tmp_path: Path) -> None:
    circulate(petit, tmp_path / "ailleurs", jobs=1)
    assert list(files(tmp_path / "ailleurs")) == ["un/patients.csv"]
    assert not (petit / "leak").exists()


def test_the_dataset_itself_is_not_touched(petit: Path) -> None:
    before = files(petit)
    circulate(petit, jobs=1)
    after = files(petit)
    assert {name: after[name] for name in before} == before


def test_a_foreign_file_is_refused_and_stays(petit: Path) -> None:
    circulate(petit, jobs=1)
    foreign = petit / "leak/copies/un/notes.txt"
    foreign.write_text("à moi")
    before = files(petit)
    with pytest.raises(DatasetError, match=r"notes\.txt") as refusal:
        circulate(petit, jobs=1)
    assert refusal.value.exit_code == 2
    assert files(petit) == before


def test_work_that_stops_in_between_leaves_nothing_half(petit: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    circulate(petit, jobs=1)
    before = files(petit)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(CopyTable, "part", stop)
    with pytest.raises(KeyboardInterrupt):
        circulate(petit, jobs=1)
    assert files(petit) == before
    monkeypatch.undo()
    shutil.rmtree(petit / "leak")
    shutil.rmtree(petit / "truth/copy_rows")
    monkeypatch.setattr(CopyTable, "part", stop)
    with pytest.raises(KeyboardInterrupt):
        circulate(petit, jobs=1)
    assert not (petit / "leak/copies/un").exists()
    assert not (petit / "truth/copy_rows/un").exists()


def test_copies_that_went_elsewhere_in_between_are_replaced(petit: Path, tmp_path: Path) -> None:
    circulate(petit, jobs=1)
    before = files(petit / "leak")
    circulate(petit, tmp_path / "ailleurs", jobs=1)
    circulate(petit, jobs=1)
    assert files(petit / "leak") == before


def test_the_copies_of_a_dataset_that_was_moved_are_replaced(petit: Path, tmp_path: Path) -> None:
    circulate(petit, jobs=1)
    moved = petit.rename(tmp_path / "ailleurs")
    circulate(moved, jobs=1)
    assert list(files(moved / "leak")) == ["copies/un/patients.csv"]


def test_work_that_stopped_after_some_copies_goes_on(
    circulated: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = shutil.ignore_patterns("copies", "copy_rows")
    folder = shutil.copytree(circulated.path, tmp_path / "labs", ignore=left)
    made = CopyTable.part
    parts: list[int] = []

    def stop(table: CopyTable, number: int) -> Cells:
        parts.append(number)
        if len(parts) > 3:
            raise KeyboardInterrupt
        return made(table, number)

    monkeypatch.setattr(CopyTable, "part", stop)
    with pytest.raises(KeyboardInterrupt):
        circulate(folder, jobs=1)
    assert 0 < len(files(folder / "leak/copies")) < 12
    parts.clear()
    with pytest.raises(KeyboardInterrupt):
        circulate(folder, jobs=1)


# --- what is refused ------------------------------------------------------------------------------


def refusal(kind: type[SimbreachError], work: Callable[[], object]) -> str:
    """The one line of an error that means exit code 2."""
    with pytest.raises(kind) as found:
        work()
    assert found.value.exit_code == 2
    assert "\n" not in str(found.value)
    return str(found.value)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("forum-des-fuites.parent", "canal-priv", "did you mean 'canal-prive'?"),
        ("canal-prive.parent", "miroir-sans-entete", "circle"),
        ("forum-des-fuites.date", "2021-02-09", "before its parent's day"),
        ("depot-sql.shape", "sql_dmp", "did you mean 'sql_dump'?"),
        ("forum-des-fuites.edits", '[{ kind = "sort", columns = ["PAT_NON"] }]', "did you mean 'PAT_NOM'?"),
        ("forum-des-fuites.edits", '[{ kind = "sort" }]', "needs 'columns'"),
        ("forum-des-fuites.edits", '[{ kind = "shuffle", rows = 5 }]', "has no 'rows'"),
        ("forum-des-fuites.edits", '[{ kind = "shufle" }]', "shuffle"),
        ("forum-des-fuites.place", "forumm", "forum"),
    ],
)
def test_a_profile_whose_copies_cannot_be_is_refused(path: str, value: str, said: str) -> None:
    told = refusal(ProfileError, lambda: load_profile("labs-demo", {f"circulation.copies.{path}": value}))
    assert said in told
    assert f"circulation.copies.{path.partition('.')[0]}" in told


def test_a_profile_without_copies_is_told_where_to_say_them(
    small_profile: Callable[..., Profile], tmp_path: Path
) -> None:
    generate(small_profile(rows=20), tmp_path / "a")
    assert "[[circulation.copies]]" in refusal(InputError, lambda: circulate(tmp_path / "a"))


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ('{ kind = "departments", departments = ["75"] }', "nothing is left"),
        ('{ kind = "drop_columns", columns = ["NOM", "NIR", "CP"] }', "nothing is left"),
        ('{ kind = "damage", share = 0.5 }', "only an archive"),
    ],
)
def test_edits_that_leave_nothing_are_refused_and_nothing_is_written(
    edits: str, said: str, small: Callable[..., Path]
) -> None:
    folder = small(edits)
    assert said in refusal(InputError, lambda: circulate(folder, jobs=1))
    assert not (folder / "leak").exists()


def test_options_that_the_shape_has_not_are_refused(
    tmp_path: Path, small_profile: Callable[..., Profile]
) -> None:
    more = MINE.format(edits="").replace("damage =", "dammage =")
    folder = generate(small_profile(more=more, rows=20), tmp_path / "a").path
    told = refusal(ProfileError, lambda: circulate(folder, jobs=1))
    assert "circulation.copies.un" in told
    assert "did you mean 'damage'?" in told

"""`simbreach trace`: what it says, what it never says, and how it ends."""

import json
import re
from pathlib import Path

import pytest

from simbreach.api import Dataset
from simbreach.cli.main import main

Said = pytest.CaptureFixture[str]
# Numbers that are nobody's: fictional blocks of ARCEP, a reserved domain, the example of the IBAN registry.
SECRET = (
    "CANARI-QUI-CHANTE", "06 39 98 12 34", "+33639981235", "marie.guerin@example.org",
    "FR1420041010050500013M02606", "1 84 12 00 000 000 00", "12/03/1956",
)  # fmt: skip


def run(capsys: Said, *arguments: object) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    code = main(["trace", *map(str, arguments)])
    return code, *capsys.readouterr()


@pytest.fixture(scope="session")
def known(circulated: Dataset) -> Path:
    """A copy's file."""
    return circulated.path / "leak/copies/forum-des-fuites/patients.csv"


def test_a_copy_is_named_in_text_for_a_report(known: Path, circulated: Dataset, capsys: Said) -> None:
    code, out, err = run(capsys, known, "--among", circulated.path)
    assert (code, err) == (0, "")
    first, risk = out.splitlines()[:2]
    assert first == f"{known}: comes from the copy forum-des-fuites of {circulated.path}"
    assert re.search(r"probability of at most \d", risk)


def test_json_has_the_verdict_and_all_copies_best_first(
    known: Path, circulated: Dataset, capsys: Said
) -> None:
    code, out, _ = run(capsys, known, "--among", circulated.path, "--json")
    told = json.loads(out)
    assert code == 0
    assert told.keys() >= {
        "verdict", "copies", "rows_recognised", "synthetic", "edits", "evidence", "dataset",
    }  # fmt: skip
    assert (told["verdict"], told["synthetic"]) == ("copy", "synthetic")
    assert told["copies"][0]["copy"] == "forum-des-fuites"
    assert told["copies"][0].keys() >= {"copy", "score", "false_accusation"}
    scores = [copy["score"] for copy in told["copies"][1:]]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= copy["false_accusation"] <= 1 for copy in told["copies"])


def test_what_is_of_no_dataset_ends_with_1(circulated: Dataset, tmp_path: Path, capsys: Said) -> None:
    path = tmp_path / "a.csv"
    path.write_text("NOM;PRENOM\n" + "GUERIN;MARIE\n" * 50)
    code, out, err = run(capsys, path, "--among", circulated.path)
    assert (code, err) == (1, "")
    assert out.startswith(f"{path}: comes from no dataset that was looked at\n")
    code, out, _ = run(capsys, path, "--among", circulated.path, "--json")
    assert (code, json.loads(out)["verdict"]) == (1, "none")


@pytest.mark.parametrize("kind", ["nothing", "folder", "empty", "noise"])
def test_a_file_that_cannot_be_read_is_one_line_and_exit_2(
    kind: str, circulated: Dataset, tmp_path: Path, capsys: Said
) -> None:
    path = tmp_path / "a"
    if kind == "folder":
        path.mkdir()
    elif kind != "nothing":
        path.write_bytes(b"" if kind == "empty" else bytes(range(256)) * 99)
    code, out, err = run(capsys, path, "--among", circulated.path)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"simbreach: error: {path}: ")


def test_a_folder_that_holds_no_dataset_is_one_line_and_exit_2(
    known: Path, tmp_path: Path, capsys: Said
) -> None:
    code, out, err = run(capsys, known, "--among", tmp_path)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert str(tmp_path) in err


def test_without_among_all_datasets_of_outputs_are_looked_at(
    known: Path, circulated: Dataset, tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, known)
    assert (code, err.count("\n")) == (2, 1)
    (tmp_path / "outputs").mkdir()
    (tmp_path / "outputs/labs").symlink_to(circulated.path)
    code, out, _ = run(capsys, known, "--json")
    assert (code, json.loads(out)["dataset"]) == (0, "outputs/labs")


@pytest.mark.parametrize(
    ("sort", "mixed", "form"),
    [
        ("csv", False, ()),
        ("csv", True, ()),
        ("csv", True, ("--json",)),
        ("json", False, ("--json",)),
        ("page", True, ()),
        ("cut", True, ("--json",)),
    ],
)
def test_a_value_of_the_file_is_never_shown(
    mixed: bool,
    form: tuple[str, ...],
    sort: str,
    known: Path,
    circulated: Dataset,
    tmp_path: Path,
    capsys: Said,
) -> None:
    lines = [";".join(SECRET)] * 20
    if sort == "json":
        lines = [json.dumps({word: word for word in SECRET})] * 20
    elif sort == "page":
        lines = ["<html><p>", *lines, "</p></html>"]
    elif sort == "cut":
        lines = [word[:9] for word in SECRET] + ["".join(SECRET)]
    own = known.read_text("utf-8").splitlines()[1:40] if mixed else []
    path = tmp_path / "a"
    path.write_text("\n".join([*lines, *own]), "utf-8")
    _, out, err = run(capsys, path, "--among", circulated.path, *form)
    said = out + err
    assert said.count("\n") > 0
    assert [word for word in SECRET if word in said] == []
    values = {cell for line in own for cell in line.split(";") if len(cell) > 5 and not cell.isalpha()}
    assert [value for value in values if value in said] == []

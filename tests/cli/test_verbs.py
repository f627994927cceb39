"""`generate`, `peek`, `verify`, `safety`: what each says, and where."""

import json
import re
from pathlib import Path

import pytest

from simbreach.api import Dataset
from simbreach.cli.main import main
from simbreach.core.registry import identifiers

Said = pytest.CaptureFixture[str]


def run(capsys: Said, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    code = main([str(argument) for argument in arguments])
    return code, *capsys.readouterr()


def test_generate_says_what_was_written_where_how_much_how_long(tmp_path: Path, capsys: Said) -> None:
    folder = tmp_path / "d"
    code, out, err = run(capsys, "generate", "labs-demo", "--rows", "50", "--out", str(folder))
    assert (code, err) == (0, "")
    assert re.fullmatch(rf"wrote {re.escape(str(folder))} \(9 tables, [\d,]+ rows, \d+\.\d s\)\n", out)


def test_generate_says_that_a_dataset_is_whole_already(demo: Dataset, capsys: Said) -> None:
    code, out, err = run(capsys, "generate", "labs-demo", "--rows", "900", "--out", str(demo.path))
    assert (code, err) == (0, "")
    assert f"{demo.path} is whole already" in out


def test_generate_speaks_json(demo: Dataset, capsys: Said) -> None:
    _, out, _ = run(capsys, "generate", "labs-demo", "--rows", "900", "--out", str(demo.path), "--json")
    assert json.loads(out)["rows"]["tables/patients"] == 900


def test_generate_takes_changes_of_the_profile(tmp_path: Path, capsys: Said) -> None:
    change = "tables.patients.rows=40"
    _, out, _ = run(capsys, "generate", "labs-demo", "--set", change, "--out", str(tmp_path / "d"), "--json")
    assert json.loads(out)["rows"]["tables/patients"] == 40


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["labs-nord-ouest-2012"], "did you mean 'labs-nord-ouest-2021'"),
        (["labs-demo", "--rows", "-5"], "rows"),
        (["labs-demo", "--rows", "0"], "rows"),
        (["labs-demo", "--rows", "999999999999"], "rows"),
        (["labs-demo", "--set", "nope.nope=1"], "nope"),
    ],
)
def test_a_refused_run_says_why_in_one_line_and_writes_nothing(
    arguments: list[str], names: str, tmp_path: Path, capsys: Said
) -> None:
    code, out, err = run(capsys, "generate", *arguments, "--out", str(tmp_path / "x"))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("simbreach: error: ")
    assert names in err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_holds_something_else_is_left_as_it_is(tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "letter.txt").write_text("hello")
    code, _, err = run(capsys, "generate", "labs-demo", "--out", str(tmp_path))
    assert code == 2
    assert str(tmp_path) in err
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_peek_shows_a_line_a_row_of_the_columns_asked_for(demo: Dataset, capsys: Said) -> None:
    code, out, _ = run(
        capsys,
        "peek",
        "labs-demo",
        "patients",
        "--rows",
        "5:8",
        "--of",
        "900",
        "--columns",
        "PAT_NOM,PAT_NIR",
    )
    lines = out.splitlines()
    assert code == 0
    assert lines[0].split() == ["row", "PAT_NOM", "PAT_NIR"]
    assert [line.split()[0] for line in lines[1:]] == ["5", "6", "7"]


def test_peek_as_json_is_what_a_dataset_holds(demo: Dataset, capsys: Said) -> None:
    _, out, _ = run(capsys, "peek", "labs-demo", "patients", "--rows", "5:8", "--of", "900", "--json")
    expected = demo.table("patients").to_table().slice(5, 3).to_pylist()
    assert [json.loads(line) for line in out.splitlines()] == expected


def test_peek_without_columns_shows_the_filled_cells(capsys: Said) -> None:
    _, out, _ = run(capsys, "peek", "labs-demo", "patients", "--rows", "5:6")
    assert re.match(r"row 5 +\d+ of 160 columns filled\n", out)
    assert re.search(r"^PAT_NUM +\S", out, re.M)


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["patient"], "did you mean 'patients'"),
        (["patients", "--columns", "PAT_NOMM"], "did you mean 'PAT_NOM'"),
        (["patients", "--rows", "4999:5001"], "5,000"),
    ],
)
def test_peek_refuses_what_is_not_there(arguments: list[str], names: str, capsys: Said) -> None:
    code, out, err = run(capsys, "peek", "labs-demo", *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert names in err


def test_verify_says_that_a_dataset_is_whole_and_synthetic(demo: Dataset, capsys: Said) -> None:
    code, out, err = run(capsys, "verify", str(demo.path))
    assert (code, err) == (0, "")
    assert f"{demo.path}: whole and synthetic" in out


def test_verify_of_a_file_that_may_be_real_is_exit_1_and_shows_a_mask(tmp_path: Path, capsys: Said) -> None:
    path = tmp_path / "found.csv"
    path.write_text("nom;nir\nX;269054958815780\n")
    code, out, _ = run(capsys, "verify", str(path))
    assert code == 1
    assert out.splitlines()[0] == f"{path}: possibly real (valid outside the safe ranges: 1 nir)"
    assert out.splitlines()[-1] == "  line 2, bytes 10–25: nir ***************"
    assert "2690549588" not in out


def test_verify_speaks_json(demo: Dataset, capsys: Said) -> None:
    _, out, _ = run(capsys, "verify", str(demo.path), "--json")
    assert json.loads(out)["ok"] is True


def test_verify_of_nothing_is_exit_2(tmp_path: Path, capsys: Said) -> None:
    code, out, err = run(capsys, "verify", str(tmp_path / "none"))
    assert (code, out) == (2, "")
    assert err == f"simbreach: error: {tmp_path / 'none'}: does not exist\n"


def test_safety_says_range_why_source_and_date_of_every_identifier(capsys: Said) -> None:
    code, out, _ = run(capsys, "safety", "--json")
    said = {entry["name"]: entry for entry in json.loads(out)["identifiers"]}
    assert code == 0
    assert said.keys() == identifiers().keys()
    assert all(entry[key] for entry in said.values() for key in ("range", "why", "source", "date"))


def test_safety_reads_as_text(capsys: Said) -> None:
    _, out, _ = run(capsys, "safety")
    assert "nir\n  range:  a commune number that the département of birth never used" in out


def test_safety_says_how_many_namesakes_are_expected(capsys: Said) -> None:
    _, out, _ = run(capsys, "safety")
    assert re.search(r"of 100,000 people, about \d{2,3} are expected", " ".join(out.split()))

"""`simbreach circulate`: what it says, and where."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from simbreach.api import generate
from simbreach.cli.main import main
from simbreach.profile.model import Profile

Said = pytest.CaptureFixture[str]


def run(capsys: Said, *arguments: object) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    code = main(["circulate", *map(str, arguments)])
    return code, *capsys.readouterr()


COPIES = """
[[circulation.copies]]
name = "canal-prive"
holder = "EXERCICE"
place = "telegram"
date = 2021-02-10
[[circulation.copies]]
name = "extrait"
holder = "EXERCICE"
place = "mail"
date = 2021-02-11
parent = "canal-prive"
edits = [{ kind = "sample", rows = 5 }, { kind = "split", pieces = 2 }]
"""


@pytest.fixture
def folder(small_profile: Callable[..., Profile], tmp_path: Path) -> Path:
    """A small dataset with two copies that are not written yet."""
    return generate(small_profile(more=COPIES, rows=40), tmp_path / "petit").path


def test_it_says_what_was_written_where_how_much_how_long(folder: Path, capsys: Said) -> None:
    code, out, err = run(capsys, folder)
    assert (code, err) == (0, "")
    written = out.splitlines()
    place = re.escape(str(folder / "leak" / "copies" / "extrait"))
    assert len(written) == 2
    assert re.fullmatch(rf"wrote {place} \(2 files, 5 rows, 0\.\d MB, \d+\.\d s\)", written[1])


def test_json_is_for_machines(folder: Path, tmp_path: Path, capsys: Said) -> None:
    code, out, err = run(capsys, folder, "--output", tmp_path / "out", "--json")
    assert (code, err) == (0, "")
    told = {copy["copy"]: copy for copy in json.loads(out)}
    assert told["extrait"]["files"] == ["partie-1/patients.csv", "partie-2/patients.csv"]
    for copy in told.values():
        files = [Path(copy["folder"]) / name for name in copy["files"]]
        assert sum(file.stat().st_size for file in files) == copy["bytes"]
        assert all(file.is_relative_to(tmp_path / "out") for file in files)


def test_what_is_no_dataset_is_one_line_and_exit_2(tmp_path: Path, capsys: Said) -> None:
    code, out, err = run(capsys, tmp_path)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("simbreach: error: ")
    assert "not a dataset" in err


def test_a_foreign_file_among_the_copies_is_one_line_and_exit_2(folder: Path, capsys: Said) -> None:
    foreign = folder / "leak/copies/canal-prive/notes.txt"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("à moi")
    code, out, err = run(capsys, folder)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "'notes.txt'" in err
    assert foreign.read_text() == "à moi"


def test_help_has_an_example(capsys: Said) -> None:
    code, out, _ = run(capsys, "--help")
    assert code == 0
    assert "simbreach circulate outputs/labs-demo" in out

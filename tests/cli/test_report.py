"""`simbreach report`: what it writes, what it says, what it refuses."""

import json
import shutil
from pathlib import Path

import pytest

from simbreach.api import Dataset
from simbreach.cli.main import main


def test_a_page_is_written_and_told(
    demo: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.html"
    assert main(["report", str(demo.path), "-o", str(page), "--lang", "en"]) == 0
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert capsys.readouterr().out.startswith(f"wrote {page} (")


def test_json_goes_to_stdout(demo: Dataset, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(demo.path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["headline"]["rows"] == 900


def test_json_goes_to_a_file(demo: Dataset, tmp_path: Path) -> None:
    target = tmp_path / "figures.json"
    assert main(["report", str(demo.path), "--json", "-o", str(target)]) == 0
    assert json.loads(target.read_text("utf-8"))["headline"]["profile"] == "labs-demo"


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one line that says why, of a command that is refused."""
    assert main(["report", *arguments]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    return told.err


@pytest.fixture
def copy(demo: Dataset, tmp_path: Path) -> Path:
    return Path(shutil.copytree(demo.path, tmp_path / "copy"))


def test_a_folder_that_is_no_dataset_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "not a dataset" in refused([str(tmp_path), "--json"], capsys)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "does not exist" in refused([str(tmp_path / "no"), "--json"], capsys)


def test_an_unfinished_dataset_is_refused(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "manifest.json").unlink()
    assert "its making was cut short" in refused([str(copy), "--json"], capsys)


def test_a_part_that_is_missing_is_told(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "tables" / "patients" / "part-00000.parquet").unlink()
    assert "tables/patients/part-00000.parquet is missing" in refused([str(copy), "--json"], capsys)


def test_an_edited_file_is_told(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = copy / "truth" / "rows" / "part-00000.parquet"
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    said = refused([str(copy), "--json"], capsys)
    assert "not as it was made: truth/rows/part-00000.parquet has another SHA-256" in said


def test_a_folder_that_is_not_there_takes_no_report(
    demo: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "no" / "page.html"
    assert "there is no folder" in refused([str(demo.path), "-o", str(target)], capsys)
    assert not target.parent.exists()


def test_a_folder_is_no_file_to_write(
    demo: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "is a folder" in refused([str(demo.path), "-o", str(tmp_path)], capsys)


def test_an_unknown_language_is_refused(demo: Dataset, capsys: pytest.CaptureFixture[str]) -> None:
    assert "'de' is not one of 'fr', 'en'" in refused([str(demo.path), "--lang", "de"], capsys)


def test_nothing_is_left_of_a_report_that_failed(
    demo: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    target = tmp_path / "figures.json"
    assert main(["report", str(demo.path), "--json", "-o", str(target)]) == 1
    assert "No space left on device" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []

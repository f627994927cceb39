"""`simbreach profiles`: list, show, check, schema."""

import json
import tomllib
from pathlib import Path

import pytest

from simbreach.cli.main import main
from simbreach.profile.load import bundled, load_profile


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The stdout of a command that succeeds in silence otherwise."""
    assert main(["profiles", *arguments]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return out


def refused(capsys: pytest.CaptureFixture[str], path: Path) -> str:
    """The one line on stderr of a check that fails."""
    assert main(["profiles", "check", str(path)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    return err


def test_list_names_every_bundled_profile(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "list").splitlines()[1:]
    assert tuple(line.split()[0] for line in lines) == bundled()


def test_list_as_json_gives_names_and_rows(capsys: pytest.CaptureFixture[str]) -> None:
    found = {entry["name"]: entry["rows"] for entry in json.loads(said(capsys, "list", "--json"))}
    assert found["labs-nord-ouest-2021"] == 491_840
    assert found["labs-demo"] == 5_000


@pytest.mark.parametrize("name", bundled())
def test_what_show_prints_loads_to_an_equal_profile(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = tmp_path / "shown.toml"
    shown.write_text(said(capsys, "show", name), "utf-8")
    assert load_profile(shown) == load_profile(name)


def test_show_is_complete_without_what_it_extends(capsys: pytest.CaptureFixture[str]) -> None:
    shown = tomllib.loads(said(capsys, "show", "labs-demo"))
    assert "extends" not in shown
    assert len(shown["sources"]) == 28


def test_check_says_what_a_good_profile_makes(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "check", "labs-demo").startswith("labs-demo: ok (28 sources, 1 table, ")


def test_check_names_file_key_and_the_key_that_was_meant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "b.toml"
    path.write_text('name = "b"\nextends = "labs-demo"\n[populatoin]\nseed = 3\n', "utf-8")
    words = refused(capsys, path)
    assert str(path) in words
    assert "'populatoin'; did you mean 'population'?" in words


def test_check_refuses_a_profile_that_includes_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.toml"
    path.write_text('name = "a"\nextends = "a"\n', "utf-8")
    assert "extends itself" in refused(capsys, path)


def test_check_says_where_a_file_is_no_toml(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "c.toml"
    path.write_text("name = \n", "utf-8")
    assert "line 1" in refused(capsys, path)


def test_check_says_that_a_file_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no such file" in refused(capsys, tmp_path / "none.toml")


def test_the_schema_is_one_for_a_profile(capsys: pytest.CaptureFixture[str]) -> None:
    schema = json.loads(said(capsys, "schema"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {"name", "extends", "sources", "tables"} <= schema["properties"].keys()


def test_a_dictionary_is_written_beside_what_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    arguments = ("doc", "labs-demo", "-o", str(tmp_path))
    assert said(capsys, *arguments).startswith(f"wrote {tmp_path / 'labs-demo-dictionary.md'} (28 sources, ")
    said(capsys, *arguments, "--format", "html", "--lang", "fr")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "labs-demo-dictionary.md",
        "labs-demo-dictionnaire.html",
        "mine.txt",
    ]
    assert "Vannes (56260)" in (tmp_path / "labs-demo-dictionary.md").read_text("utf-8").replace("\\", "")


def test_a_dictionary_of_a_wrong_profile_is_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["profiles", "doc", "nope", "-o", str(tmp_path / "doc")]) == 2
    assert "no profile 'nope'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_dictionary_goes_into_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("mine")
    assert main(["profiles", "doc", "labs-demo", "-o", str(tmp_path / "file")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert (tmp_path / "file").read_text() == "mine"

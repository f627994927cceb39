"""`leak` and `shapes`: what each says, and where."""

import json
import re
import shutil
from pathlib import Path

import pytest

from simbreach.api import Dataset
from simbreach.cli.main import main
from simbreach.shapes.contract import find_shape, shape_names

Said = pytest.CaptureFixture[str]


@pytest.fixture
def folder(demo: Dataset, tmp_path: Path) -> Path:
    """A dataset of one's own."""
    shutil.copytree(demo.path, tmp_path / "labs")
    return tmp_path / "labs"


def run(capsys: Said, *arguments: object) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    code = main([str(argument) for argument in arguments])
    return code, *capsys.readouterr()


def test_leak_says_what_was_written_where_how_much_how_long(folder: Path, capsys: Said) -> None:
    code, out, err = run(capsys, "leak", folder)
    assert (code, err) == (0, "")
    place = re.escape(str(folder / "leak" / "shapes" / "csv"))
    assert re.fullmatch(rf"wrote {place} \(1 file, 0\.\d MB, [\d,]+ spans, \d+\.\d s\)\n", out)


def test_leak_takes_several_shapes_and_a_folder_for_them(folder: Path, tmp_path: Path, capsys: Said) -> None:
    code, out, _ = run(capsys, "leak", folder, "--shape", "csv", "--shape", "jsonl", "-o", tmp_path / "out")
    assert (code, out.count("\n")) == (0, 2)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["csv", "jsonl"]


def test_leak_takes_options_rows_and_sources(folder: Path, capsys: Said) -> None:
    arguments = ("--option", "encoding=utf-8", "--option", "damage=none", "--rows", "0:3", "--json")
    code, out, _ = run(capsys, "leak", folder, *arguments)
    assert code == 0
    assert json.loads(out)[0]["files"] == ["patients.csv"]
    assert (folder / "leak/shapes/csv/patients.csv").read_bytes().count(b"\r\n") == 4
    _, out, _ = run(capsys, "leak", folder, "--split-by", "source", "--json")
    assert len(json.loads(out)[0]["files"]) == 28


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--shape", "xslx"), "unknown shape 'xslx'; did you mean 'xlsx'?"),
        (("--option", "nothing"), "'nothing' is not KEY=VALUE"),
        (("--option", "seperator=,"), "csv: no option 'seperator'"),
        (("--rows", "5"), "'5' is not a range of rows"),
        (("--rows", "0:99999"), "rows 0:99999 do not lie in the table"),
        (("--split-by", "person"), "'person' is not"),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_2(
    folder: Path, capsys: Said, arguments: tuple[str, ...], said: str
) -> None:
    code, out, err = run(capsys, "leak", folder, *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("simbreach: error: ")
    assert said in err


def test_leak_refuses_what_is_no_dataset(tmp_path: Path, capsys: Said) -> None:
    code, _, err = run(capsys, "leak", tmp_path)
    assert (code, err.count("\n")) == (2, 1)
    assert "not a dataset" in err


def test_shapes_are_listed_with_a_line_of_french(capsys: Said) -> None:
    code, out, _ = run(capsys, "shapes", "list")
    assert code == 0
    lines = out.splitlines()[1:]
    assert [line.split()[0] for line in lines] == list(shape_names())
    assert {"csv", "sql_dump", "jsonl", "combolist", "fixed_width", "sqlite"} <= set(shape_names())


@pytest.mark.parametrize("name", shape_names())
def test_every_option_of_every_shape_is_described(name: str, capsys: Said) -> None:
    _, out, _ = run(capsys, "shapes", "show", name)
    for option, field in find_shape(name).Options.model_fields.items():
        assert field.description, option
        assert f"  {option} = " in out


def test_shapes_show_speaks_json(capsys: Said) -> None:
    _, out, _ = run(capsys, "shapes", "show", "csv", "--json")
    assert json.loads(out)["options"]["encoding"]["default"] == "cp1252"


def test_an_unknown_shape_is_refused_with_the_nearest_name(capsys: Said) -> None:
    code, _, err = run(capsys, "shapes", "show", "jsonn")
    assert (code, "did you mean 'jsonl'?" in err) == (2, True)

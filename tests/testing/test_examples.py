"""docs/examples: their suites pass, and catch the bugs that docs/testing.md shows."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest_plugins = "pytester"

DOCS = Path(__file__).parents[2] / "docs"


@dataclass(frozen=True)
class Planted:
    """A project, and a bug: what stands in a file before and with it, and which test it fails."""

    project: str
    file: str
    before: str
    after: str
    caught: str


def planted() -> list[Planted]:
    page = (DOCS / "testing.md").read_text("utf-8")
    found = re.findall(
        r"^### [^\n]*`(\w+)`\n.*?^```diff\n--- (\S+)\n(.*?)^```.*?^FAILED (\S+)", page, re.M | re.S
    )
    return [
        Planted(
            project, file, *("".join(re.findall(rf"^[{sign}](.*\n)", diff, re.M)) for sign in "-+"), caught
        )
        for project, file, diff, caught in found
    ]


def test_the_guide_tells_a_bug_of_every_example() -> None:
    assert sorted(one.project for one in planted()) == sorted(
        {path.parent.name for path in DOCS.glob("examples/*/*.py")}
    )


@pytest.mark.slow
@pytest.mark.parametrize("bug", planted(), ids=lambda bug: bug.project)
def test_an_example_passes_and_catches_its_bug(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, bug: Planted
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    for path in (DOCS / "examples" / bug.project).glob("*.py"):
        shutil.copy(path, pytester.path)
    suite = ("-p", "simbreach.testing.plugin", "-W", "error")
    right = pytester.runpytest_subprocess(*suite).parseoutcomes()
    assert list(right) == ["passed"]
    code = (pytester.path / bug.file).read_text("utf-8")
    assert code.count(bug.before) == 1
    (pytester.path / bug.file).write_text(code.replace(bug.before, bug.after), "utf-8")
    wrong = pytester.runpytest_subprocess(*suite)
    assert wrong.parseoutcomes() == {"passed": right["passed"] - 1, "failed": 1}
    wrong.stdout.fnmatch_lines([f"FAILED {bug.caught}*"])

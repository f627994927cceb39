"""What the documents say is so: commands parse, files and links are there, figures are the code's."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from simbreach.cli.main import build_app, main
from simbreach.profile.load import bundled

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


def commands(page: Path) -> list[str]:
    """The `simbreach …` lines in the page's code blocks."""
    language, lines = None, []
    for line in page.read_text("utf-8").splitlines():
        if line.startswith("```"):
            language = None if language is not None else line.removeprefix("```")
        elif language in ("", "console", "bash", "sh", "text"):
            lines.append(line.strip().removeprefix("$ "))
    return [line.partition(" #")[0].strip() for line in lines if line.startswith("simbreach ")]


COMMANDS = [(name, command) for page, name in zip(PAGES, NAMES, strict=True) for command in commands(page)]


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_a_documented_command_is_one_that_the_command_line_takes(
    page: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its verb is known, and each of its options stands in the verb's help."""
    words = shlex.split(re.sub(r"[|>].*", "", command))[1:]
    verb = words[:2] if words[0] == "profiles" else words[:1]
    options = [word.partition("=")[0] for word in words if word.startswith("--")]
    front = verb == [] or verb[0].startswith("-")
    assert main([*([] if front else verb), "--help"]) == 0
    text = capsys.readouterr().out
    assert [option for option in options if option not in text] == []


def help_of(*verb: str) -> str:
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main([*verb, "--help"]) == 0
    return out.getvalue()


VERBS = [
    (),
    *[(str(command.name),) for command in build_app().registered_commands],
    ("profiles",),
    *[("profiles", word) for word in ("list", "show", "check", "doc", "schema")],
]


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_every_verb_has_help_with_one_example_of_itself(verb: tuple[str, ...]) -> None:
    text = " ".join(help_of(*verb).split())
    assert text.count("Example: ") == 1
    assert f"Example: simbreach {' '.join(verb)}".strip() in text


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_file_that_is_named_is_there(page: Path) -> None:
    """`simbreach/…`, `tests/…` and the like in backquotes; a placeholder in capitals or … is none."""
    text = page.read_text("utf-8")
    named = re.findall(r"`((?:simbreach|tests|profiles|benchmarks|docs|tools)/[\w./-]*)`", text)
    missing = [
        name for name in named if not (ROOT / name).exists() and not re.search(r"[A-Z]{3,}|\.\.", name)
    ]
    assert missing == []


def test_the_readme_lists_every_bundled_profile() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [name for name in bundled() if name not in readme] == []


def test_the_ten_lines_of_python_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines, _ = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    monkeypatch.chdir(tmp_path)
    made: dict[str, Any] = {}
    exec(lines, made)
    assert made["patients"].count_rows() == 5_000
    assert made["before"].num_rows == 100
    assert sum(batch.num_rows for batch in made["rows"]) == 9


@pytest.mark.parametrize(
    "name", ["README", "ARCHITECTURE", "CONTRIBUTING", "LIMITATIONS", "CHANGELOG", "docs/benchmarks"]
)
def test_the_page_is_there(name: str) -> None:
    assert (ROOT / f"{name}.md").is_file()


def test_the_changelog_names_this_version() -> None:
    import simbreach

    assert f"## {simbreach.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_makefile_has_the_targets_that_the_readme_names() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    named = set(re.findall(r"\bmake ([a-z]+)\b", (ROOT / "README.md").read_text("utf-8")))
    assert sorted(named - targets) == []

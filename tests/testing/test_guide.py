"""docs/testing.md and docs/strategies.md: every example in them passes in a project of its own."""

import re
from pathlib import Path

import pytest

pytest_plugins = "pytester"

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "testing.md").read_text("utf-8")


def examples_of(page: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", (DOCS / page).read_text("utf-8"), re.M | re.S)


@pytest.mark.slow
@pytest.mark.parametrize("page", ["testing.md", "strategies.md"])
def test_every_example_of_the_guide_passes(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    """What is no test runs when its file is imported."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    examples = examples_of(page)
    for number, example in enumerate(examples):
        pytester.makepyfile(**{f"test_{number}": example})
    (pytester.path / "fixtures").mkdir()
    (pytester.path / "fixtures" / "people.csv").write_text("name;email\nJean;jean@example.org\n")
    result = pytester.runpytest_subprocess("-p", "simbreach.testing.plugin", "-W", "error")
    result.assert_outcomes(passed=sum(len(re.findall("^def test_", example, re.M)) for example in examples))


def test_every_option_of_the_plugin_is_in_the_guide() -> None:
    source = (Path(__file__).parents[2] / "simbreach" / "testing" / "plugin.py").read_text("utf-8")
    options = set(re.findall(r'"(--simbreach-[a-z-]+)"', source))
    assert options == {word.rstrip("-") for word in re.findall(r"`(--simbreach-[a-z-]+)", PAGE)}


def test_every_field_of_a_patient_is_in_the_guide() -> None:
    from simbreach.testing import Patient

    assert [name for name in Patient.__dataclass_fields__ if f"`{name}`" not in PAGE] == []


def test_every_strategy_is_in_the_guide_with_its_own_words() -> None:
    from simbreach.testing import strategies

    said = " ".join((DOCS / "strategies.md").read_text("utf-8").split())
    own = {
        name: " ".join(getattr(strategies, name).__doc__.split())
        for name in strategies.__all__
        if name != "Invalid"
    }
    assert [name for name, text in own.items() if f"### `{name}` {text}" not in said] == []

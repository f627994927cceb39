"""docs/testing.md: every example in it is a test that passes in a project of its own."""

import re
from pathlib import Path

import pytest

pytest_plugins = "pytester"

PAGE = (Path(__file__).parents[2] / "docs" / "testing.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S)


@pytest.mark.slow
def test_every_example_of_the_guide_passes(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for number, example in enumerate(EXAMPLES):
        pytester.makepyfile(**{f"test_{number}": example})
    (pytester.path / "fixtures").mkdir()
    (pytester.path / "fixtures" / "people.csv").write_text("name;email\nJean;jean@example.org\n")
    result = pytester.runpytest_subprocess("-p", "simbreach.testing.plugin", "-W", "error")
    result.assert_outcomes(passed=sum(len(re.findall("^def test_", example, re.M)) for example in EXAMPLES))


def test_every_option_of_the_plugin_is_in_the_guide() -> None:
    source = (Path(__file__).parents[2] / "simbreach" / "testing" / "plugin.py").read_text("utf-8")
    options = set(re.findall(r'"(--simbreach-[a-z-]+)"', source))
    assert options == {word.rstrip("-") for word in re.findall(r"`(--simbreach-[a-z-]+)", PAGE)}


def test_every_field_of_a_patient_is_in_the_guide() -> None:
    from simbreach.testing import Patient

    assert [name for name in Patient.__dataclass_fields__ if f"`{name}`" not in PAGE] == []

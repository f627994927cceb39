"""Importing stays cheap: what is heavy waits until it is needed."""

import subprocess
import sys

import pytest

HEAVY = (
    "numpy",
    "pyarrow",
    "duckdb",
    "pydantic",
    "faker",
    "mimesis",
    "hypothesis",
    "pandas",
    "polars",
    "scipy",
)


def modules_after(code: str) -> set[str]:
    """The modules that are loaded once `code` has run in an interpreter of its own."""
    ask = f"{code}\nimport sys\nsys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize(
    "code",
    ["import simbreach", "from simbreach.cli.main import main; main(['--help'])"],
    ids=["import simbreach", "simbreach --help"],
)
def test_the_front_loads_nothing_heavy(code: str) -> None:
    assert sorted(modules_after(code) & set(HEAVY)) == []


def test_the_public_names_load_nothing_until_used() -> None:
    assert "simbreach.api" not in modules_after("import simbreach; dir(simbreach)")


def test_using_the_package_loads_no_other_generator() -> None:
    """Nor a data frame library, but for pandas, which PyArrow loads by itself where it is installed."""
    loaded = modules_after("import simbreach; simbreach.batches")
    assert sorted(loaded & {"polars", "faker", "mimesis", "hypothesis", "scipy"}) == []

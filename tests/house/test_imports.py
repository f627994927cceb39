"""Importing stays cheap: what is heavy waits until it is needed."""

import subprocess
import sys
import time

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


def best_of(code: str, rounds: int = 7) -> float:
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - begun)
    return min(times)


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


def test_import_simbreach_takes_at_most_50_ms_more_than_a_bare_interpreter() -> None:
    assert best_of("import simbreach") - best_of("pass") <= 0.05


def test_help_takes_at_most_120_ms_more_than_a_bare_interpreter() -> None:
    front = best_of("import sys; from simbreach.cli.main import main; sys.exit(main(['--help']))")
    assert front - best_of("pass") <= 0.12

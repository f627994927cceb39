"""Importing stays cheap: what is heavy waits until it is needed."""

import subprocess
import sys
from pathlib import Path

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
    loaded = modules_after("import simbreach; simbreach.batches")
    assert sorted(loaded & {"pandas", "polars", "faker", "mimesis", "hypothesis", "scipy"}) == []


@pytest.mark.parametrize("sink", ["parquet", "duckdb"])
def test_making_a_dataset_loads_no_data_frames_and_no_masked_arrays(tmp_path: Path, sink: str) -> None:
    """PyArrow and NumPy load them for a plain array, by themselves."""
    asked = ["generate", "labs-demo", "--rows", "900", "--jobs", "1", "--out", str(tmp_path), "--sink", sink]
    loaded = modules_after(
        f"from simbreach.cli.main import main\ntry: main({asked!r})\nexcept SystemExit: pass"
    )
    assert "pyarrow" in loaded
    assert sorted(loaded & {"pandas", "polars", "numpy.ma", "dateutil"}) == []

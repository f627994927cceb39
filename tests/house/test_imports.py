"""Importing stays cheap: what is heavy waits until it is needed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from simbreach.api import Dataset
from simbreach.circulation.circulate import circulate

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


def modules_of(*verb: str) -> set[str]:
    """The modules that are loaded once the command line has done what `verb` says."""
    return modules_after(
        f"from simbreach.cli.main import main\ntry: main({list(verb)!r})\nexcept SystemExit: pass"
    )


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
    loaded = modules_of(
        "generate", "labs-demo", "--rows", "900", "--jobs", "1", "--out", str(tmp_path), "--sink", sink
    )
    assert "pyarrow" in loaded
    assert sorted(loaded & {"pandas", "polars", "numpy.ma", "dateutil"}) == []


@pytest.mark.parametrize("shape", ["csv", "sqlite", "fhir"])
def test_leaking_loads_no_data_frames(demo: Dataset, tmp_path: Path, shape: str) -> None:
    shutil.copytree(demo.path, tmp_path / "labs")
    loaded = modules_of("leak", str(tmp_path / "labs"), "--shape", shape)
    assert any((tmp_path / "labs/leak/shapes" / shape).iterdir())
    assert sorted(loaded & {"pandas", "polars"}) == []


def test_tracing_loads_no_data_frames(demo: Dataset, tmp_path: Path) -> None:
    folder = tmp_path / "labs"
    shutil.copytree(demo.path, folder)
    circulate(folder)
    (found,) = (folder / "leak/copies/extrait-56-lignes").iterdir()
    traced = modules_of("trace", str(found), "--among", str(folder))
    assert "simbreach.circulation.score" in traced
    assert sorted(traced & {"pandas", "polars"}) == []

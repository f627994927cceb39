"""House rules that no linter knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "simbreach").rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in MODULES]

# Packages whose code decides what a cell holds.
DATA = ("core", "reference", "identifiers", "population", "engine")
# One thing a module: none of these imports another.
SINKS = {"parquet", "duckdb"}
# What would make data depend on anything but seed, table, column and row.
UNSTABLE_MODULES = {"random", "secrets", "uuid", "time", "numpy.random"}
UNSTABLE_CALLS = {"hash", "default_rng", "now", "today", "utcnow", "uuid4", "urandom"}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imported(path: Path) -> Iterator[str]:
    """Full names of what a module imports, inside functions too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def called(path: Path) -> Iterator[str]:
    """The last word of whatever is called."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                yield node.func.id
            elif isinstance(node.func, ast.Attribute):
                yield node.func.attr


def of_package(*packages: str) -> list[Path]:
    return [path for path in MODULES if path.relative_to(ROOT / "simbreach").parts[0] in packages]


@pytest.mark.parametrize("path", of_package(*DATA), ids=str)
def test_data_depends_on_no_clock_and_no_global_chance(path: Path) -> None:
    words = {part for name in imported(path) for part in (name, name.rpartition(".")[0])}
    assert sorted(words & UNSTABLE_MODULES) == []
    assert sorted(set(called(path)) & UNSTABLE_CALLS) == []


def inside(path: Path, package: str) -> set[str]:
    """The modules of `package` that a module imports."""
    return {name.split(".")[2] for name in imported(path) if name.startswith(f"simbreach.{package}.")}


@pytest.mark.parametrize("path", of_package("identifiers"), ids=lambda path: path.stem)
def test_no_identifier_imports_a_sister(path: Path) -> None:
    sisters = {other.stem for other in of_package("identifiers")} - {path.stem, "__init__"}
    assert sorted(inside(path, "identifiers") & sisters) == []


@pytest.mark.parametrize("name", sorted(SINKS))
def test_no_sink_imports_another(name: str) -> None:
    assert sorted(inside(ROOT / "simbreach" / "sinks" / f"{name}.py", "sinks") & (SINKS - {name})) == []


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_a_module_opens_with_what_it_makes(path: Path) -> None:
    assert ast.get_docstring(tree(path))


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_a_module_that_passes_400_lines_wants_to_be_two(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400


def test_no_module_is_a_bag_of_helpers() -> None:
    assert [name for name in NAMES if re.search(r"(^|/)(utils?|helpers?|common|misc)(\.py|/)", name)] == []


def test_every_folder_of_tests_mirrors_a_package() -> None:
    """`tests/<package>/`, and golden, properties, house, which test the whole."""
    packages = {path.name for path in (ROOT / "simbreach").iterdir() if (path / "__init__.py").is_file()}
    tests = ROOT / "tests"
    folders = {path.relative_to(tests).parts[0] for path in tests.rglob("test_*.py") if path.parent != tests}
    assert sorted(folders - packages - {"golden", "properties", "house"}) == []


@pytest.mark.parametrize("path", of_package("cli"), ids=str)
def test_a_verb_imports_what_it_works_with_inside_its_body(path: Path) -> None:
    """At the top stand Typer, the standard library, errors and other files of the command line."""
    light = ("simbreach.cli", "simbreach.core.errors", "simbreach.__version__")
    top = [
        node for node in tree(path).body if isinstance(node, ast.Import | ast.ImportFrom)
    ]  # not under `if`
    names = [
        f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
        for node in top
        for alias in node.names
    ]
    assert [name for name in names if name.startswith("simbreach") and not name.startswith(light)] == []

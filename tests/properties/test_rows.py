"""A dataset is a pure function: rows, batches, jobs, sections, processes and processors change nothing."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simbreach.api import generate
from simbreach.core.digests import Hasher, add_sums, table_digest
from simbreach.engine.plan import Plan, compile_plan
from simbreach.profile.model import Profile

Make = Callable[..., Profile]
ROWS = 1200
FEW = settings(max_examples=8, deadline=None)
RANGES = st.tuples(st.integers(0, ROWS), st.integers(0, 400)).map(lambda r: (r[0], min(r[0] + r[1], ROWS)))


@pytest.fixture(scope="module")
def plan(labs: Profile) -> Plan:
    return compile_plan(labs, rows=ROWS)


@pytest.fixture(scope="module")
def whole(plan: Plan) -> dict[str, list[str | None]]:
    return plan.batch("patients", 0, ROWS).to_pydict()


def digest(plan: Plan, cuts: list[int] | None = None) -> str:
    """The content digest of the main table, made in parts that end at `cuts`."""
    name, rows = plan.main.name, plan.main.rows
    edges = sorted({0, rows, *(cuts or [])})
    hasher, schema = Hasher(), plan.main.schema
    sums = [hasher.column_sums(plan.batch(name, start, stop), start) for start, stop in pairwise(edges)]
    return table_digest(schema, add_sums(sums, len(schema)), rows)


@FEW
@given(RANGES)
def test_any_rows_are_the_slice_of_the_whole(
    plan: Plan, whole: dict[str, list[str | None]], span: tuple[int, int]
) -> None:
    start, stop = span
    part = plan.batch("patients", start, stop).to_pydict()
    assert part == {name: column[start:stop] for name, column in whole.items()}


@FEW
@given(RANGES)
def test_the_defects_of_any_rows_are_those_of_the_whole(plan: Plan, span: tuple[int, int]) -> None:
    start, stop = span
    of_all = _defects(plan, 0, ROWS)
    assert _defects(plan, start, stop) == [d for d in of_all if start <= d[0] < stop]


def _defects(plan: Plan, start: int, stop: int) -> list[tuple[int, str, str, str | None]]:
    found = [
        (start + row, struck.column, struck.kind, clean)
        for struck in plan.main.make(start, stop).struck
        for row, clean in zip(struck.rows.tolist(), struck.clean.to_pylist(), strict=True)
    ]
    return sorted(found, key=repr)


@settings(max_examples=4, deadline=None)
@given(st.lists(st.integers(0, ROWS), max_size=4))
def test_any_cuts_give_one_digest(plan: Plan, whole_digest: str, cuts: list[int]) -> None:
    assert digest(plan, cuts) == whole_digest


@pytest.fixture(scope="module")
def whole_digest(plan: Plan) -> str:
    return digest(plan)


def test_the_order_of_habits_defects_and_keys_changes_nothing(labs: Profile, whole_digest: str) -> None:
    turned = labs.model_copy(update={"habits": labs.habits[::-1]})
    assert digest(compile_plan(turned, rows=ROWS)) == whole_digest


def test_the_order_of_weights_changes_nothing(labs: Profile, whole_digest: str) -> None:
    weights = labs.population.weights
    assert weights is not None
    turned = weights.model_copy(
        update={"women": dict(reversed(weights.women.items())), "men": dict(reversed(weights.men.items()))}
    )
    population = labs.population.model_copy(update={"weights": turned})
    assert digest(compile_plan(labs.model_copy(update={"population": population}), rows=ROWS)) == whole_digest


def test_the_order_of_defects_that_strike_other_cells_changes_nothing(small_profile: Make) -> None:
    key = '[[defects]]\nname = "cle"\nkind = "wrong_key"\nfields = ["nir"]\nshare = 0.2\n'
    slip = '[[defects]]\nname = "frappe"\nkind = "typo"\nfields = ["usage_name"]\nshare = 0.2\n'
    one, other = (compile_plan(small_profile(more=more)) for more in (key + slip, slip + key))
    assert digest(one) == digest(other)


def test_the_order_of_the_columns_changes_no_cell(labs: Profile, plan: Plan) -> None:
    table = labs.main_table
    turned = labs.model_copy(
        update={"tables": (table.model_copy(update={"columns": _turned(table.columns)}),)}
    )
    one = plan.batch("patients", 0, 500).to_pydict()
    assert compile_plan(turned, rows=ROWS).batch("patients", 0, 500).to_pydict() == one


def _turned(columns: tuple) -> tuple:
    """The columns backwards, except those that name an earlier one, which stay behind it."""
    free = [column for column in columns if column.filled_with is None]
    return (*free[::-1], *(column for column in columns if column.filled_with is not None))


def test_another_column_changes_no_other(labs: Profile, whole: dict[str, list[str | None]]) -> None:
    table = labs.main_table
    more = next(c for c in table.columns if c.field == "postcode").model_copy(update={"name": "DE_PLUS"})
    columns = (*table.columns[:3], more, *table.columns[3:])
    wider = labs.model_copy(update={"tables": (table.model_copy(update={"columns": columns}),)})
    made = compile_plan(wider, rows=ROWS).batch("patients", 0, ROWS).to_pydict()
    del made["DE_PLUS"]
    assert made == whole


def test_a_column_less_changes_no_other(labs: Profile, whole: dict[str, list[str | None]]) -> None:
    table = labs.main_table
    columns = tuple(column for column in table.columns if column.name != "PAT_CIV")
    narrower = labs.model_copy(update={"tables": (table.model_copy(update={"columns": columns}),)})
    made = compile_plan(narrower, rows=ROWS).batch("patients", 0, ROWS).to_pydict()
    assert made == {name: column for name, column in whole.items() if name != "PAT_CIV"}


@pytest.mark.slow
def test_one_two_and_three_jobs_give_one_digest(labs: Profile, tmp_path: Path) -> None:
    found = set()
    for jobs in (1, 2, 3):
        dataset = generate(labs, tmp_path / str(jobs), rows=130_000, sink="parquet", jobs=jobs)
        found.add(_content(dataset.manifest))
    assert len(found) == 1


def _content(manifest: Mapping[str, object]) -> str:
    """Every content digest of a manifest."""
    tables = manifest["tables"]
    assert isinstance(tables, Mapping)
    return repr(sorted((name, table["digest"]) for name, table in tables.items()))


# What a process may find around it.

_PRINT = """
import sys
sys.path[:0] = sys.argv[1:2]
from test_rows import ROWS, digest
from simbreach.engine.plan import compile_plan
from simbreach.profile.load import load_profile
print(digest(compile_plan(load_profile("labs-demo"), rows=ROWS)))
"""


def elsewhere(environment: Mapping[str, str]) -> str:
    """The digest, made by another process in another environment."""
    command = [sys.executable, "-c", _PRINT, str(Path(__file__).parent)]
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def avx512() -> str:
    """The names of the widest vectors that this NumPy would use and can be told not to."""
    from numpy._core import _multiarray_umath as umath

    wide = [name for name in umath.__cpu_dispatch__ if name.startswith(("AVX512", "X86_V4"))]
    return " ".join(name for name in wide if umath.__cpu_features__.get(name))


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1", "TZ": "Pacific/Auckland", "LC_ALL": "C"},
        pytest.param(
            {"PYTHONHASHSEED": "2", "TZ": "America/Lima", "LC_ALL": "tr_TR.UTF-8", "PYTHONUTF8": "0"},
            marks=pytest.mark.slow,
        ),
    ],
    ids=["auckland", "lima"],
)
def test_another_process_makes_the_same_rows(environment: dict[str, str], whole_digest: str) -> None:
    assert elsewhere(environment) == whole_digest


@pytest.mark.skipif(not avx512(), reason="this processor or NumPy has no wide vectors to switch off")
def test_a_processor_without_wide_vectors_makes_the_same_rows(whole_digest: str) -> None:
    assert elsewhere({"NPY_DISABLE_CPU_FEATURES": avx512()}) == whole_digest


def test_a_batch_is_made_without_changing_what_it_was_made_from(plan: Plan, whole_digest: str) -> None:
    plan.batch("patients", 0, 300)
    plan.clean("patients", 0, 300)
    assert digest(plan) == whole_digest

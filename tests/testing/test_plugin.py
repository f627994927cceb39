import re
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytest_plugins = "pytester"

ROWS = 200
# Makes no dataset itself: counts how often one is made, across processes.
COUNTING = """
import simbreach.testing.cache as cache
make = cache._make_dataset
def counted(wanted, folder):
    with open({log!r}, "a") as log:
        log.write("made\\n")
    make(wanted, folder)
cache._make_dataset = counted
"""

Run = Callable[..., pytest.RunResult]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for the projects of this file."""
    return tmp_path_factory.mktemp("kept") / "cache"


@pytest.fixture
def run(pytester: pytest.Pytester, kept: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a project of one file of tests, in a process of its own, with this plugin and xdist alone."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    plugins = ("-p", "simbreach.testing.plugin", "-p", "xdist.plugin", "-p", "no:randomly")

    def go(code: str, *args: str, conftest: str = "", cache: Path | None = kept) -> pytest.RunResult:
        pytester.makepyfile(test_it=code)
        pytester.makeconftest(conftest)
        where = () if cache is None else (f"--simbreach-cache-dir={cache}",)
        return pytester.runpytest_subprocess(*plugins, *where, *args)

    return go


ALL_FIXTURES = f"""
import pytest

@pytest.mark.simbreach(rows={ROWS}, shapes=["csv", "jsonl"])
def test_all(breach, patients, truth, breach_db, leak_files):
    assert breach.table("patients").count_rows() == {ROWS}
    persons = truth["persons"].to_table(columns=["person_id", "nir"]).to_pydict()
    assert [p.person_id for p in patients] == persons["person_id"]
    assert [p.nir for p in patients] == persons["nir"]
    query = "select count(*) from main.patients p, truth.rows r where r.row = p.rowid"
    assert breach_db.sql(query).fetchall() == [({ROWS},)]
    assert breach_db.sql("select count(*) from truth.persons").fetchall() == [(len(patients),)]
    assert list(leak_files) == ["csv", "jsonl"]
    files = [file for files in leak_files.values() for file in files]
    assert files and all(file.stat().st_size for file in files)
    assert (breach.path / "truth" / "leak_spans" / "csv").is_dir()
"""


def test_all_fixtures_of_a_test_show_the_same_dataset(run: Run) -> None:
    run(ALL_FIXTURES).assert_outcomes(passed=1)


def test_the_dataset_of_a_test_is_whole_and_safe(run: Run) -> None:
    code = f"""
import pytest, simbreach.api
from simbreach.testing import assert_safe

@pytest.mark.simbreach(rows={ROWS})
def test_verify(breach, breach_db):
    assert simbreach.api.verify(breach.path).ok
    assert_safe(breach)
"""
    run(code).assert_outcomes(passed=1)


@pytest.mark.slow
def test_fixtures_are_overridden_by_name_and_the_marker_comes_first(run: Run) -> None:
    code = """
import pytest

@pytest.fixture
def simbreach_rows():
    return 120

@pytest.fixture(scope="session")
def simbreach_seed():
    return 5

def test_fixture(breach):
    assert breach.table("patients").count_rows() == 120
    assert breach.wanted.seed == 5

@pytest.mark.simbreach(rows=200)
class TestMarked:
    def test_marker(self, breach):
        assert breach.table("patients").count_rows() == 200

    @pytest.mark.simbreach(seed=7)
    def test_closest(self, breach):
        assert (breach.wanted.rows, breach.wanted.seed) == (200, 7)
"""
    run(code).assert_outcomes(passed=3)


def test_the_factory_makes_datasets_for_fixtures_of_any_scope(run: Run) -> None:
    code = """
import pytest

@pytest.fixture(scope="module")
def two(breach_factory):
    return breach_factory("labs-demo", rows=200), breach_factory("labs-demo", rows=200, seed=5)

def test_two(two):
    first, second = ({p.person_id for p in b.patients} for b in two)
    assert first != second
    assert two[0].path != two[1].path
"""
    run(code).assert_outcomes(passed=1)


def test_what_a_test_writes_is_gone_for_the_next(run: Run) -> None:
    code = f"""
import pytest, simbreach.api

pytestmark = pytest.mark.simbreach(rows={ROWS})

def test_writes(breach):
    simbreach.api.leak(breach, "sql_dump")
    part = next((breach.path / "tables").rglob("*.parquet"))
    part.unlink()
    part.write_bytes(b"nothing")

def test_reads(breach):
    assert not (breach.path / "leak").exists()
    assert breach.table("patients").count_rows() == {ROWS}
"""
    run(code).assert_outcomes(passed=2)


@pytest.mark.slow
def test_a_changed_file_of_the_cache_is_made_again(run: Run, tmp_path: Path) -> None:
    code = f"""
import pytest

pytestmark = pytest.mark.simbreach(rows={ROWS})

def test_spoils(breach):
    part = next((breach.path / "tables").rglob("*.parquet"))
    part.chmod(0o644)
    part.write_bytes(b"the same file by another name")

def test_reads(breach):
    assert breach.table("patients").count_rows() == {ROWS}
"""
    run(code, cache=tmp_path / "own").assert_outcomes(passed=2)


WRONG = {
    'profile="labs-dmo"': "no profile 'labs-dmo'; did you mean 'labs-demo'?",
    "profil='labs-demo'": "unknown keyword 'profil'; did you mean 'profile'?",
    "'labs-demo'": "takes keywords (profile, rows, shapes, seed), found 'labs-demo'",
    'rows="many"': "rows: found 'many', expected a whole number",
    'shapes=["cvs"]': "unknown shape 'cvs'; did you mean 'csv'?",
    'shapes="csv"': "shapes: found 'csv', expected a list of names",
    'shapes={"csv": {"delimitr": "tab"}}': "no option 'delimitr'; did you mean 'delimiter'?",
    'profile="there.toml"': "there.toml: no such file",
}


def test_a_wrong_marker_is_one_clear_error_even_where_no_fixture_reads_it(run: Run) -> None:
    tests = [f"@pytest.mark.simbreach({marker})\ndef test_{n}(): pass" for n, marker in enumerate(WRONG)]
    result = run("\n".join(["import pytest", *tests]), "--strict-markers")
    result.assert_outcomes(errors=len(WRONG))
    text = result.stdout.str()
    assert [said for said in WRONG.values() if said not in text] == []
    assert "Traceback" not in text


def test_a_profile_that_is_wrong_errs_where_the_dataset_is_asked_for(run: Run) -> None:
    code = """
import pytest

@pytest.mark.simbreach(profile="bad.toml")
def test_it(breach): pass
"""
    conftest = """
from pathlib import Path
Path(__file__).with_name("bad.toml").write_text('name = "bad"\\nextends = "labs-demo"\\ntitel = "x"\\n')
"""
    result = run(code, conftest=conftest)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["simbreach: bad.toml: titel: *"])


@pytest.mark.slow
def test_fifty_tests_on_two_workers_share_one_generation(run: Run, tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = f"""
import pytest

@pytest.mark.simbreach(rows={ROWS})
@pytest.mark.parametrize("n", range(50))
def test_it(breach, patients, n):
    assert len(patients) == breach.truth["persons"].count_rows()
"""
    result = run(code, "-n", "2", conftest=COUNTING.format(log=str(log)), cache=tmp_path / "own")
    result.assert_outcomes(passed=50)
    assert log.read_text() == "made\n"


@pytest.mark.slow
def test_a_worker_killed_while_it_makes_the_dataset_costs_one_test(run: Run, tmp_path: Path) -> None:
    flag = tmp_path / "killed"
    conftest = f"""
import os, signal
from pathlib import Path
import simbreach.testing.cache as cache
make = cache._make_dataset
def killed(wanted, folder):
    if not Path({str(flag)!r}).exists():
        Path({str(flag)!r}).touch()
        (folder / "half").write_text("half of it")
        os.kill(os.getpid(), signal.SIGKILL)
    make(wanted, folder)
cache._make_dataset = killed
"""
    code = f"""
import pytest

@pytest.mark.simbreach(rows={ROWS})
@pytest.mark.parametrize("n", range(4))
def test_it(breach, n):
    assert not (breach.path / "half").exists()
    assert breach.table("patients").count_rows() == {ROWS}
"""
    own = tmp_path / "own"
    result = run(code, "-n", "2", conftest=conftest, cache=own)
    result.assert_outcomes(passed=3, failed=1)
    assert list(own.glob("*.inprogress")) == []


FAILS = f"""
import pytest

@pytest.mark.simbreach(rows={ROWS})
def test_fails(breach):
    assert breach.wanted.seed is None

def test_other():
    pass
"""


def test_a_drawn_seed_is_said_where_a_test_fails_and_gives_the_same_again(run: Run) -> None:
    result = run(FAILS, "--simbreach-seed", "random", "-q")
    result.assert_outcomes(failed=1, passed=1)
    found = re.search(r"the same datasets again: --simbreach-seed (\d+)", result.stdout.str())
    assert found
    result.stdout.fnmatch_lines([f"profile labs-demo, seed {found[1]}, {ROWS} rows"])
    again = run(FAILS, "--simbreach-seed", found[1])
    again.stdout.fnmatch_lines([f"profile labs-demo, seed {found[1]}, {ROWS} rows"])


@pytest.mark.slow
def test_a_drawn_seed_is_the_same_for_all_workers(run: Run, tmp_path: Path) -> None:
    code = f"""
import os, pytest
from pathlib import Path

@pytest.mark.parametrize("n", range(6))
def test_it(simbreach_seed, n):
    with open({str(tmp_path / "seeds")!r}, "a") as log:
        log.write(f"{{simbreach_seed}}\\n")
"""
    result = run(code, "-n", "2", "--simbreach-seed", "random")
    result.assert_outcomes(passed=6)
    seeds = (tmp_path / "seeds").read_text().split()
    assert len(seeds) == 6
    assert len(set(seeds)) == 1


def test_datasets_of_drawn_seeds_are_not_kept(run: Run, tmp_path: Path) -> None:
    code = f"import pytest\n@pytest.mark.simbreach(rows={ROWS})\ndef test_it(breach): pass"
    run(code, "--simbreach-seed", "random", cache=tmp_path / "own").assert_outcomes(passed=1)
    assert not (tmp_path / "own").exists()


def test_a_seed_that_is_none_is_refused(run: Run) -> None:
    result = run("", "--simbreach-seed", "dice")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--simbreach-seed*invalid*'dice'*"])


def test_the_cache_is_shown_and_cleared(run: Run, tmp_path: Path) -> None:
    own = tmp_path / "own"
    code = f"import pytest\n@pytest.mark.simbreach(rows={ROWS})\ndef test_it(breach): pass"
    run(code, cache=own).assert_outcomes(passed=1)
    (own / "mine.txt").write_text("not the cache's")
    shown = run(code, "--simbreach-cache", cache=own)
    assert shown.ret == 0
    shown.stdout.fnmatch_lines(
        [f"labs-demo-*: tables, truth, patients; seed own, rows {ROWS}, *MB", "*1 entries*"]
    )
    run("def test_it(): pass", "--simbreach-cache-clear", cache=own).assert_outcomes(passed=1)
    assert [path.name for path in own.iterdir() if path.suffix != ".lock"] == ["mine.txt"]


@pytest.mark.slow
def test_datasets_are_kept_in_pytests_own_cache_unless_told_otherwise(
    run: Run, pytester: pytest.Pytester
) -> None:
    code = f"import pytest\n@pytest.mark.simbreach(rows={ROWS})\ndef test_it(breach): pass"
    run(code, cache=None).assert_outcomes(passed=1)
    own = pytester.path / ".pytest_cache"
    assert len(list(own.glob("d/simbreach/*/entry.json"))) == 1
    assert (own / ".gitignore").is_file()
    run(code, "-p", "no:cacheprovider", cache=None).assert_outcomes(passed=1)


def test_a_cache_that_cannot_be_written_is_one_clear_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    code = f"import pytest\n@pytest.mark.simbreach(rows={ROWS})\ndef test_it(breach): pass"
    result = run(code, cache=tmp_path / "file" / "cache")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"simbreach: {tmp_path}/file/cache: *(or --simbreach-cache-dir)"])


def test_nothing_is_imported_until_a_fixture_is_used(run: Run) -> None:
    code = """
import sys

def test_it():
    heavy = {"numpy", "pyarrow", "duckdb", "pydantic", "hypothesis", "faker"}
    assert sorted(heavy & set(sys.modules)) == []
    ours = {name for name in sys.modules if name.startswith("simbreach")}
    assert sorted(ours) == ["simbreach", "simbreach.testing", "simbreach.testing.plugin"]
"""
    run(code).assert_outcomes(passed=1)


def test_the_plugin_takes_twenty_milliseconds_at_most() -> None:
    """Its own import, the best of ten: a whole `pytest --version` varies by more."""
    code = (
        "import pytest, time; b = time.perf_counter(); import simbreach.testing.plugin;"
        "import sys; sys.stdout.write(str(time.perf_counter() - b))"
    )
    import subprocess

    begun = time.perf_counter()
    times = []
    while len(times) < 10 and time.perf_counter() - begun < 10:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        times.append(float(done.stdout))
        if times[-1] < 0.02:
            break
    assert min(times) < 0.02


def test_pytest_finds_the_plugin_by_its_entry_point() -> None:
    import tomllib

    root = Path(__file__).parents[2]
    said = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    assert said["project"]["entry-points"]["pytest11"] == {"simbreach": "simbreach.testing.plugin"}

"""The pytest plugin: French patients, and leaks with their truth, as fixtures.

Found by pytest itself (entry point `pytest11`). Nothing of simbreach is imported before a fixture, the marker
or an option of the plugin is used.
"""

import os
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import duckdb

    from simbreach.testing.breach import Breach, Shapes
    from simbreach.testing.cache import Cache
    from simbreach.testing.records import Patient
    from simbreach.truth.read import Tables

_DEFAULT_PROFILE = "labs-demo"
_KEYWORDS = ("profile", "rows", "shapes", "seed")
_FOLDER = "simbreach"
_RANDOM = "random"
_SEED = pytest.StashKey[int | None]()
_USED = pytest.StashKey[dict[str, None]]()


# --- options and the seed ---------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """The plugin's options."""
    group = parser.getgroup("simbreach", "simbreach: synthetic French patients and leaks")
    group.addoption(
        "--simbreach-seed",
        metavar="N|random",
        type=_seed_or_random,
        help="seed of datasets that name none themselves; `random` draws one and shows it where a test fails",
    )
    group.addoption("--simbreach-cache", action="store_true", help="show the cached datasets and exit")
    group.addoption("--simbreach-cache-clear", action="store_true", help="remove the cached datasets first")
    group.addoption(
        "--simbreach-cache-dir",
        metavar="DIR",
        help="where datasets are kept between runs, instead of pytest's own cache",
    )


def _seed_or_random(text: str) -> int | str:
    if text == _RANDOM:
        return text
    if not text.isdecimal() or int(text) >= 1 << 63:
        raise ValueError(text)
    return int(text)


_seed_or_random.__name__ = "seed, a whole number or `random`"  # what argparse says of a value it refuses


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, settle the seed: under xdist the controller draws it for all workers."""
    config.addinivalue_line(
        "markers",
        "simbreach(profile=…, rows=…, shapes=[…], seed=…): the dataset that the fixtures show to this test",
    )
    if hasattr(config, "workerinput"):
        config.stash[_SEED] = config.workerinput["simbreach_seed"]
        return
    seed = config.getoption("simbreach_seed")
    if seed == _RANDOM:
        seed = int.from_bytes(os.urandom(4))
    config.stash[_SEED] = seed
    if config.getoption("simbreach_cache_clear") and (root := _kept_in(config)):
        from simbreach.core.errors import SimbreachError
        from simbreach.testing.cache import Cache

        try:
            Cache(root).clear()
        except SimbreachError as problem:
            raise pytest.UsageError(f"simbreach: {problem}") from None


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand the seed to a worker of xdist."""
    node.workerinput["simbreach_seed"] = node.config.stash[_SEED]


def pytest_report_header(config: pytest.Config) -> str | None:
    """The seed, where it is not each profile's own."""
    seed = config.stash[_SEED]
    return None if seed is None else f"simbreach: --simbreach-seed {seed}"


def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """With `--simbreach-cache`, show what is kept and run nothing."""
    if not config.getoption("simbreach_cache") or config.option.help:
        return None
    from simbreach.testing.show import show_cache

    show_cache(_kept_in(config))
    return 0


def _kept_in(config: pytest.Config) -> Path | None:
    """The folder of the cache; none where pytest keeps nothing (`-p no:cacheprovider`)."""
    if said := config.getoption("simbreach_cache_dir"):
        return config.invocation_params.dir / Path(said).expanduser()
    if not config.pluginmanager.has_plugin("cacheprovider"):
        return None
    # pytest's own `--cache-clear` removes what lies in `d`.
    return config.rootpath / os.path.expandvars(config.getini("cache_dir")) / "d" / _FOLDER


# --- the marker -------------------------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Refuse a marker that cannot be what its author meant, also where no fixture reads it."""
    _marked(item)


def _marked(item: pytest.Item) -> dict[str, Any]:
    """What the markers of a test say, the closest first; the test errs where one is wrong."""
    said: dict[str, Any] = {}
    for mark in item.iter_markers("simbreach"):
        said = {**mark.kwargs, **said}
        if mark.args:
            pytest.fail(
                f"@pytest.mark.simbreach takes keywords ({', '.join(_KEYWORDS)}), found {mark.args[0]!r}",
                pytrace=False,
            )
    if said and (problem := _problem(said, item.config)):
        pytest.fail(f"@pytest.mark.simbreach: {problem}", pytrace=False)
    return said


def _problem(said: Mapping[str, Any], config: pytest.Config) -> str | None:
    """What is wrong with a marker's keywords."""
    from simbreach.core.errors import SimbreachError, did_you_mean
    from simbreach.profile.load import profile_digest

    for word, value in said.items():
        if word not in _KEYWORDS:
            return f"unknown keyword {word!r}{did_you_mean(word, _KEYWORDS)} (known: {', '.join(_KEYWORDS)})"
        if word in ("rows", "seed") and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            return f"{word}: found {value!r}, expected a whole number"
    try:
        if "profile" in said:
            profile_digest(_profile(said["profile"], config))
        if "shapes" in said:
            _check_shapes(said["shapes"])
    except SimbreachError as problem:
        return str(problem)
    return None


def _profile(said: object, config: pytest.Config) -> str:
    """The name of a shipped profile, or the path of a file: relative to the root of the tests."""
    text = os.fspath(said) if isinstance(said, os.PathLike) else str(said)
    return str(config.rootpath / text) if text.endswith(".toml") or "/" in text else text


def _check_shapes(shapes: Any) -> None:
    """InputError for a shape or an option of it that there is not."""
    from simbreach.core.errors import InputError
    from simbreach.truth.leak import read_options

    if isinstance(shapes, str) or not isinstance(shapes, list | tuple | dict):
        raise InputError(f"shapes: found {shapes!r}, expected a list of names, or {{name: options}}")
    for shape in shapes:
        read_options(shape, shapes[shape] if isinstance(shapes, dict) else {})


# --- fixtures ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def simbreach_profile() -> str:
    """The profile of the datasets; override it with a shipped name or the path of a TOML file."""
    return _DEFAULT_PROFILE


@pytest.fixture(scope="session")
def simbreach_seed(request: pytest.FixtureRequest) -> int | None:
    """The seed of the datasets: `--simbreach-seed`, or nothing for the profile's own; override it."""
    return request.config.stash[_SEED]


@pytest.fixture(scope="session")
def simbreach_rows() -> int | None:
    """How many rows the main table has: nothing for as many as the profile says; override it."""
    return None


@pytest.fixture(scope="session")
def breach_factory(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> "Iterator[Callable[..., Breach]]":
    """Makes datasets: `breach_factory(profile, rows=…, seed=…, shapes=[…])`; for fixtures of any scope."""
    config = request.config
    folder = tmp_path_factory.mktemp(_FOLDER)
    made: list[Breach] = []

    def make(
        profile: str | os.PathLike[str] = _DEFAULT_PROFILE,
        *,
        rows: int | None = None,
        seed: int | None = None,
        shapes: "Shapes" = ("csv",),
    ) -> "Breach":
        from simbreach.testing.breach import open_breach
        from simbreach.testing.cache import Wanted

        seed = config.stash[_SEED] if seed is None else seed
        drawn = config.getoption("simbreach_seed") == _RANDOM and seed == config.stash[_SEED]
        wanted = Wanted(_profile(profile, config), seed, rows)
        with _told():
            cache = _cache(config, tmp_path_factory, lasting=not drawn)
            _check_shapes(shapes)
            made.append(open_breach(cache, wanted, folder / str(len(made)), shapes))
        return made[-1]

    yield make
    for breach in made:
        breach.close()


def _cache(config: pytest.Config, factory: pytest.TempPathFactory, *, lasting: bool) -> "Cache":
    """The cache that lasts; or one that all workers of this run share, for what nobody asks for again."""
    from simbreach.core.files import faults_told
    from simbreach.testing.cache import Cache

    kept = _kept_in(config) if lasting else None
    if kept is not None:
        if not config.getoption("simbreach_cache_dir") and not kept.exists() and config.cache:
            with faults_told(kept):
                config.cache.mkdir(_FOLDER)  # with what pytest puts beside it: git is told to look away
        return Cache(kept)
    base = factory.getbasetemp()
    return Cache((base.parent if hasattr(config, "workerinput") else base) / "simbreach-cache")


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong inside is the test's error, in one line."""
    from simbreach.core.errors import SimbreachError, WorkError

    try:
        yield
    except SimbreachError as problem:
        advice = " (or --simbreach-cache-dir)" if isinstance(problem, WorkError) else ""
        raise pytest.fail.Exception(f"simbreach: {problem}{advice}", pytrace=False) from None


@pytest.fixture
def breach(
    request: pytest.FixtureRequest,
    breach_factory: "Callable[..., Breach]",
    simbreach_profile: str,
    simbreach_seed: int | None,
    simbreach_rows: int | None,
) -> "Iterator[Breach]":
    """The test's dataset: `.tables`, `.table(name)`, `.truth`, `.clean(name)`, in a folder of its own."""
    said = _marked(request.node)
    made = breach_factory(
        said.get("profile", simbreach_profile),
        rows=said.get("rows", simbreach_rows),
        seed=said.get("seed", simbreach_seed),
        shapes=said.get("shapes", ("csv",)),
    )
    request.node.stash.setdefault(_USED, {})[str(made.wanted)] = None
    yield made
    made.close()


@pytest.fixture
def patients(breach: "Breach") -> "list[Patient]":
    """Everybody in the test's dataset, as typed records."""
    return breach.patients


@pytest.fixture
def leak_files(breach: "Breach") -> dict[str, tuple[Path, ...]]:
    """The files of the test's dataset, leaked in the marker's shapes (`csv` unless said), by shape."""
    with _told():
        return breach.leak_files


@pytest.fixture
def breach_db(breach: "Breach") -> "duckdb.DuckDBPyConnection":
    """A read-only DuckDB connection to the test's dataset: tables in `main`, the truth in `truth`."""
    with _told():
        return breach.duckdb()


@pytest.fixture
def truth(breach: "Breach") -> "Tables":
    """The truth about the test's dataset: `truth["persons"]`, `truth["spans"]` and so on."""
    return breach.truth


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where a test fails that had a dataset, say which one."""
    report = yield
    used = item.stash.get(_USED, {})
    if used and report.failed:
        report.sections.append(("simbreach", "\n".join(used)))
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """After failures, say how to have the same datasets again."""
    seed = config.stash[_SEED]
    if seed is not None and any(terminalreporter.stats.get(kind) for kind in ("failed", "error")):
        terminalreporter.write_line(f"simbreach: the same datasets again: --simbreach-seed {seed}")

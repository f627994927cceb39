"""No check is left out unseen: those that need Chromium or Java are counted, a skip can be made a failure."""

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path

import pyarrow as pa
import pytest

from simbreach.api import Dataset, circulate, generate, load_profile, read
from simbreach.engine.plan import Plan, compile_plan
from simbreach.engine.work import DatasetWork
from simbreach.profile.model import Profile

HEAVY = {"chromium", "java"}
ALL = "SIMBREACH_ALL"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "chromium: needs Chromium")
    config.addinivalue_line("markers", "java: needs Java")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Heavy(), "simbreach-heavy")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    """With SIMBREACH_ALL=1, as in continuous integration, a skipped check is a failed one."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get(ALL) == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped while {ALL}=1: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A small dataset in both formats, made once; nobody changes it."""
    folder: Path = tmp_path_factory.mktemp("demo") / "labs-demo"
    return generate(load_profile("labs-demo"), folder, rows=900)


@pytest.fixture(scope="session")
def circulated(demo: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The same with the copies of its profile and the truth about them; nobody changes it."""
    folder = tmp_path_factory.mktemp("circulated") / "labs"
    shutil.copytree(demo.path, folder)
    circulate(folder, jobs=1)
    return read(folder)


class Heavy:
    """Counts the checks that need what a machine may lack, and says so after pytest's own summary."""

    def __init__(self) -> None:
        self.ids: set[str] = set()
        self.skipped: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if HEAVY & report.keywords.keys():
            self.ids.add(report.nodeid)
            if report.skipped:
                self.skipped.add(report.nodeid)

    def pytest_unconfigure(self) -> None:
        sys.stdout.write(
            f"{len(self.ids)} checks need Chromium or Java; {len(self.skipped)} of them skipped\n"
        )


# A profile of one small laboratory: what tests of the engine change piece by piece.
_SMALL = """
name = "petit"
title = "Petit fichier"
description = "Un laboratoire."
seed = 3
as_of = 2020-12-31
{top}
[dates]
from = 2019-01-01
to = 2020-12-31
{dates}
{more}
{sources}
[[tables]]
name = "patients"
rows = {rows}
columns = [
{columns}
]
"""
_SMALL_SOURCE = """
[[sources]]
name = "huppe"
title = "LABORATOIRE DE LA HUPPE"
code = "HUP"
commune = "56260"
reach_km = 15
share = 1
"""
_SMALL_COLUMNS = """
{ name = "NOM", field = "usage_name" },
{ name = "NAISSANCE", field = "birth_date" },
{ name = "VISITE", field = "visit_date" },
{ name = "NIR", field = "nir" },
"""


@pytest.fixture(scope="session")
def small_profile(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Profile]:
    """Makes a profile from the TOML text of its parts, in place of the small one's own."""
    folder = tmp_path_factory.mktemp("profiles")
    numbers = count()

    def make(
        *,
        top: str = "",
        dates: str = "",
        more: str = "",
        sources: str = _SMALL_SOURCE,
        columns: str = _SMALL_COLUMNS,
        rows: int = 1000,
        overrides: Mapping[str, str] | None = None,
    ) -> Profile:
        path = folder / f"petit-{next(numbers)}.toml"
        text = _SMALL.format(top=top, dates=dates, more=more, sources=sources, columns=columns, rows=rows)
        path.write_text(text, encoding="utf-8")
        return load_profile(path, overrides)

    return make


@pytest.fixture(scope="session")
def labs() -> Profile:
    """The shipped profile `labs-demo`."""
    return load_profile("labs-demo")


@pytest.fixture(scope="session")
def labs_plan(labs: Profile) -> Plan:
    """Its plan, of 5,000 rows."""
    return compile_plan(labs)


@pytest.fixture(scope="session")
def labs_parts(labs_plan: Plan) -> Mapping[str, pa.RecordBatch]:
    """All tables of that plan, the truth included: one part each."""
    return DatasetWork(labs_plan).make(0)

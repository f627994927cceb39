"""No check is left out unseen: those that need Chromium or Java are counted, a skip can be made a failure."""

import os
import sys
from pathlib import Path

import pytest

from simbreach.api import Dataset, generate, load_profile

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

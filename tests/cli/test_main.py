"""Every way in which a command can end."""

import os
import subprocess
import sys

import pytest

import simbreach
from simbreach.cli import main as front
from simbreach.cli import safety
from simbreach.core.errors import CapacityError, WorkError


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "simbreach", *arguments], capture_output=True, text=True, check=False
    )


def fail_with(monkeypatch: pytest.MonkeyPatch, problem: BaseException) -> None:
    """Make `simbreach safety` raise."""

    def safety_that_fails() -> None:
        raise problem

    monkeypatch.setattr(safety, "safety", safety_that_fails)


def ending(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code and stderr of a command line."""
    code = front.main(arguments)
    return code, capsys.readouterr().err


def test_the_version_is_the_package_s() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"simbreach {simbreach.__version__}\n", "")


def test_no_verb_shows_help() -> None:
    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    assert "generate" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["nope"], "nope"),
        (["generate"], "profile"),
        (["generate", "labs-demo", "--seed", "abc"], "--seed"),
        (["generate", "labs-demo", "--jobs", "0"], "--jobs"),
        (["generate", "labs-demo", "--sink", "csv"], "--sink"),
        (["generate", "labs-demo", "--set", "rows"], "--set"),
        (["generate", "labs-demo", "--nope"], "--nope"),
        (["generate", "labs-demo", "extra"], "extra"),
        (["peek", "labs-demo", "patients", "--rows", "9:3"], "9:3"),
        (["peek", "labs-demo", "patients", "--rows", "nine"], "nine"),
    ],
)
def test_wrong_usage_is_one_line_that_names_it_and_exit_2(
    arguments: list[str], names: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, words = ending(capsys, *arguments)
    assert code == 2
    assert words.startswith("simbreach: error: ")
    assert words.count("\n") == 1
    assert names in words


@pytest.mark.parametrize(
    ("problem", "code", "line"),
    [
        (CapacityError("mobile: 10 asked, 9 fit"), 2, "simbreach: error: mobile: 10 asked, 9 fit\n"),
        (WorkError("the disk is\nfull"), 1, "simbreach: error: the disk is full\n"),
        (
            OSError(28, "No space left on device", "x/y"),
            1,
            "simbreach: error: No space left on device: x/y\n",
        ),
        (PermissionError(13, "Permission denied", "x"), 1, "simbreach: error: Permission denied: x\n"),
        (OSError("odd"), 1, "simbreach: error: odd\n"),
    ],
)
def test_an_error_is_one_line_and_its_exit_code(
    problem: Exception,
    code: int,
    line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fail_with(monkeypatch, problem)
    assert ending(capsys, "safety") == (code, line)


def test_an_interruption_is_exit_130_and_says_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fail_with(monkeypatch, KeyboardInterrupt())
    code, words = ending(capsys, "safety")
    assert code == 130
    assert words == "simbreach: interrupted; the same command goes on from here\n"


def test_a_fault_of_ours_is_not_dressed_up_as_the_user_s(monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        front.main(["safety"])


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_its_completion(shell: str) -> None:
    environment = os.environ | {"_SIMBREACH_COMPLETE": f"source_{shell}"}
    done = subprocess.run(
        [sys.executable, "-m", "simbreach"], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "simbreach" in done.stdout

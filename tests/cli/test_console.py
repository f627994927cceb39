"""What is said where."""

import json
import sys

import pytest

from simbreach.cli import console


def test_results_go_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    console.result("made")
    assert capsys.readouterr() == ("made\n", "")


def test_notes_go_to_stderr_under_our_name(capsys: pytest.CaptureFixture[str]) -> None:
    console.note("kept 3 parts")
    assert capsys.readouterr() == ("", "simbreach: kept 3 parts\n")


def test_an_error_stays_on_one_line_whatever_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    console.error("first\n  second\tthird")
    assert capsys.readouterr() == ("", "simbreach: error: first second third\n")


def test_json_keeps_accents_and_reads_back(capsys: pytest.CaptureFixture[str]) -> None:
    console.json_result({"nom": "Gaël"})
    text = capsys.readouterr().out
    assert json.loads(text) == {"nom": "Gaël"}
    assert "Gaël" in text


def test_columns_are_aligned_and_end_without_blanks() -> None:
    assert console.columns([("a", "b"), ("long", ""), ("x", "y")]) == "a     b\nlong\nx     y"


def test_progress_is_silent_where_no_terminal_watches(capsys: pytest.CaptureFixture[str]) -> None:
    progress = console.Progress("rows")
    progress(1, 2)
    progress.close()
    assert capsys.readouterr() == ("", "")


def test_progress_draws_on_a_terminal_and_leaves_a_clean_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    progress = console.Progress("rows")
    progress(1_000, 2_000)
    drawn = capsys.readouterr().err
    progress.close()
    wiped = capsys.readouterr().err
    assert drawn == "\r[###############...............] 1,000 of 2,000 rows"
    assert wiped.strip("\r ") == ""


def test_colours_are_left_out_where_no_terminal_shows_them() -> None:
    assert console.paint("x", "red", "bold") == "x"


def test_colours_are_codes_on_a_terminal_unless_somebody_minds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "watched", lambda: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert console.paint("x", "red", "bold") == "\x1b[31;1mx\x1b[0m"
    assert console.paint("", "red") == ""
    monkeypatch.setenv("NO_COLOR", "1")
    assert console.paint("x", "red") == "x"

"""The shape combolist: pairs of the rows that have both, and the blocks that stealers log."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from simbreach.core.errors import InputError

Leaks = Callable[..., Any]


def test_a_pair_is_listed_for_every_row_that_has_both(leaked: Leaks) -> None:
    leak = leaked("combolist")
    pairs = [f"{r['PAT_NIR']};{r['PAT_NOM']}" for r in leak.rows if r["PAT_NIR"] and r["PAT_NOM"]]
    assert leak.files["nir_nom.txt"].decode().splitlines() == pairs
    logins = [f"{r['PAT_EMAIL']}:{r['PAT_MDP']}" for r in leak.rows if r["PAT_EMAIL"] and r["PAT_MDP"]]
    assert leak.files["combo.txt"].decode().splitlines() == logins


def test_the_log_has_a_block_for_every_login(leaked: Leaks) -> None:
    leak = leaked("combolist")
    blocks = re.findall(
        r"URL: https://(\S+)/\S*\nUsername: (.*)\nPassword: (.*)\nApplication: .*\n=+\n",
        leak.files["Passwords.txt"].decode(),
    )
    assert [block[1:] for block in blocks] == [
        (r["PAT_LOGIN"], r["PAT_MDP"]) for r in leak.rows if r["PAT_LOGIN"] and r["PAT_MDP"]
    ]
    assert all(block[0].endswith(".example.com") for block in blocks)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_every_span_is_its_value(leaked: Leaks, encoding: str) -> None:
    leak = leaked("combolist", encoding=encoding, newline="crlf")
    python = {"utf-16": "utf-16-le"}.get(encoding, encoding)
    wrong = [c for _, _, c in leak.faults(python) if c.encode(python, "ignore").decode(python) == c]
    assert wrong == []
    assert {span["file"] for span in leak.spans} == set(leak.files)


def test_only_the_kinds_that_are_asked_for_are_written(leaked: Leaks) -> None:
    assert list(leaked("combolist", kinds="nir_name").files) == ["nir_nom.txt"]


def test_an_unknown_kind_is_refused(leaked: Leaks) -> None:
    with pytest.raises(InputError, match="option kinds: input should be 'email_password'"):
        leaked("combolist", kinds="nir")

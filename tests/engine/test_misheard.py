"""Surnames heard or typed by somebody else: one fault each, and the likely ones."""

import numpy as np
import pytest

from simbreach.core.arrow import strings
from simbreach.core.streams import HashDraw
from simbreach.engine.misheard import mishear


def heard(name: str, times: int = 400) -> set[str]:
    draw = HashDraw(1, ("test", "misheard"), np.arange(times, dtype=np.uint64))
    return set(mishear(strings([name] * times), draw).to_pylist())


@pytest.mark.parametrize(
    ("name", "likely"),
    [
        ("LEFEBVRE", "LEFEVRE"),
        ("GAUTHIER", "GAUTIER"),
        ("PHILIPPE", "FILIPPE"),
        ("MEYER", "MEIER"),
        ("THIBAULT", "THIBAUD"),
        ("HERVE", "ERVE"),
        ("LE GOFF", "LEGOFF"),
        ("BESSON", "BESON"),
        ("DURAND", "DURAN"),
    ],
)
def test_a_name_is_heard_as_such_names_are(name: str, likely: str) -> None:
    assert likely in heard(name)


@pytest.mark.parametrize("name", ["MARTIN", "LE", "OO", "ZZZZ", "DE LA TOUR", "D'HONT", "SAINT-MARTIN"])
def test_a_name_is_never_heard_as_it_is(name: str) -> None:
    assert name not in heard(name)


def test_one_fault_moves_a_name_by_few_letters() -> None:
    assert all(abs(len(name) - len("GAUTHIER")) <= 1 for name in heard("GAUTHIER"))


def test_a_row_is_heard_the_same_whoever_stands_beside_it() -> None:
    names = ["LEFEBVRE", "GAUTHIER", "MEYER", "MARTIN"]
    ids = np.arange(4, dtype=np.uint64)
    whole = mishear(strings(names), HashDraw(1, ("test", "misheard"), ids)).to_pylist()
    alone = [
        mishear(strings([name]), HashDraw(1, ("test", "misheard"), ids[n : n + 1])).to_pylist()[0]
        for n, name in enumerate(names)
    ]
    assert alone == whole


def test_nobody_is_heard_when_nobody_speaks() -> None:
    assert mishear(strings([]), HashDraw(1, ("test", "misheard"), np.zeros(0, np.uint64))).to_pylist() == []

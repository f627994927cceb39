"""One identifier at a time, of parts that somebody else chooses: Hypothesis, or a seeded `random.Random`.

`below(n)` stands for the choice of an index in `[0, n)`; 0 is the plainest.
"""

from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from simbreach.core.arrays import I64
from simbreach.core.arrow import Strings, strings
from simbreach.core.errors import IdentifierError
from simbreach.core.registry import IDENTIFIERS, find
from simbreach.core.streams import Draw
from simbreach.identifiers import email, landline, mobile, nir, siret
from simbreach.reference import nir_space, phone_blocks
from simbreach.reference.names import first_names, surnames
from simbreach.testing.records import Sex

Below: TypeAlias = Callable[[int], int]

_NAMES = 2_000
_PLAIN_AGE = 40
# How many numbers each of these identifiers has.
NUMBERED = {
    "adeli": 10**5,
    "finess": 10**6,
    "iban": 10**11,
    "ipp": 10**7,
    "rpps": 10**8,
    "siren": 10**7,
}


def make_nir(below: Below, draw: Draw, sex: Sex | None, birth_years: tuple[int, int]) -> str:
    """A NIR with its key, each of its parts chosen within the space that is nobody's."""
    year = birth_years[0] + below(birth_years[1] - birth_years[0] + 1)
    every = np.arange(len(nir_space.places()))
    usable = every[nir_space.usable(every, np.full(len(every), year))]
    place = int(usable[below(len(usable))])
    void, orders = nir_space.void_range(nir_space.places()[place]), nir_space.ORDERS
    sexes = (1, 2) if sex is None else (1,) if sex == "M" else (2,)
    parts = {
        "sex": sexes[below(len(sexes))],
        "birth_year": year,
        "birth_month": 1 + below(nir_space.MONTHS),
        "nir_place": place,
        "nir_commune": void[below(len(void))],
        "nir_order": orders[below(len(orders))],
    }
    return str(nir.generate(draw, {name: np.array([value]) for name, value in parts.items()})[0])


def spoil_nir(below: Below, whole: str, fault: str) -> tuple[str, str]:
    """The NIR with one fault, and what a validator says of it; the key is right but for `wrong_key`."""
    body, which = whole[:13], below(96)
    if fault == "wrong_key":
        # Keys go from 01 to 97: one of the 96 others.
        text = body + f"{(int(whole[13:]) + which) % 97 + 1:02}"
    elif fault == "missing_digit":
        text = whole[:-1]
    elif fault == "extra_digit":
        text = whole + str(which % 10)
    elif fault == "letter":
        # An O for a digit of the order number: no letter is ever there.
        text = f"{body[:11]}O{body[12:]}{whole[13:]}"
    else:
        start, values = _WRONG[fault]
        value = values[which % len(values)]
        changed = body[:start] + value + body[start + len(value) :]
        bodies = np.frombuffer(changed.encode(), np.uint8).reshape(1, 13)
        text = changed + nir.keys(bodies).tobytes().decode()
    try:
        nir.validate(text)
    except IdentifierError as error:
        return text, str(error)
    raise AssertionError(f"a NIR with the fault {fault} is valid")


# Where a part of a NIR begins, and what cannot stand there.
_WRONG = {
    "sex_digit": (0, ("0", "9")),
    "month": (3, ("00", "13", "19")),
    "department": (5, ("00",)),
    "commune": (7, ("000",)),
    "order": (10, ("000",)),
}


def with_spaces(text: str) -> str:
    """A NIR as cards show it: `1 80 01 01 433 900 12`."""
    edges = (0, 1, 3, 5, 7, 10, 13, len(text))
    return " ".join(text[start:stop] for start, stop in pairwise(edges) if start < stop)


def make_phone(below: Below, draw: Draw, kind: str) -> str:
    """Ten digits, of a block that no operator has: a `mobile`, or a `landline` of any zone."""
    policy = phone_blocks.DEFAULT_POLICY
    if kind == "mobile":
        number = below(phone_blocks.capacity(policy, phone_blocks.MOBILE))
        return str(mobile.generate(draw, {"number": np.array([number])})[0])
    zone = phone_blocks.ZONES[below(len(phone_blocks.ZONES))]
    number = below(phone_blocks.capacity(policy, zone))
    return str(landline.generate(draw, {"zone": np.array([zone]), "number": np.array([number])})[0])


def make_email(below: Below, draw: Draw) -> str:
    """The address of somebody with frequent names, by the draws of `identifiers.email`."""
    age = np.array([_PLAIN_AGE + below(51)])
    first, last = frequent_names()
    inputs = {
        "first_name": first.slice(below(len(first)), 1),
        "last_name": last.slice(below(len(last)), 1),
        "birth_year": 2020 - age,
        "age": age,
        "rare": np.zeros(1, dtype=np.bool_),
    }
    return str(email.generate(draw, inputs)[0])


def make_numbered(name: str, below: Below, draw: Draw) -> str:
    """An identifier of `NUMBERED`."""
    number = np.array([below(NUMBERED[name])])
    return str(find(IDENTIFIERS, name).generate(draw, {"number": number})[0])


def make_siret(below: Below, draw: Draw) -> str:
    """A SIRET, of an invented company's seat or another of its establishments."""
    company = strings([make_numbered("siren", below, draw)])
    return str(siret.generate(draw, {"siren": company, "number": np.array([1 + below(99)])})[0])


@cache
def frequent_names() -> tuple[Strings, Strings]:
    """First names and surnames, the most frequent ones first."""
    first, last = first_names(), surnames()

    def most(words: Strings, counts: I64) -> Strings:
        return words.take(np.argsort(-counts, kind="stable")[:_NAMES])

    return most(first.words, first.births), most(last.words, last.weights)

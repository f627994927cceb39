"""One accident of data entry in what another strategy gives: the defects of datasets, on a single value."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import numpy as np
from hypothesis import strategies as st

from simbreach.core.arrow import Strings, strings
from simbreach.core.errors import IdentifierError, InputError
from simbreach.core.frame import Frame
from simbreach.engine import accidents, misnumber
from simbreach.engine.persons import person_frame
from simbreach.identifiers import email, landline, mobile, nir
from simbreach.profile.model import Defect, DefectKind
from simbreach.reference.phone_blocks import DEFAULT_POLICY
from simbreach.testing.choices import OneDraw, one_choice
from simbreach.testing.records import Patient

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

T = TypeVar("T")

MISSING = "missing"
# What can happen to a value of each form, the plainest first.
_SLIPS = ("doubled", "omitted", "transposed", "typo", "keyboard")
KINDS: dict[str, tuple[str, ...]] = {
    "nir": ("lost_digit", "wrong_key", "wrong_digit", "scientific"),
    "phone": ("lost_digit", "lost_zeros"),
    "email": (*_SLIPS, "broken"),
    "name": (
        *(*_SLIPS, "phonetic", "ocr", "part_lost", "unaccented"),
        *("mojibake", "mojibake_twice", "cp850", "replacement"),
    ),
}
# The fields of `Patient` that are struck: what people are typed in with.
_FIELDS = ("first_name", "birth_name", "usage_name", "nir", "email", "mobile", "landline")


@dataclass(frozen=True, slots=True)
class Defective(Generic[T]):
    """A value after an accident: `value` (None where it was lost), what it was, and what happened to it.

    `field` names the struck field of a `Patient`, which is `None` there where it was lost.
    """

    value: T | None
    clean: T
    kind: str
    field: str | None = None


def struck(choose: "DrawFn", strategy: "SearchStrategy[T]") -> Defective[T]:
    """One value of `strategy`, struck; InputError where it is neither a text nor a `Patient`."""
    clean = choose(strategy)
    if isinstance(clean, str):
        value, kind = _strike(choose, clean)
        return Defective(cast("T | None", value), cast(T, clean), kind)
    if not isinstance(clean, Patient):
        given = type(clean).__name__
        raise InputError(f"defective() takes strategies of strings or patients, not of {given}")
    filled = [name for name in _FIELDS if getattr(clean, name) is not None]
    name = choose(st.sampled_from(filled))
    value, kind = _strike(choose, getattr(clean, name))
    changed: dict[str, Any] = {name: value}
    return Defective(cast(T, replace(clean, **changed)), cast(T, clean), kind, name)


def _strike(choose: "DrawFn", clean: str) -> tuple[str | None, str]:
    """The text after the first of the kinds, from one that is chosen on, that changes it."""
    form = _form(clean)
    kinds = KINDS[form]
    first = choose(st.integers(0, len(kinds) - 1))
    draw = one_choice(choose)
    for kind in (*kinds[first:], *kinds[:first]):
        after = _changed(kind, form, clean, draw)
        if after is not None and after != clean:
            return after, kind
    return None, MISSING


def _form(text: str) -> str:
    """What a text looks like: a NIR, a telephone number, an e-mail address, else a name."""
    for form, check in _CHECKS:
        try:
            check(text)
        except IdentifierError:
            continue
        return form
    return "name"


_CHECKS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("nir", nir.validate),
    ("phone", mobile.validate),
    ("phone", landline.validate),
    ("email", email.validate),
)


def _changed(kind: str, form: str, text: str, draw: OneDraw) -> str | None:
    before: Strings = strings([text])
    if kind == "lost_digit":
        after = misnumber.lost_digit(before, draw, phones=form == "phone")
    elif kind == "lost_zeros":
        after = misnumber.lost_zeros(before, phones=True)
    else:
        after = accidents.change(accidents.Struck(_defect(kind), (), before, draw, _no_frame()))
    return cast("str | None", after[0].as_py())


@cache
def _defect(kind: str) -> Defect:
    return Defect(
        name=kind.replace("_", "-"), kind=cast(DefectKind, kind), fields=("first_name",), share=Decimal(1)
    )


@cache
def _no_frame() -> Frame:
    """A frame of nobody: none of the kinds here looks at the person."""
    return person_frame(np.zeros(0, dtype=np.int64), 0, DEFAULT_POLICY)

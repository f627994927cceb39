"""What an identifier module offers, and how modules are found by their name.

A module is looked up in a package of ours, then among the entry points of the same group, so that others
can add their own: `[project.entry-points."simbreach.identifiers"]`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import Any, Protocol, cast

from simbreach.core.arrays import Bits
from simbreach.core.arrow import Strings
from simbreach.core.errors import InputError, did_you_mean
from simbreach.core.streams import Draw

IDENTIFIERS = "simbreach.identifiers"


@dataclass(frozen=True, slots=True)
class Safety:
    """Why nobody can hold what is made: the range it lies in, the reason, its source and the source's date.

    `personal` is false for codes that name no one (an analysis, a drug): nothing needs to be safe there.
    """

    range_: str
    why: str
    source: str
    date: str
    personal: bool = True


class Identifier(Protocol):
    """One kind of identifier, as a module.

    `LABEL` is its label in the truth, `INPUTS` the columns that `generate` takes, `PATTERN` a regular
    expression without groups that finds candidates in free text, `CHANCE` says that one wrong number
    in so many has right check digits by accident (1: there are none).
    """

    LABEL: str
    INPUTS: tuple[str, ...]
    SAFETY: Safety
    PATTERN: str
    CHANCE: int

    def generate(self, draw: Draw, inputs: Mapping[str, Any]) -> Strings:
        """The identifiers of `len(draw)` rows."""

    def validate(self, text: str) -> str:
        """The identifier in its normal form; IdentifierError says what is wrong, and never the text."""

    def is_synthetic(self, text: str) -> bool:
        """Whether `text` lies where nothing was ever assigned."""

    def synthetic_mask(self, column: Strings) -> Bits:
        """`bool[n]`: `is_synthetic` of each cell, false where null."""


def find(group: str, name: str) -> Any:
    """The module `name` of a package, or what the entry point of that name loads; InputError when neither."""
    if name in _modules(group):
        return import_module(f"{group}.{name}")
    for point in entry_points(group=group, name=name):
        return point.load()
    known = names(group)
    kind = group.rpartition(".")[2].removesuffix("s")
    raise InputError(f"unknown {kind} {name!r}{did_you_mean(name, known)} (known: {', '.join(known)})")


def names(group: str) -> tuple[str, ...]:
    """Names that `find` knows in a group, in alphabetical order."""
    outside = {point.name for point in entry_points(group=group)}
    return tuple(sorted(outside.union(_modules(group))))


@cache
def _modules(group: str) -> tuple[str, ...]:
    return tuple(found.name for found in iter_modules(import_module(group).__path__))


def find_identifier(name: str) -> Identifier:
    """The identifier module `name`; InputError when there is none."""
    return cast(Identifier, find(IDENTIFIERS, name))


def identifiers() -> dict[str, Identifier]:
    """All identifier modules by name, in alphabetical order."""
    return {name: find_identifier(name) for name in names(IDENTIFIERS)}

"""French telephone numbers that nobody can have: blocks that the regulator attributed to no operator.

Numbers are national ones without the leading 0, as integers (`199001234` is 01 99 00 12 34). A policy and a
kind (a zone of landlines, or mobiles) make a list of numbers, addressed by their place in `[0, capacity)`.

Source: ARCEP, file of attributed number ranges (MAJNUM) of 3 July 2025; valid for libphonenumber 9.0.43.
Unattributed is not reserved: a later file may open a block, hence the date. The six reserved blocks are
those of ARCEP's decision 2018-0881 for works of fiction; a decision of the regulator keeps them empty.
"""

import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final, Literal

import numpy as np
import pyarrow.compute as pc

from simbreach.core.arrays import I64, Bits, Ints
from simbreach.core.arrow import Strings, decode, strings
from simbreach.core.cells import fixed_width, read_digits
from simbreach.core.errors import IdentifierError, InputError, did_you_mean
from simbreach.core.ranks import Ranks
from simbreach.reference.tables import read_csv

# What a number is for: a mobile, or a landline in one of the five zones.
Kind = int | Literal["mobile"]


DEFAULT_POLICY = "unattributed"
POLICIES = (DEFAULT_POLICY, "unattributed-wide", "reserved")
MOBILE: Final = "mobile"
ZONES = (1, 2, 3, 4, 5)
# Mobiles stand before the five zones, so that a zone's number is its index.
_KINDS = (MOBILE, *ZONES)

_BLOCK = 10_000
# First six digits of the blocks reserved for works of fiction: mobiles, then zones 1 to 5.
_RESERVED = (63998, 19900, 26191, 35301, 46571, 53649)
_MOBILES = {
    DEFAULT_POLICY: ((60000, 60099),),
    "unattributed-wide": ((60000, 60099), (73000, 74299), (79000, 79999)),
}
# Prefixes of the overseas départements inside zones 02 and 05: a number there would look far from home.
_OVERSEAS = (262, 263, 269, 508, 590, 594, 596)

_SEPARATORS = "[ ./()\u00a0\u202f-]+"
_NATIONAL = r"^(?:(?:\+|00)?330?|0)?([1-9][0-9]{8})$"


@dataclass(frozen=True)
class Runs:
    """Runs of numbers, laid end to end by kind: the first number and the first place of each.

    Kind k owns the places `[edges[k], edges[k + 1])` of the whole list.
    """

    firsts: I64
    starts: I64
    edges: I64

    @cached_property
    def ranks(self) -> Ranks:
        """Which run a place lies in, from 1."""
        return Ranks.build(self.starts)


@cache
def _fixed(zone: int) -> tuple[tuple[int, int], ...]:
    """Unattributed blocks of landlines in a zone, first and last of each run, without overseas prefixes."""
    found: list[tuple[int, int]] = []
    table = read_csv("phone_blocks_unattributed.csv", "first_block", "last_block", "kind")
    for first, last, kind in zip(*table.values(), strict=True):
        # A run may cross from one zone into the next.
        inside = max(int(first), zone * 10_000), min(int(last), zone * 10_000 + 9_999)
        if kind == "fixed" and inside[0] <= inside[1]:
            found += _without_overseas(*inside)
    return tuple(found)


def _without_overseas(first: int, last: int) -> list[tuple[int, int]]:
    """The run of blocks, cut where it enters an overseas prefix (100 blocks each)."""
    cuts = [prefix * 100 for prefix in _OVERSEAS if first <= prefix * 100 + 99 and prefix * 100 <= last]
    runs, start = [], first
    for cut in cuts:
        runs.append((start, cut - 1))
        start = cut + 100
    return [(low, high) for low, high in (*runs, (start, last)) if low <= high]


@cache
def runs(policy: str) -> Runs:
    """The runs of a policy; InputError when there is no such policy."""
    if policy not in POLICIES:
        raise InputError(
            f"unknown phone policy {policy!r}{did_you_mean(policy, POLICIES)} (one of {', '.join(POLICIES)})"
        )
    blocks: list[tuple[int, int]] = []
    counts = [0]
    for zone, reserved in enumerate(_RESERVED):
        if policy == "reserved":
            blocks.append((reserved, reserved))
        else:
            blocks.extend(_fixed(zone) if zone else _MOBILES[policy])
        counts.append(len(blocks))
    firsts = np.array([first for first, _ in blocks], dtype=np.int64) * _BLOCK
    sizes = np.array([last - first + 1 for first, last in blocks], dtype=np.int64) * _BLOCK
    ends = np.concatenate(([0], np.cumsum(sizes)))
    return Runs(firsts, ends[:-1], ends[counts])


def _kind_index(kind: Kind) -> int:
    if kind not in _KINDS:
        raise InputError(f"unknown kind of telephone {kind!r}: 'mobile', or a zone from 1 to 5")
    return _KINDS.index(kind)


def capacity(policy: str, kind: Kind) -> int:
    """How many numbers a policy has for a kind; InputError for a policy or kind that is none."""
    edges, index = runs(policy).edges, _kind_index(kind)
    return int(edges[index + 1] - edges[index])


def numbers(policy: str, kind: Kind | Ints, places: Ints) -> I64:
    """`int64[n]` national numbers, without the leading 0, at `places` (in `[0, capacity)`).

    `kind` may also be an array: each row's zone (1 to 5; 0 means a mobile).
    """
    table = runs(policy)
    base = table.edges[kind if isinstance(kind, np.ndarray) else _kind_index(kind)]
    at = np.asarray(places, dtype=np.int64) + base
    run = table.ranks.of(at) - 1
    found: I64 = at - table.starts[run] + table.firsts[run]
    return found


@cache
def _safe_blocks() -> Bits:
    """Which blocks (first six digits, `bool[10^6]`) any policy draws from."""
    safe = np.zeros(10**6, dtype=np.bool_)
    for zone in ZONES:
        for first, last in _fixed(zone):
            safe[first : last + 1] = True
    for first, last in _MOBILES["unattributed-wide"]:
        safe[first : last + 1] = True
    safe[list(_RESERVED)] = True
    return safe


def in_space(national: I64) -> Bits:
    """`bool[n]`: which `national` numbers (negative: none) lie in a block that some policy draws from."""
    safe: Bits = (national > 0) & _safe_blocks()[np.maximum(national, 0) // _BLOCK]
    return safe


def national_numbers(column: Strings) -> I64:
    """`int64[n]` national numbers of cells in any French layout; -1 where a cell is not one whole number.

    Takes +33, 0033, 33, "+33 (0)6", spaces, dots, slashes, dashes, and nine digits that lost their 0.
    """
    bare = pc.replace_substring_regex(decode(column), pattern=_SEPARATORS, replacement="")
    places, digits = fixed_width(pc.replace_substring_regex(bare, _NATIONAL, r"\1"), "^[1-9][0-9]{8}$", 9)
    found = np.full(len(column), -1, dtype=np.int64)
    found[places] = read_digits(digits)
    return found


def check_number(text: str, first_digit: str, name: str) -> str:
    """`text` as ten digits; IdentifierError when it is no French number that goes on with `first_digit`.

    `first_digit` is a class of a regular expression, `name` what such a number is called. The plan decides,
    not the attribution: a number of an empty block is valid.
    """
    national = int(national_numbers(strings([text]))[0])
    if national < 0:
        raise IdentifierError("a French number has ten digits that begin with 0, or nine after +33 or 0033")
    if not _prefixed(text):
        raise IdentifierError("a French number begins with 0, +33 or 0033: its 0 is missing")
    if not re.fullmatch(first_digit, str(national)[0]):
        raise IdentifierError(f"the number is no {name}'s: after the 0 stands {str(national)[0]}")
    return f"0{national}"


def _prefixed(text: str) -> bool:
    """Whether a number opens with 0 or a country code, not with the digits that follow them."""
    return len(re.sub("[^0-9]", "", text)) > 9

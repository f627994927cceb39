"""From 64-bit words to integers, weighted choices, exact quotas and bijections, in integers only.

No float takes part on the way to a value, but where it is exact: one NumPy gives other bytes than the next.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from simbreach.core.arrays import I64, U64, Ints

_Word = TypeVar("_Word", bound=np.integer)

_BLOCK = 16_384
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


@lru_cache(maxsize=1 << 12)
def threshold(share: float | str | Decimal | Fraction) -> int:
    """`floor(share · 2^64)` for a share in `[0, 1]`: a word below it happens with that probability.

    The share is read as the decimal that it is written as: 0.1 is a tenth. ValueError outside `[0, 1]`.
    """
    exact = share if isinstance(share, Fraction) else Fraction(Decimal(str(share)))
    if not 0 <= exact <= 1:
        raise ValueError(f"a share lies between 0 and 1, not {share}")
    return int(exact * (1 << 64))


def scale_words(words: U64, limit: int | Ints) -> I64:
    """`int64[n]` in `[0, limit)`: the high word of word · limit, off uniform by less than limit / 2^64.

    `limit` is a number or an array of 1 to 2^32.
    """
    factor = np.asarray(limit).astype(np.uint64)
    low = (words & _LOW) * factor
    low >>= _HALF
    high = (words >> _HALF) * factor
    high += low
    high >>= _HALF
    return high.view(np.int64)


def floors(total: int | Ints, weights: Ints, axis: int = -1) -> I64:
    """Whole quotas of `total` in proportion to `weights` along `axis`; they sum to it exactly.

    Quota i is floor(T·C(i+1)/W) - floor(T·C(i)/W), with C the running sum of the weights and W their
    sum (> 0): never off T·w/W by one or more. T·W must stay below 2^63.

    >>> floors(10, np.array([1, 1, 1])).tolist()
    [3, 3, 4]
    """
    steps = np.asarray(weights, dtype=np.int64)
    if axis != -1:
        return np.moveaxis(floors(total, np.moveaxis(steps, axis, -1)), -1, axis)
    running = steps.cumsum(axis=-1)
    edges = np.asarray(total, dtype=np.int64)[..., None] * running // running[..., -1:]
    quotas = edges.copy()
    quotas[..., 1:] -= edges[..., :-1]
    return quotas


@dataclass(frozen=True)
class Alias:
    """A weighted choice in constant time, in one or several groups of items laid end to end.

    Each of `slots` (`uint64[items]`) holds two numbers of 32 bits, since one look-up costs less than two: its
    item is kept when the low half of a word is below the high one, else the item that the low one says
    (index within the group) is taken. `starts` and `sizes` are the groups.
    Walker's method; the table is built by one sweep over running sums, without a loop.
    """

    slots: U64
    starts: I64
    sizes: I64

    @classmethod
    def build(cls, weights: Ints, sizes: Ints | None = None) -> "Alias":
        """The table of non-negative integer `weights` (each group sums to 1 … 2^31), groups of `sizes`.

        The probability of an item is its weight over its group's sum, to within 2^-32.
        """
        items = np.asarray(weights, dtype=np.int64)
        counts = np.asarray([len(items)] if sizes is None else sizes, dtype=np.int64)
        if counts.sum() != len(items) or (counts < 1).any():
            raise ValueError("the sizes of the groups must be positive and add up to the items")
        starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
        totals = np.add.reduceat(items, starts)
        if (items < 0).any() or (totals < 1).any() or (totals >= 1 << 31).any():
            raise ValueError("weights must be non-negative, and each group's sum in [1, 2^31)")
        group = np.repeat(np.arange(len(counts)), counts)
        # In units where the mean of a group is `totals`: heavy items have a surplus, light ones a deficit.
        scaled = items * counts[group]
        mean = totals[group]
        light = np.flatnonzero(scaled < mean)
        heavy = np.flatnonzero(scaled >= mean)
        keep = np.full(len(items), 1 << 32, dtype=np.uint64)
        other = np.arange(len(items), dtype=np.int64)
        # Every group's deficits equal its surpluses, but groups differ in unit: bring each to its share of
        # 2^31 steps a mean, rounding running sums (not parts), so that both sides still meet at the ends.
        deficit_ends, surplus_ends = _running(light, heavy, scaled, mean, group, len(counts))
        taker = np.searchsorted(surplus_ends, np.concatenate(([0], deficit_ends[:-1])), side="right")
        taker = np.minimum(taker, len(heavy) - 1)
        unit = np.int64(1 << 31)
        deficits = np.diff(deficit_ends, prepend=0)
        keep[light] = ((unit - deficits) << 1).astype(np.uint64)
        other[light] = heavy[taker]
        # A heavy item that its last light one pulls below the mean is filled up by the next heavy one.
        covered = np.searchsorted(deficit_ends, surplus_ends, side="left")
        reach = deficit_ends[np.minimum(covered, max(len(light) - 1, 0))] if len(light) else surplus_ends
        overdraw = np.where(covered < len(light), reach - surplus_ends, 0)
        following = np.concatenate((heavy[1:], heavy[-1:]))
        same = group[following] == group[heavy]
        overdraw = np.where(same & (np.diff(surplus_ends, prepend=0) > 0), overdraw, 0)
        keep[heavy] = ((unit - np.minimum(overdraw, unit)) << 1).astype(np.uint64)
        other[heavy] = np.where(overdraw > 0, following, heavy)
        return cls.packed(keep, other - starts[group], starts, counts)

    @classmethod
    def packed(cls, keep: U64, other: Ints, starts: I64, sizes: I64) -> "Alias":
        """The table of a `keep` (up to 2^32) and an `other` for each item."""
        # Who is always kept has itself for the other one: the highest word is then no exception.
        own = np.arange(len(keep)) - np.repeat(starts, sizes)
        other = np.where(keep > _LOW, own, other)
        return cls(np.minimum(keep, _LOW) << _HALF | other.view(np.uint64), starts, sizes)

    @property
    def keep(self) -> U64:
        """`uint64[items]`: how many of 2^32 words keep an item."""
        return self.slots >> _HALF

    @property
    def other(self) -> I64:
        """`int64[items]`: the item that is taken else, as its index within the group."""
        return (self.slots & _LOW).view(np.int64)

    def pick(self, words: U64, groups: Ints | None = None) -> I64:
        """`int64[n]` indices within each row's group (group 0 when `groups` is not given)."""
        picked = np.empty(len(words), dtype=np.int64)
        # Block by block: what a block needs stays in the cache.
        for first in range(0, len(words), _BLOCK):
            block = words[first : first + _BLOCK]
            group = 0 if groups is None else groups[first : first + _BLOCK]
            # The high half chooses the slot, the low half decides between its two items.
            slot = block >> _HALF
            slot *= self.sizes.take(group).view(np.uint64)
            slot >>= _HALF
            other = self.slots.take(slot.view(np.int64) + self.starts.take(group))
            given = (block & _LOW) >= other >> _HALF
            # The slot, or the slot and what the other one is beyond it: `where` takes four times as long,
            # since a processor cannot guess which.
            other &= _LOW
            other -= slot
            other *= given.view(np.uint8)
            np.add(other, slot, out=picked[first : first + _BLOCK].view(np.uint64))
        return picked


def _running(light: I64, heavy: I64, scaled: I64, mean: I64, group: I64, groups: int) -> tuple[I64, I64]:
    """Running deficits of the light items and surpluses of the heavy ones, in steps of mean / 2^31."""

    def ends(which: I64, amounts: I64) -> I64:
        sums = np.cumsum(amounts)
        first = np.searchsorted(group[which], np.arange(groups), side="left")
        before = np.concatenate(([0], sums))[first]
        inside = sums - before[group[which]]
        means = mean[which]
        # inside / mean in 2^-31 steps, without overflow: whole means first, then the rest.
        whole, rest = np.divmod(inside, means)
        steps: I64 = (whole << 31) + (rest << 31) // means
        per_group = np.zeros(groups, dtype=np.int64)
        np.maximum.at(per_group, group[which], steps)
        base = np.concatenate(([0], np.cumsum(per_group)[:-1]))
        return steps + base[group[which]]

    return ends(light, mean[light] - scaled[light]), ends(heavy, scaled[heavy] - mean[heavy])


_ROUNDS = 6
_ROUND_STEP = 0xD6E8FEB86659FD93
_MIX = np.uint64(0xD6E8FEB86659FD93)
_STIR = np.uint64(0xA0761D6478BD642F)


@dataclass(frozen=True)
class Bijection:
    """A keyed permutation of [0, size), forwards and backwards, for one size or one for each row.

    A six-round Feistel network over a·b >= size, a = ceil(sqrt(size)); what falls outside [0, size) goes
    round again until it falls inside, which keeps it a permutation. `salt` (int or `uint64[n]`) selects
    the permutation within the key (one, or `uint64[n]`); `size` is 1 to 2^40, a number or `int64[n]`.
    """

    key: int | U64
    size: int | I64
    salt: int | U64 = 0

    def forward(self, values: I64) -> I64:
        """Where each of `values` (`int64[n]`, in `[0, size)`) goes."""
        return self._walk(values, forward=True)

    def inverse(self, values: I64) -> I64:
        """What came to each of `values` (`int64[n]`, in `[0, size)`)."""
        return self._walk(values, forward=False)

    def _walk(self, values: I64, *, forward: bool) -> I64:
        sizes = np.asarray(self.size, dtype=np.int64)
        salts = np.asarray(self.salt, dtype=np.uint64)
        a, b = _sides(sizes)

        def step(places: I64, rows: I64 | slice) -> I64:
            key = self.key if isinstance(self.key, int) else self.key[rows]
            return _feistel(places, _at(a, rows), _at(b, rows), key, _at(salts, rows), forward=forward)

        result = np.array(values, dtype=np.int64)
        # Block by block: what a block needs stays in the cache.
        for first in range(0, len(values), _BLOCK):
            block = slice(first, first + _BLOCK)
            result[block] = step(result[block], block)
        # The few that fall outside go on together.
        outside = np.flatnonzero(result >= sizes)
        while len(outside):
            result[outside] = again = step(result[outside], outside)
            outside = outside[again >= _at(sizes, outside)]
        return result


def _at(values: NDArray[_Word], places: I64 | slice) -> NDArray[_Word]:
    """The values at `places`, or the one value that stands for all."""
    return values if values.ndim == 0 else values[places]


def _sides(sizes: I64) -> tuple[U64, U64]:
    """The whole root a of each size and b = ceil(size / a), so that a·b >= size.

    Floats are exact here: up to 2^40, a root or quotient that is not whole is further from the next whole
    number than 2^-22, and a float beside 2^20 from the next float 2^-32.
    """
    root = np.floor(np.sqrt(sizes))
    a, b = root.astype(np.int64), np.ceil(sizes / root).astype(np.int64)
    return a.view(np.uint64), b.view(np.uint64)


def _feistel(values: I64, a: U64, b: U64, key: int | U64, salts: U64, *, forward: bool) -> I64:
    # NumPy's divmod takes three times as long as a quotient and what it leaves.
    right = values.view(np.uint64)
    left = right // b
    right = right - left * b
    for number in range(_ROUNDS) if forward else reversed(range(_ROUNDS)):
        twist = _round_key(key, number) ^ salts
        if number % 2 == 0:
            left = _turn(left, right, a, twist, forward=forward)
        else:
            right = _turn(right, left, b, twist, forward=forward)
    left *= b
    left += right
    return left.view(np.int64)


def _round_key(key: int | U64, number: int) -> np.uint64 | U64:
    step = number * _ROUND_STEP
    if isinstance(key, int):
        return np.uint64((key + step) & 0xFFFFFFFFFFFFFFFF)
    return key + np.uint64(step & 0xFFFFFFFFFFFFFFFF)


def _turn(side: U64, by: U64, limit: U64, twist: np.uint64 | U64, *, forward: bool) -> U64:
    """`side` turned round by a hash of the other side, modulo `limit`; in the memory of `side`."""
    mixed = by * _STIR
    mixed += twist
    mixed ^= mixed >> np.uint64(29)
    mixed *= _MIX
    mixed >>= _HALF
    mixed *= limit
    mixed >>= _HALF
    # Of the two candidates for the remainder one wraps round to a huge number: the smaller is right.
    if forward:
        side += mixed
        np.subtract(side, limit, out=mixed)
    else:
        side -= mixed
        np.add(side, limit, out=mixed)
    return np.minimum(side, mixed, out=side)

"""Words as letters: columns of text as code points, end to end, and one change in each word.

What the slips of fingers, ears and scanners have in common. Whole columns at a time, for the few words that
an accident strikes.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simbreach.core.arrays import I64, U64, Bits
from simbreach.core.arrow import Strings, from_numpy, literal
from simbreach.core.streams import HashDraw

U32 = NDArray[np.uint32]


@dataclass(frozen=True)
class Letters:
    """Word i is `points[starts[i] : starts[i + 1] - 1]` (code points); a 0 ends each word."""

    points: U32
    starts: I64

    @classmethod
    def of(cls, words: Strings) -> "Letters":
        """The letters of `words`, none of which is null or holds a 0."""
        whole = pa.ListArray.from_arrays(from_numpy(np.array([0, len(words)], dtype=np.int32)), words)
        text = pc.binary_join(whole, literal("\0"))[0].as_py()
        points = np.frombuffer(f"{text}\0".encode("utf-32-le") if len(words) else b"", dtype=np.uint32)
        return cls(points, np.concatenate(([0], np.flatnonzero(points == 0) + 1)))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of_word(self, places: I64) -> I64:
        """`int64[k]`: in which word each of `places` (into `points`) stands."""
        return np.searchsorted(self.starts, places, side="right") - 1

    @property
    def lengths(self) -> I64:
        """`int64[n]`: characters of each word."""
        return np.diff(self.starts) - 1

    def text(self) -> Strings:
        """The words."""
        points = self.points[self.points != 0]
        ends = self.starts - np.arange(len(self.starts))
        if points.max(initial=0) < 0x80:
            data = points.astype(np.uint8).tobytes()
        else:
            sizes = np.ones(len(points), dtype=np.int64)
            for least in (0x80, 0x800, 0x10000):
                sizes += points >= least
            ends = np.concatenate(([0], np.cumsum(sizes)))[ends]
            data = points.tobytes().decode("utf-32-le").encode()
        offsets = pa.py_buffer(ends.astype(np.int32))
        return pa.StringArray.from_buffers(len(self), offsets, pa.py_buffer(data))

    def change(self, places: I64, removed: I64, added: U32) -> "Letters":
        """The words where at each of `places` (into `points`, ascending) some letters give way to others.

        `removed` (`int64[k]`, at most to the word's end) letters go; the letters of `added` (`uint32[k,
        width]`, 0: none) come.
        """
        width = added.shape[1]
        if not len(places):
            return self
        # How many letters come for each that is there: one for itself, none where it goes, more where it is
        # the first of those that give way.
        come = np.ones(len(self.points), dtype=np.int64)
        for step in range(int(removed.max())):
            come[places[removed > step] + step] = 0
        goes = come[places] == 0
        counts = (added != 0) @ np.ones(width, dtype=np.int64)
        come[places] += counts
        ends = np.cumsum(come)
        points = np.empty(int(ends[-1]), dtype=np.uint32)
        stays = come > 0
        stays[places[goes]] = False
        points[ends[stays] - 1] = self.points[stays]
        firsts = ends[places] - come[places]
        for step in range(width):
            some = counts > step
            points[firsts[some] + step] = added[some, step]
        starts = np.concatenate(([0], ends))[self.starts]
        return Letters(points, starts)


@dataclass(frozen=True)
class Rule:
    """`old` may become `new` behind one of the letters `behind` and before one of `ahead` (empty: any).

    `^` and `$` in them stand for the word's two ends.
    """

    old: str
    new: str
    behind: str = ""
    ahead: str = ""


def apply_rules(letters: Letters, folded: U32, rules: tuple[Rule, ...], draw: HashDraw) -> Letters:
    """The words with one rule applied at one place each, drawn among all that fit; others stay.

    `folded` are the letters as the rules see them (`letters.points`, or those in capitals). What comes is in
    the case of what goes.
    """
    fits = _find(folded, rules)
    ends = np.cumsum(np.bitwise_count(fits).sum(axis=0, dtype=np.int64))
    # How many ways there are up to each word's end, and which of its own each word takes.
    before = np.concatenate(([0], ends))[letters.starts]
    counts = np.diff(before)
    struck = np.flatnonzero(counts)
    if not len(struck):
        return letters
    chosen = before[struck] + draw.at(struck).below("rule", counts[struck])
    places = np.searchsorted(ends, chosen, side="right")
    bits = np.unpackbits(fits[:, places].T.astype("<u8", order="C").view(np.uint8), axis=1, bitorder="little")
    passed = chosen - ends[places] + bits.sum(axis=1, dtype=np.int64)
    numbers = (np.cumsum(bits, axis=1, dtype=np.int64) > passed[:, None]).argmax(axis=1)
    removed = np.array([len(rule.old) for rule in rules])[numbers]
    width = max(len(rule.new) for rule in rules)
    new = np.array([[*map(ord, rule.new.ljust(width, "\0"))] for rule in rules], dtype=np.uint32)
    added = new[numbers]
    if folded is not letters.points:
        added = _in_case(added, letters.points, places, removed)
    return letters.change(places, removed, added)


def _find(folded: U32, rules: tuple[Rule, ...]) -> U64:
    """`uint64[rules / 64, letters]`: the rules, as bits, that fit where their first letter stands."""
    tables = _tables(rules)
    # Beyond ASCII no rule sees anything; a word's end stands on both sides of the whole.
    seen = np.zeros(len(folded) + tables.shape[1], dtype=np.uint8)
    seen[1 : len(folded) + 1] = np.minimum(folded, 127)
    fits = np.empty((len(tables), len(folded)), dtype=np.uint64)
    for some, steps in zip(fits, tables, strict=True):
        some[:] = steps[0].take(seen[: len(folded)])
        for step, table in enumerate(steps[1:], 1):
            some &= table.take(seen[step : step + len(folded)])
    return fits


@cache
def _tables(rules: tuple[Rule, ...]) -> U64:
    """`uint64[rules / 64, steps, 128]`: the rules, as bits, that a character is right for, by its step.

    Step 0 is behind the first letter, step 1 the first letter, and so on.
    """
    steps = 1 + max(len(rule.old) + bool(rule.ahead) for rule in rules)
    right = np.zeros((-(-len(rules) // 64), steps, 128), dtype=np.uint64)
    for number, rule in enumerate(rules):
        wanted = [rule.behind, *rule.old, rule.ahead]
        for step in range(steps):
            letters = wanted[step] if step < len(wanted) else ""
            bits = _among(letters) if letters else np.ones(128, dtype=np.bool_)
            right[number // 64, step] |= bits.astype(np.uint64) << np.uint64(number % 64)
    return right


def _among(letters: str) -> Bits:
    """`bool[128]`: which characters are among `letters`; what is no letter or digit ends a word."""
    table = np.zeros(128, dtype=np.bool_)
    table[[ord(letter) for letter in letters if letter not in "^$"]] = True
    if set(letters) & set("^$"):
        table[[point for point in range(127) if not chr(point).isalnum()]] = True
    return table


def _in_case(added: U32, points: U32, places: I64, removed: I64) -> U32:
    """`added`, which is in capitals, in small letters where those that go or follow are."""
    small = _is_small(points)
    first = small[places]
    rest = small[places + removed - 1] | (small[places + 1] & (removed == 1))
    lower = np.repeat(rest[:, None], added.shape[1], axis=1)
    lower[:, 0] = first
    return np.where(lower & (added != 0), added + np.uint32(32), added).astype(np.uint32)


def _is_small(points: U32) -> Bits:
    ascii_ = (points >= ord("a")) & (points <= ord("z"))
    return ascii_ | ((points >= 0xDF) & (points <= 0xFF))


def capitals(points: U32) -> U32:
    """The letters in capitals: ASCII and Latin-1."""
    return np.where(_is_small(points) & (points != 0xFF) & (points != 0xDF), points - np.uint32(32), points)

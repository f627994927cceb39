"""A text grammar in arrays, which writes a column of sentences at once.

A choice is a group of ways, a way a row of symbols: a phrase, a slot for a field's value, another choice. All
rows are opened level by level: each choice that stands in some row becomes the symbols of the way that the
row's draw picks among those whose conditions the row meets. `rulebook` makes grammars.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol, TypeAlias

import numpy as np

from simbreach.core.arrays import I16, I32, I64, U64, Bits
from simbreach.core.arrow import Coded, Strings
from simbreach.core.frame import Values
from simbreach.core.sampling import scale_words
from simbreach.core.spans import NO_LABEL, Pieces

# The first two phrases of every grammar: nothing, and the blank between two pieces.
NOTHING, BLANK = 0, 1
# Conditions in a word of bits.
WORD = 64

_HALF = np.uint64(32)


class Words(Protocol):
    """What a grammar draws from: the words of a `Draw`."""

    def __len__(self) -> int:
        """How many rows are drawn."""

    def words(self, name: str) -> U64:
        """`uint64[n]`: see `Draw.words`."""


# Writes slots: of each field and its rows the texts, one field after the other.
Fill: TypeAlias = Callable[[Sequence[tuple[str, I64]]], Strings]


@dataclass(frozen=True)
class Grammar:
    """Rules laid out end to end; see the module.

    Choice c owns the ways from `first_way[c]`, way w the symbols from `first_symbol[w]`. `ends` are the
    running sums of the weights; `guards` (`uint64[words, ways]`) what a way needs beyond its choice, as bits
    over `conditions`; `asked` are the places of those that a start may come to. A symbol refers (`refers`) to
    a phrase, then to slots, then to choices, counted through; `leads` and `trails` say where blanks touch it.
    `phrases` has each phrase twice: as it is, and behind all of these with a capital; before those that are
    `tight` stands no blank.
    """

    starts: Mapping[str, int]
    conditions: tuple[str, ...]
    asked: Mapping[str, tuple[int, ...]]
    fields: tuple[str, ...]
    phrases: Strings
    tight: Bits
    labels: tuple[str, ...]
    first_way: I32
    ends: I64
    guards: U64
    first_symbol: I32
    refers: I32
    label: I16
    leads: Bits
    trails: Bits

    def write(
        self,
        starts: Mapping[str, int],
        draw: Words,
        facts: Mapping[str, Values],
        fill: Fill,
        *,
        capital: Bits,
    ) -> Pieces:
        """One text for each row of `draw`: from the first of `starts` for as many rows as it says, and so on.

        `facts` are what conditions ask: flags, whole numbers, or codes into words; `fill` writes the slots.
        Rows where `capital` (`bool[n]`) begin with one.
        """
        met = self._met({place for start in starts for place in self.asked[start]}, len(draw), facts)
        choice = np.repeat([self.starts[start] for start in starts], list(starts.values()))
        row, symbol = self._open(choice.astype(np.int32), draw, met)
        return self._join(len(draw), row, symbol, fill, capital)

    def _met(self, asked: Iterable[int], rows: int, facts: Mapping[str, Values]) -> U64:
        """`uint64[words, rows]`: which of the conditions `asked` each row meets, as bits."""
        met = np.zeros((len(self.guards), rows), dtype=np.uint64)
        holds: dict[str, Bits] = {}
        for place in asked:
            condition = self.conditions[place]
            plain = condition.removeprefix("!")
            if plain not in holds:
                holds[plain] = _holds(plain, facts)
            bits = ~holds[plain] if condition != plain else holds[plain]
            met[place // WORD] |= bits.astype(np.uint64) << np.uint64(place % WORD)
        return met

    def _open(self, choice: I32, draw: Words, met: U64) -> tuple[I32, I32]:
        """The symbols of each row's `choice` once none is left: rows (ascending) and symbols, `int32[m]`."""
        choices_from = len(self.tight) + len(self.fields)
        row = np.arange(len(draw), dtype=np.int32)
        symbol = np.zeros(len(draw), dtype=np.int32)
        words = _Turns(draw)
        while len(pending := np.flatnonzero(choice >= 0)):
            mine = row[pending]
            way = self._pick(choice[pending], words.next(mine), met, mine)
            # In its place come the symbols of the way.
            counts = np.ones(len(row), dtype=np.int64)
            counts[pending] = self.first_symbol[way + 1] - self.first_symbol[way]
            symbol[pending] = self.first_symbol[way]
            inside = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
            row = np.repeat(row, counts)
            symbol = np.repeat(symbol, counts)
            symbol += inside.astype(np.int32)
            choice = np.maximum(self.refers[symbol] - choices_from, -1).astype(np.int32)
        return row, symbol

    def _pick(self, choice: I32, drawn: U64, met: U64, row: I32) -> I64:
        """`int64[n]`: a way for each choice, by the weights of those whose conditions hold."""
        before = np.concatenate(([0], self.ends))
        low = before[self.first_way[choice]]
        total = before[self.first_way[choice + 1]] - low
        way = np.searchsorted(self.ends, low + scale_words(drawn, total), side="right")
        places = np.flatnonzero(self._lacks(way, met, row))
        if not len(places):
            return way
        # A way that does not fit is picked again, of those that do: by the low half of the word, about which
        # the first pick has told nothing.
        again = (drawn[places] << _HALF) | (drawn[places] >> _HALF)
        first = self.first_way[choice[places]].astype(np.int64)
        counts = self.first_way[choice[places] + 1] - first
        stops = np.cumsum(counts)
        item = np.repeat(np.arange(len(places)), counts)
        ways = np.arange(stops[-1]) - np.repeat(stops - counts - first, counts)
        fits = ~self._lacks(ways, met, row[places][item])
        running = np.cumsum((self.ends[ways] - before[ways]) * fits)
        below = np.concatenate(([0], running))[stops - counts]
        spot = below + scale_words(again, running[stops - 1] - below)
        way[places] = ways[np.searchsorted(running, spot, side="right")]
        return way

    def _lacks(self, way: I64, met: U64, row: I32) -> Bits:
        """`bool[n]`: the ways of which a condition does not hold in their row."""
        lacks = np.zeros(len(way), dtype=np.uint64)
        for guards, holds in zip(self.guards, met, strict=True):
            lacks |= guards.take(way) & ~holds.take(row)
        missing: Bits = lacks != 0
        return missing

    def _join(self, rows: int, row: I32, symbol: I32, fill: Fill, capital: Bits) -> Pieces:
        """The pieces of all rows, with a blank wherever the templates have one between two pieces."""
        # Blanks pile up around parts that were left out: one remains, and none at the ends of a row.
        seen = np.cumsum(self.leads[symbol].astype(np.int64) + self.trails[symbol]) - self.trails[symbol]
        said = np.flatnonzero(self.refers[symbol] != NOTHING)
        row, symbol, seen = row[said], symbol[said], seen[said]
        refers = self.refers[symbol]
        fixed = refers < len(self.tight)
        gap = np.zeros(len(row), dtype=np.bool_)
        gap[1:] = (row[1:] == row[:-1]) & (seen[1:] > seen[:-1])
        gap[fixed] &= ~self.tight[refers[fixed]]
        codes, words = self._fill(row, refers, fill)
        opening = np.flatnonzero(np.diff(row, prepend=-1) > 0)
        opening = opening[fixed[opening] & capital[row[opening]]]
        codes[opening] += len(self.tight)
        place = np.arange(len(row)) + np.cumsum(gap)
        total = len(row) + np.count_nonzero(gap)
        all_codes = np.full(total, BLANK, dtype=np.int32)
        all_codes[place] = codes
        labels = np.full(total, NO_LABEL, dtype=np.int16)
        labels[place] = self.label[symbol]
        all_rows = np.repeat(row, 1 + gap.astype(np.int64))
        return Pieces(rows, all_rows, all_codes, self.phrases, words, labels, self.labels)

    def _fill(self, row: I32, refers: I32, fill: Fill) -> tuple[I32, Strings]:
        """What each piece reads: codes into the phrases, then into the values of the slots, and these."""
        base = len(self.tight)
        slots = np.flatnonzero(refers >= base)
        order = slots[np.argsort(refers[slots], kind="stable")]
        codes = refers.copy()
        codes[order] = len(self.phrases) + np.arange(len(order), dtype=np.int32)
        edges = np.searchsorted(refers[order], np.arange(base, base + len(self.fields) + 1))
        rows = row[order].astype(np.int64)
        wanted = [
            (field, rows[first:stop])
            for field, (first, stop) in zip(self.fields, pairwise(edges.tolist()), strict=True)
            if stop > first
        ]
        return codes, fill(wanted) if wanted else self.phrases.slice(0, 0)


class _Turns:
    """The words of a row's choices: the first of them takes the draw `choice 0`, and so on."""

    def __init__(self, draw: Words) -> None:
        self._draw = draw
        self._taken = np.zeros(len(draw), dtype=np.int64)
        self._words = np.empty((0, len(draw)), dtype=np.uint64)

    def next(self, row: I32) -> U64:
        """`uint64[n]`: one word for each of the choices in `row` (ascending, with repetitions)."""
        turn = self._taken[row] + np.arange(len(row)) - np.searchsorted(row, row)
        self._taken += np.bincount(row, minlength=len(self._taken))
        known = len(self._words)
        fresh = [self._draw.words(f"choice {number}") for number in range(known, int(turn.max()) + 1)]
        self._words = np.concatenate([self._words, *(words[None] for words in fresh)])
        drawn: U64 = self._words[turn, row]
        return drawn


def _holds(condition: str, facts: Mapping[str, Values]) -> Bits:
    """`bool[rows]`: where a condition holds."""
    name, equals, wanted = condition.partition("=")
    values = facts[name]
    if isinstance(values, Coded):
        return _fits(values.words, wanted).take(values.codes)
    if not equals:
        flags: Bits = values
        return flags
    low, dash, high = wanted.partition("-")
    inside: Bits = (values >= int(low)) & (values <= int(high or (2**31 if dash else low)))
    return inside


_FITS: dict[tuple[int, str], tuple[Strings, Bits]] = {}


def _fits(words: Strings, wanted: str) -> Bits:
    """`bool[words + 1]`: the words that begin with one of the codes `wanted`; false for none, the last.

    Vocabularies come again with every batch: looked through once, then remembered.
    """
    key = (id(words), wanted)
    if key not in _FITS:
        codes = tuple(wanted.split(","))
        fits = [word is not None and word.startswith(codes) for word in words.to_pylist()]
        # The words are kept beside what was found: their id stays theirs.
        _FITS[key] = (words, np.array([*fits, False]))
    return _FITS[key][1]

"""Text that knows its pieces: a column of sentences whose names, numbers and dates keep their place.

Whoever writes a sentence knows what its pieces are. They stay apart until they are written, so that capitals,
lost accents and cuts change pieces, and a span is counted from them: it is never searched for.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrays import I16, I32, I64, Bits, Ints
from simbreach.core.arrow import Strings, from_numpy, integers, pack_bits, string_parts

# The label of a piece that says nothing about anybody.
NO_LABEL = -1


@dataclass(frozen=True, slots=True)
class Spans:
    """Labelled stretches of a column of text, by row and place.

    Span k is `[starts[k], ends[k])` in code points of row `rows[k]` (`int64`), reads `text[k]` and means
    `labels[label[k]]`.
    """

    rows: I64
    starts: I32
    ends: I32
    label: I16
    labels: tuple[str, ...]
    text: Strings

    def __len__(self) -> int:
        return len(self.rows)

    def at(self, chosen: Bits) -> "Spans":
        """The spans where `chosen` (`bool[spans]`)."""
        kept = from_numpy(np.flatnonzero(chosen))
        return Spans(
            self.rows[chosen],
            self.starts[chosen],
            self.ends[chosen],
            self.label[chosen],
            self.labels,
            self.text.take(kept),
        )


@dataclass(frozen=True, slots=True)
class Pieces:
    """Text in `rows` rows as pieces: piece k is the next one of row `row[k]`.

    `codes` count through `phrases`, a vocabulary that comes again with every batch, then `words`, which are
    these rows' own. `row` (`int32[pieces]`) ascends; a row without pieces holds nothing. `label`
    (`int16[pieces]`) indexes `labels`, -1 where a piece has none.
    """

    rows: int
    row: I32
    codes: I32
    phrases: Strings
    words: Strings
    label: I16
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return self.rows

    @property
    def edges(self) -> I64:
        """`int64[rows + 1]`: where the pieces of each row begin."""
        return np.searchsorted(self.row, np.arange(self.rows + 1))

    def known(self) -> Bits:
        """`bool[rows]`: the rows that hold a text."""
        filled = np.zeros(self.rows, dtype=np.bool_)
        filled[self.row] = True
        return filled

    def take(self, places: I64) -> "Pieces":
        """The rows at `places`, in any order."""
        edges = self.edges
        first = edges[places]
        counts = edges[np.asarray(places) + 1] - first
        row = np.repeat(np.arange(len(places), dtype=np.int32), counts)
        inside = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
        kept = inside + np.repeat(first, counts)
        return replace(self, rows=len(places), row=row, codes=self.codes[kept], label=self.label[kept])

    def pruned(self) -> "Pieces":
        """The same, without the words that no piece reads."""
        fixed = len(self.phrases)
        own = np.flatnonzero(self.codes >= fixed)
        used = np.zeros(len(self.words), dtype=np.bool_)
        used[self.codes[own] - fixed] = True
        codes = self.codes.copy()
        codes[own] = fixed + (np.cumsum(used, dtype=np.int32) - 1)[self.codes[own] - fixed]
        return replace(self, codes=codes, words=self.words.take(from_numpy(np.flatnonzero(used))))

    def spread(self, places: I64, rows: int) -> "Pieces":
        """A column of `rows` rows with these at `places` (ascending), nothing elsewhere."""
        return replace(self, rows=rows, row=places[self.row].astype(np.int32))

    def text(self) -> Strings:
        """The joined pieces of each row, null where there are none."""
        data, offsets = string_parts(self._said(self.codes))
        ends = offsets[self.edges]
        valid = self.known()
        return pa.StringArray.from_buffers(
            self.rows,
            pa.py_buffer(ends.astype(np.int32) - ends[0]),
            pa.py_buffer(data[ends[0] : ends[-1]]),
            None if valid.all() else pack_bits(valid),
        )

    def spans(self) -> Spans:
        """The labelled pieces, in the order in which they are read."""
        starts, ends = self._places()
        said = np.flatnonzero((self.label != NO_LABEL) & (ends > starts))
        return Spans(
            self.row[said].astype(np.int64),
            starts[said].astype(np.int32),
            ends[said].astype(np.int32),
            self.label[said],
            self.labels,
            self._said(self.codes[said]),
        )

    def _said(self, codes: I32) -> Strings:
        """What some pieces read."""
        return pa.concat_arrays([self.phrases, self.words]).take(from_numpy(codes))

    def _places(self) -> tuple[I64, I64]:
        """Where each piece starts and ends in its row, `int64[pieces]` code points."""
        lengths = np.concatenate([_lengths(self.phrases), _lengths(self.words)])
        running = np.concatenate(([0], np.cumsum(lengths[self.codes])))
        base = running[self.edges[:-1]][self.row]
        return running[:-1] - base, running[1:] - base

    def respell(
        self,
        groups: I32,
        spell: tuple[Callable[[Strings], Strings], ...],
        again: tuple[Callable[[Strings], Strings], ...],
    ) -> "Pieces":
        """Each row's pieces changed by `spell[groups[row]]`, a function of words; phrases by `again`."""
        group = groups[self.row]
        used = np.flatnonzero(np.bincount(group, minlength=len(spell))).tolist()
        if not used:
            return self
        fixed, own = len(self.phrases), len(self.words)
        turn = np.zeros(len(spell), dtype=np.int32)
        turn[used] = np.arange(len(used), dtype=np.int32)
        # All spellings of the phrases stand first, then all of the words.
        base = np.where(self.codes < fixed, turn[group] * fixed, (len(used) - 1) * fixed + turn[group] * own)
        return replace(
            self,
            codes=(self.codes + base).astype(np.int32),
            phrases=pa.concat_arrays([again[number](self.phrases) for number in used]),
            words=pa.concat_arrays([spell[number](self.words) for number in used]),
        )

    def cut(self, widths: Ints) -> "Pieces":
        """The first `widths` (`int[rows]`; 0: all) code points of each row, without a blank at a cut end.

        A piece that the cut runs through is clipped, with its label; pieces behind it are dropped.
        """
        starts, ends = self._places()
        limit = np.asarray(widths, dtype=np.int64)[self.row]
        long = np.flatnonzero((limit > 0) & (ends > limit))
        if not len(long):
            return self
        codes = self.codes.copy()
        kept = np.ones(len(codes), dtype=np.bool_)
        kept[long] = starts[long] < limit[long]
        through = long[kept[long]]
        fresh = [_first(self._said(codes[through]), limit[through] - starts[through])]
        codes[through] = len(self.phrases) + len(self.words) + np.arange(len(through), dtype=np.int32)
        cut = replace(self, codes=codes, words=pa.concat_arrays([self.words, *fresh]))
        over = self.row[long]
        return cut._trim(over[np.flatnonzero(np.diff(over, prepend=-1))], kept)

    def _trim(self, over: I32, kept: Bits) -> "Pieces":
        """The pieces that are `kept`, in the rows `over` without the blanks behind the last one of them."""
        edges = self.edges
        running = np.concatenate(([0], np.cumsum(kept)))
        first = edges[over]
        last = first + running[edges[over + 1]] - running[first] - 1
        codes, words = self.codes.copy(), self.words
        while len(last):
            trimmed = pc.utf8_rtrim_whitespace(
                pa.concat_arrays([self.phrases, words]).take(from_numpy(codes[last]))
            )
            codes[last] = len(self.phrases) + len(words) + np.arange(len(last), dtype=np.int32)
            words = pa.concat_arrays([words, trimmed])
            # Where nothing is left of it, the piece before becomes the last one; a row keeps its first.
            empty = (_lengths(trimmed) == 0) & (last > first)
            kept[last[empty]] = False
            last, first = last[empty] - 1, first[empty]
        return replace(self, row=self.row[kept], codes=codes[kept], words=words, label=self.label[kept])


def _lengths(words: Strings) -> I32:
    """`int32[n]` code points of each word."""
    lengths: I32 = integers(pc.utf8_length(words))
    return lengths


def _first(words: Strings, sizes: I64) -> Strings:
    """The first `sizes` code points of each word."""
    order = np.argsort(sizes, kind="stable")
    edges = [*np.flatnonzero(np.diff(sizes[order], prepend=-1)).tolist(), len(order)]
    pools = [
        pc.utf8_slice_codeunits(words.take(from_numpy(order[first:stop])), 0, int(sizes[order[first]]))
        for first, stop in pairwise(edges)
    ]
    back = np.empty(len(order), dtype=np.int64)
    back[order] = np.arange(len(order))
    return pa.concat_arrays([words[:0], *pools]).take(from_numpy(back))

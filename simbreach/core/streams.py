"""Keyed 64-bit words addressed by (seed, names, id): where every draw of a dataset comes from.

A key is a 128-bit keyed hash of a seed and a path of names (table, column, draw), never a position,
so that adding a column changes no other. A word is a hash of (key, id): any range, any array of ids,
in any order, gives the same words. Integers from end to end, so that every machine agrees.
"""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from simbreach.core.arrays import I64, U64, Bits
from simbreach.core.sampling import Alias, Bijection, scale_words, threshold

# Odd constants: 2^64/phi, then the two multipliers of Stafford's "Mix13" finaliser (2011).
_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_BLOCK = 32_768


@dataclass(frozen=True, slots=True)
class Key:
    """128 bits that select one stream of words: two halves of 64 bits."""

    start: int
    twist: int


@lru_cache(maxsize=1 << 14)
def derive_key(seed: int, *names: str) -> Key:
    """The key of (seed, names): equal paths give equal keys, any other path an unrelated one.

    `seed` is any integer of up to 256 bits, sign included; names are hashed with their lengths, so that
    ("ab", "c") and ("a", "bc") differ.
    """
    state = blake2b(digest_size=16, key=seed.to_bytes(33, "little", signed=True), person=b"simbreach")
    for name in names:
        text = name.encode()
        state.update(len(text).to_bytes(4, "little") + text)
    digest = state.digest()
    return Key(int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little"))


def hash_words(key: Key, ids: U64) -> U64:
    """`uint64[n]` words of `ids` (`uint64[n]`) in the stream of `key`.

    The second half of the key enters between the rounds, so that no stream is another one shifted.
    """
    words = np.empty(len(ids), dtype=np.uint64)
    shifted = np.empty(min(len(ids), _BLOCK), dtype=np.uint64)
    start, twist = np.uint64(key.start), np.uint64(key.twist)
    # Block by block: what a block needs stays in the cache.
    for first in range(0, len(ids), _BLOCK):
        block = np.multiply(ids[first : first + _BLOCK], _STEP, out=words[first : first + _BLOCK])
        other = shifted[: len(block)]
        block += start
        block ^= np.right_shift(block, np.uint64(30), out=other)
        block *= _FIRST
        block ^= twist
        block ^= np.right_shift(block, np.uint64(27), out=other)
        block *= _SECOND
        block ^= np.right_shift(block, np.uint64(31), out=other)
    return words


class Draw(Protocol):
    """What a field draws from: named, independent draws for each of `len(draw)` rows.

    The hash stream below is one implementation; a property-based test may supply another. Index 0 of
    every choice is the plainest value.
    """

    def __len__(self) -> int:
        """How many rows are drawn."""

    def words(self, name: str) -> U64:
        """`uint64[n]`, uniform over all 64-bit words."""

    def below(self, name: str, limit: int | NDArray[np.integer]) -> I64:
        """`int64[n]`, uniform in `[0, limit)`; `limit` is one number or one for each row, 1 to 2^32."""

    def chance(self, name: str, share: float | str | Decimal) -> Bits:
        """`bool[n]`, each true with probability `share` in `[0, 1]`, read as a decimal."""

    def pick(self, name: str, table: Alias, groups: NDArray[np.integer] | None = None) -> I64:
        """`int64[n]`, indices into the weighted `table`, in each row's group where it has groups."""

    def permutation(self, name: str, size: int | I64, salt: int | U64 = 0) -> Bijection:
        """The permutation `name` of [0, size): one for all fields of a frame that ask for this name."""

    def at(self, places: I64) -> "Draw":
        """The same draws, for the rows at `places`."""


@dataclass(frozen=True)
class HashDraw:
    """Draws of the hash stream: the words of (seed, path, draw name) at `ids` (`uint64[n]`)."""

    seed: int
    path: tuple[str, ...]
    ids: U64

    def __len__(self) -> int:
        return len(self.ids)

    def words(self, name: str) -> U64:
        """`uint64[n]`: see `Draw.words`."""
        return hash_words(derive_key(self.seed, *self.path, name), self.ids)

    def below(self, name: str, limit: int | NDArray[np.integer]) -> I64:
        """`int64[n]`: see `Draw.below`."""
        return scale_words(self.words(name), limit)

    def chance(self, name: str, share: float | str | Decimal) -> Bits:
        """`bool[n]`: see `Draw.chance`."""
        limit = threshold(share)
        if limit >= 1 << 64:
            return np.ones(len(self), dtype=np.bool_)
        return self.words(name) < np.uint64(limit)

    def pick(self, name: str, table: Alias, groups: NDArray[np.integer] | None = None) -> I64:
        """`int64[n]`: see `Draw.pick`."""
        return table.pick(self.words(name), groups)

    def permutation(self, name: str, size: int | I64, salt: int | U64 = 0) -> Bijection:
        """The permutation `name`: see `Draw.permutation`."""
        return Bijection(derive_key(self.seed, *self.path[:-1], "permutation", name).start, size, salt)

    def at(self, places: I64) -> "HashDraw":
        """The draws of the rows at `places`: see `Draw.at`."""
        return HashDraw(self.seed, self.path, self.ids[places])

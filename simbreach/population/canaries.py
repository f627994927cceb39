"""Canaries: honey people, one set for each dataset, who look like anyone and stand above the population.

Their person_id is no one's in the synthetic France: `people + number`, and a number is a hash of the
dataset's seed, then a serial of its own within the dataset. From it alone come the NIR, on ranks that births
never reach, and the telephone and the e-mail address, which nobody else in the dataset has.
"""

import numpy as np

from simbreach.core.arrays import I64, Ints
from simbreach.core.sampling import scale_words
from simbreach.core.streams import derive_key, hash_words

# So many serials there are, and so many canaries at most: each of them then has ranks of its own everywhere
# (the smallest void NIR space holds 36,600 pairs, an eighth of which is theirs).
SERIALS, MOST = 10_000, 4_000
_HASHES = 1 << 22


def numbers(seed: int, table: str, count: int) -> I64:
    """`int64[count]`: the numbers of a table's canaries, in [0, 2^22 · 10,000); serials are consecutive."""
    words = hash_words(derive_key(seed, "canaries", table), np.arange(count + 1, dtype=np.uint64))
    serials = (scale_words(words[-1:], SERIALS) + np.arange(count)) % SERIALS
    return scale_words(words[:-1], _HASHES) * SERIALS + serials


def serial(numbers: I64) -> I64:
    """`int64[n]`: the serial of each number, -1 below 0."""
    serials = np.full(len(numbers), -1, dtype=np.int64)
    rows = np.flatnonzero(numbers >= 0)
    serials[rows] = numbers[rows] % SERIALS
    return serials


def common_ranks(capacity: Ints) -> I64:
    """`int64[n]`: how many births a NIR space of `capacity` numbers has room for: 7/8 of its pairs."""
    pairs = np.asarray(capacity, dtype=np.int64) // 2
    return pairs - pairs // 8


def rank(capacity: Ints, serials: I64) -> I64:
    """`int64[n]`: the rank of each canary in its NIR space, from `common_ranks` up."""
    first = common_ranks(capacity)
    return first + serials % (np.asarray(capacity, dtype=np.int64) // 2 - first)

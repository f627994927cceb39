"""The keyed words: golden values from a second implementation, and how random they look."""

from hashlib import blake2b

import numpy as np
import pytest
from scipy import stats

from simbreach.core.sampling import Alias
from simbreach.core.streams import HashDraw, Key, derive_key, hash_words

MASK = (1 << 64) - 1
ROWS = 1 << 17
# A test of uniformity fails a sound generator once in a million runs; seeds are fixed, so never by luck.
LEAST_P = 1e-6
# hash_words(derive_key(1, "person", "golden"), [0]): changes only with the data version.
GOLDEN = 0xD169D5087AD0CE66


def plain_key(seed: int, *names: str) -> Key:
    """The key as the docstrings define it, in plain Python."""
    message = b"".join(len(name.encode()).to_bytes(4, "little") + name.encode() for name in names)
    key = seed.to_bytes(33, "little", signed=True)
    digest = blake2b(message, digest_size=16, key=key, person=b"simbreach").digest()
    return Key(int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little"))


def plain_word(key: Key, number: int) -> int:
    word = (number * 0x9E3779B97F4A7C15 + key.start) & MASK
    word ^= word >> 30
    word = word * 0xBF58476D1CE4E5B9 & MASK
    word ^= key.twist
    word ^= word >> 27
    word = word * 0x94D049BB133111EB & MASK
    return word ^ word >> 31


def ids(rows: int = ROWS) -> np.ndarray:
    return np.arange(rows, dtype=np.uint64)


def words(seed: int = 2021, name: str = "birth_name", rows: int = ROWS) -> np.ndarray:
    return hash_words(derive_key(seed, "person", name), ids(rows))


def byte_p_values(stream: np.ndarray) -> list[float]:
    planes = stream.view(np.uint8).reshape(-1, 8)
    return [stats.chisquare(np.bincount(planes[:, place], minlength=256)).pvalue for place in range(8)]


@pytest.mark.parametrize("seed", [0, 1, -1, 2021, 1 << 128, -(1 << 255), (1 << 255) - 1])
def test_a_key_is_the_blake2_hash_of_seed_and_names(seed: int) -> None:
    assert derive_key(seed, "person", "prénom") == plain_key(seed, "person", "prénom")


def test_words_equal_the_plain_python_ones() -> None:
    key = derive_key(7, "visits", "comment")
    numbers = [0, 1, 2, 491_839, 71_000_000, (1 << 63) - 1, 1 << 63, MASK]
    expected = [plain_word(key, number) for number in numbers]
    assert hash_words(key, np.array(numbers, dtype=np.uint64)).tolist() == expected


def test_words_never_change() -> None:
    assert words(1, "golden", 1).tolist() == [GOLDEN]


def test_names_are_hashed_with_their_lengths() -> None:
    assert derive_key(1, "ab", "c") != derive_key(1, "a", "bc")


def test_a_name_is_not_its_path_joined() -> None:
    assert derive_key(1, "a", "b") != derive_key(1, "ab") != derive_key(1, "ab", "")


def test_a_seed_of_more_than_256_bits_is_refused() -> None:
    with pytest.raises(OverflowError):
        derive_key(1 << 263, "person")


def test_any_range_equals_the_slice_of_the_whole() -> None:
    key = derive_key(3, "range")
    part = hash_words(key, np.arange(1000, 5000, dtype=np.uint64))
    assert part.tolist() == hash_words(key, ids(6000))[1000:5000].tolist()


def test_the_order_of_ids_does_not_matter() -> None:
    key = derive_key(3, "order")
    shuffled = np.random.default_rng(5).permutation(ids(10_000))
    assert (hash_words(key, shuffled) == hash_words(key, ids(10_000))[shuffled]).all()


def test_the_ids_are_not_modified() -> None:
    numbers = ids(100)
    hash_words(derive_key(1, "x"), numbers)
    assert numbers.tolist() == list(range(100))


def test_no_ids_give_no_words() -> None:
    assert len(hash_words(derive_key(1, "x"), ids(0))) == 0


def test_every_byte_is_uniform() -> None:
    assert min(byte_p_values(words())) > LEAST_P


def test_every_bit_is_set_half_of_the_time() -> None:
    bits = np.unpackbits(words().view(np.uint8)).reshape(-1, 64).sum(axis=0)
    deviations = np.abs(bits - ROWS / 2) / np.sqrt(ROWS / 4)
    assert deviations.max() < 5


@pytest.mark.parametrize("shift", [0, 32])
def test_each_half_is_uniform(shift: int) -> None:
    halves = (words() >> np.uint64(shift)) & np.uint64(0xFFFFFFFF)
    assert stats.kstest(halves / 2.0**32, "uniform").pvalue > LEAST_P


def test_words_of_spread_ids_are_uniform() -> None:
    spread = hash_words(derive_key(1, "spread"), ids() << np.uint64(40))
    assert min(byte_p_values(spread)) > LEAST_P


def test_no_word_comes_twice() -> None:
    assert len(np.unique(words())) == ROWS


def squares(first: np.ndarray, second: np.ndarray) -> float:
    """P of a chi-square over 64 × 64 cells of the top six bits of both."""
    cell = (first >> np.uint64(58)) * np.uint64(64) + (second >> np.uint64(58))
    return stats.chisquare(np.bincount(cell.astype(np.int64), minlength=4096)).pvalue


@pytest.mark.parametrize("lag", [1, 2, 3, 64, 1000])
def test_neighbouring_ids_are_independent(lag: int) -> None:
    stream = words()
    assert squares(stream[:-lag], stream[lag:]) > LEAST_P


@pytest.mark.parametrize("lag", [1, 2, 101])
def test_neighbouring_ids_are_not_correlated(lag: int) -> None:
    stream = words() / 2.0**64
    assert abs(np.corrcoef(stream[:-lag], stream[lag:])[0, 1]) < 5 / np.sqrt(ROWS)


def test_two_names_are_independent() -> None:
    assert squares(words(name="a"), words(name="b")) > LEAST_P


def test_two_seeds_are_independent() -> None:
    assert squares(words(seed=2021), words(seed=2022)) > LEAST_P


def test_no_stream_is_another_one_shifted() -> None:
    stream = words(name="a", rows=1 << 15)
    other = words(name="b", rows=1 << 15)
    assert not np.isin(stream, other).any()


def test_streams_of_one_start_differ_by_their_twist() -> None:
    numbers = ids(1 << 15)
    one, other = hash_words(Key(1, 2), numbers), hash_words(Key(1, 3), numbers)
    assert not np.isin(one, other).any()


@pytest.mark.parametrize("bit", range(0, 64, 7))
def test_flipping_one_bit_of_an_id_flips_half_of_the_word(bit: int) -> None:
    key = derive_key(1, "avalanche")
    numbers = ids(1 << 14)
    flipped = np.bitwise_count(hash_words(key, numbers) ^ hash_words(key, numbers ^ np.uint64(1 << bit)))
    assert abs(flipped.mean() - 32) < 0.25
    assert flipped.min() >= 8


def test_seeds_next_to_each_other_flip_half_of_the_word() -> None:
    flipped = np.bitwise_count(words(seed=1) ^ words(seed=2))
    assert abs(flipped.mean() - 32) < 0.1


def draw(rows: int = ROWS) -> HashDraw:
    return HashDraw(5, ("person", "field"), ids(rows))


def test_a_draw_has_as_many_rows_as_ids() -> None:
    assert len(draw(17)) == 17


def test_a_draw_takes_its_words_from_seed_path_and_name() -> None:
    key = plain_key(5, "person", "field", "x")
    assert draw(3).words("x").tolist() == [plain_word(key, number) for number in range(3)]


def test_below_is_uniform() -> None:
    assert stats.chisquare(np.bincount(draw().below("n", 97), minlength=97)).pvalue > LEAST_P


def test_below_takes_one_limit_for_each_row() -> None:
    limits = np.arange(1, 1001)
    drawn = draw(1000).below("n", limits)
    assert ((drawn >= 0) & (drawn < limits)).all()


def test_a_chance_happens_as_often_as_it_says() -> None:
    happened = int(draw().chance("c", "0.03").sum())
    assert stats.binomtest(happened, ROWS, 0.03).pvalue > LEAST_P


def test_a_chance_of_nothing_never_happens() -> None:
    assert not draw().chance("c", 0).any()


def test_a_chance_of_one_always_happens() -> None:
    assert draw().chance("c", 1).all()


@pytest.mark.parametrize("share", ["-0.1", "1.1", 2])
def test_a_chance_outside_0_to_1_is_refused(share: float | str) -> None:
    with pytest.raises(ValueError, match="a share lies between 0 and 1"):
        draw(1).chance("c", share)


def test_picks_follow_the_weights() -> None:
    weights = np.array([38, 36, 8, 7, 6, 3, 1, 1])
    counts = np.bincount(draw().pick("p", Alias.build(weights)), minlength=8)
    assert stats.chisquare(counts, weights * (ROWS / 100)).pvalue > LEAST_P


def test_picks_of_groups_follow_each_groups_weights() -> None:
    table = Alias.build(np.array([1, 3, 5, 0, 5]), np.array([2, 3]))
    groups = np.arange(ROWS) % 2
    drawn = draw().pick("p", table, groups)
    second = np.bincount(drawn[groups == 1], minlength=3)
    assert second[1] == 0
    assert stats.binomtest(int(second[0]), ROWS // 2, 0.5).pvalue > LEAST_P
    assert stats.binomtest(int((drawn[groups == 0] == 1).sum()), ROWS // 2, 0.75).pvalue > LEAST_P


def test_two_draws_of_one_field_are_independent() -> None:
    assert squares(draw().words("a"), draw().words("b")) > LEAST_P


def test_a_permutation_is_shared_by_the_fields_of_one_frame() -> None:
    values = np.arange(1000)
    one = HashDraw(5, ("person", "mother_id"), ids(1)).permutation("block", 1000).forward(values)
    other = HashDraw(5, ("person", "partner_id"), ids(1)).permutation("block", 1000).forward(values)
    assert (one == other).all()


def test_permutations_of_two_names_differ() -> None:
    values = np.arange(1000)
    one, other = (draw(1).permutation(name, 1000).forward(values) for name in ("a", "b"))
    assert (one == other).sum() < 12

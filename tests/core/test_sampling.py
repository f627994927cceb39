"""Integers out of words: scaling, shares, exact quotas, weighted choices, permutations."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from simbreach.core.sampling import Alias, Bijection, floors, scale_words, threshold
from simbreach.core.streams import derive_key, hash_words

ROWS = 1 << 17
LEAST_P = 1e-6
WHOLE = 1 << 64

uint64s = st.integers(0, WHOLE - 1)


def words(name: str, rows: int = ROWS) -> np.ndarray:
    return hash_words(derive_key(11, name), np.arange(rows, dtype=np.uint64))


# threshold


@pytest.mark.parametrize("share", ["0", "1", "0.1", "0.5", "0.996", "0.0000001"])
def test_a_threshold_is_the_floor_of_the_exact_share(share: str) -> None:
    assert threshold(share) == int(Fraction(share) * WHOLE)


def test_a_float_is_read_as_the_decimal_it_is_written_as() -> None:
    assert threshold(0.1) == WHOLE // 10


def test_a_fraction_is_taken_as_it_is() -> None:
    assert threshold(Fraction(1, 3)) == WHOLE // 3


@given(st.integers(0, 10**9))
def test_thresholds_of_any_decimal_are_exact(billionths: int) -> None:
    assert threshold(f"{billionths / 10**9:.9f}") == billionths * WHOLE // 10**9


@pytest.mark.parametrize("share", [-0.01, "1.0000001", Fraction(3, 2)])
def test_a_share_outside_0_to_1_is_refused(share: float | str | Fraction) -> None:
    with pytest.raises(ValueError, match="a share lies between 0 and 1"):
        threshold(share)


# scale_words


@given(st.lists(uint64s, min_size=1), st.integers(1, 1 << 32))
def test_scaled_words_are_the_high_word_of_the_product(drawn: list[int], limit: int) -> None:
    scaled = scale_words(np.array(drawn, dtype=np.uint64), limit)
    assert scaled.tolist() == [word * limit >> 64 for word in drawn]


@given(st.lists(st.tuples(uint64s, st.integers(1, 1 << 32)), min_size=1))
def test_each_row_may_have_its_own_limit(rows: list[tuple[int, int]]) -> None:
    drawn, limits = np.array([w for w, _ in rows], dtype=np.uint64), np.array([limit for _, limit in rows])
    assert scale_words(drawn, limits).tolist() == [word * limit >> 64 for word, limit in rows]


def test_a_limit_of_one_gives_zeros() -> None:
    assert not scale_words(words("one"), 1).any()


def test_a_limit_of_two_to_the_32_gives_the_high_half() -> None:
    drawn = words("all")
    assert (scale_words(drawn, 1 << 32) == (drawn >> np.uint64(32)).astype(np.int64)).all()


@pytest.mark.parametrize("limit", [2, 7, 100, 4095])
def test_scaled_words_are_uniform(limit: int) -> None:
    counts = np.bincount(scale_words(words("uniform"), limit), minlength=limit)
    assert stats.chisquare(counts).pvalue > LEAST_P


def test_limits_of_small_types_do_not_overflow() -> None:
    limits = np.full(3, 200, dtype=np.uint8)
    assert scale_words(np.full(3, WHOLE - 1, dtype=np.uint64), limits).tolist() == [199, 199, 199]


# floors

totals = st.integers(0, 10**9)
weight_lists = st.lists(st.integers(0, 10**6), min_size=1, max_size=50).filter(any)


@given(totals, weight_lists)
def test_quotas_sum_to_the_total(total: int, weights: list[int]) -> None:
    assert floors(total, np.array(weights)).sum() == total


@given(totals, weight_lists)
def test_quotas_are_never_off_by_one_or_more(total: int, weights: list[int]) -> None:
    shares = [Fraction(total * weight, sum(weights)) for weight in weights]
    quotas = floors(total, np.array(weights)).tolist()
    assert all(abs(quota - share) < 1 for quota, share in zip(quotas, shares, strict=True))


@given(totals, weight_lists)
def test_quotas_are_differences_of_floors(total: int, weights: list[int]) -> None:
    edges = [total * sum(weights[:place]) // sum(weights) for place in range(len(weights) + 1)]
    assert floors(total, np.array(weights)).tolist() == [b - a for a, b in pairwise(edges)]


@given(totals, weight_lists)
def test_running_quotas_never_fall_when_the_total_grows(total: int, weights: list[int]) -> None:
    less, more = (np.cumsum(floors(amount, np.array(weights))) for amount in (total, total + 1))
    assert (more >= less).all()


@given(totals, weight_lists)
def test_a_weight_of_nothing_gets_nothing(total: int, weights: list[int]) -> None:
    assert not floors(total, np.array(weights))[np.array(weights) == 0].any()


def test_quotas_follow_the_axis_asked_for() -> None:
    weights = np.array([[1, 2], [3, 2]])
    assert floors(8, weights, axis=0).tolist() == [[2, 4], [6, 4]]


def test_every_row_may_have_its_own_total() -> None:
    weights = np.array([[1, 1, 1], [2, 0, 1]])
    assert floors(np.array([10, 6]), weights).tolist() == [[3, 3, 4], [4, 0, 2]]


def test_weights_of_a_small_type_do_not_overflow() -> None:
    assert floors(1000, np.full(10, 100, dtype=np.int8)).tolist() == [100] * 10


# Alias


def reconstruct(table: Alias) -> list[list[Fraction]]:
    """The exact probability of every item, from what the table says about each slot."""
    groups = []
    for start, size in zip(table.starts.tolist(), table.sizes.tolist(), strict=True):
        shares = [Fraction(0)] * size
        for slot in range(size):
            kept = Fraction(int(table.keep[start + slot]), 1 << 32)
            assert 0 <= kept <= 1
            shares[slot] += kept / size
            shares[int(table.other[start + slot])] += (1 - kept) / size
        groups.append(shares)
    return groups


def assert_fits(table: Alias, groups: list[list[int]]) -> None:
    for shares, weights in zip(reconstruct(table), groups, strict=True):
        for share, weight in zip(shares, weights, strict=True):
            assert abs(share - Fraction(weight, sum(weights))) <= Fraction(1, 1 << 30)


weight_groups = st.lists(
    st.lists(st.integers(0, 1000) | st.integers(0, 10**7), min_size=1, max_size=12).filter(any),
    min_size=1,
    max_size=6,
)


@settings(max_examples=300)
@given(weight_groups)
def test_the_table_holds_the_probabilities_of_the_weights(groups: list[list[int]]) -> None:
    flat, sizes = np.array([w for group in groups for w in group]), np.array([len(g) for g in groups])
    assert_fits(Alias.build(flat, sizes), groups)


@settings(max_examples=300)
@given(weight_groups)
def test_a_weight_of_zero_is_never_picked(groups: list[list[int]]) -> None:
    flat, sizes = np.array([w for group in groups for w in group]), np.array([len(g) for g in groups])
    for shares, weights in zip(reconstruct(Alias.build(flat, sizes)), groups, strict=True):
        for share, weight in zip(shares, weights, strict=True):
            assert share > 0 if weight else share == 0


def test_a_long_table_holds_the_probabilities_of_the_weights() -> None:
    weights = (10**6 // np.arange(1, 3001)).astype(np.int64)
    assert_fits(Alias.build(weights), [weights.tolist()])


def test_the_largest_sum_holds_the_probabilities_of_the_weights() -> None:
    weights = [(1 << 31) - 3, 1, 0, 1]
    assert_fits(Alias.build(np.array(weights)), [weights])


def test_equal_weights_keep_every_slot() -> None:
    first_of_slot = [-(-(slot << 32) // 9) for slot in range(9)]
    highest = np.array([high << 32 | 0xFFFFFFFF for high in first_of_slot], dtype=np.uint64)
    assert Alias.build(np.full(9, 4)).pick(highest).tolist() == list(range(9))


def test_one_item_is_always_picked() -> None:
    assert not Alias.build(np.array([5])).pick(words("single", 1000)).any()


def test_one_weight_among_zeros_is_always_picked() -> None:
    assert (Alias.build(np.array([0, 0, 5, 0])).pick(words("lone", 1000)) == 2).all()


@pytest.mark.parametrize("word", [0, WHOLE - 1])
def test_the_extreme_words_pick_an_item(word: int) -> None:
    picked = Alias.build(np.array([1, 2, 3])).pick(np.array([word], dtype=np.uint64))
    assert picked[0] in range(3)


def test_picks_follow_a_long_table() -> None:
    weights = np.arange(1, 101)
    counts = np.bincount(Alias.build(weights).pick(words("long")), minlength=100)
    assert stats.chisquare(counts, weights * (ROWS / weights.sum())).pvalue > LEAST_P


def test_picks_stay_within_their_group() -> None:
    sizes = np.array([1, 4, 2, 30])
    groups = (words("group") % np.uint64(4)).astype(np.int64)
    picked = Alias.build(np.arange(1, 38), sizes).pick(words("in group"), groups)
    assert (picked < sizes[groups]).all()
    assert (picked >= 0).all()


@pytest.mark.parametrize("groups", [np.int8, np.int32, np.int64])
def test_groups_may_be_of_any_integer_type(groups: type) -> None:
    table = Alias.build(np.array([1, 0, 0, 1]), np.array([2, 2]))
    assert table.pick(words("types", 4), np.array([0, 1, 1, 0], dtype=groups)).tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("weights", "sizes"),
    [([1, -1], None), ([0, 0], None), ([1 << 31], None), ([1 << 30, 1 << 30], None), ([1, 0, 0], [1, 2])],
)
def test_bad_weights_are_refused(weights: list[int], sizes: list[int] | None) -> None:
    with pytest.raises(ValueError, match="weights must be non-negative"):
        Alias.build(np.array(weights), None if sizes is None else np.array(sizes))


@pytest.mark.parametrize("sizes", [[2], [1, 1, 1, 1], [3, 0], [4, -1]])
def test_bad_sizes_are_refused(sizes: list[int]) -> None:
    with pytest.raises(ValueError, match="the sizes of the groups"):
        Alias.build(np.array([1, 2, 3]), np.array(sizes))


def test_a_table_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="the sizes of the groups"):
        Alias.build(np.array([], dtype=np.int64))


# Bijection


@given(st.integers(1, 300), uint64s, uint64s)
def test_small_bijections_are_permutations(size: int, key: int, salt: int) -> None:
    image = Bijection(key, size, np.uint64(salt)).forward(np.arange(size))
    assert sorted(image.tolist()) == list(range(size))


@given(st.data(), st.integers(1, 1 << 40), uint64s, uint64s)
def test_the_inverse_leads_back(data: st.DataObject, size: int, key: int, salt: int) -> None:
    values = np.array(data.draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=50)))
    permutation = Bijection(key, size, np.uint64(salt))
    image = permutation.forward(values)
    assert ((image >= 0) & (image < size)).all()
    assert permutation.inverse(image).tolist() == values.tolist()
    assert permutation.forward(permutation.inverse(values)).tolist() == values.tolist()


row_sizes = st.lists(st.integers(1, 1 << 40) | st.integers(1, 20), min_size=1, max_size=50)


@given(st.data(), row_sizes)
def test_every_row_may_have_its_own_key_size_and_salt(data: st.DataObject, sizes: list[int]) -> None:
    values = np.array([data.draw(st.integers(0, size - 1)) for size in sizes])
    keys, salts = (np.array([data.draw(uint64s) for _ in sizes], dtype=np.uint64) for _ in ("keys", "salts"))
    image = Bijection(keys, np.array(sizes), salts).forward(values)
    alone = [
        Bijection(int(keys[row]), size, salts[row]).forward(values[row : row + 1])[0]
        for row, size in enumerate(sizes)
    ]
    assert image.tolist() == alone
    assert Bijection(keys, np.array(sizes), salts).inverse(image).tolist() == values.tolist()


@pytest.mark.parametrize("size", [1 << 40, (1 << 40) - 1, (1 << 20) ** 2 - (1 << 20), 999_983**2])
def test_the_largest_sizes_lead_back(size: int) -> None:
    values = np.array([0, 1, size // 2, size - 2, size - 1])
    permutation = Bijection(77, size)
    assert permutation.inverse(permutation.forward(values)).tolist() == values.tolist()


def test_a_large_bijection_hits_everything_once() -> None:
    size = 100_003
    assert (np.sort(Bijection(3, size).forward(np.arange(size))) == np.arange(size)).all()


def test_neighbours_are_spread_evenly() -> None:
    size = 71_000_000
    image = Bijection(9, size).forward(np.arange(ROWS))
    assert stats.chisquare(np.bincount(image * 256 // size, minlength=256)).pvalue > LEAST_P


def test_steps_between_neighbours_are_spread_evenly() -> None:
    size = 71_000_000
    image = Bijection(9, size).forward(np.arange(2 * ROWS))
    steps = (image[1::2] - image[::2]) % size
    assert stats.chisquare(np.bincount(steps * 256 // size, minlength=256)).pvalue > LEAST_P


@pytest.mark.parametrize("size", [2, 3, 5, 10])
def test_salts_spread_a_small_bijection_about_evenly(size: int) -> None:
    # Four rounds over sides this short leave a bias: salts decide evenly to within a quarter, not better.
    salts = np.arange(40_000, dtype=np.uint64)
    image = Bijection(5, size, salts).forward(np.full(40_000, 1))
    shares = np.bincount(image, minlength=size) * size / 40_000
    assert abs(shares - 1).max() < 0.25


def test_salts_spread_a_bijection_evenly() -> None:
    salts = hash_words(derive_key(1, "salt"), np.arange(40_000, dtype=np.uint64))
    image = Bijection(5, 1000, salts).forward(np.full(40_000, 3))
    assert stats.chisquare(np.bincount(image, minlength=1000)).pvalue > LEAST_P


def test_two_salts_give_two_permutations() -> None:
    values = np.arange(10_000)
    same = (Bijection(5, 10_000, 1).forward(values) == Bijection(5, 10_000, 2).forward(values)).sum()
    assert same < 12


def test_two_keys_give_two_permutations() -> None:
    values = np.arange(10_000)
    same = (Bijection(5, 10_000).forward(values) == Bijection(6, 10_000).forward(values)).sum()
    assert same < 12


def test_a_bijection_does_not_change_its_input() -> None:
    values = np.arange(50)
    Bijection(5, 50).forward(values)
    assert values.tolist() == list(range(50))


def test_nothing_goes_nowhere() -> None:
    assert len(Bijection(5, 50).forward(np.arange(0))) == 0

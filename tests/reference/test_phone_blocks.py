"""Blocks of telephone numbers without subscribers, against the regulator's table."""

import csv
from importlib.resources import files

import numpy as np
import pyarrow as pa
import pytest

from simbreach.core.errors import InputError
from simbreach.reference import phone_blocks

TABLE = list(
    csv.DictReader(
        files("simbreach.reference").joinpath("data/phone_blocks_unattributed.csv").read_text().splitlines()
    )
)
FREE = {block for row in TABLE for block in range(int(row["first_block"]), int(row["last_block"]) + 1)}
RESERVED = {"mobile": 63998, 1: 19900, 2: 26191, 3: 35301, 4: 46571, 5: 53649}
TELEMARKETING = {162, 163, 270, 271, 377, 378, 424, 425, 568, 569, 947, 948, 949}
OVERSEAS = {262, 263, 269, 508, 590, 594, 596, 692, 693, 639}
KINDS: list[phone_blocks.Kind] = ["mobile", 1, 2, 3, 4, 5]


def first_and_last_of_blocks(policy: str, kind: phone_blocks.Kind) -> np.ndarray:
    every = np.arange(0, phone_blocks.capacity(policy, kind), 10_000)
    return phone_blocks.numbers(policy, kind, np.concatenate([every, every + 9_999]))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("policy", ["unattributed", "unattributed-wide"])
def test_every_block_is_unattributed(policy: str, kind: phone_blocks.Kind) -> None:
    assert set((first_and_last_of_blocks(policy, kind) // 10_000).tolist()) <= FREE


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("policy", phone_blocks.POLICIES)
def test_no_block_is_for_telemarketing_or_overseas(policy: str, kind: phone_blocks.Kind) -> None:
    prefixes = set((first_and_last_of_blocks(policy, kind) // 1_000_000).tolist())
    assert prefixes & (TELEMARKETING | OVERSEAS) == (
        {639} if (policy, kind) == ("reserved", "mobile") else set()
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("policy", phone_blocks.POLICIES)
def test_numbers_rise_and_never_repeat(policy: str, kind: phone_blocks.Kind) -> None:
    size = phone_blocks.capacity(policy, kind)
    ends = np.sort(first_and_last_of_blocks(policy, kind))
    assert len(set(ends.tolist())) == 2 * (size // 10_000)


@pytest.mark.parametrize("kind", KINDS)
def test_reserved_numbers_are_the_one_block_of_the_kind(kind: phone_blocks.Kind) -> None:
    every = phone_blocks.numbers("reserved", kind, np.arange(10_000))
    assert phone_blocks.capacity("reserved", kind) == 10_000
    assert set((every // 10_000).tolist()) == {RESERVED[kind]}
    assert len(set(every.tolist())) == 10_000


def test_the_wide_policy_adds_whole_prefixes_of_07() -> None:
    assert phone_blocks.capacity("unattributed", "mobile") == 1_000_000
    assert phone_blocks.capacity("unattributed-wide", "mobile") == 24_000_000


def test_zones_may_differ_from_row_to_row() -> None:
    zones, place = np.array([1, 0, 5, 2]), np.array([0, 7, 9, 11])
    each = [
        phone_blocks.numbers("unattributed", KINDS[z], np.array([p]))[0]
        for z, p in zip(zones, place, strict=True)
    ]
    assert phone_blocks.numbers("unattributed", zones, place).tolist() == each


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("policy", phone_blocks.POLICIES)
def test_all_that_is_made_lies_in_the_safe_space(policy: str, kind: phone_blocks.Kind) -> None:
    assert phone_blocks.in_space(first_and_last_of_blocks(policy, kind)).all()


def test_the_safe_space_ends_where_the_blocks_end() -> None:
    outside = [600_999_999 + 1, 639_970_000, 639_990_000, 729_999_999, 743_000_000, -1, 0]
    assert not phone_blocks.in_space(np.array(outside)).any()


def test_an_unknown_policy_or_kind_is_refused() -> None:
    with pytest.raises(InputError, match="did you mean 'reserved'"):
        phone_blocks.capacity("reservd", "mobile")
    with pytest.raises(InputError, match="unknown kind"):
        phone_blocks.capacity("reserved", 9)


def test_cells_that_are_no_number_are_minus_one() -> None:
    cells = pa.array(["06 00 12 34 56", "LR", None, "06001", "0600123456 0600123457", "", "0000000000"])
    assert phone_blocks.national_numbers(cells).tolist() == [600123456, -1, -1, -1, -1, -1, -1]

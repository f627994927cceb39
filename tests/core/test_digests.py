"""Content digests against a slow reference written here, value by value, in Python's own integers."""

import datetime as dt
from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simbreach.core.digests import Hasher, add_sums, kind, table_digest

BITS = (1 << 64) - 1
TEXTS = st.one_of(st.none(), st.text(max_size=40))


def reference_key(name):
    state = blake2b(digest_size=16, key=(0).to_bytes(33, "little"), person=b"simbreach")
    for part in ("content digest", name):
        state.update(len(part).to_bytes(4, "little") + part.encode())
    digest = state.digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little")


def reference_word(name, value):
    start, twist = reference_key(name)
    word = (value * 0x9E3779B97F4A7C15 + start) & BITS
    word ^= word >> 30
    word = word * 0xBF58476D1CE4E5B9 & BITS
    word ^= twist
    word ^= word >> 27
    word = word * 0x94D049BB133111EB & BITS
    return word ^ word >> 31


def reference_value(value):
    if isinstance(value, str):
        data = value.encode()
        total = len(data)
        for place in range(0, len(data), 8):
            mixed = int.from_bytes(data[place : place + 8], "little") + reference_word("word", place // 8)
            mixed &= BITS
            total += (mixed ^ mixed >> 32) * 0xD6E8FEB86659FD93
        return reference_word("word", total & BITS)
    if isinstance(value, dt.date):
        value = (value - dt.date(1970, 1, 1)).days
    return reference_word("integer", int(value) & BITS)


def reference_sum(values, start):
    return (
        sum(
            (reference_word("row", start + row) | 1) * reference_value(value)
            for row, value in enumerate(values)
            if value is not None
        )
        & BITS
    )


def sums(*columns, start=0):
    names = [f"c{place}" for place in range(len(columns))]
    return Hasher().column_sums(pa.RecordBatch.from_arrays(list(columns), names=names), start)


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, max_size=30), st.integers(0, 1 << 40))
def test_a_string_column_sums_to_what_the_reference_says(values, start):
    assert sums(pa.array(values, pa.string()), start=start) == [reference_sum(values, start)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(-(1 << 63), (1 << 63) - 1)), max_size=30))
def test_an_integer_column_sums_to_what_the_reference_says(values):
    assert sums(pa.array(values, pa.int64()), start=7) == [reference_sum(values, 7)]


def test_a_date_column_sums_to_what_the_reference_says():
    values = [dt.date(1900, 1, 1), None, dt.date(2021, 2, 14)]
    assert sums(pa.array(values, pa.date32())) == [reference_sum(values, 0)]


def test_a_boolean_column_sums_to_what_the_reference_says():
    values = [True, None, False, True]
    assert sums(pa.array(values)) == [reference_sum(values, 0)]


@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 16, 17, 4_000])
def test_strings_of_any_length_sum_to_what_the_reference_says(length):
    values = ["é" * (length // 2) + "a" * (length % 2), "b" * 3]
    assert sums(pa.array(values)) == [reference_sum(values, 0)]


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, max_size=30))
def test_a_dictionary_and_plain_strings_have_one_sum(values):
    plain = pa.array(values, pa.string())
    assert sums(plain.dictionary_encode()) == sums(plain)
    assert sums(plain.cast(pa.large_string())) == sums(plain)


@pytest.mark.parametrize("width", [pa.int8(), pa.int16(), pa.int32()])
def test_the_width_of_integers_does_not_matter(width):
    values = [1, None, -3, 120]
    assert sums(pa.array(values, width)) == sums(pa.array(values, pa.int64()))


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=40), st.data())
def test_the_sums_of_parts_add_up_to_that_of_the_whole(values, data):
    cut = data.draw(st.integers(0, len(values)))
    column = pa.array(values, pa.string())
    parts = [sums(column.slice(0, cut)), sums(column.slice(cut), start=cut)]
    assert add_sums(parts, 1) == sums(column)


def test_two_rows_swapped_change_the_sum():
    assert sums(pa.array(["a", "b", "c"])) != sums(pa.array(["b", "a", "c"]))


def test_an_empty_string_is_not_an_empty_cell():
    assert sums(pa.array(["a", ""])) != sums(pa.array(["a", None]))


def test_a_zero_is_not_an_empty_cell():
    assert sums(pa.array([0], pa.int64())) != sums(pa.array([None], pa.int64()))


def test_zero_bytes_at_the_end_of_a_string_count():
    assert sums(pa.array(["a"])) != sums(pa.array(["a\0"]))


def test_codes_under_nulls_do_not_matter():
    words = pa.array(["a", "b"])
    valid = pa.py_buffer(np.packbits([1, 0], bitorder="little"))
    columns = [
        pa.DictionaryArray.from_arrays(
            pa.Array.from_buffers(pa.int32(), 2, [valid, pa.py_buffer(np.array([0, code], np.int32))]),
            words,
            safe=False,
        )
        for code in (0, 1, 99, -1)
    ]
    assert {tuple(sums(column)) for column in columns} == {tuple(sums(pa.array(["a", None])))}


def test_a_shared_vocabulary_is_hashed_once_and_another_one_is_not_taken_for_it():
    hasher = Hasher()
    for words in (["a", "b"], ["a", "c"], ["a", "b"]):
        column = pa.array(words).dictionary_encode()
        batch = pa.RecordBatch.from_arrays([column], names=["c"])
        assert hasher.column_sums(batch, 0) == [reference_sum(words, 0)]


def test_the_digest_knows_names_kinds_sums_and_rows():
    schema = pa.schema([("a", pa.string()), ("b", pa.int64())])
    other_name = pa.schema([("a", pa.string()), ("c", pa.int64())])
    other_kind = pa.schema([("a", pa.string()), ("b", pa.date32())])
    digests = [
        table_digest(schema, [1, 2], 3),
        table_digest(other_name, [1, 2], 3),
        table_digest(other_kind, [1, 2], 3),
        table_digest(schema, [2, 1], 3),
        table_digest(schema, [1, 2], 4),
    ]
    assert len(set(digests)) == len(digests)


def test_the_digest_is_the_published_hash_of_its_columns():
    text = b"\x01\x00\x00\x00a" + b"\x06\x00\x00\x00string" + (5).to_bytes(8, "little")
    state = blake2b(text + (3).to_bytes(8, "little"), digest_size=16, person=b"simbreach")
    assert table_digest(pa.schema([("a", pa.string())]), [5], 3) == state.hexdigest()


def test_a_type_without_a_defined_hash_is_refused():
    with pytest.raises(TypeError, match="double"):
        kind(pa.float64())

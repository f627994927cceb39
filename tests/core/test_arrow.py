"""Columns built from codes and bytes read back as PyArrow reads them."""

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simbreach.core import arrow
from simbreach.core.arrow import Coded

WORDS = arrow.strings(["A+", "O+", "AB-"])


def matrix(*rows: bytes) -> np.ndarray:
    return np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(rows), -1)


def test_none_is_null() -> None:
    assert arrow.strings(["é", None, ""]).to_pylist() == ["é", None, ""]


def test_rows_of_bytes_become_strings() -> None:
    column = arrow.strings_from_matrix(matrix(b"012", b"345"))
    column.validate(full=True)
    assert column.to_pylist() == ["012", "345"]


def test_rows_that_are_not_valid_are_null() -> None:
    column = arrow.strings_from_matrix(matrix(b"01", b"23", b"45"), np.array([True, False, True]))
    column.validate(full=True)
    assert column.to_pylist() == ["01", None, "45"]


@given(st.lists(st.booleans(), min_size=1, max_size=70), st.integers(1, 5))
def test_any_validity_reads_back(valid: list[bool], width: int) -> None:
    rows = [f"{number:0{width}d}"[-width:] for number in range(len(valid))]
    column = arrow.strings_from_matrix(matrix(*(row.encode() for row in rows)), np.array(valid))
    column.validate(full=True)
    assert column.to_pylist() == [row if ok else None for row, ok in zip(rows, valid, strict=True)]


def test_rows_without_width_are_empty_strings() -> None:
    column = arrow.strings_from_matrix(np.zeros((3, 0), dtype=np.uint8))
    column.validate(full=True)
    assert column.to_pylist() == ["", "", ""]


def test_no_rows_become_no_strings() -> None:
    column = arrow.strings_from_matrix(np.zeros((0, 4), dtype=np.uint8))
    column.validate(full=True)
    assert column.to_pylist() == []


def test_a_matrix_that_is_not_contiguous_is_read_right() -> None:
    assert arrow.strings_from_matrix(matrix(b"0123", b"4567")[:, 1:3]).to_pylist() == ["12", "56"]


def test_codes_become_a_dictionary_column() -> None:
    column = arrow.coded(np.array([2, 0, 0], dtype=np.int32), WORDS)
    column.validate(full=True)
    assert column.type == arrow.DICTIONARY
    assert column.to_pylist() == ["AB-", "A+", "A+"]


def test_codes_that_are_not_valid_are_null() -> None:
    column = arrow.coded(np.array([2, 0, 1], dtype=np.int32), WORDS, np.array([True, False, True]))
    assert column.to_pylist() == ["AB-", None, "O+"]


def test_decoding_gives_plain_strings() -> None:
    column = arrow.decode(arrow.coded(np.array([1, 1], dtype=np.int32), WORDS))
    assert column.type == arrow.STRING
    assert column.to_pylist() == ["O+", "O+"]


def test_decoding_plain_strings_changes_nothing() -> None:
    assert arrow.decode(WORDS) is WORDS


@pytest.mark.parametrize(("start", "stop"), [(0, 3), (1, 3), (2, 2), (1, 2)])
def test_the_parts_of_a_slice_are_its_own(start: int, stop: int) -> None:
    column = arrow.strings(["un", "é", "trois"])[start:stop]
    data, offsets = arrow.string_parts(column)
    values = [bytes(data[a:b]).decode() for a, b in pairwise(offsets)]
    assert values == ["un", "é", "trois"][start:stop]


def test_strings_without_bytes_have_parts() -> None:
    data, offsets = arrow.string_parts(arrow.strings(["", None]))
    assert (len(data), offsets.tolist()) == (0, [0, 0, 0])


def test_parts_are_joined_by_the_separator() -> None:
    first, second = arrow.strings(["jean", "léa"]), arrow.strings(["martin", "petit"])
    assert arrow.join(first, second, separator=".").to_pylist() == ["jean.martin", "léa.petit"]


def test_a_row_with_a_null_part_is_null() -> None:
    first, second = arrow.strings(["jean", None]), arrow.strings(["martin", "petit"])
    assert arrow.join(first, second).to_pylist() == ["jeanmartin", None]


def test_values_are_scattered_over_nulls() -> None:
    column = arrow.scatter(arrow.strings(["a", "b"]), np.array([1, 4]), 6)
    assert column.to_pylist() == [None, "a", None, None, "b", None]


def test_nothing_scattered_is_all_null() -> None:
    assert arrow.scatter(arrow.strings([]), np.array([], dtype=np.int64), 2).to_pylist() == [None, None]


def test_a_coded_column_has_as_many_rows_as_codes() -> None:
    assert len(Coded(np.array([0, -1], dtype=np.int32), WORDS)) == 2


def test_taking_rows_keeps_the_vocabulary() -> None:
    taken = Coded(np.array([0, 1, -1], dtype=np.int32), WORDS).take(np.array([2, 1]))
    assert taken.codes.tolist() == [-1, 1]
    assert taken.words is WORDS


@given(st.lists(st.booleans(), max_size=40))
def test_validity_is_packed_as_arrow_reads_it(valid: list[bool]) -> None:
    bitmap = arrow.pack_bits(np.array(valid, dtype=np.bool_))
    read = pa.Array.from_buffers(pa.bool_(), len(valid), [None, bitmap])
    assert read.to_pylist() == valid


def test_bytes_need_not_be_text() -> None:
    words = [b"\xe9t\xe9", b"", b"\0"]
    assert arrow.byte_strings(words).equals(pa.array(words, pa.binary()))


def test_a_whole_number_is_of_64_bits() -> None:
    assert arrow.whole_number(-3).equals(pa.scalar(-3))


def test_a_batch_without_rows_has_all_columns() -> None:
    schema = pa.schema([("row", pa.int64()), ("label", arrow.DICTIONARY), ("text", arrow.STRING)])
    assert arrow.no_rows(schema).equals(pa.RecordBatch.from_pylist([], schema))

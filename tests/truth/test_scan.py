"""Identifiers in text are found, counted and placed, and never shown."""

import io
import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from simbreach.truth import scan
from simbreach.truth.scan import Kind, Scanner, Tally, mask, scan_column, scan_stream

# A made-up kind: six digits, even ones valid, those that begin with 99 synthetic.
NUMBER = Kind(
    name="number",
    pattern=re.compile(r"(?<!\d)\d{6}(?!\d)"),
    fits=lambda texts: np.ones(len(texts), dtype=np.bool_),
    synthetic=lambda texts: np.asarray(pc.starts_with(texts, "99")),
    valid=lambda texts: np.array([int(text) % 2 == 0 for text in texts.to_pylist()]),
    chance=2,
)


def scanned(content: bytes) -> Tally:
    scanner = Scanner([NUMBER])
    scan_stream(io.BytesIO(content), scanner)
    return scanner.tallies[0]


def test_candidates_are_synthetic_or_outside_or_invalid() -> None:
    tally = scanned(b"990001 990002 123456 123457 12345 1234567")
    assert (tally.candidates, tally.synthetic, tally.outside, tally.invalid) == (4, 2, 1, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "latin-1"])
def test_places_are_bytes_of_the_file_whatever_the_encoding(encoding: str) -> None:
    content = "prénom;numéro\nJoëlle;123456\n".encode(encoding)
    place = scanned(content).places[0]
    assert place.where == "line 2"
    assert content[place.start_byte : place.end_byte] == b"123456"


def test_places_show_a_mask_and_no_digit() -> None:
    assert scanned(b"x 123456").places[0].mask == "******"


def test_nothing_that_is_kept_holds_a_value_outside_the_safe_range() -> None:
    assert "123456" not in repr(scanned(b"990001 123456"))


@pytest.mark.parametrize("chunk_bytes", [16, 64, 1000])
@pytest.mark.parametrize("separator", ["\n", ";", " ", "\r\n", "|"])
def test_no_identifier_is_cut_between_chunks(
    chunk_bytes: int, separator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "CHUNK_BYTES", chunk_bytes)
    numbers = [f"{990000 + i}" for i in range(200)] + ["123456"]
    content = separator.join(numbers).encode()
    tally = scanned(content)
    assert (tally.candidates, tally.synthetic, tally.outside) == (201, 200, 1)
    place = tally.places[0]
    assert content[place.start_byte : place.end_byte] == b"123456"
    assert place.where == f"line {len(content.splitlines()) if chr(10) in separator else 1}"


def test_the_end_of_a_text_is_not_cut_from_it() -> None:
    """As at the last blank of a line without an end, in the middle of a spaced number."""
    assert list(scan._chunks(io.BytesIO(b'{"tel": "06 00 12 34 56"}'))) == [b'{"tel": "06 00 12 34 56"}']


def test_an_endless_line_is_read_in_bounded_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "CHUNK_BYTES", 1000)
    pieces = list(scan._chunks(io.BytesIO(b"x" * 100_000)))
    assert max(map(len, pieces)) <= 2000
    assert sum(map(len, pieces)) == 100_000


def test_an_empty_file_holds_nothing() -> None:
    assert scanned(b"").candidates == 0


def test_only_the_first_places_are_kept() -> None:
    tally = scanned(b"123456 " * 1000)
    assert (tally.outside, len(tally.places)) == (1000, 20)


def test_a_few_wrong_numbers_that_pass_by_accident_are_chance() -> None:
    # Of numbers that are no identifiers, half pass this check digit by accident.
    assert not scanned(b"123456 123457 " * 100).beyond_chance()


def test_more_valid_numbers_than_accident_gives_are_not_chance() -> None:
    assert scanned(b"123456 123456 123456 123457 " * 100).beyond_chance()


def test_one_valid_number_alone_is_not_chance() -> None:
    assert scanned(b"123456").beyond_chance()


def test_where_nothing_but_the_form_tells_every_valid_one_counts() -> None:
    assert Tally("mail", chance=1, candidates=10, outside=1).beyond_chance()


def test_a_column_is_placed_by_row_name_and_bytes_of_the_cell() -> None:
    scanner = Scanner([NUMBER])
    column = pa.array(["é 990001", None, "tél. 123456 !", ""])
    scan_column("note", column, 1000, scanner)
    tally = scanner.tallies[0]
    place = tally.places[0]
    assert (tally.synthetic, tally.outside) == (1, 1)
    assert place.where == "row 1002, column note"
    assert "tél. 123456 !".encode()[place.start_byte : place.end_byte] == b"123456"


def test_two_cells_are_never_read_as_one_number() -> None:
    scanner = Scanner([NUMBER])
    scan_column("half", pa.array(["123", "456"]), 0, scanner)
    assert scanner.tallies[0].candidates == 0


@pytest.mark.parametrize(
    "column",
    [
        pa.array([123456, None]),
        pa.array(["123456"]).dictionary_encode(),
        pa.array(["123456"], pa.large_string()),
    ],
    ids=["integer", "dictionary", "large string"],
)
def test_columns_of_other_types_are_read_as_text(column: pa.Array) -> None:
    scanner = Scanner([NUMBER])
    scan_column("n", column, 0, scanner)
    assert scanner.tallies[0].outside == 1


def test_a_mask_hides_letters_and_digits_and_keeps_the_form() -> None:
    assert mask("Jean.Dupont2@free.fr") == "****.*******@****.**"

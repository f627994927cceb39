"""Spans are their text, whatever happens to the pieces that they were counted from."""

import unicodedata

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from simbreach.core import text
from simbreach.core.arrow import strings
from simbreach.core.frame import spread, take
from simbreach.core.spans import NO_LABEL, Pieces

LABELS = ("name.first", "health.drug")
PHRASES = ["", " ", "dr ", "sœur", ", ", "à "]


def pieces(rows: list[list[tuple[str, int]]]) -> Pieces:
    """A column from what each row reads: pieces and their labels; words of `PHRASES` are phrases."""
    flat = [piece for row in rows for piece in row]
    own = [word for word, _ in flat if word not in PHRASES]
    codes = [PHRASES.index(w) if w in PHRASES else len(PHRASES) + own.index(w) for w, _ in flat]
    return Pieces(
        len(rows),
        np.repeat(np.arange(len(rows)), [len(row) for row in rows]).astype(np.int32),
        np.array(codes, dtype=np.int32),
        strings(PHRASES),
        strings(own),
        np.array([label for _, label in flat], dtype=np.int16),
        LABELS,
    )


SOME = pieces(
    [[("dr ", NO_LABEL), ("Cœur", 0)], [], [("sœur", NO_LABEL), (" ", NO_LABEL), ("KARDEGIC 75", 1)]]
)


def found(column: Pieces) -> list[tuple[int, int, int, str, str]]:
    spans = column.spans()
    return [
        (row, start, end, LABELS[label], word)
        for row, start, end, label, word in zip(
            spans.rows.tolist(),
            spans.starts.tolist(),
            spans.ends.tolist(),
            spans.label.tolist(),
            spans.text.to_pylist(),
            strict=True,
        )
    ]


def test_the_text_is_the_joined_pieces_and_null_where_there_are_none() -> None:
    assert SOME.text().to_pylist() == ["dr Cœur", None, "sœur KARDEGIC 75"]


def test_spans_count_code_points() -> None:
    assert found(SOME) == [(0, 3, 7, "name.first", "Cœur"), (2, 5, 16, "health.drug", "KARDEGIC 75")]


def test_rows_can_be_taken_in_any_order_and_twice() -> None:
    taken = take(SOME, np.array([2, 1, 0, 2]))
    assert taken.text().to_pylist() == ["sœur KARDEGIC 75", None, "dr Cœur", "sœur KARDEGIC 75"]
    assert [row for row, *_ in found(taken)] == [0, 2, 3]


def test_rows_can_be_spread_among_others() -> None:
    whole = spread(SOME, np.array([1, 4, 5]), 7)
    assert whole.text().to_pylist() == [None, "dr Cœur", None, None, None, "sœur KARDEGIC 75", None]


def test_a_ligature_that_becomes_two_letters_moves_what_follows() -> None:
    written = SOME.respell(np.zeros(3, np.int32), (text.fold_accents,), (text.fold_accents,))
    assert written.text().to_pylist() == ["dr Coeur", None, "soeur KARDEGIC 75"]
    assert found(written)[1] == (2, 6, 17, "health.drug", "KARDEGIC 75")


def test_each_row_is_spelled_as_its_group() -> None:
    ways = (lambda words: words, lambda words: text.change_case(words, "upper"))
    written = SOME.respell(np.array([0, 0, 1], np.int32), ways, ways)
    assert written.text().to_pylist() == ["dr Cœur", None, "SŒUR KARDEGIC 75"]


def test_a_cut_clips_the_span_that_it_runs_through() -> None:
    short = SOME.cut(np.array([5, 5, 9]))
    assert short.text().to_pylist() == ["dr Cœ", None, "sœur KARD"]
    assert found(short) == [(0, 3, 5, "name.first", "Cœ"), (2, 5, 9, "health.drug", "KARD")]


def test_a_cut_drops_the_spans_behind_it_and_the_blank_at_its_end() -> None:
    short = SOME.cut(np.array([3, 3, 5]))
    assert short.text().to_pylist() == ["dr", None, "sœur"]
    assert found(short) == []


def test_a_width_of_nothing_cuts_nothing() -> None:
    assert SOME.cut(np.zeros(3, np.int64)) is SOME


def test_no_rows_are_no_text() -> None:
    nothing = pieces([])
    assert (len(nothing), nothing.text().to_pylist(), found(nothing)) == (0, [], [])


WORDS = st.text(
    st.sampled_from("abéœÆ’-' ßǆ0") | st.characters(exclude_categories=("Cs", "Cc", "Mn", "Zl", "Zp")),
    min_size=1,
    max_size=12,
)
ROWS = st.lists(
    st.lists(st.tuples(WORDS | st.sampled_from(PHRASES[1:]), st.sampled_from([NO_LABEL, 0, 1])), max_size=6),
    min_size=1,
    max_size=8,
)


def fold(word: str) -> str:
    apart = unicodedata.normalize(
        "NFD", word.translate(str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"}))
    )
    return "".join(letter for letter in apart if not "\u0300" <= letter <= "\u036f").replace("’", "'")


@settings(max_examples=200, deadline=None)
@given(ROWS, st.data())
def test_spans_equal_their_text_under_every_habit(
    rows: list[list[tuple[str, int]]], data: st.DataObject
) -> None:
    column = pieces(rows)
    bare, case = data.draw(st.booleans()), data.draw(st.sampled_from(["upper", "lower", "keep"]))

    def habit(words: pa.StringArray) -> pa.StringArray:
        return text.change_case(text.fold_accents(words) if bare else words, case)

    widths = np.array([data.draw(st.sampled_from([0, 8, 11, 20])) for _ in rows], dtype=np.int64)
    written = column.respell(np.zeros(len(rows), np.int32), (habit,), (habit,)).cut(widths)
    cells = written.text().to_pylist()
    for row, start, end, _, word in found(written):
        assert cells[row][start:end] == word != ""
    assert [cell is None for cell in cells] == [not row for row in rows]
    for cell, width in zip(cells, widths.tolist(), strict=True):
        assert cell is None or not width or len(cell) <= width


@settings(max_examples=100, deadline=None)
@given(ROWS, st.integers(8, 20))
def test_a_cut_text_is_the_text_cut(rows: list[list[tuple[str, int]]], width: int) -> None:
    column = pieces([[*row, (".", NO_LABEL)] for row in rows])
    whole = column.text()
    short = column.cut(np.full(len(rows), width)).text()
    assert short.to_pylist() == text.cut(whole, width).to_pylist()


@settings(max_examples=100, deadline=None)
@given(ROWS)
def test_folded_pieces_are_the_folded_text(rows: list[list[tuple[str, int]]]) -> None:
    column = pieces(rows)
    written = column.respell(np.zeros(len(rows), np.int32), (text.fold_accents,), (text.fold_accents,))
    assert written.text().to_pylist() == [None if w is None else fold(w) for w in column.text().to_pylist()]

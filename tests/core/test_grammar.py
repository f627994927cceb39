"""What a grammar writes: sentences that fit their row, the same whatever rows are made with it."""

import numpy as np
import pytest

from simbreach.core.arrow import Coded, strings
from simbreach.core.rulebook import compile_grammar
from simbreach.core.spans import Pieces
from simbreach.core.streams import HashDraw
from simbreach.core.templates import read_rules

ROWS = 6000
FORMS = {"name": "N{0}", "mobile": "06{0:08}", "count": "{1}"}


def write(text: str, *, start: int = 0, stop: int = ROWS, capital: bool = False) -> Pieces:
    """The column of rows [start, stop): every second one a woman, one in three without a mobile."""
    row = np.arange(start, stop)
    grammar = compile_grammar(
        read_rules({"notes.txt": text}),
        ("a",),
        facts={"woman": "flag", "age": "number", "count": "number", "condition": "code"},
        slots={"name": "", "mobile": "mobile", "count": ""},
        demands={},
    )
    return grammar.write(
        {"a": stop - start},
        HashDraw(5, ("t", "note"), row.astype(np.uint64)),
        {
            "woman": row % 2 == 0,
            "age": row % 90,
            "count": row % 4,
            "condition": Coded((row % 4 - 1).astype(np.int32), strings(["E10.9", "E11.2", "B24"])),
            "mobile": row % 3 > 0,
        },
        lambda wanted: strings(
            [FORMS[field].format(row[at], row[at] % 4) for field, rows in wanted for at in rows.tolist()]
        ),
        capital=np.full(stop - start, capital),
    )


def texts(text: str, **options: int | bool) -> list[str]:
    return write(text, **options).text().to_pylist()


def test_a_plain_text_is_what_is_written() -> None:
    assert set(texts("a:\n  1 | résultats par courrier\n")) == {"résultats par courrier"}


def test_parts_that_are_left_out_leave_one_blank_and_none_before_a_comma_or_at_the_ends() -> None:
    said = set(texts("a:\n  1 | [très ]difficile [à piquer ][ demain ], [urgent]\n"))
    assert "difficile," in said
    assert "très difficile à piquer demain, urgent" in said
    assert not any("  " in word or " ," in word or word != word.strip() for word in said)


@pytest.mark.parametrize(("remainder", "word"), [(0, "patiente sourde"), (1, "patient sourd")])
def test_words_agree_with_the_patient(remainder: int, word: str) -> None:
    assert set(texts("a:\n  1 | {'patient~e sourd~e':health.status}\n")[remainder::2]) == {word}


def test_words_agree_with_the_number() -> None:
    said = texts("a:\n  1 | {count} tube^s prélevé^s\n")[:4]
    assert said == ["0 tube prélevé", "1 tube prélevé", "2 tubes prélevés", "3 tubes prélevés"]


def test_weights_are_shares() -> None:
    said = texts("a:\n  6 | x\n  3 | y\n  1 | z\n")
    assert [round(said.count(letter) / ROWS, 1) for letter in "xyz"] == [0.6, 0.3, 0.1]


def test_weights_count_among_the_ways_that_fit() -> None:
    said = texts("a:\n  8 woman | w\n  1 | x\n  1 | y\n")
    women, men = said[::2], said[1::2]
    assert [round(women.count(letter) * 2 / ROWS, 1) for letter in "wxy"] == [0.8, 0.1, 0.1]
    assert [round(men.count(letter) * 2 / ROWS, 1) for letter in "wxy"] == [0.0, 0.5, 0.5]


def test_a_way_with_a_slot_is_taken_only_where_it_has_a_value() -> None:
    said = texts("a:\n  99 | tel {mobile:contact.phone}\n  1 | pas de tel\n")
    assert {word.startswith("pas") for word in said[::3]} == {True}
    assert sum(word.startswith("tel 06") for word in said[1::3]) > 0.97 * ROWS / 3


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        ("age=18-45", lambda r: 18 <= r % 90 <= 45),
        ("age=7", lambda r: r % 90 == 7),
        ("!age=60-", lambda r: r % 90 < 60),
        ("condition=E10,E11", lambda r: r % 4 in (1, 2)),
        ("condition=B24", lambda r: r % 4 == 3),
    ],
)
def test_a_condition_holds_where_it_is_written(condition: str, fits) -> None:
    said = texts(f"a:\n  1000000 {condition} | x\n  1 | y\n")
    assert all((word == "x") <= fits(row) for row, word in enumerate(said))
    assert said.count("x") >= 0.99 * sum(fits(row) for row in range(ROWS))


def test_rows_made_alone_are_those_of_the_whole() -> None:
    rules = "a:\n  2 | <b>, <b>[ {mobile}]\n  1 woman | {name:name.first} <b>\n"
    rules += "b:\n  1 | (x|y|z)\n  1 | [w ](u|v)\n"
    whole = texts(rules)
    assert texts(rules, start=700, stop=703) == whole[700:703]
    assert [texts(rules, start=row, stop=row + 1)[0] for row in range(40)] == whole[:40]


def test_two_choices_of_a_row_are_independent() -> None:
    said = texts("a:\n  1 | <b><b>\nb:\n  1 | x\n  1 | y\n")
    assert all(abs(said.count(word) / ROWS - 0.25) < 0.025 for word in ("xx", "xy", "yx", "yy"))


def test_the_first_way_that_fits_is_the_plainest() -> None:
    class Zero(HashDraw):
        def words(self, name: str) -> np.ndarray:
            return np.zeros(len(self), dtype=np.uint64)

    grammar = compile_grammar(
        read_rules({"n": "a:\n  1 woman | x\n  9 | y[ z]\n"}),
        ("a",),
        facts={"woman": "flag"},
        slots={},
        demands={},
    )
    draw = Zero(1, ("t",), np.arange(2, dtype=np.uint64))
    facts = {"woman": np.array([True, False])}
    column = grammar.write({"a": 2}, draw, facts, lambda wanted: strings([]), capital=np.zeros(2, np.bool_))
    assert column.text().to_pylist() == ["x", "y"]


def test_a_text_can_begin_with_a_capital() -> None:
    assert set(texts("a:\n  1 | écho <b>\nb:\n  1 | à faire\n", capital=True)) == {"Écho à faire"}


def test_labels_stand_where_the_templates_put_them() -> None:
    column = write(
        "a:\n  1 | voir {name:name.first} <b>\nb:\n  1 | ({'fille':person.relation}|seule)\n", stop=50
    )
    cells, spans = column.text().to_pylist(), column.spans()
    assert {spans.labels[label] for label in spans.label} == {"name.first", "person.relation"}
    for row, start, end, word in zip(
        spans.rows, spans.starts, spans.ends, spans.text.to_pylist(), strict=True
    ):
        assert cells[row][start:end] == word


def test_no_rows_are_no_text() -> None:
    assert texts("a:\n  1 | x\n", stop=0) == []

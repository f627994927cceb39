"""Records put together from pieces, the places of these, escapes, and what an encoding does to places."""

import numpy as np
import pyarrow as pa

from simbreach.core.arrow import strings
from simbreach.core.assembly import Piece, assemble, byte_places, encode, escape, gather


def test_pieces_stand_between_constants() -> None:
    made = assemble(["<", Piece(strings(["a", "bc"])), ">"], 2)
    assert made.text.to_pylist() == ["<a>", "<bc>"]


def test_nothing_is_written_round_an_empty_cell() -> None:
    made = assemble([Piece(strings(["a", None]), before="[", after="]"), "."], 2)
    assert made.text.to_pylist() == ["[a].", "."]


def test_places_are_those_of_the_bytes() -> None:
    made = assemble(
        ["é", Piece(strings(["à", None]), before="(", after=")", name="x"), Piece(strings(["ô", "u"]))], 2
    )
    start, size = made.starts["x"].tolist(), made.sizes["x"].tolist()
    assert (start[0], size) == (3, [2, 0])
    assert made.text[0].as_py().encode()[start[0] : start[0] + size[0]] == "à".encode()


def test_a_dictionary_is_written_as_its_words() -> None:
    column = pa.array(["x", None, "x"]).dictionary_encode()
    assert assemble(["-", Piece(column)], 3).text.to_pylist() == ["-x", "-", "-x"]


def test_records_of_constants_alone_are_all_there() -> None:
    assert assemble(["a", "b"], 2).text.to_pylist() == ["ab", "ab"]


def test_no_rows_make_no_records() -> None:
    made = assemble(["a", Piece(strings([]), name="x")], 0)
    assert (len(made.text), made.starts["x"].tolist()) == (0, [])


def test_lines_are_gathered_by_their_edges() -> None:
    gathered = gather(strings(["a", "b", "c"]), np.array([0, 2, 2, 3]))
    assert gathered.to_pylist() == ["ab", "", "c"]


def test_lines_of_a_slice_are_gathered() -> None:
    lines = strings(["no", "a", "b"]).slice(1)
    assert gather(lines, np.array([0, 2])).to_pylist() == ["ab"]


def test_the_sign_that_escapes_is_escaped_once() -> None:
    escaped = escape(strings(["a\\|b", None]), {"\\": "\\E\\", "|": "\\F\\"})
    assert escaped.text.to_pylist() == ["a\\E\\\\F\\b", None]


def test_places_move_behind_escaped_signs() -> None:
    escaped = escape(strings(["x", "a|b|c"]), {"|": "\\F\\"})
    places = escaped.place(np.array([1, 1, 1]), np.array([1, 2, 4]))
    assert [escaped.text[1].as_py()[place:] for place in places.tolist()] == ["\\F\\b\\F\\c", "b\\F\\c", "c"]


def test_code_points_are_found_in_bytes() -> None:
    words = strings(["été", "à l'œil"])
    assert byte_places(words, np.array([0, 0, 1, 1]), np.array([1, 3, 0, 4])).tolist() == [2, 5, 0, 5]


def test_a_code_point_behind_the_last_one_is_the_end() -> None:
    assert byte_places(strings(["é"]), np.array([0]), np.array([1])).tolist() == [2]


def test_places_shrink_in_an_encoding_of_one_byte() -> None:
    data = np.frombuffer("éa→b".encode(), dtype=np.uint8)
    encoded = encode(data, "cp1252")
    assert encoded.data == "éa?b".encode("cp1252")
    assert encoded.place(np.array([0, 2, 3, 6])).tolist() == [0, 1, 2, 3]


def test_signs_that_an_encoding_lacks_are_counted() -> None:
    assert encode(np.frombuffer("a?→ē".encode(), dtype=np.uint8), "cp1252").replaced == 2


def test_utf_8_stays_as_it_is() -> None:
    data = np.frombuffer("éa".encode(), dtype=np.uint8)
    encoded = encode(data, "utf-8")
    assert (bytes(encoded.data), encoded.place(np.array([2])).tolist()) == (bytes(data), [2])

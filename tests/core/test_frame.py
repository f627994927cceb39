"""Lazy columns: made once, from what they derive from, the same for any rows."""

import numpy as np
import pyarrow as pa
import pytest

from simbreach.core.arrow import Coded, Joined, Lookup, strings
from simbreach.core.frame import Frame, spread, take
from simbreach.core.streams import HashDraw

WORDS = strings(["un", "deux", "trois"])
IDS = np.array([7, 3, 9, 4], dtype=np.int64)


def frame(functions, ids=IDS, **options) -> Frame:
    return Frame(functions, seed=5, path=("person",), ids=ids, **options)


def age(person_id):
    return person_id * 10


def double(age):
    return age * 2


def drawn(draw):
    return draw.below("x", 1000)


def mother_id(person_id):
    return np.where(person_id > 5, person_id - 5, -1)


def letter(person_id):
    return Coded((person_id % 3).astype(np.int32), WORDS)


def test_a_field_gets_the_fields_that_its_parameters_name() -> None:
    assert frame({"age": age, "double": double})["double"].tolist() == [140, 60, 180, 80]


def test_a_field_is_made_once() -> None:
    calls = []

    def counted(person_id):
        calls.append(len(person_id))
        return person_id

    whole = frame({"counted": counted, "a": lambda counted: counted, "b": lambda counted: counted})
    assert [whole["a"].tolist(), whole["b"].tolist(), calls] == [IDS.tolist(), IDS.tolist(), [4]]


def test_a_field_that_nobody_asks_for_is_not_made() -> None:
    def never(person_id):
        raise AssertionError("asked for")

    assert frame({"never": never, "age": age})["age"].tolist() == [70, 30, 90, 40]


def test_a_draw_is_bound_to_seed_path_field_and_ids() -> None:
    expected = HashDraw(5, ("person", "drawn"), IDS.view(np.uint64)).below("x", 1000)
    assert frame({"drawn": drawn})["drawn"].tolist() == expected.tolist()


def test_a_shared_field_draws_by_the_id_that_it_is_shared_by() -> None:
    home = {"household_id": lambda person_id: np.full(len(person_id), 3), "drawn": drawn}
    column = frame(home, shared={"drawn": "household_id"})["drawn"]
    assert column.tolist() == [frame({"drawn": drawn})["drawn"].tolist()[1]] * 4


def test_a_column_that_is_given_is_not_made() -> None:
    assert frame({"age": age}, given={"age": np.zeros(4)})["age"].tolist() == [0, 0, 0, 0]


def test_a_constant_is_handed_to_those_who_ask() -> None:
    columns = frame({"x": lambda person_id, step: person_id + step}, constants={"step": 100})
    assert columns["x"].tolist() == [107, 103, 109, 104]


def test_a_relation_leads_to_the_same_field_of_another_row() -> None:
    columns = frame({"age": age, "mother_id": mother_id}, relations={"mother": "mother_id"})
    assert columns["mother_age"].tolist() == [20, -1, 40, -1]


def test_a_relation_of_a_relation_is_followed() -> None:
    columns = frame(
        {"age": age, "mother_id": mother_id},
        ids=np.array([12, 8], dtype=np.int64),
        relations={"mother": "mother_id"},
    )
    assert columns["mother_mother_age"].tolist() == [20, -1]


def test_a_relation_that_leads_nowhere_gives_nothing() -> None:
    columns = frame(
        {"letter": letter, "mother_id": lambda person_id: np.full(len(person_id), -1)},
        relations={"mother": "mother_id"},
    )
    assert columns["mother_letter"].codes.tolist() == [-1] * 4


def test_what_a_frame_cannot_make_the_outer_one_may() -> None:
    outer = frame({"age": age})
    assert frame({}, outer=outer)["age"].tolist() == [70, 30, 90, 40]


def test_a_field_that_nobody_knows_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="nothing"):
        frame({"age": age})["nothing"]


@pytest.mark.parametrize(
    ("name", "known"), [("age", True), ("person_id", True), ("mother_age", True), ("nothing", False)]
)
def test_a_frame_says_which_fields_it_knows(name: str, known: bool) -> None:
    columns = frame({"age": age, "mother_id": mother_id}, relations={"mother": "mother_id"})
    assert (name in columns) is known


def test_rows_of_a_frame_are_those_of_the_whole() -> None:
    functions = {"drawn": drawn, "letter": letter, "mother_id": mother_id}
    whole = frame(functions, relations={"mother": "mother_id"})
    part = whole.at(np.array([3, 1]))
    assert part["drawn"].tolist() == whole["drawn"][[3, 1]].tolist()


def test_a_column_that_is_made_already_is_cut_not_made_again() -> None:
    calls = []

    def counted(person_id):
        calls.append(len(person_id))
        return person_id

    whole = frame({"counted": counted})
    assert whole["counted"] is not None
    assert (whole.at(np.array([2]))["counted"].tolist(), calls) == ([9], [4])


def test_part_of_a_part_is_part_of_the_whole() -> None:
    assert frame({"age": age}).at(np.array([0, 2, 3])).at(np.array([1, 2]))["age"].tolist() == [90, 40]


COLUMNS = {
    "integers": (np.array([5, 6, 7]), [7, 5], [5, -1, 6, -1, 7]),
    "codes": (
        Coded(np.array([2, -1, 0], np.int32), WORDS),
        ["un", "trois"],
        ["trois", None, None, None, "un"],
    ),
    "strings": (pa.array(["a", "b", None]), [None, "a"], ["a", None, "b", None, None]),
    "bytes": (
        np.array([[1, 2], [3, 4], [5, 6]], np.uint8),
        [[5, 6], [1, 2]],
        [[1, 2], [0, 0], [3, 4], [0, 0], [5, 6]],
    ),
}


def plain(values) -> list:
    if isinstance(values, Coded | Joined):
        return values.text().to_pylist()
    return values.tolist() if isinstance(values, np.ndarray) else values.to_pylist()


@pytest.mark.parametrize("kind", COLUMNS)
def test_rows_are_taken_from_a_column_of_any_kind(kind: str) -> None:
    values, taken, _ = COLUMNS[kind]
    assert plain(take(values, np.array([2, 0]))) == taken


@pytest.mark.parametrize("kind", COLUMNS)
def test_a_column_of_any_kind_is_spread_over_more_rows(kind: str) -> None:
    values, _, whole = COLUMNS[kind]
    assert plain(spread(values, np.array([0, 2, 4]), 5)) == whole


def test_joined_text_is_taken_and_spread_part_by_part() -> None:
    one, other = (Coded(np.array(codes, np.int32), WORDS) for codes in ([0, 1], [2, -1]))
    joined = Joined((one, other), "; ")
    assert plain(take(joined, np.array([1, 0]))) == ["deux", "un; trois"]
    assert plain(spread(joined, np.array([1, 2]), 3)) == [None, "un; trois", "deux"]


def test_the_members_of_a_pool_are_taken() -> None:
    values = Lookup(np.array([4, -1, 2], np.int32), np.arange(5))
    assert take(values, np.array([2, 1])).codes.tolist() == [2, -1]


def test_several_columns_are_taken_together() -> None:
    one, other = take((np.array([1, 2]), np.array([3, 4])), np.array([1]))
    assert (one.tolist(), other.tolist()) == ([2], [4])


def test_the_ids_are_not_changed() -> None:
    ids = IDS.copy()
    assert frame({"age": age}, ids=ids)["age"] is not None
    assert ids.tolist() == IDS.tolist()

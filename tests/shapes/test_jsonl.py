"""The shape jsonl is read back by json, flat, nested or as arrays, and every span is its value."""

import json
from collections.abc import Callable
from typing import Any

import pytest

Leaks = Callable[..., Any]


def lines(leak: Any) -> list[Any]:
    """The objects of the leak."""
    return [json.loads(line) for line in leak.files["patients.jsonl"].decode().splitlines()]


def flat(value: Any) -> dict[str, str | None]:
    """The members of an object and of all objects in it."""
    found: dict[str, str | None] = {}
    for key, inner in value.items():
        found.update(flat(inner) if isinstance(inner, dict) else {key: inner})
    return found


def unescape(text: str) -> str:
    """The text of a JSON string's inside."""
    return str(json.loads(f'"{text}"'))


@pytest.mark.parametrize("layout", ["flat", "nested"])
def test_filled_cells_come_back_and_empty_ones_are_left_out(leaked: Leaks, layout: str) -> None:
    leak = leaked("jsonl", layout=layout)
    found = [{key: cell for key, cell in flat(line).items() if cell is not None} for line in lines(leak)]
    assert found == [{key: cell for key, cell in row.items() if cell is not None} for row in leak.rows]


def test_empty_cells_are_null_when_asked(leaked: Leaks) -> None:
    leak = leaked("jsonl", empty="null")
    assert lines(leak) == leak.rows


def test_nested_rows_hold_the_prescriber_in_an_object(leaked: Leaks) -> None:
    leak = leaked("jsonl", layout="nested")
    assert lines(leak)[0]["prescripteur"]["PRE_CODE"] == leak.rows[0]["PRE_CODE"]


def test_rows_are_arrays_without_a_header(leaked: Leaks) -> None:
    leak = leaked("jsonl", header="none")
    assert lines(leak) == [list(row.values()) for row in leak.rows]


@pytest.mark.parametrize(
    "options", [{}, {"layout": "nested"}, {"header": "none"}, {"empty": "null", "bom": True}]
)
def test_every_span_is_its_value(leaked: Leaks, options: dict[str, object]) -> None:
    leak = leaked("jsonl", **options)
    assert leak.faults("utf-8", unescape) == []
    assert leak.filled <= {(span["row"], span["column"]) for span in leak.spans}

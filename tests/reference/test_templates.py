"""The shipped templates: labels, codes and words that are what they should be."""

import re
from collections.abc import Iterator
from importlib.resources import files

import pytest

from simbreach.core.labels import SPAN_LABELS
from simbreach.core.templates import Call, Choice, Part, Slot, Text, Way
from simbreach.reference.health import conditions, drugs
from simbreach.reference.templates import FILES, shipped


def ways(choice: Choice) -> Iterator[Way]:
    for way in choice.ways:
        yield way
        for part in way.parts:
            if isinstance(part, Choice):
                yield from ways(part)


ALL = [way for rule in shipped().values() for way in ways(rule.choice)]
PARTS: list[Part] = [part for way in ALL for part in way.parts]


def test_every_file_of_the_folder_is_read() -> None:
    folder = files("simbreach.reference").joinpath("templates")
    assert sorted(FILES) == sorted(path.name for path in folder.iterdir() if path.name.endswith(".txt"))


def test_every_rule_is_said_somewhere() -> None:
    called = {part.rule for part in PARTS if isinstance(part, Call)}
    assert set(shipped()) - called == {"comment", "observation", "call_note"}


def test_labels_are_those_of_spans_or_of_look_alikes() -> None:
    labels = {part.label for part in PARTS if isinstance(part, Text | Slot) and part.label}
    assert {label for label in labels if not label.startswith("negative.")} == set(SPAN_LABELS) - {
        "date.visit"
    }


def test_conditions_ask_for_codes_that_somebody_has() -> None:
    asked = {need for way in ALL for need in way.needs if need.startswith(("condition=", "atc="))}
    known = {"condition": conditions().icd10.to_pylist(), "atc": drugs().atc.to_pylist()}
    assert asked
    for need in asked:
        name, _, codes = need.partition("=")
        assert [code for code in codes.split(",") if not any(k.startswith(code) for k in known[name])] == []


@pytest.mark.parametrize("pattern", [r"\d{4}", "@", r"\b0[1-9]\b[ .]\d\d", "  "])
def test_no_literal_text_holds_a_number_or_an_address(pattern: str) -> None:
    assert [part.text for part in PARTS if isinstance(part, Text) and re.search(pattern, part.text)] == []


def test_texts_are_french_words_without_capitals_of_whole_sentences() -> None:
    assert not [part.text for part in PARTS if isinstance(part, Text) and re.search(r"[A-ZÉ]{7,}", part.text)]


def test_there_are_many_ways_to_say_things() -> None:
    assert len(ALL) > 2000

"""Words as letters: taken apart, changed in one place each, put together again."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from simbreach.core.arrow import strings
from simbreach.engine.letters import Letters

WORDS = st.lists(st.text("abcéŒ’€𝒜 -", max_size=8), max_size=8)


@settings(max_examples=100, deadline=None)
@given(WORDS)
def test_letters_put_together_are_the_words(words: list[str]) -> None:
    assert Letters.of(strings(words)).text().to_pylist() == words


def test_letters_of_a_slice_are_those_of_its_words() -> None:
    assert Letters.of(strings(["un", "deux", "trois"]).slice(1, 1)).text().to_pylist() == ["deux"]


@settings(max_examples=200, deadline=None)
@given(st.data(), WORDS.filter(any))
def test_letters_give_way_to_others_where_they_are_told_to(data: st.DataObject, words: list[str]) -> None:
    letters = Letters.of(strings(words))
    places, removed, added, expected = [], [], [], list(words)
    for number, word in enumerate(words):
        if word and data.draw(st.booleans()):
            at = data.draw(st.integers(0, len(word) - 1))
            gone = data.draw(st.integers(0, len(word) - at))
            new = data.draw(st.text("xyé", max_size=3))
            places.append(int(letters.starts[number]) + at)
            removed.append(gone)
            added.append([*map(ord, new.ljust(3, "\0"))])
            expected[number] = word[:at] + new + word[at + gone :]
    changed = letters.change(
        np.array(places, dtype=np.int64),
        np.array(removed, dtype=np.int64),
        np.array(added, dtype=np.uint32).reshape(-1, 3),
    )
    assert changed.text().to_pylist() == expected

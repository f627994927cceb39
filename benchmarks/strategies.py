"""How many people a second Hypothesis draws, next to as many plain strings for each of them.

The target: `persons()` at least 0.5 times as many as `st.builds` of one `st.text()` for each field.
"""

import time

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from measure import Result, script

from simbreach.testing.records import Patient
from simbreach.testing.strategies import persons

ROUNDS = 3


def examples_per_second(strategy, examples: int) -> float:
    """The best of some rounds, with Hypothesis's own cost of an example; tables are loaded before."""

    def draw(count: int) -> float:
        @settings(
            max_examples=count,
            database=None,
            derandomize=True,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def take(example):
            nonlocal drawn
            drawn += 1

        drawn = 0
        begun = time.perf_counter()
        take()
        return drawn / (time.perf_counter() - begun)

    draw(3)
    return max(draw(examples) for _ in range(ROUNDS))


def measure(quick: bool) -> list[Result]:
    examples = 50 if quick else 1_000
    fields = len(Patient.__slots__)
    strings = st.builds(lambda *texts: texts, *[st.text() for _ in range(fields)])
    plain = examples_per_second(strings, examples)
    speed = examples_per_second(persons(), examples)
    peer = f"`st.builds` of {fields} `st.text()` {plain:,.0f}"
    return [Result("`persons()` a second", f"{speed:,.0f}", peer, speed / plain, 0.5, least=True)]


if __name__ == "__main__":
    script(measure)

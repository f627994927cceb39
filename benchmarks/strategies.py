"""How many people a second Hypothesis draws, next to as many plain strings for each of them.

    python benchmarks/strategies.py [examples]

The target: `persons()` at least 0.5 times as many as `st.builds` of one `st.text()` for each field.
"""

import sys
import time

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from simbreach.testing.records import Patient
from simbreach.testing.strategies import (
    comments,
    defective,
    emails,
    households,
    leak_bytes,
    nirs,
    persons,
    phones,
    rows,
)

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


def main() -> None:
    examples = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    fields = Patient.__slots__
    strings = st.builds(lambda *texts: texts, *[st.text() for _ in fields])
    plain = examples_per_second(strings, examples)
    print(f"{'st.builds of ' + str(len(fields)) + ' st.text()':32} {plain:8.0f} a second")
    for name, strategy, count in (
        ("persons()", persons(), examples),
        ("households()", households(), examples),
        ("nirs()", nirs(), examples),
        ("nirs(valid=False)", nirs(valid=False), examples),
        ("phones()", phones(), examples),
        ("emails()", emails(), examples),
        ("comments()", comments(), examples),
        ("rows()", rows(), examples),
        ("defective(persons())", defective(persons()), examples),
        ("leak_bytes('csv')", leak_bytes(), examples // 10),
    ):
        speed = examples_per_second(strategy, count)
        print(f"{name:32} {speed:8.0f} a second {speed / plain:6.2f} times")


if __name__ == "__main__":
    main()

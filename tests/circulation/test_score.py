"""Who is named for a found file: on simulated coins, strangers at most as often as is said."""

import numpy as np
import pytest
from numpy.random import Generator, default_rng

from simbreach.circulation.score import Evidence, judge

COPIES = 10
CELLS_OF_A_ROW = 12


def simulated(
    draw: Generator, rows: int, sources: int, *, present: bool = True, slip: float = 0.0
) -> Evidence:
    """A file whose rows come from the copies 0, 1 …, as many as `sources`; not shown unless `present`."""
    line = np.repeat(np.arange(rows), CELLS_OF_A_ROW)
    coins = draw.random((len(line), COPIES + sources)) < 0.2
    left_out = draw.random((rows, COPIES + sources)) < 0.003
    source = draw.integers(0, sources, rows)
    left_out[np.arange(rows), source] = False
    seen = coins[np.arange(len(line)), source[line]]
    seen = seen ^ (draw.random(len(line)) < slip)
    shown = slice(0, COPIES) if present else slice(sources, None)
    return Evidence(
        line,
        np.tile(np.arange(CELLS_OF_A_ROW, dtype=np.int32), rows),
        seen,
        coins[:, shown],
        np.zeros((len(line), COPIES), dtype=np.bool_),
        ~left_out[:, shown],
        np.full(rows, 0.003),
        [1] * COPIES,
    )


def named(evidence: Evidence) -> set[int]:
    return {one.copy for one in judge(evidence)[0]}


@pytest.mark.parametrize("sources", [1, 3])
@pytest.mark.parametrize("rows", [5, 40, 200])
def test_a_copy_that_is_no_source_is_hardly_ever_named(rows: int, sources: int) -> None:
    draw = default_rng(8)
    files = 150
    accused = sum(bool(named(simulated(draw, rows, sources, present=False))) for _ in range(files))
    # At most one file in a thousand: two of 150 would be seen once in a hundred such tests.
    assert accused <= 1


def test_a_copy_that_is_no_source_is_hardly_ever_named_where_spelling_was_lost() -> None:
    draw = default_rng(9)
    accused = 0
    for _ in range(150):
        evidence = simulated(draw, 100, 1, present=False)
        evidence.seen[evidence.channel < 6] = False
        accused += bool(named(evidence))
    assert accused <= 1


def test_the_score_of_a_stranger_is_the_logarithm_of_an_e_value() -> None:
    draw = default_rng(10)
    scores = [one.score for _ in range(60) for one in judge(simulated(draw, 30, 1, present=False))[1]]
    assert len(scores) == 60 * COPIES
    # Markov: an e-value reaches 20 with a probability of a twentieth at most.
    assert np.mean(np.array(scores) >= np.log(20)) <= 0.05


@pytest.mark.parametrize("rows", [60, 200, 1_000])
def test_the_one_source_of_a_file_is_named_alone(rows: int) -> None:
    draw = default_rng(11)
    assert [named(simulated(draw, rows, 1)) for _ in range(20)] == [{0}] * 20


def test_a_source_is_named_among_slips_of_typing() -> None:
    draw = default_rng(12)
    assert [named(simulated(draw, 200, 1, slip=0.02)) for _ in range(20)] == [{0}] * 20


@pytest.mark.parametrize("sources", [2, 3])
def test_the_members_of_a_merge_are_named_and_nobody_else(sources: int) -> None:
    draw = default_rng(13)
    files = 20
    right = sum(named(simulated(draw, 500, sources)) == set(range(sources)) for _ in range(files))
    assert right == files


def test_nothing_is_said_of_nothing() -> None:
    accused, others = judge(simulated(default_rng(14), 0, 1))
    assert accused == []
    assert [one.false_accusation for one in others] == [1.0] * COPIES


def test_a_copy_without_the_column_is_not_named_for_it() -> None:
    draw = default_rng(15)
    evidence = simulated(draw, 200, 1)
    evidence.lost[:, 0] = True
    assert 0 not in named(evidence)


def test_the_bound_is_copies_times_the_e_value_turned_over() -> None:
    best = judge(simulated(default_rng(16), 20, 1))
    for one in (*best[0], *best[1]):
        assert one.false_accusation == pytest.approx(min(1.0, COPIES * np.exp(-max(one.score, 0))), abs=1e-12)

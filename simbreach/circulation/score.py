"""How well each copy explains what was found, and how probable it is to accuse a copy that is not a source.

Every score is the logarithm of an e-value: a likelihood ratio whose mean is at most 1 when the copy's coins
have nothing to do with the file. By Markov's inequality a stranger reaches a score of s with probability
exp(-s) at most; over n copies, n · exp(-s). Whatever is fitted (how many rows are whose, which spellings were
lost on the way) is fitted without the coins of the copy in question, so that the bound holds exactly.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simbreach.circulation.fingerprint import MARKED
from simbreach.core.arrays import I32, I64, Bits

Floats: TypeAlias = NDArray[np.float64]

ACCUSED: Final = 1e-3
# No smaller bound is ever stated: a wrong assumption is likelier than that.
_LEAST: Final = 1e-12
# One spelling in a hundred was typed anew; one row in a hundred came from elsewhere.
_SLIP: Final = 0.01
_OFTEN: Final = 8
_SHARES: Final = (1.0, 0.7, 0.4, 0.2, 0.1, 0.04, 0.015, 0.005)
_ROUNDS: Final = 12
_MOST: Final = 8


@dataclass(frozen=True)
class Evidence:
    """What was read of the marks: cells whose spelling tells, and rows that copies hold or not.

    Of `cells`: the line (`int64[m]`), the column and way of spelling as one `channel`, whether the file has
    the other spelling (`seen`), and each copy's coins (`bool[m, copies]`). Of lines: whether each copy
    has the row at all (`held`, `bool[lines, copies]`), and the probability that its own coin leaves it out.
    """

    line: I64
    channel: I32
    seen: Bits
    coins: Bits
    lost: Bits
    """`bool[m, copies]`: the copy lacks the column altogether."""
    held: Bits
    out_share: Floats
    depths: Sequence[int]
    """How many copies each was made from, itself included."""


@dataclass(frozen=True)
class Score:
    """One copy: its index, the logarithm of its e-value, a bound on accusing it in error."""

    copy: int
    score: float
    false_accusation: float


def judge(evidence: Evidence) -> tuple[list[Score], list[Score]]:
    """The scores of the copies that are named, and of the best of the others; best first."""
    cells = _cell_ratios(evidence)
    copies = evidence.held.shape[1]
    rows = _row_ratios(evidence)
    np.add.at(rows, evidence.line, cells)
    by_cell = cells + 0.0
    # A copy's rows also lack what its parents left out: that decides between parent and child only.
    credit = -np.log1p(-np.minimum(evidence.out_share, 0.9)) @ evidence.held
    bonus = credit * (np.array(evidence.depths) - 1)
    limit = np.log(copies / ACCUSED)
    named: list[int] = []
    while len(named) < _MOST:
        scores = _scores(named, rows, by_cell)
        fit = [c for c, score in scores.items() if score >= limit]
        if not fit:
            break
        named.append(max(fit, key=lambda c: scores[c] + bonus[c]))
        weak = [c for c in named if _score(c, [o for o in named if o != c], rows, by_cell) < limit]
        if weak:
            named = [c for c in named if c not in weak]
            break
    found = [_told(c, _score(c, [o for o in named if o != c], rows, by_cell), copies) for c in named]
    others = [_told(c, score, copies) for c, score in _scores(named, rows, by_cell).items()]
    best_first: Any = lambda told: -told.score  # noqa: E731
    return sorted(found, key=best_first), sorted(others, key=best_first)


def _told(copy: int, score: float, copies: int) -> Score:
    return Score(
        copy, float(score), float(min(1.0, max(copies * np.exp(-min(max(score, 0.0), 99.0)), _LEAST)))
    )


def _cell_ratios(evidence: Evidence) -> Floats:
    """`float64[m, copies]`: log of how much better a copy explains a cell than chance does."""
    ratios = np.zeros(evidence.coins.shape)
    for channel in np.unique(evidence.channel):
        mine = evidence.channel == channel
        seen, coins = evidence.seen[mine], evidence.coins[mine]
        to_plain, to_other = _slips(int(seen.sum()), len(seen))
        other = MARKED * (1 - to_plain) + (1 - MARKED) * to_other
        with_coin = np.where(seen, np.log((1 - to_plain) / other), np.log(to_plain / (1 - other)))
        without = np.where(seen, np.log(to_other / other), np.log((1 - to_other) / (1 - other)))
        ratios[mine] = np.where(coins, np.asarray(with_coin)[:, None], np.asarray(without)[:, None])
    # A cell of a column that the copy never had: no credit, and a little against it.
    ratios[evidence.lost] = np.log(0.5)
    return ratios


def _slips(seen: int, cells: int) -> tuple[float, float]:
    """The shares of other spellings and of plain ones that were lost: from their number alone."""
    share = (seen + _OFTEN * MARKED) / (cells + _OFTEN)
    spread = 3 * np.sqrt(MARKED * (1 - MARKED) / (cells + _OFTEN))
    if share < MARKED - spread:
        return float(min(max(1 - share / MARKED, _SLIP), 1 - _SLIP)), _SLIP
    if share > MARKED + spread:
        return _SLIP, float(min(max((share - MARKED) / (1 - MARKED), _SLIP), 1 - _SLIP))
    return _SLIP, _SLIP


def _row_ratios(evidence: Evidence) -> Floats:
    """`float64[lines, copies]`: log of how much better a copy explains that a row is there at all."""
    share = evidence.out_share[:, None]
    there = np.log((1 - share * _SLIP) / (1 - share))
    return np.where(evidence.held, there, np.log(_SLIP))


def _scores(named: Sequence[int], rows: Floats, cells: Floats) -> dict[int, float]:
    """The score of each copy that is not named, beside those that are."""
    bases = [_mixture(ratios[:, list(named)]) for ratios in (rows, cells)]
    rest = [copy for copy in range(rows.shape[1]) if copy not in named]
    return {copy: _both(copy, (rows, cells), bases) for copy in rest}


def _score(copy: int, others: Sequence[int], rows: Floats, cells: Floats) -> float:
    """The score of a copy beside `others`."""
    bases = [_mixture(ratios[:, list(others)]) for ratios in (rows, cells)]
    return _both(copy, (rows, cells), bases)


def _both(copy: int, ratios: Sequence[Floats], bases: Sequence[Floats]) -> float:
    """Rows taken whole from one copy each, or cell by cell: the mean of two e-values is one."""
    whole, single = (_beside(copy, ratio, base) for ratio, base in zip(ratios, bases, strict=True))
    return float(np.logaddexp(whole, single) - np.log(2))


def _beside(copy: int, ratios: Floats, base: Floats) -> float:
    if not len(ratios):
        return 0.0
    gain = np.exp(np.clip(ratios[:, copy] - base, -60, 60))
    tries = [
        np.log((1 - share) + share * gain).sum() if share < 1 else np.log(gain).sum() for share in _SHARES
    ]
    return float(np.logaddexp.reduce(np.array(tries)) - np.log(len(_SHARES)))


def _mixture(ratios: Floats) -> Floats:
    """`float64[n]`: log of how the mixture of some copies and of nobody explains each row, fitted."""
    if not ratios.size:
        return np.zeros(len(ratios))
    top = np.maximum(ratios.max(axis=1), 0)
    parts = np.exp(np.column_stack([ratios, np.zeros(len(ratios))]) - top[:, None])
    weights = np.full(parts.shape[1], 1 / parts.shape[1])
    for _ in range(_ROUNDS):
        mine = parts * weights
        mine /= mine.sum(axis=1, keepdims=True)
        weights = 0.999 * mine.mean(axis=0) + 0.001 / parts.shape[1]
    return np.log(parts @ weights) + top

"""Which rows of a dataset the lines of a found table are where no identifier tells: by all columns together.

The columns of the found table are laid beside those of the dataset by what stands in them, whatever their
names and order. A line is the row with which it has the rarest things in common: a birth date, a first name,
a commune, a doctor.
"""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations, repeat
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simbreach.circulation.folding import Line, fold, fold_column
from simbreach.circulation.matching import codes_of, joined
from simbreach.core.arrays import I32, I64, Bits
from simbreach.core.arrow import Strings, strings
from simbreach.truth.leak_tables import DatasetTable

# What tells who somebody is; other fields only tell visits of the same person apart.
PERSONAL: Final = (
    "usage_name", "birth_name", "maiden_name", "first_name", "other_first_names", "birth_date", "birth_place",
    "address_1", "address_2", "commune", "postcode", "spouse_name", "spouse_first_name", "guardian_name",
    "guardian_first_name", "employer", "occupation", "portal_login",
)  # fmt: skip
_OF_THE_VISIT: Final = (
    "visit_date", "patient_since", "prescriber_code", "prescriber_name", "prescriber_first_name",
)  # fmt: skip
_PLACES, _TELLING, _PAIRS = 60, 12, 16
_FEW_ROWS: Final = 64
_MOST: Final = 400_000
_SURE, _CLEAR = 3.0, 2.0


@dataclass(frozen=True)
class _Place:
    """One column of the found table: each line's value as a code, and the columns it may be."""

    codes: I32
    columns: tuple[I32, ...]
    """The codes of all rows in each dataset column that it may be, -1 where another value stands."""
    weight: float
    personal: bool


def line_up(table: DatasetTable, numbers: Sequence[int], values: Sequence[Line]) -> tuple[I64, I64, Bits]:
    """(line, row, clear): those of the lines `numbers` that are known; `clear` where no other row fits."""
    nothing = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_)
    wanted, found = _found_columns(numbers, values)
    if not len(wanted) or not found:
        return nothing
    places = _beside(table, wanted, found)
    line, row = _candidates(places, table.rows, len(wanted))
    if not len(line):
        return nothing
    total = np.zeros(len(line))
    personal = np.zeros(len(line))
    for place in places:
        own = place.codes[line]
        agree = np.zeros(len(line), dtype=np.bool_)
        there = np.zeros(len(line), dtype=np.bool_)
        for column in place.columns:
            agree |= (own >= 0) & (column[row] == own)
            there |= column[row] >= 0
        weight = np.where(agree, place.weight, np.where((own >= 0) & there, -1.0, 0.0))
        total += weight
        personal += weight if place.personal else 0.0
    order = np.lexsort((row, -total, line))
    lines, firsts = np.unique(line[order], return_index=True)
    best = order[firsts]
    second = order[np.minimum(firsts + 1, len(order) - 1)]
    clear = (line[second] != lines) | (second == best) | (total[second] < total[best] - _CLEAR)
    sure = personal[best] >= np.log(table.rows) + _SURE
    return np.asarray(numbers)[lines][sure], row[best][sure] + table.stretches[0][1], clear[sure]


def _found_columns(numbers: Sequence[int], values: Sequence[Line]) -> tuple[Strings, list[I32]]:
    """All values that stand in the found table, folded, and each of its columns as codes of them."""
    filled = Counter(place for number in numbers for place in values[number])
    words: dict[str, int] = {}
    found = []
    for place, often in filled.most_common(_PLACES):
        if often * 10 < len(numbers):
            break
        codes = np.full(len(numbers), -1, dtype=np.int32)
        for k, number in enumerate(numbers):
            word = fold(values[number].get(place, "")[:120])
            if word:
                codes[k] = words.setdefault(word, len(words))
        if len(np.unique(codes)) > 2:
            found.append(codes)
    return strings(list(words)), found


def _beside(table: DatasetTable, wanted: Strings, found: Sequence[I32]) -> list[_Place]:
    """The telling columns of the found table beside those of the dataset."""
    names = [column for column in table.columns if column.field in (*PERSONAL, *_OF_THE_VISIT)]
    coded = _coded(table, [column.name for column in names], wanted)
    counts = [np.bincount(codes[codes >= 0], minlength=len(wanted)) for codes in coded]
    fills = [float((codes >= -1).mean()) for codes in coded]
    places = []
    for codes in found:
        own = codes[codes >= 0]
        scores = [
            float((count[own] > 0).mean()) - 0.3 * abs(fill - len(own) / len(codes))
            for count, fill in zip(counts, fills, strict=True)
        ]
        best = [int(k) for k in np.argsort(scores, kind="stable")[::-1][:2] if scores[k] > 0.5]
        if not best:
            continue
        near = counts[best[0]][own]
        rows = float(near[near > 0].mean()) if (near > 0).any() else 1.0
        weight = float(np.log(table.rows / rows)) if rows < table.rows else 0.0
        personal = all(names[k].field in PERSONAL for k in best)
        places.append(_Place(codes, tuple(coded[k] for k in best), weight, personal))
    places.sort(key=lambda place: -place.weight * float((place.codes >= 0).mean()))
    return places[:_TELLING]


def _coded(table: DatasetTable, names: Sequence[str], wanted: Strings) -> list[I32]:
    """Each column's cells as codes of `wanted`: -1 another value, -2 none."""
    parts: list[list[I32]] = [[] for _ in names]
    with ThreadPoolExecutor() as pool:
        for cells in table.read_columns(names):
            coded = pool.map(codes_of, cells.columns, repeat(fold_column), repeat(wanted))
            for part, codes in zip(parts, coded, strict=True):
                part.append(codes.astype(np.int32))
    return [np.concatenate(part) for part in parts]


def _candidates(places: Sequence[_Place], rows: int, words: int) -> tuple[I64, I64]:
    """(line, row) wherever a line and a row agree in two telling columns, or in one that few rows share."""
    found: list[NDArray[np.int64]] = []
    shared = [rows * float(np.exp(-place.weight)) for place in places]
    pairs = [
        (shared[a] * shared[b] / rows, a, b)
        for a, b in combinations(range(len(places)), 2)
        if shared[a] * shared[b] / rows <= _FEW_ROWS
    ]
    # One column in two pairs of three would leave a line without candidates that has an accident there.
    used: Counter[int] = Counter()
    chosen: list[tuple[int, int]] = []
    for _, a, b in sorted(pairs):
        if used[a] < 5 and used[b] < 5 and len(chosen) < _PAIRS:
            chosen.append((a, b))
            used.update((a, b))
    for a, b in chosen:
        one, other = places[a], places[b]
        keys = np.where(
            (one.codes >= 0) & (other.codes >= 0), one.codes.astype(np.int64) * words + other.codes, -1
        )
        for left in one.columns:
            for right in other.columns:
                if left is right:
                    continue
                at = np.flatnonzero((left >= 0) & (right >= 0))
                have = left[at].astype(np.int64) * words + right[at]
                found.append(_joined(keys, have, at))
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    both = np.unique(np.concatenate(found, axis=1)[:, :_MOST], axis=1)
    return both[0], both[1]


def _joined(keys: I64, have: I64, at: I64) -> NDArray[np.int64]:
    """`int64[2, n]`: lines and rows with the same key, but for keys that many rows share."""
    asked = np.unique(keys[keys >= 0])
    if not len(asked) or not len(have):
        return np.zeros((2, 0), dtype=np.int64)
    near = np.minimum(np.searchsorted(asked, have), len(asked) - 1)
    mine = asked[near] == have
    have, at = have[mine], at[mine]
    order = np.argsort(have, kind="stable")
    have, at = have[order], at[order]
    lines = np.flatnonzero(keys >= 0)
    asked_at, place = joined(keys[lines], have)
    return np.stack([lines[asked_at], at[place]])

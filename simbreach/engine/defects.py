"""Accidents in single cells, recorded with what the cell would have held.

A defect strikes cells as written. It never leaves the safe space: a NIR keeps its commune and order, only its
key or nothing else changes; names and civilities are words; whatever a defect writes is no number of contact.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from simbreach.core.arrays import I32, I64
from simbreach.core.arrow import (
    STRING,
    Array,
    Coded,
    Strings,
    booleans,
    decode,
    integers,
    strings,
    strings_from_matrix,
    validity,
)
from simbreach.core.digits import write_digits
from simbreach.core.frame import Frame, take
from simbreach.core.sampling import Alias
from simbreach.core.schema import CIVILITIES
from simbreach.core.streams import HashDraw
from simbreach.engine.columns import ColumnPlan, replace
from simbreach.engine.spell import spell, written_days
from simbreach.population.people import MAN
from simbreach.profile.model import Defect

# Neighbours on an AZERTY keyboard, for letters that names are made of.
_AZERTY = {
    "A": "ZQ", "B": "VN", "C": "XV", "D": "SF", "E": "ZR", "F": "DG", "G": "FH", "H": "GJ", "I": "UO",
    "J": "HK", "K": "JL", "L": "KM", "M": "L", "N": "BH", "O": "IP", "P": "OM", "Q": "AS", "R": "ET",
    "S": "QD", "T": "RY", "U": "YI", "V": "CB", "W": "XS", "X": "WC", "Y": "TU", "Z": "AE",
}  # fmt: skip


@dataclass(frozen=True)
class Struck:
    """The cells that defects changed, in the order in which they happened: one entry a cell and defect."""

    column: str
    kind: str
    rows: I64
    clean: Array


@dataclass(frozen=True)
class DefectPlan:
    """A defect of the profile with the columns that it strikes and the sources where it happens."""

    defect: Defect
    columns: tuple[ColumnPlan, ...]
    sources: NDArray[np.bool_]


def strike(
    plan: DefectPlan, written: dict[str, Array], draw: HashDraw, source: I32, frame: Frame
) -> list[Struck]:
    """Change the cells of `written` that the defect happens to, and say which.

    `draw` is bound to the table, the defect and the rows.
    """
    defect = plan.defect
    if defect.kind == "swapped":
        chosen = np.flatnonzero(draw.chance("strike", defect.share) & plan.sources[source])
        return _swap(plan, written, chosen) if len(chosen) else []
    struck = []
    for column in plan.columns:
        strikes = HashDraw(draw.seed, (*draw.path, column.name), draw.ids).chance("strike", defect.share)
        chosen = np.flatnonzero(strikes & plan.sources[source])
        cells = written[column.name].take(pa.array(chosen))
        full = np.flatnonzero(validity(cells))
        rows, before = chosen[full], decode(cells.take(pa.array(full)))
        inside = HashDraw(draw.seed, (*draw.path, column.name), draw.ids[rows])
        after = _change(defect, column, before, inside, source[rows], frame, rows)
        changed = np.flatnonzero(_differ(before, after))
        if len(changed):
            kept = pa.array(changed)
            written[column.name] = replace(written[column.name], rows[changed], after.take(kept))
            struck.append(Struck(column.name, defect.kind, rows[changed], before.take(kept)))
    return struck


def _differ(before: Strings, after: Strings) -> NDArray[np.bool_]:
    same = pc.equal(before, after)
    return ~booleans(same)


def _swap(plan: DefectPlan, written: dict[str, Array], rows: I64) -> list[Struck]:
    """Two cells of a row change places (surname and first name), where both are filled and differ."""
    one, other = (column.name for column in plan.columns[:2])
    cells = {name: decode(written[name].take(pa.array(rows))) for name in (one, other)}
    swapped = np.flatnonzero(booleans(pc.not_equal(cells[one], cells[other])))
    kept = pa.array(swapped)
    written[one] = replace(written[one], rows[swapped], cells[other].take(kept))
    written[other] = replace(written[other], rows[swapped], cells[one].take(kept))
    return [Struck(name, "swapped", rows[swapped], cells[name].take(kept)) for name in (one, other)]


def _change(
    defect: Defect, column: ColumnPlan, before: Strings, draw: HashDraw, source: I32, frame: Frame, rows: I64
) -> Strings:
    if defect.kind == "missing":
        return pa.nulls(len(before), STRING)
    if defect.kind == "placeholder":
        value = defect.value or ""
        # A date that is known in part: %Y and the like are those of the date.
        if "%" in value:
            return written_days(value, take(frame[column.field], rows))
        return strings([value] * len(before))
    if defect.kind == "wrong":
        return _wrong_civility(column, source, take(frame["sex"], rows))
    if defect.kind == "wrong_key":
        return _wrong_key(before, draw)
    return typo(before, draw)


_CIVILITIES = strings(CIVILITIES)


def _wrong_civility(column: ColumnPlan, source: I32, sex: NDArray[np.int8]) -> Strings:
    """The other sex's civility, as the source spells it."""
    codes = np.where(sex == MAN, CIVILITIES.index("woman"), CIVILITIES.index("man")).astype(np.int32)
    return decode(spell(Coded(codes, _CIVILITIES), "civility", column.spelling_of[source], column.spellings))


def _wrong_key(before: Strings, draw: HashDraw) -> Strings:
    """NIRs of 15 characters with another key than their own; those without a key stay."""
    keyed = pc.greater_equal(pc.utf8_length(pc.replace_substring_regex(before, "[ .-]", "")), 15)
    keys = pc.if_else(keyed, pc.utf8_slice_codeunits(before, -2), "01")
    old = integers(pc.cast(keys, pa.int64()))
    new = strings_from_matrix(write_digits((old + draw.below("key", 96)) % 97 + 1, 2))
    return pc.if_else(
        keyed, pc.binary_join_element_wise(pc.utf8_slice_codeunits(before, 0, -2), new, ""), before
    )


_SLIPS = Alias.build(np.array([45, 25, 20, 10]))
_NEIGHBOUR, _TRANSPOSED, _DROPPED, _DOUBLED = range(4)


def typo(words: Strings, draw: HashDraw) -> Strings:
    """Each word with one slip of the fingers: a neighbouring key, two letters swapped, one lost or doubled.

    The first letter stays, as it mostly does; words of fewer than three characters stay as they are.
    """
    if not len(words):
        return words
    texts = np.array(words.to_pylist(), dtype=np.str_)
    points = texts.view(np.uint32).reshape(len(texts), -1)
    lengths = (points > 0).sum(axis=1)
    room = np.maximum(lengths - 2, 1)
    at = 1 + draw.below("at", room)
    slip = draw.pick("slip", _SLIPS)
    rows = np.arange(len(texts))
    result = np.concatenate([points, np.zeros((len(texts), 1), dtype=np.uint32)], axis=1)
    column = np.arange(result.shape[1])[None, :]
    source = np.broadcast_to(column, result.shape)
    source = np.where((slip == _DROPPED)[:, None] & (column >= at[:, None]), source + 1, source)
    source = np.where((slip == _DOUBLED)[:, None] & (column > at[:, None]), source - 1, source)
    moved = np.take_along_axis(result, np.minimum(source, result.shape[1] - 1), axis=1)
    swap = slip == _TRANSPOSED
    moved[rows[swap], at[swap]] = result[rows[swap], at[swap] + 1]
    moved[rows[swap], at[swap] + 1] = result[rows[swap], at[swap]]
    near = slip == _NEIGHBOUR
    letters = result[rows[near], at[near]]
    keys = _neighbours()[np.minimum(letters, 255), draw.below("side", 2)[near]]
    moved[rows[near], at[near]] = np.where(letters < 256, keys, letters)
    moved = np.where((lengths < 3)[:, None], result, moved)
    return strings(np.ascontiguousarray(moved).view(f"<U{moved.shape[1]}").ravel().tolist())


def _neighbours() -> NDArray[np.uint32]:
    """`uint32[256, 2]`: the keys beside each letter, in its case; anything else stays itself."""
    table = np.tile(np.arange(256, dtype=np.uint32)[:, None], (1, 2))
    for letter, keys in _AZERTY.items():
        for fold in (str.upper, str.lower):
            table[ord(fold(letter))] = [ord(fold(key)) for key in (keys[0], keys[-1])]
    return table

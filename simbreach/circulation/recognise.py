"""Which rows of a dataset the lines of a found file are: by identifiers, else by names and addresses.

A line is cut into values where its separators are seen; identifiers are found without them. Values are
compared after folding (capitals, accents, spaces, abbreviations), so that neither marks nor retyping matter.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.circulation.folding import Line, fold, fold_column
from simbreach.circulation.lineup import line_up
from simbreach.circulation.matching import codes_of, joined
from simbreach.core.arrays import I64, Bits
from simbreach.core.arrow import STRING, RecordBatch, Strings, decode, from_numpy, join, strings
from simbreach.core.schema import FIELDS
from simbreach.truth.leak_tables import DatasetTable

# Fields of one row that another dataset of the same people does not have.
OWN: Final = ("file_number", "patient_number", "invoice_number", "sample_barcode", "external_number")
_OTHERS: Final = ("prescriber_", "laboratory_", "sampler_", "payer_", "correspondent_")
_NUMBER: Final = re.compile(r"[0-9][0-9AB .\-]{4,40}[0-9]")
_EMAIL: Final = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
# A stretch with more digits than a telephone has may be two numbers side by side.
_ONE_NUMBER, _GROUPS, _SHORTEST, _LONGEST = 11, 16, 8, 15
# Columns from this number on are texts; so many numbers of a laboratory's own tell a row by themselves.
_TEXT, _ENOUGH_OWN = 1000, 4
# Where fewer lines than one in so many are not known, the rest is not looked at again.
_WORTH_A_LOOK: Final = 20


@dataclass(frozen=True)
class Matches:
    """Lines (`int64[n]`) with the row of each; `clear` where no other row fits as well.

    `own` counts rows that are known by two columns, one of which no other dataset has;
    `telling` those lines, known or not, that hold something like an identifier.
    """

    line: I64
    row: I64
    clear: Bits
    own: int
    by: Counter[str]
    telling: int = 0


# --- numbers -----------------------------------------------------------------------------------------------


def _numbers(token: str) -> set[str]:
    """What a stretch of digits may be: all of it, or neighbouring groups where it holds several numbers."""
    plain = re.sub(r"[ .\-]", "", token)
    found = {plain, *([plain[:13]] if len(plain) >= 15 else []), *_phones(plain)}
    groups = re.split(r"[ .\-]+", token)
    if len(plain) > _ONE_NUMBER and 1 < len(groups) <= _GROUPS:
        for first in range(len(groups)):
            part = ""
            for group in groups[first:]:
                part += group
                if len(part) > _LONGEST:
                    break
                if len(part) >= _SHORTEST:
                    found.update((part, part[:13] if len(part) >= 15 else part, *_phones(part)))
    return found


def _phones(plain: str) -> list[str]:
    return [plain[-9:]] if 9 <= len(plain) <= 13 else []


def _digits(words: Strings) -> Strings:
    return pc.replace_substring_regex(words, r"[ .\-+()/]", "")


_NORMAL: Final[dict[str, Callable[[Strings], Strings]]] = {
    "nir": lambda words: pc.utf8_slice_codeunits(_digits(words), 0, 13),
    "phone": lambda words: pc.utf8_slice_codeunits(_digits(words), -9, 1 << 30),
    "email": pc.utf8_lower,
    "own": _digits,
}


def _kind(field: str) -> str:
    if field in OWN:
        return "own"
    known = FIELDS.get(field)
    personal = known is not None and not field.startswith(_OTHERS)
    return known.type if known and personal and known.type in ("nir", "phone", "email") else ""


# --- lines and rows ---------------------------------------------------------------------------------------


def recognise(table: DatasetTable, lines: Sequence[str], values: Sequence[Line]) -> Matches:
    """The rows that lines stand for, the best row of each line."""
    tokens: dict[str, int] = {}
    pairs: list[tuple[int, int]] = []
    telling = 0
    for number, line in enumerate(lines):
        found = set().union(*map(_numbers, _NUMBER.findall(line)))
        if not found and len(line) < 64 and line.strip().isalnum():
            found = _numbers(line.strip())
        for value in values[number].values():
            if 5 <= len(value) <= 24 and value[-1:].isdigit():
                found |= _numbers(value.strip())
        found.update(match.lower() for match in _EMAIL.findall(line))
        telling += any(len(token) >= _SHORTEST for token in found)
        pairs += [(number, tokens.setdefault(token, len(tokens))) for token in sorted(found)]
    columns = [(c.name, c.field, _kind(c.field)) for c in table.columns if _kind(c.field)]
    hits = _hits(table, tokens, pairs, columns)
    matches = replace(_best(hits, columns), telling=telling)
    rest = _unknown(matches, values)
    if len(rest) * _WORTH_A_LOOK > len(lines):
        matches = _with(matches, *line_up(table, rest, values), "several columns")
        rest = _unknown(matches, values)
    if len(rest) * _WORTH_A_LOOK > len(lines):
        more = _best(_by_text(table, rest, values), columns)
        matches = _with(matches, more.line, more.row, more.clear, "name or address")
    return matches


def cells_of(table: DatasetTable, places: Sequence[int], rows: I64) -> list[pa.Array]:
    """The cells of the columns at some places in `rows`, in their order, as texts."""
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    found: list[list[pa.Array]] = [[] for _ in places]
    names = [table.columns[place].name for place in places]
    for (_, start, stop), batch in zip(table.stretches, table.read_columns(names), strict=True):
        first, last = np.searchsorted(ordered, [start, stop])
        at = from_numpy(ordered[first:last] - start)
        for k, name in enumerate(names):
            found[k].append(decode(batch.column(name).take(at)).cast(STRING))
    back = from_numpy(np.argsort(order, kind="stable"))
    return [pa.concat_arrays([*parts, strings([])]).take(back) for parts in found]


def _unknown(matches: Matches, values: Sequence[Line]) -> list[int]:
    known = set(matches.line.tolist())
    return [number for number, line in enumerate(values) if line and number not in known]


def _with(matches: Matches, lines: I64, rows: I64, clear: Bits, how: str) -> Matches:
    """The matches and others, ordered by line."""
    line = np.concatenate([matches.line, lines])
    order = np.argsort(line, kind="stable")
    by = matches.by + Counter({how: len(lines)})
    row, sure = np.concatenate([matches.row, rows]), np.concatenate([matches.clear, clear])
    return Matches(line[order], row[order], sure[order], matches.own, by, matches.telling)


def _hits(
    table: DatasetTable,
    tokens: dict[str, int],
    pairs: list[tuple[int, int]],
    columns: list[tuple[str, str, str]],
) -> tuple[I64, I64, I64]:
    """(line, row, column) wherever a line holds what a row has in a column."""
    wanted = strings(list(tokens))
    found: list[tuple[I64, I64, I64]] = []
    if not len(wanted):
        return (np.zeros(0, np.int64),) * 3
    normal = [_NORMAL[kind] for _, _, kind in columns]
    with ThreadPoolExecutor() as pool:
        for start, batch in _batches(table, [name for name, _, _ in columns]):
            coded = pool.map(codes_of, batch.columns, normal, repeat(wanted))
            for place, codes in enumerate(coded):
                rows = np.flatnonzero(codes >= 0)
                found.append((codes[rows], rows + start, np.full(len(rows), place)))
    return _join(found, pairs)


def _batches(table: DatasetTable, names: Sequence[str]) -> Iterator[tuple[int, RecordBatch]]:
    """Some columns of the table, a part at a time, each with the number of its first row."""
    if names:
        yield from zip((start for _, start, _ in table.stretches), table.read_columns(names), strict=True)


def _join(found: list[tuple[I64, I64, I64]], pairs: list[tuple[int, int]]) -> tuple[I64, I64, I64]:
    """Lines and rows that have a token in common, but for tokens that many rows share."""
    nothing = np.zeros(0, dtype=np.int64)
    if not found or not pairs:
        return nothing, nothing, nothing
    token, row, column = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.argsort(token, kind="stable")
    token, row, column = token[order], row[order], column[order]
    lines, asked = np.array(pairs, dtype=np.int64).T
    pair, at = joined(asked, token)
    return lines[pair], row[at], column[at]


def _by_text(table: DatasetTable, numbers: Sequence[int], values: Sequence[Line]) -> tuple[I64, I64, I64]:
    """The same by a name with a first name, or by an address."""
    tokens: dict[str, int] = {}
    pairs: list[tuple[int, int]] = []
    for number in numbers:
        words = [folded for value in values[number].values() if (folded := fold(value[:120]))]
        found = {word for word in words if len(word) >= 8 and " " in word}
        letters = [word for word in words if not any(c.isdigit() for c in word)]
        near = letters if len(letters) <= 8 else letters[:8]
        found.update(f"{a}+{b}" for a in near for b in near if a != b)
        if len(words) == 1:
            parts = words[0].split()
            for k in range(1, min(len(parts), 6)):
                a, b = " ".join(parts[:k]), " ".join(parts[k:])
                found.update((f"{a}+{b}", f"{b}+{a}"))
        pairs += [(number, tokens.setdefault(token, len(tokens))) for token in sorted(found)]
    if not tokens:
        return (np.zeros(0, np.int64),) * 3
    wanted = strings(list(tokens))
    fields = ("usage_name", "maiden_name", "first_name", "address_1")
    own = {column.field: column.name for column in reversed(table.columns) if column.field in fields}
    hits: list[tuple[I64, I64, I64]] = []
    for start, batch in _batches(table, list(own.values())):
        columns = {
            field: fold_column(decode(column).cast(STRING))
            for field, column in zip(own, batch.columns, strict=True)
        }
        texts = [
            join(columns[name], columns["first_name"], separator="+")
            for name in ("usage_name", "maiden_name")
            if name in columns and "first_name" in columns
        ]
        texts += [columns["address_1"]] if "address_1" in columns else []
        for kind, texts_of in enumerate(texts):
            codes = codes_of(texts_of, lambda same: same, wanted)
            rows = np.flatnonzero(codes >= 0)
            hits.append((codes[rows], rows + start, np.full(len(rows), _TEXT + kind)))
    return _join(hits, pairs)


def _best(hits: tuple[I64, ...], columns: list[tuple[str, str, str]]) -> Matches:
    """For each line the row with which it has most columns in common."""
    line, row, column = hits
    nothing = np.zeros(0, dtype=np.int64)
    nobody = Matches(nothing, nothing, np.zeros(0, dtype=np.bool_), 0, Counter())
    if not len(line):
        return nobody
    triples = np.unique(np.column_stack([line, row, column]), axis=0)
    pairs, inverse, counts = np.unique(triples[:, :2], axis=0, return_inverse=True, return_counts=True)
    special = np.array([kind == "own" for _, _, kind in columns] or [False])
    owned = special[np.minimum(triples[:, 2], len(special) - 1)] & (triples[:, 2] < _TEXT)
    owns = np.bincount(inverse.reshape(-1), weights=owned, minlength=len(pairs)).astype(np.int64)
    # Numbers that laboratories give out in turn meet by chance: alone they tell no row.
    kept = (counts > owns) | (owns >= _ENOUGH_OWN)
    pairs, counts, owns = pairs[kept], counts[kept], owns[kept]
    if not len(pairs):
        return nobody
    order = np.lexsort((-counts, pairs[:, 0]))
    lines, firsts = np.unique(pairs[order, 0], return_index=True)
    best = order[firsts]
    second = np.append(order, order[-1])[np.minimum(firsts + 1, len(order) - 1)]
    tied = (pairs[second, 0] == lines) & (counts[second] == counts[best]) & (second != best)
    sure = int(((owns > 0) & (counts > owns))[best].sum())
    where = np.flatnonzero(kept)[best]
    told = triples[np.isin(inverse.reshape(-1), where), 2]
    names = Counter(columns[c][1] for c in told.tolist() if c < _TEXT)
    return Matches(lines, pairs[best, 1], ~tied, sure, names)

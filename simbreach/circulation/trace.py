"""Which copy of a dataset a found file came from, with a bound on accusing the wrong one.

Runs on files of unknown hands: what is said holds counts and names of copies and columns, never a value
of the file.
"""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from simbreach.circulation.circulate import canary_rows, rows_held, seed_of
from simbreach.circulation.findings import Trace, Verdict, form_words, mark_words, spelling_words
from simbreach.circulation.fingerprint import KINDS, LEFT_OUT, Marks, kinds_of, mark_columns, otherwise
from simbreach.circulation.folding import Line, fold
from simbreach.circulation.likeness import likeness
from simbreach.circulation.reading import Found, read_found
from simbreach.circulation.recognise import Matches, cells_of, recognise
from simbreach.circulation.records import records, windows
from simbreach.circulation.score import Evidence, Score, judge
from simbreach.core.arrays import I64
from simbreach.core.errors import DatasetError
from simbreach.core.streams import derive_key, hash_words
from simbreach.truth.kinds import searchable_kinds
from simbreach.truth.leak_tables import DatasetTable, dataset_tables
from simbreach.truth.scan import ENOUGH, Scanner

# So many lines are looked at, more where they are short.
_LINES, _SHORT_LINES, _CHARS = 3_000, 60_000, 3_000_000
_READ_ROWS: Final = 4_000
_JUDGED: Final = 1_000
_MAPPED: Final = 400
# Two datasets of one population have at most such a share of people in common (measured: 0.41 with other
# seeds, 0.92 with the same seed and another size); how sure one must be.
_SHARED, _SURE = 0.95, 1e-6
# So many rows, and such a share of them, are known by numbers of their own: by chance one in 7,000 is.
_OWN, _OWN_SHARE = 3, 0.01


def trace(path: Path, *, among: Sequence[Path]) -> Trace:
    """What a found file is, among the datasets in the folders `among`: the one that explains it best.

    DatasetError for a file that cannot be read or a folder that holds no dataset.
    """
    tables = [(folder, dataset_tables(folder)[0]) for folder in among]
    found = read_found(path)
    lines = [line for line in found.lines if line.strip()]

    def thin(number: int, chars: int) -> Sequence[int]:
        most = min(max(_CHARS * number // max(chars, 1), _LINES), _SHORT_LINES)
        if number <= most:
            return range(number)
        found.note(f"{most:,} of its lines, spread evenly, were looked at")
        return np.linspace(0, number - 1, most).astype(int).tolist()

    lines, values, mark = records(lines, thin)
    synthetic = _synthetic(lines)
    traces = [_trace(path, folder, table, lines, values, mark, found, synthetic) for folder, table in tables]
    order = ("copy", "merge", "dataset", "none")
    return min(traces, key=lambda one: (order.index(one.verdict), -one.rows_recognised))


def _trace(
    path: Path,
    folder: Path,
    table: DatasetTable,
    lines: list[str],
    values: list[Line],
    mark: str,
    found: Found,
    synthetic: str,
) -> Trace:
    matches = recognise(table, lines, values)
    read, known = len(lines), len(matches.line)
    telling = max(matches.telling, known) if matches.telling * 10 > read else read
    if mark == "" and 0 < known * 5 < read * 3:
        # A row takes several lines: what stands near its identifiers is its own.
        lines, values = windows(lines, matches.line, matches.row)
        matches = recognise(table, lines, values)
    copies = _known(folder)
    named: list[Score] = []
    others: list[Score] = []
    evidence = [f"{number:,} × {name}" for name, number in matches.by.most_common(6)]
    evidence = [f"recognised by {', '.join(evidence)}"] if evidence else []
    edits = form_words(found, mark, table, lines, matches)
    if copies and known:
        marks = _read_marks(folder, table, copies, values, matches)
        named, others = judge(marks)
        evidence += mark_words(marks, copies, named, table)
        edits += spelling_words(marks)
    sure = bool(named) or _sure(table, values, telling, known, matches)
    verdict: Verdict = "none"
    if named:
        verdict = "merge" if len(named) > 1 else "copy"
    elif sure:
        verdict = "dataset"
    told = [(one, True) for one in named] + [(one, False) for one in others if sure or named]
    return Trace(
        path,
        verdict,
        folder if verdict != "none" else None,
        tuple(
            {
                "copy": copies[one.copy]["copy"],
                "score": round(one.score, 3),
                "false_accusation": one.false_accusation,
                "named": is_named,
            }
            for one, is_named in told
        ),
        known,
        read,
        synthetic,
        tuple(edits) if verdict != "none" else (),
        (*evidence, *found.notes) if verdict != "none" else tuple(found.notes),
    )


def _sure(table: DatasetTable, values: Sequence[Line], telling: int, known: int, matches: Matches) -> bool:
    """Whether these lines would not be recognised if they came from another dataset of the same people."""
    if not known:
        return False
    if matches.own >= max(_OWN, known * _OWN_SHARE):
        return True
    score, dated = likeness(table, values, matches)
    if dated or score > -np.log(_SURE):
        return True
    # Nothing but people: two datasets never share nearly all of many (Chernoff's bound).
    share = min(known / telling, 1 - 1e-9)
    if share <= _SHARED:
        return False
    apart = share * np.log(share / _SHARED) + (1 - share) * np.log((1 - share) / (1 - _SHARED))
    return bool(telling * apart > -np.log(_SURE))


def _known(folder: Path) -> list[dict[str, Any]]:
    """The copies of a dataset that were written."""
    path = folder / "truth" / "copies" / "part-00000.parquet"
    if not path.is_file():
        return []
    try:
        with pq.ParquetFile(path) as file:
            return file.read().to_pylist()
    except (pa.ArrowException, OSError):
        raise DatasetError(f"{path}: cannot be read; `simbreach circulate` makes it again") from None


def _synthetic(lines: Sequence[str]) -> str:
    """The verdict of `verify` on the lines that were read."""
    scanner = Scanner(searchable_kinds())
    step = max(1, len(lines) // _JUDGED)
    scanner.feed("\n".join(lines[::step]), lambda start, end: ("", start, end))
    if any(tally.beyond_chance() for tally in scanner.tallies):
        return "possibly real"
    different = sum(len(tally.distinct) for tally in scanner.tallies)
    return "synthetic" if different >= ENOUGH else "cannot tell"


# --- marks ------------------------------------------------------------------------------------------------


def _read_marks(
    folder: Path,
    table: DatasetTable,
    copies: Sequence[dict[str, Any]],
    values: Sequence[Line],
    matches: Matches,
) -> Evidence:
    """The marks that lines show, and the coins that copies have there."""
    numbers = _once(matches)
    lines, rows = matches.line[numbers], matches.row[numbers]
    seed, canaries = seed_of(folder), canary_rows(folder, table.name)
    # Spellings of some rows tell enough; that a row is there at all is looked at for all.
    some = np.unique(np.linspace(0, len(lines) - 1, min(len(lines), _READ_ROWS)).astype(np.int64))
    texts = [values[line] for line in lines[some].tolist()]
    columns = mark_columns(table.columns)
    cells = cells_of(table, [place for place, _ in columns], rows[some])
    plain = [column.to_pylist() for column in cells]
    places = _places(texts, plain)
    none, nobody = np.zeros(0, dtype=np.int64), np.zeros((0, len(copies)), dtype=np.bool_)
    parts: list[tuple[Any, ...]] = [(none, none, none.astype(np.bool_), nobody, nobody)]
    folded = [[fold(text) if text else "" for text in column] for column in plain]
    names = [table.columns[place].name for place, _ in columns]
    kinds = [
        kinds_of(family, table.name, name, rows[some])
        for name, (_, family) in zip(names, columns, strict=True)
    ]
    with ThreadPoolExecutor() as pool:
        spelled = list(pool.map(otherwise, cells, kinds))
    for order, (name, (other, ways)) in enumerate(zip(names, spelled, strict=True)):
        others = other.to_pylist()
        at: list[int] = []
        seen: list[bool] = []
        for k in np.flatnonzero(ways >= 0).tolist():
            if plain[order][k] is None:
                continue
            value = _seen(texts[k], places[order], plain, folded, order, k, others[k])
            if value is not None:
                at.append(k)
                seen.append(value)
        here = some[at]
        coins = [Marks(seed, copy["copy"], table.name).marked(name, rows[here]) for copy in copies]
        lost = [np.full(len(here), name not in copy["columns"]) for copy in copies]
        channel = order * len(KINDS) + ways[at]
        parts.append(
            (here, channel, np.array(seen, dtype=np.bool_), np.column_stack(coins), np.column_stack(lost))
        )
    line, channel, seen_all, coins_all, lost_all = (
        np.concatenate(found) for found in zip(*parts, strict=True)
    )
    held = np.column_stack([rows_held(folder, copy["copy"], table.rows)[rows] for copy in copies])
    share = np.where(np.isin(rows, canaries), 0.5, LEFT_OUT)
    parents = {copy["copy"]: copy["parent"] for copy in copies}
    depths = [_depth(copy["copy"], parents) for copy in copies]
    return Evidence(
        line,
        channel.astype(np.int32),
        seen_all,
        coins_all,
        lost_all,
        held,
        share,
        depths,
    )


def _once(matches: Matches) -> I64:
    """One clear line for each row: a coin counts once. Which one is a matter of chance, not of its place."""
    clear = np.flatnonzero(matches.clear)
    words = hash_words(derive_key(0, "lines"), matches.line[clear].astype(np.uint64))
    clear = clear[np.argsort(words, kind="stable")]
    return np.sort(clear[np.unique(matches.row[clear], return_index=True)[1]])


def _depth(name: str, parents: dict[str, str | None]) -> int:
    depth, above = 1, parents[name]
    while above is not None and depth < len(parents):
        depth, above = depth + 1, parents.get(above)
    return depth


def _places(texts: Sequence[Line], plain: Sequence[list[str | None]]) -> list[str | None]:
    """Where the values of each column stand in a line, as far as that is the same for most lines."""
    found: list[str | None] = []
    for column in plain:
        counts: Counter[str] = Counter()
        filled = 0
        for k in range(0, len(texts), max(1, len(texts) // _MAPPED)):
            word = column[k]
            wanted = fold(word) if word else ""
            if not wanted:
                continue
            filled += 1
            counts.update(place for place, value in texts[k].items() if fold(value[:120]) == wanted)
        best = counts.most_common(1)
        found.append(best[0][0] if best and best[0][1] * 2 > filled else None)
    # Two columns that mostly agree may point to the same place: it belongs to the first of them.
    return [place if place not in found[:k] else None for k, place in enumerate(found)]


def _seen(
    values: Line,
    place: str | None,
    plain: Sequence[list[str | None]],
    folded: Sequence[list[str]],
    order: int,
    k: int,
    other: str,
) -> bool | None:
    """Whether a line has the other spelling of a cell, or the plain one; None where that cannot be told."""
    word = plain[order][k] or ""
    if place is not None and place in values:
        return _compare(word, other, values[place])
    if sum(column[k] == folded[order][k] for column in folded) > 1:
        return None
    if len(values) > 1:
        same = [value for value in values.values() if fold(value[:120]) == folded[order][k]]
        return _compare(word, other, same[0]) if len(same) == 1 else None
    whole = next(iter(values.values()), "")
    if len(word.strip()) < 4 or other.strip() == word.strip():
        return None
    first, second = (other, word) if len(other) >= len(word) else (word, other)
    if first in whole:
        return first is other
    return second is other if second in whole else None


def _compare(word: str, other: str, value: str) -> bool | None:
    for level in range(4):
        a, b, c = _level(word, level), _level(other, level), _level(value, level)
        if a != b and c in (a, b):
            return c == b
    return None


def _level(text: str, level: int) -> str:
    """The text as after spaces were tidied, capitals changed, accents lost."""
    if level >= 1:
        text = " ".join(text.split())
    if level >= 2:
        text = text.upper()
    return text.encode("ascii", "replace").decode() if level == 3 else text

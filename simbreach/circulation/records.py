"""Found text as records: one a line where lines are rows, else what stands between brackets, tags or rows.

A record is a line of text and its values by name or place, as far as separators are seen.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from simbreach.circulation.folding import Line
from simbreach.core.arrays import I64

_SEPARATORS: Final = ";\t|,"
_VALUES: Final = 400
_QUOTED: Final = re.compile(r"'((?:[^'\\]|''|\\.)*)'|\bNULL\b")
_CLOSING: Final = re.compile(r"</([A-Za-z][\w.:-]*)>")
_HOLDING: Final = re.compile(r"</[^<>]{1,200}>\s*</([A-Za-z][\w.:-]*)(?=>)")
# A row that is written over lines takes no more than this many before and after what it is known by.
_NEAR: Final = 12
# Lines so long hold more than a row.
_LONG: Final = 4_000


def records(
    lines: Sequence[str], thin: Callable[[int, int], Sequence[int]]
) -> tuple[list[str], list[Line], str]:
    """The text of each record, its values, and what stands between these (empty: unknown).

    `thin(n, chars)` says which of n records with so many characters are wanted.
    """
    whole = _whole_json(lines)
    if whole is not None:
        texts = [" ".join(line.values()) for line in whole]
        wanted = thin(len(texts), sum(map(len, texts)))
        return [texts[k] for k in wanted], [whole[k] for k in wanted], "JSON"
    if len(lines) < 4 or sum(map(len, lines)) > _LONG * len(lines):
        lines = [part for line in _apart(lines) for part in line.splitlines() if part.strip()]
    chosen = [lines[k] for k in thin(len(lines), sum(map(len, lines)))]
    values, mark = _cut(chosen)
    return chosen, values, mark


def windows(lines: Sequence[str], known: I64, rows: I64) -> tuple[list[str], list[Line]]:
    """Records that take several lines: what stands around the lines `known` to be of one row.

    A record ends where the next row's begins. `rows` are the rows of these lines, both `int64[n]`.
    """
    found = []
    change = np.flatnonzero(np.diff(rows) != 0) + 1
    firsts, lasts = np.append(0, change), np.append(change, len(rows)) - 1
    for k, (first, last) in enumerate(zip(known[firsts].tolist(), known[lasts].tolist(), strict=True)):
        before = int(known[lasts[k - 1]]) + 1 if k else 0
        after = int(known[firsts[k + 1]]) if k + 1 < len(firsts) else len(lines)
        near = lines[max(before, first - _NEAR) : min(after, last + _NEAR + 1)]
        found.append(" ".join(line.strip("> \t\r") for line in near))
    return found, [{"0": text} for text in found]


def _whole_json(lines: Sequence[str]) -> list[Line] | None:
    """The records of one JSON document: the items of its longest list of lists or objects."""
    first = next((line.lstrip() for line in lines), "")
    if first[:1] not in ("[", "{") or (first[:1] == "{" and first.rstrip().endswith("}") and len(lines) > 1):
        return None
    try:
        document = json.loads("\n".join(lines))
    except (ValueError, RecursionError):
        return None
    lists: list[list[Any]] = []
    waiting = [document]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list) and any(isinstance(inner, (dict, list)) for inner in item):
            lists.append(item)
        if isinstance(item, (dict, list)):
            waiting += item.values() if isinstance(item, dict) else item
    longest = max(lists, key=len, default=None)
    return None if longest is None else [_flat(item) for item in longest]


def _flat(whole: Any) -> Line:
    """The values of a JSON object by their paths."""
    values: Line = {}
    waiting = [("", whole)]
    while waiting and len(values) < _VALUES:
        name, item = waiting.pop()
        if isinstance(item, dict):
            waiting += [(f"{name}/{key}", inner) for key, inner in item.items()]
        elif isinstance(item, list):
            waiting += [(f"{name}/{k}", inner) for k, inner in enumerate(item)]
        elif item is not None:
            values[name] = str(item)
    return values


def _apart(lines: Sequence[str]) -> list[str]:
    """Long lines cut where rows end: at the rarest of the tags that come often, or between brackets."""
    text = "\n".join(lines)
    tags = Counter(_CLOSING.findall(text))
    if sum(tags.values()) >= 4:
        # What closes right behind another closing holds cells; the rarest of what comes often holds a row.
        around = Counter(_HOLDING.findall(text))
        often = max(tags.values())
        fit = [(around[name] * 2 < count, count, name) for name, count in tags.items() if count * 40 >= often]
        rows = text.replace("\n", " ").split(f"</{min(fit)[2]}>")
        return [re.sub(r"<[^<>]{0,200}>", "\t", one) for one in rows]
    return re.split(r"(?<=[\])}]),?\s*(?=[\[({])", text)


def _cut(lines: Sequence[str]) -> tuple[list[Line], str]:
    tried = [line for line in lines[:400] if line.strip()]
    half = max(len(tried), 1)
    if sum(line.lstrip().startswith("{") for line in tried) * 2 > half:
        return [_json_values(line) for line in lines], "JSON"
    quoted = sum(line.lstrip().startswith(("(", "INSERT", "[")) and line.count("'") > 3 for line in tried)
    if quoted * 2 > half:
        return [_sql_values(line) for line in lines], "SQL"
    counts = {mark: Counter(line.count(mark) for line in tried).most_common(1) for mark in _SEPARATORS}
    fits = {mark: found[0][1] for mark, found in counts.items() if found and found[0][0] > 0}
    if not fits:
        return [{"0": line} for line in lines], ""
    mark = max(fits, key=lambda mark: (fits[mark], counts[mark][0][0]))
    return [_delimited(line, mark) for line in lines], mark


def _delimited(line: str, mark: str) -> Line:
    cells = line.split(mark, _VALUES)
    return {
        str(k): cell[1:-1] if cell[:1] == '"' == cell[-1:] else cell for k, cell in enumerate(cells) if cell
    }


def _sql_values(line: str) -> Line:
    found = enumerate(_QUOTED.finditer(line))
    return {
        str(k): re.sub(r"\\(.)", r"\1", match[1]).replace("''", "'")
        for k, match in found
        if match[1] is not None
    }


def _json_values(line: str) -> Line:
    try:
        return _flat(json.loads(line.strip().rstrip(",")))
    except (ValueError, RecursionError):
        return {"0": line}

"""Does a detector find what stands in a leak, and nothing else: recall and precision, and what it missed.

Takes a detector of texts (a function that says where in a text something stands) or of columns (a mapping
that says what each column holds). A failure shows examples with their accident and their source's spelling; a
value only where its safe range proves it synthetic, else its mask.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.errors import InputError, did_you_mean
from simbreach.core.registry import identifiers
from simbreach.core.schema import FREE_TEXT
from simbreach.truth.scan import mask

if TYPE_CHECKING:
    from simbreach.api import Dataset

# A text's stretches [start, end), in code points, with a label; or without, when it knows one thing only.
Claims: TypeAlias = "Iterable[tuple[int, int, str] | tuple[int, int]]"
Detector: TypeAlias = "Callable[[str], Claims] | Mapping[str, str]"

_SHOWN = 8


@dataclass(frozen=True)
class _Place:
    """A cell, the stretch of it, and its text."""

    table: str
    row: int
    column: str
    start: int
    end: int
    text: str


def assert_detects(
    detector: Detector,
    breach: "Dataset",
    label: str,
    *,
    recall: float | None = None,
    precision: float | None = None,
) -> None:
    """Pass if the detector finds `recall` of what bears `label`, and `precision` of its claims are right.

    `label` is one of docs/labels.md, or a group of them (`contact`). A detector of texts is asked about every
    cell of the columns that bear the label, of those with free text, and of those with look-alikes; expected
    are the cells with a value (placeholders are none) and the labelled stretches of free text, and a claim is
    right where it overlaps one. A detector of columns is a mapping, column → label: expected are the columns
    that bear the label. Shares are within [0, 1]; without any, every one is to be found.
    """
    __tracebackhide__ = True
    columns = breach.truth["columns"].to_table().to_pylist()
    _check_label(label, columns, breach)
    least = (1.0 if recall is None and precision is None else recall, precision)
    for share in least:
        if share is not None and not 0 <= share <= 1:
            raise ValueError(f"a share within [0, 1] was expected, not {share}")
    if isinstance(detector, Mapping):
        problems = _judge_columns(detector, columns, label, least)
    else:
        problems = _judge_texts(detector, breach, columns, label, least)
    if problems:
        raise AssertionError("\n".join(problems))


def _fits(found: str, label: str) -> bool:
    return found == label or found.startswith(f"{label}.")


def _check_label(label: str, columns: list[dict[str, Any]], breach: "Dataset") -> None:
    spans = pc.unique(breach.truth["spans"].to_table(columns=["label"]).column("label")).to_pylist()
    known = sorted({*spans, *(entry["label"] for entry in columns)})
    if not any(_fits(word, label) for word in known):
        raise InputError(f"nothing in the dataset bears the label {label!r}{did_you_mean(label, known)}")


def _judge_columns(
    claimed: Mapping[str, str],
    columns: list[dict[str, Any]],
    label: str,
    least: tuple[float | None, float | None],
) -> list[str]:
    there = {entry["column"]: entry["label"] for entry in columns}
    if unknown := sorted(set(claimed) - set(there)):
        raise InputError(f"no column {unknown[0]!r} in the dataset{did_you_mean(unknown[0], there)}")
    wanted = {column for column, found in there.items() if _fits(found, label)}
    said = {column for column, found in claimed.items() if _fits(found, label)}
    problems = []
    if least[0] is not None and len(said & wanted) < least[0] * len(wanted):
        problems.append(_share("recall", label, len(said & wanted), len(wanted), least[0]))
        problems += [f"  not claimed: {column}" for column in sorted(wanted - said)[:_SHOWN]]
    if least[1] is not None and len(said & wanted) < least[1] * len(said):
        problems.append(_share("precision", label, len(said & wanted), len(said), least[1]))
        problems += [f"  claimed: {column}, is {there[column]}" for column in sorted(said - wanted)[:_SHOWN]]
    return problems


def _judge_texts(
    detect: Callable[[str], Claims],
    breach: "Dataset",
    columns: list[dict[str, Any]],
    label: str,
    least: tuple[float | None, float | None],
) -> list[str]:
    spans = _stretches(breach, "spans")
    traps = _stretches(breach, "negatives")
    expected = hits = claims = right = 0
    missed: list[_Place] = []
    wrong: list[_Place] = []
    for table in breach.tables:
        entries = [entry for entry in columns if entry["table"] == table]
        asked = {
            entry["column"]: _fits(entry["label"], label)
            for entry in entries
            if _fits(entry["label"], label)
            or entry["field"] in FREE_TEXT
            or (table, entry["column"]) in traps
        }
        cells = breach.table(table).to_table(columns=list(asked))
        filled = _filled(breach, table, [column for column, bears in asked.items() if bears])
        for column, bears in asked.items():
            texts = pc.cast(cells.column(column), pa.string()).to_pylist()
            inside = spans.get((table, column), {})
            known: dict[str, list[tuple[int, int]]] = {}
            for row, text in enumerate(texts):
                if text is None:
                    continue
                if text not in known:
                    known[text] = _claimed(detect, text, label)
                wanted = [(0, len(text))] if bears and filled[column][row] else []
                wanted += [(start, end) for start, end, what in inside.get(row, ()) if _fits(what, label)]
                found = known[text]
                expected += len(wanted)
                claims += len(found)
                for span in wanted:
                    if any(_overlap(span, claim) for claim in found):
                        hits += 1
                    else:
                        missed.append(_Place(table, row, column, *span, text[slice(*span)]))
                for claim in found:
                    if any(_overlap(span, claim) for span in wanted):
                        right += 1
                    else:
                        wrong.append(_Place(table, row, column, *claim, text[slice(*claim)]))
    problems = []
    if least[0] is not None and hits < least[0] * expected:
        problems.append(_share("recall", label, hits, expected, least[0]))
        problems += _missed_lines(breach, missed)
    if least[1] is not None and right < least[1] * claims:
        problems.append(_share("precision", label, right, claims, least[1]))
        problems += _wrong_lines(traps, wrong)
    return problems


def _share(what: str, label: str, part: int, whole: int, least: float) -> str:
    # Rounded down: 0.9996 is not the 1 that was asked.
    found = part * 1000 // whole / 1000 if whole else 1.0
    return f"{what} of {label} is {found:.3f} ({part:,} of {whole:,}), {least:g} was asked"


def _claimed(detect: Callable[[str], Claims], text: str, label: str) -> list[tuple[int, int]]:
    """The stretches that the detector says bear the label."""
    found = []
    for claim in detect(text):
        start, end = claim[0], claim[1]
        if not 0 <= start < end <= len(text):
            raise InputError(f"the detector claims [{start}, {end}) of a text of {len(text)} characters")
        if len(claim) < 3 or _fits(str(claim[2]), label):
            found.append((start, end))
    return found


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _stretches(breach: "Dataset", name: str) -> dict[tuple[str, str], dict[int, list[tuple[int, int, str]]]]:
    """`truth/spans` or `truth/negatives`, by column and row."""
    found: dict[tuple[str, str], dict[int, list[tuple[int, int, str]]]] = {}
    word = "label" if name == "spans" else "kind"
    names = ["table", "column", "row", "start", "end", word]
    rows = breach.truth[name].to_table(columns=names)
    for table, column, row, *stretch in zip(*(rows.column(n).to_pylist() for n in names), strict=True):
        found.setdefault((table, column), {}).setdefault(row, []).append(tuple(stretch))
    return found


def _filled(breach: "Dataset", table: str, columns: list[str]) -> dict[str, list[bool]]:
    """Of each column, which cells had a value before habits: others hold a placeholder, or nothing."""
    if not columns:
        return {}
    clean = breach.clean(table).read_all().select(columns)
    return {name: pc.is_valid(clean.column(name)).to_pylist() for name in columns}


def _missed_lines(breach: "Dataset", missed: list[_Place]) -> list[str]:
    """The misses by accident, then some of each: as many kinds as there is room for."""
    names = ["table", "row", "column", "kind"]
    rows = breach.truth["defects"].to_table(columns=names)
    struck: dict[tuple[str, int, str], list[str]] = {}
    for table, row, column, kind in zip(*(rows.column(n).to_pylist() for n in names), strict=True):
        struck.setdefault((table, row, column), []).append(kind)
    sources: dict[tuple[str, int], str] = {}
    told = breach.truth["rows"].to_table(columns=["table", "row", "source"])
    for table, row, source in zip(*(told.column(n).to_pylist() for n in told.column_names), strict=True):
        sources[table, row] = source
    habits = {
        (habit["table"], habit["source"], habit["column"]): habit["spelling"]
        for habit in breach.truth["habits"].to_table().to_pylist()
    }
    groups: dict[tuple[str, str], list[_Place]] = {}
    for place in missed:
        kinds = struck.get((place.table, place.row, place.column), [])
        habit = habits.get((place.table, sources.get((place.table, place.row), ""), place.column), "")
        groups.setdefault(("+".join(kinds) or "none", habit or "plain"), []).append(place)
    by_defect = Counter({kind: 0 for kind, _ in groups})
    for (kind, _), places in groups.items():
        by_defect[kind] += len(places)
    lines = ["  missed, by defect: " + ", ".join(f"{kind} {n:,}" for kind, n in by_defect.most_common())]
    largest = sorted(groups.items(), key=lambda group: -len(group[1]))[:_SHOWN]
    for (kind, habit), places in largest:
        lines.append(f"  {_where(places[0])} (defect: {kind}; spelling: {habit}; {len(places):,} alike)")
    return lines


def _wrong_lines(
    traps: Mapping[tuple[str, str], Mapping[int, list[tuple[int, int, str]]]], wrong: list[_Place]
) -> list[str]:
    """Claims of what does not bear the label, by what they fell for."""
    groups: dict[tuple[str, str], list[_Place]] = {}
    for place in wrong:
        inside = traps.get((place.table, place.column), {}).get(place.row, ())
        kinds = [kind for start, end, kind in inside if _overlap((start, end), (place.start, place.end))]
        groups.setdefault((kinds[0] if kinds else "no look-alike", place.column), []).append(place)
    largest = sorted(groups.items(), key=lambda group: -len(group[1]))[:_SHOWN]
    return [
        f"  {_where(places[0])} (claimed: {kind}; {len(places):,} alike)" for (kind, _), places in largest
    ]


def _where(place: _Place) -> str:
    return f"{place.table} row {place.row}, {place.column}[{place.start}:{place.end}]: {_shown(place.text)}"


def _shown(text: str) -> str:
    """The text where an identifier's range proves it synthetic, else its mask."""
    modules = identifiers().values()
    proved = any(module.SAFETY.personal and module.is_synthetic(text) for module in modules)
    return repr(text) if proved else mask(text)

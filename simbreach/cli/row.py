"""`simbreach truth DATASET row`: one leaked row with all of its truth, in colours on a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from simbreach.cli import console
from simbreach.cli.console import Style, paint
from simbreach.cli.options import read_columns
from simbreach.core.errors import DatasetError

if TYPE_CHECKING:
    from simbreach.api import Dataset
    from simbreach.truth.row import RowTruth

_Record = Mapping[str, Any]

# The colour of a label's first level; others are magenta.
_COLOURS: Final[dict[str, Style]] = {
    "name": "green", "contact": "cyan", "date": "yellow", "health": "red", "place": "blue"
}  # fmt: skip
_SEXES: Final = {"F": "female", "M": "male"}
# Wider cells push what stands behind them to the right.
_WIDEST = 32
_NOTHING = "–"


def show(dataset: "Dataset", table: str, number: int, columns: str | None, as_json: bool) -> None:
    """Print the row, as text or as JSON."""
    from simbreach.truth.row import read_row

    found = read_row(dataset.path, table, number)
    chosen = read_columns(columns, list(found.written))
    try:
        clean = dataset.clean(table, number, number + 1).read_all().to_pylist()[0]
    except DatasetError as problem:
        # The rest of the truth stands in the files.
        console.note(f"without clean values: {problem}")
        clean = None
    cells = list(_cells(found, clean, chosen))
    if as_json:
        console.json_result(_as_dict(found, cells))
        return
    console.result("\n\n".join([_heading(found), *_people(found), _table(found, cells)]))


def _cells(found: "RowTruth", clean: _Record | None, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Each cell that holds something or lost it, with its clean value and what the truth says about it."""
    for name in columns:
        written, defects = found.written[name], found.of(found.defects, name)
        if written is None and not defects:
            continue
        said = found.columns[name]
        cell = {"column": name, "field": said["field"], "label": said["label"]}
        cell |= {"sensitivity": said["sensitivity"], "written": written}
        if clean is not None:
            cell["clean"] = _text(clean[name])
        cell["defects"] = [{"kind": d["kind"], "before": d["clean"]} for d in defects]
        for key, records in (("spans", found.spans), ("negatives", found.negatives)):
            cell[key] = [
                {k: v for k, v in record.items() if k not in ("table", "row", "column")}
                for record in found.of(records, name)
            ]
        yield cell


def _text(value: object) -> str | None:
    """A typed value as text: dates as ISO 8601 writes them, times to the minute."""
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None else str(value)


def _as_dict(found: "RowTruth", cells: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "table": found.table,
        "row": found.number,
        "truth": found.row,
        "person": found.person,
        "insured": found.insured,
        "canary": found.canary,
        "household": found.household,
        "cells": cells,
    }


def _heading(found: "RowTruth") -> str:
    row = found.row
    lines = [paint(f"row {found.number:,} of {found.table}", "bold") + f", from {row['source']}"]
    if found.canary:
        lines.append(f"  {paint('a canary', 'yellow')}: in no other dataset")
    if row["cause"] is not None:
        again = "" if row["duplicate_of"] is None else f": see row {row['duplicate_of']:,}"
        lines.append(f"  {paint(row['cause'], 'yellow')}{again}")
    return "\n".join(lines)


def _people(found: "RowTruth") -> Iterator[str]:
    """Who the row is, whose NIR it shows, who else of the household is in the file."""
    row, person = found.row, found.person
    if row["person_id"] is None:
        yield "about nobody"
        return
    lines = [f"person {row['person_id']}" + (f", household {person['household_id']}" if person else "")]
    if person:
        lines.append(f"  {_who(person)}")
        lines.append(f"  NIR {person['nir']}, lives in {person['commune']} ({person['insee_code']})")
    if row["nir_person_id"] != row["person_id"]:
        whose = _who(found.insured) if found.insured else "who has no row of their own"
        lines.append(f"  the NIR on the row is that of person {row['nir_person_id']}: {whose}")
    yield "\n".join(lines)
    if found.household:
        others = [
            (
                f"  row {other['row']:,}",
                f"{other['first_name']} {other['usage_name']}",
                str(other["birth_date"]),
                "the same person"
                if other["person_id"] == row["person_id"]
                else f"person {other['person_id']}",
                other["source"],
            )
            for other in found.household
        ]
        yield "\n".join(["other rows of the household", console.columns(others)])


def _who(person: _Record) -> str:
    born = "" if person["birth_name"] == person["usage_name"] else f", born {person['birth_name']}"
    name = f"{person['first_name']} {person['usage_name']}{born}"
    return f"{name}, {_SEXES.get(person['sex'], person['sex'])}, {person['birth_date']}"


def _table(found: "RowTruth", cells: Sequence[dict[str, Any]]) -> str:
    """A line a cell: column, written, clean where it differs, label, defects; below it its spans."""
    rows = [("column", "written", "clean", "label")]
    for cell in cells:
        written = _NOTHING if cell["written"] is None else _visible(cell["written"])
        rows.append((cell["column"], written, _differing(cell), cell["label"]))
    widths = [min(max(len(row[place]) for row in rows), _WIDEST) for place in range(3)]
    heading = f"{len(cells)} of {len(found.written)} cells"
    lines = [heading, paint("  " + _aligned(rows[0], rows[0], widths), "dim")]
    for cell, row in zip(cells, rows[1:], strict=True):
        painted = (row[0], _written(cell), row[2], paint(row[3], *_style(row[3])))
        lines.append("  " + _aligned(row, painted, widths) + "".join(_defects(cell)))
        lines += _stretches(cell)
    return "\n".join(lines)


def _aligned(plain: Sequence[str], painted: Sequence[str], widths: Sequence[int]) -> str:
    """The painted texts, as far apart as the plain ones are wide."""
    ends = [" " * (max(width - len(text), 0) + 2) for text, width in zip(plain, widths, strict=False)]
    return "".join(text + end for text, end in zip(painted, [*ends, ""], strict=True))


def _differing(cell: _Record) -> str:
    """The clean value, where it is not what is written; a dash where a placeholder fills an empty cell."""
    if "clean" not in cell or cell["clean"] == cell["written"]:
        return ""
    return _NOTHING if cell["clean"] is None else _visible(cell["clean"])


def _written(cell: _Record) -> str:
    """The cell as it is written, its spans underlined in their labels' colours, look-alikes dimmed."""
    text = cell["written"]
    if text is None:
        return _NOTHING
    marks = [*cell["negatives"], *cell["spans"]]
    cuts = sorted({0, len(text), *(mark[end] for mark in marks for end in ("start", "end"))})
    pieces = []
    for start, end in pairwise(cuts):
        over = [mark for mark in marks if mark["start"] <= start and end <= mark["end"]]
        inmost = min(over, key=lambda mark: mark["end"] - mark["start"], default=None)
        styles = (
            () if inmost is None else _style(inmost["label"], "underline") if "label" in inmost else ("dim",)
        )
        pieces.append(paint(_visible(text[start:end]), *styles))
    return "".join(pieces)


def _stretches(cell: _Record) -> Iterator[str]:
    """A line for each span and each look-alike of a cell."""
    for span in cell["spans"]:
        place = f"{span['start']}–{span['end']}"
        yield f"      {place:<9}{paint(span['label'], *_style(span['label']))}  {_visible(span['text'])}"
    for negative in cell["negatives"]:
        place = f"{negative['start']}–{negative['end']}"
        yield f"      {place:<9}" + paint(f"looks like one and is not: {negative['kind']}", "dim")


def _defects(cell: _Record) -> Iterator[str]:
    for defect in cell["defects"]:
        before = _NOTHING if defect["before"] is None else _visible(defect["before"])
        yield "  " + paint(f"{defect['kind']}, was {before}", "red", "bold")


def _style(label: str, *more: Style) -> tuple[Style, ...]:
    return (_COLOURS.get(label.partition(".")[0], "magenta"), *more)


def _visible(text: str) -> str:
    """The text with what a terminal would obey, or not show, as codes."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)

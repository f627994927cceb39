"""What is known of a found file, in words for a report: counts, names of copies and columns, no value."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from simbreach.circulation.fingerprint import KINDS, MARKED, mark_columns
from simbreach.circulation.reading import Found
from simbreach.circulation.recognise import Matches
from simbreach.circulation.score import ACCUSED, Evidence, Score
from simbreach.truth.leak_tables import DatasetTable

Verdict = Literal["copy", "merge", "dataset", "none"]
# As many marked cells show what was done to all of them.
_MANY = 50


@dataclass(frozen=True)
class Trace:
    """What is known of a found file."""

    path: Path
    verdict: Verdict
    dataset: Path | None
    copies: tuple[dict[str, Any], ...]
    rows_recognised: int
    rows_read: int
    synthetic: str
    edits: tuple[str, ...]
    evidence: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether the file comes from a dataset that was looked at."""
        return self.verdict != "none"

    def as_dict(self) -> dict[str, Any]:
        """All of it, for machines."""
        return {
            "path": str(self.path),
            "verdict": self.verdict,
            "dataset": None if self.dataset is None else str(self.dataset),
            "copies": list(self.copies),
            "rows_recognised": self.rows_recognised,
            "rows_read": self.rows_read,
            "synthetic": self.synthetic,
            "edits": list(self.edits),
            "evidence": list(self.evidence),
        }

    def lines(self) -> list[str]:
        """A short text for a report."""
        named = [copy for copy in self.copies if copy["named"]]
        names = ", ".join(copy["copy"] for copy in named)
        where = "" if self.dataset is None else f" of {self.dataset}"
        said = {
            "copy": f"comes from the copy {names}{where}",
            "merge": f"was put together from the copies {names}{where}",
            "dataset": f"comes from{where.removeprefix(' of')}; from which copy cannot be told",
            "none": "comes from no dataset that was looked at",
        }[self.verdict]
        risks = [
            f"  {copy['copy']}: a copy that is not a source would fit as well with a probability of at most "
            f"{copy['false_accusation']:.1g} (score {copy['score']:.1f})"
            for copy in named
        ]
        return [
            f"{self.path}: {said}",
            *risks,
            f"  {self.rows_recognised:,} of {self.rows_read:,} lines read were recognised; "
            f"identifiers: {self.synthetic}",
            *(f"  changed: {edit}" for edit in self.edits),
            *(f"  evidence: {line}" for line in self.evidence),
        ]


def form_words(
    found: Found, mark: str, table: DatasetTable, lines: Sequence[str], matches: Matches
) -> list[str]:
    """What the form of the file says was done to it."""
    names = {";": "semicolons", "\t": "tabs", "|": "bars", ",": "commas", "": "nothing that is seen"}
    said = [f"text in {', '.join(found.encodings)}, values parted by {names.get(mark, mark)}"]
    known = {column.name for column in table.columns}
    head = sum(name in line for line in lines[:3] for name in known) if lines else 0
    if not head:
        said.append("no header that the dataset has")
    if len(matches.row) > 2:
        rising = float((np.diff(matches.row) > 0).mean())
        if rising < 0.9:
            said.append(f"rows in another order ({rising:.0%} follow the dataset's)")
        twice = len(matches.row) - len(np.unique(matches.row))
        if twice:
            said.append(f"{twice:,} lines repeat a row")
    missing = len(lines) - len(matches.line)
    if missing > max(2, len(lines) // 50):
        said.append(f"{missing:,} lines that are no rows of the dataset")
    return said


def spelling_words(marks: Evidence) -> list[str]:
    """Ways of spelling that someone evened out."""
    said = []
    for way, name in enumerate(KINDS):
        mine = marks.channel % len(KINDS) == way
        if mine.sum() >= _MANY:
            share = float(marks.seen[mine].mean())
            if abs(share - MARKED) > 0.5 * MARKED:
                said.append(f"spelling by {name} was evened out ({share:.0%} instead of {MARKED:.0%})")
    return said


def mark_words(
    marks: Evidence, copies: Sequence[dict[str, Any]], named: Sequence[Score], table: DatasetTable
) -> list[str]:
    """What the marks say."""
    columns = [table.columns[place].name for place, _ in mark_columns(table.columns)]
    read = [columns[c] for c in sorted({int(c) // len(KINDS) for c in np.unique(marks.channel)})]
    said = (
        [f"{len(marks.seen):,} marked cells read in {len(read)} columns ({', '.join(read)})"] if read else []
    )
    for one in named:
        agree = float((marks.coins[:, one.copy] == marks.seen).mean()) if len(marks.seen) else 0.0
        held = int(marks.held[:, one.copy].sum())
        said.append(
            f"{copies[one.copy]['copy']}: {agree:.1%} of the cells are spelled as in it (68 % by chance), "
            f"{held:,} of {len(marks.held):,} rows stand in it"
        )
    if not named:
        said.append(f"no copy reaches a probability of false accusation below {ACCUSED:g}")
    return said

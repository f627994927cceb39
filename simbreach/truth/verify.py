"""The verdict on any file: is it synthetic, is it possibly real, or can that not be told; and on a dataset.

Made for whoever finds a file and must know at once whether it is a leak. It rests on counts of identifiers
inside and outside the ranges where nothing was ever assigned, and needs no key, manifest or network.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pyarrow as pa

from simbreach.core.errors import DatasetError
from simbreach.truth.kinds import searchable_kinds
from simbreach.truth.read import DATA_FILE, TRUTH_FILE, Tables
from simbreach.truth.safe import check_columns
from simbreach.truth.scan import ENOUGH, Scanner, Tally, scan_column, scan_stream

Verdict = Literal["synthetic", "possibly real", "cannot tell"]

_BATCH_ROWS = 65_536
_HEAD_BYTES = 8192
_PLACES_SHOWN = 10
# What the first bytes of files say that hold no readable text.
_PACKED = {
    b"PK\x03\x04": "a ZIP archive or an Office document",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"%PDF": "a PDF document",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
}


@dataclass(frozen=True)
class FileFindings:
    """The verdict on one file, the reason in words, and the counts that it rests on."""

    path: Path
    verdict: Verdict
    reason: str
    tallies: tuple[Tally, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the file is shown to be synthetic."""
        return self.verdict == "synthetic"

    def lines(self) -> list[str]:
        """The findings for a reader: verdict, counts, then places of what may be real."""
        counts = [
            f"  {tally.name}: {tally.candidates:,} candidates, {tally.synthetic:,} synthetic, "
            f"{tally.outside:,} valid outside the safe range, {tally.invalid:,} not valid"
            for tally in self.tallies
            if tally.candidates
        ]
        places = [line for tally in self.tallies if tally.beyond_chance() for line in place_lines(tally)]
        return [f"{self.path}: {self.verdict} ({self.reason})", *counts, *places]

    def as_dict(self) -> dict[str, object]:
        """The same for machines."""
        return {
            "path": str(self.path),
            "verdict": self.verdict,
            "reason": self.reason,
            "identifiers": [tally.as_dict() for tally in self.tallies],
        }


@dataclass(frozen=True)
class DatasetFindings:
    """Whether a dataset is whole and safe: what is wrong, and what was looked at."""

    path: Path
    faults: tuple[str, ...]
    files: int
    tallies: tuple[Tally, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults and not any(tally.outside for tally in self.tallies)

    def lines(self) -> list[str]:
        """The findings for a reader."""
        cells = sum(tally.candidates for tally in self.tallies)
        safe = sum(tally.synthetic for tally in self.tallies)
        outside = sum(tally.outside for tally in self.tallies)
        others = cells - safe - outside
        return [
            f"{self.path}: {'whole and synthetic' if self.ok else 'not as it was written'}",
            f"  {self.files:,} files and the content digests of their tables compared with the manifest: "
            f"{len(self.faults):,} differ",
            *(f"  {fault}" for fault in self.faults),
            f"  {cells:,} identifiers in {len(self.tallies):,} columns: {safe:,} in their safe range, "
            f"{outside:,} outside, {others:,} that are none (placeholders, cut or wrong numbers)",
            *(line for tally in self.tallies for line in place_lines(tally)),
        ]

    def as_dict(self) -> dict[str, object]:
        """The same for machines."""
        return {
            "path": str(self.path),
            "ok": self.ok,
            "files": self.files,
            "faults": list(self.faults),
            "columns": [tally.as_dict() for tally in self.tallies],
        }


def place_lines(tally: Tally) -> list[str]:
    """Where the first identifiers outside lie, masked, and how many more there are."""
    shown = tally.places[:_PLACES_SHOWN]
    lines = [f"  {p.where}, bytes {p.start_byte}–{p.end_byte}: {p.name} {p.mask}" for p in shown]
    more = tally.outside - len(shown)
    return [*lines, f"  … and {more:,} more of {tally.name}"] if more else lines


def check_identifiers(folder: Path) -> tuple[Tally, ...]:
    """A tally for each column with identifiers of a dataset; none where its tables cannot be read."""
    try:
        columns = Tables(folder / "truth", folder / TRUTH_FILE)["columns"].to_table().to_pylist()
        return tuple(check_columns(Tables(folder / "tables", folder / DATA_FILE), columns))
    except (OSError, pa.ArrowException, DatasetError):
        # A file that cannot be read differs from the manifest: that is told already.
        return ()


def verify_file(path: Path) -> FileFindings:
    """The verdict on `path`, a file of text in any 8-bit encoding or UTF-8, or a Parquet file.

    Memory is bounded by a few chunks whatever the size. OSError when the file cannot be read.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if not head:
        return FileFindings(path, "cannot tell", "the file is empty")
    if head[:4] == b"PAR1":
        return _judge(path, _scan_parquet(path))
    if why := _unreadable(head):
        return FileFindings(path, "cannot tell", why)
    scanner = Scanner(searchable_kinds())
    with path.open("rb") as stream:
        scan_stream(stream, scanner)
    return _judge(path, scanner)


def _unreadable(head: bytes) -> str:
    """Why the bytes are no text that can be searched, or nothing."""
    for magic, what in _PACKED.items():
        if head.startswith(magic):
            return f"{what}: extract or export it as text first"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16 text: save it as UTF-8 first"
    if sum(byte < 32 and byte not in b"\t\n\v\f\r\x1b" for byte in head) * 50 > len(head):
        return "binary data, not text"
    return ""


def _scan_parquet(path: Path) -> Scanner:
    """The identifiers in all columns of a Parquet file that can be read as text."""
    import pyarrow.parquet as pq

    scanner = Scanner(searchable_kinds())
    try:
        with pq.ParquetFile(path) as file:
            names = [field.name for field in file.schema_arrow if _is_text(field.type)]
            first_row = 0
            for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=names):
                for name in names:
                    scan_column(name, batch.column(name), first_row, scanner)
                first_row += batch.num_rows
    except pa.ArrowException as problem:
        raise DatasetError(f"{path}: not a whole Parquet file ({type(problem).__name__})") from None
    return scanner


def _is_text(kind: object) -> bool:
    """Whether a column of this Arrow type is text, or a number that an identifier may be stored as."""
    import pyarrow.types as types

    if types.is_dictionary(kind):
        return _is_text(kind.value_type)  # type: ignore[attr-defined]
    return bool(
        types.is_string(kind)
        or types.is_large_string(kind)
        or types.is_string_view(kind)
        or types.is_integer(kind)
    )


def _judge(path: Path, scanner: Scanner) -> FileFindings:
    """The verdict on what was counted."""
    tallies = tuple(scanner.tallies)
    real = [tally for tally in tallies if tally.beyond_chance()]
    if real:
        counts = ", ".join(f"{tally.outside:,} {tally.name}" for tally in real)
        return FileFindings(path, "possibly real", f"valid outside the safe ranges: {counts}", tallies)
    different = sum(len(tally.distinct) for tally in tallies)
    if different >= ENOUGH:
        accidents = sum(tally.outside for tally in tallies)
        beside = f", but for {accidents:,} other numbers that are valid by accident" if accidents else ""
        reason = f"every valid identifier lies in a safe range{beside}"
        return FileFindings(path, "synthetic", reason, tallies)
    return FileFindings(
        path, "cannot tell", f"fewer than {ENOUGH} different identifiers to judge by", tallies
    )

"""Identifiers in text: how many stand there, how many are synthetic, where those lie that may be real.

Runs on real leaks: nothing here keeps, prints or raises a value that is not provably synthetic. Text is
read a chunk at a time as Latin-1, so that a character's place is its byte's, whatever the encoding:
identifiers are ASCII.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from math import sqrt
from typing import BinaryIO, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrays import Bits
from simbreach.core.arrow import Array, Strings, from_numpy, strings

CHUNK_BYTES = 1 << 22
# Fewer different synthetic identifiers could be placeholders that someone typed into a real file.
ENOUGH = 10
_PLACES_KEPT = 20
_DISTINCT_KEPT = 100
_CUTS = (b"\n", b"\r", b";", b"\t", b"|", b",", b" ")


@dataclass(frozen=True)
class Kind:
    """One kind of identifier that text can be searched for.

    `pattern` finds candidates, of which `fits` (`StringArray[n]` → `bool[n]`) keeps those of this kind;
    `synthetic` (likewise) tells those in the safe range; `valid` those of the others that have a right form
    and check digits, which one number in `chance` has by accident (1: nothing but the form tells).
    """

    name: str
    pattern: re.Pattern[str]
    fits: Callable[[Strings], Bits]
    synthetic: Callable[[Strings], Bits]
    valid: Callable[[Strings], Bits]
    chance: int


@dataclass(frozen=True)
class Place:
    """Where a valid identifier outside the safe ranges lies: in `where`, its bytes [start, end), masked."""

    name: str
    where: str
    start_byte: int
    end_byte: int
    mask: str


@dataclass
class Tally:
    """What was found of one kind: `candidates` = `synthetic` + `outside` + those that are not valid."""

    name: str
    chance: int
    candidates: int = 0
    synthetic: int = 0
    outside: int = 0
    places: list[Place] = field(default_factory=list)
    distinct: set[str] = field(default_factory=set)

    @property
    def invalid(self) -> int:
        """Candidates with a wrong form or check digit."""
        return self.candidates - self.synthetic - self.outside

    def as_dict(self) -> dict[str, object]:
        """The counts and places, fit for JSON."""
        counts = {
            "candidates": self.candidates,
            "synthetic": self.synthetic,
            "outside": self.outside,
            "invalid": self.invalid,
        }
        return {"name": self.name, **counts, "places": [asdict(place) for place in self.places]}

    def beyond_chance(self) -> bool:
        """Whether more lie outside than numbers that are no identifiers would by accident (three deviations).

        Of those, one in `chance` is valid, so that the invalid ones tell how many there are.
        """
        expected = self.invalid / (self.chance - 1) if self.chance > 1 else 0
        return self.outside > expected + 3 * sqrt(expected)


class Locate(Protocol):
    """How a scanned piece of text says where a span of it lies."""

    def __call__(self, start: int, end: int) -> tuple[str, int, int]:
        """`where`, first byte and end byte of the characters [start, end)."""


class Scanner:
    """Counts the identifiers of `kinds` in the pieces of text that it is fed."""

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self._kinds = kinds
        self.tallies = [Tally(kind.name, kind.chance) for kind in kinds]

    def feed(self, text: str, locate: Locate) -> None:
        """Count what stands in `text`; no identifier may reach into the next piece."""
        for kind, tally in zip(self._kinds, self.tallies, strict=True):
            found = kind.pattern.findall(text)
            if not found:
                continue
            texts = strings(found)
            fits = kind.fits(texts)
            synthetic = kind.synthetic(texts) & fits
            tally.candidates += int(fits.sum())
            tally.synthetic += int(synthetic.sum())
            if len(tally.distinct) < _DISTINCT_KEPT:
                tally.distinct.update(found[i] for i in np.flatnonzero(synthetic)[:_DISTINCT_KEPT])
            rest = np.flatnonzero(fits & ~synthetic)
            outside = rest[kind.valid(texts.take(from_numpy(rest)))].tolist() if len(rest) else []
            tally.outside += len(outside)
            if outside and len(tally.places) < _PLACES_KEPT:
                self._keep_places(tally, kind, text, set(outside[:_PLACES_KEPT]), locate)

    def _keep_places(self, tally: Tally, kind: Kind, text: str, outside: set[int], locate: Locate) -> None:
        for number, match in enumerate(kind.pattern.finditer(text)):
            if number in outside:
                where, start, end = locate(*match.span())
                tally.places.append(Place(kind.name, where, start, end, mask(match[0])))
                if len(tally.places) == _PLACES_KEPT:
                    return


def mask(text: str) -> str:
    """`text` with every letter and digit hidden; what is left shows its form.

    >>> mask("06 12 34 56 78")
    '** ** ** ** **'
    """
    return re.sub(r"\w", "*", text)


class Read(Protocol):
    """How bytes become the text that is searched."""

    def __call__(self, data: bytes) -> tuple[bytes, Callable[[int, int], tuple[int, int]]]:
        """What is read of `data`, and where in `data` a span [start, end) of it lies."""


def as_written(data: bytes) -> tuple[bytes, Callable[[int, int], tuple[int, int]]]:
    """The bytes as they are."""
    return data, lambda start, end: (start, end)


def scan_stream(stream: BinaryIO, scanner: Scanner, read: Read = as_written) -> int:
    """Feed all of `stream` (opened for bytes) to `scanner`, a chunk at a time; how many bytes there were."""
    first_byte = 0
    line = 1
    for chunk in _chunks(stream):
        text, placed = read(chunk)
        _feed_chunk(scanner, text.decode("latin-1"), placed, chunk, first_byte, line)
        first_byte += len(chunk)
        line += chunk.count(b"\n")
    return first_byte


def _feed_chunk(
    scanner: Scanner,
    text: str,
    placed: Callable[[int, int], tuple[int, int]],
    chunk: bytes,
    first_byte: int,
    first_line: int,
) -> None:
    def locate(start: int, end: int) -> tuple[str, int, int]:
        start, end = placed(start, end)
        line = first_line + chunk.count(b"\n", 0, start)
        return f"line {line}", first_byte + start, first_byte + end

    scanner.feed(text, locate)


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    """The stream in pieces that end where no identifier is cut: at a line's end, else at a separator."""
    rest = b""
    while block := stream.read(CHUNK_BYTES):
        if len(rest) >= CHUNK_BYTES:
            # More follows: what is at the end is whole, whatever its last separator is.
            half = len(rest) // 2
            cut = next((place + 1 for mark in _CUTS if (place := rest.rfind(mark, half)) >= 0), len(rest))
            yield rest[:cut]
            rest = rest[cut:]
        rest += block
    if rest:
        yield rest


def scan_column(name: str, column: Array, first_row: int, scanner: Scanner, read: Read = as_written) -> None:
    """Feed a column of text to `scanner`; places are `row N, column NAME` and bytes within the cell."""
    cells = pc.fill_null(column.cast(pa.string()), "")
    joined = pc.binary_join(pa.ListArray.from_arrays([0, len(cells)], cells), "\n")[0].as_py()
    text, placed = read(joined.encode())
    lengths = np.asarray(pc.binary_length(cells), dtype=np.int64)
    starts = np.concatenate(([0], np.cumsum(lengths + 1)))

    def locate(start: int, end: int) -> tuple[str, int, int]:
        start, end = placed(start, end)
        row = bisect_right(starts, start) - 1
        base = int(starts[row])
        return f"row {first_row + row}, column {name}", start - base, end - base

    scanner.feed(text.decode("latin-1"), locate)

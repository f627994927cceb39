"""A guard for logs and responses: an output holds no identifier of the dataset's people, in any spelling.

A failure gives counts, places and masks.
"""

import mmap
import os
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from simbreach.api import Dataset
from simbreach.core.arrow import from_numpy
from simbreach.core.registry import find_identifier
from simbreach.testing.breach import Breach
from simbreach.testing.cache import PATIENTS
from simbreach.testing.escapes import HEAD_BYTES, utf_16_of
from simbreach.testing.records import Patient
from simbreach.testing.search import KINDS, Buffer, Finder, Known
from simbreach.truth.scan import mask

_SHOWN = 10


def assert_no_leak(
    output: "str | bytes | bytearray | memoryview | os.PathLike[str]",
    breach: Dataset | Iterable[Patient],
    *,
    kinds: Sequence[str] = KINDS,
) -> None:
    """Pass if `output` holds no identifier of these people, however it is spelled.

    `output` is a text, bytes, or the path of a file, which is read as it is. `breach` is a dataset: all who
    stand in a row of it, and what the rows show of their doctors' numbers and addresses; or some patients.
    `kinds` are those to look for: `nir`, `phone` (with or without 0, +33, blanks, dots), `email`, `iban`, and
    `name`: a first name and a surname side by side, in either order, without case and accents. Text is read
    in UTF-8, UTF-16 and 8-bit encodings of French, through the escapes of URLs (`%40`), JSON, HTML and
    Python. A first name or a surname alone is nobody's. Not found is what was hashed, cut, packed, encrypted,
    or written in Base64, quoted-printable, UTF-7, UTF-32 or EBCDIC; nor letters and digits that were escaped.
    """
    __tracebackhide__ = True
    if problem := _problem(output, breach, kinds):
        raise AssertionError(problem)


def _problem(output: Any, breach: Dataset | Iterable[Patient], kinds: Sequence[str]) -> str:
    """What stands in the output, in lines; or nothing."""
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise ValueError(f"kinds: unknown {unknown[0]!r} (known: {', '.join(KINDS)})")
    finder = _finder(breach)
    counts: dict[str, int] = {}
    places: list[tuple[int, str]] = []
    with _Opened(output) as (data, line_of):
        for found in finder.find(data):
            if found.kind not in kinds:
                continue
            counts[found.kind] = counts.get(found.kind, 0) + 1
            if len(places) < _SHOWN:
                value = bytes(data[found.start : found.end]).decode("latin-1")
                hidden = re.sub(r"[^\x00-\x7f]", "*", mask(value))
                where = f"line {line_of(found.start)}, bytes {found.start}–{found.end}"
                places.append((found.start, f"  {where}: {found.kind} {hidden}"))
    if not counts:
        return ""
    said = ", ".join(f"{counts[kind]:,} {kind}" for kind in KINDS if kind in counts)
    more = sum(counts.values()) - len(places)
    lines = [f"identifiers of the dataset's people: {said}", *(line for _, line in sorted(places))]
    return "\n".join(lines + ([f"  … and {more:,} more"] if more else []))


class _Opened:
    """The bytes of an output, and the line that a byte stands in."""

    def __init__(self, output: "str | bytes | bytearray | memoryview | os.PathLike[str]") -> None:
        self._file: BinaryIO | None = None
        self._map: mmap.mmap | None = None
        self._data: Buffer
        if isinstance(output, str):
            self._data = output.encode("utf-8", "surrogateescape")
        elif isinstance(output, os.PathLike):
            self._file = Path(output).open("rb")  # noqa: SIM115 - closed below
            if os.fstat(self._file.fileno()).st_size:
                self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
            self._data = memoryview(self._map) if self._map else b""
        else:
            self._data = memoryview(output).cast("B")
        if codec := utf_16_of(bytes(self._data[:HEAD_BYTES])):
            self._data = bytes(self._data).decode(codec, "replace").encode()

    def __enter__(self) -> "tuple[Buffer, Any]":
        return (
            self._data,
            lambda place: (
                1
                + sum(
                    bytes(self._data[start : min(place, start + (1 << 20))]).count(b"\n")
                    for start in range(0, place, 1 << 20)
                )
            ),
        )

    def __exit__(self, *_: object) -> None:
        if isinstance(self._data, memoryview):
            self._data.release()
        if self._map:
            self._map.close()
        if self._file:
            self._file.close()


def _finder(breach: Dataset | Iterable[Patient]) -> Finder:
    """What finds the people; of a dataset in the cache made once."""
    if isinstance(breach, Breach):
        return _cached_finder(breach.cache.dataset(breach.wanted).home)
    if isinstance(breach, Dataset):
        return _finder_of_dataset(breach.path)
    patients = list(breach)
    return Finder(
        Known(
            nirs=frozenset(p.nir for p in patients),
            phones=frozenset(n for p in patients for n in (p.mobile, p.landline) if n),
            emails=frozenset(p.email for p in patients if p.email),
            names=frozenset((p.first_name, n) for p in patients for n in (p.usage_name, p.birth_name)),
        )
    )


def _finder_of_dataset(folder: Path) -> Finder:
    """What the truth says of the people, and what identifies somebody in the written cells."""
    dataset = Dataset(folder)
    persons = dataset.truth["persons"].to_table(columns=["nir", "first_name", "usage_name", "birth_name"])
    people = {name: persons.column(name).to_pylist() for name in persons.column_names}
    found: dict[str, set[str]] = {
        "nirs": set(people["nir"]),
        "phones": set(),
        "emails": set(),
        "ibans": set(),
    }
    columns = dataset.truth["columns"].to_table().to_pylist()
    for name in dataset.tables:
        asked = {}
        for entry in columns:
            sought = _WRITTEN.get(entry["label"])
            if sought and entry["table"] == name and entry["sensitivity"] == "direct":
                asked[entry["column"]] = sought
        for column, values in zip(
            asked, dataset.table(name).to_table(columns=list(asked)).columns, strict=True
        ):
            cells = pc.unique(values.combine_chunks().cast(pa.string())).drop_null()
            kind, modules = asked[column]
            for module in modules:
                safe = find_identifier(module).synthetic_mask(cells)
                found[kind].update(cells.filter(from_numpy(safe)).to_pylist())
    if (folder / PATIENTS).is_file():
        own = pq.read_table(folder / PATIENTS, columns=["email", "mobile", "landline"])
        found["emails"].update(own.column("email").drop_null().to_pylist())
        for name in ("mobile", "landline"):
            found["phones"].update(own.column(name).drop_null().to_pylist())
    surnames = (people["usage_name"], people["birth_name"])
    names = {pair for some in surnames for pair in zip(people["first_name"], some, strict=True)}
    return Finder(
        Known(
            nirs=frozenset(re.sub("[^0-9AaBb]", "", nir) for nir in found["nirs"]),
            phones=frozenset(found["phones"]),
            emails=frozenset(found["emails"]),
            ibans=frozenset(found["ibans"]),
            names=frozenset(names),
        )
    )


_cached_finder = lru_cache(maxsize=4)(_finder_of_dataset)

# Labels of columns, with what is looked for of their cells, and the identifiers that tell which are whole.
_WRITTEN: dict[str, tuple[str, tuple[str, ...]]] = {
    "id.nir": ("nirs", ("nir",)),
    "id.ins": ("nirs", ("nir",)),
    "contact.phone": ("phones", ("mobile", "landline")),
    "contact.email": ("emails", ("email",)),
    "finance.iban": ("ibans", ("iban",)),
}

"""Parts of a leaked file made at the same time: by forked processes where there are any, else by threads."""

import mmap
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa

from simbreach.core.arrow import Batches, from_numpy, integers
from simbreach.core.files import faults_told
from simbreach.core.forks import Forks, can_fork
from simbreach.core.threads import Threads
from simbreach.shapes.contract import LeakFile, Part, Runner, Spans, one_by_one
from simbreach.truth.leak_spans import SpanFiles

_DATA = "data"
_UNKNOWN = -1
_LOOK_AGAIN_S = 0.001
_CHUNK = 1 << 20


def runner(jobs: int) -> Runner:
    """A way to make the parts of a file `jobs` at a time; they come in order, few are kept in memory."""

    def run(make: Callable[[int], Part], parts: int) -> Iterator[Part]:
        if jobs < 2 or parts < 2:
            yield from one_by_one(make, parts)
            return
        begun = given = 0

        def may_begin() -> bool:
            nonlocal begun
            allowed = begun <= given + jobs
            begun += allowed
            return allowed

        crew: Forks | Threads
        if can_fork():
            crew = Forks(lambda number: _pack(make(number)), min(jobs, parts))
        else:
            crew = Threads(lambda number: (make(number), {}), min(jobs, parts))
        early: dict[int, Part] = {}
        try:
            for number, answer, batches in crew.map(range(parts), may_begin):
                early[number] = answer if isinstance(answer, Part) else _unpack(answer, batches)
                del answer, batches
                while given in early:
                    yield early.pop(given)
                    given += 1
        finally:
            crew.stop()

    return run


def together(
    spans: SpanFiles, jobs: int
) -> Callable[[LeakFile, Callable[[int], Part], int], Mapping[str, int]]:
    """A way to write the parts of a file `jobs` at a time, each to its place, spans to a file for each part.

    A part begins where the ones before it end: their sizes stand in memory that all share, and parts are
    begun in order, so that whoever waits for a size waits for one that is being made.
    """

    def write(file: LeakFile, make: Callable[[int], Part], parts: int) -> Mapping[str, int]:
        base, first = file.position, spans.reserve(parts)
        shared = mmap.mmap(-1, max(parts, 1) * 8)
        sizes = np.frombuffer(shared, dtype=np.int64)
        sizes[:] = _UNKNOWN

        def task(number: int) -> tuple[Any, Batches]:
            part = make(number)
            sizes[number] = memoryview(part.data).nbytes
            while (sizes[:number] == _UNKNOWN).any():
                time.sleep(_LOOK_AGAIN_S)
            start = base + int(sizes[:number].sum())
            with faults_told(file.path.parent), file.path.open("r+b") as out:
                out.seek(start)
                out.write(part.data)
            with faults_told(file.path.parent), spans.alone(first + number) as own:
                for found in part.spans:
                    own.mark(file.name, found.moved(start))
            return (own.rows, dict(part.counts)), {}

        counts: Counter[str] = Counter()
        taken, waiting = 0, set()
        # Unbuffered: what is read ahead may not have been written yet.
        with file.path.open("rb", buffering=0) as written, closing(_each(task, parts, jobs)) as done:
            written.seek(base)
            for number, (rows, counted), _ in done:
                spans.rows += rows
                counts.update(counted)
                waiting.add(number)
                while taken in waiting:
                    _take(file, written, int(sizes[taken]))
                    taken += 1
        return {what: number for what, number in counts.items() if number}

    return write


def _each(
    task: Callable[[int], tuple[Any, Batches]], parts: int, jobs: int
) -> Generator[tuple[int, Any, Batches], None, None]:
    """(number, answer, batches) of all parts, in the order in which `jobs` end with them."""
    if min(jobs, parts) < 2:
        for number in range(parts):
            yield number, *task(number)
        return
    crew = (Forks if can_fork() else Threads)(task, min(jobs, parts))
    try:
        yield from crew.map(range(parts), lambda: True)
    finally:
        crew.stop()


def _take(file: LeakFile, written: BinaryIO, size: int) -> None:
    """Count the next `size` bytes of the file as written."""
    while size:
        data = written.read(min(size, _CHUNK))
        file.took(data)
        size -= len(data)


def _pack(part: Part) -> tuple[Any, Batches]:
    """A part as what processes hand over: words about it, and batches."""
    data = pa.Array.from_buffers(pa.uint8(), memoryview(part.data).nbytes, [None, pa.py_buffer(part.data)])
    batches = {_DATA: pa.RecordBatch.from_arrays([data], [_DATA])}
    about = []
    for number, spans in enumerate(part.spans):
        about.append((spans.unit, spans.table, spans.member))
        start, end, row = map(from_numpy, (spans.start, spans.end, spans.row))
        arrays = [start, end, spans.label, row, spans.column]
        batches[str(number)] = pa.RecordBatch.from_arrays(arrays, ["start", "end", "label", "row", "column"])
    return (about, dict(part.counts)), batches


def _unpack(answer: tuple[list[tuple[str, str, str | None]], dict[str, int]], batches: Batches) -> Part:
    about, counts = answer
    spans = []
    for number, (unit, table, member) in enumerate(about):
        start, end, label, row, column = batches[str(number)].columns
        spans.append(Spans(unit, integers(start), integers(end), label, table, integers(row), column, member))
    return Part(batches[_DATA].column(0).buffers()[1], tuple(spans), counts)

"""Shapes beside the libraries of their formats: the same messages and resources, made each way, per second.

What is timed is the writing of rows that are at hand: our shapes make the results of the visits while they
write, the libraries are given every value and only build and serialise.
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from measure import Result, script

from simbreach.api import load_profile
from simbreach.engine.plan import compile_plan
from simbreach.engine.results import table_results
from simbreach.shapes import fhir, hl7
from simbreach.shapes.contract import Cells, Column, Out


class Rows:
    """The first rows of a profile's main table, as a shape is given them."""

    def __init__(self, rows: int, profile: str = "labs-demo") -> None:
        plan = compile_plan(load_profile(profile), rows=rows)
        self._maker = plan.main
        self.name, self.rows, self.parts = self._maker.name, rows, 1
        self.columns = tuple(
            Column(column.name, *label)
            for column, label in zip(self._maker.columns, self._maker.labels, strict=True)
        )
        made = self._maker.make(0, rows).written
        source = pa.DictionaryArray.from_arrays(np.zeros(rows, dtype=np.int32), ["source"])
        names = {"row": pa.int64(), "column": pa.string(), "start": pa.int32(), "end": pa.int32()}
        nothing = pa.RecordBatch.from_pylist([], pa.schema({**names, "label": pa.string()}))
        self._cells = Cells(0, made, source, nothing)
        self.results(0, 1)

    def part(self, number: int) -> Cells:
        return self._cells

    def read(self) -> Iterator[Cells]:
        yield self._cells

    def results(self, start: int, stop: int) -> pa.RecordBatch:
        return table_results(self._maker, start, stop)


def ours(shape: Any, table: Rows, options: dict[str, Any], folder: Path) -> float:
    """Seconds that a shape takes; its spans are made and dropped."""
    start = time.perf_counter()
    shape.write([table], Out(folder, lambda file, spans: None), shape.Options(**options))
    return time.perf_counter() - start


def with_hl7apy(messages: list[str]) -> float:
    """Seconds that hl7apy takes to build the same messages, field by field, and to write them."""
    from hl7apy.core import Message, Segment

    start = time.perf_counter()
    for text in messages:
        message = Message("ORU_R01", version="2.5")
        for line in text.split("\r"):
            kind, *fields = line.split("|")
            segment = message.msh if kind == "MSH" else Segment(kind, version="2.5")
            # The field separator is MSH-1; the library sets it and MSH-2 by itself.
            for number, value in enumerate(
                fields[1:] if kind == "MSH" else fields, start=3 if kind == "MSH" else 1
            ):
                if value:
                    setattr(segment, f"{kind.lower()}_{number}", value)
            if kind != "MSH":
                message.add(segment)
        if message.to_er7().count("\r") < text.count("\r"):
            raise AssertionError("hl7apy wrote fewer segments")
    return time.perf_counter() - start


def with_fhir_resources(bundles: list[dict[str, Any]]) -> float:
    """Seconds that fhir.resources takes to build the same bundles and to serialise them."""
    from fhir.resources.R4B.bundle import Bundle

    start = time.perf_counter()
    for bundle in bundles:
        if len(Bundle(**bundle).model_dump_json()) < 1000:
            raise AssertionError("fhir.resources wrote no bundle")
    return time.perf_counter() - start


def read_messages(path: Path, count: int) -> list[str]:
    # Not as text: a carriage return ends a segment, and would become a line feed.
    text = path.read_bytes().decode().partition("\rMSH")[2]
    found = ("MSH" + text.partition("\rBTS")[0]).split("\rMSH")
    return [found[0], *(f"MSH{message}" for message in found[1:count])]


def read_bundles(path: Path, count: int) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line, _ in zip(file, range(count), strict=False)]


def best(run: Callable[[], float], times: int) -> float:
    return min(run() for _ in range(times))


def measure(quick: bool) -> list[Result]:
    rows, count, rounds = (4_000, 20, 1) if quick else (20_000, 100, 3)
    table = Rows(rows)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        oru = rows / best(lambda: ours(hl7, table, {"messages": "oru"}, folder), rounds)
        messages = read_messages(folder / "messages.hl7", count)
        hl7apy = count / with_hl7apy(messages)
        lots = rows / best(lambda: ours(fhir, table, {}, folder), rounds)
        bundles = read_bundles(folder / "bundles.ndjson", count)
        resources = count / with_fhir_resources(bundles)
    return [
        _result("ORU^R01 messages a second", oru, "hl7apy", hl7apy, 50),
        _result("FHIR bundles a second", lots, "fhir.resources", resources, 20),
    ]


def _result(what: str, our: float, library: str, peer: float, target: float) -> Result:
    return Result(what, f"{our:,.0f}", f"{library} {peer:,.0f}", our / peer, target, least=True)


if __name__ == "__main__":
    script(measure)

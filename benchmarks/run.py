"""All benchmarks, one after the other, written to docs/benchmarks.md."""

import argparse
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import circulation
import duckdb_load
import people
import scaling
import shapes
import startup
import strategies
import testing
import throughput
from measure import table

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
PEERS = (
    *("tpchgen-cli", "Faker", "mimesis", "duckdb", "pyarrow", "numpy"),
    *("hl7apy", "fhir.resources", "ahocorasick-rs", "hypothesis"),
)

HEAD = """# Benchmarks

Every figure is a ratio against a peer that ran on the same machine in the same minutes, in turn with ours,
the best of three each. `make bench` measures again and writes this page; each script in `benchmarks/` also
runs alone (`python benchmarks/throughput.py --quick`).

Whole commands are timed, interpreter start and truth tables included, into a folder held in memory. A
*filled cell* is a cell of a leaked table that is not null.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes; prints and writes no page")
    quick = parser.parse_args().quick
    results = []
    for script in (
        throughput,
        people,
        duckdb_load,
        scaling,
        shapes,
        circulation,
        testing,
        strategies,
        startup,
    ):
        print(f"{script.__name__} …", file=sys.stderr, flush=True)
        results += script.measure(quick)
    text = table(results)
    print(text)
    if not quick:
        versions = ", ".join(f"{name} {version(name)}" for name in PEERS)
        python = platform.python_version()
        machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {python}, {versions}."
        # What bounds the figures is written by hand, below a heading of its own.
        _, heading, bounds = PAGE.read_text(encoding="utf-8").partition("\n## ")
        PAGE.write_text(f"{HEAD}\n{text}\n\nMeasured with {machine}\n{heading}{bounds}", encoding="utf-8")
        print(f"wrote {PAGE}", file=sys.stderr)


if __name__ == "__main__":
    main()

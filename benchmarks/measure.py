"""What the benchmark scripts share: timed commands, alternated runs, a line of the table."""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FLAGSHIP = "labs-nord-ouest-2021"
BIN = Path(sys.executable).parent
ROUNDS = 3


@dataclass(frozen=True)
class Result:
    """One line of docs/benchmarks.md: our figure, the peer's, their ratio and what it should reach."""

    measure: str
    ours: str
    peer: str
    ratio: float
    target: float
    least: bool

    @property
    def met(self) -> bool:
        return self.ratio >= self.target if self.least else self.ratio <= self.target

    def cells(self) -> tuple[str, ...]:
        sign = "≥" if self.least else "≤"
        verdict = "yes" if self.met else "**no**"
        return (self.measure, self.ours, self.peer, f"{self.ratio:.2f}", f"{sign} {self.target:g}", verdict)


@dataclass(frozen=True)
class Run:
    """What one command took."""

    seconds: float
    peak_mb: float


# A child's peak begins with what its parent holds: a small process starts the command and notes its peak.
_WATCH = """import resource, subprocess, sys, time
begun = time.perf_counter()
code = subprocess.call(sys.argv[2:])
seconds = time.perf_counter() - begun
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
open(sys.argv[1], "w").write(f"{code} {seconds} {peak}")
"""


def run(command: Sequence[str | Path]) -> Run:
    """Run a command; its wall time and the peak of its largest process. A failure ends the script."""
    with tempfile.TemporaryFile() as words, tempfile.NamedTemporaryFile("r") as seen:
        watch = [sys.executable, "-I", "-S", "-c", _WATCH, seen.name]
        subprocess.run([*watch, *map(str, command)], stdout=words, stderr=words, check=True)
        code, seconds, peak = seen.read().split()
        if code != "0":
            words.seek(0)
            sys.exit(f"{command[0]} failed: {words.read().decode(errors='replace').strip()[-300:]}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Run(float(seconds), int(peak) / unit)


def generate(out: Path, *, rows: int | None = None, sink: str = "parquet", jobs: int | None = None) -> Run:
    """Make the flagship afresh in `out` with the whole command."""
    shutil.rmtree(out, ignore_errors=True)
    command = [BIN / "simbreach", "generate", FLAGSHIP, "--seed", "4", "--sink", sink, "--out", out]
    command += ["--rows", str(rows)] if rows else []
    command += ["--jobs", str(jobs)] if jobs else []
    return run(command)


def in_turn(*works: Callable[[], float], rounds: int = ROUNDS) -> list[float]:
    """The best of `rounds` for each work, run in turn, so that a slow moment of the machine strikes all."""
    times = [[work() for work in works] for _ in range(rounds)]
    return [min(column) for column in zip(*times, strict=True)]


@contextmanager
def memory_folder() -> Iterator[Path]:
    """A folder held in memory where the system has one, gone afterwards."""
    shm = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=shm if shm.is_dir() else None, prefix="simbreach-bench-") as folder:
        yield Path(folder)


def table(results: Sequence[Result]) -> str:
    """The results as a Markdown table."""
    heading = ("measure", "simbreach", "peer", "ratio", "to reach", "reached")
    rows = [heading, ("---",) * len(heading), *(result.cells() for result in results)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def script(measure: Callable[[bool], list[Result]]) -> None:
    """Run one benchmark alone and print its lines; `--quick` for small sizes that show only that it runs."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes: shows that it runs, not how fast")
    print(table(measure(parser.parse_args().quick)))

"""Filled cells a second to zstd Parquet, truth included, whole command, against tpchgen-cli."""

import shutil
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.dataset as ds
from measure import BIN, Result, generate, in_turn, memory_folder, run, script

LINEITEM_ROWS = 6_001_215
LINEITEM_COLUMNS = 16


def measure(quick: bool) -> list[Result]:
    sizes = [(20_000, 0.4)] if quick else [(491_840, 0.4), (5_000_000, 0.6)]
    with memory_folder() as folder:
        return [_one(folder, rows, target, 1 if quick else 3) for rows, target in sizes]


def _one(folder: Path, rows: int, target: float, rounds: int) -> Result:
    ours_s, peer_s = in_turn(
        lambda: generate(folder / "ours", rows=rows).seconds, lambda: _tpchgen(folder), rounds=rounds
    )
    made, cells, text = _filled(folder / "ours")
    rate = cells / ours_s
    peer = LINEITEM_ROWS * LINEITEM_COLUMNS / peer_s
    return Result(
        f"filled cells a second to Parquet with truth, {rows:,} rows",
        f"{rate / 1e6:.1f} M/s ({cells / 1e6:.1f} M in {ours_s:.2f} s; {made / ours_s / 1e3:,.0f} k rows/s, "
        f"{text / ours_s / 1e6:.0f} MB/s of text)",
        f"tpchgen-cli lineitem {peer / 1e6:.1f} M/s ({peer_s:.2f} s)",
        rate / peer,
        target,
        least=True,
    )


def _tpchgen(folder: Path) -> float:
    # It skips files that are there already.
    shutil.rmtree(folder / "peer", ignore_errors=True)
    options = ["parquet", "-s", "1", "--tables", "lineitem", "--compression", "ZSTD(1)"]
    return run([BIN / "tpchgen-cli", *options, "--output-dir", folder / "peer"]).seconds


def _filled(dataset: Path) -> tuple[int, int, int]:
    """Rows, filled cells and bytes of text of all leaked tables; the truth is made too, but not counted."""
    rows = cells = text = 0
    for folder in sorted((dataset / "tables").iterdir()):
        for batch in ds.dataset(folder).to_batches():
            rows += batch.num_rows
            for column in batch.columns:
                cells += len(column) - column.null_count
                text += pc.sum(pc.binary_length(column.cast("string"))).as_py() or 0
    return rows, cells, text


if __name__ == "__main__":
    script(measure)

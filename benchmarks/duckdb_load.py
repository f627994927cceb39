"""Straight into DuckDB, truth included, against DuckDB loading the Parquet of the same tables and truth."""

import time
from pathlib import Path

import duckdb
from measure import Result, generate, in_turn, memory_folder, script


def measure(quick: bool) -> list[Result]:
    rows = 20_000 if quick else None
    with memory_folder() as folder:
        generate(folder / "parquet", rows=rows)
        ours_s, peer_s = in_turn(
            lambda: generate(folder / "duckdb", rows=rows, sink="duckdb").seconds,
            lambda: _own_load(folder / "parquet", folder / "own.duckdb"),
            rounds=1 if quick else 3,
        )
    return [
        Result(
            "wall time straight into DuckDB, truth included",
            f"{ours_s:.2f} s, rows made on the way",
            f"DuckDB loading the same from Parquet: {peer_s:.2f} s",
            ours_s / peer_s,
            1.0,
            least=False,
        )
    ]


def _own_load(dataset: Path, target: Path) -> float:
    target.unlink(missing_ok=True)
    folders = sorted({part.parent for part in dataset.rglob("*.parquet")})
    begun = time.perf_counter()
    with duckdb.connect(str(target)) as connection:
        for folder in folders:
            name = folder.relative_to(dataset).as_posix()
            connection.execute(f"create table \"{name}\" as from read_parquet('{folder}/*.parquet')")
    return time.perf_counter() - begun


if __name__ == "__main__":
    script(measure)

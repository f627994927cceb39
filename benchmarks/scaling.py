"""Simbreach against itself: two jobs over one, memory and time at twenty times the size."""

from measure import Result, generate, in_turn, memory_folder, script


def measure(quick: bool) -> list[Result]:
    unit = 5_000 if quick else 500_000
    rounds = 1 if quick else 3
    with memory_folder() as folder:
        out = folder / "out"
        one_s, two_s = in_turn(
            lambda: generate(out, rows=10 * unit, jobs=1).seconds,
            lambda: generate(out, rows=10 * unit, jobs=2).seconds,
            rounds=rounds,
        )
        runs = {times: generate(out, rows=times * unit) for times in (1, 20)}
        direct = generate(out, rows=20 * unit, sink="duckdb")
        first, half, more, whole = in_turn(
            *(lambda times=times: generate(out, rows=times * unit).seconds for times in (1, 10, 11, 20)),
            rounds=rounds,
        )
    small, large = runs[1].peak_mb, runs[20].peak_mb
    sizes = f"{20 * unit:,} rows"
    return [
        Result(
            f"two jobs over one, {10 * unit:,} rows",
            f"{two_s:.1f} s",
            f"one job {one_s:.1f} s",
            one_s / two_s,
            1.7,
            least=True,
        ),
        Result(
            f"peak memory, Parquet, {sizes} over {unit:,}",
            f"{large:.0f} MB",
            f"{small:.0f} MB",
            large / small,
            1.1,
            least=False,
        ),
        Result(f"peak memory, Parquet, {sizes}", f"{large:.0f} MB", "700 MB", large / 700, 1.0, least=False),
        Result(
            f"peak memory, DuckDB, {sizes}",
            f"{direct.peak_mb:.0f} MB",
            "1,000 MB",
            direct.peak_mb / 1000,
            1.0,
            least=False,
        ),
        Result(
            "marginal time of the second half of the rows over the first",
            f"t({20 * unit:,}) - t({10 * unit:,}) = {whole - half:.2f} s",
            f"t({11 * unit:,}) - t({unit:,}) = {more - first:.2f} s",
            (whole - half) / (more - first),
            1.05,
            least=False,
        ),
    ]


if __name__ == "__main__":
    script(measure)

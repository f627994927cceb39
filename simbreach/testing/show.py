"""What `pytest --simbreach-cache` shows: the cached datasets."""

import sys
from pathlib import Path

from simbreach.testing.cache import Cache


def show_cache(root: Path | None) -> None:
    """Write a line for each entry of the cache, and their sum, to standard output."""
    if root is None:
        sys.stdout.write("simbreach: pytest keeps no cache here (-p no:cacheprovider)\n")
        return
    entries = Cache(root).entries()
    for folder, size, key in entries:
        what = key.get("shape") or ("DuckDB" if key.get("duckdb") else "tables, truth, patients")
        seed = "own" if key["seed"] is None else key["seed"]
        rows = "own" if key["rows"] is None else f"{key['rows']:,}"
        said = f"seed {seed}, rows {rows}, simbreach {key['simbreach']} (data version {key['data_version']})"
        sys.stdout.write(f"{folder.name}: {what}; {said}; {size / 1e6:.1f} MB\n")
    total = sum(size for _, size, _ in entries) / 1e6
    sys.stdout.write(f"simbreach: {len(entries)} entries, {total:.1f} MB, in {root}\n")

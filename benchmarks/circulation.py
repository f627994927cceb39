"""The copies of a leak beside plain writes of the same rows in the same shapes; a trace beside reading lines.

The plain writer has neither marks nor truth. It is told the rows of each copy, in order, and the columns;
DuckDB writes text, SQL and JSON lines, Python's libraries pack archives and change encodings.
"""

import json
import shutil
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from measure import BIN, ROUNDS, Result, generate, in_turn, memory_folder, run, script

COPY = "canal-prive"
DELIMITERS = {"semicolon": ";", "comma": ",", "tab": "\\t", "pipe": "|"}
ENCODINGS = {"cp1252": "cp1252", "utf-16": "utf-16-le"}
QUOTED = "coalesce('''' || replace(\"{}\", '''', '''''') || '''', 'NULL')"
READ = "for line in open({!r}, encoding='cp1252', errors='replace'): pass"


def ours(dataset: Path, out: Path) -> float:
    """Seconds of the whole command, marks, spans and the truth about rows included."""
    shutil.rmtree(out, ignore_errors=True)
    return run([BIN / "simbreach", "circulate", dataset, "--output", out]).seconds


def plain(dataset: Path, out: Path) -> float:
    """Seconds of a process that writes the rows of the same copies."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    return run([sys.executable, Path(__file__), "--plain", dataset, out]).seconds


def write_plain(dataset: Path, out: Path) -> None:
    table = pq.read_table(dataset / "tables" / "patients")
    for copy in pq.read_table(dataset / "truth" / "copies").to_pylist():
        for number, rows in enumerate(pieces(dataset, copy)):
            shown = table.select(copy["columns"]).take(rows)
            write_one(shown, out / f"{copy['copy']}-{number}", copy["shape"], json.loads(copy["options"]))


def pieces(dataset: Path, copy: dict[str, Any]) -> Iterator[pa.Array]:
    """The rows of each piece of a copy, in order; rows of padding have no number and are left out."""
    for part in sorted((dataset / "truth" / "copy_rows" / copy["copy"]).glob("*.parquet")):
        yield pq.read_table(part)["row"].drop_null()


def write_one(shown: pa.Table, path: Path, shape: str, options: dict[str, Any]) -> None:
    db = duckdb.connect()
    db.register("shown", shown)
    if shape == "jsonl":
        db.execute(f"copy shown to '{path}.jsonl' (format json)")
    elif shape == "sql_dump":
        cells = " || ',' || ".join(QUOTED.format(name) for name in shown.column_names)
        line = f"'INSERT INTO patients VALUES (' || {cells} || ');'"
        form = r"format csv, header false, delimiter e'\x01', quote '', escape ''"
        db.execute(f"copy (select {line} from shown) to '{path}.sql' ({form})")
    else:
        delimiter = DELIMITERS[options.get("delimiter", "semicolon")]
        header = options.get("header", "real") != "none"
        db.execute(f"copy shown to '{path}.csv' (format csv, header {header}, delimiter e'{delimiter}')")
        encoding = ENCODINGS.get(options.get("encoding", "cp1252"))
        if encoding is not None:
            encode(path.with_name(f"{path.name}.csv"), encoding)
        if shape == "archive":
            pack(path.with_name(f"{path.name}.csv"), options["format"])


def encode(path: Path, encoding: str) -> None:
    fresh = path.with_suffix(".encoded")
    with path.open(encoding="utf-8", newline="") as text, fresh.open("wb") as out:
        while piece := text.read(1 << 20):
            out.write(piece.encode(encoding, "replace"))
    fresh.replace(path)


def pack(path: Path, how: str) -> None:
    if how == "zip":
        with zipfile.ZipFile(path.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(path, path.name)
    else:
        with tarfile.open(path.with_suffix(".tar.gz"), "w:gz", compresslevel=6) as archive:
            archive.add(path, path.name)
    path.unlink()


def measure(quick: bool, rounds: int = ROUNDS) -> list[Result]:
    rows, size, rounds = (5_000, 2_000_000, 1) if quick else (None, 200_000_000, rounds)
    with memory_folder() as folder:
        dataset, copies, found = folder / "dataset", folder / "copies", folder / "found.csv"
        generate(dataset, rows=rows)
        # Once before: the plain writer is told by the truth which rows each copy has.
        ours(dataset, copies)
        with (copies / COPY / "patients.csv").open("rb") as whole:
            found.write_bytes(whole.read(size))
        traced, read = in_turn(
            lambda: run([BIN / "simbreach", "trace", found, "--among", dataset]).seconds,
            lambda: run([sys.executable, "-c", READ.format(str(found))]).seconds,
            rounds=rounds,
        )
        found.unlink()
        marked, unmarked = in_turn(
            lambda: ours(dataset, copies), lambda: plain(dataset, folder / "plain"), rounds=rounds
        )
    peer = "DuckDB, zipfile and tarfile, with neither:"
    what = f"trace of a file of {size // 1_000_000} MB"
    return [
        _result("ten copies with marks and truth", marked, peer, unmarked, 2.0),
        _result(what, traced, "Python reading its lines:", read, 3.0),
    ]


def _result(what: str, our: float, peer: str, theirs: float, target: float) -> Result:
    return Result(what, f"{our:.2f} s", f"{peer} {theirs:.2f} s", our / theirs, target, least=False)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--plain"]:
        write_plain(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        script(measure)

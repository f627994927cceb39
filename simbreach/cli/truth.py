"""`simbreach truth`: the tables of the truth as files that anybody can open, and one row explained."""

from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from simbreach.cli import console, row
from simbreach.cli.options import AsJson, Columns, read_columns, read_range
from simbreach.core.errors import DatasetError, InputError, did_you_mean

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from simbreach.api import Dataset
    from simbreach.truth.export import Format
    from simbreach.truth.query import Selection

EXAMPLE = "Example: simbreach truth outputs/labs-demo defects --where \"kind = 'typo'\" -o typos.csv"

_ENDINGS: dict[str, "Format"] = {".csv": "csv", ".jsonl": "jsonl", ".parquet": "parquet"}
_CLEAN, _ROW = "clean", "row"


def truth(
    dataset: Annotated[Path, typer.Argument(help="A dataset's folder.")],
    what: Annotated[
        str | None,
        typer.Argument(
            help="A truth table (persons, rows, defects …), clean, or row. Left out: what there is."
        ),
    ] = None,
    of: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TABLE] [N]", help="clean: a leaked table, if not the main one; row: and a row."
        ),
    ] = None,
    as_format: Annotated[
        Literal["csv", "jsonl", "parquet"] | None,
        typer.Option("--format", help="How rows are written; as FILE ends, or csv, unless given."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="A .csv, .jsonl or .parquet file, not stdout."),
    ] = None,
    where: Annotated[
        str | None, typer.Option(metavar="CONDITION", help="Only rows for which this SQL condition holds.")
    ] = None,
    columns: Columns = None,
    rows: Annotated[
        str | None, typer.Option(metavar="A:B", help="Only leaked rows from A up to, but without, B.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=0, metavar="N", help="At most so many rows.")] = None,
    as_json: AsJson = False,
) -> None:
    """Export the truth of a dataset, or show all of it about one row.

    A truth table goes to stdout or into a file. `clean` are the cells of a leaked table before habits and
    defects, made again. `row` shows one leaked row with its person, its defects and its spans.
    """
    from simbreach import api

    found = api.read(dataset)
    choice: dict[str, object] = {"--where": where, "--rows": rows, "--limit": limit}
    files: dict[str, object] = {"--format": as_format, "--output": output}
    if what is None:
        _refuse("a list of what there is", {**choice, **files, "--columns": columns})
        _list(found, as_json)
    elif what == _ROW:
        _refuse("row", choice | files)
        table, number = _row_named(found, of or [])
        row.show(found, table, number, columns, as_json)
    else:
        _refuse(what, {"--json": as_json or None}, "; --format jsonl writes one JSON object a row")
        span = None if rows is None else read_range(rows)
        _export(found, what, of or [], _form(as_format, output), output, where, columns, span, limit)


def _refuse(what: str, options: dict[str, object], hint: str = "") -> None:
    """No option is passed over in silence."""
    for name, value in options.items():
        if value is not None:
            raise InputError(f"{name} does not go with {what}{hint}")


def _list(dataset: "Dataset", as_json: bool) -> None:
    """Which tables the truth holds, with rows and columns."""
    from simbreach.truth.query import connect_truth

    with connect_truth(dataset.path) as connection:
        found = [(name, connection.table(f'"{name}"')) for name in dataset.truth]
        tables = [(name, len(table), table.columns) for name, table in found]
    if as_json:
        console.json_result([{"table": name, "rows": n, "columns": columns} for name, n, columns in tables])
        return
    lines = [(name, f"{rows:,}", ", ".join(columns)) for name, rows, columns in tables]
    lines.append((_CLEAN, "", f"cells before habits and defects, of {' or '.join(dataset.tables)}"))
    console.result(console.columns([("table", "rows", "columns"), *lines]))


def _row_named(dataset: "Dataset", of: Sequence[str]) -> tuple[str, int]:
    """The table and the number that stand behind `row`."""
    *tables, number = of or [""]
    if len(tables) > 1 or not number.isdecimal():
        raise InputError(f"row takes a table and a row's number, as in: row {_main_table(dataset)} 1234")
    return (tables[0] if tables else _main_table(dataset)), int(number)


def _main_table(dataset: "Dataset") -> str:
    """The leaked table that is meant where none is named."""
    from simbreach.truth.read import read_json

    tables = read_json(dataset.path / "plan.json")["resolved_profile"]["tables"]
    return str(next((table for table in tables if table.get("main")), tables[0])["name"])


def _form(as_format: "Format | None", output: Path | None) -> "Format":
    """The format that is asked for, or that the file's ending says."""
    if output is None:
        if as_format == "parquet" and console.watched():
            raise InputError("--format parquet: not text for a terminal; write a file with -o FILE.parquet")
        return as_format or "csv"
    ending = _ENDINGS.get(output.suffix.lower())
    if as_format is None and ending is None:
        raise InputError(f"{output}: ends in none of {', '.join(_ENDINGS)}; say which --format is meant")
    if as_format is not None and ending not in (None, as_format):
        raise InputError(f"{output}: ends in {output.suffix}, and --format says {as_format}")
    return as_format or ending or "csv"


def _export(
    dataset: "Dataset",
    what: str,
    of: Sequence[str],
    form: "Format",
    output: Path | None,
    where: str | None,
    columns: str | None,
    rows: tuple[int, int] | None,
    limit: int | None,
) -> None:
    """Write chosen rows of a truth table, or clean ones, to stdout, or into a file whole or not at all."""
    from simbreach.core.files import faults_told, whole
    from simbreach.truth.export import write_rows
    from simbreach.truth.query import Selection, connect_truth

    _check(dataset, what, of, output)
    started = monotonic()
    with connect_truth(dataset.path) as connection:
        selection = Selection(where=where, rows=rows, limit=limit)
        reader = (
            _clean(dataset, connection, of[0] if of else _main_table(dataset), columns, selection)
            if what == _CLEAN
            else _table(connection, what, columns, selection)
        )
        if output is None:
            write_rows(reader, console.stream(), form)
            return
        with faults_told(output.parent), whole(output) as under_way, under_way.open("wb") as out:
            written = write_rows(reader, out, form)
    took = monotonic() - started
    console.result(f"wrote {output} ({console.counted(written, 'row')}, {took:.1f} s)")


def _check(dataset: "Dataset", what: str, of: Sequence[str], output: Path | None) -> None:
    """Refuse what cannot be read or written before anything is."""
    known = [*dataset.truth, _CLEAN, _ROW]
    if what not in known:
        near = did_you_mean(what, known)
        raise DatasetError(f"{dataset.path}: no truth table {what!r}; there are {', '.join(known)}{near}")
    if len(of) > (what == _CLEAN):
        raise InputError(f"{what}: found {' '.join(of)!r} behind it; only clean and row take a table")
    if output is not None and output.is_dir():
        raise InputError(f"{output}: is a folder; name a file")
    if output is not None and output.resolve().is_relative_to(dataset.path.resolve()):
        raise InputError(f"{output}: lies inside the dataset, which stays as it was written")


def _table(
    connection: "duckdb.DuckDBPyConnection", name: str, columns: str | None, selection: "Selection"
) -> "pa.RecordBatchReader":
    from dataclasses import replace

    from simbreach.truth.query import select

    chosen = read_columns(columns, connection.table(f'"{name}"').columns)
    return select(connection, name, replace(selection, columns=chosen))


def _clean(
    dataset: "Dataset",
    connection: "duckdb.DuckDBPyConnection",
    table: str,
    columns: str | None,
    selection: "Selection",
) -> "pa.RecordBatchReader":
    """Clean cells, made again by the engine, only as many as are asked for, behind their row numbers."""
    from dataclasses import replace

    from simbreach.truth.query import number_rows, select

    start, stop = selection.rows or (0, None)
    there = dataset.manifest["tables"].get(f"tables/{table}")
    if selection.where is None and selection.limit is not None and there:
        stop = min(there["rows"] if stop is None else stop, start + selection.limit)
    cells = number_rows(dataset.clean(table, start, stop), start)
    connection.register(_CLEAN, cells)
    chosen = read_columns(columns, cells.schema.names)
    return select(connection, _CLEAN, replace(selection, columns=chosen, rows=None), cells.schema)

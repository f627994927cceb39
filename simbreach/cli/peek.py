"""`simbreach peek`: some rows of a table, made alone, whatever the size of the whole."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from simbreach.cli import console
from simbreach.cli.options import (
    AsJson,
    Columns,
    Overrides,
    ProfileName,
    Seed,
    read_columns,
    read_overrides,
    read_range,
)

EXAMPLE = "Example: simbreach peek labs-demo patients --rows 1000:1003"

_CELL_CHARS = 32
_COLUMNS_ABREAST = 12


def peek(
    profile: ProfileName,
    table: Annotated[str, typer.Argument(help="One of the profile's tables.")],
    rows: Annotated[
        str, typer.Option(metavar="A:B", help="The rows to make: from A up to, but without, B.")
    ] = "0:10",
    of: Annotated[
        int | None,
        typer.Option(metavar="N", help="Rows of the main table in the whole; the profile's unless given."),
    ] = None,
    seed: Seed = None,
    columns: Columns = None,
    overrides: Overrides = None,
    as_json: AsJson = False,
) -> None:
    """Show some rows of a table.

    Only those are made: ten rows of ten million take about as long as ten of ten thousand.
    """
    from simbreach import api

    start, stop = read_range(rows)
    loaded = api.load_profile(profile, read_overrides(overrides))
    for batch in api.batches(loaded, table, start, stop, rows=of, seed=seed):
        names = read_columns(columns, batch.schema.names)
        records = batch.select(names).to_pylist()
        if as_json:
            for record in records:
                console.json_line(record)
        elif len(names) <= _COLUMNS_ABREAST:
            console.result(_abreast(names, records, start))
        else:
            console.result("\n\n".join(_filled(record, start + i) for i, record in enumerate(records)))
        start += len(records)


def _abreast(names: Sequence[str], records: Sequence[Mapping[str, object]], start: int) -> str:
    """A line a row; what is too long for a cell ends in an ellipsis."""
    rows = [[f"{start + i}", *(_cut(record[name]) for name in names)] for i, record in enumerate(records)]
    return console.columns([["row", *names], *rows])


def _filled(record: Mapping[str, object], row: int) -> str:
    """A line for each filled cell of one row."""
    filled = [(name, str(value)) for name, value in record.items() if value is not None]
    return console.columns([(f"row {row}", f"{len(filled)} of {len(record)} columns filled"), *filled])


def _cut(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= _CELL_CHARS else text[: _CELL_CHARS - 1] + "…"

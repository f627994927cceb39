"""Batches of rows as CSV, JSON lines or Parquet: what spreadsheets, scripts and data frames open."""

import json
from collections.abc import Sequence
from typing import BinaryIO, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrow import STRING, Array, RecordBatch, Strings, join, string_parts, strings

Format = Literal["csv", "jsonl", "parquet"]
FORMATS: Final[tuple[Format, ...]] = ("csv", "jsonl", "parquet")

# What makes a CSV cell need quotes; an empty text has them too, which tells it from an empty cell.
_CSV_SPECIAL = '[",\r\n]|^$'
_JSON_SPECIAL = r'["\\\x00-\x1f]'


def write_rows(reader: pa.RecordBatchReader, out: BinaryIO, form: Format) -> int:
    """Write the rows of `reader` to `out`, a batch at a time, and return how many there were.

    CSV: UTF-8, a heading, commas, lines that end in a line feed; an empty cell is empty, an empty text `""`.
    JSON lines: an object a row; an empty cell is `null`. Dates and times are written as ISO 8601 says.
    """
    if form == "parquet":
        return _write_parquet(reader, out)
    if form == "csv":
        out.write((",".join(_csv_cells(strings(reader.schema.names)).to_pylist()) + "\n").encode())
    rows = 0
    for batch in reader:
        data, offsets = string_parts(csv_lines(batch) if form == "csv" else json_lines(batch))
        out.write(data[offsets[0] : offsets[-1]].tobytes())
        rows += batch.num_rows
    return rows


def _write_parquet(reader: pa.RecordBatchReader, out: BinaryIO) -> int:
    import pyarrow.parquet as pq

    rows = 0
    with pq.ParquetWriter(out, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def csv_lines(batch: RecordBatch) -> Strings:
    """Each row as a line of CSV, with its line feed."""
    # Readers skip a line that holds nothing: the only cell of a row has quotes.
    empty = '""' if batch.num_columns == 1 else ""
    cells = [pc.fill_null(_csv_cells(column), empty) for column in batch.columns]
    return _lines(["", *[","] * (len(cells) - 1)], cells, "\n")


def _csv_cells(column: Array) -> Strings:
    texts = column.cast(STRING)
    special = pc.match_substring_regex(texts, _CSV_SPECIAL)
    if not pc.any(special).as_py():
        return texts
    return pc.if_else(special, join('"', pc.replace_substring(texts, '"', '""'), '"'), texts)


def json_lines(batch: RecordBatch) -> Strings:
    """Each row as a line with a JSON object, with its line feed."""
    keys = [json.dumps(name, ensure_ascii=False) for name in batch.schema.names]
    before = [f"{'{' if place == 0 else ','}{key}:" for place, key in enumerate(keys)]
    return _lines(before, [pc.fill_null(_json_cells(column), "null") for column in batch.columns], "}\n")


def _json_cells(column: Array) -> Strings:
    texts = column.cast(STRING)
    if pa.types.is_integer(column.type) or pa.types.is_boolean(column.type):
        return texts
    quoted = join('"', texts, '"')
    special = pc.match_substring_regex(texts, _JSON_SPECIAL)
    if not pc.any(special).as_py():
        return quoted
    # Quotes, backslashes and control characters are rare in cells: those go one by one.
    escaped = strings([json.dumps(text, ensure_ascii=False) for text in texts.filter(special).to_pylist()])
    return pc.replace_with_mask(quoted, pc.fill_null(special, False), escaped)


def _lines(before: Sequence[str], cells: Sequence[Strings], end: str) -> Strings:
    """The cells of each row in a line, each with what stands before it, and the end."""
    return join(*[part for pair in zip(before, cells, strict=True) for part in pair], end)

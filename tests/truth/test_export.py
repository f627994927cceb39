"""What is written is read back by the libraries that people use."""

import csv
import io
import json
from datetime import date, time
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simbreach.truth.export import FORMATS, Format, write_rows

NASTY = [
    "plain",
    'a "quoted" one',
    "comma, semicolon;",
    "two\nlines",
    "back\\slash",
    "tab\tbell\x07",
    "œuf",
    "",
    None,
]
TABLE = pa.table(
    {
        "text": pa.array(NASTY, pa.string()),
        'odd "name", here': pa.array(range(9), pa.int64()),
        "day": pa.array([date(2020, 2, 29), None, *[date(1917, 1, 1)] * 7]),
        "hour": pa.array([time(8, 5), None, *[time(23, 59, 1)] * 7], pa.time32("s")),
        "flag": pa.array([True, False, None, *[True] * 6]),
        "place": pa.array([1, None, *[-3] * 7], pa.int32()),
    }
)


def written(table: pa.Table, form: Format) -> bytes:
    out = io.BytesIO()
    reader = pa.RecordBatchReader.from_batches(table.schema, table.to_batches(max_chunksize=4))
    assert write_rows(reader, out, form) == table.num_rows
    return out.getvalue()


def test_csv_reads_back_by_python() -> None:
    heading, *rows = csv.reader(io.StringIO(written(TABLE, "csv").decode(), newline=""))
    assert heading == TABLE.column_names
    assert [row[0] for row in rows] == [text or "" for text in NASTY]
    assert rows[0][1:] == ["0", "2020-02-29", "08:05:00", "true", "1"]
    assert rows[1][1:] == ["1", "", "", "false", ""]


def test_csv_reads_back_by_pandas() -> None:
    frame = pd.read_csv(io.BytesIO(written(TABLE, "csv")), keep_default_na=False)
    assert frame["text"].tolist() == [text or "" for text in NASTY]


def test_duckdb_tells_an_empty_text_from_an_empty_cell(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(written(TABLE, "csv"))
    found = duckdb.sql(
        f"select text from read_csv('{path}', nullstr='', allow_quoted_nulls=false)"
    ).fetchall()
    assert [text for (text,) in found] == NASTY


def test_csv_quotes_only_what_needs_it() -> None:
    assert written(pa.table({"a": ["x y", "l'eau"]}), "csv") == b"a\nx y\nl'eau\n"


def test_an_only_cell_that_is_empty_is_no_empty_line() -> None:
    assert written(pa.table({"a": ["x", None]}), "csv") == b'a\nx\n""\n'


def test_json_lines_read_back() -> None:
    rows = [json.loads(line) for line in written(TABLE, "jsonl").decode().splitlines()]
    assert [row["text"] for row in rows] == NASTY
    assert rows[0] == {
        "text": "plain",
        'odd "name", here': 0,
        "day": "2020-02-29",
        "hour": "08:05:00",
        "flag": True,
        "place": 1,
    }
    assert (rows[1]["day"], rows[1]["flag"], rows[1]["place"]) == (None, False, None)


def test_parquet_keeps_the_types() -> None:
    found = pq.read_table(io.BytesIO(written(TABLE, "parquet")))
    assert found.schema.names == TABLE.schema.names
    # The format counts times in thousandths of a second at least.
    assert found.cast(TABLE.schema).equals(TABLE)


@pytest.mark.parametrize("form", FORMATS)
def test_no_rows_are_written_too(form: Format) -> None:
    content = written(TABLE.slice(0, 0), form)
    if form == "parquet":
        assert pq.read_table(io.BytesIO(content)).num_rows == 0
    else:
        assert content.count(b"\n") == (form == "csv")

"""Where the values of a leak stand, as Parquet files: one for each part that is made alone, or for many."""

from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from simbreach.core.arrow import STRING, Array, RecordBatch, coded, decode, from_numpy, strings
from simbreach.shapes.contract import Spans

# Spans that shapes give few at a time are gathered to so many; a file of spans holds at most so many.
_TOGETHER = 1 << 18
_IN_FILE = 1 << 22
_WORD: Final = pa.dictionary(pa.int32(), STRING)
SCHEMA: Final = pa.schema(
    [
        ("file", _WORD),
        ("member", _WORD),
        ("unit", _WORD),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("label", _WORD),
        ("table", _WORD),
        ("row", pa.int64()),
        ("column", _WORD),
    ]
)


class SpanFiles:
    """The files of the spans of a leak: `part-00000.parquet` …, in the order in which they are marked."""

    def __init__(self, folder: Path, *, first: int = 0, most: int = _IN_FILE) -> None:
        """Files of at most `most` rows, numbered from `first`."""
        self._folder = folder
        self._files = first
        self._most = most
        self._waiting: list[RecordBatch] = []
        self._held = 0
        self._writer: pq.ParquetWriter | None = None
        self._out: pa.NativeFile | None = None
        self._in_file = 0
        self.rows = 0

    def __enter__(self) -> "SpanFiles":
        self._folder.mkdir(parents=True, exist_ok=True)
        return self

    def reserve(self, files: int) -> int:
        """The number of the first of the next `files` files, which others write: see `alone`."""
        self._write()
        self._close()
        self._files += files
        return self._files - files

    def alone(self, number: int) -> "SpanFiles":
        """The writer of file `number`, which holds all that it is given."""
        return SpanFiles(self._folder, first=number, most=1 << 62)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._write()
                if not self._files:
                    self._open()
        finally:
            self._close()

    def mark(self, file: str, spans: Spans) -> None:
        """Add spans of a file."""
        count = len(spans)
        batch = pa.RecordBatch.from_arrays(
            [
                _same(file, count),
                _same(spans.member, count),
                _same(spans.unit, count),
                from_numpy(spans.start),
                from_numpy(spans.end),
                _words(spans.label),
                _same(spans.table, count),
                from_numpy(spans.row),
                _words(spans.column),
            ],
            schema=SCHEMA,
        )
        self._waiting.append(batch)
        self.rows += count
        self._held += count
        if self._held >= _TOGETHER:
            self._write()

    def _write(self) -> None:
        if not self._waiting:
            return
        table = pa.Table.from_batches(self._waiting).unify_dictionaries().combine_chunks()
        self._waiting.clear()
        self._held = 0
        if self._writer is None or self._in_file + table.num_rows > self._most:
            self._close()
            self._open()
        assert self._writer is not None
        self._writer.write_table(table, row_group_size=max(table.num_rows, 1))
        self._in_file += table.num_rows

    def _open(self) -> None:
        # Our own handle: the writer leaves its own open when a disk is full.
        self._out = pa.OSFile(str(self._folder / f"part-{self._files:05d}.parquet"), "wb")
        numbers = [field.name for field in SCHEMA if field.type != _WORD]
        self._writer = pq.ParquetWriter(
            self._out,
            SCHEMA,
            # Codes in runs and numbers in small steps leave a compressor nothing to do.
            compression="none",
            use_dictionary=[field.name for field in SCHEMA if field.type == _WORD],
            column_encoding=dict.fromkeys(numbers, "DELTA_BINARY_PACKED"),
            write_statistics=["row"],
            store_schema=False,
        )
        self._files += 1
        self._in_file = 0

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self._out is not None:
            self._out.close()
            self._out = None


def _same(word: str | None, count: int) -> Array:
    """One word in all rows, or nothing."""
    zeros = np.zeros(count, dtype=np.int32)
    if word is None:
        return coded(zeros, strings([""]), np.zeros(count, dtype=np.bool_))
    return coded(zeros, strings([word]))


def _words(column: Array) -> Array:
    """The column as an int32-dictionary."""
    return column if column.type == _WORD else decode(column).dictionary_encode()

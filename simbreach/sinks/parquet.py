"""Parquet parts: one file a unit and table, plain strings to any reader, its column sums in the footer.

One part is one row group of up to 122,880 rows (as many as DuckDB's own), more only where a unit of a
truth table is longer.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from simbreach.core.arrays import I32
from simbreach.core.arrow import (
    RecordBatch,
    Schema,
    Strings,
    codes_of,
    from_numpy,
    integers,
    validity,
    words_in_use,
)
from simbreach.core.files import faults_told, whole
from simbreach.sinks.folder import GROUP_ROWS

# A vocabulary that is longer than this share of the rows is cut down to the words in use.
_WIDE = 4
_NOTE = b"simbreach"


@dataclass(frozen=True, slots=True)
class PartNote:
    """What a part says of itself in its footer."""

    plan: str
    start_row: int
    rows: int
    sums: tuple[int, ...]
    tables: tuple[str, ...]  # all that its unit makes: how a missing sister is noticed

    def to_json(self) -> bytes:
        """The note as it stands in the file, sums as hexadecimal words."""
        return json.dumps(
            {
                "plan": self.plan,
                "start_row": self.start_row,
                "rows": self.rows,
                "sums": [f"{total:016x}" for total in self.sums],
                "tables": list(self.tables),
            }
        ).encode()

    @classmethod
    def from_json(cls, text: bytes) -> "PartNote":
        """The note read back; ValueError, KeyError or TypeError where it is none of ours."""
        note = json.loads(text)
        sums = tuple(int(word, 16) for word in note["sums"])
        return cls(note["plan"], note["start_row"], note["rows"], sums, tuple(note["tables"]))


def compact(batch: RecordBatch) -> RecordBatch:
    """The batch with no vocabulary much longer than its rows, and no word twice in one.

    A file carries each vocabulary whole. Of one with a word twice PyArrow's writer (26.0) makes no use: plain
    text goes beside it, and its page ends in whatever lay in memory, which is never the same.
    """
    columns = [_compact(column) for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _compact(column: pa.Array) -> pa.Array:
    if not pa.types.is_dictionary(column.type):
        return column
    words, places = column.dictionary, None
    if len(words) * _WIDE > len(column):
        places, used = words_in_use(codes_of(column), None, len(words))
        words = words.take(used)
    distinct = words.dictionary_encode("encode")
    if len(distinct.dictionary) < len(words):
        once = integers(distinct.indices)
        places = once if places is None else once[places]
        words = distinct.dictionary
    return column if places is None else _rename(column, places, words)


def _rename(column: pa.Array, places: I32, words: Strings) -> pa.Array:
    """The column in codes into `words`, in which its word `w` stands at `places[w]`."""
    renamed = places[codes_of(column)]
    bitmap = column.buffers()[0] if column.offset == 0 else None
    if column.null_count and bitmap is None:
        indices = from_numpy(renamed, mask=~validity(column))
    else:
        indices = pa.Array.from_buffers(pa.int32(), len(column), [bitmap, pa.py_buffer(renamed)])
    return pa.DictionaryArray.from_arrays(indices, words, safe=False)


def write_part(path: Path, batch: RecordBatch, note: PartNote) -> None:
    """Write `batch` as the whole Parquet file `path`; WorkError where that fails."""
    types = dict(zip(batch.schema.names, batch.schema.types, strict=True))
    with (
        faults_told(path.parent, pa.ArrowException),
        whole(path) as under_way,
        # Our own handle: the writer leaves its own open when a disk is full.
        pa.OSFile(str(under_way), "wb") as out,
    ):
        writer = pq.ParquetWriter(
            out,
            batch.schema,
            compression="zstd",
            compression_level=1,
            # Statistics of strings cost a quarter of the time, and find nothing in shuffled values.
            write_statistics=[name for name, of in types.items() if not _is_text(of)],
            use_dictionary=[name for name, of in types.items() if pa.types.is_dictionary(of)],
            dictionary_pagesize_limit=16 << 20,
            # A page for each column and group: the default of 20,000 rows takes a tenth longer.
            max_rows_per_page=GROUP_ROWS,
            write_batch_size=GROUP_ROWS,
            store_schema=False,
        )
        with writer:
            writer.write_batch(batch, row_group_size=GROUP_ROWS)
            # Metadata of the schema would go with the schema that is not stored.
            writer.add_key_value_metadata({_NOTE: note.to_json()})


def _is_text(of: pa.DataType) -> bool:
    return bool(pa.types.is_string(of) or pa.types.is_dictionary(of))


def read_note(path: Path, schema: Schema) -> PartNote | None:
    """What the part says of itself, or None where it is absent, cut short, or not of these columns."""
    try:
        with pq.ParquetFile(path) as file:
            note = PartNote.from_json(file.metadata.metadata[_NOTE])
            rows, columns = file.metadata.num_rows, file.schema_arrow.remove_metadata()
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError):
        return None
    same = columns.equals(schema.remove_metadata()) and len(note.sums) == len(schema)
    return note if same and rows == note.rows else None

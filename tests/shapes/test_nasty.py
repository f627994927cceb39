"""Text shapes on tables that nobody made with simbreach: quotes, line breaks, escapes, other alphabets."""

import csv
import io
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest
import sqlglot
from sqlglot import exp

from simbreach.shapes.contract import Cells, Column, Out, Spans, find_shape

NASTY = [
    'dit "Momo"', "l'été; l'hiver", "deux\nlignes", "retour\r\nchariot", "c:\\temp\\n", "tab\tulation",
    "œuvre € —", "Łódź", "名前", "😀 sourire", "", None, "a'b\\", '"', "fin\\'", "\x01contrôle",
]  # fmt: skip
COLUMNS = (
    Column("NOM", "usage_name", "name.last", "direct"),
    Column("TEXTE", "comment", "health.comment", "article-9"),
)
CODEC = {"utf-16": "utf-16-le"}


class Memory:
    """A table in memory, in parts of five rows: its texts as codes, and as they are."""

    name = "essai"
    columns = COLUMNS
    rows = len(NASTY)
    parts = 4

    def part(self, number: int) -> Cells:
        here = NASTY[number * 5 : number * 5 + 5]
        texts = pa.array(here, pa.string())
        places = [(number * 5 + row, text) for row, text in enumerate(here) if text]
        spans = pa.RecordBatch.from_arrays(
            [
                pa.array([row for row, _ in places], pa.int64()),
                pa.array(["TEXTE"] * len(places), pa.string()),
                pa.array([len(text) // 2 for _, text in places], pa.int32()),
                pa.array([len(text) for _, text in places], pa.int32()),
                pa.array(["person.relation"] * len(places), pa.string()),
            ],
            names=["row", "column", "start", "end", "label"],
        )
        batch = pa.RecordBatch.from_arrays([texts.dictionary_encode(), texts], names=["NOM", "TEXTE"])
        source = pa.array(["seule"] * len(here)).dictionary_encode()
        return Cells(number * 5, batch, source, spans, number == 0)

    def read(self) -> Iterator[Cells]:
        return map(self.part, range(self.parts))

    def results(self, start: int, stop: int) -> None:
        return None


def write(
    folder: Path, shape: str, **options: object
) -> tuple[dict[str, bytes], list[tuple[str, Spans]], Out]:
    """The files and spans of a shape."""
    marked: list[tuple[str, Spans]] = []
    out = Out(folder, lambda file, spans: marked.append((file, spans)))
    module = find_shape(shape)
    module.write([Memory()], out, module.Options(**options))
    return {name: (folder / name).read_bytes() for name in out.files}, marked, out


def pieces(
    files: dict[str, bytes], marked: Sequence[tuple[str, Spans]], python: str
) -> Iterator[tuple[str, str, str]]:
    """(label, what is cut, the cell that it belongs to)."""
    for file, spans in marked:
        for label, row, start, end in zip(
            spans.label.to_pylist(), spans.row.tolist(), spans.start.tolist(), spans.end.tolist(), strict=True
        ):
            yield label, files[file][start:end].decode(python), str(NASTY[row])


def check(
    files: dict[str, bytes], marked: Sequence[tuple[str, Spans]], python: str, unescape: object = str
) -> None:
    """Whole cells and the second halves of texts are where the spans say."""
    seen = 0
    for label, cut, cell in pieces(files, marked, python):
        wanted = cell[len(cell) // 2 :] if label == "person.relation" else cell
        assert unescape(cut) == wanted  # type: ignore[operator]
        seen += 1
    assert seen == 2 * 15 + 14


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("quoting", ["minimal", "all"])
def test_csv_holds_any_text(tmp_path: Path, encoding: str, quoting: str) -> None:
    options = {"encoding": encoding, "quoting": quoting, "damage": "none"}
    files, marked, _ = write(tmp_path, "csv", **options)
    check(files, marked, CODEC.get(encoding, encoding), lambda text: text.replace('""', '"'))
    text = files["essai.csv"].decode(encoding)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))[1:]
    assert rows == [[text or "", text or ""] for text in NASTY]


@pytest.mark.parametrize("layout", ["flat", "nested"])
def test_jsonl_holds_any_text(tmp_path: Path, layout: str) -> None:
    files, marked, _ = write(tmp_path, "jsonl", layout=layout)
    check(files, marked, "utf-8", lambda text: json.loads(f'"{text}"'))
    assert len(files["essai.jsonl"].splitlines()) == len(NASTY)
    found = [json.loads(line) for line in files["essai.jsonl"].decode().split("\n")[:-1]]
    first = found[0] if layout == "flat" else found[0]["patient"]
    assert first["NOM"] == NASTY[0]


@pytest.mark.parametrize("look", ["mysql", "postgresql"])
def test_sql_dump_holds_any_text(tmp_path: Path, look: str) -> None:
    files, _, _ = write(tmp_path, "sql_dump", look=look)
    read = {"mysql": "mysql", "postgresql": "postgres"}[look]
    found = [
        None if isinstance(line.expressions[1], exp.Null) else line.expressions[1].this
        for statement in sqlglot.parse(files["dump.sql"].decode(), read=read)
        if isinstance(statement, exp.Insert)
        for line in statement.expression.expressions
    ]
    assert found == NASTY


def test_fixed_width_holds_any_text(tmp_path: Path) -> None:
    files, marked, _ = write(tmp_path, "fixed_width", encoding="utf-16", newline="none")
    check(files, marked, "utf-16-le")


def test_sqlite_holds_any_text(tmp_path: Path) -> None:
    write(tmp_path, "sqlite")
    with closing(sqlite3.connect(tmp_path / "labo.sqlite")) as database:
        assert database.execute("select NOM from essai").fetchall() == [(text,) for text in NASTY]


def test_what_a_code_page_lacks_is_replaced_and_counted(tmp_path: Path) -> None:
    files, _, out = write(tmp_path, "csv", encoding="cp1252", damage="none")
    text = files["essai.csv"].decode("cp1252")
    # Windows writes the nearest letter where there is one: Ł is L, ź is z.
    assert "L\xf3dz;L\xf3dz\r\n" in text
    assert "??;??\r\n" in text
    assert out.counts["replaced_characters"] == 2 * (2 + 2 + 1)


def test_cp1252_keeps_the_five_bytes_that_mean_nothing(tmp_path: Path) -> None:
    from simbreach.shapes.encoding import Codec

    assert Codec("cp1252").text("\x81\x8d\x8f\x90\x9dé") == b"\x81\x8d\x8f\x90\x9d\xe9"
    assert Codec("cp850").text("é œ €") == b"\x82 o ?"


def test_a_csv_without_quotes_writes_texts_as_they_are(tmp_path: Path) -> None:
    files, marked, _ = write(tmp_path, "csv", encoding="utf-8", quoting="none", damage="none")
    check(files, marked, "utf-8")
    assert b'"\r\n' in files["essai.csv"]

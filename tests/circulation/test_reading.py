"""What stands in a found file: every form that copies take, and files made to do harm."""

import base64
import bz2
import csv
import email.message
import gzip
import io
import json
import lzma
import mailbox
import os
import random
import re
import shutil
import sqlite3
import sys
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import docx
import duckdb
import openpyxl
import pandas as pd
import py7zr
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import pyzipper
from reportlab.pdfgen.canvas import Canvas

from simbreach.api import Dataset, leak
from simbreach.circulation.reading import read_found
from simbreach.core.errors import DatasetError

ROWS = [
    ["NOM", "PRENOM", "ADRESSE", "CP"],
    *(["GUÉRIN", "Éloïse", f"{k} allée des Érables", f"{56000 + k}"] for k in range(40)),
]
LINES = [";".join(row) for row in ROWS]
TEXT = "\r\n".join(LINES) + "\r\n"
CELLS = ["\t".join(row) for row in ROWS]


def lines(path: Path) -> list[str]:
    """The lines of a file that hold anything."""
    return [line.strip() for line in read_found(path).lines if line.strip()]


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def zipped(*members: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", how) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return whole.getvalue()


def tarred(mode: str, *members: tuple[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in members:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return whole.getvalue()


def seven(data: bytes, **options: object) -> bytes:
    whole = io.BytesIO()
    with py7zr.SevenZipFile(whole, "w", **options) as archive:
        archive.writestr(data, "a.csv")
    return whole.getvalue()


# --- encodings and packings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "cp850", "mac_roman", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_a_text_is_read_in_the_encoding_it_has(encoding: str, tmp_path: Path) -> None:
    assert lines(written(tmp_path / "found", TEXT.encode(encoding))) == LINES


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_lines_end_as_any_system_ends_them(end: str, tmp_path: Path) -> None:
    assert lines(written(tmp_path / "found", end.join(LINES).encode())) == LINES


def _zstd(data: bytes) -> bytes:
    whole = pa.BufferOutputStream()
    with pa.CompressedOutputStream(whole, "zstd") as out:
        out.write(data)
    return whole.getvalue().to_pybytes()


PACKED: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "gzip, two in a row": lambda data: gzip.compress(data[:100]) + gzip.compress(data[100:]),
    "bz2": lambda data: bz2.compress(data, 1),
    "xz": lzma.compress,
    "zstd": _zstd,
    "zip": lambda data: zipped(("a.csv", data)),
    "zip, stored": lambda data: zipped(("a.csv", data), how=zipfile.ZIP_STORED),
    "zip, bzip2": lambda data: zipped(("a.csv", data), how=zipfile.ZIP_BZIP2),
    "tar": lambda data: tarred("w", ("a.csv", data)),
    "tar.gz": lambda data: tarred("w:gz", ("a.csv", data)),
    "tar.bz2": lambda data: bz2.compress(tarred("w", ("a.csv", data)), 1),
    "tar.xz": lambda data: tarred("w:xz", ("a.csv", data)),
    "tar.zst": lambda data: _zstd(tarred("w", ("a.csv", data))),
    "7z": seven,
    "zip in a tar.gz": lambda data: tarred("w:gz", ("a.zip", zipped(("a.csv", data)))),
    "base64": base64.encodebytes,
    "base64 of a zip in one line": lambda data: base64.b64encode(zipped(("a.csv", data))),
    "four archives in each other": lambda data: zipped(
        ("2.zip", zipped(("3.zip", zipped(("4.7z", seven(data))))))
    ),
}


@pytest.mark.parametrize("how", PACKED)
def test_what_is_packed_is_read(how: str, tmp_path: Path) -> None:
    assert lines(written(tmp_path / "found", PACKED[how](TEXT.encode("cp1252")))) == LINES


def test_all_members_of_an_archive_are_read(tmp_path: Path) -> None:
    members = [(f"{k}.csv", f"un;{k}\n".encode()) for k in range(9)]
    for data in (zipped(*members), tarred("w:gz", *members)):
        assert lines(written(tmp_path / "found", data)) == [f"un;{k}" for k in range(9)]


def test_an_archive_in_volumes_is_read_from_its_first(tmp_path: Path) -> None:
    whole = zipped(("a.csv", TEXT.encode()))
    for number in range(3):
        part = whole[number * len(whole) // 3 : (number + 1) * len(whole) // 3]
        written(tmp_path / f"export.zip.{number + 1:03d}", part)
    assert lines(tmp_path / "export.zip.001") == LINES


# --- tables and documents -----------------------------------------------------------------------------------


def _frame() -> pd.DataFrame:
    return pd.DataFrame(ROWS[1:], columns=ROWS[0])


def _xlsx(path: Path) -> None:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.save(path)


def _sqlite(path: Path) -> None:
    database = sqlite3.connect(path)
    _frame().to_sql("patients", database, index=False)
    database.close()


def _duckdb(path: Path) -> None:
    patients = _frame()  # noqa: F841  # DuckDB finds it by its name
    with duckdb.connect(str(path)) as database:
        database.execute("create table patients as from patients")


def _parquet(path: Path) -> None:
    pq.write_table(pa.Table.from_pandas(_frame()), path)


def _docx(path: Path) -> None:
    document = docx.Document()
    table = document.add_table(len(ROWS), len(ROWS[0]))
    for cells, row in zip(table.rows, ROWS, strict=True):
        for cell, text in zip(cells.cells, row, strict=True):
            cell.text = text
    document.save(str(path))


def _ods(path: Path) -> None:
    rows = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{text}</text:p></table:table-cell>" for text in row)
        + '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        for row in ROWS
    )
    names = 'xmlns:office="o" xmlns:table="t" xmlns:text="x"'
    content = f"<office:document {names}><table:table>{rows}</table:table></office:document>"
    path.write_bytes(zipped(("mimetype", b"application/x"), ("content.xml", content.encode())))


def _html(path: Path) -> None:
    path.write_text(f"<!DOCTYPE html><html><body>{_frame().to_html(index=False)}</body></html>", "utf-8")


TABLES = {
    "xlsx": _xlsx, "ods": _ods, "docx": _docx, "html": _html, "sqlite": _sqlite, "duckdb": _duckdb,
    "parquet": _parquet,
}  # fmt: skip


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("inside", [False, True], ids=["alone", "in a zip"])
def test_a_table_is_read_a_line_a_row_with_its_header(kind: str, inside: bool, tmp_path: Path) -> None:
    path = tmp_path / "table"
    TABLES[kind](path)
    if inside:
        path = written(tmp_path / "found.zip", zipped(("table", path.read_bytes())))
    assert [line for line in lines(path) if not line.startswith("patients")] == CELLS


def test_days_of_a_workbook_are_days_and_hidden_sheets_are_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append([pd.Timestamp("1956-03-12").to_pydatetime(), 41])
    hidden = book.create_sheet("caché")
    hidden.append(["GUÉRIN"])
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    assert lines(tmp_path / "a.xlsx") == ["12/03/1956\t41", "GUÉRIN"]


def test_a_database_that_was_being_written_is_read_without_a_change(tmp_path: Path) -> None:
    _sqlite(tmp_path / "a.sqlite")
    database = sqlite3.connect(tmp_path / "a.sqlite")
    database.execute("pragma journal_mode=wal")
    database.close()
    before = (tmp_path / "a.sqlite").read_bytes()
    assert lines(written(tmp_path / "a.zip", zipped(("a.sqlite", before)))) == CELLS
    assert lines(tmp_path / "a.sqlite") == CELLS
    assert (tmp_path / "a.sqlite").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.sqlite", "a.zip"]


def test_only_tables_of_a_database_are_read(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "a.sqlite")
    endless = "with recursive n(k) as (select 1 union all select k + 1 from n) select k from n"
    database.executescript(f"create table t (a); insert into t values ('un'); create view v as {endless};")
    database.close()
    assert lines(tmp_path / "a.sqlite") == ["a", "un"]


def test_large_tables_are_read_from_beginning_to_end(tmp_path: Path) -> None:
    frame = pd.DataFrame({"numero": range(150_000), "texte": "x" * 250})
    database = sqlite3.connect(tmp_path / "a.sqlite")
    frame.to_sql("t", database, index=False)
    database.close()
    pq.write_table(pa.Table.from_pandas(frame), tmp_path / "a.parquet", row_group_size=2_000)
    with duckdb.connect(str(tmp_path / "a.duckdb")) as database:
        database.execute("create table t as from frame")
    for name in ("a.sqlite", "a.parquet", "a.duckdb"):
        found = read_found(tmp_path / name)
        numbers = [int(line.split("\t")[0]) for line in found.lines if line[:1].isdigit()]
        assert numbers[0] == 0
        assert numbers[-1] > 140_000
        assert max(b - a for a, b in pairwise(numbers)) < 10_000
        assert found.kept <= 24 << 20


@pytest.mark.parametrize("transfer", ["quoted-printable", "base64"])
def test_mails_are_read_with_their_attachments(transfer: str, tmp_path: Path) -> None:
    mail = email.message.EmailMessage()
    mail["From"], mail["Subject"] = "a@example.org", "Résultats de Mme Guérin"
    mail.set_content("Bonjour,\n" + "é" * 300 + "\n", cte=transfer)
    mail.add_attachment(zipped(("a.csv", TEXT.encode())), maintype="application", subtype="zip")
    for path in (written(tmp_path / "a.eml", mail.as_bytes()), tmp_path / "a.mbox"):
        if path.suffix == ".mbox":
            box = mailbox.mbox(path)
            box.add(mail)
            box.close()
        found = lines(path)
        assert found[: len(LINES) + 4] == ["a@example.org", mail["Subject"], "Bonjour,", "é" * 300, *LINES]


def test_pages_lose_their_tags_and_scripts(tmp_path: Path) -> None:
    page = "<html><head><script>var a = 1;</script></head><p>Mme Gu&eacute;rin</p><br>56000 &amp; plus</html>"
    assert lines(written(tmp_path / "a.html", page.encode())) == ["Mme Guérin", "56000 & plus"]


def test_the_text_of_a_pdf_is_read(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"))
    canvas.drawString(72, 700, "Mme Guérin, 56000 Vannes")
    canvas.save()
    assert lines(tmp_path / "a.pdf") == ["Mme Guérin, 56000 Vannes"]


def test_a_damaged_pdf_says_nothing_of_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    canvas = Canvas(str(tmp_path / "a.pdf"))
    canvas.drawString(72, 700, "Mme Guérin")
    canvas.save()
    data = (tmp_path / "a.pdf").read_bytes()
    for end in range(200, len(data), 200):
        with suppress(DatasetError):
            read_found(written(tmp_path / "b.pdf", b"Mme Guerin" + data[:end]))
    assert caplog.records == []


def test_records_of_json_are_a_line_each_however_they_are_laid_out(tmp_path: Path) -> None:
    records = [dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]
    texts = [
        json.dumps(records),
        json.dumps(records, indent=2, ensure_ascii=False),
        json.dumps({"patients": records}),
        "\n".join(map(json.dumps, records)),
    ]
    for text in texts:
        found = lines(written(tmp_path / "found", text.encode()))
        assert [json.loads(line) for line in found] == records


def test_rows_of_a_dump_are_a_line_each(tmp_path: Path) -> None:
    dump = "INSERT INTO `patients` VALUES (1,'GUERIN'),(2,'LE GOFF'),\n(3,'HERY');\n"
    found = lines(written(tmp_path / "a.sql", dump.encode()))
    assert found[1:] == ["(2,'LE GOFF')", "(3,'HERY');"]


SHAPES = {
    "archive": {"format": "7z"}, "csv": {}, "fixed_width": {}, "hl7": {}, "hprim": {}, "jsonl": {},
    "mbox": {}, "sql_dump": {}, "sqlite": {}, "xlsx": {},
}  # fmt: skip


def test_every_shape_that_holds_names_is_read(demo: Dataset, tmp_path: Path) -> None:
    names = {row["PAT_NOM"] for row in demo.table("patients").to_table(columns=["PAT_NOM"]).to_pylist()[:40]}
    own = shutil.copytree(demo.path, tmp_path / "labs")
    for shape, options in SHAPES.items():
        made = leak(own, shape, out=tmp_path / shape, rows=(0, 40), jobs=1, **options)
        text = "\n".join(line for name in made.files for line in read_found(tmp_path / shape / name).lines)
        # Few visits are written to by mail.
        least = 0 if shape == "mbox" else len(names) // 2
        assert sum(str(name) in text for name in names) > least, shape


# --- what is broken, empty or made to do harm ------------------------------------------------------------


def refused(path: Path) -> str:
    """The one line that says why a file is not read."""
    with pytest.raises(DatasetError) as refusal:
        read_found(path)
    said = str(refusal.value)
    assert said.startswith(f"{path}: ")
    assert "\n" not in said
    return said


@pytest.mark.parametrize("how", ["gzip", "bz2", "xz", "zip", "tar", "tar.gz", "tar.bz2", "tar.xz"])
def test_an_archive_whose_end_is_missing_is_read_as_far_as_it_goes(how: str, tmp_path: Path) -> None:
    noise = random.Random(1)
    many = "".join(f"{noise.getrandbits(256):064x};{k}\r\n" for k in range(12_000))
    data = PACKED[how](many.encode())
    found = read_found(written(tmp_path / "found", data[: len(data) * 6 // 10]))
    assert found.lines[:6_000] == many.split("\r\n")[:6_000]


def test_a_damaged_7z_or_database_is_one_line(tmp_path: Path) -> None:
    _duckdb(tmp_path / "a.duckdb")
    _parquet(tmp_path / "a.parquet")
    files = [
        seven(TEXT.encode()),
        (tmp_path / "a.duckdb").read_bytes(),
        (tmp_path / "a.parquet").read_bytes(),
    ]
    for data in files:
        assert "damaged" in refused(written(tmp_path / "found", data[: len(data) // 2]))


def test_an_encrypted_archive_needs_a_password(tmp_path: Path) -> None:
    with pyzipper.AESZipFile(tmp_path / "a.zip", "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(b"secret")
        archive.writestr("a.csv", TEXT)
    assert "password" in refused(tmp_path / "a.zip")
    assert "password" in refused(written(tmp_path / "a.7z", seven(TEXT.encode(), password="secret")))
    sealed = seven(TEXT.encode(), password="secret", header_encryption=True)
    assert "password" in refused(written(tmp_path / "b.7z", sealed))


@pytest.mark.parametrize(
    ("library", "said"), [("py7zr", "simbreach[shapes]"), ("pypdf", "pip install pypdf")]
)
def test_a_library_that_is_missing_is_named(
    library: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    data = seven(TEXT.encode()) if library == "py7zr" else b"%PDF-1.7\n"
    assert said in refused(written(tmp_path / "a", data))


def test_a_note_beside_encrypted_rows_is_not_taken_for_them(demo: Dataset, tmp_path: Path) -> None:
    own = shutil.copytree(demo.path, tmp_path / "labs")
    made = leak(own, "archive", out=tmp_path / "a", rows=(0, 40), jobs=1, password="secret", depth=2)
    assert "password" in refused(tmp_path / "a" / made.files[0])


def test_an_empty_file_a_folder_and_what_is_not_there_are_refused(tmp_path: Path) -> None:
    assert "holds no text" in refused(written(tmp_path / "empty", b""))
    assert "holds no text" in refused(written(tmp_path / "zeros", bytes(5000)))
    assert "folder" in refused(tmp_path)
    assert "does not exist" in refused(tmp_path / "nothing")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without named pipes")
def test_a_pipe_and_a_device_are_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "plain file" in refused(tmp_path / "pipe")
    assert "plain file" in refused(Path("/dev/zero"))


def test_a_file_without_rights_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = written(tmp_path / "a.csv", TEXT.encode())
    monkeypatch.setattr(Path, "open", denied)
    assert "rights" in refused(path)


def test_noise_is_no_text(tmp_path: Path) -> None:
    noise = random.Random(7).randbytes(200_000)
    assert "binary" in refused(written(tmp_path / "noise", noise))
    assert "binary" in refused(written(tmp_path / "noise.zip", zipped(("a.bin", noise))))


HEADS = (
    b"SQLite format 3\0", b"PAR1", b"%PDF-1.7\n", b"PK\x03\x04", b"\x1f\x8b\x08\0", b"BZh9", b"\xfd7zXZ\0",
    b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"7z\xbc\xaf\x27\x1c", b"12345678DUCK",
    b"From a\nContent-Type: x\n", b"Rar!", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", bytes(257) + b"ustar",
)  # fmt: skip


@pytest.mark.parametrize("magic", HEADS)
def test_noise_under_a_known_head_is_refused_or_read_never_a_fault(magic: bytes, tmp_path: Path) -> None:
    for seed in range(20):
        path = written(tmp_path / f"{seed}", magic + random.Random(seed).randbytes(3000))
        with suppress(DatasetError):
            read_found(path)


def test_paths_that_lead_out_and_links_are_passed_over_and_nothing_is_written(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("lien.csv")
    link.external_attr = 0o120777 << 16
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("../dehors.csv", "dehors")
        archive.writestr("/dehors.csv", "dehors")
        archive.writestr(link, "/etc/passwd")
        archive.writestr("dedans.csv", "dedans")
    (tmp_path / "place").mkdir()
    found = read_found(written(tmp_path / "place" / "a.zip", whole.getvalue()))
    assert [line for line in found.lines if line] == ["dedans"]
    assert any("lead out" in note for note in found.notes)
    assert any("links" in note for note in found.notes)
    entry = tarfile.TarInfo("lien")
    entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as tar:
        tar.addfile(entry)
    assert "links" in refused(written(tmp_path / "place" / "a.tar", whole.getvalue()))
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.tar", "a.zip", "place"]


def test_a_document_cannot_name_other_files_or_grow(tmp_path: Path) -> None:
    doctype = '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/hostname"><!ENTITY b "bbbb">]>'
    text = f"{doctype}<w:document xmlns:w='w'><w:p><w:t>&a;&b;</w:t></w:p></w:document>".encode()
    assert "document" in refused(written(tmp_path / "a.docx", zipped(("word/document.xml", text))))


def peak(path: Path) -> int:
    """The most memory that Python held while a file was read, in bytes."""
    tracemalloc.start()
    try:
        read_found(path)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _zeros(size: int) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("zeros.csv", "w") as out:
            for _ in range(size >> 20):
                out.write(bytes(1 << 20))
        archive.writestr("reel.csv", TEXT)
    return whole.getvalue()


def test_a_bomb_is_unpacked_to_its_limit_and_its_neighbour_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "a.zip", _zeros(400 << 20))
    assert lines(path) == LINES
    assert peak(path) < 100 << 20
    assert read_found(path).unpacked <= 258 << 20


def test_bombs_of_other_kinds_are_bounded(tmp_path: Path) -> None:
    cells = ("<row>" + '<c t="s"><v>0</v></c>' * 500 + "</row>") * 2_000
    words = "<sst>" + ("<si><t>" + "A" * (1 << 20) + "</t></si>") * 20 + "</sst>"
    sheet = f"<worksheet><sheetData>{cells}</sheetData></worksheet>"
    bomb = zipped(
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/sharedStrings.xml", words.encode()),
        ("xl/worksheets/sheet1.xml", sheet.encode()),
    )
    assert peak(written(tmp_path / "a.xlsx", bomb)) < 100 << 20
    nested = TEXT.encode()
    for _ in range(30):
        nested = zipped(("a.zip", nested))
    assert "archives within archives" in refused(written(tmp_path / "nest.zip", nested))
    many = zipped(*((f"{k}.txt", b"x") for k in range(2_000)))
    assert len(read_found(written(tmp_path / "many.zip", many)).lines) == 500
    mail = b"From a\nContent-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\n" * 1_000_000
    assert "thousands of parts" in refused(written(tmp_path / "a.mbox", mail))


@pytest.mark.skipif(os.name == "nt", reason="a system without files that are mostly holes")
def test_a_line_of_ten_gigabytes_is_read_in_stretches(tmp_path: Path) -> None:
    path = tmp_path / "line.txt"
    with path.open("wb") as out:
        out.write(b"NOM;PRENOM;" * 30_000)
        out.truncate(10 << 30)
        out.seek((10 << 30) - 330_000)
        out.write(b"NOM;PRENOM;" * 30_000)
    found = read_found(path)
    assert any("stretches" in note for note in found.notes)
    assert found.lines[-1].endswith("NOM;PRENOM;")
    assert found.kept <= 24 << 20


def test_a_large_file_is_read_from_beginning_to_end(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("w", newline="") as out:
        csv.writer(out).writerows((k, "x" * 300) for k in range(120_000))
    packed = written(tmp_path / "a.gz", gzip.compress(path.read_bytes(), 1))
    for found in (read_found(path), read_found(packed)):
        numbers = [int(whole[1]) for line in found.lines if (whole := re.fullmatch(r"(\d+),x{300}", line))]
        assert numbers[0] == 0
        assert numbers[-1] > 110_000
        assert found.kept <= 24 << 20

import gzip
import hashlib
import io
import struct
import sys
import tarfile
import zipfile
import zlib

import py7zr
import pytest
from Cryptodome.Cipher import AES
from Cryptodome.Util import Counter
from pydantic import ValidationError

from simbreach.core.errors import InputError, MissingExtraError
from simbreach.shapes.archive import Options

PASSWORD = "coquelicot2020"


def members_of(data: bytes) -> dict[str, bytes]:
    """What lies in an archive, by libraries that did not write it where there are others."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {entry.filename: read(data, archive, entry) for entry in archive.infolist()}
    if data.startswith(b"\x1f\x8b"):
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(data))) as archive:
            return {entry.name: archive.extractfile(entry).read() for entry in archive.getmembers()}
    factory = py7zr.io.BytesIOFactory(1 << 30)
    with py7zr.SevenZipFile(io.BytesIO(data)) as archive:
        archive.extractall(factory=factory)
    return {name: held.read() for name, held in factory.products.items()}


def read(data: bytes, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    return unsealed(data, entry) if entry.flag_bits & 1 else archive.read(entry)


def unsealed(data: bytes, entry: zipfile.ZipInfo) -> bytes:
    """An AES-256 member, decrypted after WinZip's published description (AE-2)."""
    name, extra = struct.unpack("<HH", data[entry.header_offset + 26 : entry.header_offset + 30])
    start = entry.header_offset + 30 + name + extra
    salt, check = data[start : start + 16], data[start + 16 : start + 18]
    body = data[start + 18 : start + entry.compress_size - 10]
    made = hashlib.pbkdf2_hmac("sha1", PASSWORD.encode(), salt, 1000, 66)
    assert made[64:] == check
    counter = Counter.new(nbits=128, little_endian=True)
    return zlib.decompress(AES.new(made[:32], AES.MODE_CTR, counter=counter).decrypt(body), -15)


def opened(data: bytes) -> dict[str, bytes]:
    """All files, those of archives inside included, by path."""
    found = {}
    for name, inside in members_of(data).items():
        if name.startswith("export"):
            found |= {f"{name}/{deeper}": more for deeper, more in opened(inside).items()}
        else:
            found[name] = inside
    return found


@pytest.mark.parametrize("form", ["zip", "tar.gz", "7z"])
@pytest.mark.parametrize("depth", [1, 3])
def test_every_span_cut_from_its_member_is_the_cell(leaked, form, depth):
    leak = leaked("archive", format=form, depth=depth, content_options={"encoding": "utf-8"})
    assert leak.files == [f"export.{form}"]
    files = opened(leak.read(leak.files[0]))
    marks = list(leak.marks())
    assert len(marks) > 3_000
    for mark in marks:
        cut = files[mark.member][mark.start : mark.end].decode()
        assert cut.replace('""', '"') in mark.cell, mark


def test_a_member_with_a_password_opens_with_it_and_not_without(leaked):
    leak = leaked("archive", password=PASSWORD)
    data = leak.read("export.zip")
    entry = zipfile.ZipFile(io.BytesIO(data)).getinfo("patients.csv")
    assert entry.flag_bits & 1
    clear = leaked("archive")
    assert members_of(data)["patients.csv"] == members_of(clear.read("export.zip"))["patients.csv"]


def test_the_note_in_the_outer_archive_tells_the_password(leaked):
    leak = leaked("archive", password=PASSWORD, depth=2)
    outer = zipfile.ZipFile(io.BytesIO(leak.read("export.zip")))
    assert f"Mot de passe : {PASSWORD}\r\n" in outer.read("LISEZMOI.txt").decode("cp1252")
    assert not outer.getinfo("export-2.zip").flag_bits & 1


@pytest.mark.parametrize(
    "options",
    [
        {"password": PASSWORD, "depth": 2},
        {"format": "tar.gz"},
        {"format": "7z"},
        {"content": "docx", "content_options": {"documents": 3}},
        {"split_mb": 1},
    ],
)
def test_the_same_leak_has_the_same_bytes(leaked, options):
    assert leaked("archive", **options).bytes() == leaked("archive", **options).bytes()


def test_volumes_put_together_are_the_archive(leaked, hand_made):
    texts = [hashlib.shake_256(bytes([number])).hexdigest(16_000) for number in range(80)]
    tables = [hand_made(C=("comment", "health.comment", texts))]
    volumes, whole = leaked("archive", tables, split_mb=1), leaked("archive", tables)
    assert len(volumes.files) > 1
    assert [len(volumes.read(name)) for name in sorted(volumes.files)][:-1] == [1_000_000] * (
        len(volumes.files) - 1
    )
    joined = b"".join(volumes.read(name) for name in sorted(volumes.files))
    assert joined == whole.read("export.zip")
    assert {mark.file for mark in volumes.marks()} == {"export.zip.001"}


def test_members_of_a_shape_with_members_keep_their_path(leaked):
    leak = leaked("archive", content="docx", content_options={"documents": 2})
    assert all(mark.member.endswith(".docx/word/document.xml") for mark in leak.marks())


def test_what_happened_inside_is_counted(leaked):
    assert leaked("archive", content="docx", content_options={"documents": 2}).counts["documents"] == 2


def test_nothing_else_is_left_in_the_folder(leaked):
    leak = leaked("archive", depth=2, split_mb=1)
    assert sorted(path.name for path in leak.folder.iterdir()) == sorted(leak.files)


def test_options_inside_may_be_text_as_on_a_command_line():
    options = Options.model_validate({"content_options": 'encoding = "utf-8", header = "none"'})
    assert options.content_options == {"encoding": "utf-8", "header": "none"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"password": "x", "format": "7z"}, "only zip"),
        ({"content": "archive"}, "depth = 2"),
        ({"content_options": "a = b"}, "not TOML"),
        ({"depth": 0}, "depth"),
        ({"password": ""}, "password"),
    ],
)
def test_wrong_options_are_refused(options, said):
    with pytest.raises(ValidationError, match=said):
        Options.model_validate(options)


@pytest.mark.parametrize("options", [{"content": "pfd"}, {"content_options": {"encodin": "utf-8"}}])
def test_a_content_that_there_is_not_is_refused_and_nothing_is_left(leaked, tmp_path, options):
    with pytest.raises(InputError):
        leaked("archive", **options)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_fault_inside_leaves_nothing_behind(leaked, hand_made, tmp_path, monkeypatch):
    monkeypatch.setattr("simbreach.shapes.docx.write", lambda *_: 1 / 0)
    table = hand_made(NOM=("usage_name", "name.last", ["PETIT"]))
    with pytest.raises(ZeroDivisionError):
        leaked("archive", [table], content="docx")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_without_the_extra_the_message_says_what_to_type(leaked, hand_made, monkeypatch):
    monkeypatch.setitem(sys.modules, "py7zr", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'simbreach\[shapes\]'"):
        leaked("archive", [hand_made(NOM=("usage_name", "name.last", ["PETIT"]))], format="7z")

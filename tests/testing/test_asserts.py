import gzip
import io
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import phonenumbers
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import feather, parquet

from simbreach.api import Dataset
from simbreach.core.errors import DatasetError
from simbreach.reference.nir_key import keys
from simbreach.testing import assert_safe

# phonenumbers' own example of a French mobile: given out for documentation, outside our ranges.
MOBILE = "0" + str(
    phonenumbers.example_number_for_type("FR", phonenumbers.PhoneNumberType.MOBILE).national_number
)


def nir_outside() -> str:
    """A NIR of the right form and key that is nobody's, outside our ranges: orders begin with 001."""
    body = "1991275116000"
    digits = np.frombuffer(body.encode(), dtype=np.uint8).reshape(1, 13)
    return body + bytes(keys(digits)[0]).decode()


NIR = nir_outside()


def failure(*args: object, **options: object) -> str:
    with pytest.raises(AssertionError) as caught:
        assert_safe(*args, **options)
    return str(caught.value)


def test_a_dataset_of_ours_is_safe(demo: Dataset) -> None:
    assert_safe(demo)
    assert_safe(demo.table("patients"))


@pytest.mark.parametrize("value", [MOBILE, NIR, "jean.dupont@exemple.invalid"])
def test_one_planted_identifier_is_found_and_never_shown(tmp_path: Path, value: str) -> None:
    (tmp_path / "people.csv").write_text(f"id;value\n1;rien\n2;{value}\n")
    said = failure(tmp_path)
    assert "people.csv: line 3, bytes 18–" in said
    assert value not in said
    assert value[:6] not in said


def test_a_number_is_found_however_deep_the_folder(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c.json").write_text(f'{{"tel": "{MOBILE}"}}')
    assert "a/b/c.json: line 1" in failure(tmp_path)


def test_skipped_and_hidden_files_are_not_read(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text(MOBILE)
    (tmp_path / "real.csv").write_text(MOBILE)
    assert_safe(tmp_path, skip=["real.*"])


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_text_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "t.txt").write_text(f"é {MOBILE}\n", encoding)
    assert "t.txt" in failure(tmp_path / "t.txt")


SPACED = " ".join(MOBILE[place : place + 2] for place in range(0, 10, 2))


@pytest.mark.parametrize(
    "text",
    [
        f'{{"tel": "{SPACED}"}}',
        SPACED.replace(" ", "\u00a0"),
        SPACED.replace(" ", "\u202f"),
        json.dumps(SPACED.replace(" ", "\u00a0")),
        SPACED.replace(" ", "&nbsp;"),
        f"?tel={SPACED}&x=1".replace(" ", "%20"),
        f"?tel={SPACED}&x=1".replace(" ", "+"),
        f"where tel like '%{MOBILE}%'",
        f"+33 (0){SPACED[1:]}",
    ],
)
def test_a_number_is_found_in_any_spelling_and_its_place_is_that_of_the_file(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "t.txt").write_text(f"é\n{text}", "utf-8")
    said = failure(tmp_path)
    assert said.startswith("may be somebody's: 1 mobile")
    start, end = map(int, re.findall(r"line 2, bytes (\d+)–(\d+)", said)[0])
    found = (tmp_path / "t.txt").read_bytes()[start:end]
    assert (found[-2:], text.encode().count(found)) == (MOBILE[-2:].encode(), 1)


@pytest.mark.parametrize("sign", ["%40", "\\u0040", "&#64;", "&commat;"])
def test_an_address_is_found_through_escapes(tmp_path: Path, sign: str) -> None:
    (tmp_path / "t.txt").write_text(f"jean.dupont{sign}exemple.invalid")
    assert "1 email" in failure(tmp_path)


def test_the_cells_of_a_database_and_of_columns_are_read(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "t.db")) as database:
        database.execute('create table "pa""tients" (name text, phone text, nir real)')
        database.execute('insert into "pa""tients" values (?, ?, ?)', ("Zoé", MOBILE, float(NIR)))
        database.commit()
    assert failure(tmp_path / "t.db").startswith("may be somebody's: 1 nir, 1 mobile")
    table = pa.table({"phone": [MOBILE] * 500, "nir": [float(NIR), None] * 250})
    feather.write_feather(table, tmp_path / "t.feather", compression="zstd")
    parquet.write_table(table, tmp_path / "t.parquet")
    for name in ("t.feather", "t.parquet"):
        assert failure(tmp_path / name).startswith("may be somebody's: 250 nir, 500 mobile")


def test_packed_files_are_looked_into(tmp_path: Path) -> None:
    (tmp_path / "t.gz").write_bytes(gzip.compress(MOBILE.encode()))
    with zipfile.ZipFile(tmp_path / "t.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inside.txt", NIR)
    book = openpyxl.Workbook()
    book.active.append(["téléphone", MOBILE])
    book.save(tmp_path / "t.xlsx")
    assert failure(tmp_path / "t.gz").startswith("may be somebody's: 1 mobile")
    assert failure(tmp_path / "t.zip").startswith("may be somebody's: 1 nir")
    assert failure(tmp_path / "t.xlsx").startswith("may be somebody's: 1 mobile")


@pytest.mark.parametrize("content", [b"%PDF-1.7 \n", b"7z\xbc\xaf\x27\x1c 1", b"PK\x03\x04 cut short"])
def test_what_cannot_be_searched_is_no_silence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "closed.bin").write_bytes(content)
    assert "cannot be searched: 1 of 1 files" in failure(tmp_path)
    assert_safe(tmp_path, skip=["*.bin"])


def test_a_table_is_taken_from_any_library() -> None:
    columns = {"name": ["A", "B"], "phone": [None, MOBILE]}
    for table in (pa.table(columns), pl.DataFrame(columns), pd.DataFrame(columns)):
        said = failure(table)
        assert "row 1, column phone, bytes 0–10: mobile **********" in said


def test_columns_inside_columns_and_numbers_are_read() -> None:
    nested = pa.table({"p": [{"ids": [NIR]}]})
    assert "1 nir" in failure(nested)
    assert "1 nir" in failure(pa.table({"n": pa.array([int(NIR)], pa.int64())}))


def test_a_name_of_a_file_or_column_is_masked_too(tmp_path: Path) -> None:
    (tmp_path / f"{MOBILE}.txt").write_text(MOBILE)
    assert MOBILE not in failure(tmp_path)
    assert MOBILE not in failure(pa.table({MOBILE: [MOBILE]}))


def test_clean_fixtures_and_codes_pass(tmp_path: Path) -> None:
    lines = [f"{n};2024-03-{n % 28 + 1:02};{1700000000 + n * 977};ref {n:08}" for n in range(500)]
    (tmp_path / "codes.csv").write_text("\n".join(lines))
    (tmp_path / "people.csv").write_text("a@example.com;0600123456;jean@lab.example.org")
    (tmp_path / "empty").touch()
    assert_safe(tmp_path)


def test_what_is_neither_path_nor_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="a path, or a table"):
        assert_safe(io.StringIO("x"))
    with pytest.raises(DatasetError, match="does not exist"):
        assert_safe(tmp_path / "nothing")

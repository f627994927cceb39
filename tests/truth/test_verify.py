"""Any file is judged: synthetic, possibly real, or cannot tell; and never quoted.

Numbers outside the safe ranges are made here, of parts that lie next to them, and belong to the specimen
cards and worked examples of manuals where they are fixed.
"""

import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from stdnum.fr import nir as stdnum_nir

from simbreach.core.errors import DatasetError
from simbreach.truth.verify import FileFindings, verify_file

# The NIR of the specimen card (Cnam), the IBAN of the ECBS's worked example for France.
SPECIMEN_NIR = "269054958815780"
EXAMPLE_IBAN = "FR1420041010050500013M02606"

Write = Callable[[str | bytes], Path]


def with_key(body: str) -> str:
    """A NIR with the key that python-stdnum computes."""
    return body + stdnum_nir.calc_check_digits(body)


def synthetic_rows(rows: int) -> list[str]:
    """Lines of NIR, mobile and e-mail that all lie in our safe ranges (Morbihan, void communes)."""
    chance = random.Random(5)
    return [
        f"{with_key(f'1{chance.randrange(10, 99)}0756{chance.randrange(330, 980)}9{n % 100:02}')};"
        f"06 00 12 {n % 100:02} 56;jean.le-gall{n}@orange.example.com"
        for n in range(rows)
    ]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(content: str | bytes) -> Path:
        path = tmp_path / "found.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("cp1252"))
        return path

    return write


def tally(findings: FileFindings, name: str) -> tuple[int, int, int]:
    """Candidates, synthetic, outside."""
    return next((t.candidates, t.synthetic, t.outside) for t in findings.tallies if t.name == name)


def test_a_file_of_ours_is_synthetic(write: Write) -> None:
    findings = verify_file(write("\r\n".join(synthetic_rows(50))))
    assert findings.verdict == "synthetic"
    assert findings.ok
    assert tally(findings, "nir") == (50, 50, 0)
    assert tally(findings, "mobile") == (50, 50, 0)
    assert tally(findings, "email") == (50, 50, 0)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("nir", SPECIMEN_NIR),
        ("nir", "2 69 05 49 588 157 80"),
        ("nir", with_key("1850756260123")),
        ("landline", "02 97 00 00 01"),
        ("mobile", "+33 6 12 34 56 78"),
        ("email", "contact@mairie.exemple.invalid.fr"),
        ("iban", EXAMPLE_IBAN),
    ],
)
def test_one_identifier_outside_among_ours_makes_a_file_possibly_real(
    name: str, text: str, write: Write
) -> None:
    rows = synthetic_rows(50)
    findings = verify_file(write("\n".join([*rows[:20], f"X;{text};Y", *rows[20:]])))
    assert findings.verdict == "possibly real"
    assert not findings.ok
    assert tally(findings, name)[2] == 1
    assert [p.where for t in findings.tallies for p in t.places] == ["line 21"]


@pytest.mark.parametrize(
    "text", [SPECIMEN_NIR, EXAMPLE_IBAN, "0612345678", "jean.dupont@domaine.fr", "2690549588157"]
)
def test_findings_never_hold_what_may_be_real(text: str, write: Write) -> None:
    findings = verify_file(write(f"A;{text};B\n" * 3))
    said = "\n".join(findings.lines()) + json.dumps(findings.as_dict()) + repr(findings)
    digits = "".join(c for c in text if c.isdigit())
    assert text not in said
    assert not digits or digits[2:8] not in said


def test_the_place_is_the_bytes_of_the_file(write: Write) -> None:
    path = write(f"prénom;nir\nJoël;{SPECIMEN_NIR}\n")
    place = verify_file(path).as_dict()["identifiers"][0]["places"][0]  # type: ignore[index]
    assert path.read_bytes()[place["start_byte"] : place["end_byte"]] == SPECIMEN_NIR.encode()
    assert place["mask"] == "*" * 15


def test_thirteen_digits_without_key_are_judged_by_their_month(write: Write) -> None:
    assert verify_file(write("1850756260123\n" * 5)).verdict == "possibly real"


def test_timestamps_in_milliseconds_are_no_nir(write: Write) -> None:
    stamps = "\n".join(str(1_600_000_000_000 + n * 86_400_007) for n in range(2_000))
    findings = verify_file(write("\n".join([stamps, *synthetic_rows(50)])))
    assert findings.verdict == "synthetic"


def test_numbers_that_pass_a_check_digit_by_accident_do_not_make_a_file_real(write: Write) -> None:
    # Eleven digits like an RPPS number: one in ten ends in its Luhn digit.
    numbers = "\n".join(f"18{n * 7919 % 10**9:09}" for n in range(3_000))
    findings = verify_file(write("\n".join([numbers, *synthetic_rows(50)])))
    assert 200 < tally(findings, "rpps")[2] < 400
    assert findings.verdict == "synthetic"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"nom;prenom\nLE GOFF;ANNE\n", "fewer than 10"),
        ("\n".join(["0600000000"] * 1_000).encode(), "fewer than 10"),
        (random.Random(1).randbytes(100_000), "binary"),
        (b"PK\x03\x04" + bytes(100), "ZIP"),
        (b"\x1f\x8b\x08" + bytes(100), "gzip"),
        ("nir\r\n".encode("utf-16"), "UTF-16"),
    ],
    ids=["empty", "names only", "one placeholder", "noise", "zip", "gzip", "utf-16"],
)
def test_a_file_that_shows_nothing_cannot_be_told(content: bytes, reason: str, write: Write) -> None:
    findings = verify_file(write(content))
    assert findings.verdict == "cannot tell"
    assert reason in findings.reason
    assert not findings.ok


@pytest.mark.parametrize("line", [b"a", b"1", b"a.", b"0 ", b"@", b"FR76", b"+33"], ids=repr)
def test_a_line_without_end_takes_no_more_than_seconds(line: bytes, write: Write) -> None:
    path = write(line * (2_000_000 // len(line)))
    begun = time.monotonic()
    verify_file(path)
    assert time.monotonic() - begun < 20


def test_a_parquet_file_is_judged_by_its_columns(tmp_path: Path) -> None:
    rows = [line.split(";") for line in synthetic_rows(50)]
    nirs, phones, mails = (list(column) for column in zip(*rows, strict=True))
    nirs[7] = SPECIMEN_NIR
    table = pa.table(
        {"nir": pa.array(nirs).dictionary_encode(), "tel": phones, "mail": mails, "n": range(50)}
    )
    pq.write_table(table, tmp_path / "found.parquet")
    findings = verify_file(tmp_path / "found.parquet")
    assert findings.verdict == "possibly real"
    assert [p.where for t in findings.tallies for p in t.places] == ["row 7, column nir"]


def test_a_parquet_file_that_is_cut_short_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "cut.parquet"
    pq.write_table(pa.table({"a": ["x"] * 1000}), path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DatasetError, match=r"cut\.parquet: not a whole Parquet file"):
        verify_file(path)


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        verify_file(tmp_path / "none.csv")

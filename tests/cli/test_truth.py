"""`simbreach truth`: exports, what is refused, and one row on a terminal or off it."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from simbreach.api import Dataset
from simbreach.cli.main import main

Said = pytest.CaptureFixture[bytes]


def run(capsysbinary: Said, *arguments: object) -> tuple[int, str, str]:
    """Exit code, stdout, stderr."""
    code = main(["truth", *map(str, arguments)])
    out, err = capsysbinary.readouterr()
    return code, out.decode(), err.decode()


def refused(capsysbinary: Said, *arguments: object) -> str:
    """The one line on stderr of a command that is refused."""
    code, out, err = run(capsysbinary, *arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("simbreach: error: ")
    return err


def test_without_a_table_it_says_what_there_is(demo: Dataset, capsysbinary: Said) -> None:
    code, out, err = run(capsysbinary, demo.path)
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()[1:]] == [*demo.truth, "clean"]
    assert re.search(r"^rows +900 +table, row, person_id", out, re.M)


def test_what_there_is_as_json(demo: Dataset, capsysbinary: Said) -> None:
    _, out, _ = run(capsysbinary, demo.path, "--json")
    found = {entry["table"]: entry for entry in json.loads(out)}
    assert found["persons"]["rows"] == demo.truth["persons"].count_rows()
    assert found["habits"]["columns"] == ["table", "source", "column", "spelling"]


@pytest.mark.parametrize("table", ["persons", "rows", "columns", "habits", "defects", "spans", "negatives"])
def test_a_table_is_csv_on_stdout(table: str, demo: Dataset, capsysbinary: Said) -> None:
    code, out, err = run(capsysbinary, demo.path, table)
    assert (code, err) == (0, "")
    found = list(csv.DictReader(io.StringIO(out, newline="")))
    expected = demo.truth[table].to_table()
    assert len(found) == expected.num_rows
    assert list(found[0]) == expected.column_names


def test_json_lines_are_the_table(demo: Dataset, capsysbinary: Said) -> None:
    _, out, _ = run(capsysbinary, demo.path, "rows", "--format", "jsonl")
    assert [json.loads(line) for line in out.splitlines()] == demo.truth["rows"].to_table().to_pylist()


def test_a_file_is_written_as_its_ending_says(demo: Dataset, tmp_path: Path, capsysbinary: Said) -> None:
    path = tmp_path / "new" / "persons.parquet"
    code, out, err = run(capsysbinary, demo.path, "persons", "-o", path)
    rows = demo.truth["persons"].count_rows()
    assert (code, err) == (0, "")
    assert re.fullmatch(rf"wrote {re.escape(str(path))} \({rows} rows, \d+\.\d s\)\n", out)
    assert pq.read_table(path).equals(demo.truth["persons"].to_table())


def test_parquet_goes_into_a_pipe(demo: Dataset, capsysbinary: Said) -> None:
    assert main(["truth", str(demo.path), "columns", "--format", "parquet"]) == 0
    out = capsysbinary.readouterr().out
    assert pq.read_table(io.BytesIO(out)).equals(demo.truth["columns"].to_table())


def test_rows_columns_and_conditions_are_chosen(demo: Dataset, capsysbinary: Said) -> None:
    arguments = (
        "--where",
        "source = 'sept-huppes'",
        "--rows",
        "5:100",
        "--columns",
        "row,source",
        "--limit",
        "2",
    )
    _, out, _ = run(capsysbinary, demo.path, "rows", *arguments)
    assert out == "row,source\n5,sept-huppes\n6,sept-huppes\n"


def test_clean_cells_are_those_of_the_dataset(demo: Dataset, capsysbinary: Said) -> None:
    _, out, _ = run(
        capsysbinary, demo.path, "clean", "--rows", "890:900", "--columns", "row,PAT_NOM,PAT_DATNAIS"
    )
    expected = demo.clean("patients", 890, 900).read_all().to_pylist()
    assert list(csv.reader(io.StringIO(out)))[1:] == [
        [str(890 + i), cells["PAT_NOM"] or "", str(cells["PAT_DATNAIS"] or "")]
        for i, cells in enumerate(expected)
    ]


def test_clean_cells_are_chosen_by_what_the_truth_says(demo: Dataset, capsysbinary: Said) -> None:
    where = "PAT_SEXE = 'woman' and row in (select row from rows where duplicate_of is not null)"
    _, out, _ = run(
        capsysbinary, demo.path, "clean", "patients", "--where", where, "--columns", "row,PAT_SEXE"
    )
    again = {r["row"] for r in demo.truth["rows"].to_table().to_pylist() if r["duplicate_of"] is not None}
    sexes = demo.clean("patients").read_all()["PAT_SEXE"].to_pylist()
    expected = [row for row in sorted(again) if sexes[row] == "woman"]
    assert [int(line.split(",")[0]) for line in out.splitlines()[1:]] == expected


def test_a_limit_beyond_the_last_row_is_all_rows(demo: Dataset, capsysbinary: Said) -> None:
    _, out, _ = run(capsysbinary, demo.path, "clean", "--rows", "898:900", "--limit", "5", "--columns", "row")
    assert out == "row\n898\n899\n"


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["span"], "spans, clean, row; did you mean 'spans'"),
        (["persons", "patients"], "persons: found 'patients' behind it"),
        (["persons", "--columns", "nirr"], "--columns: no column 'nirr'; did you mean 'nir'"),
        (["persons", "--where", "nope = 1"], 'DuckDB says: Binder Error: Referenced column "nope"'),
        (["persons", "--where", "true; drop table rows"], "more than one statement"),
        (["persons", "--rows", "0:5"], "persons is not numbered by rows"),
        (["rows", "--rows", "5"], "not a range of rows"),
        (["rows", "--limit", "-1"], "'--limit': Input should be greater than or equal to 0"),
        (["rows", "--format", "xml"], "xml"),
        (["rows", "--json"], "--format jsonl"),
        (["clean", "nobody"], "no table 'nobody'"),
        (["clean", "--rows", "0:901"], "which has 900"),
        (["row"], "row takes a table and a row's number, as in: row patients 1234"),
        (["row", "patients"], "row takes a table and a row's number"),
        (["row", "patients", "900"], "which has 900 rows"),
        (["row", "patient", "3"], "did you mean 'patients'"),
        (["row", "3", "--where", "true"], "--where does not go with row"),
        (["row", "3", "--columns", "PAT_NOMM"], "did you mean 'PAT_NOM'"),
        (["--limit", "3"], "--limit does not go with a list of what there is"),
        (["rows", "-o", "rows.txt"], "rows.txt: ends in none of .csv, .jsonl, .parquet"),
        (["rows", "-o", "rows.csv", "--format", "jsonl"], "rows.csv: ends in .csv, and --format says jsonl"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    arguments: list[str], names: str, demo: Dataset, capsysbinary: Said
) -> None:
    assert names in refused(capsysbinary, demo.path, *arguments)


def test_a_folder_that_is_no_dataset_is_refused(tmp_path: Path, capsysbinary: Said) -> None:
    assert "not a dataset" in refused(capsysbinary, tmp_path, "persons")


def test_nothing_is_written_into_the_dataset(demo: Dataset, capsysbinary: Said) -> None:
    path = demo.path / "truth" / "rows.csv"
    assert "lies inside the dataset" in refused(capsysbinary, demo.path, "rows", "-o", path)
    assert not path.exists()


def test_a_folder_is_no_file_to_write(demo: Dataset, tmp_path: Path, capsysbinary: Said) -> None:
    (tmp_path / "x.csv").mkdir()
    assert "is a folder" in refused(capsysbinary, demo.path, "rows", "-o", tmp_path / "x.csv")


def test_a_condition_that_fails_half_way_leaves_the_file_as_it_was(
    demo: Dataset, tmp_path: Path, capsysbinary: Said
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("mine")
    where = "if(row = 899, source::int, 1) = 1"
    assert "Conversion Error" in refused(capsysbinary, demo.path, "rows", "--where", where, "-o", path)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("rows.csv", "mine")]


def test_a_reader_that_goes_away_ends_it_in_silence(demo: Dataset) -> None:
    command = [sys.executable, "-m", "simbreach", "truth", str(demo.path), "clean"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    assert process.stderr
    process.stdout.readline()
    process.stdout.close()
    with process:
        assert process.stderr.read() == b""


def test_a_row_shows_cells_person_and_spans(demo: Dataset, capsysbinary: Said) -> None:
    span = demo.truth["spans"].to_table().slice(0, 1).to_pylist()[0]
    code, out, err = run(capsysbinary, demo.path, "row", "patients", span["row"])
    person = demo.truth["rows"].to_table()["person_id"][span["row"]].as_py()
    assert (code, err) == (0, "")
    assert out.startswith(f"row {span['row']} of patients, from ")
    assert f"person {person}, household " in out
    assert re.search(
        rf"^      {span['start']}–{span['end']} +{span['label']}  {re.escape(span['text'])}$", out, re.M
    )
    assert "\x1b" not in out


def test_a_row_shows_what_was_wrong_and_what_stood_there(demo: Dataset, capsysbinary: Said) -> None:
    typo = next(d for d in demo.truth["defects"].to_table().to_pylist() if d["kind"] == "wrong_key")
    _, out, _ = run(capsysbinary, demo.path, "row", typo["row"])
    assert f"wrong_key, was {typo['clean']}" in out


def test_a_row_as_json_holds_all_of_it(demo: Dataset, capsysbinary: Said) -> None:
    _, out, _ = run(capsysbinary, demo.path, "row", "patients", 5, "--json")
    found = json.loads(out)
    written = demo.table("patients").to_table().slice(5, 1).to_pylist()[0]
    clean = demo.clean("patients", 5, 6).read_all().to_pylist()[0]
    cells = {cell["column"]: cell for cell in found["cells"]}
    assert {name: cell["written"] for name, cell in cells.items() if cell["written"] is not None} == {
        name: text for name, text in written.items() if text is not None
    }
    assert cells["DOS_DATPREL"]["clean"] == str(clean["DOS_DATPREL"])
    assert found["truth"]["row"] == 5
    assert found["person"]["person_id"] == found["truth"]["person_id"]


def test_a_row_of_chosen_columns(demo: Dataset, capsysbinary: Said) -> None:
    _, out, _ = run(capsysbinary, demo.path, "row", 5, "--json", "--columns", "PAT_ID,DOS_NUM")
    assert [cell["column"] for cell in json.loads(out)["cells"]] == ["PAT_ID", "DOS_NUM"]


@pytest.mark.skipif(os.name == "nt", reason="a pseudo-terminal is POSIX's")
@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colours_are_for_terminals_where_nobody_minds(no_color: str, coloured: bool, demo: Dataset) -> None:
    import pty

    theirs, ours = pty.openpty()
    row = demo.truth["spans"].to_table()["row"][0].as_py()
    command = [sys.executable, "-m", "simbreach", "truth", str(demo.path), "row", str(row)]
    environment = {**os.environ, "TERM": "xterm-256color", "NO_COLOR": no_color}
    with subprocess.Popen(command, stdout=ours, env=environment) as process:
        os.close(ours)
        said = b""
        # Linux ends a terminal that nobody writes to any more with an error.
        try:
            while more := os.read(theirs, 65_536):
                said += more
        except OSError:
            pass
        assert process.wait() == 0
    os.close(theirs)
    assert (b"\x1b[" in said) == coloured
    assert said.startswith(b"\x1b[1mrow" if coloured else b"row")

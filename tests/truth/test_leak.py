"""A leak of a dataset: what is put where, what is refused, and that the same is made every time."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pyarrow.dataset as pads
import pyarrow.parquet as pq
import pytest

from simbreach.api import Dataset, generate, leak, load_profile, read, verify
from simbreach.core.errors import DatasetError, InputError
from simbreach.shapes.contract import Part, Spans
from simbreach.truth.leak_parts import runner
from simbreach.truth.leak_tables import DatasetTable, dataset_tables


@pytest.fixture
def own(demo: Dataset, tmp_path: Path) -> Dataset:
    """A dataset of one's own."""
    folder = tmp_path / "labs"
    shutil.copytree(demo.path, folder)
    return read(folder)


def tree(folder: Path) -> dict[str, bytes]:
    """All files by their path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_leak_files_lie_alone_and_their_truth_in_the_dataset(own: Dataset) -> None:
    before = tree(own.path)
    leak(own)
    new = sorted(set(tree(own.path)) - set(before))
    assert new == [
        "leak/shapes/csv/patients.csv",
        "truth/leak_csv.json",
        "truth/leak_spans/csv/part-00000.parquet",
    ]
    assert {name: content for name, content in tree(own.path).items() if name in before} == before


def test_verify_still_finds_the_dataset_whole(own: Dataset) -> None:
    leak(own)
    assert verify(own.path).ok


def test_the_dataset_is_read_as_before(own: Dataset) -> None:
    tables = list(own.truth)
    leak(own)
    assert list(read(own.path).truth) == tables
    with read(own.path).duckdb() as connection:
        assert connection.execute("select count(*) from truth.rows").fetchone() == (900,)


def test_the_same_leak_has_the_same_bytes(own: Dataset) -> None:
    leak(own, "jsonl")
    first = tree(own.path)
    leak(own, "jsonl")
    assert tree(own.path) == first


def test_the_manifest_lists_the_files_and_the_options(own: Dataset) -> None:
    leak(own, "csv", encoding="utf-8")
    said = json.loads((own.path / "truth" / "leak_csv.json").read_text("utf-8"))
    data = (own.path / "leak/shapes/csv/patients.csv").read_bytes()
    assert said["files"] == [{"path": "patients.csv", "bytes": len(data), "sha256": sha256(data).hexdigest()}]
    assert said["options"]["encoding"] == "utf-8"


def test_spans_have_the_columns_of_the_truth(own: Dataset) -> None:
    leak(own)
    spans = pq.read_table(own.path / "truth/leak_spans/csv")
    assert spans.column_names == [
        *("file", "member", "unit", "start", "end", "label", "table", "row", "column"),
    ]


def test_another_run_replaces_what_the_last_one_wrote_and_no_other_shape(own: Dataset) -> None:
    leak(own, "csv", split_by="source")
    leak(own, "jsonl")
    leak(own, "csv")
    assert sorted(tree(own.path / "leak")) == ["shapes/csv/patients.csv", "shapes/jsonl/patients.jsonl"]


def test_a_foreign_file_in_the_folder_is_refused_and_stays(own: Dataset) -> None:
    folder = own.path / "leak/shapes/csv"
    leak(own)
    (folder / "mine.txt").write_text("mine")
    before = tree(own.path)
    with pytest.raises(DatasetError, match=r"holds 'mine.txt', which no `simbreach leak`"):
        leak(own, "csv", encoding="utf-8")
    assert tree(own.path) == before


def test_a_file_in_the_place_of_the_folder_is_refused(own: Dataset, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(DatasetError, match="is a file; a leak is a folder"):
        leak(own, out=tmp_path / "out")


def test_folders_elsewhere_are_replaced_too(own: Dataset, tmp_path: Path) -> None:
    for _ in range(2):
        leak(own, out=tmp_path / "a")
        leak(own, out=tmp_path / "b")
        leak(own)
    assert tree(tmp_path / "a") == tree(tmp_path / "b") == tree(own.path / "leak/shapes/csv")


def test_rows_are_those_of_the_main_table(own: Dataset) -> None:
    leak(own, "jsonl", rows=(100, 130), empty="null")
    lines = (own.path / "leak/shapes/jsonl/patients.jsonl").read_bytes().splitlines()
    found = [json.loads(line) for line in lines]
    assert found == own.table("patients").to_table().slice(100, 30).to_pylist()
    rows = pq.read_table(own.path / "truth/leak_spans/jsonl")["row"].unique().to_pylist()
    assert sorted(rows) == list(range(100, 130))


def test_each_source_has_a_folder_of_its_own(own: Dataset) -> None:
    leak(own, "jsonl", split_by="source", empty="null")
    sources = own.truth["rows"].to_table()["source"].to_pylist()
    files = tree(own.path / "leak/shapes/jsonl")
    assert set(files) == {f"{source}/patients.jsonl" for source in sources}
    rows = own.table("patients").to_table().to_pylist()
    for source in set(sources):
        found = [json.loads(line) for line in files[f"{source}/patients.jsonl"].splitlines()]
        assert found == [row for row, of in zip(rows, sources, strict=True) if of == source]


def test_spans_of_split_files_keep_the_numbers_of_the_table(own: Dataset) -> None:
    leak(own, "csv", split_by="source", encoding="utf-8", columns="PAT_NIR")
    files = tree(own.path / "leak/shapes/csv")
    nirs = own.table("patients").to_table()["PAT_NIR"].to_pylist()
    spans = pq.read_table(own.path / "truth/leak_spans/csv").to_pylist()
    cut = [files[span["file"]][span["start"] : span["end"]].decode() for span in spans]
    assert cut == [nirs[span["row"]] for span in spans]


def test_a_dataset_of_duckdb_alone_leaks_the_same(tmp_path: Path) -> None:
    profile = load_profile("labs-demo")
    one = generate(profile, tmp_path / "one", rows=200, sink="duckdb")
    two = generate(profile, tmp_path / "two", rows=200, sink="parquet")
    leak(one)
    leak(two)
    assert tree(one.path / "leak") == tree(two.path / "leak")
    spans = [pq.read_table(dataset.path / "truth/leak_spans/csv") for dataset in (one, two)]
    assert spans[0].equals(spans[1])


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"shape": "cvs"}, r"unknown shape 'cvs'; did you mean 'csv'\?"),
        ({"encodign": "utf-8"}, r"csv: no option 'encodign'; did you mean 'encoding'\?"),
        ({"encoding": "utf-7"}, r"csv: option encoding: input should be 'cp1252', 'utf-8'"),
        ({"columns": "PAT_NOMM"}, r"columns: patients has no column 'PAT_NOMM'; did you mean 'PAT_NOM'\?"),
        ({"rows": (800, 901)}, r"rows 800:901 do not lie in the table 'patients', which has 900"),
        ({"shape": "sql_dump", "look": "postgresql", "encoding": "cp850"}, "has no encoding cp850"),
        ({"shape": "jsonl", "layout": "nested", "header": "none"}, "nested objects need names"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_and_nothing_is_made(
    own: Dataset, how: dict[str, object], said: str
) -> None:
    before = tree(own.path)
    with pytest.raises(InputError, match=said) as problem:
        leak(own, **how)  # type: ignore[arg-type]
    assert "\n" not in str(problem.value)
    assert tree(own.path) == before
    assert not (own.path / "leak/shapes").exists() or not list((own.path / "leak/shapes").iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
@pytest.mark.parametrize("shape", ["csv", "sqlite"])
def test_a_full_disk_is_one_line_and_leaves_what_was_there(own: Dataset, shape: str) -> None:
    leak(own, shape)
    before = tree(own.path)
    script = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        "from simbreach.cli.main import main\n"
        f"sys.exit(main(['leak', {str(own.path)!r}, '--shape', {shape!r}]))\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("simbreach: error: ")
    assert ended.stderr.count("\n") == 1
    assert "no space left" in ended.stderr
    assert tree(own.path) == before


def test_what_a_broken_off_leak_left_is_cleared(own: Dataset) -> None:
    for left in (
        "leak/shapes/csv.inprogress/patients.csv",
        "truth/leak_spans/csv.inprogress/part-00000.parquet",
    ):
        (own.path / left).parent.mkdir(parents=True)
        (own.path / left).write_bytes(b"half")
    leak(own)
    assert not [name for name in tree(own.path) if "inprogress" in name]


def test_a_manifest_that_is_none_is_refused(own: Dataset) -> None:
    (own.path / "truth/leak_csv.json").write_text("{}")
    with pytest.raises(DatasetError, match=r"leak_csv\.json: not the manifest"):
        leak(own)


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_parts_come_in_order_however_many_are_made_at_a_time(jobs: int) -> None:
    import numpy as np
    import pyarrow as pa

    def make(number: int) -> Part:
        rows = np.arange(number + 1)
        words = pa.array([str(row) for row in rows]).dictionary_encode()
        spans = Spans("byte", rows, rows + 1, words, "t", rows, words, "inside" if number else None)
        return Part(f"part {number};".encode(), (spans,), {"parts": number})

    made = list(runner(jobs)(make, 9))
    assert b"".join(bytes(part.data) for part in made) == "".join(f"part {k};" for k in range(9)).encode()
    assert [part.spans[0].row.tolist() for part in made] == [list(range(k + 1)) for k in range(9)]
    assert made[3].spans[0].label.to_pylist() == ["0", "1", "2", "3"]
    assert [part.spans[0].member for part in made[:2]] == [None, "inside"]
    assert sum(part.counts["parts"] for part in made) == 36


def test_what_a_part_raises_is_raised() -> None:
    def make(number: int) -> Part:
        if number == 2:
            raise InputError("this one not")
        return Part(b"x")

    with pytest.raises(InputError, match="this one not"):
        list(runner(2)(make, 5))


@pytest.mark.parametrize("shape", ["csv", "sql_dump"])
def test_any_number_of_jobs_writes_the_same_bytes(
    own: Dataset, monkeypatch: pytest.MonkeyPatch, shape: str
) -> None:
    from simbreach.truth import leak as module

    def in_pieces(folder: Path) -> tuple[DatasetTable, ...]:
        (table,) = dataset_tables(folder)
        pieces = tuple((0, start, min(start + 70, 900)) for start in range(0, 900, 70))
        return (replace(table, stretches=pieces),)

    monkeypatch.setattr(module, "dataset_tables", in_pieces)
    trees = []
    for jobs in (1, 2, 3):
        leak(own, shape, jobs=jobs)
        trees.append(tree(own.path))
    assert trees[0] == trees[1] == trees[2]
    said = json.loads(trees[0][f"truth/leak_{shape}.json"])
    assert len([name for name in trees[0] if name.startswith(f"truth/leak_spans/{shape}/")]) == 13
    assert said["spans"] == pq.read_table(own.path / f"truth/leak_spans/{shape}").num_rows
    path = own.path / "leak" / "shapes" / shape / said["files"][0]["path"]
    assert said["files"][0]["sha256"] == sha256(path.read_bytes()).hexdigest()


def test_a_shape_with_nothing_to_say_of_some_rows_says_so_in_an_empty_file(own: Dataset) -> None:
    # None of so few rows has an address and a password.
    written = leak(own, "combolist", rows=(0, 3))
    spans = pads.dataset(own.path / "truth" / "leak_spans" / "combolist")
    assert spans.count_rows() == written.spans


def test_the_profile_says_as_what_a_dataset_is_leaked(tmp_path: Path) -> None:
    said = {"leak.shape": '"jsonl"', "leak.options": '{header = "opaque"}'}
    dataset = generate(load_profile("labs-demo", said), tmp_path / "d", rows=50, sink="parquet")
    document = leak(dataset)
    assert (document.shape, document.folder) == ("jsonl", dataset.path / "leak" / "shapes" / "jsonl")
    with pytest.raises(InputError, match="header"):
        leak(dataset, header="perhaps")


def test_how_a_dataset_is_leaked_does_not_make_another_one(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    first = generate(load_profile("labs-demo"), folder, rows=50, sink="parquet")
    again = generate(load_profile("labs-demo", {"leak.shape": '"sqlite"'}), folder, rows=50, sink="parquet")
    assert again.summary
    assert again.summary.made == 0
    assert again.manifest == first.manifest

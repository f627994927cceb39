"""Datasets on disk: both sinks alike, any job count, kills, full disks, other people's folders."""

import errno
import json
import os
import signal
import subprocess
import sys
import time

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simbreach.core.errors import DatasetError, WorkError
from simbreach.sinks import dataset, run
from simbreach.sinks.dataset import write_dataset
from simbreach.sinks.verify import verify_dataset

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")


def expected(work, table):
    """The rows of a table straight from the work, as Python values."""
    parts = [work.make(unit).get(table) for unit in range(work.units)]
    return [row for part in parts if part is not None for row in part.to_pylist()]


def in_parquet(folder, table):
    return [
        row for part in sorted((folder / table).glob("*.parquet")) for row in pq.read_table(part).to_pylist()
    ]


def in_duckdb(folder, table):
    kind, _, name = table.partition("/")
    file = folder / ("dataset.duckdb" if kind == "tables" else "truth/truth.duckdb")
    with duckdb.connect(str(file), read_only=True) as connection:
        found = connection.execute(f'SELECT * FROM "{name}"')
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text())


def digests(folder):
    return {table: entry["digest"] for table, entry in manifest(folder)["tables"].items()}


def names(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def whole(tmp_path, small_work):
    """A whole dataset of both sinks."""
    write_dataset(small_work(), tmp_path / "whole", jobs=2)
    return tmp_path / "whole"


@pytest.mark.parametrize("table", ["tables/patients", "truth/persons", "truth/columns", "truth/spans"])
def test_parquet_and_duckdb_hold_the_rows_of_the_work_in_its_order(whole, small_work, table):
    rows = expected(small_work(), table)
    assert in_parquet(whole, table) == rows
    assert in_duckdb(whole, table) == rows


def test_both_sinks_show_the_same_columns_and_types(whole):
    with duckdb.connect() as connection:
        parquet = connection.execute(
            f"DESCRIBE FROM read_parquet('{whole}/tables/patients/*.parquet')"
        ).fetchall()
        connection.execute(f"ATTACH '{whole}/dataset.duckdb' AS d (READ_ONLY)")
        assert connection.execute("DESCRIBE d.patients").fetchall() == parquet


def test_the_truth_is_not_in_the_file_of_the_data(whole):
    with duckdb.connect(str(whole / "dataset.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("patients",)]


def test_parquet_files_show_plain_strings(whole):
    schema = pq.read_schema(whole / "tables/patients/part-00000.parquet")
    assert schema.field("nom").type == pa.string()


def test_the_manifest_lists_every_other_file_with_its_size(whole):
    listed = {entry["path"]: entry["bytes"] for entry in manifest(whole)["files"]}
    assert sorted([*listed, "manifest.json"]) == names(whole)
    assert all((whole / path).stat().st_size == size for path, size in listed.items())


def test_a_dataset_agrees_with_its_own_manifest(whole):
    assert verify_dataset(whole) == []


@pytest.mark.parametrize("jobs", [1, 2, 3])
@pytest.mark.parametrize("sink", ["parquet", "duckdb", "both"])
def test_any_job_count_and_sink_give_the_same_digests(tmp_path, small_work, whole, jobs, sink):
    write_dataset(small_work(), tmp_path / "again", sink=sink, jobs=jobs)
    assert digests(tmp_path / "again") == digests(whole)


def test_another_seed_gives_other_digests(tmp_path, small_work, whole):
    write_dataset(small_work(seed=5), tmp_path / "other")
    assert digests(tmp_path / "other")["tables/patients"] != digests(whole)["tables/patients"]


@pytest.mark.parametrize("sink", ["parquet", "duckdb"])
def test_threads_where_nothing_can_be_forked_give_the_same_digests(
    tmp_path, small_work, whole, monkeypatch, sink
):
    monkeypatch.setattr(run, "can_fork", lambda: False)
    write_dataset(small_work(), tmp_path / "again", sink=sink, jobs=3)
    assert digests(tmp_path / "again") == digests(whole)


@pytest.mark.parametrize(("sink", "limit"), [("parquet", 2), ("duckdb", 4), ("both", 4)])
def test_no_more_units_are_in_memory_than_are_made_and_loaded_at_once(
    tmp_path, small_work, monkeypatch, sink, limit
):
    under_way, most = [], []
    release = run.Relay.release

    def count_out(relay):
        under_way.pop()
        release(relay)

    def count_in(unit):
        under_way.append(unit)
        most.append(len(under_way))

    monkeypatch.setattr(run, "can_fork", lambda: False)
    monkeypatch.setattr(run.Relay, "release", count_out)
    write_dataset(small_work(rows=30_000, on_make=count_in), tmp_path / "d", sink=sink, jobs=2)
    assert len(most) == 30
    assert max(most) <= limit


def test_progress_counts_every_unit_once(tmp_path, small_work):
    seen = []
    write_dataset(
        small_work(), tmp_path / "d", jobs=2, progress=lambda done, units: seen.append((done, units))
    )
    assert seen == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]


def test_a_whole_dataset_is_left_as_it_is(whole, small_work):
    before = {name: (whole / name).stat().st_mtime_ns for name in names(whole)}
    summary = write_dataset(small_work(on_make=pytest.fail), whole)
    assert (summary.made, summary.kept) == (0, 18)
    assert {name: (whole / name).stat().st_mtime_ns for name in names(whole)} == before


def test_a_part_that_is_gone_is_made_again_and_no_other(whole, small_work):
    before = digests(whole)
    (whole / "truth/persons/part-00003.parquet").unlink()
    made = []
    summary = write_dataset(small_work(on_make=made.append), whole)
    assert (made, summary.made, digests(whole)) == ([3], 1, before)


def test_a_part_that_was_cut_short_is_made_again(whole, small_work):
    (whole / "manifest.json").unlink()
    part = whole / "tables/patients/part-00001.parquet"
    os.truncate(part, part.stat().st_size // 2)
    assert write_dataset(small_work(), whole).made == 1
    assert verify_dataset(whole) == []


def test_a_duckdb_file_that_was_cut_short_is_made_again(whole, small_work):
    os.truncate(whole / "dataset.duckdb", 5_000)
    assert write_dataset(small_work(), whole).made == 1
    assert verify_dataset(whole) == []


def test_a_second_sink_is_added_to_the_first(tmp_path, small_work, whole):
    write_dataset(small_work(), tmp_path / "d", sink="parquet")
    write_dataset(small_work(), tmp_path / "d", sink="both")
    assert names(tmp_path / "d") == names(whole)
    assert verify_dataset(tmp_path / "d") == []


def test_working_files_of_a_broken_off_run_are_removed(whole, small_work):
    (whole / "manifest.json").unlink()
    stale = ["tables/patients/part-00002.parquet.inprogress", "dataset.duckdb.inprogress"]
    stale += ["dataset.duckdb.inprogress.wal", "truth/truth.duckdb.inprogress.tmp/block"]
    for name in stale:
        (whole / name).parent.mkdir(exist_ok=True)
        (whole / name).write_text("half")
    write_dataset(small_work(), whole)
    assert [name for name in names(whole) if "inprogress" in name] == []


@posix_only
@pytest.mark.parametrize("sink", ["parquet", "duckdb", "both"])
@pytest.mark.parametrize("unit", [0, 2, 4])
def test_a_killed_run_leaves_only_whole_files_and_goes_on(tmp_path, small_work, python, whole, sink, unit):
    folder = tmp_path / "killed"
    body = (
        "import os, signal, time\nrun = os.getpid()\n"
        f"def kill(unit):\n    if unit == {unit}: os.kill(run, signal.SIGKILL), time.sleep(9)\n"
        f"write_dataset(SmallWork(on_make=kill), Path({str(folder)!r}), sink={sink!r}, jobs=2)\n"
    )
    assert subprocess.run(python(body), check=False).returncode == -signal.SIGKILL
    assert not (folder / "manifest.json").exists()
    assert not list(folder.rglob("*.duckdb"))
    for part in folder.rglob("*.parquet"):
        assert pq.read_table(part).equals(pq.read_table(whole / part.relative_to(folder)))
    write_dataset(small_work(), folder, sink=sink, jobs=2)
    assert digests(folder) == digests(whole)
    assert verify_dataset(folder) == []


@posix_only
def test_runs_killed_at_any_moment_end_in_the_same_dataset(tmp_path, small_work, python, whole):
    folder = tmp_path / "killed"
    slow = (
        "import time\nprint('begun', flush=True)\n"
        "write_dataset(SmallWork(on_make=lambda unit: time.sleep(0.03)), "
        f"Path({str(folder)!r}), jobs=2)\n"
    )
    for delay_s in (0.02, 0.05, 0.08, 0.11):
        process = subprocess.Popen(python(slow), stdout=subprocess.PIPE)
        process.stdout.readline()
        time.sleep(delay_s)
        process.kill()
        process.communicate()
    write_dataset(small_work(), folder, jobs=2)
    assert names(folder) == names(whole)
    assert digests(folder) == digests(whole)


@posix_only
def test_an_interrupt_ends_the_run_with_nothing_half_written(tmp_path, python):
    folder = tmp_path / "d"
    body = (
        "import time\n"
        "def slow(unit):\n    print(unit, flush=True); time.sleep(0.2)\n"
        f"write_dataset(SmallWork(rows=60_000, on_make=slow), Path({str(folder)!r}), jobs=2)\n"
    )
    process = subprocess.Popen(python(body), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    errors = process.communicate(timeout=20)[1]
    assert b"KeyboardInterrupt" in errors
    assert [name for name in names(folder) if "inprogress" in name or name.endswith(".duckdb")] == []


def test_another_plan_is_refused_and_told_apart(whole, small_work):
    with pytest.raises(DatasetError, match=r"seed: 4 there, 5 here.*--overwrite") as caught:
        write_dataset(small_work(seed=5), whole)
    assert "rows" not in str(caught.value)
    assert verify_dataset(whole) == []


def test_a_folder_with_other_things_is_refused_and_not_touched(tmp_path, small_work):
    (tmp_path / "notes.txt").write_text("mine")
    for overwrite in (False, True):
        with pytest.raises(DatasetError, match=r"notes\.txt"):
            write_dataset(small_work(), tmp_path, overwrite=overwrite)
    assert names(tmp_path) == ["notes.txt"]


def test_a_file_in_place_of_the_folder_is_refused(tmp_path, small_work):
    (tmp_path / "d").write_text("mine")
    with pytest.raises(DatasetError, match="is a file"):
        write_dataset(small_work(), tmp_path / "d")


def test_an_overwrite_removes_what_the_old_plan_lists_and_nothing_else(whole, small_work):
    (whole / "tables/patients/notes.txt").write_text("mine")
    (whole / "tables/patients/part-00099.parquet").write_text("not of this plan")
    write_dataset(small_work(rows=1_500), whole, sink="parquet", overwrite=True)
    kept = {"tables/patients/notes.txt", "tables/patients/part-00099.parquet"}
    assert kept <= set(names(whole))
    assert {path for path in names(whole) if path.endswith(".duckdb")} == set()
    assert len(in_parquet(whole, "truth/persons")) == 1_500


def test_an_overwrite_never_leaves_the_folder(tmp_path, whole, small_work):
    (tmp_path / "mine.txt").write_text("mine")
    listing = manifest(whole)
    listing["files"].append({"path": "../mine.txt", "rows": 0, "bytes": 4, "sha256": ""})
    (whole / "manifest.json").write_text(json.dumps(listing))
    write_dataset(small_work(seed=5), whole, overwrite=True)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_an_error_in_one_thread_is_the_error_of_the_run(tmp_path, small_work):
    def fail(unit):
        if unit == 2:
            raise ZeroDivisionError("two")

    with pytest.raises(ZeroDivisionError, match="two"):
        write_dataset(small_work(on_make=fail), tmp_path / "d", jobs=2)
    assert [name for name in names(tmp_path / "d") if "inprogress" in name] == []
    write_dataset(small_work(), tmp_path / "d", jobs=2)
    assert verify_dataset(tmp_path / "d") == []


def test_a_full_disk_is_told_in_one_line_and_made_good(tmp_path, small_work, monkeypatch):
    def full(*_arguments, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(pq.ParquetWriter, "write_batch", full)
        with pytest.raises(WorkError, match="no space left; make room") as caught:
            write_dataset(small_work(), tmp_path / "d", jobs=2)
    assert "\n" not in str(caught.value)
    write_dataset(small_work(), tmp_path / "d", jobs=2)
    assert verify_dataset(tmp_path / "d") == []


@posix_only
@pytest.mark.parametrize(("sink", "limit"), [("parquet", 5_000), ("duckdb", 700_000), ("both", 300_000)])
def test_a_file_that_cannot_grow_is_told_in_one_line_and_made_good(tmp_path, small_work, python, sink, limit):
    folder = tmp_path / "d"
    body = (
        "import resource\nfrom simbreach.core.errors import WorkError\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        f"try:\n    write_dataset(SmallWork(), Path({str(folder)!r}), sink={sink!r}, jobs=2)\n"
        "except WorkError as error: print(error)\n"
    )
    run = subprocess.run(python(body), capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.count("\n") == 1
    assert "no space left" in run.stdout
    assert [name for name in names(folder) if "inprogress" in name] == []
    write_dataset(small_work(), folder, sink=sink)
    assert verify_dataset(folder) == []


@posix_only
@pytest.mark.parametrize("sink", ["parquet", "duckdb", "both"])
def test_a_really_full_disk_is_told_in_one_line_and_made_good(tmp_path, small_work, sink):
    mount = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small disk")
    try:
        with pytest.raises(WorkError, match="no space left"):
            write_dataset(small_work(rows=20_000), tmp_path / "d", sink=sink, jobs=2)
        subprocess.run(["mount", "-o", "remount,size=64m", str(tmp_path)], check=True)
        write_dataset(small_work(rows=20_000), tmp_path / "d", sink=sink, jobs=2)
        assert verify_dataset(tmp_path / "d") == []
    finally:
        subprocess.run(["umount", str(tmp_path)], check=True)


@posix_only
def test_a_folder_without_the_right_to_write_is_told_in_one_line(tmp_path, small_work):
    if os.geteuid() == 0:
        # Rights do not bind root: /proc takes no folder from anyone.
        with pytest.raises(WorkError, match="/proc/simbreach"):
            write_dataset(small_work(), dataset.Path("/proc/simbreach"))
        return
    tmp_path.chmod(0o500)
    with pytest.raises(WorkError, match="cannot be written"):
        write_dataset(small_work(), tmp_path / "d")


@posix_only
def test_a_process_that_is_ended_from_outside_is_said_in_one_line(tmp_path, small_work, python):
    folder = tmp_path / "ended"
    body = (
        "import os, signal\nfrom simbreach.core.errors import WorkError\n"
        "def kill(unit):\n    if unit == 2: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"try: write_dataset(SmallWork(on_make=kill), Path({str(folder)!r}), sink='parquet', jobs=2)\n"
        "except WorkError as error: print(error)\n"
    )
    said = subprocess.run(python(body), check=False, capture_output=True, text=True)
    assert (said.returncode, said.stdout.count("\n"), "ended from outside" in said.stdout) == (0, 1, True)
    assert not (folder / "manifest.json").exists()

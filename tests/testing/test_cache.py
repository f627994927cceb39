import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from simbreach.core.errors import ProfileError, WorkError
from simbreach.testing import cache as caches
from simbreach.testing.cache import PATIENTS, Cache, Wanted

WANTED = Wanted("labs-demo", rows=150)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    return Cache(tmp_path_factory.mktemp("cache") / "simbreach")


@pytest.fixture
def never(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may be made from here on."""

    def refuse(*_: object) -> None:
        raise AssertionError("a dataset is made")

    monkeypatch.setattr(caches, "_make_dataset", refuse)


def test_a_dataset_is_made_once(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    first = cache.dataset(WANTED)
    monkeypatch.setattr(caches, "_make_dataset", None)
    assert cache.dataset(WANTED) == first


def test_its_files_cannot_be_written_and_copies_share_them(cache: Cache, tmp_path: Path) -> None:
    entry = cache.dataset(WANTED)
    entry.link(tmp_path / "copy")
    modes = {(tmp_path / "copy" / name).stat().st_mode & 0o222 for name in entry.files}
    assert modes == {0}
    assert (tmp_path / "copy" / PATIENTS).samefile(entry.home / PATIENTS)


def test_seed_rows_and_profile_are_told_apart(cache: Cache) -> None:
    folders = {cache.dataset(Wanted("labs-demo", seed, 150)).folder for seed in (None, 1)}
    assert len(folders) == 2


def test_another_data_version_makes_another_entry(
    cache: Cache, monkeypatch: pytest.MonkeyPatch, never: None
) -> None:
    cache.dataset(WANTED)
    monkeypatch.setattr(caches, "DATA_VERSION", 1_000)
    with pytest.raises(AssertionError, match="a dataset is made"):
        cache.dataset(WANTED)


def test_an_entry_of_another_version_under_the_same_name_is_made_again(tmp_path: Path) -> None:
    own = Cache(tmp_path / "cache")
    entry = own.dataset(WANTED)
    note = entry.folder / "entry.json"
    said = json.loads(note.read_text())
    said["key"]["simbreach"] = "0.0.1"
    note.write_text(json.dumps(said))
    (entry.home / PATIENTS).unlink()
    assert pq.read_metadata(own.dataset(WANTED).home / PATIENTS).num_rows > 100


KILLED = """
import os, signal, sys
from pathlib import Path
from simbreach.testing import cache

def killed(wanted, folder):
    (folder / "half").write_text("half of it")
    os.kill(os.getpid(), signal.SIGKILL)

cache._make_dataset = killed
cache.Cache(Path(sys.argv[1])).dataset(cache.Wanted("labs-demo", rows=150))
"""


@pytest.mark.skipif(os.name != "posix", reason="kills a process by a POSIX signal")
def test_what_a_killed_writer_left_is_cleared_and_made_again(tmp_path: Path) -> None:
    root = tmp_path / "cache"
    done = subprocess.run([sys.executable, "-c", KILLED, str(root)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(list(root.glob("*.inprogress/files/half"))) == 1
    entry = Cache(root).dataset(WANTED)
    assert "half" not in entry.files
    assert list(root.glob("*.inprogress")) == []


def test_a_failed_making_leaves_nothing(tmp_path: Path, never: None) -> None:
    own = Cache(tmp_path / "cache")
    with pytest.raises(AssertionError):
        own.dataset(WANTED)
    assert [path.suffix for path in own.root.iterdir()] == [".lock"]


def test_a_cache_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WorkError, match="file"):
        Cache(tmp_path / "file" / "cache").dataset(WANTED)


def test_a_whole_entry_needs_no_right_to_write(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = cache.dataset(WANTED)
    monkeypatch.setattr(caches, "_locked", None)
    monkeypatch.setattr(Path, "mkdir", None)
    assert cache.dataset(WANTED) == entry


def test_a_profile_that_is_changed_is_another_dataset(tmp_path: Path, cache: Cache) -> None:
    profile = tmp_path / "own.toml"
    profile.write_text('name = "own"\nextends = "labs-demo"\n')
    first = cache.dataset(Wanted(str(profile), rows=150))
    profile.write_text('name = "own"\nextends = "labs-demo"\nseed = 99\n')
    assert cache.dataset(Wanted(str(profile), rows=150)).folder != first.folder


def test_an_unknown_profile_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="labs-demo"):
        Cache(tmp_path / "cache").dataset(Wanted("labs-dem"))
    assert list(tmp_path.iterdir()) == []


def test_clearing_leaves_what_is_not_its_own(tmp_path: Path) -> None:
    own = Cache(tmp_path / "cache")
    own.dataset(WANTED)
    (own.root / "photos-of-2020").mkdir()
    assert own.clear() == 1
    assert sorted(path.name for path in own.root.iterdir() if path.suffix != ".lock") == ["photos-of-2020"]

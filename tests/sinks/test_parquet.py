"""Parquet parts, byte by byte: what a part holds depends on its rows alone."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simbreach.engine import spell, work
from simbreach.engine.plan import compile_plan
from simbreach.engine.work import DatasetWork
from simbreach.profile.load import load_profile
from simbreach.sinks.dataset import write_dataset
from simbreach.sinks.parquet import PartNote, compact, write_part

UNIT_ROWS = 4_096


@pytest.fixture
def make_work(monkeypatch):
    """Makes a work of four small units of the shipped demo, with nothing remembered of any made before."""

    def make():
        monkeypatch.setattr(spell, "_SPELLED", {})
        monkeypatch.setattr(spell, "_WHOLE", {})
        return DatasetWork(compile_plan(load_profile("labs-demo"), rows=4 * UNIT_ROWS, seed=4))

    monkeypatch.setattr(work, "PART_ROWS", UNIT_ROWS)
    return make


def written(folder, batches):
    """The bytes of each table's part."""
    folder.mkdir()
    result = {}
    for table, batch in batches.items():
        path = folder / f"{table.replace('/', '-')}.parquet"
        write_part(path, compact(batch), PartNote("plan", 0, batch.num_rows, (), ()))
        result[table] = path.read_bytes()
    return result


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def unlike(one, other):
    return sorted(str(name) for name in {*one, *other} if one.get(name) != other.get(name))


def test_a_unit_has_the_same_bytes_alone_and_after_others(tmp_path, make_work):
    alone = written(tmp_path / "alone", make_work().make(3))
    units = make_work()
    for unit in range(3):
        units.make(unit)
    assert unlike(alone, written(tmp_path / "after", units.make(3))) == []


def test_any_job_count_gives_the_same_bytes(tmp_path, make_work):
    for jobs in (1, 2):
        write_dataset(make_work(), tmp_path / str(jobs), sink="parquet", jobs=jobs)
    assert unlike(files(tmp_path / "1"), files(tmp_path / "2")) == []


def test_no_column_in_codes_is_written_plain(tmp_path, make_work):
    # This is what PyArrow's writer does with a vocabulary that has a word twice.
    write_dataset(make_work(), tmp_path / "whole", sink="parquet", jobs=1)
    plain = set()
    for path in (tmp_path / "whole").rglob("*.parquet"):
        group = pq.read_metadata(path).row_group(0)
        for column in map(group.column, range(group.num_columns)):
            if column.has_dictionary_page and "RLE_DICTIONARY" not in column.encodings:
                plain.add(f"{path.parent.name}.{column.path_in_schema}")
    assert plain == set()


TWICE = pa.array(["Saint-Aubin", "Pannes", "Saint-Aubin", "Chuelles"])


@pytest.mark.parametrize("repeats", [1, 100])
@pytest.mark.parametrize("codes", [[3, 2, 1, 0], [2, None, 0, None], [1, 3, 3, 1], [None] * 4])
def test_a_word_stands_once_in_a_vocabulary(codes, repeats):
    column = pa.DictionaryArray.from_arrays(pa.array(codes * repeats, pa.int32()), TWICE)
    made = compact(pa.record_batch([column], names=["commune"]))["commune"]
    assert made.to_pylist() == column.to_pylist()
    assert made.dictionary.to_pylist() == list(dict.fromkeys(made.dictionary.to_pylist()))


def test_a_slice_keeps_its_rows_when_words_are_made_one():
    column = pa.DictionaryArray.from_arrays(pa.array([0, None, 2, 3, None, 1, 2] * 9, pa.int32()), TWICE)
    part = column.slice(4, 50)
    assert compact(pa.record_batch([part], names=["commune"]))["commune"].to_pylist() == part.to_pylist()

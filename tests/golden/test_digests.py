"""What the shipped demo holds, pinned: digests change only in a commit marked **data** that says why.

Whoever changes generated rows raises `DATA_VERSION` and writes them again with

    python tests/golden/test_digests.py

The digests are of contents, not of files: another version of PyArrow or DuckDB changes none of them.
"""

import json
from pathlib import Path

import pytest

from simbreach.core.digests import Hasher, table_digest
from simbreach.engine.plan import DATA_VERSION, compile_plan
from simbreach.engine.work import DatasetWork
from simbreach.profile.load import load_profile

PINNED = Path(__file__).with_name("digests.json")
PROFILE, ROWS, SEEDS = "labs-demo", 2000, (20210214, 7)


def digests(seed: int) -> dict[str, str]:
    """The content digest of every table of the dataset, the truth included."""
    work = DatasetWork(compile_plan(load_profile(PROFILE), rows=ROWS, seed=seed))
    hasher, parts = Hasher(), work.make(0)
    return {
        name: table_digest(
            work.schemas[name], hasher.column_sums(part, work.start_row(name, 0)), part.num_rows
        )
        for name, part in parts.items()
    }


def all_digests() -> dict[str, object]:
    """What is pinned: the data version, and the digests by seed and table."""
    return {"data_version": DATA_VERSION, **{str(seed): digests(seed) for seed in SEEDS}}


def pinned() -> dict[str, dict[str, str]]:
    return json.loads(PINNED.read_text(encoding="utf-8"))


@pytest.mark.parametrize("seed", SEEDS)
def test_rows_change_only_in_a_commit_marked_data(seed: int) -> None:
    assert digests(seed) == pinned()[str(seed)], (
        f"the rows are not those of data version {DATA_VERSION}: if that is meant, mark the commit **data**, "
        "raise DATA_VERSION and run `python tests/golden/test_digests.py`"
    )


def test_the_digests_are_those_of_this_data_version() -> None:
    assert pinned()["data_version"] == DATA_VERSION


def test_another_seed_has_other_digests_but_the_same_columns_and_habits() -> None:
    one, other = (pinned()[str(seed)] for seed in SEEDS)
    assert {name for name in one if one[name] == other[name]} == {"truth/columns", "truth/habits"}


if __name__ == "__main__":
    PINNED.write_text(json.dumps(all_digests(), indent=2, sort_keys=True) + "\n", encoding="utf-8")

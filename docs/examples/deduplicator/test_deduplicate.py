from itertools import combinations

import pytest
from deduplicate import groups_of

pytestmark = pytest.mark.simbreach(rows=2_000)


@pytest.fixture
def merged(breach):
    """The pairs of rows that the deduplicator takes for one person."""
    groups = groups_of(breach.table("patients").to_table().to_pylist())
    return {pair for group in groups for pair in combinations(group, 2)}


@pytest.fixture
def person(breach_db):
    """Who each row is about, by the truth."""
    return dict(breach_db.sql('select "row", person_id from truth.rows').fetchall())


def test_no_two_people_are_merged(merged, person):
    wrong = [pair for pair in merged if person[pair[0]] != person[pair[1]]]
    assert len(wrong) == 0


def test_most_rows_of_one_person_meet(merged, person):
    rows = {}
    for row, who in person.items():
        rows.setdefault(who, []).append(row)
    same = {pair for some in rows.values() for pair in combinations(sorted(some), 2)}
    assert len(merged & same) >= 0.8 * len(same)

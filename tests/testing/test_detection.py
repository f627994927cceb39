import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from simbreach.core.errors import InputError
from simbreach.testing import assert_detects
from simbreach.testing.breach import Breach, open_breach
from simbreach.testing.cache import Cache, Wanted


@pytest.fixture(scope="module")
def breach(tmp_path_factory: pytest.TempPathFactory) -> Breach:
    folder = tmp_path_factory.mktemp("detection")
    return open_breach(Cache(folder / "cache"), Wanted("labs-demo", rows=600), folder / "breach")


def emails(text: str) -> Iterator[tuple[int, int, str]]:
    for match in re.finditer(r"[\w.+-]+@[\w.-]+\.\w+", text):
        yield (*match.span(), "contact.email")


def bare_nirs(text: str) -> Iterator[tuple[int, int]]:
    """A detector with two faults: it knows one layout, and takes any thirteen digits."""
    for match in re.finditer(r"\b[12][0-9]{12}(?:[0-9]{2})?\b", text):
        yield match.span()


def failure(*args: object, **options: object) -> str:
    with pytest.raises(AssertionError) as caught:
        assert_detects(*args, **options)
    return str(caught.value)


def test_a_detector_that_finds_all_passes(breach: Breach) -> None:
    assert_detects(emails, breach, "contact.email", recall=0.99, precision=0.99)


def test_misses_are_shown_with_their_spelling_and_accident(breach: Breach) -> None:
    said = failure(bare_nirs, breach, "id.nir", recall=0.99)
    assert re.match(r"recall of id.nir is 0\.\d{3} \(\d+ of \d+\), 0.99 was asked\n", said)
    assert "missed, by defect: none" in said
    assert "spelling: layout=# ## ## ## ### ### ##" in said


def test_look_alikes_that_it_fell_for_are_named(breach: Breach) -> None:
    said = failure(bare_nirs, breach, "id.nir", precision=0.99)
    assert said.startswith("precision of id.nir is 0.")
    assert "claimed: barcode" in said


def test_what_no_range_proves_is_masked(breach: Breach) -> None:
    said = failure(lambda text: [], breach, "name.last", recall=0.5)
    surnames = {p.usage_name for p in breach.patients if len(p.usage_name) > 5}
    assert surnames
    assert not any(name in said for name in surnames)


def test_everything_is_to_be_found_where_no_share_is_given(breach: Breach) -> None:
    assert "1 was asked" in failure(bare_nirs, breach, "id.nir")


def test_a_group_of_labels_takes_all_of_its_leaves(breach: Breach) -> None:
    assert failure(emails, breach, "contact", recall=0.99).startswith("recall of contact is 0.")
    assert_detects(emails, breach, "contact", precision=0.99)


def test_claims_of_columns_are_judged_by_column(breach: Breach) -> None:
    columns = breach.truth["columns"].to_table().to_pylist()
    right = {c["column"]: "id.nir" for c in columns if c["label"] == "id.nir"}
    assert_detects(right, breach, "id.nir", recall=1, precision=1)
    surname = next(c["column"] for c in columns if c["field"] == "usage_name")
    said = failure({surname: "id.nir"}, breach, "id.nir", recall=1, precision=1)
    assert f"claimed: {surname}, is name.last" in said
    assert f"not claimed: {min(right)}" in said


def test_labels_columns_and_shares_that_there_are_not_are_refused(breach: Breach) -> None:
    with pytest.raises(InputError, match=r"'id.nirr'; did you mean 'id.nir'"):
        assert_detects(emails, breach, "id.nirr")
    with pytest.raises(InputError, match="no column 'NOPE'"):
        assert_detects({"NOPE": "id.nir"}, breach, "id.nir")
    with pytest.raises(ValueError, match="a share within"):
        assert_detects(emails, breach, "id.nir", recall=95)
    with pytest.raises(InputError, match=r"the detector claims \[0, 1000000\)"):
        assert_detects(lambda text: [(0, 1_000_000)], breach, "id.nir")


def test_the_folder_of_the_dataset_is_enough(breach: Breach, tmp_path: Path) -> None:
    from simbreach.api import read

    assert_detects(emails, read(breach.path), "contact.email", recall=0.99)

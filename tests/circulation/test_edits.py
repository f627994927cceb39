"""Each edit leaves what pandas would: the rows, their order, the columns."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from simbreach.api import Dataset
from simbreach.circulation.edits import Cut, Editor
from simbreach.core.errors import InputError
from simbreach.profile.circulation import Edit
from simbreach.truth.leak_tables import dataset_tables


@pytest.fixture(scope="session")
def editor(circulated: Dataset) -> Editor:
    return Editor(dataset_tables(circulated.path)[0], 11)


@pytest.fixture(scope="session")
def frame(patients: list[dict[str, str | None]]) -> pd.DataFrame:
    return pd.DataFrame(patients)


def edited(editor: Editor, *edits: dict[str, Any], copy: str = "un", before: Cut | None = None) -> Cut:
    return editor.apply(copy, before or editor.whole(), [Edit.model_validate(edit) for edit in edits])


def test_without_edits_all_is_left(editor: Editor, frame: pd.DataFrame) -> None:
    cut = edited(editor)
    assert cut.rows.tolist() == list(range(len(frame)))
    assert cut.columns == cut.shown == tuple(frame.columns)


def test_columns_are_dropped_kept_and_renamed(editor: Editor, frame: pd.DataFrame) -> None:
    asked = ["PAT_NIR", "PAT_NOM"]
    assert edited(editor, {"kind": "drop_columns", "columns": asked}).shown == tuple(
        frame.drop(columns=asked)
    )
    kept = edited(editor, {"kind": "keep_columns", "columns": asked})
    assert kept.shown == ("PAT_NOM", "PAT_NIR")
    names = {"PAT_NOM": "NOM", "PAT_NIR": "SECU"}
    renamed = edited(editor, {"kind": "rename_columns", "names": names})
    assert renamed.shown == tuple(frame.rename(columns=names))
    assert renamed.columns == tuple(frame.columns)


def test_a_column_is_renamed_twice_and_dropped_by_its_first_name(editor: Editor) -> None:
    cut = edited(
        editor,
        {"kind": "keep_columns", "columns": ["PAT_NOM", "PAT_NIR"]},
        {"kind": "rename_columns", "names": {"PAT_NOM": "A"}},
        {"kind": "rename_columns", "names": {"PAT_NOM": "B"}},
        {"kind": "drop_columns", "columns": ["PAT_NIR"]},
    )
    assert (cut.columns, cut.shown) == (("PAT_NOM",), ("B",))


@pytest.mark.parametrize("share", ["0.2", "0.5", "0.99"])
def test_a_share_of_the_rows_is_dropped_and_the_order_stays(
    share: str, editor: Editor, frame: pd.DataFrame
) -> None:
    rows = edited(editor, {"kind": "drop_rows", "share": share}).rows
    assert len(rows) == len(frame) - int(len(frame) * float(share))
    assert (np.diff(rows) > 0).all()


def test_a_sample_has_its_number_of_rows_drawn_from_everywhere(editor: Editor, frame: pd.DataFrame) -> None:
    rows = edited(editor, {"kind": "sample", "rows": 300}).rows
    assert len(set(rows.tolist())) == 300
    assert (np.diff(rows) > 0).all()
    # A third of each third: within four deviations of the hypergeometric law.
    for start in range(0, len(frame), len(frame) // 3):
        inside = ((rows >= start) & (rows < start + len(frame) // 3)).sum()
        assert abs(inside - 100) < 4 * np.sqrt(300 * (1 / 3) * (2 / 3) * (2 / 3))
    assert len(edited(editor, {"kind": "sample", "rows": 10**6}).rows) == len(frame)


def test_two_copies_draw_other_rows_and_the_same_copy_the_same(editor: Editor) -> None:
    sample = {"kind": "sample", "rows": 100}
    first = edited(editor, sample).rows
    assert first.tolist() == edited(editor, sample).rows.tolist()
    assert len(set(first.tolist()) & set(edited(editor, sample, copy="deux").rows.tolist())) < 40


@pytest.mark.parametrize("columns", [["PAT_NOM", "PAT_PRENOM"], ["PAT_DATNAIS"], ["PAT_EMAIL", "PAT_NIR"]])
def test_rows_are_sorted_as_pandas_sorts_them(
    columns: list[str], editor: Editor, frame: pd.DataFrame
) -> None:
    rows = edited(editor, {"kind": "sort", "columns": columns}).rows
    expected = frame.sort_values(columns, kind="stable", na_position="last")
    assert (
        frame.iloc[rows][columns].fillna("").values.tolist() == expected[columns].fillna("").values.tolist()
    )
    assert sorted(rows.tolist()) == list(range(len(frame)))


def test_shuffled_rows_are_the_same_in_another_order(editor: Editor, frame: pd.DataFrame) -> None:
    rows = edited(editor, {"kind": "shuffle"}).rows
    assert sorted(rows.tolist()) == list(range(len(frame)))
    assert 0.4 < (np.diff(rows) > 0).mean() < 0.6


@pytest.mark.parametrize("columns", [["PAT_NIR"], ["PAT_NOM", "PAT_PRENOM"], ["PAT_NIR", "DOS_NUM"]])
def test_the_first_of_equal_rows_is_kept(columns: list[str], editor: Editor, frame: pd.DataFrame) -> None:
    rows = edited(editor, {"kind": "dedupe", "columns": columns}).rows
    assert rows.tolist() == frame.drop_duplicates(columns).index.tolist()


def test_the_first_of_equal_rows_is_that_of_the_copys_own_order(editor: Editor, frame: pd.DataFrame) -> None:
    shuffled = edited(editor, {"kind": "shuffle"})
    rows = edited(editor, {"kind": "dedupe", "columns": ["PAT_NOM"]}, before=shuffled).rows
    assert rows.tolist() == frame.iloc[shuffled.rows].drop_duplicates(["PAT_NOM"]).index.tolist()


@pytest.mark.parametrize("codes", [["56"], ["56", "35"], ["22", "29", "35"]])
def test_rows_of_departments_are_those_of_their_postcodes(
    codes: list[str], editor: Editor, frame: pd.DataFrame
) -> None:
    starts = frame["PAT_CP"].str[:2]
    expected = frame.index[starts.isin(codes)].tolist()
    if not expected:
        pytest.fail("the demonstration has nobody there: choose others")
    assert edited(editor, {"kind": "departments", "departments": codes}).rows.tolist() == expected


def test_padding_is_numbered_behind_the_table_and_mixed_in(editor: Editor, frame: pd.DataFrame) -> None:
    rows = edited(editor, {"kind": "pad", "rows": 400}).rows
    assert sorted(rows.tolist()) == list(range(len(frame) + 400))
    strange = rows >= len(frame)
    assert 100 < strange[: len(rows) // 2].sum() < 300
    twice = edited(editor, {"kind": "pad", "rows": 100}, {"kind": "pad", "rows": 50}).rows
    assert sorted(twice.tolist()) == list(range(len(frame) + 150))


def test_padding_twice_gives_no_row_twice(editor: Editor) -> None:
    half = {"kind": "drop_rows", "share": "0.5"}
    rows = edited(editor, {"kind": "pad", "rows": 100}, half, {"kind": "pad", "rows": 100}).rows
    assert len(set(rows.tolist())) == len(rows)


@pytest.mark.parametrize("codes", [["974", "56"]])
def test_departments_overseas_and_of_corsica_stand_beside_others(
    codes: list[str], editor: Editor, frame: pd.DataFrame
) -> None:
    expected = frame.index[frame["PAT_CP"].str[:2] == "56"].tolist()
    assert edited(editor, {"kind": "departments", "departments": codes}).rows.tolist() == expected


def test_padding_is_in_no_department_and_sorts_last(editor: Editor, frame: pd.DataFrame) -> None:
    padded = edited(editor, {"kind": "pad", "rows": 50})
    ordered = edited(editor, {"kind": "sort", "columns": ["DOS_NUM"]}, before=padded).rows
    assert (ordered[-50:] >= len(frame)).all()
    kept = edited(editor, {"kind": "departments", "departments": ["56"]}, before=padded).rows
    assert (kept < len(frame)).all()


def test_a_watermark_adds_a_column_and_a_split_pieces(editor: Editor, frame: pd.DataFrame) -> None:
    cut = edited(editor, {"kind": "watermark", "names": {"VENDEUR": "x"}}, {"kind": "split", "pieces": 3})
    assert (cut.added, cut.pieces) == ((("VENDEUR", "x"),), 3)
    assert cut.rows.tolist() == list(range(len(frame)))


def test_an_edit_that_leaves_nothing_is_told_by_its_place(editor: Editor) -> None:
    edits = [{"kind": "shuffle"}, {"kind": "departments", "departments": ["974"]}]
    with pytest.raises(InputError, match="copy un: nothing is left after edit 2, departments"):
        edited(editor, *edits)

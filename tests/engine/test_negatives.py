"""Each filled cell of a look-alike column, and nothing else, is listed."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from simbreach.core.schema import FIELDS
from simbreach.engine.defects import Struck
from simbreach.engine.negatives import SCHEMA, negatives_of
from simbreach.engine.plan import Plan, compile_plan
from simbreach.profile.model import Profile

ROWS = 2000
START = 700
COLUMNS = """
{ name = "NOM", field = "usage_name" },
{ name = "NUM", field = "file_number" },
{ name = "RIEN", field = "external_number", fill = 0 },
{ name = "FACTURE", field = "invoice_number", fill = 0.1, spell = { empty = "NC", empty_share = 0.5 } },
{ name = "CODEBAR", field = "sample_barcode", fill = 0.01 },
{ name = "LOINC", field = "analysis_loinc", fill = 0.3 },
"""


@pytest.fixture(scope="module")
def plan(small_profile: Callable[..., Profile]) -> Plan:
    return compile_plan(small_profile(columns=COLUMNS, rows=ROWS))


@pytest.fixture(scope="module")
def written(plan: Plan) -> pa.RecordBatch:
    return plan.batch("patients", START, ROWS)


@pytest.fixture(scope="module")
def listed(plan: Plan, written: pa.RecordBatch) -> list[dict[str, object]]:
    return negatives_of(plan.main.columns, written, START).to_pylist()


def test_each_look_alike_is_listed_once_from_its_first_to_its_last_character(
    listed: list[dict[str, object]], written: pa.RecordBatch
) -> None:
    kinds = {"NUM": "file_number", "FACTURE": "invoice_number", "CODEBAR": "barcode", "LOINC": "loinc"}
    expected = [
        ("patients", START + row, column, 0, len(cell), kind)
        for column, kind in kinds.items()
        for row, cell in enumerate(written[column].to_pylist())
        if cell is not None and cell != "NC"
    ]
    assert [tuple(entry.values()) for entry in listed] == expected


def test_a_placeholder_is_no_look_alike(listed: list[dict[str, object]], written: pa.RecordBatch) -> None:
    invoices = written["FACTURE"].to_pylist()
    assert invoices.count("NC") > 400
    rows = [entry["row"] for entry in listed if entry["column"] == "FACTURE"]
    assert len(rows) == sum(cell not in (None, "NC") for cell in invoices) > 80


def test_a_cell_that_an_accident_changed_is_left_out(plan: Plan, written: pa.RecordBatch) -> None:
    """It may hold its neighbour's value by now."""
    filled = [row for row, cell in enumerate(written["NUM"].to_pylist()) if cell is not None][3:6]
    struck = Struck("NUM", "shifted_right", np.array(filled), written["NUM"].take(pa.array(filled)))
    other = Struck("NOM", "typo", np.array([0]), written["NOM"].slice(0, 1))
    whole = negatives_of(plan.main.columns, written, START).to_pylist()
    left = negatives_of(plan.main.columns, written, START, (struck, other)).to_pylist()
    assert [entry for entry in whole if entry not in left] == [
        entry for entry in whole if entry["column"] == "NUM" and entry["row"] - START in filled
    ]


def test_the_batch_is_of_the_table_s_schema(plan: Plan, written: pa.RecordBatch) -> None:
    batch = negatives_of(plan.main.columns, written, START)
    plain = [c.dictionary_decode() if pa.types.is_dictionary(c.type) else c for c in batch.columns]
    assert pa.RecordBatch.from_arrays(plain, names=batch.schema.names).schema == SCHEMA


def test_a_table_without_look_alikes_lists_nothing(small_profile: Callable[..., Profile]) -> None:
    plain = compile_plan(small_profile(rows=10))
    batch = negatives_of(plain.main.columns, plain.batch("patients", 0, 10), 0)
    assert (batch.num_rows, batch.schema.names) == (0, SCHEMA.names)


def test_no_rows_list_nothing(plan: Plan) -> None:
    assert negatives_of(plan.main.columns, plan.batch("patients", 5, 5), 5).num_rows == 0


def test_a_person_s_own_number_is_no_look_alike() -> None:
    """What names or reaches someone is a finding, whatever it resembles."""
    negative = [field for field in FIELDS.values() if field.negative]
    assert len(negative) >= 8
    assert [field.name for field in negative if field.sensitivity == "direct"] == []

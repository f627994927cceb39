"""Each identifier column of a dataset is looked at, and free text too."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from stdnum import luhn

from simbreach.api import Dataset
from simbreach.truth.read import Tables
from simbreach.truth.safe import check_columns
from simbreach.truth.scan import Tally

SPECIMEN_NIR = "269054958815780"
EXAMPLE_IBAN = "FR1420041010050500013M02606"


def checked(folder: Path, field: str, label: str, cells: list[str | None]) -> Tally:
    """The tally of one column of a table that holds `cells`."""
    (folder / "tables" / "t").mkdir(parents=True)
    pq.write_table(pa.table({"c": pa.array(cells, pa.string())}), folder / "tables/t/part-00000.parquet")
    columns = [{"table": "t", "column": "c", "field": field, "label": label}]
    tallies = check_columns(Tables(folder / "tables", folder / "none.duckdb"), columns)
    return tallies[0] if tallies else Tally("none", 1)


def counts(tally: Tally) -> tuple[int, int, int]:
    return tally.candidates, tally.synthetic, tally.outside


def test_every_identifier_column_of_a_dataset_is_looked_at_and_safe(demo: Dataset) -> None:
    columns = demo.truth["columns"].to_table().to_pylist()
    tallies = {tally.name: tally for tally in check_columns(demo._data, columns)}
    person = {"PAT_NIR", "PAT_INS", "PAT_TEL", "PAT_PORT", "PAT_EMAIL", "PAT_NUM", "PAT_COMM", "PAT_OBS"}
    others = {"PRE_RPPS", "PRE_ADELI", "LAB_FINESS", "LAB_SIRET", "LAB_SIREN", "LAB_IBAN"}
    expected = {f"patients.{name}" for name in person | others}
    assert expected <= tallies.keys()
    assert [name for name, tally in tallies.items() if tally.outside] == []
    assert tallies["patients.PAT_NIR"].synthetic > 850


@pytest.mark.parametrize(
    ("field", "label", "value"),
    [
        ("nir", "id.nir", SPECIMEN_NIR),
        ("nir", "id.nir", "2 69 05 49 588 157 80"),
        ("guardian_nir", "id.nir", SPECIMEN_NIR[:13]),
        ("mobile", "contact.phone", "06 12 34 56 78"),
        ("laboratory_fax", "contact.fax", "0297000001"),
        ("email", "contact.email", "jean@domaine.fr"),
        ("iban", "finance.iban", EXAMPLE_IBAN),
        ("prescriber_rpps", "id.rpps", "1000334455" + luhn.calc_check_digit("1000334455")),
        ("laboratory_siren", "id.siren", "732829320"),
        ("laboratory_siret", "id.siret", "73282932000074"),
        ("comment", "health.comment", f"VOIR LE DOSSIER {SPECIMEN_NIR} DE LA MERE"),
        ("observation", "care.note", "RAPPELER AU 06 12 34 56 78"),
    ],
)
def test_a_cell_outside_is_counted_placed_and_masked(
    field: str, label: str, value: str, tmp_path: Path
) -> None:
    tally = checked(tmp_path, field, label, [None, "NC", value])
    assert tally.outside == 1
    assert tally.places[0].where == "row 2, column t.c"
    assert value not in repr(tally)


def test_placeholders_and_cut_numbers_are_neither_synthetic_nor_outside(tmp_path: Path) -> None:
    tally = checked(tmp_path, "mobile", "contact.phone", ["NC", ".", "06 00 12", None, "0600123456"])
    assert counts(tally) == (4, 1, 0)


def test_a_column_without_identifiers_is_left_alone(tmp_path: Path) -> None:
    assert checked(tmp_path, "usage_name", "name.last", ["MARTIN"]).name == "none"

"""What looks like an identifier and is none: no outside judge takes it for one, and nobody can have it."""

import csv
import re
from collections import Counter
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from itertools import pairwise

import numpy as np
import phonenumbers
import pytest
from stdnum import ean
from stdnum.fr import nir as official

from simbreach.core.streams import HashDraw
from simbreach.engine import lookalikes
from simbreach.engine.plan import Plan, compile_plan
from simbreach.identifiers import cip13, mobile, nir
from simbreach.profile.model import Profile
from simbreach.truth.kinds import searchable_kinds
from simbreach.truth.scan import Scanner, scan_column

ROWS = 5000
DAY = (date(2018, 3, 1) - date(1970, 1, 1)).days


def draw(rows: int = ROWS) -> HashDraw:
    return HashDraw(11, ("patients", "field"), np.arange(rows, dtype=np.uint64))


def texts(matrix: np.ndarray) -> list[str]:
    return [row.tobytes().decode() for row in matrix]


@pytest.fixture(scope="module")
def invoices() -> list[str]:
    return texts(lookalikes.invoice_number(np.arange(ROWS) * 2003))


@pytest.fixture(scope="module")
def externals() -> list[str]:
    return texts(lookalikes.external_number(draw()))


@pytest.fixture(scope="module")
def barcodes() -> list[str]:
    return texts(lookalikes.sample_barcode(draw()))


def test_an_invoice_has_the_form_of_a_french_telephone_number(invoices: list[str]) -> None:
    assert all(re.fullmatch(r"0[1-9]\d{8}", number) for number in invoices)


def test_no_invoice_is_a_number_for_libphonenumber(invoices: list[str]) -> None:
    assert not any(phonenumbers.is_valid_number(phonenumbers.parse(n, "FR")) for n in invoices)


def test_no_invoice_lies_where_telephones_are_made(invoices: list[str]) -> None:
    assert not any(map(mobile.is_synthetic, invoices))


def test_invoices_rise_with_the_rows_and_begin_again() -> None:
    numbers = texts(lookalikes.invoice_number(np.array([0, 1, 9_999_998, 9_999_999, 10**9])))
    assert numbers == ["0870000001", "0870000002", "0879999999", "0870000000", "0870000001"]


def test_no_external_number_is_a_nir_for_python_stdnum(externals: list[str]) -> None:
    assert not any(map(official.is_valid, externals))


def test_only_the_key_of_an_external_number_is_wrong(externals: list[str]) -> None:
    right = [number[:13] + official.calc_check_digits(number) for number in externals]
    assert all(map(official.is_valid, right))
    assert all(1 <= int(number[13:]) <= 97 for number in externals)


def test_every_key_but_the_right_one_occurs(externals: list[str]) -> None:
    off = Counter((int(number[13:]) - int(official.calc_check_digits(number))) % 97 for number in externals)
    assert sorted(off) == list(range(1, 97))


def test_an_external_number_is_nobody_s(externals: list[str]) -> None:
    assert all(map(nir.is_synthetic, externals))
    table = csv.DictReader(
        (files("simbreach.reference") / "data" / "nir_void_communes.csv").read_text("utf-8").splitlines()
    )
    void = {
        row["department_code"]: range(int(row["first_void_code"]), int(row["last_void_code"]) + 1)
        for row in table
        if row["first_void_code"]
    } | {"97": range(901, 990), "99": range(600, 900)}
    assert all(int(n[7:10]) in void[n[5:7]] and int(n[10:13]) >= 900 for n in externals)


def test_a_bar_code_is_an_ean_of_internal_use(barcodes: list[str]) -> None:
    assert all(map(ean.is_valid, barcodes))
    assert {(len(code), code[0]) for code in barcodes} == {(13, "2")}


def test_no_bar_code_is_a_drug_s(barcodes: list[str]) -> None:
    assert not any(map(cip13.is_synthetic, barcodes))


def test_no_bar_code_is_a_nir_without_key(barcodes: list[str]) -> None:
    """Its month would be none that a NIR knows, and no country has its code, 99 and 600 to 899."""
    assert not {int(code[3:5]) for code in barcodes} & {*range(1, 13), *range(20, 43), *range(50, 100)}
    assert all(code[5:7] == "99" and 600 <= int(code[7:10]) < 900 for code in barcodes)


def test_a_lot_is_a_letter_six_digits_and_a_letter() -> None:
    lot = lookalikes.lot(np.zeros(ROWS, np.int32), np.full(ROWS, DAY, np.int32))
    numbers = texts(lookalikes.lot_number(draw(), lot))
    assert all(re.fullmatch(r"[A-Z]\d{6}[A-Z]", number) for number in numbers)


def test_a_lot_was_made_in_the_months_before_it_is_used() -> None:
    days = DAY + np.arange(ROWS, dtype=np.int32) % 90
    lot = lookalikes.lot(np.arange(ROWS, dtype=np.int32) % 28, days)
    months = {number[1:5] for number in texts(lookalikes.lot_number(draw(), lot))}
    assert "1707" <= min(months) <= max(months) <= "1804"


def test_a_source_uses_one_lot_for_weeks() -> None:
    """The lot of a day is that of the row before, but for the days on which a delivery begins."""
    days = DAY + np.arange(450, dtype=np.int32)
    lots = [lookalikes.lot(np.full(450, source, np.int32), days) for source in (0, 1)]
    assert [len(np.unique(lot)) for lot in lots] == [11, 11]
    assert not set(lots[0].tolist()) & set(lots[1].tolist())


def test_codes_of_an_analysis_belong_together() -> None:
    chosen = lookalikes.analysis(draw())
    nabm = lookalikes.analysis_nabm(chosen).text().to_pylist()
    loinc = lookalikes.analysis_loinc(chosen).text().to_pylist()
    with (files("simbreach.reference") / "data" / "analyses.csv").open(encoding="utf-8") as table:
        known = {row["loinc"]: row["nabm"] for row in csv.DictReader(table)}
    assert nabm == [known[code] for code in loinc]
    assert set(loinc) == {code for code, act in known.items() if act}


def test_analyses_suit_women_and_men() -> None:
    chosen = set(lookalikes.analysis_loinc(lookalikes.analysis(draw())).text().to_pylist())
    with (files("simbreach.reference") / "data" / "analyses.csv").open(encoding="utf-8") as table:
        one_sex = {
            row["loinc"]
            for row in csv.DictReader(table)
            if bool(row["high_male"]) != bool(row["high_female"])
        }
    assert {"2857-1", "10334-1"} <= one_sex
    assert not chosen & one_sex


COLUMNS = """
{ name = "VISITE", field = "visit_date" },
{ name = "FACTURE", field = "invoice_number" },
{ name = "REFEXT", field = "external_number", fill = 0.5 },
{ name = "CODEBAR", field = "sample_barcode", fill = 0.01 },
{ name = "LOT", field = "lot_number" },
{ name = "ACTE", field = "analysis_nabm" },
{ name = "LOINC", field = "analysis_loinc", fill = 0.3 },
"""


@pytest.fixture(scope="module")
def plan(small_profile: Callable[..., Profile]) -> Plan:
    return compile_plan(small_profile(columns=COLUMNS, rows=ROWS))


def test_a_column_s_lots_change_every_few_weeks(plan: Plan) -> None:
    """Two years of visits, and a lot lasts 45 days: 731 / 45 = 16.2, cut at both ends; none comes again."""
    lots = plan.batch("patients", 0, ROWS)["LOT"].to_pylist()
    turns = [(a, b) for a, b in pairwise(lots) if a != b]
    assert len(set(lots)) in (17, 18)
    assert len(turns) == len(set(lots)) - 1


def test_look_alikes_are_the_same_in_any_part(plan: Plan) -> None:
    whole = plan.batch("patients", 0, ROWS)
    part = plan.batch("patients", 1234, 1300)
    assert [c.to_pylist() for c in part.columns] == [c.slice(1234, 66).to_pylist() for c in whole.columns]


def test_the_search_for_real_people_finds_nothing_in_look_alikes(plan: Plan) -> None:
    """Whatever column they stand in: as in a file whose columns nobody knows."""
    scanner = Scanner(searchable_kinds())
    for column in plan.batch("patients", 0, ROWS).columns:
        scan_column("c", column, 0, scanner)
    assert {tally.name: tally.outside for tally in scanner.tallies if tally.outside} == {}

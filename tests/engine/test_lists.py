"""Lists of the profile in rows: coherent entries, combinations, numbers that come of numbers, companies."""

from collections import Counter
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from itertools import product

import numpy as np
import pyarrow as pa
import pytest
from email_validator import validate_email
from schwifty import IBAN
from scipy import stats
from stdnum.fr import siren, siret, tva

from simbreach.engine.plan import Plan, compile_plan
from simbreach.engine.work import DatasetWork
from simbreach.identifiers import iban
from simbreach.profile.model import Profile

Make = Callable[..., Profile]
ROWS = 4000
LISTS = """
[[lists]]
name = "firmes"
columns = ["nom", "nature", "poids"]
weight = "poids"
entries = [["Énergie du Héron", "energie", 1], ["LOUTRE & FILS", "papier", 3], ["Castor", "papier", 0]]
[[lists]]
name = "articles"
by = "firmes.nature"
columns = ["nature", "objet", "prix", "taux", "depuis", "heure"]
entries = [
  ["papier", "Ramettes", 4.75, 20, 2019-01-01, 08:00:00],
  ["energie", "Électricité", 310.50, 5.5, 2020-02-29, 13:05:00],
  ["papier", "", 12, 20, 2019-06-30, 00:00:00],
]
[[lists]]
name = "tours"
columns = ["t"]
entries = [["matin"], ["soir"]]
"""
COLUMNS = """
{ name = "FIRME", field = "list", of = "firmes.nom" },
{ name = "NATURE", field = "list", of = "firmes.nature" },
{ name = "OBJET", field = "list", of = "articles.objet" },
{ name = "DEPUIS", field = "list", of = "articles.depuis" },
{ name = "HEURE", field = "list", of = "articles.heure" },
{ name = "TAUX", field = "list", of = "articles.taux" },
{ name = "PRIX", field = "list", of = "articles.prix" },
{ name = "QTE", field = "number", min = 1, max = 40 },
{ name = "REMISE", field = "number", min = 0, max = 199, decimals = 2 },
{ name = "HT", field = "product", columns = ["PRIX", "QTE"], decimals = 2 },
{ name = "TVA", field = "product", columns = ["HT", "TAUX"], factor = 0.01, decimals = 2 },
{ name = "TTC", field = "sum", columns = ["HT", "TVA"] },
{ name = "ENVIRON", field = "product", columns = ["QTE"], factor = 100, spread = 0.2 },
{ name = "ASSEZ", field = "product", columns = ["QTE"], min = 21 },
{ name = "SIREN", field = "company_siren", of = "firmes" },
{ name = "SIRET", field = "company_siret", of = "firmes" },
{ name = "NII", field = "company_vat", of = "firmes" },
{ name = "IBAN", field = "company_iban", of = "firmes" },
{ name = "EMAIL", field = "company_email", of = "firmes" },
"""
SOURCES = """
[[sources]]
name = "huppe"
title = "LABORATOIRE DE LA HUPPE"
code = "HUP"
commune = "56260"
share = 3
samplers = 3
[[sources]]
name = "grive"
title = "LABORATOIRE DE LA GRIVE"
code = "GRI"
commune = "56121"
share = 1
samplers = 2
habits = ["points"]
[[tables]]
name = "tours"
people = false
for_each = ["tours", "sampler"]
columns = [
  { name = "SITE", field = "laboratory_code" }, { name = "TOUR", field = "list", of = "tours.t" },
  { name = "AGENT", field = "sampler_code" }, { name = "NOM", field = "sampler_short_name" },
]
"""
HABITS = '[[habits]]\nname = "points"\n[habits.spell]\nnumber = { decimal = "." }\ndate = { format = "%Y" }\n'


@pytest.fixture(scope="module")
def plan(small_profile: Make) -> Plan:
    changes = {"tables.patients.people": "false", "tables.patients.main": "true"}
    return compile_plan(
        small_profile(columns=COLUMNS, rows=ROWS, more=LISTS + HABITS, sources=SOURCES, overrides=changes)
    )


@pytest.fixture(scope="module")
def rows(plan: Plan) -> list[dict[str, str]]:
    return plan.batch("patients", 0, ROWS).to_pylist()


@pytest.fixture(scope="module")
def clean(plan: Plan) -> list[dict[str, object]]:
    return plan.clean("patients", 0, ROWS).to_pylist()


def _half_up(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_the_cells_of_a_row_are_of_one_entry(rows: list[dict[str, str]]) -> None:
    assert {(row["FIRME"], row["NATURE"]) for row in rows} == {
        ("Énergie du Héron", "energie"),
        ("LOUTRE & FILS", "papier"),
    }


def test_entries_are_drawn_by_weight(rows: list[dict[str, str]]) -> None:
    counts = Counter(row["FIRME"] for row in rows)
    expected = [ROWS * 0.25, ROWS * 0.75]
    assert stats.chisquare([counts["Énergie du Héron"], counts["LOUTRE & FILS"]], expected).pvalue > 0.001


def test_a_list_that_goes_by_another_fits_its_entry(rows: list[dict[str, str]]) -> None:
    pairs = {(row["NATURE"], row["OBJET"]) for row in rows}
    assert pairs == {("papier", "Ramettes"), ("papier", None), ("energie", "Électricité")}


def test_days_times_and_numbers_of_a_list_are_spelled_by_the_source(plan: Plan) -> None:
    written = plan.batch("patients", 0, ROWS).to_pylist()
    energy = [row for row in written if row["NATURE"] == "energie"]
    assert {(r["DEPUIS"], r["HEURE"], r["TAUX"], r["PRIX"]) for r in energy} == {
        ("29/02/2020", "13:05", "5,5", "310,50"),
        ("2020", "13:05", "5.5", "310.50"),
    }


def test_products_are_rounded_half_up(clean: list[dict[str, str]]) -> None:
    for row in clean:
        assert Decimal(row["HT"]) == _half_up(Decimal(row["PRIX"]) * Decimal(row["QTE"]))
        assert Decimal(row["TVA"]) == _half_up(Decimal(row["HT"]) * Decimal(row["TAUX"]) / 100)


def test_sums_are_exact(clean: list[dict[str, str]]) -> None:
    assert all(Decimal(row["TTC"]) == Decimal(row["HT"]) + Decimal(row["TVA"]) for row in clean)


def test_a_spread_lies_evenly_on_both_sides(clean: list[dict[str, int]]) -> None:
    ratios = np.array([row["ENVIRON"] / (row["QTE"] * 100) for row in clean])
    assert 0.799 <= ratios.min() < 0.81
    assert 1.19 < ratios.max() <= 1.201
    assert stats.kstest(ratios, "uniform", (0.8, 0.4)).pvalue > 0.001


def test_a_product_below_its_least_number_is_left_empty(clean: list[dict[str, int | None]]) -> None:
    for row in clean:
        quantity = row["QTE"]
        assert isinstance(quantity, int)
        assert row["ASSEZ"] == (quantity if quantity >= 21 else None)


def test_numbers_with_decimals_have_zeros_before_and_behind_the_comma(rows: list[dict[str, str]]) -> None:
    found = {row["REMISE"] for row in rows}
    assert {"0,00", "0,05", "1,90", "1.99"} <= found


def test_companies_have_one_valid_number_each_that_nobody_has(rows: list[dict[str, str]]) -> None:
    numbers = {(r["FIRME"], r["SIREN"], r["SIRET"], r["NII"], r["IBAN"], r["EMAIL"]) for r in rows}
    assert len(numbers) == 2
    assert len({number[1] for number in numbers}) == 2
    for _, company, seat, vat, account, address in numbers:
        assert (siren.validate(company), siret.validate(seat), tva.validate(vat)) == (company, seat, vat[2:])
        assert company[0] == "0"
        assert seat.startswith(company)
        assert IBAN(account).country_code == "FR"
        assert iban.is_synthetic(account)
        validate_email(address, check_deliverability=False)
    assert {number[5] for number in numbers} == {
        "comptabilite@energie-du-heron.example.com",
        "comptabilite@loutre-fils.example.com",
    }


def test_every_source_has_each_combination_once(plan: Plan) -> None:
    found = [(r["SITE"], r["TOUR"], r["AGENT"]) for r in plan.batch("tours", 0, 10).to_pylist()]
    agents = {site: sorted({row[2] for row in found if row[0] == site}) for site in ("HUP", "GRI")}
    assert {site: len(codes) for site, codes in agents.items()} == {"HUP": 3, "GRI": 2}
    whole = [(site, *pair) for site in agents for pair in product(("matin", "soir"), agents[site])]
    assert sorted(found) == sorted(whole)
    assert plan.table("tours").rows == 10


def test_the_last_list_turns_fastest(plan: Plan) -> None:
    assert plan.batch("tours", 0, 6)["TOUR"].to_pylist() == ["matin"] * 3 + ["soir"] * 3


def test_agents_are_called_by_first_name_and_initial(plan: Plan) -> None:
    names = plan.batch("tours", 0, 10)["NOM"].to_pylist()
    assert all(name[-1] == "." and name[-3] == " " and name[-2].isupper() for name in names)


@pytest.mark.parametrize("table", ["patients", "tours"])
def test_any_rows_are_the_slice_of_the_whole(plan: Plan, table: str) -> None:
    rows = plan.table(table).rows
    whole = plan.batch(table, 0, rows).to_pylist()
    for start, stop in ((0, 1), (3, 9), (rows - 4, rows), (5, 5)):
        assert plan.batch(table, start, stop).to_pylist() == whole[start:stop]


def test_rows_about_nobody_have_a_source_and_no_person(plan: Plan) -> None:
    parts = DatasetWork(plan).make(0)
    assert parts["truth/persons"].num_rows == 0
    truth = pa.table(parts["truth/rows"]).to_pylist()
    assert len(truth) == ROWS + 10
    assert {row["source"] for row in truth} == {"huppe", "grive"}
    assert {(row["person_id"], row["nir_person_id"], row["duplicate_of"], row["cause"]) for row in truth} == {
        (None, None, None, None)
    }

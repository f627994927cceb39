"""The benign twin: six tables that no detector may call a health leak, and what is true inside them."""

import re
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest
from stdnum.fr import siren

from simbreach.api import Dataset, generate, load_profile, verify
from simbreach.core.schema import FIELDS
from simbreach.reference.health import analyses
from simbreach.truth.verify import check_identifiers

NAME, ROWS = "fichiers-anodins", 600
TABLES = {
    "lettre_information", "tarifs", "planning", "statistiques", "factures_fournisseurs",
    "rendez_vous_modeles",
}  # fmt: skip
SITES = 6
# Value of the key letter B, in euros. Source: general knowledge; 2022.
LETTER_B = Decimal("0.27")
SHIFT_HOURS = {"M": 7, "A": 7, "J": 7, "F": 7, "R": 0, "CP": 0}
Row = dict[str, str]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder: Path = tmp_path_factory.mktemp("anodins") / NAME
    return generate(load_profile(NAME), folder, rows=ROWS)


@pytest.fixture(scope="module")
def tables(dataset: Dataset) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    with duckdb.connect(str(dataset.path / "dataset.duckdb"), read_only=True) as database:
        for (name,) in database.execute("SELECT table_name FROM information_schema.tables").fetchall():
            found[name] = database.table(name).to_arrow_table().to_pylist()
    return found


def _euros(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def _half_up(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _minutes(text: str) -> int:
    hours, minutes = re.split("[:h]", text)
    return int(hours) * 60 + int(minutes)


def test_it_holds_six_tables_of_some_hundreds_to_tens_of_thousands_of_rows(
    tables: dict[str, list[Row]],
) -> None:
    assert set(tables) == TABLES
    sizes = {name: len(rows) for name, rows in tables.items()}
    assert sizes.pop("lettre_information") == ROWS
    assert all(400 <= size <= 60_000 for size in sizes.values())


def test_none_of_its_columns_is_health_data() -> None:
    columns = [column for table in load_profile(NAME).tables for column in table.columns]
    said = {
        column.sensitivity or FIELDS[column.field].sensitivity for column in columns if column.field in FIELDS
    }
    assert said == {"direct", "quasi", "other"}
    assert {column.sensitivity for column in columns if column.field not in FIELDS} <= {None, "other"}
    assert not any((column.label or "").startswith("health.") for column in columns)


def test_the_truth_says_so_too(dataset: Dataset) -> None:
    truth = dataset.truth["columns"].to_table().to_pylist()
    assert {row["sensitivity"] for row in truth} == {"direct", "quasi", "other"}


def test_only_subscribers_are_people(dataset: Dataset) -> None:
    rows = dataset.truth["rows"].to_table().to_pylist()
    assert Counter(row["table"] for row in rows if row["person_id"] is not None) == {
        "lettre_information": ROWS
    }


def test_the_folder_is_whole_and_safe(dataset: Dataset) -> None:
    assert verify(dataset.path).ok
    tallies = check_identifiers(dataset.path)
    assert {tally.name for tally in tallies} >= {
        *("lettre_information.EMAIL", "lettre_information.MOBILE", "factures_fournisseurs.IBAN"),
        *("factures_fournisseurs.SIREN", "factures_fournisseurs.SIRET"),
    }
    assert [tally.outside for tally in tallies] == [0] * len(tallies)


def test_the_safe_ranges_of_a_leak_are_there_too(tables: dict[str, list[Row]]) -> None:
    letter = tables["lettre_information"]
    assert all(re.search(r"@[a-z0-9.-]+\.example\.(com|net|org)$", r["EMAIL"]) for r in letter if r["EMAIL"])
    digits = [re.sub(r"\D", "", row["MOBILE"]) for row in letter if row["MOBILE"]]
    assert digits
    assert all(re.fullmatch(r"(0|33)600\d{6}", number) for number in digits)


def test_subscribers_are_of_age(dataset: Dataset) -> None:
    years = [row["birth_date"].year for row in dataset.truth["persons"].to_table().to_pylist()]
    assert max(years) <= 2022 - 18


def test_prices_are_the_coefficient_times_the_key_letter(tables: dict[str, list[Row]]) -> None:
    for row in tables["tarifs"]:
        price = _half_up(int(row["COEF_B"]) * LETTER_B)
        assert _euros(row["PRIX_EUR"]) == price
        assert _euros(row["PART_AMO_60"]) == _half_up(price * Decimal("0.6"))


def test_every_site_lists_each_act_once(tables: dict[str, list[Row]]) -> None:
    acts = Counter((row["SITE"], row["CODE_NABM"]) for row in tables["tarifs"])
    assert set(acts.values()) == {1}
    assert len({site for site, _ in acts}) == SITES


def test_acts_include_the_commonest_of_the_reference_table(tables: dict[str, list[Row]]) -> None:
    codes = {row["CODE_NABM"] for row in tables["tarifs"]}
    assert {row.nabm for row in analyses() if row.nabm} - codes == set()


def test_invoices_add_up(tables: dict[str, list[Row]]) -> None:
    for row in tables["factures_fournisseurs"]:
        net, tax, total = (_euros(row[f"MONTANT_{word}"]) for word in ("HT", "TVA", "TTC"))
        assert net == int(row["QTE"]) * _euros(row["PU_HT"])
        assert tax == _half_up(net * _euros(row["TAUX_TVA"]) / 100)
        assert total == net + tax


def test_a_supplier_has_one_siren_of_nobody(tables: dict[str, list[Row]]) -> None:
    pairs = {(row["FOURNISSEUR"].upper(), row["SIREN"]) for row in tables["factures_fournisseurs"]}
    assert len({number for _, number in pairs}) == len(load_profile(NAME).list_named["fournisseurs"].entries)
    assert all(number[0] == "0" and siren.is_valid(number) for _, number in pairs)


def test_slots_lie_within_opening_hours(tables: dict[str, list[Row]]) -> None:
    for row in tables["rendez_vous_modeles"]:
        start = _minutes(row["DEBUT"])
        assert _minutes(row["OUVERTURE"]) <= start
        assert start + int(row["DUREE_MIN"]) <= _minutes(row["FERMETURE"])


def test_nobody_is_asked_to_fast_in_the_afternoon(tables: dict[str, list[Row]]) -> None:
    afternoon = [r for r in tables["rendez_vous_modeles"] if _minutes(r["DEBUT"]) >= 12 * 60 + 30]
    assert afternoon
    assert not any("jeun depuis" in row["PREPARATION"].lower() for row in afternoon)


def test_a_rota_has_everyone_once_a_week_with_the_hours_of_the_shifts(tables: dict[str, list[Row]]) -> None:
    rota = tables["planning"]
    staff = sum(source.samplers for source in load_profile(NAME).sources)
    assert Counter(row["SEMAINE"] for row in rota) == {f"2022-S{week:02}": staff for week in range(1, 53)}
    days = ("LUN", "MAR", "MER", "JEU", "VEN", "SAM", "DIM")
    assert all(int(row["HEURES"]) == sum(SHIFT_HOURS[row[day]] for day in days) for row in rota)


def test_a_rota_names_its_people_by_first_name_and_initial_only(tables: dict[str, list[Row]]) -> None:
    assert all(re.fullmatch(r"[^\W\d][\w' -]+ [^\W\d]\.", row["AGENT"]) for row in tables["planning"])


def test_statistics_hold_no_count_below_five(tables: dict[str, list[Row]]) -> None:
    counts = Counter(row["NB_ACTES"] for row in tables["statistiques"])
    assert 0.05 < counts.pop("<5") / len(tables["statistiques"]) < 0.4
    assert min(map(int, counts)) >= 5


def test_statistics_have_each_cell_once(tables: dict[str, list[Row]]) -> None:
    keys = ("SITE", "ANNEE", "MOIS", "DEP", "CODE_NABM", "TRANCHE_AGE")
    assert (
        Counter(tuple(row[key] for key in keys) for row in tables["statistiques"]).most_common(1)[0][1] == 1
    )


def test_sites_write_in_their_own_ways(tables: dict[str, list[Row]]) -> None:
    assert {row["PRIX_EUR"][-3] for row in tables["tarifs"]} == {",", "."}
    assert {row["DEBUT"][2] for row in tables["rendez_vous_modeles"]} == {":", "h"}
    assert len({source.habits for source in load_profile(NAME).sources}) == SITES

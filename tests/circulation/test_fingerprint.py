"""Marks of a copy: other spellings of the same words, drawn for each copy alone."""

import re
import unicodedata
from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import chi2_contingency, chisquare

from simbreach.api import Dataset
from simbreach.circulation.fingerprint import KINDS, Marks, kinds_of, mark_columns, otherwise
from simbreach.core.arrays import I64
from simbreach.truth.leak_tables import DatasetTable, dataset_tables

ROWS: I64 = np.arange(20_000)
# Words of addresses and what stands for them, as the national address file shortens them.
SHORT = {
    "AV": "AVENUE", "BD": "BOULEVARD", "CHE": "CHEMIN", "RTE": "ROUTE", "IMP": "IMPASSE", "PL": "PLACE",
    "ALL": "ALLEE", "RES": "RESIDENCE", "STE": "SAINTE", "ST": "SAINT", "R": "RUE",
}  # fmt: skip


def words(text: str) -> list[str]:
    """The words of a text, in capitals without accents, none of them shortened."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text.upper()) if not unicodedata.combining(c))
    return [SHORT.get(word, word) for word in re.sub(r"[\s-]+", " ", plain).split()]


def letters(text: str) -> str:
    """The letters of those words and whatever else stands there, but for spaces and hyphens."""
    return "".join(words(text))


@pytest.fixture(scope="session")
def table(circulated: Dataset) -> DatasetTable:
    return dataset_tables(circulated.path)[0]


def spelled(table: DatasetTable) -> list[tuple[str, str, str]]:
    """Column, plain cell and marked cell wherever a copy spells one otherwise."""
    cells = next(table.read())
    rows = np.arange(cells.start, cells.start + cells.batch.num_rows)
    marked = Marks(5, "un", table.name).apply(table.columns, cells.batch, rows)
    found = []
    for name in cells.batch.schema.names:
        plain, other = cells.batch.column(name).to_pylist(), marked.column(name).to_pylist()
        found += [(name, a, b) for a, b in zip(plain, other, strict=True) if a != b]
    return found


def test_another_spelling_has_the_same_letters(table: DatasetTable) -> None:
    found = spelled(table)
    assert len(found) > 500
    assert [pair for pair in found if letters(pair[1]) != letters(pair[2])] == []


def test_another_spelling_never_touches_a_digit(table: DatasetTable) -> None:
    digits = [(re.findall(r"\d+", a), re.findall(r"\d+", b)) for _, a, b in spelled(table)]
    assert sum(bool(a) for a, _ in digits) > 50
    assert [pair for pair in digits if pair[0] != pair[1]] == []


def test_marks_stand_in_names_addresses_and_communes_alone(circulated: Dataset, table: DatasetTable) -> None:
    told = circulated.truth["columns"].to_table().to_pylist()
    labels = {line["column"]: line["label"] for line in told if line["table"] == table.name}
    marked = [table.columns[place].name for place, _ in mark_columns(table.columns)]
    assert len(marked) > 10
    assert {labels[name].split(".")[0] for name in marked} <= {"name", "place", "care"}
    for name in ("PAT_NIR", "PAT_TEL", "PAT_EMAIL", "PAT_IBAN", "PAT_CP", "PAT_DATNAIS", "DOS_NUM"):
        assert name in labels
        assert name not in marked


STAYS = (
    "1 84 12 00 000 000 00",
    "a.guerin@example.org",
    "06 39 98 12 34",
    "FR1420041010050500013M02606",
    "",
    "A",
)


@pytest.mark.parametrize("text", STAYS)
def test_what_may_be_an_identifier_stays_in_every_way(text: str) -> None:
    done, ways = otherwise(pa.array([text] * len(KINDS)), np.arange(len(KINDS), dtype=np.int32))
    assert done.to_pylist() == [text] * len(KINDS)
    assert ways.tolist() == [-1] * len(KINDS)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("case", "LE GOFF", "Le Goff"),
        ("case", "Le Goff", "LE GOFF"),
        ("accent", "Éloïse", "Eloise"),
        ("hyphen", "JEAN-MARIE LUC", "JEAN MARIE LUC"),
        ("hyphen", "JEAN MARIE", "JEAN-MARIE"),
        ("abbreviation", "12 RUE DES ERABLES", "12 R DES ERABLES"),
        ("abbreviation", "3 bd de la mer", "3 boulevard de la mer"),
        ("space", "LE GOFF", "LE  GOFF"),
        ("space", "GOFF", "GOFF "),
    ],
)
def test_each_way_of_spelling_does_what_its_name_says(kind: str, text: str, expected: str) -> None:
    done, ways = otherwise(pa.array([text]), np.array([KINDS.index(kind)], dtype=np.int32))
    assert (done.to_pylist(), ways.tolist()) == ([expected], [KINDS.index(kind)])


@pytest.mark.parametrize("text", ["Pléneuf-Val-André", "allée des Acacias", "RUE STÉPHANE HESSEL"])
def test_a_word_is_not_cut_at_an_accent(text: str) -> None:
    done, _ = otherwise(pa.array([text]), np.array([KINDS.index("abbreviation")], dtype=np.int32))
    assert letters(done.to_pylist()[0]) == letters(text)


def test_one_cell_in_five_is_marked() -> None:
    for copy in ("un", "deux"):
        share = Marks(3, copy, "patients").marked("PAT_NOM", ROWS).mean()
        assert abs(share - 0.2) < 4 * np.sqrt(0.2 * 0.8 / len(ROWS))


def test_one_row_in_333_is_left_out_and_one_canary_in_two() -> None:
    canaries = ROWS[::10]
    out = Marks(3, "un", "patients").left_out(ROWS, canaries)
    of_canaries, others = out[::10], np.delete(out, np.arange(0, len(ROWS), 10))
    assert abs(of_canaries.mean() - 0.5) < 4 * np.sqrt(0.25 / len(of_canaries))
    assert abs(others.mean() - 0.003) < 4 * np.sqrt(0.003 / len(others))


@pytest.mark.parametrize("pair", list(combinations(("canal-prive", "forum", "un"), 2)), ids=str)
def test_coins_of_two_copies_have_nothing_to_do_with_each_other(pair: tuple[str, str]) -> None:
    first, second = (Marks(3, copy, "patients").marked("PAT_NOM", ROWS) for copy in pair)
    counts = np.bincount(first * 2 + second, minlength=4).reshape(2, 2)
    assert chi2_contingency(counts, correction=False).pvalue > 1e-3


def test_coins_of_columns_tables_and_seeds_have_nothing_to_do_with_each_other() -> None:
    base = Marks(3, "un", "patients").marked("PAT_NOM", ROWS)
    others = [
        Marks(3, "un", "patients").marked("PAT_PRENOM", ROWS),
        Marks(3, "un", "visites").marked("PAT_NOM", ROWS),
        Marks(4, "un", "patients").marked("PAT_NOM", ROWS),
        np.roll(base, 1),
    ]
    for other in others:
        counts = np.bincount(base * 2 + other, minlength=4).reshape(2, 2)
        assert chi2_contingency(counts, correction=False).pvalue > 1e-3


def test_the_way_of_spelling_is_drawn_evenly_and_is_the_same_for_all_copies() -> None:
    ways = kinds_of("name", "patients", "PAT_NOM", ROWS)
    assert chisquare(np.unique(ways, return_counts=True)[1]).pvalue > 1e-3
    assert (ways[5_000:6_000] == kinds_of("name", "patients", "PAT_NOM", ROWS[5_000:6_000])).all()


def test_marks_of_some_rows_are_those_of_the_whole(table: DatasetTable) -> None:
    cells = next(table.read())
    rows = np.arange(cells.start, cells.start + cells.batch.num_rows)
    marks = Marks(5, "un", table.name)
    whole = marks.apply(table.columns, cells.batch, rows)
    part = marks.apply(table.columns, cells.batch.slice(100, 50), rows[100:150])
    assert part.to_pylist() == whole.slice(100, 50).to_pylist()

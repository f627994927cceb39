"""The tables of names against figures of INSEE and against what a surname may look like."""

import re

import numpy as np
import pytest

from simbreach.reference.names import LEVELS, first_names, surname_displays, surnames

# INSEE, Fichier des prénoms, edition 2024: births of a year and sex in the file, and of single names.
MEN_1946 = (443_210, {"JEAN": 53_385, "MICHEL": 31_885, "GÉRARD": 19_230})
WOMEN_1985 = (377_465, {"AURÉLIE": 12_565, "EMILIE": 11_380, "CÉLINE": 7_615})
WOMEN_2024 = (293_465, {"LOUISE": 3_125, "JADE": 3_055, "AMBRE": 2_815})


def chances(sex: int, year: int) -> dict[str, float]:
    """The probability of each first name, taken back out of the alias table."""
    names = first_names()
    group = int(names.groups(np.array([sex]), np.array([year]))[0])
    start, size = names.table.starts[group], names.table.sizes[group]
    kept = names.table.keep[start : start + size].astype(float) / 2**32 / size
    total = kept.copy()
    np.add.at(total, names.table.other[start : start + size], 1 / size - kept)
    words = names.words.take(names.codes[start : start + size].tolist()).to_pylist()
    return dict(zip(words, total, strict=True))


@pytest.mark.parametrize(
    ("sex", "year", "expected"), [(1, 1946, MEN_1946), (2, 1985, WOMEN_1985), (2, 2024, WOMEN_2024)]
)
def test_first_names_have_the_shares_of_insee(sex, year, expected):
    births, counts = expected
    actual = chances(sex, year)
    for name, count in counts.items():
        assert actual[name] == pytest.approx(count / births, abs=1e-9)


def test_the_first_names_are_all_that_insee_publishes():
    names = first_names()
    assert (len(names.words), len(names.codes), int(names.births.sum())) == (48_517, 711_069, 87_082_675)


def test_a_name_with_and_without_its_accent_stays_two_names():
    assert {"ANDRE", "ANDRÉ"} <= set(first_names().words.to_pylist())


def test_years_outside_the_table_are_taken_to_its_ends():
    names = first_names()
    years, nearest = np.array([1887, 2025]), np.array([1900, 2024])
    women = np.array([2, 2])
    assert names.groups(women, years).tolist() == names.groups(women, nearest).tolist()


def test_the_surnames_of_insee_are_those_with_100_births_in_ten_years():
    # Of the 218,982 names of the list, 10,520 are known to have had 100 births and more in 1991-2000.
    table = surnames()
    assert (int((~table.invented).sum()), int(table.weights[~table.invented].min())) == (10_520, 1_000)


def test_every_rarer_surname_is_invented():
    table = surnames()
    assert bool(table.invented[table.weights < 1_000].all())


def test_no_invented_surname_has_fewer_than_80_bearers():
    # 9.1 bearers (68 million people, 7.44 million births) for each birth, of which weights are tenths.
    assert int(surnames().weights.min()) * 91 // 100 >= 80


def test_no_surname_stands_twice():
    words = surnames().words.to_pylist()
    assert len(set(words)) == len(words) == 110_000


def test_surnames_are_capital_letters_with_single_blanks_hyphens_or_apostrophes():
    odd = [w for w in surnames().words.to_pylist() if not re.fullmatch(r"[A-Z]+(?:[ '-][A-Z]+)*", w)]
    assert odd == []


def test_invented_surnames_have_5_to_14_letters():
    table = surnames()
    invented = table.words.filter(table.invented.tolist()).to_pylist()
    assert {len(name) for name in invented} <= set(range(5, 15))


def test_no_invented_surname_is_a_first_name():
    table = surnames()
    invented = set(table.words.filter(table.invented.tolist()).to_pylist())
    assert invented & set(first_names().words.to_pylist()) == set()


@pytest.mark.parametrize(("name", "births"), [("MARTIN", 23_800), ("BERNARD", 10_615), ("THOMAS", 9_687)])
def test_the_commonest_surnames_have_the_births_of_insee(name, births):
    table = surnames()
    code = table.words.index(name).as_py()
    assert table.weights[code] == pytest.approx(births * 10, abs=10)


def test_groups_are_the_blocks_of_one_style_and_level():
    table = surnames()
    assert table.block.tolist() == sorted(set(table.block.tolist()))
    assert table.block.max() < len(table.styles) * LEVELS


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("LEFEVRE", "Lefèvre"),
        ("LE GOFF", "Le Goff"),
        ("LE FLOC'H", "Le Floc'h"),
        ("CARRIERE", "Carrière"),
        ("D'AMICO", "D'Amico"),
        ("N'DIAYE", "N'Diaye"),
    ],
)
def test_the_display_of_a_surname_is_its_usual_spelling(name, shown):
    code = surnames().words.index(name).as_py()
    assert surname_displays()[code].as_py() == shown

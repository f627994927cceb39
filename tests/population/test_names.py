"""The names that people draw: shares, regions, rarity."""

import numpy as np
import pytest
from scipy import stats

from simbreach.core.arrow import Coded
from simbreach.core.streams import HashDraw
from simbreach.population.names import first_name, other_first_names, own_surname, rare_pair
from simbreach.reference.names import first_names, surnames
from simbreach.reference.places import department_codes

PEOPLE = 200_000
# INSEE, Fichier des noms, 1991-2000, as relative births: MARTIN 3.2 per thousand of all.
RANK_SHARES = {10: 7877.8, 100: 2755.0, 1000: 655.1}
LISTED_BIRTHS = 5_955_568


def draw(field: str, start: int = 0, rows: int = PEOPLE) -> HashDraw:
    return HashDraw(2021, ("person", field), np.arange(start, start + rows, dtype=np.uint64))


def born(department: str, rows: int = PEOPLE) -> np.ndarray:
    index = -1 if department == "abroad" else department_codes().index(department)
    return np.full(rows, index, dtype=np.int16)


def surname_texts(department: str) -> np.ndarray:
    column = own_surname(draw("own_surname"), born(department))
    return np.array(surnames().words.to_pylist(), dtype=object)[column.codes]


def breton_share(department: str) -> float:
    return float(np.mean([name.startswith(("LE ", "KER")) for name in surname_texts(department)]))


def test_first_names_follow_the_counts_of_their_year():
    # INSEE: men born in 1946, 443,210 births in the file.
    counts = {"JEAN": 53_385, "MICHEL": 31_885, "DANIEL": 20_820, "ALAIN": 19_785, "GÉRARD": 19_230}
    column = first_name(draw("first_name"), np.full(PEOPLE, 1, np.int8), np.full(PEOPLE, 1946, np.int16))
    codes = [first_names().words.index(name).as_py() for name in counts]
    actual = [int((column.codes == code).sum()) for code in codes]
    expected = [PEOPLE * count / 443_210 for count in counts.values()]
    actual.append(PEOPLE - sum(actual))
    expected.append(PEOPLE - sum(expected))
    assert stats.chisquare(actual, expected).pvalue > 0.001


def test_a_slice_of_people_has_the_names_of_the_whole():
    sex, year = np.full(1000, 2, np.int8), np.full(1000, 1985, np.int16)
    whole = first_name(draw("first_name", rows=1000), sex, year)
    part = first_name(draw("first_name", start=300, rows=200), sex[:200], year[:200])
    assert part.codes.tolist() == whole.codes[300:500].tolist()


def test_surnames_of_a_slice_are_those_of_the_whole():
    whole = own_surname(draw("own_surname", rows=1000), born("56", 1000))
    part = own_surname(draw("own_surname", start=300, rows=200), born("56", 200))
    assert part.codes.tolist() == whole.codes[300:500].tolist()


def test_three_in_ten_have_no_further_first_name():
    column = other_first_names(draw("other_first_names"), np.full(PEOPLE, 2), np.full(PEOPLE, 1950))
    assert np.mean(column.parts[0].codes < 0) == pytest.approx(0.30, abs=0.005)


def test_a_third_first_name_comes_only_after_a_second():
    column = other_first_names(draw("other_first_names"), np.full(PEOPLE, 2), np.full(PEOPLE, 1950))
    first, second, third = (part.codes >= 0 for part in column.parts)
    assert not (second & ~first).any()
    assert not (third & ~second).any()


def test_further_first_names_are_of_the_generation_before():
    column = other_first_names(draw("other_first_names"), np.full(PEOPLE, 2), np.full(PEOPLE, 2015))
    # INSEE: given to 12,565 and 11,380 of 377,465 girls born in 1985.
    aurelie = first_names().words.index("AURÉLIE").as_py()
    drawn = column.parts[0].codes[column.parts[0].codes >= 0]
    assert np.mean(drawn == aurelie) == pytest.approx(12_565 / 377_465, abs=0.003)


def test_breton_names_are_many_times_as_frequent_in_morbihan_as_in_marseille():
    assert breton_share("56") > 0.08
    assert breton_share("56") > 8 * breton_share("13")


@pytest.mark.parametrize(
    ("department", "style", "least"),
    [
        ("50", "norman", 0.08),
        ("67", "germanic", 0.10),
        ("2A", "italian", 0.20),
        ("64", "basque", 0.03),
        ("974", "creole", 0.04),
        ("59", "flemish", 0.04),
        ("abroad", "maghreb", 0.15),
    ],
)
def test_a_region_has_its_own_style_more_often_than_the_middle_of_france(department, style, least):
    table = surnames()
    style_of_group = table.block // 3
    share = {}
    for place in (department, "18"):
        codes = own_surname(draw("own_surname"), born(place)).codes
        group = np.searchsorted(table.table.starts, codes, side="right") - 1
        share[place] = np.mean(style_of_group[group] == table.styles.index(style))
    assert share[department] > max(least, 2 * share["18"])


@pytest.mark.parametrize(
    "mixture",
    [
        {"56": 0.62, "35": 0.10, "18": 0.12, "75": 0.10, "abroad": 0.06},
        {"76": 0.70, "18": 0.14, "75": 0.10, "abroad": 0.06},
        {"18": 1.0},
    ],
    ids=["Brittany", "Normandy", "Berry"],
)
def test_the_curve_of_surnames_holds_in_a_region(mixture):
    rows = 480_000
    sizes = np.rint([share * rows for share in mixture.values()]).astype(int)
    places = np.concatenate([born(place, size) for place, size in zip(mixture, sizes, strict=True)])
    codes = own_surname(draw("own_surname", rows=rows), places).codes
    counts = np.sort(np.bincount(codes))[::-1]
    ratios = [counts[rank - 1] / rows * LISTED_BIRTHS / births for rank, births in RANK_SHARES.items()]
    assert 0.75 <= min(ratios) <= max(ratios) <= 1.05
    assert max(ratios) / min(ratios) <= 1.10


def test_a_common_pair_of_names_is_not_rare():
    names, families = first_names(), surnames()
    first = Coded(np.array([names.words.index("JEAN").as_py()], np.int32), names.words)
    last = Coded(np.array([families.words.index("MARTIN").as_py()], np.int32), families.words)
    assert rare_pair(first, last).tolist() == [False]


def test_a_pair_of_rare_names_is_rare():
    names, families = first_names(), surnames()
    first = Coded(np.array([int(names.births.argmin())], np.int32), names.words)
    last = Coded(np.array([int(families.weights.argmin())], np.int32), families.words)
    assert rare_pair(first, last).tolist() == [True]

"""Every spelling against plain Python: `str`, `unicodedata`, `datetime.strftime`, row by row."""

import re
import unicodedata
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simbreach.core.arrow import Coded, Joined, Lookup, decode, strings
from simbreach.core.dates import DAYS, FIRST_DAY, NO_DAY
from simbreach.engine.spell import PLAIN, describe, spell, spell_words, written_days
from simbreach.profile.model import Spelling
from simbreach.reference.names import surnames
from simbreach.reference.places import places

EPOCH = date(1970, 1, 1)
LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "'"})
CASES = {"upper": str.upper, "lower": str.lower, "keep": str, None: str}


def plain(word: str, spelling: Spelling) -> str:
    """What a spelling makes of a word, said once more without Arrow."""
    if spelling.words:
        return spelling.words.get(word, word)
    if spelling.accents is False:
        apart = unicodedata.normalize("NFD", word.translate(LIGATURES))
        word = "".join(letter for letter in apart if not unicodedata.combining(letter))
    word = CASES[spelling.case](word)
    if spelling.hyphens == "space":
        word = word.replace("-", " ")
    if spelling.width:
        word = word[: spelling.width].rstrip() if len(word) > spelling.width else word
        word = word.ljust(spelling.width) if spelling.pad else word
    return word


def one(values, kind, spelling: Spelling = PLAIN) -> list[str | None]:
    """The column in one spelling, as Python strings."""
    return decode(spell(values, kind, np.zeros(len(values), np.int32), [spelling])).to_pylist()


def codes(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int32)


SPELLINGS = [
    Spelling(),
    Spelling(case="upper", accents=False, width=32),
    Spelling(case="upper", accents=True, width=20),
    Spelling(case="lower", accents=False, width=12, hyphens="space"),
    Spelling(case="upper", accents=False, width=25, pad=True),
    Spelling(case="keep", hyphens="keep", accents=True),
]


@pytest.mark.parametrize("spelling", SPELLINGS, ids=lambda s: describe(s, "name") or "plain")
@pytest.mark.parametrize("words", ["communes", "surnames"])
def test_a_vocabulary_is_spelled_as_plain_python_does(words: str, spelling: Spelling) -> None:
    known = (places().names if words == "communes" else surnames().words).slice(0, 12_000)
    expected = [plain(word, spelling) for word in known.to_pylist()]
    assert spell_words(known, "name", spelling).to_pylist() == expected


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.text("aÉéèç -'Œ", min_size=1, max_size=30), min_size=1, max_size=8, unique=True),
    st.lists(st.tuples(st.integers(-1, 7), st.integers(0, 5)), min_size=1, max_size=30),
)
def test_several_spellings_in_a_column_are_those_of_each_row(
    words: list[str], rows: list[tuple[int, int]]
) -> None:
    values = codes(*(min(code, len(words) - 1) for code, _ in rows))
    groups = codes(*sorted(group for _, group in rows))
    column = decode(spell(Coded(values, strings(words)), "name", groups, SPELLINGS))
    expected = [
        None if code < 0 else plain(words[code], SPELLINGS[group])
        for code, group in zip(values.tolist(), groups.tolist(), strict=True)
    ]
    assert column.to_pylist() == expected


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-1, 11_000), st.integers(0, 5)), min_size=1, max_size=30),
)
def test_several_spellings_of_a_large_vocabulary_are_those_of_each_row(rows: list[tuple[int, int]]) -> None:
    words = surnames().words
    values = codes(*(code for code, _ in rows))
    groups = codes(*sorted(group for _, group in rows))
    column = decode(spell(Coded(values, words), "name", groups, SPELLINGS))
    expected = [
        None if code < 0 else plain(words[code].as_py(), SPELLINGS[group])
        for code, group in zip(values.tolist(), groups.tolist(), strict=True)
    ]
    assert column.to_pylist() == expected


FORMATS = ["%d/%m/%Y", "%Y%m%d", "%d/%m/%y", "%Y-%m-%d 00:00:00", "%d.%m.%Y", "%d-%m-%y", "%m/%Y", "00/00/%Y"]


@pytest.mark.parametrize("form", FORMATS)
def test_dates_are_what_strftime_says(form: str) -> None:
    days = np.arange(FIRST_DAY, FIRST_DAY + DAYS, 17, dtype=np.int32)
    expected = [(EPOCH + timedelta(int(day))).strftime(form) for day in days]
    assert one(days, "date", Spelling(format=form)) == expected


def test_a_date_that_is_not_there_is_empty() -> None:
    days = np.array([0, NO_DAY], dtype=np.int32)
    assert one(days, "date") == ["01/01/1970", None]


def test_a_column_without_any_date_is_empty_in_several_formats() -> None:
    days = np.full(3, NO_DAY, dtype=np.int32)
    spellings = [Spelling(format="%Y%m%d"), Spelling()]
    assert spell(days, "date", codes(0, 1, 1), spellings).to_pylist() == [None] * 3


def test_the_last_source_may_have_no_date() -> None:
    days = np.array([0, NO_DAY], dtype=np.int32)
    column = spell(days, "date", codes(0, 1), [Spelling(format="%Y%m%d"), Spelling()])
    assert decode(column).to_pylist() == ["19700101", None]


def test_dates_in_several_formats_are_those_of_each_row() -> None:
    days = np.array([18_000, 18_001, NO_DAY, 18_000], dtype=np.int32)
    column = decode(spell(days, "date", codes(0, 0, 1, 1), [Spelling(format="%Y%m%d"), Spelling()]))
    assert column.to_pylist() == ["20190414", "20190415", None, "14/04/2019"]


@pytest.mark.parametrize("form", ["%d/%m/%Y", "00/00/%Y", "%d%m%Y"])
def test_written_days_are_what_strftime_says(form: str) -> None:
    days = np.array([-5000, NO_DAY, 18_000], dtype=np.int32)
    expected = [(EPOCH + timedelta(day)).strftime(form) for day in (-5000, 18_000)]
    assert written_days(form, days).to_pylist() == [expected[0], None, expected[1]]


@pytest.mark.parametrize("form", ["%H:%M", "%H%M", "%H:%M:%S", "%Hh%M"])
def test_times_are_what_strftime_says(form: str) -> None:
    minutes = np.array([0, 390, 1439, -1], dtype=np.int32)
    expected = [f"{m // 60:02}:{m % 60:02}" for m in (0, 390, 1439)]
    said = [form.replace("%H", clock[:2]).replace("%M", clock[3:]).replace("%S", "00") for clock in expected]
    assert one(minutes, "time", Spelling(format=form)) == [*said, None]


LAYOUTS = [
    "##########",
    "## ## ## ## ##",
    "##.##.##.##.##",
    "#########",
    "+33#########",
    "0033 # ## ## ## ##",
]


def laid_out(digits: str, layout: str) -> str:
    letters = iter(digits)
    return "".join(next(letters) if mark == "#" else mark for mark in layout)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_telephones_are_laid_out(layout: str) -> None:
    numbers = np.array([600_123_456, -1, 297_000_001], dtype=np.int64)
    expected = [None if n < 0 else laid_out(f"{n:0{layout.count('#')}d}", layout) for n in numbers.tolist()]
    assert one(numbers, "phone", Spelling(layout=layout)) == expected


@pytest.mark.parametrize(
    "layout", ["###############", "#############", "# ## ## ## ### ### ##", "#.##.##.##.###.###"]
)
def test_nirs_are_laid_out(layout: str) -> None:
    texts = ["255082A98995123", "155087798990034"]
    matrix = np.frombuffer("".join(texts).encode(), np.uint8).reshape(2, 15)
    whole = np.concatenate([matrix, np.zeros((1, 15), np.uint8)])
    expected = [laid_out(text[: layout.count("#")], layout) for text in texts]
    assert one(whole, "nir", Spelling(layout=layout)) == [*expected, None]


def test_civilities_become_the_words_of_the_source() -> None:
    values = Coded(codes(0, 1, -1), strings(["man", "woman"]))
    assert one(values, "civility", Spelling(words={"man": "M."})) == ["M.", "woman", None]


def test_numbers_are_written_as_they_are() -> None:
    assert one(np.array([0, 42, -1]), "number") == ["0", "42", None]


def test_codes_of_bytes_are_written_as_they_are() -> None:
    matrix = np.array([[48, 49], [0, 0]], dtype=np.uint8)
    assert one(matrix, "code") == ["01", None]


PARTS = (
    Coded(codes(0, 1, -1, -1), strings(["JEAN-LUC", "ÉLISE"])),
    Coded(codes(1, -1, 0, -1), strings(["Zoé", "Œdipe"])),
)


def test_joined_text_is_spelled_whole() -> None:
    spelling = Spelling(case="upper", accents=False)
    assert one(Joined(PARTS, ", "), "name", spelling) == ["JEAN-LUC, OEDIPE", "ELISE", "ZOE", None]


def test_joined_text_is_cut_and_padded_as_a_whole() -> None:
    spelling = Spelling(width=10, pad=True)
    assert one(Joined(PARTS, ", "), "name", spelling) == [
        plain("JEAN-LUC, Œdipe", spelling),
        plain("ÉLISE", spelling),
        plain("Zoé", spelling),
        None,
    ]


def test_joined_text_in_several_spellings_is_that_of_each_row() -> None:
    column = spell(
        Joined(PARTS, "; "), "name", codes(0, 1, 1, 1), [Spelling(case="lower"), Spelling(accents=False)]
    )
    assert decode(column).to_pylist() == ["jean-luc; œdipe", "ELISE", "Zoe", None]


def test_a_pool_is_spelled_once_and_looked_up() -> None:
    numbers = np.array([297_000_001, -1], dtype=np.int64)
    values = Lookup(codes(1, 0, -1, 0), numbers)
    assert one(values, "phone", Spelling(layout="## ## ## ## ##")) == [
        None,
        "02 97 00 00 01",
        None,
        "02 97 00 00 01",
    ]


def test_a_pool_in_several_spellings_is_that_of_each_row() -> None:
    values = Lookup(codes(0, 1, 0), strings(["Évreux", "Vannes"]))
    column = spell(values, "text", codes(0, 0, 1), [Spelling(case="upper", accents=False), Spelling()])
    assert decode(column).to_pylist() == ["EVREUX", "VANNES", "Évreux"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (np.array([], dtype=np.int32), "date"),
        (np.array([], dtype=np.int64), "phone"),
        (np.zeros((0, 15), dtype=np.uint8), "nir"),
        (Coded(codes(), strings(["a"])), "name"),
        (pa.array([], pa.string()), "email"),
    ],
    ids=["date", "phone", "nir", "name", "email"],
)
def test_no_rows_stay_no_rows(values: object, kind: str) -> None:
    assert len(spell(values, kind, codes(), [PLAIN, Spelling(case="upper")])) == 0


def test_emails_are_written_in_capitals_where_a_source_does_so() -> None:
    column = pa.array(["Zoe@orange.example.com", None])
    assert one(column, "email", Spelling(case="upper")) == ["ZOE@ORANGE.EXAMPLE.COM", None]


def test_what_goes_in_is_not_changed() -> None:
    values = codes(0, -1, 1)
    assert one(Coded(values, strings(["a", "b"])), "name", Spelling(case="upper")) == ["A", None, "B"]
    assert values.tolist() == [0, -1, 1]


def test_a_vocabulary_of_one_spelling_has_no_word_twice() -> None:
    column = spell(
        Coded(codes(0, 1, 2), strings(["Été", "ÉTÉ", "été"])),
        "name",
        codes(0, 0, 0),
        [Spelling(case="upper")],
    )
    assert column.dictionary.to_pylist() == ["ÉTÉ"]


@pytest.mark.parametrize(
    ("spelling", "kind", "expected"),
    [
        (Spelling(), "name", ""),
        (Spelling(case="upper", accents=False, width=20), "name", "case=upper accents=no width=20"),
        (Spelling(), "date", "format=%d/%m/%Y"),
        (Spelling(), "time", "format=%H:%M"),
        (Spelling(), "nir", "layout=###############"),
        (Spelling(layout="## ## ## ## ##"), "phone", "layout=## ## ## ## ##"),
        (Spelling(words={"man": "M.", "woman": "Mme"}), "civility", "words=man:M.,woman:Mme"),
    ],
)
def test_a_spelling_is_described_in_one_line(spelling: Spelling, kind: str, expected: str) -> None:
    assert describe(spelling, kind) == expected


def test_the_spelling_of_every_option_can_be_told_from_its_description() -> None:
    spelling = Spelling(
        case="upper", accents=False, hyphens="space", width=20, pad=True, empty="N C", empty_share=0.5
    )
    said = dict(re.findall(r"(\w+)=(.*?)(?= \w+=|$)", describe(spelling, "name")))
    assert said == {
        "case": "upper",
        "accents": "no",
        "hyphens": "space",
        "width": "20",
        "pad": "yes",
        "empty": "N C",
        "empty_share": "0.5",
    }

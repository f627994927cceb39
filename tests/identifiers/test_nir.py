"""NIRs: accepted by the outside judges, and impossible for people."""

import re

import numpy as np
import pyarrow as pa
import pytest
from stdnum.fr import nir as stdnum_nir

from simbreach.core.digits import lay_out
from simbreach.core.errors import IdentifierError
from simbreach.identifiers import nir
from simbreach.reference import nir_space

# The rules of three detectors in one: what each of them demands beyond the key.
CNAM = re.compile(r"[12]\d{2}(0[1-9]|1[0-2]|[2-9]\d)(\d{2}|2[AB])\d{3}\d{3}([0-8]\d|9[0-7])")
CLASSIC = re.compile(
    r"[1-37-8]\d\d(0\d|[2-35-9]\d|[14][0-2])"
    r"((0[1-9]|[1-8]\d|9[0-5]|2[AB])(00[1-9]|0[1-9]\d|[1-8]\d\d|9[0-8]\d|990)"
    r"|(9[78]\d)(0[1-9]|[1-8]\d|90)|99(00[1-9]|0[1-9]\d|[1-8]\d\d|9[0-8]\d|990))"
    r"(00[1-9]|0[1-9]\d|[1-9]\d\d)(0[1-9]|[1-8]\d|9[0-7])"
)
PLACES = nir_space.places()


def every_place(number: int, *, sex: int = 2, year: int = 1985) -> pa.StringArray:
    """One NIR for each place of birth, `number` counted from either end of its space."""
    place = np.arange(len(PLACES))
    month, commune, order = nir_space.split(place, number % nir_space.capacity(place))
    columns = (np.full(len(place), sex), np.full(len(place), year), month, place, commune, order)
    return nir.generate(None, dict(zip(nir.INPUTS, columns, strict=True)))  # type: ignore[arg-type]


def with_key(body: str) -> str:
    return body + stdnum_nir.calc_check_digits(body)


@pytest.mark.parametrize("number", [0, -1, 12_345])
@pytest.mark.parametrize("judge", ["stdnum", "cnam", "classic"])
def test_first_last_and_inner_nirs_of_every_place_pass(judge: str, number: int) -> None:
    accepts = {"stdnum": stdnum_nir.is_valid, "cnam": CNAM.fullmatch, "classic": CLASSIC.fullmatch}[judge]
    assert [text for text in every_place(number).to_pylist() if not accepts(text)] == []


def test_what_is_made_says_sex_year_and_place() -> None:
    texts = every_place(5, sex=1, year=2007).to_pylist()
    assert {text[:5] for text in texts} == {"10706"}
    assert [text[5:7] for text in texts] == list(PLACES)


def test_the_key_of_the_specimen_card_is_its_own() -> None:
    assert nir.validate("2 69 05 49 588 157 80") == "269054958815780"


@pytest.mark.parametrize("body", ["185052A004900", "285052B033901", "1850597901950", "2850599650999"])
def test_keys_are_those_of_python_stdnum(body: str) -> None:
    matrix = np.frombuffer(body.encode(), np.uint8).reshape(1, 13)
    assert nir.keys(matrix).tobytes().decode() == stdnum_nir.calc_check_digits(body)


@pytest.mark.parametrize("code", ["2A", "2B", "97", "99", "56", "01", "95"])
def test_a_place_that_is_ours_is_synthetic(code: str) -> None:
    body = f"28507{code}{nir_space.void_range(code)[0]:03}900"
    assert nir.is_synthetic(with_key(body))


@pytest.mark.parametrize(
    "body",
    [
        "2850756001950",  # a commune that is one
        "2850756264999",  # the highest one of the département
        "2850756283999",  # inside the margin
        "2850756990999",  # commune unknown: really used
        "2850756995999",
        "2850756284899",  # an order that many communes reach
        "2850756300001",
        "285072A004950",
        "2850797411950",  # Réunion
        "2850797990950",
        "2850799352999",  # Algeria
        "2850799990950",
        "2850799900950",
        "2850796300950",  # Tunisia
        "2850720300950",  # Corsica before 1976
        "7850756300950",  # a provisional number, whose digits mean something else
        "2500792300950",  # Algeria before 1968
    ],
)
def test_what_may_be_somebodys_is_not_synthetic(body: str) -> None:
    assert not nir.is_synthetic(with_key(body))
    assert not nir.is_synthetic(body)


@pytest.mark.parametrize(
    "layout", ["{}", "# ## ## ## ### ### ##", "#.##.##.##.###.###.##", "#-##-##-##-###-###-##"]
)
def test_all_layouts_are_read(layout: str) -> None:
    text = with_key("2850756300950")
    if layout != "{}":
        text = lay_out(np.frombuffer(text.encode(), np.uint8).reshape(1, 15), layout).tobytes().decode()
    assert nir.validate(f" {text} ") == "285075630095002"
    assert nir.is_synthetic(text)
    assert re.search(nir.PATTERN, f"NIR: {text}.")[0] == text  # type: ignore[index]


def test_thirteen_characters_and_small_letters_are_read() -> None:
    assert nir.validate("285072a300950") == "285072A300950"
    assert nir.is_synthetic("285072a400950")


def test_a_wrong_key_is_refused_but_stays_nobodys() -> None:
    with pytest.raises(IdentifierError, match="key"):
        nir.validate("285075630095011")
    assert nir.is_synthetic("285075630095011")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("28507563009501", "13 characters"),
        ("2850756A00950", "digits only"),
        ("3850756300950", "first digit"),
        ("2851356300950", "month"),
        ("2850056300950", "month"),
        ("2850700300950", "place of birth"),
        ("2850756000950", "commune"),
        ("2850756991950", "commune"),
        ("2850797491950", "commune"),
        ("2850756300000", "order"),
    ],
)
def test_what_is_wrong_is_said_without_the_number(text: str, why: str) -> None:
    with pytest.raises(IdentifierError, match=why) as caught:
        nir.validate(text)
    assert text not in str(caught.value)


def test_half_a_million_cells_are_judged_within_a_second() -> None:
    from time import perf_counter

    column = pa.concat_arrays([every_place(number) for number in range(5_200)])
    start = perf_counter()
    assert nir.synthetic_mask(column).all()
    assert perf_counter() - start < 1

"""Every identifier module keeps the same contract, whatever it makes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from simbreach import identifiers as package
from simbreach.core.errors import IdentifierError, InputError
from simbreach.core.registry import Safety, find_identifier, identifiers
from simbreach.core.streams import HashDraw
from simbreach.reference import nir_space

ROWS = 500
FOLDER = Path(package.__file__).parent
NAMES = sorted(identifiers())
NUMBERS = {"rpps": 10**8, "siren": 10**7, "adeli": 10**5, "finess": 10**6, "ipp": 10**7, "iban": 10**11}


def draw(rows: int = ROWS) -> HashDraw:
    return HashDraw(7, ("test",), np.arange(rows, dtype=np.uint64))


def inputs(name: str) -> dict[str, Any]:
    """Columns that fit the module's INPUTS."""
    draws = draw()
    if name == "nir":
        place = draws.below("place", len(nir_space.places()))
        number = draws.below("number", 1 << 32) * nir_space.capacity(place) >> 32
        month, commune, order = nir_space.split(place, number)
        year = 1968 + draws.below("year", 50)
        parts = {"nir_place": place, "nir_commune": commune, "nir_order": order}
        return {"sex": 1 + draws.below("sex", 2), "birth_year": year, "birth_month": month, **parts}
    if name == "email":
        return {
            "first_name": pa.array(["Éloïse", "Jean-Pierre", "D'Arcy", None, "X"] * (ROWS // 5)),
            "last_name": pa.array(["Le Goff", "L'Hostis", "Œuvrard", "MARTIN", "Ng"] * (ROWS // 5)),
            "birth_year": 1930 + draws.below("year", 80),
            "age": draws.below("age", 100),
            "rare": draws.chance("rare", "0.5"),
        }
    if name == "landline":
        return {"zone": 1 + draws.below("zone", 5), "number": draws.below("number", 10_000_000)}
    if name == "mobile":
        return {"number": draws.below("number", 10**6)}
    if name == "ins":
        return {"nir": made("nir")}
    if name == "siret":
        return {"siren": made("siren"), "number": draws.below("place", 10**4)}
    if name in NUMBERS:
        return {"number": draws.words("number").astype(object) % NUMBERS[name]}
    return {}


def made(name: str) -> pa.StringArray:
    columns = {
        key: value.astype(np.int64) if isinstance(value, np.ndarray) and value.dtype == object else value
        for key, value in inputs(name).items()
    }
    return find_identifier(name).generate(draw(), columns)


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(FOLDER.glob("*.py")):
        yield path.stem, ast.parse(path.read_text("utf-8"))


def test_the_package_has_the_identifiers_that_the_documents_name() -> None:
    known = "adeli atc cim10 cip13 email finess iban ins ipp landline loinc mobile nabm nir rpps siren siret"
    assert known.split() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_module_says_its_label_and_why_it_is_safe(name: str) -> None:
    module = find_identifier(name)
    assert re.fullmatch(r"[a-z]+\.[a-z0-9_]+", module.LABEL)
    assert isinstance(module.SAFETY, Safety)
    assert all((module.SAFETY.range_, module.SAFETY.why, module.SAFETY.source, module.SAFETY.date))


@pytest.mark.parametrize("name", NAMES)
def test_inputs_are_the_columns_that_generate_takes(name: str) -> None:
    assert tuple(sorted(find_identifier(name).INPUTS)) == tuple(sorted(inputs(name)))


@pytest.mark.parametrize("name", NAMES)
def test_a_row_gets_one_identifier_and_never_none(name: str) -> None:
    column = made(name)
    assert (column.type, len(column), column.null_count) == (pa.string(), ROWS, 0)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_made_is_valid_in_its_normal_form(name: str) -> None:
    module, column = find_identifier(name), made(name).to_pylist()
    normal = [module.validate(text) for text in column[:100]]
    assert [text.partition("^")[0] for text in normal] == [text.partition("^")[0] for text in column[:100]]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_made_is_synthetic(name: str) -> None:
    module, column = find_identifier(name), made(name)
    assert module.synthetic_mask(column).all()
    assert all(module.is_synthetic(text) for text in column.to_pylist()[:20])


@pytest.mark.parametrize("name", NAMES)
def test_the_pattern_finds_what_is_made_in_a_sentence(name: str) -> None:
    pattern = re.compile(find_identifier(name).PATTERN)
    assert pattern.groups == 0
    for text in made(name).to_pylist()[:50]:
        assert text in pattern.findall(f"vu le 3, {text}; à revoir")


@pytest.mark.parametrize("name", NAMES)
def test_the_pattern_is_one_that_arrow_takes_as_well(name: str) -> None:
    import pyarrow.compute as pc

    assert pc.all(pc.match_substring_regex(made(name), find_identifier(name).PATTERN)).as_py()


@pytest.mark.parametrize("name", NAMES)
def test_the_mask_takes_nulls_slices_and_dictionaries(name: str) -> None:
    module, column = find_identifier(name), made(name).slice(3, 4)
    some = pa.concat_arrays([column, pa.array([None, "", "pas de mail", "é"], pa.string())]).slice(1)
    expected = [True] * 3 + [False] * 4
    assert module.synthetic_mask(some).tolist() == expected
    assert module.synthetic_mask(some.dictionary_encode()).tolist() == expected
    assert module.synthetic_mask(some.slice(0, 0)).tolist() == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", ["", " ", "néant", "0", "x" * 200, "\u0661\u0662\u0663", "@@@", "٣٣٣٣"])
def test_nonsense_is_refused_and_never_repeated(name: str, text: str) -> None:
    with pytest.raises(IdentifierError) as caught:
        find_identifier(name).validate(text)
    assert len(text) < 3 or text not in str(caught.value)
    assert not find_identifier(name).is_synthetic(text)


@pytest.mark.parametrize("name", NAMES)
def test_rows_do_not_depend_on_the_rows_around_them(name: str) -> None:
    columns = {
        key: value.astype(np.int64) if isinstance(value, np.ndarray) and value.dtype == object else value
        for key, value in inputs(name).items()
    }
    part = {key: value[100:150] for key, value in columns.items()}
    ids = np.arange(100, 150, dtype=np.uint64)
    module = find_identifier(name)
    assert module.generate(HashDraw(7, ("test",), ids), part).equals(made(name).slice(100, 50))


def test_no_module_imports_a_sister() -> None:
    stems = {stem for stem, _ in sources()} - {"__init__"}
    sisters = [
        (stem, node.module)
        for stem, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("simbreach.identifiers")
    ]
    assert (len(stems), sisters) == (len(NAMES), [])


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(InputError, match="unknown identifier 'nirr'; did you mean 'nir'"):
        find_identifier("nirr")

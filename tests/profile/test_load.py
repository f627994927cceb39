"""Profiles are found, merged, overridden; a mistake is one line with file, key path and what is allowed."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from simbreach.core.errors import ProfileError
from simbreach.core.schema import FIELDS
from simbreach.profile.load import bundled, check_fields, load_profile

SMALL = """
name = "petit"
title = "Un petit profil"
description = "Two columns, one source."
as_of = 2020-10-31
[dates]
from = 2020-01-01
to = 2020-06-30
[[habits]]
name = "capitales"
[habits.spell]
name = { case = "upper" }
[[sources]]
name = "labo"
title = "LABO DU MERLE À VAPEUR"
code = "MERLE"
commune = "56260"
share = 1
habits = ["capitales"]
[[tables]]
name = "patients"
rows = 10
columns = [
  { name = "NOM", field = "usage_name", fill = 0.1 },
  { name = "SEXE", field = "sex", spell = { words = { man = "H" } } },
]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "petit.toml").write_text(SMALL, encoding="utf-8")
    return tmp_path


def _refused(text: str, overrides: dict[str, str] | None = None, name: str = "x.toml") -> str:
    Path(name).write_text(text, encoding="utf-8")
    with pytest.raises(ProfileError) as refused:
        load_profile(name, overrides)
    message = str(refused.value)
    assert "\n" not in message
    return message


def test_the_shipped_profiles_are_listed_by_name() -> None:
    assert {"labs-demo", "labs-nord-ouest-2021"} <= set(bundled())


def test_listing_profiles_does_not_import_pydantic() -> None:
    code = (
        "import sys; from simbreach.profile.load import bundled; bundled(); print('pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_share_is_the_decimal_that_is_written(folder: Path) -> None:
    assert load_profile("petit.toml").main_table.columns[0].fill == Decimal("0.1")


def test_a_profile_survives_the_way_through_json(folder: Path) -> None:
    profile = load_profile("petit.toml")
    text = profile.model_dump_json(by_alias=True, exclude_none=True)
    assert type(profile).model_validate_json(text) == profile


def test_a_file_may_start_with_a_byte_order_mark(folder: Path) -> None:
    Path("bom.toml").write_text(SMALL, encoding="utf-8-sig")
    assert load_profile("bom.toml").name == "petit"


def test_extending_changes_named_items_and_adds_new_ones(folder: Path) -> None:
    Path("grand.toml").write_text(
        """
name = "grand"
extends = "./petit.toml"
[[sources]]
name = "clinique"
title = "CLINIQUE DU MERLE"
code = "CLIN"
kind = "clinic"
commune = "56121"
share = 2
[[tables]]
name = "patients"
columns = [{ name = "SEXE", field = "sex", fill = 0.5 }, { name = "AGE", field = "age" }]
""",
        encoding="utf-8",
    )
    profile = load_profile(folder / "grand.toml")
    assert [source.name for source in profile.sources] == ["labo", "clinique"]
    assert [(c.name, str(c.fill)) for c in profile.main_table.columns] == [
        ("NOM", "0.1"),
        ("SEXE", "0.5"),
        ("AGE", "1"),
    ]
    assert (profile.main_table.rows, profile.extends) == (10, None)


def test_extending_replaces_plain_arrays(folder: Path) -> None:
    Path("autre.toml").write_text(
        'name = "autre"\nextends = "./petit.toml"\n[[sources]]\nname = "labo"\nhabits = []\n',
        encoding="utf-8",
    )
    assert load_profile("autre.toml").sources[0].habits == ()


@pytest.mark.parametrize(
    ("path", "value", "found"),
    [
        ("tables.patients.rows", "500", lambda p: p.main_table.rows == 500),
        ("sources.labo.share", "3", lambda p: p.sources[0].share == 3),
        (
            "tables.patients.columns.NOM.fill",
            "0.25",
            lambda p: p.main_table.columns[0].fill == Decimal("0.25"),
        ),
        ("title", "sans guillemets", lambda p: p.title == "sans guillemets"),
        ("as_of", "2021-01-01", lambda p: p.as_of.year == 2021),
        ("duplicates.same_source", "0.1", lambda p: p.duplicates.same_source == Decimal("0.1")),
        ("sources.labo.habits", "[]", lambda p: p.sources[0].habits == ()),
        ("dates.years", "{ 2020 = 3 }", lambda p: p.dates.years == {2020: 3}),
    ],
)
def test_an_override_changes_one_key(folder: Path, path: str, value: str, found: object) -> None:
    assert callable(found)
    assert found(load_profile("petit.toml", {path: value}))


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("nope.nope", "1", "--set: nope: unknown key 'nope'; allowed: name, title,"),
        (
            "tables.patient.rows",
            "1",
            "--set: tables.patient.rows: no table 'patient'; did you mean 'patients'?",
        ),
        ("tables.patients.row", "1", "--set: tables.patients.row: unknown key 'row'; did you mean 'rows'?"),
        ("tables.patients.rows", "-5", "--set: tables.patients.rows: found -5; should be greater than"),
        (
            "tables.patients.rows",
            "100000000001",
            "--set: tables.patients.rows: found 100000000001; should be less",
        ),
        ("tables.patients", "1", "--set: tables.patients: a key must follow"),
        ("tables", "1", "--set: tables: found 1; should be an array"),
        ("title.x", "1", "--set: title.x: 'title' has no keys inside"),
        ("a..b", "1", "--set: 'a..b' is not a key path"),
        ("seed", "abc", "--set: seed: found 'abc'; should be a whole number"),
        ("seed", "true", "--set: seed: found True; should be a whole number"),
        ("identifiers.phone", "reservd", "unknown value 'reservd'; did you mean 'reserved'?"),
    ],
)
def test_a_wrong_override_is_named(folder: Path, path: str, value: str, message: str) -> None:
    with pytest.raises(ProfileError) as refused:
        load_profile("petit.toml", {path: value})
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = \n", "x.toml: line 1, column 8: invalid value"),
        ('name = "x', "x.toml: end of document: unterminated string"),
        ("a = 1\na = 2\n", "x.toml: "),
        ('name = "x"\n', "x.toml: title: the key 'title' is missing (and 5 more)"),
        ('extends = "labs-demo"\n', "x.toml: name: the key 'name' is missing"),
        ('name = "x"\nextends = "x"\n', "x.toml: extends: the profile extends itself: x → x"),
        ('name = "x"\nextends = "labs-dem"\n', "extends: no profile 'labs-dem'; did you mean 'labs-demo'?"),
        ('name = "x"\nextends = 3\n', "x.toml: extends: found 3; expected a shipped name or a path"),
        ('name = "x"\nextends = "nulle/part.toml"\n', "x.toml: extends: nulle/part.toml: no such file"),
        ('name = "x"\nextends = "./x.toml"\n', "in a circle: x.toml → x.toml"),
        (
            SMALL.replace("[habits.spell]\n", "[habits.spel]\n"),
            "habits.capitales.spel: unknown key 'spel'; did you",
        ),
        (
            SMALL.replace('field = "sex"', 'feild = "sex"'),
            "x.toml: tables.patients.columns.SEXE.feild: unknown key",
        ),
        (SMALL + '[[habits]]\nname = "capitales"\n', "x.toml: habits.capitales: the name is used twice"),
        (SMALL.replace('"NOM"', '"SEXE"'), "x.toml: tables.patients.columns.SEXE: the name is used twice"),
        (SMALL.replace('name = "petit"', 'name = "../ailleurs"'), "x.toml: name: found '../ailleurs'; "),
    ],
)
def test_a_mistake_in_a_file_is_named(folder: Path, text: str, message: str) -> None:
    assert message in _refused(text)


def test_a_mistake_is_laid_to_the_file_that_holds_it(folder: Path) -> None:
    Path("base.toml").write_text(SMALL.replace("share = 1", "share = 0"), encoding="utf-8")
    message = _refused('name = "x"\nextends = "./base.toml"\n[population]\nseed = 3\n')
    assert message.startswith("base.toml: sources.labo.share: found 0; ")


def test_a_circle_of_profiles_is_told_as_a_chain(folder: Path) -> None:
    Path("b.toml").write_text('name = "b"\nextends = "./a.toml"\n', encoding="utf-8")
    assert "a.toml → b.toml → a.toml" in _refused('name = "a"\nextends = "./b.toml"\n', name="a.toml")


def test_text_that_is_not_utf_8_is_refused_with_its_line(folder: Path) -> None:
    Path("cp1252.toml").write_bytes('name = "x"\ntitle = "déjà"\n'.encode("cp1252"))
    with pytest.raises(ProfileError, match=r"^cp1252.toml: line 2: not UTF-8"):
        load_profile("cp1252.toml")


@pytest.mark.parametrize("path", ["none.toml", "sub/none.toml"])
def test_a_file_that_is_not_there_is_named(folder: Path, path: str) -> None:
    with pytest.raises(ProfileError, match=f"^{path}: no such file$"):
        load_profile(path)


def test_an_unknown_name_gets_the_nearest_one() -> None:
    with pytest.raises(ProfileError, match="'labs-nord-ouest-2012'; did you mean 'labs-nord-ouest-2021'"):
        load_profile("labs-nord-ouest-2012")


def test_a_field_that_the_plan_cannot_make_is_refused_by_name(folder: Path) -> None:
    known = {name: field for name, field in FIELDS.items() if name != "sex"}
    with pytest.raises(
        ProfileError, match=r"^petit: tables.patients.columns.SEXE.field: unknown field 'sex'"
    ):
        check_fields(load_profile("petit.toml"), known)

"""The JSON Schema lets editors know keys and fields, and fits profiles that extend others."""

import tomllib
from typing import Any

from simbreach.core.schema import FIELDS
from simbreach.profile.load import _folder
from simbreach.profile.schema import json_schema


def _forms() -> dict[str, Any]:
    schema = json_schema()
    return {"Profile": schema, **schema["$defs"]}


def test_only_names_are_required_for_a_profile_may_extend_another() -> None:
    assert {tuple(form.get("required", ())) for form in _forms().values()} == {(), ("name",)}


def test_every_key_has_a_description() -> None:
    keys = [key for form in _forms().values() for key in form["properties"].values()]
    assert [key for key in keys if "description" not in key] == []


def test_unknown_keys_are_underlined() -> None:
    assert {form["additionalProperties"] for form in _forms().values()} == {False}


def test_fields_are_completed_in_columns_and_habits() -> None:
    forms = _forms()
    assert set(FIELDS) <= set(forms["Column"]["properties"]["field"]["anyOf"][0]["enum"])
    assert set(FIELDS) <= set(forms["Habit"]["properties"]["spell"]["propertyNames"]["enum"])


def test_the_keys_of_the_shipped_profiles_are_in_the_schema() -> None:
    forms = _forms()
    for path in _folder().glob("*.toml"):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        assert set(data) <= set(forms["Profile"]["properties"])
        columns = [column for table in data["tables"] for column in table.get("columns", ())]
        assert {key for column in columns for key in column} <= set(forms["Column"]["properties"])

"""The JSON Schema of profiles, by which editors complete keys and underline mistakes.

A profile that extends another one may leave anything out but names, so only names are required.
"""

from typing import Any

from simbreach.core.schema import FIELDS
from simbreach.profile.checks import FILLERS, SPELLINGS

JsonSchema = dict[str, Any]


def json_schema() -> JsonSchema:
    """The schema (JSON Schema, draft 2020-12) of a profile as it is written, fields and kinds listed."""
    from simbreach.profile.model import Profile

    schema: JsonSchema = Profile.model_json_schema(by_alias=True, mode="validation")
    definitions: JsonSchema = schema["$defs"]
    for form in (schema, *definitions.values()):
        required = [key for key in form.pop("required", ()) if key == "name"]
        if required:
            form["required"] = required
    field = definitions["Column"]["properties"]["field"]
    field["anyOf"] = [{"enum": [*FIELDS, *FILLERS]}, {"pattern": "^(faker|mimesis):"}]
    for key, names in (("spell", [*SPELLINGS, *FIELDS]), ("fill", list(FIELDS))):
        definitions["Habit"]["properties"][key]["propertyNames"] = {"enum": names}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "simbreach profile",
    }

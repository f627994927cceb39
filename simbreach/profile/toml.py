"""A profile written out as TOML, complete with what it extends: a start for one's own."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from json import dumps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simbreach.profile.model import Profile


def to_toml(profile: "Profile") -> str:
    """The profile as TOML that loads to an equal one: scalars, then a section for each table.

    Keys that nobody set are left out; inside a section, tables are inline and long lists a line an item.
    """
    data = profile.model_dump(by_alias=True, exclude_unset=True)
    sections = {key: value for key, value in data.items() if isinstance(value, Mapping) or _is_tables(value)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in data.items() if key not in sections]
    for key, value in sections.items():
        heading, items = (f"[{key}]", [value]) if isinstance(value, Mapping) else (f"[[{key}]]", value)
        for item in items:
            lines += ["", heading, *(f"{_key(name)} = {_value(inner)}" for name, inner in item.items())]
    return "\n".join(lines)


def _is_tables(value: object) -> bool:
    return isinstance(value, Sequence) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _key(key: object) -> str:
    text = str(key)
    return text if text.isascii() and text.replace("_", "").replace("-", "").isalnum() else dumps(text)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # A JSON string is a TOML basic string, but for the DEL character, which no profile holds.
        return dumps(value, ensure_ascii=False)
    if isinstance(value, int | Decimal | date | time):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()) + " }"
    if _is_tables(value):
        return "[\n" + "".join(f"  {_value(item)},\n" for item in value) + "]"
    return "[" + ", ".join(_value(item) for item in value) + "]"

"""What is wrong with a profile, where, and how that reads on one line."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from simbreach.core.errors import did_you_mean

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

Path = tuple[str, ...]


class Problem(NamedTuple):
    """Where in the profile, by keys and by names of named tables; and what was found and is allowed."""

    path: Path
    text: str


def unknown(what: str, word: str, known: Iterable[str]) -> str:
    """`"unknown key 'feild'; did you mean 'field'?"`, or the list of what is known when nothing is near."""
    allowed = list(known)
    return f"unknown {what} {word!r}" + (did_you_mean(word, allowed) or f"; allowed: {', '.join(allowed)}")


def unlike(what: str, word: str, known: Iterable[str]) -> str:
    """`"no source 'a'; did you mean 'b'?"`, or what there is when nothing is near."""
    there = list(known)
    listed = f"there is {', '.join(map(repr, there))}" if there else "there is none"
    return f"no {what} {word!r}" + (did_you_mean(word, there) or f"; {listed}")


def reaches(path: Path, text: str | None) -> Iterator[Problem]:
    """A text of the profile's author must not be an address or a number that could reach somebody."""
    if text is None:
        return
    digits = re.sub(r"\D", "", text)
    if "@" in text or (len(digits) >= 9 and len(set(digits)) > 1):
        yield Problem(path, f"found {text!r}, which could reach or be a real person's; use a field instead")


def first_problem(error: "ValidationError", data: Mapping[str, Any]) -> Problem:
    """The most telling of pydantic's complaints about `data`: unknown keys come before all others."""
    details = sorted(error.errors(include_url=False), key=lambda d: d["type"] != "extra_forbidden")
    # An array with a wrong item also counts as too short: that says nothing.
    details = [d for d in details if d["type"] != "too_short" or d["input"] in ([], ())]
    detail = details[0]
    location = tuple(step for step in detail["loc"] if step != "[key]")
    path = named_path(location, data)
    more = f" (and {len(details) - 1} more)" if len(details) > 1 else ""
    if detail["type"] == "extra_forbidden":
        return Problem(path, unknown("key", str(location[-1]), _keys(location)) + more)
    if detail["type"] == "missing":
        return Problem(path, f"the key {location[-1]!r} is missing{more}")
    if detail["type"] == "literal_error" and isinstance(detail["input"], str):
        allowed = detail.get("ctx", {})["expected"].replace(" or ", ", ").replace("'", "").split(", ")
        return Problem(path, unknown("value", detail["input"], allowed) + more)
    return Problem(path, f"found {_shown(detail['input'])}; {_plain(detail['msg'])}{more}")


def named_path(location: Iterable[str | int], data: Any) -> Path:
    """The key path of pydantic's `location`, where items of named tables go by their names."""
    path: list[str] = []
    for step in location:
        inside = data[step] if isinstance(step, int) or (isinstance(data, dict) and step in data) else None
        if isinstance(step, int):
            name = inside.get("name") if isinstance(inside, dict) else None
            path.append(name if isinstance(name, str) else f"[{step}]")
        else:
            path.append(str(step))
        data = inside
    return tuple(path)


def holds(data: Any, path: Path) -> bool:
    """Whether `data` has something at `path`."""
    for step in path:
        if isinstance(data, list):
            names = [item.get("name") if isinstance(item, dict) else None for item in data]
            places = {name or f"[{i}]": item for i, (name, item) in enumerate(zip(names, data, strict=True))}
        else:
            places = data if isinstance(data, dict) else {}
        if step not in places:
            return False
        data = places[step]
    return True


def _keys(location: tuple[str | int, ...]) -> list[str]:
    """The keys that the form at the parent of `location` knows, as a profile writes them."""
    from simbreach.profile import circulation, model, people

    forms: dict[str, type[BaseModel]] = {
        "population": model.Population,
        "weights": model.Weights,
        "identifiers": model.Identifiers,
        "dates": model.Dates,
        "duplicates": people.Duplicates,
        "canaries": people.Canaries,
        "circulation": circulation.Circulation,
        "copies": circulation.Copy,
        "edits": circulation.Edit,
        "policies": people.Policies,
        "habits": model.Habit,
        "lists": model.WordList,
        "spell": model.Spelling,
        "sources": model.Source,
        "defects": model.Defect,
        "tables": model.Table,
        "columns": model.Column,
    }
    form: type[BaseModel] = next(
        (forms[step] for step in reversed(location[:-1]) if isinstance(step, str) and step in forms),
        model.Profile,
    )
    return [key.alias or name for name, key in form.model_fields.items()]


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "..."


# pydantic speaks of Python's types; a profile is written in TOML.
_WORDS = (
    (r" or instance of \w+", ""),
    (r"valid (dictionary|mapping)", "table"),
    (r"a valid (tuple|list)", "an array"),
    (r"valid integer", "whole number"),
    (r"valid decimal", "number"),
    (r"a valid string", "text in quotes"),
    (r"a valid boolean", "true or false"),
)


def _plain(message: str) -> str:
    """Pydantic's sentence about one value, in the words of TOML."""
    message = " ".join(message.removeprefix("Input ").split())
    for python, toml in _WORDS:
        message = re.sub(python, toml, message)
    return message[:1].lower() + message[1:]

"""Profiles found, read, extended, overridden and checked: from a name or a path to a frozen `Profile`.

The shipped profiles lie inside the package in a wheel, and in the checkout's `profiles/` beside it otherwise.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from simbreach.core.errors import ProfileError
from simbreach.core.schema import FIELDS, Field
from simbreach.profile.problem import Problem, first_problem, holds, unlike

if TYPE_CHECKING:  # pydantic takes a tenth of a second to import: only when a profile is loaded
    from simbreach.profile.model import Profile

Data = dict[str, Any]
Layer = tuple[str, Data]


def bundled() -> tuple[str, ...]:
    """The names of the shipped profiles, in alphabetical order."""
    return tuple(sorted(path.stem for path in _folder().glob("*.toml")))


def load_profile(name_or_path: str | Path, overrides: Mapping[str, str] | None = None) -> "Profile":
    """The profile of a shipped name or of a path (ends in `.toml` or holds a separator), merged and checked.

    `overrides` maps key paths to TOML values (`"tables.patients.rows": "500"`), where items of named tables
    go by their names; a value that is no TOML is taken as text. ProfileError, on one line: file, key path,
    what was found, what is allowed.
    """
    layers = _read_chain(name_or_path)
    data = _merged(layers)
    for path, value in (overrides or {}).items():
        change = _override(path, value, data)
        layers.insert(0, ("--set", change))
        data = _merge(data, change)
    return _validate(data, layers)


def profile_digest(name_or_path: str | Path) -> str:
    """What a profile and those that it extends say, as 32 hexadecimal digits; read, not checked."""
    text = json.dumps(_merged(_read_chain(name_or_path)), sort_keys=True, default=str)
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _merged(layers: list[Layer]) -> Data:
    data: Data = {}
    for _, own in reversed(layers):
        data = _merge(data, own)
    data.pop("extends", None)
    return data


def check_fields(profile: "Profile", known: Mapping[str, Field]) -> None:
    """ProfileError when `profile` names a field that `known` does not hold, or uses one as it cannot be."""
    from simbreach.profile.checks import problems

    for problem in problems(profile, known):
        raise ProfileError(f"{profile.name}: {'.'.join(problem.path)}: {problem.text}")


def _validate(data: Data, layers: list[Layer]) -> "Profile":
    from pydantic import ValidationError

    from simbreach.profile.checks import problems
    from simbreach.profile.model import Profile

    file, own = next(layer for layer in layers if layer[0] != "--set")
    if "name" not in own:
        raise ProfileError(f"{file}: name: the key 'name' is missing")
    try:
        profile = Profile.model_validate(data)
    except ValidationError as error:
        raise _error(layers, first_problem(error, data)) from None
    for problem in problems(profile, FIELDS):
        raise _error(layers, problem)
    return profile


def _error(layers: list[Layer], problem: Problem) -> ProfileError:
    """The error, naming the topmost file that holds the longest stretch of the problem's path."""
    for length in range(len(problem.path), -1, -1):
        for name, data in layers:
            if holds(data, problem.path[:length]) and (length or name != "--set"):
                return ProfileError(f"{name}: {'.'.join(problem.path)}: {problem.text}")
    raise AssertionError("every file holds the empty path")


def _folder() -> Path:
    inside = Path(__file__).parent.parent / "profiles"
    return inside if inside.is_dir() else inside.parent.parent / "profiles"


def _read_chain(name_or_path: str | Path) -> list[Layer]:
    """The profile's own file first, then the one that it extends, and so on."""
    layers: list[Layer] = []
    seen: list[Path] = []
    path = _find(str(name_or_path), Path(), None)
    while True:
        data = _read(path)
        shown = _shown(path)
        layers.append((shown, data))
        seen.append(path.resolve())
        base = data.get("extends")
        if base is None:
            return layers
        if not isinstance(base, str):
            raise ProfileError(f"{shown}: extends: found {base!r}; expected a shipped name or a path")
        path = _find(base, path.parent, shown, own_name=data.get("name"))
        if path.resolve() in seen:
            chain = " → ".join([name for name, _ in layers] + [_shown(path)])
            raise ProfileError(f"{shown}: extends: profiles extend each other in a circle: {chain}")


def _find(word: str, folder: Path, asked_by: str | None, own_name: object = None) -> Path:
    """The file that `word` means, for a path as seen from `folder`."""
    opening = f"{asked_by}: extends: " if asked_by else ""
    if word.endswith(".toml") or "/" in word or "\\" in word:
        path = folder / word
        if not path.is_file():
            what = "is a folder, not a profile" if path.is_dir() else "no such file"
            raise ProfileError(f"{opening}{_shown(path)}: {what}")
        return path
    if word in bundled():
        return _folder() / f"{word}.toml"
    if word == own_name:
        raise ProfileError(f"{opening}the profile extends itself: {word} → {word}")
    raise ProfileError(opening + unlike("profile", word, bundled()) + " (a path ends in .toml)")


def _read(path: Path) -> Data:
    shown = _shown(path)
    try:
        data = tomllib.loads(path.read_bytes().decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ProfileError(f"{shown}: line {line}: not UTF-8, which TOML is written in") from None
    except tomllib.TOMLDecodeError as error:
        what, _, place = str(error).partition(" (at ")
        where = place.removesuffix(")") or "end of document"
        raise ProfileError(f"{shown}: {where}: {what[:1].lower()}{what[1:]}") from None
    except OSError as error:
        raise ProfileError(f"{shown}: cannot be read: {error.strerror}") from None
    for problem in _twins(data, ()):
        raise ProfileError(f"{shown}: {'.'.join(problem.path)}: {problem.text}")
    return data


def _shown(path: Path) -> str:
    """The path as short as it can be said from the working folder."""
    try:
        return str(path.resolve().relative_to(Path.cwd())) if path.is_absolute() else str(path)
    except ValueError:
        return str(path)


def _twins(value: Any, path: tuple[str, ...]) -> Iterator[Problem]:
    """Names that two items of one array share."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _twins(inner, (*path, key))
    elif _named(value):
        names: set[str] = set()
        for item in value:
            if item["name"] in names:
                yield Problem((*path, item["name"]), "the name is used twice")
            names.add(item["name"])
            yield from _twins(item, (*path, item["name"]))


def _named(value: Any) -> TypeGuard[list[Data]]:
    """Whether `value` is an array of tables that all have a name."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, dict) and isinstance(item.get("name"), str) for item in value)
    )


def _merge(base: Data, top: Data) -> Data:
    """`base` changed by `top`: tables merge, arrays of named tables merge by name, all else is replaced."""
    merged = dict(base)
    for key, value in top.items():
        before = merged.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            merged[key] = _merge(before, value)
        elif _named(before) and _named(value):
            items = {item["name"]: item for item in before}
            for item in value:
                items[item["name"]] = _merge(items.get(item["name"], {}), item)
            merged[key] = list(items.values())
        else:
            merged[key] = value
    return merged


def _override(path: str, text: str, data: Data) -> Data:
    """The smallest profile that says `path = text`, its names looked up in `data`."""
    steps = path.split(".")
    if not all(steps):
        raise ProfileError(f"--set: {path!r} is not a key path; expected one such as tables.patients.rows")
    change: Data = {}
    there: Any = change
    known: Any = data
    for place, step in enumerate(steps):
        last = place == len(steps) - 1
        if _named(known):
            names = [item["name"] for item in known]
            if step not in names or last:
                what = unlike(steps[place - 1].removesuffix("s"), step, names)
                raise ProfileError(f"--set: {path}: {what if step not in names else 'a key must follow'}")
            there.append({"name": step})
            there, known = there[-1], known[names.index(step)]
            continue
        if not isinstance(known, dict | None):
            raise ProfileError(f"--set: {path}: {steps[place - 1]!r} has no keys inside")
        known = (known or {}).get(step)
        there[step] = _value(text) if last else [] if _named(known) else {}
        there = there[step]
    return change


def _value(text: str) -> Any:
    """`text` as a TOML value, or as plain text when it is none."""
    if "\n" in text:
        return text
    try:
        return tomllib.loads(f"value = {text}", parse_float=Decimal)["value"]
    except tomllib.TOMLDecodeError:
        return text

"""The plan of a dataset on disk, compiled again: whatever it does not store is made from it."""

from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from simbreach.core.errors import DatasetError
from simbreach.engine.plan import Plan, compile_plan
from simbreach.profile.model import Profile
from simbreach.truth.manifest import read_json


def remake_plan(folder: Path) -> Plan:
    """The plan of the dataset in `folder`; DatasetError where this version would make other rows."""
    written = read_json(folder / "plan.json")
    try:
        profile = Profile.model_validate(written["resolved_profile"])
    except ValidationError:
        raise DatasetError(
            f"{folder}: made by simbreach {written['simbreach']} from a profile that this one does "
            "not take: clean values need that one"
        ) from None
    plan = compile_plan(
        profile,
        rows=written["rows"][profile.main_table.name],
        seed=written["seed"],
        tables=written.get("tables", ()),
    )
    if plan.document["digest"] != written["digest"]:
        version, own = written["data_version"], plan.document["data_version"]
        raise DatasetError(
            f"{folder}: made by simbreach {written['simbreach']} (data version {version}); this one "
            f"(data version {own}) makes other rows: clean values need that one"
        )
    return plan


@lru_cache(maxsize=2)
def known_plan(folder: Path) -> Plan | None:
    """The plan of the dataset in `folder`; None where it cannot be made again."""
    try:
        return remake_plan(folder)
    except DatasetError:
        return None

"""simbreach in people's tests: fixtures (`testing.plugin`, found by pytest itself), assertions, records.

The names below are imported on first use, so that the plugin costs a test run nothing until it is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simbreach.testing.asserts import assert_safe
    from simbreach.testing.breach import Breach
    from simbreach.testing.detection import assert_detects
    from simbreach.testing.outputs import assert_no_leak
    from simbreach.testing.records import Household, Patient

__all__ = ["Breach", "Household", "Patient", "assert_detects", "assert_no_leak", "assert_safe"]

_HOMES = {
    "Breach": "breach",
    "Household": "records",
    "Patient": "records",
    "assert_detects": "detection",
    "assert_no_leak": "outputs",
    "assert_safe": "asserts",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'simbreach.testing' has no attribute {name!r}")
    return getattr(import_module(f"simbreach.testing.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

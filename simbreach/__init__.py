"""Realistic, fully synthetic French health-data leaks, with the truth about every cell.

The names below are the whole public API; each is imported on first use, so that `import simbreach` stays
cheap:

    profile = simbreach.load_profile("labs-demo")
    dataset = simbreach.generate(profile, "outputs/demo")
    dataset.tables, dataset.table("patients"), dataset.truth["persons"]
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simbreach.api import Dataset, batches, generate, load_profile, read, report
    from simbreach.core.errors import SimbreachError

__version__ = "0.1.0"

__all__ = ["Dataset", "SimbreachError", "batches", "generate", "load_profile", "read", "report"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'simbreach' has no attribute {name!r}")
    home = "simbreach.core.errors" if name == "SimbreachError" else "simbreach.api"
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

"""What lies in a dataset's folder, and its JSON files: without what reads its tables."""

import json
from pathlib import Path
from typing import Any

from simbreach.core.errors import DatasetError

DATA_FILE = "dataset.duckdb"
TRUTH_FILE = "truth/truth.duckdb"


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of the dataset in `folder`; DatasetError when there is no whole dataset."""
    if not folder.exists():
        raise DatasetError(f"{folder}: does not exist")
    path = folder / "manifest.json"
    if not path.is_file():
        unfinished = (folder / "plan.json").is_file()
        hint = "; its making was cut short: the same generate command completes it" if unfinished else ""
        raise DatasetError(f"{folder}: not a dataset, it holds no manifest.json{hint}")
    return read_json(path)


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object that a dataset's folder holds; DatasetError when the file is none."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise DatasetError(f"{path}: not the JSON object that simbreach writes")
    return found

"""Where leaks are put: folders made under working names, which take the place of what lay there before."""

import shutil
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from simbreach.core.errors import DatasetError
from simbreach.core.files import sha256, working


def said(dataset: Path, folder: Path) -> str:
    """The folder as the truth says it: from the dataset where it lies there."""
    whole = folder.resolve()
    try:
        return whole.relative_to(dataset.resolve()).as_posix()
    except ValueError:
        return str(whole)


def see_ours(folder: Path, ours: Collection[str], *, what: str, another: str, writer: str) -> None:
    """See that nothing lies in the folder but `ours`, the paths of what `writer` wrote there.

    DatasetError says what lies there else, or that the folder is a file: to choose `another` (name, place).
    """
    if folder.exists() and not folder.is_dir():
        raise DatasetError(f"{folder}: is a file; a {what} is a folder: choose another {another}")
    known = set(ours)
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        name = path.relative_to(folder).as_posix()
        if not path.is_dir() and name not in known:
            raise DatasetError(
                f"{folder}: holds {name!r}, which no {writer} wrote: choose another folder, or move it away"
            )


def clear(folders: Iterable[Path]) -> None:
    """Remove the folders of working names."""
    for folder in folders:
        if working(folder).is_dir():
            shutil.rmtree(working(folder))


def put(folders: Collection[Path]) -> None:
    """Put the folders of working names where older ones lie, once these are gone."""
    for folder in folders:
        if folder.is_dir():
            shutil.rmtree(folder)
    for folder in folders:
        working(folder).replace(folder)


def entry(folder: Path, name: str, digest: str | None = None) -> dict[str, Any]:
    """What the truth says of a file: path in the folder, size, and SHA-256 (`digest` where it is known)."""
    path = folder / name
    return {"path": name, "bytes": path.stat().st_size, "sha256": digest or sha256(path)}

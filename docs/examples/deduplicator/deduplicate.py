"""Tells which rows of several laboratories' files are about the same person."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping


def groups_of(rows: Iterable[Mapping[str, str | None]]) -> list[list[int]]:
    """The numbers of the rows, one list for each person: rows that share a key are about the same one."""
    leaders: list[int] = []
    first_with: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(rows):
        leaders.append(number)
        for key in _keys(row):
            one, other = _leader(leaders, first_with.setdefault(key, number)), _leader(leaders, number)
            leaders[max(one, other)] = min(one, other)
    groups: dict[int, list[int]] = {}
    for number in range(len(leaders)):
        groups.setdefault(_leader(leaders, number), []).append(number)
    return list(groups.values())


def _leader(leaders: list[int], number: int) -> int:
    while leaders[number] != number:
        number = leaders[number]
    return number


def _keys(row: Mapping[str, str | None]) -> Iterator[tuple[str, ...]]:
    """What only rows of one person share; nothing where too little is known."""
    laboratory, patient = row["LAB_CODE"], row["PAT_NUM"]
    if laboratory and patient:
        # Each laboratory numbers its patients for itself.
        yield (laboratory, patient)
    nir = (row["PAT_NIR"] or "").replace(" ", "")[:13]
    # Sorted, the digits of a date are the same with day and month swapped.
    birth_date = "".join(sorted(filter(str.isdigit, row["PAT_DATNAIS"] or "")))
    if nir and birth_date:
        # Children stand under a parent's number, twins under the same one with the same date.
        yield (nir, birth_date, _plain(row["PAT_PRENOM"] or ""))


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return letters.upper().replace("-", " ").strip()

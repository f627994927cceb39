"""How many people of a file share full name and birth date with somebody alive, by chance alone."""

from calendar import isleap

import numpy as np

from simbreach.reference.names import first_names, surnames
from simbreach.reference.places import FIRST_BIRTH_YEAR, pyramid


def expected_namesakes(people: int) -> float:
    """Of `people` who are drawn from all of France, how many have a living namesake born the same day.

    n · Σ over sex s and birth year y of (L/N) · (L/d) · Σ p² · Σ q²: L of the N living are of that sex and
    year, which has d days; p are the shares of its first names, q those of the surnames that are not
    invented. Names and birth dates are taken as independent, which is a little low where a surname is of
    one region. docs/safety.md explains it.
    """
    living = pyramid()
    years = np.arange(FIRST_BIRTH_YEAR, FIRST_BIRTH_YEAR + living.shape[1])
    days = np.array([366 if isleap(year) else 365 for year in years])
    names = first_names()
    same_first = np.add.reduceat(first_name_shares() ** 2, names.table.starts)
    groups = names.groups(np.array([[1], [2]]), years)
    families = surnames()
    shares = families.weights / families.weights.sum()
    same_last = float((shares[~families.invented] ** 2).sum())
    return people * same_last * float((living * living / days * same_first[groups]).sum() / living.sum())


def first_name_shares() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The share of each item of the table of first names within its group, from the alias table."""
    table = first_names().table
    group = np.repeat(np.arange(len(table.sizes)), table.sizes)
    kept = table.keep / float(1 << 32)
    shares: np.ndarray[tuple[int], np.dtype[np.float64]] = kept.copy()
    np.add.at(shares, table.starts[group] + table.other, 1 - kept)
    return shares / table.sizes[group]

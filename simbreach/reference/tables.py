"""How the small tables of `data/` are read: whole, as text, without a library for it."""

import csv
from importlib.resources import files


def read_rows(name: str) -> list[dict[str, str]]:
    """The rows of the CSV file `name`, each as column name → text (empty where the cell is)."""
    text = files("simbreach.reference").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def read_csv(name: str, *columns: str) -> dict[str, list[str]]:
    """The cells of `columns` of the CSV file `name`, as text."""
    rows = read_rows(name)
    return {column: [row[column] for row in rows] for column in columns}

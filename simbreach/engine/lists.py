"""The profile's own lists as fields: the entry that a row takes, its cells, and numbers of companies.

A row takes one entry of a list, whichever of its columns are written: what is coherent in the list is so in
the row. A table may also go through all combinations of some lists, one a row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow.compute as pc

from simbreach.core import text
from simbreach.core.arrays import I32, I64
from simbreach.core.arrow import Coded, Strings, join, strings, strings_from_matrix
from simbreach.core.cells import fixed_width, read_digits
from simbreach.core.digits import write_digits
from simbreach.core.frame import Function, Values, named
from simbreach.core.sampling import Alias
from simbreach.core.streams import HashDraw, derive_key
from simbreach.identifiers import iban, siren, siret
from simbreach.profile.lists import cells_type, decimals_of
from simbreach.profile.model import Profile, Table, WordList

_EPOCH = date(1970, 1, 1)
# A list that goes by no other has one group of entries.
_ALL = "all"


@dataclass(frozen=True)
class Entries:
    """A list whose entries are put into groups: those that go with one value of the list it goes by.

    `order` (`int64[entries]`) are the entries by group, `starts` and `sizes` (`int64[groups]`) say where each
    group lies in it; `table` draws within a group. `group_of` (`int64[entries of other]`) is the group that
    goes with each entry of the list `other`.
    """

    words: WordList
    order: I64
    starts: I64
    sizes: I64
    table: Alias
    other: str | None
    group_of: I64

    @classmethod
    def build(cls, profile: Profile, words: WordList) -> "Entries":
        """The groups of `words`."""
        other, _, column = (words.by or "").partition(".")
        own = words.cells(column) if words.by else (_ALL,) * len(words.entries)
        keys = list(dict.fromkeys(own))
        numbers = {key: number for number, key in enumerate(keys)}
        groups = np.array([numbers[key] for key in own])
        order = np.argsort(groups, kind="stable")
        sizes = np.bincount(groups, minlength=len(keys))
        weights = np.array(words.cells(words.weight) if words.weight else [1] * len(own), dtype=np.int64)
        theirs = profile.list_named[other].cells(column) if words.by else ()
        return cls(
            words,
            order,
            np.concatenate(([0], np.cumsum(sizes)[:-1])),
            sizes,
            Alias.build(_never_empty(weights[order], sizes), sizes),
            other or None,
            np.array([numbers[key] for key in theirs], dtype=np.int64),
        )

    @property
    def choose(self) -> Function:
        """The field that draws an entry for each row: `int32[n]`."""
        if self.other is None:
            return named(("draw",), lambda draw: self._at(draw.pick("entry", self.table)))
        return named(
            ("draw", entry_field(self.other)),
            lambda draw, other: self._within(draw, self.group_of[other]),
        )

    def _within(self, draw: HashDraw, groups: I64) -> I32:
        return self._at(self.starts[groups] + draw.pick("entry", self.table, groups))

    def _at(self, places: I64) -> I32:
        return self.order[places].astype(np.int32)

    @cached_property
    def cells(self) -> Mapping[str, Callable[[I32], Values]]:
        """For each column what makes the cells of some entries: text in codes, else whole numbers."""
        return {name: _reader(self.words.cells(name)) for name in self.words.columns}


def _never_empty(weights: I64, sizes: I64) -> I64:
    """The weights, even in a group whose entries all weigh nothing (and which no row asks for)."""
    totals = np.add.reduceat(weights, np.concatenate(([0], np.cumsum(sizes)[:-1])))
    return weights + np.repeat(totals == 0, sizes)


def _reader(cells: Sequence[Any]) -> Callable[[I32], Values]:
    kind = cells_type(cells)
    if kind == "text":
        distinct = list(dict.fromkeys(cells))
        places = np.array([distinct.index(cell) for cell in cells], dtype=np.int32)
        # An empty text is an empty cell.
        places[np.array([cell == "" for cell in cells])] = -1
        words = strings(distinct)
        return lambda entry: Coded(places[entry], words)
    if kind == "number":
        scale = 10 ** max(map(decimals_of, cells))
        numbers = np.array([int(Decimal(cell) * scale) for cell in cells], dtype=np.int64)
        return lambda entry: numbers[entry]
    whole = np.array([_whole(cell) for cell in cells], dtype=np.int32)
    return lambda entry: whole[entry]


def _whole(cell: date | time) -> int:
    """Days since 1970, or minutes since midnight."""
    return cell.hour * 60 + cell.minute if isinstance(cell, time) else (cell - _EPOCH).days


def entry_field(name: str) -> str:
    """What a frame calls the entry that a row takes of a list."""
    return f"list {name}"


def list_functions(profile: Profile) -> dict[str, Function]:
    """The fields of all lists: the row's entry (`list actes`), and its cells (`actes.code`)."""
    functions: dict[str, Function] = {}
    for words in profile.lists:
        entries = Entries.build(profile, words)
        functions[entry_field(words.name)] = entries.choose
        for column, read in entries.cells.items():
            functions[f"{words.name}.{column}"] = named((entry_field(words.name),), read)
    return functions


def combinations(
    profile: Profile, table: Table, staff: Mapping[str, tuple[I64, I64]]
) -> tuple[I64, dict[str, I32]]:
    """The rows of a table that goes through all combinations of `table.for_each`, the last one fastest.

    `staff` holds, for a pool, the first member and the number of members at each source. Returned are the
    first row of each source (`int64[sources + 1]`) and, by field, the entry or member of every row.
    """
    columns: dict[str, list[I64]] = {name: [] for name in table.for_each or ()}
    counts = []
    for source in range(len(profile.sources)):
        here: dict[str, I64] = {}
        rows = 1
        for name in columns:
            if name in staff:
                starts, sizes = staff[name]
                first, size = (
                    starts[source : source + 1].repeat(rows),
                    sizes[source : source + 1].repeat(rows),
                )
                order = None
            else:
                entries = Entries.build(profile, profile.list_named[name])
                group = (
                    np.zeros(rows, np.int64)
                    if entries.other is None
                    else entries.group_of[here[entries.other]]
                )
                first, size, order = entries.starts[group], entries.sizes[group], entries.order
            before = np.repeat(np.arange(rows), size)
            inside = np.arange(len(before)) - np.repeat(np.cumsum(size) - size, size)
            here = {other: found[before] for other, found in here.items()}
            place = first[before] + inside
            here[name] = place if order is None else order[place]
            rows = len(before)
        counts.append(rows)
        for name, found in here.items():
            columns[name].append(found)
    given = {
        f"{name}_member" if name in staff else entry_field(name): np.concatenate(parts).astype(np.int32)
        for name, parts in columns.items()
    }
    return np.concatenate(([0], np.cumsum(counts))), given


def company_field(field: str, words: WordList, seed: int) -> Function:
    """A `company_…` field of the companies that a list holds, each named by its first column."""
    values = company_column(field, words, seed)
    return named((entry_field(words.name),), lambda entry: Coded(entry, values))


def company_column(field: str, words: WordList, seed: int) -> Strings:
    """The SIREN, SIRET, VAT number, IBAN or e-mail of every entry of a list."""
    ids = np.arange(len(words.entries), dtype=np.int64)

    def draw(name: str) -> HashDraw:
        return HashDraw(seed, ("company", words.name, name), ids.view(np.uint64))

    if field == "company_email":
        return _emails([str(cell) for cell in words.cells(words.columns[0])])
    if field == "company_iban":
        numbers = draw("iban").permutation("account", 10**11).forward(ids)
        return iban.generate(draw("iban"), {"number": numbers})
    # Companies of other lists take other numbers, but by a chance of one in a million.
    number = (draw("siren").permutation("siren", 10**7).forward(ids) + _shift(words.name)) % 10**7
    sirens = siren.generate(draw("siren"), {"number": number})
    if field == "company_siret":
        return siret.generate(draw("siret"), {"siren": sirens, "number": np.ones(len(ids), dtype=np.int64)})
    return vat_numbers(sirens) if field == "company_vat" else sirens


def _shift(name: str) -> int:
    return derive_key(0, "company", name).start % 10**7


def vat_numbers(sirens: Strings) -> Strings:
    """VAT numbers of French companies: FR, a key of two digits, the SIREN.

    The key is (12 + 3 · (SIREN mod 97)) mod 97. Source: general knowledge, as in python-stdnum.
    """
    _, digits = fixed_width(sirens, "^[0-9]{9}$", 9)
    keys = (12 + 3 * (read_digits(digits) % 97)) % 97
    return join(strings(["FR"] * len(sirens)), strings_from_matrix(write_digits(keys, 2)), sirens)


def _emails(names: Sequence[str]) -> Strings:
    """An address at a sub-domain of example.com that keeps the company visible."""
    bare = pc.utf8_lower(text.fold_accents(strings(names)))
    slug = pc.utf8_trim(pc.replace_substring_regex(bare, "[^a-z0-9]+", "-"), "-")
    short = pc.utf8_rtrim(pc.utf8_slice_codeunits(slug, 0, 40), "-")
    ends = [strings([word] * len(names)) for word in ("comptabilite@", ".example.com")]
    return join(ends[0], short, ends[1])

"""Does every identifier of a dataset lie where nobody's does: each identifier column, and free text."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrow import Strings, decode, from_numpy, validity
from simbreach.core.errors import IdentifierError
from simbreach.core.registry import Identifier, identifiers
from simbreach.core.schema import FIELDS, FREE_TEXT
from simbreach.truth.kinds import searchable_kinds
from simbreach.truth.read import Tables
from simbreach.truth.scan import Place, Scanner, Tally, mask, scan_column

_BATCH_ROWS = 122_880
# Which identifiers a field of these types may hold, whatever its label.
_BY_TYPE: Mapping[str, tuple[str, ...]] = {
    "nir": ("nir",),
    "phone": ("landline", "mobile"),
    "email": ("email",),
}


def check_columns(tables: Tables, columns: Sequence[Mapping[str, str]]) -> list[Tally]:
    """A tally for each column that holds identifiers, of `columns` (rows of `truth/columns`).

    Its name is `table.column`; what is neither synthetic nor outside is no identifier: a placeholder, a
    cut number. In free text all kinds are searched for.
    """
    known = {name: module for name, module in identifiers().items() if module.SAFETY.personal}
    tallies = []
    for entry in columns:
        names = _names(entry, known)
        if not names and entry["field"] not in FREE_TEXT:
            continue
        checked = _Column(f"{entry['table']}.{entry['column']}", {name: known[name] for name in names})
        dataset = tables[entry["table"]]
        for batch in dataset.to_batches(columns=[entry["column"]], batch_size=_BATCH_ROWS):
            checked.add(decode(batch.column(0)).cast(pa.string()))
        tallies.append(checked.tally())
    return tallies


def _names(entry: Mapping[str, str], known: Mapping[str, Identifier]) -> tuple[str, ...]:
    """The identifiers that a column holds, by the type of its field or by its label."""
    field = FIELDS.get(entry["field"])
    by_type = _BY_TYPE.get(field.type, ()) if field else ()
    return by_type or tuple(name for name, module in known.items() if entry["label"] == module.LABEL)


class _Column:
    """One column, a batch at a time: cells in the safe range are counted at once, the others searched."""

    def __init__(self, name: str, modules: Mapping[str, Identifier]) -> None:
        self._modules = modules
        # Free text may hold any kind; in a column of its own, a number is what the column says.
        kinds = [kind for kind in searchable_kinds() if not modules or kind.name.split()[0] in modules]
        self._scanner = Scanner(kinds)
        self._own = Tally(name, chance=1)
        self._rows = 0

    def add(self, cells: Strings) -> None:
        synthetic = np.zeros(len(cells), dtype=np.bool_)
        for module in self._modules.values():
            synthetic |= module.synthetic_mask(cells)
        rest = pc.if_else(from_numpy(synthetic), None, cells)
        if self._modules:
            self._own.candidates += len(cells) - cells.null_count
            self._own.synthetic += int(synthetic.sum())
        if rest.null_count < len(rest):
            scan_column(self._own.name, rest, self._rows, self._scanner)
            if not self._scanner.tallies:
                self._validate(rest)
        self._rows += len(cells)

    def _validate(self, rest: Strings) -> None:
        """Cells of identifiers that text is not searched for, one by one: there are few."""
        for row in np.flatnonzero(validity(rest)).tolist():
            text = rest[row].as_py()
            if any(_is_valid(module, text) for module in self._modules.values()):
                where = f"row {self._rows + row}, column {self._own.name}"
                self._own.outside += 1
                self._own.places.append(Place(self._own.name, where, 0, len(text.encode()), mask(text)))

    def tally(self) -> Tally:
        """The sum of what was counted here and found by the search."""
        for found in self._scanner.tallies:
            if not self._modules:
                self._own.candidates += found.candidates
                self._own.synthetic += found.synthetic
            if self._modules or found.beyond_chance():
                self._own.outside += found.outside
                self._own.places += found.places
        return self._own


def _is_valid(module: Identifier, text: str) -> bool:
    try:
        module.validate(text)
    except IdentifierError:
        return False
    return True

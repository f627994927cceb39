"""A small work with all that the sinks must carry: two kinds of strings, empty columns, a part only once."""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

UNIT = 1_000


SCHEMAS = {
    "tables/patients": pa.schema(
        [("id", pa.int64()), ("nom", pa.string()), ("commentaire", pa.string()), ("vide", pa.string())]
    ),
    "truth/persons": pa.schema([("person_id", pa.int64()), ("birth_date", pa.date32()), ("sex", pa.int8())]),
    "truth/columns": pa.schema([("table", pa.string()), ("column", pa.string())]),
    "truth/spans": pa.schema([("row", pa.int64()), ("label", pa.string())]),
}


class SmallWork:
    """`rows` rows in units of a thousand; `on_make` is called with each unit before it is made."""

    readme = "Données synthétiques.\n"

    def __init__(self, rows=4_500, seed=4, on_make=None):
        self.schemas = SCHEMAS
        self.rows, self.seed = rows, seed
        self.units = -(-rows // UNIT)
        self.plan = {
            "digest": f"{seed}-{rows}",
            "seed": seed,
            "rows": rows,
            "profile": {"name": "petit"},
        }
        self.on_make = on_make

    def start_row(self, table, unit):
        return unit << 20 if table == "truth/spans" else unit * UNIT

    def make(self, unit):
        if self.on_make:
            self.on_make(unit)
        ids = np.arange(unit * UNIT, min((unit + 1) * UNIT, self.rows), dtype=np.int64)
        names = pa.array([f"NOM{code:03d}É" for code in range(300)])
        codes = pa.array((ids * 7 + self.seed) % 300, pa.int32(), mask=ids % 5 == 0)
        comments = pa.array([f"né le {row * 31 % 28 + 1} à Vannes, dossier {row}" for row in ids.tolist()])
        every_tenth = ids[ids % 10 == 0]
        made = {
            "tables/patients": [
                pa.array(ids),
                pa.DictionaryArray.from_arrays(codes, names),
                comments,
                pa.nulls(len(ids), pa.string()),
            ],
            "truth/persons": [
                pa.array(ids * 3),
                pa.array((ids % 20_000).astype(np.int32)).cast(pa.date32()),
                pa.array((ids % 2 + 1).astype(np.int8)),
            ],
            "truth/spans": [pa.array(every_tenth), pa.array(["nom"] * len(every_tenth)).dictionary_encode()],
        }
        if unit == 0:
            made["truth/columns"] = [pa.array(["patients"]), pa.array(["nom"])]
        return {
            table: pa.RecordBatch.from_arrays(columns, names=self.schemas[table].names)
            for table, columns in made.items()
        }


@pytest.fixture
def small_work():
    """The class, for works of any size and seed."""
    return SmallWork


def in_subprocess(body):
    """The text of a script that has SmallWork and write_dataset at hand."""
    here = str(Path(__file__).parent)
    return (
        f"import sys; sys.path.insert(0, {here!r})\n"
        "from pathlib import Path\nfrom conftest import SmallWork\n"
        "from simbreach.sinks.dataset import write_dataset\n" + body
    )


@pytest.fixture
def python():
    """The command that runs `body` in a new interpreter."""
    return lambda body: [sys.executable, "-c", in_subprocess(body)]

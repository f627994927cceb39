"""A plan as units of work: part k of every table, the truth included, in one pass."""

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import pyarrow as pa

from simbreach.core.arrays import I64, either
from simbreach.core.arrow import (
    STRING,
    Array,
    coded,
    decode,
    from_numpy,
    no_rows,
    strings,
    strings_from_matrix,
)
from simbreach.core.schema import FieldType
from simbreach.engine import negatives
from simbreach.engine.plan import Plan
from simbreach.engine.readme import readme
from simbreach.engine.records import CANARIES, canary_rows
from simbreach.engine.remarks import NEGATIVE
from simbreach.engine.results import RESULT_COLUMNS, WRITTEN, table_results, written_results
from simbreach.engine.spell import PLAIN, spell
from simbreach.engine.table import Made, TableMaker

# Rows of a part, which is one row group: half of one of DuckDB's. Twice as many would not be made faster, and
# take 200 MB more memory.
PART_ROWS = 61_440
# A rest of fewer rows than this goes into the last part.
_FEW_ROWS = PART_ROWS // 16

# Tables of which a part can have more rows than the table has (those of results as well); and more than any
# part has: how far apart their parts are numbered.
_UNEVEN = ("truth/defects", "truth/spans", "truth/negatives")
_MOST_IN_PART = 1 << 32

_SEXES = strings(["M", "F"])

PERSONS = pa.schema(
    [
        ("person_id", pa.int64()),
        ("household_id", pa.int64()),
        ("sex", STRING),
        ("birth_date", pa.date32()),
        ("first_name", STRING),
        ("birth_name", STRING),
        ("usage_name", STRING),
        ("nir", STRING),
        ("commune", STRING),
        ("insee_code", STRING),
        ("guardian_id", pa.int64()),
    ]
)
ROWS = pa.schema(
    [
        ("table", STRING),
        ("row", pa.int64()),
        ("person_id", pa.int64()),
        ("nir_person_id", pa.int64()),
        ("source", STRING),
        ("duplicate_of", pa.int64()),
        ("cause", STRING),
    ]
)
COLUMNS = pa.schema(
    [(name, STRING) for name in ("table", "column", "field", "label", "sensitivity")]
    + [("shared_numbers", pa.bool_())]
)
HABITS = pa.schema([(name, STRING) for name in ("table", "source", "column", "spelling")])
DEFECTS = pa.schema(
    [("table", STRING), ("row", pa.int64()), ("column", STRING), ("kind", STRING), ("clean", STRING)]
)
SPANS = pa.schema(
    [
        ("table", STRING),
        ("row", pa.int64()),
        ("column", STRING),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("label", STRING),
        ("text", STRING),
    ]
)


class DatasetWork:
    """The units of a dataset: `make(k)` gives part k of all tables."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        # What all units share is loaded here: threads that begin together would each load it.
        if self.units == 1:
            return
        for maker in plan.made.values():
            maker.make(0, 1)
        for maker in plan.results.values():
            table_results(maker, 0, 1)

    @property
    def plan(self) -> Mapping[str, object]:
        """What becomes `plan.json`."""
        return self._plan.document

    @cached_property
    def units(self) -> int:
        """How many units there are."""
        makers = (*self._plan.made.values(), *self._plan.results.values())
        return max(_parts(maker.rows) for maker in makers)

    @cached_property
    def schemas(self) -> Mapping[str, pa.Schema]:
        """Every table of the dataset with its columns, by its folder."""
        tables = {f"tables/{name}": maker.schema for name, maker in self._plan.made.items()}
        results = {f"tables/{name}": WRITTEN for name in self._plan.results}
        return {
            **tables,
            **results,
            "truth/persons": PERSONS,
            "truth/rows": ROWS,
            "truth/columns": COLUMNS,
            "truth/habits": HABITS,
            "truth/defects": DEFECTS,
            "truth/spans": SPANS,
            "truth/negatives": negatives.SCHEMA,
            "truth/canaries": CANARIES,
        }

    @property
    def readme(self) -> str:
        """`LISEZMOI.txt`: what this is, for whoever finds the folder."""
        return readme(self._plan)

    def start_row(self, table: str, unit: int) -> int:
        """The number of the first row of part `unit`: as if all parts before were full."""
        uneven = table in _UNEVEN or table.removeprefix("tables/") in self._plan.results
        return unit * (_MOST_IN_PART if uneven else PART_ROWS)

    def make(self, unit: int) -> Mapping[str, pa.RecordBatch]:
        """Part `unit` of every table that has one."""
        makers = self._plan.made
        made = {
            name: maker.make(*_range(maker, unit))
            for name, maker in makers.items()
            if unit < _parts(maker.rows)
        }
        result = {f"tables/{name}": part.written for name, part in made.items()}
        for name, maker in self._plan.results.items():
            if unit < _parts(maker.rows):
                result[f"tables/{name}"] = written_results(maker, *_range(maker, unit))
        peopled = [part for name, part in made.items() if makers[name].people]
        result["truth/persons"] = _stack(PERSONS, [_persons(part) for part in peopled])
        result["truth/rows"] = _stack(ROWS, [_rows(makers[name], part) for name, part in made.items()])
        result["truth/defects"] = _stack(DEFECTS, [_defects(name, part) for name, part in made.items()])
        result["truth/spans"] = _stack(SPANS, [_spans(name, part) for name, part in made.items()])
        look_alikes = [
            batch
            for name, part in made.items()
            for batch in (
                negatives.negatives_of(makers[name].columns, part.written, part.start, part.struck),
                _negatives(name, part),
            )
        ]
        result["truth/negatives"] = _stack(negatives.SCHEMA, look_alikes)
        if unit == 0:
            result["truth/columns"] = _columns(self._plan)
            result["truth/canaries"] = _canaries(self._plan)
            result["truth/habits"] = _habits(self._plan)
        return result


def _range(maker: TableMaker, unit: int) -> tuple[int, int]:
    """The rows [start, stop) of part `unit`."""
    last = unit + 1 == _parts(maker.rows)
    return unit * PART_ROWS, maker.rows if last else (unit + 1) * PART_ROWS


def _parts(rows: int) -> int:
    """How many parts a table has: all of `PART_ROWS` but the last."""
    return max((rows + PART_ROWS - _FEW_ROWS) // PART_ROWS, 1)


def _stack(schema: pa.Schema, batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    """The batches as one."""
    if len(batches) == 1:
        return batches[0]
    if not batches:
        return no_rows(schema)
    columns = [_stack_column([batch.column(place) for batch in batches]) for place in range(len(schema))]
    return pa.RecordBatch.from_arrays(columns, names=schema.names)


def _stack_column(parts: list[Array]) -> Array:
    """The parts as one, in codes where all of them are."""
    if all(pa.types.is_dictionary(part.type) for part in parts):
        return pa.chunked_array(parts).unify_dictionaries().combine_chunks()
    return pa.concat_arrays([decode(part) for part in parts])


def _persons(made: Made) -> pa.RecordBatch:
    """The people whose first row in the dataset is one of these."""
    first = np.flatnonzero(made.frame["first_row"] < 0)
    frame = made.frame.at(first)
    groups = np.zeros(len(first), dtype=np.int32)

    def words(field: str, kind: FieldType = "name") -> Array:
        return spell(frame[field], kind, groups, [PLAIN])

    guardian = frame["guardian_id"]
    arrays = [
        from_numpy(frame["person_id"]),
        from_numpy(frame["household_id"]),
        coded(frame["sex"].astype(np.int32) - 1, _SEXES),
        from_numpy(frame["birth_date"]).cast(pa.int32()).cast(pa.date32()),
        words("first_name"),
        words("birth_name"),
        words("usage_name"),
        strings_from_matrix(frame["nir"]),
        words("commune_name", "text"),
        words("insee_code", "code"),
        from_numpy(guardian, mask=guardian < 0),
    ]
    return pa.RecordBatch.from_arrays(arrays, names=PERSONS.names)


def _rows(maker: TableMaker, made: Made) -> pa.RecordBatch:
    frame = made.frame
    if not maker.people:
        return _rows_of_nobody(maker, made)
    first, cause = frame["first_row"], frame["cause"]
    person: I64 = frame["person_id"]
    guardian: I64 = frame["guardian_id"]
    insured = either(frame["insured"], guardian, person)
    table = np.zeros(len(frame), dtype=np.int32)
    arrays = [
        coded(table, strings([maker.name])),
        from_numpy(frame["row"]),
        from_numpy(person),
        from_numpy(insured),
        coded(frame["source_code"], maker.source_words),
        from_numpy(first, mask=first < 0),
        coded(cause, maker.cause_words(), cause > 0),
    ]
    return pa.RecordBatch.from_arrays(arrays, names=ROWS.names)


def _rows_of_nobody(maker: TableMaker, made: Made) -> pa.RecordBatch:
    """Rows that are about nobody: their source is all there is to say."""
    frame = made.frame
    rows = len(frame)
    arrays = [
        coded(np.zeros(rows, dtype=np.int32), strings([maker.name])),
        from_numpy(frame["row"]),
        *(pa.nulls(rows, pa.int64()),) * 2,
        coded(frame["source_code"], maker.source_words),
        pa.nulls(rows, pa.int64()),
        pa.nulls(rows, STRING),
    ]
    return pa.RecordBatch.from_arrays(arrays, names=ROWS.names)


def _defects(table: str, made: Made) -> pa.RecordBatch:
    """One row a defect and cell, in the order of rows, then of columns and kinds as they happened."""
    struck = made.struck
    rows = np.concatenate([np.zeros(0, np.int64), *(s.rows for s in struck)])
    order = from_numpy(np.argsort(rows, kind="stable"))
    kinds = np.repeat(np.arange(len(struck)), [len(s.rows) for s in struck]).astype(np.int32)
    names = strings([s.column for s in struck]) if struck else strings([""])
    words = strings([s.kind for s in struck]) if struck else strings([""])
    clean = pa.concat_arrays([strings([]), *(s.clean for s in struck)])
    arrays = [
        coded(np.zeros(len(rows), dtype=np.int32), strings([table])),
        from_numpy(rows + made.start).take(order),
        coded(kinds, names).take(order),
        coded(kinds, words).take(order),
        clean.take(order),
    ]
    return pa.RecordBatch.from_arrays(arrays, names=DEFECTS.names)


def _spans(table: str, made: Made) -> pa.RecordBatch:
    """What free text says about somebody, column after column, in the order in which it is read."""
    parts = [_span_arrays(table, made, name, negative=False) for name in made.spans]
    return _stack(SPANS, [pa.RecordBatch.from_arrays(arrays, names=SPANS.names) for arrays in parts])


def _negatives(table: str, made: Made) -> pa.RecordBatch:
    """What in free text looks like an identifier and is none."""
    names = negatives.SCHEMA.names
    parts = [_span_arrays(table, made, name, negative=True)[:-1] for name in made.spans]
    return _stack(negatives.SCHEMA, [pa.RecordBatch.from_arrays(arrays, names=names) for arrays in parts])


def _span_arrays(table: str, made: Made, column: str, *, negative: bool) -> list[Array]:
    """The spans of one column as SPANS has them: those that are nobody's (`negative`), or the others."""
    spans = made.spans[column]
    look_alike = np.array([label.startswith(NEGATIVE) for label in spans.labels], dtype=np.bool_)
    chosen = spans.at(look_alike[spans.label] == negative)
    zeros = np.zeros(len(chosen), dtype=np.int32)
    labels = strings([label.removeprefix(NEGATIVE) for label in spans.labels] or [""])
    return [
        coded(zeros, strings([table])),
        from_numpy(chosen.rows + made.start),
        coded(zeros, strings([column])),
        from_numpy(chosen.starts),
        from_numpy(chosen.ends),
        coded(chosen.label.astype(np.int32), labels),
        chosen.text,
    ]


def _columns(plan: Plan) -> pa.RecordBatch:
    said = [
        (name, column.name, *label, label[0] in plan.shared_fields)
        for name, maker in plan.made.items()
        for column, label in zip(maker.columns, maker.labels, strict=True)
    ]
    said += [(name, *column, False) for name in plan.results for column in RESULT_COLUMNS]
    *words, shared = zip(*said, strict=True)
    return pa.RecordBatch.from_arrays(
        [*map(strings, words), from_numpy(np.array(shared, dtype=np.bool_))], schema=COLUMNS
    )


def _canaries(plan: Plan) -> pa.RecordBatch:
    seed, policy = plan.profile.population.seed, plan.profile.identifiers.phone
    return canary_rows(plan.main.name, plan.main.visits, seed, policy)


def _habits(plan: Plan) -> pa.RecordBatch:
    said = [(name, *habit) for name, maker in plan.made.items() for habit in maker.habits()]
    columns = list(zip(*said, strict=True)) if said else [()] * len(HABITS)
    return pa.RecordBatch.from_arrays([strings(column) for column in columns], schema=HABITS)

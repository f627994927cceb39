"""The values that checks look at: each cell before its defects, parsed by the habit of its source.

`cells` has a row for each row of the leaked tables and a column for each field that some check asks for, as
far as the dataset has it; a placeholder for an empty cell counts as empty. `people` is `truth/persons` with
each person once, `canaries` names the invented ones among them, `spelled` tells at which width a source cuts
a text, and whether its years have two digits.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from simbreach.core.schema import FIELDS
from simbreach.truth.report.reference import insert
from simbreach.truth.report.source import ROW, ColumnTruth, Opened, name_of, quoted

# What is compared as text: capitals, accents, hyphens and blanks at the end are the source's habit.
_TEXT: Final = (
    *("usage_name", "birth_name", "maiden_name", "first_name", "guardian_name", "address_1", "commune"),
    *("prescriber_name", "prescriber_commune", "laboratory_commune", "sampler_commune"),
    *("condition", "treatment"),
)
_CODES: Final = (
    *("postcode", "insee_code", "birth_place_code", "birth_department", "nir_key", "identity_oid"),
    *("file_number", "patient_number", "blood_group"),
    *("iban", "laboratory_iban", "company_iban", "company_siren", "company_siret"),
    *("condition_code", "treatment_atc", "treatment_cip13"),
    *("prescriber_postcode", "laboratory_postcode", "sampler_postcode"),
    *("prescriber_rpps", "sampler_rpps", "prescriber_adeli", "prescriber_finess", "laboratory_finess"),
    *("laboratory_siren", "laboratory_siret"),
)
_NIRS: Final = ("nir", "guardian_nir", "ins")
_EMAILS: Final = ("email", "prescriber_email", "laboratory_email", "company_email")
_PHONES: Final = ("landline", "mobile", "phone_other", "prescriber_landline", "prescriber_mobile")
_PHONES_MORE: Final = ("laboratory_landline", "laboratory_fax", "sampler_landline", "sampler_mobile")
_WORDS: Final = ("sex", "civility", "pregnant")
_DATES: Final = ("birth_date", "visit_date", "patient_since", "payer_rights_from", "payer_rights_to")

_MACROS = """
create macro ligatures(v) as
  replace(replace(replace(replace(v, 'œ', 'oe'), 'Œ', 'OE'), 'æ', 'ae'), 'Æ', 'AE');
create macro plain(v) as rtrim(upper(strip_accents(replace(ligatures(v), '-', ' '))));
-- A clean text as a source writes it: cut at its width, then made plain.
create macro cut(v, width, folded) as
  plain(left(case when folded then ligatures(v) else v end, coalesce(width, 1000)));
create macro digits(v) as regexp_replace(v, '[^0-9]', '', 'g');
create macro bare_nir(v) as upper(regexp_replace(v, '[^0-9A-Za-z]', '', 'g'));
"""


def build_cells(dataset: Opened) -> frozenset[str]:
    """Make `people`, `spelled` and `cells`; the fields that `cells` holds."""
    run = dataset.connection.execute
    run(_MACROS)
    run('create table people as select distinct on (person_id) * exclude ("#") from truth.persons')
    canaries = (
        "select person_id from truth.canaries"
        if "canaries" in dataset.truth
        else "select 0 as person_id where false"
    )
    run(f"create table canaries as {canaries}")
    wanted = _parsers()
    run(
        'create table cells ("table" text, "#" bigint, source text, person_id bigint, nir_person_id bigint, '
        "duplicate_of bigint, cause text, "
        + ", ".join(f"{name_of(field)} {_sql_type(field)}" for field in wanted)
        + ")"
    )
    held: set[str] = set()
    spelled: list[tuple[object, ...]] = []
    for table in dataset.tables:
        columns: dict[str, list[ColumnTruth]] = {}
        for column in dataset.columns:
            if column.table == table and column.field in wanted:
                columns.setdefault(column.field, []).append(column)
        if columns:
            _add_table(dataset, table, columns, wanted)
            held |= set(columns)
            spelled += _spelled(dataset, columns)
    columns_of = '"table" text, source text, field text, width integer, folded boolean, short_year boolean'
    insert(dataset.connection, "spelled", columns_of, spelled)
    return frozenset(held)


def _sql_type(field: str) -> str:
    if field in _DATES:
        return "date"
    return "integer" if field in (*_PHONES, *_PHONES_MORE, "age") else "text"


Parser = Callable[[Opened, ColumnTruth, str], str]


def _parsers() -> Mapping[str, Parser]:
    """For each field the SQL that reads a written value of it."""
    result: dict[str, Parser] = {}
    for fields, parser in (
        (_TEXT, lambda d, c, v: f"plain({v})"),
        (_CODES, lambda d, c, v: f"trim({v})"),
        (_NIRS, lambda d, c, v: f"bare_nir({v})"),
        (_EMAILS, lambda d, c, v: f"lower(trim({v}))"),
        (_PHONES + _PHONES_MORE, lambda d, c, v: f"try_cast(right(digits({v}), 9) as integer)"),
        (("age",), lambda d, c, v: f"try_cast({v} as integer)"),
        (_WORDS, _word),
        (_DATES, _date),
    ):
        result |= dict.fromkeys(fields, parser)
    return result


def by_habit(dataset: Opened, column: ColumnTruth, key: str, write: Callable[[str], str], rest: str) -> str:
    """SQL that does for each source's rows what its habit of `key` asks for, `rest` where it has none."""
    sources: dict[str, list[str]] = {}
    for (table, source, name), said in dataset.habits.items():
        if (table, name) == (column.table, column.name) and key in said:
            sources.setdefault(said[key], []).append(source)
    if not sources:
        return rest
    cases = " ".join(
        f"when source in ({', '.join(map(quoted, sorted(names)))}) then {write(value)}"
        for value, names in sorted(sources.items())
    )
    return f"case {cases} else {rest} end"


def _date(dataset: Opened, column: ColumnTruth, value: str) -> str:
    return by_habit(
        dataset, column, "format", lambda form: f"try_strptime({value}, {quoted(form)})::date", "null::date"
    )


def _word(dataset: Opened, column: ColumnTruth, value: str) -> str:
    """The clean word of a coded field, from the words of the source."""

    def decode(words: str) -> str:
        pairs = [pair.partition(":") for pair in words.split(",")]
        cases = " ".join(f"when {quoted(written)} then {quoted(clean)}" for clean, _, written in pairs)
        return f"(case trim({value}) {cases} end)"

    return by_habit(dataset, column, "words", decode, f"trim({value})")


def _add_table(
    dataset: Opened, table: str, columns: Mapping[str, Sequence[ColumnTruth]], parsers: Mapping[str, Parser]
) -> None:
    """The rows of one table: written values, where a defect struck the value before the first one."""
    run = dataset.connection.execute
    names = [column.name for same in columns.values() for column in same]
    struck = [
        name
        for (name,) in dataset.all(
            f'select distinct "column" from truth.defects where "table" = {quoted(table)}'
        )
        if name in names
    ]
    picks = "".join(
        f', max(clean) filter ("column" = {quoted(name)}) as {name_of(name)}, '
        f'bool_or("column" = {quoted(name)}) as {name_of(name + "?")}'
        for name in struck
    )
    run(
        f"""create or replace temp table fixes as select "row"{picks} from (
          select "row", "column", arg_min(clean, {ROW}) as clean
          from (select *, from truth.defects where "table" = {quoted(table)}) group by all) group by "row" """
    )

    def clean(column: ColumnTruth) -> str:
        written = f"w.{name_of(column.name)}"
        if column.name in struck:
            before = f"f.{name_of(column.name)}"
            written = f"(case when f.{name_of(column.name + '?')} then {before} else {written} end)"
        empty = by_habit(dataset, column, "empty", lambda text: f"nullif({written}, {quoted(text)})", written)
        return f"({empty})"

    values = [
        f"coalesce({', '.join(parsers[field](dataset, column, clean(column)) for column in same)}) "
        f"as {name_of(field)}"
        for field, same in columns.items()
    ]
    run(
        f"""insert into cells by name select {quoted(table)} as "table", w.{ROW}, r.source, r.person_id,
          r.nir_person_id, r.duplicate_of, r.cause, {", ".join(values)}
        from data.{name_of(table)} w
        left join (from truth.rows where "table" = {quoted(table)}) r on r."row" = w.{ROW}
        left join fixes f on f."row" = w.{ROW}"""
    )


def _spelled(dataset: Opened, columns: Mapping[str, Sequence[ColumnTruth]]) -> Iterator[tuple[object, ...]]:
    """What `spelled` says of the first column of each field that is a text or a date."""
    for field, (column, *_) in columns.items():
        if FIELDS[field].type not in ("name", "text", "date"):
            continue
        for (table, source, name), said in dataset.habits.items():
            if (table, name) == (column.table, column.name):
                width = int(said["width"]) if "width" in said else None
                short_year = "%y" in said.get("format", "")
                yield table, source, field, width, said.get("accents") == "no", short_year

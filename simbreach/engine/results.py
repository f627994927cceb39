"""What the laboratory found at each visit: a dozen lines that fit the person's sex, age, condition and drugs.

A visit's lines are a function of the visit and the person, like every cell: any rows can be made alone.
Nothing here is made unless it is asked for: a table of results, or a shape that carries them.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrays import I8, I16, I32, I64, Bits, Ints
from simbreach.core.arrow import (
    DICTIONARY,
    STRING,
    Array,
    Coded,
    Strings,
    coded,
    from_numpy,
    integers,
    join,
    strings,
)
from simbreach.core.frame import Frame
from simbreach.core.streams import Draw, HashDraw
from simbreach.engine.table import TableMaker
from simbreach.population import physiology
from simbreach.reference import health
from simbreach.reference.analyses import (
    ADULT_AGE,
    AGES,
    NONE,
    OF_MAN,
    OF_PREGNANT,
    OF_WOMAN,
    catalogue,
    effects,
    intervals,
    orders,
    outcomes,
)

# A line of a report. `row` is the visit's row in its table, `line` counts within the visit; numbers have a
# decimal point; `unit` is UCUM, `printed` as French reports print it; `kind` is NM (a number) or ST (a word).
SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("line", pa.int16()),
        ("panel", DICTIONARY),
        ("chapter", DICTIONARY),
        ("nabm", DICTIONARY),
        ("loinc", DICTIONARY),
        ("abbreviation", DICTIONARY),
        ("label", DICTIONARY),
        ("kind", DICTIONARY),
        ("value", STRING),
        ("unit", DICTIONARY),
        ("printed", DICTIONARY),
        ("low", DICTIONARY),
        ("high", DICTIONARY),
        ("flag", DICTIONARY),
    ]
)

# The columns of a leaked table of results: name, field, label, sensitivity.
RESULT_COLUMNS = (
    ("DOS_NUM", "file_number", "id.file", "quasi"),
    ("RES_LIGNE", "result_line", "technical.value", "other"),
    ("RES_CHAPITRE", "result_chapter", "health.analysis", "article-9"),
    ("RES_CODE", "result_code", "health.analysis", "article-9"),
    ("RES_NABM", "result_nabm", "health.analysis", "article-9"),
    ("RES_LOINC", "result_loinc", "health.analysis", "article-9"),
    ("RES_LIBELLE", "result_label", "health.analysis", "article-9"),
    ("RES_VALEUR", "result_value", "health.analysis", "article-9"),
    ("RES_UNITE", "result_unit", "technical.value", "other"),
    ("RES_NORMINF", "result_low", "technical.value", "other"),
    ("RES_NORMSUP", "result_high", "technical.value", "other"),
    ("RES_ALERTE", "result_flag", "health.analysis", "article-9"),
)
WRITTEN = pa.schema([(name, STRING) for name, *_ in RESULT_COLUMNS])

# Where nothing else is ordered.
_USUAL = "NFS"
_FLAGS = ("N", "L", "H", "A")
_NORMAL, _LOW, _HIGH, _ABNORMAL = range(4)
_BLOOD_GROUP = "ABO-RH1"
# A test of the day, not of what the person is.
_OF_THE_DAY = ("PCR Covid", "RAI")


@dataclass(frozen=True)
class Visits:
    """What the results of some visits depend on; all columns have one length.

    `conditions` and `drugs` index `reference.health.conditions()` and `.drugs()` (-1: none). `own` draws what
    is the person's, `today` what is the visit's.
    """

    rows: I64
    days: I32
    sex: I8
    age: I16
    pregnant: Bits
    conditions: I32
    drugs: I32
    blood_group: Coded
    own: Draw
    today: Draw


def table_results(maker: TableMaker, start: int, stop: int) -> pa.RecordBatch:
    """The lines of rows [start, stop) of a table of people: columns as in `SCHEMA`, by row, then by line."""
    return results_of(visits_of(maker, maker.frame(start, stop)))


def written_results(maker: TableMaker, start: int, stop: int) -> pa.RecordBatch:
    """The same as a leaked table shows them: `RESULT_COLUMNS`, with the number of the visit's file."""
    frame = maker.frame(start, stop)
    lines = results_of(visits_of(maker, frame))
    row = from_numpy(integers(lines["row"]) - start)
    columns = [
        frame["file_number"].take(row),
        lines["line"].cast(STRING),
        *(lines[name] for name in ("chapter", "abbreviation", "nabm", "loinc", "label")),
        pc.replace_substring(lines["value"], ".", ","),
        lines["printed"],
        *(_with_comma(lines[name]) for name in ("low", "high")),
        lines["flag"],
    ]
    return pa.RecordBatch.from_arrays(columns, WRITTEN.names)


def _with_comma(column: Array) -> Array:
    words = pc.replace_substring(column.dictionary, ".", ",")
    return pa.DictionaryArray.from_arrays(column.indices, words)


def visits_of(maker: TableMaker, frame: Frame) -> Visits:
    """The visits of a frame of a table's rows."""
    person: I64 = frame["person_id"]
    return Visits(
        frame["row"],
        frame["visit_date"],
        frame["sex"],
        frame["age"],
        frame["pregnant"],
        frame["condition_code"].codes,
        frame["treatment_code"],
        frame["blood_group"],
        HashDraw(maker.population_seed, ("person", "physiology"), person.view(np.uint64)),
        HashDraw(maker.seed, (maker.name, "results"), frame["row"].view(np.uint64)),
    )


def results_of(visits: Visits) -> pa.RecordBatch:
    """The lines of the visits: columns as in `SCHEMA`, by visit, then in the order of a report."""
    known = catalogue()
    age = np.minimum(np.maximum(visits.age, 0), AGES - 1)
    who = np.where(visits.pregnant, OF_PREGNANT, np.where(visits.sex == health.WOMAN, OF_WOMAN, OF_MAN))
    ordered = _ordered(visits, age)
    shape = (len(visits.rows), len(known.analyses))
    asked = np.zeros(shape, dtype=np.bool_)
    found = np.zeros(shape, dtype=np.int32)
    for panel in range(len(known.panels)):
        places = np.flatnonzero(ordered[panel])
        if len(places):
            _measure_panel(visits, panel, places, age, who, asked, found)
    row, analysis = np.nonzero(asked)
    return _lines(visits, row, analysis, found[row, analysis], who[row], age[row])


def _ordered(visits: Visits, age: I16) -> Bits:
    """`bool[panel, n]`: what is asked for at each visit."""
    table = orders()
    kind = np.where(visits.pregnant, 2, np.where(age < ADULT_AGE, 1, 0))
    ordered = np.zeros((len(catalogue().panels), len(visits.rows)), dtype=np.bool_)
    for panel, name in enumerate(catalogue().panels):
        often = np.maximum(table.of_condition[visits.conditions, panel], table.of_drug[visits.drugs, panel])
        often = np.maximum(often, table.base[kind, panel])
        often = np.where(table.allowed[visits.sex - 1, age, panel], often, 0)
        often = np.where(visits.days >= table.since[panel], often, 0)
        ordered[panel] = visits.today.below(f"order {name}", 1000) < often
    ordered[catalogue().panels.index(_USUAL)] |= ~ordered.any(axis=0)
    return ordered


def _measure_panel(
    visits: Visits, panel: int, places: I64, age: I16, who: I64, asked: Bits, found: I32
) -> None:
    """Fill in what a panel finds at the visits `places`."""
    known = catalogue()
    members = np.flatnonzero(known.panel == panel).tolist()
    names = [known.analyses[place].abbreviation for place in members]
    own, today = visits.own.at(places), visits.today.at(places)
    calculated = [step for step in physiology.CALCULATED if set(step[1]) <= set(names)]
    late = {"DFGe", "Bili C", *(name for step in calculated for name in step[1])}
    values: dict[str, I64] = {}
    for place, name in zip(members, names, strict=True):
        if known.qualitative[place]:
            values[name] = _outcome(visits, place, places, own, today)
        elif name not in late:
            values[name] = _value(visits, place, places, age, who, own, today)
    for _, _, calculate in calculated:
        values |= calculate(values)
    if "DFGe" in names:
        values["DFGe"] = physiology.filtration(values["Créat"], visits.sex[places], age[places])
    if "Bili C" in names:
        values["Bili C"] = values["Bili T"] * (18 + today.below("Bili C", 18)) // 100
    for place, name in zip(members, names, strict=True):
        found[places, place] = values[name]
        # A child's rate of filtration is not told.
        asked[places, place] = age[places] >= ADULT_AGE if name == "DFGe" else True


def _targets(visits: Visits, place: int, places: I64) -> I64:
    """`int64[n]`: which range of `effects()` an analysis lies in at each visit; 0 for none."""
    changed = effects()
    sex, drug, condition = visits.sex[places] - 1, visits.drugs[places], visits.conditions[places]
    treated = (drug >= 0).astype(np.int8)
    target = np.where(visits.pregnant[places], changed.of_pregnancy[place], 0)
    of_condition = changed.of_condition[condition, sex, treated, place]
    of_drug = changed.of_drug[drug, sex, place]
    target = np.where(of_condition > 0, of_condition, target)
    return np.where(of_drug > 0, of_drug, target)


def _value(visits: Visits, place: int, places: I64, age: I16, who: I64, own: Draw, today: Draw) -> I64:
    """`int64[n]`: what one analysis finds."""
    bounds, changed = intervals(), effects()
    target = _targets(visits, place, places)
    plain = target == 0
    low = np.where(plain, bounds.low[who[places], age[places], place], changed.low[target])
    high = np.where(plain, bounds.high[who[places], age[places], place], changed.high[target])
    analysis = catalogue().analyses[place]
    z = physiology.deviations(own, today, analysis.abbreviation, plain=plain)
    found = physiology.values(z, low, high, skewed=bool(catalogue().skewed[place]))
    most = 100 * 10**analysis.decimals
    return np.minimum(found, most) if analysis.unit == "%" else found


def _outcome(visits: Visits, place: int, places: I64, own: Draw, today: Draw) -> I64:
    """`int64[n]`: 1 where a qualitative analysis is positive; the blood group's code."""
    name = catalogue().analyses[place].abbreviation
    if name == _BLOOD_GROUP:
        return visits.blood_group.codes[places].astype(np.int64)
    target = _targets(visits, place, places)
    usual = outcomes()[place].positive_per_100k
    share = np.where(target > 0, effects().low[target], usual)
    draw = today if name in _OF_THE_DAY else own
    return (draw.below(f"positive {name}", 100_000) < share).astype(np.int64)


def analysis_places(results: pa.RecordBatch) -> I32:
    """`int32[lines]`: where each line's analysis stands in `reference.analyses.catalogue()`."""
    places: I32 = integers(results["loinc"].indices)
    return places


@dataclass(frozen=True)
class _Words:
    """Vocabularies of the lines, by analysis, and the words that values can be."""

    panel: tuple[I32, Strings]
    chapter: tuple[I32, Strings]
    nabm: tuple[I32, Strings]
    loinc: tuple[I32, Strings]
    abbreviation: tuple[I32, Strings]
    label: tuple[I32, Strings]
    kind: tuple[I32, Strings]
    unit: tuple[I32, Strings]
    printed: tuple[I32, Strings]
    fractions: Strings
    said: Strings
    first_said: I32
    abnormal: Bits


@cache
def _words() -> _Words:
    known = catalogue()

    def vocabulary(words: list[str]) -> tuple[I32, Strings]:
        distinct = list(dict.fromkeys(word for word in words if word))
        return np.array([distinct.index(w) if w else NONE for w in words], dtype=np.int32), strings(distinct)

    listed = known.analyses
    first_said = np.full(len(listed), NONE, dtype=np.int32)
    abnormal = np.zeros(len(listed), dtype=np.bool_)
    said: list[str] = []
    for place, outcome in outcomes().items():
        first_said[place] = len(said)
        abnormal[place] = outcome.abnormal
        if listed[place].abbreviation == _BLOOD_GROUP:
            said += health.blood_groups().labels.to_pylist()
        else:
            said += [outcome.negative, outcome.positive]
    fractions = [""] + [f".{n:0{width}}" for width in (1, 2, 3) for n in range(10**width)]
    return _Words(
        panel=vocabulary([known.panels[panel] for panel in known.panel]),
        chapter=vocabulary([analysis.group for analysis in listed]),
        nabm=vocabulary([analysis.nabm for analysis in listed]),
        loinc=vocabulary([analysis.loinc for analysis in listed]),
        abbreviation=vocabulary([analysis.abbreviation for analysis in listed]),
        label=vocabulary([analysis.name for analysis in listed]),
        kind=vocabulary(["ST" if word else "NM" for word in known.qualitative]),
        unit=vocabulary([analysis.unit for analysis in listed]),
        printed=vocabulary([analysis.printed for analysis in listed]),
        fractions=strings(fractions),
        said=strings(said),
        first_said=first_said,
        abnormal=abnormal,
    )


def _lines(visits: Visits, row: I64, analysis: I64, found: I32, who: I64, age: I16) -> pa.RecordBatch:
    """The lines as a batch."""
    words, bounds = _words(), intervals()
    low, high = bounds.low[who, age, analysis], bounds.high[who, age, analysis]
    qualitative = catalogue().qualitative[analysis]
    flag = np.where((high != NONE) & (found > high), _HIGH, _NORMAL)
    flag = np.where((low != NONE) & (found < low), _LOW, flag)
    flag = np.where((low == NONE) & (high == NONE), NONE, flag)
    flag = np.where(qualitative & words.abnormal[analysis], np.where(found > 0, _ABNORMAL, _NORMAL), flag)
    first = np.searchsorted(row, row)
    columns = [
        from_numpy(visits.rows[row]),
        from_numpy((np.arange(len(row)) - first + 1).astype(np.int16)),
        *(_word(pair, analysis) for pair in (words.panel, words.chapter, words.nabm, words.loinc)),
        *(_word(pair, analysis) for pair in (words.abbreviation, words.label, words.kind)),
        _values(found, analysis, qualitative),
        _word(words.unit, analysis),
        _word(words.printed, analysis),
        _coded(bounds.low_text[who, age, analysis], bounds.texts),
        _coded(bounds.high_text[who, age, analysis], bounds.texts),
        _coded(flag, strings(_FLAGS)),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


def _word(vocabulary: tuple[I32, Strings], analysis: I64) -> Array:
    codes, words = vocabulary
    return _coded(codes[analysis], words)


def _coded(codes: Ints, words: Strings) -> Array:
    valid = codes >= 0
    return coded(np.maximum(codes, 0).astype(np.int32), words, None if valid.all() else valid)


def _values(found: I32, analysis: I64, qualitative: Bits) -> Strings:
    """The values as text: numbers with as many decimals as the analysis has, or words."""
    words = _words()
    decimals = catalogue().decimals[analysis]
    power = np.array([1, 10, 100, 1000])[decimals]
    whole = found // power
    # Words of one digit begin behind the empty one, of two behind those of one, and so on.
    fraction = np.array([0, 1, 11, 111])[decimals] + found - whole * power
    numbers = join(
        from_numpy(whole).cast(STRING),
        coded(fraction.astype(np.int32), words.fractions).dictionary_decode(),
    )
    if not qualitative.any():
        return numbers
    places = np.flatnonzero(qualitative)
    said = words.said.take(from_numpy(words.first_said[analysis[places]] + found[places]))
    return pc.replace_with_mask(numbers, from_numpy(qualitative), said)

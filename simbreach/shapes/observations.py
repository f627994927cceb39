"""FHIR Observations as JSON: one for each line of a block's results."""

from functools import cache

import numpy as np
import pyarrow.compute as pc

from simbreach.core.arrow import Strings, decode, from_numpy, integers, literal, strings
from simbreach.core.assembly import Piece, Records, assemble
from simbreach.engine.results import analysis_places
from simbreach.reference.analyses import catalogue
from simbreach.shapes import visits
from simbreach.shapes.json_parts import BASE, KINDS, Parts, coding
from simbreach.shapes.visits import Block, where


def line_id(block: Block) -> Parts:
    """The id of each line's Observation."""
    row = from_numpy(visits.within(block))
    number = visits.numbers_text(integers(block.results["line"]).astype(np.int64))
    return [KINDS["Observation"], Piece(visits.row_text(block).take(row)), "-", Piece(number)]


@cache
def _of_analyses() -> tuple[Strings, Strings, Strings]:
    """What each analysis has before its value, behind it, and behind a bound of its interval."""
    before, behind, bound = [], [], []
    for analysis, qualitative in zip(catalogue().analyses, catalogue().qualitative.tolist(), strict=True):
        name = analysis.name.replace('"', '\\"')
        code = f'{{"coding":[{{"system":"http://loinc.org","code":"{analysis.loinc}"}}],"text":"{name}"}}'
        value = ',"valueString":"' if qualitative else ',"valueQuantity":{"value":'
        before.append(f',"code":{code}{value}')
        unit = f',"unit":"{analysis.printed or analysis.unit}","system":"http://unitsofmeasure.org","code":"{analysis.unit}"}}'
        behind.append('"' if qualitative else unit)
        bound.append(unit)
    return strings(before), strings(behind), strings(bound)


def observations(block: Block, *, bundled: bool) -> Records:
    """An Observation for each line of results."""
    results = block.results
    row = from_numpy(visits.within(block))
    analysis = from_numpy(analysis_places(results))
    before, behind, bound = (words.take(analysis) for words in _of_analyses())
    day = visits.day_text(block.reading.visit_days, "-").take(row)
    number = visits.row_text(block).take(row)
    category = coding("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory")
    meaning = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
    low, high, flag = (decode(results[name]) for name in ("low", "high", "flag"))
    some = pc.or_(pc.is_valid(low), pc.is_valid(high))
    both = pc.and_(pc.is_valid(low), pc.is_valid(high))
    none = literal(None)
    opening: Parts = []
    if bundled:
        opening = [f',{{"fullUrl":"{BASE}Observation/', *line_id(block), '","resource":']
    parts: Parts = [
        *opening,
        '{"resourceType":"Observation","id":"',
        *line_id(block),
        f'","status":"final","category":[{category}]',
        f',"subject":{{"reference":"Patient/{KINDS["Patient"]}',
        Piece(number),
        '"}',
        Piece(day, before=',"effectiveDateTime":"', after='"'),
        Piece(before),
        Piece(results["value"], name="value"),
        Piece(behind),
        Piece(where(some, ',"referenceRange":[{')),
        Piece(low, before='"low":{"value":'),
        Piece(pc.if_else(pc.is_valid(low), bound, none)),
        Piece(where(both, ",")),
        Piece(high, before='"high":{"value":'),
        Piece(pc.if_else(pc.is_valid(high), bound, none)),
        Piece(where(some, "}]")),
        Piece(flag, before=f',"interpretation":[{{"coding":[{{"system":"{meaning}","code":"', after='"}]}]'),
        "}}" if bundled else "}\n",
    ]
    return assemble(parts, results.num_rows)

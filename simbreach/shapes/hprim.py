"""HPRIM Santé text, as laboratories send results to doctors: twelve lines, a report, coded results.

One file `resultats.hpr` of many reports, with CRLF, each up to `****FIN****`, the last one followed by
`****FINFICHIER****`. What each line and field holds, and how sure that is, stands in `docs/hprim.md`. Dates
are written dd/mm/yyyy (one that cannot be read is left out), other cells as the source wrote them, on one
line.
"""

from collections.abc import Sequence
from functools import cache
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from simbreach.core import arrow
from simbreach.core.arrays import I32
from simbreach.core.arrow import (
    STRING,
    Array,
    Strings,
    decode,
    from_numpy,
    integers,
    join,
    literal,
    strings,
    validity,
)
from simbreach.core.assembly import Piece, Records, assemble, encode, gather
from simbreach.core.text import fold_accents
from simbreach.engine.results import analysis_places
from simbreach.reference.analyses import catalogue
from simbreach.shapes import visits
from simbreach.shapes.contract import Out, ShapeOptions, Table
from simbreach.shapes.visits import Block, Marks, Texts, blocks

NAME_FR = "Texte HPRIM Santé (résultats de laboratoire : en-tête de 12 lignes, compte rendu, lignes RES)"

_FILE = "resultats.hpr"
_END = "\r\n"
# A cell stays on its line.
_ESCAPES = {"\r": " ", "\n": " ", "\t": " "}
# Lines 11 and 12 begin with a code of this many characters.
_CODE_CHARS = 10
_LABEL_CHARS, _VALUE_CHARS = 46, 12


class Options(ShapeOptions):
    """How the file is written."""

    encoding: Literal["cp1252", "iso8859-1", "utf-8"] = Field(
        "cp1252", description="Encoding of the file; characters that it lacks become `?`."
    )


def write(tables: Sequence[Table], out: Out, options: Options) -> None:
    """Write `resultats.hpr`: a report for each row of the main table, in the order of its rows."""
    with out.file(_FILE) as file:
        for block in blocks(tables[0]):
            marks = Marks(block)
            encoded = encode(_reports(block, marks).data, options.encoding)
            file.mark(marks.spans(encoded, file.position))
            file.write(encoded.data)
            out.count("replaced_characters", encoded.replaced)
        file.write(f"****FINFICHIER****{_END}".encode())


def _reports(block: Block, marks: Marks) -> Records:
    """The block's reports, their places marked."""
    texts = Texts(block.reading, _ESCAPES)
    report, coded = _report_lines(block), _coded_lines(block)
    records = assemble(
        [
            *_heading(block, texts),
            *_note(texts, "treatment", "Traitement : "),
            *_note(texts, "comment", "Commentaire : "),
            *_note(texts, "observation", "Observation : "),
            *_note(texts, "call_note", "A rappeler : "),
            Piece(gather(report.text, block.edges), name="report"),
            f"{_END}****LAB****{_END}",
            Piece(gather(coded.text, block.edges), name="coded"),
            f"****FIN****{_END}",
        ],
        len(block),
    )
    bases = records.edges[:-1]
    marks.add_pieces(records, bases, np.arange(len(block)))
    marks.add_inner(records, bases, texts)
    row = visits.within(block)
    for name, lines in (("report", report), ("coded", coded)):
        at = lines.edges
        begin = at[:-1] - at[block.edges[:-1]][row] + (bases + records.starts[name])[row]
        starts, sizes = lines.starts["value"], lines.sizes["value"]
        marks.add(begin + starts, sizes, row, visits.RESULT_LABEL, visits.RESULTS)
    return records


def _heading(block: Block, texts: Texts) -> list[str | Piece]:
    """The twelve lines: who the report is about, its number and day, who sends it, to whom."""
    day = french_day(block.reading.birth_days)
    visit = french_day(block.reading.visit_days)
    own = "nir" if block.reading.column("nir") is not None else "ins"
    lines: list[list[str | Piece]] = [
        [Piece(texts["patient_number"], name="patient_number")],
        [Piece(texts["usage_name"], name="usage_name")],
        [Piece(texts["first_name"], name="first_name")],
        [Piece(texts["address_1"], name="address_1")],
        [Piece(texts["address_2"], name="address_2")],
        [
            Piece(texts["postcode"], after=" ", name="postcode"),
            Piece(texts["commune"], name="commune"),
        ],
        [Piece(day, name="birth_date")],
        [Piece(texts[own], name=own)],
        [Piece(texts["file_number"], name="file_number")],
        [Piece(visit, name="visit_date")],
        _party(texts, "laboratory_code", "laboratory_name"),
        [
            *_party(texts, "prescriber_code", "prescriber_name"),
            Piece(texts["prescriber_first_name"], before=" ", name="prescriber_first_name"),
        ],
    ]
    return [part for line in lines for part in (*line, _END)]


def _party(texts: Texts, code: str, name: str) -> list[str | Piece]:
    """A code of ten characters and a name."""
    sizes = np.where(validity(texts[code]), integers(pc.utf8_length(texts[code])), 0)
    gaps = strings([" " * (_CODE_CHARS - size) for size in range(_CODE_CHARS + 1)])
    filler = gaps.take(from_numpy(np.minimum(sizes, _CODE_CHARS)))
    return [Piece(texts[code], name=code), Piece(filler), Piece(texts[name], name=name)]


def _note(texts: Texts, field: str, before: str) -> list[str | Piece]:
    return [Piece(texts[field], before=before, after=_END, name=field)]


def french_day(days: I32) -> Strings:
    """Days as dd/mm/yyyy; null where there is none."""
    written = visits.day_text(days)
    parts = [pc.utf8_slice_codeunits(written, first, stop) for first, stop in ((6, 8), (4, 6), (0, 4))]
    return join(*parts, separator="/")


def _report_lines(block: Block) -> Records:
    """The report as people read it: panels in capitals, then analysis, value, unit, interval."""
    results = block.results
    count = results.num_rows
    first, _, _ = visits.panel_turns(block)
    names = decode(results["panel"].take(from_numpy(first)))
    titles = join(literal(_END), pc.utf8_upper(names), literal(_END))
    head = arrow.scatter(titles, first, count) if len(first) else pa.nulls(count, STRING)
    analysis = from_numpy(analysis_places(results))
    value = pc.replace_substring(results["value"], ".", ",")
    interval = pc.replace_substring(
        visits.bounds_text(block, "{low} - {high}", "inf. à {high}", "sup. à {low}"), ".", ","
    )
    return assemble(
        [
            Piece(head),
            Piece(_labels().take(analysis)),
            Piece(value, name="value"),
            Piece(_gap(value)),
            Piece(results["printed"], before=" "),
            Piece(interval, before="   (", after=")"),
            _END,
        ],
        count,
    )


@cache
def _labels() -> Strings:
    """The analyses' names, with dots up to where values begin."""
    return strings([f"{analysis.name} ".ljust(_LABEL_CHARS, ".") + " " for analysis in catalogue().analyses])


def _gap(value: Strings) -> Array:
    """Blanks up to where units begin."""
    blanks = strings([" " * (_VALUE_CHARS - size) for size in range(_VALUE_CHARS + 1)])
    return blanks.take(from_numpy(np.minimum(integers(pc.utf8_length(value)), _VALUE_CHARS)))


@cache
def _before_value() -> Strings:
    """`RES`, label, code and type of each analysis: A is text, N a number."""
    known = catalogue()
    short = fold_accents(pc.utf8_upper(strings([a.abbreviation for a in known.analyses]))).to_pylist()
    return strings(
        [
            f"RES|{analysis.name}|{code.replace(' ', '')}|{'A' if word else 'N'}|"
            for analysis, code, word in zip(known.analyses, short, known.qualitative.tolist(), strict=True)
        ]
    )


def _coded_lines(block: Block) -> Records:
    """The same as software reads it: a `RES` line each."""
    results = block.results
    return assemble(
        [
            Piece(_before_value().take(from_numpy(analysis_places(results)))),
            Piece(results["value"], name="value"),
            "|",
            Piece(results["printed"]),
            "|",
            Piece(results["low"]),
            "|",
            Piece(results["high"]),
            "|",
            Piece(results["flag"]),
            f"|F|||||{_END}",
        ],
        results.num_rows,
    )

"""HL7 v2.5 messages of French practice: an admission (ADT^A04) and its results (ORU^R01) for each visit.

One batch file: FHS, BHS, the messages, BTS, FTS; segments end with a carriage return. Identities are marked
as fictitious twice: PID-3 carries the OID of test identities with the INS, PID-32 says FICT. Dates, times and
sexes are written as HL7 wants them, cells as the source wrote them, with HL7's escapes. Sources: HL7 2.5
chapters 2, 3, 4 and 7; IHE PAM, French extension (PID-3, PID-5, PID-11, PID-32).
"""

from collections.abc import Sequence
from functools import cache
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from simbreach.core import arrow
from simbreach.core.arrays import I64, U8
from simbreach.core.arrow import Strings, decode, from_numpy, literal, strings
from simbreach.core.assembly import Piece, Records, assemble, encode, gather
from simbreach.engine.results import analysis_places
from simbreach.identifiers.ins import TEST_OID
from simbreach.reference.analyses import catalogue
from simbreach.shapes import visits
from simbreach.shapes.contract import Out, ShapeOptions, Table
from simbreach.shapes.visits import Block, Marks, Texts, blocks

NAME_FR = "Messages HL7 v2.5 : admissions (ADT^A04) et résultats (ORU^R01), identités marquées fictives"

_FILE = "messages.hl7"
# How characters of structure and ends of lines are written inside fields.
_ESCAPES = {
    "\\": "\\E\\",
    "|": "\\F\\",
    "^": "\\S\\",
    "&": "\\T\\",
    "~": "\\R\\",
    "\r": "\\.br\\",
    "\n": "\\.br\\",
}
_MSH_18 = {"utf-8": "UNICODE UTF-8", "iso8859-1": "8859/1", "iso8859-15": "8859/15"}
_SEXES = strings(["U", "M", "F"])
_INS = f"^^^ASIP-SANTE-INS-NIR&{TEST_OID}&ISO^INS"
_RPPS = "^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^D^^^RPPS"


class Options(ShapeOptions):
    """How the messages are written."""

    messages: Literal["both", "adt", "oru"] = Field(
        "both", description="Which messages each visit has: adt (identity and visit), oru (results), or both."
    )
    encoding: Literal["utf-8", "iso8859-1", "iso8859-15"] = Field(
        "utf-8", description="Encoding of the file; MSH-18 says it. Characters that it lacks become `?`."
    )


def write(tables: Sequence[Table], out: Out, options: Options) -> None:
    """Write `messages.hl7`: the messages of each row of the main table, in the order of its rows."""
    with out.file(_FILE) as file:
        head = "|^~\\&|SIL|LABORATOIRE|DPI|CORRESPONDANT"
        file.write(f"FHS{head}\rBHS{head}\r".encode())
        count = 0
        for block in blocks(tables[0]):
            marks = Marks(block)
            text, messages = _messages(block, marks, options)
            encoded = encode(text, options.encoding)
            file.mark(marks.spans(encoded, file.position))
            file.write(encoded.data)
            out.count("replaced_characters", encoded.replaced)
            count += messages
        file.write(f"BTS|{count}\rFTS|1\r".encode())


def _messages(block: Block, marks: Marks, options: Options) -> tuple[U8, int]:
    """The UTF-8 of a block's messages, their places marked, and how many there are."""
    texts = Texts(block.reading, _ESCAPES)
    made: list[tuple[str, Records]] = []
    lines = None
    if options.messages != "oru":
        made.append(("adt", _admission(block, texts, options)))
    if options.messages != "adt":
        lines = _Lines(block, texts)
        made.append(("oru", _report(block, texts, options, lines)))
    whole = assemble([Piece(records.text, name=name) for name, records in made], len(block))
    rows = np.arange(len(block))
    for name, records in made:
        bases = whole.edges[:-1] + whole.starts[name]
        marks.add_pieces(records, bases, rows)
        marks.add_inner(records, bases, texts)
        if name == "oru" and lines is not None:
            lines.mark(marks, bases + records.starts["lines"])
    return whole.data, len(made) * len(block)


def _moment(block: Block, name: str) -> list[str | Piece]:
    """The visit's day and time."""
    day = visits.day_text(block.reading.visit_days)
    minute = visits.minute_text(block.reading.minutes("visit_time"))
    minute = pc.if_else(pc.is_valid(day), minute, literal(None))
    return [Piece(day, name=f"visit_date#{name}"), Piece(minute, name=f"visit_time#{name}")]


def _header(block: Block, texts: Texts, kind: str, structure: str, options: Options) -> list[str | Piece]:
    first = kind.partition("^")[0]
    return [
        "MSH|^~\\&|SIL|",
        Piece(_either(texts["laboratory_name"], texts["laboratory_code"]), name="laboratory_name#msh"),
        "|DPI|CORRESPONDANT|",
        *_moment(block, "msh"),
        f"||{kind}^{structure}|{first}",
        Piece(visits.row_text(block)),
        f"|P|2.5|||||FRA|{_MSH_18[options.encoding]}|FR\r",
    ]


def _either(first: Strings, second: Strings) -> Strings:
    return pc.coalesce(first, second)


def _identity(block: Block, texts: Texts) -> list[str | Piece]:
    """The PID segment."""
    reading = block.reading
    birth_field = _first_known(block, "birth_name", "maiden_name")
    birth = texts[birth_field]
    usage = texts["usage_name"]
    alone = pc.is_null(birth)
    none = literal(None)
    own = "ins" if reading.column("nir") is None else "nir"
    return [
        "PID|1||",
        Piece(texts["patient_number"], after="^^^SIL^PI", name="patient_number"),
        "~",
        Piece(texts[own], after=_INS, name=own),
        "||",
        # The name at birth, else the name in use, which is then the only one that is known.
        Piece(birth, name=birth_field),
        Piece(pc.if_else(alone, usage, none), name="usage_name#birth"),
        "^",
        Piece(texts["first_name"], name="first_name"),
        "^",
        Piece(texts["other_first_names"], name="other_first_names"),
        "^^",
        Piece(texts["civility"], name="civility"),
        "^^L",
        Piece(pc.if_else(alone, none, usage), before="~", after="^^^^^^D", name="usage_name"),
        "||",
        Piece(visits.day_text(reading.birth_days), name="birth_date"),
        "|",
        Piece(_SEXES.take(from_numpy(reading.sex)), name="sex"),
        "|||",
        Piece(texts["address_1"], name="address_1"),
        "^",
        Piece(texts["address_2"], name="address_2"),
        "^",
        Piece(texts["commune"], name="commune"),
        "^^",
        Piece(texts["postcode"], name="postcode"),
        "^FRA^H",
        Piece(texts["birth_place"], before="~^^", after="^^^^BDL", name="birth_place"),
        "||",
        Piece(texts["landline"], before="^PRN^PH^^^^^^^^^", name="landline"),
        Piece(texts["mobile"], before="~^PRN^CP^^^^^^^^^", name="mobile"),
        Piece(texts["phone_other"], before="~^ORN^PH^^^^^^^^^", name="phone_other"),
        Piece(texts["email"], before="~^NET^Internet^", name="email"),
        "|||||",
        Piece(texts["file_number"], after="^^^SIL^AN", name="file_number#pid"),
        "||||||||||||||FICT\r",
    ]


def _first_known(block: Block, *fields: str) -> str:
    """The first of the fields that a column holds; the last where none does."""
    return next((name for name in fields if block.reading.column(name) is not None), fields[-1])


def _prescriber(texts: Texts, name: str) -> list[str | Piece]:
    """A prescriber as HL7 writes professionals (XCN)."""
    return [
        Piece(texts["prescriber_rpps"], name=f"prescriber_rpps#{name}"),
        "^",
        Piece(texts["prescriber_name"], name=f"prescriber_name#{name}"),
        "^",
        Piece(texts["prescriber_first_name"], name=f"prescriber_first_name#{name}"),
        "^^^",
        Piece(texts["prescriber_civility"], name=f"prescriber_civility#{name}"),
        Piece(visits.where(pc.is_valid(texts["prescriber_rpps"]), _RPPS)),
    ]


def _visit(block: Block, texts: Texts) -> list[str | Piece]:
    """The PV1 segment: an outpatient, who sent them, the number of the visit."""
    return [
        "PV1|1|O|",
        Piece(texts["laboratory_code"], name="laboratory_code"),
        "|||||",
        *_prescriber(texts, "pv1"),
        "|||||||||||",
        Piece(texts["file_number"], after="^^^SIL^VN", name="file_number#pv1"),
        "|||||||||||||||||||||||||",
        *_moment(block, "pv1"),
        "\r",
    ]


def _admission(block: Block, texts: Texts, options: Options) -> Records:
    """An ADT^A04: MSH EVN PID PV1, relatives (NK1), the condition (DG1), the insurance (IN1)."""
    parts: list[str | Piece] = [
        *_header(block, texts, "ADT^A04", "ADT_A01", options),
        "EVN|A04|",
        *_moment(block, "evn"),
        "\r",
        *_identity(block, texts),
        *_relative(texts, "guardian_name", "guardian_first_name", "guardian_nir", "1", "PAR^Parent"),
        *_relative(texts, "spouse_name", "spouse_first_name", "", "2", "SPO^Conjoint"),
        *_visit(block, texts),
        *_condition(texts),
        Piece(texts["payer_name"], before="IN1|1|AMO|AMO|", after="\r", name="payer_name"),
    ]
    return assemble(parts, len(block))


def _relative(
    texts: Texts, last: str, first: str, number: str, rank: str, relation: str
) -> list[str | Piece]:
    """An NK1 segment of the rows that name a relative: names, relation, and NIR where one is known."""
    known = pc.is_valid(texts[last])
    none = literal(None)
    parts: list[str | Piece] = [
        Piece(texts[last], before=f"NK1|{rank}|", name=last),
        Piece(pc.if_else(known, texts[first], none), before="^", name=first),
        Piece(visits.where(known, f"|{relation}")),
    ]
    if number:
        parts.append(Piece(pc.if_else(known, texts[number], none), before="|" * 30, after=_INS, name=number))
    return [*parts, Piece(visits.where(known, "\r"))]


def _condition(texts: Texts) -> list[str | Piece]:
    """A DG1 segment of the rows that name a condition: its code and name."""
    code, name = texts["condition_code"], texts["condition"]
    there = pc.or_(pc.is_valid(code), pc.is_valid(name))
    return [
        Piece(visits.where(there, "DG1|1||")),
        Piece(code, name="condition_code"),
        Piece(visits.where(there, "^")),
        Piece(name, name="condition"),
        Piece(visits.where(there, "^CIM10|||W\r")),
    ]


class _Lines:
    """The OBR and OBX segments of a block: a panel is an order, with its observations below it."""

    def __init__(self, block: Block, texts: Texts) -> None:
        self._block = block
        results = block.results
        self._row = visits.within(block)
        self._first, panel, order = visits.panel_turns(block)
        self._orders = self._heads(texts, panel[self._first])
        count = results.num_rows
        head = (
            arrow.scatter(self._orders.text, self._first, count)
            if len(self._first)
            else pa.nulls(count, pa.string())
        )
        analysis = from_numpy(analysis_places(results))
        before, unit = _of_analyses()
        interval = visits.bounds_text(block, "{low}-{high}", "<{high}", ">{low}")
        parts: list[str | Piece] = [
            Piece(head, name="head"),
            "OBX|",
            Piece(visits.numbers_text(order)),
            Piece(before.take(analysis)),
            Piece(results["value"], name="value"),
            Piece(unit.take(analysis)),
            Piece(interval),
            "|",
            Piece(results["flag"]),
            "|||F\r",
        ]
        self._records = assemble(parts, count)
        self.text = gather(self._records.text, block.edges)

    def _heads(self, texts: Texts, panel: I64) -> Records:
        """An OBR for each panel of each visit."""
        row = from_numpy(self._row[self._first])
        names = decode(self._block.results["panel"].take(from_numpy(self._first)))
        files = texts["file_number"].take(row)
        rank = decode(visits.numbers_text(panel))
        day = visits.day_text(self._block.reading.visit_days).take(row)
        parts: list[str | Piece] = [
            "OBR|",
            Piece(rank),
            "||",
            Piece(files, name="file_number#obr"),
            Piece(rank, before="-"),
            "|",
            Piece(names, before="^", after="^L"),
            "|||",
            Piece(day, name="visit_date#obr"),
            "||||||||||||||||||F\r",
        ]
        return assemble(parts, len(panel))

    def mark(self, marks: Marks, bases: I64) -> None:
        """Mark the orders and values of rows whose lines begin at `bases`."""
        at = self._records.edges
        begin = at[:-1] - at[self._block.edges[:-1]][self._row] + bases[self._row]
        marks.add(
            begin + self._records.starts["value"],
            self._records.sizes["value"],
            self._row,
            visits.RESULT_LABEL,
            visits.RESULTS,
        )
        marks.add_pieces(self._orders, begin[self._first], self._row[self._first])


@cache
def _of_analyses() -> tuple[Strings, Strings]:
    """What stands before and behind the value of each analysis: OBX-2 to 4, OBX-6."""
    known = catalogue()
    before, behind = [], []
    for analysis, qualitative in zip(known.analyses, known.qualitative.tolist(), strict=True):
        kind = "ST" if qualitative else "NM"
        name, short = analysis.name.replace("&", "\\T\\"), analysis.abbreviation
        before.append(f"|{kind}|{analysis.loinc}^{name}^LN^{short}^{short}^L||")
        behind.append(f"|{analysis.unit}^{analysis.unit}^UCUM|" if analysis.unit else "||")
    return strings(before), strings(behind)


def _report(block: Block, texts: Texts, options: Options, lines: _Lines) -> Records:
    """An ORU^R01: MSH PID, free text (NTE), PV1, and the results."""
    parts: list[str | Piece] = [
        *_header(block, texts, "ORU^R01", "ORU_R01", options),
        *_identity(block, texts),
        Piece(texts["comment"], before="NTE|1|L|", after="\r", name="comment"),
        Piece(texts["observation"], before="NTE|2|L|", after="\r", name="observation"),
        Piece(texts["call_note"], before="NTE|3|L|", after="\r", name="call_note"),
        Piece(texts["treatment"], before="NTE|4|L|Traitement : ", after="\r", name="treatment"),
        *_visit(block, texts),
        "ORC|RE||",
        Piece(texts["file_number"], name="file_number#orc"),
        "|||||||||",
        *_prescriber(texts, "orc"),
        "\r",
        Piece(lines.text, name="lines"),
    ]
    return assemble(parts, len(block))

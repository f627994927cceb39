"""Letters of a laboratory as Word documents, a file each.

The parts are written as XML and packed by the standard library: a letter needs five small parts, and
python-docx stamps its files with the clock. Spans are bytes of the member `word/document.xml`, escapes as
written.
"""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from pydantic import Field

from simbreach.shapes.contract import Out, ShapeOptions, Table
from simbreach.shapes.letters import Letter, in_words, letter_for
from simbreach.shapes.records import Line, Marks, Result, Value, records

NAME_FR = "Courriers d'un laboratoire au format Word (.docx)"

_BODY: Final = "word/document.xml"
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_TYPES: Final = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/{_BODY}" ContentType="{_TYPE}.document.main+xml"/>'
    f'<Override PartName="/word/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    '<Override PartName="/docProps/core.xml" '
    'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
)
_RELATIONS: Final = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/relationships/officeDocument" Target="{_BODY}"/>'
    f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" '
    'Target="docProps/core.xml"/></Relationships>'
)
_BODY_RELATIONS: Final = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/relationships/styles" Target="styles.xml"/></Relationships>'
)
_STYLES: Final = (
    f'{_XML}<w:styles xmlns:w="{_WORD}"><w:docDefaults><w:rPrDefault><w:rPr>'
    '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri"/><w:sz w:val="22"/><w:lang w:val="fr-FR"/>'
    '</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="60"/></w:pPr></w:pPrDefault>'
    '</w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
    "</w:style></w:styles>"
)
_PAGE: Final = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="709" w:footer="709" '
    'w:gutter="0"/></w:sectPr>'
)
_BOLD: Final = "<w:rPr><w:b/></w:rPr>"
_LARGE: Final = '<w:rPr><w:b/><w:sz w:val="32"/></w:rPr>'
_TO_THE_RIGHT: Final = '<w:pPr><w:ind w:left="5400"/></w:pPr>'


class Options(ShapeOptions):
    """How many letters there are."""

    documents: int = Field(1_000, ge=1, description="How many letters at most: rows are evenly spread.")


@dataclass(slots=True)
class _Xml:
    """The body under way, with the cells in it."""

    held: bytearray = field(default_factory=bytearray)
    marks: Marks = field(default_factory=Marks)

    def raw(self, text: str) -> None:
        self.held += text.encode()

    def paragraph(self, line: Line, look: str = "", place: str = "") -> None:
        """A paragraph of one run: `look` are its properties, `place` the paragraph's."""
        self.raw(f'<w:p>{place}<w:r>{look}<w:t xml:space="preserve">')
        for part in line:
            start = len(self.held)
            text = part.text if isinstance(part, Value) else part
            self.raw(escape(text))
            if isinstance(part, Value):
                self.marks.add(start, len(self.held), part.label, part.column)
                for first, last, label in part.inner:
                    sizes = [len(escape(text[:place_]).encode()) for place_ in (first, last)]
                    self.marks.add(start + sizes[0], start + sizes[1], label, part.column)
        self.raw("</w:t></w:r></w:p>")


def write(tables: Sequence[Table], out: Out, options: Options) -> None:
    """A letter for each of up to `documents` rows of the main table, in a folder for each source."""
    for record in records(tables[0], options.documents):
        letter = letter_for(record)
        body = _body(letter)
        with out.file(f"{record.source}/{letter.kind}-{record.row:07d}.docx") as file:
            _pack(file.path, letter, bytes(body.held))
            file.mark(body.marks.spans("byte", record, _BODY))
        out.count("documents", 1)
    out.count("rows_without_document", max(0, tables[0].rows - options.documents))


def _body(letter: Letter) -> _Xml:
    body = _Xml()
    body.raw(f'{_XML}<w:document xmlns:w="{_WORD}"><w:body>')
    for number, line in enumerate(letter.masthead):
        body.paragraph(line, "" if number else _LARGE)
    for line in letter.reference:
        body.paragraph(line)
    body.paragraph(("",))
    for line in letter.address:
        body.paragraph(line, "", _TO_THE_RIGHT)
    body.paragraph(("",))
    town = letter.record.get("laboratory_commune")
    when = f"le {in_words(letter.day)}"
    body.paragraph((town, f", {when}") if town else (when.capitalize(),), "", _TO_THE_RIGHT)
    body.paragraph(("Objet : ", letter.title), _BOLD)
    for line in letter.body:
        body.paragraph(line)
    if letter.results:
        _results(body, letter.results)
    for line in letter.after:
        body.paragraph(line)
    body.raw(f"{_PAGE}</w:body></w:document>")
    return body


def _results(body: _Xml, results: Sequence[Result]) -> None:
    """A table of four columns: what, how much, unit, what is usual."""
    body.raw('<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/></w:tblPr><w:tblGrid>')
    body.raw('<w:gridCol w:w="3800"/>' + '<w:gridCol w:w="1900"/>' * 3 + "</w:tblGrid>")
    _row(body, (("Examen",), ("Résultat",), ("Unité",), ("Valeurs usuelles",)), _BOLD)
    for result in results:
        look = _BOLD if result.unusual else ""
        _row(body, ((result.analysis,), (result.value,), (result.unit,), (result.usual,)), look)
    body.raw("</w:tbl>")


def _row(body: _Xml, cells: Sequence[Line], look: str) -> None:
    body.raw("<w:tr>")
    for cell in cells:
        body.raw("<w:tc>")
        body.paragraph(cell, look)
        body.raw("</w:tc>")
    body.raw("</w:tr>")


def _core(letter: Letter) -> str:
    """Who made the document, and when: the laboratory, on the day of the letter."""
    name = "".join(part.text if isinstance(part, Value) else part for part in letter.masthead[0])
    made = f'<dcterms:{{0}} xsi:type="dcterms:W3CDTF">{letter.day.isoformat()}T16:00:00Z</dcterms:{{0}}>'
    return (
        f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(letter.title)}</dc:title><dc:creator>{escape(name)}</dc:creator>"
        f"{made.format('created')}{made.format('modified')}</cp:coreProperties>"
    )


def _pack(path: Path, letter: Letter, body: bytes) -> None:
    parts = {
        "[Content_Types].xml": _TYPES.encode(),
        "_rels/.rels": _RELATIONS.encode(),
        _BODY: body,
        "word/_rels/document.xml.rels": _BODY_RELATIONS.encode(),
        "word/styles.xml": _STYLES.encode(),
        "docProps/core.xml": _core(letter).encode(),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(_entry(name, letter.day), data)


def _entry(name: str, day: date) -> zipfile.ZipInfo:
    """A member with a time that follows from the letter."""
    entry = zipfile.ZipInfo(name, (max(1980, day.year), day.month, day.day, 16, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 0
    return entry

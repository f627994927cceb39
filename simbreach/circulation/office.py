"""The cells and paragraphs of office documents (xlsx, docx, odt, ods): a line a row or paragraph.

XML is read as it comes, without a tree; a document type, which could name other files or itself a thousand
times, is refused.
"""

import datetime as dt
import re
import zipfile
from typing import Final
from xml.parsers import expat

from simbreach.circulation.found import CELL_CHARS, CELLS, DAMAGED, LOCKED, MEMBERS, Found, Stream

_XML_BYTES: Final = 64 << 20
_PIECE: Final = 1 << 18
_WORDS: Final = 1 << 21


class _StopReading(Exception):  # noqa: N818
    """Enough was read, or what may not be read."""


class _Reader:
    """Reads XML of one kind: what begins, ends and stands between, by local names."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """Some text."""


def _read_xml(stream: Stream, reader: _Reader, found: Found) -> None:
    def refuse(*_: object) -> None:
        raise _StopReading

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, own: reader.start(name.rpartition(":")[2], own)
    parser.EndElementHandler = lambda name: reader.end(name.rpartition(":")[2])
    parser.CharacterDataHandler = reader.text
    read = 0
    try:
        while data := stream.read(_PIECE):
            read += len(data)
            found.unpacked += len(data)
            parser.Parse(data, False)
            if read > _XML_BYTES or not found.room:
                raise _StopReading
        parser.Parse(b"", True)
    except _StopReading:
        found.note("a large document, or one of a type that is not read: its beginning was read")
    except RuntimeError:  # zipfile, of a member that is encrypted
        found.note(LOCKED)
    # See Found._piece.
    except Exception:
        found.note(DAMAGED)


# --- workbooks --------------------------------------------------------------------------------------------


def read_workbook(archive: zipfile.ZipFile, found: Found) -> None:
    """The cells of an xlsx workbook, a line a row, hidden sheets too."""
    names = archive.namelist()
    words, dates = _Words(), _Styles()
    for name, reader in (("xl/sharedStrings.xml", words), ("xl/styles.xml", dates)):
        if name in names:
            _member(archive, name, reader, found)
    sheets = [name for name in names if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)]
    for left, name in zip(range(min(len(sheets), MEMBERS), 0, -1), sheets, strict=False):
        sheet = _Sheet(words.words, dates.days, found.room // left)
        _member(archive, name, sheet, found)
        found.take("\n".join(sheet.lines), "xlsx")


def _member(archive: zipfile.ZipFile, name: str, reader: _Reader, found: Found) -> None:
    try:
        inside = archive.open(name)
    except Exception as problem:  # see Found._piece
        found.note(LOCKED if isinstance(problem, RuntimeError) else DAMAGED)
        return
    with inside:
        _read_xml(inside, reader, found)


class _Words(_Reader):
    """The words that cells name by number."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self._parts: list[str] = []
        self._shown = self._spoken = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "si":
            self._parts = []
        self._spoken |= name == "rPh"
        self._shown = name == "t" and not self._spoken

    def end(self, name: str) -> None:
        if name == "si":
            if len(self.words) >= _WORDS:
                raise _StopReading
            self.words.append("".join(self._parts)[:CELL_CHARS])
        self._spoken &= name != "rPh"
        self._shown = False

    def text(self, text: str) -> None:
        if self._shown:
            self._parts.append(text[:CELL_CHARS])


class _Styles(_Reader):
    """Which styles of cells are days. Source: ECMA-376, 18.8.30 (numFmt), 14 to 17 and 22 built in."""

    def __init__(self) -> None:
        self._formats = {"14", "15", "16", "17", "22"}
        self._inside = False
        self._number = 0
        self.days: set[str] = set()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt" and re.search(r"[dy]", re.sub(r'"[^"]*"|\[[^\]]*\]', "", _code(attributes))):
            self._formats.add(attributes.get("numFmtId", ""))
        if name == "cellXfs":
            self._inside = True
        elif name == "xf" and self._inside:
            if attributes.get("numFmtId") in self._formats:
                self.days.add(str(self._number))
            self._number += 1

    def end(self, name: str) -> None:
        self._inside &= name != "cellXfs"


def _code(attributes: dict[str, str]) -> str:
    return attributes.get("formatCode", "")[:256]


class _Sheet(_Reader):
    """The lines of one sheet."""

    def __init__(self, words: list[str], days: set[str], room: int) -> None:
        self.lines: list[str] = []
        self._words, self._days, self._room = words, days, room
        self._row: dict[int, str] = {}
        self._place, self._kind, self._style = -1, "", ""
        self._parts: list[str] = []
        self._shown = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self._row, self._place = {}, -1
        elif name == "c":
            where = re.match(r"[A-Z]{1,3}", attributes.get("r", ""))
            self._place = _column(where[0]) if where else self._place + 1
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._parts = []
        self._shown = name in ("v", "t")

    def end(self, name: str) -> None:
        self._shown = False
        if name == "c" and self._parts and self._place < CELLS:
            self._row[self._place] = self._cell("".join(self._parts))
        elif name == "row":
            width = max(self._row, default=-1) + 1
            line = "\t".join(self._row.get(place, "") for place in range(width))
            self._room -= len(line) + 1
            if self._room < 0:
                raise _StopReading
            self.lines.append(line)

    def text(self, text: str) -> None:
        if self._shown:
            self._parts.append(text[:CELL_CHARS])

    def _cell(self, value: str) -> str:
        if self._kind == "s":
            place = int(value) if value.isdecimal() and len(value) < 8 else -1
            return _one_line(self._words[place]) if 0 <= place < len(self._words) else ""
        if self._kind == "n" and self._style in self._days and re.fullmatch(r"\d{1,6}(\.\d+)?", value):
            day = dt.date(1899, 12, 30) + dt.timedelta(days=int(value.partition(".")[0]))
            return f"{day:%d/%m/%Y}"
        return _one_line(value[:CELL_CHARS])


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _one_line(text: str) -> str:
    return re.sub(r"[\t\r\n]", " ", text)


# --- texts and tables of other offices --------------------------------------------------------------------


def read_office(archive: zipfile.ZipFile, found: Found) -> None:
    """Paragraphs and tables of a docx, odt or ods file, a line each."""
    kind = "docx" if "word/document.xml" in archive.namelist() else "OpenDocument"
    names = [
        name
        for name in archive.namelist()
        if name == "content.xml" or re.fullmatch(r"word/(document|(header|footer|footnotes)\d*)\.xml", name)
    ]
    for name in names[:MEMBERS]:
        reader = _Paragraphs(kind == "docx", found.room)
        _member(archive, name, reader, found)
        found.take("\n".join(reader.lines), kind)


class _Paragraphs(_Reader):
    """The lines of a text: what `w:t` or `text:p` hold, cells of a row with tabs between."""

    def __init__(self, marked: bool, room: int) -> None:
        self.lines: list[str] = []
        self._marked, self._room = marked, room
        self._parts: list[str] = []
        self._cells: list[str] = []
        self._times = 1
        self._depth = self._texts = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("tc", "table-cell", "covered-table-cell"):
            self._depth += 1
            times = attributes.get("table:number-columns-repeated", "1")
            self._times = min(int(times), CELLS) if times.isdecimal() and len(times) < 8 else 1
        elif name in ("t", "p", "h", "span"):
            self._texts += name == "t" or not self._marked
        elif name in ("tab", "s"):
            self._parts.append("\t" if name == "tab" else " ")
        elif name in ("br", "line-break"):
            self._parts.append(" " if self._depth else "\n")

    def end(self, name: str) -> None:
        if name in ("t", "p", "h", "span"):
            self._texts -= name == "t" or not self._marked
        if name in ("p", "h"):
            if self._depth:
                self._parts.append(" ")
            else:
                self._line("".join(self._parts))
        elif name in ("tc", "table-cell", "covered-table-cell"):
            self._depth -= 1
            cell = _one_line("".join(self._parts)[:CELL_CHARS].strip())
            self._cells += [cell] * min(self._times, CELLS - len(self._cells))
            self._parts = []
        elif name in ("tr", "table-row") and self._cells:
            self._line("\t".join(self._cells).rstrip("\t"))
            self._cells = []

    def text(self, text: str) -> None:
        if self._texts > 0:
            self._parts.append(text)

    def _line(self, line: str) -> None:
        self._parts = []
        self._room -= len(line) + 1
        if self._room < 0:
            raise _StopReading
        self.lines.append(line)

"""Letters set on A4 pages with a text layer, as PDF files: what `pdf` writes and mails carry as attachments.

ReportLab sets them: it is kept up, needs no program beside Python, writes text that can be searched and
copied without a font to embed, and in its `invariant` mode the same bytes every time.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from simbreach.core.errors import MissingExtraError
from simbreach.shapes.letters import Letter, in_words
from simbreach.shapes.records import Line, Marks, Value

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

# A4, in points.
_WIDTH, _HEIGHT = 595.2756, 841.8898
_LEFT: Final = 48.0
_RIGHT: Final = _WIDTH - 48.0
_BOTTOM: Final = 62.0
_PLAIN, _BOLD = "Helvetica", "Helvetica-Bold"
# Inks of mastheads, one for each laboratory.
_INKS: Final = ((0.05, 0.28, 0.45), (0.36, 0.1, 0.25), (0.1, 0.36, 0.24), (0.42, 0.25, 0.05), (0.2, 0.2, 0.2))
_WORD = re.compile(r"\S+\s*|\s+")
# Where the columns of a table of results begin.
_TABLE: Final = (_LEFT, _LEFT + 215.0, _LEFT + 305.0, _LEFT + 380.0)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A PDF file: its bytes, the pages that its cells stand on, and how many characters it lacks."""

    data: bytes
    marks: Marks
    replaced: int


@dataclass(slots=True)
class _Setting:
    """A document under way: what is drawn on each page, and where the pen is."""

    pages: list[list[tuple[float, float, str, float, str]]] = field(default_factory=lambda: [[]])
    marks: Marks = field(default_factory=Marks)
    replaced: int = 0
    y: float = _HEIGHT - 52.0

    def room(self, height: float) -> None:
        """Begin a page where fewer than `height` points are left."""
        if self.y - height < _BOTTOM:
            self.pages.append([])
            self.y = _HEIGHT - 60.0

    def line(self, parts: Line, x: float, width: float, size: float, words: str, cells: str = "") -> None:
        """Set a paragraph: words in the font `words`, cells in `cells`, the same unless given."""
        runs = [
            (cells or words, self._writable(part.text)) if isinstance(part, Value) else (words, part)
            for part in parts
        ]
        rows = list(_broken(runs, width, size))
        self.room(len(rows) * size * 1.3 if len(rows) < 40 else size * 1.3)
        first = len(self.pages) - 1
        for row in rows:
            self.room(size * 1.3)
            at = x
            for font, text in row:
                self.pages[-1].append((at, self.y, font, size, text))
                at += _width(text, font, size)
            self.y -= size * 1.3
        for value in (part for part in parts if isinstance(part, Value)):
            self.mark(value, first, len(self.pages))

    def mark(self, value: Value, start: int, end: int) -> None:
        """`value` stands on the pages [start, end)."""
        self.marks.add(start, end, value.label, value.column)
        for _, _, label in value.inner:
            self.marks.add(start, end, label, value.column)

    def _writable(self, text: str) -> str:
        """What the standard fonts hold: Windows' Western letters, a question mark for others."""
        if text.isascii():
            return text
        written = text.encode("cp1252", "replace").decode("cp1252")
        self.replaced += sum(one != other for one, other in zip(text, written, strict=True))
        return written


def _broken(runs: list[tuple[str, str]], width: float, size: float) -> Iterator[list[tuple[str, str]]]:
    """Runs of font and text in rows no wider than `width`."""
    if sum(_width(text, font, size) for font, text in runs) <= width:
        yield runs
        return
    row: list[tuple[str, str]] = []
    used = 0.0
    for font, text in runs:
        for word in _WORD.findall(text):
            if row and used + _width(word.rstrip(), font, size) > width:
                yield row
                row, used = [], 0.0
            if row and row[-1][0] == font:
                row[-1] = (font, row[-1][1] + word)
            else:
                row.append((font, word))
            used += _width(word, font, size)
    if row:
        yield row


def draw(letter: Letter, watermark: str = "") -> Drawn:
    """The letter as a PDF file; `watermark` is written across its pages."""
    setting = _Setting()
    for number, line in enumerate(letter.masthead):
        setting.line(line, _LEFT, 300, 8.5 if number else 15, _PLAIN if number else _BOLD)
    top = setting.y
    setting.y -= 22
    for line in letter.reference:
        setting.line(line, _LEFT, 230, 9, _PLAIN, _BOLD)
    low = setting.y
    setting.y = top - 34
    for line in letter.address:
        setting.line(line, 310, _RIGHT - 310, 10.5, _PLAIN)
    setting.y = min(low, setting.y) - 16
    _dated(setting, letter)
    setting.line((letter.title,), _LEFT, _RIGHT - _LEFT, 12, _BOLD)
    cells = _BOLD if letter.kind == "compte-rendu" else _PLAIN
    setting.y -= 8
    for line in letter.body:
        setting.line(line, _LEFT, _RIGHT - _LEFT, 10, _PLAIN, cells)
        setting.y -= 3
    _results(setting, letter)
    setting.y -= 8
    for line in letter.after:
        setting.line(line, _LEFT, _RIGHT - _LEFT, 10, _PLAIN, cells)
        setting.y -= 3
    return Drawn(_print(setting, letter, top, watermark), setting.marks, setting.replaced)


def _dated(setting: _Setting, letter: Letter) -> None:
    """`Vannes, le 6 janvier 2015`, on the right."""
    town = letter.record.get("laboratory_commune")
    when = f"le {in_words(letter.day)}"
    setting.line((town, f", {when}") if town else (when.capitalize(),), 310, _RIGHT - 310, 10, _PLAIN)
    setting.y -= 12


def _results(setting: _Setting, letter: Letter) -> None:
    """The table of results: what, how much, unit, what is usual."""
    if not letter.results:
        return
    setting.y -= 6
    _row(setting, (("Examen",), ("Résultat",), ("Unité",), ("Valeurs usuelles",)), _BOLD)
    group = ""
    for result in letter.results:
        if result.chapter != group:
            group = result.chapter
            setting.y -= 4
            setting.line((group.upper(),), _LEFT, 400, 9, _BOLD)
        _row(
            setting,
            ((result.analysis,), (result.value,), (result.unit,), (result.usual,)),
            _BOLD if result.unusual else _PLAIN,
        )


def _row(setting: _Setting, cells: tuple[Line, ...], font: str) -> None:
    setting.room(14)
    top = lowest = setting.y
    for x, end, cell in zip(_TABLE, (*_TABLE[1:], _RIGHT), cells, strict=True):
        setting.y = top
        if cell != ("",):
            setting.line(cell, x, end - x - 6, 9, font)
        lowest = min(lowest, setting.y)
    setting.y = lowest


def _print(setting: _Setting, letter: Letter, top: float, watermark: str) -> bytes:
    """The pages as a file without a clock or random numbers in it."""
    held = io.BytesIO()
    canvas = _reportlab()[0](held, pagesize=(_WIDTH, _HEIGHT), invariant=1, pageCompression=1)
    made = f"D:{letter.day:%Y%m%d}180000+00'00'"
    canvas.setDateFormatter(lambda *_: made)
    name = "".join(part.text if isinstance(part, Value) else part for part in letter.masthead[0])
    canvas.setTitle(letter.title)
    canvas.setAuthor(name)
    canvas.setCreator("LaboEdit 4.12")
    canvas.setSubject(letter.kind)
    ink = _INKS[sum(name.encode()) % len(_INKS)]
    for number, page in enumerate(setting.pages, 1):
        if watermark:
            _across(canvas, watermark)
        if number == 1:
            canvas.setStrokeColorRGB(*ink)
            canvas.setLineWidth(1.2)
            canvas.line(_LEFT, top + 3, _RIGHT, top + 3)
        for x, y, font, size, text in page:
            canvas.setFillColorRGB(*(ink if size == 15 else (0, 0, 0)))
            canvas.setFont(font, size)
            canvas.drawString(x, y, text)
        canvas.setFont(_PLAIN, 7.5)
        canvas.setFillColorRGB(0.35, 0.35, 0.35)
        canvas.drawCentredString(_WIDTH / 2, 34, f"{letter.title} - page {number} sur {len(setting.pages)}")
        canvas.showPage()
    canvas.save()
    return held.getvalue()


def _across(canvas: "Canvas", words: str) -> None:
    canvas.saveState()
    canvas.setFillColorRGB(0.86, 0.86, 0.86)
    canvas.translate(_WIDTH / 2, _HEIGHT / 2)
    canvas.rotate(52)
    canvas.setFont(_BOLD, 72)
    canvas.drawCentredString(0, -24, words)
    canvas.restoreState()


@cache
def _reportlab() -> tuple[Any, Any]:
    """The library's canvas, and how it measures words."""
    try:
        from reportlab.pdfbase.pdfmetrics import stringWidth  # type: ignore[import-untyped]
        from reportlab.pdfgen.canvas import Canvas
    except ImportError:
        raise MissingExtraError("PDF files need an extra: pip install 'simbreach[shapes]'") from None
    return Canvas, stringWidth


def _width(text: str, font: str, size: float) -> float:
    """How wide a text is, in points."""
    width: float = _reportlab()[1](text, font, size)
    return width

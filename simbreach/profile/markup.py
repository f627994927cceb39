"""Headings, paragraphs and tables in Markdown or in one HTML page, from the same calls."""

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Protocol


class Markup(Protocol):
    """How a document is written. `text`, `code` and `link` give pieces of a line, the others whole blocks."""

    ending: str

    def text(self, text: str) -> str:
        """Plain words, whatever characters they hold."""

    def code(self, text: str) -> str:
        """Names and values, in a typewriter's letters."""

    def link(self, text: str, anchor: str) -> str:
        """A link to a heading of the document by its anchor."""

    def lines(self, pieces: Iterable[str]) -> str:
        """Pieces below each other, as in a cell of a table."""

    def heading(self, level: int, text: str, anchor: str) -> str:
        """A heading: 1 is the document's own."""

    def paragraph(self, piece: str) -> str:
        """A paragraph."""

    def table(self, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
        """A table of pieces."""

    def document(self, blocks: Iterable[str], title: str, language: str) -> str:
        """All blocks as one file."""


class Markdown:
    """GitHub's Markdown."""

    ending = "md"

    def text(self, text: str) -> str:
        """Words with what Markdown would read as marks escaped."""
        line = re.sub(r"[ \t\r\n]+", " ", text)
        return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", line)

    def code(self, text: str) -> str:
        """Code between as many backquotes as its own do not reach."""
        fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
        blank = " " if text[:1] in ("`", "", " ") or text.endswith("`") else ""
        return f"{fence}{blank}{text}{blank}{fence}".replace("|", "\\|")

    def link(self, text: str, anchor: str) -> str:
        """A link in brackets."""
        return f"[{self.text(text)}](#{anchor})"

    def lines(self, pieces: Iterable[str]) -> str:
        """Pieces with line breaks between them."""
        return "<br>".join(pieces)

    def heading(self, level: int, text: str, anchor: str) -> str:
        """A heading with an anchor of its own, which does not depend on how a site makes them."""
        return f'<a id="{anchor}"></a>\n\n{"#" * level} {self.text(text)}'

    def paragraph(self, piece: str) -> str:
        """The piece as it is."""
        return piece

    def table(self, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
        """A line a row."""
        lines = [heading, ["---"] * len(heading), *rows]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)

    def document(self, blocks: Iterable[str], title: str, language: str) -> str:
        """The blocks with empty lines between them."""
        return "\n\n".join(blocks) + "\n"


_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 100rem; padding: 1rem 1.5rem 4rem; }
h1 { line-height: 1.2; } h2 { margin-top: 3rem; border-bottom: 2px solid var(--line); }
p { max-width: 50rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem; border-bottom: 1px solid var(--line); }
th { position: sticky; top: 0; background: Canvas; white-space: nowrap; }
tbody tr:hover { background: var(--soft); }
td { min-width: 4rem; max-width: 34rem; } td:nth-child(3), td:last-child { min-width: 12rem; }
.wide table:has(tr > :nth-child(3)) { min-width: 60rem; }
code { font: 12px/1.4 ui-monospace, monospace; background: var(--soft); padding: 0 .2rem; border-radius: 3px;
  white-space: pre-wrap; overflow-wrap: break-word; }
"""


class Html:
    """One page that needs no other file and no network."""

    ending = "html"

    def text(self, text: str) -> str:
        """Words with HTML's own characters escaped."""
        return escape(text)

    def code(self, text: str) -> str:
        """A code element."""
        return f"<code>{escape(text)}</code>"

    def link(self, text: str, anchor: str) -> str:
        """A link inside the page."""
        return f'<a href="#{anchor}">{escape(text)}</a>'

    def lines(self, pieces: Iterable[str]) -> str:
        """Pieces with line breaks between them."""
        return "<br>".join(pieces)

    def heading(self, level: int, text: str, anchor: str) -> str:
        """A heading that links find."""
        return f'<h{level} id="{anchor}">{escape(text)}</h{level}>'

    def paragraph(self, piece: str) -> str:
        """A paragraph."""
        return f"<p>{piece}</p>"

    def table(self, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
        """A table that scrolls sideways on its own where the page is narrower."""
        head = "".join(f"<th>{cell}</th>" for cell in heading)
        body = "\n".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"
        return f'<div class="wide">{table}</div>'

    def document(self, blocks: Iterable[str], title: str, language: str) -> str:
        """The page."""
        return (
            f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(title)}</title>\n<style>{_STYLE}</style></head>\n<body>\n"
            + "\n".join(blocks)
            + "\n</body></html>\n"
        )

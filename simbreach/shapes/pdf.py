"""Result sheets and letters as PDF files with a text layer, a file each: a laboratory's print folder.

Spans have the unit `page`: start is the number of the page, from 0, in a file of `pdf`; a cell that runs
over has an end further on. Of a large table, rows evenly spread are taken, `documents` at most.
"""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from simbreach.shapes.contract import Out, ShapeOptions, Table
from simbreach.shapes.letters import letter_for, sheet_for
from simbreach.shapes.records import Record, records

NAME_FR = "Comptes rendus et courriers en PDF, avec leur couche de texte"


class Options(ShapeOptions):
    """How the PDF files are made."""

    documents: int = Field(1_000, ge=1, description="How many documents at most: rows are evenly spread.")
    kind: Literal["results", "letters", "mixed"] = Field(
        "mixed", description="Result sheets, letters, or one letter among four documents."
    )
    watermark: str = Field("", max_length=16, description="A word across each page. Empty: none.")


def write(tables: Sequence[Table], out: Out, options: Options) -> None:
    """A PDF file for each of up to `documents` rows of the main table, in a folder for each source."""
    from simbreach.shapes.pages import draw

    for record in records(tables[0], options.documents):
        letter = letter_for(record) if _is_letter(record, options.kind) else sheet_for(record)
        drawn = draw(letter, options.watermark)
        with out.file(f"{record.source}/{letter.kind}-{record.row:07d}.pdf") as file:
            file.write(drawn.data)
            file.mark(drawn.marks.spans("page", record))
        out.count("documents", 1)
        out.count("replaced_characters", drawn.replaced)
    out.count("rows_without_document", max(0, tables[0].rows - options.documents))


def _is_letter(record: Record, kind: str) -> bool:
    return kind == "letters" or (kind == "mixed" and record.number("document") % 4 == 0)

"""Laboratories' mailboxes: results by mail with a PDF or CSV attached, questions, forwarded threads.

Written by hand, since the standard library's own writer makes random boundaries and tells no offsets. Parts
come as mail software writes them: in clear (8bit), as quoted-printable, as base64. Spans of a part in
clear, and of headers in ASCII, are bytes of the file. Spans of a coded part have a `member`, the number of
the mail (from 1; only `mbox`) and of its part, `17/2`: bytes of the part as it reads once decoded, or pages
of an attached PDF.
"""

import binascii
import io
from base64 import b64encode, encodebytes
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Final, Literal

from pydantic import Field

from simbreach.shapes import mails
from simbreach.shapes.contract import LeakFile, Out, ShapeOptions, Table
from simbreach.shapes.letters import sheet_for
from simbreach.shapes.mails import Mail
from simbreach.shapes.records import Line, Marks, Record, Value, records

NAME_FR = "Boîte aux lettres d'un laboratoire : résultats par courriel, pièces jointes, fils transférés"

_LONGEST: Final = 990
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# How software sends text: which letters, which coding.
_WAYS: Final = (
    *(("iso-8859-1", "8bit"), ("windows-1252", "8bit"), ("utf-8", "8bit")),
    *(("iso-8859-1", "quoted-printable"), ("utf-8", "quoted-printable"), ("utf-8", "base64")),
)


class Options(ShapeOptions):
    """How the mails are kept."""

    documents: int = Field(1_000, ge=1, description="How many mails at most: rows are evenly spread.")
    format: Literal["mbox", "eml"] = Field("mbox", description="A mailbox a source, or a file a mail.")
    attachments: bool = Field(True, description="Whether results come as attached files.")


@dataclass(slots=True)
class _Bytes:
    """Bytes of a mail under way, with the cells in them: `marks` are places in the bytes from `base` on."""

    newline: bytes
    base: int = 0
    held: io.BytesIO = field(default_factory=io.BytesIO)
    marks: Marks = field(default_factory=Marks)
    replaced: int = 0

    def line(self, text: str = "") -> None:
        """A line of ASCII: headers, boundaries."""
        self.held.write(text.encode("ascii") + self.newline)

    def write(self, line: Line, charset: str) -> None:
        """A line of words and cells, and its end."""
        for part in line:
            text = part.text if isinstance(part, Value) else part
            start = self.base + self.held.tell()
            self.held.write(self._encoded(text, charset))
            if isinstance(part, Value):
                self.marks.add(start, self.base + self.held.tell(), part.label, part.column)
                for first, last, label in part.inner:
                    sizes = [len(text[:place].encode(charset, "replace")) for place in (first, last)]
                    self.marks.add(start + sizes[0], start + sizes[1], label, part.column)
        self.held.write(self.newline)

    def _encoded(self, text: str, charset: str) -> bytes:
        data = text.encode(charset, "replace")
        if not text.isascii():
            self.replaced += sum(one != other for one, other in zip(text, data.decode(charset), strict=True))
        return data


def write(tables: Sequence[Table], out: Out, options: Options) -> None:
    """Up to `documents` mails: about rows with an address, the patient's or prescriber's, if any."""
    chosen = records(tables[0], options.documents, ("email", "prescriber_email"))
    if options.format == "eml":
        for number, record in enumerate(chosen, 1):
            with out.file(f"courriel-{number:05d}.eml") as file:
                _write_mail(record, file, out, options, b"\r\n", "")
        return
    names: Counter[str] = Counter()
    for source, of_source in groupby(chosen, lambda record: record.source):
        names[source] += 1
        again = f"-{names[source]}" if names[source] > 1 else ""
        with out.file(f"{source}{again}.mbox") as file:
            for number, record in enumerate(of_source, 1):
                sender = mails.laboratory_address(record)
                address = sender.text if isinstance(sender, Value) else sender
                envelope = f"From {address} {_in_envelope(mails.day_of_mail(record), record)}\n"
                file.write(envelope.encode("ascii", "replace"))
                _write_mail(record, file, out, options, b"\n", f"{number}/")
                file.write(b"\n")


def _write_mail(
    record: Record, file: LeakFile, out: Out, options: Options, newline: bytes, number: str
) -> None:
    """One mail: headers, text, attachment."""
    mail = mails.mail_for(record, attachments=options.attachments)
    attached = _attachment(mail, newline)
    charset, way = _way(mail)
    written = _Bytes(newline, file.position)
    _headers(written, mail)
    boundary = f"----=_NextPart_{record.number('boundary'):016X}"
    if attached:
        written.line(f'Content-Type: multipart/mixed; boundary="{boundary}"')
        written.line()
        written.line("This is a multi-part message in MIME format.")
        written.line(f"--{boundary}")
    written.line(f"Content-Type: text/plain; charset={charset}")
    written.line(f"Content-Transfer-Encoding: {way}")
    written.line()
    text = written if way == "8bit" else _Bytes(newline)
    for line in mail.text:
        text.write(line, charset)
    if text is not written:
        written.held.write(_coded(text.held.getvalue(), way, newline))
        file.mark(text.marks.spans("byte", record, f"{number}1"))
        written.replaced += text.replaced
    if attached:
        name, kind, data, marks, unit = attached
        written.line(f"--{boundary}")
        written.line(f'Content-Type: {kind}; name="{name}"')
        written.line("Content-Transfer-Encoding: base64")
        written.line(f'Content-Disposition: attachment; filename="{name}"')
        written.line()
        written.held.write(_coded(data, "base64", newline))
        written.line(f"--{boundary}--")
        file.mark(marks.spans(unit, record, f"{number}2"))
    file.write(written.held.getvalue())
    file.mark(written.marks.spans("byte", record))
    out.count("documents", 1)
    out.count("replaced_characters", written.replaced)


def _way(mail: Mail) -> tuple[str, str]:
    """Letters and coding of the text: in clear only if no line is too long or looks like a separator."""
    charset, way = mail.record.one_of("way", _WAYS)
    lines = ["".join(part.text if isinstance(part, Value) else part for part in line) for line in mail.text]
    if way == "8bit" and any(len(line) > _LONGEST // 4 or line.startswith("From ") for line in lines):
        way = "quoted-printable"
    return charset, way


def _coded(data: bytes, way: str, newline: bytes) -> bytes:
    """The bytes as quoted-printable or base64, in lines that end in `newline`."""
    if way == "base64":
        return encodebytes(data).replace(b"\n", newline)
    coded = binascii.b2a_qp(data, istext=True)
    # A mailbox takes a line that begins so for the next mail.
    return b"".join(
        b"=46" + line[1:] if line.startswith(b"From ") else line for line in coded.splitlines(keepends=True)
    )


def _headers(written: _Bytes, mail: Mail) -> None:
    record = mail.record
    host = mails.host(record)
    when = _in_header(mail.day, record)
    desk = record.number("desk")
    written.line(f"Return-Path: <bounce@{host}>")
    written.line(f"Received: from poste{desk % 9 + 1}.{host} ([192.0.2.{desk % 250 + 1}])")
    written.line(f"\tby smtp.{host} with ESMTP id {record.number('queue'):016X}; {when}")
    written.line(f"Date: {when}")
    for name, (shown, address) in (("From", mail.sender), ("To", mail.to)):
        written.write((f"{name}: ", *_shown(shown), "<", address, ">"), "ascii")
    subject = mail.subject
    written.line(f"Subject: {subject if subject.isascii() else _word(subject)}")
    written.line(f"Message-ID: <{record.number('message'):016x}@smtp.{host}>")
    if mail.answers:
        written.line(f"In-Reply-To: <{record.number('first'):016x}@smtp.{host}>")
        written.line(f"References: <{record.number('first'):016x}@smtp.{host}>")
    written.line("X-Mailer: LaboCourrier 4.12")
    written.line("MIME-Version: 1.0")


def _shown(line: Line) -> Line:
    """A name before an address: as it is where it is ASCII, else as one encoded word, which has no span."""
    text = "".join(part.text if isinstance(part, Value) else part for part in line)
    if not text:
        return ()
    if text.isascii() and not set(text) & set('"\\'):
        return ('"', *line, '" ')
    return (_word(text), " ")


def _word(text: str) -> str:
    """Header text as encoded words, each on a line short enough."""
    pieces = [text[at : at + 18] for at in range(0, len(text), 18)]
    return " ".join(f"=?utf-8?B?{b64encode(piece.encode()).decode()}?=" for piece in pieces)


def _attachment(mail: Mail, newline: bytes) -> tuple[str, str, bytes, Marks, str] | None:
    """File name, type, bytes, spans and their unit of what is attached."""
    if mail.attached == "pdf":
        from simbreach.shapes.pages import draw

        drawn = draw(sheet_for(mail.record))
        return f"CR_{mail.record.row:07d}.pdf", "application/pdf", drawn.data, drawn.marks, "page"
    if mail.attached == "csv":
        table = _Bytes(b"\r\n")
        for line in mails.as_table(mail.record):
            table.write(line, "windows-1252")
        return f"export_{mail.record.row:07d}.csv", "text/csv", table.held.getvalue(), table.marks, "byte"
    return None


def _in_header(day: date, record: Record) -> str:
    """`Mon, 05 Jan 2015 16:04:12 +0100`."""
    zone = "+0200" if _is_summer(day) else "+0100"
    named = f"{_WEEKDAYS[day.weekday()]}, {day.day:02d} {_MONTHS[day.month - 1]} {day.year}"
    return f"{named} {mails.time_of(record)} {zone}"


def _in_envelope(day: date, record: Record) -> str:
    """`Mon Jan  5 16:04:12 2015`, as the separators of a mailbox have it."""
    return (
        f"{_WEEKDAYS[day.weekday()]} {_MONTHS[day.month - 1]} {day.day:2d} {mails.time_of(record)} {day.year}"
    )


def _is_summer(day: date) -> bool:
    """Whether French clocks show summer time: from the last Sunday of March to that of October."""
    return _last_sunday(day.year, 3) <= day < _last_sunday(day.year, 10)


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)

"""The text of web pages, mails and PDF files: a line a paragraph or a table's row."""

import email
import email.header
import email.message
import logging
import re
from collections.abc import Iterator
from html import unescape
from typing import BinaryIO, Final

from simbreach.circulation.found import DAMAGED, LOCKED, MEMBERS, Found

_PAGES: Final = 100
_MAIL_BYTES: Final = 12 << 20
# A mail of more parts is no mail; so many in each other would take the parser hours.
_BORDERS: Final = 4_000


# --- web pages and mails ----------------------------------------------------------------------------------


def is_page(text: str) -> bool:
    """Whether a text is a web page."""
    return (
        re.match(
            r"\s{0,999}(<!--[^>]{0,999}-->\s{0,999})?<(!doctype html|html|head|body|table|div|p)\b",
            text,
            re.I,
        )
        is not None
    )


def page_text(text: str) -> str:
    """A web page without its tags: a line a row or paragraph, tabs between cells."""
    text = re.sub(r"<(script|style)\b[^<]*</\1\s*>", "", text, flags=re.I)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" ?</t[dh]\s*> ?", "\t", text, flags=re.I)
    text = re.sub(r"<(?:br\b|/tr\b|/p\b|/div\b|/li\b|/h\d|/table\b)[^<>]*>", "\n", text, flags=re.I)
    lines = unescape(re.sub(r"<[^<>]*>", "", text)).split("\n")
    return "\n".join(line.strip(" ").removesuffix("\t") for line in lines)


_HEADER: Final = re.compile(
    rb"From |(?:Return-Path|Received|Delivered-To|X-[\w-]+|From|To|Subject|Message-ID|MIME-Version|"
    rb"Content-Type):\s",
    re.I,
)
_MIME: Final = re.compile(
    rb"^(?:MIME-Version|Content-Type|Message-ID|Content-Transfer-Encoding):", re.I | re.M
)


def is_mail(head: bytes) -> bool:
    """Whether a file that begins with `head` is a mail or a box of them."""
    return _HEADER.match(head) is not None and _MIME.search(head) is not None


def mail_parts(data: bytes, found: Found) -> Iterator[bytes]:
    """The attachments of mails; their texts and headings are kept on the way."""
    if len(data) > _MAIL_BYTES:
        found.note("a large box of mails: its beginning was read")
    parts = 0
    for message in re.split(rb"^(?=From \S)", data[:_MAIL_BYTES], flags=re.M):
        mail = re.sub(rb"\AFrom [^\n]*\n", b"", message)
        if mail.count(b"\n--") > _BORDERS:
            found.note("a mail of thousands of parts: passed over")
            continue
        try:
            read = email.message_from_bytes(mail)
            lines = [
                str(email.header.make_header(email.header.decode_header(read[name])))
                for name in _TOLD
                if read[name]
            ]
            found.take("\n".join(" ".join(line.split()) for line in lines), "mail")
            for part in read.walk():
                parts += 1
                if parts > 40 * MEMBERS:
                    return
                payload = part.get_payload(decode=True)
                if not isinstance(payload, bytes) or not payload:
                    continue
                if part.get_content_maintype() == "text" and part.get_content_disposition() != "attachment":
                    _take_body(payload, part, found)
                else:
                    yield payload
        # The parser of mails raises whatever a heading made it stumble over.
        except Exception:
            found.note(DAMAGED)


_TOLD: Final = ("From", "To", "Cc", "Subject")


def _take_body(payload: bytes, part: "email.message.Message[str, str]", found: Found) -> None:
    charset = part.get_content_charset("utf-8")
    try:
        text = payload.decode(charset)
    except (LookupError, UnicodeDecodeError):
        text = payload.decode("utf-8" if charset == "us-ascii" else "cp1252", "replace")
    if part.get_content_subtype() == "html":
        text = page_text(text)
    found.take(text[: found.room], "mail")


# --- PDF --------------------------------------------------------------------------------------------------


def read_pdf(file: BinaryIO, found: Found) -> None:
    """The text of a PDF file's pages, of at most 100 spread evenly; a note where pypdf is not installed."""
    try:
        import pypdf
    except ImportError:
        found.note("the text of PDF files is read with pypdf: pip install pypdf")
        return
    # What it has to say about a file may hold bytes of it.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)
    try:
        reader = pypdf.PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            found.note(LOCKED)
            found.locked += 1
            return
        pages = len(reader.pages)
        step = -(-pages // _PAGES) if pages else 1
        if step > 1:
            found.note(f"one of {step} of its pages was read")
        for number in range(0, pages, step):
            if not found.room:
                break
            found.take(reader.pages[number].extract_text()[: found.room], "PDF")
    # See Found._piece.
    except Exception:
        found.note(DAMAGED)

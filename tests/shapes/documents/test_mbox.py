import email
import email.policy
import io
import mailbox
import re
from collections.abc import Mapping
from email.message import Message

import pypdf
import pytest


def mails_of(leak) -> Mapping[str, list[Message]]:
    """Every file's mails, read by the standard library."""
    found: dict[str, list[Message]] = {}
    for name in leak.files:
        if name.endswith(".eml"):
            found[name] = [email.message_from_bytes(leak.read(name))]
        else:
            box = mailbox.mbox(leak.folder / name, create=False)
            found[name] = list(box)
            box.close()
    return found


def decoded(mails: Mapping[str, list[Message]], file: str, member: str) -> bytes:
    number, _, part = member.rpartition("/")
    mail = mails[file][int(number) - 1 if number else 0]
    parts = mail.get_payload() if mail.is_multipart() else [mail]
    return parts[int(part) - 1].get_payload(decode=True)


def text_of(data: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages).split())


@pytest.mark.parametrize("form", ["mbox", "eml"])
def test_every_span_is_its_cell_in_clear_or_once_its_part_is_decoded(leaked, form):
    leak = leaked("mbox", format=form)
    mails, clear, coded = mails_of(leak), 0, 0
    files = leak.bytes()
    for mark in leak.marks():
        if mark.cell is None or mark.unit == "page":
            continue
        data = files[mark.file] if mark.member is None else decoded(mails, mark.file, mark.member)
        cut = data[mark.start : mark.end]
        said = {cut.decode("utf-8", "ignore"), cut.decode("cp1252", "replace")}
        assert mark.cell.strip() in said or any(one and one in mark.cell for one in said), mark
        clear += mark.member is None
        coded += mark.member is not None
    assert clear > 100
    assert coded > 100


def test_page_spans_are_pages_of_the_attached_pdf(leaked):
    leak = leaked("mbox")
    mails = mails_of(leak)
    marks = [mark for mark in leak.marks() if mark.unit == "page" and mark.cell][:400]
    texts = {key: text_of(decoded(mails, *key)) for key in {(mark.file, mark.member) for mark in marks}}
    assert marks
    assert all(" ".join(mark.cell.split()) in texts[mark.file, mark.member] for mark in marks)


def test_a_mailbox_is_one_source_and_holds_as_many_mails_as_were_counted(leaked):
    leak = leaked("mbox")
    assert sum(map(len, mails_of(leak).values())) == leak.counts["documents"]
    assert all(name.count("/") == 0 and name.endswith(".mbox") for name in leak.files)


def test_every_mail_is_without_fault_for_the_standard_library(leaked):
    leak = leaked("mbox", format="eml")
    faults = [
        defect
        for name in leak.files
        for part in email.message_from_bytes(leak.read(name), policy=email.policy.default).walk()
        for defect in part.defects
    ]
    assert faults == []


def test_hosts_of_headers_are_under_domains_kept_for_examples(leaked):
    leak = leaked("mbox", format="eml")
    names = ("Message-ID", "References", "Received", "Return-Path", "In-Reply-To")
    said = " ".join(
        str(email.message_from_bytes(leak.read(file))[name] or "") for file in leak.files for name in names
    )
    hosts = re.findall(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|fr)\b", said)
    assert hosts
    assert {".".join(host.split(".")[-2:]) for host in hosts} <= {"example.com", "example.net", "example.org"}


def test_header_dates_are_days_after_the_visit_in_french_time(leaked, hand_made):
    leak = leaked("mbox", [one_mail(hand_made)], format="eml")
    date = email.message_from_bytes(leak.read(leak.files[0]), policy=email.policy.default)["Date"].datetime
    assert (date.year, date.month) == (2018, 7)
    assert date.utcoffset().total_seconds() == 7200


def test_all_codings_that_mail_software_uses_are_there(leaked):
    leak = leaked("mbox", format="eml")
    codings = {
        part["Content-Transfer-Encoding"]
        for name in leak.files
        for part in email.message_from_bytes(leak.read(name)).walk()
        if part.get_content_type() == "text/plain"
    }
    assert codings == {"8bit", "quoted-printable", "base64"}


def test_threads_quote_what_was_asked(leaked):
    leak = leaked("mbox")
    texts = [
        part.get_payload(decode=True).decode(part.get_content_charset())
        for mails in mails_of(leak).values()
        for mail in mails
        for part in mail.walk()
        if part.get_content_type() == "text/plain"
    ]
    assert any(re.search(r"^> ", text, re.M) and "a écrit" in text for text in texts)
    assert any("-----Message d'origine-----" in text for text in texts)


def test_only_rows_with_an_address_are_written_about_if_there_are_any(leaked, hand_made):
    table = hand_made(
        NOM=("usage_name", "name.last", ["PETIT", "DUBOIS"]),
        DATE=("visit_date", "date.visit", ["03/07/2018", "04/07/2018"]),
        MAIL=("email", "contact.email", [None, "a.dubois@orange.example.com"]),
    )
    assert {mark.row for mark in leaked("mbox", [table]).marks()} == {1}


def test_a_cell_that_opens_a_line_with_from_does_not_split_the_mailbox(leaked, hand_made):
    table = hand_made(
        NOM=("usage_name", "name.last", ["From PETIT"] * 30),
        DATE=("visit_date", "date.visit", ["03/07/2018"] * 30),
        MAIL=("email", "contact.email", [f"p{n}@orange.example.com" for n in range(30)]),
    )
    leak = leaked("mbox", [table])
    assert [len(found) for found in mails_of(leak).values()] == [30]


def test_a_comment_of_many_thousand_characters_keeps_lines_short_enough_for_mail(leaked, hand_made):
    note = "à revoir " * 2000
    table = hand_made(
        NOM=("usage_name", "name.last", ["PETIT"] * 20),
        DATE=("visit_date", "date.visit", ["03/07/2018"] * 20),
        NOTE=("comment", "health.comment", [note] * 20),
        MAIL=("email", "contact.email", ["p@orange.example.com"] * 20),
    )
    leak = leaked("mbox", [table], format="eml")
    assert max(len(line) for name in leak.files for line in leak.read(name).split(b"\r\n")) <= 998


def test_a_character_that_the_charset_lacks_is_replaced_and_counted(leaked, hand_made):
    table = hand_made(
        NOM=("usage_name", "name.last", ["ŽŁ"] * 30),
        DATE=("visit_date", "date.visit", ["03/07/2018"] * 30),
        MAIL=("email", "contact.email", ["p@orange.example.com"] * 30),
    )
    assert leaked("mbox", [table]).counts["replaced_characters"] > 0


def test_a_source_that_comes_back_later_gets_a_second_mailbox(leaked, hand_made):
    table = hand_made(
        ["heron", "loutre", "heron"],
        NOM=("usage_name", "name.last", ["A", "B", "C"]),
        DATE=("visit_date", "date.visit", ["03/07/2018"] * 3),
    )
    assert leaked("mbox", [table]).files == ["heron.mbox", "loutre.mbox", "heron-2.mbox"]


def test_without_attachments_nothing_is_attached(leaked):
    leak = leaked("mbox", format="eml", attachments=False)
    assert not any(email.message_from_bytes(leak.read(name)).is_multipart() for name in leak.files)


def test_the_same_leak_has_the_same_bytes(leaked):
    assert leaked("mbox", documents=20).bytes() == leaked("mbox", documents=20).bytes()


def one_mail(hand_made):
    return hand_made(
        NOM=("usage_name", "name.last", ["PETIT"]),
        DATE=("visit_date", "date.visit", ["03/07/2018"]),
        MAIL=("email", "contact.email", ["petit@orange.example.com"]),
    )

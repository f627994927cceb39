"""The mails round a laboratory's results, in French, our own wording: who writes to whom, and what."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from simbreach.shapes.letters import DAYS, day_of, full_name, in_words, is_patient, laboratory, prescriber
from simbreach.shapes.records import Line, Part, Record, Value

_EMPTY: Final[Line] = ()
_SAFE_HOST = re.compile(r"(?:[a-z0-9-]+\.)+example\.(?:com|net|org)")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail: an address is a shown name and the address itself; `text` has no line ends."""

    record: Record
    day: date
    sender: tuple[Line, Part]
    to: tuple[Line, Part]
    subject: str
    text: tuple[Line, ...]
    answers: bool = False
    attached: Literal["pdf", "csv"] | None = None


def mail_for(record: Record, *, attachments: bool) -> Mail:
    """A mail that this row gives reason to."""
    if not is_patient(record):
        return _batch(record, attachments=attachments)
    if record.get("portal_password"):
        return _access(record)
    kinds = [_results, _results, _batch, _forwarded]
    if _address(record, "email"):
        kinds += [_results, _question, _question]
    mail: Mail = record.one_of("mail", kinds)(record, attachments=attachments)
    return mail


def host(record: Record) -> str:
    """The mail host of the row's laboratory, under a domain kept for examples."""
    domain = record.text("laboratory_email").rpartition("@")[2].lower()
    if _SAFE_HOST.fullmatch(domain):
        return domain
    return re.sub("[^a-z0-9-]+", "-", record.source.lower()).strip("-") + ".example.com"


def laboratory_address(record: Record) -> Part:
    """The laboratory's address: the row's, or one at its host."""
    return _address(record, "laboratory_email") or f"contact@{host(record)}"


def day_of_mail(record: Record) -> date:
    """The day on which the mail was sent."""
    return day_of(record)


def time_of(record: Record) -> str:
    """When it was sent, in working hours: `16:04:12`."""
    minute = record.number("minute")
    return f"{8 + minute % 10:02d}:{minute // 16 % 60:02d}:{minute // 1024 % 60:02d}"


def as_table(record: Record) -> tuple[Line, ...]:
    """The row as a little CSV file with semicolons: a header, and its filled cells, without quotes."""
    cells = [value for value in record.cells if not set(value.text) & set(';"')]
    line: list[Part] = []
    for value in cells:
        line += [value, ";"]
    return ((";".join(value.column for value in cells),), tuple(line[:-1]))


def _results(record: Record, *, attachments: bool) -> Mail:
    """The results to the patient, or to the prescriber's office."""
    text = (
        ("Bonjour,",),
        _EMPTY,
        (
            "Vous trouverez ",
            "en pièce jointe" if attachments else "ci-dessous",
            " le résultat des analyses",
            *_after(" du ", record.get("visit_date")),
            ".",
        ),
        _EMPTY,
        *_patient_lines(record),
        *(() if attachments else _result_lines(record)),
        _EMPTY,
        *_signature(record),
    )
    return _from_laboratory(record, "Résultats d'analyses", text, "pdf" if attachments else None)


def _batch(record: Record, *, attachments: bool) -> Mail:
    """An export of the row for a colleague or the prescriber's office."""
    text = (
        ("Bonjour,",),
        _EMPTY,
        ("Comme demandé par téléphone, l'extraction ",
         "au format CSV." if attachments else "recopiée ci-dessous."),
        _EMPTY,
        *(() if attachments else as_table(record)),
        *_signature(record),
    )  # fmt: skip
    return _from_laboratory(record, "Export dossier", text, "csv" if attachments else None)


def _access(record: Record) -> Mail:
    """The access to the portal, password in clear."""
    text = (
        ("Bonjour,",),
        _EMPTY,
        ("Voici vos codes pour consulter vos résultats :",),
        *_said("Identifiant : ", record.get("portal_login")),
        *_said("Mot de passe : ", record.get("portal_password")),
        _EMPTY,
        *_signature(record),
    )
    return _from_laboratory(record, "Vos codes d'accès", text, None)


def _question(record: Record, *, attachments: bool) -> Mail:
    """A patient's question, quoted under the laboratory's answer."""
    asked = record.one_of(
        "asked",
        (
            "Je n'ai toujours pas reçu mes résultats, pouvez-vous me les renvoyer ?",
            "Mon médecin me dit ne rien avoir reçu. Merci de lui transmettre.",
            "Pouvez-vous corriger ma fiche, il y a une erreur dans mes coordonnées ?",
        ),
    )
    question = (
        ("Bonjour,",),
        (asked,),
        *_patient_lines(record),
        *_said("Téléphone : ", record.get("mobile", "landline")),
        *_said("Adresse : ", record.get("address_1")),
        ("Merci d'avance",),
        full_name(record),
    )
    address = _address(record, "email")
    shown = full_name(record)
    text = (
        ("Bonjour,",),
        _EMPTY,
        ("C'est fait, " + ("le compte rendu est joint." if attachments else "le dossier est à jour."),),
        _EMPTY,
        *_signature(record),
        _EMPTY,
        (_when(record), *shown, *((" <", address, ">") if address else ()), " a écrit :"),
        *((">",) if not line else ("> ", *line) for line in question),
    )
    mail = _from_laboratory(record, "Re: mes résultats", text, "pdf" if attachments else None)
    return Mail(
        record, mail.day, mail.sender, mail.to, mail.subject, mail.text, answers=True, attached=mail.attached
    )


def _forwarded(record: Record, *, attachments: bool) -> Mail:
    """A request of the prescriber's office, forwarded inside the laboratory with the file's notes."""
    office = f"secretariat@cabinet{record.number('office') % 900 + 100}.example.org"
    text = (
        ("Peux-tu regarder ce dossier stp ? Je l'ai eu au téléphone ce matin.",),
        *_said("Note du dossier : ", record.get("comment", "observation")),
        *_said("Traitement : ", record.get("treatment")),
        *_said("Portable : ", record.get("mobile")),
        *_said("Fixe : ", record.get("landline")),
        _EMPTY,
        ("-----Message d'origine-----",),
        (f"De : Secrétariat <{office}>",),
        (f"Envoyé : {DAYS[day_of(record).weekday()]} {in_words(day_of(record))} {time_of(record)[:5]}",),
        ("À : ", laboratory_address(record)),
        ("Objet : demande de résultats",),
        _EMPTY,
        ("Bonjour, pourriez-vous nous faxer les résultats de :",),
        *_patient_lines(record),
        *_said("N° SS : ", record.get("nir")),
        (
            *(
                ("Cordialement, secrétariat ", *prescriber(record))
                if prescriber(record)
                else ("Cordialement",)
            ),
        ),
    )
    return Mail(
        record,
        day_of_mail(record),
        (laboratory(record), laboratory_address(record)),
        (("Secrétariat technique",), f"technique@{host(record)}"),
        "TR: demande de résultats",
        text,
        answers=True,
        attached="pdf" if attachments and record.number("also") % 2 else None,
    )


def _from_laboratory(
    record: Record, subject: str, text: tuple[Line, ...], attached: Literal["pdf", "csv"] | None
) -> Mail:
    address = _address(record, "email") or _address(record, "prescriber_email")
    shown = full_name(record) if _address(record, "email") else prescriber(record)
    to: tuple[Line, Part] = (shown, address) if address else (("Archives",), f"archives@{host(record)}")
    number = record.get("file_number")
    subject = f"{subject} - dossier" if number and record.number("subject") % 2 else subject
    return Mail(
        record, day_of_mail(record), (laboratory(record), laboratory_address(record)), to, subject, text,
        attached=attached,
    )  # fmt: skip


def _address(record: Record, field: str) -> Value | None:
    """The cell, if it holds an address and not a word for none."""
    found = record.get(field)
    return found if found and "@" in found.text else None


def _patient_lines(record: Record) -> tuple[Line, ...]:
    """Who it is about."""
    name = full_name(record)
    return (
        *((("Patient : ", *name),) if name else ()),
        *_said("Né(e) le ", record.get("birth_date")),
        *_said("Dossier n° ", record.get("file_number", "patient_number")),
    )


def _result_lines(record: Record) -> tuple[Line, ...]:
    """The results in the text: analysis, value, unit, what is usual."""
    return tuple(
        (
            result.analysis,
            " : ",
            result.value,
            f" {result.unit}",
            f" ({result.usual})" if result.usual else "",
        )
        for result in record.results
    )


def _signature(record: Record) -> tuple[Line, ...]:
    return (
        ("Cordialement,",),
        ("-- ",),
        laboratory(record),
        *_said("Tél. ", record.get("laboratory_landline")),
        ("Ce message est confidentiel. S'il ne vous est pas destiné, merci de le détruire.",),
    )


def _when(record: Record) -> str:
    day = day_of(record)
    return f"Le {DAYS[day.weekday()]} {in_words(day)} à {time_of(record)[:5]}, "


def _said(before: str, value: Value | None) -> tuple[Line, ...]:
    """A line with a cell, or no line where it is empty."""
    return ((before, value),) if value else ()


def _after(before: str, value: Value | None) -> Line:
    return (before, value) if value else ()

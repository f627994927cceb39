"""What a laboratory writes to people: result sheets and letters, in French, our own wording.

A letter is made of lines, a line of words and cells, so that whoever sets it on a page or in a mail knows
where each cell stands. Nobody speaks in it but the invented laboratory of the row.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from simbreach.shapes.records import Line, Record, Result, Value, read_day

_MONTHS: Final = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août"),
    *("septembre", "octobre", "novembre", "décembre"),
)
DAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_NO_DAY: Final = date(2021, 1, 4)


@dataclass(frozen=True, slots=True)
class Letter:
    """One document: who writes, to whom, about what.

    `reference` says which visit it is about, `results` are set as a table between `body` and `after`.
    """

    kind: str
    record: Record
    day: date
    masthead: tuple[Line, ...]
    reference: tuple[Line, ...]
    address: tuple[Line, ...]
    title: str
    body: tuple[Line, ...]
    after: tuple[Line, ...]
    results: tuple[Result, ...] = ()


def result_sheet(record: Record) -> Letter:
    """The sheet with the results of a visit (compte rendu d'examens)."""
    said = "COMPTE RENDU D'EXAMENS DE BIOLOGIE MÉDICALE"
    body = _lines(
        _whole("Patient : ", full_name(record)),
        _say("Nom de naissance : ", record.get("maiden_name")),
        _say("Date de naissance : ", record.get("birth_date")),
        _say("Sexe : ", record.get("sex")),
        _say("N° de sécurité sociale : ", record.get("nir", "ins")),
        _say("Groupe sanguin au dossier : ", record.get("blood_group")),
        _say("Renseignements cliniques : ", record.get("condition")),
        _say("Traitement signalé : ", record.get("treatment")),
        _say("Grossesse en cours : ", record.get("pregnant")),
        () if record.results else ("Résultats transmis au prescripteur.",),
    )
    after = _lines(
        _say("Observations : ", record.get("comment")),
        _say("", record.get("observation")),
        ("Résultats validés par le biologiste. Seul le compte rendu entier fait foi.",),
    )
    return _letter("compte-rendu", record, said, body, after, record.results)


def patient_letter(record: Record) -> Letter:
    """A few words to the patient, with the results."""
    opening = record.one_of(
        "patient",
        (
            "Veuillez trouver ci-dessous les résultats de vos examens",
            "Nous vous adressons les résultats de vos analyses",
            "Comme convenu à l'accueil, voici le résultat de vos examens",
        ),
    )
    body = _lines(
        ("Madame, Monsieur,",),
        (opening, *_say(" du ", record.get("visit_date")), *_say(" (dossier ", _number(record), ")"), "."),
        _whole("Un exemplaire a été adressé à votre médecin, ", prescriber(record), "."),
        _say("Nous avons noté votre traitement : ", record.get("treatment"), "."),
    )
    after = _lines(
        ("Ces résultats sont à interpréter avec votre médecin, qui connaît votre situation.",),
        _say("Pour toute question, le secrétariat vous répond au ", record.get("laboratory_landline"), "."),
        ("Avec nos salutations distinguées,",),
        ("Le secrétariat du laboratoire",),
    )
    return _letter("courrier-patient", record, "Vos résultats d'analyses", body, after, record.results)


def doctor_letter(record: Record) -> Letter:
    """A biologist's letter to the prescriber about a patient."""
    body = _lines(
        ("Cher confrère, chère consœur,",),
        _whole(
            "Nous avons reçu " if record.number("doctor") % 2 else "Vous nous avez adressé ",
            (
                *full_name(record),
                *_say(", date de naissance ", record.get("birth_date")),
                *_say(", le ", record.get("visit_date")),
            ),
            ".",
        ),
        _say("Antécédent porté au dossier : ", record.get("condition"), "."),
        _say("Traitement déclaré : ", record.get("treatment"), "."),
        _say("Grossesse signalée : ", record.get("pregnant"), "."),
        _say("Note du dossier : ", record.get("comment")),
    )
    after = _lines(
        ("Un contrôle vous sera proposé si le contexte clinique le justifie.",),
        _say("Le patient est joignable au ", record.get("mobile", "landline"), "."),
        ("Bien confraternellement,",),
        ("Le biologiste de garde",),
    )
    to = (
        *_lines(prescriber(record), _say("", record.get("prescriber_specialty"))),
        *_town(record, "prescriber_"),
    )
    return _letter(
        "courrier-medecin", record, "Résultats d'examens de biologie", body, after, record.results, to
    )


def portal_letter(record: Record) -> Letter:
    """The access to the results portal, password in clear, as laboratories sent it."""
    body = _lines(
        ("Madame, Monsieur,",),
        ("Vos résultats peuvent être consultés sur notre serveur de résultats.",),
        _say("Identifiant : ", record.get("portal_login")),
        _say("Mot de passe : ", record.get("portal_password")),
        _say("Numéro de dossier : ", _number(record)),
    )
    after = (
        ("Conservez ce courrier : le mot de passe reste valable pour vos prochaines visites.",),
        ("Le secrétariat du laboratoire",),
    )
    return _letter("acces-resultats", record, "Accès à vos résultats par internet", body, after, ())


def papers_letter(record: Record) -> Letter:
    """A request for papers that the third-party payer wants."""
    body = _lines(
        ("Madame, Monsieur,",),
        (
            "Votre dossier",
            *_say(" ", _number(record)),
            *_say(" du ", record.get("visit_date")),
            " ne peut pas être transmis en tiers payant.",
        ),
        _say("Numéro de sécurité sociale enregistré : ", record.get("nir")),
        _say("Date de naissance enregistrée : ", record.get("birth_date")),
        _say("Caisse : ", record.get("payer_name")),
        _say("Complémentaire : ", record.get("payer_insurer")),
        _say("Numéro de contrat : ", record.get("payer_contract")),
        ("Merci de nous faire parvenir votre attestation de droits à jour et votre carte de mutuelle.",),
    )
    after = _lines(
        _say("À défaut, une facture vous sera adressée à : ", record.get("email", "address_1")),
        ("Le service facturation",),
    )
    return _letter("pieces-manquantes", record, "Pièces manquantes à votre dossier", body, after, ())


def list_of_cells(record: Record) -> Letter:
    """A row that is about no patient: each column with its cell."""
    body = tuple((f"{value.column} : ", value) for value in record.cells)
    return _letter("fiche", record, record.table.replace("_", " ").upper(), body, ("Fiche éditée.",), ())


Kind = Callable[[Record], Letter]


def letter_for(record: Record) -> Letter:
    """A letter that this row gives reason to: portal access, papers, to the doctor, to the patient."""
    if not is_patient(record):
        return list_of_cells(record)
    kinds: list[Kind] = [patient_letter, papers_letter]
    if record.get("prescriber_name"):
        kinds += [doctor_letter, doctor_letter]
    if record.get("portal_login") and record.get("portal_password"):
        return portal_letter(record)
    if record.get("comment", "condition", "treatment") and record.get("prescriber_name"):
        return doctor_letter(record)
    chosen: Kind = record.one_of("letter", kinds)
    return chosen(record)


def sheet_for(record: Record) -> Letter:
    """The result sheet of this row, or its cells if it is about no patient."""
    return result_sheet(record) if is_patient(record) else list_of_cells(record)


def is_patient(record: Record) -> bool:
    """Whether the row is about somebody's visit."""
    named = record.get("usage_name", "birth_name", "first_name", "nir")
    return named is not None and record.get("visit_date", "file_number") is not None


def full_name(record: Record) -> Line:
    """The patient as the software writes names: civility, surname, first name."""
    return _spaced(record.get("civility"), record.get("usage_name", "birth_name"), record.get("first_name"))


def prescriber(record: Record) -> Line:
    """The prescriber: civility, first name, surname; nothing where the row has none."""
    if not record.get("prescriber_name"):
        return ()
    names = ("prescriber_civility", "prescriber_first_name", "prescriber_name")
    return _spaced(*(record.get(name) for name in names))


def laboratory(record: Record) -> Line:
    """The laboratory's name, or the source's where the table has no such column."""
    found = record.get("laboratory_name")
    return (found,) if found else (record.source.replace("-", " ").upper(),)


def day_of(record: Record) -> date:
    """The day on which a document of this visit was written: up to two days after it."""
    visit = read_day(record.text("visit_date"))
    return (visit or _NO_DAY) + timedelta(days=record.number("day") % 3)


def in_words(day: date) -> str:
    """A day as letters have it: `1er mars 2019`."""
    return f"{'1er' if day.day == 1 else day.day} {_MONTHS[day.month - 1]} {day.year}"


def _letter(
    kind: str,
    record: Record,
    title: str,
    body: Sequence[Line],
    after: Sequence[Line | str],
    results: Sequence[Result],
    address: Sequence[Line] | None = None,
) -> Letter:
    reference = _lines(
        _say("Dossier n° ", _number(record)),
        _say("Patient n° ", record.get("patient_number")),
        (*_say("Prélevé le ", record.get("visit_date")), *_say(" à ", record.get("visit_time"))),
        _whole(
            "Préleveur : ",
            _spaced(
                *(record.get(name) for name in ("sampler_name", "sampler_first_name", "sampler_short_name"))
            ),
        ),
        _whole("Prescripteur : ", prescriber(record)),
    )
    masthead = _lines(
        laboratory(record),
        *_town(record, "laboratory_"),
        (
            *_say("Tél. : ", record.get("laboratory_landline")),
            *_say("   Fax : ", record.get("laboratory_fax")),
        ),
        (
            *_say("FINESS : ", record.get("laboratory_finess")),
            *_say("   SIRET : ", record.get("laboratory_siret")),
        ),
        _say("", record.get("laboratory_email")),
    )
    to = address if address is not None else (*_lines(full_name(record)), *_town(record, ""))
    return Letter(
        kind, record, day_of(record), masthead, reference, tuple(to), title, tuple(body),
        tuple((line,) if isinstance(line, str) else line for line in after), tuple(results),
    )  # fmt: skip


def _town(record: Record, whose: str) -> tuple[Line, ...]:
    """An address: its street lines, then postcode and commune."""
    return _lines(
        _say("", record.get(f"{whose}address_1")),
        _say("", record.get(f"{whose}address_2")),
        _spaced(record.get(f"{whose}postcode"), record.get(f"{whose}commune")),
    )


def _number(record: Record) -> Value | None:
    return record.get("file_number", "patient_number")


def _say(before: str, value: Value | None, after: str = "") -> Line:
    """A cell between words, or nothing at all where it is empty."""
    if value is None:
        return ()
    return tuple(part for part in (before, value, after) if part)


def _whole(before: str, parts: Line, after: str = "") -> Line:
    """Parts between words, or nothing at all where there are none."""
    return tuple(part for part in (before, *parts, after) if part) if parts else ()


def _spaced(*values: Value | None) -> Line:
    """The cells that are filled, a blank between two."""
    found = [value for value in values if value is not None]
    return tuple(part for value in found for part in (" ", value))[1:]


def _lines(*lines: Line) -> tuple[Line, ...]:
    """The lines that say something."""
    return tuple(line for line in lines if line)

"""Free text of a visit: the comment, the observation, whom to ring; written by the templates, with its spans.

What templates may ask (`FACTS`) and what may stand in their slots (`SLOTS`) is listed here, and told in
`docs/comments.md`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core import text
from simbreach.core.arrays import I8, I32, I64, U64, Bits, either
from simbreach.core.arrow import (
    Coded,
    Lookup,
    Strings,
    decode,
    from_numpy,
    join,
    strings,
    strings_from_matrix,
)
from simbreach.core.digits import lay_out, write_digits
from simbreach.core.frame import Frame, Function, Values, named, take
from simbreach.core.grammar import Grammar, Words
from simbreach.core.rulebook import compile_grammar
from simbreach.core.schema import FREE_TEXT
from simbreach.core.spans import Pieces
from simbreach.core.streams import Draw
from simbreach.engine.kin import CONTACT_AGE, HANDS
from simbreach.engine.spell import written_days
from simbreach.population.people import WOMAN
from simbreach.reference import templates

# Labels of pieces that look like an identifier and are none.
NEGATIVE = "negative."

# What conditions may ask: the fact, its kind, the field that it comes from.
_FACTS: dict[str, tuple[str, str]] = {
    "woman": ("flag", "sex"),
    "pregnant": ("flag", "pregnant"),
    "coupled": ("flag", "coupled"),
    "told": ("flag", "may_be_told"),
    "age": ("number", "age"),
    "weeks": ("number", "amenorrhoea_days"),
    "hand": ("number", "hand"),
    "condition": ("code", "condition_code"),
    "atc": ("code", "treatment_atc"),
}

# How each of the twelve hands writes telephone numbers, days and weeks of a pregnancy.
_PHONES = ("##########", "## ## ## ## ##", "##.##.##.##.##", "##-##-##-##-##")
_PHONE_OF = np.array([0, 1, 2, 1, 0, 1, 0, 2, 0, 3, 0, 1])
_DAYS = ("%d/%m/%Y", "%d/%m/%y", "%d/%m", "%d.%m.%y", "%d-%m-%y")
_DAY_OF = np.array([0, 0, 1, 0, 1, 2, 3, 2, 1, 1, 4, 2])
_TERMS = ("{} SA", "{}SA", "{} sem", "{} semaines")
_TERM_OF = np.array([0, 0, 1, 0, 0, 1, 2, 0, 3, 1, 0, 0])
# Hands that begin with a capital.
_CAPITALS = np.isin(np.arange(HANDS), (0, 1, 2, 5, 8))


@dataclass(frozen=True)
class _Slot:
    """What stands in a slot: the fields that it is made of, and how it is written.

    `known` is the slot (itself, or another of the same rows) or fact that tells where there is a value; empty
    where all rows have one.
    """

    fields: tuple[str, ...]
    write: Callable[..., Strings]
    known: str = ""


def _words(values: Values, hand: I8) -> Strings:
    """Values that are words already."""
    if isinstance(values, Lookup):
        return _words(take(values.values, values.codes.astype(np.int64)), hand)
    return values.text() if isinstance(values, Coded) else decode(values)


def _first_names(values: Coded, hand: I8) -> Strings:
    """First names with capitals at their heads only: `Anne-Laure`."""
    return text.change_case(values.text(), "title")


def _full_names(first: Coded, last: Coded, hand: I8) -> Strings:
    return join(_first_names(first, hand), last.text(), separator=" ")


def _by_form(forms: tuple[str, ...], form: I64, write: Callable[[str, I64], Strings]) -> Strings:
    """Each row in `forms[form]`: `write` gives the strings of the rows of one form."""
    order = np.argsort(form, kind="stable")
    edges = np.searchsorted(form[order], np.arange(len(forms) + 1)).tolist()
    parts = [
        write(forms[number], order[first:stop])
        for number, (first, stop) in enumerate(pairwise(edges))
        if stop > first
    ]
    back = np.empty(len(order), dtype=np.int64)
    back[order] = np.arange(len(order))
    return pa.concat_arrays(parts).take(from_numpy(back))


def _phones(numbers: I64, hand: I8) -> Strings:
    digits = write_digits(numbers, 10)
    return _by_form(
        _PHONES, _PHONE_OF[hand], lambda form, rows: strings_from_matrix(lay_out(digits[rows], form))
    )


def _days(days: I32, hand: I8) -> Strings:
    return _by_form(_DAYS, _DAY_OF[hand], lambda form, rows: written_days(form, days[rows]))


def _fixed_days(form: str, days: I32, hand: I8) -> Strings:
    return written_days(form, days)


def _terms(days: I32, hand: I8) -> Strings:
    weeks = days // 7
    return _by_form(
        _TERMS, _TERM_OF[hand], lambda form, rows: _weeks_written(form).take(from_numpy(weeks[rows]))
    )


def _kin_terms(weeks: I32, hand: I8) -> Strings:
    return _terms(weeks * np.int32(7), hand)


@cache
def _weeks_written(form: str) -> Strings:
    return strings([form.format(week) for week in range(60)])


def _numbers(values: Values, hand: I8) -> Strings:
    return pc.cast(from_numpy(values), pa.string())


def _digits(values: Values, hand: I8) -> Strings:
    return strings_from_matrix(values)


def _bare_drugs(values: Coded, hand: I8) -> Strings:
    """The drug without its dose: `LEVOTHYROX 75` as `LEVOTHYROX`."""
    return pc.replace_substring_regex(values.text(), r" [0-9][0-9.,/A-Z]*$", "")


_RELATED = {
    "partner": _Slot(("partner_first_name",), _first_names, known="coupled"),
    "mother": _Slot(("mother_first_name",), _first_names, known="mother"),
    "daughter": _Slot(("daughter_name",), _first_names),
    "son": _Slot(("son_name",), _first_names),
    "sister": _Slot(("sister_name",), _first_names),
    "brother": _Slot(("brother_name",), _first_names),
    "sibling": _Slot(("other_first_name",), _first_names),
    "other_first": _Slot(("other_first_name",), _first_names),
    "nurse": _Slot(("nurse_name",), _first_names),
    "young_woman": _Slot(("young_woman_name",), _first_names),
    "kin_surname": _Slot(("kin_surname",), _words),
    "tutor": _Slot(("tutor_surname",), _words),
    "daughter_full": _Slot(("daughter_name", "kin_surname"), _full_names),
    "son_full": _Slot(("son_name", "birth_name"), _full_names),
    "tutor_full": _Slot(("young_woman_name", "tutor_surname"), _full_names),
    "doctor": _Slot(("doctor_surname",), _words),
    "prescriber": _Slot(("prescriber_name",), _words),
    "kin_commune": _Slot(("kin_commune",), _words),
    "kin_weeks": _Slot(("kin_weeks",), _kin_terms),
}
_OF_THE_PATIENT = {
    "first": _Slot(("first_name",), _first_names),
    "last": _Slot(("usage_name",), _words),
    "second_surname": _Slot(("second_surname",), _words, known="second_surname"),
    "birth": _Slot(("birth_date",), partial(_fixed_days, "%d/%m/%Y")),
    "email": _Slot(("email",), _words, known="email"),
    "drug": _Slot(("treatment",), _words, known="drug"),
    "drug_name": _Slot(("treatment",), _bare_drugs, known="drug"),
    "condition_name": _Slot(("condition",), _words, known="condition_name"),
    "term": _Slot(("amenorrhoea_days",), _terms, known="term"),
    "due": _Slot(("due_date",), _days),
    "last_period": _Slot(("last_period",), _days),
    "event": _Slot(("event_date",), _days),
    "next": _Slot(("next_date",), _days),
    "old_month": _Slot(("old_month",), partial(_fixed_days, "%m/%Y")),
    "old_year": _Slot(("old_year",), _numbers),
    "heure_rdv": _Slot(("appointment",), _words),
    "nir_text": _Slot(("row_nir",), _digits),
    "old_file": _Slot(("old_file_number",), _digits),
}
_CALLED = {
    "mobile": _Slot(("row_mobile",), _phones, known="mobile"),
    "landline": _Slot(("landline",), _phones, known="landline"),
    "partner_mobile": _Slot(("partner_mobile",), _phones, known="partner_mobile"),
    "mother_mobile": _Slot(("mother_mobile",), _phones, known="mother_mobile"),
    **{
        name: _Slot((name,), _phones)
        for name in (
            "kin_mobile",
            "kin_landline",
            "nurse_mobile",
            "doctor_phone",
            "doctor_fax",
            "tutor_phone",
        )
    },
}
_LOOK_ALIKES = {
    "invoice": _Slot(("invoice_number",), _digits),
    "ticket": _Slot(("ticket_number",), _words),
    "wrong_key": _Slot(("external_number",), _digits),
    "lot": _Slot(("lot_number",), _digits),
    "loinc": _Slot(("analysis_loinc",), _words),
    "nabm": _Slot(("analysis_nabm",), _words),
    "cip13": _Slot(("treatment_cip13",), _words, known="drug"),
}
# What is written so is written at once for all slots.
_AT_ONCE = (_phones, _days, _first_names)
_SLOTS: dict[str, _Slot] = {**_RELATED, **_OF_THE_PATIENT, **_CALLED, **_LOOK_ALIKES}


def _tells(slot: _Slot) -> bool:
    """Whether the slot's own field tells in which rows it has a value: an e-mail costs too much for that."""
    return bool(slot.known) and slot.known not in ("email", *_FACTS)


# The fields that all rows need: what conditions ask, and what tells whether a slot has a value.
_INPUTS = tuple(
    dict.fromkeys(
        [field for _, field in _FACTS.values()]
        + [slot.fields[0] for slot in _SLOTS.values() if _tells(slot)]
        + ["has_email"]
    )
)

# How often people have a note of whose health nothing may be told, where the others all have one (estimate).
# Laboratories note what ails somebody first of all.
_SELDOM = {"comment": "0.49"}


@cache
def grammar() -> Grammar:
    """The shipped templates, checked; TemplateError for what cannot be written."""
    return compile_grammar(
        templates.shipped(),
        FREE_TEXT,
        facts={name: kind for name, (kind, _) in _FACTS.items()},
        slots={name: slot.known for name, slot in _SLOTS.items()},
        demands={"health.": "told"},
    )


def write_texts(frame: Frame, places: Mapping[str, I64]) -> dict[str, Pieces]:
    """Fields of free text, each at its places (rows of `frame`), all in one go.

    What they are made of is the same, and made once for all of them.
    """
    whole = frame.at(np.concatenate(list(places.values())))
    edges = np.cumsum([0, *(len(rows) for rows in places.values())]).tolist()
    spans = {start: np.arange(*edge) for start, edge in zip(places, pairwise(edges), strict=True)}
    draws = {start: whole.at(rows).draw(start) for start, rows in spans.items()}
    said = np.concatenate(
        [_said(start, draws[start], whole["may_be_told"][rows]) for start, rows in spans.items()]
    )
    kept = np.flatnonzero(said)
    part = whole.at(kept)
    counts = {start: int(said[rows].sum()) for start, rows in spans.items()}
    drawn = _Together([draw.at(np.flatnonzero(said[spans[start]])) for start, draw in draws.items()])
    written = _write(counts, drawn, part).spread(kept, len(said))
    return {start: written.take(rows).pruned() for start, rows in spans.items()}


def _said(start: str, draw: Draw, told: Bits) -> Bits:
    """`bool[n]`: the rows that have a text."""
    return told | draw.chance("said", _SELDOM[start]) if start in _SELDOM else np.ones(len(draw), np.bool_)


@dataclass(frozen=True)
class _Together:
    """The draws of several fields, laid end to end."""

    draws: list[Draw]

    def __len__(self) -> int:
        return sum(len(draw) for draw in self.draws)

    def words(self, name: str) -> U64:
        return np.concatenate([draw.words(name) for draw in self.draws])


def _write(counts: Mapping[str, int], draw: Words, frame: Frame) -> Pieces:
    """A text for each of the rows of `frame`: so many of each start."""
    given = {name: frame[name] for name in _INPUTS}
    hand = given["hand"]
    return grammar().write(counts, draw, _facts(given), partial(_fill, frame, hand), capital=_CAPITALS[hand])


def _fill(frame: Frame, hand: I8, wanted: Sequence[tuple[str, I64]]) -> Strings:
    """The texts of slots, each in its rows. A slot stands in few rows: its fields are made for those.

    What is written in the same way is written at once.
    """
    texts: dict[int, Strings] = {}
    alike: dict[Callable[..., Strings], list[int]] = {}
    values: dict[int, Values] = {}
    for number, (name, rows) in enumerate(wanted):
        slot, mine = _SLOTS[name], frame.at(rows)
        if slot.write in _AT_ONCE:
            values[number] = mine[slot.fields[0]]
            alike.setdefault(slot.write, []).append(number)
        else:
            texts[number] = slot.write(*(mine[field] for field in slot.fields), hand[rows])
    for write, numbers in alike.items():
        rows = np.concatenate([wanted[number][1] for number in numbers])
        written = write(_laid_out([values[number] for number in numbers]), hand[rows])
        at = 0
        for number in numbers:
            size = len(wanted[number][1])
            texts[number] = written.slice(at, size)
            at += size
    return pa.concat_arrays([texts[number] for number in range(len(wanted))])


def _laid_out(columns: Sequence[Values]) -> Values:
    """Columns of one kind, end to end."""
    if isinstance(columns[0], Coded):
        return Coded(np.concatenate([column.codes for column in columns]), columns[0].words)
    return np.concatenate(columns)


def _remark(start: str) -> Function:
    """The field that rule `start` writes."""

    def write(frame: Frame) -> Pieces:
        return write_texts(frame, {start: np.arange(len(frame))})[start]

    return named(("frame",), write)


def _facts(given: Mapping[str, Any]) -> dict[str, Values]:
    """What conditions ask: the facts, and in which rows a slot has a value."""
    facts = {name: given[field] for name, (_, field) in _FACTS.items()}
    facts["woman"] = given["sex"] == WOMAN
    facts["weeks"] = given["amenorrhoea_days"] // 7
    for slot in _SLOTS.values():
        if _tells(slot):
            facts[slot.known] = _known(given[slot.fields[0]])
    # Children's rows have a parent's address.
    facts["email"] = given["has_email"] & (given["age"] >= CONTACT_AGE)
    return facts


def _known(values: Values) -> Bits:
    known: Bits = (values.codes if isinstance(values, Coded) else values) >= 0
    return known


def second_surname(birth_name: Coded, usage_name: Coded) -> Coded:
    """The surname at birth of those who go by another one."""
    other = birth_name.codes != usage_name.codes
    return Coded(either(other, birth_name.codes, -1), birth_name.words)


FIELDS: dict[str, Function] = {
    "second_surname": second_surname,
    **{name: _remark(name) for name in FREE_TEXT},
}

"""The fields of a visit: what depends on the row, the source and the day, not on the person alone."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core import text
from simbreach.core.arrays import I8, I16, I32, I64, U8, Bits, either
from simbreach.core.arrow import Coded, coded, from_numpy, join, literal, strings, strings_from_matrix
from simbreach.core.dates import as_numbers, first_of_year, last_of_year
from simbreach.core.digits import write_digits
from simbreach.core.frame import Function
from simbreach.core.sampling import Alias
from simbreach.core.schema import CIVILITIES, MARITAL, SEXES, YES_NO
from simbreach.core.streams import Draw
from simbreach.engine import kin, lookalikes, remarks
from simbreach.engine.calendar import Calendar
from simbreach.engine.kin import CONTACT_AGE
from simbreach.engine.spell import written_days
from simbreach.engine.visits import SAME_SOURCE
from simbreach.identifiers import ipp
from simbreach.population.people import WOMAN
from simbreach.reference.places import department_index

_CIVILITY = {word: code for code, word in enumerate(CIVILITIES)}
_CIVILITY_WORDS = strings(CIVILITIES)
_SEX_WORDS = strings(SEXES)
_YES_NO = strings(YES_NO)
_MARITAL_WORDS = strings(MARITAL)

# A patient younger than this many years is written as a child, and insured under a parent's NIR.
CHILD_AGE = 12
INSURED_AGE = 16
# Below this age nobody has an account.
PORTAL_AGE = 16


@dataclass(frozen=True)
class Books:
    """Per source: its first row, its rows, its calendar."""

    starts: I64
    calendars: tuple[Calendar, ...]

    @property
    def rows(self) -> I64:
        """`int64[sources]`."""
        return np.diff(self.starts)


def visit_date(draw: Draw, row: I64, source_code: I32, books: Books) -> I32:
    """`int32[n]`, days since 1970: rises with the row within a source."""
    days = np.empty(len(row), dtype=np.int32)
    word = draw.below("day", 1 << 31)
    for number, rows in runs(source_code):
        calendar = books.calendars[number]
        place = row[rows] - books.starts[number]
        days[rows] = calendar.days(word[rows], place, int(books.rows[number]))
    return days


def runs(source_code: I32) -> list[tuple[int, slice]]:
    """Each stretch of rows of one source, with the source's number."""
    if not len(source_code):
        return []
    turns = np.flatnonzero(np.diff(source_code)) + 1
    edges = np.concatenate(([0], turns, [len(source_code)])).tolist()
    return [(int(source_code[a]), slice(a, b)) for a, b in pairwise(edges)]


def visit_time(draw: Draw) -> I32:
    """`int32[n]`, minutes since midnight: sampling is early, most of it between 7 and 10."""
    quarter = draw.pick("quarter", _QUARTERS)
    return (6 * 60 + 30 + quarter * 15 + draw.below("minute", 15)).astype(np.int32)


# Weights of the quarters of an hour from 6.30 on: our estimate of a laboratory's morning.
_QUARTERS = Alias.build(
    np.array([2, 6, 14, 20, 24, 26, 26, 24, 20, 17, 14, 11, 9, 8, 7, 6, 5, 5, 4, 4, 3, 2, 1, 1])
)


def file_number(row: I64, source_code: I32, visit_date: I32, books: Books) -> pa.StringArray:
    """Number of the file: yymmdd and the rank of the day at the source, four digits or more."""
    rank = np.empty(len(row), dtype=np.int64)
    for number, rows in runs(source_code):
        calendar = books.calendars[number]
        first = calendar.first_place(visit_date[rows], int(books.rows[number]))
        rank[rows] = row[rows] - books.starts[number] - first + 1
    stamp = as_numbers(visit_date) % 1_000_000
    width = max(4, len(str(int(books.rows.max()))) - 2) if len(row) else 4
    return strings_from_matrix(np.concatenate([write_digits(stamp, 6), write_digits(rank, width)], axis=1))


def patient_number(
    draw: Draw, row: I64, source_code: I32, first_row: I64, cause: I32, books: Books
) -> pa.StringArray:
    """Number of the patient at the source: it rises with the first visits, and a later visit repeats it."""
    first = either(cause == SAME_SOURCE, first_row, row)
    return ipp.generate(draw, {"number": first - books.starts[source_code]})


def age(birth_date: I32, visit_date: I32) -> I16:
    """`int16[n]`: completed years on the day of the visit."""
    return np.maximum((as_numbers(visit_date) - as_numbers(birth_date)) // 10_000, 0).astype(np.int16)


def civility(draw: Draw, sex: I8, age: I16, coupled: Bits, widowed: Bits) -> Coded:
    """How the person is addressed: a baby under 1, a child under 12, else by sex.

    Young single women are often `miss`, older ones seldom; a few single women over 50 are `sister`.
    """
    word = draw.below("word", 10_000)
    woman = sex == WOMAN
    single = woman & ~coupled & ~widowed
    miss = single & (
        word < np.where(age < 20, 6_500, np.where(age < 30, 2_500, np.where(age < 60, 400, 900)))
    )
    sister = single & (age >= 50) & (word >= 10_000 - 90)
    codes = np.where(woman, _CIVILITY["woman"], _CIVILITY["man"])
    codes = either(miss, _CIVILITY["miss"], codes)
    codes = either(sister, _CIVILITY["sister"], codes)
    codes = either(age < CHILD_AGE, _CIVILITY["child"], codes)
    codes = either(age < 1, _CIVILITY["baby"], codes)
    return Coded(codes.astype(np.int32), _CIVILITY_WORDS)


def sex_word(sex: I8) -> Coded:
    """The person's sex as a coded word."""
    return Coded(sex.astype(np.int32) - 1, _SEX_WORDS)


def marital_word(marital_status: I32) -> Coded:
    """The marital status as a coded word."""
    return Coded(marital_status, _MARITAL_WORDS)


def pregnant_word(pregnant: Bits) -> Coded:
    """Whether the patient is pregnant, as a coded word; nothing for those who are not."""
    return Coded(np.where(pregnant, 0, -1).astype(np.int32), _YES_NO)


def insured(draw: Draw, age: I16, guardian_id: I64) -> Bits:
    """`bool[n]`: the row bears the guardian's NIR, as for nine children in ten under 16.

    The health insurance bills children under the number of a parent; the share is our estimate.
    """
    return (guardian_id >= 0) & (age < INSURED_AGE) & draw.chance("guardian", "0.9")


def row_nir(nir: U8, insured: Bits, guardian_nir: U8) -> U8:
    """`uint8[n, 15]`: the NIR on the row: the person's own or the guardian's."""
    return either(insured[:, None], guardian_nir, nir)


def beneficiary_rank(draw: Draw, insured: Bits) -> I32:
    """`int32[n]`: 1 for the insured person, 2 and up for a child under a parent's NIR (elder ones first)."""
    later = np.array([2, 2, 2, 2, 2, 2, 3, 3, 3, 4])[draw.below("rank", 10)]
    return either(insured, later, 1).astype(np.int32)


def nir_key(row_nir: U8) -> Coded:
    """The two digits of the key of the NIR on the row; nothing where there is no NIR."""
    tens, units = row_nir[:, 13].astype(np.int32), row_nir[:, 14].astype(np.int32)
    return Coded(np.where(tens > 0, (tens - 48) * 10 + units - 48, -1).astype(np.int32), _TWO_DIGITS)


_TWO_DIGITS = strings([f"{number:02}" for number in range(100)])


def birth_place_code(nir: U8) -> U8:
    """`uint8[n, 5]`: the five characters of the person's own NIR that say where they were born."""
    return nir[:, 5:10]


def birth_department_code(nir: U8) -> U8:
    """`uint8[n, 2]`: département of birth as the person's own NIR says it, 99 abroad."""
    return nir[:, 5:7]


def portal_login(draw: Draw, first_name: Coded, usage_name: Coded, age: I16) -> pa.StringArray:
    """Login to the results portal: initial, surname in small letters, two digits; none for children."""
    names = text.fold_accents(pc.utf8_lower(usage_name.text()))
    initials = pc.utf8_slice_codeunits(text.fold_accents(pc.utf8_lower(first_name.text())), 0, 1)
    letters = pc.utf8_slice_codeunits(pc.replace_substring_regex(names, "[^a-z]", ""), 0, 10)
    login = join(initials, letters, strings_from_matrix(write_digits(draw.below("digits", 100), 2)))
    return pc.if_else(from_numpy(age >= PORTAL_AGE), login, literal(None))


# Letters and digits of generated passwords: those that are easily mistaken (0 O 1 l I) are left out.
_SIGNS = np.frombuffer(b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", dtype=np.uint8)
# Of passwords: generated by the portal, a birth date, an invented word with digits. Our estimate.
_PASSWORDS = Alias.build(np.array([60, 22, 18]))
_SYLLABLES = strings(
    [a + b for a in ("b", "br", "c", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "tr", "v", "z")
     for b in ("a", "e", "i", "o", "u", "ou", "an", "in", "el", "or")]
)  # fmt: skip


def portal_password(draw: Draw, birth_date: I32, age: I16) -> pa.StringArray:
    """Password to the results portal, in clear: eight signs, the birth date, or a made-up word and digits."""
    kind = draw.pick("kind", _PASSWORDS)
    signs = np.empty((len(kind), 8), dtype=np.uint8)
    for place in range(8):
        signs[:, place] = _SIGNS[draw.below(f"sign {place}", len(_SIGNS))]
    words = [
        coded(draw.below(f"syllable {n}", len(_SYLLABLES)).astype(np.int32), _SYLLABLES).dictionary_decode()
        for n in range(3)
    ]
    word = pc.utf8_capitalize(join(*words))
    numbered = join(word, strings_from_matrix(write_digits(draw.below("digits", 100), 2)))
    dated = written_days("%d%m%Y", birth_date)
    chosen = pc.choose(from_numpy(kind), strings_from_matrix(signs), dated, numbered)
    return pc.if_else(from_numpy(age >= PORTAL_AGE), chosen, literal(None))


def phone_other(draw: Draw, mother_mobile: I64, partner_mobile: I64, landline: I64) -> I64:
    """`int64[n]`: a relative's number: the partner's or the mother's mobile, else the one at home."""
    relative = either(partner_mobile >= 0, partner_mobile, mother_mobile)
    return either((relative >= 0) & draw.chance("relative", "0.8"), relative, landline)


def payer_centre(department: I16) -> U8:
    """`uint8[n, 4]`: code of the centre; the hundreds follow the département of residence."""
    return write_digits(department.astype(np.int64) * 10 + 1001, 4)


def payer_contract(draw: Draw, person_id: I64) -> U8:
    """`uint8[n, 8]`: number of the complementary contract, one a person."""
    # Canaries stand above 10^8: their numbers come round to somebody else's.
    return write_digits(draw.permutation("contract", 10**8).forward(person_id % 10**8), 8)


def payer_rights_from(visit_date: I32) -> I32:
    """`int32[n]`, days since 1970: the first of January of the year of the visit."""
    return first_of_year(visit_date)


def payer_rights_to(payer_rights_from: I32) -> I32:
    """`int32[n]`, days since 1970: the end of that year."""
    return last_of_year(payer_rights_from)


def payer_rate(draw: Draw, condition_code: Coded, department: I16) -> I32:
    """`int32[n]`: 60 per cent of an analysis, 90 in Alsace and Moselle, 100 for many with a condition.

    Source: analyses are reimbursed at 60 %, at 90 % under the local regime of 57, 67 and 68, and at 100 %
    in a long-term illness or maternity (ameli.fr); how many are exempt is our estimate.
    """
    exempt = draw.below("exempt", 100) < np.where(condition_code.codes >= 0, 20, 4)
    local = np.isin(department, [department_index(code) for code in ("57", "67", "68")])
    return np.where(exempt, 100, np.where(local, 90, 60)).astype(np.int32)


def maiden_name(birth_name: Coded, sex: I8) -> Coded:
    """The birth name of a woman; men have none written."""
    return Coded(either(sex == WOMAN, birth_name.codes, -1), birth_name.words)


def patient_since(
    row: I64, source_code: I32, first_row: I64, cause: I32, visit_date: I32, books: Books
) -> I32:
    """`int32[n]`, days since 1970: when the patient first came to the source."""
    first = np.where(cause == SAME_SOURCE, np.minimum(first_row, row), row) - books.starts[source_code]
    days = np.empty(len(row), dtype=np.int32)
    middle = np.array(1 << 30)
    for number, rows in runs(source_code):
        days[rows] = books.calendars[number].days(middle, first[rows], int(books.rows[number]))
    return np.minimum(days, visit_date)


def row_mobile(age: I16, mobile: I64, guardian_mobile: I64) -> I64:
    """`int64[n]`: the mobile on the row: a child's is its parent's."""
    return either((age < CONTACT_AGE) & (guardian_mobile >= 0), guardian_mobile, mobile)


def row_email(age: I16, email: pa.StringArray, guardian_email: pa.StringArray) -> pa.StringArray:
    """The e-mail on the row: a child's is its parent's."""
    return pc.if_else(from_numpy(age < CONTACT_AGE), guardian_email, email)


def source_name(source_code: I32, sources: pa.StringArray) -> Coded:
    """The source that the row comes from."""
    return Coded(source_code, sources)


# What the row itself makes. Names that stand before a colon are columns' names of fields whose clean value is
# a word, or the row's and not the person's.
FIELDS: dict[str, Function] = {
    "visit_date": visit_date,
    "visit_time": visit_time,
    "file_number": file_number,
    "patient_number": patient_number,
    "age": age,
    "civility": civility,
    "insured": insured,
    "row_nir": row_nir,
    "nir_key": nir_key,
    "birth_place_code": birth_place_code,
    "birth_department_code": birth_department_code,
    "beneficiary_rank": beneficiary_rank,
    "sex_word": sex_word,
    "marital_word": marital_word,
    "pregnant_word": pregnant_word,
    "portal_login": portal_login,
    "portal_password": portal_password,
    "phone_other": phone_other,
    "payer_centre": payer_centre,
    "payer_contract": payer_contract,
    "payer_rights_from": payer_rights_from,
    "payer_rights_to": payer_rights_to,
    "payer_rate": payer_rate,
    "maiden_name": maiden_name,
    "patient_since": patient_since,
    "row_mobile": row_mobile,
    "row_email": row_email,
    "source": source_name,
    **lookalikes.FIELDS,
    **kin.FIELDS,
    **remarks.FIELDS,
}

# What is drawn once for a person, or for a lot, not at each visit.
BY_PERSON = {
    **dict.fromkeys(
        (*("portal_login", "portal_password", "insured", "beneficiary_rank", "payer_rate"), *kin.BY_PERSON),
        "person_id",
    ),
    "lot_number": "lot",
}

# Columns whose field is, on the row, something else than the person's field of the same name.
ON_THE_ROW = {
    "nir": "row_nir",
    "mobile": "row_mobile",
    "email": "row_email",
    "sex": "sex_word",
    "marital_status": "marital_word",
    "pregnant": "pregnant_word",
    "birth_department": "birth_department_code",
    "commune": "commune_name",
    "guardian_name": "guardian_usage_name",
    "spouse_name": "partner_usage_name",
    "spouse_first_name": "partner_first_name",
    "payer_code": "payer_caisse",
}

"""E-mail addresses as French patients write them, at providers that are visible and do not exist.

`prenom.nom@orange.example.com`: the provider is a sub-domain of a name that is reserved for examples.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simbreach.core.arrays import I64, Bits, Ints
from simbreach.core.arrow import Array, Strings, from_numpy, integers, join, literal, strings
from simbreach.core.cells import matches
from simbreach.core.errors import IdentifierError
from simbreach.core.registry import Safety
from simbreach.core.sampling import Alias
from simbreach.core.streams import Draw
from simbreach.core.text import fold_accents
from simbreach.reference.tables import read_csv

LABEL = "contact.email"
INPUTS = ("first_name", "last_name", "birth_year", "rare", "age")
SAFETY = Safety(
    range_="sub-domains of example.com, example.net and example.org",
    why="these three names are reserved for examples: nobody can register them or a name under them, and no "
    "mail is delivered there",
    source="IETF, RFC 2606 (section 3) and RFC 6761 (section 6.5)",
    date="2013-02",
)
PATTERN = r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
CHANCE = 1

_SAFE = r"(?i)^[^@]*@\s*(?:[a-z0-9-]+[.])*example[.](?:com|net|org)\s*$"
_LOCAL = r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:[.][A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$"
_DOMAIN = r"^(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?[.])+[A-Za-z]{2,63}$"
_LOCAL_CHARS = 64

# First years of age of the columns of `email_providers.csv`.
_AGES = np.array([25, 40, 60, 75])
_BANDS = ("under_25", "from_25", "from_40", "from_60", "from_75")

# How the words of a compound name are put together, in hundredths: jeanpierre, jean-pierre, jean.pierre.
_JOINTS = ("", "-", ".")
_JOINT_WEIGHTS = np.array([48, 42, 10])
_WORD_CHARS = 24
# Where nothing of a name is left in ASCII.
_NAMELESS = "contact"
_NICKNAMES = (
    "titi",
    "loulou",
    "doudou",
    "nono",
    "tata",
    "mimi",
    "lolo",
    "papou",
    "nanou",
    "zaza",
    "fifi",
    "coco",
    "kiki",
    "jojo",
    "nini",
    "bibi",
    "cricri",
    "didi",
    "bebert",
    "chouchou",
    "pitchoune",
    "minette",
    "ptitloup",
    "lulu",
    "manou",
    "tonton",
    "pepette",
    "choupette",
    "zezette",
    "lili",
    "jeje",
    "toto",
    "domi",
    "cathy",
    "phil",
    "seb",
    "pat",
    "steph",
)

_FIRST, _INITIAL, _LAST, _LAST_INITIAL, _NICKNAME, _NOTHING = range(6)
# Left part, separator, right part, weight; our estimates. The last, from `_LOOSE_FROM` on, need digits.
_PATTERNS = (
    (_FIRST, ".", _LAST, 33),
    (_FIRST, "", _LAST, 11),
    (_LAST, ".", _FIRST, 10),
    (_INITIAL, ".", _LAST, 8),
    (_INITIAL, "", _LAST, 8),
    (_LAST, "", _FIRST, 6),
    (_FIRST, "-", _LAST, 4),
    (_FIRST, "_", _LAST, 3),
    (_LAST, "", _INITIAL, 2),
    (_FIRST, "", _LAST_INITIAL, 5),
    (_FIRST, "", _NOTHING, 5),
    (_NICKNAME, "", _NOTHING, 5),
)
_LOOSE_FROM = 9
# Of addresses with digits: the year of birth in two digits, in four, or any number from 1 to 99.
_DIGIT_WEIGHTS = np.array([45, 12, 43])
# Frequent names whose owner found an address without digits.
_PLAIN = "0.3"


@dataclass(frozen=True)
class _Tables:
    """What is drawn from: hosts by age band, patterns, joints, kinds of digits and their words."""

    hosts: Strings
    host_choice: Alias
    patterns: Alias
    joints: Alias
    digit_kinds: Alias
    lefts: I64
    separators: Strings
    rights: I64
    digits: Strings


@cache
def _tables() -> _Tables:
    table = read_csv("email_providers.csv", "host", *_BANDS)
    weights = np.array([table[band] for band in _BANDS], dtype=np.int64)
    left, separator, right, weight = zip(*_PATTERNS, strict=True)
    digits = ["", *(f"{n:02}" for n in range(100)), *(str(n) for n in range(1, 100))]
    return _Tables(
        strings([f"@{host}" for host in table["host"]]),
        Alias.build(weights.ravel(), np.full(len(_BANDS), len(table["host"]))),
        Alias.build(np.array(weight)),
        Alias.build(_JOINT_WEIGHTS),
        Alias.build(_DIGIT_WEIGHTS),
        np.array(left),
        strings(separator),
        np.array(right),
        strings([*digits, *(str(year) for year in range(1900, 2100))]),
    )


def generate(draw: Draw, inputs: Mapping[str, Any]) -> Strings:
    """Addresses of people with these names, in small ASCII letters, at a provider that fits their age.

    `first_name` and `last_name` are string arrays, `birth_year` and `age` integers; `rare` (bool) says that
    the two names together are rare enough to do without digits. Local parts have 1 to 54 characters. The
    number of a département, common in such addresses, is only met by chance: none is given.
    """
    tables = _tables()
    pattern = draw.pick("pattern", tables.patterns)
    joint = draw.pick("joint", tables.joints)
    nickname = draw.below("nickname", len(_NICKNAMES))
    words = _words(inputs["first_name"], inputs["last_name"])
    left = words.places(tables.lefts[pattern], joint, nickname)
    right = words.places(tables.rights[pattern], joint, nickname)
    bands = np.searchsorted(_AGES, inputs["age"], side="right")
    hosts = draw.pick("provider", tables.host_choice, bands)
    digits = _digits(draw, pattern >= _LOOSE_FROM, inputs["rare"], inputs["birth_year"])
    return join(
        words.all.take(from_numpy(left)),
        tables.separators.take(from_numpy(pattern)),
        words.all.take(from_numpy(right)),
        tables.digits.take(from_numpy(digits)),
        tables.hosts.take(from_numpy(hosts)),
    )


def _digits(draw: Draw, loose: Bits, rare: Bits, birth_years: Ints) -> I64:
    """`int64[n]`: which of the table's digits each address ends in, 0 for none."""
    years = np.asarray(birth_years, dtype=np.int64)
    kind = draw.pick("digits", _tables().digit_kinds)
    number = 101 + draw.below("number", 99)
    found = np.where(kind == 0, 1 + years % 100, np.where(kind == 1, 200 + years - 1900, number))
    plain = np.asarray(rare) | draw.chance("plain", _PLAIN)
    return np.where(plain & ~loose, 0, found)


@dataclass(frozen=True)
class _Words:
    """Every word of the local parts of some rows, block after block of `count` different names.

    Three blocks of whole names, one for each joint; one of initials; then nothing, and the nicknames.
    """

    all: Strings
    count: int
    first_names: I64
    last_names: I64

    def places(self, parts: I64, joint: I64, nickname: I64) -> I64:
        """`int64[n]`: where in `all` the word stands that is each row's `parts`."""
        whole = (parts == _FIRST) | (parts == _LAST)
        names = np.where((parts == _FIRST) | (parts == _INITIAL), self.first_names, self.last_names)
        named = np.where(whole, joint, len(_JOINTS)) * self.count + names
        others = (len(_JOINTS) + 1) * self.count + np.where(parts == _NICKNAME, 1 + nickname, 0)
        return np.where(parts >= _NICKNAME, others, named)


def _words(first_names: Strings, last_names: Strings) -> _Words:
    """The words of these names, each different name folded once."""
    names = pc.fill_null(pa.concat_arrays([first_names, last_names]), literal("")).dictionary_encode()
    folded = _fold(names.dictionary)
    wholes = [pc.replace_substring(folded, " ", joint) for joint in _JOINTS]
    compound = pc.match_substring(folded, " ")
    initials = pc.replace_with_mask(
        pc.utf8_slice_codeunits(folded, 0, 1), compound, _initials(folded.filter(compound))
    )
    codes = integers(names.indices).astype(np.int64)
    rows = len(first_names)
    words = pa.concat_arrays([*wholes, initials, strings(["", *_NICKNAMES])])
    return _Words(words, len(folded), codes[:rows], codes[rows:])


def _fold(names: Strings) -> Strings:
    """The names in small ASCII letters, their words with one blank between, never empty."""
    folded = pc.ascii_lower(fold_accents(names))
    folded = _change(folded, pc.match_substring_regex(folded, "[^a-z]"), _split)
    folded = _change(folded, from_numpy(integers(pc.binary_length(folded)) > _WORD_CHARS), _shorten)
    return pc.if_else(pc.equal(folded, literal("")), literal(_NAMELESS), folded)


def _change(names: Strings, which: Array, change: Callable[[Strings], Strings]) -> Strings:
    """The names, those of `which` changed: the others are spared the work."""
    return pc.replace_with_mask(names, which, change(names.filter(which)))


def _split(names: Strings) -> Strings:
    joined = pc.replace_substring_regex(names, "['’]", "")
    return pc.ascii_trim(pc.replace_substring_regex(joined, "[^a-z0-9]+", " "), " ")


def _shorten(names: Strings) -> Strings:
    return pc.ascii_rtrim(pc.utf8_slice_codeunits(names, 0, _WORD_CHARS), " ")


def _initials(names: Strings) -> Strings:
    return pc.replace_substring_regex(names, "([a-z0-9])[a-z0-9]* ?", r"\1")


def validate(text: str) -> str:
    """The address with its domain in small letters; IdentifierError says which part is wrong."""
    local, at, domain = text.strip().rpartition("@")
    if not at:
        raise IdentifierError("an e-mail address holds an @")
    if not re.fullmatch(_LOCAL, local):
        raise IdentifierError(
            "before the @ stand letters, digits and signs, without blanks or two dots in a row"
        )
    if len(local) > _LOCAL_CHARS:
        raise IdentifierError(f"before the @ stand at most {_LOCAL_CHARS} characters, not {len(local)}")
    if not re.fullmatch(_DOMAIN, domain):
        raise IdentifierError("after the @ stands a domain: labels of letters, digits and dashes, with dots")
    return f"{local}@{domain.lower()}"


def is_synthetic(text: str) -> bool:
    """Whether the domain lies under example.com, example.net or example.org, whatever stands before it."""
    return bool(synthetic_mask(strings([text]))[0])


def synthetic_mask(column: Strings) -> Bits:
    """`bool[n]`: `is_synthetic` of each cell, false where null."""
    return matches(column, _SAFE)

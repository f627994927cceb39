"""Known people's identifiers in a log, a response or a file, in whatever spelling: all in one pass.

Numbers are compared as digits alone, whatever stands between; addresses without case; names without case and
accents, in either order. Hashes throw out nearly all places, a look at the bytes decides the rest.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from simbreach.core.arrays import I64, U8, U64, Bits
from simbreach.testing.escapes import unescaped

Buffer: TypeAlias = "bytes | memoryview"

# As much as a processor's own memory holds.
_CHUNK = 1 << 18
# More than the longest identifier, however spaced out.
_OVERLAP = 256
_TABLE_BITS = 20
_IBAN_DIGITS = 25

# What may stand between two digits of a number: blanks of all kinds and encodings, and the signs in use.
# An escaped blank has bytes C3 before it, see `testing.escapes`.
_GAP_SIGN = rb"\xc3*(?:[ .\-/_()\xa0]|\xc2\xa0|\xe2\x80[\x80-\xaf]|\+)"
_GAP = rb"%b{0,3}" % _GAP_SIGN
# Groups of two digits and more, or of one, with the same between all of them: not a date and a time.
_SPACED = re.compile(
    rb"[0-9]{1,9}(?:(%b{1,3})[0-9]{2,5}(?:\1[0-9]{2,5})*)?|[0-9](%b{1,3})[0-9](?:\2[0-9]){7}"
    % (_GAP_SIGN, _GAP_SIGN)
)
_BEFORE_PHONE = re.compile(rb"(?:^|[^0-9])(?:(?:00)?33%b0?%b|0%b)?$" % (_GAP, _GAP, _GAP))
_SIGNS = re.compile(_GAP_SIGN)
_IN_LOCAL = re.compile(rb"[a-z0-9._+'-]$", re.IGNORECASE)
_IN_DOMAIN = re.compile(rb"[a-z0-9-]|\.[a-z0-9]", re.IGNORECASE)

# What may begin with four given digits.
_NIR, _IBAN, _PHONE = 1, 2, 4
# Of so many digits a number is told before its bytes are looked at.
_LONG, _SHORT = 12, 9

KINDS = ("nir", "phone", "email", "iban", "name")


@dataclass(frozen=True)
class Found:
    """One identifier of somebody known: its kind and its bytes [start, end)."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class Known:
    """What to look for, without spelling.

    `nirs` of 13 or 15 characters, `phones` and `ibans` in any layout, `names` as (first name, surname).
    """

    nirs: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    ibans: frozenset[str] = frozenset()
    names: frozenset[tuple[str, str]] = frozenset()


class _Table:
    """Whether a number may be one of `numbers`: wrong for few, and only in saying yes."""

    def __init__(self, numbers: Iterable[int | str]) -> None:
        self._sorted = np.unique(np.array([int(number) for number in numbers], dtype=np.uint64))
        self._bits = np.zeros(1 << _TABLE_BITS, dtype=np.bool_)
        self._bits[self._slots(self._sorted)] = True

    @staticmethod
    def _slots(numbers: U64) -> I64:
        mixed: U64 = (numbers * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - _TABLE_BITS)
        return mixed.view(np.int64)

    def places(self, numbers: U64) -> I64:
        """The places of those of `numbers` that are in the table."""
        if not len(self._sorted):
            return np.zeros(0, dtype=np.int64)
        near = np.flatnonzero(self._bits.take(self._slots(numbers)))
        some = numbers[near]
        at = np.minimum(np.searchsorted(self._sorted, some), len(self._sorted) - 1)
        exact: I64 = near[self._sorted[at] == some]
        return exact


class Finder:
    """Finds what is `known` in bytes."""

    def __init__(self, known: Known) -> None:
        self._nirs = frozenset(nir[:13].upper().encode() for nir in known.nirs)
        self._ibans = frozenset(_digits(iban).encode() for iban in known.ibans)
        numbers = {
            _NIR: [_digits(nir[:13])[:_LONG] for nir in known.nirs],
            _IBAN: [iban[:_LONG].decode() for iban in self._ibans],
            _PHONE: [_digits(phone)[-_SHORT:] for phone in known.phones],
        }
        self._tables = {kind: _Table(some) for kind, some in numbers.items()}
        self._openings = np.zeros(10_000, dtype=np.uint8)
        for kind, some in numbers.items():
            self._openings[[int(number[:4]) for number in some]] |= kind
        self._emails = _by_key(known.emails)
        self._email_keys = np.array(sorted(self._emails), dtype=np.uint64)
        self._names = _Names(known.names)

    def find(self, data: Buffer) -> Iterator[Found]:
        """What stands in `data`, chunk by chunk; within a chunk by kind, then by place."""
        for start in range(0, len(data), _CHUNK):
            begin = max(0, start - _OVERLAP)
            piece = bytes(data[begin : start + _CHUNK + _OVERLAP])
            for found in self._search(piece):
                if start <= found.start + begin < start + _CHUNK:
                    yield Found(found.kind, found.start + begin, found.end + begin)

    def _search(self, piece: bytes) -> Iterator[Found]:
        data = unescaped(piece)
        yield from self._numbers(data)
        addresses = list(self._addresses(data) if data is piece else self._escaped_addresses(data))
        yield from addresses
        if self._names:
            # The names in an address are the address, and none spans from beside it into it.
            inside = {place for found in addresses for place in range(found.start, found.end)}
            for found in self._names.find(data):
                if inside.isdisjoint((found.start, found.end - 1)):
                    yield found

    def _numbers(self, data: bytes) -> Iterator[Found]:
        digits = np.frombuffer(data, dtype=np.uint8) - np.uint8(48)
        where = np.flatnonzero(digits < 10)
        if len(where) < _SHORT:
            return
        ones = digits[where]
        twos = ones[:-1] * np.uint8(10) + ones[1:]
        fours = twos[:-2] * np.uint16(100) + twos[2:]
        # Of each kind, where a number may begin by its first four digits.
        opening = self._openings.take(fours)
        for kind, width, look in (
            (_NIR, _LONG, self._nirs_at),
            (_IBAN, _LONG, self._ibans_at),
            (_PHONE, _SHORT, _phones_at),
        ):
            begins = np.flatnonzero(opening[: max(0, len(ones) - width + 1)] & kind != 0)
            number = fours[begins].astype(np.uint64) * np.uint64(10_000) + fours[begins + 4]
            if width == _LONG:
                number = number * np.uint64(10_000) + fours[begins + 8]
            else:
                number = number * np.uint64(10) + ones[begins + 8]
            yield from look(data, where, begins[self._tables[kind].places(number)].tolist())

    def _nirs_at(self, data: bytes, where: I64, places: list[int]) -> Iterator[Found]:
        for place in places:
            start = int(where[place])
            bare = _SIGNS.sub(b"", data[start : start + 160])[:13].upper()
            if bare in self._nirs:
                yield Found("nir", start, int(where[place + 11]) + (1 if bare[6:7].isalpha() else 2))

    def _ibans_at(self, data: bytes, where: I64, places: list[int]) -> Iterator[Found]:
        for place in places:
            start = int(where[place])
            if place + _IBAN_DIGITS <= len(where):
                end = int(where[place + _IBAN_DIGITS - 1]) + 1
                if _SIGNS.sub(b"", data[start:end]) in self._ibans:
                    yield Found("iban", start, end)

    def _addresses(self, data: bytes) -> Iterator[Found]:
        if not self._emails or b"@" not in data:
            return
        signs = np.frombuffer(data, dtype=np.uint8)
        at = np.flatnonzero(signs == ord("@"))
        at = at[(at >= 3) & (at + 5 <= len(signs))]
        keys = np.zeros(len(at), dtype=np.uint64)
        for shift in _AROUND:
            keys = keys << np.uint64(8) | (signs[at + shift] | np.uint8(32))
        slots = np.minimum(np.searchsorted(self._email_keys, keys), len(self._email_keys) - 1)
        hits = np.flatnonzero(self._email_keys[slots] == keys)
        for place, key in zip(at[hits].tolist(), keys[hits].tolist(), strict=True):
            yield from _address_at(data, place, self._emails[key])

    def _escaped_addresses(self, data: bytes) -> Iterator[Found]:
        """Addresses are compared whole: in the text without the bytes that stand before what was escaped."""
        kept = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) != _LEAD)
        for found in self._addresses(data.translate(None, bytes([_LEAD]))):
            # An escaped sign begins where the one before it ends.
            start = int(kept[found.start - 1]) + 1 if found.start else 0
            yield Found(found.kind, start, int(kept[found.end - 1]) + 1)


# Round the sign @: three bytes before and four behind.
_AROUND = (-3, -2, -1, 1, 2, 3, 4)


def _key(around: bytes) -> int:
    return int.from_bytes(bytes(byte | 32 for byte in around))


def _by_key(emails: Iterable[str]) -> Mapping[int, list[tuple[bytes, bytes]]]:
    found: dict[int, list[tuple[bytes, bytes]]] = {}
    for email in sorted(emails):
        local, _, domain = email.lower().encode().partition(b"@")
        if len(local) >= 3 and len(domain) >= 4:
            found.setdefault(_key(local[-3:] + domain[:4]), []).append((local, domain))
    return found


def _address_at(data: bytes, place: int, emails: Iterable[tuple[bytes, bytes]]) -> Iterator[Found]:
    for local, domain in emails:
        start, end = place - len(local), place + 1 + len(domain)
        if (
            start >= 0
            and data[start:place].lower() == local
            and data[place + 1 : end].lower() == domain
            and not _IN_LOCAL.search(data[max(0, start - 1) : start])
            and not _IN_DOMAIN.match(data[end : end + 2])
        ):
            yield Found("email", start, end)
            return


def _phones_at(data: bytes, where: I64, places: list[int]) -> Iterator[Found]:
    for place in places:
        start, end = int(where[place]), int(where[place + 8]) + 1
        if (
            _SPACED.fullmatch(data[start:end])
            and not data[end : end + 1].isdigit()
            and _BEFORE_PHONE.search(data[max(0, start - 48) : start])
        ):
            yield Found("phone", start, end)


def _digits(text: str) -> str:
    return re.sub("[^0-9]", "", text)


# --- names ------------------------------------------------------------------------------------------------


def _letters() -> tuple[bytes, U8]:
    """For each byte, the capital that it stands for (0: none): alone, and behind the byte C3 of UTF-8."""
    alone = np.zeros(256, dtype=np.uint8)
    for code in range(256):
        plain = unicodedata.normalize("NFKD", chr(code)).encode("ascii", "ignore").upper()
        if len(plain) == 1 and plain.isalpha():
            alone[code] = plain[0]
    alone[[0xAA, 0xBA]] = 0
    behind = alone.copy()
    behind[0x80:0xC0] = alone[0xC0:]
    return alone.tobytes(), behind


_ALONE, _BEHIND = _letters()
_LEAD, _COMBINING = 0xC3, 0xCC
# First bytes in UTF-8 of blanks and quotes, which alone are letters in 8-bit encodings.
_NO_LETTERS = (0xC2, 0xE2)
# No byte of a folded text: letters are capitals.
_READ_OVER = 1
_LOW_BITS, _HIGH_BITS = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)
_FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_MOST_BETWEEN = 4


class _Names:
    """Finds pairs of names that stand side by side, first name or surname first."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        # By the hash of the two words that meet: the words of the whole, and how many come before the second.
        self._known: dict[int, set[tuple[int, tuple[bytes, ...]]]] = {}
        for pair in names:
            parts = [_words_of(name) for name in pair]
            if not all(parts) or sum(map(len, (w for part in parts for w in part))) < 5:
                continue
            for one, other in (parts, reversed(parts)):
                meet = np.array([_word_key(one[-1]), _word_key(other[0])], dtype=np.uint64)
                number = int(_mixed(meet)[0])
                self._known.setdefault(number, set()).add((len(one), (*one, *other)))
        self._table = _Table(self._known)

    def __bool__(self) -> bool:
        return bool(self._known)

    def find(self, data: bytes) -> Iterator[Found]:
        """The pairs in a text in UTF-8 or an 8-bit encoding of French."""
        folded = _folded(data)
        letters = np.frombuffer(folded, dtype=np.uint8)
        inside = letters != 0
        starts = np.flatnonzero(inside[1:] > inside[:-1]) + 1  # there is no letter at either end
        if len(starts) < 2:
            return
        mixed = _mixed(_words_at(letters, starts))
        hits = self._table.places(mixed).tolist()
        if not hits:
            return
        ends = np.flatnonzero(inside[1:] < inside[:-1]) + 1
        at = np.flatnonzero(_kept(data))
        for place in hits:
            for before, words in sorted(self._known[int(mixed[place])]):
                first = place + 1 - before
                last = first + len(words) - 1
                if first < 0 or last >= len(starts):
                    continue
                gaps = starts[first + 1 : last + 1] - ends[first:last]
                there = tuple(
                    folded[a:b] for a, b in zip(starts[first : last + 1], ends[first : last + 1], strict=True)
                )
                if there == words and gaps.max() <= _MOST_BETWEEN:
                    yield Found("name", int(at[starts[first] - 1]), int(at[ends[last] - 2]) + 1)
                    break


def _folded(data: bytes) -> bytes:
    """The text in capitals without accents, 0 where no letter is, and without what is read over (`_kept`).

    One 0 is added before it and eight behind.
    """
    letters = data.translate(_ALONE)
    if not data.isascii():
        signs, folded = np.frombuffer(data, dtype=np.uint8), np.frombuffer(letters, dtype=np.uint8).copy()
        for lead in _NO_LETTERS:
            if lead in data:
                places = np.flatnonzero(signs[:-1] == lead)
                folded[places[signs[places + 1] & 0xC0 == 0x80]] = 0
        leads = np.flatnonzero(signs[:-1] == _LEAD)
        folded[leads + 1] = _BEHIND[signs[leads + 1]]
        folded[~_kept(data)] = _READ_OVER
        letters = folded.tobytes().translate(None, bytes([_READ_OVER]))
    return b"\0" + letters + bytes(8)


def _kept(data: bytes) -> Bits:
    """`bool[n]`: the bytes that are not read over, as are the first one of `é` and combining accents."""
    signs = np.frombuffer(data, dtype=np.uint8)
    keep: Bits = signs != _LEAD
    if _COMBINING in data:
        marks = np.flatnonzero(signs == _COMBINING)
        keep[marks] = False
        keep[np.minimum(marks + 1, len(signs) - 1)] = False
    return keep


def _words_at(letters: U8, starts: I64) -> U64:
    """Words as numbers, by their first eight letters."""
    eights = np.ndarray(len(letters) - 7, np.dtype("<u8"), letters.data, strides=(1,))
    words = eights[starts]
    # The highest bit of the lowest byte that is 0: what lies above it is another word's.
    end = (words - _LOW_BITS) & ~words & _HIGH_BITS
    inside: U64 = words & ((end & -end) - np.uint64(1))
    return inside


def _mixed(keys: U64) -> U64:
    """A hash of each two keys that follow each other."""
    return (keys[:-1] * _FIRST >> np.uint64(7)) ^ (keys[1:] * _SECOND)


def _word_key(word: bytes) -> int:
    return int.from_bytes(word[:8].ljust(8, b"\0"), "little")


def _words_of(name: str) -> list[bytes]:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").upper()
    return re.findall(rb"[A-Z]+", plain)

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

Buffer: TypeAlias = "bytes | memoryview"

# As much as a processor's own memory holds.
_CHUNK = 1 << 18
# More than the longest identifier, however spaced out.
_OVERLAP = 256
_TABLE_BITS = 20

# What may stand between two digits of a number: blanks of all kinds and encodings, and the signs in use.
_GAP_SIGN = rb"(?:[ .\-/_()\xa0]|\xc2\xa0|\xe2\x80[\x80-\xaf]|&nbsp;|\+)"
_GAP = rb"%b{0,3}" % _GAP_SIGN
# Groups of two digits and more, or of one, with the same between all of them: not a date and a time.
_SPACED = re.compile(
    rb"[0-9]{1,9}(?:(%b{1,3})[0-9]{2,5}(?:\1[0-9]{2,5})*)?|[0-9](%b{1,3})[0-9](?:\2[0-9]){7}"
    % (_GAP_SIGN, _GAP_SIGN)
)
_BEFORE_PHONE = re.compile(rb"(?:^|[^0-9])(?:(?:00)?33%b0?%b|0%b)?$" % (_GAP, _GAP, _GAP))
_SIGNS = re.compile(_GAP_SIGN)
_ESCAPED = re.compile(rb"\\u00([0-9a-fA-F]{2})")
_IN_LOCAL = re.compile(rb"(?<!%[0-9a-f])[a-z0-9._+'-]$", re.IGNORECASE)
_IN_DOMAIN = re.compile(rb"[a-z0-9-]|\.[a-z0-9]", re.IGNORECASE)

# What may begin with four given digits: a NIR or what ends an IBAN, a telephone.
_LONG, _SHORT = 1, 2

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
    def _slots(numbers: U64) -> U64:
        return (numbers * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - _TABLE_BITS)

    def places(self, numbers: U64) -> I64:
        """The places of those of `numbers` that are in the table."""
        if not len(self._sorted):
            return np.zeros(0, dtype=np.int64)
        near = np.flatnonzero(self._bits[self._slots(numbers)])
        some = numbers[near]
        at = np.minimum(np.searchsorted(self._sorted, some), len(self._sorted) - 1)
        exact: I64 = near[self._sorted[at] == some]
        return exact


class Finder:
    """Finds what is `known` in bytes."""

    def __init__(self, known: Known) -> None:
        self._nirs = frozenset(nir[:13].upper().encode() for nir in known.nirs)
        ibans = [_digits(iban) for iban in known.ibans]
        self._ibans = frozenset(iban.encode() for iban in ibans)
        starts = [_digits(nir[:13])[:12] for nir in known.nirs]
        ends = [iban[-12:] for iban in ibans]
        phones = [_digits(phone)[-9:] for phone in known.phones]
        self._nir_table, self._iban_table, self._phone_table = map(_Table, (starts, ends, phones))
        self._openings = np.zeros(10_000, dtype=np.uint8)
        for kind, numbers in ((_LONG, starts + ends), (_SHORT, phones)):
            self._openings[[int(number[:4]) for number in numbers]] |= kind
        self._emails = _by_key(known.emails)
        self._email_keys = np.array(sorted(self._emails), dtype=np.uint64)
        self._names = _Names(known.names)

    def find(self, data: Buffer) -> Iterator[Found]:
        """What stands in `data`, chunk by chunk; within a chunk by kind, then by place."""
        for start in range(0, len(data), _CHUNK):
            begin = max(0, start - _OVERLAP)
            piece = bytes(data[begin : start + _CHUNK + _OVERLAP])
            for found in self._search(_unescaped(piece)):
                if start <= found.start + begin < start + _CHUNK:
                    yield Found(found.kind, found.start + begin, found.end + begin)

    def _search(self, data: bytes) -> Iterator[Found]:
        signs = np.frombuffer(data, dtype=np.uint8)
        yield from self._numbers(data, signs)
        addresses = list(self._addresses(data, signs))
        yield from addresses
        if self._names:
            # The names in an address are the address.
            inside = {place for found in addresses for place in range(found.start, found.end)}
            yield from (found for found in self._names.find(signs) if found.start not in inside)

    def _numbers(self, data: bytes, signs: U8) -> Iterator[Found]:
        values = signs - np.uint8(48)
        where = np.flatnonzero(values < 10)
        if len(where) < 9:
            return
        ones = values[where]
        twos = ones[:-1] * np.uint8(10) + ones[1:]
        fours = twos[:-2] * np.uint16(100) + twos[2:]
        # Where a number of each kind may begin, by its first four digits.
        opening = self._openings[fours]
        places = np.flatnonzero(opening[:-8] & _LONG)
        long = (fours[places].astype(np.uint64) * 10_000 + fours[places + 4]) * 10_000 + fours[places + 8]
        yield from self._nirs_at(data, where, places[self._nir_table.places(long)].tolist())
        yield from self._ibans_at(data, where, places[self._iban_table.places(long)].tolist())
        places = np.flatnonzero(opening[:-5] & _SHORT)
        short = (fours[places].astype(np.uint64) * 10_000 + fours[places + 4]) * 10 + ones[places + 8]
        yield from _phones_at(data, where, places[self._phone_table.places(short)].tolist())

    def _nirs_at(self, data: bytes, where: I64, places: list[int]) -> Iterator[Found]:
        for place in places:
            start = int(where[place])
            bare = _SIGNS.sub(b"", data[start : start + 64])[:13].upper()
            if bare in self._nirs:
                yield Found("nir", start, int(where[place + 11]) + (1 if bare[6:7].isalpha() else 2))

    def _ibans_at(self, data: bytes, where: I64, places: list[int]) -> Iterator[Found]:
        for place in places:
            end = int(where[place + 11]) + 1
            bare = _SIGNS.sub(b"", data[max(0, end - 64) : end])
            if bare[-25:] in self._ibans:
                yield Found("iban", int(where[place]), end)

    def _addresses(self, data: bytes, signs: U8) -> Iterator[Found]:
        if not self._emails:
            return
        at = np.flatnonzero(signs == ord("@"))
        at = at[(at >= 3) & (at + 5 <= len(signs))]
        if len(at):
            keys = np.zeros(len(at), dtype=np.uint64)
            for shift in _AROUND:
                keys = keys << np.uint64(8) | (signs[at + shift] | np.uint8(32))
            slots = np.minimum(np.searchsorted(self._email_keys, keys), len(self._email_keys) - 1)
            hits = np.flatnonzero(self._email_keys[slots] == keys)
            for place, key in zip(at[hits].tolist(), keys[hits].tolist(), strict=True):
                yield from _address_at(data, place, 1, self._emails[key])
        for match in re.finditer(b"%40", data):
            start, end = match.span()
            if start >= 3 and end + 4 <= len(data):
                around = data[start - 3 : start] + data[end : end + 4]
                yield from _address_at(data, start, 3, self._emails.get(_key(around), ()))


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


def _address_at(
    data: bytes, place: int, width: int, emails: Iterable[tuple[bytes, bytes]]
) -> Iterator[Found]:
    for local, domain in emails:
        start, end = place - len(local), place + width + len(domain)
        if (
            start >= 0
            and data[start:place].lower() == local
            and data[place + width : end].lower() == domain
            and not _IN_LOCAL.search(data[max(0, start - 4) : start])
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
            and _BEFORE_PHONE.search(data[max(0, start - 20) : start])
        ):
            yield Found("phone", start, end)


def _digits(text: str) -> str:
    return re.sub("[^0-9]", "", text)


def _unescaped(data: bytes) -> bytes:
    r"""The text with `%20` as blanks, JSON's `\u00e9` as one byte behind others that words are read over.

    Places stay as they were.
    """
    if b"%20" in data:
        data = data.replace(b"%20", b"   ")
    if b"\\u00" in data:
        data = _ESCAPED.sub(lambda match: b"\xc3" * 5 + bytes([int(match[1], 16)]), data)
    return data


# --- names ------------------------------------------------------------------------------------------------


def _letters() -> tuple[U8, U8]:
    """For each byte, the capital that it stands for (0: none): alone, and behind the byte C3 of UTF-8."""
    alone = np.zeros(256, dtype=np.uint8)
    behind = np.zeros(256, dtype=np.uint8)
    for code in range(256):
        plain = unicodedata.normalize("NFKD", chr(code)).encode("ascii", "ignore").upper()
        if len(plain) == 1 and plain.isalpha():
            alone[code] = plain[0]
            if code >= 0xC0:
                behind[code - 0x40] = behind[code] = plain[0]
    alone[[0xAA, 0xBA]] = 0
    return alone, behind


_ALONE, _BEHIND = _letters()
_LEAD, _COMBINING = 0xC3, 0xCC
# First bytes in UTF-8 of blanks and quotes, which alone are letters in 8-bit encodings.
_NO_LETTERS = (0xC2, 0xE2)
_MASKS = np.array([(1 << 8 * width) - 1 for width in range(9)], dtype=np.uint64)
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

    def find(self, signs: U8) -> Iterator[Found]:
        """The pairs in the text `signs`, in UTF-8 or an 8-bit encoding of French."""
        letters, at = _folded(signs)
        inside = letters != 0
        turns = np.flatnonzero(inside[1:] != inside[:-1]) + 1
        starts, ends = turns[::2], turns[1::2]  # there is no letter at either end
        if len(starts) < 2:
            return
        eights = np.ndarray(len(letters) - 7, np.dtype("<u8"), letters.data, strides=(1,))
        keys = eights[starts] & _MASKS[np.minimum(ends - starts, 8)]
        mixed = _mixed(keys)
        for place in self._table.places(mixed).tolist():
            for before, words in sorted(self._known[int(mixed[place])]):
                first = place + 1 - before
                last = first + len(words) - 1
                if first < 0 or last >= len(starts):
                    continue
                gaps = starts[first + 1 : last + 1] - ends[first:last]
                there = tuple(
                    letters[a:b].tobytes()
                    for a, b in zip(starts[first : last + 1], ends[first : last + 1], strict=True)
                )
                if there == words and gaps.max() <= _MOST_BETWEEN:
                    yield Found("name", int(at(starts[first])), int(at(ends[last] - 1)) + 1)
                    break


def _folded(signs: U8) -> "tuple[U8, _Place]":
    """The text in capitals without accents, 0 where no letter is, and how its places are those of the text.

    One 0 is added before it and eight behind.
    """
    letters = _ALONE[signs]
    kept: I64 | None = None
    if len(signs) and signs.max() > 127:
        for lead in _NO_LETTERS:
            places = np.flatnonzero(signs[:-1] == lead)
            letters[places[signs[places + 1] & 0xC0 == 0x80]] = 0
        leads, marks = np.flatnonzero(signs == _LEAD), np.flatnonzero(signs == _COMBINING)
        behind = leads[leads + 1 < len(signs)] + 1
        letters[behind] = _BEHIND[signs[behind]]
        keep: Bits = np.ones(len(signs), dtype=np.bool_)
        keep[leads] = False
        keep[marks] = False
        keep[np.minimum(marks + 1, len(signs) - 1)] = False
        kept = np.flatnonzero(keep)
        letters = letters[kept]
    whole = np.zeros(len(letters) + 9, dtype=np.uint8)
    whole[1:-8] = letters
    return whole, _Place(kept)


@dataclass(frozen=True)
class _Place:
    kept: I64 | None

    def __call__(self, place: int) -> int:
        return int(place - 1 if self.kept is None else self.kept[place - 1])


def _mixed(keys: U64) -> U64:
    """A hash of each two keys that follow each other."""
    return (keys[:-1] * _FIRST >> np.uint64(7)) ^ (keys[1:] * _SECOND)


def _word_key(word: bytes) -> int:
    return int.from_bytes(word[:8].ljust(8, b"\0"), "little")


def _words_of(name: str) -> list[bytes]:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").upper()
    return re.findall(rb"[A-Z]+", plain)

r"""Texts as they stand in URLs, JSON, HTML, Python's logs and in UTF-16, read as what they stand for.

`%C3%A9`, `%20`, `\u00e9`, `\xe9`, `&eacute;`, `&#233;`: each becomes one byte or what UTF-8 has for it, and
bytes C3 before it, which who searches reads over: so that places stay as they were.
"""

import re
import unicodedata
from collections.abc import Callable
from html.entities import html5

import numpy as np

HEAD_BYTES = 4_096
"""So much of a text tells whether it is UTF-16."""
_FILL = b"\xc3"
# Patterns begin with one sign, and not with a repeated one: then Python finds them several times as fast.
# Signs and what is beyond ASCII; not what may be digits behind a sign of its own, as in `LIKE '%2450…%'`.
_ONE_PERCENT = (
    rb"%(?:(?:2[0-9]|40)(?!(?:[0-9]{7}|[0-9]{11}|[0-9]{13})(?![0-9]))|2[a-f]|3[a-f]|5[b-f]|7[b-e]"
    rb"|[89a-f][0-9a-f])"
)
_PERCENT = re.compile(rb"%b(?:%b)*" % (_ONE_PERCENT, _ONE_PERCENT), re.IGNORECASE)
# Twice and more in what was escaped once more, as JSON inside JSON.
_BACKSLASH = re.compile(rb"\\\\{0,3}(?:u([0-9a-f]{4})|x([89a-f][0-9a-f]))", re.IGNORECASE)
_ENTITY = re.compile(rb"&(?:#([0-9]{2,4})|#x([0-9a-f]{2,4})|([a-z]{2,8}));", re.IGNORECASE)
_BLANK = re.compile(rb"(?: |\xc2?\xa0|\xe2\x80[\x80-\xaf])+")

_PLUS = re.compile(rb"\+(?<=[0-9]\+)(?=[0-9])")
_WIDE_BLANK = re.compile(rb"\xc2\xa0|\xe2\x80[\x80-\x8a\xaf]")


def unescaped(data: bytes) -> bytes:
    r"""`data` with its escapes read, as long as before; `data` itself where it has none.

    >>> unescaped(rb"Zo%C3%AB \u00e9").replace(b"\xc3", b".")
    b'Zo.....\xab .....\xe9'
    """
    # A sign alone is found in no time, and most logs lack at least two of them.
    if b"%" in data:
        data = _PERCENT.sub(_from_percent, data)
    if b"\\" in data:
        data = _BACKSLASH.sub(_from_backslash, data)
    if b"&" in data:
        data = _ENTITY.sub(_from_entity, data)
    return data


def read(data: bytes) -> tuple[bytes, Callable[[int, int], tuple[int, int]]]:
    r"""What `data` says, with plain blanks only, and where in `data` a span [start, end) of it lies.

    >>> text, placed = read(b"t=06%2012%C2%A034")
    >>> text, placed(2, 10)
    (b't=06 12 34', (2, 17))
    """
    full = unescaped(data)
    if b"\xa0" in full or b"\xe2" in full:
        full = _WIDE_BLANK.sub(lambda match: b" ".rjust(len(match[0]), _FILL), full)
    if b"+" in full:
        # A blank in the query of a URL.
        full = _PLUS.sub(b" ", full)
    if full == data:
        return data, lambda start, end: (start, end)

    def placed(start: int, end: int) -> tuple[int, int]:
        kept = np.flatnonzero(np.frombuffer(full, dtype=np.uint8) != _FILL[0])
        # An escaped sign begins where the one before it ends.
        return int(kept[start - 1]) + 1 if start else 0, int(kept[end - 1]) + 1

    return full.translate(None, _FILL), placed


def utf_16_of(head: bytes) -> str | None:
    """The codec of a text that begins with `head`, if it is UTF-16, with a mark at its front or without.

    Without one, every other byte is NUL where letters are Latin.

    >>> utf_16_of("Célia".encode("utf-16-be")), utf_16_of("Célia".encode())
    ('utf-16-be', None)
    """
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    half = len(head) // 2
    first, second = head[0 : 2 * half : 2].count(0), head[1 : 2 * half : 2].count(0)
    if first + second >= max(1, half * 0.8):
        for codec, many, few in (("utf-16-le", second, first), ("utf-16-be", first, second)):
            if few <= many // 10:
                return codec
    return None


def _from_percent(match: re.Match[bytes]) -> bytes:
    raw = bytes.fromhex(match[0].replace(b"%", b"").decode())
    return (b" " if _BLANK.fullmatch(raw) else raw).rjust(len(match[0]), _FILL)


def _from_backslash(match: re.Match[bytes]) -> bytes:
    return _filled(match, chr(int(match[1] or match[2], 16)))


def _from_entity(match: re.Match[bytes]) -> bytes:
    decimal, hexadecimal, name = match.groups()
    if name:
        sign = html5.get(f"{name.decode()};", "")
    else:
        sign = chr(int(decimal) if decimal else int(hexadecimal, 16))
    return _filled(match, sign) if len(sign) == 1 else match[0]


def _filled(match: re.Match[bytes], sign: str) -> bytes:
    """One byte for the sign, none for an accent of the letter before it; digits and plain letters stay."""
    if sign.isascii() and sign.isalnum():
        return match[0]
    if unicodedata.combining(sign):
        raw = b""
    elif sign.isspace() or "\u2000" <= sign <= "\u202f":
        raw = b" "
    else:
        raw = sign.encode("latin-1", "replace")
    return raw.rjust(len(match[0]), _FILL)

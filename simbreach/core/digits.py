"""Numbers as rows of ASCII digits: `uint8[n, width]` matrices, check digits, layouts."""

import numpy as np
from numpy.typing import NDArray

from simbreach.core.arrays import U8, Ints

_ZERO = np.uint8(48)


def _quads() -> NDArray[np.uint32]:
    """The ASCII digits of 0000 … 9999, four bytes in one word each."""
    numbers = np.arange(10_000, dtype=np.int64)
    columns = [numbers // power % 10 + 48 for power in (1000, 100, 10, 1)]
    return np.stack(columns, axis=1).astype(np.uint8).view(np.uint32).ravel()


_QUADS = _quads()


def write_digits(values: Ints, width: int) -> U8:
    """`uint8[n, width]`: each of `values` (`[0, 10^width)`) in decimal, zeros in front.

    >>> write_digits(np.array([42, 7]), 3).tobytes()
    b'042007'
    """
    rest = np.asarray(values, dtype=np.int64)
    chunks = -(-width // 4)
    out = np.empty((len(rest), chunks), dtype=np.uint32)
    for chunk in reversed(range(1, chunks)):
        above = rest // 10_000
        out[:, chunk] = _QUADS.take(rest - above * 10_000)
        rest = above
    out[:, 0] = _QUADS.take(rest)
    return out.view(np.uint8)[:, chunks * 4 - width :]


def luhn_digits(digits: U8) -> U8:
    """`uint8[n]`: the ASCII check digit that completes each row of ASCII `digits` under Luhn's formula.

    Source: ISO/IEC 7812-1, annex B.

    >>> luhn_digits(write_digits(np.array([7992739871]), 10)).tobytes()
    b'3'
    """
    numbers = (digits - _ZERO).astype(np.int64)
    doubled = numbers[:, ::-1][:, ::2] * 2
    total = (doubled - 9 * (doubled > 9)).sum(axis=1) + numbers[:, ::-1][:, 1::2].sum(axis=1)
    checks: U8 = ((-total) % 10 + 48).astype(np.uint8)
    return checks


def append_luhn(digits: U8) -> U8:
    """`uint8[n, width + 1]`: the rows of ASCII `digits` with the check digit behind each."""
    return np.concatenate([digits, luhn_digits(digits)[:, None]], axis=1)


def lay_out(digits: U8, pattern: str) -> U8:
    """`uint8[n, len(pattern)]`: the rows of `digits` spread over `pattern`, where `#` stands for one.

    >>> lay_out(write_digits(np.array([612345678]), 10), "## ## ## ## ##").tobytes()
    b'06 12 34 56 78'
    """
    marks = np.frombuffer(pattern.encode("ascii"), dtype=np.uint8)
    places = np.flatnonzero(marks == ord("#"))
    if len(places) != digits.shape[1]:
        raise ValueError(f"the pattern {pattern!r} takes {len(places)} digits, not {digits.shape[1]}")
    out = np.empty((len(digits), len(marks)), dtype=np.uint8)
    out[:] = marks
    out[:, places] = digits
    return out

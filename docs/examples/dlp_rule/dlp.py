"""A rule of a data-loss filter: where a text holds a NIR, the French social security number."""

import re
from collections.abc import Iterator

_NIR = re.compile(
    r"(?<!\d)([12])[ .-]?(\d\d)[ .-]?(0[1-9]|1[0-2])[ .-]?(\d\d|2[ABab])"
    r"[ .-]?(\d{3})[ .-]?(\d{3})(?:[ .-]?(\d\d))?(?!\d)"
)


def find_nirs(text: str) -> Iterator[tuple[int, int]]:
    """The stretches [start, end) that are NIRs, with the right key or without one."""
    for match in _NIR.finditer(text):
        digits = "".join(match.groups()[:6]).upper().replace("2A", "19").replace("2B", "18")
        if match[7] is None or 97 - int(digits) % 97 == int(match[7]):
            yield match.span()

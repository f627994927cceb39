"""What was read of a found file, and how much of it may be: the limits that all readers keep.

Files come from unknown hands: whatever they say of themselves, no more than `READ_BYTES` are kept and
`UNPACKED_BYTES` unpacked.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

READ_BYTES: Final = 24 << 20
UNPACKED_BYTES: Final = 256 << 20
MEMBERS: Final = 500
STRETCH: Final = 256 << 10
CELL_CHARS: Final = 1 << 12
CELLS: Final = 512
DAMAGED: Final = "the file is damaged: what could be read was read"
LOCKED: Final = "a password is needed: unpack it first"
LONG: Final = "a large file: stretches of it were read"
_PIECE: Final = 1 << 20
# What is read at once is lost where its end is damaged.
_BITE: Final = 1 << 14
_LEAST: Final = 1 << 20
LINE_CHARS: Final = 1 << 14
_BREAKS: Final = re.compile(r"\r\n|[\n\r\x0b\x0c\u2028]")


class Stream(Protocol):
    """Anything that bytes come out of."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most `size`; none at the end."""


@dataclass
class Found:
    """What was read: lines, the encodings of the texts they stood in, what was noticed on the way."""

    lines: list[str] = field(default_factory=list)
    encodings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    kept: int = 0
    unpacked: int = 0
    locked: int = 0
    """Bytes that lie behind a password."""

    @property
    def room(self) -> int:
        """How many bytes may still be kept."""
        return max(READ_BYTES - self.kept, 0)

    def note(self, text: str) -> None:
        """Say something once."""
        if text not in self.notes:
            self.notes.append(text)

    def take(self, text: str, encoding: str) -> None:
        """Keep a text as lines; one that nobody would have typed in one line is cut."""
        self.kept += len(text)
        if encoding not in self.encodings:
            self.encodings.append(encoding)
        for line in _BREAKS.split(text.replace("\0", "").lstrip("\ufeff")):
            for first in range(0, len(line), LINE_CHARS):
                self.lines.append(line[first : first + LINE_CHARS])

    def take_rows(self, rows: Iterable[Sequence[object]], encoding: str, room: int) -> bool:
        """Keep rows of a table, a line each with tabs between cells; whether all had a place in `room`."""
        lines: list[str] = []
        size = 0
        for row in rows:
            line = "\t".join(_cell(value) for value in row[:CELLS])
            size += len(line) + 1
            if size > min(room, self.room):
                break
            lines.append(line)
        else:
            self.take("\n".join(lines), encoding)
            return True
        self.take("\n".join(lines), encoding)
        return False

    def unpack(self, stream: Stream, members: int = 1) -> bytes:
        """The beginning of what is unpacked and stretches of the rest, as the share of one of `members`."""
        room = self.room // members if self.room // members > _LEAST else min(self.room, _LEAST)
        last = self.unpacked + max((UNPACKED_BYTES - self.unpacked) // members, 8 * _LEAST)
        head, rest, step, number = bytearray(), [], 1, 0
        while data := self._piece(stream):
            self.unpacked += len(data)
            if len(head) < room // 2 or room < 2 * STRETCH:
                head += data
                if len(head) >= room and room < 2 * STRETCH:
                    self.note(LONG)
                    break
            else:
                self.note(LONG)
                if number % step == 0:
                    rest.append(data[:STRETCH])
                number += 1
                if len(rest) * STRETCH > room // 2:
                    rest, step = rest[::2], step * 2
            if self.unpacked > min(last, UNPACKED_BYTES):
                self.note("it unpacks to more than is read: passed over from there on")
                break
        return bytes(head[:room]) + b"".join(rest)

    def _piece(self, stream: Stream) -> bytes:
        """A whole piece, as far as there is one: stretches then begin with a character."""
        piece = bytearray()
        try:
            while len(piece) < _PIECE and (data := stream.read(min(_BITE, _PIECE - len(piece)))):
                piece += data
        except RuntimeError:  # zipfile, of a member that is encrypted
            self.note(LOCKED)
        # Decompressors of nine libraries meet bytes that somebody made to break them.
        except Exception:
            self.note(DAMAGED)
        return bytes(piece)


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text[:CELL_CHARS].translate(_SPACES)


_SPACES: Final = str.maketrans("\t\r\n", "   ")

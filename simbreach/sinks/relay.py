"""Units made in any order, handed on in order to several consumers, a bounded number of them in memory."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from simbreach.core.arrow import RecordBatch
from simbreach.core.threads import LOOK_UP_S


class StoppedError(Exception):
    """The run was given up while a thread was at work or waiting for its turn."""


@dataclass(frozen=True)
class Taken:
    """What was made of a unit, and its place among all."""

    place: int
    batches: Mapping[str, RecordBatch]


class Relay:
    """Hands on what is made of `units`, in order; at most `limit` units are under way or in memory."""

    def __init__(self, units: Sequence[int], limit: int) -> None:
        self._units = units
        self._limit = limit
        self._made: dict[int, Mapping[str, RecordBatch]] = {}
        self._taken = 0
        self._turn = 0
        self._under_way = 0
        self._stopped = False
        self._change = threading.Condition()

    def admit(self) -> bool:
        """Whether the next unit, in order, may be begun; StoppedError where the run was given up."""
        with self._change:
            self._look()
            if self._under_way >= self._limit:
                return False
            self._under_way += 1
            return True

    def put(self, unit: int, batches: Mapping[str, RecordBatch]) -> None:
        """Hand over what was made of an admitted unit."""
        with self._change:
            self._made[unit] = batches
            self._change.notify_all()

    def take(self) -> Taken | None:
        """The next unit, when it is made; None at the end. StoppedError where the run was given up."""
        with self._change:
            place = self._taken
            if place == len(self._units):
                return None
            self._taken += 1
            self._wait(lambda: self._units[place] in self._made)
            return Taken(place, self._made.pop(self._units[place]))

    @contextmanager
    def turn(self, place: int) -> Iterator[None]:
        """A block that is entered for each place once the one before has left it."""
        with self._change:
            self._wait(lambda: self._turn == place)
        yield
        with self._change:
            self._turn += 1
            self._change.notify_all()

    def release(self) -> None:
        """Say that one admitted unit is no longer in memory."""
        with self._change:
            self._under_way -= 1

    def stop(self) -> None:
        """Give the run up: whoever waits, or comes to look, is told so by StoppedError."""
        with self._change:
            self._stopped = True
            self._change.notify_all()

    def check(self) -> None:
        """StoppedError where the run was given up."""
        with self._change:
            self._look()

    def _wait(self, ready: Callable[[], bool]) -> None:
        self._look()
        while not ready():
            self._change.wait(LOOK_UP_S)
            self._look()

    def _look(self) -> None:
        if self._stopped:
            raise StoppedError

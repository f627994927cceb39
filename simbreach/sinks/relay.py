"""Units made in any order by several threads, handed on in order, a bounded number of them in memory."""

import threading
from collections.abc import Mapping, Sequence

from simbreach.core.arrow import RecordBatch

# A wait that never ends is not interrupted by Ctrl-C on every system: look up now and then.
_LOOK_UP_S = 0.2


class StoppedError(Exception):
    """The run was given up while a thread was at work or waiting for its turn."""


class Relay:
    """Hands what is made of `units` to one consumer, in order; at most `limit` units are in memory."""

    def __init__(self, units: Sequence[int], limit: int) -> None:
        self._units = units
        self._limit = limit
        self._made: dict[int, Mapping[str, RecordBatch]] = {}
        self._taken = 0
        self._under_way = 0
        self._stopped = False
        self._change = threading.Condition()

    def admit(self) -> None:
        """Wait until one more unit may be made; StoppedError where the run was given up."""
        with self._change:
            while self._under_way >= self._limit:
                self._wait()
            self._look()
            self._under_way += 1

    def put(self, unit: int, batches: Mapping[str, RecordBatch]) -> None:
        """Hand over what was made of an admitted unit."""
        with self._change:
            self._made[unit] = batches
            self._change.notify_all()

    def take(self, most: int) -> list[Mapping[str, RecordBatch]]:
        """The next `most` units, or all that are left, when they are made; none at the end.

        `most` must not exceed the limit. StoppedError where the run was given up.
        """
        with self._change:
            wanted = self._units[self._taken : self._taken + most]
            while not self._made.keys() >= set(wanted):
                self._wait()
            self._look()
            self._taken += len(wanted)
            return [self._made.pop(unit) for unit in wanted]

    def release(self, count: int) -> None:
        """Say that `count` admitted units are no longer in memory."""
        with self._change:
            self._under_way -= count
            self._change.notify_all()

    def stop(self) -> None:
        """Give the run up: whoever waits, or comes to look, is told so by StoppedError."""
        with self._change:
            self._stopped = True
            self._change.notify_all()

    def check(self) -> None:
        """StoppedError where the run was given up."""
        with self._change:
            self._look()

    def _wait(self) -> None:
        self._look()
        self._change.wait(_LOOK_UP_S)

    def _look(self) -> None:
        if self._stopped:
            raise StoppedError

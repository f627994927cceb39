"""Units made in any order by several threads, handed on in order, a bounded number of them in memory."""

import threading
from collections.abc import Iterator, Mapping, Sequence

from simbreach.core.arrow import RecordBatch

# A wait that never ends is not interrupted by Ctrl-C on every system: look up now and then.
_LOOK_UP_S = 0.2


class Stopped(Exception):  # noqa: N818: not an error, another thread has it
    """The run was given up while a thread was waiting for its turn."""


class Relay:
    """Hands the batches of `units` to one consumer a table, in order; at most `limit` units at a time."""

    def __init__(self, units: Sequence[int], tables: Sequence[str], limit: int) -> None:
        self._units = units
        self._tables = frozenset(tables)
        self._limit = limit
        self._made: dict[int, dict[str, RecordBatch]] = {}
        self._waited_for: dict[int, set[str]] = {}
        self._under_way = 0
        self._stopped = False
        self._change = threading.Condition()

    def admit(self) -> None:
        """Wait until one more unit may be made; Stopped where the run was given up."""
        with self._change:
            while self._under_way >= self._limit:
                self._wait()
            self._look()
            self._under_way += 1

    def put(self, unit: int, batches: Mapping[str, RecordBatch]) -> None:
        """Hand over what was made of an admitted unit."""
        with self._change:
            self._made[unit] = {name: batches[name] for name in self._tables & batches.keys()}
            self._waited_for[unit] = set(self._tables)
            self._let_go(unit)
            self._change.notify_all()

    def batches(self, table: str) -> Iterator[RecordBatch]:
        """The batches of one table in the order of the units; Stopped where the run was given up."""
        for unit in self._units:
            with self._change:
                while unit not in self._made:
                    self._wait()
                self._look()
                batch = self._made[unit].pop(table, None)
            if batch is not None:
                yield batch
            with self._change:
                self._waited_for[unit].discard(table)
                self._let_go(unit)

    def stop(self) -> None:
        """Give the run up: whoever waits, or comes to wait, is told so by Stopped."""
        with self._change:
            self._stopped = True
            self._change.notify_all()

    def check(self) -> None:
        """Stopped where the run was given up."""
        with self._change:
            self._look()

    def _let_go(self, unit: int) -> None:
        """Make room for another unit when all consumers are done with this one."""
        if not self._waited_for[unit]:
            self._made[unit].clear()
            self._under_way -= 1
            self._change.notify_all()

    def _wait(self) -> None:
        self._look()
        self._change.wait(_LOOK_UP_S)

    def _look(self) -> None:
        if self._stopped:
            raise Stopped

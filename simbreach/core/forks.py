"""Units made by forked processes: where threads would wait for one another's turn at the interpreter.

A unit calls NumPy some thousand times for a fraction of a millisecond each. Two threads make units 1.4 times
as fast as one, two processes twice as fast (measured on the flagship). A process forked after the tables
are loaded shares them, and sends back only what its caller asks for.
"""

import ctypes
import multiprocessing
import os
import signal
import sys
import warnings
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import recv_handle, send_handle
from typing import Any, TypeVar

import pyarrow as pa

from simbreach.core.arrow import Batches, RecordBatch
from simbreach.core.errors import WorkError

_T = TypeVar("_T")

# Linux: which signal a process gets when its parent ends. Source: prctl(2).
_PR_SET_PDEATHSIG = 1
# How often to ask again whether a unit may be begun.
_ASK_AGAIN_S = 0.02


def can_fork() -> bool:
    """Whether processes can be forked: on Linux (elsewhere a fork may break libraries, or is not there)."""
    return sys.platform == "linux"


class Forks:
    """`jobs` processes, forked at once, that do a task for one unit after another."""

    def __init__(self, task: Callable[[int], tuple[_T, Batches]], jobs: int) -> None:
        context = multiprocessing.get_context("fork")
        self._idle: list[Connection] = []
        self._under_way: dict[Connection, int] = {}
        self._workers = []
        for _ in range(jobs):
            here, there = context.Pipe()
            worker = context.Process(
                target=_serve, args=(task, there, [here, *self._idle], os.getpid()), daemon=True
            )
            with warnings.catch_warnings():
                # Python warns of threads that are lost in a fork: those of this process are idle.
                warnings.simplefilter("ignore", DeprecationWarning)
                worker.start()
            there.close()
            self._workers.append(worker)
            self._idle.append(here)

    def map(
        self, units: Sequence[int], may_begin: Callable[[], bool]
    ) -> Generator[tuple[int, Any, Batches], None, None]:
        """(unit, answer, batches) for all `units`, in the order in which the processes end with them.

        Units are begun in order, each when `may_begin` says so. What a task raises is raised here.
        """
        waiting = list(reversed(units))
        while waiting or self._under_way:
            while self._idle and waiting and may_begin():
                worker = self._idle.pop()
                self._under_way[worker] = waiting.pop()
                worker.send(self._under_way[worker])
            for ready in wait(list(self._under_way), _ASK_AGAIN_S if self._idle and waiting else None):
                assert isinstance(ready, Connection)
                self._idle.append(ready)
                # Not kept in a name here: what is handed over is large.
                yield self._under_way.pop(ready), *_receive(ready)

    def stop(self) -> None:
        """End the processes, at once where they are at work."""
        for worker in self._workers:
            worker.terminate()
        for worker in self._workers:
            worker.join()


def _receive(worker: Connection) -> tuple[Any, Batches]:
    """What a worker made; what it raised is raised, a WorkError where it is there no more."""
    try:
        done, answer, names = worker.recv()
        if not done:
            raise answer
        return answer, _take_over(recv_handle(worker), names) if names else {}
    except EOFError:
        raise WorkError("a process that made rows was ended from outside; the same command goes on") from None


def _serve(
    task: Callable[[int], tuple[object, Batches]], caller: Connection, others: list[Connection], parent: int
) -> None:
    """Answer `caller` unit by unit until it hangs up; then end without what a parent does at its end."""
    # A worker that outlived its caller could still be writing when the same command is run again.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    for other in others:
        other.close()
    with suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            unit = caller.recv()
            try:
                answer, batches = task(unit)
                memory = _hand_over(batches) if batches else None
            except BaseException as error:
                caller.send((False, error, ()))
                continue
            caller.send((True, answer, tuple(batches)))
            if memory is not None:
                send_handle(caller, memory, parent)
                os.close(memory)
    os._exit(0)


def _hand_over(batches: Batches) -> int:
    """Memory that holds the batches, one Arrow stream after the other: a file without a name."""
    memory = os.memfd_create("simbreach")
    with pa.OSFile(_path(memory), "wb") as out:
        for batch in batches.values():
            with pa.ipc.new_stream(out, batch.schema) as stream:
                stream.write_batch(batch)
    return memory


def _take_over(memory: int, names: Sequence[str]) -> dict[str, RecordBatch]:
    """The batches of `names` in memory that was handed over: read where they lie, gone with the last one."""
    try:
        mapped = pa.memory_map(_path(memory))
    finally:
        os.close(memory)
    batches = {}
    for name in names:
        # Read to its end, where the next one begins.
        (batches[name],) = pa.ipc.open_stream(mapped)
    return batches


def _path(memory: int) -> str:
    return f"/proc/self/fd/{memory}"

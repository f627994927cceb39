"""Units made by threads of this process: where it cannot be forked, or where one is enough."""

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from threading import Event
from typing import Any, TypeVar

from simbreach.core.arrow import Batches

_T = TypeVar("_T")

# A wait that never ends is not interrupted by Ctrl-C on every system: look up now and then.
LOOK_UP_S = 0.2
# How often to ask again whether a unit may be begun.
_ASK_AGAIN_S = 0.02


class Threads:
    """`jobs` threads that do a task for one unit after another."""

    def __init__(self, task: Callable[[int], tuple[_T, Batches]], jobs: int) -> None:
        self._task = task
        self._jobs = jobs
        self._pool = ThreadPoolExecutor(jobs)

    def map(
        self, units: Sequence[int], may_begin: Callable[[], bool]
    ) -> Generator[tuple[int, Any, Batches], None, None]:
        """(unit, answer, batches) for all `units`, in the order in which the threads end with them.

        Units are begun in order, each when `may_begin` says so. What a task raises is raised here.
        """
        waiting = list(reversed(units))
        nothing_to_wait_for = Event()
        under_way: dict[Future[tuple[Any, Batches]], int] = {}
        while waiting or under_way:
            while waiting and len(under_way) < self._jobs and may_begin():
                unit = waiting.pop()
                under_way[self._pool.submit(self._task, unit)] = unit
            if not under_way:
                nothing_to_wait_for.wait(_ASK_AGAIN_S)
            held_back = waiting and len(under_way) < self._jobs
            done, _ = wait(under_way, _ASK_AGAIN_S if held_back else LOOK_UP_S, FIRST_COMPLETED)
            for future in done:
                yield under_way.pop(future), *future.result()
                del future

    def stop(self) -> None:
        """Wait for what is under way; begin nothing more."""
        self._pool.shutdown(cancel_futures=True)

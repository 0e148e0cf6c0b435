"""Threads that compute. Leaner than an executor: a call is taken from a queue and run, and nothing is reported back."""

import threading
from collections.abc import Callable
from queue import SimpleQueue
from weakref import finalize

Calls = SimpleQueue[Callable[[], object] | None]


class Workers:
    """``count`` threads, started when the first call comes, ended with this object or by `close`."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._calls: Calls = SimpleQueue()
        self._started = False
        self._end = finalize(self, _dismiss, self._calls, count)

    def submit(self, call: Callable[[], object]) -> None:
        """Have a call run, after those that came before it. It must not raise."""
        if not self._started:
            self._started = True
            for index in range(self._count):
                threading.Thread(target=_work, args=(self._calls,), name=f"compute-{index}", daemon=True).start()
        self._calls.put(call)

    def close(self) -> None:
        """End the threads once they have run what was submitted."""
        self._end()


def _work(calls: Calls) -> None:
    while (call := calls.get()) is not None:
        call()
        del call  # or it would keep a finished trace alive until the next one comes


def _dismiss(calls: Calls, count: int) -> None:
    for _ in range(count):
        calls.put(None)

"""Threads that compute. Leaner than an executor: a call is handed to a thread and run, and nothing is reported back.

Of the idle threads the one that worked last is taken, since its caches are warm, and no other wakes up: each thread
that does would ask for the interpreter while the first one computes.
"""

import threading
from collections import deque
from collections.abc import Callable
from weakref import finalize

Call = Callable[[], object]


class Workers:
    """``count`` threads at most, started when there are calls for them, ended with this object or by `close`."""

    def __init__(self, count: int) -> None:
        self._pool = _Pool(count)
        self._end = finalize(self, self._pool.close)

    def submit(self, call: Call) -> None:
        """Have a call run, after those that came before it. It must not raise."""
        self._pool.submit(call)

    def close(self) -> None:
        """End the threads once they have run what was submitted."""
        self._end()


class _Place:
    """Where an idle thread waits for its next call; None for it to end."""

    def __init__(self) -> None:
        self.call: Call | None = None
        self._arrived = threading.Lock()
        self._arrived.acquire()

    def hand(self, call: Call | None) -> None:
        """Wake the thread that waits here."""
        self.call = call
        self._arrived.release()

    def wait(self) -> Call | None:
        """The next call."""
        self._arrived.acquire()
        call, self.call = self.call, None
        return call


class _Pool:
    """What the threads share. They hold no reference to `Workers`, so that it can go away."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._started = 0
        self._closed = False
        self._lock = threading.RLock()  # the garbage collector may close what it interrupts
        self._idle: list[_Place] = []
        self._waiting: deque[Call] = deque()

    def submit(self, call: Call) -> None:
        with self._lock:
            if self._idle:
                self._idle.pop().hand(call)
            elif self._started < self._count and not self._closed:
                name = f"compute-{self._started}"
                self._started += 1
                threading.Thread(target=self._work, args=(call,), name=name, daemon=True).start()
            else:
                self._waiting.append(call)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            while self._idle:
                self._idle.pop().hand(None)

    def _work(self, call: Call | None) -> None:
        place = _Place()
        while call is not None:
            call()
            del call  # or it would keep a finished trace alive until the next one comes
            call = self._next(place)

    def _next(self, place: _Place) -> Call | None:
        with self._lock:
            if self._waiting:
                return self._waiting.popleft()
            self._idle.append(place)
            if self._closed:
                self.close()
        return place.wait()

"""Who may compute, how many at once, and for how long.

Computations run in a fixed number of threads, never in the event loop. A bounded number waits; more are
refused. A computation whose client has left, or whose time is up, is told so through `Stop`, which the step loop polls.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

from gatescope.core.errors import Cancelled

from .errors import BUSY, DEADLINE, GONE, Problem
from .settings import Settings
from .workers import Workers

T = TypeVar("T")
Receive = Callable[[], Awaitable[Any]]


class Stop:
    """A wish to stop, set by the event loop and polled by the computation."""

    def __init__(self) -> None:
        self.wanted = False
        self.begun = False

    def poll(self) -> None:
        """Raise `Cancelled` once stopping is wanted."""
        if self.wanted:
            raise Cancelled("the computation was stopped because nobody waits for it any more")


class Admission:
    """Runs computations for requests."""

    def __init__(self, settings: Settings) -> None:
        self._workers = Workers(settings.workers)
        self._places = settings.workers + settings.queue_length
        self._deadline = settings.deadline_seconds
        self._retry_after = {"Retry-After": str(settings.retry_after_seconds)}
        self._lock = threading.Lock()
        self._inside: set[Stop] = set()

    async def run(self, work: Callable[[Stop], T], receive: Receive) -> T:
        """The result of ``work``, run in a thread.

        ``receive`` is the request's, its body already read. A disconnect or the deadline sets the stop of ``work``.

        Raises:
            Problem: every place is taken, the deadline has passed, or the client has left.
        """
        stop = Stop()
        with self._lock:
            if len(self._inside) >= self._places:
                detail = f"{self._places} computations are running or waiting already; try again in a moment."
                raise Problem(BUSY, detail, headers=self._retry_after)
            self._inside.add(stop)
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()
        watcher = loop.create_task(self._watch(receive, outcome))
        timer = loop.call_later(self._deadline, self._expire, outcome)
        # A thread that is woken wants the interpreter, so it is woken when the event loop has nothing else to do.
        loop.call_soon(self._workers.submit, partial(self._work, work, stop, loop, outcome))
        try:
            return await outcome
        finally:
            timer.cancel()
            watcher.cancel()
            self._give_up(stop)

    def close(self) -> None:
        """Stop every computation and take no more."""
        with self._lock:
            for stop in self._inside:
                stop.wanted = True
        self._workers.close()

    def _work(
        self, work: Callable[[Stop], T], stop: Stop, loop: asyncio.AbstractEventLoop, outcome: "asyncio.Future[T]"
    ) -> None:
        """In a thread: run, give the place back, hand the outcome to the event loop."""
        with self._lock:
            stop.begun = True
        result, error = None, None
        try:
            stop.poll()
            result = work(stop)
        except Exception as caught:  # noqa: BLE001 - whatever it is belongs to the request
            error = caught
        with self._lock:
            self._inside.discard(stop)
        try:
            loop.call_soon_threadsafe(_settle, outcome, result, error)
        except RuntimeError:
            return  # the event loop has ended, and with it the request

    def _give_up(self, stop: Stop) -> None:
        """Nobody waits any more; a computation that has not begun leaves its place at once."""
        with self._lock:
            stop.wanted = True
            if not stop.begun:
                self._inside.discard(stop)

    async def _watch(self, receive: Receive, outcome: "asyncio.Future[Any]") -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        _settle(outcome, None, Problem(GONE, "The client left before the answer."))

    def _expire(self, outcome: "asyncio.Future[Any]") -> None:
        detail = (
            f"The computation did not finish within {self._deadline:g} seconds, waiting for others included; "
            "send a shorter sequence, or try again when the server is less busy."
        )
        _settle(outcome, None, Problem(DEADLINE, detail))


def _settle(outcome: "asyncio.Future[Any]", result: object, error: Exception | None) -> None:
    """Set the outcome unless something else came first."""
    if outcome.done():
        return
    if error is None:
        outcome.set_result(result)
    else:
        outcome.set_exception(error)

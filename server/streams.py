"""Server-sent events: a response that goes on as long as something happens, and does not mind who has left."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .errors import BUSY, Problem
from .head import HEAD_ASKED
from .settings import Settings

END_STREAMS = "end_streams"
"""Key of the lifespan's state whose value ends every stream: whoever is about to end the server calls it first."""
RETRY = b"retry: 2000\n\n"
HEARTBEAT = b":\n\n"
"""A comment: it says nothing, and a connection that has died is noticed."""


class Signal:
    """Wakes what waits for it in the event loop; called from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()

    def __call__(self) -> None:
        """Wake it, now or as soon as it waits."""
        with suppress(RuntimeError):  # the loop has ended, and with it whatever waited
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self, seconds: float) -> bool:
        """Whether it was called within this time, or before."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True


class Streams:
    """The streams that are open: so many at most, and ended with the server. Used in the event loop only."""

    def __init__(self, settings: Settings) -> None:
        self.heartbeat_seconds = settings.heartbeat_seconds
        self._most = settings.max_event_streams
        self._retry_after = {"Retry-After": str(settings.retry_after_seconds)}
        self._open: set[Signal] = set()
        self.over = False

    @contextmanager
    def entered(self) -> Iterator[Signal]:
        """A stream from beginning to end, and what wakes it. To see that there is a place and to take it is one step.

        Raises:
            Problem: too many are open.
        """
        if len(self._open) >= self._most:
            detail = f"{self._most} streams of events are open already; try again in a moment."
            raise Problem(BUSY, detail, headers=self._retry_after)
        signal = Signal()
        self._open.add(signal)
        try:
            yield signal
        finally:
            self._open.discard(signal)

    def end(self) -> None:
        """End every stream: the server is about to, and waits for open answers."""
        self.over = True
        for signal in self._open:
            signal()


class EventStream(Response):
    """Sends what ``read`` gives, as often as ``listening`` says that there is something.

    ``read`` is called in a thread. It gives the next events as they go over the wire, and whether these were the last.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        streams: Streams,
        read: Callable[[], tuple[Iterable[bytes], bool]],
        listening: Callable[[Callable[[], None]], AbstractContextManager[None]],
    ) -> None:
        super().__init__(headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._streams = streams
        self._read = read
        self._listening = listening

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer until nothing more comes, the client has left, or the server ends.

        Raises:
            Problem: too many streams are open; nothing has been sent then.
        """
        with self._streams.entered() as signal:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            if HEAD_ASKED not in scope:
                watcher = asyncio.create_task(_left(receive, signal))
                try:
                    with self._listening(signal):
                        await self._send_all(signal, watcher, send)
                finally:
                    watcher.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _send_all(self, signal: Signal, watcher: "asyncio.Task[None]", send: Send) -> None:
        content, over = RETRY, False
        while not self._streams.over and not watcher.done():
            if content:
                await send({"type": "http.response.body", "body": content, "more_body": True})
            if over:
                return
            pieces, over = await asyncio.to_thread(self._read)
            content = b"".join(pieces)
            if not content and not over and not await signal.wait(self._streams.heartbeat_seconds):
                content = HEARTBEAT


async def _left(receive: Receive, signal: Signal) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    signal()

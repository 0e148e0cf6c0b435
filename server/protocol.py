"""uvicorn's HTTP protocols with what they lack: an end to silence.

A client has a bounded time to send a request's head and its body, must keep taking its answer, and cannot send a head
without end. Connections beyond the limit are answered 503. Whatever is not HTTP gets a problem like everything else.
"""

import asyncio
from abc import ABC, abstractmethod
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from .errors import BAD_REQUEST, BUSY, Kind, Problem, problem_body, problem_response
from .security import SECURITY_HEADERS, SecurityHeaders
from .settings import Settings

HEAD, BODY, DONE = "head", "body", "done"


class Impatience(asyncio.Protocol, ABC):
    """Mixed in before a uvicorn protocol: that says which part of a request is being read, this keeps the time."""

    settings: Settings
    loop: asyncio.AbstractEventLoop
    transport: asyncio.Transport
    connections: set[Any]
    app: Any
    cycle: Any

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._reading: tuple[str, asyncio.TimerHandle] | None = None
        self._body_bytes = 0
        self._sending: asyncio.TimerHandle | None = None

    @abstractmethod
    def phase(self) -> str:
        """`HEAD`, `BODY`, or `DONE` while the whole request has been read and its answer is under way."""

    def connection_made(self, transport: Any) -> None:
        """Start the clock; beyond the limit, answer only that the server is busy."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # any rest is watched: a closed connection would wait for it for ever
        if len(self.connections) > self.settings.max_connections:
            detail = f"{self.settings.max_connections} connections are open already; try again in a moment."
            headers = {"Retry-After": str(self.settings.retry_after_seconds), "Connection": "close"}
            self.app = SecurityHeaders(problem_response(Problem(BUSY, detail, headers=headers)))
        self._keep_time()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all clocks."""
        self._stop_reading_clock()
        if self._sending is not None:
            self._sending.cancel()
            self._sending = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Let the protocol read, then see how far it came."""
        self._body_bytes += len(data)
        super().data_received(data)
        if not self.transport.is_closing():
            self._keep_time()

    def answered(self) -> None:
        """The next request's head may come; until its first byte the keep-alive time runs instead."""
        if self._reading is not None and self._reading[0] == HEAD:
            self._stop_reading_clock()

    def pause_writing(self) -> None:
        """The client is slower than the answer: watch that it takes something."""
        super().pause_writing()
        if self._sending is None:
            self._watch_sending(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """The client caught up."""
        super().resume_writing()
        if self._sending is not None:
            self._sending.cancel()
            self._sending = None

    def send_400_response(self, _: str) -> None:
        """What is answered to bytes that are not HTTP."""
        self.refuse(BAD_REQUEST, "An HTTP/1.1 request was expected, but what came cannot be read as one.")

    def _keep_time(self) -> None:
        phase = self.phase()
        if phase == DONE:
            self._stop_reading_clock()
        elif self._reading is None or self._reading[0] != phase:
            self._stop_reading_clock()
            if phase == HEAD:
                self._reading = (HEAD, self.loop.call_later(self.settings.head_timeout_seconds, self.transport.close))
            else:
                self._body_bytes = 0
                self._watch_body(self.loop.time(), self.settings.body_timeout_seconds)

    def _watch_body(self, since: float, seconds: float) -> None:
        """Look again when the time is up: whoever has sent at the least rate allowed meanwhile gets more."""

        def look() -> None:
            earned = self.settings.body_timeout_seconds + self._body_bytes / self.settings.min_body_rate
            left = since + earned - self.loop.time()
            if left <= 0:
                self.transport.close()
            else:
                self._watch_body(since, left)

        self._reading = (BODY, self.loop.call_later(seconds, look))

    def _stop_reading_clock(self) -> None:
        if self._reading is not None:
            self._reading[1].cancel()
            self._reading = None

    def _watch_sending(self, before: int) -> None:
        def look() -> None:
            waiting = self.transport.get_write_buffer_size()
            if waiting >= before:
                self.transport.abort()
            else:
                self._watch_sending(waiting)

        self._sending = self.loop.call_later(self.settings.send_timeout_seconds, look)

    def refuse(self, kind: Kind, detail: str) -> None:
        """Answer with a problem and close."""
        body = problem_body(kind, detail)
        lines = [
            f"HTTP/1.1 {kind.status} {kind.title}".encode(),
            b"content-type: application/problem+json",
            b"content-length: %d" % len(body),
            b"connection: close",
            *(name + b": " + value for name, value in SECURITY_HEADERS),
        ]
        self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        self.transport.close()


class ImpatientH11(Impatience, H11Protocol):
    """For machines where httptools is not to be had."""

    def phase(self) -> str:
        """See `Impatience.phase`."""
        state = str(self.conn.their_state)
        return {"IDLE": HEAD, "SEND_BODY": BODY}.get(state, DONE)

    def on_response_complete(self) -> None:
        """The answer is out."""
        super().on_response_complete()
        self.answered()


def protocol_class(settings: Settings) -> type[asyncio.Protocol]:
    """The faster protocol where its parser is installed, bound to the settings."""
    try:
        from .protocol_httptools import ImpatientHttpTools
    except ImportError:
        return type("BoundH11", (ImpatientH11,), {"settings": settings})
    return type("BoundHttpTools", (ImpatientHttpTools,), {"settings": settings})

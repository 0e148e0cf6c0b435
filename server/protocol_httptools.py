"""The patience limits on uvicorn's httptools protocol; apart, because httptools is not installed everywhere."""

from collections import deque
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .errors import HEAD_TOO_LARGE
from .protocol import BODY, DONE, HEAD, Impatience


class ImpatientHttpTools(Impatience, HttpToolsProtocol):
    """Follows the parser's own callbacks through the request, and bounds the head, which this parser would not."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._part = HEAD
        self._head_bytes = 0
        self._ended = False
        self._unanswered: deque[Any] = deque()

    def phase(self) -> str:
        """See `Impatience.phase`; once the answer is out, whatever comes belongs to the next head."""
        return HEAD if self._part == DONE and self.cycle.response_complete else self._part

    def data_received(self, data: bytes) -> None:
        """Count what belongs to a head: everything, while one is being read before and after and no request ends."""
        before, self._ended = self.phase(), False
        super().data_received(data)
        if before != HEAD or self._ended or self.phase() != HEAD:
            self._head_bytes = 0
            return
        self._head_bytes += len(data)
        if self._head_bytes > self.settings.max_head_bytes and not self.transport.is_closing():
            most = self.settings.max_head_bytes
            self.refuse(HEAD_TOO_LARGE, f"The request line and headers must take at most {most:,} bytes.")

    def on_message_begin(self) -> None:
        """A request begins."""
        self._part = HEAD
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its head has been read."""
        self._part = BODY
        super().on_headers_complete()
        self._unanswered.append(self.cycle)

    def on_response_complete(self) -> None:
        """The first of the requests that are under way has been answered."""
        self._unanswered.popleft()
        super().on_response_complete()
        self.answered()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell every request under way; uvicorn would tell the last, and the first would write to what is closed."""
        super().connection_lost(exc)
        for cycle in self._unanswered:
            cycle.disconnected = True
            cycle.message_event.set()

    def on_message_complete(self) -> None:
        """All of it has been read."""
        self._part, self._ended = DONE, True
        super().on_message_complete()

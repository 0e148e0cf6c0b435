"""The patience limits on uvicorn's httptools protocol; apart, because httptools is not installed everywhere."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from .protocol import BODY, DONE, HEAD, Impatience


class ImpatientHttpTools(Impatience, HttpToolsProtocol):
    """Follows the parser's own callbacks through the request."""

    _part = HEAD

    def phase(self) -> str:
        """See `Impatience.phase`; once the answer is out, whatever comes belongs to the next head."""
        return HEAD if self._part == DONE and self.cycle.response_complete else self._part

    def on_message_begin(self) -> None:
        """A request begins."""
        self._part = HEAD
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its head has been read."""
        self._part = BODY
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of it has been read."""
        self._part = DONE
        super().on_message_complete()

"""A server for the pages of one module, in a thread."""

import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gatescope.core.pretrained import Pretrained
from gatescope.server.app import create_app
from gatescope.server.settings import Settings
from gatescope.server.streams import END_STREAMS

PATIENCE = 60
GRACE_SECONDS = 3


class StreamingServer(uvicorn.Server):
    """uvicorn, which ends the streams of events that pages follow, as the program does: else it would wait for them."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.lifespan.state[END_STREAMS]()
        await super().shutdown(sockets)


def keeping_static(app: ASGIApp) -> ASGIApp:
    """The application, whose scripts and styles need not be asked for again: while tests run, they stay as they are."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["path"].startswith("/static/"):
                MutableHeaders(scope=message)["cache-control"] = "max-age=3600"
            await send(message)

        await app(scope, receive, tell)

    return answer


@contextmanager
def serving(data: Path, bundled: Iterable[Pretrained]) -> Iterator[str]:
    """The address of a server that offers these networks and keeps what it is given in an empty folder of its own."""
    settings = Settings(port=0, data_dir=str(data), no_browser=True, training_niceness=0)
    config = uvicorn.Config(
        keeping_static(create_app(settings, bundled=bundled)),
        host="127.0.0.1",
        port=0,
        log_level="error",
        ws="none",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = StreamingServer(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    give_up = time.monotonic() + PATIENCE
    while not server.started:
        assert thread.is_alive(), "the test server did not start"
        assert time.monotonic() < give_up, f"the test server did not start in {PATIENCE} s"
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=PATIENCE)
    assert not thread.is_alive(), f"the test server did not end in {PATIENCE} s"

"""The protocols on a socket whose buffers are known."""

import asyncio
import socket
import sys
from contextlib import closing
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from gatescope.server import protocol
from gatescope.server.settings import Settings
from tests.server.live import PATIENCE

SETTINGS = Settings(send_timeout_seconds=0.2)
REQUEST = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"


@pytest.mark.parametrize("parser", ["httptools", "h11"])
def test_a_rest_too_small_to_pause_for_is_not_kept_for_ever(parser: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if parser == "h11":
        monkeypatch.setitem(sys.modules, "gatescope.server.protocol_httptools", None)
    kind: Any = protocol.protocol_class(SETTINGS)
    assert parser in kind.__name__.lower()
    body = bytes(40_000)

    async def app(_scope: object, _receive: object, send: Any) -> None:
        headers = [(b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers, "trailers": False})
        await send({"type": "http.response.body", "body": body, "more_body": False})

    async def serve(theirs: socket.socket) -> None:
        config = uvicorn.Config(app, http=kind, ws="none", log_config=None)
        config.load()
        state = ServerState()
        await asyncio.get_running_loop().connect_accepted_socket(
            lambda: kind(config=config, server_state=state, app_state={}), theirs
        )
        assert state.connections
        async with asyncio.timeout(PATIENCE):
            while state.connections:  # noqa: ASYNC110 - uvicorn signals no event for it
                await asyncio.sleep(0.05)

    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs):
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        ours.sendall(REQUEST)
        asyncio.run(serve(theirs))

"""The command ``gatescope`` by itself: start the server, say where it is, open the page."""

import errno
import logging
import os
import secrets
import socket
import sys
import threading
import webbrowser
from collections.abc import Sequence
from dataclasses import replace

import uvicorn

from gatescope import __version__

from .app import create_app
from .memory import settle
from .protocol import protocol_class
from .security import is_any_address
from .settings import Settings
from .streams import END_STREAMS

GRACE_SECONDS = 3
BACKLOG = 512
REASONS = {
    errno.EADDRINUSE: "that port is already in use; --port takes another one",
    errno.EACCES: "that port needs more rights than this user has; --port takes another one",
    errno.EADDRNOTAVAIL: "this machine does not have that address",
}


class Server(uvicorn.Server):
    """uvicorn, which says where it is once it can be asked."""

    def __init__(self, config: uvicorn.Config, settings: Settings) -> None:
        super().__init__(config)
        self.settings = settings

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, announce the address, open the page."""
        await super().startup(sockets)
        if not self.started:
            return
        address = page_address(self.settings)
        sys.stdout.write(f"Gatescope {__version__} is at {address} (Ctrl+C stops it)\n")
        sys.stdout.flush()
        if not self.settings.no_browser and has_display():
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End what would else go on answering, then as uvicorn does."""
        self.lifespan.state[END_STREAMS]()
        await super().shutdown(sockets)


def main(arguments: Sequence[str]) -> int:
    """Serve until stopped; the exit status is 1 where the address cannot be had."""
    settings = Settings.from_arguments(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    if not settings.on_loopback and not settings.token:
        settings = replace(settings, token=secrets.token_urlsafe(24))
    try:
        listener = listen(settings)
    except OSError as error:
        reason = REASONS.get(error.errno or 0) or error.strerror or str(error)
        sys.stderr.write(f"gatescope cannot listen on {settings.host}, port {settings.port}: {reason}.\n")
        return 1
    settings = replace(settings, port=listener.getsockname()[1])
    config = uvicorn.Config(
        create_app(settings),
        http=protocol_class(settings),
        ws="none",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=GRACE_SECONDS,
        h11_max_incomplete_event_size=settings.max_head_bytes,
    )
    settle(settings.trace_cache_bytes)
    try:
        Server(config, settings).run(sockets=[listener])
    except KeyboardInterrupt:
        sys.stdout.write("\n")
    return 0


def listen(settings: Settings) -> socket.socket:
    """A socket bound to the settings' address.

    Raises:
        OSError: the address cannot be resolved or bound.
    """
    addresses = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, _, _, _, address = min(addresses, key=lambda entry: entry[0] != socket.AF_INET)
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name != "nt":  # there it would allow two servers on one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def page_address(settings: Settings) -> str:
    """Where a browser on this machine finds the page, the token included."""
    host = "localhost" if is_any_address(settings.host) else settings.host
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}:{settings.port}/" + (f"?token={settings.token}" if settings.token else "")


def has_display() -> bool:
    """Whether a browser could show a window."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))

"""A plain socket to the real program."""

import socket
from contextlib import closing
from urllib.parse import urlsplit

PATIENCE = 20.0


def connect(address: str) -> socket.socket:
    """A new connection to the server at this address."""
    port = urlsplit(address).port
    assert port is not None
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def ask(address: str, *parts: bytes) -> bytes:
    """Everything the server says until it closes, to parts sent on one connection."""
    with closing(connect(address)) as connection:
        for part in parts:
            connection.sendall(part)
        return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    """Everything until the other side closes."""
    pieces = []
    try:
        while piece := connection.recv(65536):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(pieces)

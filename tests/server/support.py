"""What the server's tests share: small networks and a client that calls the application directly."""

import asyncio
import base64
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from starlette.types import ASGIApp

from gatescope.core.cells import GRU, LSTM, RNN
from gatescope.core.initialisation import initial_cell
from gatescope.core.network import Embedding, Layer, Network, Readout, Vocabulary
from gatescope.core.pretrained import Pretrained
from gatescope.server.app import create_app
from gatescope.server.settings import Settings

BASE = "/api/v1"
LABELS = ("a", "b", "<b>", "&", " ", "\n", "é")


def cell(kind: str, input_size: int, hidden_size: int, seed: int, dtype: str = "float32") -> Any:
    """A cell with weights of its own."""
    made = initial_cell(kind, input_size, hidden_size, np.random.default_rng(seed))
    return made.with_arrays({name: array.astype(dtype) * 3 for name, array in made.arrays().items()})


def _array(*shape: int, seed: int, dtype: str = "float32") -> np.ndarray[Any, Any]:
    return np.random.default_rng(seed).normal(0, 1, shape).astype(dtype)


def networks() -> dict[str, Network]:
    """One network for each thing that can differ: cell, input, direction, depth, precision, readout."""
    count = len(LABELS)
    vocabulary = Vocabulary(LABELS)
    embedding = Embedding(_array(count, 4, seed=1))
    softmax = Readout("softmax", _array(6, count, seed=2), _array(count, seed=3), "next_input")
    double = {"dtype": "float64"}
    gru = GRU(
        **{name: array.astype("float64") for name, array in cell("gru", 1, 4, 7).arrays().items()}, reset_after=False
    )
    relu = RNN(**cell("rnn", 3, 4, 8).arrays(), activation="relu")
    projected = LSTM(
        _array(3, 20, seed=15),
        _array(2, 20, seed=16),
        _array(20, seed=17),
        projection=_array(5, 2, seed=18),
        peepholes=_array(3, 5, seed=19),
        coupled=True,
        recurrent_activation="hard_sigmoid",
    )
    return {
        "letters": Network(
            (Layer(cell("lstm", 4, 5, 4)), Layer(cell("lstm", 5, 6, 5))), embedding, softmax, vocabulary
        ),
        "numbers": Network(
            (Layer(gru),), readout=Readout("linear", _array(4, 2, seed=9, **double), _array(2, seed=10, **double))
        ),
        "both": Network((Layer(cell("lstm", 3, 4, 11), cell("gru", 3, 5, 12)), Layer(cell("rnn", 9, 3, 13)))),
        "plain": Network((Layer(relu),)),
        "projected": Network(
            (Layer(None, projected),), readout=Readout("linear", _array(2, 3, seed=21), _array(3, seed=22))
        ),
        "ids": Network((Layer(cell("lstm", 4, 64, 14)),), embedding),
    }


def bundled() -> list[Pretrained]:
    """The networks as if they came with the program."""
    return [
        Pretrained(name, network, {"name": name, "title": f"<i>{name}</i> & Co", "description": "For tests."})
        for name, network in networks().items()
    ]


def application(folder: Path, **settings: Any) -> ASGIApp:
    """The server with `bundled` networks and nothing else."""
    return create_app(Settings(data_dir=str(folder), no_browser=True, **settings), bundled())


def empty(folder: Path, **settings: Any) -> ASGIApp:
    """The server with no network but the user's own."""
    return create_app(Settings(data_dir=str(folder), no_browser=True, **settings), [])


@contextmanager
def living(app: ASGIApp) -> Iterator["Client"]:
    """A client of an application that is started and ended as a server would do it."""
    received: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    sent: asyncio.Queue[Any] = asyncio.Queue()

    async def say(kind: str) -> None:
        await received.put({"type": f"lifespan.{kind}"})
        assert (await sent.get())["type"] == f"lifespan.{kind}.complete"

    with asyncio.Runner() as runner:

        async def begin() -> "asyncio.Task[None]":
            scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
            task = asyncio.ensure_future(app(scope, received.get, sent.put))
            await say("startup")
            return task

        async def end() -> None:
            await say("shutdown")
            await task

        task = runner.run(begin())
        try:
            yield Client(app)
        finally:
            runner.run(end())


class Client:
    """Calls the application without a socket."""

    def __init__(self, app: ASGIApp, host: str = "127.0.0.1:8000", *, raise_app_exceptions: bool = True) -> None:
        self.app = app
        self.host = host
        self.raise_app_exceptions = raise_app_exceptions

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request and its answer."""
        return self.together([(method, path, options)])[0]

    def together(self, requests: Iterable[tuple[str, str, dict[str, Any]]]) -> list[httpx.Response]:
        """Several requests at the same time, their answers in order."""

        async def ask() -> list[httpx.Response]:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=self.raise_app_exceptions)
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{self.host}") as client:
                return await asyncio.gather(
                    *(client.request(method, path, **options) for method, path, options in requests)
                )

        return asyncio.run(ask())

    def get(self, path: str, **options: Any) -> httpx.Response:
        """GET below the API's base, or from the root for a path that begins with two slashes."""
        return self.request("GET", _absolute(path), **options)

    def post(self, path: str, body: object = None, **options: Any) -> httpx.Response:
        """POST a value as JSON, or bytes as they are."""
        if isinstance(body, bytes):
            options.setdefault("headers", {"content-type": "application/json"})
            return self.request("POST", _absolute(path), content=body, **options)
        return self.request("POST", _absolute(path), json=body, **options)

    def upload(
        self, weights: bytes, filename: str = "network.safetensors", *, vocabulary: bytes | None = None, **fields: str
    ) -> httpx.Response:
        """POST a network's file as a form."""
        files = {"weights": (filename, weights)}
        if vocabulary is not None:
            files["vocabulary"] = ("vocabulary.json", vocabulary)
        return self.request("POST", f"{BASE}/models", files=files, data=fields)


def _absolute(path: str) -> str:
    return path[1:] if path.startswith("//") else BASE + path


def decode(array: Any) -> np.ndarray[Any, Any]:
    """An array of the API, in either form."""
    if isinstance(array, dict):
        shape = tuple(int(length) for length in array["shape"].split(","))
        return np.frombuffer(base64.b64decode(array["bdata"], validate=True), f"<{array['dtype']}").reshape(shape)
    return np.array(array)


def check_problem(response: httpx.Response, status: int, *pointers: str) -> dict[str, Any]:
    """That the answer is a problem of this status which points at these places; gives its body."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert set(body) <= {"type", "title", "status", "detail", "errors", "choices"}
    assert body["status"] == status
    assert body["type"].startswith("/docs#problem-")
    assert body["title"]
    assert body["detail"].rstrip()[-1] in ".…" or body["detail"].isprintable()
    assert "Traceback" not in response.text
    assert 'File "' not in response.text
    if pointers:
        assert tuple(cause["pointer"] for cause in body["errors"]) == pointers, body
    return body

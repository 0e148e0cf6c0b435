"""A framework's own numbers are compared over REST; the lines that write them are handed out."""

import io
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from gatescope.core.encoding import encode
from gatescope.core.snippets import SNIPPETS
from gatescope.core.trace import trace
from tests.server.support import BASE, Client, application, check_problem, networks


def npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def post(client: Client, model: str, reference: bytes, field: str = "reference") -> httpx.Response:
    files = {field: ("reference.npz", reference)}
    return client.request("POST", f"{BASE}/models/{model}/verification", files=files)


@pytest.mark.parametrize("name", ["letters", "plain", "ids"])
def test_its_own_numbers_match(client: Client, name: str) -> None:
    network = networks()[name]
    rows = [[0.1, 0.2, 0.3], [0.4, -0.5, 0.6]]
    encoded = encode(network, values=rows) if name == "plain" else encode(network, tokens=[1, 2, 3])
    hidden = trace(network, encoded).layers[-1].quantities["hidden_state"]
    given = rows if name == "plain" else [1, 2, 3]
    body = post(client, name, npz(input=given, output=hidden)).json()
    assert body["matches"] is True, body
    assert body["largest"] == 0
    assert body["comparisons"][0]["name"] == "output"


def test_a_difference_is_named(client: Client) -> None:
    network = networks()["plain"]
    rows = [[0.1, 0.2, 0.3], [0.4, -0.5, 0.6]]
    hidden = trace(network, encode(network, values=rows)).layers[0].quantities["hidden_state"].copy()
    hidden[1, 2] += 0.25
    body = post(client, "plain", npz(input=rows, output=hidden)).json()
    assert body["matches"] is False
    assert (body["departure"]["first"]["step"], body["departure"]["first"]["unit"]) == (1, 2)
    assert body["largest"] == pytest.approx(0.25, abs=1e-6)


@pytest.mark.parametrize(
    ("reference", "status", "pointer"),
    [
        (b"", 415, "/reference"),
        (b"abc", 415, "/reference"),
        (b"PK\x03\x04 and nothing", 422, "/reference"),
        (npz(output=[[1.0]]), 422, "/reference"),
        (npz(input=[[1.0, 2.0, 3.0]], output=[[np.nan]]), 422, "/reference"),
        (npz(input=[[1.0, 2.0]], output=[[1.0]]), 422, "/reference/input"),
        (npz(input=np.array([{"a": 1}]), output=[[1.0]]), 422, "/reference"),
    ],
)
def test_what_is_no_reference(client: Client, reference: bytes, status: int, pointer: str) -> None:
    check_problem(post(client, "plain", reference), status, pointer)


def test_limits_of_a_reference(folder: Path) -> None:
    client = Client(application(folder, max_reference_bytes=2000, max_steps=3))
    check_problem(post(client, "plain", bytes(2001)), 413, "/reference")
    many = npz(input=np.zeros((4, 3)), output=np.zeros((4, 4)))
    check_problem(post(client, "plain", many), 413, "/reference")
    check_problem(post(client, "nothing", many), 404)
    check_problem(post(client, "plain", many, "weights"), 422, "/weights")


def test_snippets_are_the_cores(client: Client) -> None:
    snippets = client.get("/snippets").json()["snippets"]
    assert snippets == [snippet.to_json() for snippet in SNIPPETS.values()]

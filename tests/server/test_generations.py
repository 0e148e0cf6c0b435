"""Generation over REST: what the core says, with a trace that every other route knows."""

from typing import Any

import numpy as np
import pytest

from gatescope.core import encode, generate
from gatescope.core.formats import to_bytes
from tests.core.networks import random_network, speaking_network
from tests.server.support import Client, application, check_problem, networks


def test_it_says_what_the_core_says(client: Client) -> None:
    network = networks()["letters"]
    request = {"model": "letters", "input": {"text": "ab"}, "steps": 15, "temperature": 0.8, "seed": 4}
    response = client.post("/generations", request)
    assert response.status_code == 201, response.text
    body = response.json()
    made = generate(network, encode(network, text="ab"), 15, 0.8, 4)
    assert body == {
        "trace": made.trace.id,
        "model": "letters",
        "prompt_steps": 2,
        "steps": 15,
        "tokens": list(made.tokens or ()),
        "values": None,
        "labels": list(made.labels),
        "ended": False,
    }
    assert response.headers["location"] == f"/api/v1/traces/{made.trace.id}"
    assert client.post("/generations", request).json() == body


def test_its_trace_is_a_trace_like_any_other(client: Client) -> None:
    request = {"model": "letters", "input": {"text": "ab"}, "steps": 5, "quantities": ["forget_gate"]}
    body = client.post("/generations", {**request, "encoding": "base64"}).json()
    traced = client.get(f"/traces/{body['trace']}").json()
    assert traced["steps"] == 7
    assert traced["input"]["labels"] == ["a", "b", *body["labels"]]
    assert list(traced["layers"][0]["quantities"]) == ["forget_gate"]
    assert traced["layers"][0]["quantities"]["forget_gate"]["dtype"] == "f4"
    again = client.post("/traces", {"model": "letters", "input": {"text": "ab" + "".join(body["labels"])}}).json()
    assert again["id"] == body["trace"]
    for path in ("arithmetic?quantity=forget_gate&unit=1&step=6", "ledger?unit=1&step=6", "health", "figure"):
        assert client.get(f"/traces/{body['trace']}/{path}").status_code == 200


@pytest.fixture
def own(folder: Any) -> Client:
    return Client(application(folder, max_generated_steps=50))


def test_forecasts_are_rows(own: Client) -> None:
    network = random_network("gru", outputs=3)
    model = own.upload(to_bytes(network)).json()
    assert (model["generates"], model["feedback"]) == ("values", None)
    rows = [[0.1, 0.2, 0.3], [1.0, 0.0, -1.0]]
    body = own.post("/generations", {"model": model["id"], "input": {"values": rows}, "steps": 6}).json()
    made = generate(network, encode(network, values=rows), 6)
    assert made.values is not None
    np.testing.assert_array_equal(body["values"], made.values)
    assert (body["tokens"], body["prompt_steps"], body["ended"]) == (None, 2, False)
    assert own.get(f"/traces/{body['trace']}").json()["input"]["values"][:2] == rows


def test_a_network_that_hears_what_it_says_stops_at_its_end(own: Client) -> None:
    network = speaking_network("rnn", end=3)
    model = own.upload(to_bytes(network)).json()
    assert model["generates"] == "feedback"
    assert model["feedback"] == {"first": 2, "end": 3}
    assert model["input"]["labels"][:3] == ["width", "height", "said a"]
    assert model["readout"]["labels"] == ["a", "b", "c", " ", "é", "\n", "?"]
    row = [[0.5, -1.0, *[0] * 7]]
    said = [
        own.post("/generations", {"model": model["id"], "input": {"values": row}, "steps": 50, "seed": seed}).json()
        for seed in range(6)
    ]
    for body in said:
        assert body["ended"] == (3 in body["tokens"])
        assert body["steps"] == len(body["tokens"]) == len(body["labels"])
    assert any(body["ended"] for body in said)
    traced = own.get(f"/traces/{said[0]['trace']}").json()
    assert traced["input"]["labels"][0] == "(start)"
    reposted = own.post("/traces", {"model": model["id"], "input": {"values": traced["input"]["values"]}}).json()
    assert reposted["id"] == said[0]["trace"]
    downloaded = own.get(f"/models/{model['id']}/weights")
    assert own.upload(downloaded.content).json()["feedback"] == model["feedback"]


REFUSED: dict[str, tuple[dict[str, Any], int, str, str]] = {
    "no step": ({"steps": 0}, 422, "/steps", "steps must be at least 1, not 0"),
    "fewer than none": ({"steps": -5}, 422, "/steps", "not -5"),
    "too many": ({"steps": 10_001}, 413, "/steps", "at most 10,000 outputs, not 10,001"),
    "half a step": ({"steps": 2.5}, 422, "/steps", "must be a whole number"),
    "below zero": ({"temperature": -1}, 422, "/temperature", "temperature must be from 0 to 1000"),
    "another seed": ({"seed": -1}, 422, "/seed", "seed must be at least 0"),
    "no such model": ({"model": "nothing"}, 404, "/model", "no model"),
    "a model that says something else": (
        {"model": "numbers", "input": {"values": [1, 2]}}, 422, "", "this one reads 1 numbers and says 2 numbers",
    ),
    "both directions": ({"model": "both", "input": {"values": [[1, 2, 3]]}}, 422, "", "a backward layer cannot go on"),
    "an empty prompt": ({"input": {"text": ""}}, 422, "/input/text", "at least one character"),
    "another state": ({"initial_state": []}, 422, "/initial_state", "must have one entry for each"),
    "an unknown quantity": ({"quantities": ["forgot"]}, 422, "/quantities/0", "forgot"),
    "another field": ({"top": 3}, 422, "/top", "not a field"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_said_is_refused_in_a_sentence(client: Client, name: str) -> None:
    changes, status, pointer, words = REFUSED[name]
    response = client.post("/generations", {"model": "letters", "input": {"text": "ab"}, **changes})
    body = check_problem(response, status, *([pointer] if pointer else []))
    assert words in body["detail"]


def test_the_trace_of_all_of_it_must_be_within_the_limits(folder: Any) -> None:
    small = Client(application(folder, max_steps=20))
    body = {"model": "letters", "input": {"text": "abab"}, "steps": 17}
    assert "at most 20 steps, not 21" in check_problem(small.post("/generations", body), 413)["detail"]
    assert small.post("/generations", {**body, "steps": 16}).status_code == 201

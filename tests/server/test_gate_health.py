"""Gate health over REST: of a trace, and of a model over many sequences in every form they come in."""

import io
import json
import threading
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from gatescope.core.encoding import encode
from gatescope.core.health import health
from gatescope.core.trace import trace
from tests.server.support import BASE, Client, application, check_problem, networks

ROWS = [[1.0, 2.0, 3.0], [0.1, -0.2, 0.3], [3.0, 2.0, 1.0], [-1.0, 0.5, 0.0]]
INPUTS: dict[str, list[dict[str, Any]]] = {
    "letters": [{"text": "ab<b>&a"}, {"tokens": [3, 1, 4]}, {"text": "b"}],
    "numbers": [{"values": [0.5, 1.5, -2.0, 0.25]}, {"values": [[1.0]]}],
    "both": [{"values": ROWS}, {"values": ROWS[:2]}],
    "plain": [{"values": ROWS}],
    "projected": [{"values": ROWS}, {"values": ROWS[1:]}],
}


def expected(name: str) -> Any:
    """The same from the core, over all traces at once."""
    network = networks()[name]
    return json.loads(json.dumps(health([trace(network, encode(network, **one)) for one in INPUTS[name]]).to_json()))


def send_file(client: Client, name: str, content: bytes, filename: str) -> httpx.Response:
    return client.request("POST", f"{BASE}/models/{name}/health", files={"inputs": (filename, content)})


def array_file(array: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


@pytest.mark.parametrize("name", INPUTS)
def test_it_is_that_of_all_sequences_together(client: Client, name: str) -> None:
    found = client.post(f"/models/{name}/health", {"inputs": INPUTS[name]})
    assert found.status_code == 200, found.text
    assert found.json() == expected(name)
    lines = "\n".join(json.dumps(one) for one in INPUTS[name]).encode()
    assert send_file(client, name, lines, "held-out.jsonl").json() == expected(name)
    assert send_file(client, name, json.dumps(INPUTS[name]).encode(), "x.json").json() == expected(name)


def test_figures_are_those_of_the_traces_arrays(client: Client) -> None:
    found = client.post("/models/both/health", {"inputs": INPUTS["both"]}).json()
    traces = [client.post("/traces", {"model": "both", "input": one}).json() for one in INPUTS["both"]]
    assert (found["sequences"], found["steps"]) == (2, 6)
    for index, layer in enumerate(found["layers"]):
        for row in layer["quantities"]:
            rows = np.concatenate([np.array(one["layers"][index]["quantities"][row["quantity"]]) for one in traces])
            np.testing.assert_allclose(row["mean"], rows.mean(axis=0), atol=1e-6)
            np.testing.assert_allclose(row["variance"], rows.var(axis=0), atol=1e-6)
            if row["quantity"].endswith("gate"):
                np.testing.assert_allclose(row["low"], (rows < 0.1).mean(axis=0))
                np.testing.assert_allclose(row["high"], (rows > 0.9).mean(axis=0))
            bins = row["histogram"]
            counts, _ = np.histogram(rows, len(bins["counts"]), (bins["low"], bins["high"]))
            assert bins["counts"] == counts.tolist()
        keep = {"lstm": "forget_gate", "gru": "update_gate"}.get(layer["cell"])
        if keep is not None:
            rows = np.concatenate([np.array(one["layers"][index]["quantities"][keep]) for one in traces])
            np.testing.assert_allclose(layer["half_life"], -1 / np.log2(rows).mean(axis=0), rtol=1e-5)


def test_that_of_a_trace_has_a_figure_for_every_unit(client: Client) -> None:
    request = {
        "model": "both",
        "input": INPUTS["both"][0],
        "interventions": [{"quantity": "forget_gate", "operation": "set", "value": 1}],
    }
    body = client.post("/traces", request).json()
    found = client.get(f"/traces/{body['id']}/health").json()
    assert (found["sequences"], found["steps"]) == (1, body["steps"])
    for layer, traced in zip(found["layers"], body["layers"], strict=True):
        assert [row["quantity"] for row in layer["quantities"]] == list(traced["quantities"])
    assert found["layers"][0]["half_life"] == [None] * 4
    assert found["layers"][2]["half_life"] is None
    flag = next(flag for flag in found["flags"] if flag["quantity"] == "forget_gate")
    assert (flag["kind"], flag["units"], flag["share"]) == ("open", [0, 1, 2, 3], 1.0)
    assert flag["sentence"] in found["findings"]
    check_problem(client.get(f"/traces/{'0' * 32}/health"), 404)


def test_without_inputs_it_is_that_of_the_models_own_examples(client: Client) -> None:
    examples = client.get("/models/letters").json()["example_inputs"]
    asked = client.post("/models/letters/health", {"inputs": [one["input"] for one in examples]}).json()
    assert client.get("/models/letters/health").json() == asked
    assert client.post("/models/letters/health", {}).json() == asked
    assert client.post("/models/letters/health", {"inputs": None}).json() == asked


@pytest.mark.parametrize(
    ("name", "content", "filename", "sequences", "steps"),
    [
        ("letters", b"ab\n\nbab\n", "lines.txt", 2, 5),
        ("letters", array_file(np.array([[0, 1, 2], [2, 1, 0]])), "ids.npy", 2, 6),
        ("plain", b"a,b,c\n1,2,3\n4,5,6\n", "rows.csv", 1, 2),
        ("plain", b"1;2;3\n", "rows.txt", 1, 1),
        ("plain", array_file(np.ones((4, 2, 3), "f4")), "", 4, 8),
    ],
)
def test_files_come_in_the_forms_of_the_command(
    client: Client, name: str, content: bytes, filename: str, sequences: int, steps: int
) -> None:
    found = send_file(client, name, content, filename or "x")
    assert found.status_code == 200, found.text
    assert (found.json()["sequences"], found.json()["steps"]) == (sequences, steps)


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        ({"inputs": []}, 422, "/inputs"),
        ({"inputs": [{"text": "a"}, {"text": ""}]}, 422, "/inputs/1/text"),
        ({"inputs": [{"text": "a"}, {"tokens": [1, 99]}]}, 422, "/inputs/1/tokens/1"),
        ({"inputs": [{"values": [[1.0]]}]}, 422, "/inputs/0/values"),
        ({"inputs": [{}]}, 422, "/inputs/0"),
        ({"inputs": [{"tokens": [True]}]}, 422, "/inputs/0/tokens/0"),
        ({"inputs": "ab"}, 422, "/inputs"),
        ({"sequences": []}, 422, "/sequences"),
    ],
)
def test_a_body_that_does_not_fit_is_a_problem_with_its_place(
    client: Client, body: Any, status: int, pointer: str
) -> None:
    check_problem(client.post("/models/letters/health", body), status, pointer)


@pytest.mark.parametrize(
    ("content", "filename", "status", "pointer", "said"),
    [
        (b'"ab"\n{"tokens": [1, 99]}\n', "x.jsonl", 422, "/inputs/1/tokens/1", "line 2: a token must be in 0 to 6"),
        (b'"ab"\n{"tokens" [1]}\n', "x.jsonl", 422, "/inputs", "line 2 must be JSON"),
        (b'[["a"]]', "x.json", 422, "/inputs", "entry 0 must be a text"),
        (b"", "x.txt", 422, "/inputs", "must have at least one sequence"),
        (b"1,2\n", "x.csv", 422, "/inputs/0/values", "reads text or tokens, not values"),
        (b"\xff\xfe", "x.txt", 422, "/inputs", "UTF-8"),
        (array_file(np.array([0.5])), "x.npy", 422, "/inputs", "whole numbers"),
    ],
)
def test_a_file_that_does_not_fit_is_a_problem_with_its_place(
    client: Client, content: bytes, filename: str, status: int, pointer: str, said: str
) -> None:
    assert said in check_problem(send_file(client, "letters", content, filename), status, pointer)["detail"]


def test_unknown_models_other_types_and_other_parts_are_refused(client: Client) -> None:
    check_problem(client.get("/models/nothing/health"), 404)
    check_problem(client.post("/models/nothing/health", {"inputs": [{"text": "a"}]}), 404)
    check_problem(send_file(client, "nothing", b"a", "x.txt"), 404)
    path = f"{BASE}/models/letters/health"
    check_problem(client.request("POST", path, content=b"ab", headers={"content-type": "text/plain"}), 415)
    check_problem(client.request("POST", path, files={"file": ("x", b"a")}), 422, "/file")


def test_a_table_beyond_the_limits_is_refused_while_it_is_read(folder: Path) -> None:
    client = Client(application(folder, max_steps=4))
    problem = check_problem(send_file(client, "plain", b"1," * 100_000, "x.csv"), 422, "/inputs")
    assert problem["detail"].endswith("must have at most 1,006 cells, but line 1 has 100,001")
    problem = check_problem(send_file(client, "plain", b"1,2,3\n" * 5 + b"x", "x.csv"), 413, "/inputs")
    assert "at most 4 steps" in problem["detail"]
    assert send_file(client, "plain", b"1,2,3\n" * 4, "x.csv").status_code == 200


def test_limits_are_kept(folder: Path) -> None:
    client = Client(application(folder, max_sequences=2, max_steps=4, max_inputs_bytes=100))
    two = [{"text": "ab"}, {"text": "abab"}]
    assert client.post("/models/letters/health", {"inputs": two}).status_code == 200
    problem = check_problem(client.post("/models/letters/health", {"inputs": [*two, two[0]]}), 413, "/inputs/2")
    assert "at most 2 sequences" in problem["detail"]
    long = {"inputs": [two[0], {"text": "ababa"}]}
    assert "4 steps" in check_problem(client.post("/models/letters/health", long), 413, "/inputs/1")["detail"]
    check_problem(send_file(client, "letters", b"ab\nababa\n", "x.txt"), 413, "/inputs/1")
    check_problem(send_file(client, "letters", b"a" * 101, "x.txt"), 413, "/inputs")
    small = Client(application(folder, max_list_bytes=100))
    check_problem(small.get("/models/letters/health"), 413)


def test_it_stops_at_the_deadline(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = threading.Event()
    traced = trace

    def slowly(*arguments: Any, **options: Any) -> Any:
        poll = options["poll"]

        def waiting() -> None:
            try:
                poll()
            except Exception:
                stopped.set()
                raise

        return traced(*arguments, **{**options, "poll": waiting})

    monkeypatch.setattr("gatescope.server.gate_health.trace", slowly)
    client = Client(application(folder, deadline_seconds=0.05))
    many = {"inputs": [{"text": "ab" * 2000}] * 2000}
    check_problem(client.post("/models/letters/health", many), 504)
    assert stopped.wait(20), "the computation went on after the deadline"

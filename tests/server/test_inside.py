"""Inside a step, over REST: identities checked from outside, and every way to be refused."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gatescope.core.encoding import encode
from gatescope.core.interventions import Intervention
from gatescope.core.trace import trace
from tests.server.support import Client, application, check_problem, decode, networks

ROWS = [[1.0, 2.0, 3.0], [0.1, -0.2, 0.3], [3.0, 2.0, 1.0], [-1.0, 0.5, 0.0]]
INPUTS: dict[str, dict[str, Any]] = {
    "letters": {"text": "ab<b>&a"},
    "numbers": {"values": [0.5, 1.5, -2.0, 0.25]},
    "both": {"values": ROWS},
    "plain": {"values": ROWS},
    "projected": {"values": ROWS},
}


def made(client: Client, name: str, **fields: Any) -> dict[str, Any]:
    response = client.post("/traces", {"model": name, "input": INPUTS[name], **fields})
    assert response.status_code == 201, response.text
    body: dict[str, Any] = response.json()
    return body


@pytest.mark.parametrize("name", INPUTS)
def test_the_arithmetic_of_every_quantity_adds_up(client: Client, name: str) -> None:
    body = made(client, name)
    sources = set()
    for layer in body["layers"]:
        for quantity, rows in layer["quantities"].items():
            where = {"layer": layer["layer"], "direction": layer["direction"], "quantity": quantity}
            for unit, step in ((0, 0), (1, 2), (len(rows[0]) - 1, len(rows) - 1)):
                query = {**where, "unit": unit, "step": step}
                found = client.get(f"/traces/{body['id']}/arithmetic", params=query).json()
                assert {key: found[key] for key in query} == query
                products = [term["product"] for term in found["terms"]]
                assert math.fsum(products) == found["pre_activation"]
                assert all(
                    term["product"] == term["value"] * term["weight"] * term["factor"] for term in found["terms"]
                )
                assert found["value"] == np.array(rows[step][unit], body["dtype"])
                assert abs(found["rounding"]) < 2e-6 * max(1, abs(found["value"]))
                sources |= {term["source"] for term in found["terms"]}
    assert {"input", "hidden", "bias"} <= sources
    assert ("peephole" in sources) == (name == "projected")


@pytest.mark.parametrize(
    ("name", "layer"), [("letters", 0), ("letters", 1), ("numbers", 0), ("both", 0), ("projected", 0)]
)
@pytest.mark.parametrize("encoding", ["list", "base64"])
def test_the_ledger_adds_up_for_a_unit_for_a_step_and_for_both(
    client: Client, name: str, layer: int, encoding: str
) -> None:
    body = made(client, name)
    for place in (entry for entry in body["layers"] if entry["layer"] == layer):
        where = {"layer": layer, "direction": place["direction"], "encoding": encoding}
        steps = list(range(body["steps"]))[:: 1 if place["direction"] == "forward" else -1]

        def ask(where: Any = where, **query: int) -> dict[str, Any]:
            found: dict[str, Any] = client.get(f"/traces/{body['id']}/ledger", params={**where, **query}).json()
            return {key: decode(part) if key in ("initial", "writes", "total") else part for key, part in found.items()}

        units, states = ask(step=2), None
        states = np.array(place["quantities"][units["quantity"]])
        np.testing.assert_allclose(units["initial"] + units["writes"].sum(axis=0), states[2], atol=1e-7)
        np.testing.assert_array_equal(units["total"].astype(body["dtype"]), states[2].astype(body["dtype"]))
        assert units["steps"] == steps[: steps.index(2) + 1]
        unit = ask(unit=1)
        np.testing.assert_allclose(unit["initial"] + unit["writes"].sum(axis=1), states[steps, 1], atol=1e-7)
        assert unit["steps"] == steps
        assert unit["writes"].shape == (body["steps"], body["steps"])
        both = ask(unit=1, step=2)
        assert both["total"] == pytest.approx(states[2, 1])
        np.testing.assert_array_equal(both["writes"], units["writes"][:, 1])
        assert both["kept_by"] == ("forget_gate" if place["cell"] == "lstm" else "update_gate")


REFUSED = [
    ("letters", "arithmetic?quantity=reset_gate&unit=0&step=0", 422, "/query/quantity"),
    ("letters", "arithmetic?quantity=forget_gate&unit=5&step=0", 422, "/query/unit"),
    ("letters", "arithmetic?quantity=forget_gate&unit=0&step=7", 422, "/query/step"),
    ("letters", "arithmetic?quantity=forget_gate&unit=0&step=-1", 422, "/query/step"),
    ("letters", f"arithmetic?quantity=forget_gate&unit={'9' * 400}&step=0", 422, "/query/unit"),
    ("letters", "arithmetic?quantity=forget_gate&unit=0&step=0&layer=2", 422, "/query/layer"),
    ("letters", "arithmetic?quantity=forget_gate&unit=0&step=0&direction=backward", 422, "/query/layer"),
    ("letters", "arithmetic?quantity=forget_gate&unit=x&step=0", 422, "/query/unit"),
    ("letters", "ledger", 422, "/query/unit"),
    ("letters", "ledger?unit=5", 422, "/query/unit"),
    ("letters", "ledger?step=7", 422, "/query/step"),
    ("letters", "ledger?step=1&encoding=xml", 422, "/query/encoding"),
    ("plain", "ledger?step=1", 422, "/query/layer"),
    ("letters", "difference", 422, "/query/baseline"),
    ("letters", "difference?baseline={id}&quantities=hope", 422, "/query/quantities/0"),
    ("letters", "difference?baseline={id}&quantities=forget_gate_pre", 422, "/query/quantities/0"),
]


@pytest.mark.parametrize(("name", "query", "status", "pointer"), REFUSED)
def test_what_is_not_there_is_a_problem_with_its_place(
    client: Client, name: str, query: str, status: int, pointer: str
) -> None:
    body = made(client, name)
    check_problem(client.get(f"/traces/{body['id']}/{query.replace('{id}', body['id'])}"), status, pointer)


@pytest.mark.parametrize(
    "query", ["arithmetic?quantity=forget_gate&unit=0&step=0", "ledger?unit=0", "difference?baseline=x"]
)
def test_a_trace_that_is_not_kept_is_404(client: Client, query: str) -> None:
    check_problem(client.get(f"/traces/{'0' * 32}/{query}"), 404)


def test_the_other_trace_must_be_kept_and_of_equal_shape(client: Client) -> None:
    one, other = made(client, "plain"), made(client, "both")
    check_problem(client.get(f"/traces/{one['id']}/difference?baseline={'0' * 32}"), 404)
    problem = check_problem(
        client.get(f"/traces/{one['id']}/difference?baseline={other['id']}"), 422, "/query/baseline"
    )
    assert "4 steps through layer 0 forward RNN of 4" in problem["detail"]


def test_limits_are_looked_at_before_anything_is_made(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any, **__: Any) -> None:
        raise AssertionError("something was computed")

    steps, units = 200, 64
    client = Client(application(folder, max_list_bytes=steps * units * 8 - 1, max_trace_bytes=steps * steps * 8 - 1))
    tokens = {"model": "ids", "input": {"tokens": [1] * steps}, "encoding": "base64"}
    path = client.post("/traces", tokens).headers["location"].removeprefix("/api/v1")
    for name in ("ledger", "triangle", "arithmetic"):
        monkeypatch.setattr(f"gatescope.server.inside.{name}", never)
    assert f"{steps * steps * 8:,}" in check_problem(client.get(f"{path}/ledger?unit=0"), 413, "/query/unit")["detail"]
    assert "base64" in check_problem(client.get(f"{path}/ledger?step=0"), 413, "/query/step")["detail"]
    client = Client(application(folder, max_list_bytes=100))
    client.post("/traces", tokens)
    query = "arithmetic?quantity=forget_gate&unit=0&step=0"
    check_problem(client.get(f"{path}/{query}"), 413, "/query/quantity")
    check_problem(client.get(f"{path}/health"), 413)
    check_problem(client.get(f"{path}/difference?baseline={path.rpartition('/')[2]}"), 413, "/encoding")


DONE: list[dict[str, Any]] = [
    {"quantity": "forget_gate", "units": [3, 1], "steps": [1, 5], "operation": "set", "value": 1},
    {
        "layer": 1,
        "direction": "forward",
        "quantity": "hidden_state",
        "units": None,
        "steps": None,
        "operation": "scale",
        "value": 0.5,
    },
]


def test_interventions_are_done_told_and_part_of_the_id(client: Client) -> None:
    plain, body = made(client, "letters"), made(client, "letters", interventions=DONE)
    assert body["id"] != plain["id"]
    assert plain["interventions"] == []
    assert body["interventions"] == [
        {"layer": 0, "direction": "forward", **DONE[0], "units": [1, 3], "value": 1.0},
        DONE[1],
    ]
    network = networks()["letters"]
    done = [
        Intervention(0, "forward", "forget_gate", (1, 3), (1, 5), "set", 1.0),
        Intervention(1, "forward", "hidden_state", None, None, "scale", 0.5),
    ]
    expected = trace(network, encode(network, **INPUTS["letters"]), interventions=done)
    assert body["id"] == expected.id
    for layer, right in zip(body["layers"], expected.layers, strict=True):
        for name, rows in layer["quantities"].items():
            np.testing.assert_array_equal(np.array(rows, "f4"), right.quantities[name])
    assert client.get(f"/traces/{body['id']}").json() == body
    assert made(client, "letters", interventions=body["interventions"])["id"] == body["id"]
    query = {"quantity": "forget_gate", "unit": 1, "step": 2}
    found = client.get(f"/traces/{body['id']}/arithmetic", params=query).json()
    assert found["value"] == 1
    assert found["interventions"][0]["operation"] == "set"
    assert found["interventions"][0]["after"] == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"quantity": "reset_gate"}, "/interventions/1/quantity"),
        ({"layer": 2}, "/interventions/1/layer"),
        ({"direction": "backward"}, "/interventions/1/layer"),
        ({"direction": "sideways"}, "/interventions/1/direction"),
        ({"units": [0, 6]}, "/interventions/1/units/1"),
        ({"units": []}, "/interventions/1/units"),
        ({"units": 3}, "/interventions/1/units"),
        ({"units": [1.5]}, "/interventions/1/units/0"),
        ({"steps": [3, 3]}, "/interventions/1/steps"),
        ({"steps": [0, 8]}, "/interventions/1/steps"),
        ({"steps": [1]}, "/interventions/1/steps"),
        ({"value": 1e39}, "/interventions/1/value"),
        ({"value": "1"}, "/interventions/1/value"),
        ({"operation": "clamp"}, "/interventions/1/operation"),
        ({"strength": 1}, "/interventions/1/strength"),
    ],
)
def test_an_intervention_that_does_not_fit_is_a_problem_with_its_place(
    client: Client, change: dict[str, Any], pointer: str
) -> None:
    request = {"model": "letters", "input": INPUTS["letters"], "interventions": [DONE[0], {**DONE[1], **change}]}
    check_problem(client.post("/traces", request), 422, pointer)


def test_only_so_many_interventions_are_taken(folder: Path) -> None:
    client = Client(application(folder, max_interventions=1))
    assert made(client, "letters", interventions=DONE[:1])["interventions"]
    request = {"model": "letters", "input": INPUTS["letters"], "interventions": DONE}
    problem = check_problem(client.post("/traces", request), 413, "/interventions")
    assert "at most 1 interventions, not 2" in problem["detail"]


@pytest.mark.parametrize("encoding", ["list", "base64"])
def test_the_difference_is_this_less_the_baseline(client: Client, encoding: str) -> None:
    plain, body = made(client, "letters"), made(client, "letters", interventions=DONE)
    query = {"baseline": plain["id"], "encoding": encoding}
    found = client.get(f"/traces/{body['id']}/difference", params=query).json()
    assert (found["trace"], found["baseline"]) == (body["id"], plain["id"])
    largest = []
    for layer, here, there in zip(found["layers"], body["layers"], plain["layers"], strict=True):
        assert list(layer["quantities"]) == list(here["quantities"])
        for name, change in layer["quantities"].items():
            expected = np.array(here["quantities"][name], "f4") - np.array(there["quantities"][name], "f4")
            np.testing.assert_array_equal(decode(change).astype("f4"), expected)
            largest.append(float(np.abs(expected).max()))
    changes = [abs(entry["difference"]) for entry in found["by_quantity"] if entry["layer"] is not None]
    assert changes == sorted(largest, reverse=True)
    assert found["largest"] == found["by_quantity"][0]
    assert found["sentence"].startswith("The largest change is in the ")
    assert found["outputs"] is None
    for row in found["predictions"]:
        assert len(row) == 5
        assert all(
            entry["difference"] == pytest.approx(entry["probability"] - entry["baseline"], abs=1e-6) for entry in row
        )
    again = client.get(f"/traces/{body['id']}/difference", params={**query, "quantities": "cell_state"}).json()
    assert list(again["layers"][0]["quantities"]) == ["cell_state"]
    none = client.get(f"/traces/{body['id']}/difference", params={**query, "quantities": ""}).json()
    assert none["layers"][0]["quantities"] == {}
    assert none["predictions"] == found["predictions"]


def test_a_linear_readout_s_difference_is_an_array(client: Client) -> None:
    one, other = made(client, "numbers"), made(client, "numbers", initial_state=[{"hidden_state": [1, 0, 0, 0]}])
    found = client.get(f"/traces/{other['id']}/difference?baseline={one['id']}").json()
    np.testing.assert_array_equal(found["outputs"], np.array(other["outputs"]) - np.array(one["outputs"]))
    assert found["predictions"] is None

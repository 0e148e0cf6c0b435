"""Bodies of thousands of faults: the first are told, and the others cost nothing."""

import json
from typing import Any

import pytest
from pydantic_core import ErrorDetails

from gatescope.server import reading
from gatescope.server.errors import Cause
from tests.server.support import Client, check_problem


def body_of(fields: dict[str, Any]) -> bytes:
    """A body that would be right without these fields."""
    return json.dumps({"model": "plain", "input": {"values": [[1, 2, 3]]}, **fields}).encode()


def test_many_faults_are_not_all_told(client: Client) -> None:
    body = check_problem(client.post("/traces", body_of({f"field {index}": 1 for index in range(1000)})), 422)
    assert len(body["errors"]) == 20


MANY = 50_000
FAULTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "interventions": ("/traces", {"interventions": [{}] * MANY}, "/interventions/0/quantity"),
    "units": (
        "/traces",
        {"interventions": [{"quantity": "hidden_state", "operation": "set", "value": 1, "units": [""] * MANY}]},
        "/interventions/0/units/0",
    ),
    "quantities": ("/traces", {"quantities": [1] * MANY}, "/quantities/0"),
    "states": ("/steps", {"state": [1] * MANY}, "/state/0"),
    "sequences": ("/models/plain/health", {"inputs": [{}] * MANY}, "/inputs/0"),
    "fields": ("/traces", {f"f{index}": 1 for index in range(MANY)}, "/f0"),
    "fields further in": ("/gradients", {"target": {f"f{index}": 1 for index in range(MANY)}}, "/target/kind"),
    "parameters": (
        "/traces",
        {"sketch": {"cell": "lstm", "parameters": {f"p{index}": 1 for index in range(MANY)}}},
        "/sketch/parameters/p0",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_body_of_faults_costs_no_more_than_its_first(
    client: Client, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    told: list[ErrorDetails] = []
    cause = reading._cause

    def count(entry: ErrorDetails) -> Cause:
        told.append(entry)
        return cause(entry)

    monkeypatch.setattr(reading, "_cause", count)
    route, fields, pointer = FAULTS[name]
    body = json.dumps(fields).encode() if name == "sequences" else body_of(fields)
    problem = check_problem(client.post(route, body), 422)
    assert problem["errors"][0]["pointer"] == pointer
    assert 0 < len(told) < 100

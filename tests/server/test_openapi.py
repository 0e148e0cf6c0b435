"""The description is true: its examples work, its schemas describe what comes, and generated requests find no 500."""

import io
import json
import shlex
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import numpy as np
import pytest
import safetensors.numpy
import schemathesis
from hypothesis import HealthCheck, given, settings, strategies
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from gatescope.core.encoding import encode
from gatescope.core.formats import to_bytes
from gatescope.core.trace import trace
from gatescope.server.api import trainings
from gatescope.server.app import create_app
from gatescope.server.docs import documentation
from gatescope.server.openapi import TRACED
from gatescope.server.settings import Settings
from gatescope.server.training import supervisor
from tests.server.runs import made_by_hand
from tests.server.support import BASE, Client, application, networks


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """The program with the networks that come with it, as the examples name them."""
    return Client(create_app(Settings(data_dir=str(tmp_path_factory.mktemp("data")))))


@pytest.fixture(scope="module")
def description(real: Client) -> dict[str, Any]:
    described: dict[str, Any] = real.get("/openapi.json").json()
    return described


def conforms(description: dict[str, Any], schema: dict[str, Any], value: object) -> None:
    jsonschema_rs.validate({**schema, "components": description["components"]}, value)


def answer_schema(description: dict[str, Any], method: str, path: str, status: int) -> dict[str, Any]:
    content = description["paths"][path][method]["responses"][str(status)]["content"]
    schema: dict[str, Any] = next(iter(content.values()))["schema"]
    return schema


def files_of_the_examples() -> dict[str, bytes]:
    """What lies on the disk of somebody who runs the documentation's commands."""
    network, rows = networks()["numbers"], [[0.5], [1.0]]
    reference = io.BytesIO()
    hidden = trace(network, encode(network, values=rows)).layers[0].quantities["hidden_state"]
    np.savez(reference, input=rows, output=hidden)
    return {
        "network.safetensors": state_dict(),
        "reference.npz": reference.getvalue(),
        "held-out.jsonl": b'{"values": [0.5, 1]}\n{"values": [[2], [3], [4]]}\n',
    }


def state_dict() -> bytes:
    """What PyTorch would write of an embedding, an LSTM and a readout."""
    shapes = {
        "embedding.weight": (5, 3), "lstm.weight_ih_l0": (16, 3), "lstm.weight_hh_l0": (16, 4),
        "lstm.bias_ih_l0": (16,), "lstm.bias_hh_l0": (16,), "head.weight": (5, 4), "head.bias": (5,),
    }  # fmt: skip
    rng = np.random.default_rng(1)
    return safetensors.numpy.save({name: rng.normal(size=shape).astype("f4") for name, shape in shapes.items()})


def send_form(client: Client, path: str, fields: dict[str, str]) -> httpx.Response:
    """The form that curl makes of these fields."""
    on_disk = files_of_the_examples()
    files = {name: (text[1:], on_disk[text[1:]]) for name, text in fields.items() if text.startswith("@")}
    texts = {name: text for name, text in fields.items() if name not in files}
    return client.request("POST", path, files=files, data=texts)


@pytest.fixture(scope="module")
def uploaded(real: Client) -> str:
    """The id of a network for whatever the examples do to one."""
    model_id: str = real.upload(to_bytes(networks()["numbers"])).json()["id"]
    return model_id


@pytest.fixture(scope="module")
def traced(real: Client) -> str:
    """The id of the trace that the example queries are about."""
    trace_id: str = real.post("/traces", TRACED).json()["id"]
    return trace_id


def test_every_request_body_has_examples_that_work(real: Client, description: dict[str, Any], uploaded: str) -> None:
    count = 0
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            for kind, media in operation.get("requestBody", {}).get("content", {}).items():
                assert media["examples"], path
                for example in media["examples"].values():
                    conforms(description, media["schema"], example["value"])
                    address = path.replace("{model_id}", uploaded)
                    if kind == "multipart/form-data":
                        response = send_form(real, address, example["value"])
                    else:
                        response = real.request(method.upper(), address, json=example["value"])
                    assert response.status_code in (200, 201), response.text
                    conforms(
                        description, answer_schema(description, method, path, response.status_code), response.json()
                    )
                    count += 1
    assert count >= 9


def test_example_queries_are_answered_as_described(real: Client, description: dict[str, Any], traced: str) -> None:
    count = 0
    for path, methods in description["paths"].items():
        for example in methods.get("get", {}).get("x-example-queries", {}).values():
            query = {name: str(text).replace("{trace_id}", traced) for name, text in example["value"].items()}
            answer = real.request("GET", path.replace("{trace_id}", traced), params=query)
            assert answer.status_code == 200, answer.text
            conforms(description, answer_schema(description, "get", path, 200), answer.json())
            count += 1
    assert count >= 5


def test_the_docs_commands_send_the_examples(
    real: Client, description: dict[str, Any], uploaded: str, traced: str
) -> None:
    groups = documentation(description, Settings())["groups"]
    examples = [
        example for operations in groups.values() for operation in operations for example in operation["examples"]
    ]
    assert len(examples) >= 9
    for example in examples:
        words = shlex.split(example["curl"].replace("\\\n", " "))
        path = next(word for word in words if word.startswith("http")).removeprefix("http://127.0.0.1:8000")
        path = path.replace("{model_id}", uploaded).replace("{trace_id}", traced)
        if len(words) == 2:
            response = real.request("GET", path)
        elif "-F" in words:
            fields = [words[index + 1].partition("=") for index, word in enumerate(words) if word == "-F"]
            response = send_form(real, path, {name: text for name, _, text in fields})
        else:
            content, headers = words[words.index("-d") + 1], {"content-type": "application/json"}
            response = real.request(words[words.index("-X") + 1], path, content=content, headers=headers)
        assert response.status_code in (200, 201), response.text


def test_what_is_read_conforms(real: Client, client: Client, description: dict[str, Any]) -> None:
    for asked in (real, client):
        paths = [
            f"{BASE}/health",
            f"{BASE}/quantities",
            f"{BASE}/limits",
            f"{BASE}/models",
            f"{BASE}/snippets",
            f"{BASE}/tasks",
        ]
        for path in paths:
            conforms(description, answer_schema(description, "get", path, 200), asked.request("GET", path).json())
        for model in asked.get("/models").json()["models"]:
            schema = answer_schema(description, "get", f"{BASE}/models/{{model_id}}", 200)
            conforms(description, schema, asked.get(f"/models/{model['id']}").json())
    conforms(description, answer_schema(description, "get", f"{BASE}/trainings", 200), real.get("/trainings").json())
    for training in real.get("/trainings").json()["trainings"]:
        path = f"{BASE}/trainings/{{training_id}}"
        for below in ("", "/checkpoints"):
            body = real.get(f"/trainings/{training['id']}{below}").json()
            conforms(description, answer_schema(description, "get", path + below, 200), body)
    for request in (
        {"model": "letters", "input": {"text": "ab"}},
        {"model": "numbers", "input": {"values": [1, 2]}, "encoding": "base64"},
        {"model": "both", "input": {"values": [[1, 2, 3]]}},
    ):
        response = client.post("/traces", request)
        conforms(description, answer_schema(description, "post", f"{BASE}/traces", 201), response.json())
        figure = client.get(f"/traces/{response.json()['id']}/figure").json()
        conforms(description, answer_schema(description, "get", f"{BASE}/traces/{{trace_id}}/figure", 200), figure)


def test_bundled_examples_can_be_traced(real: Client) -> None:
    for model in real.get("/models").json()["models"]:
        assert model["example_inputs"], model["id"]
        for example in model["example_inputs"]:
            request = {"model": model["id"], "input": example["input"], "encoding": "base64", "quantities": []}
            body = real.post("/traces", request).json()
            assert body["input"]["unknown"] == [], (model["id"], example["name"])


def test_problems_conform(client: Client, description: dict[str, Any]) -> None:
    schema = description["components"]["schemas"]["ProblemDetails"]
    for response in (client.get("/nothing"), client.post("/traces", {}), client.get("/models/nothing")):
        conforms(description, schema, response.json())


def test_every_operation_documents_its_problems(description: dict[str, Any]) -> None:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], path
            statuses = set(operation["responses"])
            if "{" in path:
                assert "404" in statuses, path
            if method in ("post", "patch"):
                assert {"503", "504"} <= statuses, path
            if "requestBody" in operation:
                assert {"413", "415", "422"} <= statuses, path
            if "query" in {parameter["in"] for parameter in operation.get("parameters", ())}:
                assert "422" in statuses, path
    assert "HTTPValidationError" not in json.dumps(description)


def test_references_lead_somewhere(description: dict[str, Any]) -> None:
    names = {text.partition('"')[0] for text in json.dumps(description).split('"#/components/schemas/')[1:]}
    assert names <= set(description["components"]["schemas"])


class Idle:
    """In place of a run's process: that many would keep the machine busy for long."""

    status, purpose = None, None

    def __init__(self, *_: object) -> None:
        """Do nothing."""

    def end(self, *_: object) -> None:
        """It never does."""

    def wait(self, _: float) -> bool:
        """Nor does it here."""
        return False


@pytest.mark.timeout(600)
def test_generated_requests_find_no_server_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "ChildProcess", Idle)
    monkeypatch.setattr(trainings, "SETTLE_SECONDS", 0.0)
    limits = {"max_trainings_queued": 1000, "max_trainings_kept": 1000, "max_training_updates": 1000}
    app = application(tmp_path, max_steps=500, max_generated_steps=100, **limits)
    states = {"pause": "queued", "resume": "paused", "stop": "interrupted", "delete": "stopped", "": "finished"}
    runs = {word: made_by_hand(tmp_path, state).id for word, state in states.items()}
    client = Client(app)
    kept = client.post("/traces", {"model": "letters", "input": {"text": "ab"}}).json()["id"]
    own = client.upload(state_dict()).json()["id"]
    described = client.get("/openapi.json").json()
    _name_what_exists(described, kept, own, runs)
    schema = schemathesis.openapi.from_dict(described)
    schema.app = app
    asked: dict[str, set[int]] = {}
    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()

        few = "/trainings/{training_id}" in operation.label  # which take next to nothing that could be generated

        @settings(
            max_examples=20 if few else 100,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy() | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
        def ask(case: Any) -> None:
            response = case.call(headers={"host": "localhost"})
            asked.setdefault(case.operation.label, set()).add(response.status_code)
            assert response.status_code < 500, (case.as_curl_command(), response.text)
            if response.status_code >= 400:
                assert response.headers["content-type"] == ["application/problem+json"]

        assert client.upload(state_dict()).json()["id"] == own  # whatever was deleted before
        ask()
    for label, statuses in asked.items():
        assert statuses & {200, 201, 204}, f"{label} was never asked rightly"
    assert 422 in set.union(*asked.values())


def _name_what_exists(described: dict[str, Any], trace_id: str, own: str, runs: dict[str, str]) -> None:
    """Make the generator use ids, names and files that exist, or it would hardly ever pass the first check."""
    existing: dict[str, list[str]] = {"trace_id": [trace_id], "model_id": ["numbers", "nothing", own]}
    existing |= {"baseline": [trace_id, "nothing"], "quantity": ["forget_gate", "hidden_state", "nothing"]}
    numbers = {name: [0, 1, 1_000_000] for name in ("layer", "unit", "step")}
    files = files_of_the_examples()
    fields = (
        ("ModelUpload", "weights", "network.safetensors"),
        ("ReferenceUpload", "reference", "reference.npz"),
        ("HealthUpload", "inputs", "held-out.jsonl"),
    )
    for name, field, file in fields:
        schemathesis.openapi.format(field, strategies.just(files[file]) | strategies.binary())
        described["components"]["schemas"][name]["properties"][field]["format"] = field
    for name in ("TraceRequest", "StepRequest", "GradientRequest", "GenerationRequest"):
        of_letters = name in ("StepRequest", "GenerationRequest")
        named = ["letters"] if of_letters else ["letters", "numbers"]
        described["components"]["schemas"][name]["properties"]["model"]["enum"] = named
    sketch = described["components"]["schemas"]["Sketch"]["properties"]
    sketch["hidden_size"]["enum"] = sketch["input_size"]["enum"] = [1, 2, 1000]
    one_step = {"enum": [{"text": "a"}, {"text": "é"}, {"values": [[0.5]]}]}
    step = described["components"]["schemas"]["StepRequest"]["properties"]
    step |= {"input": {"anyOf": [one_step, step["input"]]}, "state": {"enum": [None]}}
    gradients = described["components"]["schemas"]["GradientRequest"]["properties"]
    first = {"kind": {"enum": ["hidden_state"]}, "step": {"enum": [0]}}
    of_first = {"type": "object", "properties": first, "required": list(first), "additionalProperties": False}
    gradients |= {"target": of_first, "input": step["input"], "interventions": {"const": []}}
    quantities = described["components"]["schemas"]["TraceRequest"]["properties"]["quantities"]
    quantities["anyOf"][0]["items"]["enum"] = ["hidden_state", "hidden_state_pre", "candidate", "candidate_pre"]
    generation = described["components"]["schemas"]["GenerationRequest"]["properties"]
    generation |= {"steps": {"enum": [1, 3, 1_000_000]}, "input": step["input"], "quantities": quantities}
    generation |= {name: {"enum": [0, 1, -1]} for name in ("temperature", "seed")}
    plan = described["components"]["schemas"]["TrainingRequest"]["properties"]
    plan["options"]["enum"] = [{}, {"length": 5}, {"length": 10**9}, {"nothing": 1}]
    possible = {"task": ["adding"], "activation": [None], "momentum": [0], "bidirectional": [False]}
    possible |= {name: [1, 2, 10**6] for name in ("hidden_size", "batch_size", "layers", "steps")}
    for name, values in possible.items():
        plan[name] = {"enum": values}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            for parameter in operation.get("parameters", ()):
                if parameter["name"] == "training_id":
                    fitting = runs.get(path.rpartition("/")[2]) or runs.get(method) or runs[""]
                    unfit = [] if method == "delete" else [runs[""]]
                    parameter["schema"] = {"enum": [fitting, *unfit, "0123456789ab"]}
    for operation in (entry for methods in described["paths"].values() for entry in methods.values()):
        for parameter in operation.get("parameters", ()):
            if parameter["name"] in existing:
                parameter["schema"] = {"enum": existing[parameter["name"]]}
            elif parameter["name"] in numbers:
                parameter["schema"] = {"type": "integer", "enum": numbers[parameter["name"]]}

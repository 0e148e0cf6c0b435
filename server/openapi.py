"""The OpenAPI description: FastAPI's own, with the bodies that `reading` parses and examples that tests post."""

from functools import cached_property
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from gatescope import __version__

from . import (
    schemas,
    schemas_gradients,
    schemas_health,
    schemas_inside,
    schemas_learning,
    schemas_traces,
    schemas_trainings,
    schemas_uploads,
)

REFERENCE = "#/components/schemas/{model}"

READ: tuple[type[BaseModel], ...] = (
    schemas_traces.TraceRequest,
    schemas.StepRequest,
    schemas_learning.GenerationRequest,
    schemas_uploads.Rename,
    schemas_uploads.ModelUpload,
    schemas_uploads.ReferenceUpload,
    schemas_gradients.GradientRequest,
    schemas_health.HealthRequest,
    schemas_health.HealthUpload,
    schemas_trainings.TrainingRequest,
    schemas.ProblemDetails,
)

EXAMPLES: dict[type[BaseModel], dict[str, dict[str, Any]]] = {
    schemas_traces.TraceRequest: {
        "text": {
            "summary": "Text through a character network, one gate only",
            "value": {
                "model": "brackets",
                "input": {"text": "(a[b]c)"},
                "quantities": ["forget_gate"],
                "encoding": "list",
            },
        },
        "values": {
            "summary": "Numbers through a forecasting network, arrays as base64",
            "value": {"model": "sunspots", "input": {"values": [58.0, 62.6, 70.0, 55.7, 85.0]}, "encoding": "base64"},
        },
        "pre_activations": {
            "summary": "Token ids, and what stood inside the output gate's sigmoid",
            "value": {
                "model": "brackets",
                "input": {"tokens": [1, 6, 2]},
                "quantities": ["output_gate", "output_gate_pre"],
            },
        },
        "interventions": {
            "summary": "What would be remembered if two units forgot nothing from the third step on",
            "value": {
                "model": "brackets",
                "input": {"text": "(a[b]c)"},
                "interventions": [
                    {
                        "layer": 0,
                        "direction": "forward",
                        "quantity": "forget_gate",
                        "units": [3, 5],
                        "steps": [2, 7],
                        "operation": "set",
                        "value": 1.0,
                    }
                ],
                "quantities": ["cell_state"],
            },
        },
        "drawn": {
            "summary": "A sketch in place of a model, drawn from a seed",
            "value": {
                "sketch": {"cell": "lstm", "hidden_size": 8, "seed": 1, "forget_bias": 2.0, "weight_scale": 1.5},
                "input": {"values": [1, 0, 0, 0]},
            },
        },
        "written": {
            "summary": "A sketch whose every number is given: one unit that counts the ones it reads",
            "value": {
                "sketch": {
                    "cell": "lstm",
                    "parameters": {
                        "kernel": [[20, 0, 0, 0]],
                        "recurrent_kernel": [[0, 0, 0, 0]],
                        "bias": [-10, 10, 10, 10],
                    },
                },
                "input": {"values": [0, 1, 1, 0, 1]},
            },
        },
    },
    schemas_gradients.GradientRequest: schemas_gradients.EXAMPLES,
    schemas.StepRequest: {
        "first": {
            "summary": "The first step, from zeros",
            "value": {"model": "brackets", "input": {"text": "("}, "state": None},
        },
        "numbers": {"summary": "One number", "value": {"model": "sunspots", "input": {"values": [[58.0]]}}},
    },
    schemas_learning.GenerationRequest: {
        "text": {
            "summary": "Brackets that a network writes after a beginning",
            "value": {"model": "brackets", "input": {"text": "(a["}, "steps": 20, "temperature": 0.7, "seed": 1},
        },
        "values": {
            "summary": "A forecast of the next two years",
            "value": {"model": "sunspots", "input": {"values": [58.0, 62.6, 70.0, 55.7, 85.0]}, "steps": 24},
        },
    },
    schemas_trainings.TrainingRequest: {
        "recall": {
            "summary": "An LSTM that learns to remember a word over 20 others",
            "value": {"task": "recall", "options": {"gap": 20}, "cell": "lstm", "hidden_size": 32, "steps": 300},
        },
        "plain": {
            "summary": "A simple RNN on sums of two marked numbers, from the same seed each time, unclipped",
            "value": {
                "task": "adding",
                "cell": "rnn",
                "hidden_size": 24,
                "optimiser": "sgd",
                "learning_rate": 0.05,
                "clip_norm": None,
                "batch_size": 16,
                "steps": 200,
                "seed": 7,
                "name": "RNN, unclipped",
            },
        },
    },
    schemas_uploads.Rename: {"name": {"summary": "A name for people", "value": {"name": "Prices, third run"}}},
    schemas_uploads.ModelUpload: {
        "file": {
            "summary": "A file as it is, told by its content",
            "value": {"weights": "@network.safetensors", "name": "Prices"},
        },
        "options": {
            "summary": "With what the file does not say",
            "value": {"weights": "@network.safetensors", "options": '{"readout_kind": "softmax"}'},
        },
    },
    schemas_uploads.ReferenceUpload: {
        "file": {"summary": "What the framework computed", "value": {"reference": "@reference.npz"}}
    },
    schemas_health.HealthRequest: {
        "inputs": {
            "summary": "Over two sequences of one number a step",
            "value": {"inputs": [{"values": [58.0, 62.6, 70.0, 55.7]}, {"values": [5.0, 3.2, 0.0]}]},
        },
        "examples": {"summary": "Over the model's own examples", "value": {}},
    },
    schemas_health.HealthUpload: {"file": {"summary": "Over a file", "value": {"inputs": "@held-out.jsonl"}}},
}
"""Example bodies of each request, by schema. In a form, as curl writes it, ``@`` stands before a file's name."""

TRACED = {"model": "brackets", "input": {"text": "(a[b]c)"}}
"""The trace that the example queries are about."""

QUERIES: dict[type[BaseModel], dict[str, dict[str, Any]]] = {
    schemas_inside.Arithmetic: {
        "gate": {
            "summary": "Why the forget gate of unit 3 is as open as it is at step 5",
            "value": {"quantity": "forget_gate", "unit": 3, "step": 5},
        },
        "state": {
            "summary": "What it keeps and writes there",
            "value": {"quantity": "cell_state", "unit": 3, "step": 5},
        },
    },
    schemas_inside.Ledger: {
        "unit": {"summary": "Whose memory unit 3 holds after step 5", "value": {"unit": 3, "step": 5}},
        "units": {"summary": "That of all units there", "value": {"step": 5, "encoding": "base64"}},
        "steps": {"summary": "That of unit 3 after every step", "value": {"unit": 3}},
    },
    schemas_health.GateHealth: {"trace": {"summary": "Of all units over the whole sequence", "value": {}}},
    schemas_inside.Difference: {
        "itself": {
            "summary": "What changed in the cell state since another trace",
            "value": {"baseline": "{trace_id}", "quantities": "cell_state"},
        },
        "aligned": {
            "summary": "Sequences of different lengths, paired by edit distance; where they differ most, and no arrays",
            "value": {"baseline": "{trace_id}", "align": "edit", "quantities": ""},
        },
    },
}
"""Example queries of what is asked about a trace, by the answer's schema."""

DESCRIPTION = """\
See inside recurrent networks: every gate and state of an LSTM, GRU or simple RNN at every step.

A (T, H) array is sent as a list of T lists of H numbers, or with `"encoding": "base64"` as
`{"dtype", "shape", "bdata"}`, the typed-array form that plotly.js reads. Unknown request fields are refused. Every
refusal is a problem (RFC 9457) whose `detail` says what was expected and what came.
"""


def body_of(schema: type[BaseModel]) -> dict[str, Any]:
    """The ``openapi_extra`` of a route that reads its body as ``schema``."""
    content = {"schema": {"$ref": REFERENCE.format(model=schema.__name__)}, "examples": EXAMPLES[schema]}
    return {"requestBody": {"required": True, "content": {"application/json": content}}}


def parameters_of(answer: type[BaseModel]) -> dict[str, Any]:
    """The ``openapi_extra`` of a route that is asked about the example trace with `QUERIES`."""
    return {"x-example-queries": QUERIES[answer], "x-example-trace": TRACED}


def form_of(schema: type[BaseModel]) -> dict[str, Any]:
    """The ``openapi_extra`` of a route that reads its body as a form with the fields of ``schema``."""
    content = {"schema": {"$ref": REFERENCE.format(model=schema.__name__)}, "examples": EXAMPLES[schema]}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": content}}}


def body_or_form_of(schema: type[BaseModel], form: type[BaseModel]) -> dict[str, Any]:
    """The ``openapi_extra`` of a route that reads its body as ``schema``, or as a form with the fields of ``form``."""
    contents = [made["requestBody"]["content"] for made in (body_of(schema), form_of(form))]
    return {"requestBody": {"required": True, "content": {**contents[0], **contents[1]}}}


class DescribedAPI(FastAPI):
    """The application, which describes every route with its examples."""

    @cached_property
    def _description(self) -> dict[str, Any]:
        made = get_openapi(title="Gatescope", version=__version__, description=DESCRIPTION, routes=self.routes)
        _, definitions = models_json_schema([(schema, "validation") for schema in READ], ref_template=REFERENCE)
        components = made["components"]["schemas"] | definitions["$defs"]
        for never_sent in ("HTTPValidationError", "ValidationError"):
            components.pop(never_sent, None)
        made["components"]["schemas"] = dict(sorted(components.items()))
        for operation in (entry for methods in made["paths"].values() for entry in methods.values()):
            if "HTTPValidationError" in str(operation["responses"].get("422")):
                del operation["responses"]["422"]
        return made

    def openapi(self) -> dict[str, Any]:
        """The whole description, made when it is first asked for."""
        return self._description


def as_json(app: FastAPI) -> bytes:
    """The description as bytes."""
    return orjson.dumps(app.openapi())

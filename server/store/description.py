"""What the API says about a network, as JSON values."""

from dataclasses import dataclass
from typing import Any

from gatescope.core.examples import example_inputs
from gatescope.core.generation import way_back
from gatescope.core.network import Direction, Network

from ..errors import UNKNOWN_MODEL, Cause, Problem

DESCRIBED = 2
"""Raised when descriptions change, so that those kept on disk are made again."""

EXTRAS = ("reset_after", "coupled", "activation", "recurrent_activation", "output_activation")
"""Fields of cells that change their equations; a cell that lacks one has null."""


@dataclass(frozen=True, eq=False)
class Model:
    """A network under the id and title by which it is offered."""

    id: str
    title: str
    network: Network


def unknown_model(model_id: str, *pointer: str) -> Problem:
    """That there is no such model; ``pointer`` says where in the request it was named."""
    detail = f"There is no model {model_id[:64]!r}; GET /api/v1/models lists what there is."
    return Problem(UNKNOWN_MODEL, detail, (Cause(detail, pointer),) if pointer else ())


def model_json(described: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A model as the API sends it: ``described``, and what is known besides; the rest is empty."""
    lacking: dict[str, Any] = {"description": "", "notes": [], "choices": [], "format": "gatescope"}
    lacking |= {"file_name": None, "created": None, "card": None}
    return {"id": "", "name": "", "title": ""} | lacking | fields | described


def describe(network: Network) -> dict[str, Any]:
    """The part of a model that follows from its network, labels included."""
    readout = network.readout
    return {
        "digest": network.digest,
        "dtype": network.dtype.name,
        "parameters": network.parameter_count,
        "input": {
            "kind": network.input_kind,
            "size": network.input_size,
            "labels": network.vocabulary.labels if network.vocabulary else network.columns,
        },
        "layers": [_layer(place) for place in network.directions],
        "readout": readout
        and {
            "kind": readout.kind,
            "size": readout.size,
            "labels": network.output_labels,
            "predicts": readout.predicts,
        },
        "generates": way_back(network),
        "feedback": network.feedback and {"first": network.feedback.first, "end": network.feedback.end},
        "example_inputs": example_inputs(network),
    }


def without_labels(description: dict[str, Any]) -> dict[str, Any]:
    """The same for lists of models, which would be long with them."""
    readout = description["readout"]
    return description | {
        "input": description["input"] | {"labels": None},
        "readout": readout and readout | {"labels": None},
    }


def _layer(place: Direction) -> dict[str, Any]:
    cell = place.cell
    projected = getattr(cell, "projection", None)
    return {
        "layer": place.layer,
        "direction": place.direction,
        "cell": cell.name,
        "input_size": cell.input_size,
        "hidden_size": cell.hidden_size,
        "projection_size": None if projected is None else int(projected.shape[1]),
        "peepholes": getattr(cell, "peepholes", None) is not None if cell.name == "lstm" else None,
        **{name: getattr(cell, name, None) for name in EXTRAS},
    }

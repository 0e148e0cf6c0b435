"""Traces and steps as JSON bytes, and as ``.npz``."""

import io
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from gatescope.core.network import Network
from gatescope.core.trace import Step, Trace, top_predictions

from .pieces import Pieces, array, items, members, value
from .quantities import chosen
from .store.traces import KeptTrace

Array = NDArray[Any]
PREDICTIONS = 5


def trace_json(kept: KeptTrace) -> bytes:
    """The trace as the API sends it, in the representation it was asked for."""
    trace, encoding = kept.trace, kept.encoding
    softmax = _has_softmax(trace.network)
    layers = (
        {
            "layer": value(layer.layer),
            "direction": value(layer.direction),
            "cell": value(layer.cell.name),
            "hidden_size": value(layer.cell.hidden_size),
            "initial_state": value(layer.initial_state),
            "quantities": members(
                {name: array(content, encoding) for name, content in chosen(trace, index, kept.quantities)}
            ),
        }
        for index, layer in enumerate(trace.layers)
    )
    outputs = trace.outputs
    pieces = members(
        {
            "id": value(kept.id),
            "model": value(kept.model_id),
            "steps": value(trace.steps),
            "dtype": value(trace.network.dtype.name),
            "input": input_json(kept),
            "layers": items(map(members, layers)),
            "predictions": value(_predictions(trace.network, outputs) if softmax and outputs is not None else None),
            "outputs": value(None) if softmax or outputs is None else array(outputs, encoding),
            "interventions": value([one.to_json() for one in trace.interventions]),
            "notes": value(trace.encoded.notes),
        }
    )
    return b"".join(pieces)


def input_json(kept: KeptTrace) -> Pieces:
    """The sequence as it was read."""
    encoded = kept.trace.encoded
    return members(
        {
            "kind": value(encoded.kind),
            "tokens": value(encoded.tokens),
            "labels": value(encoded.labels),
            "values": value(encoded.values) if kept.rows is None else [kept.rows],
            "unknown": value(encoded.unknown),
        }
    )


def step_json(network: Network, step: Step) -> bytes:
    """One step as the API sends it."""
    softmax = _has_softmax(network)
    body = {
        "layers": [
            {"layer": place.layer, "direction": place.direction, "cell": place.cell.name, "quantities": quantities}
            for place, quantities in step.quantities
        ],
        "state": step.state,
        "prediction": _predictions(network, step.output[None])[0] if softmax and step.output is not None else None,
        "output": None if softmax else step.output,
    }
    return orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)


def trace_npz(trace: Trace) -> bytes:
    """All arrays for ``numpy.load``: ``layer_0_forward_forget_gate`` and so on, initial states, input, outputs."""
    encoded = trace.encoded
    arrays: dict[str, Array] = {"labels": np.array(encoded.labels)}
    arrays |= {name: array for name in ("tokens", "values") if (array := getattr(encoded, name)) is not None}
    for layer in trace.layers:
        prefix = f"layer_{layer.layer}_{layer.direction}_"
        arrays |= {prefix + name: array for name, array in layer.quantities.items()}
        arrays |= {f"{prefix}initial_{name}": array for name, array in layer.initial_state.items()}
    if trace.outputs is not None:
        arrays["outputs"] = trace.outputs
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def _has_softmax(network: Network) -> bool:
    return network.readout is not None and network.readout.kind == "softmax"


def _predictions(network: Network, outputs: Array) -> list[list[dict[str, object]]]:
    """The most likely outputs of each row of (T, O) probabilities."""
    top = top_predictions(outputs, PREDICTIONS)
    labels = network.output_labels or tuple(map(str, range(outputs.shape[1])))
    return [
        [
            {"label": labels[token], "token": token, "probability": probability}
            for token, probability in zip(*row, strict=True)
        ]
        for row in zip(top.tokens.tolist(), top.probabilities.tolist(), strict=True)
    ]

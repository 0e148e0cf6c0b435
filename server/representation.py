"""Traces and steps as JSON bytes and as `.npz`: which quantities, and arrays as lists or as base64."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import orjson
import pybase64
from numpy.typing import NDArray

from gatescope.core.cells import Cell
from gatescope.core.network import Network
from gatescope.core.quantities import names_for
from gatescope.core.trace import LayerTrace, Step, Trace, top_predictions

from .errors import INVALID, Cause, Pointer, Problem
from .schemas import Encoding
from .store.traces import KeptTrace

Array = NDArray[Any]
PRE = "_pre"
PREDICTIONS = 5


def trace_json(kept: KeptTrace) -> bytes:
    """The trace as the API sends it, in the representation it was asked for."""
    trace, encoding = kept.trace, kept.encoding
    encoded, softmax = trace.encoded, _has_softmax(trace.network)
    body = {
        "id": trace.id,
        "model": kept.model_id,
        "steps": trace.steps,
        "dtype": trace.network.dtype.name,
        "input": {
            "kind": encoded.kind,
            "tokens": encoded.tokens,
            "labels": encoded.labels,
            "values": encoded.values,
            "unknown": encoded.unknown,
        },
        "layers": [
            {
                "layer": layer.layer,
                "direction": layer.direction,
                "cell": layer.cell.name,
                "hidden_size": layer.cell.hidden_size,
                "initial_state": layer.initial_state,
                "quantities": {name: _array(array, encoding) for name, array in _chosen(trace, index, kept.quantities)},
            }
            for index, layer in enumerate(trace.layers)
        ],
        "predictions": _predictions(trace.network, trace.outputs) if softmax and trace.outputs is not None else None,
        "outputs": None if softmax or trace.outputs is None else _array(trace.outputs, encoding),
        "notes": encoded.notes,
    }
    return orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)


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


def quantity_names(cell: Cell) -> tuple[str, ...]:
    """Everything that can be asked of a cell: its quantities, then what stood inside its activations."""
    return names_for(cell.name) + tuple(gate + PRE for gate in cell.gates)


def check_quantities(network: Network, names: Iterable[str], *pointer: str | int) -> tuple[str, ...]:
    """The names, if the network has a quantity for each.

    Raises:
        Problem: it has none for one of them; ``pointer`` is where the names stand in the request.
    """
    known = list(dict.fromkeys(name for place in network.directions for name in quantity_names(place.cell)))
    names = tuple(names)
    for index, name in enumerate(names):
        if name not in known:
            detail = f"A quantity of this model must be one of {', '.join(known)}, not {name[:40]!r}."
            place: Pointer = (*pointer, index)
            raise Problem(INVALID, detail, (Cause(detail, place),))
    return names


def sent_bytes(network: Network, steps: int, names: tuple[str, ...] | None) -> int:
    """Bytes of the (T, H) and (T, O) arrays that a representation sends, before any encoding."""
    chosen = 0
    for place in network.directions:
        own = names_for(place.cell.name) if names is None else set(quantity_names(place.cell)).intersection(names)
        chosen += place.cell.hidden_size * len(own)
    outputs = network.readout.size if network.readout and not _has_softmax(network) else 0
    return steps * (chosen + outputs) * network.dtype.itemsize


def quantity_of(trace: Trace, index: int, name: str) -> Array:
    """One (T, H) quantity of ``trace.layers[index]``, its pre-activations included."""
    return dict(_chosen(trace, index, (name,)))[name]


def _chosen(trace: Trace, index: int, names: tuple[str, ...] | None) -> Iterator[tuple[str, Array]]:
    """Names and arrays in display order."""
    layer: LayerTrace = trace.layers[index]
    own = names_for(layer.cell.name)
    yield from ((name, layer.quantities[name]) for name in own if names is None or name in names)
    wanted = [name for name in quantity_names(layer.cell)[len(own) :] if names is not None and name in names]
    if wanted:
        pre = trace.pre_activations(index)
        yield from ((name, pre[name.removesuffix(PRE)]) for name in wanted)


def _array(array: Array, encoding: Encoding) -> object:
    """The array as orjson will write it."""
    array = np.ascontiguousarray(array)
    if encoding == "list":
        return array
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return {
        "dtype": f"f{array.dtype.itemsize}",
        "shape": ", ".join(map(str, array.shape)),
        "bdata": pybase64.b64encode_as_string(little.data),
    }


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

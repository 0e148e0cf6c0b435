"""Write ``keras-*.safetensors``: what Keras's recurrent layers compute, every gate included.

Keras is run on PyTorch (``KERAS_BACKEND=torch``), whose automatic differentiation gives the derivatives.
"""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import torch
from keras import ops
from keras.src.backend.common import dtypes
from torch import Tensor

from .writing import PRECISIONS, check, random_array, write

Step = Callable[[Tensor, dict[str, Tensor], Any], dict[str, Tensor]]

INPUTS, UNITS = 3, 4

# On every backend but TensorFlow, Keras rounds products of float64 to float32. This makes it do here as it does there.
dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"


def lstm_step(x: Tensor, state: dict[str, Tensor], cell: Any) -> dict[str, Tensor]:
    """One step by Keras's `LSTMCell`: columns i, f, c, o."""
    h = state["hidden_state"]
    pre = ops.matmul(x, cell.kernel) + ops.matmul(h, cell.recurrent_kernel) + cell.bias
    i, f, g, o = ops.split(pre, 4, axis=-1)
    i, f, g, o = ops.sigmoid(i), ops.sigmoid(f), ops.tanh(g), ops.sigmoid(o)
    c = f * state["cell_state"] + i * g
    h = o * ops.tanh(c)
    return {"input_gate": i, "forget_gate": f, "candidate": g, "output_gate": o, "cell_state": c, "hidden_state": h}


def gru_step(x: Tensor, state: dict[str, Tensor], cell: Any) -> dict[str, Tensor]:
    """One step by Keras's `GRUCell`: columns z, r, h; two rows of biases with ``reset_after``."""
    h = state["hidden_state"]
    if cell.reset_after:
        x_z, x_r, x_n = ops.split(ops.matmul(x, cell.kernel) + cell.bias[0], 3, axis=-1)
        h_z, h_r, h_n = ops.split(ops.matmul(h, cell.recurrent_kernel) + cell.bias[1], 3, axis=-1)
        z, r = ops.sigmoid(x_z + h_z), ops.sigmoid(x_r + h_r)
        n = ops.tanh(x_n + r * h_n)
    else:
        x_z, x_r, x_n = ops.split(ops.matmul(x, cell.kernel) + cell.bias, 3, axis=-1)
        u_z, u_r, u_n = ops.split(cell.recurrent_kernel, 3, axis=-1)
        z, r = ops.sigmoid(x_z + ops.matmul(h, u_z)), ops.sigmoid(x_r + ops.matmul(h, u_r))
        n = ops.tanh(x_n + ops.matmul(r * h, u_n))
    return {"reset_gate": r, "update_gate": z, "candidate": n, "hidden_state": z * h + (1 - z) * n}


def rnn_step(x: Tensor, state: dict[str, Tensor], cell: Any) -> dict[str, Tensor]:
    """One step by Keras's `SimpleRNNCell`."""
    pre = ops.matmul(x, cell.kernel) + ops.matmul(state["hidden_state"], cell.recurrent_kernel) + cell.bias
    return {"hidden_state": cell.activation(pre)}


KINDS: dict[str, tuple[Any, dict[str, Any], Step]] = {
    "lstm": (keras.layers.LSTM, {}, lstm_step),
    "gru_reset_after": (keras.layers.GRU, {"reset_after": True}, gru_step),
    "gru_reset_before": (keras.layers.GRU, {"reset_after": False}, gru_step),
    "rnn_tanh": (keras.layers.SimpleRNN, {"activation": "tanh"}, rnn_step),
    "rnn_relu": (keras.layers.SimpleRNN, {"activation": "relu"}, rnn_step),
}


def state_names(kind: str) -> tuple[str, ...]:
    """The states of a kind of cell."""
    return ("hidden_state", "cell_state") if kind == "lstm" else ("hidden_state",)


def make_trace(
    name: str, kind: str, precision: str, seed: int, steps: int, *, layers: int = 1, bidirectional: bool = False,
    vocabulary: int = 0, outputs: int = 0,
) -> None:  # fmt: skip
    """Everything a model does on a sequence, and for a single bare layer the derivatives."""
    rng = np.random.default_rng(seed)
    dtype, tolerance = getattr(torch, precision), PRECISIONS[precision]
    layer_type, options, step = KINDS[kind]
    directions = ("forward", "backward")[: 1 + bidirectional]
    arrays: dict[str, Tensor] = {}
    if vocabulary:
        inputs = torch.tensor(rng.integers(0, vocabulary, steps))
        embedding = keras.layers.Embedding(vocabulary, INPUTS, name="embedding", dtype=precision)
        x = keep(embedding, inputs[None], arrays, rng)
    else:
        inputs = torch.tensor(random_array(rng, (steps, INPUTS), 1.5), dtype=dtype, requires_grad=True)
        x = inputs[None]
    rows: dict[str, dict[str, list[Tensor]]] = {}
    for index in range(layers):
        layer = layer_type(UNITS, return_sequences=True, name=f"layer_{index}", dtype=precision, **options)
        if bidirectional:
            layer = keras.layers.Bidirectional(layer, name=f"layer_{index}", dtype=precision)
        initial = {
            f"initial/{index}/{direction}/{state}": torch.tensor(random_array(rng, (UNITS,)), dtype=dtype)
            for direction in directions
            for state in state_names(kind)
        }
        arrays |= {key: array.requires_grad_() for key, array in initial.items()}
        own = keep(layer, x, arrays, rng, [array[None] for array in initial.values()])
        tops = []
        for direction in directions:
            cell = layer.cell if not bidirectional else getattr(layer, f"{direction}_layer").cell
            state = {key.rpartition("/")[2]: array for key, array in initial.items() if f"/{direction}/" in key}
            found = []
            for row in x[0] if direction == "forward" else x[0].flip(0):
                found.append(step(row, state, cell))
                state = {name: found[-1][name] for name in state}
            if direction == "backward":
                found.reverse()
            rows[f"{index}/{direction}"] = {name: [row[name] for row in found] for name in found[0]}
            tops.append(torch.stack([row["hidden_state"] for row in found]))
        check(f"{name} layer {index}", numpy(torch.cat(tops, dim=1)), numpy(own[0]), tolerance)
        x = own
    for place, quantities in rows.items():
        arrays |= {f"quantities/{place}/{key}": torch.stack(column) for key, column in quantities.items()}
    arrays["inputs"] = inputs
    if outputs:
        readout = keras.layers.Dense(
            outputs, activation="softmax" if vocabulary else None, name="readout", dtype=precision
        )
        arrays["outputs"] = keep(readout, x, arrays, rng)[0]
    elif layers == len(directions) == 1:
        coefficients = torch.tensor(random_array(rng, (steps, UNITS)), dtype=dtype)
        sources = {key: array for key, array in arrays.items() if not key.startswith("quantities/")}
        gradients = torch.autograd.grad((coefficients * x[0]).sum(), list(sources.values()))
        arrays |= {f"gradients/{key}": gradient for key, gradient in zip(sources, gradients, strict=True)}
        arrays["coefficients"] = coefficients
    description = {"framework": f"keras {keras.__version__} on torch {torch.__version__}", "kind": kind}
    write(f"keras-{name}-{precision}", {key: numpy(array) for key, array in arrays.items()}, description)


def keep(layer: Any, x: Tensor, arrays: dict[str, Tensor], rng: np.random.Generator, state: Any = None) -> Tensor:
    """Build a layer, make every parameter random, note them under Keras's own paths, and return the layer's output."""
    options = {} if state is None else {"initial_state": state}
    layer(x, **options)
    layer.set_weights([random_array(rng, tuple(weight.shape)) for weight in layer.weights])
    arrays |= {f"parameters/{weight.path}": weight.value for weight in layer.weights}
    output: Tensor = layer(x, **options)
    return output


def numpy(array: Tensor) -> np.ndarray[Any, Any]:
    """As a NumPy array."""
    result: np.ndarray[Any, Any] = array.detach().numpy()
    return result


def main() -> None:
    """Write every file."""
    if keras.backend.backend() != "torch":
        raise SystemExit("Keras must run on PyTorch here: set KERAS_BACKEND=torch")
    for precision in PRECISIONS:
        for seed, kind in enumerate(KINDS):
            make_trace(kind, kind, precision, 50 + seed, 70 if kind.startswith("gru") else 9)
        make_trace("stacked_gru", "gru_reset_before", precision, 60, 9, layers=2, outputs=2)
        make_trace("bidirectional_gru", "gru_reset_after", precision, 61, 9, bidirectional=True, outputs=2)
        make_trace("language", "lstm", precision, 62, 12, layers=2, bidirectional=True, vocabulary=7, outputs=7)


if __name__ == "__main__":
    main()

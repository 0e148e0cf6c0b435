"""One step of every recurrent layer that a file can hold, in float64, as each framework's own manual writes it.

Parameters stand in the framework's layout and under its names. Nothing of Gatescope is used here, so that a gate taken
for another, a bias added twice or a reset on the wrong side shows in the tests. The programs that write the files hold
these steps against the framework's own layers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Arrays = Mapping[str, Array]
Step = Callable[[Array, dict[str, Array]], dict[str, Array]]
"""One step: what is read (D,) and the state before, to every quantity (H,)."""


@dataclass(frozen=True)
class Place:
    """One direction of one layer: its step, and its initial state by name."""

    layer: int
    direction: str
    step: Step
    state: dict[str, Array]


def trace(places: Sequence[Place], inputs: Array) -> dict[str, dict[str, Array]]:
    """Every quantity (T, H) by place ("0/forward") and name, from (T, D) inputs; row t belongs to input t."""
    found: dict[str, dict[str, Array]] = {}
    below: list[Array] = []
    x = np.asarray(inputs, np.float64)
    for index, place in enumerate(places):
        if index and place.layer != places[index - 1].layer:
            x, below = np.concatenate(below, axis=1), []
        turn = slice(None, None, -1 if place.direction == "backward" else 1)
        state = {name: np.asarray(array, np.float64) for name, array in place.state.items()}
        rows = []
        for row in x[turn]:
            rows.append(place.step(row, state))
            state = {name: rows[-1][name] for name in state}
        quantities = {name: np.stack([row[name] for row in rows])[turn] for name in rows[0]}
        found[f"{place.layer}/{place.direction}"] = quantities
        below.append(quantities["hidden_state"])
    return found


def top(found: Mapping[str, Mapping[str, Array]]) -> Array:
    """What the last layer hands on, (T, H) or (T, 2H)."""
    last = max(int(place.partition("/")[0]) for place in found)
    return np.concatenate([found[place]["hidden_state"] for place in found if place.startswith(f"{last}/")], axis=1)


def sigmoid(x: Array) -> Array:
    """The logistic function."""
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * x))


def softmax(x: Array) -> Array:
    """Probabilities over the last axis."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
    "linear": lambda x: x,
    "hard_sigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "hard_sigmoid_02": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "elu": lambda x: np.where(x > 0, x, np.expm1(x)),
}
"""By the names that the files' options use."""


def lstm_quantities(i: Array, f: Array, g: Array, o: Array, c: Array, h: Array) -> dict[str, Array]:
    """An LSTM's step by the quantities' names."""
    return {"input_gate": i, "forget_gate": f, "candidate": g, "output_gate": o, "cell_state": c, "hidden_state": h}


def gru_quantities(r: Array, z: Array, n: Array, h: Array) -> dict[str, Array]:
    """A GRU's step by the quantities' names."""
    return {"reset_gate": r, "update_gate": z, "candidate": n, "hidden_state": h}


def torch_lstm(p: Arrays) -> Step:
    """`torch.nn.LSTM`: rows i, f, g, o; with ``weight_hr`` the state is a projection."""

    def step(x: Array, state: dict[str, Array]) -> dict[str, Array]:
        pre = (
            p["weight_ih"] @ x + p.get("bias_ih", 0.0) + p["weight_hh"] @ state["hidden_state"] + p.get("bias_hh", 0.0)
        )
        i, f, g, o = np.split(pre, 4)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        c = f * state["cell_state"] + i * g
        h = o * np.tanh(c)
        return lstm_quantities(i, f, g, o, c, p["weight_hr"] @ h if "weight_hr" in p else h)

    return step


def torch_gru(p: Arrays) -> Step:
    """`torch.nn.GRU`: rows r, z, n; the reset gate stands after the product and its bias."""

    def step(x: Array, state: dict[str, Array]) -> dict[str, Array]:
        h = state["hidden_state"]
        x_r, x_z, x_n = np.split(p["weight_ih"] @ x + p.get("bias_ih", 0.0), 3)
        h_r, h_z, h_n = np.split(p["weight_hh"] @ h + p.get("bias_hh", 0.0), 3)
        r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
        n = np.tanh(x_n + r * h_n)
        return gru_quantities(r, z, n, (1 - z) * n + z * h)

    return step


def torch_rnn(p: Arrays, nonlinearity: str = "tanh") -> Step:
    """`torch.nn.RNN`."""

    def step(x: Array, state: dict[str, Array]) -> dict[str, Array]:
        pre = (
            p["weight_ih"] @ x + p.get("bias_ih", 0.0) + p["weight_hh"] @ state["hidden_state"] + p.get("bias_hh", 0.0)
        )
        return {"hidden_state": ACTIVATIONS[nonlinearity](pre)}

    return step


def keras_lstm(p: Arrays, activation: str = "tanh", recurrent_activation: str = "sigmoid") -> Step:
    """`keras.layers.LSTM`: columns i, f, c, o."""
    act, gate = ACTIVATIONS[activation], ACTIVATIONS[recurrent_activation]

    def step(x: Array, state: dict[str, Array]) -> dict[str, Array]:
        pre = x @ p["kernel"] + state["hidden_state"] @ p["recurrent_kernel"] + p.get("bias", 0.0)
        i, f, g, o = np.split(pre, 4)
        i, f, g, o = gate(i), gate(f), act(g), gate(o)
        c = f * state["cell_state"] + i * g
        return lstm_quantities(i, f, g, o, c, o * act(c))

    return step


def keras_gru(
    p: Arrays, reset_after: bool = True, activation: str = "tanh", recurrent_activation: str = "sigmoid"
) -> Step:
    """`keras.layers.GRU`: columns z, r, h; with ``reset_after`` a second row of biases inside the reset."""
    act, gate = ACTIVATIONS[activation], ACTIVATIONS[recurrent_activation]
    bias = p.get("bias", np.zeros((2, p["kernel"].shape[1])))
    bias, recurrent_bias = bias if bias.ndim == 2 else (bias, np.zeros_like(bias))

    def step(x: Array, state: dict[str, Array]) -> dict[str, Array]:
        h = state["hidden_state"]
        x_z, x_r, x_n = np.split(x @ p["kernel"] + bias, 3)
        u_z, u_r, u_n = np.split(p["recurrent_kernel"], 3, axis=1)
        b_z, b_r, b_n = np.split(recurrent_bias, 3)
        z, r = gate(x_z + h @ u_z + b_z), gate(x_r + h @ u_r + b_r)
        n = act(x_n + r * (h @ u_n + b_n)) if reset_after else act(x_n + (r * h) @ u_n)
        return gru_quantities(r, z, n, z * h + (1 - z) * n)

    return step


def keras_rnn(p: Arrays, activation: str = "tanh") -> Step:
    """`keras.layers.SimpleRNN`."""

    def step(x: Array, state: dict[str, Array]) -> dict[str, Array]:
        pre = x @ p["kernel"] + state["hidden_state"] @ p["recurrent_kernel"] + p.get("bias", 0.0)
        return {"hidden_state": ACTIVATIONS[activation](pre)}

    return step


def onnx_lstm(p: Arrays, activations: Sequence[str] = ("sigmoid", "tanh", "tanh"), coupled: bool = False) -> Step:
    """ONNX's LSTM, one direction: W, R and B by rows i, o, f, c; P by i, o, f; ``activations`` are f, g and h."""
    gate, act, shown = (ACTIVATIONS[name] for name in activations)
    units = p["R"].shape[1]
    bias = p.get("B", np.zeros(8 * units))
    peepholes = np.split(p.get("P", np.zeros(3 * units)), 3)

    def step(x: Array, state: dict[str, Array]) -> dict[str, Array]:
        c = state["cell_state"]
        pre = p["W"] @ x + p["R"] @ state["hidden_state"] + bias[: 4 * units] + bias[4 * units :]
        i, o, f, g = np.split(pre, 4)
        i = gate(i + peepholes[0] * c)
        f = 1 - i if coupled else gate(f + peepholes[2] * c)
        g = act(g)
        c = f * c + i * g
        o = gate(o + peepholes[1] * c)
        return lstm_quantities(i, f, g, o, c, o * shown(c))

    return step


def onnx_gru(p: Arrays, linear_before_reset: bool = False, activations: Sequence[str] = ("sigmoid", "tanh")) -> Step:
    """ONNX's GRU, one direction: rows z, r, h."""
    gate, act = (ACTIVATIONS[name] for name in activations)
    units = p["R"].shape[1]
    w_bias, r_bias = np.split(p.get("B", np.zeros(6 * units)), 2)

    def step(x: Array, state: dict[str, Array]) -> dict[str, Array]:
        h = state["hidden_state"]
        x_z, x_r, x_n = np.split(p["W"] @ x + w_bias, 3)
        u_z, u_r, u_n = np.split(p["R"], 3)
        b_z, b_r, b_n = np.split(r_bias, 3)
        z, r = gate(x_z + u_z @ h + b_z), gate(x_r + u_r @ h + b_r)
        n = act(x_n + r * (u_n @ h + b_n)) if linear_before_reset else act(x_n + u_n @ (r * h) + b_n)
        return gru_quantities(r, z, n, (1 - z) * n + z * h)

    return step


def onnx_rnn(p: Arrays, activation: str = "tanh") -> Step:
    """ONNX's RNN, one direction."""
    units = p["R"].shape[1]
    w_bias, r_bias = np.split(p.get("B", np.zeros(2 * units)), 2)

    def step(x: Array, state: dict[str, Array]) -> dict[str, Array]:
        return {"hidden_state": ACTIVATIONS[activation](p["W"] @ x + p["R"] @ state["hidden_state"] + w_bias + r_bias)}

    return step


def flax_lstm(p: Arrays) -> Step:
    """`flax.linen.LSTMCell` and `OptimizedLSTMCell`: ``ii``, ``if``, ``ig``, ``io`` of x, ``hi`` ... of h with bias."""

    def step(x: Array, state: dict[str, Array]) -> dict[str, Array]:
        h = state["hidden_state"]
        i, f, g, o = (x @ p[f"i{k}.kernel"] + h @ p[f"h{k}.kernel"] + p[f"h{k}.bias"] for k in "ifgo")
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        c = f * state["cell_state"] + i * g
        return lstm_quantities(i, f, g, o, c, o * np.tanh(c))

    return step


def flax_gru(p: Arrays) -> Step:
    """`flax.linen.GRUCell`: biases of x in ``ir``, ``iz``, ``in``; of h only in ``hn``, inside the reset."""

    def step(x: Array, state: dict[str, Array]) -> dict[str, Array]:
        h = state["hidden_state"]
        r, z = (sigmoid(x @ p[f"i{k}.kernel"] + p[f"i{k}.bias"] + h @ p[f"h{k}.kernel"]) for k in "rz")
        n = np.tanh(x @ p["in.kernel"] + p["in.bias"] + r * (h @ p["hn.kernel"] + p["hn.bias"]))
        return gru_quantities(r, z, n, (1 - z) * n + z * h)

    return step


def flax_rnn(p: Arrays) -> Step:
    """`flax.linen.SimpleCell`: the bias is that of x, in ``i``."""

    def step(x: Array, state: dict[str, Array]) -> dict[str, Array]:
        pre = x @ p["i.kernel"] + p["i.bias"] + state["hidden_state"] @ p["h.kernel"]
        return {"hidden_state": np.tanh(pre)}

    return step

"""Write ``torch-*.safetensors``: what PyTorch's recurrent layers compute, every gate included."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .writing import PRECISIONS, check, random_array, write

State = dict[str, Tensor]
Weights = dict[str, Tensor]

INPUTS, UNITS = 3, 4


def lstm_step(x: Tensor, state: State, p: Weights) -> dict[str, Tensor]:
    """One step by PyTorch's documentation of `torch.nn.LSTM`."""
    pre = p["weight_ih"] @ x + p["bias_ih"] + p["weight_hh"] @ state["hidden_state"] + p["bias_hh"]
    i, f, g, o = pre.chunk(4)
    i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
    c = f * state["cell_state"] + i * g
    h = o * torch.tanh(c)
    return {"input_gate": i, "forget_gate": f, "candidate": g, "output_gate": o, "cell_state": c, "hidden_state": h}


def gru_step(x: Tensor, state: State, p: Weights) -> dict[str, Tensor]:
    """One step by PyTorch's documentation of `torch.nn.GRU`."""
    x_r, x_z, x_n = (p["weight_ih"] @ x + p["bias_ih"]).chunk(3)
    h_r, h_z, h_n = (p["weight_hh"] @ state["hidden_state"] + p["bias_hh"]).chunk(3)
    r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
    n = torch.tanh(x_n + r * h_n)
    h = (1 - z) * n + z * state["hidden_state"]
    return {"reset_gate": r, "update_gate": z, "candidate": n, "hidden_state": h}


def rnn_step(activation: Callable[[Tensor], Tensor]) -> Callable[[Tensor, State, Weights], dict[str, Tensor]]:
    """One step by PyTorch's documentation of `torch.nn.RNN`."""

    def step(x: Tensor, state: State, p: Weights) -> dict[str, Tensor]:
        pre = p["weight_ih"] @ x + p["bias_ih"] + p["weight_hh"] @ state["hidden_state"] + p["bias_hh"]
        return {"hidden_state": activation(pre)}

    return step


KINDS: dict[str, tuple[Any, dict[str, Any], Any]] = {
    "lstm": (torch.nn.LSTM, {}, lstm_step),
    "gru": (torch.nn.GRU, {}, gru_step),
    "rnn_tanh": (torch.nn.RNN, {"nonlinearity": "tanh"}, rnn_step(torch.tanh)),
    "rnn_relu": (torch.nn.RNN, {"nonlinearity": "relu"}, rnn_step(torch.relu)),
}


class Model:
    """Embedding, recurrent layers and readout, each where asked for, all with random parameters."""

    def __init__(
        self, kind: str, precision: str, rng: np.random.Generator, *, layers: int = 1, bidirectional: bool = False,
        vocabulary: int = 0, outputs: int = 0,
    ) -> None:  # fmt: skip
        dtype = getattr(torch, precision)
        layer, options, self.step = KINDS[kind]
        self.kind, self.layers, self.directions = kind, layers, 1 + bidirectional
        self.embedding = torch.nn.Embedding(vocabulary, INPUTS) if vocabulary else None
        self.rnn = layer(INPUTS, UNITS, num_layers=layers, bidirectional=bidirectional, **options)
        self.readout = torch.nn.Linear(UNITS * self.directions, outputs) if outputs else None
        parts = {"embedding": self.embedding, "rnn": self.rnn, "readout": self.readout}
        self.parts = torch.nn.ModuleDict({name: part for name, part in parts.items() if part is not None}).to(dtype)
        for parameter in self.parts.parameters():
            parameter.data = torch.tensor(random_array(rng, tuple(parameter.shape)), dtype=dtype)

    def arrays(self) -> dict[str, Tensor]:
        """Parameters as a golden file names them."""
        return {f"parameters/{name}": tensor for name, tensor in self.parts.named_parameters()}

    def places(self) -> list[tuple[int, str, str]]:
        """Layer, direction and parameter suffix of each direction of each layer, in the order of PyTorch's states."""
        names = [("forward", ""), ("backward", "_reverse")][: self.directions]
        return [(layer, name, f"_l{layer}{suffix}") for layer in range(self.layers) for name, suffix in names]

    def written_out(self, x: Tensor, initial: Mapping[str, Tensor]) -> dict[str, dict[str, list[Tensor]]]:
        """Every quantity of every step, by place, from (T, D) inputs."""
        found: dict[str, dict[str, list[Tensor]]] = {}
        below: list[Tensor] = []
        for layer, direction, suffix in self.places():
            if direction == "forward" and layer:
                x, below = torch.cat(below, dim=1), []
            names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            weights = {name: getattr(self.rnn, name + suffix) for name in names}
            place = f"{layer}/{direction}"
            state = {name: initial[f"initial/{place}/{name}"] for name in state_names(self.kind)}
            rows = []
            for row in x if direction == "forward" else x.flip(0):
                rows.append(self.step(row, state, weights))
                state = {name: rows[-1][name] for name in state}
            if direction == "backward":
                rows.reverse()
            found[place] = {name: [row[name] for row in rows] for name in rows[0]}
            below.append(torch.stack(found[place]["hidden_state"]))
        return found

    def own_states(self, initial: Mapping[str, Tensor]) -> Any:
        """Initial states in the form that PyTorch's layer takes: (layers x directions, [B,] H)."""
        stacked = [
            torch.stack([initial[f"initial/{layer}/{name}/{state}"] for layer, name, _ in self.places()])
            for state in state_names(self.kind)
        ]
        return tuple(stacked) if len(stacked) > 1 else stacked[0]


def state_names(kind: str) -> tuple[str, ...]:
    """The states of a kind of cell."""
    return ("hidden_state", "cell_state") if kind == "lstm" else ("hidden_state",)


def random_states(model: Model, rng: np.random.Generator, dtype: torch.dtype) -> dict[str, Tensor]:
    """Initial states, none of them zero."""
    return {
        f"initial/{layer}/{direction}/{name}": torch.tensor(random_array(rng, (UNITS,)), dtype=dtype)
        for layer, direction, _ in model.places()
        for name in state_names(model.kind)
    }


def make_trace(name: str, kind: str, precision: str, seed: int, steps: int, **options: Any) -> None:
    """Everything a model does on a sequence, and for a single bare layer the derivatives."""
    rng = np.random.default_rng(seed)
    dtype, tolerance = getattr(torch, precision), PRECISIONS[precision]
    model = Model(kind, precision, rng, **options)
    tokens = torch.tensor(rng.integers(0, model.embedding.num_embeddings, steps)) if model.embedding else None
    values = torch.tensor(random_array(rng, (steps, INPUTS), 1.5), dtype=dtype, requires_grad=True)
    x = values if model.embedding is None else model.embedding(tokens)
    initial = {key: array.requires_grad_() for key, array in random_states(model, rng, dtype).items()}
    rows = model.written_out(x, initial)
    own, last = model.rnn(x, model.own_states(initial))
    top = [torch.stack(quantities["hidden_state"]) for quantities in rows.values()][-model.directions :]
    check(name, torch.cat(top, dim=1).detach().numpy(), own.detach().numpy(), tolerance)
    for state, stacked in zip(state_names(kind), last if isinstance(last, tuple) else (last,), strict=True):
        for (place, quantities), one in zip(rows.items(), stacked, strict=True):
            end = quantities[state][-1 if place.endswith("forward") else 0]
            check(f"{name} {place} {state}", end.detach().numpy(), one.detach().numpy(), tolerance)

    arrays = {**model.arrays(), **initial, "inputs": values if tokens is None else tokens}
    for place, quantities in rows.items():
        arrays |= {f"quantities/{place}/{key}": torch.stack(column) for key, column in quantities.items()}
    if model.readout is not None:
        scores = model.readout(own)
        arrays["outputs"] = torch.softmax(scores, dim=1) if model.embedding else scores
    elif model.layers == model.directions == 1:
        arrays |= derivatives(model, x, initial, rows["0/forward"], own, rng)
    write(f"torch-{name}-{precision}", {key: array.detach().numpy() for key, array in arrays.items()}, describe(kind))


def derivatives(
    model: Model, x: Tensor, initial: Mapping[str, Tensor], rows: dict[str, list[Tensor]], own: Tensor,
    rng: np.random.Generator,
) -> dict[str, Tensor]:  # fmt: skip
    """Of the sum of coefficients times hidden states: through the layer itself, and of the states, written out."""
    coefficients = torch.tensor(random_array(rng, tuple(own.shape)), dtype=own.dtype)
    sources = {**model.arrays(), **initial, "inputs": x}
    found = torch.autograd.grad((coefficients * own).sum(), list(sources.values()))
    arrays = {f"gradients/{key}": gradient for key, gradient in zip(sources, found, strict=True)}
    loss = (coefficients * torch.stack(rows["hidden_state"])).sum()
    for state in state_names(model.kind):
        arrays[f"gradients/d_{state}"] = torch.stack(torch.autograd.grad(loss, rows[state], retain_graph=True))
    return {"coefficients": coefficients, **arrays}


def make_loss(name: str, kind: str, precision: str, seed: int, *, tokens: bool) -> None:
    """Training loss of a network of two layers in both directions, and its derivatives by every parameter."""
    rng = np.random.default_rng(seed)
    dtype, steps, batch, outputs = getattr(torch, precision), 6, 3, 5
    vocabulary = 7 if tokens else 0
    model = Model(kind, precision, rng, layers=2, bidirectional=True, vocabulary=vocabulary, outputs=outputs)
    initial = {
        key: torch.tensor(random_array(rng, (batch, UNITS)), dtype=dtype) for key in random_states(model, rng, dtype)
    }
    weights = torch.tensor(rng.uniform(0.1, 1, (steps, batch)), dtype=dtype)
    inputs = torch.tensor(rng.integers(0, 7, (steps, batch)) if tokens else random_array(rng, (steps, batch, INPUTS)))
    inputs = inputs if tokens else inputs.to(dtype)
    hidden, _ = model.rnn(model.embedding(inputs) if model.embedding else inputs, model.own_states(initial))
    assert model.readout is not None
    scores = model.readout(hidden)
    if tokens:
        targets = torch.tensor(rng.integers(0, outputs, (steps, batch)))
        each = torch.nn.functional.cross_entropy(scores.flatten(0, 1), targets.flatten(), reduction="none")
        each = each.reshape(steps, batch)
    else:
        targets = torch.tensor(random_array(rng, (steps, batch, outputs)), dtype=dtype)
        each = 0.5 * ((scores - targets) ** 2).sum(dim=2)
    loss = (each * weights).sum() / weights.sum()
    sources = model.arrays()
    found = torch.autograd.grad(loss, list(sources.values()))
    last = {key: array.mT for key, array in initial.items()}
    arrays = {**sources, **last, "weights": weights, "loss": loss, "inputs": inputs, "targets": targets}
    if not tokens:
        arrays |= {"inputs": inputs.mT, "targets": targets.mT}
    arrays |= {f"gradients/{key}": gradient for key, gradient in zip(sources, found, strict=True)}
    write(f"torch-{name}-{precision}", {key: array.detach().numpy() for key, array in arrays.items()}, describe(kind))


OPTIMISERS: dict[str, tuple[Any, dict[str, Any]]] = {
    # With the usual epsilon, and with one so small that its place in the formula does not matter.
    "adam": (torch.optim.Adam, {}),
    "adam-exact": (torch.optim.Adam, {"eps": 1e-30}),
    "adamw-exact": (torch.optim.AdamW, {"eps": 1e-30, "weight_decay": 0.1, "betas": (0.8, 0.95)}),
}


def make_adam() -> None:
    """Parameters after each of a few updates with given gradients and learning rates."""
    rng = np.random.default_rng(99)
    start, gradients = random_array(rng, (3, 4)), random_array(rng, (6, 3, 4))
    rates = np.array([0.1, 0.2, 0.05, 0.05, 0.3, 0.01])
    arrays = {"start": start, "gradients": gradients, "rates": rates}
    for name, (kind, options) in OPTIMISERS.items():
        parameter = torch.nn.Parameter(torch.tensor(start))
        optimiser = kind([parameter], lr=0.1, **options)
        for update, (gradient, rate) in enumerate(zip(gradients, rates, strict=True)):
            optimiser.param_groups[0]["lr"] = rate
            parameter.grad = torch.tensor(gradient)
            optimiser.step()
            arrays[f"updates/{name}/{update}"] = parameter.detach().numpy().copy()
    write("torch-adam", arrays, describe("adam"))


def describe(kind: str) -> dict[str, str]:
    """Metadata of a golden file."""
    return {"framework": f"torch {torch.__version__}", "kind": kind}


def main() -> None:
    """Write every file."""
    torch.set_num_threads(1)
    for precision in PRECISIONS:
        for seed, kind in enumerate(KINDS):
            make_trace(kind, kind, precision, seed, 70)
        make_trace("stacked_gru", "gru", precision, 10, 9, layers=2)
        make_trace("bidirectional_gru", "gru", precision, 11, 9, bidirectional=True, outputs=2)
        make_trace("stacked_rnn", "rnn_tanh", precision, 12, 9, layers=2, outputs=2)
        make_trace("language", "lstm", precision, 13, 12, layers=2, bidirectional=True, vocabulary=7, outputs=7)
        make_loss("loss_softmax", "lstm", precision, 20, tokens=True)
        make_loss("loss_linear", "gru", precision, 21, tokens=False)
    make_adam()


if __name__ == "__main__":
    main()

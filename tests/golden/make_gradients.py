"""Write ``gradients-*.safetensors``: derivatives of a state or a loss by all before it, by PyTorch's autograd."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from .make_torch import Model, describe, random_states, state_names
from .writing import PRECISIONS, check, random_array, write

STEPS = 24
FOCUS = 20

MODELS: dict[str, tuple[str, dict[str, Any]]] = {
    "lstm": ("lstm", {}),
    "gru": ("gru", {}),
    "rnn_tanh": ("rnn_tanh", {}),
    "rnn_relu": ("rnn_relu", {}),
    "stacked_lstm": ("lstm", {"layers": 2}),
    "stacked_gru": ("gru", {"layers": 3}),
    "bidirectional_lstm": ("lstm", {"layers": 2, "bidirectional": True}),
    "forecast": ("gru", {"layers": 2, "outputs": 3}),
    "language": ("lstm", {"layers": 2, "bidirectional": True, "vocabulary": 7, "outputs": 7}),
}


def make(name: str, kind: str, precision: str, seed: int, **options: Any) -> None:
    """One network on one sequence from states that are not zero, and the gradients of a few targets."""
    rng = np.random.default_rng(seed)
    dtype = getattr(torch, precision)
    model = Model(kind, precision, rng, **options)
    initial = {key: array.requires_grad_() for key, array in random_states(model, rng, dtype).items()}
    tokens = torch.tensor(rng.integers(0, 7, STEPS)) if model.embedding else None
    values = torch.tensor(random_array(rng, (STEPS, 3), 1.5), dtype=dtype)
    x = (values if model.embedding is None else model.embedding(tokens)).detach().requires_grad_()
    inputs = list(x.unbind())  # the cells read these very rows, so that derivatives can be taken by each
    rows = model.written_out(torch.stack(inputs), initial)
    own, _ = model.rnn(x, model.own_states(initial))
    top = [torch.stack(quantities["hidden_state"]) for quantities in rows.values()][-model.directions :]
    hidden = torch.cat(top, dim=1)
    check(name, hidden.detach().numpy(), own.detach().numpy(), PRECISIONS[precision])

    arrays: dict[str, Tensor] = {**model.arrays(), **initial, "inputs": values if tokens is None else tokens}
    place = list(rows)[-1]
    targets = {f"hidden_state/{place}": rows[place]["hidden_state"][FOCUS].sum()}
    first = next(iter(rows))
    targets |= {f"{state}/{first}/unit": rows[first][state][FOCUS][1] for state in state_names(kind)}
    if model.readout is not None:
        scores = model.readout(hidden)
        if tokens is None:
            each = 0.5 * ((scores[:-1] - values[1:]) ** 2).sum(dim=1)
        else:
            each = torch.nn.functional.cross_entropy(scores[:-1], tokens[1:], reduction="none")
        targets |= {"loss": each.mean(), "loss/step": each[FOCUS]}
    for target, value in targets.items():
        arrays[f"targets/{target}"] = value
        for key, gradient in gradients(value, kind, rows, inputs, initial).items():
            arrays[f"gradients/{target}:{key}"] = gradient
    if model.directions == 1:
        arrays |= jacobians(kind, rows)
    found = {key: array.detach().numpy() for key, array in arrays.items()}
    write(f"gradients-{name}-{precision}", found, describe(kind))


def gradients(
    value: Tensor, kind: str, rows: dict[str, dict[str, list[Tensor]]], inputs: list[Tensor], initial: dict[str, Tensor]
) -> dict[str, Tensor]:
    """The value's derivatives by every state of every step, every input, and every initial state."""
    sources = {f"{place}/d_{state}": columns[state] for place, columns in rows.items() for state in state_names(kind)}
    sources["d_input"] = inputs
    found = {key: torch.stack(_by(value, tensors)) for key, tensors in sources.items()}
    by_initial = zip(initial, _by(value, list(initial.values())), strict=True)
    return found | {key.replace("initial/", "d_initial/"): gradient for key, gradient in by_initial}


def jacobians(kind: str, rows: dict[str, dict[str, list[Tensor]]]) -> dict[str, Tensor]:
    """Spectral norms, (T,), of the derivative of a state at the focus by the same state at each step."""
    arrays = {}
    for place, columns in rows.items():
        for state in state_names(kind):
            units = [_by(unit, columns[state]) for unit in columns[state][FOCUS]]
            norms = [torch.linalg.matrix_norm(torch.stack(at), 2) for at in zip(*units, strict=True)]
            arrays[f"jacobians/{place}/{state}"] = torch.stack(norms)
    return arrays


def _by(value: Tensor, sources: list[Tensor]) -> list[Tensor]:
    """The derivative by each source; zeros where the value does not depend on it."""
    return list(torch.autograd.grad(value, sources, retain_graph=True, allow_unused=True, materialize_grads=True))


def main() -> None:
    """Write every file."""
    torch.set_num_threads(1)
    for precision in PRECISIONS:
        for seed, (name, (kind, options)) in enumerate(MODELS.items()):
            make(name, kind, precision, 40 + seed, **options)


if __name__ == "__main__":
    main()

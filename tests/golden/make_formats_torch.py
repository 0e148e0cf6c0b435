"""Write ``formats/torch-*``: state dicts of PyTorch's recurrent modules, as people save them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.torch
import torch
from torch import Tensor, nn

from .formats_reference import Array, Place, Step, torch_gru, torch_lstm, torch_rnn
from .formats_torch_modules import BUILDERS, Built
from .formats_writing import Folder, Head, expect, network_precision, random_inputs
from .writing import random_array

CONTAINERS = ("safetensors", "npz", "pt", "pth")
SHORT = {"float32": "f32", "float64": "f64", "float16": "f16", "bfloat16": "bf16"}
PRECISIONS = tuple(SHORT)
STEPS: dict[str, Callable[..., Step]] = {
    "lstm": torch_lstm,
    "gru": torch_gru,
    "rnn_tanh": torch_rnn,
    "rnn_relu": partial(torch_rnn, nonlinearity="relu"),
}


@dataclass(frozen=True)
class Kind:
    """A kind of cell: its options to `torch.nn`, and what an import has to be told because no file holds it."""

    name: str
    arguments: dict[str, Any]
    options: dict[str, Any]


KINDS = (
    Kind("lstm", {}, {}),
    Kind("gru", {}, {}),
    Kind("rnn_tanh", {"nonlinearity": "tanh"}, {}),
    Kind("rnn_relu", {"nonlinearity": "relu"}, {"activation": "relu"}),
)


def save(module: nn.Module, path: Path, container: str) -> None:
    """Write a module's state dict as people do; ``.pth`` is a checkpoint from the middle of a training run."""
    state = module.state_dict()
    if container == "safetensors":
        safetensors.torch.save_file({name: tensor.clone() for name, tensor in state.items()}, path)
    elif container == "npz":
        np.savez(path, **{name: tensor.numpy() for name, tensor in state.items()})
    elif container == "pt":
        torch.save(state, path)
    else:
        optimiser = torch.optim.SGD(module.parameters(), lr=0.1, momentum=0.9)
        for parameter in module.parameters():
            parameter.grad = torch.zeros_like(parameter)  # a step that moves nothing, but fills the optimiser's state
        optimiser.step()
        rest = {"epoch": 3, "optimizer_state_dict": optimiser.state_dict(), "loss": 0.25}
        torch.save({"model_state_dict": state, **rest}, path)


def own_rows(kind: str, weights: dict[str, Tensor], x: Tensor, state: dict[str, Array]) -> dict[str, Array]:
    """Every state (T, H) of one direction by PyTorch's own layer, run on each beginning of the sequence."""
    name = kind.partition("_")[0]
    arguments: dict[str, Any] = {"nonlinearity": kind[4:]} if name == "rnn" else {}
    units = weights["weight_hh"].shape[0] // {"lstm": 4, "gru": 3, "rnn": 1}[name]
    if "weight_hr" in weights:
        arguments = {"proj_size": len(weights["weight_hr"])}
    layer = getattr(nn, name.upper())(x.shape[1], units, bias="bias_ih" in weights, dtype=x.dtype, **arguments)
    layer.load_state_dict({f"{key}_l0": tensor for key, tensor in weights.items()})
    initial = tuple(torch.tensor(array, dtype=x.dtype)[None] for array in state.values())
    rows = []
    for end in range(1, len(x) + 1):
        _, last = layer(x[:end], initial if len(initial) > 1 else initial[0])
        rows.append(last if isinstance(last, tuple) else (last,))
    return {key: torch.cat([row[index] for row in rows]).numpy() for index, key in enumerate(state)}


def own_states(kind: str, places: list[tuple[int, str, dict[str, Tensor]]], states: list[dict[str, Array]], x: Tensor
) -> dict[str, Array]:  # fmt: skip
    """The states of every direction of every layer, layer by layer."""
    found: dict[str, Array] = {}
    below: list[Tensor] = []
    for index, ((layer, direction, weights), state) in enumerate(zip(places, states, strict=True)):
        if index and layer != places[index - 1][0]:
            x, below = torch.cat(below, dim=1), []
        turned = x if direction == "forward" else x.flip(0)
        rows = own_rows(kind, weights, turned, state)
        if direction == "backward":
            rows = {key: array[::-1].copy() for key, array in rows.items()}
        found |= {f"{layer}/{direction}/{key}": array for key, array in rows.items()}
        below.append(torch.tensor(rows["hidden_state"]))
    return found


def reference(name: str, kind: Kind, built: Built, precision: str, rng: np.random.Generator, steps: int) -> None:
    """Run a module in the precision that its file is read in, and write the expectation."""
    kept = network_precision(precision)
    module = built.module.to(getattr(torch, kept))
    weights = built.places(module)
    states = []
    for _, _, one in weights:
        lengths = {"hidden_state": built.state_size(one)} | ({"cell_state": built.units} if kind.name == "lstm" else {})
        states.append({key: random_array(rng, (length,)).astype(kept) for key, length in lengths.items()})
    table = head = None
    if built.embedding is None:
        inputs = random_inputs(rng, steps, built.width(module), precision)
        x = torch.tensor(inputs)
    else:
        table = built.embedding(module).numpy()
        inputs = np.concatenate([[0, len(table) - 1], rng.integers(0, len(table), steps - 2)])
        x = torch.tensor(table[inputs])
    own = own_states(kind.name, weights, states, x)
    own["top"] = built.top(module, x, states)
    if built.head is not None:
        linear: Any = built.head(module)
        head = Head(linear.weight.numpy().T, linear.bias.numpy(), built.softmax)
        scores = linear(torch.tensor(own["top"]))
        own["outputs"] = (torch.softmax(scores, dim=-1) if built.softmax else scores).numpy()
    places = [
        Place(layer, direction, STEPS[kind.name]({key: t.double().numpy() for key, t in one.items()}), initial)
        for (layer, direction, one), initial in zip(weights, states, strict=True)
    ]
    expect(name, precision, places, inputs, own, embedding=table, head=head)


def randomise(module: nn.Module, precision: str, rng: np.random.Generator) -> None:
    """Put the module into a precision and make every parameter random."""
    module.to(getattr(torch, precision))
    for parameter in module.parameters():
        parameter.copy_(torch.tensor(random_array(rng, tuple(parameter.shape))))


def make(
    folder: Folder, kind: Kind, variant: str, build: Callable[..., Built], container: str, precision: str, seed: int
) -> None:
    """One file with its expectation."""
    rng = np.random.default_rng(1000 + seed)
    built = build(kind.name.partition("_")[0], kind.arguments, seed)
    randomise(built.module, precision, rng)
    name = f"torch-{kind.name}-{variant}"
    file = f"{name}-{SHORT[precision]}.{container}"
    save(built.module, folder.path(file), container)
    reference(name, kind, built, precision, rng, 7 + seed % 5)
    options = kind.options | built.options
    folder.accepted(file, name, **({"options": options} if options else {}))
    if built.asks:
        folder.refused(file, "ChoiceNeeded", built.asks, options=kind.options)


def combinations() -> Iterator[tuple[Kind, str, Callable[..., Built], str, str, int]]:
    """Every kind with every variant that it has, each container and precision in turn."""
    number = count()
    for variant, (build, kinds) in BUILDERS.items():
        for kind in KINDS:
            if kind.name in kinds:
                index = next(number)
                container = CONTAINERS[(index + index // 4) % 4]
                precision = PRECISIONS[(index + index // 16) % 4]
                if (container, precision) == ("npz", "bfloat16"):
                    precision = "float16"  # NumPy has no bfloat16
                yield kind, variant, build, container, precision, index


def main() -> None:
    """Write every file."""
    from . import formats_torch_extras  # it builds upon what is here

    torch.set_num_threads(1)
    torch.manual_seed(0)
    folder = Folder("torch", f"torch {torch.__version__}")
    with torch.no_grad():
        for combination in combinations():
            make(folder, *combination)
        formats_torch_extras.make(folder)
    folder.close()


if __name__ == "__main__":
    main()

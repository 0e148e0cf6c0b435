"""The modules whose state dicts `make_formats_torch` saves: recurrent layers in what people put around them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from .formats_reference import Array

ALL = ("lstm", "gru", "rnn_tanh", "rnn_relu")


@dataclass
class Built:
    """A module, and where in it the network is that an import must find.

    ``recurrent`` gives the recurrent parts from below. ``options`` are those the import needs; ``asks``, where the file
    leaves open which module is meant, is a word of the question that comes without them.
    """

    module: nn.Module
    recurrent: Callable[[Any], list[nn.Module]]
    units: int
    embedding: Callable[[Any], Tensor] | None = None
    head: Callable[[Any], nn.Linear] | None = None
    softmax: bool = False
    options: dict[str, Any] = field(default_factory=dict)
    asks: str | None = None

    def width(self, module: nn.Module) -> int:
        """D."""
        return int(self.recurrent(module)[0].input_size)

    def places(self, module: nn.Module) -> list[tuple[int, str, dict[str, Tensor]]]:
        """Layer, direction and weights, the latter by names without their layer's number."""
        found: list[tuple[int, str, dict[str, Tensor]]] = []
        for part in self.recurrent(module):
            base = found[-1][0] + 1 if found else 0
            for layer in range(getattr(part, "num_layers", 1)):
                for direction, reverse in (("forward", ""), ("backward", "_reverse")):
                    suffix = "" if not hasattr(part, "num_layers") else f"_l{layer}{reverse}"
                    if hasattr(part, f"weight_ih{suffix}") and (suffix or not reverse):
                        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
                        weights = {name: getattr(part, name + suffix, None) for name in names}
                        kept = {name: one for name, one in weights.items() if one is not None}
                        found.append((base + layer, direction, kept))
        return found

    @staticmethod
    def state_size(weights: dict[str, Tensor]) -> int:
        """Numbers of the hidden state: P with a projection, else H."""
        return int(weights["weight_hh"].shape[1])

    def top(self, module: nn.Module, x: Tensor, states: list[dict[str, Array]]) -> Array:
        """What the recurrent parts themselves give, (T, H)."""
        rest = list(states)
        for part in self.recurrent(module):
            taken = len(places_of(part))
            mine, rest = rest[:taken], rest[taken:]
            initial = tuple(torch.stack([torch.tensor(state[name]) for state in mine]) for name in mine[0])
            if hasattr(part, "num_layers"):
                x, _ = part(x, initial if len(initial) > 1 else initial[0])
                continue
            state: Any = tuple(array[0] for array in initial)
            rows = []
            for row in x:
                state = part(row, state if len(state) > 1 else state[0])
                state = state if isinstance(state, tuple) else (state,)
                rows.append(state[0])
            x = torch.stack(rows)
        found: Array = x.numpy()
        return found


def places_of(part: nn.Module) -> list[str]:
    """The directions of a recurrent part, by the names of their recurrent weights."""
    return [name for name, _ in part.named_parameters() if name.startswith("weight_hh")]


def sizes(seed: int) -> tuple[int, int]:
    """D and H, never equal."""
    return 2 + seed % 3, 5 + seed % 3


def bare(cell: str, arguments: dict[str, Any], seed: int, **more: Any) -> Built:
    """The recurrent module alone: names without a prefix."""
    width, units = sizes(seed)
    return Built(getattr(nn, cell.upper())(width, units, **arguments, **more), lambda module: [module], units)


def stacked(cell: str, arguments: dict[str, Any], seed: int) -> Built:
    """Two layers."""
    return bare(cell, arguments, seed, num_layers=2)


def bidirectional(cell: str, arguments: dict[str, Any], seed: int) -> Built:
    """Both directions."""
    return bare(cell, arguments, seed, bidirectional=True)


def bidirectional_stacked(cell: str, arguments: dict[str, Any], seed: int) -> Built:
    """Two layers in both directions."""
    return bare(cell, arguments, seed, num_layers=2, bidirectional=True)


def without_bias(cell: str, arguments: dict[str, Any], seed: int) -> Built:
    """No biases at all."""
    return bare(cell, arguments, seed, bias=False)


def projected(cell: str, arguments: dict[str, Any], seed: int) -> Built:
    """An LSTM whose hidden state is a projection."""
    return bare(cell, arguments, seed, proj_size=3)


def projected_deep(cell: str, arguments: dict[str, Any], seed: int) -> Built:
    """The same in two layers and both directions."""
    return bare(cell, arguments, seed, proj_size=3, num_layers=2, bidirectional=True)


def single_cell(cell: str, arguments: dict[str, Any], seed: int) -> Built:
    """`LSTMCell` and its like: names without a layer's number."""
    width, units = sizes(seed)
    return Built(getattr(nn, f"{cell.upper()}Cell")(width, units, **arguments), lambda module: [module], units)


def cell_list(cell: str, arguments: dict[str, Any], seed: int) -> Built:
    """Two cells in a `ModuleList`, stacked by hand; only the user knows that they are."""
    width, units = sizes(seed)
    make = getattr(nn, f"{cell.upper()}Cell")
    module = nn.ModuleDict({"cells": nn.ModuleList([make(width, units, **arguments), make(units, units, **arguments)])})
    options = {"module": ["cells.0", "cells.1"]}
    return Built(module, lambda module: list(module["cells"]), units, options=options, asks="cells.1")


def prefixed(cell: str, arguments: dict[str, Any], seed: int) -> Built:
    """Deep inside another module."""
    inner = bare(cell, arguments, seed, num_layers=1 + seed % 2)
    module = nn.ModuleDict({"encoder": nn.ModuleDict({"rnn": inner.module})})
    return Built(module, lambda module: [module["encoder"]["rnn"]], inner.units)


def parallel(cell: str, arguments: dict[str, Any], seed: int) -> Built:
    """As `DataParallel` saves it: everything begins with ``module.``."""
    inner = bare(cell, arguments, seed)
    module = nn.DataParallel(nn.ModuleDict({"rnn": inner.module}))
    return Built(module, lambda module: [module.module["rnn"]], inner.units)


def two(cell: str, arguments: dict[str, Any], seed: int) -> Built:
    """An encoder and a decoder in one file: the user chooses the decoder."""
    width, units = sizes(seed)
    make = getattr(nn, cell.upper())
    module = nn.ModuleDict(
        {"encoder": make(width, units, **arguments), "decoder": make(units, units + 1, num_layers=2, **arguments)}
    )
    return Built(
        module, lambda module: [module["decoder"]], units + 1, options={"module": "decoder"}, asks="encoder"
    )  # fmt: skip


def two_stacked(cell: str, arguments: dict[str, Any], seed: int) -> Built:
    """Two modules in one file that the user puts one upon the other."""
    width, units = sizes(seed)
    make = getattr(nn, cell.upper())
    module = nn.ModuleDict(
        {"first": make(width, units, **arguments), "second": make(units, units, bidirectional=True, **arguments)}
    )
    options = {"module": ["first", "second"]}
    return Built(module, lambda module: [module["first"], module["second"]], units, options=options, asks="second")


def language(cell: str, arguments: dict[str, Any], seed: int) -> Built:
    """Embedding, recurrent layers, and a linear layer to the vocabulary's scores."""
    width, units = sizes(seed)
    vocabulary = 11 + seed % 4
    parts = {
        "embedding": nn.Embedding(vocabulary, width, padding_idx=0),
        "rnn": getattr(nn, cell.upper())(width, units, num_layers=2, **arguments),
        "decoder": nn.Linear(units, vocabulary),
    }
    return around(parts, units, softmax=True, options={"readout_kind": "softmax"})


def tagger(cell: str, arguments: dict[str, Any], seed: int) -> Built:
    """Embedding, both directions, and a linear layer to a few tags."""
    width, units = sizes(seed)
    parts = {
        "word_embeddings": nn.Embedding(13, width),
        "lstm": getattr(nn, cell.upper())(width, units, bidirectional=True, **arguments),
        "hidden2tag": nn.Linear(2 * units, 4),
    }
    return around(parts, units, softmax=True, options={"readout_kind": "softmax"})


def regressor(cell: str, arguments: dict[str, Any], seed: int) -> Built:
    """Rows of numbers in, numbers out."""
    width, units = sizes(seed)
    parts = {"rnn": getattr(nn, cell.upper())(width, units, **arguments), "fc": nn.Linear(units, 2)}
    return around(parts, units, options={"readout_kind": "linear"})


def tied(cell: str, arguments: dict[str, Any], seed: int) -> Built:
    """The decoder's weights are the embedding's."""
    units = 5 + seed % 3
    built = around(
        {
            "encoder": nn.Embedding(12, units),
            "rnn": getattr(nn, cell.upper())(units, units, **arguments),
            "decoder": nn.Linear(units, 12),
        },
        units,
        softmax=True,
        options={"readout_kind": "softmax"},
    )
    built.module["decoder"].weight = built.module["encoder"].weight
    return built


def perceptron(cell: str, arguments: dict[str, Any], seed: int) -> Built:
    """A head of two linear layers with a relu between, which no readout is: the states alone are expected."""
    width, units = sizes(seed)
    head = nn.Sequential(nn.Linear(units, 9), nn.ReLU(), nn.Linear(9, 2))
    module = nn.ModuleDict({"rnn": getattr(nn, cell.upper())(width, units, **arguments), "head": head})
    return Built(module, lambda module: [module["rnn"]], units)


def normalised(cell: str, arguments: dict[str, Any], seed: int) -> Built:
    """A convolution before and a normalisation behind: the recurrent layer's own input is what is traced."""
    width, units = sizes(seed)
    module = nn.ModuleDict(
        {
            "conv": nn.Conv1d(3, width, 3),
            "bn": nn.BatchNorm1d(width),
            "rnn": getattr(nn, cell.upper())(width, units, **arguments),
            "norm": nn.LayerNorm(units),
        }
    )
    return Built(module, lambda module: [module["rnn"]], units)


def around(parts: dict[str, Any], units: int, *, softmax: bool = False, options: dict[str, Any]) -> Built:
    """Embedding or none, recurrent module, readout, in this order."""
    names = list(parts)
    embedding = (lambda module: module[names[0]].weight.data) if len(names) == 3 else None
    return Built(
        nn.ModuleDict(parts), lambda module: [module[names[-2]]], units, embedding,
        lambda module: module[names[-1]], softmax, options,
    )  # fmt: skip


BUILDERS: dict[str, tuple[Callable[..., Built], tuple[str, ...]]] = {
    "bare": (bare, ALL),
    "stacked": (stacked, ALL),
    "bidirectional": (bidirectional, ALL),
    "bidirectional_stacked": (bidirectional_stacked, ALL),
    "without_bias": (without_bias, ALL),
    "projected": (projected, ("lstm",)),
    "projected_deep": (projected_deep, ("lstm",)),
    "cell": (single_cell, ALL),
    "cell_list": (cell_list, ("lstm", "gru")),
    "prefixed": (prefixed, ALL),
    "parallel": (parallel, ALL),
    "two": (two, ALL),
    "two_stacked": (two_stacked, ("gru", "rnn_tanh")),
    "language": (language, ALL),
    "tagger": (tagger, ALL),
    "regressor": (regressor, ALL),
    "tied": (tied, ("lstm", "gru")),
    "perceptron": (perceptron, ("lstm", "gru", "rnn_tanh")),
    "normalised": (normalised, ("lstm", "rnn_relu")),
}
"""Each with the kinds of cells it exists in."""

"""What the core's tests share: small random cells and networks of every kind and variant."""

from typing import Any, NamedTuple

import numpy as np

from gatescope.core import GRU, LSTM, RNN, Cell, Embedding, Feedback, Layer, Network, Readout, Vocabulary
from gatescope.core.activations import Array
from gatescope.core.parts import ReadoutKind


class Variant(NamedTuple):
    """One set of equations: a kind of cell and the options that change them."""

    kind: type[Cell]
    options: dict[str, Any]
    projected: int | None = None
    peepholes: bool = False


HARD = {"recurrent_activation": "hard_sigmoid"}
VARIANTS: dict[str, Variant] = {
    "lstm": Variant(LSTM, {}),
    "lstm, projected": Variant(LSTM, {}, projected=2),
    "lstm, peepholes": Variant(LSTM, {}, peepholes=True),
    "lstm, coupled": Variant(LSTM, {"coupled": True}),
    "lstm, all of it": Variant(
        LSTM, {"coupled": True, "activation": "softsign", "output_activation": "elu", **HARD}, 3, peepholes=True
    ),
    "gru": Variant(GRU, {"reset_after": True}),
    "gru, reset before": Variant(GRU, {"reset_after": False}),
    "gru, hard": Variant(GRU, {"reset_after": False, "activation": "softplus", **HARD}),
    "rnn": Variant(RNN, {"activation": "tanh"}),
    "rnn, relu": Variant(RNN, {"activation": "relu"}),
    "rnn, softsign": Variant(RNN, {"activation": "softsign"}),
}
GATED = ("lstm", "gru", "gru, reset before")
FAST = ("lstm", "lstm, projected", "gru", "gru, reset before", "rnn", "rnn, relu")
"""Variants that a block of working memory computes; the others run step by step."""
DTYPES = ("float32", "float64")
TOLERANCE = {"float32": 2e-5, "float64": 1e-12}
"""Largest difference that rounding explains between two ways to compute a short trace of moderate numbers."""
LABELS = ("a", "b", "c", " ", "é", "\n", "?")


def normal(*shape: int, seed: int = 0, dtype: str = "float64", scale: float = 1.0) -> Array:
    """Normally distributed numbers, all different."""
    return (scale * np.random.default_rng(seed).standard_normal(shape)).astype(dtype)


def random_cell(
    variant: str = "lstm", input_size: int = 3, hidden_size: int = 4, *, seed: int = 0, dtype: str = "float64"
) -> Any:
    """A cell whose state neither explodes nor dies out."""
    kind, options, projected, peepholes = VARIANTS[variant]
    scale = 0.8 / np.sqrt(hidden_size)
    shapes = kind.expected_shapes(input_size, hidden_size)
    if projected:
        shapes |= {"recurrent_kernel": (projected, 4 * hidden_size), "projection": (hidden_size, projected)}
    if peepholes:
        shapes["peepholes"] = (3, hidden_size)
    arrays = {
        name: normal(*shape, seed=100 * seed + index, dtype=dtype, scale=scale)
        for index, (name, shape) in enumerate(shapes.items())
    }
    return kind(**arrays, **options)


def changed(cell: Any, **arrays: Array) -> Any:
    """The same cell with some of its arrays replaced."""
    return cell.with_arrays({**cell.arrays(), **arrays})


def random_state(cell: Cell, *batch: int, seed: int = 50) -> dict[str, Array]:
    """A state (H, *batch) that is not zero."""
    return {
        name: normal(cell.sizes[name], *batch, seed=seed + index, dtype=str(cell.dtype), scale=0.5)
        for index, name in enumerate(cell.state_names)
    }


def random_network(
    *variants: str,
    bidirectional: bool = False,
    readout: ReadoutKind | None = "linear",
    tokens: bool = False,
    outputs: int = 2,
    unknown: int | None = None,
    dtype: str = "float64",
    seed: int = 0,
) -> Network:
    """A network with one layer for each variant; with ``tokens`` it reads ``LABELS``, without it 3 numbers a step."""
    embedding = Embedding(normal(len(LABELS), 3, seed=seed + 1, dtype=dtype)) if tokens else None
    layers, size = [], 3
    for index, variant in enumerate(variants or ("lstm",)):
        below, seeds = size, seed + 10 * index
        forward = random_cell(variant, below, 4 + index, seed=seeds + 2, dtype=dtype)
        backward = random_cell(variant, below, 5 + index, seed=seeds + 3, dtype=dtype) if bidirectional else None
        layers.append(Layer(forward, backward))
        size = layers[-1].output_size
    head = None
    if readout is not None:
        count = len(LABELS) if readout == "softmax" else outputs
        kernel, bias = normal(size, count, seed=seed + 4, dtype=dtype), normal(count, seed=seed + 5, dtype=dtype)
        head = Readout(readout, kernel, bias, "next_input")
    return Network(tuple(layers), embedding, head, Vocabulary(LABELS, unknown) if tokens else None)


def speaking_network(variant: str = "lstm", *, end: int | None = 6, dtype: str = "float64", seed: int = 0) -> Network:
    """A network that reads 2 numbers beside its last output, which is one of ``LABELS``."""
    count = len(LABELS)
    cell = random_cell(variant, 2 + count, 4, seed=seed, dtype=dtype)
    kernel, bias = normal(4, count, seed=seed + 4, dtype=dtype), normal(count, seed=seed + 5, dtype=dtype)
    names = ("width", "height", *(f"said {label}" for label in LABELS))
    return Network(
        (Layer(cell),),
        readout=Readout("softmax", kernel, bias, labels=LABELS),
        feedback=Feedback(2, end),
        columns=names,
    )

"""How parameters begin, and the schemes to choose from."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .activations import Array
from .cells import CELLS, Cell
from .network import Embedding, Layer, Network, Readout, ReadoutKind, Vocabulary

Draw = Callable[[np.random.Generator, int, int], Array]
"""Takes a generator, rows, and the units H; gives one gate's block (rows, H)."""

KEEPERS = {"lstm": "forget_gate", "gru": "update_gate"}
"""The gate that keeps the state as it is, by cell; a simple RNN has none."""


def glorot(rng: np.random.Generator, rows: int, columns: int) -> Array:
    """Uniform in the bounds that keep variances through a (rows, columns) product (Glorot and Bengio 2010)."""
    bound = np.sqrt(6 / (rows + columns))
    return rng.uniform(-bound, bound, (rows, columns))


def orthogonal(rng: np.random.Generator, size: int) -> Array:
    """A random (size, size) rotation (Saxe et al. 2014)."""
    q, r = np.linalg.qr(rng.standard_normal((size, size)))
    return np.asarray(q * np.sign(np.diag(r)))


def uniform(rng: np.random.Generator, rows: int, units: int) -> Array:
    """Uniform within 1 / sqrt(H), whatever reads it: PyTorch's."""
    bound = 1 / np.sqrt(units)
    return rng.uniform(-bound, bound, (rows, units))


SCHEMES: dict[str, tuple[Draw, Draw]] = {
    "orthogonal": (glorot, lambda rng, rows, _: orthogonal(rng, rows)),
    "glorot": (glorot, glorot),
    "uniform": (uniform, uniform),
}
"""What draws a gate's block of the kernel and of the recurrent kernel, by the scheme's name; Keras has the first."""


def initial_cell(
    kind: str,
    input_size: int,
    hidden_size: int,
    rng: np.random.Generator,
    *,
    scheme: str = "orthogonal",
    forget_bias: float = 1.0,
    weight_scale: float = 1.0,
    dtype: str = "float32",
    **options: Any,
) -> Cell:
    """A cell to be trained. Biases are 0 but for the gate that keeps the state.

    ``forget_bias`` is that of an LSTM's forget gate, which it opens at the start (Gers et al. 2000; Jozefowicz et al.
    2015), and of a GRU's update gate, which does the same there; ``weight_scale`` multiplies all weights; ``options``
    are the cell's own, such as ``activation``.
    """
    cell = CELLS[kind]
    of_inputs, of_state = SCHEMES[scheme]
    arrays = {
        "kernel": np.concatenate([of_inputs(rng, input_size, hidden_size) for _ in cell.gates], axis=1),
        "recurrent_kernel": np.concatenate([of_state(rng, hidden_size, hidden_size) for _ in cell.gates], axis=1),
    }
    arrays = {name: weight_scale * array for name, array in arrays.items()}
    for name, shape in cell.expected_shapes(input_size, hidden_size).items():
        arrays.setdefault(name, np.zeros(shape))
    if kind in KEEPERS:
        block = cell.gates.index(KEEPERS[kind])
        arrays["bias"][block * hidden_size : (block + 1) * hidden_size] = forget_bias
    made: dict[str, Any] = {name: array.astype(dtype) for name, array in arrays.items()}
    return cell(**made, **options)


def initial_network(
    kind: str,
    hidden_sizes: tuple[int, ...],
    rng: np.random.Generator,
    *,
    readout: ReadoutKind,
    input_size: int = 1,
    vocabulary: Vocabulary | None = None,
    embedding_size: int = 32,
    forget_bias: float = 1.0,
    dtype: str = "float32",
) -> Network:
    """A network to be trained to predict its next input: tokens of ``vocabulary``, or ``input_size`` numbers.

    ``hidden_sizes`` has the units of each layer from below; ``embedding_size`` counts with a vocabulary only.
    """
    embedding, outputs = None, input_size
    if vocabulary:
        table = rng.standard_normal((len(vocabulary.labels), embedding_size)) / np.sqrt(embedding_size)
        embedding, input_size, outputs = Embedding(table.astype(dtype)), embedding_size, len(vocabulary.labels)
    layers = []
    for size in hidden_sizes:
        layers.append(Layer(initial_cell(kind, input_size, size, rng, forget_bias=forget_bias, dtype=dtype)))
        input_size = size
    head = Readout(readout, glorot(rng, input_size, outputs).astype(dtype), np.zeros(outputs, dtype), "next_input")
    return Network(tuple(layers), embedding, head, vocabulary)

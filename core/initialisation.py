"""How parameters begin: Glorot and Bengio (2010) for what reads inputs, orthogonal (Saxe et al. 2014) for the state."""

import numpy as np

from .activations import Array
from .cells import CELLS, LSTM, Cell
from .network import Embedding, Layer, Network, Readout, ReadoutKind, Vocabulary


def glorot(rng: np.random.Generator, rows: int, columns: int) -> Array:
    """Uniform in the bounds that keep variances through a (rows, columns) product."""
    bound = np.sqrt(6 / (rows + columns))
    return rng.uniform(-bound, bound, (rows, columns))


def orthogonal(rng: np.random.Generator, size: int) -> Array:
    """A random (size, size) rotation."""
    q, r = np.linalg.qr(rng.standard_normal((size, size)))
    return np.asarray(q * np.sign(np.diag(r)))


def initial_cell(
    kind: str,
    input_size: int,
    hidden_size: int,
    rng: np.random.Generator,
    *,
    forget_bias: float = 1.0,
    dtype: str = "float32",
) -> Cell:
    """A cell to be trained.

    ``forget_bias`` opens an LSTM's forget gates at the start (Gers et al. 2000; Jozefowicz et al. 2015).
    """
    cell = CELLS[kind]
    gates = len(cell.gates)
    arrays = {
        "kernel": np.concatenate([glorot(rng, input_size, hidden_size) for _ in range(gates)], axis=1),
        "recurrent_kernel": np.concatenate([orthogonal(rng, hidden_size) for _ in range(gates)], axis=1),
    }
    for name, shape in cell.expected_shapes(input_size, hidden_size).items():
        arrays.setdefault(name, np.zeros(shape))
    if cell is LSTM:
        arrays["bias"][hidden_size : 2 * hidden_size] = forget_bias
    return cell(**{name: array.astype(dtype) for name, array in arrays.items()})


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

"""Write ``formats/flax-*``: parameters of Flax's cells, flattened as people do, with dots or with slashes."""

from typing import Any

import flax
import jax
import jax.numpy as jnp
import numpy as np
import safetensors.numpy
from flax import linen
from flax.traverse_util import flatten_dict

from .formats_reference import Array, Arrays, Place, Step, flax_gru, flax_lstm, flax_rnn
from .formats_writing import Folder, Head, expect, network_precision, random_inputs
from .writing import random_array

UNITS, WIDTH = 5, 3
STEPS = {
    "lstm": (linen.OptimizedLSTMCell, flax_lstm),
    "lstm_plain": (linen.LSTMCell, flax_lstm),
    "gru": (linen.GRUCell, flax_gru),
    "rnn": (linen.SimpleCell, flax_rnn),
}
FORMS = (
    ("lstm", "float32", "safetensors", "."),
    ("lstm_plain", "float64", "npz", "/"),
    ("gru", "float64", "safetensors", "/"),
    ("gru", "bfloat16", "safetensors", "."),
    ("rnn", "float32", "npz", "."),
    ("rnn", "float16", "safetensors", "/"),
)


class Language(linen.Module):  # type: ignore[misc]
    """Embedding, two recurrent layers, and scores of the next token."""

    vocabulary: int = 11

    @linen.compact
    def __call__(self, tokens: Any, states: Any) -> Any:
        """Scores (1, T, V) of (1, T) tokens."""
        x = linen.Embed(self.vocabulary, 4)(tokens)
        for units, state in zip((UNITS, UNITS + 1), states, strict=True):
            x = linen.RNN(linen.OptimizedLSTMCell(units))(x, initial_carry=state)
        return linen.Dense(self.vocabulary)(x)


def randomise(tree: Any, rng: np.random.Generator, precision: str) -> Any:
    """The same parameters with random numbers."""
    return jax.tree.map(lambda array: jnp.asarray(random_array(rng, array.shape), precision), tree)


def save(folder: Folder, name: str, container: str, separator: str, parameters: Any) -> str:
    """Write the flattened parameters, and return the file's name."""
    flat = {key: np.asarray(array) for key, array in flatten_dict(parameters, sep=separator).items()}
    file = f"{name}-{'dots' if separator == '.' else 'slashes'}.{container}"
    if container == "npz":
        np.savez(folder.path(file), **flat)  # type: ignore[arg-type]
    else:
        safetensors.numpy.save_file(flat, folder.path(file))
    return file


def own_rows(cell: Any, parameters: Any, inputs: Array, state: dict[str, Array]) -> dict[str, Array]:
    """The states (T, H) that the cell itself gives."""
    carry: Any = jnp.asarray(state["hidden_state"])
    if "cell_state" in state:
        carry = (jnp.asarray(state["cell_state"]), carry)
    rows = []
    for row in inputs:
        carry, _ = cell.apply({"params": parameters}, carry, jnp.asarray(row))
        rows.append(carry[::-1] if isinstance(carry, tuple) else (carry,))
    return {key: np.stack([np.asarray(row[k]) for row in rows]) for k, key in enumerate(state)}


def step_of(make: Any, parameters: Any) -> Step:
    """The reference's step."""
    own: Arrays = {key: np.asarray(array, np.float64) for key, array in flatten_dict(parameters, sep=".").items()}
    step: Step = make(own)
    return step


def make_cell(folder: Folder, kind: str, precision: str, container: str, separator: str, seed: int) -> None:
    """The parameters of one cell, and the expectation."""
    rng = np.random.default_rng(6000 + seed)
    make, step = STEPS[kind]
    cell, kept = make(UNITS), network_precision(precision)
    inputs = random_inputs(rng, 6 + seed, WIDTH, precision)
    key = jax.random.key(0)
    start = cell.init(key, cell.initialize_carry(key, (WIDTH,)), jnp.zeros(WIDTH))["params"]
    parameters = randomise(start, rng, precision)
    name = f"flax-{kind}-{precision}"
    file = save(folder, name, container, separator, parameters)
    parameters = jax.tree.map(lambda array: array.astype(kept), parameters)
    names = ("hidden_state", "cell_state")[: 1 + kind.startswith("lstm")]
    state = {key: random_array(rng, (UNITS,)).astype(kept) for key in names}
    own = {f"0/forward/{key}": rows for key, rows in own_rows(cell, parameters, inputs, state).items()}
    expect(name, precision, [Place(0, "forward", step_of(step, parameters), state)], inputs, own)
    folder.accepted(file, name)


def make_language(folder: Folder) -> None:
    """A whole language model as a tree of parameters."""
    rng = np.random.default_rng(6100)
    module, steps = Language(), 9
    sizes = (UNITS, UNITS + 1)
    states = [
        {key: random_array(rng, (size,)).astype(np.float32) for key in ("hidden_state", "cell_state")} for size in sizes
    ]
    carries = [(state["cell_state"][None], state["hidden_state"][None]) for state in states]
    tokens = rng.integers(0, module.vocabulary, steps)
    start = module.init(jax.random.key(0), tokens[None], carries)["params"]
    parameters = randomise(start, rng, "float32")
    file = save(folder, "flax-language", "safetensors", ".", {"params": parameters})
    scores = module.apply({"params": parameters}, tokens[None], carries)[0]
    cells = [parameters[f"OptimizedLSTMCell_{index}"] for index in range(2)]
    places = [
        Place(index, "forward", step_of(flax_lstm, cell), state)
        for index, (cell, state) in enumerate(zip(cells, states, strict=True))
    ]
    dense = parameters["Dense_0"]
    expect(
        "flax-language", "float32", places, tokens, {"outputs": np.asarray(jax.nn.softmax(scores))},
        embedding=np.asarray(parameters["Embed_0"]["embedding"]),
        head=Head(np.asarray(dense["kernel"]), np.asarray(dense["bias"]), softmax=True),
    )  # fmt: skip
    modules = [f"params.OptimizedLSTMCell_{index}" for index in range(2)]
    folder.accepted(file, "flax-language", options={"module": modules, "readout_kind": "softmax"})


def main() -> None:
    """Write every file."""
    jax.config.update("jax_enable_x64", val=True)
    jax.config.update("jax_default_matmul_precision", "highest")
    folder = Folder("flax", f"flax {flax.__version__} on jax {jax.__version__}")
    for seed, form in enumerate(FORMS):
        make_cell(folder, *form, seed)
    make_language(folder)
    folder.close()


if __name__ == "__main__":
    main()

"""State dicts and checkpoints of a few units, for the tests of conventions and of importing."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatescope.core import Network
from gatescope.core.formats import assembling
from gatescope.core.formats.checkpoint import Checkpoint
from gatescope.core.formats.conventions.answers import Answers
from gatescope.core.formats.imported import Imported
from gatescope.core.formats.options import Options

Array = NDArray[Any]
GATES = {"lstm": 4, "gru": 3, "rnn": 1}


def numbers(seed: int, *shape: int, dtype: str = "float64") -> Array:
    """Numbers that are all different."""
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def torch_module(
    cell: str = "lstm", prefix: str = "rnn.", width: int = 3, units: int = 5, layers: int = 1, *,
    both: bool = False, bias: bool = True, projection: int = 0, seed: int = 0, dtype: str = "float64",
) -> dict[str, Array]:  # fmt: skip
    """The part of a state dict that PyTorch's recurrent module makes, in its order."""
    found: dict[str, Array] = {}
    rows, outputs = GATES[cell] * units, projection or units
    for layer in range(layers):
        for reverse in ("", "_reverse") if both else ("",):
            inputs = width if layer == 0 else outputs * (1 + both)
            shapes: dict[str, tuple[int, ...]] = {"weight_ih": (rows, inputs), "weight_hh": (rows, outputs)}
            shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)} if bias else {}
            shapes |= {"weight_hr": (projection, units)} if projection else {}
            for kind, shape in shapes.items():
                name = f"{prefix}{kind}_l{layer}{reverse}"
                found[name] = numbers(seed + 97 * len(found), *shape, dtype=dtype)
    return found


def linear(prefix: str, outputs: int, inputs: int, *, bias: bool = True, seed: int = 50) -> dict[str, Array]:
    """PyTorch's ``Linear``."""
    weight = {f"{prefix}.weight": numbers(seed, outputs, inputs)}
    return weight | ({f"{prefix}.bias": numbers(seed + 1, outputs)} if bias else {})


def table(prefix: str, tokens: int, width: int, seed: int = 60) -> dict[str, Array]:
    """PyTorch's ``Embedding``."""
    return {f"{prefix}.weight": numbers(seed, tokens, width)}


def permuted(array: Array, cell: str, order: str, axis: int = 0) -> Array:
    """Blocks in the canonical order put into another."""
    blocks = dict(zip({"lstm": "ifgo", "gru": "rzn"}[cell], np.split(array, GATES[cell], axis), strict=True))
    return np.concatenate([blocks[gate] for gate in order], axis)


def understand(checkpoint: Checkpoint, **options: Any) -> Imported:
    """What is made of a checkpoint, and that every option had a say."""
    answers = Answers(Options.from_json(options))
    imported = assembling.assemble(checkpoint, answers)
    answers.check_all_were_asked()
    return imported


def parameters(network: Network, *, layer: int = 0, direction: str = "forward") -> Mapping[str, Array]:
    """The arrays of one direction of one layer."""
    prefix = f"layers.{layer}.{direction}."
    return {name.removeprefix(prefix): a for name, a in network.parameters().items() if name.startswith(prefix)}


def said(imported: Imported, *words: str) -> bool:
    """Whether one of the notes has all these words."""
    return any(all(word in note for word in words) for note in imported.notes)


def chosen(imported: Imported) -> dict[str, Any]:
    """What was taken of every choice, by option."""
    return {choice.option: choice.chosen for choice in imported.choices}


def offered(imported: Imported, option: str) -> Sequence[Any]:
    """The values that a choice offers."""
    return [value for choice in imported.choices if choice.option == option for value, _ in choice.values]

"""Write ``formats/keras-*``: models that Keras saved, on PyTorch (``KERAS_BACKEND=torch``)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import safetensors.numpy
import torch
from keras import layers, ops
from keras.src.backend.common import dtypes

from . import formats_keras_legacy
from .formats_keras_models import Spec
from .formats_keras_specs import REFUSALS, SPECS
from .formats_reference import Array, Place, Step, keras_gru, keras_lstm, keras_rnn
from .formats_writing import Folder, Head, expect, network_precision, random_inputs
from .writing import random_array

BARE = ("weights.h5", "npz", "safetensors", "arrays.npz")
"""Forms that hold weights and no configuration; two by Keras's paths of the weights, the last without any names."""

# On every backend but TensorFlow, Keras rounds products of float64 to float32. This makes it do here as it does there.
dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"


def built(make: Any, precision: str) -> Any:
    """A new model in a precision, with the names that a new program would give."""
    keras.utils.clear_session()
    keras.config.set_floatx(precision)
    keras.config.set_dtype_policy(precision)
    return make()


def flat(model: Any) -> Iterator[Any]:
    """The layers in their order, those of models within the model in their place, stacked cells each in a layer."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from flat(layer)
        elif isinstance(layer, layers.RNN) and isinstance(layer.cell, layers.StackedRNNCells):
            yield from (layers.RNN(cell, return_sequences=True) for cell in layer.cell.cells)
        else:
            yield layer


def parameters(cell: Any) -> dict[str, Array]:
    """A cell's arrays in float64, by Keras's names."""
    return {weight.path.rpartition("/")[2]: ops.convert_to_numpy(weight).astype(np.float64) for weight in cell.weights}


def step_of(cell: Any) -> Step:
    """The reference's step for a cell."""
    own, activation = parameters(cell), cell.activation.__name__
    if isinstance(cell, layers.LSTMCell):
        return keras_lstm(own, activation, cell.recurrent_activation.__name__)
    if isinstance(cell, layers.GRUCell):
        return keras_gru(own, cell.reset_after, activation, cell.recurrent_activation.__name__)
    return keras_rnn(own, activation)


def directions(layer: Any, *, turned: bool) -> list[tuple[str, Any]]:
    """The recurrent layers within a layer, each with the direction it reads in; none for other layers.

    ``turned`` says that what is read comes last step first, as a layer with ``go_backwards`` gives it.
    """
    if isinstance(layer, layers.Bidirectional):
        return [("forward", layer.forward_layer), ("backward", layer.backward_layer)]
    if isinstance(layer, layers.RNN):
        return [("backward" if layer.go_backwards != turned else "forward", layer)]
    return []


def run(parts: list[tuple[str, Any]], layer: Any, x: Any, states: list[dict[str, Array]]) -> tuple[Any, list[Any]]:
    """What a recurrent layer gives at every step for (T, D) in time's order, and its cells' own states, likewise."""
    found = []
    for (direction, part), state in zip(parts, states, strict=True):
        now: Any = [ops.convert_to_tensor(array[None]) for array in state.values()]
        rows = []
        for row in x if direction == "forward" else x.flip(0):
            _, now = part.cell(row[None], now)
            now = list(now) if isinstance(now, (list, tuple)) else [now]
            rows.append(torch.cat(tuple(now), dim=1)[0])
        columns = torch.stack(rows if direction == "forward" else rows[::-1]).split(part.cell.units, dim=1)
        found.append(dict(zip(state, columns, strict=True)))
    every = torch.cat([states_of["hidden_state"] for states_of in found], dim=1)
    last = torch.cat([states_of["hidden_state"][-1 if d == "forward" else 0]
                      for (d, _), states_of in zip(parts, found, strict=True)])  # fmt: skip
    backwards = not isinstance(layer, layers.Bidirectional) and layer.go_backwards
    turned = backwards != (parts[0][0] == "backward")
    initial = [ops.convert_to_tensor(array[None]) for state in states for array in state.values()]
    whole = layer((x.flip(0) if turned else x)[None], initial_state=initial)[0]
    if not parts[0][1].return_sequences:
        assert torch.allclose(whole, last, rtol=0, atol=1e-5)
        return every, found
    return whole.flip(0) if parts[0][0] == "backward" else whole, found


def reference(name: str, precision: str, parts: list[Any], rng: np.random.Generator, steps: int) -> None:
    """Run the layers one after the other, each with initial states, and write the expectation."""
    places: list[Place] = []
    own: dict[str, Array] = {}
    table = inputs = None
    x: Any = None
    head: Head | None = None
    for part in parts:
        turned = bool(places) and places[-1].direction == "backward" and not isinstance(part, layers.Bidirectional)
        turned = turned and places[-1].layer != (places[-2].layer if len(places) > 1 else -1)
        if isinstance(part, layers.Embedding):
            table = ops.convert_to_numpy(part.embeddings)
            inputs = np.concatenate([[1, len(table) - 1], rng.integers(1, len(table), steps - 2)])
            x = part(torch.tensor(inputs)[None])[0]
        elif inside := directions(part, turned=turned):
            if x is None:
                inputs = random_inputs(rng, steps, len(parameters(inside[0][1].cell)["kernel"]), precision)
                x = torch.tensor(inputs)
            names = ("hidden_state", "cell_state")[: 1 + isinstance(inside[0][1].cell, layers.LSTMCell)]
            index, kept = places[-1].layer + 1 if places else 0, network_precision(precision)
            states = [{key: random_array(rng, (one.cell.units,)).astype(kept) for key in names} for _, one in inside]
            x, found = run(inside, part, x, states)
            for (direction, one), state, rows in zip(inside, states, found, strict=True):
                places.append(Place(index, direction, step_of(one.cell), state))
                own |= {f"{index}/{direction}/{key}": array.numpy() for key, array in rows.items()}
            own["top"] = x.numpy()
        elif places and not isinstance(part, layers.Dropout):
            head = head_of(part, head)
            x = part(x[None])[0]
            own["outputs"] = x.numpy()
    assert inputs is not None
    expect(name, precision, places, inputs, own, embedding=table, head=head)


def head_of(part: Any, before: Head | None) -> Head:
    """The reference's readout for a `Dense` layer, or for a softmax behind one; other activations are taken off."""
    dense = part.layer if isinstance(part, layers.TimeDistributed) else part
    if isinstance(dense, layers.Dense):
        kernel, bias = (*(ops.convert_to_numpy(weight) for weight in dense.weights), np.zeros(dense.units))[:2]
        if dense.activation is not keras.activations.softmax:
            dense.activation = keras.activations.linear
        return Head(kernel, bias, dense.activation is keras.activations.softmax)
    assert before is not None
    return replace(before, softmax=True)


def make(folder: Folder, name: str, spec: Spec, seed: int) -> None:
    """One model in every form, and its expectation."""
    rng = np.random.default_rng(2000 + seed)
    precision = spec.precision
    model = built(spec.build, precision)
    randomise(model, rng)
    for container in spec.containers:
        save(model, folder, name, container)
    arrays = [ops.convert_to_numpy(ops.cast(weight, network_precision(precision))) for weight in model.weights]
    if precision != network_precision(precision):
        model = built(spec.build, network_precision(precision))
        model.set_weights(arrays)
    parts = [model.get_layer(part) for part in spec.path] or list(flat(model))
    reference(f"keras-{name}", precision, parts, rng, 6 + seed % 5)
    for container in spec.containers:
        options = spec.options | (spec.bare_options if container in BARE else {})
        more = spec.more | ({"options": options} if options else {})
        folder.accepted(f"keras-{name}.{container}", f"keras-{name}", **more)


def randomise(model: Any, rng: np.random.Generator) -> None:
    """Make every number of a model random."""
    model.set_weights([np.abs(random_array(rng, tuple(weight.shape))) if "variance" in weight.path else random_array(
        rng, tuple(weight.shape)) for weight in model.weights])  # fmt: skip


def save(model: Any, folder: Folder, name: str, container: str) -> None:
    """Write a model as Keras does."""
    path = folder.path(f"keras-{name}.{container}")
    if container == "weights.h5":
        model.save_weights(path)
    elif container == "arrays.npz":
        np.savez(path, *model.get_weights())
    elif container in BARE:
        arrays = {weight.path: ops.convert_to_numpy(weight) for weight in model.weights}
        np.savez(path, **arrays) if container == "npz" else safetensors.numpy.save_file(arrays, path)
    else:
        model.save(path)


def main() -> None:
    """Write every file."""
    folder = Folder("keras", f"keras {keras.__version__} on torch {torch.__version__}")
    with torch.no_grad():
        for seed, (name, spec) in enumerate(SPECS.items()):
            make(folder, name, spec, seed)
        for name, refusal in REFUSALS.items():
            for container in refusal.containers:
                if name not in SPECS:
                    model = built(refusal.build, "float32")
                    randomise(model, np.random.default_rng(3000))
                    save(model, folder, name, container)
                more = {"options": refusal.options} if refusal.options else {}
                folder.refused(f"keras-{name}.{container}", refusal.error, refusal.word, **more)
        keras.utils.clear_session()
        keras.config.set_floatx("float32")
        keras.config.set_dtype_policy("float32")
        formats_keras_legacy.make(folder, reference, randomise)
    folder.close()


if __name__ == "__main__":
    main()

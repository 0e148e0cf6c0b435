"""Files as Keras 2 wrote them, made by hand with h5py: no Keras 3 writes their names, attributes and defaults.

A Keras 2 ``hard_sigmoid`` is 0.2 x + 0.5 and not x / 6 + 0.5; nothing but ``keras_version`` in the file says so.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
from keras import layers, ops

from .formats_writing import Folder

VOCABULARY, WIDTH, UNITS = 11, 4, 5


def hard_sigmoid_02(x: Any) -> Any:
    """Keras 2's."""
    return ops.clip(0.2 * x + 0.5, 0.0, 1.0)


def entry(kind: str, name: str, **config: Any) -> dict[str, Any]:
    """A layer of a configuration."""
    return {"class_name": kind, "config": {"name": name, "trainable": True, "dtype": "float32", **config}}


def recurrent(kind: str, name: str, **config: Any) -> dict[str, Any]:
    """A recurrent layer with Keras 2's older defaults."""
    return entry(
        kind, name,
        **{"return_sequences": True, "go_backwards": False, "stateful": False, "unroll": False, "units": UNITS,
           "activation": "tanh", "use_bias": True, "dropout": 0.0, "recurrent_dropout": 0.0, "implementation": 1}
        | config,
    )  # fmt: skip


def write(path: Path, version: str, config: Any, weights: dict[str, dict[str, Any]], *, model: bool = True) -> None:
    """An HDF5 file of Keras 2: ``weights`` by layer and by the weight's name."""
    with h5py.File(path, "w") as file:
        if model:
            file.attrs["model_config"] = json.dumps(config).encode()
        group = file.create_group("model_weights") if model else file
        for place in {file, group}:
            place.attrs["keras_version"] = version.encode()
            place.attrs["backend"] = b"tensorflow"
        group.attrs["layer_names"] = np.array([name.encode() for name in weights])
        for layer, arrays in weights.items():
            inside = group.create_group(layer)
            inside.attrs["weight_names"] = np.array([name.encode() for name in arrays], np.bytes_)
            for name, array in arrays.items():
                inside[name] = array


def arrays_of(part: Any, names: Sequence[str]) -> dict[str, Any]:
    """A layer's weights under the names that Keras 2 gave them."""
    return dict(zip(names, (ops.convert_to_numpy(weight) for weight in part.weights), strict=True))


def language() -> list[Any]:
    """Layers of the first file; Keras 2.15 with the activation that it once had."""
    return [
        layers.Embedding(VOCABULARY, WIDTH),
        layers.LSTM(UNITS, return_sequences=True, recurrent_activation=hard_sigmoid_02),
        layers.Dense(VOCABULARY, activation="softmax"),
    ]


def write_language(path: Path, parts: list[Any]) -> None:
    """A `Sequential` of TensorFlow 2."""
    embedding = entry("Embedding", "embedding", input_dim=VOCABULARY, output_dim=WIDTH, mask_zero=False)
    reader = {"class_name": "InputLayer", "config": {"batch_input_shape": [None, None], "name": "embedding_input"}}
    lstm = recurrent("LSTM", "lstm", recurrent_activation="hard_sigmoid", unit_forget_bias=True)
    dense = entry("Dense", "dense", units=VOCABULARY, activation="softmax", use_bias=True)
    config = {"class_name": "Sequential", "config": {"name": "sequential", "layers": [reader, embedding, lstm, dense]}}
    columns = [f"lstm/lstm_cell/{name}:0" for name in ("kernel", "recurrent_kernel", "bias")]
    weights = {
        "embedding": arrays_of(parts[0], ["embedding/embeddings:0"]),
        "lstm": arrays_of(parts[1], columns),
        "dense": arrays_of(parts[2], ["dense/kernel:0", "dense/bias:0"]),
    }
    write(path, "2.15.0", config, weights)


def old() -> list[Any]:
    """Layers of the second file; Keras 2.0 knew one GRU only."""
    return [
        layers.GRU(UNITS, return_sequences=True, reset_after=False, recurrent_activation=hard_sigmoid_02),
        layers.SimpleRNN(UNITS + 1, return_sequences=True),
        layers.Dense(2),
    ]


def write_old(path: Path, parts: list[Any]) -> None:
    """A `Sequential` whose configuration is a list, with names that Keras counted from 1."""
    gru = recurrent("GRU", "gru_1", recurrent_activation="hard_sigmoid", batch_input_shape=[None, None, 3])
    rnn = recurrent("SimpleRNN", "simple_rnn_1", units=UNITS + 1)
    dense = entry("Dense", "dense_1", units=2, activation="linear", use_bias=True)
    weights = {
        "gru_1": arrays_of(parts[0], [f"gru_1/{name}:0" for name in ("kernel", "recurrent_kernel", "bias")]),
        "simple_rnn_1": arrays_of(
            parts[1], [f"simple_rnn_1/{name}:0" for name in ("kernel", "recurrent_kernel", "bias")]
        ),
        "dense_1": arrays_of(parts[2], ["dense_1/kernel:0", "dense_1/bias:0"]),
    }
    write(path, "2.0.8", {"class_name": "Sequential", "config": [gru, rnn, dense]}, weights)


def both() -> list[Any]:
    """Layers of the third file."""
    return [layers.Bidirectional(layers.LSTM(UNITS, return_sequences=True))]


def write_both(path: Path, parts: list[Any], *, model: bool = True) -> None:
    """A functional model with both directions, or its weights alone."""
    inside = recurrent("LSTM", "lstm", recurrent_activation="sigmoid", unit_forget_bias=True)
    reader: dict[str, Any] = {"name": "input_1", "class_name": "InputLayer", "inbound_nodes": []}
    reader["config"] = {"batch_input_shape": [None, None, 3], "dtype": "float32", "sparse": False, "name": "input_1"}
    layer: dict[str, Any] = entry("Bidirectional", "bidirectional", layer=inside, merge_mode="concat")
    layer |= {"name": "bidirectional", "inbound_nodes": [[["input_1", 0, 0, {}]]]}
    inner: dict[str, Any] = {"name": "model", "layers": [reader, layer]}
    inner |= {"input_layers": [["input_1", 0, 0]], "output_layers": [["bidirectional", 0, 0]]}
    names = [
        f"bidirectional/{direction}_lstm/lstm_cell_{index}/{name}:0"
        for index, direction in enumerate(("forward", "backward"), 1)
        for name in ("kernel", "recurrent_kernel", "bias")
    ]
    weights = {"input_1": {}, "bidirectional": arrays_of(parts[0], names)}
    write(path, "2.11.0", {"class_name": "Functional", "config": inner}, weights, model=model)


def write_fused(path: Path) -> None:
    """The layer for NVIDIA's cuDNN, whose weights are laid out in another way."""
    layer = recurrent("CuDNNLSTM", "cu_dnnlstm", batch_input_shape=[None, None, 3])
    rng = np.random.default_rng(1)
    shapes = {"kernel": (3, 4 * UNITS), "recurrent_kernel": (UNITS, 4 * UNITS), "bias": (8 * UNITS,)}
    arrays = {f"cu_dnnlstm/{name}:0": rng.random(shape, np.float32) for name, shape in shapes.items()}
    write(path, "2.2.4", {"class_name": "Sequential", "config": [layer]}, {"cu_dnnlstm": arrays})


def make(folder: Folder, reference: Callable[..., None], randomise: Callable[..., None]) -> None:
    """Write every file, and their expectations by Keras 3's layers with Keras 2's activation."""
    writers = {"language": (language, write_language), "old": (old, write_old), "both": (both, write_both)}
    for seed, (name, (build, writer)) in enumerate(writers.items()):
        rng = np.random.default_rng(8000 + seed)
        reader = keras.Input((None,) if name == "language" else (None, 3))
        parts = build()
        model, loaded = keras.Sequential([reader, *parts]), keras.Sequential([reader, *build()])
        randomise(model, rng)
        file = f"keras2-{name}.h5"
        writer(folder.path(file), parts)
        loaded.load_weights(folder.path(file))
        for ours, theirs in zip(model.weights, loaded.weights, strict=True):
            assert (ops.convert_to_numpy(ours) == ops.convert_to_numpy(theirs)).all(), f"Keras reads {file} otherwise"
        if name == "both":
            write_both(folder.path("keras2-both_weights.h5"), parts, model=False)
            folder.accepted("keras2-both_weights.h5", "keras2-both")
        reference(f"keras2-{name}", "float32", parts, rng, 7 + seed)
        folder.accepted(file, f"keras2-{name}")
    write_fused(folder.path("keras2-fused.h5"))
    folder.refused("keras2-fused.h5", "Unsupported", "CuDNNLSTM")

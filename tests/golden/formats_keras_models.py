"""The models that `make_formats_keras` saves, layer by layer; those that are in no order are in `functional`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
from keras import layers

WIDTH, UNITS = 3, 5
VOCABULARY = 11
HALF: dict[str, Any] = {"recurrent_initializer": "glorot_uniform"}
"""For half precisions, in which PyTorch has no orthogonal matrices."""


@dataclass(frozen=True)
class Spec:
    """A model that must be read as a network.

    ``build`` gives the model. ``options`` are passed to the import of every file, ``bare_options`` in addition to that
    of a file of weights without a configuration. ``path`` leads to the layers that make the network, by name; without
    it they are the model's layers in their order.
    """

    build: Callable[[], Any]
    containers: tuple[str, ...] = ("keras", "weights.h5", "h5")
    precision: str = "float32"
    options: dict[str, Any] = field(default_factory=dict)
    bare_options: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    path: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """A model that must be refused: the class of error, and a word of its sentence."""

    build: Callable[[], Any]
    word: str
    error: str = "Unsupported"
    containers: tuple[str, ...] = ("keras", "h5")
    options: dict[str, Any] = field(default_factory=dict)


def values(*parts: Any, name: str | None = None, width: int = WIDTH) -> Any:
    """A `Sequential` that reads rows of numbers."""
    return keras.Sequential([keras.Input((None, width)), *parts], name=name)


def tokens(*parts: Any, width: int = 4, **options: Any) -> Any:
    """A `Sequential` that reads token ids."""
    return keras.Sequential(
        [keras.Input((None,), dtype="int32"), layers.Embedding(VOCABULARY, width, **options), *parts]
    )


def lstm(units: int = UNITS, **options: Any) -> Any:
    """An LSTM layer that gives every step."""
    return layers.LSTM(units, return_sequences=True, **options)


def gru(units: int = UNITS, **options: Any) -> Any:
    """A GRU layer that gives every step."""
    return layers.GRU(units, return_sequences=True, **options)


def rnn(units: int = UNITS, **options: Any) -> Any:
    """A simple recurrent layer that gives every step."""
    return layers.SimpleRNN(units, return_sequences=True, **options)


def functional() -> Any:
    """The functional interface, with names of the user's own."""
    inputs = keras.Input((None, WIDTH), name="measurements")
    x = layers.LSTM(4, return_sequences=True, name="below")(inputs)
    x = layers.Dropout(0.3, name="drop")(x)
    x = layers.GRU(UNITS, return_sequences=True, name="above")(x)
    return keras.Model(inputs, layers.Dense(2, name="forecast")(x))


def nested() -> Any:
    """A model within a model within a model."""
    encoder = keras.Sequential(
        [keras.Input((None, WIDTH)), gru(4, name="first"), rnn(6, name="second")], name="encoder"
    )
    inputs = keras.Input((None, WIDTH))
    inner = keras.Sequential([keras.Input((None, WIDTH)), encoder, lstm(UNITS, name="third")], name="inner")
    return keras.Model(inputs, layers.Dense(2, name="head")(inner(inputs)))


def branches() -> Any:
    """Two recurrent layers beside each other: the user chooses one."""
    inputs = keras.Input((None, WIDTH))
    parts = [lstm(4, name="left")(inputs), gru(UNITS, name="right")(inputs)]
    return keras.Model(inputs, layers.Dense(2, name="head")(layers.Concatenate()(parts)))


def translator() -> Any:
    """Encoder and decoder, the one's last state handed to the other."""
    source, target = keras.Input((None, WIDTH)), keras.Input((None, WIDTH + 1))
    _, *state = layers.LSTM(UNITS, return_state=True, name="encoder")(source)
    x = lstm(UNITS, name="decoder")(target, initial_state=state)
    return keras.Model([source, target], layers.Dense(2, name="head")(x))


def autoencoder() -> Any:
    """The last state of the one repeated for the other: no stack of layers."""
    inputs = keras.Input((7, WIDTH))
    x = layers.RepeatVector(7)(layers.LSTM(4, name="encoder")(inputs))
    x = layers.LSTM(UNITS, return_sequences=True, name="decoder")(x)
    return keras.Model(inputs, layers.TimeDistributed(layers.Dense(WIDTH), name="head")(x))


def apart() -> Any:
    """Both directions, handed on as two sequences."""
    inputs = keras.Input((7, WIDTH))
    both = layers.Bidirectional(lstm(), merge_mode=None)(inputs)
    return keras.Model(inputs, layers.Concatenate()(both))


def reused() -> Any:
    """One layer called twice."""
    inputs, layer = keras.Input((7, UNITS)), lstm()
    return keras.Model(inputs, layer(layer(inputs)))


class Own(keras.Model):  # type: ignore[misc]
    """A model of a class of its own: its file describes nothing."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.emb = layers.Embedding(VOCABULARY, 4)
        self.rnn = lstm()
        self.head = layers.Dense(VOCABULARY)

    def call(self, tokens: Any) -> Any:
        """Scores of the next token."""
        return self.head(self.rnn(self.emb(tokens)))


def own_class() -> Any:
    """The same, built."""
    model = Own()
    model(np.zeros((1, 4), np.int32))
    return model

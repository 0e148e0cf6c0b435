"""The models that `make_formats_keras` saves, layer by layer; those that are in no order are in `functional`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras
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


SPECS: dict[str, Spec] = {
    "lstm": Spec(lambda: values(lstm())),
    "lstm_f64": Spec(
        lambda: values(lstm()),
        precision="float64",
        containers=(
            "keras",
            "h5",
        ),
    ),
    "lstm_f16": Spec(
        lambda: values(lstm(**HALF)),
        precision="float16",
        containers=(
            "keras",
            "weights.h5",
        ),
    ),
    "lstm_bf16": Spec(
        lambda: values(lstm(**HALF)),
        precision="bfloat16",
        containers=(
            "keras",
            "h5",
        ),
    ),
    "gru_reset_after": Spec(lambda: values(gru())),
    "gru_reset_before": Spec(
        lambda: values(gru(reset_after=False)),
        precision="float64",
        containers=(
            "weights.h5",
            "h5",
        ),
    ),
    "gru_f16": Spec(lambda: values(gru(**HALF)), precision="float16", containers=("keras",)),
    "rnn_tanh": Spec(
        lambda: values(rnn()),
        precision="float64",
        containers=(
            "keras",
            "weights.h5",
        ),
    ),
    "rnn_relu": Spec(lambda: values(rnn(activation="relu")), bare_options={"activation": "relu"}),
    "stacked_lstm": Spec(
        lambda: values(lstm(4), lstm(6)),
        containers=(
            "weights.h5",
            "h5",
        ),
    ),
    "stacked_mixed": Spec(lambda: values(gru(4, reset_after=False), lstm(6), rnn(5)), containers=("h5",)),
    "bidirectional_lstm": Spec(
        lambda: values(layers.Bidirectional(lstm())),
        containers=(
            "keras",
            "weights.h5",
        ),
    ),
    "bidirectional_gru": Spec(
        lambda: values(layers.Bidirectional(gru(reset_after=False))),
        precision="float64",
        containers=(
            "weights.h5",
            "h5",
        ),
    ),
    "bidirectional_rnn": Spec(lambda: values(layers.Bidirectional(rnn())), containers=("h5",)),
    "bidirectional_stacked": Spec(
        lambda: values(layers.Bidirectional(lstm(3), name="lower"), layers.Bidirectional(lstm(4), name="upper")),
        containers=("weights.h5",),
    ),
    "bidirectional_own": Spec(
        lambda: values(layers.Bidirectional(lstm(), backward_layer=lstm(activation="relu", go_backwards=True))),
        containers=("keras",),
    ),
    "lstm_without_bias": Spec(
        lambda: values(lstm(use_bias=False)),
        containers=(
            "keras",
            "weights.h5",
        ),
    ),
    "gru_without_bias": Spec(lambda: values(gru(use_bias=False)), containers=("h5",)),
    "gru_before_without_bias": Spec(lambda: values(gru(use_bias=False, reset_after=False)), containers=("keras",)),
    "rnn_without_bias": Spec(lambda: values(rnn(use_bias=False)), precision="float64", containers=("weights.h5",)),
    "lstm_hard_sigmoid": Spec(
        lambda: values(lstm(recurrent_activation="hard_sigmoid", activation="softsign")),
        bare_options={"recurrent_activation": "hard_sigmoid", "activation": "softsign"},
        containers=(
            "weights.h5",
            "h5",
        ),
    ),
    "lstm_relu": Spec(lambda: values(lstm(activation="relu")), containers=("keras",), precision="float64"),
    "gru_hard_sigmoid": Spec(
        lambda: values(gru(recurrent_activation="hard_sigmoid", activation="linear")), containers=("keras",)
    ),
    "gru_elu": Spec(lambda: values(gru(activation="elu", reset_after=False)), containers=("h5",)),
    "rnn_softplus": Spec(lambda: values(rnn(activation="softplus")), containers=("keras",)),
    "rnn_sigmoid": Spec(lambda: values(rnn(activation="sigmoid")), containers=("h5",)),
    "rnn_linear": Spec(lambda: values(rnn(activation=None)), containers=("keras",)),
    "language": Spec(
        lambda: tokens(lstm(), layers.Dense(VOCABULARY, activation="softmax")), bare_options={"readout_kind": "softmax"}
    ),
    "language_masked": Spec(
        lambda: tokens(gru(4), gru(6), layers.Dense(VOCABULARY, activation="softmax"), mask_zero=True),
        precision="float64",
        containers=("keras",),
    ),
    "tagger": Spec(
        lambda: tokens(
            layers.SpatialDropout1D(0.2),
            layers.Bidirectional(lstm(4, dropout=0.1, recurrent_dropout=0.1)),
            layers.TimeDistributed(layers.Dense(4, activation="softmax"), name="tags"),
        ),
        bare_options={"readout_kind": "softmax"},
        containers=("keras",),
    ),
    "classifier": Spec(
        lambda: tokens(lstm(4), layers.Dropout(0.5), layers.GRU(UNITS), layers.Dense(3, activation="softmax")),
        containers=("h5",),
    ),
    "activation_apart": Spec(
        lambda: tokens(lstm(), layers.Dense(VOCABULARY), layers.Activation("softmax")), containers=("keras",)
    ),
    "softmax_apart": Spec(lambda: tokens(lstm(), layers.Dense(4), layers.Softmax()), containers=("keras",)),
    "forecast": Spec(
        lambda: values(rnn(unroll=False), layers.Dense(2)),
        bare_options={"readout_kind": "linear"},
        precision="float64",
        containers=("weights.h5",),
    ),
    "functional": Spec(
        functional,
        bare_options={"readout_kind": "linear"},
        containers=(
            "keras",
            "weights.h5",
        ),
    ),
    "nested": Spec(nested, containers=("keras",)),
    "nested_sequential": Spec(
        lambda: values(keras.Sequential([keras.Input((None, WIDTH)), lstm(4), gru(6)], name="body"), rnn(5)),
        containers=("h5",),
    ),
    "wrapped_cell": Spec(
        lambda: values(layers.RNN(layers.LSTMCell(UNITS), return_sequences=True)),
        containers=(
            "keras",
            "weights.h5",
        ),
    ),
    "wrapped_gru_cell": Spec(
        lambda: values(layers.RNN(layers.GRUCell(UNITS, reset_after=False), return_sequences=True)),
        containers=("keras",),
    ),
    "bidirectional_cell": Spec(
        lambda: values(layers.Bidirectional(layers.RNN(layers.SimpleRNNCell(UNITS), return_sequences=True))),
        containers=("keras",),
    ),
    "go_backwards": Spec(lambda: values(lstm(go_backwards=True)), containers=("keras",)),
    "own_names": Spec(
        lambda: values(lstm(4, name="gru_of_doubt"), gru(6, name="größer c"), name="my model"), containers=("keras",)
    ),
    "many": Spec(lambda: values(*(rnn(4 + k % 2) for k in range(12))), containers=("weights.h5",)),
    "stateful": Spec(
        lambda: keras.Sequential([keras.Input(batch_shape=(1, None, WIDTH)), lstm(stateful=True)]),
        containers=("keras",),
    ),
    "reversed_names": Spec(lambda: values(lstm(4, name="z_first"), lstm(6, name="a_second")), containers=("h5",)),
    "branches": Spec(
        branches,
        options={"module": "right"},
        path=("right",),
        containers=(
            "keras",
            "h5",
        ),
    ),
    "translator": Spec(translator, containers=("keras",), options={"module": "decoder"}, path=("decoder", "head")),
}

REFUSALS: dict[str, Refusal] = {
    "merge_sum": Refusal(lambda: values(layers.Bidirectional(lstm(), merge_mode="sum")), "sum"),
    "merge_mul": Refusal(lambda: values(layers.Bidirectional(gru(), merge_mode="mul")), "mul", containers=("keras",)),
    "merge_ave": Refusal(lambda: values(layers.Bidirectional(rnn(), merge_mode="ave")), "ave", containers=("h5",)),
    "gelu": Refusal(lambda: values(lstm(activation="gelu")), "gelu"),
    "leaky_relu": Refusal(
        lambda: values(rnn(activation=layers.LeakyReLU(negative_slope=0.2))), "LeakyReLU", containers=("keras",)
    ),
    "norm_between": Refusal(lambda: values(lstm(4), layers.BatchNormalization(), lstm(6)), "BatchNormalization"),
    "layer_norm_between": Refusal(
        lambda: values(lstm(4), layers.LayerNormalization(), lstm(6)), "LayerNormalization", containers=("keras",)
    ),
    "dense_between": Refusal(lambda: values(lstm(4), layers.Dense(4), lstm(6)), "Dense", containers=("keras",)),
    "conv_lstm": Refusal(
        lambda: keras.Sequential([keras.Input((None, 4, 3)), layers.ConvLSTM1D(2, 3)]),
        "ConvLSTM1D",
        containers=("keras",),
    ),
    "no_recurrent": Refusal(lambda: keras.Sequential([keras.Input((4,)), layers.Dense(3)]), "recurrent", "FormatError"),
    "branches": Refusal(branches, "right", "ChoiceNeeded"),
}

"""Every model that `make_formats_keras` saves: those that must be read, and those that must be refused."""

import keras
from keras import layers

from .formats_keras_models import (
    HALF,
    UNITS,
    VOCABULARY,
    WIDTH,
    Refusal,
    Spec,
    apart,
    autoencoder,
    branches,
    functional,
    gru,
    lstm,
    nested,
    own_class,
    reused,
    rnn,
    tokens,
    translator,
    values,
)

SPECS: dict[str, Spec] = {
    "lstm": Spec(lambda: values(lstm())),
    "lstm_f64": Spec(
        lambda: values(lstm()),
        precision="float64",
        containers=("keras",),
    ),
    "lstm_f16": Spec(
        lambda: values(lstm(**HALF)),
        precision="float16",
        containers=("keras",),
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
        containers=("weights.h5",),
    ),
    "stacked_mixed": Spec(lambda: values(gru(4, reset_after=False), lstm(6), rnn(5)), containers=("h5",)),
    "bidirectional_lstm": Spec(
        lambda: values(layers.Bidirectional(lstm())),
        containers=("keras",),
    ),
    "bidirectional_gru": Spec(
        lambda: values(layers.Bidirectional(gru(reset_after=False))),
        precision="float64",
        containers=("h5",),
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
        lambda: tokens(lstm(), layers.Dense(VOCABULARY, activation="softmax")),
        bare_options={"readout_kind": "softmax"},
        containers=(
            "keras",
            "weights.h5",
        ),
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
        containers=("keras",),
    ),
    "nested": Spec(
        nested,
        containers=("h5",),
    ),
    "nested_sequential": Spec(
        lambda: values(keras.Sequential([keras.Input((None, WIDTH)), lstm(4), gru(6)], name="body"), rnn(5)),
        containers=("h5",),
    ),
    "wrapped_cell": Spec(
        lambda: values(layers.RNN(layers.LSTMCell(UNITS), return_sequences=True)),
        containers=("keras",),
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
        containers=("keras",),
    ),
    "translator": Spec(translator, containers=("keras",), options={"module": "decoder"}, path=("decoder", "head")),
    "sentiment": Spec(
        lambda: tokens(layers.LSTM(UNITS), layers.Dense(1, activation="sigmoid")),
        containers=("keras",),
        more={"notes": ["'sigmoid' is left out"]},
    ),
    "dense_without_bias": Spec(lambda: values(gru(), layers.Dense(2, use_bias=False)), containers=("keras",)),
    "sentences": Spec(
        lambda: tokens(layers.Bidirectional(layers.LSTM(4)), layers.Dense(3, activation="softmax")),
        containers=("keras",),
        more={"notes": ["last step"]},
    ),
    "pooled": Spec(
        lambda: tokens(lstm(name="body"), layers.GlobalMaxPooling1D(), layers.Dense(3)),
        containers=("keras",),
        path=("embedding", "body"),
        more={"notes": ["GlobalMaxPooling1D"]},
    ),
    "normalised_behind": Spec(
        lambda: values(lstm(name="body"), layers.BatchNormalization(), layers.Dense(2)),
        containers=("keras",),
        path=("body",),
        more={"notes": ["BatchNormalization"]},
    ),
    "convolved": Spec(
        lambda: values(layers.Conv1D(4, 2), layers.BatchNormalization(), gru(name="body")),
        containers=("keras",),
        path=("body",),
        more={"notes": ["BatchNormalization"]},
    ),
    "two_dense": Spec(
        lambda: values(rnn(name="body"), layers.Dense(4, activation="relu"), layers.Dense(2)),
        containers=("keras",),
        path=("body",),
        more={"notes": ["several layers"]},
    ),
    "stacked_cells": Spec(
        lambda: values(layers.RNN([layers.LSTMCell(4), layers.LSTMCell(UNITS)], return_sequences=True)),
        containers=("keras",),
    ),
    "backwards_stacked": Spec(
        lambda: values(lstm(4, go_backwards=True), gru(6), rnn(5, go_backwards=True)), containers=("keras",)
    ),
    "autoencoder": Spec(autoencoder, containers=("keras",), options={"module": "decoder"}, path=("decoder", "head")),
    "own_class": Spec(own_class, containers=("keras",), options={"readout_kind": "linear"}),
    "paths": Spec(lambda: values(gru(reset_after=False)), containers=("npz", "safetensors")),
    "plain": Spec(lambda: values(lstm(4), gru(6)), containers=("arrays.npz",), bare_options={"convention": "keras"}),
    "paths_bidirectional": Spec(
        lambda: values(layers.Bidirectional(lstm()), layers.Dense(2)),
        containers=("npz",),
        bare_options={"readout_kind": "linear"},
    ),
}

REFUSALS: dict[str, Refusal] = {
    "merge_sum": Refusal(
        lambda: values(layers.Bidirectional(lstm(), merge_mode="sum")),
        "sum",
        containers=("keras",),
    ),
    "merge_mul": Refusal(lambda: values(layers.Bidirectional(gru(), merge_mode="mul")), "mul", containers=("keras",)),
    "merge_ave": Refusal(lambda: values(layers.Bidirectional(rnn(), merge_mode="ave")), "ave", containers=("h5",)),
    "gelu": Refusal(
        lambda: values(lstm(activation="gelu")),
        "gelu",
        containers=("h5",),
    ),
    "leaky_relu": Refusal(
        lambda: values(rnn(activation=layers.LeakyReLU(negative_slope=0.2))), "LeakyReLU", containers=("keras",)
    ),
    "norm_between": Refusal(
        lambda: values(lstm(4), layers.BatchNormalization(), lstm(6)),
        "BatchNormalization",
        containers=("keras",),
    ),
    "layer_norm_between": Refusal(
        lambda: values(lstm(4), layers.LayerNormalization(), lstm(6)), "LayerNormalization", containers=("keras",)
    ),
    "dense_between": Refusal(lambda: values(lstm(4), layers.Dense(4), lstm(6)), "Dense", containers=("keras",)),
    "conv_lstm": Refusal(
        lambda: keras.Sequential([keras.Input((None, 4, 3)), layers.ConvLSTM1D(2, 3)]),
        "ConvLSTM1D",
        containers=("keras",),
    ),
    "no_recurrent": Refusal(
        lambda: keras.Sequential([keras.Input((4,)), layers.Dense(3)]),
        "recurrent",
        "FormatError",
        containers=("h5",),
    ),
    "masking": Refusal(lambda: values(layers.Masking(0.0), lstm()), "mask", containers=("keras",)),
    "merge_none": Refusal(apart, "merge_mode", containers=("keras",)),
    "autoencoder": Refusal(autoencoder, "RepeatVector", containers=("keras",)),
    "reused": Refusal(reused, "called 2 times", containers=("keras",)),
    "branches": Refusal(
        branches,
        "right",
        "ChoiceNeeded",
        containers=("keras",),
    ),
}

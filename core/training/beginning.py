"""The untrained network of a plan."""

import numpy as np

from ..initialisation import glorot, initial_cell
from ..network import Embedding, Layer, Network, Readout
from .plan import Plan

WEIGHTS = 2**32
"""Stands beside the seed, so that weights are not drawn from the numbers that the data are."""


def beginning(plan: Plan) -> Network:
    """Embedding, layers and readout, drawn from the plan's seed."""
    form, rng = plan.prepared.form, np.random.default_rng([plan.seed, WEIGHTS])
    size, embedding = form.input_size, None
    if form.vocabulary:
        size = form.embedding_size
        table = rng.standard_normal((len(form.vocabulary.labels), size)) / np.sqrt(size)
        embedding = Embedding(table.astype(plan.dtype))
    options = {"activation": plan.activation or "tanh"} if plan.cell == "rnn" else {}
    layers = []
    for _ in range(plan.layers):
        cells = [
            initial_cell(
                plan.cell,
                size,
                plan.hidden_size,
                rng,
                scheme=plan.initialisation,
                forget_bias=plan.forget_bias,
                weight_scale=plan.weight_scale,
                dtype=plan.dtype,
                **options,
            )
            for _ in range(2 if plan.bidirectional else 1)
        ]
        layers.append(Layer(*cells))
        size = layers[-1].output_size
    kernel = glorot(rng, size, form.outputs).astype(plan.dtype)
    readout = Readout(form.readout, kernel, np.zeros(form.outputs, plan.dtype), form.predicts, form.labels)
    return Network(tuple(layers), embedding, readout, form.vocabulary, form.feedback, form.columns)

"""Loss of a batch and its derivatives by every parameter: backpropagation through time over the whole network."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..activations import Array, softmax
from ..batch import Batch
from ..cells.products import at_each_step, outer_sum, project_inputs
from ..errors import ParameterError
from ..network import Direction, Network, Readout

States = Sequence[dict[str, Array]]
Run = tuple[Direction, dict[str, Array], dict[str, Array]]
"""A direction with its initial state and the quantities of its steps, in its own reading order."""


@dataclass(frozen=True, eq=False)
class Gradients:
    """``loss`` is the weighted mean over predictions: nats for softmax, half the squared error for linear.

    ``parameters`` holds its derivatives by canonical name, ``state`` the last states, (H, B).
    """

    loss: float
    parameters: dict[str, Array]
    state: list[dict[str, Array]]


def zero_states(network: Network, batch_size: int) -> list[dict[str, Array]]:
    """The states of zeros of every direction, (H, B)."""
    return [place.cell.zero_state((batch_size,)) for place in network.directions]


def batch_loss(network: Network, batch: Batch, states: States) -> tuple[float, list[dict[str, Array]]]:
    """Loss and last states, without derivatives; ``states`` has one (H, B) entry for each direction.

    Raises:
        ParameterError: the network has no readout.
    """
    _, hidden, last = _forward(network, batch, states)
    loss, _ = _readout_loss(network, batch, hidden[-1])
    return loss, last


def batch_outputs(network: Network, batch: Batch, states: States) -> Array:
    """What the readout says at every step, (T, O, B): probabilities for softmax, values for linear.

    Raises:
        ParameterError: the network has no readout.
    """
    if network.readout is None:
        raise ParameterError("a network must have a readout to be asked for outputs", ("readout",))
    _, layer_inputs, _ = _forward(network, batch, states)
    scores = _scores(network.readout, layer_inputs[-1])
    return softmax(scores, axis=1) if network.readout.kind == "softmax" else scores


def gradients(network: Network, batch: Batch, states: States) -> Gradients:
    """Loss, its derivatives by canonical parameter name, and the last states; see `batch_loss`.

    Raises:
        ParameterError: the network has no readout.
    """
    runs, layer_inputs, last = _forward(network, batch, states)
    loss, d_scores = _readout_loss(network, batch, layer_inputs[-1])
    assert network.readout is not None  # _readout_loss has said so in words
    weights = outer_sum((layer_inputs[-1], np.ones_like(d_scores[:, :1])), (d_scores,))
    found = {"readout.kernel": weights[:-1], "readout.bias": weights[-1]}
    d_above = np.empty_like(layer_inputs[-1])
    at_each_step(network.readout.kernel, d_scores, d_above)
    for index in range(len(network.layers) - 1, -1, -1):
        below: list[Array] = []
        offset = 0
        for place, initial, quantities in runs:
            if place.layer != index:
                continue
            d_hidden = d_above[:, offset : offset + place.cell.output_size]
            offset += place.cell.output_size
            turn = slice(None, None, 1 if place.direction == "forward" else -1)
            back = place.cell.backward(
                layer_inputs[index][turn],
                initial,
                quantities,
                d_hidden[turn],
                inputs_too=index > 0 or network.embedding is not None,
                states_too=False,
            )
            for name, array in back.parameters.items():
                found[f"layers.{index}.{place.direction}.{name}"] = array
            below.append(back.d_inputs[turn])
        d_above = below[0] if len(below) == 1 else below[0] + below[1]
    if network.embedding:
        found["embedding"] = _embedding_gradient(batch.inputs, d_above, len(network.embedding.table))
    return Gradients(loss, found, last)


def _forward(network: Network, batch: Batch, states: States) -> tuple[list[Run], list[Array], list[dict[str, Array]]]:
    """Every direction's run in its own reading order, each layer's inputs (the readout's last), and the last states."""
    if network.embedding:
        inputs = np.ascontiguousarray(network.embedding.table[batch.inputs].transpose(0, 2, 1))
    else:
        inputs = batch.inputs.astype(network.dtype, copy=False)
    layer_inputs, runs, last = [inputs], [], []
    hidden: list[Array] = []
    for index, (place, initial) in enumerate(zip(network.directions, states, strict=True)):
        turn = slice(None, None, 1 if place.direction == "forward" else -1)
        quantities = place.cell.forward(layer_inputs[-1][turn], initial)
        runs.append((place, initial, quantities))
        last.append({name: quantities[name][-1] for name in place.cell.state_names})
        hidden.append(quantities["hidden_state"][turn])
        if index + 1 == len(network.directions) or network.directions[index + 1].layer != place.layer:
            layer_inputs.append(hidden[0] if len(hidden) == 1 else np.concatenate(hidden, axis=1))
            hidden = []
    return runs, layer_inputs, last


def _scores(readout: Readout, hidden: Array) -> Array:
    """The readout's sums at every step, (T, O, B)."""
    scores = np.empty((len(hidden), readout.size, hidden.shape[2]), hidden.dtype)
    project_inputs(hidden, readout.kernel, readout.bias, scores)
    return scores


def _readout_loss(network: Network, batch: Batch, hidden: Array) -> tuple[float, Array]:
    """Loss and its derivative by the readout's scores, (T, O, B)."""
    readout = network.readout
    if readout is None:
        raise ParameterError("a network must have a readout to be trained", ("readout",))
    scores = _scores(readout, hidden)
    steps, _, sequences = scores.shape
    weights = (
        np.ones((steps, sequences), network.dtype) if batch.weights is None else batch.weights.astype(network.dtype)
    )
    share = weights / weights.sum()
    if readout.kind == "linear":
        error = scores - batch.targets.astype(network.dtype, copy=False)
        return float((0.5 * (error**2).sum(axis=1) * share).sum()), error * share[:, None]
    scores -= scores.max(axis=1, keepdims=True)
    at_targets = (np.arange(steps)[:, None], batch.targets, np.arange(sequences))
    of_targets = scores[at_targets]
    np.exp(scores, out=scores)
    sums = scores.sum(axis=1)
    loss = float(((np.log(sums) - of_targets) * share).sum())
    # The derivative by a score is its probability, less 1 at the target.
    scores *= (share / sums)[:, None]
    scores[at_targets] -= share
    return loss, scores


def _embedding_gradient(tokens: Array, d_inputs: Array, rows: int) -> Array:
    """Sum of (T, E, B) derivatives over the places of each token, (V, E), as one product with one-hot rows."""
    flat = tokens.reshape(-1)
    one_hot = np.zeros((rows, flat.size), d_inputs.dtype)
    one_hot[flat, np.arange(flat.size)] = 1
    return one_hot @ d_inputs.transpose(0, 2, 1).reshape(flat.size, -1)

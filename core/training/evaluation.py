"""How well a network does on a task's held-out data."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..batch import Batch
from ..network import Network
from ..tasks import Prepared
from .backpropagation import batch_outputs, zero_states

MOST_NUMBERS = 2_000_000
"""Numbers of a state over all steps and sequences that are looked at together: more sequences take their turn."""


@dataclass(frozen=True)
class Metrics:
    """``loss`` as in training; ``value`` in the unit of the task's measure, ``baseline`` in the same."""

    loss: float
    value: float
    measure: str
    unit: str
    higher_is_better: bool
    baseline: float
    baseline_name: str

    @property
    def beats_baseline(self) -> bool:
        """Whether the network is better than its baseline."""
        return self.value > self.baseline if self.higher_is_better else self.value < self.baseline

    def as_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "loss": self.loss,
            "measure": self.measure,
            "unit": self.unit,
            "value": self.value,
            "higher_is_better": self.higher_is_better,
            "baseline": self.baseline,
            "baseline_name": self.baseline_name,
        }


def evaluate(prepared: Prepared, network: Network) -> Metrics:
    """The metrics of a network that is being trained: one on which `Prepared.finish` has not been at work."""
    batch = prepared.held_out
    steps, sequences = batch.inputs.shape[0], batch.inputs.shape[-1]
    units = sum(place.cell.hidden_size for place in network.directions)
    count = max(1, MOST_NUMBERS // (steps * units))
    outputs = np.concatenate(
        [_outputs(network, batch, slice(start, start + count)) for start in range(0, sequences, count)], axis=-1
    )
    measure, baseline = prepared.measure, prepared.baseline
    return Metrics(
        _loss(network, batch, outputs),
        prepared.score(outputs),
        measure.name,
        measure.unit,
        measure.higher_is_better,
        baseline.value,
        baseline.name,
    )


def _outputs(network: Network, batch: Batch, chosen: slice) -> np.ndarray[Any, Any]:
    """What the network says about some of the sequences, (T, O, fewer)."""
    inputs = batch.inputs[..., chosen]
    part = Batch(inputs, batch.targets[..., chosen])
    return batch_outputs(network, part, zero_states(network, inputs.shape[-1]))


def _loss(network: Network, batch: Batch, outputs: np.ndarray[Any, Any]) -> float:
    """The weighted mean over predictions: nats for softmax, half the squared error for linear."""
    assert network.readout is not None  # its outputs are here
    if network.readout.kind == "linear":
        losses = 0.5 * ((outputs - batch.targets) ** 2).sum(axis=1)
    else:
        steps, sequences = batch.targets.shape
        chosen = outputs[np.arange(steps)[:, None], batch.targets, np.arange(sequences)[None]]
        losses = -np.log(np.maximum(chosen, np.finfo(network.dtype).tiny))
    return float(np.average(losses, weights=batch.weights))

"""References made of a network's own trace, in place of a framework's, and what comes of comparing."""

from typing import Any

import numpy as np

from gatescope.core import Network, encode, trace
from gatescope.core.activations import Array
from gatescope.core.references import Reference
from gatescope.core.verification import Verification, verify
from tests.core.networks import LABELS, normal, random_network

STEPS = 12


def own(network: Network, state: Any = None, steps: int = STEPS) -> dict[str, Array]:
    """A reference made of the network's own trace, in every form there is."""
    given: dict[str, Any]
    if network.input_kind == "tokens":
        given = {"tokens": [(3 * step) % len(LABELS) for step in range(steps)]}
    else:
        given = {"values": normal(steps, network.input_size, seed=9)}
    result = trace(network, encode(network, **given), state)
    arrays: dict[str, Array] = {"input": np.array(next(iter(given.values())))}
    for entry, place in enumerate(result.layers):
        last = 0 if place.direction == "backward" else -1
        for name in place.cell.state_names:
            short = name[0]
            arrays[f"{name}.{entry}"] = place.quantities[name]
            arrays[f"{short}_n.{entry}"] = place.quantities[name][last]
            arrays[f"{short}_0.{entry}"] = place.initial_state[name]
    for layer in range(len(network.layers)):
        hidden = [place.quantities["hidden_state"] for place in result.layers if place.layer == layer]
        arrays[f"output.{layer}"] = np.concatenate(hidden, axis=1)
    if result.outputs is not None:
        arrays["readout"] = result.outputs
    return arrays


def checked(network: Network, arrays: dict[str, Any], **options: Any) -> Verification:
    return verify(network, Reference.of(arrays), **options)


def one(variant: str, **options: Any) -> Network:
    return random_network(variant, readout=None, **options)

"""Gradients through time are those of PyTorch's autograd: see ``tests/golden/make_gradients.py``."""

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pytest

from gatescope.core import Trace, encode, trace
from gatescope.core.gradients import LossTarget, StateTarget, Target, gradients
from gatescope.core.network import DirectionName
from tests.core.golden import GRADIENTS, Golden, load

FOCUS = 20


def traced(golden: Golden) -> Trace:
    network = golden.network()
    if network.readout is not None:
        network = replace(network, readout=replace(network.readout, predicts="next_input"))
    inputs = golden.arrays["inputs"]
    encoded = encode(network, tokens=inputs) if network.embedding else encode(network, values=inputs)
    return trace(network, encoded, golden.initial_state())


def target_of(name: str) -> Target:
    if name.startswith("loss"):
        return LossTarget(FOCUS if name.endswith("step") else None)
    state, layer, direction, *unit = name.split("/")
    quantity: Literal["hidden_state", "cell_state"] = "cell_state" if state == "cell_state" else "hidden_state"
    side: DirectionName = "backward" if direction == "backward" else "forward"
    return StateTarget(quantity, int(layer), side, FOCUS, 1 if unit else None)


def close(found: Any, expected: Any, golden: Golden) -> None:
    """To 1e-5 of what there is in float32, 1e-10 in float64."""
    tolerance = 1e-5 if golden.tolerance == 1e-5 else 1e-10
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * float(np.abs(expected).max(initial=0)))


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients_are_torchs(name: str) -> None:
    golden = load(name)
    ran = traced(golden)
    for label, value in golden.under("targets/").items():
        found = gradients(ran, target_of(label), jacobian=False)
        close(found.value, value, golden)
        expected = golden.under(f"gradients/{label}:")
        by_layer = {f"{layer.layer}/{layer.direction}": layer for layer in found.layers}
        for key, array in expected.items():
            if key == "d_input":
                close(by_layer["0/forward"].d_input, array, golden)
            elif key.startswith("d_initial/"):
                place, _, state = key.removeprefix("d_initial/").rpartition("/")
                close(by_layer[place].d_initial_state[state], array, golden)
            else:
                place, _, quantity = key.rpartition("/")
                close(getattr(by_layer[place], quantity), array, golden)
        assert len(expected) == 1 + 2 * sum(len(place.cell.state_names) for place in ran.layers)


@pytest.mark.parametrize("name", [name for name in GRADIENTS if load(name).under("jacobians/")])
def test_norms_of_jacobians_are_torchs(name: str) -> None:
    golden = load(name)
    last = len(golden.network().layers) - 1
    found = gradients(traced(golden), StateTarget("hidden_state", last, "forward", FOCUS))
    for key, norms in golden.under("jacobians/").items():
        layer = found.layers[int(key[0])]
        close(layer.jacobian_norm if key.endswith("hidden_state") else layer.jacobian_cell_norm, norms, golden)


def test_there_are_files() -> None:
    kinds = {load(name).kind for name in GRADIENTS}
    assert kinds == {"lstm", "gru", "rnn_tanh", "rnn_relu"}
    assert len([name for name in GRADIENTS if name.endswith("float64")]) == len(GRADIENTS) / 2 == 9

"""What a gradient can be of: values of targets, and sentences for those that are not there."""

import numpy as np
import pytest

from gatescope.core import InputError, Trace, encode, trace
from gatescope.core.gradients import LossTarget, StateTarget, Target, gradients
from tests.core.networks import LABELS, random_network
from tests.core.test_gradients import STEPS, network_of, run


def test_norms_and_values() -> None:
    traced = run(network_of(("lstm",)))
    found = gradients(traced, StateTarget("hidden_state", 0, "forward", 4, 1))
    assert found.value == traced.layers[0].quantities["hidden_state"][4, 1]
    for name, norm in found.layers[0].norms.items():
        np.testing.assert_allclose(norm**2, (getattr(found.layers[0], f"d_{name}") ** 2).sum(axis=1))
    linear, outputs = LossTarget(1, value=[1.0, 2.0, 3.0]), traced.outputs
    assert outputs is not None
    np.testing.assert_allclose(gradients(traced, linear).value, 0.5 * ((outputs[1] - [1, 2, 3]) ** 2).sum())
    spoken = run(random_network("lstm", tokens=True, readout="softmax"))
    assert spoken.outputs is not None
    np.testing.assert_allclose(gradients(spoken, LossTarget(2, token=4)).value, -np.log(spoken.outputs[2, 4]))
    tokens = spoken.encoded.tokens
    assert tokens is not None
    each = -np.log(spoken.outputs[np.arange(STEPS - 1), tokens[1:]])
    np.testing.assert_allclose(gradients(spoken, LossTarget()).value, each.mean())
    np.testing.assert_allclose(gradients(spoken, LossTarget(3)).value, each[3])


def test_unknown_tokens_are_no_targets() -> None:
    network = random_network("lstm", tokens=True, readout="softmax")
    traced = trace(network, encode(network, text="ab§c"))
    assert traced.outputs is not None
    each = -np.log(traced.outputs)
    tokens = [LABELS.index(letter) for letter in "ab c"]
    np.testing.assert_allclose(gradients(traced, LossTarget()).value, (each[0, tokens[1]] + each[2, tokens[3]]) / 2)
    with pytest.raises(InputError, match="after step 1 is no token"):
        gradients(traced, LossTarget(1))


SPOKEN = run(random_network("lstm", tokens=True, readout="softmax"))
TOLD = run(network_of(("gru",)))
SILENT = run(random_network("rnn", readout=None))
FORECAST = run(network_of(("lstm",), outputs=2))

WRONG: dict[str, tuple[Trace, Target, str, str]] = {
    "a step too high": (SPOKEN, StateTarget("hidden_state", 0, "forward", 6), "step", "0 to 5, not 6"),
    "a step below zero": (SPOKEN, StateTarget("hidden_state", 0, "forward", -1), "step", "0 to 5, not -1"),
    "a unit too high": (SPOKEN, StateTarget("hidden_state", 0, "forward", 0, 4), "unit", "0 to 3, not 4"),
    "a layer": (SPOKEN, StateTarget("hidden_state", 1, "forward", 0), "layer", "has layer 0 forward, not layer 1"),
    "a direction": (SPOKEN, StateTarget("hidden_state", 0, "backward", 0), "layer", "not layer 0 backward"),
    "a state": (TOLD, StateTarget("cell_state", 0, "forward", 0), "kind", "GRU layer has the state hidden_state"),
    "no readout": (SILENT, LossTarget(), "kind", "this network has none"),
    "a value for tokens": (SPOKEN, LossTarget(1, value=[1.0]), "value", "takes a token, not a value"),
    "a token for values": (TOLD, LossTarget(1, token=1), "token", "takes a value, not a token"),
    "a token too high": (SPOKEN, LossTarget(1, token=7), "token", "0 to 6, not 7"),
    "a token below zero": (SPOKEN, LossTarget(1, token=-1), "token", "0 to 6, not -1"),
    "a token at no step": (SPOKEN, LossTarget(token=1), "step", "say at which"),
    "too few numbers": (TOLD, LossTarget(1, value=[1.0]), "value", "3 finite numbers"),
    "a number that is not finite": (TOLD, LossTarget(1, value=[1.0, np.inf, 0.0]), "value", "3 finite numbers"),
    "a loss at a step too high": (SPOKEN, LossTarget(6), "step", "0 to 5, not 6"),
    "what follows the end": (SPOKEN, LossTarget(5), "token", "nothing follows the last step"),
    "what cannot be said": (FORECAST, LossTarget(1), "value", "nothing that this readout can say"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_target_that_is_not_there_is_a_sentence(name: str) -> None:
    traced, target, field, words = WRONG[name]
    with pytest.raises(InputError) as caught:
        gradients(traced, target)
    assert caught.value.pointer == (field,)
    assert words in caught.value.message


def test_a_single_step_is_followed_by_nothing() -> None:
    network = random_network("lstm", tokens=True, readout="softmax")
    with pytest.raises(InputError, match="no step of this sequence"):
        gradients(trace(network, encode(network, text="a")), LossTarget())

"""Gradients through time: held against finite differences, training's own derivatives, and Jacobians written out."""

from typing import Any

import numpy as np
import pytest

from gatescope.core import Intervention, Network, NumericalError, Trace, drawn, encode, trace, written
from gatescope.core.activations import Array
from gatescope.core.gradients import LossTarget, StateTarget, Target, gradients, jacobian_operations
from gatescope.core.gradients.targets import seed_of
from gatescope.core.interventions import Operation
from tests.core.networks import LABELS, VARIANTS, normal, random_network, random_state

STEPS = 6
NUDGE = 1e-6


def run(network: Network, seed: int = 7, interventions: tuple[Intervention, ...] = ()) -> Trace:
    """The network over a short sequence from states that are not zero."""
    if network.embedding:
        encoded = encode(network, text="".join(LABELS[(seed + step * step) % len(LABELS)] for step in range(STEPS)))
    else:
        encoded = encode(network, values=normal(STEPS, network.input_size, seed=seed))
    states = [random_state(place.cell, seed=20 + 3 * index) for index, place in enumerate(network.directions)]
    return trace(network, encoded, states, interventions=interventions)


def nudged(traced: Trace, target: Target, quantity: str, layer: int, direction: Any, step: int, unit: int) -> float:
    """The target's derivative by a quantity at a step, by adding a little to it there and running all again."""
    values = []
    for sign in (1, -1):
        little = Intervention(layer, direction, quantity, (unit,), (step, step + 1), "add", sign * NUDGE)
        states = [place.initial_state for place in traced.layers]
        again = trace(traced.network, traced.encoded, states, interventions=(*traced.interventions, little))
        values.append(seed_of(again, target).value)
    return (values[0] - values[1]) / (2 * NUDGE)


def state_target(state: Any, layer: int, direction: Any, step: int, unit: int | None = None) -> StateTarget:
    return StateTarget(state, layer, direction, step, unit)


def check_by_nudging(traced: Trace, target: Target) -> None:
    """Every derivative by every state, against finite differences."""
    found = gradients(traced, target, jacobian=False)
    for place, layer in zip(found.layers, traced.layers, strict=True):
        for quantity in layer.cell.state_names:
            array = getattr(place, f"d_{quantity}")
            expected = [
                [nudged(traced, target, quantity, place.layer, place.direction, step, unit) for unit in range(size)]
                for step, size in enumerate([array.shape[1]] * STEPS)
            ]
            np.testing.assert_allclose(array, expected, rtol=1e-6, atol=1e-8)


SMALL: dict[str, dict[str, Any]] = {variant: {"variants": (variant,)} for variant in VARIANTS}
NETWORKS: dict[str, dict[str, Any]] = {
    **SMALL,
    "stacked": {"variants": ("lstm, projected", "gru", "rnn")},
    "both directions": {"variants": ("lstm", "gru, reset before"), "bidirectional": True},
}
TARGETS: dict[str, Target] = {
    "a unit": StateTarget("hidden_state", 0, "forward", 4, 1),
    "all units": StateTarget("hidden_state", 0, "forward", STEPS - 1),
    "the first step": StateTarget("hidden_state", 0, "forward", 0, 0),
}


def network_of(variants: tuple[str, ...], **options: Any) -> Network:
    return random_network(*variants, **{"readout": "linear", "outputs": 3, **options})


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", SMALL)
def test_every_variant_against_finite_differences(name: str, target: str) -> None:
    check_by_nudging(run(network_of(**NETWORKS[name])), TARGETS[target])


@pytest.mark.parametrize("name", NETWORKS)
def test_losses_against_finite_differences(name: str) -> None:
    traced = run(network_of(**NETWORKS[name]))
    check_by_nudging(traced, LossTarget())
    check_by_nudging(traced, LossTarget(2, value=[0.5, -1.0, 0.25]))


@pytest.mark.parametrize("direction", ["forward", "backward"])
@pytest.mark.parametrize("layer", [0, 1])
def test_targets_anywhere_in_a_stack_of_both_directions(layer: int, direction: Any) -> None:
    traced = run(network_of(**NETWORKS["both directions"]))
    check_by_nudging(traced, StateTarget("hidden_state", layer, direction, 2))
    if layer == 0:
        check_by_nudging(traced, StateTarget("cell_state", layer, direction, 3, 1))


def test_what_a_network_of_tokens_says() -> None:
    network = random_network("lstm", "gru", tokens=True, readout="softmax")
    check_by_nudging(run(network), LossTarget())
    check_by_nudging(run(network), LossTarget(STEPS - 1, token=3))


@pytest.mark.parametrize("name", NETWORKS)
def test_inputs_and_initial_states_against_finite_differences(name: str) -> None:
    network = network_of(**NETWORKS[name])
    traced, target = run(network), LossTarget()
    found = gradients(traced, target, jacobian=False)
    values, states = traced.encoded.values, [dict(place.initial_state) for place in traced.layers]
    assert values is not None

    def value(inputs: Array, initial: Any) -> float:
        return seed_of(trace(network, encode(network, values=inputs), initial), wanted).value

    # The loss looks at the inputs too, as what should have come; a fixed one tells the two apart.
    wanted = LossTarget(STEPS - 1, value=[0.1, 0.2, 0.3])
    found = gradients(traced, wanted, jacobian=False)
    expected = np.empty(values.shape)
    for place in np.ndindex(values.shape):
        little = np.zeros(values.shape)
        little[place] = NUDGE
        expected[place] = (value(values + little, states) - value(values - little, states)) / (2 * NUDGE)
    for layer in found.layers:
        if layer.layer == 0:
            np.testing.assert_allclose(layer.d_input, expected, rtol=1e-6, atol=1e-8)
    for index, layer in enumerate(found.layers):
        for state, array in layer.d_initial_state.items():
            changed = []
            for unit in range(len(array)):
                pair = []
                for sign in (1, -1):
                    initial = [dict(entry) for entry in states]
                    initial[index][state] = initial[index][state] + sign * NUDGE * np.eye(len(array))[unit]
                    pair.append(value(values, initial))
                changed.append((pair[0] - pair[1]) / (2 * NUDGE))
            np.testing.assert_allclose(array, changed, rtol=1e-6, atol=1e-8)


INTERVENED: dict[str, list[tuple[str, Operation, float]]] = {
    "lstm, all of it": [("input_gate", "scale", 0.5), ("candidate", "add", 0.3), ("hidden_state", "scale", 2.0)],
    "lstm, coupled": [("forget_gate", "scale", 0.9), ("output_gate", "add", -0.2)],
    "lstm, peepholes": [("forget_gate", "set", 1.0), ("cell_state", "scale", 0.8), ("output_gate", "scale", 0.5)],
    "lstm, projected": [("hidden_state", "scale", 0.7), ("input_gate", "set", 0.4), ("candidate", "scale", -1.0)],
    "gru": [("update_gate", "set", 1.0), ("reset_gate", "scale", 0.5), ("hidden_state", "add", 0.1)],
    "gru, reset before": [("candidate", "scale", 0.5), ("reset_gate", "add", 0.1), ("hidden_state", "scale", 0.9)],
    "rnn": [("hidden_state", "scale", 1.5), ("hidden_state", "add", 0.2)],
}


@pytest.mark.parametrize("variant", INTERVENED)
def test_interventions_are_part_of_what_is_differentiated(variant: str) -> None:
    done = tuple(
        Intervention(0, "forward", quantity, (0, 1), (1, 5), operation, value)
        for quantity, operation, value in INTERVENED[variant]
    )
    check_by_nudging(run(network_of((variant,)), interventions=done), TARGETS["all units"])


def test_nothing_flows_through_what_was_set() -> None:
    done = (Intervention(0, "forward", "cell_state", None, (3, 4), "set", 0.5),
            Intervention(0, "forward", "hidden_state", None, (3, 4), "set", 0.5))  # fmt: skip
    found = gradients(run(network_of(("lstm",)), interventions=done), TARGETS["all units"])
    (layer,) = found.layers
    assert layer.d_hidden_state[3].any()
    assert not layer.d_hidden_state[:3].any()
    assert layer.carry_path is not None
    assert layer.carry_path[3].all()
    assert not layer.carry_path[:3].any()


@pytest.mark.parametrize("name", NETWORKS)
def test_the_way_back_is_that_of_training(name: str) -> None:
    network = network_of(**NETWORKS[name])
    traced = run(network)
    layer, direction, cell = (getattr(traced.layers[-1], name) for name in ("layer", "direction", "cell"))
    step = 0 if direction == "backward" else STEPS - 1
    found = gradients(traced, StateTarget("hidden_state", layer, direction, step))
    place = traced.layers[-1]
    turn = slice(None, None, 1 if direction == "forward" else -1)
    direct = np.zeros(place.quantities["hidden_state"].shape)
    direct[-1] = 1
    turned = {name: array[turn] for name, array in place.quantities.items()}
    back = cell.backward(traced.layer_inputs(layer)[turn], place.initial_state, turned, direct)
    for quantity, array in back.d_states.items():
        np.testing.assert_allclose(getattr(found.layers[-1], quantity)[turn], array, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(found.layers[-1].d_input[turn], back.d_inputs, rtol=1e-12, atol=1e-15)
    for quantity, array in back.d_initial_state.items():
        np.testing.assert_allclose(found.layers[-1].d_initial_state[quantity], array, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", NETWORKS)
def test_jacobians_are_the_gradients_of_all_units_together(name: str) -> None:
    traced = run(network_of(**NETWORKS[name]))
    for place in traced.layers:
        for state in place.cell.state_names:
            rows = [
                gradients(traced, state_target(state, place.layer, place.direction, 3, unit), jacobian=False)
                for unit in range(place.cell.sizes[state])
            ]
            index = traced.layers.index(place)
            stacked = np.stack([getattr(row.layers[index], f"d_{state}") for row in rows])
            expected = [np.linalg.norm(stacked[:, step], 2) for step in range(STEPS)]
            target = StateTarget("hidden_state", place.layer, place.direction, 3)
            found = gradients(traced, target).layers[index]
            norm = found.jacobian_norm if state == "hidden_state" else found.jacobian_cell_norm
            assert norm is not None
            np.testing.assert_allclose(norm, expected, rtol=1e-10, atol=1e-14)
            np.testing.assert_allclose(norm[3], 1)
            assert found.focus == 3


@pytest.mark.parametrize("name", ["lstm", "lstm, coupled", "gru", "both directions"])
def test_the_carry_path_is_the_product_of_the_gates_that_keep(name: str) -> None:
    traced = run(network_of(**NETWORKS[name]))
    for place in traced.layers:
        found = gradients(traced, StateTarget("hidden_state", place.layer, place.direction, 3), jacobian=False)
        carry = found.layers[traced.layers.index(place)].carry_path
        assert carry is not None
        kept = place.quantities["forget_gate" if place.cell.name == "lstm" else "update_gate"]
        for step in range(STEPS):
            between = range(step + 1, 4) if place.direction == "forward" else range(3, step)
            after = step > 3 if place.direction == "forward" else step < 3
            expected = 0 if after else np.prod([kept[row] for row in between], axis=0)
            np.testing.assert_allclose(carry[step], np.broadcast_to(expected, carry[step].shape))


def test_gates_that_do_not_look_leave_the_carry_path_alone() -> None:
    network = random_network("lstm", readout=None)
    arrays = dict(network.parameters())
    arrays["layers.0.forward.recurrent_kernel"] = np.zeros((4, 16))
    traced = run(network.with_parameters(arrays))
    (layer,) = gradients(traced, StateTarget("cell_state", 0, "forward", 5)).layers
    assert layer.carry_path is not None
    assert layer.d_cell_state is not None
    np.testing.assert_allclose(layer.d_cell_state, layer.carry_path)
    assert layer.jacobian_cell_norm is not None
    np.testing.assert_allclose(layer.jacobian_cell_norm, layer.carry_path.max(axis=1))


def test_layers_that_the_target_does_not_depend_on() -> None:
    traced = run(network_of(**NETWORKS["stacked"]))
    below, _, above = gradients(traced, StateTarget("hidden_state", 1, "forward", 5)).layers
    assert below.jacobian_norm is not None
    assert below.d_input.any()
    assert not above.d_hidden_state.any()
    assert not above.d_input.any()
    assert above.jacobian_norm is None
    assert above.carry_path is None


@pytest.mark.parametrize("kind", ["lstm", "gru", "rnn"])
def test_long_sequences_go_block_by_block(kind: str) -> None:
    network = drawn(kind, 1, 3, weight_scale=1.5, dtype="float64")
    values, count = normal(600, 1, seed=3), []
    whole = trace(network, encode(network, values=values))
    found = gradients(whole, StateTarget("hidden_state", 0, "forward", 599), poll=lambda: count.append(1))
    last = {name: array[299] for name, array in whole.layers[0].quantities.items()}
    states = [{name: last[name] for name in whole.layers[0].cell.state_names}]
    second = trace(network, encode(network, values=values[300:]), states)
    half = gradients(second, StateTarget("hidden_state", 0, "forward", 299))
    np.testing.assert_allclose(found.layers[0].d_hidden_state[300:], half.layers[0].d_hidden_state, rtol=1e-9)
    norms, halves = found.layers[0].jacobian_norm, half.layers[0].jacobian_norm
    assert norms is not None
    assert halves is not None
    np.testing.assert_allclose(norms[300:], halves, rtol=1e-9)
    assert len(count) > 30


def test_what_is_left_is_seen_however_little_it_is() -> None:
    network = drawn("rnn", 1, 16, weight_scale=0.5)
    traced = trace(network, encode(network, values=normal(300, 1, dtype="float32")))
    (layer,) = gradients(traced, StateTarget("hidden_state", 0, "forward", 299)).layers
    norms = layer.norms["hidden_state"]
    assert 0 < norms[0] < 1e-100
    assert layer.jacobian_norm is not None
    assert (np.diff(np.log(layer.jacobian_norm)) > 0).all()


@pytest.mark.parametrize("weight", [0.1, 10.0])
def test_norms_are_as_little_and_as_large_as_what_they_are_of(weight: float) -> None:
    numbers = {
        "kernel": [[1.0, 1.0]],
        "recurrent_kernel": [[weight, 0.0], [0.0, weight]],
        "bias": [0.0, 0.0],
    }
    network = written("rnn", numbers, dtype="float64", activation="linear")
    traced = trace(network, encode(network, values=np.zeros(300)))
    norms = gradients(traced, StateTarget("hidden_state", 0, "forward", 299)).layers[0].norms["hidden_state"]
    np.testing.assert_allclose(np.log10(norms), np.log10(2) / 2 + np.arange(300)[::-1] * np.log10(weight), atol=1e-9)


def test_the_cost_of_jacobians_is_known_before() -> None:
    network = drawn("lstm", 1, 10)
    assert jacobian_operations(network, 7) == 7 * (400 * 20 + 2 * 3 * 1000)


def test_a_gradient_that_explodes_says_where() -> None:
    numbers = {"kernel": [[1.0]], "recurrent_kernel": [[10.0]], "bias": [0.0]}
    network = written("rnn", numbers, dtype="float64", activation="linear")
    traced = trace(network, encode(network, values=np.zeros(400)))
    assert gradients(traced, StateTarget("hidden_state", 0, "forward", 300)).layers[0].d_hidden_state[0] > 1e299
    with pytest.raises(NumericalError, match=r"layer 0 \(forward\) left the range of float64 going back at step 90"):
        gradients(traced, StateTarget("hidden_state", 0, "forward", 399))

"""What PyTorch and Keras computed, where a whole trace does not show it, and that misread weights would be noticed."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from gatescope.core import GRU, Cell, Network, encode, trace
from gatescope.core.activations import Array, relu, sigmoid, tanh
from tests.core.golden import NAMES, Golden, load

TRACES = [name for name in NAMES if load(name).under("quantities/")]
UPDATES = [name for name in NAMES if load(name).under("updates/")]
LOSSES = [name for name in NAMES if "loss" in load(name).arrays]
GATED = [name for name in TRACES if not load(name).kind.startswith("rnn")]
APART = 1e-3
"""Numbers that differ by more than this were computed from something else; rounding explains less than 1e-5."""


def distance(found: Mapping[str, Array], expected: Mapping[str, Array]) -> float:
    """Largest difference between arrays of the same names, shapes and precision."""
    assert set(found) == set(expected)
    assert all(
        found[name].shape == array.shape and found[name].dtype == array.dtype for name, array in expected.items()
    )
    return max(float(np.abs(found[name] - array).max()) for name, array in expected.items())


def distance_of_trace(golden: Golden, network: Network) -> float:
    """How far the quantities of a trace are from those of the file."""
    inputs = golden.arrays["inputs"]
    encoded = encode(network, tokens=inputs) if network.embedding else encode(network, values=inputs)
    found = {
        f"{place.layer}/{place.direction}/{name}": array
        for place in trace(network, encoded, golden.initial_state()).layers
        for name, array in place.quantities.items()
    }
    return distance(found, golden.under("quantities/"))


Place = tuple[Cell, Array, dict[str, Array], dict[str, Array]]


def places(golden: Golden) -> list[Place]:
    """Each direction's cell, inputs, initial state and expected quantities, (T, ...) in the order in which it reads.

    A layer reads what the framework's layer below gave, so that each stands on its own.
    """
    network, found = golden.network(), []
    inputs = golden.arrays["inputs"]
    below = network.embedding(inputs) if network.embedding else inputs
    for layer in range(len(network.layers)):
        sides = []
        for place, state in zip(network.directions, golden.initial_state(), strict=True):
            if place.layer == layer:
                quantities = golden.under(f"quantities/{layer}/{place.direction}/")
                sides.append(quantities["hidden_state"])
                turn = slice(None, None, 1 if place.direction == "forward" else -1)
                turned = {name: array[turn] for name, array in quantities.items()}
                found.append((place.cell, np.ascontiguousarray(below[turn]), state, turned))
        below = np.concatenate(sides, axis=1)
    return found


def test_every_golden_file_is_read() -> None:
    assert sorted(TRACES + UPDATES + LOSSES) == NAMES
    assert TRACES
    assert UPDATES
    assert LOSSES


@pytest.mark.parametrize("name", TRACES)
def test_textbook_steps_of_every_direction(name: str) -> None:
    golden = load(name)
    for cell, inputs, initial, expected in places(golden):
        state, rows = initial, []
        for x in inputs:
            rows.append(cell.step(x, state))
            state = {key: rows[-1][key] for key in cell.state_names}
        found = {key: np.stack([row[key] for row in rows]) for key in rows[0]}
        assert distance(found, expected) <= golden.tolerance


@pytest.mark.parametrize("name", TRACES)
def test_forward_of_every_direction_alone_and_in_a_batch(name: str) -> None:
    golden = load(name)
    for cell, inputs, state, expected in places(golden):
        assert distance(cell.forward(inputs, state), expected) <= golden.tolerance
        # The sequence stands between two others, whose numbers must not get into it.
        batch = np.stack((-inputs, inputs, 2 * inputs), axis=-1)
        states = {key: np.stack((-array, array, 0 * array), axis=-1) for key, array in state.items()}
        found = {key: array[..., 1] for key, array in cell.forward(batch, states).items()}
        assert distance(found, expected) <= golden.tolerance


@pytest.mark.parametrize("name", TRACES)
def test_pre_activations_of_every_direction_give_the_gates(name: str) -> None:
    golden = load(name)
    for cell, inputs, state, expected in places(golden):
        shown = {gate: sigmoid if gate.endswith("_gate") else tanh for gate in cell.gates}
        if golden.kind == "rnn_relu":
            shown["hidden_state"] = relu
        pre = cell.pre_activations(inputs, state, expected)
        found = {gate: shown[gate](array) for gate, array in pre.items()}
        assert distance(found, {gate: expected[gate] for gate in cell.gates}) <= golden.tolerance


@pytest.mark.parametrize("name", GATED)
def test_any_other_order_of_the_gates_is_noticed(name: str) -> None:
    golden = load(name)
    network = golden.network()
    gates = len(network.directions[0].cell.gates)
    for order in permutations(range(gates)):

        def reorder(array: Array, order: tuple[int, ...] = order) -> Array:
            blocks = np.split(array, gates, axis=-1)
            return np.concatenate([blocks[index] for index in order], axis=-1)

        arrays = {key: reorder(array) if "layers." in key else array for key, array in network.parameters().items()}
        found = distance_of_trace(golden, network.with_parameters(arrays))
        if order == tuple(range(gates)):
            assert found <= golden.tolerance
        else:
            assert found > APART, order


@pytest.mark.parametrize("name", [name for name in TRACES if load(name).kind in ("gru", "gru_reset_after")])
def test_the_two_biases_of_a_gru_and_its_two_formulas_are_told_apart(name: str) -> None:
    golden = load(name)
    network = golden.network()
    arrays = network.parameters()
    swapped = dict(arrays)
    for key in arrays:
        if key.endswith(".recurrent_bias"):
            other = key.replace(".recurrent_bias", ".bias")
            swapped |= {key: arrays[other], other: arrays[key]}
    assert distance_of_trace(golden, network) <= golden.tolerance
    assert distance_of_trace(golden, network.with_parameters(swapped)) > APART
    layers = tuple(
        replace(
            layer, **{side: replace(cell, reset_after=False) for side, cell in layer.cells if isinstance(cell, GRU)}
        )
        for layer in network.layers
    )
    assert distance_of_trace(golden, replace(network, layers=layers)) > APART

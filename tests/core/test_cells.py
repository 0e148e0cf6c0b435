"""What holds for every cell, whatever its weights: its fast path equals the textbook step, and the textbook's laws."""

import copy
import pickle
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatescope.core import Cell
from gatescope.core.activations import ACTIVATIONS, Array
from gatescope.core.cells.working import Recurrence
from gatescope.core.quantities import QUANTITIES, names_for
from tests.core.networks import DTYPES, FAST, GATED, TOLERANCE, VARIANTS, changed, normal, random_cell, random_state

few = settings(derandomize=True, deadline=None, max_examples=20, database=None)
every_variant = pytest.mark.parametrize("variant", VARIANTS)
every_dtype = pytest.mark.parametrize("dtype", DTYPES)


def by_steps(cell: Cell, inputs: Array, state: Mapping[str, Array]) -> dict[str, Array]:
    """The trace as the textbook makes it."""
    rows = []
    for x in inputs:
        rows.append(cell.step(x, state))
        state = {name: rows[-1][name] for name in cell.state_names}
    return {name: np.stack([row[name] for row in rows]) for name in names_for(cell.name)}


def assert_same(found: Mapping[str, Array], expected: Mapping[str, Array], tolerance: float = 0.0) -> None:
    assert list(found) == list(expected)
    for name, array in expected.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_allclose(found[name], array, rtol=tolerance, atol=tolerance, err_msg=name)


def last(cell: Cell, quantities: Mapping[str, Array]) -> dict[str, Array]:
    return {name: quantities[name][-1] for name in cell.state_names}


@pytest.mark.parametrize("steps", [1, 63, 64, 65, 129, 256, 257])  # stretches of 64 steps, blocks of 64 and 256
@pytest.mark.parametrize("units", [4, 70])
@every_dtype
@every_variant
def test_forward_equals_the_loop_of_textbook_steps(variant: str, dtype: str, units: int, steps: int) -> None:
    cell = random_cell(variant, 3, units, dtype=dtype)
    inputs, state = normal(steps, 3, dtype=dtype), random_state(cell)
    found = cell.forward(inputs, state)
    assert_same(found, by_steps(cell, inputs, state), TOLERANCE[dtype])
    assert {name: array.shape for name, array in found.items()} == {n: (steps, size) for n, size in cell.sizes.items()}
    assert all(array.flags.c_contiguous for array in found.values())


@every_variant
@few
@given(cut=st.integers(1, 139), units=st.integers(1, 9), seed=st.integers(0, 1000))
def test_a_cut_sequence_with_its_state_carried_equals_the_whole(variant: str, cut: int, units: int, seed: int) -> None:
    cell = random_cell(variant, 3, units, seed=seed)
    inputs, state = normal(140, 3, seed=seed), random_state(cell)
    whole, before = cell.forward(inputs, state), cell.forward(inputs[:cut], state)
    after = cell.forward(inputs[cut:], last(cell, before))
    assert_same({name: np.concatenate((before[name], after[name])) for name in whole}, whole, 1e-12)


@every_variant
@few
@given(units=st.integers(2, 9), seed=st.integers(0, 1000))
def test_permuted_units_give_the_permuted_trace(variant: str, units: int, seed: int) -> None:
    cell = random_cell(variant, 3, units, seed=seed)
    order = np.random.default_rng(seed).permutation(units)
    columns = np.concatenate([gate * units + order for gate in range(len(cell.gates))])
    arrays = {name: array[..., columns] for name, array in cell.arrays().items() if array.shape[-1] == len(columns)}
    told = np.arange(cell.output_size) if "projection" in cell.arrays() else order
    arrays["recurrent_kernel"] = arrays["recurrent_kernel"][told]
    if "projection" in cell.arrays():
        arrays["projection"] = cell.projection[order]
    if "peepholes" in cell.arrays():
        arrays["peepholes"] = cell.peepholes[:, order]
    places = dict.fromkeys(cell.sizes, order) | {"hidden_state": told}
    inputs, state = normal(70, 3, seed=seed), random_state(cell)
    found = cell.with_arrays(arrays).forward(inputs, {name: array[places[name]] for name, array in state.items()})
    expected = {name: array[:, places[name]] for name, array in cell.forward(inputs, state).items()}
    assert_same(found, expected, 1e-12)


@every_dtype
@every_variant
def test_a_batch_equals_its_sequences(variant: str, dtype: str) -> None:
    cell = random_cell(variant, dtype=dtype)
    inputs, state = normal(67, 3, 5, dtype=dtype), random_state(cell, 5)
    together = cell.forward(inputs, state)
    for index in range(5):
        alone = cell.forward(
            np.ascontiguousarray(inputs[..., index]), {name: array[:, index] for name, array in state.items()}
        )
        assert_same({name: array[..., index] for name, array in together.items()}, alone, TOLERANCE[dtype])


@every_variant
def test_a_step_of_a_batch_equals_its_single_steps(variant: str) -> None:
    cell = random_cell(variant)
    x, state = normal(6, 3), {name: array.T for name, array in random_state(cell, 6).items()}
    together = cell.step(x, state)
    for index in range(6):
        alone = cell.step(x[index], {name: array[index] for name, array in state.items()})
        assert_same({name: array[index] for name, array in together.items()}, alone, 1e-14)


@pytest.mark.parametrize("variant", GATED)
@few
@given(seed=st.integers(0, 1000), scale=st.floats(0.01, 3))
def test_gates_and_candidates_stay_in_their_range(variant: str, seed: int, scale: float) -> None:
    cell = random_cell(variant, seed=seed)
    trace = cell.forward(normal(40, 3, seed=seed, scale=scale), random_state(cell))
    ranges = {quantity.name: quantity.range for quantity in QUANTITIES if cell.name in quantity.cells}
    bounded = {name: span for name, span in ranges.items() if span is not None}
    assert set(bounded) >= set(cell.gates)
    for name, (low, high) in bounded.items():
        assert (trace[name] > low).all(), name
        assert (trace[name] < high).all(), name


@every_dtype
def test_lstm_with_f_1_and_i_0_keeps_its_cell_state_exactly(dtype: str) -> None:
    cell = random_cell("lstm", dtype=dtype)
    bias = cell.bias.copy()
    bias[:4], bias[4:8] = -1e4, 1e4
    cell, state = changed(cell, bias=bias), random_state(cell)
    trace = cell.forward(normal(200, 3, dtype=dtype), state)
    np.testing.assert_array_equal(trace["cell_state"], np.tile(state["cell_state"], (200, 1)))
    assert np.ptp(trace["hidden_state"], axis=0).min() > 0  # the output gate still moves


@pytest.mark.parametrize("variant", ["gru", "gru, reset before"])
@every_dtype
def test_gru_with_z_1_keeps_its_hidden_state_exactly(variant: str, dtype: str) -> None:
    cell = random_cell(variant, dtype=dtype)
    bias = cell.bias.copy()
    bias[4:8] = 1e4
    cell, state = changed(cell, bias=bias), random_state(cell)
    trace = cell.forward(normal(200, 3, dtype=dtype), state)
    np.testing.assert_array_equal(trace["hidden_state"], np.tile(state["hidden_state"], (200, 1)))
    assert np.ptp(trace["candidate"], axis=0).min() > 0


@pytest.mark.parametrize("sign", [-1, 1])
@every_dtype
@every_variant
def test_huge_pre_activations_give_exact_gates_and_no_warning(variant: str, dtype: str, sign: int) -> None:
    """Warnings are errors here, so that an overflow on the way would fail the test."""
    cell = random_cell(variant, dtype=dtype)
    cell = changed(cell, bias=np.full_like(cell.bias, sign * 1e4), kernel=np.zeros_like(cell.kernel))
    if variant == "rnn, relu" or "," in variant:  # what has no bound must not feed back
        cell = changed(cell, recurrent_kernel=np.zeros_like(cell.recurrent_kernel))
    if variant in ("lstm, peepholes", "lstm, all of it"):
        cell = changed(cell, peepholes=np.zeros_like(cell.peepholes))
    inputs, state = normal(70, 3, dtype=dtype), random_state(cell)
    for trace in (cell.forward(inputs, state), by_steps(cell, inputs, state)):
        assert all(np.isfinite(array).all() for array in trace.values())
        for gate in cell.gates:
            if gate == "forget_gate" and cell.options()["coupled"]:
                np.testing.assert_array_equal(trace[gate], float(sign < 0))
            elif gate.endswith("_gate"):
                np.testing.assert_array_equal(trace[gate], float(sign > 0))
            else:
                outermost = ACTIVATIONS[cell.activation].function(np.array(sign * 1e4, dtype))
                np.testing.assert_allclose(trace[gate], np.full_like(trace[gate], outermost), rtol=1e-3)


def assert_derivative(found: Array, array: Array, loss: Callable[[Array], float], tolerance: float = 1e-7) -> None:
    """``found`` is the loss's derivative at ``array``, tried along three random lines.

    By central differences of two widths, with their h^2 error taken out.
    """
    assert found.shape == array.shape
    for seed in range(3):
        along, h = normal(*array.shape, seed=seed), 1e-3
        near, far = ((loss(array + width * along) - loss(array - width * along)) / (2 * width) for width in (h, 2 * h))
        np.testing.assert_allclose((along * found).sum(), (4 * near - far) / 3, rtol=tolerance, atol=1e-8)


@pytest.mark.parametrize("batch", [(), (3,)], ids=["one sequence", "batch"])
@every_variant
def test_backward_agrees_with_numeric_derivatives(variant: str, batch: tuple[int, ...]) -> None:
    cell = random_cell(variant, 3, 4)
    inputs, state = normal(12, 3, *batch), random_state(cell, *batch)
    weights = normal(12, cell.output_size, *batch, seed=9)
    # Where an activation has a corner in its slope, so have the differences.
    tolerance = 1e-5 if variant == "lstm, all of it" else 1e-7
    back = cell.backward(inputs, state, cell.forward(inputs, state), weights)

    def loss(cell: Any, inputs: Array, state: Mapping[str, Array]) -> float:
        return float((weights * cell.forward(inputs, state)["hidden_state"]).sum())

    assert set(back.parameters) == set(cell.arrays())

    def by_parameter(name: str) -> Callable[[Array], float]:
        return lambda moved: loss(changed(cell, **{name: moved}), inputs, state)

    def by_state(name: str) -> Callable[[Array], float]:
        return lambda moved: loss(cell, inputs, {**state, name: moved})

    for name, array in cell.arrays().items():
        assert_derivative(back.parameters[name], array, by_parameter(name), tolerance)
    for name, array in state.items():
        assert_derivative(back.d_initial_state[name], array, by_state(name), tolerance)
    assert_derivative(back.d_inputs, inputs, lambda moved: loss(cell, moved, state), tolerance)


@every_variant
def test_backward_gives_the_total_derivative_of_every_state(variant: str) -> None:
    """The state before step t is the initial state of the rest: its derivative is that rest's."""
    cell = random_cell(variant)
    inputs, state, weights = normal(9, 3), random_state(cell), normal(9, cell.output_size, seed=9)
    trace = cell.forward(inputs, state)
    back = cell.backward(inputs, state, trace, weights)
    assert set(back.d_states) == {f"d_{name}" for name in cell.state_names}
    for t in (1, 5, 8):
        before = {name: trace[name][t - 1] for name in cell.state_names}
        rest = cell.backward(inputs[t:], before, {name: array[t:] for name, array in trace.items()}, weights[t:])
        expected = weights[t - 1] + rest.d_initial_state["hidden_state"]
        np.testing.assert_allclose(back.d_states["d_hidden_state"][t - 1], expected, atol=1e-14)
        if variant == "lstm":
            # Through this step's own hidden state as well: h = o tanh(c).
            through_h = expected * trace["output_gate"][t - 1] * (1 - np.tanh(before["cell_state"]) ** 2)
            expected = rest.d_initial_state["cell_state"] + through_h
            np.testing.assert_allclose(back.d_states["d_cell_state"][t - 1], expected, atol=1e-14)


def decaying(variant: str, dtype: str) -> Any:
    """A cell that loses a good part of its state at each step and gets nothing from its inputs."""
    cell = random_cell(variant, 3, 6, dtype=dtype)
    cell = cell.with_arrays({name: np.zeros_like(array) for name, array in cell.arrays().items()})
    recurrent = np.zeros_like(cell.recurrent_kernel)
    candidate = 2 if cell.name == "lstm" else len(cell.gates) - 1
    recurrent[:, 6 * candidate : 6 * candidate + 6] = 0.4 * np.eye(len(recurrent), 6, dtype=dtype)
    cell = changed(cell, recurrent_kernel=recurrent)
    return changed(cell, projection=np.eye(6, 2, dtype=dtype)) if variant == "lstm, projected" else cell


@pytest.mark.parametrize("batch", [(), (2,)], ids=["one sequence", "batch"])
@every_dtype
@pytest.mark.parametrize("variant", FAST)
def test_a_state_that_decays_to_subnormal_numbers_is_guarded_and_right(
    variant: str, dtype: str, batch: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    cell, settled, recurrences = decaying(variant, dtype), [], set()
    settle = Recurrence.settle

    def noted(self: Recurrence, h: Array, out: Array) -> None:
        settle(self, h, out)
        settled.append(np.abs(out[out != 0]).min(initial=1))
        recurrences.add(self)

    monkeypatch.setattr(Recurrence, "settle", noted)
    steps = 300 if dtype == "float32" else 2400
    inputs = np.zeros((steps, 3, *batch), dtype)
    state = {name: np.full((cell.sizes[name], *batch), 0.5, dtype) for name in cell.state_names}
    found = cell.forward(inputs, state)["hidden_state"]
    expected = by_steps(
        cell,
        inputs.reshape(steps, 3, -1)[..., 0],
        {name: array.reshape(len(array), -1)[:, 0] for name, array in state.items()},
    )["hidden_state"]
    tiny = np.finfo(dtype).tiny
    assert ((expected > 0) & (expected < tiny)).any(), "the textbook meets no subnormal number here"
    assert settled, "the guard was not engaged"
    # With the reset before the product, a second product sees r h, which is settled too.
    assert len(recurrences) == (2 if variant == "gru, reset before" else 1)
    assert min(settled) > tiny, "a subnormal number went into a product"
    floor = 1e-23 if dtype == "float32" else 1e-269
    np.testing.assert_allclose(found.reshape(*expected.shape, -1)[..., 0], expected, rtol=1e-4, atol=floor)


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda cell: pickle.loads(pickle.dumps(cell))])  # noqa: S301  # our own bytes
@every_variant
def test_a_copy_of_a_cell_that_has_run_computes_the_same_and_is_frozen(
    variant: str, again: Callable[[Cell], Cell]
) -> None:
    cell = random_cell(variant)
    cell.forward(normal(70, 3), random_state(cell))
    copied, inputs = again(cell), normal(70, 3, seed=1)
    assert_same(copied.forward(inputs, random_state(cell)), cell.forward(inputs, random_state(cell)))
    assert copied.options() == cell.options()
    assert not any(array.flags.writeable for array in copied.arrays().values())


@every_variant
def test_pre_activations_are_what_stood_inside_the_activations(variant: str) -> None:
    cell = random_cell(variant)
    inputs, state = normal(40, 3), random_state(cell)
    trace = cell.forward(inputs, state)
    pre = cell.pre_activations(inputs, state, trace)
    assert tuple(pre) == cell.gates
    for gate, x in pre.items():
        activation = cell.recurrent_activation if gate.endswith("_gate") else cell.activation
        expected = ACTIVATIONS[activation].function(x)
        np.testing.assert_allclose(trace[gate], expected, atol=1e-13, err_msg=gate)


@pytest.mark.parametrize("inputs", [1, 2, 4, 16])
@every_dtype
@every_variant
def test_a_cell_of_one_unit(variant: str, dtype: str, inputs: int) -> None:
    """Its gates lie a single number apart, which a version of NumPy negates wrongly."""
    cell = random_cell(variant, inputs, 1, dtype=dtype)
    cell = cell.with_arrays({name: np.asfortranarray(array) for name, array in cell.arrays().items()})
    x, state = normal(40, inputs, dtype=dtype), random_state(cell)
    assert_same(cell.forward(x, state), by_steps(cell, x, state), TOLERANCE[dtype])

"""Every quantity of a trace, and every derivative, against what PyTorch and Keras compute themselves."""

from collections.abc import Mapping

import numpy as np
import pytest

from gatescope.core import Encoded, Network, encode, names_for, trace
from gatescope.core.activations import Array
from gatescope.core.trace import step
from gatescope.core.training import Adam, Batch, gradients
from tests.core.golden import NAMES, Golden, load

TRACES = [name for name in NAMES if "-loss_" not in name and name != "torch-adam"]
DERIVATIVES = [name for name in TRACES if "coefficients" in load(name).arrays]
LOSSES = [name for name in NAMES if "-loss_" in name]


def gradient_tolerance(golden: Golden) -> float:
    return 1e-10 if golden.tolerance < 1e-6 else 1e-5


def assert_close(found: Mapping[str, Array], expected: Mapping[str, Array], tolerance: float) -> None:
    assert set(found) == set(expected)
    for name, array in expected.items():
        assert found[name].shape == array.shape, name
        assert found[name].dtype == array.dtype, name
        assert np.abs(found[name] - array).max() <= tolerance, name


def read(golden: Golden, network: Network) -> Encoded:
    inputs = golden.arrays["inputs"]
    return encode(network, tokens=inputs) if network.embedding else encode(network, values=inputs)


def test_the_files_cover_what_they_should() -> None:
    kinds = {(load(name).framework, load(name).kind) for name in DERIVATIVES}
    assert kinds == {("torch", kind) for kind in ("lstm", "gru", "rnn_tanh", "rnn_relu")} | {
        ("keras", kind) for kind in ("lstm", "gru_reset_after", "gru_reset_before", "rnn_tanh", "rnn_relu")
    }
    assert len([name for name in NAMES if name.endswith("float64")]) == len(NAMES) // 2
    assert len(LOSSES) == 4


@pytest.mark.parametrize("name", TRACES)
def test_files_are_demanding_enough(name: str) -> None:
    golden = load(name)
    network = golden.network()
    assert golden.arrays["inputs"].shape[0] >= 3
    assert all((array != 0).all() for array in golden.under("initial/").values())
    for place in network.directions:
        assert place.cell.hidden_size != place.cell.input_size or place.layer > 0
    weights = np.concatenate([array.ravel() for array in golden.under("parameters/").values()])
    assert len(np.unique(weights)) == len(weights)


@pytest.mark.parametrize("name", TRACES)
def test_every_quantity_of_a_trace(name: str) -> None:
    golden = load(name)
    network = golden.network()
    result = trace(network, read(golden, network), golden.initial_state())
    found = {
        f"{place.layer}/{place.direction}/{quantity}": array
        for place in result.layers
        for quantity, array in place.quantities.items()
    }
    assert_close(found, golden.under("quantities/"), golden.tolerance)
    for place in result.layers:
        assert tuple(place.quantities) == names_for(place.cell.name)
    if "outputs" in golden.arrays:
        assert result.outputs is not None
        assert_close({"outputs": result.outputs}, {"outputs": golden.arrays["outputs"]}, golden.tolerance)
    else:
        assert result.outputs is None


@pytest.mark.parametrize("name", [name for name in TRACES if load(name).network().can_step])
def test_every_quantity_of_the_textbook_steps(name: str) -> None:
    golden = load(name)
    network = golden.network()
    encoded = read(golden, network)
    assert encoded.values is not None
    state, rows = golden.initial_state(), []
    for x in encoded.values:
        rows.append(step(network, encode(network, values=x[None]), state))
        state = list(rows[-1].state)
    found = {
        f"{place.layer}/{place.direction}/{quantity}": np.array([row.quantities[index][1][quantity] for row in rows])
        for index, place in enumerate(network.directions)
        for quantity in names_for(place.cell.name)
    }
    assert_close(found, golden.under("quantities/"), golden.tolerance)
    if network.readout:
        outputs = np.array([row.output for row in rows])
        assert_close({"outputs": outputs}, {"outputs": golden.arrays["outputs"]}, golden.tolerance)


@pytest.mark.parametrize("name", DERIVATIVES)
def test_derivatives_of_a_cell(name: str) -> None:
    golden = load(name)
    network = golden.network()
    (state,), cell, inputs = golden.initial_state(), network.directions[0].cell, golden.arrays["inputs"]
    found = cell.backward(inputs, state, cell.forward(inputs, state), golden.arrays["coefficients"])
    tolerance = gradient_tolerance(golden)
    expected = {key.removeprefix("layers.0.forward."): array for key, array in parameter_gradients(golden).items()}
    own = dict(found.parameters)
    if golden.kind == "gru_reset_before":
        # Keras has one bias where the canonical layout has two, which the loss then depends on alike.
        assert np.array_equal(own.pop("recurrent_bias"), own["bias"])
        del expected["recurrent_bias"]
    assert_close(own, expected, tolerance)
    assert_close({"inputs": found.d_inputs}, {"inputs": golden.arrays["gradients/inputs"]}, tolerance)
    assert_close(found.d_initial_state, golden.under("gradients/initial/0/forward/"), tolerance)
    totals = {key: array for key, array in golden.under("gradients/").items() if key.startswith("d_")}
    if golden.framework == "torch":
        assert_close(found.d_states, totals, tolerance)


def parameter_gradients(golden: Golden) -> dict[str, Array]:
    """By canonical name. Where two of PyTorch's biases make one, the derivative by it is that by either: their mean."""
    found = golden.canonical("gradients/parameters/")
    if golden.framework == "torch" and golden.kind != "gru":
        found |= {key: array / 2 for key, array in found.items() if key.startswith("layers.") and key.endswith("bias")}
    return found


@pytest.mark.parametrize("name", LOSSES)
def test_derivatives_of_the_loss_of_a_stacked_bidirectional_network(name: str) -> None:
    golden = load(name)
    batch = Batch(*(golden.arrays[key] for key in ("inputs", "targets", "weights")))
    found = gradients(golden.network(), batch, golden.initial_state())
    assert abs(found.loss - golden.arrays["loss"].item()) <= golden.tolerance
    assert_close(found.parameters, parameter_gradients(golden), gradient_tolerance(golden))


@pytest.mark.parametrize(
    ("name", "adam", "tolerance"),
    [
        ("adam", Adam(), 1e-12),
        ("adam-exact", Adam(epsilon=1e-30), 1e-12),
        ("adamw-exact", Adam(beta_1=0.8, beta_2=0.95, epsilon=1e-30, weight_decay=0.1), 1e-12),
    ],
)
def test_updates_of_adam(name: str, adam: Adam, tolerance: float) -> None:
    arrays = load("torch-adam").arrays
    parameters = {"w": arrays["start"]}
    state = adam.start(parameters)
    for update, (gradient, rate) in enumerate(zip(arrays["gradients"], arrays["rates"], strict=True)):
        parameters, state = adam.update(parameters, {"w": gradient}, state, float(rate))
        assert np.abs(parameters["w"] - arrays[f"updates/{name}/{update}"]).max() <= tolerance
    assert state.updates == len(arrays["rates"])

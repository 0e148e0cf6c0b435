"""Networks that are described instead of stored."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gatescope.core import CELLS, Network, ParameterError, drawn, written
from tests.core.networks import VARIANTS, random_cell


def cell_of(network: Network) -> Any:
    (place,) = network.directions
    return place.cell


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", CELLS)
def test_a_seed_gives_one_network_of_the_size_asked_for(kind: str, dtype: str) -> None:
    first, again, other = (drawn(kind, 2, 5, seed=seed, dtype=dtype) for seed in (3, 3, 4))
    cell = cell_of(first)
    assert (cell.name, cell.input_size, cell.hidden_size, cell.dtype) == (kind, 2, 5, dtype)
    assert first.digest == again.digest != other.digest


@pytest.mark.parametrize("kind", CELLS)
def test_weights_are_uniform_within_the_scaled_limit(kind: str) -> None:
    cells = {scale: cell_of(drawn(kind, 3, 64, weight_scale=scale, dtype="float64")) for scale in (1.0, 2.5)}
    for name in ("kernel", "recurrent_kernel"):
        plain, scaled = (getattr(cells[scale], name) for scale in (1.0, 2.5))
        np.testing.assert_allclose(scaled, 2.5 * plain)
        assert np.abs(plain).max() <= 1 / 8
        np.testing.assert_allclose(plain.std(), 1 / 8 / np.sqrt(3), rtol=0.1)
    radius = np.abs(np.linalg.eigvals(cells[1.0].recurrent_kernel[:, :64])).max()
    np.testing.assert_allclose(radius, 1 / np.sqrt(3), rtol=0.15)


def test_the_forget_bias_is_that_of_the_gate_that_keeps() -> None:
    lstm, gru = (cell_of(drawn(kind, 1, 3, forget_bias=2.5)) for kind in ("lstm", "gru"))
    assert lstm.bias.tolist() == [0] * 3 + [2.5] * 3 + [0] * 6
    assert gru.bias.tolist() == [0] * 3 + [2.5] * 3 + [0] * 3
    assert not gru.recurrent_bias.any()
    assert drawn("rnn", forget_bias=2.5).digest == drawn("rnn").digest


def test_cells_of_one_seed_share_what_they_have_in_common() -> None:
    rnn, lstm, gru = (cell_of(drawn(kind, 2, 4, seed=9)) for kind in ("rnn", "lstm", "gru"))
    for name in ("kernel", "recurrent_kernel"):
        weights = getattr(rnn, name)
        assert np.array_equal(weights, getattr(lstm, name)[:, 8:12])
        assert np.array_equal(weights, getattr(gru, name)[:, 8:12])
    gates = np.split(lstm.recurrent_kernel, 4, axis=1)
    assert not any(np.array_equal(gates[0], gate) for gate in gates[1:])


def test_options_change_the_equations() -> None:
    assert cell_of(drawn("rnn", activation="relu")).activation == "relu"
    assert cell_of(drawn("gru", reset_after=False)).reset_after is False
    assert cell_of(drawn("lstm", coupled=None)).coupled is False


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_cell_can_be_written_down(variant: str) -> None:
    cell = random_cell(variant)
    numbers = {name: array.tolist() for name, array in cell.arrays().items()}
    again = cell_of(written(cell.name, numbers, dtype="float64", **cell.options()))
    assert again.options() == cell.options()
    for name, array in cell.arrays().items():
        assert np.array_equal(getattr(again, name), array)


RNN = {"kernel": [[1.0]], "recurrent_kernel": [[0.5]], "bias": [0.0]}

WRONG: dict[str, tuple[Callable[[], Network], tuple[str, ...], str]] = {
    "no such cell": (lambda: drawn("tree"), ("cell",), "one of lstm, gru, rnn, not 'tree'"),
    "no units": (lambda: drawn("rnn", hidden_size=0), ("hidden_size",), "at least 1, not 0"),
    "no inputs": (lambda: drawn("rnn", -1), ("input_size",), "at least 1, not -1"),
    "a negative seed": (lambda: drawn("rnn", seed=-1), ("seed",), "not -1"),
    "a seed too large": (lambda: drawn("rnn", seed=2**53), ("seed",), "from 0 to"),
    "a negative scale": (lambda: drawn("rnn", weight_scale=-0.5), ("weight_scale",), "from 0 to 1000, not -0.5"),
    "a scale that is no number": (lambda: drawn("rnn", weight_scale=np.nan), ("weight_scale",), "not nan"),
    "a bias too large": (lambda: drawn("lstm", forget_bias=1e9), ("forget_bias",), "from -1000 to 1000"),
    "a precision": (lambda: drawn("rnn", dtype="float16"), ("dtype",), "not 'float16'"),
    "an option it lacks": (lambda: drawn("rnn", reset_after=True), ("reset_after",), "options activation, not"),
    "an activation": (lambda: drawn("rnn", activation="step"), ("activation",), "must be one of"),
    "an unmirrored gate": (
        lambda: drawn("lstm", coupled=True, recurrent_activation="relu"), ("coupled",), "f(-x) = 1 - f(x)",
    ),
    "an unknown array": (lambda: written("rnn", {**RNN, "hope": [1]}), ("parameters", "hope"), "not 'hope'"),
    "a missing array": (lambda: written("rnn", {"kernel": [[1.0]]}), ("parameters",), "recurrent_kernel is missing"),
    "no array": (lambda: written("rnn", {}), ("parameters",), "missing from none"),
    "text": (lambda: written("rnn", RNN | {"bias": "zero"}), ("parameters", "bias"), "list of numbers"),
    "ragged": (lambda: written("rnn", RNN | {"kernel": [[1], [1, 2]]}), ("parameters", "kernel"), "rectangular"),
    "nothing in it": (lambda: written("rnn", RNN | {"bias": []}), ("parameters", "bias"), "not empty"),
    "too many": (lambda: written("rnn", RNN | {"bias": [1, 2]}), ("parameters", "bias"), "must be (1,)"),
    "not finite": (lambda: written("rnn", RNN | {"bias": [1e300]}), ("parameters", "bias"), "finite in float32"),
    "flat weights": (lambda: written("rnn", RNN | {"kernel": [1.0]}), ("parameters", "kernel"), "(D, 1H)"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_network_is_a_sentence(name: str) -> None:
    make, pointer, words = WRONG[name]
    with pytest.raises(ParameterError) as caught:
        make()
    assert caught.value.pointer == pointer
    assert words in caught.value.message

"""The memory ledger: it adds up, it is what the equations say, and it reads in the order of reading."""

from typing import Any

import numpy as np
import pytest

from gatescope.core import LSTM, InputError, Layer, Network, Trace, encode, trace
from gatescope.core.activations import Array
from gatescope.core.interventions import Intervention
from gatescope.core.ledger import account_of, ledger, triangle
from tests.core.networks import DTYPES, VARIANTS, normal, random_cell, random_network, random_state

STEPS = 40
REMEMBERING = [variant for variant in VARIANTS if not variant.startswith("rnn")]


def traced(variant: str, dtype: str = "float64", steps: int = STEPS, done: Any = ()) -> Trace:
    network = random_network(variant, bidirectional=True, dtype=dtype)
    state = [random_state(place.cell, seed=index) for index, place in enumerate(network.directions)]
    return trace(network, encode(network, values=normal(steps, 3, dtype=dtype)), state, interventions=done)


def by_hand(result: Trace, index: int, step: int, unit: int) -> tuple[float, list[float]]:
    """The sum of the docstring, every product anew."""
    place = result.layers[index]
    turn = 1 if place.direction == "forward" else -1
    count = step + 1 if turn == 1 else result.steps - step
    needed = [name for name in place.cell.gates if name != "output_gate"]
    rows = {name: place.quantities[name][::turn][:count, unit].astype(float) for name in needed}
    if place.cell.name == "lstm":
        keep, written = rows["forget_gate"], rows["input_gate"] * rows["candidate"]
        initial = place.initial_state["cell_state"][unit]
    else:
        keep, written = rows["update_gate"], (1 - rows["update_gate"]) * rows["candidate"]
        initial = place.initial_state["hidden_state"][unit]
    return float(initial * np.prod(keep)), [float(written[k] * np.prod(keep[k + 1 :])) for k in range(count)]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("variant", REMEMBERING)
@pytest.mark.parametrize("index", [0, 1])
def test_it_is_what_the_equations_say(variant: str, dtype: str, index: int) -> None:
    result = traced(variant, dtype)
    tolerance = 1e-6 if dtype == "float32" else 1e-12
    state = account_of(result.layers[index]).state
    for step in (0, 1, 17, STEPS - 1):
        everyone = ledger(result, index, step)
        np.testing.assert_array_equal(everyone.total, result.layers[index].quantities[state][step])
        np.testing.assert_allclose(everyone.initial + everyone.writes.sum(axis=0), everyone.total, atol=1e-13)
        read = range(step + 1) if index == 0 else range(STEPS - 1, step - 1, -1)
        assert everyone.steps.tolist() == list(read)
        for unit in range(len(everyone.total)):
            initial, writes = by_hand(result, index, step, unit)
            np.testing.assert_allclose(everyone.initial[unit], initial, atol=tolerance)
            np.testing.assert_allclose(everyone.writes[:, unit], writes, atol=tolerance)
            alone = ledger(result, index, step, unit)
            np.testing.assert_array_equal(alone.writes[:, 0], everyone.writes[:, unit])


@pytest.mark.parametrize("variant", ["lstm", "gru"])
@pytest.mark.parametrize("index", [0, 1])
def test_the_triangle_is_the_ledger_of_every_step(variant: str, index: int) -> None:
    result = traced(variant)
    whole = triangle(result, index, 2)
    assert whole.steps.tolist() == list(range(STEPS))[:: 1 if index == 0 else -1]
    assert not np.triu(whole.writes, 1).any()
    for position, step in enumerate(whole.steps.tolist()):
        one = ledger(result, index, step, 2)
        np.testing.assert_allclose(whole.writes[position, : position + 1], one.writes[:, 0], atol=1e-15)
        np.testing.assert_allclose(whole.initial[position], one.initial[0], atol=1e-15)
        assert whole.total[position] == one.total[0]


def long_lived(forget: float, steps: int) -> Trace:
    """Gates near ``forget`` in float32, with writes that grow and cancel."""
    cell = random_cell("lstm", hidden_size=8, dtype="float32")
    bias = np.array(cell.bias)
    bias[8:16] = np.log(forget / (1 - forget))
    scale = np.float32(0.3)
    cell = LSTM(scale * cell.kernel, scale * cell.recurrent_kernel, bias)
    network = Network((Layer(cell),))
    return trace(network, encode(network, values=normal(steps, 3, dtype="float32")), [random_state(cell)])


@pytest.mark.parametrize("forget", [0.02, 0.1, 0.6, 0.9, 0.999])
def test_it_adds_up_over_two_thousand_steps_without_subnormal_numbers(forget: float) -> None:
    result = long_lived(forget, 2000)
    found, whole = ledger(result, 0, 1999), triangle(result, 0, 3)
    for arrays in (found, whole):
        axis = 0 if arrays is found else 1
        np.testing.assert_allclose(arrays.initial + arrays.writes.sum(axis=axis), arrays.total, atol=1e-9)
        assert subnormal(arrays.writes) <= 16 * len(arrays.total)
    np.testing.assert_allclose(whole.writes[-1], found.writes[:, 3], atol=1e-12)


def subnormal(array: Array) -> int:
    return int(((array != 0) & (np.abs(array) < np.finfo(float).tiny)).sum())


def test_what_an_intervention_sets_keeps_nothing_and_what_it_scales_is_scaled() -> None:
    def done(operation: Any, value: float) -> Trace:
        return traced("lstm", done=[Intervention(0, "forward", "cell_state", (1,), (20, 21), operation, value)])

    set_to, plain = ledger(done("set", 3.0), 0, 20), ledger(traced("lstm"), 0, 20)
    assert not set_to.writes[:20, 1].any()
    assert set_to.writes[20, 1] == set_to.total[1] == 3
    np.testing.assert_allclose(set_to.writes[:, 0], plain.writes[:, 0], atol=1e-14)
    scaled = ledger(done("scale", -2.0), 0, 20, 1)
    np.testing.assert_allclose(scaled.writes[:, 0], -2 * plain.writes[:, 1], atol=1e-14)
    added = ledger(done("add", 5.0), 0, 20, 1)
    np.testing.assert_allclose(added.writes[:20, 0], plain.writes[:20, 1], atol=1e-14)
    np.testing.assert_allclose(added.writes[20, 0], plain.writes[20, 1] + 5, atol=1e-14)
    np.testing.assert_allclose(triangle(done("set", 3.0), 0, 1).writes[20, :21], set_to.writes[:, 1], atol=1e-15)
    both = traced("lstm", done=[Intervention(0, "backward", "cell_state", None, None, "set", 1.0)])
    assert (np.diag(triangle(both, 1, 0).writes) == 1).all()


def test_what_has_none_or_is_not_there_is_refused() -> None:
    plain, result = traced("rnn"), traced("lstm")
    with pytest.raises(InputError, match="LSTM or GRU, not a simple RNN"):
        ledger(plain, 0, 0)
    with pytest.raises(InputError, match="LSTM or GRU, not a simple RNN"):
        triangle(plain, 0, 0)
    for step in (-1, STEPS):
        with pytest.raises(InputError, match=f"step must be one of 0 to 39, not {step}"):
            ledger(result, 0, step)
    for unit in (-1, 4):
        with pytest.raises(InputError, match=f"unit must be one of 0 to 3, not {unit}"):
            triangle(result, 0, unit)

"""The arithmetic of single numbers: sums over random networks of every variant, and what terms are called."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatescope.core import LSTM, RNN, InputError, Layer, Network, NumericalError, Trace, encode, trace
from gatescope.core.activations import ACTIVATIONS
from gatescope.core.arithmetic import arithmetic
from gatescope.core.interventions import Intervention
from tests.core.networks import DTYPES, VARIANTS, normal, random_network, random_state
from tests.core.test_interventions import interventions

STEPS = 12


def traced(variant: str, dtype: str = "float64", done: Any = ()) -> Trace:
    """Two layers, both ways, from a state that is not zero."""
    network = random_network(variant, "lstm", bidirectional=True, dtype=dtype)
    state = [random_state(place.cell, seed=index) for index, place in enumerate(network.directions)]
    return trace(network, encode(network, values=normal(STEPS, 3, dtype=dtype)), state, interventions=done)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("variant", VARIANTS)
@settings(max_examples=8, deadline=None, derandomize=True)
@given(data=st.data())
def test_the_products_add_up_to_what_gives_the_number(variant: str, dtype: str, data: st.DataObject) -> None:
    done = data.draw(st.just([]) | interventions(random_network(variant, "lstm", bidirectional=True)))
    result = traced(variant, dtype, done)
    tolerance = 2e-6 if dtype == "float32" else 1e-13
    for index, place in enumerate(result.layers):
        pre = result.pre_activations(index)
        for quantity, size in place.cell.sizes.items():
            unit, step = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, STEPS - 1))
            found = arithmetic(result, index, quantity, unit, step)
            assert found.pre_activation == math.fsum(term.value * term.weight * term.factor for term in found.terms)
            given_by_it = float(ACTIVATIONS[found.activation].function(np.array(found.pre_activation)))
            if found.interventions:
                assert found.interventions[0].before == given_by_it
                given_by_it = found.interventions[-1].after
            assert found.value == place.quantities[quantity][step, unit]
            assert found.value == given_by_it + found.rounding
            assert abs(found.rounding) <= tolerance * max(1, abs(found.value))
            if quantity in pre and found.activation != "linear":
                assert abs(found.pre_activation - pre[quantity][step, unit]) <= 5 * tolerance


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_input_and_every_hidden_unit_has_its_own_term(variant: str) -> None:
    result = traced(variant)
    for index in (0, 1):
        place = result.layers[index]
        cell = place.cell
        found = arithmetic(result, index, cell.gates[0], 1, 5)
        inputs = [term for term in found.terms if term.source == "input"]
        hidden = [term for term in found.terms if term.source == "hidden"]
        earlier = 4 if place.direction == "forward" else 6
        np.testing.assert_array_equal([term.value for term in inputs], result.layer_inputs(place.layer)[5])
        np.testing.assert_array_equal([term.weight for term in inputs], cell.kernel[:, 1])
        np.testing.assert_array_equal([term.value for term in hidden], place.quantities["hidden_state"][earlier])
        np.testing.assert_array_equal([term.weight for term in hidden], cell.recurrent_kernel[:, 1])
        assert [term.index for term in hidden] == list(range(cell.output_size))
        assert sum(term.source == "bias" for term in found.terms) == (2 if cell.name == "gru" else 1)


def test_the_first_step_that_is_read_sees_the_initial_state() -> None:
    result = traced("lstm")
    for place, step in ((0, 0), (1, STEPS - 1)):
        kept = arithmetic(result, place, "cell_state", 2, step).terms[0]
        assert (kept.source, kept.value) == ("kept", result.layers[place].initial_state["cell_state"][2])


def test_terms_are_called_after_what_they_come_from() -> None:
    network = random_network("lstm", "gru", bidirectional=True, tokens=True)
    result = trace(network, encode(network, text="ab"))
    below = arithmetic(result, 0, "candidate", 0, 1)
    assert [term.label for term in below.terms] == [
        "b[0]", "b[1]", "b[2]", "h[0]", "h[1]", "h[2]", "h[3]", "b",
    ]  # fmt: skip
    above = arithmetic(result, 2, "candidate", 0, 1)
    assert above.terms[0].label == "h[0] of layer 0, forward"
    assert above.terms[4].label == "h[0] of layer 0, backward"
    numbers = random_network("gru")
    plain = arithmetic(trace(numbers, encode(numbers, values=normal(2, 3))), 0, "reset_gate", 0, 1)
    assert [term.label for term in plain.terms][:4] == ["x[0]", "x[1]", "x[2]", "h[0]"]


@pytest.mark.parametrize(
    ("variant", "quantity", "equation"),
    [
        ("lstm", "forget_gate", "f = σ(W_f x + U_f h₋₁ + b_f)"),
        ("lstm, peepholes", "output_gate", "o = σ(W_o x + U_o h₋₁ + b_o + p_o ∘ c)"),
        ("lstm, peepholes", "candidate", "g = tanh(W_g x + U_g h₋₁ + b_g)"),
        ("lstm, coupled", "forget_gate", "f = 1 − i"),
        ("lstm, all of it", "input_gate", "i = hard_sigmoid(W_i x + U_i h₋₁ + b_i + p_i ∘ c₋₁)"),
        ("lstm, all of it", "hidden_state", "h = P (o ∘ elu(c))"),
        ("lstm", "hidden_state", "h = o ∘ tanh(c)"),
        ("lstm", "cell_state", "c = f ∘ c₋₁ + i ∘ g"),
        ("gru", "candidate", "n = tanh(W_n x + b_n + r ∘ (U_n h₋₁ + b_hn))"),
        ("gru, reset before", "candidate", "n = tanh(W_n x + b_n + U_n (r ∘ h₋₁) + b_hn)"),
        ("gru", "update_gate", "z = σ(W_z x + b_z + U_z h₋₁ + b_hz)"),
        ("gru", "hidden_state", "h = (1 − z) ∘ n + z ∘ h₋₁"),
        ("rnn, relu", "hidden_state", "h = relu(W x + U h₋₁ + b)"),
    ],
)
def test_the_equation_is_that_of_the_cell(variant: str, quantity: str, equation: str) -> None:
    assert arithmetic(traced(variant), 0, quantity, 0, 0).equation == equation


def test_what_an_intervention_made_of_a_number_is_told() -> None:
    done = [
        Intervention(0, "forward", "forget_gate", (1,), (3, 5), "scale", 0.5),
        Intervention(0, "forward", "forget_gate", None, None, "add", 0.25),
    ]
    result = traced("lstm", done=done)
    both, one = arithmetic(result, 0, "forget_gate", 1, 4), arithmetic(result, 0, "forget_gate", 1, 5)
    assert [change.operation for change in both.interventions] == ["scale", "add"]
    assert both.interventions[0].after == both.interventions[0].before * 0.5 == both.interventions[1].before
    assert both.value == pytest.approx(both.interventions[1].before + 0.25)
    assert [change.operation for change in one.interventions] == ["add"]
    assert arithmetic(result, 0, "input_gate", 1, 4).interventions == ()


@pytest.mark.parametrize(
    ("quantity", "unit", "step", "pointer", "message"),
    [
        ("reset_gate", 0, 0, "quantity", "LSTM layer must be one of input_gate, .*not 'reset_gate'"),
        ("forget_gate_pre", 0, 0, "quantity", "not 'forget_gate_pre'"),
        ("forget_gate", 4, 0, "unit", "unit must be one of 0 to 3, not 4"),
        ("hidden_state", 2, 0, "unit", "unit must be one of 0 to 1, not 2"),
        ("forget_gate", 0, STEPS, "step", "step must be one of 0 to 11, not 12"),
        ("forget_gate", 0, -1, "step", "step must be one of 0 to 11, not -1"),
    ],
)
def test_what_is_not_there_is_refused(quantity: str, unit: int, step: int, pointer: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        arithmetic(traced("lstm, projected"), 0, quantity, unit, step)
    assert caught.value.pointer == (pointer,)


def test_a_sum_that_is_not_finite_is_refused() -> None:
    for weights in ([1e300, 1e300], [1e300, -1e300], [8e307, 8e307]):
        kernel = np.array(weights).reshape(2, 1)
        cell = RNN(kernel, np.zeros((1, 1)), np.zeros(1))
        network = Network((Layer(cell),))
        values = [[1e10, 1e10]] if weights[0] == 1e300 else [[1.5, 1.5]]
        with np.errstate(all="ignore"):
            try:
                result = trace(network, encode(network, values=values))
            except NumericalError:
                continue  # infinity less infinity
        with pytest.raises(NumericalError, match="hidden state must be finite"):
            arithmetic(result, 0, "hidden_state", 0, 0)


def test_of_a_projected_state_every_unit_that_is_read_out_has_a_term() -> None:
    result = traced("lstm, projected")
    cell = result.layers[0].cell
    assert isinstance(cell, LSTM)
    terms = arithmetic(result, 0, "hidden_state", 1, 3).terms
    assert [term.source for term in terms] == ["read out"] * cell.hidden_size
    assert cell.projection is not None
    np.testing.assert_array_equal([term.weight for term in terms], cell.projection[:, 1])

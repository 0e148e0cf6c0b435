"""Traces of whole networks: directions, layers, states, readouts, and what makes a trace's id."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gatescope.core import (
    RNN,
    Cancelled,
    CannotStep,
    CoreError,
    Embedding,
    Encoded,
    InputError,
    Layer,
    Network,
    NotFinite,
    NumericalError,
    PaddingToken,
    Readout,
    StateMismatch,
    TokenOutOfRange,
    WrongKind,
    WrongWidth,
    encode,
    step,
    top_predictions,
    trace,
    trace_bytes,
    trace_id,
)
from gatescope.core.activations import ACTIVATIONS, Array
from gatescope.core.parts import ReadoutKind
from gatescope.core.states import check_state
from tests.core.networks import LABELS, VARIANTS, normal, random_cell, random_network, random_state

KINDS = [*((variant,) for variant in VARIANTS), ("lstm", "gru"), ("gru, reset before", "rnn, relu", "lstm")]
every_kind = pytest.mark.parametrize("kinds", KINDS, ids=" over ".join)


def numbers(network: Network, steps: int = 70, seed: int = 3) -> Encoded:
    return encode(network, values=normal(steps, 3, seed=seed))


def states(network: Network) -> list[dict[str, Array]]:
    return [random_state(place.cell, seed=index) for index, place in enumerate(network.directions)]


@every_kind
def test_step_by_step_equals_the_trace(kinds: tuple[str, ...]) -> None:
    network = random_network(*kinds)
    encoded, state = numbers(network), states(network)
    whole = trace(network, encoded, state)
    assert whole.outputs is not None
    for t, row in enumerate(encoded.values):  # type: ignore[arg-type]  # a network of numbers
        one = step(network, encode(network, values=[row.tolist()]), state)
        for layer, (place, quantities) in zip(whole.layers, one.quantities, strict=True):
            assert (place.layer, place.direction, place.cell) == (layer.layer, layer.direction, layer.cell)
            assert list(quantities) == list(layer.quantities)
            for name, array in quantities.items():
                np.testing.assert_allclose(array, layer.quantities[name][t], atol=1e-13, err_msg=name)
        assert one.output is not None
        np.testing.assert_allclose(one.output, whole.outputs[t], atol=1e-13)
        state = list(one.state)


def test_step_starts_from_zeros_and_gives_no_output_without_a_readout() -> None:
    network = random_network("lstm", readout=None)
    encoded = encode(network, values=[[1, 2, 3]])
    one, whole = step(network, encoded), trace(network, encoded)
    assert one.output is None
    assert whole.outputs is None
    np.testing.assert_allclose(one.state[0]["cell_state"], whole.layers[0].quantities["cell_state"][0], atol=1e-15)


def test_a_step_of_several_or_of_a_network_that_reads_backwards_is_refused() -> None:
    network, both = random_network(), random_network(bidirectional=True)
    with pytest.raises(InputError, match="reads a sequence of one step, not of 2"):
        step(network, encode(network, values=normal(2, 3)))
    assert not both.can_step
    with pytest.raises(CannotStep, match="backward"):
        step(both, encode(both, values=normal(1, 3)))


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_backward_direction_is_the_forward_one_on_the_reversed_sequence_turned_round(variant: str) -> None:
    forward, backward = random_cell(variant, seed=1), random_cell(variant, hidden_size=6, seed=2)
    both = Network((Layer(forward, backward),))
    alone, turned = Network((Layer(forward),)), Network((Layer(backward),))
    values, state = normal(67, 3), states(both)
    found = trace(both, encode(both, values=values), state).layers
    assert [layer.direction for layer in found] == ["forward", "backward"]
    right = (
        trace(alone, encode(alone, values=values), state[:1]).layers[0].quantities,
        trace(turned, encode(turned, values=values[::-1]), state[1:]).layers[0].quantities,
    )
    for name in right[0]:
        np.testing.assert_array_equal(found[0].quantities[name], right[0][name])
        np.testing.assert_array_equal(found[1].quantities[name], right[1][name][::-1])


def test_layers_read_the_hidden_states_below_side_by_side_and_the_readout_those_on_top() -> None:
    network = random_network("lstm", "gru", bidirectional=True)
    result = trace(network, numbers(network))
    below, top = (
        np.concatenate([x.quantities["hidden_state"] for x in result.layers if x.layer == index], axis=1)
        for index in (0, 1)
    )
    np.testing.assert_array_equal(result.layer_inputs(1), below)
    cell = network.directions[2].cell
    expected = cell.forward(below, cell.zero_state())
    np.testing.assert_array_equal(result.layers[2].quantities["hidden_state"], expected["hidden_state"])
    assert network.readout is not None
    assert result.outputs is not None
    np.testing.assert_allclose(result.outputs, top @ network.readout.kernel + network.readout.bias, atol=1e-14)


def test_a_softmax_readout_gives_probabilities_and_an_unknown_token_reads_as_zeros() -> None:
    network = random_network("gru", tokens=True, readout="softmax")
    result = trace(network, encode(network, text="ab~"))
    assert result.outputs is not None
    np.testing.assert_allclose(result.outputs.sum(axis=1), 1, atol=1e-14)
    assert network.embedding is not None
    table = network.embedding.table
    np.testing.assert_array_equal(result.layer_inputs(0), [table[0], table[1], np.zeros(3)])


@every_kind
@pytest.mark.parametrize("bidirectional", [False, True])
def test_pre_activations_are_consistent_with_the_gates(kinds: tuple[str, ...], bidirectional: bool) -> None:
    network = random_network(*kinds, bidirectional=bidirectional)
    result = trace(network, numbers(network), states(network))
    for index, layer in enumerate(result.layers):
        pre = result.pre_activations(index)
        assert tuple(pre) == layer.cell.gates
        for gate, x in pre.items():
            options = layer.cell.options()
            activation = options["recurrent_activation" if gate.endswith("_gate") else "activation"]
            expected = ACTIVATIONS[activation].function(x)
            np.testing.assert_allclose(layer.quantities[gate], expected, atol=1e-12, err_msg=f"{index} {gate}")


def test_a_pre_activation_beyond_the_precision_is_refused_though_the_trace_is_finite() -> None:
    cell = RNN(np.full((1, 1), 1e30, "f4"), np.zeros((1, 1), "f4"), np.zeros(1, "f4"))
    network = Network((Layer(cell, cell),))
    result = trace(network, encode(network, values=[1.0, 1e30]))
    assert (result.layers[0].quantities["hidden_state"] == 1).all()
    with pytest.raises(NumericalError, match=r"that of the hidden state of layer 0 \(backward\).*float32"):
        result.pre_activations(1)


@pytest.mark.parametrize(("direction", "at"), [("forward", 4), ("backward", 5)])
def test_a_relu_network_that_overflows_is_named_with_layer_and_step(direction: str, at: int) -> None:
    calm = random_cell("rnn", dtype="float32")
    wild = RNN(np.ones((4, 1), "f4"), np.full((1, 1), 1e10, "f4"), np.full(1, 10, "f4"), activation="relu")
    stay = RNN(np.zeros((4, 1), "f4"), np.zeros((1, 1), "f4"), np.ones(1, "f4"), activation="relu")
    upper = Layer(wild) if direction == "forward" else Layer(stay, wild)
    network = Network((Layer(calm), upper))
    # The state grows 1e10 times a step from about 10: in its own fifth step, of ten, it is infinite.
    encoded = encode(network, values=np.full((10, 3), 0.1))
    with pytest.raises(NumericalError, match=rf"hidden state of layer 1 \({direction}\).*float32 at step {at}"):
        trace(network, encoded)


def test_a_readout_that_overflows_is_named_with_its_step() -> None:
    cell = RNN(np.ones((1, 1)), np.zeros((1, 1)), np.zeros(1), activation="relu")
    network = Network((Layer(cell),), readout=Readout("linear", np.full((1, 1), 1e300), np.zeros(1)))
    with pytest.raises(NumericalError, match="readout left the range of float64 at step 2"):
        trace(network, encode(network, values=[1.0, 2.0, 1e10, 4.0]))
    with pytest.raises(NumericalError, match="readout left the range"):
        step(network, encode(network, values=[1e10]))


def test_a_step_that_overflows_is_named() -> None:
    cell = RNN(np.ones((1, 1)), np.full((1, 1), 1e200), np.zeros(1), activation="relu")
    network = Network((Layer(cell),))
    with pytest.raises(NumericalError, match=r"layer 0 \(forward\)"):
        step(network, encode(network, values=[1.0]), [{"hidden_state": [1e200]}])


def test_the_id_depends_on_network_input_and_state_and_on_nothing_else() -> None:
    network = random_network("lstm", "gru")
    values, state = normal(5, 3), states(network)
    other = [dict(entry) for entry in state]
    other[1]["hidden_state"] = np.nextafter(other[1]["hidden_state"], 9)
    moved = values.copy()
    moved[4, 2] = np.nextafter(moved[4, 2], 9)
    weights = network.parameters()
    nudged = network.with_parameters({**weights, "readout.bias": np.nextafter(weights["readout.bias"], 9)})

    def ident(network: Network, values: Any, state: Any = None) -> str:
        return trace_id(network, encode(network, values=values), state)

    ids = [
        ident(network, values),
        ident(network, values, state),
        ident(network, values, other),
        ident(network, moved),
        ident(network, values[:4]),
        ident(nudged, values),
    ]
    assert len(set(ids)) == len(ids)
    again = random_network("lstm", "gru")
    zeros = [{name: [0] * len(array) for name, array in entry.items()} for entry in state]
    assert ident(again, values.tolist()) == ids[0]
    assert ident(network, np.asfortranarray(values), zeros) == ids[0]
    result = trace(network, encode(network, values=values), state, poll=lambda: None)
    assert result.id == ids[1]


def test_tokens_that_differ_have_ids_that_differ() -> None:
    network = random_network(tokens=True)
    texts = ["ab", "ba", "a", "aa", "ab~", "ab!", "ab\n"]
    assert len({trace_id(network, encode(network, text=text)) for text in texts}) == len(texts)
    assert trace_id(network, encode(network, text="ab")) == trace_id(network, encode(network, tokens=[0, 1]))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("readout", [None, "linear"])
@every_kind
def test_trace_bytes_is_known_before(kinds: tuple[str, ...], readout: ReadoutKind | None, dtype: str) -> None:
    network = random_network(*kinds, bidirectional=True, readout=readout, dtype=dtype)
    result = trace(network, encode(network, values=normal(11, 3)))
    assert trace_bytes(network, 11) == result.nbytes
    assert result.steps == 11


def test_top_predictions_are_the_first_of_a_full_sort() -> None:
    outputs = np.random.default_rng(0).dirichlet(np.ones(50), size=40)
    for row in range(10, 20):  # ties: the smaller token is first
        outputs[row, np.random.default_rng(row).choice(50, 6, replace=False)] = 0.9
    top = top_predictions(outputs, 6)
    order = np.argsort(-outputs, axis=1, kind="stable")[:, :6]
    np.testing.assert_array_equal(top.tokens, order)
    np.testing.assert_array_equal(top.probabilities, np.take_along_axis(outputs, order, axis=1))
    assert top_predictions(outputs[:, :4], 9).tokens.shape == (40, 4)


@every_kind
def test_what_poll_raises_stops_the_run(kinds: tuple[str, ...]) -> None:
    network = random_network(*kinds)
    encoded, left = numbers(network, 300), [4]

    def poll() -> None:
        left[0] -= 1
        if not left[0]:
            raise Cancelled("stopped after four calls")

    with pytest.raises(Cancelled, match="after four"):
        trace(network, encoded, poll=poll)
    assert trace(network, encoded).id == trace_id(network, encoded)


GOOD = {"hidden_state": [0.1, 0.2, 0.3, 0.4], "cell_state": [1, 2, 3, 4]}
BAD_STATES: dict[str, tuple[Any, type[CoreError], tuple[Any, ...], str]] = {
    "no list": ({"hidden_state": []}, StateMismatch, (), "must be a list .* not a dict"),
    "text": ("ab", StateMismatch, (), "not a str"),
    "a number": (3, StateMismatch, (), "not a int"),
    "too few": ([GOOD], StateMismatch, (), "each of the network's 2 layer directions, not 1"),
    "too many": ([GOOD] * 3, StateMismatch, (), "not 3"),
    "an entry that is a list": ([GOOD, [1]], StateMismatch, (1,), "must be an object .* not a list"),
    "an entry that is None": ([None, GOOD], StateMismatch, (0,), "not a NoneType"),
    "a name missing": ([GOOD, {"hidden_state": [0] * 5}], StateMismatch, (1,), "must have .*, not hidden_state"),
    "no name": ([{}, GOOD], StateMismatch, (0,), "not nothing"),
    "a name too many": ([{**GOOD, "memory": []}, GOOD], StateMismatch, (0,), "memory"),
    "a name that is no text": ([{1: [], "a": []}, GOOD], StateMismatch, (0,), "1 and a"),
    "wrong length": ([GOOD, GOOD], StateMismatch, (1, "hidden_state"), r"must have 5 numbers.*\(4,\) came"),
    "a table": ([{**GOOD, "cell_state": [[1, 2, 3, 4]]}, GOOD], StateMismatch, (0, "cell_state"), r"\(1, 4\) came"),
    "a number for a list": ([{**GOOD, "cell_state": 1.0}, GOOD], StateMismatch, (0, "cell_state"), "4"),
    "text in it": ([{**GOOD, "cell_state": ["1", 2, 3, 4]}, GOOD], StateMismatch, (0, "cell_state"), "list of 4"),
    "a text": ([{**GOOD, "cell_state": "1234"}, GOOD], StateMismatch, (0, "cell_state"), "list of 4"),
    "true in it": ([{**GOOD, "cell_state": [True, 2, 3, 4]}, GOOD], StateMismatch, (0, "cell_state"), "list of 4"),
    "None in it": ([{**GOOD, "cell_state": [None, 2, 3, 4]}, GOOD], StateMismatch, (0, "cell_state"), "list of 4"),
    "ragged": ([{**GOOD, "cell_state": [[1], 2, 3, 4]}, GOOD], StateMismatch, (0, "cell_state"), "list of 4"),
    "complex": ([{**GOOD, "cell_state": [1j, 2, 3, 4]}, GOOD], StateMismatch, (0, "cell_state"), "list of 4"),
    "a huge whole number": (
        [{**GOOD, "cell_state": [10**400, 2, 3, 4]}, GOOD],
        StateMismatch,
        (0, "cell_state"),
        "list of 4",
    ),
    "NaN": ([{**GOOD, "cell_state": [1, 2, float("nan"), 4]}, GOOD], NotFinite, (0, "cell_state", 2), "finite in"),
    "infinite": ([{**GOOD, "cell_state": [1, 2, 3, float("inf")]}, GOOD], NotFinite, (0, "cell_state", 3), "finite"),
    "too large": ([{**GOOD, "cell_state": [1, 1e39, 3, 4]}, GOOD], NotFinite, (0, "cell_state", 1), "in float32"),
}


@pytest.mark.parametrize("name", BAD_STATES)
def test_a_state_that_does_not_fit_is_refused_with_its_place(name: str) -> None:
    state, kind, pointer, words = BAD_STATES[name]
    network = random_network("lstm", "lstm", dtype="float32")
    encoded = encode(network, values=normal(1, 3))
    refusals: tuple[Callable[..., Any], ...] = (
        lambda: check_state(network, state),
        lambda: trace(network, encoded, state),
        lambda: trace_id(network, encoded, state),
        lambda: step(network, encoded, state),
    )
    for refused in refusals:
        with pytest.raises(CoreError, match=words) as raised:
            refused()
        assert type(raised.value) is kind
        assert raised.value.pointer == pointer


@pytest.mark.parametrize("steps", [1, 40])
def test_a_sequence_encoded_for_another_network_is_refused(steps: int) -> None:
    network, single, tokens = random_network(), random_network(dtype="float32"), random_network(tokens=True)
    large = encode(tokens, tokens=[len(LABELS) - 1] * steps)
    small = replace(tokens, embedding=Embedding(tokens.parameters()["embedding"][:3]), vocabulary=None)
    wrong: list[tuple[Network, Encoded, type[CoreError]]] = [
        (network, large, WrongKind),
        (tokens, numbers(network, steps), WrongKind),
        (small, large, TokenOutOfRange),
        (single, numbers(network, steps), WrongWidth),
        (Network((Layer(random_cell(input_size=2)),)), numbers(network, steps), WrongWidth),
    ]
    for reader, encoded, kind in wrong:
        for run in (trace, step) if steps == 1 else (trace,):
            with pytest.raises(kind, match="for another"):
                run(reader, encoded)


def test_a_sequence_that_another_network_does_not_take_for_padding_is_refused() -> None:
    tokens = random_network(tokens=True)
    padded = replace(tokens, embedding=Embedding(tokens.parameters()["embedding"], padding=2))
    for run in (trace, step):
        with pytest.raises(PaddingToken, match="token 2 is padding"):
            run(padded, encode(tokens, tokens=[2]))


def test_a_trace_keeps_its_initial_state_as_it_was() -> None:
    network = random_network("lstm")
    state = states(network)
    result = trace(network, numbers(network), state)
    before = {name: array.copy() for name, array in result.layers[0].initial_state.items()}
    for name in state[0]:
        state[0][name] += 1
    for name, array in before.items():
        np.testing.assert_array_equal(result.layers[0].initial_state[name], array)

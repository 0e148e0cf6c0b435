"""The closed loop is the loop that one would write by hand, and what it reads is an ordinary trace."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gatescope.core import (
    RNN,
    Cancelled,
    CannotGenerate,
    CannotStep,
    InputError,
    Layer,
    Network,
    NumericalError,
    PaddingToken,
    Readout,
    StateMismatch,
    encode,
    generate,
    step,
    trace,
)
from gatescope.core.activations import Array
from gatescope.core.generation import drawn, way_back
from tests.core.networks import LABELS, random_network, random_state, speaking_network

TOKENS = random_network("lstm", "gru", tokens=True, readout="softmax")
WEIGHTS = TOKENS.parameters()
VALUES = random_network("gru", outputs=3)
SPEAKING = speaking_network("rnn", end=None)
PROMPTS: dict[str, tuple[Network, dict[str, Any]]] = {
    "tokens": (TOKENS, {"text": "abc"}),
    "values": (VALUES, {"values": [[0.1, 0.2, 0.3], [0.4, -0.5, 0.6]]}),
    "feedback": (SPEAKING, {"values": [[0.5, -1.0, *[0] * 7]]}),
}


def by_hand(network: Network, prompt: dict[str, Any], steps: int, temperature: float, seed: int) -> list[Any]:
    """The likeliest, drawn or forecast outputs, a step at a time."""
    rng, state, index = np.random.default_rng(seed), None, 0
    said: list[Any] = []
    kind, sequence = next(iter(prompt.items()))
    rows: list[Any] = list(sequence)
    while len(said) < steps:
        one: Any = rows[index] if kind == "text" else rows[index : index + 1]
        result = step(network, encode(network, **{kind: one}), state)
        state, index = result.state, index + 1
        if index < len(rows):
            continue
        assert result.output is not None
        if network.readout is not None and network.readout.kind == "linear":
            said.append(result.output)
            rows.append(result.output)
            continue
        weights = result.output ** (1 / temperature) if temperature else result.output == result.output.max()
        token = int((np.cumsum(weights / weights.sum()) <= (rng.random() if temperature else 0)).sum())
        said.append(token)
        rows.append(LABELS[token] if kind == "text" else [*rows[-1][:2], *np.eye(7)[token]])
    return said


@pytest.mark.parametrize("temperature", [0.0, 0.7, 1.0, 2.5])
@pytest.mark.parametrize("kind", PROMPTS)
def test_it_is_the_loop_by_hand(kind: str, temperature: float) -> None:
    network, prompt = PROMPTS[kind]
    for seed in range(3):
        made = generate(network, encode(network, **prompt), 12, temperature, seed)
        expected = by_hand(network, prompt, 12, temperature, seed)
        if kind == "values":
            assert made.values is not None
            np.testing.assert_allclose(made.values, expected, rtol=1e-10)
            assert made.tokens is None
        else:
            assert made.tokens == tuple(expected)
            assert made.labels == tuple(LABELS[token] for token in expected)
        assert not made.ended


@pytest.mark.parametrize("kind", PROMPTS)
def test_what_was_read_is_an_ordinary_trace(kind: str) -> None:
    network, prompt = PROMPTS[kind]
    encoded = encode(network, **prompt)
    state = [random_state(place.cell, seed=index) for index, place in enumerate(network.directions)]
    made = generate(network, encoded, 5, 1.0, 3, initial_state=state)
    assert made.prompt_steps == encoded.steps
    assert made.trace.steps == encoded.steps + 5
    read = made.trace.encoded
    assert read.labels[: encoded.steps] == encoded.labels
    if kind == "tokens":
        assert read.tokens is not None
        assert made.tokens == tuple(read.tokens[-5:])
        again = encode(network, text="abc" + "".join(made.labels))
    else:
        assert read.values is not None
        again = encode(network, values=read.values)
    assert trace(network, again, state).id == made.trace.id
    outputs = made.trace.outputs
    assert outputs is not None
    if kind == "values":
        assert made.values is not None
        np.testing.assert_allclose(made.values, outputs[encoded.steps - 1 : -1], rtol=1e-10)
    if kind == "feedback":
        assert read.labels == ("(start)", *made.labels)


def test_the_same_seed_says_the_same_and_another_says_another() -> None:
    said = [generate(TOKENS, encode(TOKENS, text="a"), 20, 1.0, seed).tokens for seed in (1, 1, 2)]
    assert said[0] == said[1] != said[2]
    cold = {generate(TOKENS, encode(TOKENS, text="a"), 20, 0.0, seed).tokens for seed in range(3)}
    assert len(cold) == 1


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_outputs_are_drawn_as_often_as_the_temperature_says(temperature: float) -> None:
    probabilities, rng = np.array([0.5, 0.0, 0.3, 0.2]), np.random.default_rng(0)
    counts = np.bincount([drawn(probabilities, temperature, rng) for _ in range(20_000)], minlength=4)
    expected: Array = probabilities ** (1 / temperature)
    np.testing.assert_allclose(counts / 20_000, expected / expected.sum(), atol=0.012)
    assert counts[1] == 0


def test_a_temperature_next_to_0_takes_the_likeliest() -> None:
    probabilities, rng = np.array([0.3, 0.0, 0.5, 0.2]), np.random.default_rng(0)
    for temperature in (5e-324, 1e-300, 1e-30):
        assert {drawn(probabilities, temperature, rng) for _ in range(50)} == {2}


def test_it_stops_after_the_end() -> None:
    network, prompt = speaking_network("rnn", end=3), [[0.5, -1.0, *[0] * 7]]
    made = [generate(network, encode(network, values=prompt), 50, 1.0, seed) for seed in range(8)]
    for one in made:
        assert one.tokens is not None
        assert one.ended == (3 in one.tokens)
        if one.ended:
            assert one.tokens.index(3) == len(one.tokens) - 1
            assert one.trace.steps == len(one.tokens)  # the end is not read
    assert any(one.ended for one in made)


def test_unknown_tokens_of_the_prompt_stay_unknown_and_padding_is_never_said() -> None:
    assert TOKENS.embedding is not None
    padded = replace(TOKENS, embedding=replace(TOKENS.embedding, padding=2))
    made = generate(padded, encode(padded, text="aXb"), 200, 50.0)
    assert made.trace.encoded.unknown == (1,)
    assert made.trace.encoded.labels[:3] == ("a", "X", "b")
    assert made.tokens is not None
    assert set(made.tokens) == set(range(7)) - {2}
    with pytest.raises(PaddingToken):
        encode(padded, text="abc")


CANNOT: dict[str, tuple[Network, str]] = {
    "outputs of another number": (random_network(outputs=2), "this one reads 3 numbers and says 2 numbers"),
    "no readout": (random_network(readout=None), "reads 3 numbers and says nothing"),
    "something else": (
        replace(TOKENS, readout=Readout("softmax", WEIGHTS["readout.kernel"], WEIGHTS["readout.bias"])),
        "as the import option predicts says; this one reads 7 tokens and says 7 probabilities",
    ),
    "probabilities after numbers": (random_network(readout="softmax"), "reads 3 numbers and says 7 probabilities"),
    "numbers after tokens": (random_network(tokens=True, outputs=7), "reads 7 tokens and says 7 numbers"),
}


@pytest.mark.parametrize("name", CANNOT)
def test_a_network_whose_outputs_do_not_become_inputs_cannot_go_on(name: str) -> None:
    network, words = CANNOT[name]
    prompt = encode(network, **({"text": "a"} if network.input_kind == "tokens" else {"values": [[1, 2, 3]]}))
    assert way_back(network) is None
    with pytest.raises(CannotGenerate, match=words):
        generate(network, prompt, 1)


def test_a_backward_layer_cannot_go_on() -> None:
    network = random_network(bidirectional=True, tokens=True, readout="softmax")
    with pytest.raises(CannotStep, match="starts from the end"):
        generate(network, encode(network, text="a"), 1)


@pytest.mark.parametrize(
    ("wrong", "pointer", "words"),
    [
        ({"steps": 0}, ("steps",), "steps must be at least 1, not 0"),
        ({"temperature": -0.1}, ("temperature",), "from 0 to 1000, not -0.1"),
        ({"temperature": float("nan")}, ("temperature",), "not nan"),
        ({"seed": -1}, ("seed",), "seed must be at least 0, not -1"),
    ],
)
def test_numbers_out_of_range_are_refused(wrong: dict[str, Any], pointer: tuple[str, ...], words: str) -> None:
    with pytest.raises(InputError, match=words) as raised:
        generate(TOKENS, encode(TOKENS, text="a"), **{"steps": 1, **wrong})
    assert raised.value.pointer == pointer


def test_a_state_of_another_network_is_refused() -> None:
    with pytest.raises(StateMismatch):
        generate(TOKENS, encode(TOKENS, text="a"), 1, initial_state=[])


def test_forecasts_that_leave_the_finite_numbers_say_where() -> None:
    cell = RNN(np.full((1, 1), 1e150), np.zeros((1, 1)), np.zeros(1), activation="relu")
    wild = Network((Layer(cell),), readout=Readout("linear", np.ones((1, 1)), np.zeros(1), "next_input"))
    with pytest.raises(NumericalError, match="what the network says left the range of float64 at step 3"):
        generate(wild, encode(wild, values=[0.0, 1.0]), 50)


def test_it_can_be_stopped_from_outside() -> None:
    calls = []

    def poll() -> None:
        calls.append(1)
        if len(calls) > 3:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        generate(TOKENS, encode(TOKENS, text="a"), 10_000, poll=poll)

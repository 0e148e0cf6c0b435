"""Gate health: figures against plain NumPy over every variant, and what is found in networks made to be ill."""

import gc
import sys
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from gatescope.core import GRU, LSTM, Cancelled, InputError, Layer, Network, NumericalError, Trace, encode, trace
from gatescope.core.health import Health, HealthMeter, bounds, health, network_health
from gatescope.core.interventions import Intervention
from tests.core.networks import VARIANTS, normal, random_cell, random_network

STEPS = 30


def known(figure: Any) -> Any:
    """A figure that not everything has, where it must be there."""
    assert figure is not None
    return figure


def traced(network: Network, seed: int = 3, done: Any = ()) -> Trace:
    return trace(network, encode(network, values=normal(STEPS, 3, seed=seed)), interventions=done)


def set_to(quantity: str, value: float, *units: int) -> Intervention:
    return Intervention(0, "forward", quantity, units or None, None, "set", value)


def kinds(found: Health) -> set[tuple[str, str, tuple[int, ...]]]:
    return {(finding.kind, finding.quantity, finding.units) for finding in found.findings}


@pytest.mark.parametrize("variant", VARIANTS)
def test_figures_are_those_of_all_steps_together(variant: str) -> None:
    network = random_network(variant, bidirectional=True)
    traces = [traced(network, seed) for seed in (1, 2)]
    found = health(traces)
    assert found.steps == 2 * STEPS
    for index, layer in enumerate(found.layers):
        assert (layer.layer, layer.direction) == (0, ("forward", "backward")[index])
        for row in layer.quantities:
            numbers = np.concatenate([one.layers[index].quantities[row.quantity] for one in traces])
            np.testing.assert_allclose(row.mean, numbers.mean(axis=0))
            np.testing.assert_allclose(row.variance, numbers.var(axis=0), atol=1e-15)
            counts, _ = np.histogram(numbers, len(row.histogram.counts), (row.histogram.low, row.histogram.high))
            np.testing.assert_array_equal(row.histogram.counts, counts)
            assert counts.sum() == numbers.size
            np.testing.assert_array_equal(row.minimum, numbers.min(axis=0))
            np.testing.assert_array_equal(row.maximum, numbers.max(axis=0))
            span = bounds(layer.cell, row.quantity)
            assert (row.low is None) == (row.high is None) == (span is None)
            if span is not None and row.low is not None and row.high is not None:
                np.testing.assert_allclose(row.low, (numbers < span[0]).sum(axis=0) / len(numbers))
                np.testing.assert_allclose(row.high, (numbers > span[1]).sum(axis=0) / len(numbers))
        assert (layer.half_life is None) == variant.startswith("rnn")


@pytest.mark.parametrize(
    ("variant", "quantity", "expected"),
    [
        ("lstm", "forget_gate", (0.1, 0.9)),
        ("lstm", "candidate", (-0.9, 0.9)),
        ("lstm", "cell_state", None),
        ("lstm", "hidden_state", None),
        ("gru, hard", "candidate", None),
        ("rnn", "hidden_state", (-0.9, 0.9)),
        ("rnn, relu", "hidden_state", None),
    ],
)
def test_only_what_has_bounds_can_be_saturated(variant: str, quantity: str, expected: Any) -> None:
    assert bounds(random_cell(variant), quantity) == expected


@pytest.mark.parametrize(("gate", "steps"), [(0.5, 1.0), (0.25, 0.5), (2**-0.1, 10.0), (1.0, np.inf), (0.0, 0.0)])
@pytest.mark.parametrize(("variant", "keeps"), [("lstm", "forget_gate"), ("gru", "update_gate")])
def test_the_half_life_is_that_of_a_constant_gate(variant: str, keeps: str, gate: float, steps: float) -> None:
    found = health([traced(random_network(variant), done=[set_to(keeps, gate)])])
    np.testing.assert_allclose(known(found.layers[0].half_life), np.full(4, steps))


def test_a_gate_that_varies_forgets_by_its_geometric_mean() -> None:
    half = Intervention(0, "forward", "forget_gate", None, (0, STEPS // 2), "set", 0.25)
    found = health([traced(random_network("lstm"), done=[set_to("forget_gate", 1.0), half])])
    np.testing.assert_allclose(known(found.layers[0].half_life), np.ones(4))


def test_units_that_are_dead_stuck_open_closed_or_forgetful_are_named() -> None:
    done = [
        set_to("hidden_state", 0.0, 1),
        set_to("hidden_state", 0.5, 2),
        set_to("forget_gate", 0.05, 0),
        set_to("input_gate", 0.95),
        set_to("output_gate", 0.5, 3),
    ]
    found = health([traced(random_network("lstm"), done=done)])
    expected = {
        ("dead", "hidden_state", (1,)),
        ("stuck", "hidden_state", (2,)),
        ("closed", "forget_gate", (0,)),
        ("open", "input_gate", (0, 1, 2, 3)),
        ("stuck", "output_gate", (3,)),
    }
    assert expected <= kinds(found)
    assert ("forgetful", "forget_gate") in {(finding.kind, finding.quantity) for finding in found.findings}
    sentences = " ".join(found.sentences)
    assert "Layer 0 (forward): unit 1 is dead: the hidden state stays at 0." in sentences
    assert "the input gate of all 4 units is always open." in sentences
    assert "If longer memories are needed, train from a higher one." in sentences
    assert next(finding.share for finding in found.findings if finding.kind == "dead") == 0.25


def test_a_healthy_network_is_said_to_be_so() -> None:
    found = health([traced(random_network("rnn"))])
    assert found.findings == ()
    assert found.sentences == (
        "No gate is stuck or always open or closed.",
        "Layer 0 (forward): a simple RNN has no gate that keeps, so that memory has no half-life.",
    )


def test_many_units_are_counted_and_some_of_them_named() -> None:
    bias = np.zeros(36)
    bias[12:22] = 9
    network = Network((Layer(GRU(np.zeros((3, 36)), np.zeros((12, 36)), bias, np.zeros(36))),))
    found = health([traced(network)])
    assert "Layer 0 (forward): the update gate of 10 units (0, 1, 2, 3, 4, 5, 6, 7, ...) is always open." in (
        found.sentences
    )


def test_one_step_cannot_tell_what_is_stuck() -> None:
    network = random_network("lstm")
    found = health([trace(network, encode(network, values=normal(1, 3)))])
    assert not any(row.stuck.any() for layer in found.layers for row in layer.quantities)


def test_json_has_no_infinity() -> None:
    cell = LSTM(np.zeros((3, 8)), np.zeros((2, 8)), np.array([0, 0, 99, 0, 0, 0, 0, 0.0]))
    body = health([traced(Network((Layer(cell),)))]).to_json()
    assert body["layers"][0]["half_life"] == [None, 1.0]
    assert body["flags"][0]["units"] == [0, 1]
    assert "Layer 0 (forward): most units forget nothing." in body["findings"]
    assert body["hints"] == []


def test_it_is_that_of_one_network_and_of_at_least_one_trace() -> None:
    with pytest.raises(InputError, match="at least one trace"):
        health([])
    with pytest.raises(InputError, match="at least one trace"):
        HealthMeter(random_network()).compute()
    with pytest.raises(InputError, match="the traces are of several"):
        health([traced(random_network(seed=seed)) for seed in (1, 2)])


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("numbers_at_once", [1, 50, 1 << 17])
def test_it_does_not_matter_how_the_steps_are_cut(
    variant: str, numbers_at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = random_network(variant, bidirectional=True, dtype="float32")
    traces = [
        trace(network, encode(network, values=(4.0**seed) * normal(steps, 3, seed=seed)))
        for seed, steps in enumerate((1, 17, 64))
    ]
    expected = health(traces)
    monkeypatch.setattr(sys.modules[HealthMeter.__module__], "BLOCK_NUMBERS", numbers_at_once)
    meter = HealthMeter(network)
    for one in traces:
        meter.update(one)
        meter.compute()  # looking on the way changes nothing
    found = meter.compute()
    assert (found.sequences, found.steps) == (3, 82)
    assert found.sentences == expected.sentences
    for here, there in zip(found.layers, expected.layers, strict=True):
        np.testing.assert_array_equal(here.dead, there.dead)
        if here.half_life is not None:
            np.testing.assert_allclose(here.half_life, known(there.half_life))
        for row, other in zip(here.quantities, there.quantities, strict=True):
            assert (row.histogram.low, row.histogram.high) == (other.histogram.low, other.histogram.high)
            np.testing.assert_array_equal(row.histogram.counts, other.histogram.counts)
            for name in ("low", "high", "mean", "variance", "minimum", "maximum", "stuck"):
                if getattr(row, name) is not None:
                    np.testing.assert_allclose(getattr(row, name), getattr(other, name), rtol=1e-12, atol=1e-15)


def test_numbers_that_keep_growing_stay_in_their_bins() -> None:
    network = random_network("rnn, relu")
    steps = [set_to("hidden_state", 0.0)]
    steps += [Intervention(0, "forward", "hidden_state", (0,), (t, t + 1), "add", -(3.0**t)) for t in range(STEPS)]
    found = health([traced(network, done=steps)]).layers[0].quantities[0].histogram
    numbers = np.concatenate([np.zeros(3 * STEPS), -(3.0 ** np.arange(STEPS))])
    counts, _ = np.histogram(numbers, len(found.counts), (found.low, found.high))
    np.testing.assert_array_equal(found.counts, counts)
    assert (found.low, found.counts.sum()) == (-(2.0**46), 4 * STEPS)


def test_what_an_intervention_put_beyond_a_gate_s_range_is_counted_at_its_end() -> None:
    found = health([traced(random_network("lstm"), done=[set_to("input_gate", 3.0), set_to("candidate", -7.0)])])
    by_name = {row.quantity: row.histogram for row in found.layers[0].quantities}
    assert (by_name["input_gate"].low, by_name["input_gate"].high) == (0, 1)
    assert by_name["input_gate"].counts.tolist() == [0] * 19 + [4 * STEPS]
    assert by_name["candidate"].counts.tolist() == [4 * STEPS] + [0] * 39


def test_traces_are_let_go_of_one_by_one() -> None:
    network = random_network("gru")
    alive: list[weakref.ref[Trace]] = []

    def traces() -> Iterator[Trace]:
        for seed in range(5):
            gc.collect()
            assert sum(one() is not None for one in alive) <= 1
            made = traced(network, seed)
            alive.append(weakref.ref(made))
            yield made

    assert health(traces()).sequences == 5


def test_a_network_over_many_inputs_is_the_health_of_their_traces() -> None:
    network = random_network("lstm", "gru", bidirectional=True)
    inputs = [encode(network, values=normal(steps, 3, seed=steps)) for steps in (4, 9, 2)]
    expected = health([trace(network, encoded) for encoded in inputs])
    assert network_health(network, iter(inputs)).to_json() == expected.to_json()


def test_it_can_be_stopped() -> None:
    def stop() -> None:
        raise Cancelled("enough")

    traces = [traced(random_network("gru"))] * 2
    with pytest.raises(Cancelled):
        network_health(traces[0].network, [traces[0].encoded], stop)
    meter = HealthMeter(traces[0].network)
    meter.update(trace(traces[0].network, encode(traces[0].network, values=normal(50_000, 3))))
    with pytest.raises(Cancelled):
        meter.update(trace(traces[0].network, encode(traces[0].network, values=normal(50_000, 3))), stop)


@pytest.mark.parametrize("variant", ["lstm", "lstm, coupled", "gru", "gru, hard", "lstm, all of it"])
def test_the_hint_tells_the_memory_at_the_bias_alone(variant: str) -> None:
    network = random_network(variant, readout=None)
    cell = network.directions[0].cell
    keeps = "update_gate" if variant.startswith("gru") else "forget_gate"
    short = health([traced(network, done=[set_to(keeps, 0.5)])])
    (hint,) = short.hints
    zero = cell.with_arrays({name: array * name.endswith("bias") for name, array in cell.arrays().items()})
    gate = zero.step(np.zeros(3), zero.zero_state())[keeps]
    np.testing.assert_allclose(known(hint.half_life), np.median(-1 / np.log2(gate)))
    assert (hint.layer, hint.direction, hint.quantity) == (0, "forward", keeps)
    assert short.sentences[-1] == hint.sentence
    assert f"bias of the {keeps.replace('_', ' ')} averages {hint.bias:.2f}" in hint.sentence
    assert health([traced(network, done=[set_to(keeps, 0.9)])]).hints == ()


def test_biases_that_keep_longer_are_named() -> None:
    cell = LSTM(np.zeros((3, 8)), np.zeros((2, 8)), np.array([0, 0, 1.5, 1.5, 0, 0, 0, 0.0]))
    (hint,) = health([traced(Network((Layer(cell),)))]).hints
    assert hint.sentence.startswith(
        "Layer 0 (forward): memory is short. The bias of the forget gate averages 1.50, at which half of a memory is "
        "gone in 3.4 steps; at a bias of 2, 5.5 steps and of 3, 14 steps."
    )


def test_saturated_units_are_named_whichever_side_they_are_on() -> None:
    half = Intervention(0, "forward", "forget_gate", (1,), (0, STEPS // 2), "set", 0.01)
    done = [set_to("forget_gate", 0.99, 1), half, set_to("candidate", -0.95, 0), set_to("output_gate", 0.02, 2)]
    found = kinds(health([traced(random_network("lstm"), done=done)]))
    assert {("saturated", "forget_gate", (1,)), ("saturated", "candidate", (0,))} <= found
    assert ("closed", "output_gate", (2,)) in found
    assert not [one for one in found if one[:2] == ("saturated", "output_gate")]
    plain = health([traced(random_network("rnn"), done=[set_to("hidden_state", 0.97, 3)])])
    assert "Layer 0 (forward): the hidden state of unit 3 is saturated: beyond ±0.9 all the time." in plain.sentences


def test_a_projected_state_has_rows_and_no_units() -> None:
    found = health([traced(random_network("lstm, projected"), done=[set_to("hidden_state", 0.0, 1)])])
    assert found.layers[0].dead.tolist() == [False, True]
    assert "Layer 0 (forward): row 1 is dead: the hidden state stays at 0." in found.sentences


def test_how_open_the_gates_are_is_said() -> None:
    done = [set_to("input_gate", 0.95), set_to("forget_gate", 0.05, 0), set_to("output_gate", 0.5)]
    sentences = health([traced(random_network("lstm"), done=done)]).sentences
    said = next(sentence for sentence in sentences if "on average" in sentence)
    assert said.startswith(
        "Layer 0 (forward): on average the input gate is 0.95 open (0% of its values below 0.1, 100% above 0.9), "
        "the forget gate is "
    )
    assert said.endswith(" and the output gate is 0.50 open (0% of its values below 0.1, 0% above 0.9).")


@pytest.mark.parametrize("value", [1e200, 1.5e308])
def test_numbers_too_large_to_be_squared_are_refused_in_a_sentence(value: float) -> None:
    network = random_network("lstm", dtype="float64")
    halves = [
        Intervention(0, "forward", "cell_state", None, (start, start + STEPS // 2), "set", sign * value)
        for start, sign in ((0, 1), (STEPS // 2, -1))
    ]
    with pytest.raises(NumericalError, match="but one of the cell state left the range of float64"):
        health([traced(network, done=halves)])

"""Gate health: figures against plain NumPy over every variant, and what is found in networks made to be ill."""

from typing import Any

import numpy as np
import pytest

from gatescope.core import GRU, LSTM, InputError, Layer, Network, Trace, encode, trace
from gatescope.core.health import Health, bounds, health
from gatescope.core.interventions import Intervention
from tests.core.networks import VARIANTS, normal, random_cell, random_network

STEPS = 30


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
    np.testing.assert_allclose(found.layers[0].half_life, np.full(4, steps))  # type: ignore[arg-type]


def test_a_gate_that_varies_forgets_by_its_geometric_mean() -> None:
    half = Intervention(0, "forward", "forget_gate", None, (0, STEPS // 2), "set", 0.25)
    found = health([traced(random_network("lstm"), done=[set_to("forget_gate", 1.0), half])])
    np.testing.assert_allclose(found.layers[0].half_life, np.ones(4))  # type: ignore[arg-type]


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
    assert "train from a forget bias of 1 or 2" in sentences
    assert next(finding.share for finding in found.findings if finding.kind == "dead") == 0.25


def test_a_healthy_network_is_said_to_be_so() -> None:
    found = health([traced(random_network("rnn"))])
    assert found.findings == ()
    assert found.sentences == ("No gate is stuck or always open or closed.",)


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
    assert body["findings"][-1] == "Layer 0 (forward): most units forget nothing."


def test_it_is_that_of_one_network_and_of_at_least_one_trace() -> None:
    with pytest.raises(InputError, match="at least one trace"):
        health([])
    with pytest.raises(InputError, match="the traces are of several"):
        health([traced(random_network(seed=seed)) for seed in (1, 2)])

"""One trace less another: exact arrays, the largest change, and what cannot be compared."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from gatescope.core import RNN, InputError, Layer, Network, NumericalError, Vocabulary, align, encode, trace
from gatescope.core.difference import difference, movers, sentence
from gatescope.core.interventions import Intervention
from tests.core.networks import LABELS, VARIANTS, normal, random_network


def values(network: Network, seed: int, steps: int = 9) -> Any:
    return encode(network, values=normal(steps, 3, seed=seed))


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_array_is_this_less_the_baseline(variant: str) -> None:
    network = random_network(variant, "gru", bidirectional=True)
    one, other = trace(network, values(network, 1)), trace(network, values(network, 2))
    found, back = difference(one, other), difference(other, one)
    for index, changes in enumerate(found.layers):
        assert list(changes) == list(one.layers[index].quantities)
        for name, change in changes.items():
            here, there = one.layers[index].quantities[name], other.layers[index].quantities[name]
            np.testing.assert_array_equal(change, here - there)
            np.testing.assert_array_equal(change, -back.layers[index][name])
            largest = next(
                each
                for each in found.largest
                if (each.layer, each.direction, each.quantity) == (index // 2, one.layers[index].direction, name)
            )
            assert abs(largest.difference) == np.abs(change).max()
            assert largest.here - largest.baseline == largest.difference == change[largest.step, largest.unit]
    assert found.outputs is not None
    assert one.outputs is not None
    np.testing.assert_array_equal(found.outputs, one.outputs - other.outputs)
    sizes = [abs(each.difference) for each in found.largest]
    assert sizes == sorted(sizes, reverse=True)
    assert len(sizes) == sum(len(changes) for changes in found.layers) + 1


def test_an_intervention_is_the_largest_change_and_is_said() -> None:
    network = random_network("lstm", readout=None)
    done = [Intervention(0, "forward", "cell_state", (2,), (4, 5), "add", 50.0)]
    found = difference(trace(network, values(network, 1), interventions=done), trace(network, values(network, 1)))
    largest = found.largest[0]
    assert (largest.quantity, largest.unit, largest.step) == ("cell_state", 2, 4)
    assert sentence(largest).startswith(
        "The largest change is in the cell state of unit 2 in layer 0 (forward) at step 4: "
    )
    assert found.outputs is None
    assert not found.layers[0]["hidden_state"][:4].any()
    same = trace(network, values(network, 1))
    assert sentence(difference(same, same).largest[0]) == "The two are equal in every number."


def test_two_networks_of_one_shape_are_compared_in_the_finer_precision() -> None:
    fine, coarse = random_network("gru", dtype="float64"), random_network("gru", dtype="float32")
    found = difference(trace(fine, values(fine, 1)), trace(coarse, values(coarse, 1)))
    assert found.layers[0]["hidden_state"].dtype == np.float64
    assert abs(found.largest[0].difference) < 1e-4


def test_outputs_of_other_readouts_are_left_out() -> None:
    one, other = random_network("gru", outputs=2), random_network("gru", outputs=3)
    assert difference(trace(one, values(one, 1)), trace(other, values(other, 1))).outputs is None


def test_what_moved_most_comes_first() -> None:
    change = np.array([[0.1, -0.4, 0.0, 0.2, 0.1, 0.0, 0.3], [0, 0, 0, 0, 0, 0, 1.0]])
    found = movers(change)
    assert found.shape == (2, 5)
    assert found[0].tolist() == [1, 6, 3, 0, 4]
    assert found[1, 0] == 6
    assert movers(change[:, :2])[0].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("other", "steps"),
    [("gru", 8), ("lstm", 9), ("gru, reset before", 10)],
)
def test_traces_of_other_shapes_are_refused_unless_they_are_aligned(other: str, steps: int) -> None:
    one, second = random_network("gru"), random_network(other)
    with pytest.raises(InputError, match=r"equal shape to be compared: 9 steps through layer 0 forward GRU of 4, not"):
        difference(trace(one, values(one, 1)), trace(second, values(second, 1, steps)))


def test_only_lengths_are_mended_by_an_alignment() -> None:
    one, longer, second = random_network("gru"), values(random_network("gru"), 1, 10), random_network("lstm")
    left, right = trace(one, values(one, 1)), trace(one, longer)
    with pytest.raises(InputError, match=r"an alignment pairs sequences of different lengths$"):
        difference(left, right)
    other = trace(second, values(second, 1))
    with pytest.raises(InputError, match=r"compared: layer 0 forward GRU of 4, not layer 0 forward LSTM of 4$"):
        difference(left, other, align(left.encoded, other.encoded, "edit"))


@pytest.mark.parametrize("method", ["index", "edit"])
def test_aligned_traces_are_subtracted_pair_by_pair(method: Any) -> None:
    network = random_network("lstm", "gru", bidirectional=True, tokens=True, readout="softmax")
    one, other = (trace(network, encode(network, text=text)) for text in ("abcab c", "bcaab"))
    aligned = align(one.encoded, other.encoded, method)
    found = difference(one, other, aligned)
    pairs = [pair for pair in aligned.pairs if None not in pair]
    assert len(pairs) == 5 if method == "index" else len(pairs) >= 4
    for index, changes in enumerate(found.layers):
        for name, change in changes.items():
            here, there = one.layers[index].quantities[name], other.layers[index].quantities[name]
            np.testing.assert_array_equal(change, [here[step] - there[step_there] for step, step_there in pairs])
    assert one.outputs is not None
    assert other.outputs is not None
    np.testing.assert_array_equal(found.outputs, [one.outputs[step] - other.outputs[there] for step, there in pairs])
    for each in found.ranked():
        assert (each.step, each.baseline_step) in pairs
        place = next(i for i, p in enumerate(one.layers) if (p.layer, p.direction) == (each.layer, each.direction))
        assert each.here == one.layers[place].quantities[each.quantity][each.step, each.unit]
        assert each.baseline == other.layers[place].quantities[each.quantity][each.baseline_step, each.unit]


def test_where_units_differ_most_is_ranked_each_unit_once() -> None:
    network = random_network("lstm", "gru", bidirectional=True)
    one, other = (trace(network, values(network, seed)) for seed in (1, 2))
    found = difference(one, other)
    every = sorted(
        (
            (float(abs(change[:, unit]).max()), name, place.layer, place.direction, unit)
            for place, changes in zip(one.layers, found.layers, strict=True)
            for name, change in changes.items()
            for unit in range(change.shape[1])
        ),
        reverse=True,
    )
    ranked = found.ranked()
    assert [(abs(each.difference), each.quantity, each.layer, each.direction, each.unit) for each in ranked] == every[
        :10
    ]
    gates = [entry for entry in every if entry[1] == "forget_gate"]
    assert [abs(each.difference) for each in found.ranked({"forget_gate"})] == [entry[0] for entry in gates[:10]]
    assert difference(one, one).ranked() == ()


def test_a_step_with_another_place_in_the_baseline_is_said_with_both() -> None:
    network = random_network("lstm", tokens=True, readout=None)
    done = [Intervention(0, "forward", "cell_state", (2,), (3, 4), "add", 50.0)]
    one = trace(network, encode(network, text="abcb"), interventions=done)
    other = trace(network, encode(network, text="aabcb"))
    found = difference(one, other, align(one.encoded, other.encoded, "edit"))
    assert (found.largest[0].step, found.largest[0].baseline_step) == (3, 4)
    assert " at step 3, 4 of the baseline: " in sentence(found.largest[0])


def test_outputs_that_mean_something_else_are_left_out() -> None:
    one = random_network("gru", tokens=True, readout="softmax")
    other = replace(one, vocabulary=Vocabulary(tuple(reversed(LABELS))))
    first, second = (trace(network, encode(network, text="ab")) for network in (one, other))
    assert difference(first, second).outputs is None
    assert difference(first, first).outputs is not None


def test_a_change_beyond_the_precision_is_refused() -> None:
    cell = RNN(np.array([[3e38]], "f4"), np.zeros((1, 1), "f4"), np.zeros(1, "f4"), activation="linear")
    network = Network((Layer(cell),))
    one, other = (trace(network, encode(network, values=[number])) for number in (1.0, -1.0))
    with pytest.raises(NumericalError, match="range of float32"):
        difference(one, other)

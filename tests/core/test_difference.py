"""One trace less another: exact arrays, the largest change, and what cannot be compared."""

from typing import Any

import numpy as np
import pytest

from gatescope.core import RNN, InputError, Layer, Network, NumericalError, encode, trace
from gatescope.core.difference import difference, movers, sentence
from gatescope.core.interventions import Intervention
from tests.core.networks import VARIANTS, normal, random_network


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
def test_traces_of_other_shapes_are_refused(other: str, steps: int) -> None:
    one, second = random_network("gru"), random_network(other)
    with pytest.raises(InputError, match=r"equal shape to be compared: 9 steps through layer 0 forward GRU of 4, not"):
        difference(trace(one, values(one, 1)), trace(second, values(second, 1, steps)))


def test_a_change_beyond_the_precision_is_refused() -> None:
    cell = RNN(np.array([[3e38]], "f4"), np.zeros((1, 1), "f4"), np.zeros(1, "f4"), activation="linear")
    network = Network((Layer(cell),))
    one, other = (trace(network, encode(network, values=[number])) for number in (1.0, -1.0))
    with pytest.raises(NumericalError, match="range of float32"):
        difference(one, other)

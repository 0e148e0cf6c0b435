"""Interventions against an independent loop over the equations, and what they must leave alone."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatescope.core import GRU, LSTM, Encoded, InputError, Network, NotFinite, NumericalError, Trace, encode, trace
from gatescope.core import trace_id as id_of
from gatescope.core.activations import ACTIVATIONS, Array
from gatescope.core.interventions import OPERATIONS, Intervention
from tests.core.networks import VARIANTS, normal, random_network, random_state

STEPS = 12


def on(quantity: str, **fields: Any) -> Intervention:
    defaults = {"layer": 0, "direction": "forward", "units": None, "steps": None, "operation": "set", "value": 0.0}
    return Intervention(quantity=quantity, **{**defaults, **fields})


def numbers(network: Network, steps: int = STEPS, seed: int = 3) -> Encoded:
    return encode(network, values=normal(steps, 3, seed=seed))


def states(network: Network) -> list[dict[str, Array]]:
    return [random_state(place.cell, seed=index) for index, place in enumerate(network.directions)]


def changed(done: list[Intervention], place: Any, quantity: str, t: int, unit: int, number: float) -> float:
    for one in done:
        first, last = one.steps or (0, STEPS)
        if (one.layer, one.direction, one.quantity) != (place.layer, place.direction, quantity):
            continue
        if not first <= t < last or (one.units is not None and unit not in one.units):
            continue
        number = {"set": one.value, "scale": number * one.value, "add": number + one.value}[one.operation]
    return number


def by_hand(network: Network, encoded: Encoded, state: list[dict[str, Array]], done: list[Intervention]) -> list[Any]:
    """The same network unit by unit, from the equations alone: every quantity as a dictionary by (step, unit)."""
    below = np.asarray(encoded.values)
    found: list[Any] = []
    hidden: list[Array] = []
    for place, start in zip(network.directions, state, strict=True):
        if place.layer and place.direction == "forward":
            below, hidden = np.concatenate(hidden, axis=1), []
        cell: Any = place.cell
        size, rows = cell.hidden_size, {name: np.empty((STEPS, count)) for name, count in cell.sizes.items()}
        act = {name: ACTIVATIONS[option].function for name, option in cell.options().items() if isinstance(option, str)}
        before = start
        for t in range(STEPS) if place.direction == "forward" else reversed(range(STEPS)):

            def put(name: str, numbers: Array, t: int = t, rows: Any = rows, place: Any = place) -> Array:
                rows[name][t] = [changed(done, place, name, t, unit, number) for unit, number in enumerate(numbers)]
                return np.asarray(rows[name][t])

            h = before["hidden_state"]
            x = below[t] @ cell.kernel + cell.bias
            if isinstance(cell, LSTM):
                c = before["cell_state"]
                i, f, g, o = (
                    part + h @ kernel
                    for part, kernel in zip(np.split(x, 4), np.split(cell.recurrent_kernel, 4, axis=1), strict=True)
                )
                see = np.zeros((3, size)) if cell.peepholes is None else cell.peepholes
                i = put("input_gate", act["recurrent_activation"](i + see[0] * c))
                f = put("forget_gate", 1 - i if cell.coupled else act["recurrent_activation"](f + see[1] * c))
                g = put("candidate", act["activation"](g))
                c = put("cell_state", f * c + i * g)
                o = put("output_gate", act["recurrent_activation"](o + see[2] * c))
                told = o * act["output_activation"](c)
                h = put("hidden_state", told if cell.projection is None else cell.projection.T @ told)
                before = {"hidden_state": h, "cell_state": c}
                continue
            if isinstance(cell, GRU):
                (u_r, u_z, u_n), (b_r, b_z, b_n) = (
                    np.split(array, 3, axis=-1) for array in (cell.recurrent_kernel, cell.recurrent_bias)
                )
                r, z, n = np.split(x, 3)
                r = put("reset_gate", act["recurrent_activation"](r + u_r.T @ h + b_r))
                z = put("update_gate", act["recurrent_activation"](z + u_z.T @ h + b_z))
                inside = r * (u_n.T @ h + b_n) if cell.reset_after else u_n.T @ (r * h) + b_n
                n = put("candidate", act["activation"](n + inside))
                h = put("hidden_state", (1 - z) * n + z * h)
            else:
                h = put("hidden_state", act["activation"](x + cell.recurrent_kernel.T @ h))
            before = {"hidden_state": h}
        hidden.append(rows["hidden_state"])
        found.append(rows)
    return found


@st.composite
def interventions(draw: st.DrawFn, network: Network) -> list[Intervention]:
    """One to four of any kind, in any place."""
    found = []
    for place in draw(st.lists(st.sampled_from(network.directions), min_size=1, max_size=4)):
        quantity = draw(st.sampled_from(sorted(place.cell.sizes)))
        units = draw(st.none() | st.sets(st.integers(0, place.cell.sizes[quantity] - 1), min_size=1))
        first = draw(st.integers(0, STEPS - 1))
        steps = draw(st.none() | st.tuples(st.just(first), st.integers(first + 1, STEPS)))
        operation = draw(st.sampled_from(OPERATIONS))
        value = draw(st.floats(-1.5, 1.5).map(lambda number: round(number, 3)))
        chosen = None if units is None else tuple(units)
        found.append(Intervention(place.layer, place.direction, quantity, chosen, steps, operation, value))
    return found


@pytest.mark.parametrize("variant", VARIANTS)
@settings(max_examples=12, deadline=None, derandomize=True)
@given(data=st.data())
def test_they_do_what_the_equations_say(variant: str, data: st.DataObject) -> None:
    """Two layers, read both ways: what is done below must reach the layers above and the readout."""
    network = random_network(variant, "gru", bidirectional=True)
    encoded, state = numbers(network), states(network)
    done = data.draw(interventions(network))
    found = trace(network, encoded, state, interventions=done)
    expected = by_hand(network, encoded, state, done)
    for layer, rows in zip(found.layers, expected, strict=True):
        for name, array in layer.quantities.items():
            np.testing.assert_allclose(array, rows[name], atol=1e-10, rtol=1e-10, err_msg=f"{layer.layer} {name}")
    assert network.readout is not None
    assert found.outputs is not None
    top = np.concatenate([rows["hidden_state"] for rows in expected[-2:]], axis=1)
    np.testing.assert_allclose(found.outputs, top @ network.readout.kernel + network.readout.bias, atol=1e-9)


def spoiled(one: Trace, other: Trace, quantity: str) -> Array:
    """At which steps the two differ at all."""
    return np.flatnonzero((one.layers[0].quantities[quantity] != other.layers[0].quantities[quantity]).any(axis=1))


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_before_the_first_change_nothing_differs_to_the_last_bit(direction: str) -> None:
    network = random_network("lstm", bidirectional=True, dtype="float32")
    encoded = encode(network, values=normal(300, 3, dtype="float32"))
    plain = trace(network, encoded)
    done = trace(network, encoded, interventions=[on("cell_state", direction=direction, steps=(150, 151), value=3)])
    index = ("forward", "backward").index(direction)
    one, other = (result.layers[index].quantities["hidden_state"] for result in (plain, done))
    differs = np.flatnonzero((one != other).any(axis=1))
    assert len(differs) > 10
    assert (differs.min() if direction == "forward" else differs.max()) == 150
    np.testing.assert_array_equal(
        plain.layers[1 - index].quantities["hidden_state"], done.layers[1 - index].quantities["hidden_state"]
    )


def test_the_end_of_the_steps_is_not_among_them() -> None:
    network = random_network("lstm")
    plain = trace(network, numbers(network))
    done = trace(network, numbers(network), interventions=[on("output_gate", units=(1,), steps=(3, 5), value=0.25)])
    gate = done.layers[0].quantities["output_gate"]
    assert (gate[3:5, 1] == 0.25).all()
    assert (gate[5:, 1] != 0.25).all()
    assert spoiled(plain, done, "output_gate").min() == 3


def test_order_counts() -> None:
    network = random_network("gru")
    shift, double = on("hidden_state", operation="add", value=1), on("hidden_state", operation="scale", value=2)
    last = [
        trace(network, numbers(network, 1), interventions=done).layers[0].quantities["hidden_state"][0]
        for done in ([], [shift, double], [double, shift])
    ]
    np.testing.assert_allclose(last[1], 2 * (last[0] + 1))
    np.testing.assert_allclose(last[2], 2 * last[0] + 1)


def test_an_ablated_unit_tells_nobody_anything() -> None:
    network = random_network("lstm", "gru")
    done = trace(network, numbers(network), interventions=[on("hidden_state", units=(2,))])
    inputs = done.layer_inputs(1)
    assert not inputs[:, 2].any()
    assert inputs[:, [0, 1, 3]].all()


def test_pre_activations_are_those_of_the_changed_run() -> None:
    network = random_network("lstm, peepholes")
    done = trace(network, numbers(network), interventions=[on("cell_state", steps=(4, 6), operation="add", value=2)])
    for gate, pre in done.pre_activations(0).items():
        option = "recurrent_activation" if gate.endswith("gate") else "activation"
        expected = ACTIVATIONS[network.directions[0].cell.options()[option]].function(pre)
        np.testing.assert_allclose(done.layers[0].quantities[gate], expected, atol=1e-12)


def test_they_are_part_of_the_id() -> None:
    network = random_network("lstm", dtype="float32")
    encoded = numbers(network)
    done = [
        [],
        [on("forget_gate")],
        [on("forget_gate", units=(1, 3))],
        [on("forget_gate", steps=(0, 5))],
        [on("forget_gate", value=0.1)],
        [on("forget_gate", operation="add")],
        [on("forget_gate"), on("input_gate")],
        [on("input_gate"), on("forget_gate")],
    ]
    ids = [trace(network, encoded, interventions=each).id for each in done]
    assert len(set(ids)) == len(ids)
    assert ids == [id_of(network, encoded, interventions=each) for each in done]
    assert id_of(network, encoded, interventions=[on("forget_gate", units=(3, 1, 3))]) == ids[2]
    assert id_of(network, encoded, interventions=[on("forget_gate", value=float(np.float32(0.1)))]) == ids[4]


@pytest.mark.parametrize(
    ("wrong", "pointer", "message"),
    [
        ({"layer": 7}, "layer", "layer 0 forward, not layer 7 forward"),
        ({"direction": "backward"}, "layer", "not layer 0 backward"),
        ({"quantity": "forget_gate"}, "quantity", "GRU layer must be on one of reset_gate, .*not 'forget_gate'"),
        ({"units": (0, 9)}, "units", "one of 0 to 3, not 9"),
        ({"units": ()}, "units", "at least one unit"),
        ({"steps": (3, 3)}, "steps", r"within 0 and 12, not \[3, 3\]"),
        ({"steps": (0, 13)}, "steps", "within 0 and 12"),
        ({"steps": (-1, 3)}, "steps", "within 0 and 12"),
        ({"steps": (1, 2, 3)}, "steps", "within 0 and 12"),
        ({"operation": "halve"}, "operation", "set, scale, add, not 'halve'"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(wrong: dict[str, Any], pointer: str, message: str) -> None:
    network = random_network("gru")
    with pytest.raises(InputError, match=message) as caught:
        trace(network, numbers(network), interventions=[on("hidden_state"), on(**{"quantity": "candidate", **wrong})])
    assert caught.value.pointer[:2] == (1, pointer)


def test_a_value_beyond_the_precision_is_refused() -> None:
    network = random_network("gru", dtype="float32")
    for value in (1e39, float("nan"), float("inf")):
        with pytest.raises(NotFinite, match="finite in float32"):
            trace(network, numbers(network), interventions=[on("reset_gate", value=value)])


def test_a_gate_that_becomes_infinite_is_refused_though_the_states_are_finite() -> None:
    network = random_network("gru", dtype="float32")
    done = [on("reset_gate", value=3e38), on("reset_gate", operation="scale", value=10)]
    with pytest.raises(NumericalError, match="reset gate of layer 0") as caught:
        trace(network, numbers(network), interventions=done)
    assert caught.value.pointer == ("interventions", 1)


HARMLESS = on("hidden_state", operation="scale", value=0.5, steps=(0, 1))


@pytest.mark.parametrize("before", [0, 1, 2, 6])
@pytest.mark.parametrize("after", [0, 1, 5])
def test_what_makes_a_number_infinite_is_pointed_to_wherever_that_becomes_one(before: int, after: int) -> None:
    """The state that is set is finite; it is the next step, or the layer above, that is not."""
    network = random_network("rnn, relu", "rnn, relu", dtype="float32")
    for layer in (0, 1):
        cause = on("hidden_state", layer=layer, steps=(3, 4), value=3e38)
        done = [HARMLESS] * before + [cause] + [HARMLESS] * after
        with pytest.raises(NumericalError, match="left the range of float32") as caught:
            trace(network, numbers(network), interventions=done)
        assert caught.value.pointer == ("interventions", before)


def test_no_intervention_is_to_blame_where_the_numbers_become_infinite_without_any() -> None:
    network = random_network("rnn, relu", dtype="float32")
    huge = encode(network, values=np.full((STEPS, 3), 3e38))
    with pytest.raises(NumericalError) as caught:
        trace(network, huge, interventions=[HARMLESS])
    assert caught.value.pointer == ()

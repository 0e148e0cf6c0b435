"""Training: derivatives of the whole network, the optimiser against its formulas, the loop's promises."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from gatescope.core import Network, NumericalError, ParameterError, encode, trace
from gatescope.core.activations import Array
from gatescope.core.initialisation import initial_cell, initial_network
from gatescope.core.training import (
    Adam,
    Batch,
    Progress,
    Schedule,
    batch_loss,
    clip_by_norm,
    global_norm,
    gradients,
    train,
    zero_states,
)
from tests.core.networks import LABELS, VARIANTS, normal, random_network, random_state

T, B = 7, 3


def batch_for(network: Network, *, weights: Array | None = None, seed: int = 0) -> Batch:
    rng = np.random.default_rng(seed)
    tokens = network.input_kind == "tokens"
    inputs = rng.integers(0, network.input_size, (T, B)) if tokens else rng.standard_normal((T, network.input_size, B))
    size = network.output_size or 1
    softmax = network.readout is not None and network.readout.kind == "softmax"
    targets = rng.integers(0, size, (T, B)) if softmax else rng.standard_normal((T, size, B))
    return Batch(inputs, targets, weights)


def states_of(network: Network) -> list[dict[str, Array]]:
    return [random_state(place.cell, B, seed=index) for index, place in enumerate(network.directions)]


NETWORKS = {
    **{f"{variant}, linear": random_network(variant) for variant in VARIANTS},
    "tokens, softmax": random_network("lstm", tokens=True, readout="softmax"),
    "tokens, linear": random_network("gru", tokens=True),
    "numbers, softmax": random_network("lstm", readout="softmax"),
    "stacked": random_network("lstm", "gru", "rnn", tokens=True, readout="softmax"),
    "both directions": random_network("gru, reset before", bidirectional=True),
    "both directions, stacked": random_network("lstm", "gru", bidirectional=True, tokens=True, readout="softmax"),
}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_agree_with_numeric_derivatives(name: str, weighted: bool) -> None:
    network = NETWORKS[name]
    batch = batch_for(network, weights=np.random.default_rng(5).random((T, B)) if weighted else None)
    states = states_of(network)
    found = gradients(network, batch, states)
    parameters = network.parameters()
    assert set(found.parameters) == set(parameters)
    assert found.loss == pytest.approx(batch_loss(network, batch, states)[0], rel=1e-14)
    for seed in range(2):
        for key, array in parameters.items():
            along = normal(*array.shape, seed=seed)

            def loss(at: float, key: str = key, array: Array = array, along: Array = along) -> float:
                moved = network.with_parameters({**parameters, key: array + at * along})
                return batch_loss(moved, batch, states)[0]

            near, far = ((loss(h) - loss(-h)) / (2 * h) for h in (1e-3, 2e-3))
            expected = (4 * near - far) / 3
            np.testing.assert_allclose((along * found.parameters[key]).sum(), expected, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_loss_is_the_mean_over_single_sequences(name: str) -> None:
    """Each sequence traced on its own, through the code that shows networks."""
    network = NETWORKS[name]
    weights = np.random.default_rng(5).random((T, B))
    batch = batch_for(network, weights=weights)
    states = states_of(network)
    expected = 0.0
    for index in range(B):
        one = batch.inputs[..., index]
        encoded = encode(network, tokens=one) if network.input_kind == "tokens" else encode(network, values=one)
        outputs = trace(network, encoded, [{key: x[:, index] for key, x in entry.items()} for entry in states]).outputs
        assert outputs is not None
        assert network.readout is not None
        if network.readout.kind == "softmax":
            losses = -np.log(outputs[np.arange(T), batch.targets[:, index]])
        else:
            losses = 0.5 * ((outputs - batch.targets[..., index]) ** 2).sum(axis=1)
        expected += float((losses * weights[:, index]).sum())
    loss, last = batch_loss(network, batch, states)
    assert loss == pytest.approx(expected / weights.sum(), rel=1e-12)
    for place, entry in zip(network.directions, last, strict=True):
        assert set(entry) == set(place.cell.state_names)
        assert {name: array.shape for name, array in entry.items()} == {
            name: (place.cell.sizes[name], B) for name in place.cell.state_names
        }


def test_predictions_of_weight_0_do_not_count() -> None:
    network, weights = NETWORKS["tokens, softmax"], np.ones((T, B))
    weights[:, 1] = 0
    batch = batch_for(network, weights=weights)
    targets = batch.targets.copy()
    targets[:, 1] = (targets[:, 1] + 1) % len(LABELS)
    states = zero_states(network, B)
    first, second = gradients(network, batch, states), gradients(network, replace(batch, targets=targets), states)
    assert first.loss == second.loss
    for key, array in first.parameters.items():
        np.testing.assert_array_equal(array, second.parameters[key])


def test_a_network_without_readout_cannot_be_trained() -> None:
    network = random_network(readout=None)
    with pytest.raises(ParameterError, match="must have a readout to be trained") as raised:
        gradients(network, batch_for(network), zero_states(network, B))
    assert raised.value.pointer == ("readout",)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_clipping_bounds_the_global_norm_and_keeps_the_direction(dtype: str) -> None:
    arrays = {"a": np.full((2, 2), 3, dtype), "b": np.array([8, 0], dtype)}  # 4 * 9 + 64 = 100
    assert global_norm(arrays) == pytest.approx(10)
    clipped, norm = clip_by_norm(arrays, 2.5)
    assert norm == pytest.approx(10)
    np.testing.assert_allclose(clipped["a"], 0.75)
    np.testing.assert_allclose(clipped["b"], [2, 0])
    assert {array.dtype.name for array in clipped.values()} == {dtype}
    same, norm = clip_by_norm(arrays, 10.1)
    assert norm == pytest.approx(10)
    np.testing.assert_array_equal(same["b"], arrays["b"])


def test_the_schedule_rises_and_falls() -> None:
    schedule = Schedule(0.5, updates=1000, warm_up=100, final=0.1)
    assert schedule(0) == pytest.approx(0.005)
    assert schedule(49) == pytest.approx(0.25)
    assert schedule(99) == pytest.approx(0.5)
    assert schedule(100) == pytest.approx(0.5)
    assert schedule(550) == pytest.approx(0.5 * 0.55)  # halfway: the mean of 1 and 0.1
    assert schedule(1000) == pytest.approx(0.05)
    assert schedule(5000) == pytest.approx(0.05)
    rates = [schedule(update) for update in range(100, 1001)]
    assert rates == sorted(rates, reverse=True)
    assert Schedule(1.0, updates=0, warm_up=0, final=0.2)(0) == pytest.approx(1.0)


def test_adam_follows_its_formulas() -> None:
    optimiser = Adam(beta_1=0.8, beta_2=0.9, epsilon=0.0, weight_decay=0.1)
    parameters, state = {"w": np.array([2.0])}, optimiser.start({"w": np.array([2.0])})
    value, mean, square = 2.0, 0.0, 0.0
    for update, gradient in enumerate((1.0, -3.0, 0.5), start=1):
        parameters, state = optimiser.update(parameters, {"w": np.array([gradient])}, state, 0.01)
        mean, square = 0.8 * mean + 0.2 * gradient, 0.9 * square + 0.1 * gradient**2
        step = 0.01 * (mean / (1 - 0.8**update)) / np.sqrt(square / (1 - 0.9**update))
        value = value * (1 - 0.01 * 0.1) - step
        assert parameters["w"][0] == pytest.approx(value, rel=1e-14)
        assert state.updates == update


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_update_keeps_the_precision_and_leaves_what_it_was_given(dtype: str) -> None:
    parameters = {"w": normal(3, dtype=dtype)}
    optimiser = Adam(weight_decay=0.1)
    state, before = optimiser.start(parameters), parameters["w"].copy()
    after, later = optimiser.update(parameters, {"w": np.ones(3, dtype)}, state, 0.1)
    assert after["w"].dtype == later.slots["mean"]["w"].dtype == later.slots["square"]["w"].dtype == dtype
    np.testing.assert_array_equal(parameters["w"], before)
    np.testing.assert_array_equal(state.slots["mean"]["w"], 0)


def run(network: Network, batches: list[Batch], *, rate: float = 0.01, carry_state: bool = False) -> list[Progress]:
    return list(train(network, batches, Schedule(rate, len(batches), warm_up=1), carry_state=carry_state))


def test_the_same_batches_give_the_same_network_to_the_last_bit() -> None:
    network = NETWORKS["stacked"]
    first, second = (run(network, [batch_for(network, seed=seed) for seed in range(4)]) for _ in range(2))
    other = run(network, [batch_for(network, seed=seed + 1) for seed in range(4)])
    assert first[-1].network.digest == second[-1].network.digest != other[-1].network.digest
    assert [progress.update for progress in first] == [1, 2, 3, 4]
    assert first[-1].network.configuration() == network.configuration()
    assert network.digest == random_network("lstm", "gru", "rnn", tokens=True, readout="softmax").digest


def test_progress_tells_the_loss_before_the_update_and_the_norm_before_clipping() -> None:
    network, states = NETWORKS["lstm, linear"], zero_states(NETWORKS["lstm, linear"], B)
    batch = batch_for(network)
    expected = gradients(network, batch, states)
    (progress,) = train(network, [batch], Schedule(0.01, 1), clip_norm=1e-3)
    assert progress.loss == expected.loss
    assert progress.gradient_norm == global_norm(expected.parameters) > 1e-3


def test_carried_state_begins_a_batch_where_the_one_before_it_ended() -> None:
    network = NETWORKS["stacked"]
    batches = [batch_for(network, seed=seed) for seed in range(2)]
    carried, fresh = run(network, batches, carry_state=True), run(network, batches)
    trained, last = carried[0].network, gradients(network, batches[0], zero_states(network, B)).state
    assert carried[1].loss == batch_loss(trained, batches[1], last)[0]
    assert fresh[1].loss == batch_loss(trained, batches[1], zero_states(network, B))[0]
    assert carried[1].loss != fresh[1].loss


def test_a_loss_that_leaves_the_finite_numbers_stops_with_its_update() -> None:
    network = random_network("rnn, relu", dtype="float32")

    def batches() -> Iterator[Batch]:
        good = batch_for(network)
        for scale in (1, 1, 1e30):
            yield Batch((scale * good.inputs).astype("f4"), good.targets.astype("f4"))

    progress = train(network, batches(), Schedule(0.01, 3))
    assert [next(progress).update, next(progress).update] == [1, 2]
    with (
        np.errstate(over="ignore", invalid="ignore"),
        pytest.raises(NumericalError, match="but it is not at update 3: try a lower learning rate"),
    ):
        next(progress)


def echo(rng: np.random.Generator) -> Batch:
    """A task that needs memory: say the sign that came three steps ago."""
    inputs = rng.choice([-1.0, 1.0], (16, 1, 16))
    targets = np.concatenate((np.zeros((3, 1, 16)), inputs[:-3]))
    return Batch(inputs, targets, np.repeat((np.arange(16) >= 3)[:, None], 16, axis=1).astype(float))


@pytest.mark.parametrize("kind", ["lstm", "gru", "rnn"])
def test_every_kind_of_cell_learns_to_remember(kind: str) -> None:
    rng = np.random.default_rng(0)
    network = initial_network(kind, (12,), rng, readout="linear", dtype="float64")
    trained = run(network, [echo(rng) for _ in range(250)], rate=0.02)
    fresh = echo(np.random.default_rng(1))
    before, after = (batch_loss(which, fresh, zero_states(which, 16))[0] for which in (network, trained[-1].network))
    assert before > 0.4  # knowing nothing gives 0.5
    assert after < 0.05


def test_a_network_learns_a_text_by_heart() -> None:
    rng = np.random.default_rng(0)
    network = random_network("gru", tokens=True, readout="softmax", dtype="float32")
    tokens = rng.integers(0, len(LABELS), (21, 1))
    trained = run(network, [Batch(tokens[:-1], tokens[1:])] * 300, rate=0.03)
    assert trained[0].loss > 1
    assert trained[-1].loss < 0.1


def test_a_cell_begins_with_orthogonal_recurrence_bounded_kernels_and_open_forget_gates() -> None:
    cell = initial_cell("lstm", 3, 6, np.random.default_rng(0), dtype="float64")
    for block in np.split(cell.recurrent_kernel, 4, axis=1):
        np.testing.assert_allclose(block.T @ block, np.eye(6), atol=1e-14)
    assert np.abs(cell.kernel).max() <= np.sqrt(6 / 9)
    np.testing.assert_array_equal(cell.arrays()["bias"], [0] * 6 + [1] * 6 + [0] * 12)
    gru = initial_cell("gru", 3, 6, np.random.default_rng(0))
    np.testing.assert_array_equal(gru.arrays()["bias"], [0] * 6 + [1] * 6 + [0] * 6)
    assert not gru.arrays()["recurrent_bias"].any()
    assert gru.dtype == np.float32


def test_both_directions_are_trained_together() -> None:
    """Each output is the input after the next: only the backward direction can know it."""
    rng = np.random.default_rng(0)
    network = random_network("gru", bidirectional=True, outputs=1)

    def ahead() -> Batch:
        inputs = rng.choice([-1.0, 1.0], (10, 3, 16))
        weights = np.repeat((np.arange(10) < 8)[:, None], 16, axis=1).astype(float)
        return Batch(inputs, np.concatenate((inputs[2:, :1], np.zeros((2, 1, 16)))), weights)

    trained = run(network, [ahead() for _ in range(250)], rate=0.03)
    assert trained[-1].loss < 0.1 * trained[0].loss


def test_a_batch_is_asked_for_when_its_turn_has_come() -> None:
    network, asked = NETWORKS["lstm, linear"], []

    def batches() -> Iterator[Batch]:
        while True:
            asked.append(1)
            yield batch_for(network)

    for progress in train(network, batches(), Schedule(0.01, 10)):
        assert progress.update == len(asked)
        if progress.update == 3:
            break

"""Blocks are used again and shared by threads, and where weights lie changes no number."""

import threading
import tracemalloc
from collections.abc import Mapping
from typing import Literal

import numpy as np
import pytest

from gatescope.core.activations import Array
from gatescope.core.cells import working
from tests.core.networks import FAST, VARIANTS, normal, random_cell, random_state

EVERYTHING = 1 << 40

every_variant = pytest.mark.parametrize("variant", VARIANTS)


def assert_same(found: Mapping[str, Array], expected: Mapping[str, Array]) -> None:
    assert list(found) == list(expected)
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array, err_msg=name)


@every_variant
def test_runs_one_after_another_do_not_disturb_each_other(variant: str) -> None:
    cell, state = random_cell(variant), random_state(random_cell(variant))
    runs = [(normal(steps, 3, seed=steps), state if steps % 2 else cell.zero_state()) for steps in (70, 300, 3, 64)]
    first = [cell.forward(*run) for run in runs]
    kept = [{name: array.copy() for name, array in trace.items()} for trace in first]
    for run, trace, before in zip(runs, first, kept, strict=True):
        assert_same(cell.forward(*run), before)
        assert_same(trace, before)  # and what was handed out is not written over


@every_variant
def test_two_threads_may_trace_one_cell_at_once(variant: str) -> None:
    cell = random_cell(variant)
    inputs, state = [normal(260, 3, seed=seed) for seed in (1, 2)], cell.zero_state()
    expected = [random_cell(variant).forward(each, state) for each in inputs]
    found: list[dict[str, Array]] = [{}, {}]
    meet = threading.Barrier(2, timeout=20)

    def poll() -> None:
        meet.wait()  # for each other between blocks, so that both are inside a run with a block of their own

    def run(index: int) -> None:
        found[index] = cell.forward(inputs[index], state, poll)

    cell.forward(inputs[0][:1], state)  # a block waits in the pool for whoever comes first
    threads = [threading.Thread(target=run, args=(index,)) for index in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for trace, right in zip(found, expected, strict=True):
        assert_same(trace, right)


@every_variant
def test_a_run_that_poll_stops_leaves_the_cell_usable(variant: str) -> None:
    cell = random_cell(variant)
    inputs, state = normal(200, 3), random_state(cell)
    expected, calls = random_cell(variant).forward(inputs, state), []

    def stop_at_the_third() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt

    for _ in range(2):
        calls.clear()
        with pytest.raises(KeyboardInterrupt):
            cell.forward(inputs, state, poll=stop_at_the_third)
        assert len(calls) == 3
        assert_same(cell.forward(inputs, state), expected)


def frozen_in(order: Literal["C", "F"], array: Array) -> Array:
    """The numbers in memory that nobody can write to, by rows or by columns."""
    return np.frombuffer(array.tobytes(order), array.dtype).reshape(array.shape, order=order)


@pytest.mark.parametrize("batch", [(), (3,)], ids=["one sequence", "batch"])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(
    ("copied", "stacked", "part"),
    [(EVERYTHING, EVERYTHING, EVERYTHING), (EVERYTHING, 0, EVERYTHING), (EVERYTHING, 0, 500), (0, 0, 0)],
    ids=["stacked", "copied", "in parts", "as they lie"],
)
@pytest.mark.parametrize("variant", FAST)
def test_weights_stacked_copied_in_parts_or_as_they_lie_give_the_same(
    variant: str,
    copied: int,
    stacked: int,
    part: int,
    order: Literal["C", "F"],
    batch: tuple[int, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cell = random_cell(variant, 5, 9)
    inputs, state = normal(70, 5, *batch), random_state(cell, *batch)
    expected = cell.forward(inputs, state)
    monkeypatch.setattr(working, "LARGE", copied)
    monkeypatch.setattr(working, "STACKED", stacked)
    monkeypatch.setattr(working, "PART", part)
    again = cell.with_arrays({name: frozen_in(order, array) for name, array in cell.arrays().items()})
    for name, array in again.forward(inputs, state).items():
        np.testing.assert_allclose(array, expected[name], rtol=1e-12, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("variant", ["lstm", "gru", "gru, reset before", "rnn"])
def test_large_weights_are_not_copied(variant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "LARGE", 1 << 20)
    cell = random_cell(variant, 3, 600)
    state, inputs = random_state(cell), normal(4, 3)
    tracemalloc.start()
    cell.forward(inputs, state)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < cell.recurrent_kernel.nbytes

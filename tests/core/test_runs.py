"""Runs: the same plan gives the same network; cut anywhere and resumed, it is as if it had never stopped."""

import copy
import json
import tracemalloc
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from gatescope.core import CoreError, Diverged, FormatError, PlanError, encode, trace
from gatescope.core.formats import from_bytes, to_bytes
from gatescope.core.tasks import TASKS
from gatescope.core.training import Plan, Report, Run
from gatescope.core.training.plan import FIELDS

SMALL = {"hidden_size": 5, "batch_size": 3, "steps": 6, "evaluate_every": 2}
TINY_OPTIONS: dict[str, dict[str, Any]] = {
    "recall": {"gap": 8},
    "adding": {"length": 6},
    "copy": {"letters": 2, "delay": 3},
    "brackets": {"length": 10},
    "sine": {"length": 12},
    "generate": {"length": 12},
    "text": {"length": 10, "text": "the quick brown fox jumps over the lazy dog. " * 20},
    "series": {"length": 10},
    "captions": {"clips": 1},
}
KINDS: dict[str, dict[str, Any]] = {
    "lstm": {"task": "recall"},
    "gru, two layers, float64": {"task": "adding", "cell": "gru", "layers": 2, "dtype": "float64"},
    "rnn, relu, sgd": {"task": "copy", "cell": "rnn", "activation": "relu", "optimiser": "sgd", "momentum": 0.9},
    "both directions, not clipped": {"task": "copy", "bidirectional": True, "clip_norm": None},
    "cosine": {"task": "recall", "cell": "gru", "schedule": "cosine"},
    "carried states": {"task": "text", "layers": 2},
}


def plan_of(**given: Any) -> Plan:
    return Plan.of({"options": TINY_OPTIONS[given["task"]], **SMALL, **given})


def finish(run: Run) -> list[Report]:
    reports = []
    while not run.finished:
        reports.append(run.advance())
    return reports


@pytest.mark.parametrize("task", TASKS)
def test_every_task_trains_evaluates_and_gives_a_network_that_can_be_traced(task: str) -> None:
    run = Run.start(plan_of(task=task))
    before = run.network.digest
    reports = finish(run)
    assert [report.update for report in reports] == [1, 2, 3, 4, 5, 6]
    assert [report.evaluation is not None for report in reports] == [True, True, False, True, False, True]
    for report in reports:
        assert 0 < report.clipped_norm <= 1.0
        assert report.gradient_norm >= report.clipped_norm
        json.dumps(report.as_json(), allow_nan=False)
    assert run.network.digest != before
    assert from_bytes(to_bytes(run.network)).digest == run.network.digest
    for probe in run.plan.prepared.probes:
        traced = trace(run.network, encode(run.network, **probe["input"]))
        assert not traced.encoded.unknown
        assert traced.outputs is not None


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_that_is_cut_anywhere_goes_on_as_if_it_had_not_been(kind: str) -> None:
    whole = Run.start(plan_of(**KINDS[kind]))
    reports = [whole.advance() for _ in range(6)]
    run = Run.start(plan_of(**KINDS[kind]))
    for update in range(6):
        data = run.checkpoint()
        assert data == run.checkpoint()
        resumed = Run.from_checkpoint(data)
        assert (resumed.update, resumed.plan) == (update, run.plan)
        assert resumed.network.digest == run.network.digest
        assert finish(resumed) == reports[update:]
        assert resumed.checkpoint() == whole.checkpoint()
        run = Run.from_checkpoint(data)
        run.advance()
    assert run.network.digest == whole.network.digest


def test_seed_and_plan_decide_everything_and_cells_see_the_same_data() -> None:
    first, again, other = (finish(Run.start(plan_of(task="recall", seed=seed))) for seed in (3, 3, 4))
    assert first == again != other
    lstm, gru = (plan_of(task="recall", cell=cell, seed=3).prepared for cell in ("lstm", "gru"))
    np.testing.assert_array_equal(lstm.batch(5, 4).inputs, gru.batch(5, 4).inputs)
    assert not np.array_equal(lstm.batch(5, 4).inputs, lstm.batch(6, 4).inputs)


@pytest.mark.parametrize("task", TASKS)
def test_held_out_data_are_the_same_for_every_seed_and_never_trained_on(task: str) -> None:
    one, other = (plan_of(task=task, seed=seed).prepared for seed in (0, 1))
    np.testing.assert_array_equal(one.held_out.inputs, other.held_out.inputs)
    assert one.baseline == other.baseline


def test_a_plan_survives_json_and_copies() -> None:
    plan = plan_of(task="adding", clip_norm=None, learning_rate=1 / 3)
    assert Plan.of(json.loads(json.dumps(plan.as_json(), allow_nan=False))) == plan
    assert copy.deepcopy(plan) == plan
    assert set(plan.as_json()) == {"task", "options", *(option.name for option in FIELDS)}


REFUSED: dict[str, tuple[dict[str, Any], tuple[str, ...], str]] = {
    "no task": ({"task": None}, ("task",), "task must be one of recall, "),
    "another task": ({"task": "fly"}, ("task",), "not 'fly'"),
    "a field that is none": ({"hiddensize": 3}, ("hiddensize",), "a plan has no field 'hiddensize'; there are: task, "),
    "no unit": ({"hidden_size": 0}, ("hidden_size",), "hidden_size must be a whole number from 1 to 1,024, not 0"),
    "half a unit": ({"hidden_size": 2.5}, ("hidden_size",), "whole number from 1 to 1,024, not 2.5"),
    "true units": ({"hidden_size": True}, ("hidden_size",), "not True"),
    "another cell": ({"cell": "mamba"}, ("cell",), "cell must be one of lstm, gru, rnn, not 'mamba'"),
    "no number": ({"learning_rate": float("nan")}, ("learning_rate",), "learning_rate must be a number from"),
    "no list": ({"steps": [1]}, ("steps",), "steps must be a whole number from 1 to 1,000,000, not a list"),
    "a huge number": ({"seed": 10**400}, ("seed",), "seed must be a whole number"),
    "an LSTM's activation": ({"activation": "relu"}, ("activation",), "only a simple RNN's activation"),
    "Adam's momentum": ({"momentum": 0.9}, ("momentum",), "only sgd has momentum, not adam"),
    "from both ends": ({"bidirectional": True}, ("bidirectional",), "recall is about what comes next"),
    "an option that is none": ({"options": {"gapp": 3}}, ("options", "gapp"), "the task recall has no option 'gapp'"),
    "an option out of range": (
        {"options": {"gap": 3}},
        ("options", "gap"),
        "gap must be a whole number from 5 to 1,000",
    ),
    "no options": ({"options": [1]}, ("options",), "options must be an object"),
    "too much for memory": (
        {"hidden_size": 1024, "batch_size": 4096, "options": {"gap": 1000}},
        ("batch_size",),
        "one update must take at most 2.1 GB, but 4096 sequences of 1005 steps through 1 x 1024 units take about",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_trained_is_refused_in_a_sentence(name: str) -> None:
    given, pointer, words = REFUSED[name]
    with pytest.raises(PlanError) as raised:
        Plan.of({"task": "recall", **given})
    assert raised.value.pointer == pointer
    assert words in raised.value.message


def test_a_run_that_diverges_says_when_and_what_to_try_and_stays_as_it_was() -> None:
    given = {"cell": "rnn", "activation": "relu", "clip_norm": None, "learning_rate": 100.0, "optimiser": "sgd"}
    run = Run.start(plan_of(task="adding", steps=50, **given, options={"length": 50}))
    with pytest.raises(
        Diverged, match=r"diverged at update \d+: try a lower learning rate than 100 or clipping"
    ) as raised:
        finish(run)
    assert f"at update {run.update + 1}:" in raised.value.message
    assert all(np.isfinite(array).all() for array in run.network.parameters().values())
    with pytest.raises(Diverged):
        run.advance()
    Run.from_checkpoint(run.checkpoint())


@pytest.mark.parametrize("data", [b"", b"nothing of the kind", to_bytes(Run.start(plan_of(task="copy")).network)])
def test_other_bytes_are_no_checkpoint(data: bytes) -> None:
    with pytest.raises(FormatError, match="a training run's checkpoint was expected"):
        Run.from_checkpoint(data)


def test_a_checkpoint_that_does_not_fit_its_plan_is_refused() -> None:
    run = Run.start(plan_of(task="text", options={"text": "abcd " * 200, "length": 10}))
    run.advance()
    data = run.checkpoint()
    size = int.from_bytes(data[:8], "little")
    head = json.loads(json.loads(data[8 : 8 + size])["__metadata__"]["gatescope-run"])
    tensors = safetensors.numpy.load(data)
    heads = [{name: value for name, value in head.items() if name != gone} for gone in head]
    heads += [{**head, "update": wrong} for wrong in (-1, 10**30, "x", None)]
    heads += [{**head, "optimiser_updates": wrong} for wrong in (-1, 10**30, "x", None)]
    plans: tuple[Any, ...] = (None, [], {}, {**head["plan"], "hidden_size": 6})
    heads += [{**head, "plan": plan} for plan in plans]
    pairs = [(one, tensors) for one in heads]
    for gone, array in tensors.items():
        pairs.append((head, {name: one for name, one in tensors.items() if name != gone}))
        pairs.append((head, {**tensors, gone: array[:1]} if array.shape[0] > 1 else {**tensors, gone: array[:0]}))
    pairs += [(head, {**tensors, extra: np.zeros(3)}) for extra in ("a", "a/b", "states/x/y", "parameters/a")]
    for wrong, arrays in pairs:
        with pytest.raises(FormatError):
            Run.from_checkpoint(safetensors.numpy.save(arrays, {"gatescope-run": json.dumps(wrong)}))


def test_memory_does_not_grow() -> None:
    run = Run.start(plan_of(task="recall", steps=400, evaluate_every=50))
    sizes = []
    tracemalloc.start()
    for _ in range(4):
        for _ in range(100):
            run.advance()
        sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert sizes[-1] - sizes[1] < 100_000  # a batch has 500,000 bytes


def test_errors_of_a_task_point_into_its_options() -> None:
    with pytest.raises(CoreError) as raised:
        Plan.of({"task": "copy", "options": {"delay": -1}})
    assert raised.value.pointer == ("options", "delay")

"""Tasks: what is to be learned is really in the data, at the right place; baselines are what they say."""

from typing import Any

import numpy as np
import pytest

from gatescope.core import PlanError, encode, trace
from gatescope.core.activations import Array
from gatescope.core.tasks import TASKS, Prepared
from gatescope.core.tasks.clips import FEATURES, MOVES, features, render, scenes
from gatescope.core.tasks.numbers_in_csv import column_of
from gatescope.core.tasks.scaling import fold_scaling
from gatescope.core.training import Plan, evaluate
from gatescope.core.training.beginning import beginning
from tests.core.networks import random_network


def prepared(task: str, **options: Any) -> Prepared:
    return TASKS[task].prepare(options, seed=0)


def perfect(targets: Array, size: int) -> Array:
    """Probabilities (T, V, B) of somebody who knows the targets (T, B)."""
    return np.eye(size)[targets].transpose(0, 2, 1)


def words_of(task: Prepared, tokens: Array) -> list[str]:
    assert task.form.vocabulary is not None
    return [task.form.vocabulary.labels[token] for token in tokens]


@pytest.mark.parametrize("name", TASKS)
def test_a_task_describes_itself(name: str) -> None:
    task = TASKS[name]
    assert task.title
    assert task.description.endswith(".")
    assert "\n" not in task.description
    assert f"`gatescope train {name} " in task.measured
    assert task.measured.endswith("`.")
    for option in task.options:
        assert option.read(option.default) == option.default
        assert option.description.endswith(".")


@pytest.mark.parametrize("name", TASKS)
def test_batches_have_the_declared_form(name: str) -> None:
    task = prepared(name)
    for batch in (task.batch(0, 3), task.batch(7, 3), task.held_out):
        steps, size = batch.inputs.shape[0], batch.inputs.shape[-1]
        assert steps <= task.steps or batch is task.held_out
        if task.form.vocabulary:
            assert batch.inputs.shape == (steps, size)
            assert 0 <= batch.inputs.min() <= batch.inputs.max() < len(task.form.vocabulary.labels)
        else:
            assert batch.inputs.shape == (steps, task.form.input_size, size)
        softmax = task.form.readout == "softmax"
        assert batch.targets.shape == ((steps, size) if softmax else (steps, task.form.outputs, size))
        if task.form.predicts:
            np.testing.assert_array_equal(batch.inputs[1:], batch.targets[:-1])
        if batch.weights is not None:
            assert batch.weights.shape == (steps, size)
            assert batch.weights.sum() > 0


@pytest.mark.parametrize("name", TASKS)
def test_who_knows_the_targets_is_better_than_the_baseline(name: str) -> None:
    task = prepared(name)
    targets = task.held_out.targets
    score = task.score(perfect(targets, task.form.outputs) if task.form.readout == "softmax" else targets)
    assert score == pytest.approx(1 if task.measure.higher_is_better else 0, abs=1e-12)
    worse = task.baseline.value < score if task.measure.higher_is_better else task.baseline.value > score
    assert worse


@pytest.mark.parametrize("gap", [5, 7, 8, 30, 60])
def test_recall_asks_for_a_word_that_came_the_whole_gap_before(gap: int) -> None:
    task = prepared("recall", gap=gap, languages=3)
    batch = task.held_out
    pairs = {"France": "French", "Italy": "Italian", "Spain": "Spanish"}
    for sequence in range(20):
        words = words_of(task, batch.inputs[:, sequence])
        assert words[:3] == ["I", "live", "in"]
        asked = len(words) - 2
        assert words[asked - 1 : asked + 1] == ["I", "speak"]
        answer = words_of(task, batch.targets[:, sequence])[asked]
        assert answer == pairs[words[3]]
        assert asked - 3 == gap
        assert batch.weights is not None
        assert batch.weights[asked, sequence] == 1 == batch.weights[:, sequence].max()
        between = words[4:asked]
        assert not {*pairs, *pairs.values()} & set(between)
    assert task.baseline.value == 1 / 3
    lengths = {len(task.batch(index, 1).inputs) for index in range(500)}
    assert max(lengths) == gap + 5
    if gap > 10:
        assert len(lengths) > 5
        assert {len(prepared("recall", gap=gap, gaps="equal").batch(index, 1).inputs) for index in range(9)} == {
            gap + 5
        }


def test_recalls_probes_differ_in_one_word() -> None:
    first, second = ((probe["input"]["text"]).split() for probe in prepared("recall").probes)
    assert [(one, other) for one, other in zip(first, second, strict=True) if one != other] == [("France.", "Italy.")]


def test_adding_asks_for_the_sum_of_the_marked_numbers() -> None:
    batch = prepared("adding", length=20).held_out
    values, marks = batch.inputs[:, 0], batch.inputs[:, 1]
    np.testing.assert_array_equal(marks[:10].sum(axis=0), 1)
    np.testing.assert_array_equal(marks[10:].sum(axis=0), 1)
    np.testing.assert_allclose(batch.targets[-1, 0], (values * marks).sum(axis=0))
    always_1 = ((batch.targets[-1, 0] - 1) ** 2).mean()
    assert always_1 == pytest.approx(1 / 6, rel=0.2)


def test_copy_asks_for_the_letters_in_their_order() -> None:
    task = prepared("copy", letters=3, delay=4, alphabet=5)
    batch = task.held_out
    for sequence in range(10):
        heard, said = (words_of(task, tokens[:, sequence]) for tokens in (batch.inputs, batch.targets))
        assert heard[3:] == [*"____", ">", *"___"]
        assert said == [*"_" * 8, *heard[:3]]


def test_text_holds_out_its_end_and_reads_on_from_batch_to_batch() -> None:
    text = "abcdefghijklmnopqrstuvwxyz" * 40
    task = prepared("text", text=text, length=10)
    assert task.probes[0]["input"]["text"] == text[-52:]
    first, second = task.batch(0, 4), task.batch(1, 4)
    np.testing.assert_array_equal(second.inputs[0], first.targets[-1])
    labels = np.array(words_of(task, np.arange(26)))
    for reader in range(4):
        assert "".join(labels[first.inputs[:, reader]]) in text * 2
    assert task.baseline.value == pytest.approx(0, abs=0.05)  # the alphabet holds no surprise


def test_the_rarest_characters_of_a_text_share_a_token() -> None:
    many = "".join(chr(0x4E00 + index) for index in range(300))
    vocabulary = prepared("text", text="ab" * 100 + many, length=10).form.vocabulary
    assert vocabulary is not None
    assert len(vocabulary.labels) == 256
    assert vocabulary.labels[vocabulary.unknown or 0] == "\N{REPLACEMENT CHARACTER}"
    assert {"a", "b"} < set(vocabulary.labels)


def test_a_tune_goes_round() -> None:
    task = prepared("generate", tunes="A B C\nD E E\n", length=12)
    heard = {"".join(words_of(task, task.batch(0, 40).inputs[:, sequence])) for sequence in range(40)}
    assert {"ABC" * 4, "EED" * 4} < heard
    assert len(heard) == 6
    assert task.baseline.value == 1


def test_a_series_is_read_and_told_in_its_own_unit() -> None:
    values = (1000 + 50 * np.sin(np.arange(400) / 3)).tolist()
    plan = Plan.of({"task": "series", "options": {"values": values, "length": 20}, "dtype": "float64"})
    task = plan.prepared
    raw = beginning(plan)
    finished = task.finish(raw)
    outputs = trace(finished, encode(finished, values=values[-100:])).outputs
    assert outputs is not None
    error = np.sqrt(((outputs[19:-1, 0] - values[-80:]) ** 2).mean())
    assert evaluate(task, raw).value == pytest.approx(error, rel=1e-9)
    persistence = np.sqrt((np.diff(values)[-80:] ** 2).mean())
    assert task.baseline.value == pytest.approx(persistence, rel=1e-9)


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_folded_scaling_changes_no_number_but_its_unit(cell: str) -> None:
    network = random_network(cell, outputs=1)
    single = beginning(Plan.of({"task": "sine", "cell": cell, "layers": 2, "dtype": "float64"}))
    values = np.random.default_rng(0).normal(7, 3, 12)
    before = trace(single, encode(single, values=(values - 7) / 3)).outputs
    folded = fold_scaling(single, 7.0, 3.0)
    after = trace(folded, encode(folded, values=values)).outputs
    assert before is not None
    assert after is not None
    np.testing.assert_allclose(after, 3 * before + 7, rtol=1e-12)
    assert network.readout is not None


def test_a_clip_shows_what_its_caption_says() -> None:
    """The features that the words are about, with noise: of every scene."""
    rng = np.random.default_rng(0)
    filled: dict[str, list[float]] = {"square": [], "circle": [], "triangle": []}
    for scene in scenes():
        measured = np.mean([features(render(scene, rng, 0.05)) for _ in range(4)], axis=0)
        found = dict(zip(FEATURES, measured, strict=True))
        colour = {"red": "100", "green": "010", "blue": "001", "yellow": "110"}[scene.colour]
        assert "".join(str(int(found[name] > 0.6)) for name in ("red", "green", "blue")) == colour
        right, down = MOVES[scene.move]
        for name, sign in (("moved right", right), ("moved down", down)):
            assert np.sign(round(float(found[name]) / 0.3)) == sign
        fast = max(abs(found["moved right"]), abs(found["moved down"])) > 0.8
        assert fast == (scene.speed == "quickly")
        filled[scene.shape].append(found["fills its box"])
    assert min(filled["square"]) > max(filled["circle"]) > np.mean(filled["circle"]) > max(filled["triangle"])


def test_captions_hear_the_word_before() -> None:
    batch, form = prepared("captions", clips=1).held_out, prepared("captions", clips=1).form
    assert form.labels is not None
    assert form.feedback is not None
    assert batch.weights is not None
    heard = batch.inputs[:, form.feedback.columns(form.outputs)]
    assert not heard[0].any()
    np.testing.assert_array_equal(heard[1:].argmax(axis=1), batch.targets[:-1])
    labels, counts = np.array(form.labels), batch.weights > 0
    spoken = [" ".join(labels[batch.targets[counts[:, clip], clip]]) for clip in range(216)]
    assert "a large yellow triangle moves down quickly ." in spoken
    assert "a small red square stands still ." in spoken
    assert len(set(spoken)) == 216


CSV = "day; price; what\n\n1;2.5;a\n2;-1e3;b\n3;7;\n"


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("1\n2\n3\n", None, (1, 2, 3)),
        ("x\n1\n 2\n", None, (1, 2)),
        ("name,x\na,1\nb,2\n", None, (1, 2)),
        (CSV, "price", (2.5, -1000, 7)),
        (CSV, "2", (2.5, -1000, 7)),
        ('"a, b",c\n"x, y",4\n', "c", (4,)),
        ("\ufeffday,x\n1,2\n", "day", (1,)),
        ("day;x\n1;0,5\n2;-12,25\n", "x", (0.5, -12.25)),
        ("a,b\n1,2,\n", "b", (2,)),
    ],
)
def test_a_column_of_a_csv_file(text: str, column: str | None, expected: tuple[float, ...]) -> None:
    assert column_of(text, column) == expected


LONG = list(range(300))
REFUSED: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "short text": ("text", {"text": "short"}, "text", "at least 202 characters for sequences of 100, not 5"),
    "empty text": ("text", {"text": ""}, "text", "text must be a text of 1 to 8,000,000 characters or null, not ''"),
    "one character": ("text", {"text": "a" * 500}, "text", "at least 2 different characters"),
    "half a character": ("text", {"text": "\ud800" * 500}, "text", "character 0 is half of one"),
    "empty csv": ("series", {"csv": " \n"}, "csv", "must have a column of numbers, but it is empty"),
    "csv without numbers": ("series", {"csv": "a,b\nc,d\n"}, "csv", "must have a column of numbers, but its first"),
    "only names": ("series", {"csv": "a,b\n"}, "csv", "below the names of its columns"),
    "a hole": ("series", {"csv": "x\n1\n\nn/a\n"}, "csv", "a number in every line, not 'n/a' as in 4"),
    "a short line": ("series", {"csv": "1,2\n3\n", "column": "2"}, "csv", "not nothing as in 2"),
    "not finite": ("series", {"csv": "x\n1\ninf\n"}, "csv", "not 'inf' as in 3"),
    "no such column": ("series", {"csv": CSV, "column": "cost"}, "column", "1 to 3 or one of day, price, what"),
    "a decimal comma between commas": ("series", {"csv": "x\n0,5\n1,5\n"}, "csv", "not 2 as line 2 has; separate"),
    "a cell without end": ("series", {"csv": "1" * 200_000}, "csv", "line 1 of the CSV must be cells, but cannot be"),
    "a number with underscores": ("series", {"csv": "x\n1\n1_000\n"}, "csv", "not '1_000' as in 3"),
    "column 0": ("series", {"csv": CSV, "column": "0"}, "column", "column must be 1 to 3"),
    "few numbers": ("series", {"values": [1, 2, 3, 4]}, "values", "at least 114 numbers for sequences of 56, not 4"),
    "few in csv": ("series", {"csv": "1\n2\n"}, "csv", "at least 114 numbers"),
    "two series": ("series", {"values": LONG, "csv": "1\n"}, "csv", "not as both"),
    "nothing happens": (
        "series",
        {"values": [5] * 300},
        "values",
        "numbers that change, but those to train on are all",
    ),
    "beyond float32": ("series", {"values": [1e300, -1e300] * 100}, "values", "are too large"),
    "words": ("series", {"values": [1, *["a"] * 300]}, "values", "or null, not a list with 'a' at 1"),
    "lists": ("series", {"values": [[1]] * 300}, "values", "or null, not a list with another list at 0"),
    "three numbers": ("series", {"values": [1, 2, 3]}, "values", "4 to 200,000 of them or null, not a list of 3"),
    "holes": ("series", {"values": [*LONG, float("nan")]}, "values", "finite numbers, 4 to 200,000 of them or null"),
    "a tune of one note": ("generate", {"tunes": "A B\nC\n"}, "tunes", "at least 2 notes, but line 2 has 1"),
    "no tune": ("generate", {"tunes": " \n \n"}, "tunes", "not 0 lines"),
    "a long note": ("generate", {"tunes": "A " + "B" * 300}, "tunes", "at most 256 characters, not 300"),
    "no letter": ("copy", {"letters": 0}, "letters", "letters must be a whole number from 1 to 100, not 0"),
    "an unknown option": ("sine", {"size": 3}, "size", "the task sine has no option 'size'; there are: length, "),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_learned_from_is_refused_in_a_sentence(name: str) -> None:
    task, options, option, words = REFUSED[name]
    with pytest.raises(PlanError) as raised:
        Plan.of({"task": task, "options": options})
    assert raised.value.pointer == ("options", option)
    assert words in raised.value.message
    assert len(raised.value.message) < 300

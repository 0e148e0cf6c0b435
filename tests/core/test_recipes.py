"""How the bundled networks are made: grammar, streams, baselines and cards, on data small enough to check by hand."""

import importlib.util
import itertools
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from gatescope.core import encode, trace
from gatescope.core.pretrained.recipes import carry_out
from gatescope.core.pretrained.recipes.brackets import Brackets
from gatescope.core.pretrained.recipes.language import bits_per_character, streams, windows
from gatescope.core.pretrained.recipes.python_code import CHARACTERS, PythonCode
from gatescope.core.pretrained.recipes.recipe import Recipe, Settings
from gatescope.core.pretrained.recipes.sunspots import Sunspots, load_months
from gatescope.core.tasks import bracket_grammar
from gatescope.core.tasks.language import trigram_bits
from gatescope.core.training import Progress
from tests.core.networks import random_network

STACKS = [
    "".join(stack) for depth in range(bracket_grammar.DEEPEST + 1) for stack in itertools.product("([", repeat=depth)
]


@pytest.mark.parametrize("quoted", [False, True])
def test_the_grammars_probabilities_sum_to_1_after_everything(quoted: bool) -> None:
    for stack in STACKS:
        options = bracket_grammar.choices(stack, quoted)
        assert sum(options.values()) == pytest.approx(1, abs=1e-12)
        assert min(options.values()) > 0
        assert set(options) < set(bracket_grammar.CHARACTERS)


def test_the_grammar_offers_only_what_is_well_formed() -> None:
    for stack in STACKS:
        options = set(bracket_grammar.choices(stack, quoted=False))
        assert ("\n" in options) == (stack == "")
        assert options & set(")]") == ({")" if stack[-1] == "(" else "]"} if stack else set())
        assert ("(" in options) == ("[" in options) == (len(stack) < bracket_grammar.DEEPEST)


def test_generated_text_is_well_formed() -> None:
    text, bits = bracket_grammar.generate(20_000, np.random.default_rng(3))
    assert len(text) == len(bits) == 20_000
    lines = text.split("\n")[:-1]  # the last one may be cut short
    deepest = 0
    for line in lines:
        assert line.count('"') % 2 == 0
        outside = "".join(line.split('"')[::2])
        left = "".join(character for character in outside if character in "()[]")
        while (shorter := left.replace("()", "").replace("[]", "")) != left:
            left = shorter
        assert left == "", line
        depths = itertools.accumulate((character in "([") - (character in ")]") for character in outside)
        deepest = max(deepest, *depths, 0)
    assert 4 < deepest <= bracket_grammar.DEEPEST
    assert len(lines) > 100
    assert any(set(inside) & set("()[]") for inside in text.split('"')[1::2])


def test_the_bits_are_those_of_somebody_who_knows_the_grammar() -> None:
    text, bits = bracket_grammar.generate(20_000, np.random.default_rng(4))
    stack, quoted, entropies = "", False, []
    for character, found in zip(text, bits, strict=True):
        options = bracket_grammar.choices(stack, quoted)
        assert found == pytest.approx(-np.log2(options[character]), abs=1e-12)
        entropies.append(-sum(p * np.log2(p) for p in options.values()))
        stack, quoted = bracket_grammar.advance(stack, quoted, character)
    # The surprise's mean is the entropy if characters are drawn with the probabilities that they say they have.
    margin = 4 * np.std(bits - entropies) / np.sqrt(len(bits))
    assert np.mean(bits) == pytest.approx(np.mean(entropies), abs=margin)


def test_streams_targets_are_inputs_shifted_by_one_and_batches_follow_each_other() -> None:
    tokens = np.arange(100)
    feed = streams(tokens, batch_size=3, steps=10, rng=np.random.default_rng(0))
    passes = [list(itertools.islice(feed, 3)) for _ in range(2)]
    for batches in passes:
        for batch in batches:
            assert batch.inputs.shape == batch.targets.shape == (10, 3)
            np.testing.assert_array_equal(batch.targets, (batch.inputs + 1) % 100)
            np.testing.assert_array_equal(batch.inputs[1:], batch.targets[:-1])
        for before, after in itertools.pairwise(batches):
            np.testing.assert_array_equal(after.inputs[0], before.targets[-1])
        read = np.concatenate([batch.inputs for batch in batches])
        assert len(np.unique(read)) == 90  # three readers, nothing twice
    assert passes[0][0].inputs[0, 0] != passes[1][0].inputs[0, 0]


def test_windows_begin_at_the_starts_and_stay_inside() -> None:
    tokens, starts = np.arange(50), np.array([0, 7, 30, 39, 40, 49])
    feed = windows(tokens, starts, batch_size=64, steps=10, rng=np.random.default_rng(0))
    for batch in itertools.islice(feed, 5):
        np.testing.assert_array_equal(batch.targets, batch.inputs + 1)
        assert set(batch.inputs[0].tolist()) == {0, 7, 30, 39}


@pytest.mark.parametrize("piece", [1, 7, 29, 30, 1000])
def test_bits_per_character_are_those_of_one_trace(piece: int) -> None:
    network = random_network("lstm", "gru", tokens=True, readout="softmax")
    tokens = np.random.default_rng(0).integers(0, 7, 30)
    outputs = trace(network, encode(network, tokens=tokens)).outputs
    assert outputs is not None
    expected = -np.log2(outputs[np.arange(29), tokens[1:]]).mean()
    assert bits_per_character(network, tokens, piece) == pytest.approx(expected, rel=1e-12)


def test_trigram_bits_of_a_case_computed_by_hand() -> None:
    # Of 0 1 0 1 0: P(1) = (2 + 2/2) / 7 and P(0) = (3 + 2/2) / 7; after 0, 1 came twice: P(1 | 0) = (2 + 3/7) / 3 and
    # P(0 | 0) = (4/7) / 3; after 1, 0 came twice: P(0 | 1) = (2 + 4/7) / 3; after 0 1, 0 came twice: P(0 | 0 1) =
    # (2 + 18/21) / 3 = 20/21; after 1 0, 1 came once: P(1 | 1 0) = (1 + 17/21) / 2 = 19/21; nothing came after 0 0.
    training = np.array([0, 1, 0, 1, 0])
    for held_out, probabilities in (([0, 1, 0], [20 / 21]), ([0, 1, 0, 1], [20 / 21, 19 / 21]), ([0, 0, 0], [4 / 21])):
        expected = -np.log2(probabilities).mean()
        assert trigram_bits(training, np.array(held_out), 2) == pytest.approx(expected, rel=1e-12)


class SmallBrackets(Brackets):
    """The recipe, made small."""

    training_length, held_out_length = 3000, 500


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A standard library of 60 short files, and some that are to be left out."""
    for index in range(60):
        text = f"def f{index}(x):\n\treturn x + {index}  # ä\n" * 2
        (tmp_path / f"module_{index:02}.py").write_text(text, "utf-8")
    for folder in ("test", "site-packages"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "module.py").write_text("LEFT OUT", "utf-8")
    monkeypatch.setattr(sysconfig, "get_paths", lambda: {"stdlib": str(tmp_path)})
    return tmp_path


@pytest.fixture
def months(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A series in the form in which statsmodels ships it, whose last year is not complete."""
    file = tmp_path / "datasets/sunspots/src/sunspots_monthly.dat"
    file.parent.mkdir(parents=True)
    waves = [f"{x:.2f}" for x in 60 * (1 + np.sin(2 * np.pi * np.arange(12 * 210 + 2) / 132))]
    lines = [f"{1790 + year}  " + "  ".join(waves[12 * year :][:12]) for year in range(211)]
    file.write_text("\n".join(["SUNSPOTS", "Year Jan Feb", *lines]) + "*\n", "utf-8")
    found = SimpleNamespace(origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: found if name == "statsmodels" else None)
    return file


@pytest.mark.usefixtures("library", "months")
@pytest.mark.parametrize("make", [PythonCode, SmallBrackets, Sunspots])
def test_a_recipe_carried_out_gives_a_network_with_a_card(make: type[Recipe]) -> None:
    settings = Settings(updates=3, learning_rate=0.01, batch_size=2, steps=10, seed=3)
    seen: list[int] = []

    def progress(updates: Iterable[Progress]) -> Iterator[Progress]:
        for update in updates:
            seen.append(update.update)
            yield update

    network, card = carry_out(make(), settings, progress)
    again, _ = carry_out(make(), settings)
    other, _ = carry_out(make(), replace(settings, seed=4))
    assert seen == [1, 2, 3]
    assert network.digest == again.digest != other.digest
    assert list(card) == ["name", "title", "description", "data", "licence", "example_inputs", "training", "results"]
    assert card["training"].items() >= settings.__dict__.items()
    results = card["results"]
    assert results["network"] > 0
    assert results["baseline"] > 0
    for example in card["example_inputs"]:
        assert encode(network, **example["input"]).unknown == ()


def test_python_code_reads_the_library_without_its_tests_and_holds_files_out(library: Path) -> None:
    recipe = PythonCode()
    recipe.prepare(recipe.settings)
    assert recipe.files == (57, 3)
    training, held_out = (
        "".join(CHARACTERS[token] for token in tokens) for tokens in (recipe.training, recipe.held_out)
    )
    text = (library / "module_25.py").read_text("utf-8").replace("\t", "    ").replace("ä", CHARACTERS[-1])
    assert text in held_out
    assert text not in training
    assert "def f24(x):\n    return" in training
    assert "LEFT OUT" not in training + held_out


def test_brackets_meets_its_unknown_token_in_training_and_not_in_the_held_out_text() -> None:
    recipe = SmallBrackets()
    recipe.prepare(recipe.settings)
    unknown = recipe.vocabulary.unknown
    assert 0 < (recipe.training == unknown).sum() < 20
    assert unknown not in recipe.held_out
    assert "".join(bracket_grammar.CHARACTERS[token] for token in recipe.held_out) == recipe.held_out_text
    batch = next(recipe.batches(replace(recipe.settings, steps=20), np.random.default_rng(0)))
    begins = {recipe.training.tobytes().find(np.ascontiguousarray(column).tobytes()) // 8 for column in batch.inputs.T}
    assert all(recipe.training[begin - 1] == 0 for begin in begins)  # each after the end of a line


@pytest.mark.usefixtures("months")
def test_sunspots_reads_months_also_of_a_year_that_is_not_complete() -> None:
    years, numbers = load_months()
    assert len(years) == len(numbers) == 12 * 210 + 2
    assert years[0] == 1790
    np.testing.assert_array_equal(years[-3:], [1999, 2000, 2000])
    np.testing.assert_allclose(numbers, 60 * (1 + np.sin(2 * np.pi * np.arange(len(numbers)) / 132)), atol=0.01)


def test_sunspots_without_statsmodels_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ModuleNotFoundError, match=r"install gatescope\[train\]"):
        load_months()


@pytest.mark.usefixtures("months")
def test_sunspots_finished_network_reads_and_gives_sunspot_numbers() -> None:
    recipe = Sunspots()
    recipe.prepare(recipe.settings)
    assert abs(recipe.training.mean()) < 1e-12
    assert recipe.training.std() == pytest.approx(1)
    network = recipe.initial(np.random.default_rng(0))
    scaled = (recipe.numbers - recipe.mean) / recipe.scale
    inside = trace(network, encode(network, values=scaled)).outputs
    outside = trace(recipe.finish(network), encode(network, values=recipe.numbers)).outputs
    assert inside is not None
    assert outside is not None
    np.testing.assert_allclose(outside, inside * recipe.scale + recipe.mean, atol=1e-3)


@pytest.mark.usefixtures("months")
def test_sunspots_measures_what_it_says() -> None:
    recipe = Sunspots()
    recipe.prepare(recipe.settings)
    network = recipe.finish(recipe.initial(np.random.default_rng(0)))
    outputs = trace(network, encode(network, values=recipe.numbers)).outputs
    assert outputs is not None
    error, persistence = recipe.errors(network, 1960, 1970)
    first = 12 * 170  # January 1960 is forecast from December 1959
    truth, before = recipe.numbers[first : first + 120], recipe.numbers[first - 1 : first + 119]
    assert error == pytest.approx(np.sqrt(((outputs[first - 1 : first + 119, 0] - truth) ** 2).mean()))
    assert persistence == pytest.approx(np.sqrt(((before - truth) ** 2).mean()))
    assert recipe.autoregression_error(24, 1960) < 0.02  # a sine is a linear function of its past, but for rounding

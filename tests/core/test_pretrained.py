"""The bundled networks are what their cards say: measured again here, on data of the tests' own."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from gatescope.core import encode, load_network, trace
from gatescope.core.pretrained import NAMES, __main__, load_pretrained, pretrained
from gatescope.core.pretrained.recipes import RECIPES
from gatescope.core.pretrained.recipes.brackets import Brackets
from gatescope.core.pretrained.recipes.language import bits_per_character
from gatescope.core.tasks.bracket_grammar import advance, generate

CODE = '''\
"""Matrices as lists of rows."""

import math


class Matrix:
    def __init__(self, rows):
        if not rows or any(len(row) != len(rows[0]) for row in rows):
            raise ValueError("rows must be equally long")
        self.rows = [list(row) for row in rows]

    @property
    def shape(self):
        return len(self.rows), len(self.rows[0])

    def __matmul__(self, other):
        """Return the product of two matrices."""
        result = []
        for row in self.rows:
            result.append([sum(a * b for a, b in zip(row, column)) for column in zip(*other.rows)])
        return Matrix(result)

    def norm(self):
        # The Frobenius norm is the square root of the sum of the squares.
        total = 0.0
        for row in self.rows:
            for value in row:
                total += value ** 2
        return math.sqrt(total)


def read(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            yield [float(item) for item in line.split(",")]


if __name__ == "__main__":
    import sys
    matrix = Matrix(list(read(sys.argv[1])))
    print("norm: %s" % matrix.norm())
'''
EXAMPLES = [(name, number) for name in NAMES for number in range(len(load_pretrained(name).card["example_inputs"]))]


def test_every_bundled_network_has_its_recipe_in_the_order_of_the_offer() -> None:
    assert tuple(RECIPES) == NAMES == tuple(one.name for one in pretrained())
    assert [RECIPES[name]().name for name in NAMES] == list(NAMES)


def test_a_network_that_is_not_bundled_is_a_key_error() -> None:
    with pytest.raises(KeyError, match=r"\.\./secrets"):
        load_pretrained("../secrets")


@pytest.mark.parametrize("name", NAMES)
def test_the_card_is_complete_and_tells_how_the_network_was_made(name: str) -> None:
    one = load_pretrained(name)
    card, recipe = one.card, RECIPES[name]()
    assert card["name"] == name
    for key in ("title", "description", "data", "licence"):
        assert len(card[key]) > 10, key
    assert card["description"].endswith(".")
    assert card["training"]["command"] == f"python -m gatescope.core.pretrained {name}"
    assert card["training"].items() >= recipe.settings.__dict__.items()
    assert card["training"]["minutes"] > 0
    rng = np.random.default_rng(0)
    assert one.network.configuration() == recipe.initial(rng).configuration()
    shapes = {key: array.shape for key, array in recipe.initial(rng).parameters().items()}
    assert {key: array.shape for key, array in one.network.parameters().items()} == shapes


@pytest.mark.parametrize("name", NAMES)
def test_the_network_beats_its_baseline(name: str) -> None:
    results = load_pretrained(name).card["results"]
    assert "lower is better" in results["measure"]
    assert len(results["baseline_name"]) > 10
    assert 0 < results["network"] < results["baseline"]
    if "best_possible" in results:
        assert results["best_possible"] <= results["network"]
        assert results["best_possible_name"]


@pytest.mark.parametrize(("name", "number"), EXAMPLES)
def test_every_example_input_traces_without_an_unknown_token(name: str, number: int) -> None:
    one = load_pretrained(name)
    example = one.card["example_inputs"][number]
    assert example["name"]
    encoded = encode(one.network, **example["input"])
    assert encoded.unknown == ()
    result = trace(one.network, encoded)
    for layer in result.layers:
        for quantity, array in layer.quantities.items():
            assert np.ptp(array, axis=0).max() > 0.01, f"{quantity} never moves"


def test_python_code_predicts_code_that_it_has_not_read() -> None:
    network = load_pretrained("python-code").network
    tokens = encode(network, text=CODE).tokens
    assert tokens is not None
    assert bits_per_character(network, tokens) < 2.6
    shuffled = np.random.default_rng(0).permutation(tokens)
    assert bits_per_character(network, shuffled) > 5  # it is the order that it predicts


def fresh_brackets() -> tuple[str, dict[str, np.ndarray[Any, Any]], float]:
    """Text of another seed, its depth and open quotes after each character, and the grammar's entropy on it."""
    text, bits = generate(20_000, np.random.default_rng(12345))
    stack, quoted, depth, quotes = "", False, [], []
    for character in text:
        stack, quoted = advance(stack, quoted, character)
        depth.append(len(stack))
        quotes.append(quoted)
    signals = {"depth of nesting": np.array(depth, float), "inside a quote": np.array(quotes, float)}
    return text, signals, float(bits.mean())


def test_brackets_has_the_counting_units_of_its_card_on_fresh_text() -> None:
    one = load_pretrained("brackets")
    text, signals, _ = fresh_brackets()
    states = trace(one.network, encode(one.network, text=text)).layers[0].quantities["cell_state"]
    units = one.card["results"]["units"]
    assert [unit["follows"] for unit in units] == list(signals)
    for unit in units:
        found = np.corrcoef(states[:, unit["unit"]], signals[unit["follows"]])[0, 1]
        assert found == pytest.approx(unit["correlation"], abs=0.05)
        assert abs(found) > 0.7


def test_brackets_comes_close_to_the_entropy_of_its_grammar_on_fresh_text() -> None:
    network = load_pretrained("brackets").network
    text, _, entropy = fresh_brackets()
    tokens = encode(network, text=text).tokens
    assert tokens is not None
    assert entropy < bits_per_character(network, tokens) < entropy + 0.05


@pytest.mark.parametrize("start", ["Held out", "Two cycles"])
def test_sunspots_forecasts_better_than_persistence(start: str) -> None:
    one = load_pretrained("sunspots")
    (example,) = (each for each in one.card["example_inputs"] if each["name"].startswith(start))
    numbers = np.array(example["input"]["values"])[:, 0]
    outputs = trace(one.network, encode(one.network, values=numbers)).outputs
    assert outputs is not None
    known = slice(24, None)  # after two years it has seen enough
    error = np.sqrt(((outputs[:-1, 0] - numbers[1:])[known] ** 2).mean())
    persistence = np.sqrt((np.diff(numbers)[known] ** 2).mean())
    assert error < 0.95 * persistence


class SmallBrackets(Brackets):
    """The recipe, made small."""

    training_length, held_out_length = 3000, 500
    settings = replace(Brackets.settings, updates=3, batch_size=4, steps=20)


class Bar:
    """Stands in for the progress bar, which is an extra."""

    def __init__(self, updates: Iterable[Any], **options: Any) -> None:
        self.updates, self.options = updates, options

    def __iter__(self) -> Iterator[Any]:
        return iter(self.updates)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the program says, with the small recipe as its only one."""
    lines: list[str] = []
    monkeypatch.setattr(Bar, "write", lines.append, raising=False)
    monkeypatch.setitem(sys.modules, "tqdm", SimpleNamespace(tqdm=Bar))
    monkeypatch.setattr(__main__, "RECIPES", {"brackets": SmallBrackets})
    return lines


def test_the_program_makes_a_network_again(written: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, digests = tmp_path / "made" / "here", []
    for seed in ("4", "4", "5"):
        options = ["brackets", "--updates", "2", "--seed", seed, "--output", str(folder)]
        monkeypatch.setattr(sys, "argv", ["pretrained", *options])
        __main__.main()
        digests.append(load_network(folder / "brackets.safetensors").digest)
        card = (folder / "brackets.json").read_text("utf-8")
        assert '"updates": 2' in card
        assert f'"seed": {seed}' in card
    assert digests[0] == digests[1] != digests[2]
    assert len(written) == 3
    assert written[0].startswith("brackets: bits per character on held-out text (lower is better): ")


@pytest.mark.usefixtures("written")
def test_the_program_names_the_recipes_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["pretrained", "tulips"])
    with pytest.raises(SystemExit):
        __main__.main()
    assert "there is no recipe 'tulips'; there are brackets" in capsys.readouterr().err

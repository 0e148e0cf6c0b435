"""A first sequence for a network that comes without one."""

import numpy as np
import pytest

from gatescope.core import Embedding, Layer, Network, Vocabulary, encode, trace
from gatescope.core.examples import STEPS, example_inputs
from tests.core.networks import LABELS, normal, random_cell, random_network


def reader(*labels: str) -> Network:
    """A network that reads these tokens; none of them: five tokens without labels."""
    embedding = Embedding(normal(len(labels) or 5, 3))
    return Network((Layer(random_cell()),), embedding, vocabulary=Vocabulary(labels) if labels else None)


NETWORKS = {
    "one number": Network((Layer(random_cell(input_size=1)),)),
    "rows": random_network(dtype="float32"),
    "wide rows": Network((Layer(random_cell(input_size=300)),)),
    "letters": random_network(tokens=True),
    "letters with unknown": random_network(tokens=True, unknown=6),
    "ids": reader(),
    "one token": reader("a"),
    "words": reader("one", "two", "three"),
    "words with specials": reader("<unk>", "one", "[PAD]"),
    "letters with specials": reader("<eos>", "a", " ", "b"),
    "pieces": reader("the", " cat", " sat"),
    "parts of words": reader("un", "##known", "##s"),
    "an empty label": reader("a", "", "bc"),
    "many": reader(*map(chr, range(0x4E00, 0x4E00 + 200))),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_the_example_fits_and_lets_something_be_seen(name: str) -> None:
    network = NETWORKS[name]
    (example,) = example_inputs(network)
    encoded = encode(network, **example["input"])
    assert example["name"]
    assert encoded.unknown == ()
    assert 1 < encoded.steps <= STEPS
    hidden = trace(network, encoded).layers[0].quantities["hidden_state"]
    assert (np.ptp(hidden, axis=0) > 0).all()


def test_numbers_are_waves_that_differ_and_are_easy_to_read() -> None:
    values = np.array(example_inputs(NETWORKS["rows"])[0]["input"]["values"])
    assert values.shape == (STEPS, 3)
    assert np.abs(values).max() == 1
    assert len({tuple(column) for column in values.T}) == 3
    assert max(len(repr(number)) for number in values.ravel().tolist()) <= 6
    assert not np.signbit(values[values == 0]).any()  # no minus zero is shown


def test_a_very_wide_network_gets_a_short_example() -> None:
    (example,) = example_inputs(Network((Layer(random_cell(input_size=20_000)),)))
    assert np.array(example["input"]["values"]).shape == (2, 20_000)


def test_tokens_are_text_where_text_gives_them_back() -> None:
    network = NETWORKS["letters"]
    (example,) = example_inputs(network)
    assert example["input"] == {"text": "".join(LABELS) * 2}
    assert encode(network, **example["input"]).labels == LABELS * 2
    assert example_inputs(NETWORKS["words"])[0]["input"] == {"text": "one two three one two three"}
    assert example_inputs(NETWORKS["words with specials"])[0]["input"] == {"text": "<unk> one [PAD] <unk> one [PAD]"}
    assert example_inputs(NETWORKS["letters with specials"])[0]["input"] == {"text": "<eos>a b<eos>a b"}
    assert example_inputs(NETWORKS["pieces"])[0]["input"] == {"text": "the cat sat" * 2}
    for name, walk in (("ids", 5), ("an empty label", 3), ("parts of words", 3)):
        assert example_inputs(NETWORKS[name])[0]["input"] == {"tokens": list(range(walk)) * 2}


def test_a_vocabulary_longer_than_the_example_is_walked_from_its_start() -> None:
    assert example_inputs(NETWORKS["many"])[0]["input"]["text"] == "".join(map(chr, range(0x4E00, 0x4E00 + STEPS)))


def test_padding_is_left_out() -> None:
    network = Network(
        (Layer(random_cell()),), Embedding(normal(3, 3), padding=0), vocabulary=Vocabulary(("_", "a", "b"))
    )
    assert example_inputs(network)[0]["input"] == {"text": "abab"}
    assert encode(network, text="abab").steps == 4
    ids = Network((Layer(random_cell()),), Embedding(normal(5, 3), padding=2))
    assert example_inputs(ids)[0]["input"] == {"tokens": [0, 1, 3, 4] * 2}

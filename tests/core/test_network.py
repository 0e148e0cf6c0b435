"""Networks as values: arrays are frozen, parameters have names, the digest is a content address."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest

from gatescope.core import RNN, Embedding, Layer, Network, Readout, Vocabulary
from gatescope.core.activations import Array
from gatescope.core.cells import CELLS
from tests.core.networks import LABELS, VARIANTS, changed, normal, random_cell, random_network

LETTERS = random_network(tokens=True, readout="softmax")


def every_network() -> dict[str, Network]:
    return {
        "stacked": random_network("lstm", "gru", "gru, reset before", "rnn", "rnn, relu"),
        "both directions": random_network("lstm", "gru", bidirectional=True),
        "text": random_network(tokens=True, readout="softmax", unknown=6, dtype="float32"),
        "bare": random_network(readout=None),
    }


@pytest.mark.parametrize("name", every_network())
def test_parameters_are_frozen_copies(name: str) -> None:
    network = every_network()[name]
    for array in network.parameters().values():
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    with pytest.raises(FrozenInstanceError):
        network.layers = ()  # type: ignore[misc]


def test_what_was_handed_over_stays_its_owners() -> None:
    bias, table, out = np.ones(4), np.ones((2, 3)), np.ones(2)
    cell, embedding = changed(random_cell("rnn"), bias=bias), Embedding(table)
    readout = Readout("linear", np.ones((4, 2)), out)
    for array in (bias, table, out):
        array[:] = 9
    assert (cell.bias == 1).all()
    assert (embedding.table == 1).all()
    assert (readout.bias == 1).all()


class Tensor:
    """Another library's array, which lets NumPy look at its memory."""

    def __init__(self, owner: Array) -> None:
        self.owner = owner

    def __array__(self, dtype: Any = None, copy: Any = None) -> Array:
        return self.owner[:]


def frozen_view(owner: Array) -> Array:
    view = owner[:]
    view.flags.writeable = False
    return view


@pytest.mark.parametrize("look", [frozen_view, Tensor, memoryview, lambda owner: owner.view(np.recarray)])
def test_what_only_looks_at_the_memory_of_another_is_copied_as_well(look: Callable[[Array], Any]) -> None:
    owner = np.ones(4)
    cell = changed(random_cell("rnn"), bias=look(owner))
    owner[:] = 9
    assert (cell.bias == 1).all()


def test_frozen_arrays_are_shared_and_not_copied() -> None:
    cell = random_cell("lstm")
    other = changed(cell, bias=2 * cell.bias)
    assert other.kernel is cell.kernel


@pytest.mark.parametrize("name", every_network())
def test_parameters_and_with_parameters_are_inverse(name: str) -> None:
    network = every_network()[name]
    doubled = {key: 2 * array for key, array in network.parameters().items()}
    other = network.with_parameters(doubled)
    assert list(other.parameters()) == list(doubled)
    for key, array in other.parameters().items():
        np.testing.assert_array_equal(array, doubled[key])
    assert other.configuration() == network.configuration()
    assert other.digest != network.digest
    assert other.with_parameters(network.parameters()).digest == network.digest
    assert network.parameter_count == sum(array.size for array in doubled.values())


def test_parameters_have_canonical_names() -> None:
    network = random_network("lstm", "gru", bidirectional=True, tokens=True)
    cell = ["kernel", "recurrent_kernel", "bias"]
    assert list(network.parameters()) == [
        "embedding",
        *(f"layers.0.{direction}.{name}" for direction in ("forward", "backward") for name in cell),
        *(
            f"layers.1.{direction}.{name}"
            for direction in ("forward", "backward")
            for name in [*cell, "recurrent_bias"]
        ),
        "readout.kernel",
        "readout.bias",
    ]


@pytest.mark.parametrize("name", every_network())
def test_the_same_network_has_the_same_digest(name: str) -> None:
    network = every_network()[name]
    assert network.digest == every_network()[name].digest
    turned = {key: np.asfortranarray(array) for key, array in network.parameters().items()}
    assert network.with_parameters(turned).digest == network.digest


def test_the_digest_is_the_same_on_any_machine() -> None:
    """A number written down once: traces and stored networks are found by it."""
    cell = RNN(np.array([[0.5]]), np.array([[-0.25]]), np.array([0.125]))
    assert Network((Layer(cell),)).digest == "9090deb437b5358cc16b0d44c94afff274145eaad5e56d45c6c0dbb0076d0e5a"


@pytest.mark.parametrize("name", every_network())
def test_one_bit_of_any_parameter_changes_the_digest(name: str) -> None:
    network = every_network()[name]
    found = {network.digest}
    for key, array in network.parameters().items():
        nudged = array.copy()
        nudged.flat[-1] = np.nextafter(nudged.flat[-1], nudged.dtype.type(9))
        found.add(network.with_parameters({**network.parameters(), key: nudged}).digest)
    assert len(found) == 1 + len(network.parameters())


def test_everything_that_is_no_parameter_changes_the_digest() -> None:
    text, gru, rnn = LETTERS, random_cell("gru"), random_cell("rnn")
    readout = text.readout
    assert readout is not None
    networks = [
        text,
        replace(text, vocabulary=None),
        replace(text, vocabulary=Vocabulary(LABELS, 6)),
        replace(text, vocabulary=Vocabulary(LABELS[::-1])),
        replace(text, readout=None),
        replace(text, readout=replace(readout, kind="linear")),
        replace(text, readout=replace(readout, predicts=None)),
        Network((Layer(gru),)),
        Network((Layer(replace(gru, reset_after=False)),)),
        Network((Layer(gru, gru),)),
        Network((Layer(rnn),)),
        Network((Layer(replace(rnn, activation="relu")),)),
        random_network("rnn", readout=None, dtype="float32"),
    ]
    assert len({network.digest for network in networks}) == len(networks)


def test_what_a_network_says_of_itself() -> None:
    text = LETTERS
    assert (text.input_kind, text.input_size, text.output_size, text.output_labels) == ("tokens", 7, 7, LABELS)
    assert text.dtype == np.float64
    assert text.can_step
    both = random_network("lstm", "gru", bidirectional=True, outputs=5)
    assert (both.input_kind, both.input_size, both.output_size, both.output_labels) == ("values", 3, 5, None)
    assert [(place.layer, place.direction) for place in both.directions] == [
        (0, "forward"),
        (0, "backward"),
        (1, "forward"),
        (1, "backward"),
    ]
    assert not both.can_step
    assert random_network(readout=None).output_size is None


def test_outputs_have_labels_only_where_each_is_a_token() -> None:
    readout = LETTERS.readout
    assert readout is not None
    few = Readout("softmax", normal(4, 3), np.zeros(3))
    for other in (None, few, replace(readout, kind="linear")):
        assert replace(LETTERS, readout=other).output_labels is None


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_registry_finds_every_kind_of_cell(variant: str) -> None:
    cell = random_cell(variant, 3, 4)
    assert CELLS[cell.name] is type(cell)
    assert (cell.input_size, cell.hidden_size) == (3, 4)
    assert cell.settings().items() <= VARIANTS[variant].options.items() <= cell.options().items()
    assert {name: array.shape for name, array in cell.arrays().items()} == cell.shapes()

"""The tree of errors in the docstring is the tree of the classes, and what they say are sentences."""

import ast
import inspect
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import gatescope.core as core
from gatescope.core import CoreError, Embedding, Layer, Network, errors
from gatescope.core.activations import Array
from gatescope.core.formats import from_bytes
from gatescope.core.formats.limits import Limits
from gatescope.core.training import Plan, Run
from tests.core.networks import normal, random_cell, random_network

CLASSES: dict[str, type[CoreError]] = {
    name: one for name, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, CoreError)
}


def drawn() -> dict[str, str]:
    """Parent by name, as the docstring draws it."""
    tree, above = {}, [(-1, "ValueError")]
    for line in (inspect.getdoc(errors) or "").splitlines():
        if found := re.match(r"^    ((?:\|   )*)(\+-- )?(\w+)( {2,}\S|$)", line):
            depth = len(found[1]) // 4 + bool(found[2])
            above = [entry for entry in above if entry[0] < depth]
            tree[found[3]] = above[-1][1]
            above.append((depth, found[3]))
    return tree


def test_the_docstring_draws_the_tree() -> None:
    assert drawn() == {name: one.__mro__[1].__name__ for name, one in CLASSES.items()}
    assert len(CLASSES) > 10


@pytest.mark.parametrize("name", CLASSES)
def test_every_error_is_exported_and_documented(name: str) -> None:
    assert getattr(core, name) is CLASSES[name]
    assert name in core.__all__
    assert CLASSES[name].__doc__


@pytest.mark.parametrize("name", CLASSES)
def test_an_error_keeps_its_message_and_pointer(name: str) -> None:
    error = CLASSES[name]("a row must have 3 numbers, not 2", ("values", 3))
    assert (str(error), error.message, error.pointer) == ("a row must have 3 numbers, not 2",) * 2 + (("values", 3),)
    assert CLASSES[name]("no place").pointer == ()


def weights(name: str) -> dict[str, Array]:
    """A state dict's LSTM of 3 inputs and 4 units."""
    return {f"{name}.weight_ih_l0": normal(16, 3), f"{name}.weight_hh_l0": normal(16, 4)}


def archive(pickled: str) -> bytes:
    """A PyTorch file whose pickle asks for a module's name."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as whole:
        whole.writestr("a/data.pkl", b"\x80\x02c" + "\n".join(reversed(pickled.split("\n"))).encode() + b"\n.")
    return file.getvalue()


def finish(plan: Plan) -> None:
    """Train to the end."""
    run = Run.start(plan)
    while not run.finished:
        run.advance()


RAISED: dict[str, tuple[Callable[[], object], str]] = {
    "ParameterError": (lambda: Network(()), "at least one"),
    "WrongKind": (lambda: core.encode(random_network(), text="a"), "not text"),
    "EmptySequence": (lambda: core.encode(random_network(), values=[]), "empty"),
    "RaggedRows": (lambda: core.encode(random_network(), values=[[1, 2, 3], [1]]), "1 numbers"),
    "WrongWidth": (lambda: core.encode(random_network(), values=[[1, 2]]), "of 2 came"),
    "NotFinite": (lambda: core.encode(random_network(), values=[[1, 2, float("nan")]]), "nan"),
    "TokenOutOfRange": (lambda: core.encode(random_network(tokens=True), tokens=[99]), "not 99"),
    "InputError": (lambda: core.encode(random_network(), values=3), "not 3"),
    "StateMismatch": (
        lambda: core.trace(random_network(), core.encode(random_network(), values=normal(2, 3)), []),
        "0",
    ),
    "CannotStep": (
        lambda: core.step(
            random_network(bidirectional=True), core.encode(random_network(bidirectional=True), values=normal(1, 3))
        ),
        "cannot be stepped",
    ),
    "CannotGenerate": (
        lambda: core.generate(random_network(), core.encode(random_network(), values=normal(2, 3)), 1),
        "says 2 numbers",
    ),
    "FormatError": (lambda: from_bytes(b"PK"), "cannot be read"),
    "UnknownFormat": (lambda: core.import_network(b"hello"), "a file of text"),
    "FileTooLarge": (lambda: core.import_network(b"0" * 11, limits=Limits(max_bytes=10)), "11"),
    "UnsafeFile": (lambda: core.import_network(archive("system\nos")), "os"),
    "Unsupported": (lambda: core.import_network({**weights("a"), "a.weight_hh_l0_raw": normal(16, 4)}), "raw"),
    "OptionError": (lambda: core.import_network(weights("a"), options={"gates": "ifgo"}), "'gates'"),
    "ChoiceNeeded": (lambda: core.import_network({**weights("a"), **weights("b")}), "'a', 'b'"),
    "PaddingToken": (
        lambda: core.encode(
            replace(network := random_network(tokens=True), embedding=Embedding(network.parameters()["embedding"], 2)),
            text="ac",
        ),
        "step 1",
    ),
    "PlanError": (lambda: Plan.of({"task": "copy", "hidden_size": 0}), "not 0"),
    "Diverged": (
        lambda: finish(Plan.of({"task": "adding", "cell": "rnn", "activation": "relu", "weight_scale": 100.0})),
        "at update 1",
    ),
    "NumericalError": (
        lambda: core.trace(
            network := Network(
                (Layer(core.RNN(np.full((1, 1), 1e300), np.ones((1, 1)), np.zeros(1), activation="relu")),)
            ),
            core.encode(network, values=[1e300]),
        ),
        "at step 0",
    ),
}


@pytest.mark.parametrize("name", RAISED)
def test_a_message_is_a_sentence_that_says_what_came(name: str) -> None:
    cause, what_came = RAISED[name]
    with pytest.raises(CoreError) as raised:
        cause()
    assert type(raised.value) is CLASSES[name]
    message = raised.value.message
    assert what_came in message
    assert len(message.split()) > 6
    assert not message.endswith((".", " ", ":"))
    assert "  " not in message
    assert message[0].islower() or message[0] == "'"


def raised() -> set[str]:
    """The classes that the core raises by name."""
    files = Path(errors.__file__).parent.rglob("*.py")
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8")))]
    calls = [node.exc for node in nodes if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)]
    return {call.func.id for call in calls if isinstance(call.func, ast.Name)}


def test_the_core_raises_the_leaves_of_its_tree_and_each_of_them() -> None:
    names = raised()
    assert {"CoreError", "ValueError", "TypeError", "RuntimeError", "Exception"}.isdisjoint(names)
    # Whoever stops a run raises Cancelled, through poll; what is installed here misses no reader.
    assert (
        (set(CLASSES) - names) | {"MissingReader"}
        == set(CLASSES) - set(RAISED)
        == {"CoreError", "Cancelled", "MissingReader"}
    )


def test_one_except_clause_catches_them_all() -> None:
    with pytest.raises(ValueError, match="must be"):
        random_cell("rnn").with_arrays({**random_cell("rnn").arrays(), "bias": np.ones(3)})

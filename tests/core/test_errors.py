"""The tree of errors is what its documentation draws, and every error says where its cause is."""

import ast
import inspect
import re
from pathlib import Path

import pytest

import gatescope.core
from gatescope.core import errors
from gatescope.core.errors import CoreError

CLASSES: dict[str, type[CoreError]] = {
    name: value for name, value in vars(errors).items() if inspect.isclass(value) and issubclass(value, CoreError)
}
CORE = Path(errors.__file__).parent


def drawn() -> dict[str, str]:
    """Each class's parent in the drawing of the module's docstring."""
    parents, above = {}, ["CoreError"]
    for line in (errors.__doc__ or "").splitlines():
        if found := re.match(r"^    ((?:\|   |    )*)\+-- (\w+)  +\S", line):
            depth = len(found.group(1)) // 4 + 1
            above[depth:] = [found.group(2)]
            parents[found.group(2)] = above[depth - 1]
    return parents


def test_the_drawing_is_the_class_tree() -> None:
    assert drawn() == {name: value.mro()[1].__name__ for name, value in CLASSES.items() if name != "CoreError"}
    assert CoreError.__base__ is ValueError


def test_every_error_is_offered_by_the_core() -> None:
    assert set(CLASSES) <= set(gatescope.core.__all__)
    assert all(value.__doc__ and value.__doc__.endswith(".") for value in CLASSES.values())


def test_an_error_keeps_its_message_and_pointer() -> None:
    error = errors.RaggedRows("all rows must be equally long", ("values", 3, 1))
    assert str(error) == error.message == "all rows must be equally long"
    assert error.pointer == ("values", 3, 1)
    assert CoreError("no place").pointer == ()


def raised() -> set[str]:
    """The classes that the core raises by name."""
    nodes = [node for path in CORE.rglob("*.py") for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    calls = [node.exc for node in nodes if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)]
    return {call.func.id for call in calls if isinstance(call.func, ast.Name)}


def test_the_core_raises_the_leaves_of_its_tree_and_each_of_them() -> None:
    names = raised()
    assert "CoreError" not in names
    assert {"ValueError", "TypeError", "RuntimeError", "Exception"}.isdisjoint(names)
    # Whoever stops a run raises Cancelled, through poll.
    assert set(CLASSES) - names == {"CoreError", "Cancelled"}


@pytest.mark.parametrize("name", [name for name in CLASSES if name != "CoreError"])
def test_every_error_can_be_caught_as_the_core_s(name: str) -> None:
    with pytest.raises(CoreError, match="a sentence"):
        raise CLASSES[name]("a sentence", ())

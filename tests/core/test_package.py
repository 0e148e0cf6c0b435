"""The package's front door: what it shows works as shown, and what it names is there."""

import doctest

import pytest

import gatescope.core as core


def test_the_docstrings_example_runs() -> None:
    result = doctest.testmod(core)
    assert result.attempted > 5
    assert result.failed == 0


@pytest.mark.parametrize("name", core.__all__)
def test_what_is_exported_is_there(name: str) -> None:
    assert hasattr(core, name)


def test_the_exports_are_sorted_and_complete() -> None:
    assert len(set(core.__all__)) == len(core.__all__)
    public = {
        name
        for name, value in vars(core).items()
        if not name.startswith("_") and getattr(value, "__module__", "").startswith("gatescope.core")
    }
    assert public <= set(core.__all__)

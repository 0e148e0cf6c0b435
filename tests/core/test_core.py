"""The example in the core's docstring works, and what the core offers is there."""

import doctest

import gatescope.core


def test_the_example_of_the_docstring_runs() -> None:
    result = doctest.testmod(gatescope.core, raise_on_error=False)
    assert result.attempted >= 6
    assert result.failed == 0


def test_everything_that_is_offered_is_there_and_sorted_out() -> None:
    names = gatescope.core.__all__
    assert len(set(names)) == len(names)
    assert all(hasattr(gatescope.core, name) for name in names)

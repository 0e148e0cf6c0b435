"""The order of the tests."""

from pathlib import Path

import pytest

QUICK = Path(__file__).parent / "core"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long come first: begun last, one of them would leave all cores but one with nothing to do."""
    items.sort(key=lambda item: QUICK in item.path.parents)

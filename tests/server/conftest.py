from pathlib import Path

import pytest

from tests.server.support import Client, application


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """A client of one application that the tests of a module share; those that change something make their own."""
    return Client(application(tmp_path_factory.mktemp("data")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty data folder."""
    return tmp_path

from pathlib import Path

from gatescope import __version__
from gatescope.core.quantities import QUANTITIES
from gatescope.server.settings import Settings
from tests.server.support import Client, application


def test_health(client: Client) -> None:
    response = client.get("/health")
    assert response.json() == {"status": "ok", "version": __version__}
    assert response.headers["content-type"] == "application/json"


def test_quantities_are_the_cores_table(client: Client) -> None:
    rows = client.get("/quantities").json()["quantities"]
    assert [(row["name"], row["cells"]) for row in rows] == [(entry.name, list(entry.cells)) for entry in QUANTITIES]
    for row, entry in zip(rows, QUANTITIES, strict=True):
        assert row["range"] == (None if entry.range is None else list(entry.range))
        assert (row["symbol"], row["formula"], row["description"]) == (entry.symbol, entry.formula, entry.description)


def test_limits_are_the_settings(folder: Path) -> None:
    limits = Client(application(folder, max_steps=77, deadline_seconds=1.5)).get("/limits").json()
    assert limits == Settings(max_steps=77, deadline_seconds=1.5).limits()
    assert limits["max_steps"] == 77

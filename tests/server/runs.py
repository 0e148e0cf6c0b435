"""What tests of training runs share: a small plan, what it must come to, and patience."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gatescope.core.training import Plan, Run
from gatescope.server.store.trainings import Training, TrainingFolder
from gatescope.server.training.recording import Recording
from tests.server.support import Client

PATIENCE = 60.0
SHORT = {
    "task": "adding", "options": {"length": 10}, "hidden_size": 4, "batch_size": 4, "steps": 40, "checkpoint_every": 5,
    "evaluate_every": 10, "seed": 3,
}  # fmt: skip
"""A tenth of a second."""
AT_ONCE = {"training_niceness": 0}
"""Settings for tests, which have nothing better to do than to wait for a run."""
LONG = SHORT | {"steps": 1_000_000, "checkpoint_every": 100, "evaluate_every": 1000}
"""Longer than any test waits."""


def digest_after(plan: dict[str, Any], updates: int | None = None) -> str:
    """The digest of the network that a plan comes to, uninterrupted and in this process."""
    run = Run.start(Plan.of(plan))
    while not run.finished and run.update != updates:
        run.advance()
    return run.network.digest


def wait_until(holds: Callable[[], Any]) -> Any:
    """The first value of ``holds`` that is true."""
    until = time.monotonic() + PATIENCE
    while not (value := holds()):
        assert time.monotonic() < until, "it never became true"
        time.sleep(0.02)
    return value


def begin(client: Client, plan: dict[str, Any]) -> str:
    """The id of a run that was begun."""
    response = client.post("/trainings", plan)
    assert response.status_code == 201, response.text
    training_id: str = response.json()["id"]
    assert response.headers["location"] == f"/api/v1/trainings/{training_id}"
    return training_id


def look(client: Client, training_id: str) -> dict[str, Any]:
    """A run as the API sends it."""
    response = client.get(f"/trainings/{training_id}")
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def wait_for(client: Client, training_id: str, *states: str) -> dict[str, Any]:
    """The run once it is in one of these states."""

    def there() -> dict[str, Any] | None:
        body = look(client, training_id)
        return body if body["state"] in states else None

    body: dict[str, Any] = wait_until(there)
    return body


def wait_for_update(client: Client, training_id: str, update: int) -> dict[str, Any]:
    """The run once it has made so many updates."""

    def there() -> dict[str, Any] | None:
        body = look(client, training_id)
        return body if body["update"] >= update else None

    body: dict[str, Any] = wait_until(there)
    return body


def command(client: Client, training_id: str, word: str) -> dict[str, Any]:
    """Tell a run to pause, resume or stop; the run after it."""
    response = client.post(f"/trainings/{training_id}/{word}")
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def made_by_hand(data: Path, state: str, updates: int = 3) -> Training:
    """A run in a data folder that nobody carries on, after some updates, in whatever state."""
    plan = Plan.of(SHORT)
    training = TrainingFolder(data / "trainings").create(plan.as_json(), f"by hand, {state}")
    if state != "queued" or updates:
        run = Run.start(plan)
        recording = Recording(training.files, run, 2**20, lambda: None)
        for _ in range(updates):
            recording.after(run.advance())
        recording.keep()
        recording.close()
        kind = "state" if state in ("queued", "running", "paused") else "end"
        training.append(kind, state=state, update=updates)
    return training

"""What is asked of training runs in vain: plans that cannot be, limits, commands that do not fit, runs that are not."""

from pathlib import Path
from typing import Any

import pytest

from gatescope.server.settings import Settings
from tests.server.runs import AT_ONCE, SHORT, digest_after, look, made_by_hand
from tests.server.support import BASE, Client, application, check_problem, living

HOSTILE: tuple[tuple[dict[str, Any], tuple[str, ...]], ...] = (
    ({}, ("/task",)),
    ({"task": None}, ("/task",)),
    ({"task": ["adding"]}, ("/task",)),
    ({"task": "x" * 100_000}, ("/task",)),
    ({"task": "adding", "cell": "transformer"}, ("/cell",)),
    ({"task": "adding", "hidden_size": 0}, ("/hidden_size",)),
    ({"task": "adding", "hidden_size": 10**400}, ()),
    ({"task": "adding", "hidden_size": 1e3}, ("/hidden_size",)),
    ({"task": "adding", "hidden_size": True}, ("/hidden_size",)),
    ({"task": "adding", "hidden_size": "32"}, ("/hidden_size",)),
    ({"task": "adding", "learning_rate": -1}, ("/learning_rate",)),
    ({"task": "adding", "learning_rate": {"$gt": 0}}, ("/learning_rate",)),
    ({"task": "adding", "seed": 2**60}, ("/seed",)),
    ({"task": "adding", "clip_norm": 0}, ("/clip_norm",)),
    ({"task": "adding", "steps": 10**7}, ("/steps",)),
    ({"task": "adding", "options": []}, ("/options",)),
    ({"task": "adding", "options": {"length": 10**9}}, ("/options/length",)),
    ({"task": "adding", "options": {"nothing": 1}}, ("/options/nothing",)),
    ({"task": "adding", "options": {"length": 1000}, "hidden_size": 1024, "batch_size": 4096}, ("/batch_size",)),
    ({"task": "adding", "nothing": 1}, ("/nothing",)),
    ({"task": "adding", "__class__": 1}, ("/__class__",)),
    ({"task": "adding", "activation": "tanh"}, ("/activation",)),
    ({"task": "adding", "name": ""}, ("/name",)),
    ({"task": "adding", "name": "two\nlines"}, ("/name",)),
)


@pytest.mark.parametrize("case", range(len(HOSTILE)))
def test_what_cannot_be_trained_is_a_sentence(client: Client, case: int) -> None:
    body, pointers = HOSTILE[case]
    before = len(client.get("/trainings").json()["trainings"])
    check_problem(client.post("/trainings", body), 422, *pointers)
    assert len(client.get("/trainings").json()["trainings"]) == before


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"task": "adding", "name": "\\ud800"}', b'{"steps": NaN}'])
def test_bodies_that_are_no_plan_are_refused(client: Client, body: bytes) -> None:
    check_problem(client.post("/trainings", body), 422)


def test_limits_are_settings(tmp_path: Path) -> None:
    made_by_hand(tmp_path, "stopped")
    limits = {"max_training_updates": 30, "max_training_parameters": 100}
    client = Client(application(tmp_path, **limits, max_trainings_kept=1))
    check_problem(client.post("/trainings", SHORT), 413, "/steps")
    check_problem(client.post("/trainings", SHORT | {"steps": 30}), 413, "/hidden_size")
    small = SHORT | {"steps": 30, "hidden_size": 1}
    assert "At most 1 trainings are kept" in check_problem(client.post("/trainings", small), 413)["detail"]
    client = Client(application(tmp_path, max_trainings_bytes=100))
    assert "100 bytes together" in check_problem(client.post("/trainings", small), 413)["detail"]
    assert {"max_trainings_running", "max_trainings_queued", "max_training_updates"} <= set(Settings().limits())


def test_unknown_runs_are_not_found(client: Client) -> None:
    for training_id in ("0123456789ab", "nothing", "..%2F..%2Fetc", "%00"):
        for method, below in (
            ("GET", ""), ("GET", "/events"), ("GET", "/checkpoints"), ("DELETE", ""), ("POST", "/pause"),
            ("POST", "/resume"), ("POST", "/stop"),
        ):  # fmt: skip
            check_problem(client.request(method, f"{BASE}/trainings/{training_id}{below}"), 404)


REFUSED = dict.fromkeys(("pause", "resume", "stop"), 409)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("finished", REFUSED),
        ("failed", REFUSED),
        ("stopped", REFUSED),
        ("paused", {"pause": 409, "stop": 200}),
        ("interrupted", {"pause": 409, "stop": 200}),
        ("running", {"resume": 200}),
    ],
)
def test_commands_that_do_not_fit_the_state_are_refused(tmp_path: Path, state: str, words: dict[str, int]) -> None:
    training = made_by_hand(tmp_path, state)
    with living(application(tmp_path, max_trainings_running=1, **AT_ONCE)) as client:
        for word, status in words.items():
            response = client.post(f"/trainings/{training.id}/{word}")
            assert response.status_code == status, response.text
            if status == 409:
                check_problem(response, 409)
        if "stop" in words and words["stop"] == 200:
            assert look(client, training.id)["model"] == digest_after(SHORT, 3)

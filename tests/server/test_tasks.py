"""What can be trained, over REST."""

import base64

import numpy as np

from gatescope.core.tasks import TASKS
from gatescope.core.tasks.captions import Captions
from gatescope.core.tasks.clips import features
from gatescope.core.training import Plan
from gatescope.core.training.plan import FIELDS
from tests.server.support import Client, check_problem


def test_tasks_say_what_can_be_chosen_and_what_is_chosen_if_nothing_is(client: Client) -> None:
    body = client.get("/tasks").json()
    assert [task["name"] for task in body["tasks"]] == list(TASKS)
    assert [field["name"] for field in body["parameters"]] == [field.name for field in FIELDS]
    for task in body["tasks"]:
        chosen = {option["name"]: option["default"] for option in task["options"]}
        plan = Plan.of({"task": task["name"], "options": chosen, **task["defaults"]})
        assert plan == Plan.of({"task": task["name"]})
        assert task["description"]
        for option in (*task["options"], *body["parameters"]):
            assert option["description"]
            assert (option["kind"] == "choice") == (option["choices"] is not None)


def test_clips_are_what_is_measured_in_them(client: Client) -> None:
    body = client.get("/tasks/captions/clips?count=3&seed=5").json()
    assert len(body["clips"]) == 3
    assert client.get("/tasks/captions/clips?count=3&seed=5").json() == body
    assert client.get("/tasks/captions/clips?count=3&seed=6").json() != body
    for clip in body["clips"]:
        pixels = np.frombuffer(base64.b64decode(clip["pixels"]), np.uint8)
        frames = pixels.reshape(body["frames"], body["side"], body["side"], 3) / 255
        (row,) = clip["values"]
        assert len(row) == Captions.form.input_size
        np.testing.assert_allclose(row[: len(features(frames))], features(frames), atol=0.02)
        assert not any(row[len(features(frames)) :])
        assert clip["caption"].startswith("a ")


def test_too_many_clips_are_refused(client: Client) -> None:
    check_problem(client.get("/tasks/captions/clips?count=25"), 422)
    check_problem(client.get("/tasks/captions/clips?seed=-1"), 422)

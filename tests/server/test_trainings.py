"""Training runs over the API, each in a real process of its own."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gatescope.core.formats import from_bytes
from gatescope.server.store.trainings import TrainingFolder
from tests.server.runs import (
    AT_ONCE,
    LONG,
    SHORT,
    begin,
    command,
    digest_after,
    look,
    made_by_hand,
    wait_for,
    wait_for_update,
    wait_until,
)
from tests.server.support import BASE, Client, application, check_problem, living


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A server that is alive, with a run that has finished."""
    with living(application(tmp_path_factory.mktemp("data"), max_trainings_running=3, **AT_ONCE)) as client:
        yield client


@pytest.fixture(scope="module")
def finished(runs: Client) -> dict[str, Any]:
    """A run that has finished."""
    return wait_for(runs, begin(runs, {**SHORT, "name": "Sums"}), "finished")


def events_of(client: Client, training_id: str, **headers: str) -> list[tuple[int, str, dict[str, Any]]]:
    """Every event of a run that has ended."""
    response = client.get(f"/trainings/{training_id}/events", headers=headers)
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    return parsed(response.text)


def parsed(text: str) -> list[tuple[int, str, dict[str, Any]]]:
    """Id, kind and data of the events in a stream."""
    events = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "data" in fields:
            events.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
    return events


def test_a_finished_run_says_how_it_went(runs: Client, finished: dict[str, Any]) -> None:
    assert (finished["name"], finished["task"], finished["steps"]) == ("Sums", "adding", 40)
    assert finished["plan"]["options"] == {"length": 10}
    assert finished["plan"]["optimiser"] == "adam"
    assert (finished["update"], finished["error"]) == (40, None)
    assert finished["created"] <= finished["started"] <= finished["ended"]
    curves = finished["history"]
    assert {len(column) for column in curves.values()} == {len(curves["update"])}
    assert (curves["update"][0], curves["update"][-1]) == (1, 40)
    assert all(loss > 0 for loss in curves["loss"])
    assert finished["evaluation"] == finished["evaluations"][-1]
    assert finished["evaluation"]["update"] == 40
    assert finished["evaluation"]["baseline"] == finished["baseline"]["value"]
    assert finished["checkpoints"] == list(range(0, 41, 5))
    assert 0 < finished["seconds"] < 60
    [listed] = [one for one in runs.get("/trainings").json()["trainings"] if one["id"] == finished["id"]]
    assert listed == {name: value for name, value in finished.items() if name in listed}
    assert "history" not in listed


def test_a_finished_runs_network_is_a_model(runs: Client, finished: dict[str, Any]) -> None:
    [listed] = [one for one in runs.get("/models").json()["models"] if one["id"] == finished["model"]]
    assert (listed["name"], listed["origin"]) == ("Sums", "trained")
    assert listed["example_inputs"] == finished["probes"]
    assert any("40 updates" in note for note in listed["notes"])
    assert any("Measured on held-out data after update 40" in note for note in listed["notes"])
    assert listed["id"] == digest_after(SHORT)
    traced = runs.post("/traces", {"model": listed["id"], "input": listed["example_inputs"][0]["input"]})
    assert traced.status_code == 201


def test_every_checkpoint_is_a_model_that_is_not_listed(runs: Client, finished: dict[str, Any]) -> None:
    kept = runs.get(f"/trainings/{finished['id']}/checkpoints").json()["checkpoints"]
    assert [one["update"] for one in kept] == finished["checkpoints"]
    assert all(one["bytes"] > 0 for one in kept)
    listed = {one["id"] for one in runs.get("/models").json()["models"]}
    for one in kept[::4]:
        model_id, update = one["model"], one["update"]
        assert model_id == f"{finished['id']}@{update}"
        assert model_id not in listed
        model = runs.get(f"/models/{model_id}").json()
        assert (model["id"], model["origin"], model["digest"]) == (model_id, "trained", digest_after(SHORT, update))
        assert model["example_inputs"] == finished["probes"]
        weights = runs.get(f"/models/{model_id}/weights")
        assert from_bytes(weights.content).digest == model["digest"]
        step = runs.post("/steps", {"model": model_id, "input": {"values": [[0.5, 1.0]]}})
        assert step.status_code == 200
    request = {"input": finished["probes"][0]["input"], "quantities": ["forget_gate"]}
    last, model = (
        runs.post("/traces", {"model": model_id, **request}).json()["layers"]
        for model_id in (f"{finished['id']}@40", finished["model"])
    )
    assert last == model
    first = runs.post("/traces", {"model": f"{finished['id']}@0", **request}).json()["layers"]
    assert first != last


@pytest.mark.parametrize("update", ["1", "-5", "05", "5.0", "", "x", "٥", "9" * 300, "5/weights@5"])
def test_what_was_not_kept_is_no_model(runs: Client, finished: dict[str, Any], update: str) -> None:
    model_id = f"{finished['id']}@{update}"
    check_problem(runs.post("/traces", {"model": model_id, "input": {"values": [[0, 0]]}}), 404, "/model")
    assert runs.get(f"/models/{model_id}").status_code == 404
    check_problem(runs.post("/steps", {"model": "0123456789ab@5", "input": {"values": [[0, 0]]}}), 404, "/model")


def test_checkpoints_are_not_changed_apart_from_their_run(runs: Client, finished: dict[str, Any]) -> None:
    path = f"{BASE}/models/{finished['id']}@5"
    check_problem(runs.request("DELETE", path), 409)
    check_problem(runs.request("PATCH", path, json={"name": "Mine"}), 409)
    check_problem(runs.request("DELETE", f"{BASE}/models/{finished['id']}@6"), 404)


def test_events_tell_the_whole_story(runs: Client, finished: dict[str, Any]) -> None:
    events = events_of(runs, finished["id"])
    ids = [event for event, _, _ in events]
    assert ids == sorted(set(ids))
    kinds = [kind for _, kind, _ in events]
    assert (kinds[0], kinds[-1]) == ("state", "end")
    assert set(kinds) == {"state", "progress", "checkpoint", "end"}
    last = events[-1][2]
    assert (last["state"], last["model"], last["update"]) == ("finished", finished["model"], 40)
    assert last["evaluation"] == finished["evaluation"]
    assert [data["update"] for _, kind, data in events if kind == "progress"] == finished["history"]["update"]
    assert next(data["checkpoints"] for _, kind, data in reversed(events) if kind == "checkpoint") == list(
        range(0, 41, 5)
    )
    assert ids[-1] == finished["last_event"]


def test_whoever_comes_back_gets_what_was_missed(runs: Client, finished: dict[str, Any]) -> None:
    events = events_of(runs, finished["id"])
    path = f"/trainings/{finished['id']}/events"
    for seen in (1, 3, events[-2][0]):
        rest = [event for event in events if event[0] > seen]
        assert events_of(runs, finished["id"], **{"last-event-id": str(seen)}) == rest
        assert parsed(runs.get(path, params={"after": seen}).text) == rest
    assert runs.get(path, headers={"last-event-id": str(events[-1][0])}).status_code == 204
    assert runs.get(path, params={"after": events[-1][0]}).status_code == 204
    assert events_of(runs, finished["id"], **{"last-event-id": "1000000"}) == events
    assert runs.request("HEAD", BASE + path).headers["content-type"].startswith("text/event-stream")
    for bad in ("-1", "x", "1.5", "9" * 30):
        check_problem(runs.get(path, headers={"last-event-id": bad}), 422)


def test_pausing_and_resuming_changes_nothing(runs: Client) -> None:
    plan = SHORT | {"steps": 200}
    training_id = begin(runs, plan)
    wait_for_update(runs, training_id, 1)
    paused = command(runs, training_id, "pause")
    if paused["state"] == "paused":  # else it was faster
        assert 0 < paused["update"] < 200
        assert paused["update"] in paused["checkpoints"]
        assert paused["model"] is None
        assert command(runs, training_id, "resume")["state"] in ("queued", "running", "finished")
    body = wait_for(runs, training_id, "finished")
    assert body["model"] == digest_after(plan)
    updates = body["history"]["update"]
    assert updates == sorted(set(updates))


def test_stop_ends_a_run_and_its_network_is_a_model(runs: Client) -> None:
    training_id = begin(runs, LONG)
    wait_for_update(runs, training_id, 1)
    stopped = command(runs, training_id, "stop")
    assert (stopped["state"], stopped["error"]) == ("stopped", None)
    assert stopped["model"] == digest_after(LONG, stopped["update"])
    assert stopped["update"] == stopped["checkpoints"][-1]
    kind, data = events_of(runs, training_id)[-1][1:]
    assert (kind, data["state"], data["model"]) == ("end", "stopped", stopped["model"])
    assert f"stopped at update {stopped['update']:,}" in runs.get(f"/models/{stopped['model']}").json()["description"]


def test_a_diverging_run_says_when_and_what_to_try(runs: Client) -> None:
    plan = SHORT | {"cell": "rnn", "activation": "relu", "learning_rate": 100.0, "clip_norm": None, "optimiser": "sgd"}
    body = wait_for(runs, begin(runs, plan), "failed")
    assert body["error"].startswith("The loss must stay finite, but the run diverged at update ")
    assert "lower learning rate" in body["error"]
    assert body["model"] is None
    assert events_of(runs, body["id"])[-1][2]["error"] == body["error"]
    assert runs.get(f"/models/{body['id']}@0").status_code == 200


def test_a_stopped_runs_model_is_of_the_last_checkpoint_that_can_be_read(tmp_path: Path) -> None:
    with living(application(tmp_path, **AT_ONCE)) as client:
        both = begin(client, LONG | {"seed": 5}), begin(client, LONG)
        for training_id, spoilt in zip(both, (1, 100), strict=True):
            wait_for_update(client, training_id, 250)
            kept = command(client, training_id, "pause")["checkpoints"]
            for update in kept[-spoilt:]:
                (tmp_path / "trainings" / training_id / f"checkpoint-{update}.safetensors").write_bytes(b"spoilt")
            stopped = command(client, training_id, "stop")
            said = f"What was kept after update {kept[-1]:,}"
            assert (stopped["state"], stopped["error"].startswith(said)) == ("stopped", True), stopped
            if spoilt == 1:
                assert stopped["error"].endswith(f" cannot be read. Its model is that of update {kept[-2]:,}.")
                assert stopped["model"] == digest_after(LONG | {"seed": 5}, kept[-2])
            else:
                assert stopped["model"] is None


def test_a_run_with_a_damaged_plan_goes_on_from_its_checkpoint_or_says_what_is_wrong(tmp_path: Path) -> None:
    kept, lost = made_by_hand(tmp_path, "paused"), made_by_hand(tmp_path, "queued", 0)
    for training in (kept, lost):
        training.files.plan.write_bytes(b"spoilt")
    with living(application(tmp_path, **AT_ONCE)) as client:
        failed = wait_for(client, lost.id, "failed")
        assert failed["error"].startswith("A run with no checkpoint to go on from begins with its plan.json, which")
        listed = {one["id"]: one for one in client.get("/trainings").json()["trainings"]}
        assert listed[kept.id]["state"] == "paused"
        assert all("Its plan.json cannot be read" in one["error"] for one in listed.values())
        command(client, kept.id, "resume")
        assert wait_for(client, kept.id, "finished")["model"] == digest_after(SHORT)
        assert client.request("DELETE", f"{BASE}/trainings/{lost.id}").status_code == 204
        assert [one["id"] for one in client.get("/trainings").json()["trainings"]] == [kept.id]


def test_a_folder_in_place_of_a_checkpoint_is_a_spoilt_checkpoint(tmp_path: Path) -> None:
    """Whether the last one is that, one that is thinned out later, one that is yet to be written, or all of them."""
    spoilt = {made_by_hand(tmp_path, "paused").id: updates for updates in ((3,), (2,), (20,), (0, 3))}
    for training_id, updates in spoilt.items():
        for update in updates:
            place = tmp_path / "trainings" / training_id / f"checkpoint-{update}.safetensors"
            place.unlink(missing_ok=True)
            place.mkdir()
            (place / "something").touch()
    with living(application(tmp_path, **AT_ONCE)) as client:
        for training_id, updates in spoilt.items():
            assert client.get(f"/trainings/{training_id}/checkpoints").status_code == 200
            assert client.get(f"/models/{training_id}@{updates[0]}").status_code == 404
            command(client, training_id, "resume")
            body = wait_for(client, training_id, "finished", "interrupted", "failed")
            assert (body["model"], body["error"]) == (digest_after(SHORT), None), updates
            assert not [path for path in (tmp_path / "trainings" / training_id).iterdir() if path.is_dir()]


def test_the_queue_is_in_order_and_has_an_end(tmp_path: Path) -> None:
    with living(application(tmp_path, max_trainings_running=1, max_trainings_queued=2, **AT_ONCE)) as client:
        first = begin(client, LONG)
        second, third = begin(client, SHORT), begin(client, SHORT | {"seed": 4})
        refused = client.post("/trainings", SHORT)
        assert check_problem(refused, 503)["title"] == "The server is busy"
        assert refused.headers["retry-after"] == "1"
        assert look(client, second)["state"] == "queued"
        paused = command(client, second, "pause")
        assert (paused["state"], paused["checkpoints"], paused["update"]) == ("paused", [], 0)
        stopped = command(client, third, "stop")
        assert (stopped["state"], stopped["model"]) == ("stopped", None)
        assert command(client, second, "resume")["state"] == "queued"
        wait_for(client, first, "running")
        assert client.request("DELETE", f"{BASE}/trainings/{first}").status_code == 204
        assert client.get(f"/trainings/{first}").status_code == 404
        assert wait_for(client, second, "finished")["model"] == digest_after(SHORT)
        assert [one["id"] for one in client.get("/trainings").json()["trainings"]] == [second, third]
        assert sorted(path.name for path in (tmp_path / "trainings").iterdir()) == sorted([second, third])


def test_a_servers_end_interrupts_what_runs_and_leaves_what_waits(tmp_path: Path) -> None:
    plan = SHORT | {"steps": 3000, "checkpoint_every": 1000}
    with living(application(tmp_path, max_trainings_running=1, **AT_ONCE)) as client:
        running, waiting = begin(client, plan), begin(client, SHORT)
        wait_for_update(client, running, 1)
    with living(application(tmp_path, max_trainings_running=1, **AT_ONCE)) as client:
        body = look(client, running)
        assert body["state"] == "interrupted"
        assert body["update"] == body["checkpoints"][-1] > 0
        assert body["error"] == (
            f"The server was stopped while it trained. Resume it, and it goes on from update {body['update']:,}."
        )
        assert events_of(client, running)[-1][2]["state"] == "interrupted"
        wait_for(client, waiting, "finished")
        command(client, running, "resume")
        wait_until(lambda: look(client, running)["update"] > body["update"])
        assert command(client, running, "stop")["state"] == "stopped"
    kept = made_by_hand(tmp_path, "running")
    with living(application(tmp_path, **AT_ONCE)) as client:
        assert look(client, kept.id)["error"].startswith("The server or its process was killed while it trained.")


def test_a_run_that_another_server_carries_on_is_left_alone(tmp_path: Path) -> None:
    training = made_by_hand(tmp_path, "running")
    lock = training.files.hold()
    assert lock is not None
    with lock, living(application(tmp_path, **AT_ONCE)) as client:
        assert look(client, training.id)["state"] == "running"
        for word in ("pause", "stop"):
            assert "another server" in check_problem(client.post(f"/trainings/{training.id}/{word}"), 409)["detail"]
        check_problem(client.request("DELETE", f"{BASE}/trainings/{training.id}"), 409)
    with living(application(tmp_path, **AT_ONCE)) as client:
        assert look(client, training.id)["state"] == "interrupted"


def test_long_texts_of_a_plan_are_cut_short_in_lists(tmp_path: Path) -> None:
    plan = SHORT | {"options": {"text": "x" * 1000, "numbers": list(range(1000))}}
    training = TrainingFolder(tmp_path).create(plan, "long")
    short = training.to_json(whole=False)["plan"]["options"]
    assert len(short["text"]) == len(short["numbers"]) + 1 == 201
    assert training.to_json(whole=True)["plan"] == plan


def test_curves_are_finite_or_null(runs: Client, finished: dict[str, Any]) -> None:
    for name, column in finished["history"].items():
        assert np.isfinite([value for value in column if value is not None]).all(), name

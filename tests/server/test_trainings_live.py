"""Training runs of the real program: followed by several clients, and killed at the worst moments."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from gatescope.server.training.files import RunFiles
from scripts.serving import server, serving
from tests.server.live import connect
from tests.server.runs import LONG, SHORT, digest_after, wait_until
from tests.server.support import BASE

AT_ONCE = ("--training-niceness", "0")
PLAN = SHORT | {"steps": 800, "checkpoint_every": 20, "evaluate_every": 1000}
"""A second or two, so that it can be killed in the middle."""


class Api:
    """A client of a server at an address."""

    def __init__(self, address: str) -> None:
        self.http = httpx.Client(base_url=address + BASE, timeout=30)

    def begin(self, plan: dict[str, Any]) -> str:
        """The id of a run that was begun."""
        training_id: str = self.http.post("/trainings", json=plan).raise_for_status().json()["id"]
        return training_id

    def look(self, training_id: str) -> dict[str, Any]:
        """The run."""
        body: dict[str, Any] = self.http.get(f"/trainings/{training_id}").raise_for_status().json()
        return body

    def tell(self, training_id: str, word: str) -> dict[str, Any]:
        """Tell it to pause, resume or stop."""
        body: dict[str, Any] = self.http.post(f"/trainings/{training_id}/{word}").raise_for_status().json()
        return body

    def wait_for(self, training_id: str, state: str, update: int = 0) -> dict[str, Any]:
        """The run once it is in this state and has come so far."""

        def there() -> dict[str, Any] | None:
            body = self.look(training_id)
            return body if body["state"] == state and body["update"] >= update else None

        body: dict[str, Any] = wait_until(there)
        return body

    @contextmanager
    def events(self, training_id: str, last: int = 0) -> Iterator[Iterator[tuple[int, str, dict[str, Any]]]]:
        """The events after the one with the id ``last``, as they come."""
        headers = {"last-event-id": str(last)} if last else {}
        with self.http.stream("GET", f"/trainings/{training_id}/events", headers=headers) as response:
            assert response.status_code == 200
            yield read_events(response.iter_lines())


def read_events(lines: Iterator[str]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Id, kind and data of each event."""
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "data" in fields:
            yield int(fields["id"]), fields["event"], json.loads(fields["data"])
            fields = {}


@contextmanager
def api(data: Path, *options: str) -> Iterator[Api]:
    """A server on a data folder, and a client of it."""
    with serving(data, *AT_ONCE, *options) as address:
        made = Api(address)
        with made.http:
            yield made


def children_of(pid: int) -> list[int]:
    """The processes whose parent is this one."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            after_name = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(after_name[1]) == pid and after_name[0] != "Z":
            found.append(int(path.parent.name))
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes by /proc")
def test_kill_9_of_process_and_server_changes_nothing_about_the_result(tmp_path: Path) -> None:
    expected = digest_after(PLAN)
    with server(tmp_path, *AT_ONCE, "--max-trainings-running", "1") as (process, address):
        asked = Api(address)
        with asked.http:
            training_id = asked.begin(PLAN)
            waiting, paused = asked.begin(SHORT), asked.begin(LONG)
            asked.tell(paused, "pause")
            asked.wait_for(training_id, "running", 60)
            [child] = children_of(process.pid)
            os.kill(child, signal.SIGKILL)
            body = asked.wait_for(training_id, "interrupted")
            assert body["error"].startswith("Its process was ended from outside (signal 9).")
            assert body["update"] == body["checkpoints"][-1]
            asked.wait_for(waiting, "finished")
            asked.tell(training_id, "resume")
            asked.wait_for(training_id, "running", body["update"] + 40)
        [child] = children_of(process.pid)
        process.kill()
        process.wait()
        wait_until(lambda: not is_alive(child))
    with (tmp_path / "trainings" / training_id / "events.jsonl").open("ab") as file:
        file.write(b'{"id":100000,"event":"progr')
    with api(tmp_path) as asked:
        body = asked.look(training_id)
        assert (body["state"], asked.look(paused)["state"]) == ("interrupted", "paused")
        assert "killed while it trained" in body["error"]
        asked.tell(training_id, "resume")
        body = asked.wait_for(training_id, "finished")
        assert body["model"] == expected
        updates = body["history"]["update"]
        assert updates == sorted(set(updates))
        last = body["checkpoints"][-1]
        assert asked.http.get(f"/models/{training_id}@{last}").json()["digest"] == expected
        assert not list((tmp_path / "trainings" / training_id).glob(".new-*"))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes by /proc")
def test_a_checkpoint_that_its_process_could_not_tell_of_counts(tmp_path: Path) -> None:
    with server(tmp_path, *AT_ONCE) as (process, address):
        asked = Api(address)
        with asked.http:
            training_id = asked.begin(LONG)
            asked.wait_for(training_id, "running", 60)
            [child] = children_of(process.pid)
            os.kill(child, signal.SIGSTOP)
            told = asked.look(training_id)["checkpoints"]
            files = RunFiles(tmp_path / "trainings" / training_id)
            # It may have been stopped between writing one and telling of it.
            untold = [update for update in files.checkpoints() if update > told[-1]]
            written = max([*told, *untold]) + 1
            files.checkpoint(written).write_bytes(files.checkpoint(told[-1]).read_bytes())
            os.kill(child, signal.SIGKILL)
            body = asked.wait_for(training_id, "interrupted")
            assert (body["update"], body["checkpoints"]) == (written, [*told, *untold, written])
            assert body["error"].endswith(f"it goes on from update {written:,}.")


def test_clients_that_come_late_leave_or_come_back_all_see_the_same(tmp_path: Path) -> None:
    with api(tmp_path, "--heartbeat-seconds", "0.2", "--max-event-streams", "5") as asked:
        training_id = asked.begin(SHORT | {"steps": 300})
        seen: list[list[Any]] = [[], []]

        def follow(index: int) -> None:
            with asked.events(training_id) as events:
                seen[index] += events

        threads = [threading.Thread(target=follow, args=(index,)) for index in range(2)]
        for thread in threads:
            thread.start()
        pieces: list[Any] = []
        last = 0
        while not pieces or pieces[-1][1] != "end":
            with asked.events(training_id, last) as events:
                for _, event in zip(range(4), events, strict=False):
                    pieces.append(event)
                    if event[1] == "end":
                        break
            last = pieces[-1][0]
        for thread in threads:
            thread.join()
        assert seen[0] == seen[1] == pieces
        with asked.events(training_id) as events:
            assert list(events) == pieces
        paused = asked.begin(LONG)
        asked.tell(paused, "pause")
        path = f"/trainings/{paused}/events"
        streams = [asked.http.stream("GET", path) for _ in range(5)]
        responses = [stream.__enter__() for stream in streams]
        refused = asked.http.get(path)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        lines = responses[0].iter_lines()
        assert next(line for line in lines if line.startswith(":")) == ":"
        for stream in streams[:4]:
            stream.__exit__(None, None, None)
        wait_until(lambda: asked.http.head(path).status_code == 200)
        assert asked.http.delete(f"/trainings/{paused}").status_code == 204
        list(responses[4].iter_lines())  # which ends with the run
        streams[4].__exit__(None, None, None)


def test_a_client_that_reads_nothing_is_borne_and_the_server_ends_at_once(tmp_path: Path) -> None:
    with (
        server(tmp_path, *AT_ONCE) as (process, address),
        closing(connect(address)) as idle,
        closing(connect(address)) as gone,
    ):
        asked = Api(address)
        with asked.http:
            training_id = asked.begin(LONG)
            request = b"GET %s/trainings/%s/events HTTP/1.1\r\nhost: localhost\r\n\r\n"
            for connection in (idle, gone):
                connection.sendall(request % (BASE.encode(), training_id.encode()))
            gone.close()
            asked.wait_for(training_id, "running", 50)
            assert asked.http.get("/health").status_code == 200
            with asked.events(training_id) as events:
                next(events)
                process.terminate()
                list(events)  # ends with the server
        assert process.wait(20) in (0, -signal.SIGTERM)
    with api(tmp_path) as asked:
        assert asked.look(training_id)["error"].startswith("The server was stopped while it trained.")

"""Uploads to the real program: killed in the middle, dripping, cut off, slow but steady, at the same time from many."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import safetensors.numpy

from scripts.serving import PROGRAM, serving
from tests.server.live import PATIENCE, ask, connect, read_all
from tests.server.support import BASE, check_problem
from tests.server.test_live import PROGRAMS

KILLS = 6


def state_dict(seed: int, units: int = 200) -> bytes:
    """An LSTM as PyTorch would write it, 1.3 MB for 200 units."""
    rng = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {"weight_ih_l0": (4 * units, units)}
    shapes |= {"weight_hh_l0": (4 * units, units), "bias_ih_l0": (4 * units,), "bias_hh_l0": (4 * units,)}
    return safetensors.numpy.save(
        {f"rnn.{name}": rng.normal(size=shape).astype("f4") for name, shape in shapes.items()}
    )


def upload(address: str, content: bytes, **fields: str) -> httpx.Response:
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
        return client.post(f"{BASE}/models", files={"weights": ("a.safetensors", content)}, data=fields)


def models(address: str) -> list[dict[str, Any]]:
    with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
        listed: list[dict[str, Any]] = client.get(f"{BASE}/models").json()["models"]
        return [model for model in listed if model["origin"] == "uploaded"]


def test_killed_at_any_moment_an_upload_leaves_nothing_or_a_whole_model(tmp_path: Path) -> None:
    acknowledged: dict[str, str] = {}
    pauses = random.Random(4)
    command = [*PROGRAM, "--no-browser", "--port", "0", "--data-dir", str(tmp_path)]
    for attempt in range(KILLS):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            address = next(word for word in process.stdout.readline().split() if word.startswith("http://"))
            timer = threading.Timer(pauses.uniform(0.0, 0.25), process.kill)
            try:
                for number in range(50):
                    if number == 1:
                        timer.start()  # the first is given the time to come through
                    seed = attempt * 100 + number
                    answer = upload(address, state_dict(seed), name=f"Model {seed}")
                    assert answer.status_code == 201, answer.text
                    acknowledged[answer.json()["id"]] = f"Model {seed}"
            except httpx.TransportError:
                assert process.wait(PATIENCE) == -signal.SIGKILL
            finally:
                timer.cancel()
                process.kill()
    assert len(acknowledged) >= KILLS
    with serving(tmp_path) as address:
        found = {model["id"]: model["name"] for model in models(address)}
        assert found | acknowledged == found, "what was acknowledged is there, with its name"
        assert all(name.startswith("Model ") for name in found.values()), "and what was not is whole, or not there"
        with httpx.Client(base_url=address, timeout=60, trust_env=False) as client:
            for model_id in found:
                body = {"model": model_id, "input": {"values": [[0.1] * 200]}, "quantities": ["hidden_state"]}
                assert client.post(f"{BASE}/traces", json=body).status_code == 201
        files = [path.name for path in tmp_path.rglob("*") if path.is_file() and "sqlite3" not in path.name]
        assert sorted(files) == sorted(f"{model_id}.safetensors" for model_id in found)


def test_eight_clients_at_once_on_two_servers_make_one_model(tmp_path: Path) -> None:
    content = state_dict(1)
    with serving(tmp_path) as one, serving(tmp_path) as other, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: upload((one, other)[number % 2], content), range(8)))
        assert {answer.status_code for answer in answers} <= {200, 201}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len(models(one)) == len(models(other)) == 1
    assert len(list((tmp_path / "models").iterdir())) == 1


HEAD = (
    b"POST /api/v1/models HTTP/1.1\r\nhost: localhost\r\ncontent-type: multipart/form-data; boundary=XX\r\n"
    b"connection: close\r\ncontent-length: %d\r\n\r\n"
)
PART = b'--XX\r\ncontent-disposition: form-data; name="weights"; filename="a"\r\n\r\n'
END = b"\r\n--XX--\r\n"


@pytest.fixture(scope="module", params=["httptools", "h11"])
def impatient(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server that gives a body half a second, and another for each 100 kB."""
    folder = tmp_path_factory.mktemp("data")
    options = ("--body-timeout-seconds", "0.5", "--min-body-rate", "100000")
    with serving(folder, *options, program=PROGRAMS[request.param]) as address:
        yield address, folder


def test_an_upload_that_drips_is_cut_off(impatient: tuple[str, Path]) -> None:
    address, _ = impatient
    started = time.monotonic()
    with closing(connect(address)) as connection:
        connection.sendall(HEAD % 1_000_000 + PART)
        with suppress(ConnectionResetError, BrokenPipeError):
            while time.monotonic() - started < PATIENCE:
                connection.sendall(b"x" * 100)
                time.sleep(0.05)
            pytest.fail("the server went on waiting")
    assert models(address) == []


def test_a_slow_upload_that_keeps_the_least_rate_comes_through(impatient: tuple[str, Path]) -> None:
    address, _ = impatient
    content = state_dict(2, 120)
    body = PART + content + END
    with closing(connect(address)) as connection:
        connection.sendall(HEAD % len(body))
        for start in range(0, len(body), len(body) // 10):
            connection.sendall(body[start : start + len(body) // 10])
            time.sleep(0.12)
        answer = read_all(connection)
    assert answer.startswith(b"HTTP/1.1 201 "), answer[:300]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999])
def test_a_client_that_leaves_in_the_middle_leaves_nothing(impatient: tuple[str, Path], share: float) -> None:
    address, folder = impatient
    body = PART + state_dict(3) + END
    before = {path for path in folder.rglob("*") if "sqlite3" not in path.name}
    with closing(connect(address)) as connection:
        connection.sendall(HEAD % len(body) + body[: int(share * len(body))])
    ask(address, b"GET /api/v1/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
    models(address)
    assert {path for path in folder.rglob("*") if "sqlite3" not in path.name} - before <= {folder / "models"}


def test_a_body_that_is_shorter_than_it_says_is_waited_for_and_one_that_is_longer_is_cut(
    impatient: tuple[str, Path],
) -> None:
    address, _ = impatient
    body = PART + b"nothing" + END
    assert ask(address, HEAD % (len(body) + 100) + body) == b"", "closed when its time was up"
    answer = ask(address, HEAD % (len(body) - 5) + body)
    assert answer.startswith(b"HTTP/1.1 422 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2].partition(b"HTTP/1.1")[0])["status"] == 422


def test_health_and_traces_answer_while_files_are_read(tmp_path: Path) -> None:
    with serving(tmp_path) as address, ThreadPoolExecutor(4) as pool:
        uploads = [pool.submit(upload, address, state_dict(seed, 900)) for seed in range(4)]
        with httpx.Client(base_url=address, timeout=PATIENCE, trust_env=False) as client:
            while not all(done.done() for done in uploads):
                assert client.get(f"{BASE}/health").status_code == 200
                body = {"model": "brackets", "input": {"text": "(a)"}}
                assert client.post(f"{BASE}/traces", json=body).status_code == 201
        assert [done.result().status_code for done in uploads] == [201] * 4
        with httpx.Client(base_url=address, timeout=PATIENCE, trust_env=False) as client:
            too_large = client.post(f"{BASE}/models", content=b"", headers={"content-type": "application/json"})
            check_problem(too_large, 415)


@pytest.mark.skipif(sys.platform != "linux", reason="reads what the system tells of open files")
def test_what_is_being_uploaded_has_no_name_on_the_disk(impatient: tuple[str, Path]) -> None:
    address, folder = impatient
    with closing(connect(address)) as connection:
        connection.sendall(HEAD % 3_000_000 + PART + os.urandom(2_500_000))
        time.sleep(0.2)
        named = [path for path in folder.iterdir() if path.is_file() and "sqlite3" not in path.name]
    assert named == []

"""The real program over real sockets: silence ends, load is borne, a taken port is one sentence."""

import asyncio
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from gatescope.core.formats import save_network
from scripts.serving import PROGRAM, serving
from tests.server.live import PATIENCE, ask, connect, read_all
from tests.server.support import BASE, check_problem, networks

HEAD = b"POST /api/v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
WITHOUT_HTTPTOOLS = (
    "import sys; sys.modules['httptools'] = None; from gatescope.server.__main__ import main; sys.exit(main())"
)
PROGRAMS = {"httptools": PROGRAM, "h11": (sys.executable, "-c", WITHOUT_HTTPTOOLS)}
HEALTH = b"GET /api/v1/health HTTP/1.1\r\nhost: localhost\r\n\r\n"
LAST = b"GET /api/v1/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"


@pytest.fixture(scope="module", params=["httptools", "h11"])
def program(request: pytest.FixtureRequest) -> Sequence[str]:
    """The server with either parser."""
    return PROGRAMS[request.param]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a network of ids."""
    folder = tmp_path_factory.mktemp("data")
    (folder / "models").mkdir()
    save_network(networks()["ids"], folder / "models" / "ids.safetensors")
    return folder


@pytest.fixture(scope="module")
def server(program: Sequence[str], folder: Path) -> Iterator[str]:
    """An impatient server."""
    options = ["--head-timeout-seconds", "0.4", "--body-timeout-seconds", "0.4", "--send-timeout-seconds", "0.4"]
    options += ["--keep-alive-seconds", "1", "--max-connections", "40", "--max-head-bytes", "4096"]
    with serving(folder, *options, program=program) as running:
        yield running


def problem(answer: bytes, status: int) -> dict[str, object]:
    """The problem in an answer on a socket, with the security headers."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    assert lines[0].startswith(f"http/1.1 {status} "), answer
    assert "content-type: application/problem+json" in lines
    assert any(line.startswith("content-security-policy: default-src 'none'") for line in lines)
    value: dict[str, object] = json.loads(body)
    assert value["status"] == status
    return value


def is_well(server: str) -> None:
    answer = ask(server, LAST)
    assert answer.startswith(b"HTTP/1.1 200 "), answer


SILENT = (
    b"",
    b"GET",
    b"GET / HTTP/1.1\r\nhost: localhost\r\n",
    b"\r\n",
    b"\r\n\r\n\r\n",
    HEAD + b"content-length: 100\r\n\r\n",
    HEAD + b'content-length: 100\r\n\r\n{"model":',
    HEAD + b"transfer-encoding: chunked\r\n\r\n5\r\nhe",
    HEAD + b"expect: 100-continue\r\ncontent-length: 10\r\n\r\n",
    HEALTH,
    HEALTH + b"GET / HT",
    HEALTH + b"\r\n",
)
"""What a client may have sent when it falls silent."""


def test_silent_connections_are_closed_wherever_they_stopped(server: str) -> None:
    connections = [connect(server) for _ in SILENT * 3]
    for connection, sent in zip(connections, SILENT * 3, strict=True):
        connection.sendall(sent)
    for connection in connections:
        read_all(connection)  # returns only when the server closes
        connection.close()
    is_well(server)


def test_a_slow_head_has_a_deadline_however_steadily_it_drips(server: str) -> None:
    with closing(connect(server)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nhost: localhost\r\nx: ")
        connection.settimeout(0.05)
        for _ in range(int(PATIENCE / 0.05)):
            try:
                connection.sendall(b"a")
                if connection.recv(1) == b"":
                    return
            except TimeoutError:
                continue
            except (ConnectionResetError, BrokenPipeError):
                return
    pytest.fail("the server went on waiting")


def test_a_client_that_takes_nothing_is_closed(server: str) -> None:
    body = json.dumps(
        {"model": networks()["ids"].digest, "input": {"tokens": [1] * 8000}, "encoding": "base64"}
    ).encode()
    with closing(socket.socket()) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(PATIENCE)
        connection.connect(("127.0.0.1", int(server.rpartition(":")[2])))
        connection.sendall(HEAD + b"content-length: %d\r\n\r\n" % len(body) + body)
        assert connection.recv(12) == b"HTTP/1.1 201"
        _wait_until_closed(connection)
    is_well(server)


def _wait_until_closed(connection: socket.socket) -> None:
    """Without reading: sending fails once the other side has aborted."""
    for _ in range(round(PATIENCE / 0.1)):
        try:
            connection.send(b"G")
        except (ConnectionResetError, BrokenPipeError):
            return
        threading.Event().wait(0.1)
    pytest.fail("the server went on holding the answer")


def test_a_client_that_leaves_before_the_first_of_two_answers_is_no_error(tmp_path: Path) -> None:
    body = b'{"model": "sunspots", "input": {"values": [%s1]}}' % (b"1," * 20_000)
    command = [*PROGRAM, "--no-browser", "--port", "0", "--data-dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        server = next(word for word in process.stdout.readline().split() if word.startswith("http://")).rstrip("/")
        for _ in range(5):
            with closing(connect(server)) as connection:
                connection.sendall(HEAD + b"content-length: %d\r\n\r\n" % len(body) + body + HEALTH)
        is_well(server)
        process.terminate()
        _, complaints = process.communicate(timeout=PATIENCE)
    assert complaints == ""


def test_a_head_without_end_is_refused(server: str) -> None:
    answer = ask(server, b"GET / HTTP/1.1\r\nhost: localhost\r\n" + b"x: %s\r\n" % (b"a" * 100) * 60)
    assert b"431" in answer.splitlines()[0] or b"400" in answer.splitlines()[0]
    problem(answer, int(answer.split()[1]))
    is_well(server)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"hello\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost localhost\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nhost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n",
        HEAD + b"transfer-encoding: chunked\r\n\r\nZ\r\n",
        HEAD + b"transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\n",
    ],
    ids=repr,
)
def test_what_is_not_http_is_a_problem(server: str, sent: bytes) -> None:
    answer = ask(server, sent)
    problem(answer, int(answer.split()[1]))
    assert 400 <= int(answer.split()[1]) < 500
    is_well(server)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /api/v1/health HTTP/1.0\r\n\r\n", 400),
        (b"GET /api/v1/health HTTP/1.1\r\nconnection: close\r\n\r\n", 400),
        (b"GET /api/v1/health HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n", 400),
        (b"OPTIONS /api/v1/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n", 405),
        (HEAD + b"content-length: 999999999999\r\n\r\n", 413),
    ],
)
def test_refusals_over_a_socket(server: str, sent: bytes, status: int) -> None:
    problem(ask(server, sent), status)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_client_that_is_still_sending_gets_to_see_the_refusal(server: str, chunked: bool) -> None:
    pieces = [b" " * 100_000] * 120
    headers = {"content-type": "application/json"} | ({} if chunked else {"content-length": str(len(pieces) * 100_000)})
    with httpx.Client(base_url=server, timeout=PATIENCE, trust_env=False) as client:
        response = client.post(f"{BASE}/traces", content=iter(pieces), headers=headers)
        assert check_problem(response, 413)["detail"] == "The body must not be longer than 8,388,608 bytes."
        assert client.get(f"{BASE}/health").status_code == 200, "and the connection can go on"


def test_an_upgrade_is_not_taken(server: str) -> None:
    upgrade = (
        b"connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: eHg=\r\n\r\n"
    )
    answer = ask(server, b"GET /api/v1/health HTTP/1.1\r\nhost: localhost\r\n" + upgrade)
    assert answer.startswith(b"HTTP/1.1 200 ")
    is_well(server)


def test_one_connection_serves_many_requests_and_pipelines(server: str) -> None:
    answer = ask(server, HEALTH * 4 + LAST)
    assert answer.count(b"HTTP/1.1 200 OK") == 5
    assert answer.count(b'{"status":"ok"') == 5


def test_beyond_the_connections_the_answer_is_503(server: str) -> None:
    held = [connect(server) for _ in range(40)]
    try:
        for connection in held:
            connection.sendall(HEALTH)
            assert connection.recv(12) == b"HTTP/1.1 200"
        value = problem(ask(server, HEALTH), 503)
        assert "40 connections" in str(value["detail"])
    finally:
        for connection in held:
            connection.close()
    is_well(server)


def test_32_clients_at_once_are_all_answered_and_so_is_health(program: Sequence[str], folder: Path) -> None:
    async def client_of(client: httpx.AsyncClient, number: int) -> list[int]:
        request = {"model": networks()["ids"].digest, "input": {"tokens": [number % 7] * 400}, "encoding": "base64"}
        return [(await client.post(f"{BASE}/traces", json=request)).status_code for _ in range(4)]

    async def load(server: str) -> None:
        limits = httpx.Limits(max_connections=32, max_keepalive_connections=32)
        async with (
            httpx.AsyncClient(base_url=server, timeout=PATIENCE, limits=limits, trust_env=False) as client,
            httpx.AsyncClient(base_url=server, timeout=PATIENCE, trust_env=False) as watcher,
        ):
            working = asyncio.gather(*(client_of(client, number) for number in range(32)))
            while not working.done():
                assert (await watcher.get(f"{BASE}/health")).status_code == 200
            assert {status for statuses in await working for status in statuses} == {201}

    with serving(folder, "--queue-length", "60", program=program) as server:
        asyncio.run(asyncio.wait_for(load(server), 3 * PATIENCE))


def test_a_taken_port_is_one_sentence(server: str) -> None:
    port = server.rpartition(":")[2]
    command = [sys.executable, "-m", "gatescope.server", "--no-browser", "--port", port]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert f"port {port}: that port is already in use" in done.stderr


def test_an_address_that_is_not_there_is_one_sentence() -> None:
    command = [
        sys.executable,
        "-m",
        "gatescope.server",
        "--no-browser",
        "--port",
        "0",
        "--host",
        "no-such-host.invalid",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "no-such-host.invalid" in done.stderr


def test_elsewhere_than_loopback_a_token_is_made_and_wanted(tmp_path: Path) -> None:
    with serving(tmp_path, "--host", "0.0.0.0") as address:
        base, _, token = address.partition("/?token=")
        assert len(token) >= 24
        with httpx.Client(base_url=base, trust_env=False, timeout=PATIENCE) as client:
            assert client.get(f"{BASE}/health").status_code == 401
            assert client.get(f"{BASE}/health", headers={"authorization": f"Bearer {token}"}).status_code == 200
            page = client.get("/docs", params={"token": token}, follow_redirects=True)
            assert page.status_code == 200
            assert "token" not in str(page.url)
            assert client.get(f"{BASE}/health").status_code == 200, "by its cookie"


def test_it_stops_when_told_whatever_is_under_way(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    save_network(networks()["ids"], tmp_path / "models" / "ids.safetensors")
    body = json.dumps(
        {"model": networks()["ids"].digest, "input": {"tokens": [1] * 150_000}, "encoding": "base64"}
    ).encode()
    with serving(tmp_path) as address:
        connection = connect(address)
        connection.sendall(HEAD + b"content-length: %d\r\n\r\n" % len(body) + body)
        is_well(address)
    connection.close()  # leaving the block stops the program and waits until it has ended

"""Hostile and careless multipart bodies: one sentence, never a 500, nothing left behind."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from gatescope.core.formats import to_bytes
from tests.server.support import BASE, Client, check_problem, empty, networks

WEIGHTS = to_bytes(networks()["plain"])
TYPE = {"content-type": "multipart/form-data; boundary=XX"}


def part(name: str, content: bytes, more: bytes = b"", filename: str | None = "a.safetensors") -> bytes:
    """One part with its boundary in front."""
    shown = f'; filename="{filename}"' if filename is not None else ""
    head = f'--XX\r\ncontent-disposition: form-data; name="{name}"{shown}\r\n'.encode()
    return head + more + b"\r\n" + content + b"\r\n"


GOOD = part("weights", WEIGHTS)
END = b"--XX--\r\n"

HOSTILE: dict[str, tuple[bytes, int]] = {
    "empty": (b"", 422),
    "no part": (END, 422),
    "only a boundary": (b"--XX\r\n", 422),
    "another boundary": (GOOD.replace(b"--XX", b"--YY") + b"--YY--\r\n", 422),
    "not multipart at all": (WEIGHTS, 422),
    "JSON": (b'{"weights": "x"}', 422),
    "cut in the file": (GOOD[:-200], 422),
    "cut before the closing boundary": (GOOD, 422),
    "cut in the closing boundary": (GOOD + b"--X", 422),
    "cut in a header": (b"--XX\r\ncontent-dispos", 422),
    "no header": (b"--XX\r\n\r\nabc\r\n" + END, 422),
    "no disposition": (b"--XX\r\ncontent-type: text/plain\r\n\r\nabc\r\n" + END, 422),
    "two dispositions": (part("weights", WEIGHTS, b'content-disposition: form-data; name="name"\r\n') + END, 422),
    "another disposition": (GOOD.replace(b"form-data", b"attachment") + END, 422),
    "no name": (b"--XX\r\ncontent-disposition: form-data\r\n\r\nabc\r\n" + END, 422),
    "an empty name": (part("", b"abc") + END, 422),
    "a header without a colon": (b"--XX\r\ncontent-disposition\r\n\r\nabc\r\n" + END, 422),
    "a header with a bad character": (b"--XX\r\ncontent\x00: x\r\n\r\nabc\r\n" + END, 422),
    "bare line feeds": (GOOD.replace(b"\r\n", b"\n") + b"--XX--\n", 422),
    "two weights": (GOOD + GOOD + END, 422),
    "no weights": (part("name", b"abc", filename=None) + END, 422),
    "an unknown field": (GOOD + part("colour", b"red") + END, 422),
    "a field with NUL": (GOOD + part("na\x00me", b"red") + END, 422),
    "a path for a name": (GOOD + part("../../etc/passwd", b"red") + END, 422),
    "a very long name": (GOOD + part("x" * 5000, b"red") + END, 422),
    "a name that is not UTF-8": (GOOD + part("name", b"\xff\xfe", filename=None) + END, 422),
    "a name with NUL": (GOOD + part("name", b"a\x00b", filename=None) + END, 422),
    "options that are not UTF-8": (GOOD + part("options", b"\xff", filename=None) + END, 422),
    "options as deep as can be": (GOOD + part("options", b"[" * 60_000, filename=None) + END, 422),
    "options with NaN": (GOOD + part("options", b'{"module": NaN}', filename=None) + END, 422),
    "a huge field": (GOOD + part("options", b" " * 70_000, filename=None) + END, 413),
    "a huge vocabulary": (GOOD + part("vocabulary", b" " * 3000) + END, 413),
    "huge weights": (part("weights", bytes(20_001)) + END, 413),
    "a header without end": (b"--XX\r\nx: " + b"a" * 20_000, 422),
    "a header's name without end": (b"--XX\r\n" + b"x" * 20_000, 422),
    "a thousand headers": (b"--XX\r\n" + b"x: a\r\n" * 1000 + b"\r\nabc\r\n" + END, 422),
    "ten thousand parts": (part("name", b"a", filename=None) * 10_000 + END, 413),
    "ten thousand different parts": (b"".join(part(f"n{n}", b"") for n in range(10_000)) + END, 413),
    "multipart in multipart": (
        part("weights", b"--YY\r\n\r\nabc\r\n--YY--", b"content-type: multipart/mixed; boundary=YY\r\n") + END, 415
    ),
    "base64": (part("weights", b"AAAA", b"content-transfer-encoding: base64\r\n") + END, 422),
    "an empty file": (part("weights", b"") + END, 415),
}  # fmt: skip


@pytest.fixture(scope="module")
def tight(tmp_path_factory: pytest.TempPathFactory) -> tuple[Client, Path]:
    """A client of a server that takes small files, and its data folder."""
    folder = tmp_path_factory.mktemp("data")
    return Client(empty(folder, max_model_bytes=20_000, max_vocabulary_bytes=2000)), folder


def post(client: Client, body: bytes, **headers: str) -> httpx.Response:
    return client.request("POST", f"{BASE}/models", content=body, headers=TYPE | headers)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_forms(tight: tuple[Client, Path], name: str) -> None:
    client, folder = tight
    body, status = HOSTILE[name]
    response = post(client, body)
    if status == 415:  # what nothing recognises; a reader may still say what is missing
        status = response.status_code
        assert status in (415, 422), response.text
    problem = check_problem(response, status)
    assert len(problem["detail"]) < 300
    assert client.get("/models").json() == {"models": []}
    assert [path for path in folder.rglob("*") if path.is_file() and "sqlite" not in path.name] == []


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_forms_in_small_pieces(tight: tuple[Client, Path], name: str) -> None:
    """However the network cuts a body, the answer is the same, unless its length alone was enough to refuse it."""
    client, _ = tight
    body, _ = HOSTILE[name]
    step = 1 if len(body) < 2000 else 997

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), step):
            yield body[start : start + step]

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(client.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as asked:
            return await asked.post(f"{BASE}/models", content=pieces(), headers=TYPE)

    whole, cut = post(client, body), asyncio.run(ask())
    if "The body must not be longer" in whole.text:
        check_problem(cut, cut.status_code)
        assert cut.status_code in (413, 422)
    else:
        assert cut.content == whole.content


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("", 415), ("application/json", 415), ("application/x-www-form-urlencoded", 415), ("text/plain", 415),
        ("multipart/mixed; boundary=XX", 415), ("multipart/form-data", 422), ("multipart/form-data; boundary=", 422),
        ("multipart/form-data; boundary=" + "x" * 71, 422), ("multipart/form-data; boundary=\u00e9", 422),
        ('multipart/form-data; boundary="X\tX"', 422), ("multipart/form-data; charset=utf-8", 422),
    ],
)  # fmt: skip
def test_what_is_not_a_form(tight: tuple[Client, Path], content_type: str, status: int) -> None:
    client, _ = tight
    headers = {"content-type": content_type.encode("utf-8")}
    check_problem(client.request("POST", f"{BASE}/models", content=GOOD + END, headers=headers), status)


def test_a_compressed_form_is_refused(tight: tuple[Client, Path]) -> None:
    check_problem(post(tight[0], GOOD + END, **{"content-encoding": "gzip"}), 415)


def test_a_declared_length_beyond_the_limits_is_refused_before_anything_is_read(tight: tuple[Client, Path]) -> None:
    for length in ("1000000", "9" * 30):
        check_problem(post(tight[0], GOOD + END, **{"content-length": length}), 413)


@pytest.mark.parametrize("before", [b"\r\n", GOOD + END], ids=["before the parts", "after them"])
def test_words_around_the_parts_without_end_are_refused(tight: tuple[Client, Path], before: bytes) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield before
        while True:
            sent += 1
            yield b"x" * 10_000

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(tight[0].app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as asked:
            return await asked.post(f"{BASE}/models", content=endless(), headers=TYPE)

    answer = asyncio.run(ask())
    check_problem(answer, 422 if before == b"\r\n" and answer.status_code == 422 else 413)
    assert sent < 100


@pytest.mark.parametrize(
    "filename", ["", "../../../etc/passwd", "C:\\boot.ini", "a\x00b", "\x1b[31m", "x" * 4000, ".", "..", "é\u202e.pt"]
)
def test_a_file_name_is_only_shown(folder: Path, filename: str) -> None:
    client = Client(empty(folder))
    response = post(client, part("weights", WEIGHTS, filename=filename) + END)
    assert response.status_code == 201, response.text
    model = response.json()
    assert 1 <= len(model["name"]) <= 100
    assert model["name"].isprintable()
    assert "/" not in model["name"]
    assert [path.name for path in (folder / "models").iterdir()] == [f"{model['id']}.safetensors"]


def test_harmless_oddities_are_accepted(folder: Path) -> None:
    client = Client(empty(folder))
    bodies = (
        b"\r\n" + GOOD + END + b"an epilogue",
        part("weights", WEIGHTS, filename=None) + END,
        GOOD.replace(b"content-disposition", b"CONTENT-Disposition") + part("options", b"", filename=None) + END,
        GOOD + part("name", b" ", filename=None) + part("options", b"{}", filename="options.json") + END,
    )
    for body in bodies:
        assert post(client, body).status_code in (200, 201), body[:100]

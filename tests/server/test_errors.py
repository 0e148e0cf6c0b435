"""Every error of the core has a kind, every kind is documented, and nothing else gets out."""

import logging
from pathlib import Path

import pytest

from gatescope.core import errors as core
from gatescope.server.errors import KINDS, KINDS_OF_CORE_ERRORS, Kind, json_pointer, located, of_core_error
from tests.server.support import BASE, Client, application, check_problem

CORE_ERRORS = [
    entry
    for entry in vars(core).values()
    if isinstance(entry, type) and issubclass(entry, core.CoreError) and entry is not core.CoreError
]


@pytest.mark.parametrize("error", CORE_ERRORS)
def test_every_core_error_has_a_kind(error: type[core.CoreError]) -> None:
    problem = of_core_error(error("a sentence", ("values", 3)))
    assert 400 <= problem.kind.status < 600
    assert problem.kind.status != 500
    assert problem.detail == "a sentence"
    assert problem.causes[0].pointer == ("values", 3)


def test_the_table_names_only_core_errors() -> None:
    assert set(KINDS_OF_CORE_ERRORS) <= set(CORE_ERRORS)


def test_kinds_have_different_slugs() -> None:
    assert len({kind.slug for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
def test_every_kind_is_documented_at_its_type(client: Client, kind: Kind) -> None:
    assert f'id="problem-{kind.slug}"' in client.get("//docs").text


def test_pointers_are_located_and_escaped() -> None:
    with pytest.raises(core.NotFinite) as caught, located("input"):
        raise core.NotFinite("too large", ("values", 3, 1))
    assert caught.value.pointer == ("input", "values", 3, 1)
    assert json_pointer(("a/b", "c~d", 0)) == "/a~1b/c~0d/0"
    assert json_pointer(()) == ""


@pytest.mark.parametrize(
    "path", [f"{BASE}/nothing", "/nothing", BASE, f"{BASE}/", f"{BASE}/health/", "/%00", "/" + "x" * 5000, "//"]
)
def test_an_unknown_address_is_404(client: Client, path: str) -> None:
    check_problem(client.request("GET", f"http://127.0.0.1:8000{path}"), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/health", "GET, HEAD"),
        ("GET", "/steps", "POST"),
        ("HEAD", "/steps", "POST"),
        ("PUT", "/traces", "POST"),
        ("DELETE", "/models", "GET, HEAD, POST"),
        ("POST", "/models/plain", "DELETE, GET, HEAD, PATCH"),
        ("PUT", "/models/plain/weights", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_405(client: Client, method: str, path: str, allowed: str) -> None:
    response = client.request(method, BASE + path)
    if method == "HEAD":
        assert (response.status_code, response.content) == (405, b"")
    else:
        check_problem(response, 405)
    assert response.headers["allow"] == allowed


def test_a_mistake_of_the_server_says_nothing_of_its_inside(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr("gatescope.server.api.traces.make_trace", broken)
    client = Client(application(folder), raise_app_exceptions=False)
    with caplog.at_level(logging.ERROR, "gatescope"):
        response = client.post("/traces", {"model": "plain", "input": {"values": [[1, 2, 3]]}})
    check_problem(response, 500)
    assert "secret" not in response.text
    assert "the secret inside" in caplog.text, "it is in the log"

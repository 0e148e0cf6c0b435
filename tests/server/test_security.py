"""Headers on everything, trusted hosts, no cross-site requests, the token."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from gatescope.server.security import SECURITY_HEADERS, HostGuard
from gatescope.server.settings import Settings
from tests.server.support import BASE, Client, application, check_problem

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
STEP = {"model": "plain", "input": {"values": [[1, 2, 3]]}}


def check_headers(response: httpx.Response) -> None:
    assert response.headers["content-security-policy"] == POLICY
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in response.headers
    assert "server" not in response.headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/docs", 200),
        ("GET", f"{BASE}/health", 200),
        ("GET", f"{BASE}/openapi.json", 200),
        ("GET", f"{BASE}/nothing", 404),
        ("GET", "/nothing", 404),
        ("DELETE", f"{BASE}/models", 405),
        ("POST", f"{BASE}/traces", 415),
        ("GET", "/static/css/docs.css", 200),
        ("GET", "/static/nothing.css", 404),
        ("GET", "/static/vendor/plotly.css", 200),
        ("OPTIONS", f"{BASE}/traces", 405),
    ],
)
def test_every_answer_has_the_headers(client: Client, method: str, path: str, status: int) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    check_headers(response)


def test_refusals_of_the_guards_have_the_headers_too(client: Client) -> None:
    check_headers(client.get("/health", headers={"host": "evil.example"}))
    check_headers(client.post("/steps", STEP, headers={"origin": "http://evil.example"}))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000", "[::1]"])
def test_own_names_are_trusted(client: Client, host: str) -> None:
    assert client.get("/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "evil.example:8000", "", "[", "[::2]",
        "127.0.0.2", "10.0.0.1", "localhost@evil.example", "localhost, evil.example", "evil.example#localhost",
        "evil.example@localhost", "localhost/evil", "localhost?evil", "localhost:80, evil.example", "localhost:port",
        "0.0.0.0",        "xn--e1awd7f.com", "localhost\\evil",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", [f"{BASE}/health", "/docs", "/static/css/docs.css"])
def test_other_names_are_refused(client: Client, host: str, path: str) -> None:
    check_problem(client.request("GET", path, headers={"host": host}), 400)


def test_two_host_headers_are_refused(client: Client) -> None:
    check_problem(client.get("/health", headers=[("host", "localhost"), ("host", "evil.example")]), 400)


@pytest.mark.parametrize(
    ("settings", "host", "trusted"),
    [
        ({"host": "192.168.1.5"}, "192.168.1.5:8000", True),
        ({"host": "192.168.1.5"}, "192.168.1.6:8000", False),
        ({"host": "0.0.0.0"}, "192.168.1.6:8000", True),
        ({"host": "::"}, "[fe80::1]:8000", True),
        ({"host": "0.0.0.0"}, "evil.example", False),
        ({"host": "0:0:0:0:0:0:0:0"}, "192.168.1.6:8000", True),
        ({"host": "::"}, "evil.example", False),
        ({"allowed_hosts": "lab.example, second.example"}, "Second.example:80", True),
        ({"allowed_hosts": "lab.example"}, "evil.lab.example", False),
    ],
)
def test_names_that_the_settings_add(settings: dict[str, Any], host: str, trusted: bool) -> None:
    async def nothing(*_: object) -> None:
        raise AssertionError

    assert HostGuard(nothing, Settings(**settings)).trusts(host) is trusted


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none, cross-site"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "http://127.0.0.1:8000.evil.example"},
        {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "cross-site"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "WHATEVER"])
def test_cross_site_requests_are_refused(client: Client, headers: dict[str, str], method: str) -> None:
    check_problem(client.request(method, f"{BASE}/steps", json=STEP, headers=headers), 403)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:8000"},
        {"sec-fetch-site": "none"},
        {"origin": "HTTP://127.0.0.1:8000"},
    ],
)
def test_own_pages_and_programs_may_post(client: Client, headers: dict[str, str]) -> None:
    assert client.post("/steps", STEP, headers=headers).status_code == 200


def test_links_from_elsewhere_may_be_followed(client: Client) -> None:
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert client.request("GET", "/docs", headers=headers).status_code == 200


@pytest.fixture
def guarded(folder: Path) -> Client:
    return Client(application(folder, token="s3cret-token"))


@pytest.mark.parametrize("path", ["/", "/docs", "/static/css/docs.css", f"{BASE}/health", f"{BASE}/models", "/nothing"])
def test_nothing_is_shown_without_the_token(guarded: Client, path: str) -> None:
    response = guarded.request("GET", path)
    check_problem(response, 401)
    check_headers(response)
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer wrong"},
        {"authorization": "Bearer "},
        {"authorization": "Basic s3cret-token"},
        {"authorization": "s3cret-token"},
        {"authorization": "Bearer s3cret-tokeN"},
        {"cookie": "gatescope_8000=wrong"},
        {"cookie": "other=s3cret-token"},
        {"cookie": ";;=;gatescope_8000"},
    ],
)
def test_a_wrong_token_is_refused(guarded: Client, headers: dict[str, str]) -> None:
    check_problem(guarded.get("/health", headers=headers), 401)


def test_bytes_for_a_token_are_refused(guarded: Client) -> None:
    headers: Any = {"authorization": b"Bearer \xff\xfe\xe9"}
    check_problem(guarded.get("/health", headers=headers), 401)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_the_bearer_token_opens(guarded: Client, scheme: str) -> None:
    headers = {"authorization": f"{scheme} s3cret-token"}
    assert guarded.get("/health", headers=headers).status_code == 200
    assert guarded.post("/steps", STEP, headers=headers).status_code == 200


def test_the_address_is_exchanged_for_a_cookie(guarded: Client) -> None:
    response = guarded.request("GET", "/docs?token=s3cret-token&theme=dark")
    assert response.status_code == 303
    assert response.headers["location"] == "/docs?theme=dark", "the token leaves the address bar"
    cookie = response.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie
    headers = {"cookie": cookie.partition(";")[0]}
    again = guarded.request("GET", "/docs?token=s3cret-token", headers=headers)
    assert (again.status_code, again.headers["location"]) == (303, "/docs"), "also from who has the cookie already"
    assert guarded.request("GET", "/docs", headers=headers).status_code == 200
    assert guarded.post("/steps", STEP, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["//evil.example/?token=s3cret-token", "/%5Cevil.example?token=s3cret-token"])
def test_the_exchange_leads_nowhere_else(guarded: Client, path: str) -> None:
    location = guarded.request("GET", f"http://127.0.0.1:8000{path}").headers["location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))


def test_a_wrong_token_in_the_address_is_refused(guarded: Client) -> None:
    check_problem(guarded.request("GET", "/?token=wrong"), 401)
    check_problem(guarded.request("GET", "/?token="), 401)
    check_problem(guarded.request("POST", f"{BASE}/steps?token=s3cret-token", json=STEP), 401)


def test_the_policy_is_the_one_of_the_specification() -> None:
    assert dict(SECURITY_HEADERS)[b"content-security-policy"].decode() == POLICY

"""What stands between the network and the application: response headers, host names, cross-site requests, the token.

Each is a plain ASGI wrapper; `protect` composes them, outermost first.
"""

import hmac
import re
from collections.abc import Iterable
from ipaddress import ip_address
from socket import gethostname
from urllib.parse import parse_qsl, urlencode

from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .errors import CROSS_SITE, TOKEN_REQUIRED, UNTRUSTED_HOST, Problem, problem_response
from .settings import Settings

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)

HOST = re.compile(r"(?P<name>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]*)?", re.ASCII)
"""A Host header: a name or an address, and perhaps a port."""

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


def is_any_address(host: str) -> bool:
    """Whether a server on ``host`` is reached by every address of its machine."""
    try:
        return ip_address(host).is_unspecified
    except ValueError:
        return False


def protect(app: ASGIApp, settings: Settings) -> ASGIApp:
    """The application behind every guard that the settings ask for."""
    if settings.token:
        app = TokenGuard(app, settings.token, settings.port)
    return SecurityHeaders(HostGuard(CrossSiteGuard(app), settings))


class SecurityHeaders:
    """Adds `SECURITY_HEADERS` to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Run the application with a ``send`` that adds the headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *SECURITY_HEADERS]
            await send(message)

        await self.app(scope, receive, send_with_headers)


class HostGuard:
    """Refuses host names that are not this server's, so that a name rebound to this address reaches nothing."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.names = {"localhost", "127.0.0.1", "::1"}
        self.names |= {name.strip().lower() for name in settings.allowed_hosts.split(",") if name.strip()}
        self.any_address = is_any_address(settings.host)
        self.names.add(gethostname().lower() if self.any_address else settings.host.lower())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what asks for a trusted name."""
        if scope["type"] == "http":
            hosts = _headers(scope, b"host")
            if len(hosts) != 1 or not self.trusts(hosts[0]):
                detail = "The Host header must be one of this server's own names; --allowed-hosts adds names."
                await problem_response(Problem(UNTRUSTED_HOST, detail))(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def trusts(self, host: str) -> bool:
        """Whether a Host header names this server; an address cannot be rebound, so any will do where all are bound."""
        parts = HOST.fullmatch(host)
        name = parts["name"].strip("[]").lower() if parts else ""
        if name in self.names:
            return True
        try:
            ip_address(name)
        except ValueError:
            return False
        return self.any_address


class CrossSiteGuard:
    """Refuses unsafe methods that a browser sends on behalf of another origin."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on safe methods, requests from this origin, and requests that come from no page at all."""
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS and _is_cross_site(scope):
            detail = "Only this server's own pages and programs may send this; it came on behalf of another site."
            await problem_response(Problem(CROSS_SITE, detail))(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _is_cross_site(scope: Scope) -> bool:
    if any(site not in ("same-origin", "none") for site in _headers(scope, b"sec-fetch-site")):
        return True
    own = [host.lower() for host in _headers(scope, b"host")]
    return any(origin.lower().partition("://")[2] not in own for origin in _headers(scope, b"origin"))


class TokenGuard:
    """Asks for the token: ``Authorization: Bearer``, or ``?token=``, which is exchanged for a cookie.

    The address is always cleared of the token, also where the cookie is there already: people share addresses.
    """

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self.app = app
        self.token = token.encode()
        self.cookie = f"gatescope_{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on requests that bring the token."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "GET" and b"token=" in scope["query_string"]:
            query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
            if self._is_token(value for name, value in query if name == "token"):
                rest = urlencode([pair for pair in query if pair[0] != "token"])
                path = "/" + scope["path"].lstrip("/\\")
                response = RedirectResponse(path + (f"?{rest}" if rest else ""), 303, {"cache-control": "no-store"})
                response.set_cookie(self.cookie, self.token.decode(), httponly=True, samesite="strict", path="/")
                await response(scope, receive, send)
                return
        if self._has_token(scope):
            await self.app(scope, receive, send)
            return
        detail = "Send the token as 'Authorization: Bearer TOKEN', or open the page once with ?token=TOKEN."
        await problem_response(Problem(TOKEN_REQUIRED, detail, headers={"WWW-Authenticate": "Bearer"}))(
            scope, receive, send
        )

    def _has_token(self, scope: Scope) -> bool:
        bearer = (text[7:].strip() for text in _headers(scope, b"authorization") if text[:7].lower() == "bearer ")
        cookies = (pair.partition("=") for text in _headers(scope, b"cookie") for pair in text.split(";"))
        return self._is_token(bearer) or self._is_token(
            value.strip() for name, _, value in cookies if name.strip() == self.cookie
        )

    def _is_token(self, candidates: Iterable[str]) -> bool:
        return any(hmac.compare_digest(candidate.encode("utf-8", "replace"), self.token) for candidate in candidates)


def _headers(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]

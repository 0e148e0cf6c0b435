"""What the routes have in common: finished JSON, a cheap way in, and the documented ways to fail."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from ..errors import Kind
from ..schemas import ProblemDetails

Responses = dict[int | str, dict[str, Any]]


class RequestRoute(APIRoute):
    """FastAPI's route, but where the endpoint takes the request and nothing else, nothing is looked for to hand it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint itself where that is enough."""
        wants = self.dependant
        others = (wants.path_params, wants.query_params, wants.header_params, wants.cookie_params, wants.body_params)
        if wants.request_param_name == "request" and not any(others) and not wants.dependencies:
            endpoint: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
            return endpoint
        return super().get_route_handler()


def json_response(content: bytes, status: int = 200, **headers: str) -> Response:
    """Finished JSON; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(content, status, {"cache-control": "no-store", **named}, "application/json")


def problems(*kinds: Kind) -> Responses:
    """The documented problem answers of a route."""
    titles: dict[int, list[str]] = {}
    for kind in kinds:
        titles.setdefault(kind.status, []).append(kind.title)
    content = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{ProblemDetails.__name__}"}}}
    return {status: {"description": "; ".join(title), "content": content} for status, title in titles.items()}

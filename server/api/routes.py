"""What the routes have in common: finished JSON, a cheap way in, and the documented ways to fail."""

from collections.abc import Callable
from typing import Any

from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.routing import request_response

from ..errors import Kind
from ..schemas import ProblemDetails

BASE = "/api/v1"
Responses = dict[int | str, dict[str, Any]]


class RequestRoute(APIRoute):
    """FastAPI's route, but where the endpoint takes the request and nothing else, nothing is looked for to hand it."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        wants = self.dependant
        others = (wants.path_params, wants.query_params, wants.header_params, wants.cookie_params, wants.body_params)
        if wants.request_param_name == "request" and not any(others) and not wants.dependencies:
            self.app = request_response(endpoint)


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

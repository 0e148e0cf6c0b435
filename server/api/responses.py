"""JSON bytes as responses, and what the OpenAPI description says about the ways a request can fail."""

from typing import Any

from starlette.responses import Response

from ..errors import KINDS
from ..schemas import ProblemDetails

Responses = dict[int | str, dict[str, Any]]


def json_response(content: bytes, status: int = 200, **headers: str) -> Response:
    """Finished JSON; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(content, status, {"cache-control": "no-store", **named}, "application/json")


def problems(*statuses: int) -> Responses:
    """The documented problem answers of a route."""
    titles = {status: " / ".join(kind.title for kind in KINDS if kind.status == status) for status in statuses}
    content = {"application/problem+json": {"schema": {"$ref": f"#/components/schemas/{ProblemDetails.__name__}"}}}
    return {status: {"description": title, "content": content} for status, title in titles.items()}

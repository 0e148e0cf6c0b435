"""Gradients through time of a network over a sequence."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from ..admission import Stop
from ..errors import BUSY, DEADLINE, DOES_NOT_FIT, INVALID, NOT_FINITE, NOT_JSON_TYPE, TOO_LARGE, UNKNOWN_MODEL
from ..gradients import make_gradients
from ..openapi import body_of
from ..reading import read_body
from ..schemas_gradients import GradientRequest, Gradients
from ..services import Services
from .routes import BASE, RequestRoute, json_response, problems


def router(services: Services) -> APIRouter:
    """``/gradients``."""
    routes = APIRouter(prefix=f"{BASE}/gradients", tags=["Learning"], route_class=RequestRoute)

    @routes.post(
        "",
        summary="How a state or a loss depends on every state and input before it",
        response_model=Gradients,
        responses=problems(UNKNOWN_MODEL, TOO_LARGE, NOT_JSON_TYPE, INVALID, DOES_NOT_FIT, NOT_FINITE, BUSY, DEADLINE),
        openapi_extra=body_of(GradientRequest),
    )
    async def post_gradients(request: Request) -> Response:
        body = await read_body(request, services.settings.max_body_bytes)

        def work(stop: Stop) -> bytes:
            kept, content = make_gradients(services, body, stop)
            stop.poll()
            if services.traces.find(kept.id) is None:
                services.traces.put(kept)  # so that what was differentiated can be looked at
            return content

        return json_response(await services.admission.run(work, request.receive))

    return routes

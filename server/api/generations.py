"""The closed loop: a model goes on by itself."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from ..admission import Stop
from ..errors import BUSY, DEADLINE, DOES_NOT_FIT, INVALID, NOT_FINITE, NOT_JSON_TYPE, TOO_LARGE, UNKNOWN_MODEL
from ..generating import make_generation
from ..openapi import body_of
from ..reading import read_body
from ..schemas_learning import Generation, GenerationRequest
from ..services import Services
from .routes import BASE, RequestRoute, json_response, problems


def router(services: Services) -> APIRouter:
    """``/generations``."""
    routes = APIRouter(prefix=f"{BASE}/generations", tags=["Generation"], route_class=RequestRoute)

    @routes.post(
        "",
        status_code=201,
        summary="Let a model go on by itself, with what it says as what it reads next",
        response_model=Generation,
        responses=problems(UNKNOWN_MODEL, TOO_LARGE, NOT_JSON_TYPE, INVALID, DOES_NOT_FIT, NOT_FINITE, BUSY, DEADLINE),
        openapi_extra=body_of(GenerationRequest),
    )
    async def post_generation(request: Request) -> Response:
        body = await read_body(request, services.settings.max_body_bytes)

        def work(stop: Stop) -> tuple[str, bytes]:
            kept, content = make_generation(services, body, stop)
            stop.poll()
            services.traces.put(kept)  # last, so that what is refused changes nothing
            return kept.id, content

        trace_id, content = await services.admission.run(work, request.receive)
        return json_response(content, 201, location=f"{BASE}/traces/{trace_id}")

    return routes

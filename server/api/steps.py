"""Single steps: the state is handed in and out, nothing is kept."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from .. import schemas
from ..admission import Stop
from ..errors import BUSY, DEADLINE, DOES_NOT_FIT, INVALID, NOT_FINITE, NOT_JSON_TYPE, TOO_LARGE, UNKNOWN_MODEL
from ..openapi import body_of
from ..reading import parse, read_body
from ..representation import step_json
from ..services import Services
from ..tracing import make_step
from .routes import BASE, RequestRoute, json_response, problems


def router(services: Services) -> APIRouter:
    """``/steps``."""
    routes = APIRouter(prefix=f"{BASE}/steps", tags=["Steps"], route_class=RequestRoute)

    @routes.post(
        "",
        summary="One step of a model, with the state handed in and out",
        response_model=schemas.Step,
        responses=problems(UNKNOWN_MODEL, TOO_LARGE, NOT_JSON_TYPE, INVALID, DOES_NOT_FIT, NOT_FINITE, BUSY, DEADLINE),
        openapi_extra=body_of(schemas.StepRequest),
    )
    async def post_step(request: Request) -> Response:
        body = await read_body(request, services.settings.max_body_bytes)

        def work(_: Stop) -> bytes:
            return step_json(*make_step(services, parse(body, schemas.StepRequest)))

        return json_response(await services.admission.run(work, request.receive))

    return routes

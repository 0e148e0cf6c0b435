"""Gate health: of a trace, and of a model over many sequences."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from ..admission import Stop
from ..errors import (
    BUSY,
    DEADLINE,
    DOES_NOT_FIT,
    INVALID,
    NOT_FINITE,
    NOT_JSON_TYPE,
    STORAGE,
    TOO_LARGE,
    UNKNOWN_MODEL,
    UNKNOWN_TRACE,
    UNREADABLE_FILE,
    UNSAFE_FILE,
)
from ..gate_health import examples_health, health_fields, posted_health, trace_health, uploaded_health
from ..openapi import body_or_form_of, parameters_of
from ..reading import read_body
from ..schemas_health import GateHealth, HealthRequest, HealthUpload
from ..services import Services
from .routes import BASE, RequestRoute, json_response, problems

COMPUTED = (TOO_LARGE, DOES_NOT_FIT, NOT_FINITE, BUSY, DEADLINE)


def router(services: Services) -> APIRouter:
    """``/traces/{id}/health`` and ``/models/{id}/health``."""
    routes = APIRouter(prefix=BASE, tags=["Gate health"], route_class=RequestRoute)
    admission, settings = services.admission, services.settings
    fields = health_fields(settings)

    @routes.get(
        "/traces/{trace_id}/health",
        summary="Gate health of a trace: saturated, stuck and dead units, and how long memory lasts",
        response_model=GateHealth,
        responses=problems(UNKNOWN_TRACE, *COMPUTED),
        openapi_extra=parameters_of(GateHealth),
    )
    async def get_trace_health(trace_id: str, request: Request) -> Response:
        def work(stop: Stop) -> bytes:
            return trace_health(settings, services.traces.get(trace_id).trace, stop)

        return json_response(await admission.run(work, request.receive))

    @routes.get(
        "/models/{model_id}/health",
        summary="Gate health of a model over its own examples",
        response_model=GateHealth,
        responses=problems(UNKNOWN_MODEL, *COMPUTED),
    )
    async def get_model_health(model_id: str, request: Request) -> Response:
        def work(stop: Stop) -> bytes:
            return examples_health(services, model_id, stop)

        return json_response(await admission.run(work, request.receive))

    @routes.post(
        "/models/{model_id}/health",
        summary="Gate health of a model over many sequences, as JSON or as a file",
        response_model=GateHealth,
        responses=problems(UNKNOWN_MODEL, NOT_JSON_TYPE, INVALID, UNREADABLE_FILE, UNSAFE_FILE, STORAGE, *COMPUTED),
        openapi_extra=body_or_form_of(HealthRequest, HealthUpload),
    )
    async def post_model_health(model_id: str, request: Request) -> Response:
        if request.headers.get("content-type", "").strip().lower().startswith("multipart/form-data"):
            async with services.uploads.receive(request, fields) as form:
                content = await admission.run(
                    lambda stop: uploaded_health(services, model_id, form, stop), request.receive
                )
            return json_response(content)
        body = await read_body(request, settings.max_body_bytes)
        return json_response(
            await admission.run(lambda stop: posted_health(services, model_id, body, stop), request.receive)
        )

    return routes

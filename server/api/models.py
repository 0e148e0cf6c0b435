"""The models that can be traced."""

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from .. import schemas
from ..errors import BUSY, DEADLINE, UNKNOWN_MODEL
from ..services import Services
from .routes import BASE, json_response, problems


def router(services: Services) -> APIRouter:
    """``/models`` and ``/models/{id}``, for reading."""
    routes = APIRouter(prefix=f"{BASE}/models", tags=["Models"])
    models, admission = services.models, services.admission

    @routes.get(
        "",
        summary="All models, without their labels",
        response_model=schemas.Models,
        responses=problems(BUSY, DEADLINE),
    )
    async def list_models(request: Request) -> Response:
        every = await admission.run(lambda _: [model.to_json(labels=False) for model in models.all()], request.receive)
        return json_response(orjson.dumps({"models": every}))

    @routes.get(
        "/{model_id}",
        summary="One model",
        response_model=schemas.Model,
        responses=problems(UNKNOWN_MODEL, BUSY, DEADLINE),
    )
    async def get_model(model_id: str, request: Request) -> Response:
        return json_response(await admission.run(lambda _: models.get(model_id).full_json, request.receive))

    return routes

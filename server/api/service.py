"""What the server is: that it answers, what cells expose, what its limits are."""

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from gatescope import __version__
from gatescope.core.quantities import QUANTITIES

from .. import schemas
from ..services import Services
from .routes import BASE, json_response


def router(services: Services) -> APIRouter:
    """``/health``, ``/quantities``, ``/limits``."""
    routes = APIRouter(prefix=BASE, tags=["Service"])
    health = orjson.dumps({"status": "ok", "version": __version__})
    quantities = orjson.dumps({"quantities": [quantity.to_json() for quantity in QUANTITIES]})
    limits = orjson.dumps(services.settings.limits())

    @routes.get("/health", summary="Whether the server answers", response_model=schemas.Health)
    async def get_health() -> Response:
        return json_response(health)

    @routes.get("/quantities", summary="What cells expose, in display order", response_model=schemas.Quantities)
    async def get_quantities() -> Response:
        return json_response(quantities)

    @routes.get("/limits", summary="Every limit by name", response_model=dict[str, float])
    async def get_limits() -> Response:
        return json_response(limits)

    return routes

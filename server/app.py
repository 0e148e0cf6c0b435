"""The composition root: makes the services, mounts the routes, puts the guards in front."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.responses import Response
from starlette.types import ASGIApp

from gatescope.core.pretrained import Pretrained

from . import errors, openapi, pages
from .admission import Admission
from .api import models, service, steps, traces
from .api.routes import BASE, json_response
from .security import protect
from .services import Services
from .settings import Settings
from .store.models import ModelStore, load_bundled
from .store.traces import TraceCache


def create_app(settings: Settings | None = None, bundled: Iterable[Pretrained] | None = None) -> ASGIApp:
    """The whole server as an ASGI application.

    ``bundled`` replaces the networks that come with the program, which tests use.
    """
    settings = settings or Settings()
    services = Services(
        settings,
        ModelStore(load_bundled() if bundled is None else bundled, settings.models_dir, settings.max_model_bytes),
        TraceCache(settings.trace_cache_bytes),
        Admission(settings),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        services.admission.close()

    app = FastAPI(
        title="Gatescope", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=lifespan
    )
    errors.install(app)
    openapi.install(app)
    for noun in (service, models, traces, steps):
        app.router.routes.extend(noun.router(services).routes)  # flat: including them would match every path twice

    @app.get(f"{BASE}/openapi.json", include_in_schema=False)
    def get_openapi() -> Response:
        return json_response(openapi.as_json(app))

    app.router.routes.extend(pages.routes(settings, app.openapi))
    return protect(app, settings)

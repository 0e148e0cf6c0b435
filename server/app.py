"""The composition root: makes the services, mounts the routes, puts the guards in front."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace

from fastapi import FastAPI
from starlette.responses import Response
from starlette.types import ASGIApp

from gatescope.core.pretrained import Pretrained

from . import errors, openapi, pages
from .admission import Admission
from .api import (
    gate_health,
    generations,
    gradients,
    inside,
    models,
    service,
    steps,
    tasks,
    traces,
    verifications,
)
from .api.routes import BASE, json_response
from .head import HeadAsGet
from .security import protect
from .services import Services
from .settings import Settings
from .store.models import ModelStore, load_bundled
from .store.own import OwnModels
from .store.traces import TraceCache
from .uploads import Uploads


def create_app(settings: Settings | None = None, bundled: Iterable[Pretrained] | None = None) -> ASGIApp:
    """The whole server as an ASGI application.

    ``bundled`` replaces the networks that come with the program, which tests use.
    """
    settings = settings or Settings()
    own = OwnModels(
        settings.data_path,
        max_bytes=settings.max_model_bytes,
        max_stored=settings.max_stored_bytes,
        cache_bytes=settings.model_cache_bytes,
    )
    services = Services(
        settings,
        ModelStore(load_bundled() if bundled is None else bundled, own),
        TraceCache(settings.trace_cache_bytes),
        Admission(settings),
        # Reading files takes longer than tracing, and must not keep traces waiting: it has threads of its own.
        Admission(replace(settings, workers=settings.importers, deadline_seconds=settings.import_deadline_seconds)),
        Uploads(settings),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        services.admission.close()
        services.imports.close()
        services.models.close()

    app = FastAPI(
        title="Gatescope", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=lifespan
    )
    errors.install(app)
    openapi.install(app)
    for noun in (service, models, verifications, traces, inside, gate_health, gradients, generations, steps, tasks):
        app.router.routes.extend(noun.router(services).routes)  # flat: including them would match every path twice

    @app.get(f"{BASE}/openapi.json", include_in_schema=False)
    def get_openapi() -> Response:
        return json_response(openapi.as_json(app))

    app.router.routes.extend(pages.routes(settings, app.openapi))
    return protect(HeadAsGet(app), settings)

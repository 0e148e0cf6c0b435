"""The composition root: makes the services, mounts the routes, puts the guards in front."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import replace
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
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
    trainings,
    verifications,
)
from .api.routes import BASE, json_response
from .head import HeadAsGet
from .security import protect
from .services import Services
from .settings import Settings
from .store.checkpoints import Checkpoints
from .store.models import ModelStore, load_bundled
from .store.networks import NetworkCache
from .store.own import OwnModels
from .store.traces import TraceCache
from .store.trainings import TrainingFolder
from .streams import END_STREAMS, Streams
from .training.conclusions import Conclusions
from .training.supervisor import Supervisor
from .uploads import Uploads


def create_app(settings: Settings | None = None, bundled: Iterable[Pretrained] | None = None) -> ASGIApp:
    """The whole server as an ASGI application.

    ``bundled`` replaces the networks that come with the program, which tests use.
    """
    settings = settings or Settings()
    cache = NetworkCache(settings.model_cache_bytes)
    own = OwnModels(
        settings.data_path, max_bytes=settings.max_model_bytes, max_stored=settings.max_stored_bytes, cache=cache
    )
    folder = TrainingFolder(settings.data_path / "trainings")
    every = ModelStore(load_bundled() if bundled is None else bundled, own, Checkpoints(folder, cache))
    services = Services(
        settings,
        every,
        TraceCache(settings.trace_cache_bytes),
        Admission(settings),
        # Reading files takes longer than tracing, and must not keep traces waiting: it has threads of its own.
        Admission(replace(settings, workers=settings.importers, deadline_seconds=settings.import_deadline_seconds)),
        Uploads(settings),
        Supervisor(settings, folder, Conclusions(every)),
        Streams(settings),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        services.trainings.open()
        yield {END_STREAMS: services.streams.end}
        services.trainings.close()
        services.admission.close()
        services.imports.close()
        services.models.close()

    app = openapi.DescribedAPI(
        title="Gatescope",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    errors.install(app)
    nouns = (
        service, models, verifications, traces, inside, gate_health, gradients, generations, steps, tasks, trainings,
    )  # fmt: skip
    for noun in nouns:
        app.router.routes.extend(noun.router(services).routes)  # flat: including them would match every path twice
    _find_first(app, f"{BASE}/traces")

    @app.get(f"{BASE}/openapi.json", include_in_schema=False)
    def get_openapi() -> Response:
        return json_response(openapi.as_json(app))

    app.router.routes.extend(pages.routes(settings, app.openapi))
    return protect(HeadAsGet(app), settings)


def _find_first(app: FastAPI, path: str) -> None:
    """Look for the route of this path before all others: it is asked most. The description keeps its order."""
    first = copy(next(route for route in app.router.routes if isinstance(route, APIRoute) and route.path == path))
    first.include_in_schema = False
    app.router.routes.insert(0, first)

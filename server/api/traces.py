"""Traces: made, asked for again, as arrays for NumPy, as figures."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from .. import figures, schemas
from ..admission import Stop
from ..errors import (
    BUSY,
    DEADLINE,
    DOES_NOT_FIT,
    INVALID,
    NOT_FINITE,
    NOT_JSON_TYPE,
    TOO_LARGE,
    UNKNOWN_MODEL,
    UNKNOWN_TRACE,
)
from ..openapi import body_of
from ..quantities import check_quantities
from ..reading import read_body
from ..representation import trace_json, trace_npz
from ..schemas_traces import TraceRequest
from ..services import Services
from ..tracing import check_size, make_trace
from .routes import BASE, RequestRoute, Responses, json_response, problems

NPZ: Responses = {200: {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}}


def router(services: Services) -> APIRouter:
    """``/traces``, ``/traces/{id}``, ``/traces/{id}.npz``, ``/traces/{id}/figure``."""
    routes = APIRouter(prefix=f"{BASE}/traces", tags=["Traces"], route_class=RequestRoute)
    traces, admission, settings = services.traces, services.admission, services.settings

    @routes.post(
        "",
        status_code=201,
        summary="Run a model over a sequence and get every gate and state of every step",
        response_model=schemas.Trace,
        responses=problems(UNKNOWN_MODEL, TOO_LARGE, NOT_JSON_TYPE, INVALID, DOES_NOT_FIT, NOT_FINITE, BUSY, DEADLINE),
        openapi_extra=body_of(TraceRequest),
    )
    async def post_trace(request: Request) -> Response:
        body = await read_body(request, settings.max_body_bytes)

        def work(stop: Stop) -> tuple[str, bytes]:
            kept = make_trace(services, body, stop)
            stop.poll()
            content = trace_json(kept)
            traces.put(kept)  # last, so that what is refused changes nothing
            return kept.id, content

        trace_id, content = await admission.run(work, request.receive)
        return json_response(content, 201, location=f"{BASE}/traces/{trace_id}")

    @routes.get(
        "/{trace_id}.npz",
        summary="All arrays of a trace for `numpy.load`",
        response_class=Response,
        responses={**NPZ, **problems(UNKNOWN_TRACE, BUSY, DEADLINE)},
    )
    async def get_npz(trace_id: str, request: Request) -> Response:
        content = await admission.run(lambda _: trace_npz(traces.get(trace_id).trace), request.receive)
        disposition = f'attachment; filename="trace-{trace_id[:12]}.npz"'
        return Response(
            content,
            headers={"content-disposition": disposition, "cache-control": "no-store"},
            media_type="application/zip",
        )

    @routes.get(
        "/{trace_id}",
        summary="A trace again, as it was last asked for",
        response_model=schemas.Trace,
        responses=problems(UNKNOWN_TRACE, TOO_LARGE, INVALID, NOT_FINITE, BUSY, DEADLINE),
    )
    async def get_trace(
        trace_id: str,
        request: Request,
        encoding: Annotated[schemas.Encoding | None, Query(description="Another encoding than last time.")] = None,
        quantities: Annotated[
            str | None, Query(description="Other quantities than last time: names separated by commas.")
        ] = None,
    ) -> Response:
        def work(_: Stop) -> bytes:
            kept = traces.get(trace_id)
            network = kept.trace.network
            names = (
                kept.quantities
                if quantities is None
                else check_quantities(network, quantities.split(","), "query", "quantities")
            )
            again = replace(kept, encoding=encoding or kept.encoding, quantities=names)
            check_size(settings, network, kept.trace.steps, again.encoding, names)
            content = trace_json(again)
            traces.put(again)
            return content

        return json_response(await admission.run(work, request.receive))

    @routes.get(
        "/{trace_id}/figure",
        summary="One quantity of a trace as a Plotly figure",
        response_model=schemas.Figure,
        responses=problems(UNKNOWN_TRACE, TOO_LARGE, INVALID, NOT_FINITE, BUSY, DEADLINE),
    )
    async def get_figure(
        trace_id: str,
        request: Request,
        layer: Annotated[int, Query(ge=0)] = 0,
        direction: schemas.DirectionName = "forward",
        quantity: str = "hidden_state",
    ) -> Response:
        def work(_: Stop) -> bytes:
            kept = traces.get(trace_id)
            check_size(settings, kept.trace.network, kept.trace.steps, "list", (quantity,))
            return figures.figure_json(kept.trace, kept.model_title, layer, direction, quantity)

        return json_response(await admission.run(work, request.receive))

    return routes

"""Inside a step of a trace: where its numbers come from, and what becomes of them."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from gatescope.core.alignment import Method

from ..admission import Stop
from ..errors import BUSY, DEADLINE, DOES_NOT_FIT, INVALID, NOT_FINITE, TOO_LARGE, UNKNOWN_TRACE
from ..inside import arithmetic_json, difference_json, ledger_json
from ..openapi import parameters_of
from ..quantities import own_quantities
from ..schemas import DirectionName, Encoding
from ..schemas_inside import Arithmetic, Difference, Ledger
from ..services import Services
from .routes import BASE, RequestRoute, json_response, problems

REFUSALS = problems(UNKNOWN_TRACE, TOO_LARGE, INVALID, DOES_NOT_FIT, NOT_FINITE, BUSY, DEADLINE)

Layer = Annotated[int, Query(description="Number of the layer, from 0.")]
Direction = Annotated[DirectionName, Query(description="Which direction of the layer.")]
Encoded = Annotated[Encoding, Query(description="How arrays are sent.")]


def router(services: Services) -> APIRouter:
    """``/traces/{id}/arithmetic``, ``/ledger``, ``/health``, ``/difference``."""
    routes = APIRouter(prefix=f"{BASE}/traces", tags=["Inside a step"], route_class=RequestRoute)
    traces, admission, settings = services.traces, services.admission, services.settings

    @routes.get(
        "/{trace_id}/arithmetic",
        summary="Every term of the sum behind one number",
        response_model=Arithmetic,
        responses=REFUSALS,
        openapi_extra=parameters_of(Arithmetic),
    )
    async def get_arithmetic(
        trace_id: str,
        request: Request,
        quantity: Annotated[str, Query(description="Name of a gate or state.")],
        unit: Annotated[int, Query(description="Number of the unit, from 0.")],
        step: Annotated[int, Query(description="Row of the trace, from 0.")],
        layer: Layer = 0,
        direction: Direction = "forward",
    ) -> Response:
        def work(_: Stop) -> bytes:
            return arithmetic_json(settings, traces.get(trace_id).trace, layer, direction, quantity, unit, step)

        return json_response(await admission.run(work, request.receive))

    @routes.get(
        "/{trace_id}/ledger",
        summary="What of a state was written at which step and is still remembered",
        response_model=Ledger,
        responses=REFUSALS,
        openapi_extra=parameters_of(Ledger),
    )
    async def get_ledger(
        trace_id: str,
        request: Request,
        layer: Layer = 0,
        direction: Direction = "forward",
        unit: Annotated[int | None, Query(description="Number of the unit; without it, all at that step.")] = None,
        step: Annotated[int | None, Query(description="Row of the trace; without it, all as a lower triangle.")] = None,
        encoding: Encoded = "list",
    ) -> Response:
        def work(_: Stop) -> bytes:
            return ledger_json(settings, traces.get(trace_id).trace, layer, direction, unit, step, encoding)

        return json_response(await admission.run(work, request.receive))

    @routes.get(
        "/{trace_id}/difference",
        summary="A trace less another of the same layers",
        response_model=Difference,
        responses=REFUSALS,
        openapi_extra=parameters_of(Difference),
    )
    async def get_difference(
        trace_id: str,
        request: Request,
        baseline: Annotated[str, Query(description="Id of the trace that is taken away.")],
        encoding: Encoded = "list",
        quantities: Annotated[
            str | None,
            Query(description="Names of gates and states, separated by commas; all if not given, none if empty."),
        ] = None,
        align: Annotated[
            Method | None,
            Query(
                description="Pair the steps of two sequences, which may then differ in length: by `index`, or so that "
                "the fewest steps are exchanged, left out or put in (`edit`). Tokens are alike by their text, rows of "
                "numbers when they are equal number by number."
            ),
        ] = None,
    ) -> Response:
        def work(_: Stop) -> bytes:
            kept, other = traces.get(trace_id), traces.get(baseline)
            asked = None if quantities is None else quantities.split(",") if quantities else []
            names = None if asked is None else own_quantities(kept.trace.network, asked, "query", "quantities")
            return difference_json(settings, kept, other, encoding, names, align)

        return json_response(await admission.run(work, request.receive))

    return routes

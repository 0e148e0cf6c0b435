"""Verifications: a framework's own numbers beside a model's, and the lines that write such numbers to a file."""

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from gatescope.core.snippets import SNIPPETS

from ..admission import Stop
from ..errors import (
    BUSY,
    DEADLINE,
    DOES_NOT_FIT,
    INVALID,
    NOT_A_FORM,
    NOT_FINITE,
    STORAGE,
    TOO_LARGE,
    UNKNOWN_FORMAT,
    UNKNOWN_MODEL,
    UNREADABLE_FILE,
    UNSAFE_FILE,
)
from ..openapi import form_of
from ..schemas_uploads import ReferenceUpload
from ..schemas_verification import Snippets, Verification
from ..services import Services
from ..verifying import make_verification, reference_fields
from .routes import BASE, json_response, problems


def router(services: Services) -> APIRouter:
    """``/models/{id}/verification`` and ``/snippets``."""
    routes = APIRouter(prefix=BASE, tags=["Verification"])
    fields = reference_fields(services.settings)
    snippets = orjson.dumps({"snippets": [snippet.to_json() for snippet in SNIPPETS.values()]})

    @routes.post(
        "/models/{model_id}/verification",
        summary="Compare a model with what another framework computed for the same sequence",
        response_model=Verification,
        responses=problems(
            UNKNOWN_MODEL, TOO_LARGE, NOT_A_FORM, UNKNOWN_FORMAT, INVALID, UNREADABLE_FILE, UNSAFE_FILE, DOES_NOT_FIT,
            NOT_FINITE, BUSY, STORAGE, DEADLINE,
        ),
        openapi_extra=form_of(ReferenceUpload),
    )  # fmt: skip
    async def post_verification(model_id: str, request: Request) -> Response:
        async with services.uploads.receive(request, fields) as form:

            def work(stop: Stop) -> bytes:
                return orjson.dumps(make_verification(services, model_id, form, stop))

            content = await services.admission.run(work, request.receive)
        return json_response(content)

    @routes.get("/snippets", summary="Lines that write a reference, by framework", response_model=Snippets)
    async def get_snippets() -> Response:
        return json_response(snippets)

    return routes

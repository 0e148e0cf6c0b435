"""The models that can be traced: listed, uploaded, renamed, handed out again, deleted."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from .. import schemas
from ..admission import Stop
from ..errors import (
    BUNDLED,
    BUSY,
    CHOICE_NEEDED,
    DEADLINE,
    INVALID,
    MISSING_READER,
    NOT_A_FORM,
    NOT_JSON_TYPE,
    STORAGE,
    TOO_LARGE,
    UNKNOWN_FORMAT,
    UNKNOWN_MODEL,
    UNREADABLE_FILE,
    UNSAFE_FILE,
    UNSUPPORTED,
    WRONG_OPTION,
    Problem,
)
from ..head import HEAD_ASKED
from ..importing import keep_upload, upload_fields
from ..names import safe_file_name
from ..openapi import body_of, form_of
from ..reading import parse, read_body
from ..schemas_uploads import ModelUpload, Rename
from ..services import Services
from .routes import BASE, Responses, json_response, problems

PIECE = 1024 * 1024
BINARY = {"schema": {"type": "string", "format": "binary"}}
FILE: Responses = {200: {"content": {"application/octet-stream": BINARY}}}
AGAIN: Responses = {
    200: {
        "model": schemas.Model,
        "description": "It was there already: its name stays, its notes are about this file",
    }
}
OF_FILES = (UNREADABLE_FILE, UNSAFE_FILE, UNSUPPORTED, MISSING_READER, WRONG_OPTION, CHOICE_NEEDED)


def router(services: Services) -> APIRouter:
    """``/models``, ``/models/{id}``, ``/models/{id}/weights``."""
    routes = APIRouter(prefix=f"{BASE}/models", tags=["Models"])
    models, admission, settings = services.models, services.admission, services.settings

    @routes.get(
        "",
        summary="All models, without their labels",
        response_model=schemas.Models,
        responses=problems(BUSY, DEADLINE),
    )
    async def list_models(request: Request) -> Response:
        every = await admission.run(lambda _: orjson.dumps({"models": models.all()}), request.receive)
        return json_response(every)

    @routes.post(
        "",
        status_code=201,
        summary="Upload a trained network; the format is told by the file's content",
        response_model=schemas.Model,
        responses={
            **AGAIN,
            **problems(TOO_LARGE, NOT_A_FORM, UNKNOWN_FORMAT, INVALID, *OF_FILES, BUSY, STORAGE, DEADLINE),
        },
        openapi_extra=form_of(ModelUpload),
    )
    async def post_model(request: Request) -> Response:
        async with services.uploads.receive(request, upload_fields(settings)) as form:

            def work(stop: Stop) -> tuple[str, bool, bytes]:
                model_id, new = keep_upload(services, form, stop)
                return model_id, new, models.details(model_id)

            with _worded_for_imports(settings.import_deadline_seconds):
                model_id, new, content = await services.imports.run(work, request.receive)
        return json_response(content, 201 if new else 200, location=f"{BASE}/models/{model_id}")

    @routes.get(
        "/{model_id}",
        summary="One model",
        response_model=schemas.Model,
        responses=problems(UNKNOWN_MODEL, BUSY, DEADLINE),
    )
    async def get_model(model_id: str, request: Request) -> Response:
        return json_response(await admission.run(lambda _: models.details(model_id), request.receive))

    @routes.patch(
        "/{model_id}",
        summary="Give an uploaded model another name",
        response_model=schemas.Model,
        responses=problems(UNKNOWN_MODEL, BUNDLED, TOO_LARGE, NOT_JSON_TYPE, INVALID, BUSY, STORAGE, DEADLINE),
        openapi_extra=body_of(Rename),
    )
    async def patch_model(model_id: str, request: Request) -> Response:
        body = await read_body(request, settings.max_body_bytes)

        def work(_: Stop) -> bytes:
            models.rename(model_id, parse(body, Rename).name)
            return models.details(model_id)

        return json_response(await admission.run(work, request.receive))

    @routes.delete(
        "/{model_id}",
        status_code=204,
        summary="Delete an uploaded model",
        response_class=Response,
        responses=problems(UNKNOWN_MODEL, BUNDLED, BUSY, STORAGE, DEADLINE),
    )
    async def delete_model(model_id: str, request: Request) -> Response:
        await admission.run(lambda _: models.delete(model_id), request.receive)
        return Response(status_code=204)

    @routes.get(
        "/{model_id}/weights",
        summary="A model's network as a canonical `.safetensors` file, which can be uploaded again",
        response_class=Response,
        responses={**FILE, **problems(UNKNOWN_MODEL, BUSY, DEADLINE)},
    )
    async def get_weights(model_id: str, request: Request) -> Response:
        name, content = await admission.run(lambda _: models.weights(model_id), request.receive)
        headers = {
            "content-disposition": f'attachment; filename="{safe_file_name(name)}.safetensors"',
            "cache-control": "no-store",
        }
        media_type = "application/octet-stream"
        if isinstance(content, bytes):
            return Response(content, headers=headers, media_type=media_type)
        headers["content-length"] = str(content.seek(0, 2))
        content.seek(0)
        pieces = _pieces(content, head=HEAD_ASKED in request.scope)
        return StreamingResponse(pieces, headers=headers, media_type=media_type)

    return routes


def _pieces(file: BinaryIO, *, head: bool) -> Iterator[bytes]:
    """The file's bytes, read in threads as the client takes them; whoever deletes the file meanwhile stops nothing."""
    with file:
        while not head and (piece := file.read(PIECE)):
            yield piece


@contextmanager
def _worded_for_imports(seconds: float) -> Iterator[None]:
    try:
        yield
    except Problem as problem:
        if problem.kind is DEADLINE:
            detail = f"The file was not read as a network within {seconds:g} seconds, waiting for others included."
            raise Problem(DEADLINE, detail) from None
        raise

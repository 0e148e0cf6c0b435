"""Training runs: begun, followed, paused, resumed, stopped, deleted."""

import time
from typing import Annotated

import orjson
from fastapi import APIRouter, Header, Query, Request
from starlette.responses import Response

from .. import schemas_trainings as schemas
from ..admission import Stop
from ..errors import (
    BUSY,
    DEADLINE,
    INVALID,
    NOT_JSON_TYPE,
    STORAGE,
    TOO_LARGE,
    TRAINING_STATE,
    UNKNOWN_TRAINING,
)
from ..openapi import body_of
from ..reading import parse, read_body
from ..services import Services
from ..store.trainings import Training
from ..streams import EventStream, Signal
from ..training.service import checkpoints_json, follower, has_nothing_new, plan_of, training_json
from .routes import BASE, Responses, json_response, problems

SETTLE_SECONDS = 1.5
"""How long an answer waits for a run to do what it was told."""
LARGEST_ID = 2**53
EVENTS: Responses = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
    204: {"description": "That was all: the event that was seen last is the run's last. Browsers stop asking then."},
}
EVENTS_DESCRIPTION = """\
`progress` has the figures of an update, `checkpoint` the updates of which the network is kept, `state` says that the
run waits, runs or is paused, and `end` that nothing more comes. Ids only grow: with the last one seen in
`Last-Event-ID`, as browsers send it of themselves, nothing is missed. Where an interrupted run was resumed, `state`
says from which update it goes on: what was said of later ones no longer holds.
"""
COMMANDS = {
    "pause": "Keep a run as it is, to go on later",
    "resume": "Go on with a run that was paused or interrupted, once it is its turn",
    "stop": "End a run for good; its network is a model",
}


def router(services: Services) -> APIRouter:
    """``/trainings``, ``/trainings/{id}`` and what is below it."""
    routes = APIRouter(prefix=f"{BASE}/trainings", tags=["Training"])
    _begin_and_list(routes, services)
    _look_at(routes, services)
    _follow(routes, services)
    for word, summary in COMMANDS.items():
        _command(routes, services, word, summary)
    _delete(routes, services)
    return routes


def _begin_and_list(routes: APIRouter, services: Services) -> None:
    admission, settings, supervisor = services.admission, services.settings, services.trainings

    @routes.post(
        "",
        status_code=201,
        summary="Begin a training run; it waits for its turn where others run",
        response_model=schemas.Training,
        responses=problems(TOO_LARGE, NOT_JSON_TYPE, INVALID, BUSY, STORAGE, DEADLINE),
        openapi_extra=body_of(schemas.TrainingRequest),
    )
    async def post_training(request: Request) -> Response:
        body = await read_body(request, settings.max_body_bytes)

        def work(stop: Stop) -> tuple[str, bytes]:
            plan, name = plan_of(settings, parse(body, schemas.TrainingRequest))
            stop.poll()
            training = supervisor.create(plan.as_json(), name)
            return training.id, training_json(training)

        training_id, content = await admission.run(work, request.receive)
        return json_response(content, 201, location=f"{BASE}/trainings/{training_id}")

    @routes.get(
        "",
        summary="All training runs, without their curves",
        response_model=schemas.Trainings,
        responses=problems(BUSY, DEADLINE),
    )
    async def list_trainings(request: Request) -> Response:
        def work(_: Stop) -> bytes:
            every = supervisor.folder.all()
            for training in every:
                supervisor.look_after(training)
            return orjson.dumps({"trainings": [training.to_json(whole=False) for training in every]})

        return json_response(await admission.run(work, request.receive))


def _look_at(routes: APIRouter, services: Services) -> None:
    admission = services.admission

    @routes.get(
        "/{training_id}",
        summary="One training run: its state, its curves, what it has reached",
        response_model=schemas.Training,
        responses=problems(UNKNOWN_TRAINING, BUSY, DEADLINE),
    )
    async def get_training(training_id: str, request: Request) -> Response:
        return json_response(
            await admission.run(lambda _: training_json(_find(services, training_id)), request.receive)
        )

    @routes.get(
        "/{training_id}/checkpoints",
        summary="The updates of which a run's network is kept; each is a model",
        response_model=schemas.Checkpoints,
        responses=problems(UNKNOWN_TRAINING, BUSY, DEADLINE),
    )
    async def get_checkpoints(training_id: str, request: Request) -> Response:
        return json_response(
            await admission.run(lambda _: checkpoints_json(_find(services, training_id)), request.receive)
        )


def _follow(routes: APIRouter, services: Services) -> None:
    admission, streams = services.admission, services.streams

    @routes.get(
        "/{training_id}/events",
        summary="What happens in a run, as server-sent events",
        description=EVENTS_DESCRIPTION,
        response_class=Response,
        responses={**EVENTS, **problems(UNKNOWN_TRAINING, INVALID, BUSY, DEADLINE)},
    )
    async def get_events(
        training_id: str,
        request: Request,
        last_event_id: Annotated[
            int | None, Header(ge=0, le=LARGEST_ID, description="Id of the last event that was seen.")
        ] = None,
        after: Annotated[
            int, Query(ge=0, le=LARGEST_ID, description="The same, for clients that send no headers.")
        ] = 0,
    ) -> Response:
        last = after if last_event_id is None else last_event_id
        training = await admission.run(lambda _: _find(services, training_id), request.receive)
        if last and has_nothing_new(training, last):
            return Response(status_code=204, headers={"cache-control": "no-store"})
        return EventStream(streams, follower(training, last), training.listening)


def _command(routes: APIRouter, services: Services, word: str, summary: str) -> None:
    """One of the routes that tell a run what to do, and answer with it once it has done so."""
    admission = services.admission

    @routes.post(
        f"/{{training_id}}/{word}",
        summary=summary,
        name=f"{word}_training",
        response_model=schemas.Training,
        responses=problems(UNKNOWN_TRAINING, TRAINING_STATE, BUSY, STORAGE, DEADLINE),
    )
    async def post_command(training_id: str, request: Request) -> Response:
        def work(_: Stop) -> Training:
            training = _find(services, training_id)
            getattr(services.trainings, word)(training)
            return training

        training = await admission.run(work, request.receive)
        await _settled(services, training)
        return json_response(await admission.run(lambda _: training_json(training), request.receive))


def _delete(routes: APIRouter, services: Services) -> None:
    admission, supervisor = services.admission, services.trainings

    @routes.delete(
        "/{training_id}",
        status_code=204,
        summary="Delete a run with its checkpoints, ended or not; the model that it has become stays",
        response_class=Response,
        responses=problems(UNKNOWN_TRAINING, TRAINING_STATE, BUSY, STORAGE, DEADLINE),
    )
    async def delete_training(training_id: str, request: Request) -> Response:
        await admission.run(lambda _: supervisor.delete(supervisor.folder.get(training_id)), request.receive)
        return Response(status_code=204)


def _find(services: Services, training_id: str) -> Training:
    """The run of this id, as it is now.

    Raises:
        Problem: there is none.
    """
    training = services.trainings.folder.get(training_id)
    services.trainings.look_after(training)
    return training


async def _settled(services: Services, training: Training) -> None:
    """Wait until the run's process has done what it was told."""
    signal, until = Signal(), time.monotonic() + SETTLE_SECONDS
    with training.listening(signal):
        while services.trainings.is_ending(training) and (left := until - time.monotonic()) > 0:
            await signal.wait(left)

"""What a network can be trained for."""

import base64
from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from gatescope.core.tasks import TASKS
from gatescope.core.tasks.captions import clips
from gatescope.core.tasks.clips import FRAMES, SIDE
from gatescope.core.training.plan import FIELDS, defaults_of

from ..errors import BUSY, DEADLINE, INVALID
from ..schemas_learning import Clips, Tasks
from ..services import Services
from .routes import BASE, RequestRoute, json_response, problems

MOST_CLIPS = 24


def router(services: Services) -> APIRouter:
    """``/tasks`` and ``/tasks/captions/clips``."""
    routes = APIRouter(prefix=f"{BASE}/tasks", tags=["Training"], route_class=RequestRoute)
    tasks = orjson.dumps(
        {
            "tasks": [
                {
                    "name": task.name,
                    "title": task.title,
                    "description": task.description,
                    "measured": task.measured,
                    "bidirectional": task.bidirectional,
                    "options": [option.to_json() for option in task.options],
                    "defaults": defaults_of(task),
                }
                for task in TASKS.values()
            ],
            "parameters": [option.to_json() for option in FIELDS],
        }
    )

    @routes.get("", summary="What can be trained, with options, defaults and ranges", response_model=Tasks)
    async def get_tasks() -> Response:
        return json_response(tasks)

    @routes.get(
        "/captions/clips",
        summary="Clips of the task `captions`: frames to look at, and what a network reads of them",
        response_model=Clips,
        responses=problems(INVALID, BUSY, DEADLINE),
        openapi_extra={"x-example-queries": {"two": {"summary": "Two clips", "value": {"count": 2, "seed": 1}}}},
    )
    async def get_clips(
        request: Request,
        count: Annotated[int, Query(ge=1, le=MOST_CLIPS, description="How many.")] = 4,
        seed: Annotated[int, Query(ge=0, lt=2**53, description="Decides which.")] = 0,
    ) -> Response:
        content = await services.admission.run(lambda _: clips_json(count, seed), request.receive)
        return json_response(content)

    return routes


def clips_json(count: int, seed: int) -> bytes:
    """Clips drawn from a seed, as the API sends them."""
    shown = [
        {
            "caption": clip.caption,
            "values": [clip.row.tolist()],
            "pixels": base64.b64encode(clip.pixels.tobytes()).decode(),
        }
        for clip in clips(count, seed)
    ]
    return orjson.dumps({"frames": FRAMES, "side": SIDE, "clips": shown})

"""Problems (RFC 9457): one table of what can be refused, one place where errors become statuses.

::

    Problem               anything this server refuses, with the kind that gives status and title
    CoreError             what the core refuses; `KINDS_OF_CORE_ERRORS` gives the kind, the core the sentence
"""

import errno
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from gatescope.core import errors as core

logger = logging.getLogger("gatescope")

Pointer = tuple[str | int, ...]
LONGEST_KEY = 64
MOST_CAUSES = 20


@dataclass(frozen=True)
class Kind:
    """A kind of problem; ``slug`` is its anchor in the documentation."""

    slug: str
    status: int
    title: str


BAD_REQUEST = Kind("bad-request", 400, "The request is not valid HTTP for this server")
UNTRUSTED_HOST = Kind("untrusted-host", 400, "This server is not known by that host name")
TOKEN_REQUIRED = Kind("token-required", 401, "The access token is missing or wrong")
CROSS_SITE = Kind("cross-site", 403, "Requests from other sites are refused")
NOT_FOUND = Kind("not-found", 404, "There is nothing here")
UNKNOWN_MODEL = Kind("unknown-model", 404, "There is no such model")
UNKNOWN_TRACE = Kind("unknown-trace", 404, "There is no such trace")
UNKNOWN_TRAINING = Kind("unknown-training", 404, "There is no such training")
BUNDLED = Kind("bundled-model", 409, "Models that come with the program stay as they are")
CHECKPOINT_MODEL = Kind("checkpoint-model", 409, "The checkpoints of a training go with it")
TRAINING_STATE = Kind("training-state", 409, "The training is in a state that does not allow it")
METHOD_NOT_ALLOWED = Kind("method-not-allowed", 405, "This address does not take that method")
TOO_LARGE = Kind("too-large", 413, "The request asks for more than the limits allow")
NOT_JSON_TYPE = Kind("unsupported-media-type", 415, "The body must be JSON")
NOT_A_FORM = Kind("multipart-required", 415, "The body must be multipart/form-data")
UNKNOWN_FORMAT = Kind("unknown-format", 415, "The file is of no format that is read here")
INVALID = Kind("invalid-request", 422, "The request cannot be understood")
UNREADABLE_FILE = Kind("unreadable-file", 422, "The file cannot be read as what it should be")
UNSAFE_FILE = Kind("unsafe-file", 422, "Reading the file would run code in it or reach for other files")
UNSUPPORTED = Kind("unsupported-network", 422, "The file asks for something that is not computed here")
MISSING_READER = Kind("missing-reader", 422, "The package that reads this format is not installed")
WRONG_OPTION = Kind("wrong-option", 422, "An option does not exist or does not fit the file")
CHOICE_NEEDED = Kind("choice-needed", 422, "The file can be understood in more than one way")
DOES_NOT_FIT = Kind("does-not-fit", 422, "The input does not fit the model")
NOT_FINITE = Kind("numerical", 422, "The computation left the finite numbers")
HEAD_TOO_LARGE = Kind("head-too-large", 431, "The request line and headers are too large")
GONE = Kind("client-gone", 499, "The client left before the answer")
INTERNAL = Kind("internal", 500, "The server made a mistake")
BUSY = Kind("busy", 503, "The server is busy")
STORAGE = Kind("storage", 503, "Nothing can be kept at the moment")
DEADLINE = Kind("deadline", 504, "The computation took too long")

KINDS = (
    BAD_REQUEST, UNTRUSTED_HOST, TOKEN_REQUIRED, CROSS_SITE, NOT_FOUND, UNKNOWN_MODEL, UNKNOWN_TRACE, UNKNOWN_TRAINING,
    METHOD_NOT_ALLOWED, BUNDLED, CHECKPOINT_MODEL, TRAINING_STATE, TOO_LARGE, NOT_JSON_TYPE, NOT_A_FORM, UNKNOWN_FORMAT,
    INVALID, DOES_NOT_FIT, NOT_FINITE, UNREADABLE_FILE, UNSAFE_FILE, UNSUPPORTED, MISSING_READER, WRONG_OPTION,
    CHOICE_NEEDED, HEAD_TOO_LARGE, BUSY, STORAGE, DEADLINE,
)  # fmt: skip
"""Every kind a client can meet, in the order in which the documentation lists them."""

KINDS_OF_CORE_ERRORS: Mapping[type[core.CoreError], Kind] = {
    core.InputError: DOES_NOT_FIT,
    core.NumericalError: NOT_FINITE,
    core.ParameterError: INVALID,
    core.PlanError: INVALID,
    core.FormatError: UNREADABLE_FILE,
    core.UnknownFormat: UNKNOWN_FORMAT,
    core.FileTooLarge: TOO_LARGE,
    core.UnsafeFile: UNSAFE_FILE,
    core.Unsupported: UNSUPPORTED,
    core.MissingReader: MISSING_READER,
    core.OptionError: WRONG_OPTION,
    core.ChoiceNeeded: CHOICE_NEEDED,
    core.Cancelled: BUSY,
}


STORAGE_REASONS = {
    errno.ENOSPC: "the disk that holds the data folder is full; free some space and try again",
    errno.EDQUOT: "this user's share of the disk is used up; free some space and try again",
    errno.EROFS: "the data folder cannot be written to",
    errno.EACCES: "the data folder cannot be written to",
    errno.EPERM: "the data folder cannot be written to",
}


@dataclass(frozen=True)
class Cause:
    """One thing that is wrong and where: a sentence and the path to it inside the request body."""

    detail: str
    pointer: Pointer


class Problem(Exception):  # RFC 9457 calls it a problem
    """A request that is refused. ``choices`` are what the client can choose from, as the API sends them."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        causes: tuple[Cause, ...] = (),
        headers: Mapping[str, str] | None = None,
        choices: tuple[dict[str, Any], ...] = (),
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.causes = causes
        self.headers = dict(headers or {})
        self.choices = choices


def storage_problem(error: OSError) -> Problem:
    """What a client is told where the disk does not take something; the folder's path stays here."""
    reason = STORAGE_REASONS.get(error.errno or 0) or f"the disk said: {error.strerror or type(error).__name__}"
    return Problem(STORAGE, f"Nothing was kept, because {reason}.")


@contextmanager
def located(*prefix: str | int) -> Iterator[None]:
    """Put the place in the request body in front of the pointers of the core's errors raised inside."""
    try:
        yield
    except core.CoreError as error:
        error.pointer = (*prefix, *error.pointer)
        raise


def json_pointer(path: Pointer) -> str:
    """The path as a JSON pointer (RFC 6901); very long keys are cut."""
    keys = (str(key)[:LONGEST_KEY].replace("~", "~0").replace("/", "~1") for key in path)
    return "".join(f"/{key}" for key in keys)


def problem_body(
    kind: Kind, detail: str, causes: tuple[Cause, ...] = (), choices: tuple[dict[str, Any], ...] = ()
) -> bytes:
    """The problem as JSON bytes."""
    body: dict[str, object] = {
        "type": f"/docs#problem-{kind.slug}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
    }
    if causes:
        body["errors"] = [
            {"pointer": json_pointer(cause.pointer), "detail": cause.detail} for cause in causes[:MOST_CAUSES]
        ]
    if choices:
        body["choices"] = choices
    return orjson.dumps(body)


def problem_response(problem: Problem) -> Response:
    """The problem as a response."""
    return Response(
        problem_body(problem.kind, problem.detail, problem.causes, problem.choices),
        problem.kind.status,
        problem.headers,
        "application/problem+json",
    )


def of_core_error(error: core.CoreError) -> Problem:
    """The problem that an error of the core is: nearest class in the table, the core's own sentence."""
    kind = next(KINDS_OF_CORE_ERRORS[cls] for cls in type(error).__mro__ if cls in KINDS_OF_CORE_ERRORS)
    choices = tuple(choice.to_json() for choice in error.choices) if isinstance(error, core.ChoiceNeeded) else ()
    return Problem(kind, error.message, (Cause(error.message, error.pointer),) if error.pointer else (), None, choices)


def _of_http_exception(request: Request, error: HTTPException) -> Problem:
    if error.status_code == 405:
        allowed = ", ".join(_methods(request)) or (error.headers or {}).get("Allow", "")
        detail = f"This address takes {allowed or 'other methods'}, not {request.method[:20]}."
        return Problem(METHOD_NOT_ALLOWED, detail, (), {"Allow": allowed})
    return Problem(NOT_FOUND, "There is no such address; /docs lists what there is.")


def _methods(request: Request) -> list[str]:
    """Every method that some route takes at this address; the framework would name those of the first one only."""
    methods: set[str] = set()
    for route in request.app.router.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            methods |= getattr(route, "methods", None) or set()
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))


def _of_query_error(error: RequestValidationError) -> Problem:
    """The query parameters are the only thing FastAPI reads here; bodies are read in `reading`."""
    causes = tuple(
        Cause(f"{cause['loc'][-1]}: {cause['msg'][0].lower()}{cause['msg'][1:]}", tuple(cause["loc"]))
        for cause in error.errors()
    )
    return Problem(INVALID, f"The query must fit the documentation; {causes[0].detail}.", causes)


def install(app: FastAPI) -> None:
    """Make every error of the application a problem."""

    async def on_problem(_: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)  # registered for it below
        return problem_response(error)

    async def on_core_error(_: Request, error: Exception) -> Response:
        assert isinstance(error, core.CoreError)
        return problem_response(of_core_error(error))

    async def on_http_exception(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return problem_response(_of_http_exception(request, error))

    async def on_query_error(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return problem_response(_of_query_error(error))

    async def on_anything_else(_: Request, error: Exception) -> Response:
        logger.error("A request ended in an unexpected error.", exc_info=error)
        return problem_response(Problem(INTERNAL, "An unexpected error was logged; the request may be tried again."))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(core.CoreError, on_core_error)
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(RequestValidationError, on_query_error)
    app.add_exception_handler(Exception, on_anything_else)

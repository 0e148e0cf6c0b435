"""Request bodies: read within the limit, parsed strictly, checked against a schema."""

from typing import TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.requests import ClientDisconnect, Request

from .errors import GONE, INVALID, LONGEST_KEY, NOT_JSON_TYPE, TOO_LARGE, Cause, Problem
from .rows_as_sent import may_have_booleans

Model = TypeVar("Model", bound=BaseModel)

LONGEST_SHOWN = 20
LARGEST_WHOLE = 2.0**63
"""Beyond 64 bits, with a sign or without, orjson reads a whole number as a float of about its size."""

EXPECTED = {
    "missing": "must be given",
    "extra_forbidden": "is not a field that can be given here",
    "string_type": "must be a string, not {came}",
    "bool_type": "must be true or false, not {came}",
    "int_type": "must be {whole}",
    "float_type": "must be a number, not {came}",
    "list_type": "must be a list, not {came}",
    "model_type": "must be an object, not {came}",
    "dict_type": "must be an object, not {came}",
    "literal_error": "must be {expected}, not {came}",
}
"""Our words for pydantic's kinds of error; the validators' own errors bring theirs."""


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body.

    Raises:
        Problem: it is not declared as JSON in UTF-8, or is longer than ``limit`` bytes, declared or not.
    """
    headers = request.headers
    _check_content_type(headers.get("content-type", ""), headers.get("content-encoding", "identity"))
    declared = headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > limit:
        raise _too_long(limit)
    pieces: list[bytes] = []
    size = 0
    try:
        async for piece in request.stream():
            size += len(piece)
            if size > limit:
                raise _too_long(limit)
            pieces.append(piece)
    except ClientDisconnect:
        raise Problem(GONE, "The client left before the end of the body.") from None
    return b"".join(pieces)


def parse(body: bytes, schema: type[Model]) -> Model:
    """The body as a checked value.

    orjson refuses what JSON does not allow: NaN, infinities, numbers beyond float64, lone surrogates, bytes that are
    not UTF-8, and nesting that is a thousand deep.

    Raises:
        Problem: it is not JSON, or does not fit the schema.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        place = f" at line {error.lineno}, column {error.colno}"
        raise Problem(INVALID, f"The body must be JSON: {_plain(error.msg)}{place if body else ''}.") from None
    try:
        return schema.model_validate(value, context={"booleans": may_have_booleans(body)})
    except ValidationError as error:
        causes = tuple(_cause(entry) for entry in error.errors(include_url=False))
        raise Problem(INVALID, f"{causes[0].detail[0].upper()}{causes[0].detail[1:]}.", causes) from None


def kind_of(value: object) -> str:
    """What a JSON value is, in words; its content is only shown where it is short and harmless."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return f"the number {value!r}"
    if isinstance(value, str):
        return repr(value) if len(value) <= LONGEST_SHOWN and value.isascii() and value.isprintable() else "a string"
    return "a list" if isinstance(value, list) else "an object"


def whole_not(value: object, further: str = "") -> str:
    """That a whole number was expected, of a kind that ``further`` says more of, and what came instead."""
    if isinstance(value, float) and abs(value) >= LARGEST_WHOLE:
        return f"a whole number of at most 64 bits, but {value!r} is too large"
    return f"a whole number{further}, not {kind_of(value)}"


def _cause(entry: ErrorDetails) -> Cause:
    """One of pydantic's errors as a sentence; where it only says what must be, the field's path is the subject."""
    context = entry.get("ctx", {})
    pointer = (*entry["loc"], *context.get("tail", ()))
    template = EXPECTED.get(entry["type"], "{sentence}")
    given = entry["input"]
    predicate = template.format(
        came=kind_of(given), whole=whole_not(given), sentence=entry["msg"], expected=context.get("expected")
    )
    subject = ".".join(str(key)[:LONGEST_KEY] for key in pointer) or "the body"
    return Cause(f"{subject} {predicate}" if predicate.startswith(("must ", "is ")) else predicate, pointer)


def _check_content_type(content_type: str, content_encoding: str) -> None:
    kind, _, parameters = content_type.partition(";")
    if kind.strip().lower() != "application/json":
        raise Problem(
            NOT_JSON_TYPE, f"Send the body as application/json, not as {_plain(kind.strip()) or 'an unnamed type'}."
        )
    name, _, charset = parameters.strip().partition("=")
    if name.lower() == "charset" and charset.strip('" ').lower() not in ("utf-8", "utf8"):
        raise Problem(NOT_JSON_TYPE, "Send the body in UTF-8.")
    if content_encoding.lower() != "identity":
        raise Problem(NOT_JSON_TYPE, "Send the body as it is; compressed bodies are not read.")


def _too_long(limit: int) -> Problem:
    """The connection stays open and is read on: a client that is still sending would else never see this."""
    return Problem(TOO_LARGE, f"The body must not be longer than {limit:,} bytes.")


def _plain(text: str) -> str:
    """At most 80 printable ASCII characters of a text that came from outside."""
    return "".join(character for character in text[:80] if " " <= character <= "~")

"""From an uploaded form to a network that is kept."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import orjson
from pydantic_core import PydanticCustomError

from gatescope.core.errors import ChoiceNeeded, CoreError, FileTooLarge, FormatError, OptionError
from gatescope.core.formats.importing import import_network
from gatescope.core.formats.limits import Limits
from gatescope.core.formats.options import Options

from .admission import Stop
from .errors import INVALID, Cause, Problem
from .multipart import Field, Form
from .names import as_name, from_file_name, title_of
from .services import Services
from .settings import Settings

logger = logging.getLogger("gatescope")


def upload_fields(settings: Settings) -> dict[str, Field]:
    """The parts of ``POST /models``."""
    return {
        "weights": Field(settings.max_model_bytes, file=True, on_disk=True, required=True),
        "vocabulary": Field(settings.max_vocabulary_bytes, file=True),
        "name": Field(settings.max_form_field_bytes),
        "options": Field(settings.max_form_field_bytes),
    }


def limits_of(settings: Settings) -> Limits:
    """What a file may ask for."""
    return Limits(
        max_bytes=settings.max_model_bytes,
        max_tensor_bytes=settings.max_model_bytes,
        seconds=min(Limits.seconds, settings.import_deadline_seconds),
    )


def keep_upload(services: Services, form: Form, stop: Stop) -> tuple[str, bool]:
    """Read the network in a form and keep it; gives its id and whether it is new.

    Raises:
        Problem: a field cannot be understood, a limit would be passed, or the disk does not take it.
        CoreError: the file is no network that is understood; its pointer leads into the form.
    """
    weights = form.parts["weights"]
    file_name = from_file_name(weights.filename)
    name, options = _name(form.text("name")), _options(form.text("options"))
    vocabulary = form.parts["vocabulary"].content() if "vocabulary" in form.parts else None
    with _located_in_form(), _foreseen():
        imported = import_network(
            weights.content(),
            options=options,
            vocabulary=vocabulary,
            limits=limits_of(services.settings),
            name=file_name,
        )
    weights.close()
    stop.poll()
    return services.models.keep(imported, name or title_of(file_name), file_name or None, stop.poll)


def _name(text: str | None) -> str:
    if text is None or not text.strip():
        return ""
    try:
        return as_name(text)
    except PydanticCustomError as error:
        detail = f"The name {error.message()}."
        raise Problem(INVALID, detail, (Cause(detail, ("name",)),)) from None


def _options(text: str | None) -> Options:
    if text is None or not text.strip():
        return Options()
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        detail = f"The options must be JSON, but cannot be read at line {error.lineno}, column {error.colno}."
        raise Problem(INVALID, detail, (Cause(detail, ("options",)),)) from None
    with _located_in_form():
        return Options.from_json(value)


@contextmanager
def _foreseen() -> Iterator[None]:
    """Whatever a file makes of its reader that nobody has thought of is logged, and is no network."""
    try:
        yield
    except CoreError:
        raise
    except MemoryError:
        raise FileTooLarge("the file needs more memory to be read than this machine has") from None
    except Exception as error:
        logger.error("An uploaded file led to an unexpected error.", exc_info=error)
        raise FormatError("the file cannot be read as a network; what happened was logged on the server") from error


@contextmanager
def _located_in_form() -> Iterator[None]:
    """Point errors to the field of the form that they are about."""
    try:
        yield
    except CoreError as error:
        if error.pointer[:1] not in (("options",), ("vocabulary",)):
            about_options = isinstance(error, (OptionError, ChoiceNeeded))
            error.pointer = ("options" if about_options else "weights", *error.pointer)
        raise

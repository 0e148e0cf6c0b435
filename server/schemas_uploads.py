"""What clients send to keep a model or to compare it."""

from dataclasses import fields
from typing import Annotated

from pydantic import AfterValidator, Field

from gatescope.core.formats.options import Options

from .names import as_name
from .schemas import Request

OPTIONS = ", ".join(f"`{field.name}`" for field in fields(Options))


class Rename(Request):
    """What `PATCH /models/{id}` takes."""

    name: Annotated[str, AfterValidator(as_name)] = Field(description="The new name, 1 to 100 characters.")


class ModelUpload(Request):
    """What `POST /models` takes, as multipart/form-data."""

    weights: bytes = Field(description="The network's file; its format is told by its content.")
    vocabulary: bytes = Field(
        b"",
        description="The tokens' texts: a JSON list, a JSON object from text to id, one a line, or a `tokenizer.json`.",
    )
    name: str = Field("", description="What to call the network; else the file's name.")
    options: str = Field(
        "", description=f"A JSON object that overrides what the file suggests; its fields are {OPTIONS}."
    )


class ReferenceUpload(Request):
    """What `POST /models/{id}/verification` takes, as multipart/form-data."""

    reference: bytes = Field(description="An input with what another framework computed for it.")

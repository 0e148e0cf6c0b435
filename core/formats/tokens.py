"""What a vocabulary file says, whatever its form: a text for each id."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import FormatError


@dataclass(frozen=True)
class Tokens:
    """The content of a vocabulary file.

    ``labels`` are texts by id; ``unknown`` is the text that the file itself names for unknown tokens. ``spacious`` says
    that such files often have fewer tokens than the embedding rows. ``notes`` are sentences for the user.
    """

    labels: Mapping[int, str]
    unknown: str | None = None
    spacious: bool = False
    notes: tuple[str, ...] = ()


def in_order(tokens: list[Any]) -> dict[int, str]:
    """Texts by id for a list of tokens.

    Raises:
        FormatError: an entry is no text.
    """
    for index, token in enumerate(tokens):
        if not isinstance(token, str):
            raise FormatError(f"every token of a vocabulary must be text, but entry {index} is {brief(token)}")
    return dict(enumerate(tokens))


def by_id(tokens: Mapping[str, Any]) -> dict[int, str]:
    """Texts by id for an object token -> id.

    Raises:
        FormatError: an id is no whole number from 0 on, or belongs to two tokens.
    """
    labels: dict[int, str] = {}
    for token, index in tokens.items():
        if type(index) is not int or index < 0:
            raise FormatError(
                f"every token's id must be a whole number from 0 on, but that of {brief(token)} is {brief(index)}"
            )
        if index in labels:
            raise FormatError(
                f"every token must have an id of its own, but {brief(labels[index])} and {brief(token)} both have "
                f"{brief(index)}"
            )
        labels[index] = token
    return labels


def brief(value: object) -> str:
    """A value from a file for use in a sentence: short, and text that can be sent."""
    if isinstance(value, str):
        return ascii(value)[:41] + "..." if len(value) > 40 else repr(value.encode("utf-8", "replace").decode())
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**20:
        return "a number of more than 20 digits"
    if value is None or isinstance(value, (bool, int, float)):
        return json.dumps(value)
    return "a list" if isinstance(value, list) else "an object"

"""Multipart bodies, read as they come: files into temporary files or memory, fields into text, all within limits.

The format's own rules are python-multipart's; this says which parts there may be, how large, and how often.
"""

import asyncio
import logging
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from .errors import GONE, INVALID, NOT_A_FORM, TOO_LARGE, Cause, Problem, storage_problem
from .settings import Settings

logging.getLogger("python_multipart").setLevel(logging.ERROR)  # it warns of every malformed body; the client is told

BLOCK = 1024 * 1024
BOUNDARY = re.compile(rb"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")
LONGEST_SHOWN = 40
MOST_HEADERS = 16


@dataclass(frozen=True)
class Field:
    """What a part may be: text, or a file; one ``on_disk`` is written to a temporary file as it comes."""

    max_bytes: int
    file: bool = False
    on_disk: bool = False
    required: bool = False


@dataclass
class Part:
    """A part as far as it has come. ``filename`` is the client's, to be shown and nothing else."""

    name: str
    rule: Field
    filename: str = ""
    size: int = 0
    waiting: bytearray = field(default_factory=bytearray)
    file: BinaryIO | None = None

    def content(self) -> bytes:
        """All of it. Called in a thread, where it is on disk."""
        if self.file is None:
            return bytes(self.waiting)
        self.file.seek(0)
        return self.file.read()

    def close(self) -> None:
        """Give the temporary file back; it has no name, so that nothing else is left of it."""
        if self.file is not None:
            self.file.close()


class Form:
    """The parts of a body by name."""

    def __init__(self) -> None:
        self.parts: dict[str, Part] = {}

    def text(self, name: str) -> str | None:
        """A field's text, None where it was not sent.

        Raises:
            Problem: it is not UTF-8.
        """
        part = self.parts.get(name)
        if part is None:
            return None
        try:
            return part.waiting.decode()
        except UnicodeDecodeError:
            raise _refused(f"The field {name} must be text in UTF-8.", name) from None

    def close(self) -> None:
        """Give temporary files back."""
        for part in self.parts.values():
            part.close()


async def read_form(
    request: Request, form: Form, fields: Mapping[str, Field], folder: Callable[[], Path], settings: Settings
) -> None:
    """Read the body into ``form``. ``folder`` is where files on disk go, made when the first one comes.

    Raises:
        Problem: it is no multipart body, or has other, repeated, missing, too many or too large parts, or the disk
            does not take it.
    """
    boundary = _boundary(request)
    most = sum(rule.max_bytes + settings.max_part_head_bytes for rule in fields.values())
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > most:
        raise _too_long(most)
    received = 0
    reading = _Reading(form, fields, settings)
    parser = MultipartParser(boundary, reading.callbacks())
    try:
        async for piece in request.stream():
            received += len(piece)
            if received > most:  # by what stands around the parts: they have limits of their own
                raise _too_long(most)
            parser.write(piece)
            await reading.store(folder, BLOCK)
    except ClientDisconnect:
        raise Problem(GONE, "The client left before the end of the body.") from None
    except FormParserError:
        raise Problem(INVALID, "The body must be multipart/form-data, but it cannot be read as that.") from None
    except OSError as error:
        raise storage_problem(error) from error
    if not reading.ended:
        raise Problem(INVALID, "The body must end with its closing boundary, but it stops before.")
    for name, rule in fields.items():
        if rule.required and name not in form.parts:
            raise _refused(f"The field {name} must be given.", name)
    try:
        await reading.store(folder, 1)
    except OSError as error:
        raise storage_problem(error) from error


class _Reading:
    """What the parser calls; keeps count."""

    def __init__(self, form: Form, fields: Mapping[str, Field], settings: Settings) -> None:
        self.ended = False
        self._form = form
        self._fields = fields
        self._settings = settings
        self._parts = 0
        self._part: Part | None = None
        self._heads: list[tuple[bytes, bytes]] = []
        self._head_bytes = 0
        self._name = self._value = b""

    def callbacks(self) -> Any:
        """By the parser's names for them."""
        return {
            "on_part_begin": self._part_begins,
            "on_header_field": self._head_name,
            "on_header_value": self._head_value,
            "on_header_end": self._head_ends,
            "on_headers_finished": self._heads_end,
            "on_part_data": self._data,
            "on_end": self._end,
        }

    async def store(self, folder: Callable[[], Path], at_least: int) -> None:
        """Write what waits for the disk, in a thread, where it is that much.

        Raises:
            OSError: the disk does not take it.
        """
        for part in self._form.parts.values():
            if part.rule.on_disk and (len(part.waiting) >= at_least or (at_least == 1 and part.file is None)):
                block, part.waiting = part.waiting, bytearray()
                await asyncio.to_thread(_write, part, block, folder)

    def _part_begins(self) -> None:
        self._parts += 1
        if self._parts > self._settings.max_form_parts:
            raise Problem(TOO_LARGE, f"A body must have at most {self._settings.max_form_parts} parts.")
        self._part, self._heads, self._head_bytes = None, [], 0

    def _count_head(self, size: int) -> None:
        self._head_bytes += size
        most = self._settings.max_part_head_bytes
        if self._head_bytes > most or len(self._heads) > MOST_HEADERS:
            detail = f"The headers of a part must take at most {most:,} bytes and be at most {MOST_HEADERS}."
            raise Problem(INVALID, detail)

    def _head_name(self, data: bytes, start: int, end: int) -> None:
        self._count_head(end - start)
        self._name += data[start:end]

    def _head_value(self, data: bytes, start: int, end: int) -> None:
        self._count_head(end - start)
        self._value += data[start:end]

    def _head_ends(self) -> None:
        self._heads.append((self._name.lower(), self._value))
        self._name = self._value = b""

    def _heads_end(self) -> None:
        values = [value for name, value in self._heads if name == b"content-disposition"]
        kind, options = parse_options_header(values[0] if len(values) == 1 else b"")
        if kind.lower() != b"form-data" or b"name" not in options:
            raise Problem(INVALID, "Every part must have one Content-Disposition of form-data with a name.")
        encodings = [value.strip().lower() for name, value in self._heads if name == b"content-transfer-encoding"]
        if set(encodings) - {b"binary", b"8bit", b"7bit"}:
            raise Problem(INVALID, "Parts must be sent as they are; a Content-Transfer-Encoding is not undone.")
        name = options[b"name"].decode("utf-8", "replace")
        rule = self._fields.get(name)
        if rule is None:
            known = ", ".join(self._fields)
            raise _refused(f"A field must be one of {known}, not {name[:LONGEST_SHOWN]!r}.", name)
        if name in self._form.parts:
            raise _refused(f"The field {name} must be sent once, but it came again.", name)
        filename = options.get(b"filename", b"").decode("utf-8", "replace")
        self._part = self._form.parts[name] = Part(name, rule, filename)

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        assert part is not None  # made when its headers ended
        part.size += end - start
        if part.size > part.rule.max_bytes:
            raise Problem(
                TOO_LARGE,
                f"The {'file' if part.rule.file else 'field'} {part.name} must have at most "
                f"{part.rule.max_bytes:,} bytes.",
                (Cause(f"at most {part.rule.max_bytes:,} bytes", (part.name,)),),
            )
        part.waiting += memoryview(data)[start:end]

    def _end(self) -> None:
        self.ended = True


def _write(part: Part, block: bytearray, folder: Callable[[], Path]) -> None:
    """Append to the part's file. It never has a name, so that whatever ends the program leaves nothing of it."""
    if part.file is None:
        part.file = tempfile.TemporaryFile(dir=folder(), buffering=0)  # noqa: SIM115 - the form closes it
    view = memoryview(block)
    while view:
        view = view[part.file.write(view) :]


def _boundary(request: Request) -> bytes:
    content_type = request.headers.get("content-type", "")
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data":
        raise Problem(NOT_A_FORM, "Send the body as multipart/form-data, as curl -F does.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem(NOT_A_FORM, "Send the body as it is; compressed bodies are not read.")
    boundary = options.get(b"boundary", b"")
    if not BOUNDARY.fullmatch(boundary):
        raise Problem(INVALID, "The content type must have a boundary of 1 to 70 of the characters that it may have.")
    return boundary


def _too_long(most: int) -> Problem:
    return Problem(TOO_LARGE, f"The body must not be longer than {most:,} bytes.")


def _refused(detail: str, name: str) -> Problem:
    return Problem(INVALID, detail, (Cause(detail, (name,)),))

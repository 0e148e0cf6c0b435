"""Uploads that are being received: how many at once, and where their files go."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.requests import Request

from .errors import BUSY, Problem
from .multipart import Field, Form, read_form
from .settings import Settings


class Uploads:
    """Receives forms. Used in the event loop only."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._under_way = 0

    @asynccontextmanager
    async def receive(self, request: Request, fields: Mapping[str, Field]) -> AsyncIterator[Form]:
        """The request's form, whose temporary files go when the block ends.

        Raises:
            Problem: too many uploads are under way, or the body cannot be read as this form.
        """
        most = self._settings.max_uploads
        if self._under_way >= most:
            retry = {"Retry-After": str(self._settings.retry_after_seconds)}
            raise Problem(BUSY, f"{most} uploads are under way already; try again in a moment.", headers=retry)
        self._under_way += 1
        form = Form()
        try:
            await read_form(request, form, fields, self._folder, self._settings)
            yield form
        finally:
            self._under_way -= 1
            form.close()

    def _folder(self) -> Path:
        """The data folder: what is uploaded goes where it will be kept, not where it could fill the system's disk."""
        folder = self._settings.data_path
        folder.mkdir(parents=True, exist_ok=True)
        return folder
